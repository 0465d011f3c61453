"""What opening parentheses comes to, before anything is made: most often it is longer, and nothing can shorten it.

Where no factor stands once more in what it is multiplied by, no two terms are alike and no row fits, the terms stay
as they are, and what they cost is known from their parts. In doubt there is hope.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence
from typing import NamedTuple, Protocol

from mcalc.rewriting.beside import has_inverse
from mcalc.rewriting.forms import (
    CHAIN,
    NUMBER,
    ONE,
    PRODUCT,
    SUM,
    TURNED,
    Form,
    gain_of_row,
    is_column,
    is_matrix,
    is_row,
    power_cost,
    row_cost,
)
from mcalc.rewriting.rationals import Rational, coefficient_cost, rational
from mcalc.rewriting.signs import turned
from mcalc.table import INDICATORS
from mcalc.table.roles import EXPONENTIAL, INVERSE, TRACE

_UNEVEN = frozenset({"ones", "zeros", "eye", "unit", "power", "diag", NUMBER, EXPONENTIAL, INVERSE})
"""What goes into other factors, or takes them in."""
OPENED = frozenset({"sum", TRACE, "diag"})
"""Functions that are opened where they are of a sum."""
Pair = tuple[Rational, Form]


class Rows(Protocol):
    """The rows that an engine knows by now, and what products are opened into, None where that cannot be told."""

    ways: dict[Form, list[list[Term]] | None]

    def may_fit(self, head: str, inside: set[str]) -> bool:
        """Whether one may fit a sum, a product or a function of parts with these heads."""

    def first_fitting(self, parts: Sequence[Form], start: int, inverses: bool) -> object | None:
        """The first place from `start` on from which one fits, if any."""

    def fits_across(self, parts: Sequence[Form], *borders: int) -> bool:
        """Whether one fits factors of a product of matrices on both sides of one of these places; none is inverse."""


class Term(NamedTuple):
    """A term of a sum that is not made: its parts, its number, what it costs, and what it gains by being turned."""

    what: Hashable
    head: str
    number: Rational
    cost: int
    gain: int


class _Hope(Exception):
    """What opening comes to cannot be told from the parts."""


def is_hopeless(t: Form, pairs: Sequence[Pair], rows: Rows, few: int) -> bool:
    """Whether no way to open a sum in one of these terms of a form makes it shorter; `few` terms a sum may have."""
    try:
        return _is_hopeless(t, pairs, rows, few)
    except _Hope:
        return False


def _is_hopeless(t: Form, pairs: Sequence[Pair], rows: Rows, few: int) -> bool:
    if t.head == "diag":  # diag(u) + diag(v) is diag(u + v)
        return not rows.may_fit("diag", {t.args[0].head})
    ways = [_known_ways(a, rows, few) for _, a in pairs]
    if not any(ways):
        return True
    alone = len(pairs) == 1
    plain = [_as_it_is(c, a) for c, a in pairs]
    terms, heads = {term.what for term in plain}, {term.head for term in plain}
    count, whole, gain = len(plain), sum(term.cost for term in plain) + len(plain) - 1, sum(term.gain for term in plain)
    for (c, _), before, of_term in zip(pairs, plain, ways, strict=True):
        free = alone and c not in (1, -1)
        for way in of_term:
            terms.update(term.what for term in way)
            heads.update(term.head for term in way)
            count += len(way)
            numbers = [0 if free else coefficient_cost(rational(c * term.number)) for term in way]
            dearer = sum(term.cost for term in way) + sum(numbers) + len(way) - 1 - before.cost
            gained = sum(term.gain for term in way) - before.gain
            turned_over = 2 - 2 * (gain + gained) if gain + gained > 0 else 0
            if whole + dearer + min(turned_over, 0) < t.cost or not (alone or dearer >= max(0, 2 * gained)):
                return False
    return len(terms) == count and not rows.may_fit(SUM, heads)


def _as_it_is(c: Rational, form: Form) -> Term:
    cost = form.cost if form.head != NUMBER else 0
    return Term(_what(form), form.head, c, cost + coefficient_cost(c, form.head == NUMBER), form.gain)


def _what(form: Form) -> Hashable:
    if form.head == PRODUCT:
        return frozenset(zip(form.args, form.par, strict=True))
    return form.args if form.head == CHAIN else form


def _known_ways(t: Form, rows: Rows, few: int) -> list[list[Term]]:
    """The terms that each sum in a term opens it into, found once for each term."""
    if t not in rows.ways:
        try:
            rows.ways[t] = list(_ways(t, rows, few))
        except _Hope:
            rows.ways[t] = None
    found = rows.ways[t]
    if found is None:
        raise _Hope
    return found


def _ways(t: Form, rows: Rows, few: int) -> Iterator[list[Term]]:
    """The terms that each sum in a term opens it into, without their numbers in the cost."""
    if t.head == PRODUCT:
        sums = [(b, e) for b, e in zip(t.args, t.par, strict=True) if b.head == SUM]
        if len(sums) > few:
            return
        heads = {b.head for b in t.args}
        if "diag" in heads and any(b.head == "diag" and b.args[0].head == SUM for b in t.args):
            raise _Hope
        below = [b for b, e in zip(t.args, t.par, strict=True) if e < 0 and not b.shape]
        if below and not heads.isdisjoint((CHAIN, TURNED, "diag")):  # what is below the bar may go inside
            raise _Hope
        for own, e in sums:
            if any(x.head == PRODUCT and any(k < 0 for k in x.par) for x in own.args):
                raise _Hope
            if e == 1 and len(own.args) <= few:
                yield _in_product(t, own, rows)
    elif t.head == CHAIN:
        for at, a in enumerate(t.args):
            own = a.args[0] if a.head == TURNED else a
            if own.head == SUM and len(own.args) <= few:
                yield _in_row(t, at, rows)
    elif t.head in OPENED and not t.par and t.args[0].head == SUM:
        raise _Hope
    elif t.head == TURNED or (t.head == "sum" and not t.par):
        inside = t.args[0].args if t.args[0].head == PRODUCT else ()
        if any(b.head in (SUM, "diag") for b in inside):
            raise _Hope


def _in_product(t: Form, own: Form, rows: Rows) -> list[Term]:
    rest = [(b, e) for b, e in zip(t.args, t.par, strict=True) if b is not own]
    if is_row(t) or (t.shape and not any(b.shape for b, _ in rest)):
        raise _Hope
    found = []
    for k, x in zip(own.par, own.args, strict=True):
        more = [] if x is ONE else zip(x.args, x.par, strict=True) if x.head == PRODUCT else [(x, 1)]
        powers = [*more, *rest]
        heads = {b.head for b, _ in powers}
        uneven = not heads.isdisjoint(_UNEVEN) or any([e < 0 for _, e in powers])
        masked = SUM in heads and not heads.isdisjoint(INDICATORS)  # a sum may have in it what a mask cuts off
        if uneven or masked or x.head == SUM or len(dict(powers)) < len(powers):
            raise _Hope
        (only, power), *others = powers
        if not others and power == 1:
            if only.head == SUM:
                raise _Hope
            found.append(Term(_what(only), only.head, k, only.cost, only.gain))
            continue
        if rows.may_fit(PRODUCT, heads):
            raise _Hope
        cost = sum(power_cost(b, e) for b, e in powers) + len(powers) - 1
        gain = sum(b.gain for b, _ in powers if b.shape) if is_matrix(t) else 0
        found.append(Term(frozenset(powers), PRODUCT, k, cost, gain))
    return found


def _in_row(t: Form, at: int, rows: Rows) -> list[Term]:
    a = t.args[at]
    own = a.args[0] if a.head == TURNED else a
    if not t.shape:
        raise _Hope
    before, after = t.args[:at], t.args[at + 1 :]
    rest = sum([part.cost for part in (*before, *after)])
    gained = gain_of_row(before) + gain_of_row(after)
    found = []
    for k, x in zip(own.par, own.args, strict=True):
        part = turned(x) if a.head == TURNED else x
        scalars = part.head == PRODUCT and not all([b.shape for b in part.args])
        uneven = part.head in INDICATORS or (part.head in _UNEVEN and part.head != "diag")
        if x.shape != own.shape or uneven or part.head == SUM or scalars:
            raise _Hope
        new = part.args if part.head == CHAIN else (part,)
        parts = (*before, *new, *after)
        borders = range(at, at + len(new) + 1) if a is not own else (at, at + len(new))
        if has_inverse(parts):
            fits = rows.first_fitting(parts, 0, True) is not None
        else:
            fits = rows.fits_across(parts, *borders)
        if fits or _has_scalar(parts):
            raise _Hope
        if parts[-1].head == TURNED:
            cost = row_cost(parts, t.shape)
        else:
            cost = rest + sum([one.cost for one in new]) + len(parts) - 1
        gain = gained + gain_of_row(new) if is_matrix(t) else 0
        found.append(Term(parts, CHAIN, k, cost, gain))
    return found


def _has_scalar(parts: Sequence[Form]) -> bool:
    """Whether in a product of matrices a row stands somewhere before a column, and so a scalar in it."""
    shapes = [part.shape for part in parts]
    if not any([len(shape) == 1 for shape in shapes]):
        return False
    first = next((at for at, part in enumerate(parts) if is_row(part)), len(parts))
    return any(map(is_column, parts[first:]))
