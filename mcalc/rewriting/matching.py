"""A row at the head of a form: its largest part is found, and the others are looked up by what they must be."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

from mcalc.rewriting.algebra import scaled
from mcalc.rewriting.forms import CHAIN, PRODUCT, SUM, TURNED, Form, make, ones, scaled_parts
from mcalc.rewriting.heads import operator_of
from mcalc.rewriting.patterns import Bound, Row, built, is_name, matches, names, pairs_of
from mcalc.rewriting.rationals import Rational, absolute, odd, over, rational


class Found(NamedTuple):
    """A use of a row: ``before = after`` is what it says, `whole` what the form becomes, as it stands."""

    before: Form
    after: Form
    whole: Form


def applied(row: Row, form: Form) -> Found | None:
    """The row at the head of a form; None where it does not fit, or says nothing."""
    pattern = row.before
    if pattern.head == form.head == PRODUCT:
        return _in_product(row, form)
    if pattern.head == form.head == SUM and len(form.args) >= len(pattern.args) > 1:
        return _in_sum(row, form)
    if pattern.head != form.head or pattern.head == CHAIN:
        return None
    for bound in matches(pattern, form, {}):
        if row.holds(bound) and built(pattern, bound) is form:
            after = built(row.after, bound, as_it_stands=True)
            if after.shape != form.shape:
                after = make(PRODUCT, (after, ones(form.shape)), (1, 1), form.shape)
            return Found(form, after, after)
    return None


@lru_cache(maxsize=1024)
def _anchored(pattern: Form) -> tuple[tuple[Form, Rational], list[tuple[Form, Rational]]]:
    """The largest part of the pattern, and the others, which are then looked up by what they must be."""
    first, *others = sorted(pairs_of(pattern), key=lambda pair: (is_name(pair[0]), -pair[0].cost))
    return first, others


def _in_product(row: Row, form: Form) -> Found | None:
    (pattern, k), others = _anchored(row.before)
    for anchor, e in [pair for pair in zip(form.args, form.par, strict=True) if pair[0].head == pattern.head]:
        if e * k < 0 or absolute(e) < absolute(k):
            continue
        for bound in matches(pattern, anchor, {}):
            left = dict(pairs_of(form))
            left[anchor] = rational(left[anchor] - k)
            found = _others_of_product(others, left, bound, anchor)
            if found is None or not row.holds(found[0]):
                continue
            bound, hole, sign = found
            before, after = built(row.before, bound), built(row.after, bound, as_it_stands=True)
            if sign != 1:
                before, after = scaled(sign, before), make(SUM, (after,), (sign,), after.shape)
            if hole is not None:
                factor, rebuild = hole
                left[factor] = rational(left[factor] - 1)
                return Found(before, after, _product_of(rebuild(after), left, form))
            return Found(before, after, _product_of(after, left, form))
    return None


def _product_of(new: Form, left: Mapping[Form, Rational], form: Form) -> Form:
    rest = [(t, e) for t, e in left.items() if e != 0 and t is not new]
    again = left.get(new, 0)
    if not rest and not again:
        return new if new.shape == form.shape else make(PRODUCT, (new,), (1,), form.shape)
    return make(PRODUCT, (new, *(t for t, _ in rest)), (rational(1 + again), *(e for _, e in rest)), form.shape)


Hole = tuple[Form, Callable[[Form], Form]]


def _others_of_product(
    others: Sequence[tuple[Form, Rational]], left: dict[Form, Rational], bound: Bound, anchor: Form
) -> tuple[Bound, Hole | None, Rational] | None:
    """What the names are bound to, where a factor was met inside another, and the sign that a difference leaves."""
    hole: Hole | None = None
    sign: Rational = 1
    for pattern, k in others:
        if names(pattern) <= bound.keys():
            c, wanted = scaled_parts(built(pattern, bound))
            if c == -1 and odd(k):
                sign = -sign
            elif c != 1 and c != -1:
                return None
        else:
            near = (t for t, e in left.items() if t.head == pattern.head and e * k > 0 and absolute(e) >= absolute(k))
            met = next(((t, way) for t in near for way in matches(pattern, t, bound)), None)
            if met is None:
                return None
            wanted, bound = met
        e = left.get(wanted, 0)
        if e * k > 0 and absolute(e) >= absolute(k):
            left[wanted] = rational(e - k)
        elif hole is None and k == 1 and wanted.shape and not anchor.shape:
            hole = _along_the_spine(wanted, left)
            if hole is None:
                return None
        else:
            return None
    return bound, hole, sign


def _along_the_spine(wanted: Form, left: Mapping[Form, Rational]) -> Hole | None:
    """A scalar factor meets its partner inside of what is linear in it: ``diag(exp(x))/sum(exp(x))``."""
    for factor, e in left.items():
        if e == 1 and factor.shape:
            for part, rebuild in _spine(factor):
                if part is wanted:
                    return factor, rebuild
    return None


_DEEPEST = 12


def _spine(form: Form) -> Iterator[tuple[Form, Callable[[Form], Form]]]:
    """The parts of a form that it is linear in, each with what puts another in its place."""
    stack: list[tuple[Form, Callable[[Form], Form], int]] = [(form, lambda new: new, 0)]
    while stack:
        t, put, depth = stack.pop()
        operator = operator_of(t.head)
        linear = operator.linear and len(t.args) == 1 if operator is not None else t.head in (CHAIN, TURNED, PRODUCT)
        if not linear or depth > _DEEPEST:
            continue
        for at, arg in enumerate(t.args):
            if t.head == PRODUCT and (t.par[at] != 1 or not arg.shape):
                continue

            def rebuild(new: Form, t: Form = t, at: int = at, put: Callable[[Form], Form] = put) -> Form:
                return put(make(t.head, (*t.args[:at], new, *t.args[at + 1 :]), t.par, t.shape))

            yield arg, rebuild
            stack.append((arg, rebuild, depth + 1))


def _in_sum(row: Row, form: Form) -> Found | None:
    """A row about a sum fits a part of a sum, up to a common number."""
    (pattern, k), others = _anchored(row.before)
    have = dict(pairs_of(form))
    for anchor, e in have.items():
        if anchor.head != pattern.head:
            continue
        scale = over(e, k)
        for bound in matches(pattern, anchor, {}):
            left = dict(have)
            del left[anchor]
            found = _others_of_sum(others, left, bound, scale)
            if found is None or not row.holds(found):
                continue
            after = built(row.after, found, as_it_stands=True)
            pairs = [(scale, after), *((c, t) for t, c in left.items())]
            whole = make(SUM, (t for _, t in pairs), (c for c, _ in pairs), form.shape)
            return Found(built(row.before, found), after, whole)
    return None


def _others_of_sum(
    others: Sequence[tuple[Form, Rational]], left: dict[Form, Rational], bound: Bound, scale: Rational
) -> Bound | None:
    for pattern, k in others:
        if names(pattern) <= bound.keys():
            c, wanted = scaled_parts(built(pattern, bound))
        else:
            near = [t for t in left if t.head == pattern.head]
            c = 1
            found = next(((t, way) for t in near for way in matches(pattern, t, bound)), None)
            if found is None:
                return None
            wanted, bound = found
        if left.get(wanted) != rational(scale * k * c):
            return None
        del left[wanted]
    return bound
