"""Operations by their names, where no shape decides which one is meant."""

from __future__ import annotations

from mcalc.tree.build import apply
from mcalc.tree.node import Node


def cases(condition: Node, value: Node, other: Node) -> Node:
    """``{ other if not condition; value if condition }``."""
    return apply("where", condition, value, other)


def inverse(matrix: Node) -> Node:
    """``A⁻¹``; raises `ShapeMismatch` where the matrix is not square."""
    return apply("inv", matrix)


def determinant(matrix: Node) -> Node:
    """``det(A)``; raises `ShapeMismatch` where the matrix is not square."""
    return apply("det", matrix)


def diagonal(matrix: Node) -> Node:
    """The column of ``A[i,i]``; raises `ShapeMismatch` where the matrix is not square."""
    return apply("diagonal", matrix)


def trace(matrix: Node) -> Node:
    """``tr(A)``; raises `ShapeMismatch` where the matrix is not square."""
    return apply("tr", matrix)


def kronecker(left: Node, right: Node) -> Node:
    """``A ⊗ B``, m×n and p×q giving mp×nq."""
    return apply("kron", left, right)


def exponential(value: Node) -> Node:
    """``exp(a)``, element by element."""
    return apply("exp", value)


def root(value: Node) -> Node:
    """``√a``, element by element."""
    return apply("sqrt", value)


def absolute(value: Node) -> Node:
    """``|a|``, element by element."""
    return apply("abs", value)


def at_most(value: Node, bound: Node) -> Node:
    """``a ≤ b``: 1 where it holds, 0 elsewhere."""
    return apply("less_equal", value, bound)


def above(value: Node, bound: Node) -> Node:
    """``a > b``: 1 where it holds, 0 elsewhere."""
    return apply("greater", value, bound)
