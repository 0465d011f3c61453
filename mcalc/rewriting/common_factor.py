"""A common factor is taken out: ``a·c + b·c = (a + b)·c``, a matrix first or last, a scalar or entries anywhere."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Container, Iterable, Iterator, Sequence
from itertools import islice
from typing import NamedTuple

from sympy.core.expr import Expr

from mcalc.rewriting.algebra import add, multiply
from mcalc.rewriting.constructors import construct
from mcalc.rewriting.forms import CHAIN, ONE, PRODUCT, SUM, Form, identity, make
from mcalc.rewriting.hidden import hidden, once_more
from mcalc.rewriting.opening import Pair, Reduce, as_it_stands
from mcalc.rewriting.products import chain
from mcalc.rewriting.rationals import Rational, absolute
from mcalc.rewriting.shapes import chain_shape
from mcalc.rewriting.signs import is_typed, turned

_MOST = 12
_BREADTH = 10
_SEVERAL = 3
"""So many factors that all terms have are not tried one by one."""
_SIDES = ("left", "right")
_NEVER = 10**6
_SHORT, _FEW = 4, 4
"""A scalar that costs no more, or one among more terms, is taken out only where all terms have it."""


class Signature(NamedTuple):
    """A factor that a term offers to be taken out: where it stands, and whether above the bar or below."""

    place: str
    factor: Form | None
    above: bool = True


def _signatures(t: Form, often: Container[Form]) -> Iterator[Signature]:
    """What can be taken out of a term: of its factors those that others have too, `often`, or may have hidden."""
    if t.head == CHAIN and t.shape:
        yield Signature("left", t.args[0])
        yield Signature("right", t.args[-1])
        return
    if t.head == PRODUCT:
        alone = [bool(b.shape) for b in t.args].count(True) == 1
        for b, e in zip(t.args, t.par, strict=True):
            if b.head == CHAIN and b.shape and e == 1 and alone:
                yield from _signatures(b, often)
            if b in often or b.head in _HIDING:
                yield from _as_factor(b, e > 0)
            if b.head == "diag" and e == 1 and alone:
                yield Signature("diag", None)
        return
    if t.head == "diag" and t.shape:
        yield Signature("diag", None)
        yield from (Signature(side, t) for side in _SIDES)
    yield from _as_factor(t)


_HIDING = frozenset({SUM, "power"})
"""What a term may have as a factor that does not show in it: ``a + b`` beside a and b, ``a^s`` of ``a^(s + 1)``."""


def _factors_of_several(terms: Iterable[Form]) -> set[Form]:
    """The factors that stand in more than one term."""
    met: set[Form] = set()
    found: set[Form] = set()
    for a in terms:
        own = {a, *a.args} if a.head == PRODUCT else {a}
        found |= met & own
        met |= own
    return found


def _as_factor(b: Form, above: bool = True) -> Iterator[Signature]:
    """The factor, and ``a^s`` of ``a^(s + 1)``."""
    yield Signature("times", b, above)
    if b.head == "power" and b.args[1].head == SUM and ONE in b.args[1].args:
        rest = [(c, a) for c, a in zip(b.args[1].par, b.args[1].args, strict=True) if a is not ONE]
        yield Signature("times", construct("power", (b.args[0], add(rest, b.args[1].shape)), (), b.shape), above)


def _exponent(t: Form, base: Form) -> Rational:
    if t.head != PRODUCT:
        return 1
    return absolute(next((e for b, e in zip(t.args, t.par, strict=True) if b is base), 1))


def _without(t: Form, signature: Signature, power: Rational) -> Form:
    """What is left of a term without the factor."""
    place, factor, above = signature
    if place in _SIDES and factor is t:
        return identity(t.shape[0])
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


def _shape_without(t: Form, factor: Form, power: Rational) -> tuple[Expr, ...]:
    """The shape of what is left: a scalar where the factor was all that had one."""
    if factor is t:
        return () if power == 1 else t.shape
    if t.head != PRODUCT or factor not in t.args:
        return t.shape or factor.shape
    kept = _exponent(t, factor) != power or any(b.shape for b in t.args if b is not factor)
    return t.shape if kept else ()


def _put(signature: Signature, inner: Form, shape: tuple[Expr, ...], power: Rational, maker: object) -> Form:
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


def _made(maker: Callable[..., Form], head: str, args: tuple[Form, ...], par: tuple[Expr, ...], shape: object) -> Form:
    return maker(head, args, par, shape)


def common_factor(t: Form, simplified: Reduce, reduced: Reduce) -> Form | None:
    """``a·c + b·c = (a + b)·c``: of the factors that terms share, the one that saves most."""
    if len(t.args) < 2:
        return None
    places: dict[Signature, list[int]] = defaultdict(list)
    often = _factors_of_several(t.args)
    for at, a in enumerate(t.args):
        if a is not ONE:
            for signature in dict.fromkeys(_signatures(a, often)):
                places[signature].append(at)
    shared = [(signature, where) for signature, where in places.items() if len(where) > 1 or _is_hidden(t, signature)]
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
        if len(rests) == len(where):
            signature, rests = _as_far(signature, rests)
        inner = add(rests, _inner_shape(rests))
        dearer = _dearer(signature, rests, where, others)
        if _whole(signature, inner, others, t, power).cost + min(dearer, 0) >= t.cost:
            continue
        cost = _whole(signature, simplified(inner), others, t, power).cost + dearer
        vector = signature.factor is None or bool(signature.factor.shape)
        if cost < best_cost and (vector or best is None or not best_vector):
            best, best_cost, best_vector = (signature, rests, others, power), cost, vector
    if best is None:
        return None
    signature, rests, others, power = best
    inner = as_it_stands(rests, _inner_shape(rests))
    first = _put(signature, inner, t.shape, power, make)
    return make(SUM, (first, *(a for _, a in others)), (1, *(c for c, _ in others)), t.shape) if others else first


def _dearer(signature: Signature, rests: Sequence[Pair], where: Sequence[int], others: Sequence[Pair]) -> int:
    """An I is worth it only where it saves more; but ``(A − B/s)/s`` and ``diag(u)·(I − A)`` are as one writes them."""
    factor = signature.factor
    if factor is not None and any(a.head == "eye" for _, a in rests):
        if factor.head == "diag" and any(turned(a) is not a for _, a in rests):
            return _NEVER
        if not others and factor.head == "diag":
            return -1
    below = factor is not None and not factor.shape and not signature.above and not others
    if below and factor is not None and any(a.shape and not _has_below(a, factor) for _, a in rests):
        return -1
    return int(len(rests) > len(where))


def _has_below(a: Form, factor: Form) -> bool:
    return a.head == PRODUCT and any(b is factor and e < 0 for b, e in zip(a.args, a.par, strict=True))


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
    inner = as_it_stands(rests, _inner_shape(rests))
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
    part = signature.place == "times" and factor is not None and not factor.shape and len(where) < len(t.args)
    if part and factor is not None and not (_is_worth_a_part(factor, t) and signature.above):
        return None
    power: Rational = 1
    if signature.place == "times" and factor is not None:
        power = min(_exponent(t.args[at], factor) for at in where)
    rests = [(t.par[at], _without(t.args[at], signature, power)) for at in where]
    shaped = {a.shape for _, a in rests if a.shape or signature.place != "times"}
    if len(shaped) > 1 or (signature.place in ("left", "right") and not all(a.shape for _, a in rests)):
        return None
    left = {at: (c, a) for at, (c, a) in enumerate(zip(t.par, t.args, strict=True)) if at not in where}
    sides = factor is not None and signature.place in _SIDES
    for used, pair in hidden(factor, signature.place == "left", left, t.args) if factor is not None and sides else ():
        rests.append(pair)
        for at in used:
            del left[at]
    if signature.place == "times" and factor is not None and factor.head == SUM and power == 1:
        found = once_more(factor, left)
        if found is not None:
            rests.append((found[1], ONE))
            for at in found[0]:
                del left[at]
    if len(rests) < 2 or len({a.shape for _, a in rests if a.shape}) > 1:
        return None
    return rests, list(left.values()), power


def _as_far(signature: Signature, rests: list[Pair]) -> tuple[Signature, list[Pair]]:
    """A factor with all that follows it in every one of the terms: the whole row that they have in common."""
    place, factor, _ = signature
    chains = [_chain_in(a) for _, a in rests]
    if place not in _SIDES or factor is None or () in chains:
        return signature, rests
    left, alike = place == "left", 0
    rows = [row if left else row[::-1] for row in chains]
    for ends in islice(zip(*rows, strict=False), min(map(len, rows)) - 1):
        kept = [(row[alike + 1], row[-1]) if left else (row[-1], row[alike + 1]) for row in rows]
        shapes = {chain_shape(pair) for pair in kept}
        if len(set(ends)) > 1 or len(shapes) > 1 or () in shapes:
            break
        alike += 1
    if not alike:
        return signature, rests
    taken = chains[0][:alike] if left else chains[0][-alike:]
    cut = [row[alike:] if left else row[:-alike] for row in chains]
    short = [chain(row) if len(row) > 1 else row[0] for row in cut]
    rests = [(c, _with_chain(a, row)) for (c, a), row in zip(rests, short, strict=True)]
    return signature._replace(factor=chain([factor, *taken] if left else [*taken, factor])), rests


def _chain_in(a: Form) -> tuple[Form, ...]:
    """The factors of the product of matrices that a term is, or is a multiple of; of any other term none."""
    if a.head != PRODUCT:
        return a.args if a.head == CHAIN else ()
    shaped = [(b, e) for b, e in zip(a.args, a.par, strict=True) if b.shape]
    return shaped[0][0].args if len(shaped) == 1 and shaped[0][0].head == CHAIN and shaped[0][1] == 1 else ()


def _with_chain(a: Form, new: Form) -> Form:
    """The term with another product of matrices in it."""
    if a.head != PRODUCT:
        return new
    return multiply([(new, 1), *((b, e) for b, e in zip(a.args, a.par, strict=True) if not b.shape)])


def _is_worth_a_part(factor: Form, t: Form) -> bool:
    """Whether a scalar is taken out of a few terms where not all have it: a long one, of a vector or a matrix."""
    return bool(t.shape) and factor.cost > _SHORT and len(t.args) <= _FEW


def _is_hidden(t: Form, signature: Signature) -> bool:
    sides = signature.place in _SIDES
    if signature.factor is None or len(t.args) > _MOST or not (sides or signature.factor.head == SUM):
        return False
    terms = dict(enumerate(zip(t.par, t.args, strict=True)))
    if sides:
        return bool(hidden(signature.factor, signature.place == "left", terms, t.args)) and not is_typed(t)
    return signature.above and once_more(signature.factor, terms) is not None and not is_typed(t)


def _inner_shape(rests: Sequence[Pair]) -> tuple[Expr, ...]:
    return max((a.shape for _, a in rests), key=len)


def _whole(signature: Signature, inner: Form, others: Sequence[Pair], t: Form, power: Rational) -> Form:
    return add([(1, _put(signature, inner, t.shape, power, construct)), *others], t.shape)
