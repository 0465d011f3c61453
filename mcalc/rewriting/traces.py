"""Sums, traces and diagonals in canonical form: one rotation of ``tr(ABC)``, ``sum(A⊗B)`` as a trace."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from sympy.core.expr import Expr

from mcalc.rewriting.algebra import Power, multiply, scaled, split, with_scalars
from mcalc.rewriting.constructors import construct, facts
from mcalc.rewriting.forms import (
    CHAIN,
    ONE,
    PRODUCT,
    SUM,
    TURNED,
    ZERO,
    Form,
    identity,
    is_column,
    is_matrix,
    is_row,
    make,
    number,
    scaled_parts,
    zeros,
)
from mcalc.rewriting.known import adds_up
from mcalc.rewriting.products import is_skew, turned, turned_row
from mcalc.rewriting.rationals import Rational, rational
from mcalc.rewriting.shapes import chain_shape
from mcalc.table.records import Shape
from mcalc.table.roles import DIAGONAL, NORM, TRACE


def size_of(shape: Sequence[Expr]) -> Form:
    """The number of entries."""
    return multiply([(dimension(size), 1) for size in shape], ())


def dimension(size: Expr) -> Form:
    """A dimension as a number, a product of dimensions factor by factor."""
    if getattr(size, "is_Integer", isinstance(size, int)):
        return number(int(size))
    factors = size.args if getattr(size, "is_Mul", False) else (size,)
    if len(factors) > 1:
        return multiply([(dimension(factor), 1) for factor in factors], ())
    return make("dimension", (), (size,))


def _sum(form: Form, shape: Shape) -> Form | None:
    if not form.shape:
        return form
    if form.head == "ones":
        facts.append("counted")
        return size_of(form.shape)
    if form.head == TURNED:
        return construct("sum", form.args, (), ())
    if form.head == "eye":
        return dimension(form.par[0])
    if adds_up(form):
        return ONE
    if form.head == DIAGONAL:
        return construct(TRACE, form.args, (), ())
    if form.head == "diag":
        return construct("sum", form.args, (), ())
    if is_matrix(form) and is_skew(form):
        facts.append("own negative")
        return ZERO
    if form.head == CHAIN:
        return _sum_of_chain(form)
    if form.head != PRODUCT:
        return None
    if all(e == 2 for e in form.par):
        facts.append("squares")
        root = multiply([(b, 1) for b in form.args])
        return multiply([(construct(NORM, (root,), (), ()), 2)])
    if is_matrix(form):
        if len(form.args) == 2 and form.par == (1, 1) and all(is_matrix(b) for b in form.args):
            if any(b.head == CHAIN for b in form.args):
                facts.append("trace")
            return _trace_of((turned(form.args[0]), form.args[1]))
        return None
    rows = [b for b, e in zip(form.args, form.par, strict=True) if b.head == CHAIN and e == 1]
    if len(rows) == 2 and len(form.args) == 2:
        return construct(CHAIN, (turned(rows[0]), rows[1]), (), ())
    if len(rows) == 1 and sum(b.head == CHAIN for b in form.args) == 1:
        others = multiply([(b, e) for b, e in zip(form.args, form.par, strict=True) if b is not rows[0]])
        if is_column(others):
            return construct(CHAIN, (turned(others), rows[0]), (), ())
    return None


def _sum_of_chain(form: Form) -> Form | None:
    """``sum(A·1⃗) = sum(A)``, ``sum(u·vᵀ) = sum(u)·sum(v)``, and of ``sum(A)`` and ``sum(Aᵀ)`` one."""
    first, last = form.args[0], form.args[-1]
    if is_column(first):
        rest = form.args[1:]
        inner = rest[0] if len(rest) == 1 else make(CHAIN, rest, (), chain_shape(rest))
        facts.append("scalars")
        return multiply([(construct("sum", (part,), (), ()), 1) for part in (first, inner)], ())
    if last.head == "ones" and is_column(last):
        rest = form.args[:-1]
        return construct("sum", (rest[0] if len(rest) == 1 else make(CHAIN, rest, (), chain_shape(rest)),), (), ())
    if is_matrix(form):
        sign, other = turned_row(form.args)
        if _marks(other) < _marks(form.args):
            return scaled(sign, make("sum", (make(CHAIN, other, (), chain_shape(other)),), (), ()))
    return None


def _trace(form: Form, shape: Shape) -> Form | None:
    if not form.shape:
        return form
    if form.head == TURNED:
        return construct(TRACE, form.args, (), ())
    if form.head == "eye":
        return dimension(form.par[0])
    if form.head == "diag":
        return construct("sum", form.args, (), ())
    if form.head == CHAIN:
        return _trace_of(form.args)
    if is_skew(form):
        facts.append("own negative")
        return ZERO
    return None


def _trace_of(parts: Sequence[Form]) -> Form:
    """The trace of a row of matrices, from the rotation with the fewest transposes and the least marks."""
    opened: list[Form] = []
    scalars: list[Power] = []
    c: Rational = 1
    for part in parts:
        k, own, rest = split(part)
        c, scalars = rational(c * k), [*scalars, *own]
        opened += rest.args if rest.head == CHAIN else [rest]
    opened = [t for t in opened if t.head != "eye"] or opened[:1]
    if len(opened) == 1:
        return with_scalars(c, scalars, construct(TRACE, (opened[0],), (), ()))
    start = next((at for at, t in enumerate(opened) if is_row(t)), None)
    if start is not None:
        facts.append("circle")
        return with_scalars(c, scalars, construct(CHAIN, (*opened[start:], *opened[:start]), (), ()))
    if len(opened) == 2 and opened[0] is scaled_parts(turned(opened[1]))[1]:
        facts.append("squares")
        square = multiply([(construct(NORM, (opened[1],), (), ()), 2)])
        return with_scalars(c * scaled_parts(turned(opened[1]))[0], scalars, square)
    sign, other = turned_row(opened)
    ways = [(1, _least_rotation(opened)), (sign, _least_rotation(other))]
    if sign == -1 and ways[0][1] == ways[1][1]:
        facts.append("own negative")
        return ZERO
    sign, best = min(ways, key=lambda way: _marks(way[1]))
    if best != opened:
        facts.append("circle")
    return with_scalars(c * sign, scalars, make(TRACE, (make(CHAIN, best, (), chain_shape(best)),), (), ()))


def _least_rotation(row: Sequence[Form]) -> list[Form]:
    """The rotation whose digests come first (Booth's algorithm: linear)."""
    keys = [t.digest for t in row]
    length = len(keys)
    i, j, k = 0, 1, 0
    while i < length and j < length and k < length:
        one, other = keys[(i + k) % length], keys[(j + k) % length]
        if one == other:
            k += 1
            continue
        if one > other:
            i += k + 1
        else:
            j += k + 1
        if i == j:
            j += 1
        k = 0
    start = min(i, j)
    return [*row[start:], *row[:start]]


def _diag(form: Form, shape: Shape) -> Form | None:
    return identity(form.shape[0]) if form.head == "ones" and is_column(form) else None


def _marks(row: Sequence[Form]) -> tuple[int, list[bytes]]:
    """By which a row of matrices comes first: its transposes, then its digests."""
    return sum(t.head == TURNED for t in row), [t.digest for t in row]


def _half(row: Sequence[Form], other: Sequence[Form]) -> Form | None:
    """``Bᵀ·A·B`` of ``Bᵀ·(A + Aᵀ)·B``: on the diagonal the two terms are equal."""
    at = len(row) // 2
    middle = row[at]
    if len(row) % 2 == 0 or middle.head != SUM or len(middle.args) != 2 or middle.par[0] != middle.par[1]:
        return None
    if list(row) != list(other) or turned(middle.args[0]) is not middle.args[1]:
        return None
    plain = scaled(middle.par[0], min(middle.args, key=lambda t: t.head == TURNED))
    parts = (*row[:at], plain, *row[at + 1 :])
    return construct(CHAIN, parts, (), chain_shape(parts))


def _diagonal(form: Form, shape: Shape) -> Form | None:
    if is_skew(form):
        facts.append("own negative")
        return zeros(shape)
    if form.head == "diag":
        return form.args[0]
    if form.head == TURNED:
        return construct(DIAGONAL, form.args, (), shape)
    if form.head == "eye":
        return make("ones", (), (form.par[0],), (form.par[0],))
    if form.head == CHAIN and len(form.args) == 2 and is_column(form.args[0]):
        return multiply([(form.args[0], 1), (turned(form.args[1]), 1)])
    if form.head == CHAIN and "diag" in (form.args[0].head, form.args[-1].head):
        at = 0 if form.args[0].head == "diag" else len(form.args) - 1
        rest = [t for place, t in enumerate(form.args) if place != at]
        inner = rest[0] if len(rest) == 1 else make(CHAIN, rest, (), chain_shape(rest))
        return multiply([(form.args[at].args[0], 1), (construct(DIAGONAL, (inner,), (), shape), 1)], shape)
    if form.head == CHAIN:
        sign, other = turned_row(form.args)
        half = _half(form.args, other)
        if half is not None:
            facts.append("like")
            return scaled(2, construct(DIAGONAL, (half,), (), shape))
        if _marks(other) < _marks(form.args):
            return scaled(sign, make(DIAGONAL, (make(CHAIN, other, (), chain_shape(other)),), (), shape))
    if form.head == PRODUCT and is_matrix(form):
        return multiply(
            [
                (construct(DIAGONAL, (b,), (), shape) if b.shape else b, e)
                for b, e in zip(form.args, form.par, strict=True)
            ],
            shape,
        )
    return None


BARE: dict[str, Callable[[Form, Shape], Form | None]] = {
    "sum": _sum,
    TRACE: _trace,
    "diag": _diag,
    DIAGONAL: _diagonal,
}
