"""A value simplified has the shape and the value that it had: constants of every rank, powers of products in sums."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

from mcalc import tree
from mcalc.numbers import evaluate
from mcalc.rewriting import simplify
from mcalc.table import ShapeMismatch
from mcalc.tree import Node, dimension, variables

M, N = dimension("m"), dimension("n")
A, B, S = tree.variable("A", (M, N)), tree.variable("B", (M, N)), tree.variable("S", (N, N))
X, Y, U = tree.variable("x", (N,)), tree.variable("y", (N,)), tree.variable("u", (M,))


def of(name: str, *args: Node) -> Node:
    return tree.apply(name, *args)


def turned(value: Node) -> Node:
    return of("transpose", value)


FULL = of("divide", A, A)
PARTS = (A, turned(A), X, turned(X), S, of("diag", X), of("diag", U))
CONSTANTS = (
    *(tree.ones(shape) for shape in ((N,), (M, N), (N, N), (N, M))),
    *(turned(tree.ones((size,))) for size in (M, N)),
    tree.zeros((N, N)),
    tree.identity(N),
    FULL,
    turned(FULL),
)


def stays(value: Node) -> None:
    simple = simplify(value)
    assert simple.shape == value.shape, (str(value), str(simple))
    generator = np.random.default_rng(1)
    sizes = {M: 2, N: 3}
    named = {name: int(size) for name, size in zip("mn", sizes.values(), strict=True)}
    point = {
        str(name): generator.uniform(0.5, 2.0, [sizes[size] for size in name.shape])
        for name in {*variables(value), *variables(simple)}
    }
    assert np.allclose(evaluate(simple, point, named), evaluate(value, point, named)), (str(value), str(simple))


@pytest.mark.parametrize("constant", CONSTANTS, ids=str)
def test_products_with_constants(constant: Node) -> None:
    """Each constant beside every one or two other parts, in every order; and the trace and the sum of it."""
    tried = 0
    for others in (*product(PARTS), *product(PARTS, PARTS)):
        for at in range(len(others) + 1):
            try:
                value = tree.chain([*others[:at], constant, *others[at:]])
            except ShapeMismatch:
                continue
            tried += 1
            stays(value)
            if len(value.shape) == 2 and value.shape[0] == value.shape[1] != 1:
                stays(of("tr", value))
            if value.shape:
                stays(of("sum", value))
    assert tried > 10


@pytest.mark.parametrize("exponents", list(product((1, 2, 3, -1), repeat=2)))
def test_sums_over_powers_of_products(exponents: tuple[int, int]) -> None:
    """``sum((A·x)^p ⊗ (B·y)^q ⊗ w)`` and ``((B·y)^q)ᵀ·A·x`` end in one form."""
    one, other = (
        of("power", of("matmul", matrix, vector), tree.number(e)) if e != 1 else of("matmul", matrix, vector)
        for (matrix, vector), e in zip(((A, X), (B, Y)), exponents, strict=True)
    )
    for parts in ((one, other), (other, one), (one, other, U), (one, of("exp", other)), (one, of("exp", one), other)):
        stays(of("sum", of("multiply", *parts)))
        stays(tree.chain([turned(of("multiply", *parts[1:]) if parts[2:] else parts[1]), parts[0]]))
