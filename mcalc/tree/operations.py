"""Operations by their names, where no shape decides which one is meant."""

from __future__ import annotations

from sympy.core.expr import Expr
from sympy.core.singleton import S

from mcalc.table import COMMUTING, COMPARISONS
from mcalc.table.roles import (
    ABSOLUTE,
    CASES,
    DETERMINANT,
    DIAGONAL,
    EXPONENTIAL,
    INVERSE,
    KRONECKER,
    ROOT,
    TRACE,
)
from mcalc.tree.build import apply, identity, size, transpose
from mcalc.tree.node import Node


def cases(condition: Node, value: Node, other: Node) -> Node:
    """``{ other if not condition; value if condition }``."""
    return apply(CASES, condition, value, other)


def inverse(matrix: Node) -> Node:
    """``A⁻¹``; raises `ShapeMismatch` where the matrix is not square."""
    return apply(INVERSE, matrix)


def determinant(matrix: Node) -> Node:
    """``det(A)``; raises `ShapeMismatch` where the matrix is not square."""
    return apply(DETERMINANT, matrix)


def diagonal(matrix: Node) -> Node:
    """The column of ``A[i,i]``; raises `ShapeMismatch` where the matrix is not square."""
    return apply(DIAGONAL, matrix)


def trace(matrix: Node) -> Node:
    """``tr(A)``; raises `ShapeMismatch` where the matrix is not square."""
    return apply(TRACE, matrix)


def kronecker(left: Node, right: Node) -> Node:
    """``A ⊗ B``, m×n and p×q giving mp×nq; of a matrix and a column by way of rows, ``(Aᵀ ⊗ uᵀ)ᵀ``.

    ``I₁ ⊗ A = A``.
    """
    one = identity(S.One)
    if one in (left, right):
        return right if left is one else left
    if len(left.shape) != len(right.shape) and len(left.shape) * len(right.shape) == 2:
        return transpose(apply(KRONECKER, transpose(left), transpose(right)))
    return apply(KRONECKER, left, right)


def turning(height: Expr, width: Expr) -> Node:
    """``K``, with ``vec(Xᵀ) = K vec(X)`` for every X of this height and width; of a row or a column it is I."""
    if 1 in (height, width):
        return identity(height * width)
    return apply(COMMUTING, size(height), size(width), parameters=(height, width))


def exponential(value: Node) -> Node:
    """``exp(a)``, element by element."""
    return apply(EXPONENTIAL, value)


def root(value: Node) -> Node:
    """``√a``, element by element."""
    return apply(ROOT, value)


def absolute(value: Node) -> Node:
    """``|a|``, element by element."""
    return apply(ABSOLUTE, value)


def at_most(value: Node, bound: Node) -> Node:
    """``a ≤ b``: 1 where it holds, 0 elsewhere."""
    return apply(COMPARISONS["<="], value, bound)


def above(value: Node, bound: Node) -> Node:
    """``a > b``: 1 where it holds, 0 elsewhere."""
    return apply(COMPARISONS[">"], value, bound)
