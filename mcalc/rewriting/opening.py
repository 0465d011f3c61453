"""Moves that open parentheses and fractions: sums in products, inverses side by side, one denominator for a sum."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import islice, pairwise

from sympy.core.expr import Expr

from mcalc.rewriting.algebra import add, multiply
from mcalc.rewriting.beside import has_inverse
from mcalc.rewriting.constructors import construct
from mcalc.rewriting.forms import CHAIN, PRODUCT, SUM, TURNED, Form, has_mean, make, ones, scaled_parts
from mcalc.rewriting.outlook import OPENED, Rows, is_hopeless
from mcalc.rewriting.products import chain
from mcalc.rewriting.rationals import Rational, rational, whole
from mcalc.rewriting.signs import turned
from mcalc.table.roles import INVERSE

Pair = tuple[Rational, Form]
Reduce = Callable[[Form], Form]
_MOST = 12
_SHORT = 4
_LONGER = 60
"""What is opened may take so much more to read; rows make up for that, and for no more."""


def as_it_stands(pairs: Sequence[Pair], shape: tuple[Expr, ...]) -> Form:
    """The sum, nothing in it done."""
    return make(SUM, (a for _, a in pairs), (c for c, _ in pairs), shape)


# Multiplying out ------------------------------------------------------------------------------------------------------


def expansions(t: Form) -> Iterator[list[Pair]]:
    """A term with one of its sums multiplied out: each way."""
    c, t = scaled_parts(t)
    if t.head == PRODUCT:
        if [b.head for b in t.args].count(SUM) > _SHORT:
            return
        for b, e in zip(t.args, t.par, strict=True):
            if b.head in (SUM, TURNED, CHAIN, "diag"):
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
    elif t.head in OPENED and not t.par:
        (own,) = t.args
        if own.head == SUM and len(own.args) <= _SHORT:
            yield [
                (rational(c * k), construct(t.head, (_full(b, own.shape),), (), t.shape))
                for b, k in zip(own.args, own.par, strict=True)
            ]
        elif t.head == "sum" and own.head == PRODUCT:
            for way in expansions(own):
                yield [(rational(c * k), construct("sum", (_full(b, own.shape),), (), ())) for k, b in way]
    elif t.head == TURNED and t.args[0].head == PRODUCT:
        for way in expansions(t.args[0]):
            yield [(rational(c * k), turned(_full(b, t.args[0].shape))) for k, b in way]


def _row(parts: Sequence[Form], shape: tuple[Expr, ...]) -> Form:
    """The product as it stands, so that what then cancels in it is said."""
    flat = [one for part in parts for one in (part.args if part.head == CHAIN else (part,))]
    return make(CHAIN, flat, (), shape) if all([one.shape for one in flat]) else chain(flat, shape)


def _expanded_factor(t: Form, b: Form, e: Rational, c: Rational) -> Iterator[list[Pair]]:
    rest = [(o, k) for o, k in zip(t.args, t.par, strict=True) if o is not b]
    own = b.args[0] if b.head == "diag" else b
    if own.head == SUM and e == 1 and len(own.args) <= _SHORT:
        parts = own.args
        if b.head == "diag":
            parts = tuple(construct("diag", (_full(o, own.shape),), (), b.shape) for o in own.args)
        yield [(rational(c * k), multiply([(o, 1), *rest], t.shape)) for o, k in zip(parts, own.par, strict=True)]
    if b.head == SUM and whole(e) and len(b.args) <= _SHORT:
        for other, m in _below(b):
            powers = [(o, k) for o, k in rest if o is not other]
            k = next((k for o, k in rest if o is other), 0)
            inner = add([(j, multiply([(x, 1), (other, m)])) for j, x in zip(b.par, b.args, strict=True)])
            yield [(c, multiply([(inner, e), (other, rational(k - m * e)), *powers], t.shape))]
    elif b.head == SUM and e < 0 and len(b.args) <= _SHORT:
        for other, k in rest:
            if k == e and any(one is other for one, _ in _below(b)):
                inner = add([(m, multiply([(x, 1), (other, 1)])) for m, x in zip(b.par, b.args, strict=True)])
                yield [(c, multiply([(inner, e), *((o, n) for o, n in rest if o is not other)], t.shape))]
    elif b.head != SUM and e == 1:
        for other, k in rest:
            if k < 0 and not other.shape and (cleared := _cleared_within(b, other)) is not None:
                whole_one, m = cleared
                powers = [(o, n) for o, n in rest if o is not other]
                yield [(c, multiply([(whole_one, 1), (other, rational(k + m)), *powers], t.shape))]


def _cleared_within(b: Form, other: Form) -> tuple[Form, Rational] | None:
    """``Xᵀ·(u/(1 + u²/c²)) = c²Xᵀ·(u/(c² + u²))``: the form without the scalar below the bar, and its power outside."""
    if b.head not in (TURNED, CHAIN, "diag", PRODUCT):
        return None
    for at, part in enumerate(b.args):
        if b.head == PRODUCT and b.par[at] < 0 and part.head == SUM and whole(b.par[at]) and len(part.args) <= _SHORT:
            m = dict(_below(part)).get(other)
            if m is not None:
                inner = add([(j, multiply([(x, 1), (other, m)])) for j, x in zip(part.par, part.args, strict=True)])
                rest = [(o, k) for o, k in zip(b.args, b.par, strict=True) if o is not part]
                return multiply([(inner, b.par[at]), *rest], b.shape), rational(-m * b.par[at])
        elif b.head != PRODUCT or b.par[at] == 1:
            found = _cleared_within(part, other)
            if found is not None:
                args = (*b.args[:at], found[0], *b.args[at + 1 :])
                return construct(b.head, args, b.par, b.shape), found[1]
    return None


def _below(form: Form) -> list[tuple[Form, Rational]]:
    """What stands below a fraction bar in the terms of a sum, each with the largest exponent it has there."""
    found: dict[Form, Rational] = {}
    for x in form.args:
        for b, e in zip(x.args, x.par, strict=True) if x.head == PRODUCT and not has_mean(x) else ():
            if e < 0 and whole(e) and b.shape in ((), form.shape):
                found[b] = max(found.get(b, 0), -e)
    return list(found.items())


def _full(t: Form, shape: tuple[Expr, ...]) -> Form:
    return t if t.shape == shape else multiply([(t, 1), (ones(shape), 1)], shape)


WITH_PARENTHESES = frozenset({SUM, PRODUCT, CHAIN, *OPENED})
"""Where parentheses are opened; under a transpose they are already."""


def multiplies_in_vain(t: Form, rows: Rows) -> bool:
    """Whether no parentheses are worth opening, as far as that can be told before it is done."""
    if len(t.args) > _MOST and t.head == SUM:
        return True
    return is_hopeless(t, list(zip(t.par, t.args, strict=True)) if t.head == SUM else [(1, t)], rows, _SHORT)


def multiply_out(t: Form, simplified: Reduce, reduced: Reduce) -> Form | None:
    """``(1 - y)p - y(1 - p) = p - y``: parentheses are opened where that makes the whole shorter."""
    pairs: list[Pair] = list(zip(t.par, t.args, strict=True)) if t.head == SUM else [(1, t)]
    ways = list(islice(((at, way) for at, (_, a) in enumerate(pairs) for way in expansions(a)), _MOST))
    tries = [{at: way} for at, way in ways]
    if len({at for at, _ in ways}) > 1:
        tries.insert(0, dict(reversed(ways)))
    best, best_cost = None, t.cost
    for chosen in tries:
        new = [(rational(c * k), b) for at, (c, a) in enumerate(pairs) for k, b in chosen.get(at, [(1, a)])]
        opened = add(new, t.shape)
        if opened.cost > t.cost + _LONGER:
            continue
        cost = reduced(opened).cost
        if cost < best_cost:
            best, best_cost = new, cost
    return None if best is None else as_it_stands(best, t.shape)


# Inverses that stand side by side -------------------------------------------------------------------------------------


def one_inverse(t: Form, simplified: Reduce, reduced: Reduce) -> Form | None:
    """``(I + S⁻¹·B)⁻¹·S⁻¹ = (S + B)⁻¹``: two inverses are one where the product inside is short."""
    if not has_inverse(t.args):
        return None
    for at, (one, other) in enumerate(pairwise(t.args)):
        if not (_is_inverse(one) and _is_inverse(other)):
            continue
        pair = [construct(INVERSE, (part,), (), part.shape) for part in (other, one)]
        inner = make(CHAIN, pair, (), one.shape)
        for way in islice(expansions(inner), _SHORT):
            opened = reduced(add(way, one.shape))
            whole = make(INVERSE, (opened,), (), one.shape)
            if whole.cost < one.cost + other.cost:
                parts = (*t.args[:at], make(INVERSE, (as_it_stands(way, one.shape),), (), one.shape), *t.args[at + 2 :])
                return make(CHAIN, parts, (), t.shape) if len(parts) > 1 else parts[0]
    return None


def _is_inverse(form: Form) -> bool:
    return form.head == INVERSE or (form.head == TURNED and form.args[0].head == INVERSE)


# One denominator ------------------------------------------------------------------------------------------------------


def one_denominator(t: Form, simplified: Reduce, reduced: Reduce) -> Form | None:
    """``1 - a/(1 + a) = 1/(1 + a)``: terms are brought over one fraction bar where what is above it is short."""
    if not 1 < len(t.args) <= _SHORT:
        return None
    best, best_cost = None, t.cost
    for below, power in _below(t):
        if below.head != SUM:
            continue
        above = [
            (c, multiply([(_full(a, t.shape), 1), (below, power)], t.shape)) for c, a in zip(t.par, t.args, strict=True)
        ]
        new = make(PRODUCT, (as_it_stands(above, t.shape), below), (1, -power), t.shape)
        cost = multiply([(_opened(above, t.shape, reduced), 1), (below, -power)], t.shape).cost
        if cost < best_cost:
            best, best_cost = new, cost
    return best


def _opened(pairs: Sequence[Pair], shape: tuple[Expr, ...], reduced: Reduce) -> Form:
    """The sum, each of its products multiplied out where they can be."""
    ways = [next(expansions(a), [(1, a)]) for _, a in pairs]
    return reduced(add([(rational(c * k), b) for (c, _), way in zip(pairs, ways, strict=True) for k, b in way], shape))
