"""A move for case distinctions: ``{ 0 if not c; 1 if c }*a + { 1 if not c; 0 if c }*b = { b if not c; a if c }``."""

from __future__ import annotations

from collections import defaultdict

from mcalc.rewriting.algebra import add, multiply
from mcalc.rewriting.forms import NUMBER, PRODUCT, SUM, Form, make
from mcalc.rewriting.opening import Pair, Reduce
from mcalc.rewriting.rationals import rational
from mcalc.table.roles import CASES


def one_distinction(t: Form, simplified: Reduce, reduced: Reduce) -> Form | None:
    """Terms with numbers by the same cases as a factor are one case distinction, where that is shorter."""
    if t.head != SUM or len(t.args) < 2:
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
            for branch, number in zip(branches, chosen.args[1:], strict=True):
                branch.append((rational(t.par[at] * number.par[0]), rest))
        one = make(CASES, (condition, *(add(branch, t.shape) for branch in branches)), (), t.shape)
        others = [(c, a) for at, (c, a) in enumerate(zip(t.par, t.args, strict=True)) if at not in places]
        if add([(1, one), *others], t.shape).cost < t.cost:
            return make(SUM, (one, *(a for _, a in others)), (1, *(c for c, _ in others)), t.shape) if others else one
    return None


def _distinction(a: Form, t: Form) -> Form | None:
    """The factor of a term that is a number in each case, entry by entry."""
    factors = zip(a.args, a.par, strict=True) if a.head == PRODUCT else [(a, 1)]
    for b, e in factors:
        if e == 1 and b.head == CASES and b.shape == t.shape and all(one.head == NUMBER for one in b.args[1:]):
            return b
    return None
