"""Moves: what no row can say in advance is shorter, and what is done only where it is.

A move gives its first line as it stands, for the engine to go on from; it is taken only where the form that the rows
alone make of it costs less.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from typing import NamedTuple

from sympy.core.expr import Expr

from mcalc.rewriting.algebra import add, multiply, turned
from mcalc.rewriting.constructors import construct
from mcalc.rewriting.forms import CHAIN, ONE, PRODUCT, SUM, TURNED, Form, make, ones, scaled_parts
from mcalc.rewriting.products import chain
from mcalc.rewriting.rationals import Rational, absolute, rational
from mcalc.table.roles import TRACE

_MOST = 12
_BREADTH = 10
_SHORT = 4
_SEVERAL = 3
"""So many factors that all terms have are not tried one by one."""
_OPENED = frozenset({"sum", TRACE, "diag"})

Reduce = Callable[[Form], Form]
Pair = tuple[Rational, Form]


class Move(NamedTuple):
    """A move: its name, the sentence that a reader is told, and what finds it."""

    name: str
    sentence: str
    find: Callable[[Form, Reduce, Reduce], Form | None]


class Signature(NamedTuple):
    """A factor that a term offers to be taken out: where it stands, and whether above the bar or below."""

    place: str
    factor: Form | None
    above: bool = True


# A common factor ------------------------------------------------------------------------------------------------------


def _signatures(t: Form) -> Iterator[Signature]:
    if t.head == CHAIN and t.shape:
        yield Signature("left", t.args[0])
        yield Signature("right", t.args[-1])
        return
    if t.head == PRODUCT:
        alone = sum(bool(b.shape) for b in t.args) == 1
        for b, e in zip(t.args, t.par, strict=True):
            if b.head == CHAIN and b.shape and e == 1 and alone:
                yield from _signatures(b)
            yield Signature("times", b, e > 0)
            if b.head == "diag" and e == 1 and alone:
                yield Signature("diag", None)
        return
    if t.head == "diag" and t.shape:
        yield Signature("diag", None)
    yield Signature("times", t)


def _exponent(t: Form, base: Form) -> Rational:
    if t.head != PRODUCT:
        return 1
    return absolute(next((e for b, e in zip(t.args, t.par, strict=True) if b is base), 1))


def _without(t: Form, signature: Signature, power: Rational) -> Form:
    """What is left of a term without the factor."""
    place, factor, above = signature
    if place == "times":
        assert factor is not None
        return multiply([(t, 1), (factor, -power if above else power)], _shape_without(t, factor, power))
    if t.head == PRODUCT:
        own = next(b for b in t.args if (b.head == CHAIN and b.shape if place != "diag" else b.head == "diag"))
        others = [(b, e) for b, e in zip(t.args, t.par, strict=True) if b is not own]
        return multiply([(_without(own, signature, power), 1), *others])
    if place == "diag":
        return t.args[0]
    rest = t.args[1:] if place == "left" else t.args[:-1]
    return chain(rest) if len(rest) > 1 else rest[0]


def _shape_without(t: Form, factor: Form, power: Rational) -> tuple[object, ...]:
    """The shape of what is left: a scalar where the factor was all that had one."""
    if factor is t or t.head != PRODUCT:
        return ()
    kept = _exponent(t, factor) != power or any(b.shape for b in t.args if b is not factor)
    return t.shape if kept else ()


def _put(signature: Signature, inner: Form, shape: tuple[object, ...], power: Rational, maker: object) -> Form:
    """The factor before what it multiplies, made by `make` or by the constructors."""
    place, factor, above = signature
    assert callable(maker)
    if place == "diag":
        return _made(maker, "diag", (inner,), (), shape)
    assert factor is not None
    if place == "times":
        if inner is factor:
            return _made(maker, PRODUCT, (inner,), (1 + (power if above else -power),), shape)
        return _made(maker, PRODUCT, (inner, factor), (1, power if above else -power), shape)
    parts = (factor, inner) if place == "left" else (inner, factor)
    return _made(maker, CHAIN, parts, (), shape)


def _made(
    maker: Callable[..., Form], head: str, args: tuple[Form, ...], par: tuple[object, ...], shape: object
) -> Form:
    return maker(head, args, par, shape)


def _common_factor(t: Form, simplified: Reduce, reduced: Reduce) -> Form | None:
    """``a·c + b·c = (a + b)·c``: of the factors that terms share, the one that saves most."""
    if t.head != SUM or len(t.args) < 2:
        return None
    places: dict[Signature, list[int]] = defaultdict(list)
    for at, a in enumerate(t.args):
        if a is not ONE:
            for signature in set(_signatures(a)):
                places[signature].append(at)
    shared = [(signature, where) for signature, where in places.items() if len(where) > 1]
    together = _all_at_once(t, [signature for signature, where in shared if len(where) == len(t.args)])
    if together is not None:
        return together
    shared.sort(key=_gain)
    best, best_cost, best_vector = None, t.cost, False
    for signature, where in shared[:_BREADTH]:
        found = _grouped(t, signature, where)
        if found is None:
            continue
        rests, others, power = found
        inner = add(rests, _inner_shape(rests))
        if _whole(signature, inner, others, t, power).cost >= t.cost:
            continue
        cost = _whole(signature, simplified(inner), others, t, power).cost
        vector = signature.factor is None or bool(signature.factor.shape)
        if cost < best_cost and (vector or best is None or not best_vector):
            best, best_cost, best_vector = (signature, rests, others, power), cost, vector
    if best is None:
        return None
    signature, rests, others, power = best
    inner = _as_it_stands(rests, _inner_shape(rests))
    first = _put(signature, inner, t.shape, power, make)
    return make(SUM, (first, *(a for _, a in others)), (1, *(c for c, _ in others)), t.shape) if others else first


def _all_at_once(t: Form, signatures: Sequence[Signature]) -> Form | None:
    """Several factors that every term has are taken out together, where the rest of the terms is then a short sum."""
    times = [one for one in signatures if one.place == "times" and one.factor is not None]
    if len(times) < _SEVERAL:
        return None
    rests = [(c, a) for c, a in zip(t.par, t.args, strict=True)]
    powers: list[tuple[Form, Rational]] = []
    for one in times:
        assert one.factor is not None
        power = min(_exponent(a, one.factor) for a in t.args)
        rests = [(c, _without(a, one, power)) for c, a in rests]
        powers.append((one.factor, power if one.above else -power))
    if len({a.shape for _, a in rests if a.shape}) > 1:
        return None
    inner = _as_it_stands(rests, _inner_shape(rests))
    whole = multiply([(add(rests, inner.shape), 1), *powers], t.shape)
    if whole.cost >= t.cost:
        return None
    return make(PRODUCT, (inner, *(b for b, _ in powers)), (1, *(e for _, e in powers)), t.shape)


def _gain(item: tuple[Signature, list[int]]) -> tuple[int, bytes]:
    signature, where = item
    size = 1 if signature.factor is None else signature.factor.cost
    return -(len(where) - 1) * (size + 1), b"" if signature.factor is None else signature.factor.digest


def _grouped(t: Form, signature: Signature, where: Sequence[int]) -> tuple[list[Pair], list[Pair], Rational] | None:
    factor = signature.factor
    if signature.place == "times" and factor is not None and not factor.shape and len(where) < len(t.args):
        return None
    power: Rational = 1
    if signature.place == "times" and factor is not None:
        power = min(_exponent(t.args[at], factor) for at in where)
    rests = [(t.par[at], _without(t.args[at], signature, power)) for at in where]
    shaped = {a.shape for _, a in rests if a.shape or signature.place != "times"}
    if len(shaped) > 1 or (signature.place in ("left", "right") and not all(a.shape for _, a in rests)):
        return None
    inside = set(where)
    return rests, [(c, a) for at, (c, a) in enumerate(zip(t.par, t.args, strict=True)) if at not in inside], power


def _inner_shape(rests: Sequence[Pair]) -> tuple[object, ...]:
    return max((a.shape for _, a in rests), key=len)


def _whole(signature: Signature, inner: Form, others: Sequence[Pair], t: Form, power: Rational) -> Form:
    return add([(1, _put(signature, inner, t.shape, power, construct)), *others], t.shape)


def _as_it_stands(pairs: Sequence[Pair], shape: tuple[object, ...]) -> Form:
    return make(SUM, (a for _, a in pairs), (c for c, _ in pairs), shape)


# Multiplying out ------------------------------------------------------------------------------------------------------


def _expansions(t: Form) -> Iterator[list[Pair]]:
    """A term with one of its sums multiplied out: each way."""
    c, t = scaled_parts(t)
    if t.head == PRODUCT:
        if sum(b.head == SUM for b in t.args) > _SHORT:
            return
        for b, e in zip(t.args, t.par, strict=True):
            yield from _expanded_factor(t, b, e, c)
    elif t.head == CHAIN:
        for at, a in enumerate(t.args):
            own = a.args[0] if a.head == TURNED else a
            if own.head == SUM and len(own.args) <= _SHORT:
                parts = [_full(b, own.shape) for b in own.args]
                rows = [turned(b) if a.head == TURNED else b for b in parts]
                yield [
                    (rational(c * k), _row([*t.args[:at], b, *t.args[at + 1 :]], t.shape))
                    for b, k in zip(rows, own.par, strict=True)
                ]
    elif t.head in _OPENED and not t.par:
        (own,) = t.args
        if own.head == SUM and len(own.args) <= _SHORT:
            yield [
                (rational(c * k), construct(t.head, (_full(b, own.shape),), (), t.shape))
                for b, k in zip(own.args, own.par, strict=True)
            ]
        elif t.head == "sum" and own.head == PRODUCT:
            for way in _expansions(own):
                yield [(rational(c * k), construct("sum", (_full(b, own.shape),), (), ())) for k, b in way]
    elif t.head == TURNED and t.args[0].head == PRODUCT:
        for way in _expansions(t.args[0]):
            yield [(rational(c * k), turned(_full(b, t.args[0].shape))) for k, b in way]


def _row(parts: Sequence[Form], shape: tuple[Expr, ...]) -> Form:
    """The product as it stands, so that what then cancels in it is said."""
    flat = [one for part in parts for one in (part.args if part.head == CHAIN else (part,))]
    return make(CHAIN, flat, (), shape) if all(one.shape for one in flat) else chain(flat, shape)


def _expanded_factor(t: Form, b: Form, e: Rational, c: Rational) -> Iterator[list[Pair]]:
    rest = [(o, k) for o, k in zip(t.args, t.par, strict=True) if o is not b]
    own = b.args[0] if b.head == "diag" else b
    if own.head == SUM and e == 1 and len(own.args) <= _SHORT:
        parts = own.args
        if b.head == "diag":
            parts = tuple(construct("diag", (_full(o, own.shape),), (), b.shape) for o in own.args)
        yield [(rational(c * k), multiply([(o, 1), *rest], t.shape)) for o, k in zip(parts, own.par, strict=True)]
    if b.head == SUM and e < 0 and len(b.args) <= _SHORT:
        for other, k in rest:
            if k == e and any(_divides(x, other) for x in b.args):
                inner = add([(m, multiply([(x, 1), (other, 1)])) for m, x in zip(b.par, b.args, strict=True)])
                yield [(c, multiply([(inner, e), *((o, n) for o, n in rest if o is not other)], t.shape))]


def _divides(x: Form, other: Form) -> bool:
    return x.head == PRODUCT and any(b is other and e < 0 for b, e in zip(x.args, x.par, strict=True))


def _full(t: Form, shape: tuple[object, ...]) -> Form:
    return t if t.shape == shape else multiply([(t, 1), (ones(shape), 1)], shape)


def _multiply_out(t: Form, simplified: Reduce, reduced: Reduce) -> Form | None:
    """``(1 - y)p - y(1 - p) = p - y``: parentheses are opened where that makes the whole shorter."""
    if t.head == SUM and len(t.args) <= _MOST:
        pairs = list(zip(t.par, t.args, strict=True))
    elif t.head in (PRODUCT, CHAIN, TURNED) or t.head in _OPENED:
        pairs = [(1, t)]
    else:
        return None
    ways = list(islice(((at, way) for at, (_, a) in enumerate(pairs) for way in _expansions(a)), _MOST))
    tries = [{at: way} for at, way in ways]
    if len({at for at, _ in ways}) > 1:
        tries.insert(0, dict(reversed(ways)))
    best, best_cost = None, t.cost
    for chosen in tries:
        new = [(rational(c * k), b) for at, (c, a) in enumerate(pairs) for k, b in chosen.get(at, [(1, a)])]
        cost = reduced(add(new, t.shape)).cost
        if cost < best_cost:
            best, best_cost = new, cost
    return None if best is None else _as_it_stands(best, t.shape)


MOVES = (
    Move("common factor", "a common factor is taken out", _common_factor),
    Move("multiply out", "the parentheses are multiplied out", _multiply_out),
)
