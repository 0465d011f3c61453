"""Operations by their names, where no shape decides which one is meant."""

from __future__ import annotations

from mcalc.table.roles import (
    ABOVE,
    ABSOLUTE,
    AT_MOST,
    CASES,
    DETERMINANT,
    DIAGONAL,
    EXPONENTIAL,
    INVERSE,
    KRONECKER,
    ROOT,
    TRACE,
)
from mcalc.tree.build import apply
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
    """``A ⊗ B``, m×n and p×q giving mp×nq."""
    return apply(KRONECKER, left, right)


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
    return apply(AT_MOST, value, bound)


def above(value: Node, bound: Node) -> Node:
    """``a > b``: 1 where it holds, 0 elsewhere."""
    return apply(ABOVE, value, bound)
