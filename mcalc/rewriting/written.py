"""What stands before and in a product as it is written: numbers, and the order of the factors."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sympy.core.numbers import Rational as Exact

from mcalc.rewriting.forms import SUM, Form
from mcalc.rewriting.rationals import Rational
from mcalc.table.roles import NORM
from mcalc.tree import build
from mcalc.tree.node import Node

Powers = list[tuple[Node, Exact]]
"""Factors with their exponents."""


def exact(value: Rational) -> Exact:
    """The number as SymPy has it."""
    return Exact(value.numerator, value.denominator)


_LONG = 1000


def with_number(c: Rational, scalars: Sequence[tuple[Node, Rational]], body: Node | None) -> Node:
    """``c · Π scalars · body``; a number with a long denominator stands in front as the decimal that it is."""
    if c.denominator <= _LONG or _LONG**6 % c.denominator:
        return build.scaled(exact(c), scalars, body)
    rest = build.scaled(exact(1), scalars, body)
    factors = rest.args if rest.operator.name == "multiply" else (rest,)
    return build.apply("multiply", build.number(exact(c)), *factors)


def in_order(factors: Powers) -> Powers:
    """Factors in reading order, indicators last."""
    places = [(node.operator.indicator, node.key) for node, _ in factors]
    return [factors[at] for at in sorted(range(len(factors)), key=places.__getitem__)]


_LOOKED_INTO = frozenset({SUM, NORM})
"""What is not always written as it is where it is a factor."""


def as_they_are(
    pairs: Sequence[tuple[Form, Rational]], shown: Mapping[Form, Node]
) -> tuple[list[tuple[Form, Node]], list[tuple[Form, Rational]]]:
    """The factors that are written as they stand, with their values, and the others with their exponents."""
    plain = [(a, shown[a]) for a, e in pairs if e == 1 and a in shown and a.head not in _LOOKED_INTO]
    return plain, [(a, e) for a, e in pairs if e != 1 or a not in shown or a.head in _LOOKED_INTO]


def in_typed_order(pairs: list[tuple[Node, Form]], typed: Mapping[Form, tuple[int, int]]) -> list[tuple[Node, Form]]:
    """Terms that were typed in one sum stand in its order, in the places that they have together."""
    places: dict[tuple[int, bool], list[int]] = {}
    for at, (node, a) in enumerate(pairs):
        if a in typed:
            minus = bool(build.reading_place(node)[0])
            places.setdefault((typed[a][0], minus), []).append(at)
    for where in places.values():
        chosen = sorted((pairs[at] for at in where), key=lambda pair: typed[pair[1]])
        for at, pair in zip(where, chosen, strict=True):
            pairs[at] = pair
    return pairs


def reading_order(way: Sequence[Node]) -> tuple[object, ...]:
    """A differential stands last, as it is read off; else the rotation that comes first in order."""
    moving = [node.operator.name == "differential" for node in way]
    return (any(moving) and not moving[-1], [node.key for node in way])


def alike_inside(t: Form, args: list[Node]) -> list[Node]:
    """``max(a) ≤ a`` with both a's written alike: computed in two ways they would differ by a rounding error."""
    for at, a in enumerate(t.args):
        if args[at].operator.picks and len(a.args) == 1 and a.args[0] in t.args:
            args[t.args.index(a.args[0])] = args[at].args[0]
    return args
