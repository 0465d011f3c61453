"""A move for case distinctions: ``{ u if not c; v if c }*a + { w if not c; 0 if c }*b = { u*a + w*b …; v*a if c }``."""

from __future__ import annotations

from collections import defaultdict

from mcalc.rewriting.algebra import add, multiply
from mcalc.rewriting.forms import NUMBER, PRODUCT, SUM, Form, make
from mcalc.rewriting.opening import Pair, Reduce
from mcalc.rewriting.rationals import Rational, rational
from mcalc.table.roles import CASES


def one_distinction(t: Form, simplified: Reduce, reduced: Reduce) -> Form | None:
    """Terms with values by the same cases as a factor are one case distinction, where that is shorter."""
    if len(t.args) < 2:
        return None
    by_condition: dict[Form, list[int]] = defaultdict(list)
    for at, a in enumerate(t.args):
        chosen = _distinction(a, t)
        if chosen is not None:
            by_condition[chosen.args[0]].append(at)
    for condition, places in by_condition.items():
        if len(places) < 2:
            continue
        branches: tuple[list[Pair], list[Pair]] = [], []
        for at in places:
            a = t.args[at]
            chosen = _distinction(a, t)
            assert chosen is not None
            rest = multiply([(a, 1), (chosen, -1)], a.shape if a is not chosen else ())
            for branch, value in zip(branches, chosen.args[1:], strict=True):
                branch.append(_times(t.par[at], value, rest, t))
        one = make(CASES, (condition, *(add(branch, t.shape) for branch in branches)), (), t.shape)
        others = [(c, a) for at, (c, a) in enumerate(zip(t.par, t.args, strict=True)) if at not in places]
        if add([(1, one), *others], t.shape).cost < t.cost:
            return make(SUM, (one, *(a for _, a in others)), (1, *(c for c, _ in others)), t.shape) if others else one
    return None


def _times(c: Rational, value: Form, rest: Form, t: Form) -> Pair:
    """``c·value·rest`` as a term of the sum."""
    if value.head == NUMBER:
        return rational(c * value.par[0]), rest
    return c, multiply([(value, 1), (rest, 1)], t.shape)


def _distinction(a: Form, t: Form) -> Form | None:
    """The factor of a term that is another one in each case, entry by entry."""
    factors = zip(a.args, a.par, strict=True) if a.head == PRODUCT else [(a, 1)]
    return next((b for b, e in factors if e == 1 and b.head == CASES and b.shape == t.shape), None)
