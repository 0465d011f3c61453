"""Other ways to write a form that are shorter or nearer to what one is used to."""

from __future__ import annotations

from mcalc.rewriting.algebra import add, negative, turned
from mcalc.rewriting.forms import (
    CHAIN,
    NUMBER,
    ONE,
    PRODUCT,
    SUM,
    TURNED,
    Form,
    is_column,
    is_dot,
    is_matrix,
    make,
    number,
    scaled_parts,
    turned_shape,
)
from mcalc.rewriting.heads import known_operator
from mcalc.rewriting.rationals import Rational, rational
from mcalc.rewriting.traces import size_of
from mcalc.table.roles import NORM

_STRUCTURAL = frozenset({"eye", "diag", CHAIN})

ROTATED = 12


def term(c: Rational, t: Form) -> Form:
    """``c·t``, as a sum of one term."""
    return t if c == 1 else make(SUM, (t,), (c,), t.shape)


def all_negative(t: Form) -> bool:
    """In a sum that has a positive term a minus sign costs nothing: no difference is turned round for it."""
    return all(c < 0 for c in t.par)


def is_structural(t: Form) -> bool:
    """A term whose entries differ by their place: beside it an all-ones matrix is written."""
    return is_matrix(t) and (t.head in _STRUCTURAL or (t.head in (PRODUCT, TURNED) and any(map(is_structural, t.args))))


def all_turned(t: Form) -> Form:
    """The sum of the transposes of its terms."""
    pairs = [(c, turned(a)) for c, a in zip(t.par, t.args, strict=True)]
    return make(SUM, (a for _, a in pairs), (c for c, _ in pairs), turned_shape(t.shape))


def as_sum_of_rows(t: Form, more: int) -> Form | None:
    """``(2Aᵀx + y)ᵀ`` as a sum of rows where that is shorter; a product may take one or two tokens more."""
    if t.head != TURNED or t.args[0].head != SUM or not is_column(t.args[0]) or len(t.args[0].args) > ROTATED:
        return None
    column = t.args[0]
    rows = [(c, turned(a) if a.shape else a) for c, a in zip(column.par, column.args, strict=True)]
    whole = make(SUM, (a for _, a in rows), (c for c, _ in rows), t.shape)
    products = any(_is_product_of_row(b) for _, a in rows for b in (a.args if a.head == PRODUCT else (a,)))
    return whole if whole.cost < t.cost + (more if products else 0) else None


def _is_product_of_row(t: Form) -> bool:
    return t.head == CHAIN and bool(t.shape) and not all(a.head == TURNED for a in t.args)


def dot_of(t: Form) -> tuple[Form, Form] | None:
    """u and v where a sum is written u·v."""
    if t.head != "sum" or not is_dot(t):
        return None
    one, other = sorted(t.args[0].args, key=lambda b: (b.head != TURNED, b.cost, str(b.par), b.digest))
    return one, other


def means_of(pairs: list[tuple[Form, Rational]]) -> tuple[list[tuple[Form, Rational]], list[tuple[Form, bool]]]:
    """A sum, or a sum of squares, over its number of entries: what the mean is of, and whether it is squared."""
    for a, e in pairs:
        squared = a.head == NORM and e == 2
        if not squared and (a.head != "sum" or e != 1 or a.par):
            continue
        size = size_of(a.args[0].shape)
        own = list(zip(size.args, size.par, strict=True)) if size.head == PRODUCT else [(size, 1)]
        gone = [(s, -k) for s, k in own]
        if size.head != NUMBER and all(pair in pairs for pair in gone):
            return [pair for pair in pairs if pair not in gone and pair != (a, e)], [(a.args[0], squared)]
    return pairs, []


def with_bound_on_the_right(t: Form) -> Form | None:
    """``1 - z > 0`` is written ``z < 1``, and ``1 > z`` too."""
    left, right = t.args
    if left.head == NUMBER and right.head != NUMBER:
        return make(known_operator(t.head).mirrored, (right, left), (), t.shape)
    k, left = scaled_parts(left)
    if right.head != NUMBER or left.head != SUM:
        return None
    pairs = [(rational(k * c), a) for c, a in zip(left.par, left.args, strict=True)]
    constant = next((c for c, a in pairs if a is ONE), 0)
    if not constant:
        return None
    pairs = [(c, a) for c, a in pairs if a is not ONE]
    rest, bound, head = add(pairs, left.shape), rational(right.par[0] - constant), t.head
    if all(c < 0 for c, _ in pairs):
        rest, bound, head = negative(rest), rational(-bound), known_operator(head).mirrored
    return make(head, (rest, number(bound)), (), t.shape)
