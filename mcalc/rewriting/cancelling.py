"""Moves for fractions: what is below the bar cancels in a part of a sum, or in a sum that is a multiple of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import permutations

from mcalc.rewriting.algebra import add, multiply
from mcalc.rewriting.constructors import construct
from mcalc.rewriting.forms import CHAIN, ONE, PRODUCT, SUM, TURNED, Form, is_zero, scaled_parts
from mcalc.rewriting.opening import Pair, Reduce, as_it_stands, expansions
from mcalc.rewriting.rationals import Rational, over, rational

_MOST, _FEW = 12, 4


def out_of_fraction(t: Form, simplified: Reduce, reduced: Reduce) -> Form | None:
    """``(A + s·I)·v/s = A·v/s + v``: what cancels in one part of a sum is cancelled where the whole is then shorter."""
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
    """``(a³ − a)/(1 − a²) = −a``, ``(a² − b²)/(a − b) = a + b``: a sum that is another one times a short one."""
    powers = list(zip(t.args, t.par, strict=True))
    sums = [(b, e) for b, e in powers if b.head == SUM and 1 < len(b.args) <= _FEW]
    for (above, e), (below, k) in permutations(sums, 2) if len(sums) <= _MOST else ():
        if e != 1 or k != -1:
            continue
        opened = reduced(_multiplied_out(above))
        ratio = next((found for lead in below.args if (found := _ratio(opened, below, lead, reduced))), None)
        if ratio is None:
            continue
        rest = [(o, m) for o, m in powers if o is not above and o is not below]
        whole = multiply([(add(ratio, above.shape), 1), *rest], t.shape)
        if whole.cost < t.cost:
            return whole
    return None


def _multiplied_out(above: Form) -> Form:
    """The sum, each of its products multiplied out where they can be."""
    pairs: list[Pair] = []
    for c, a in zip(above.par, above.args, strict=True):
        pairs += [(rational(c * k), b) for k, b in next(expansions(a), [(1, a)])]
    return add(pairs, above.shape)


def _ratio(above: Form, below: Form, lead: Form, reduced: Reduce) -> list[Pair] | None:
    """The sum that times `below` is `above`, its terms found by those that have the leading term; None if none is."""
    found: list[Pair] = []
    k = next(c for c, a in zip(below.par, below.args, strict=True) if a is lead)
    wanted = dict(zip(lead.args, lead.par, strict=True)) if lead.head == PRODUCT else {lead: 1}
    left = above
    for _ in range(_FEW):
        c, core = scaled_parts(left)
        pairs = list(zip(core.par, core.args, strict=True)) if core.head == SUM else [(1, core)]
        term = next((pair for pair in pairs if lead is ONE or _has(pair[1], wanted)), None)
        if term is None:
            return None
        one = over(rational(c * term[0]), k), multiply([(term[1], 1), (lead, -1)], above.shape)
        found.append(one)
        gone = [
            (rational(-one[0] * m), multiply([(one[1], 1), (b, 1)], above.shape))
            for m, b in zip(below.par, below.args, strict=True)
        ]
        left = reduced(add([(1, left), *gone], above.shape))
        if is_zero(left):
            return found
    return None


def _has(a: Form, wanted: Mapping[Form, Rational]) -> bool:
    own = dict(zip(a.args, a.par, strict=True)) if a.head == PRODUCT else {a: 1}
    return all(own.get(b, 0) >= e > 0 for b, e in wanted.items())


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
