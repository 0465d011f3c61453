"""Numbers in emitted code: 32 bits stay 32, whole numbers are no trap, and what is finite stays finite."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from itertools import islice, product
from typing import Any

import numpy as np
import pytest
from cases_at_points import CORPUS, read
from test_libraries import library_of

import mcalc
from mcalc import Problem
from mcalc.code import functions
from mcalc.numbers import KINDS, dimensions, draw_point, evaluate, evaluate_tensor, fitting_sizes
from mcalc.table import TABLE
from mcalc.tree import Node

LARGEST = 1e6
LIBRARIES = ("numpy", *(pytest.param(name, marks=pytest.mark.slow) for name in ("jax", "torch")))
Asked = tuple[str, str, dict[str, str], str]


def of_the_table() -> list[Asked]:
    found = []
    for operator in TABLE.values():
        names = list(read(operator.example, {}).names) if operator.example else []
        found += [(operator.example, name, {}, "jacobian") for name in names[:1]]
    return found


def of_the_corpus() -> list[Asked]:
    kinds = {"hessian": "hessian"}
    return [(one["expr"], one["wrt"], one["shapes"], kinds.get(one["kind"], "jacobian")) for one in CORPUS]


EXTRA: list[Asked] = [
    ("sum(exp(a)*x)", "x", {"a": "scalar", "x": "n"}, "jacobian"),
    ("where(a > 0, 2, 3)*x", "x", {"a": "scalar", "x": "n"}, "jacobian"),
    ("(a > 0)*x", "x", {"a": "scalar", "x": "n"}, "jacobian"),
    ("sqrt(2)*x/sqrt(n) + asin(1/n)*x^3", "x", {"x": "n"}, "jacobian"),
    ("[a; x].[x; a]", "x", {"a": "scalar", "x": "n"}, "jacobian"),
    ("[a, x[1]; 3, a]@[x[1]; 1]", "x", {"a": "scalar", "x": "n"}, "jacobian"),
    ("sum(x^y)", "x", {"x": "n", "y": "n"}, "hessian"),
    ("sum(x^y)", "y", {"x": "n", "y": "n"}, "hessian"),
    ("A*2", "A", {"A": "1,n"}, "jacobian"),
]
ASKED = [*of_the_corpus(), *of_the_table(), *EXTRA]


def code_of(asked: Asked, library: str) -> tuple[Any, Any]:
    text, wrt, shapes, command = asked
    derivation = getattr(mcalc, command)(text, wrt, shapes, verify=False)
    return derivation, functions(derivation.write(library), library)[command]


def points_for(derivation: Any, whole: bool) -> Iterator[tuple[dict[str, Any], dict[str, int]]]:
    variables = list(derivation.reading.names.values())
    generator = np.random.default_rng(5)
    for sizes, kind in product(islice(fitting_sizes([derivation.value], variables), 2), ("square", "positive", *KINDS)):
        point = draw_point(variables, sizes, kind, generator)
        if whole:
            point = {name: np.rint(3 * value) + 1 for name, value in point.items()}
        for node in variables:
            name = node.parameters[0]
            point[name] = np.reshape(point[name], dimensions(node.shape, sizes))
        yield point, sizes


def at(function: Any, point: dict[str, Any], sizes: dict[str, int], made: Any) -> list[Any]:
    extra = list(inspect.signature(function).parameters)[len(point) :]
    arguments = [made(value) if np.ndim(value) else float(value) for value in point.values()]
    with np.errstate(all="ignore"):
        found = function(*arguments, *(sizes[name] for name in extra))
    return list(found) if isinstance(found, tuple) else [found]


def test_points() -> None:
    assert len(ASKED) > 300


@pytest.mark.parametrize("library", LIBRARIES)
@pytest.mark.parametrize("asked", ASKED, ids=lambda asked: f"{asked[0]} by {asked[1]}")
@pytest.mark.parametrize("kind", ["float32", "int64"])
def test_types(asked: Asked, library: str, kind: str) -> None:
    array = np.asarray if library == "numpy" else library_of(library)
    derivation, function = code_of(asked, library)
    arrays = any(node.shape for node in derivation.reading.names.values())
    for point, sizes in points_for(derivation, kind == "int64"):
        try:
            expected = [np.asarray(one) for one in at(function, point, sizes, array)]
            found = at(function, point, sizes, lambda value: array(np.asarray(value, kind)))
        except (np.linalg.LinAlgError, RuntimeError, ZeroDivisionError) as fault:
            assert "singular" in str(fault).lower() or "zero" in str(fault)
            continue
        if not all(np.isfinite(one).all() and np.abs(one).max(initial=0) < LARGEST for one in expected):
            continue
        for one, other in zip(found, expected, strict=True):
            size = max(1.0, np.abs(other).max(initial=0))
            np.testing.assert_allclose(np.asarray(one, float), other, rtol=2e-3, atol=2e-3 * size)
            if kind == "float32" and arrays and np.ndim(one):
                assert str(one.dtype).endswith("float32")
        return
    if kind == "float32":
        pytest.fail("there is no point at which the derivative is finite")


UNARY = [one for one in TABLE.values() if one.calls and len(one.argument_names) == 1]


@pytest.mark.parametrize("operator", UNARY, ids=lambda operator: operator.name)
def test_finite_where_the_function_is(operator: Any) -> None:
    """At ±1000 the first and the second derivative are finite, wherever the function is."""
    call = operator.calls[0]
    for text, shapes, made in (
        (f"{call}(a)", {"a": "scalar"}, lambda big: big),
        (f"sum({call}(x))", {"x": "n"}, lambda big: np.array([big, 0.3, -big / 2])),
        (f"sum({call}(X))", {"X": "n,n"}, lambda big: np.array([[big, 0.1], [0.2, -big]])),
    ):
        name = next(iter(shapes))
        try:
            reading = read(text, shapes)
        except Problem:
            continue
        for big in (1000.0, -1000.0):
            with np.errstate(all="ignore"):
                value = evaluate(reading.value, {name: made(big)}, {"n": len(np.atleast_1d(made(big)))})
            if not np.isfinite(value).all():
                continue
            for command in ("gradient", "hessian"):
                _, function = code_of((text, name, shapes, command), "numpy")
                with np.errstate(all="ignore"):
                    assert np.isfinite(function(made(big))).all()


AT_ZERO = [
    ("norm(x)", {"x": "n"}, "gradient", 0.0),
    ("norm(x)", {"x": "n"}, "hessian", 0.0),
    ("norm(x)^3", {"x": "n"}, "hessian", 0.0),
    ("norm(X)", {"X": "m,n"}, "hessian", 0.0),
    ("norm(X) + sum(X)", {"X": "m,n"}, "gradient", 1.0),
    ("norm(x)^2", {"x": "n"}, "gradient", 0.0),
]


@pytest.mark.parametrize("library", LIBRARIES)
@pytest.mark.parametrize(("text", "shapes", "command", "expected"), AT_ZERO, ids=lambda row: str(row))
def test_the_norm_at_zero(text: str, shapes: dict[str, str], command: str, expected: float, library: str) -> None:
    name = next(iter(shapes))
    _, function = code_of((text, name, shapes, command), library)
    array = np.asarray if library == "numpy" else library_of(library)
    zero = np.zeros((2, 3)[: 1 + (name == "X")])
    np.testing.assert_array_equal(np.asarray(function(array(zero))), expected)
    near = zero + 1e-3
    ours, exact = function(array(near)), getattr(mcalc, command)(text, name, shapes, verify=False).natural
    sizes = {"m": 2, "n": 3} if name == "X" else {"n": 2}
    point = {name: near}
    there = evaluate(exact, point, sizes) if isinstance(exact, Node) else evaluate_tensor(exact.tensor, point, sizes)
    np.testing.assert_allclose(np.asarray(ours), there, rtol=1e-9, atol=1e-9)


def test_what_the_value_divides_by_is_no_norm_of_the_rule() -> None:
    _, function = code_of(("x/norm(x)", "x", {"x": "n"}, "jacobian"), "numpy")
    with np.errstate(all="ignore"):
        assert np.isnan(function(np.zeros(2))).any()


WITHOUT_DIVISION = [
    ("prod(x)", {"x": "n"}, np.array([2.0, 0.0, 3.0]), [0.0, 6.0, 0.0]),
    ("prod(x)", {"x": "n"}, np.array([0.0, 0.0, 3.0]), [0.0, 0.0, 0.0]),
    ("prod(2*x)", {"x": "n"}, np.array([2.0, 0.0]), [0.0, 8.0]),
    ("sum(prod(X, axis=1))", {"X": "m,n"}, np.array([[1.0, 0.0], [3.0, 5.0]]), [[0.0, 1.0], [5.0, 3.0]]),
    ("sum(prod(X, axis=0))", {"X": "m,n"}, np.array([[1.0, 0.0], [3.0, 5.0]]), [[3.0, 5.0], [1.0, 0.0]]),
    ("prod(X)", {"X": "m,n"}, np.array([[1.0, 0.0], [3.0, 5.0]]), [[0.0, 15.0], [0.0, 0.0]]),
    ("sum(prod(X[i]) for i in 1..m)", {"X": "m,n"}, np.array([[1.0, 0.0], [3.0, 5.0]]), [[0.0, 1.0], [5.0, 3.0]]),
    ("det(X)", {"X": "n,n"}, np.array([[1.0, 2.0], [2.0, 4.0]]), [[4.0, -2.0], [-2.0, 1.0]]),
    ("det(X)^2", {"X": "n,n"}, np.array([[1.0, 2.0], [2.0, 4.0]]), [[0.0, 0.0], [0.0, 0.0]]),
    ("det(X'@X)", {"X": "n,n"}, np.array([[1.0, 2.0], [2.0, 4.0]]), [[0.0, 0.0], [0.0, 0.0]]),
    ("det(X)", {"X": "n,n"}, np.zeros((3, 3)), np.zeros((3, 3))),
    ("det(X)*tr(X)", {"X": "n,n"}, np.array([[1.0, 2.0], [2.0, 4.0]]), [[20.0, -10.0], [-10.0, 5.0]]),
    ("prod(2*x)", {"x": "n"}, np.array([0.0, 2.0, 3.0]), [48.0, 0.0, 0.0]),
    ("prod(x^2 + x)", {"x": "n"}, np.array([0.0, 1.0, 2.0]), [12.0, 0.0, 0.0]),
    ("prod(x^2)", {"x": "n"}, np.array([0.0, 2.0]), [0.0, 0.0]),
    ("prod(x)*sum(x)", {"x": "n"}, np.array([0.0, 2.0, 3.0]), [30.0, 0.0, 0.0]),
    ("prod([1,2;3,4]@x)", {"x": "2"}, np.array([2.0, -1.0]), [2.0, 4.0]),
]
SECOND = [
    ("prod(x)", [0.0, 2.0, 3.0], [[0, 3, 2], [3, 0, 0], [2, 0, 0]]),
    ("prod(x)", [0.0, 0.0, 3.0], [[0, 3, 0], [3, 0, 0], [0, 0, 0]]),
    ("(prod(x) - 1)^2", [0.0, 2.0, 3.0], [[72, -6, -4], [-6, 0, 0], [-4, 0, 0]]),
    ("prod(x)^2", [0.0, 2.0], [[8, 0], [0, 0]]),
    ("prod(x)*sum(x)", [0.0, 2.0, 3.0], [[12, 21, 16], [21, 0, 0], [16, 0, 0]]),
    ("exp(prod(x))", [0.0, 2.0, 3.0], [[36, 3, 2], [3, 0, 0], [2, 0, 0]]),
    ("prod(x^2)", [0.0, 2.0], [[8, 0], [0, 0]]),
    ("prod(2*x)", [0.0, 0.0], [[0, 4], [4, 0]]),
    ("prod(sinh(x))", [0.0, 0.0], [[0, 1], [1, 0]]),
    ("prod([1,2;3,4]@x)", [2.0, -1.0], [[6, 10], [10, 16]]),
]


@pytest.mark.parametrize("library", LIBRARIES)
@pytest.mark.parametrize(("text", "at_zero", "expected"), SECOND)
def test_second_derivatives_of_products_with_zeros(text: str, at_zero: Any, expected: Any, library: str) -> None:
    """The products of all but two, 0 of one twice: no division either."""
    _, function = code_of((text, "x", {"x": "2" if "@" in text else "n"}, "hessian"), library)
    array = np.asarray if library == "numpy" else library_of(library)
    np.testing.assert_allclose(np.asarray(function(array(np.array(at_zero)))), expected, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize(("text", "told"), [("det(X)", True), ("logdet(X)", False), ("det(X - t*eye(n))", True)])
def test_that_a_second_derivative_divides_is_said(text: str, told: bool) -> None:
    _, function = code_of((text, "t" if "t*" in text else "X", {"X": "n,n"}, "hessian"), "numpy")
    assert ("It divides by a determinant, and has no value where that is 0." in str(function.__doc__)) == told


@pytest.mark.parametrize("library", LIBRARIES)
@pytest.mark.parametrize(("text", "shapes", "at_zero", "expected"), WITHOUT_DIVISION, ids=lambda row: str(row))
def test_products_with_zeros_and_singular_matrices(
    text: str, shapes: dict[str, str], at_zero: Any, expected: Any, library: str
) -> None:
    """The derivative of a product is the product of the others, of a determinant the adjugate: without a division."""
    _, function = code_of((text, next(iter(shapes)), shapes, "gradient"), library)
    array = np.asarray if library == "numpy" else library_of(library)
    np.testing.assert_allclose(np.asarray(function(array(at_zero))), expected, rtol=1e-9, atol=1e-9)
