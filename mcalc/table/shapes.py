"""The shape rules of the operators: `same(a, b)` says whether two dimensions are, or can be made, one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from mcalc.later import Later
from mcalc.table.records import LoopIndex, Parameter, Same, Shape, ShapeMismatch, Slice, is_one

if TYPE_CHECKING:
    import sympy
    from sympy.core.expr import Expr
else:
    sympy = Later("sympy")


def scalar(same: Same, shapes: Sequence[Shape], *parameters: Parameter) -> Shape:
    """A scalar, whatever the arguments."""
    return ()


def _rank_name(shape: Shape) -> str:
    if not shape:
        return "a scalar"
    if len(shape) == 1:
        return "a column"
    return "a row" if shape[0] == 1 else "a matrix"


def has_one_entry(shape: Shape) -> bool:
    """Of a scalar, a vector declared with one element, a matrix declared 1×1."""
    return all(map(is_one, shape))


def elementwise(same: Same, shapes: Sequence[Shape], *parameters: Parameter) -> Shape:
    """One shape for all; a scalar, and an array of one entry, is expanded to the other's."""
    result: Shape = ()
    position = 0
    for at, shape in enumerate(shapes):
        if not shape or shape == result:
            continue
        if not result:
            result, position = shape, at
            continue
        if has_one_entry(shape) or has_one_entry(result):
            smaller, larger = (shape, result) if has_one_entry(shape) else (result, shape)
            if has_one_entry(larger):
                smaller, larger = sorted((shape, result), key=len)
            elif len(smaller) == len(larger) and all(isinstance(size, sympy.Dummy) for size in larger):
                larger = smaller if all(same(size, sympy.S.One) for size in larger) else larger
            result, position = larger, at if larger is shape else position
            continue
        if len(shape) != len(result) or is_one(shape[0]) != is_one(result[0]):
            ranks = [_rank_name(result), _rank_name(shape)]
            hint = "transpose one of the two" if sorted(ranks) == ["a column", "a row"] else ""
            raise ShapeMismatch(
                f"Element-wise operations need one shape, and here are {ranks[0]} and {ranks[1]}.", (position, at), hint
            )
        for one, other in zip(result, shape, strict=True):
            if not same(one, other):
                raise ShapeMismatch("Element-wise operations need equal shapes.", (position, at), _one_name(one, other))
    return result


def _one_name(*sizes: Expr) -> str:
    return "declare equal dimensions under one name" if all(size.is_Symbol for size in sizes) else ""


def product(same: Same, shapes: Sequence[Shape], *parameters: Parameter) -> Shape:
    """(m×k)·(k×n) is m×n; a column is k×1, and 1×1 is a scalar, but of two matrices."""
    left, right = shapes
    if left and right and left == right == (sympy.S.One,) * 2:
        return left
    for at, shape in enumerate(shapes):
        if not shape:
            if has_one_entry(left) and has_one_entry(right) and (left or right):
                return ()
            raise ShapeMismatch(
                "The product `@` is for vectors and matrices, and this is a scalar.", (at,), "write `{0} * {1}`"
            )
    rows, inner = (left[0], sympy.Integer(1)) if len(left) == 1 else left
    other, columns = (right[0], sympy.Integer(1)) if len(right) == 1 else right
    if inner == 1 and len(left) == 1 and len(right) == 2 and right[0] != 1:
        hint = "write `{1} @ {0}`" if rows == columns != other else "the row times the matrix is `{0}' @ {1}`"
        raise ShapeMismatch("A column cannot stand to the left of a matrix.", (0, 1), hint)
    if not same(inner, other):
        hint = (
            "`{0}' @ {1}` would fit"
            if rows == other
            else "`{0} @ {1}'` would fit"
            if inner == columns and len(right) == 2
            else _one_name(inner, other)
        )
        raise ShapeMismatch("The inner dimensions of a product must be equal.", (0, 1), hint)
    return matrix_shape(rows, columns)


def matrix_shape(rows: Expr, columns: Expr) -> Shape:
    """m×n; a column where n is 1, a scalar where both are."""
    if is_one(columns):
        return () if is_one(rows) else (rows,)
    return (rows, columns)


def transposed(same: Same, shapes: Sequence[Shape], *parameters: Parameter) -> Shape:
    """m×n is n×m, a column a row."""
    (shape,) = shapes
    if not shape:
        return ()
    if has_one_entry(shape):
        return (sympy.S.One, sympy.S.One)
    if len(shape) == 1:
        return matrix_shape(sympy.S.One, shape[0])
    return matrix_shape(shape[1], shape[0])


def two_vectors(same: Same, shapes: Sequence[Shape], *parameters: Parameter) -> Shape:
    """Two columns of one length give a scalar; raises `ShapeMismatch`."""
    if has_one_entry(shapes[0]) and has_one_entry(shapes[1]) and any(len(shape) == 1 for shape in shapes):
        return ()
    for at, shape in enumerate(shapes):
        if len(shape) != 1:
            hint = "write `{0} @ {1}`" if shape else "write `{0} * {1}`"
            raise ShapeMismatch(f"The dot product is of two columns, and this is {_rank_name(shape)}.", (at,), hint)
    if not same(shapes[0][0], shapes[1][0]):
        raise ShapeMismatch(
            "The dot product needs vectors of one length.", (0, 1), _one_name(shapes[0][0], shapes[1][0])
        )
    return ()


def outer_shape(same: Same, shapes: Sequence[Shape], *parameters: Parameter) -> Shape:
    """Columns of m and n give m×n; raises `ShapeMismatch`."""
    for at, shape in enumerate(shapes):
        if len(shape) != 1:
            raise ShapeMismatch(f"The outer product is of two columns, and this is {_rank_name(shape)}.", (at,))
    if shapes[0] == shapes[1] == (sympy.S.One,):
        return (sympy.S.One, sympy.S.One)
    return matrix_shape(shapes[0][0], shapes[1][0])


def square(same: Same, shapes: Sequence[Shape], *parameters: Parameter) -> Shape:
    """n×n gives n×n; raises `ShapeMismatch`."""
    (shape,) = shapes
    if len(shape) != 2 or not same(*shape):
        message = (
            "This matrix is not square."
            if len(shape) == 2
            else f"A square matrix is needed here, and this is {_rank_name(shape)}."
        )
        raise ShapeMismatch(message, (0,), _one_name(*shape) if len(shape) == 2 else "")
    return shape


def of_square(same: Same, shapes: Sequence[Shape], *parameters: Parameter) -> Shape:
    """n×n gives a scalar; raises `ShapeMismatch`."""
    square(same, shapes)
    return ()


def trace_shape(same: Same, shapes: Sequence[Shape], *parameters: Parameter) -> Shape:
    """n×n, or a scalar, gives a scalar; raises `ShapeMismatch`."""
    return () if not shapes[0] else of_square(same, shapes)


def diagonal_shape(same: Same, shapes: Sequence[Shape], *parameters: Parameter) -> Shape:
    """n×n gives a column of n; raises `ShapeMismatch`."""
    return (square(same, shapes)[0],)


def diag_shape(same: Same, shapes: Sequence[Shape], *parameters: Parameter) -> Shape:
    """A column of n gives n×n; raises `ShapeMismatch`."""
    (shape,) = shapes
    if len(shape) != 1:
        raise ShapeMismatch(f"`diag` makes a matrix of a column, and this is {_rank_name(shape)}.", (0,))
    return (shape[0], shape[0])


def reduction(same: Same, shapes: Sequence[Shape], axis: int | None = None) -> Shape:
    """A scalar; along an axis of a matrix, a vector of the other."""
    (shape,) = shapes
    if axis is None:
        return ()
    if len(shape) <= axis:
        hint = "`axis=0` is its only one; without `axis`, all entries are taken" if shape else "leave it out"
        raise ShapeMismatch(f"{_rank_name(shape).capitalize()} has no axis {axis}.", (0,), hint)
    return () if len(shape) == 1 else matrix_shape(shape[1 - axis], sympy.S.One)


def along_rows(same: Same, shapes: Sequence[Shape], axis: int | None = None) -> Shape:
    """The shape of the argument; raises `ShapeMismatch` for a scalar and for an axis that is not there."""
    (shape,) = shapes
    if not shape:
        raise ShapeMismatch(
            "A vector is needed here, and this is a scalar.", (0,), "the function of a scalar is `sigmoid`"
        )
    if axis is not None:
        reduction(same, shapes, axis)
    return shape


def kron_shape(same: Same, shapes: Sequence[Shape], *parameters: Parameter) -> Shape:
    """(m×n)⊗(p×q) is mp×nq."""
    (rows, columns), (height, width) = ((*shape, sympy.S.One, sympy.S.One)[:2] for shape in shapes)
    if all(map(has_one_entry, shapes)):
        return max(shapes, key=len)
    return matrix_shape(rows * height, columns * width)


def vec_shape(same: Same, shapes: Sequence[Shape], *parameters: Parameter) -> Shape:
    """m×n gives a column of mn."""
    (shape,) = shapes
    return (sympy.Mul(*shape),) if shape else ()


def repeated(same: Same, shapes: Sequence[Shape], size: Expr, times: Expr) -> Shape:
    """The identity of m, p times: mp×m."""
    return matrix_shape(size * times, size)


def commuting(same: Same, shapes: Sequence[Shape], size: Expr, times: Expr) -> Shape:
    """The permutation of the m·p entries of a matrix: mp×mp."""
    return matrix_shape(size * times, size * times)


def stacked(same: Same, shapes: Sequence[Shape], *parameters: Parameter) -> Shape:
    """Scalars and columns give a column of all their entries; raises `ShapeMismatch`."""
    for at, shape in enumerate(shapes):
        if len(shape) > 1:
            raise ShapeMismatch(f"A stack holds scalars and columns, and this is {_rank_name(shape)}.", (at,))
    total = sum((shape[0] if shape else sympy.S.One for shape in shapes), sympy.S.Zero)
    return () if total == 1 else (total,)


def stacked_rows(same: Same, shapes: Sequence[Shape], *parameters: Parameter) -> Shape:
    """Rows and matrices of one width, one below the other."""
    for at, shape in enumerate(shapes):
        if len(shape) != 2:
            hint = f"for a row of the matrix, write `{{{at}}}'`" if shape else ""
            raise ShapeMismatch(
                f"What is stacked with a row or a matrix is one too, and this is {_rank_name(shape)}.", (at,), hint
            )
        if not same(shape[1], shapes[0][1]):
            raise ShapeMismatch("Rows that are stacked need one length.", (0, at), _one_name(shape[1], shapes[0][1]))
    total = sympy.Add(*(shape[0] for shape in shapes))
    return matrix_shape(total, shapes[0][1])


def grid(same: Same, shapes: Sequence[Shape], rows: int, columns: int) -> Shape:
    """Scalars, row by row; raises `ShapeMismatch` for anything else."""
    for at, shape in enumerate(shapes):
        if shape:
            raise ShapeMismatch(
                f"A matrix typed in brackets holds scalars, and this is {_rank_name(shape)}.",
                (at,),
                "vectors and matrices are stacked without rows: `[x; y]`",
            )
    return matrix_shape(sympy.Integer(rows), sympy.Integer(columns))


def element_shape(same: Same, shapes: Sequence[Shape], *indices: Parameter) -> Shape:
    """One index fewer for each place, a part for each slice; raises `ShapeMismatch` where there is no such place."""
    (shape,) = shapes
    if len(indices) > len(shape) or not shape:
        which = "second " if len(shape) == 1 else "third " if shape else ""
        raise ShapeMismatch(f"{_rank_name(shape).capitalize()} has no {which}index.", (0, len(shape) + 1))
    kept: list[Expr] = []
    for at, (size, index) in enumerate(zip(shape, (*indices, *[None] * (len(shape) - len(indices))), strict=True)):
        noun, nouns = ("entry", "entries") if len(shape) == 1 else ("column", "columns") if at else ("row", "rows")
        if isinstance(index, Slice):
            kept.append(index.upper - index.lower + 1)
            if (kept[-1].is_Integer and kept[-1] < 1) or (index.lower.is_Integer and index.lower < 1):
                raise ShapeMismatch(
                    f"There is nothing from {index.lower} to {index.upper}.",
                    (at + 1,),
                    "counting starts at 1, and both ends are included",
                )
        elif index is None:
            kept.append(size)
        elif isinstance(index, LoopIndex) and not same(index.size, size):
            raise ShapeMismatch(
                f"The index `{index.name}` runs to {index.size}, and there are {size} {nouns}.",
                (0, at + 1),
                f"write `{index.name} in 1..{size}`",
            )
        last = index.upper if isinstance(index, Slice) else index
        if getattr(last, "is_Integer", False) and size.is_Integer and last > size:
            raise ShapeMismatch(f"There is no {noun} {last}: the last one is {size}.", (0, at + 1))
    if len(kept) == 2:
        return matrix_shape(*kept)
    return () if not kept or kept[0] == 1 else (kept[0],)


def given(same: Same, shapes: Sequence[Shape], *sizes: Expr) -> Shape:
    """The sizes themselves."""
    if len(sizes) == 1:
        return () if sizes[0] == 1 else (sizes[0],)
    return matrix_shape(*sizes)


def identity_shape(same: Same, shapes: Sequence[Shape], size: Expr) -> Shape:
    """n×n."""
    return matrix_shape(size, size)
