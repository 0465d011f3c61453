"""What a value is told by: what is known of it as a text, its digest, its place in reading order."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache, lru_cache
from hashlib import blake2b
from typing import Protocol

from sympy.core.expr import Expr
from sympy.core.numbers import Rational
from sympy.core.symbol import Dummy, Symbol

from mcalc.table.records import Operator, Parameter, Parameters, Shape


def mark(known: Parameter | Parameters | Shape) -> str:
    """What is known of a value besides its arguments, as SymPy's printer writes it, which is slow and long to load."""
    if type(known) is int:
        return repr(known)
    if isinstance(known, tuple):
        return f"({', '.join(map(mark, known))}{',' * (len(known) == 1)})"
    if isinstance(known, Symbol):
        return f"_{known.name}" if isinstance(known, Dummy) else str(known.name)
    if isinstance(known, Rational):
        return str(known.p) if known.q == 1 else f"{known.p}/{known.q}"
    return _printed(known) if isinstance(known, Expr) else repr(known)


@lru_cache(4096)
def mark_of_shape(shape: Shape) -> str:
    """The mark of a shape, of which there are few."""
    return mark(tuple(shape))


@lru_cache(4096)
def _printed(size: Expr) -> str:
    return str(size)


def own_mark(head: str, par: Parameters, shape: Shape) -> bytes:
    """What a form is besides its arguments, to be digested."""
    return _marked(head, par, shape) if par and head not in _NUMBERED else _kept(head, par, shape)


def _marked(head: str, par: Parameters, shape: Shape) -> bytes:
    whole = set(map(type, par)) == {int}
    known = list(map(repr, par)) if whole else [one if isinstance(one, str) else mark(one) for one in par]
    return repr((head, known, mark_of_shape(shape))).encode()


_NUMBERED = frozenset({"+", "*"})
"""The heads of forms that have numbers alone beside their arguments, mostly the same few."""
_kept = lru_cache(4096)(_marked)


class Marked(Protocol):
    """What a value is told by; `tree.Node` is it."""

    operator: Operator
    parameters: Parameters
    shape: Shape
    sign: int
    canon: bytes
    key: tuple[int, str, bytes]
    below: frozenset[str]

    @property
    def args(self) -> Sequence[Marked]:
        """The arguments."""


def _digest(*parts: bytes) -> bytes:
    return blake2b(b"\0".join(parts), digest_size=12).digest()


def canonical(node: Marked) -> tuple[int, bytes]:
    """Sign and digest of the value: of ``a + b`` and ``b + a`` the same, of ``a - b`` and ``b - a`` up to the sign."""
    name = node.operator.name
    if name == "number":
        value = node.parameters[0]
        return (-1 if value < 0 else 1), _digest(b"number", mark(abs(value)).encode())
    if name == "negative":
        return -node.args[0].sign, node.args[0].canon
    if name == "add":
        plain = sorted([arg.canon + (b"+" if arg.sign > 0 else b"-") for arg in node.args])
        turned = sorted([arg.canon + (b"-" if arg.sign > 0 else b"+") for arg in node.args])
        return (1 if plain <= turned else -1), _digest(b"add", *min(plain, turned))
    if name == "multiply":
        sign = -1 if [arg.sign for arg in node.args].count(-1) % 2 else 1
        return sign, _digest(b"multiply", *sorted([arg.canon for arg in node.args]))
    parts = [arg.canon + (b"+" if arg.sign > 0 else b"-") for arg in node.args]
    if node.operator.commutative:
        parts.sort()
    own = _named(name, mark(node.parameters), node.shape) if node.parameters else _plain(name, node.shape)
    return 1, _digest(own, *parts)


def _named(name: str, own: str, shape: Shape) -> bytes:
    return b"\0".join((name.encode(), own.encode(), mark_of_shape(shape).encode()))


@lru_cache(4096)
def _plain(name: str, shape: Shape) -> bytes:
    return _named(name, "()", shape)


def reading_key(node: Marked) -> tuple[int, str, bytes]:
    """A sort key in reading order: small before large, names by the alphabet, ``x[2]`` before ``x[10]``."""
    args = node.args
    if not args:
        return (1, str(node.parameters[0]) if node.parameters else node.operator.name, node.canon)
    size = 1 + sum([arg.key[0] for arg in args])
    inside = [arg.key[1] for arg in args[:_SHOWN]]
    if node.operator.name == "element":
        inside += [str(place).zfill(4) for place in node.parameters]
    return (size, (node.operator.name + "(" + ",".join(inside))[:_SHOWN], node.canon)


_SHOWN = 60
"""So much of a value counts by the alphabet."""


def operators_of(node: Marked) -> frozenset[str]:
    """The names of the operators in the value, its own among them."""
    name, args = node.operator.name, node.args
    if not args:
        return _alone(name)
    below = args[0].below
    for arg in args[1:]:
        if arg.below is not below and not arg.below <= below:
            below = arg.below if below <= arg.below else below | arg.below
    return below if name in below else below | {name}


@cache
def _alone(name: str) -> frozenset[str]:
    return frozenset({name})
