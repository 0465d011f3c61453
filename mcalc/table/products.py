"""Products of vectors and matrices, and the transpose."""

from __future__ import annotations

from mcalc.table import shapes
from mcalc.table.records import (
    DOT,
    POSTFIX,
    Notation,
    Operator,
    Rule,
    infix,
)

OPERATORS = (
    Operator(
        "matmul",
        "A B",
        title="matrix product",
        doc="the product of matrices, or of a matrix and a vector",
        shape=shapes.product,
        notation=infix("·", "@", " ", DOT),
        calls=("matmul",),
        example="A @ B",
        value="A[i,k] B[k,j]",
        rules=(
            Rule("A", "δ[i,k] B[l,j]", "row {i} of the product is row {i} of the left factor, times the right one"),
            Rule("B", "A[i,k] δ[j,l]", "a product is linear in its right factor: the left one stays"),
        ),
        numpy=lambda np, a, b: a @ b,
    ),
    Operator(
        "dot",
        "a b",
        title="dot product",
        doc="the dot product, {sum(a*b)}",
        shape=shapes.two_vectors,
        notation=infix("·", ".", r" \cdot ", DOT),
        calls=("dot", "inner"),
        example="w . x",
        written_as="a . b",
        value="a[k] b[k]",
        rules=(
            Rule("a", "b[k]", "a dot product by one side is the other, lying down"),
            Rule("b", "a[k]", "a dot product by one side is the other, lying down"),
        ),
        numpy=lambda np, a, b: a @ b,
        definition="sum(a*b)",
        commutative=True,
        positive="of positive",
    ),
    Operator(
        "outer",
        "a b",
        title="outer product",
        doc="the outer product {a bᵀ}",
        shape=shapes.outer_shape,
        notation=Notation("outer", "·", "@", " ", DOT),
        calls=("outer",),
        example="x @ y'",
        written_as="a @ b'",
        value="a[i] b[j]",
        rules=(
            Rule("a", "δ[i,k] b[j]", "row {i} is {bᵀ} times {aᵢ}"),
            Rule("b", "a[i] δ[j,k]", "column {j} is {a} times {bⱼ}"),
        ),
        numpy=lambda np, a, b: np.outer(a, b),
    ),
    Operator(
        "transpose",
        "A",
        title="transpose",
        doc="rows become columns",
        shape=shapes.transposed,
        notation=Notation("postfix", "ᵀ", "'", "^{T}", POSTFIX),
        calls=("transpose",),
        example="A'",
        written_as="A'",
        value="A[j,i]",
        rules=(Rule("A", "δ[i,l] δ[j,k]", "the same elements, their indices exchanged"),),
        numpy=lambda np, a: a.T,
        exact=True,
        of_one="A",
        elsewhere=("Transpose",),
        turns_with_argument=True,
        positive="of positive",
    ),
)
