"""Moves for fractions: what is below the bar cancels in a part of a sum, or in a sum that is a multiple of it."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import permutations

from mcalc.rewriting.algebra import add, multiply
from mcalc.rewriting.constructors import construct
from mcalc.rewriting.forms import CHAIN, PRODUCT, SUM, TURNED, Form
from mcalc.rewriting.opening import Pair, Reduce, as_it_stands
from mcalc.rewriting.rationals import Rational, over, rational

_MOST, _FEW = 12, 4


def out_of_fraction(t: Form, simplified: Reduce, reduced: Reduce) -> Form | None:
    """``(A + s·I)·v/s = A·v/s + v``: what cancels in one part of a sum is cancelled where the whole is then shorter."""
    if t.head != PRODUCT:
        return None
    powers = list(zip(t.args, t.par, strict=True))
    for below, e in powers:
        if below.shape or e >= 0:
            continue
        for factor, k in powers:
            if k != 1 or factor is below:
                continue
            kept, gone = _parted([(1, factor)], below, -e)
            if not gone:
                continue
            rest = [(b, m) for b, m in powers if b is not factor and b is not below]
            terms = [(c, multiply([(a, 1), *rest], t.shape)) for c, a in gone]
            if kept:
                inner = add(kept, factor.shape)
                terms.insert(0, (1, multiply([(inner, 1), (below, e), *rest], t.shape)))
            if reduced(add(terms, t.shape)).cost < t.cost:
                return as_it_stands(terms, t.shape)
    return None


def proportional(t: Form, simplified: Reduce, reduced: Reduce) -> Form | None:
    """``(a³ − a)/(1 − a²) = −a``: a sum that is another one times a factor, above the bar and below."""
    if t.head != PRODUCT:
        return None
    powers = list(zip(t.args, t.par, strict=True))
    sums = [(b, e) for b, e in powers if b.head == SUM and 1 < len(b.args) <= _FEW]
    for above, below in permutations(sums, 2):
        if above[1] != 1 or below[1] != -1 or len(above[0].args) != len(below[0].args):
            continue
        first = multiply([(above[0].args[0], 1)])
        for k, b in zip(below[0].par, below[0].args, strict=True):
            ratio = (over(above[0].par[0], k), multiply([(first, 1), (b, -1)], above[0].shape))
            product = [
                (rational(ratio[0] * c), multiply([(ratio[1], 1), (x, 1)], above[0].shape))
                for c, x in zip(below[0].par, below[0].args, strict=True)
            ]
            if reduced(add(product, above[0].shape)) is above[0]:
                rest = [(o, e) for o, e in powers if o is not above[0] and o is not below[0]]
                return add([(ratio[0], multiply([(ratio[1], 1), *rest], t.shape))], t.shape)
    return None


def _parted(pairs: Sequence[Pair], below: Form, power: Rational) -> tuple[list[Pair], list[Pair]]:
    """The terms that have not the power of a scalar as a factor, and those that have it, without it.

    A sum within a product of matrices, or turned over, is opened where some of its terms have it.
    """
    kept: list[Pair] = []
    gone: list[Pair] = []
    for c, a in pairs:
        own = dict(zip(a.args, a.par, strict=True)) if a.head == PRODUCT else {a: 1}
        if own.get(below, 0) >= power:
            gone.append((c, multiply([(a, 1), (below, -power)], a.shape)))
            continue
        opened = _opened(a, below, power)
        if opened is None:
            kept.append((c, a))
            continue
        for into, found in zip((kept, gone), opened, strict=True):
            into += [(rational(c * k), b) for k, b in found]
    return kept, gone


def _opened(a: Form, below: Form, power: Rational) -> tuple[list[Pair], list[Pair]] | None:
    """A sum, a product of matrices with a sum in it, or its transpose, parted; None where nothing has the factor."""
    if a.head == SUM and len(a.args) <= _MOST:
        kept, gone = _parted(list(zip(a.par, a.args, strict=True)), below, power)
        return (kept, gone) if gone else None
    if a.head not in (CHAIN, TURNED, PRODUCT):
        return None
    for at, part in enumerate(a.args):
        if not part.shape or (a.head == PRODUCT and a.par[at] != 1):
            continue
        found = _opened(part, below, power)
        if found is not None:
            kept, gone = (_with(a, at, own) for own in found)
            return kept, gone
    return None


def _with(a: Form, at: int, pairs: Sequence[Pair]) -> list[Pair]:
    """The form with a sum of these terms in a place; nothing where there are none."""
    if not pairs:
        return []
    return [(1, construct(a.head, (*a.args[:at], add(pairs, a.args[at].shape), *a.args[at + 1 :]), a.par, a.shape))]
