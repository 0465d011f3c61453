"""Moves for what all terms are multiples of, one matrix or one on each side: ``A'·A − A'·B·A = A'·(I − B)·A``."""

from __future__ import annotations

from collections.abc import Sequence

from mcalc.rewriting.algebra import add, multiply, split, with_scalars
from mcalc.rewriting.forms import CHAIN, ONE, PRODUCT, SUM, TURNED, Form, identity, is_matrix, make
from mcalc.rewriting.opening import Reduce, as_it_stands
from mcalc.rewriting.products import chain
from mcalc.rewriting.rationals import Rational, rational
from mcalc.rewriting.signs import turned


def multiples(t: Form, simplified: Reduce, reduced: Reduce) -> Form | None:
    """``s·u − t·u = (s − t)·u``: multiples of one vector or matrix are added, though that is no shorter."""
    if len(t.args) < 2 or not t.shape:
        return None
    parts = [split(a) for a in t.args]
    body = parts[0][2]
    if any(other is not body for _, _, other in parts) or body.shape != t.shape or body.head in _CONSTANT:
        return None
    pairs = [(rational(c * k), multiply([*scalars, (ONE, 1)])) for c, (k, scalars, _) in zip(t.par, parts, strict=True)]
    found = multiply([(add(pairs, ()), 1), (body, 1)], t.shape)
    return make(PRODUCT, (as_it_stands(pairs, ()), body), (1, 1), t.shape) if found.cost <= t.cost else None


_CONSTANT = frozenset({"ones", "eye"})


def both_sides(t: Form, simplified: Reduce, reduced: Reduce) -> Form | None:
    """``A'·A − A'·B·A = A'·(I − B)·A``: the matrices that all terms have first and last are taken out together."""
    if len(t.args) < 2 or not is_matrix(t):
        return None
    body = split(t.args[0])[2]
    if body.head != CHAIN:
        return None
    left, right = body.args[0], body.args[-1]
    if not (is_matrix(left) and is_matrix(right)):
        return None
    inner = _inner(t.par, t.args, left, right)
    if inner is None:
        return None
    whole = chain([left, add(list(zip(inner.par, inner.args, strict=True))), right], t.shape)
    return make(CHAIN, (left, inner, right), (), t.shape) if whole.cost < t.cost else None


def beside_its_transpose(t: Form, simplified: Reduce, reduced: Reduce) -> Form | None:
    """``(A − B·A)'·A = A'·(I − B)'·A``: the transpose of what stands beside a sum comes out on the other side."""
    if not is_matrix(t):
        return None
    for at, a in enumerate(t.args):
        own = a.args[0] if a.head == TURNED else a
        if own.head != SUM or len(own.args) < 2 or not is_matrix(a) or not _may_share_an_end(own.args):
            continue
        terms = own.args if a is own else [turned(b) for b in own.args]
        for left, right in ((_turned_at(t, at + 1), None), (None, _turned_at(t, at - 1))):
            inner = None if left is right else _inner(own.par, terms, left, right)
            if inner is None:
                continue
            parts = [part for part in (left, inner, right) if part is not None]
            found = make(CHAIN, (*t.args[:at], *parts, *t.args[at + 1 :]), (), t.shape)
            if found.cost <= t.cost:
                return found
    return None


def _may_share_an_end(terms: Sequence[Form]) -> bool:
    """Whether all terms may begin, or end, with one matrix, as far as that is seen at a glance."""
    if PRODUCT in [a.head for a in terms]:
        return True
    rows = [a.args if a.head == CHAIN else (a,) for a in terms]
    return len({row[0] for row in rows}) == 1 or len({row[-1] for row in rows}) == 1


def _turned_at(t: Form, at: int) -> Form | None:
    return turned(t.args[at]) if 0 <= at < len(t.args) and is_matrix(t.args[at]) else None


def _inner(numbers: Sequence[Rational], terms: Sequence[Form], left: Form | None, right: Form | None) -> Form | None:
    """The sum without the factor that all terms have first, and that which they have last; None where one has not."""
    pairs: list[tuple[Rational, Form]] = []
    for c, a in zip(numbers, terms, strict=True):
        rest = _rest(a, left, right)
        if rest is None:
            return None
        pairs.append((c, rest))
    return as_it_stands(pairs, pairs[0][1].shape)


def _rest(a: Form, left: Form | None, right: Form | None) -> Form | None:
    if not is_matrix(a):
        return None
    k, scalars, body = split(a)
    parts = list(body.args) if body.head == CHAIN else [body]
    height, width = a.shape
    if left is not None:
        if parts.pop(0) is not left:
            return None
        height = left.shape[1]
    if right is not None:
        if not parts or parts.pop() is not right:
            return None
        width = right.shape[0]
    if not parts and left is not None and right is not None and right is not turned(left):
        return None
    return with_scalars(k, scalars, chain(parts, (height, width)) if parts else identity(height))
