"""Derivatives of order 3 and 4 as maps ``dX ↦ A·dX·B`` and as Kronecker products: the same values."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from test_reading_back import CASES

import mcalc
from mcalc import tree
from mcalc.derivation import as_linear_map as linear_map
from mcalc.derivation import leaf, of_columns, other_forms
from mcalc.networks import IndexForm
from mcalc.numbers import draw_point, draw_sizes, evaluate, evaluate_tensor
from mcalc.tree import replace

PROBLEMS = {
    name: (case["expr"], case["wrt"], case["shapes"], "hessian" if case["kind"] == "hessian" else "jacobian")
    for name, case in CASES.items()
    if "," not in case["wrt"] and "expected" not in case
} | {
    "both sides": ("A@X@B", "X", {"A": "m,n", "X": "n,k", "B": "k,p"}, "jacobian"),
    "square": ("X@X", "X", {"X": "n,n"}, "jacobian"),
    "matrix times vector": ("A@x", "A", {"A": "m,n", "x": "n"}, "jacobian"),
    "scaled difference": ("(2*A@X - X/a)@B", "X", {"A": "n,n", "X": "n,k", "B": "k,p", "a": "scalar"}, "jacobian"),
    "vector by vector by matrix": ("tanh(W@x + b)", "W", {"W": "m,n", "x": "n", "b": "m"}, "jacobian"),
    "a sum under a running index": (
        "kron(diag(S), sum(max(b, X[j]) for j in 1..n))",
        "S",
        {"S": "p,p", "b": "n", "X": "n,n"},
        "jacobian",
    ),
    "first of a Kronecker product": ("kron(A@X, Y)", "X", {"A": "p,m", "X": "m,n", "Y": "k,q"}, "jacobian"),
    "second of a Kronecker product": ("kron(Y, X')", "X", {"X": "m,n", "Y": "k,q"}, "jacobian"),
    "its columns": ("vec(kron(X, Y))", "X", {"X": "m,n", "Y": "k,q"}, "jacobian"),
    "columns beside I": ("vec(kron(X, eye(n)))", "X", {"X": "n,n"}, "jacobian"),
    "second": ("norm(A@X)^2", "X", {"A": "m,n", "X": "n,k"}, "hessian"),
    "entry by entry": ("-3*X*Y/c", "X", {"X": "m,n", "Y": "m,n", "c": "scalar"}, "jacobian"),
    "entry by entry, below a bar": ("Y/X", "X", {"X": "m,n", "Y": "m,n"}, "jacobian"),
    "a layer": ("A@tanh(X@W)", "W", {"A": "p,N", "X": "N,n", "W": "n,k"}, "jacobian"),
    "a layer beside a matrix": ("relu(X@W)@V", "W", {"X": "N,n", "W": "n,k", "V": "k,p"}, "jacobian"),
    "turned entry by entry": ("tanh(X)'", "X", {"X": "m,n"}, "jacobian"),
    "columns times rows": ("outer(tanh(W@x), y)", "W", {"W": "k,n", "x": "n", "y": "m"}, "jacobian"),
    "rows after columns": ("outer(y, tanh(W@x))", "W", {"W": "k,n", "x": "n", "y": "m"}, "jacobian"),
    "second of a regression": ("sum(log(1 + exp(X@w)))", "X", {"X": "m,n", "w": "n"}, "hessian"),
    "second entry by entry": ("sum(exp(A@X))", "X", {"A": "m,n", "X": "n,k"}, "hessian"),
}
KRONECKER = (
    "first of a Kronecker product",
    "second of a Kronecker product",
    "its columns",
    "columns beside I",
    "both sides",
    "square",
    "matrix times vector",
    "scaled difference",
    "second",
    "entry by entry",
    "entry by entry, below a bar",
    "a layer",
    "a layer beside a matrix",
    "turned entry by entry",
    "columns times rows",
    "rows after columns",
    "second of a regression",
    "second entry by entry",
    "vector by vector by matrix",
)


def values(name: str) -> tuple[Any, Any, Any, Any] | None:
    """The entries of the derivative, those of the map at a random change, of the product of Kronecker, the change."""
    expression, wrt, shapes, command = PROBLEMS[name]
    derivation = getattr(mcalc, command)(expression, wrt, shapes, verify=False)
    if not isinstance(derivation.natural, IndexForm):
        return None
    names, variable = list(derivation.reading.names.values()), derivation.by[-1]
    symbols = sorted({s for node in names for size in node.shape for s in size.free_symbols}, key=str)
    sizes = draw_sizes(symbols)
    generator = np.random.default_rng(5)
    point = draw_point(names, sizes, "positive", generator)
    change = linear_map(derivation.natural.tensor, variable)
    if change is None:
        return None
    moved = tree.variable("change_of_it", variable.shape)
    step = generator.uniform(-1, 1, np.shape(point[variable.parameters[0]]))
    at = {**point, "change_of_it": step}
    free = tree.variable(str(variable.parameters[0]), variable.shape)
    mapped = evaluate(replace(change, {leaf(free): moved}), at, sizes)
    product = of_columns(change, variable)
    entries = evaluate_tensor(derivation.natural.tensor, point, sizes)
    return entries, mapped, None if product is None else evaluate(product, point, sizes), step


@pytest.mark.parametrize("name", PROBLEMS)
def test_the_map_is_the_derivative(name: str) -> None:
    found = values(name)
    if found is None:
        assert name not in KRONECKER
        return
    entries, mapped, product, step = found
    expected = np.tensordot(entries, step, np.ndim(step))
    np.testing.assert_allclose(np.broadcast_to(mapped, expected.shape), expected, rtol=1e-9, atol=1e-9)
    assert (product is not None) or name not in KRONECKER
    if product is not None:
        np.testing.assert_allclose(product @ np.ravel(step.T), np.ravel(expected.T), rtol=1e-9, atol=1e-9)


def test_what_is_printed() -> None:
    derivation = mcalc.jacobian("A@X@B", "X", verify=False)
    assert other_forms(derivation) == ["dX ↦ A·dX·B", "∂vec(y)/∂vec(X) = kron(Bᵀ, A)"]
    assert other_forms(derivation, "ascii") == ["dX -> A@dX@B", "dvec(y)/dvec(X) = kron(B', A)"]
    assert other_forms(mcalc.jacobian("A@x", "x", verify=False)) == []
