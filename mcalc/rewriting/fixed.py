"""Moves for a few entries: multiples of unit vectors are one column, columns of a matrix with their rows a product."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from itertools import product

from sympy.core.expr import Expr
from sympy.core.numbers import Integer

from mcalc.rewriting.algebra import add, multiply, split, with_scalars
from mcalc.rewriting.forms import CHAIN, ONE, PRODUCT, SUM, TURNED, ZERO, Form, is_row, make
from mcalc.rewriting.hidden import Pair
from mcalc.rewriting.opening import Reduce
from mcalc.rewriting.products import chain
from mcalc.rewriting.rationals import Rational, absolute
from mcalc.rewriting.signs import is_typed, turned

_LARGEST = 12


def _small(size: Expr) -> int:
    """A size in numbers; 0 where it is none, or a large one."""
    return int(size) if size.is_Integer and size <= _LARGEST else 0


# Multiples of unit vectors --------------------------------------------------------------------------------------------


def as_column(t: Form, simplified: Reduce, reduced: Reduce) -> Form | None:
    """``s·t·e₁ + s·u·e₂ = s·[t; u; 0]``: several multiples of unit vectors are one column, what all share before it."""
    if len(t.args) < 2 or len(t.shape) != 1 or not _small(t.shape[0]):
        return None
    places: dict[int, Pair] = {}
    others: list[Pair] = []
    for c, a in zip(t.par, t.args, strict=True):
        place = _place(a)
        if place is None or place in places:
            others.append((c, a))
        else:
            k, scalars, _ = split(a)
            places[place] = c * k, multiply([*scalars, (ONE, 1)])
    if len(places) < 2:
        return None
    column = _column(places, t.shape)
    if add([(1, column), *others], t.shape).cost >= t.cost:
        return None
    return make(SUM, (column, *(a for _, a in others)), (1, *(c for c, _ in others)), t.shape) if others else column


def _place(a: Form) -> int | None:
    unit = next((b for b in a.args if b.head == "unit"), None) if a.head == PRODUCT else a
    if unit is None or unit.head != "unit" or not getattr(unit.par[0], "is_Integer", isinstance(unit.par[0], int)):
        return None
    rest = split(a)[2]
    return int(unit.par[0]) if rest is unit else None


def _column(places: dict[int, Pair], shape: Sequence[Expr]) -> Form:
    """The entries below each other, with the factors that all of them share in front."""
    shared = _shared([a for _, a in places.values()])
    number = next(iter(places.values()))[0]
    common = all(absolute(c) == absolute(number) for c, _ in places.values())
    front: Rational = absolute(number) if common else 1
    if common and all(c < 0 for c, _ in places.values()):
        front = -front
    entries = {
        at: multiply([(add([(c, a)]), 1), (add([(front, ONE)]), -1), *((b, -e) for b, e in shared)])
        for at, (c, a) in places.items()
    }
    stack = make("stack", [entries.get(at, ZERO) for at in range(1, int(shape[0]) + 1)], (), shape)
    return with_scalars(front, shared, stack)


def _shared(entries: Sequence[Form]) -> list[tuple[Form, Rational]]:
    """The powers that all entries have as factors."""
    powers = [dict(zip(a.args, a.par, strict=True)) if a.head == PRODUCT else {a: 1} for a in entries]
    return [(b, e) for b, e in powers[0].items() if b is not ONE and all(other.get(b) == e for other in powers)]


def before_column(t: Form, simplified: Reduce, reduced: Reduce) -> Form | None:
    """``A·[s·t; s·u] = s·A·[t; u]``: within a product, what all entries of a column share stands before it.

    Before a column that stands alone, so does what is below a fraction bar in all entries.
    """
    if t.head == "stack" and not any(b.shape for b in t.args):
        return _without_denominator(t)
    if t.head not in (CHAIN, PRODUCT) or not t.shape:
        return None
    for at, a in enumerate(t.args):
        inner = a.args[0] if a.head == TURNED else a
        if inner.head != "stack" or any(b.shape for b in inner.args) or (t.head == PRODUCT and t.par[at] != 1):
            continue
        places = {i: (1, b) for i, b in enumerate(inner.args, 1) if b is not ZERO}
        scaled = {i: (c * k, multiply([*rest, (ONE, 1)])) for i, (c, b) in places.items() for k, rest in [_powers(b)]}
        if len(scaled) < 2:
            continue
        column = _column(scaled, inner.shape)
        new = turned(column) if a.head == TURNED else column
        args = (*t.args[:at], new, *t.args[at + 1 :])
        found = chain(args, t.shape) if t.head == CHAIN else multiply(zip(args, t.par, strict=True), t.shape)
        if found.cost < t.cost:
            return make(t.head, args, t.par, t.shape)
    return None


def _without_denominator(t: Form) -> Form | None:
    entries = [multiply([*_powers(b)[1], (ONE, 1)]) for b in t.args if b is not ZERO]
    below = [(b, e) for b, e in _shared(entries) if e < 0] if len(entries) > 1 else []
    if not below:
        return None
    inner = [b if b is ZERO else multiply([(b, 1), *((o, -e) for o, e in below)]) for b in t.args]
    found = with_scalars(1, below, make("stack", inner, (), t.shape))
    return found if found.cost < t.cost else None


def _powers(b: Form) -> tuple[Rational, list[tuple[Form, Rational]]]:
    """The number in front of a scalar, and its factors."""
    c, rest = (b.par[0], b.args[0]) if b.head == SUM and len(b.args) == 1 else (1, b)
    if b.head == "number":
        return b.par[0], []
    return c, list(zip(rest.args, rest.par, strict=True)) if rest.head == PRODUCT else [(rest, 1)]


# Entries of a matrix --------------------------------------------------------------------------------------------------


def as_grid(t: Form, simplified: Reduce, reduced: Reduce) -> Form | None:
    """``[a; b]·e₁ᵀ + [c; d]·e₂ᵀ = [a, c; b, d]``: columns times rows that are given by their entries are one matrix."""
    if len(t.shape) != 2 or not all(map(_small, t.shape)) or is_typed(t):
        return None
    height, width = map(int, t.shape)
    totals: list[list[Pair]] = [[] for _ in range(height * width)]
    others: list[Pair] = []
    for c, a in zip(t.par, t.args, strict=True):
        k, scalars, body = split(a)
        here = _matrix_entries(body, height, width)
        if here is None:
            others.append((c, a))
            continue
        for total, entry in zip(totals, here, strict=True):
            if entry is not ZERO:
                total.append((c * k, multiply([(entry, 1), *scalars, (ONE, 1)])))
    if len(t.args) - len(others) < 2:
        return None
    entries = [add(total, ()) if total else ZERO for total in totals]
    grid = make("grid", entries, (Integer(height), Integer(width)), t.shape)
    if add([(1, grid), *others], t.shape).cost > t.cost:
        return None
    return make(SUM, (grid, *(a for _, a in others)), (1, *(c for c, _ in others)), t.shape) if others else grid


def _matrix_entries(body: Form, height: int, width: int) -> list[Form] | None:
    """The entries of I, of a matrix given by its entries, and of a column times a row that are; else None."""
    if body.head == "eye":
        return [ONE if row == column else ZERO for row in range(height) for column in range(width)]
    if body.head == "grid":
        return list(body.args)
    if body.head != CHAIN or len(body.args) != 2 or body.args[0].shape[1:]:
        return None
    above = _entries(body.args[0], height)
    across = _entries(turned(body.args[1]), width) if above is not None else None
    if above is None or across is None:
        return None
    return [multiply([(one, 1), (other, 1)]) for one, other in product(above, across)]


# Columns of a matrix --------------------------------------------------------------------------------------------------


def from_columns(t: Form, simplified: Reduce, reduced: Reduce) -> Form | None:
    """``A[:,1]·uᵀ + A[:,2]·vᵀ = A·[uᵀ; vᵀ]``: columns of a matrix, each times a row, are it times the rows."""
    if len(t.args) < 2 or len(t.shape) != 2:
        return None
    rows: dict[Form, dict[int, list[tuple[int, Pair]]]] = defaultdict(lambda: defaultdict(list))
    for at, (c, a) in enumerate(zip(t.par, t.args, strict=True)):
        k, scalars, body = split(a)
        if body.head != CHAIN or not is_row(body.args[-1]) or len(body.args) != 2:
            continue
        column = body.args[0]
        if column.head == "element" and len(column.par) == 2 and column.par[0] is None and column.args[0].shape:
            place = column.par[1]
            if getattr(place, "is_Integer", isinstance(place, int)) and _small(column.args[0].shape[1]):
                rows[column.args[0]][int(place)].append((at, (c, with_scalars(k, scalars, body.args[1]))))
    for matrix, found in rows.items():
        if len(found) < 2:
            continue
        used = {at for group in found.values() for at, _ in group}
        grid = _grid(found, int(matrix.shape[1]), t.shape[1])
        if grid is None:
            continue
        pairs = [
            (1, chain([matrix, grid])),
            *((c, a) for at, (c, a) in enumerate(zip(t.par, t.args, strict=True)) if at not in used),
        ]
        whole = make(SUM, (a for _, a in pairs), (c for c, _ in pairs), t.shape)
        return pairs[0][1] if len(pairs) == 1 else whole
    return None


def _grid(found: dict[int, list[tuple[int, Pair]]], height: int, width: Expr) -> Form | None:
    """The rows as a matrix written out; None where a row is not given entry by entry."""
    wide = _small(width)
    entries: list[Form] = []
    for at in range(1, height + 1):
        pairs = [(c, turned(row)) for _, (c, row) in found.get(at, [])]
        column = add(pairs, (width,)) if pairs else None
        own = [ZERO] * wide if column is None else _entries(column, wide)
        if own is None or not wide:
            return None
        entries += own
    return make("grid", entries, (height, wide), (Integer(height), width))


def _entries(column: Form, size: int) -> list[Form] | None:
    """The entries of a sum of multiples of unit vectors and of columns written out."""
    totals: list[list[Pair]] = [[] for _ in range(size)]
    pairs = list(zip(column.par, column.args, strict=True)) if column.head == SUM else [(1, column)]
    for c, a in pairs:
        k, scalars, body = split(a)
        if body.head == SUM:
            inner = _entries(body, size)
        elif body.head == "unit" and _place(body) is not None:
            inner = [ONE if at == _place(body) else ZERO for at in range(1, size + 1)]
        elif body.head == "stack" and not any(b.shape for b in body.args):
            inner = list(body.args)
        else:
            inner = None
        if inner is None:
            return None
        for total, entry in zip(totals, inner, strict=True):
            if entry is not ZERO:
                total.append((c * k, multiply([(entry, 1), *scalars])))
    return [add(total, ()) if total else ZERO for total in totals]
