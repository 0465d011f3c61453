"""A row that was declared a matrix is one in the code; what is returned has value.shape + variable.shape."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from cases_at_points import read
from test_libraries import library_of

import mcalc
from mcalc import tree
from mcalc.code import TARGETS, array_shape, functions
from mcalc.numbers import dimensions
from mcalc.tree import dimension

N = 3
ROW = {"A": "1,n", "x": "n", "B": "n,n"}
VALUES: list[tuple[str, Callable[..., Any]]] = [
    ("A*2", lambda A, x, B: A * 2),
    ("A@x", lambda A, x, B: A @ x),
    ("A@B", lambda A, x, B: A @ B),
    ("B@A'", lambda A, x, B: B @ A.T),
    ("A'", lambda A, x, B: A.T),
    ("tanh(A) + A*sum(x)", lambda A, x, B: np.tanh(A) + A * np.sum(x)),
    ("softmax(A)", lambda A, x, B: np.exp(A) / np.sum(np.exp(A))),
    ("sum(A, axis=0)", lambda A, x, B: np.sum(A, axis=0)),
    ("sum(A, axis=1)", lambda A, x, B: np.sum(A, axis=1)),
    ("norm(A)", lambda A, x, B: np.linalg.norm(A)),
    ("A@A'", lambda A, x, B: A @ A.T),
    ("x'@B", lambda A, x, B: x @ B),
    ("hadamard(A, x')", lambda A, x, B: A * x),
    ("mean(A)*n", lambda A, x, B: np.mean(A) * N),
]


SINGLE = [
    ("A*2", {"A": "1,1"}, (1, 1)),
    ("A@A", {"A": "1,1"}, (1, 1)),
    ("det(A)", {"A": "1,1"}, (1, 1)),
    ("exp(x)", {"x": "1"}, (1,)),
    ("2*x", {"x": "1"}, (1,)),
    ("sum(x)", {"x": "1"}, (1,)),
    ("softmax(x)*x", {"x": "1"}, (1,)),
]


@pytest.mark.parametrize("library", TARGETS)
@pytest.mark.parametrize(("text", "shapes", "expected"), SINGLE, ids=[row[0] for row in SINGLE])
def test_shapes_of_single_entries(text: str, shapes: dict[str, str], expected: tuple[int, ...], library: str) -> None:
    array: Callable[[Any], Any] = np.asarray if library == "numpy" else library_of(library)
    name = next(iter(shapes))
    function = functions(mcalc.jacobian(text, name, shapes).write(library), library)["jacobian"]
    given = np.full((1, 1)[: 1 + (name == "A")], 0.5)
    assert np.asarray(function(array(given))).shape == expected


@pytest.mark.parametrize("library", TARGETS)
@pytest.mark.parametrize(("text", "value"), VALUES, ids=[text for text, _ in VALUES])
def test_shapes_of_a_declared_row(text: str, value: Callable[..., Any], library: str) -> None:
    if library == "numpy":
        array: Callable[[Any], Any] = np.asarray
    else:
        array = library_of(library)
    arrays = {"A": np.array([[0.5, -1.0, 2.0]]), "x": np.array([1.0, 2.0, 3.0]), "B": np.arange(9.0).reshape(3, 3)}
    reading = read(text, ROW)
    expected = np.shape(value(*arrays.values()))
    assert dimensions(array_shape(reading.value), {"n": N}) == expected
    for name in reading.names:
        derivation = mcalc.jacobian(text, name, ROW)
        function = functions(derivation.write(library), library)["jacobian"]
        found = np.asarray(function(*(array(arrays[one]) for one in reading.names)))
        assert found.shape == expected + arrays[name].shape
        step = 1e-6 * np.eye(arrays[name].size).reshape(-1, *arrays[name].shape)
        moved = [
            (value(**{**arrays, name: arrays[name] + one}) - value(**{**arrays, name: arrays[name] - one})) / 2e-6
            for one in step
        ]
        np.testing.assert_allclose(found, np.moveaxis(moved, 0, -1).reshape(found.shape), rtol=1e-6, atol=1e-6)


def test_a_size_is_read_off_the_axis_that_has_it() -> None:
    assert "n = A.shape[1]" in mcalc.jacobian("A*2", "A", {"A": "1,n"}).write("numpy")
    assert "k = W.shape[0]" in mcalc.jacobian("sum(W)/k", "W", {"W": "k,n"}).write("numpy")


def test_hessians_of_a_row() -> None:
    function = functions(mcalc.hessian("sum(A^3)", "A", {"A": "1,n"}).write("numpy"), "numpy")["hessian"]
    found = function(np.array([[1.0, 2.0]]))
    np.testing.assert_allclose(found.reshape(2, 2), np.diag([6.0, 12.0]))
    assert found.shape == (1, 2, 1, 2)


def test_shapes_of_arrays_with_single_entries() -> None:
    one = dimension(1)
    x, A = tree.variable("x", (one,)), tree.variable("A", (one, one))
    assert array_shape(tree.apply("multiply", x, tree.number(2))) == (one,)
    assert array_shape(tree.apply("exp", A)) == (one, one)
    assert array_shape(tree.transpose(A)) in ((one, one), ())


@pytest.mark.parametrize("library", TARGETS)
@pytest.mark.parametrize(
    "text",
    ["norm((z * k)[1])", "norm1((k^2.5)[1])", "sum(z * k)", "z.k", "z'@k", "sum(k@z')", "max(z + k)"],
)
def test_a_column_declared_as_a_matrix_is_taken_with_one_axis_or_two(text: str, library: str) -> None:
    """An array of shape (m, 1) broadcasts with its transpose, or with a vector, to m×m: none does here."""
    module = np.asarray if library == "numpy" else library_of(library)
    shapes = {name: "m,1" for name in "zk" if name in text}
    code = functions(mcalc.gradient(text, "k", shapes).write(library), library)["gradient"]
    flat = {name: np.arange(1.0, N + 1) * (2 if name == "z" else 1) for name in shapes}
    given = [{name: module(value.reshape(shape)) for name, value in flat.items()} for shape in ((N,), (N, 1))]
    one, other = (np.asarray(code(**arrays)) for arrays in given)
    assert one.shape == other.shape == (N,)
    np.testing.assert_array_equal(one, other)
