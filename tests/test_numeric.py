"""Numbers: every operator has a value, and every derivative of the corpus agrees with differences and with print."""

from __future__ import annotations

import gc
import weakref
from typing import Any

import numpy as np
import pytest
from cases_at_points import FIRST_ORDER, derivatives, point_of, read

from mcalc.calculus import differentiated as differentiate
from mcalc.checking import example_of
from mcalc.networks import Tensor
from mcalc.numbers import (
    KINDS,
    Program,
    UnboundIndex,
    dimensions,
    draw_point,
    draw_sizes,
    evaluate,
    evaluate_tensor,
    fitting_sizes,
    verify,
)
from mcalc.table import TABLE
from mcalc.tree import Node, dimension

EXAMPLES = [operator for operator in TABLE.values() if operator.example]


def value_of(result: Node | Tensor, point: Any, sizes: Any) -> Any:
    return evaluate_tensor(result, point, sizes) if isinstance(result, Tensor) else evaluate(result, point, sizes)


@pytest.mark.parametrize("operator", EXAMPLES, ids=lambda operator: operator.name)
def test_every_example_has_a_value(operator: Any) -> None:
    reading = example_of(operator)
    variables = list(reading.names.values())
    sizes = next(fitting_sizes([reading.value], variables))
    for kind in KINDS:
        value = evaluate(reading.value, draw_point(variables, sizes, kind, np.random.default_rng(1)), sizes)
        assert np.shape(value) == dimensions(reading.value.axes, sizes)
        if np.isfinite(value).all():
            return
    pytest.fail(f"no kind of point is in the domain of {operator.name}")


@pytest.mark.parametrize("case", FIRST_ORDER, ids=lambda case: case["id"])
def test_derivatives_of_the_corpus(case: dict[str, Any]) -> None:
    """Both forms, as networks and as a matrix, agree with differences; together, with the textbook."""
    reading, found = derivatives(case["expr"], case["shapes"], case["wrt"])
    point, sizes = point_of(case, reading)
    columns = []
    for by, derivative in found:
        for form in (derivative.tensor, derivative.node):
            if form is not None:
                checked = verify(
                    reading.value, list(reading.names.values()), by, lambda p, s, form=form: value_of(form, p, s)
                )
                assert checked.points >= 3 and checked.error < 1e-6, checked
                at_point = value_of(form, point, sizes)
                assert np.shape(at_point) == dimensions(reading.value.axes + by.axes, sizes)
        columns.append(at_point if by.axes else np.expand_dims(at_point, -1))
    answer = np.concatenate(columns, axis=-1) if len(columns) > 1 else at_point
    if case.get("convention") == "structured":
        answer = answer + answer.T - np.diag(np.diag(answer))
    if "expected" in case:
        expected = evaluate(read(case["expected"], case["shapes"]).value, point, sizes)
        np.testing.assert_allclose(answer, expected, rtol=1e-9, atol=1e-9)
    if "differential" in case:
        (by, _), name = found[0], case["wrt"]
        reading = read(case["differential"], case["shapes"] | {f"d{name}": case["shapes"][name]})
        direction = np.random.default_rng(5).normal(size=dimensions(by.axes, sizes))
        expected = evaluate(reading.value, {**point, f"d{name}": direction}, sizes)
        np.testing.assert_allclose(np.tensordot(answer, direction, direction.ndim), expected, rtol=1e-9, atol=1e-9)


VALUES = [
    ("x' @ A", {"x": [1, 2], "A": [[1, 2, 3], [4, 5, 6]]}, [9, 12, 15]),
    ("x @ y'", {"x": [1, 2], "y": [3, 4]}, [[3, 4], [6, 8]]),
    ("sum(x', axis=0)", {"x": [1, 2]}, [1, 2]),
    ("sum(x', axis=1)", {"x": [1, 2]}, 3),
    ("sum(A, axis=0)", {"A": [[1, 2], [3, 4]]}, [4, 6]),
    ("[a; x; b]", {"a": 1, "x": [2, 3], "b": 4}, [1, 2, 3, 4]),
    ("[x'; A]", {"x": [1, 2], "A": [[3, 4]]}, [[1, 2], [3, 4]]),
    ("[a, b; b, a]", {"a": 1, "b": 2}, [[1, 2], [2, 1]]),
    ("A[2]", {"A": [[1, 2], [3, 4]]}, [3, 4]),
    ("A[:, 1]", {"A": [[1, 2], [3, 4]]}, [1, 3]),
    ("(x')[1, 2]", {"x": [5, 6]}, 6),
    ("x[2..3]", {"x": [5, 6, 7]}, [6, 7]),
    ("sum(i*x[i] for i in 1..n)", {"x": [5, 6, 7]}, 38),
    ("sum(sum(A[i,j]*j for j in 1..n)^2 for i in 1..m)", {"A": [[1, 2], [3, 4]]}, 146),
    ("sum(sum(x[i]*y[j] for j in 1..n) for i in 1..n)", {"x": [1, 2], "y": [3, 4]}, 21),
    ("sum(a for i in 1..n)*x[n]", {"a": 2, "x": [1, 5]}, 20),
    ("tr(x'@x)/n", {"x": [1, 2]}, 2.5),
    ("a^0.5", {"a": -1}, np.nan),
    ("max(0, x) + relu(-x)", {"x": [-2, 3]}, [2, 3]),
]
NAMES = {"A": "m,n", "x": "n", "y": "n", "a": "scalar", "b": "scalar"}


@pytest.mark.parametrize(("text", "point", "expected"), VALUES, ids=[row[0] for row in VALUES])
def test_values(text: str, point: dict[str, Any], expected: Any) -> None:
    shapes = {name: "n,m" if text == "x' @ A" and name == "A" else NAMES[name] for name in point}
    reading = read(text, shapes)
    sizes = {}
    for name, value in point.items():
        sizes.update(
            {str(s): n for s, n in zip(reading.names[name].shape, np.shape(value), strict=True) if s.is_Symbol}
        )
    value = evaluate(reading.value, point, sizes)
    np.testing.assert_allclose(value, expected)
    assert np.shape(value) == np.shape(expected)


def test_nodes_can_be_given() -> None:
    reading = read("u = A@x; u.u + sum(u)", {"A": "m,n", "x": "n"})
    u = reading.bound["u"]
    assert evaluate(reading.value, {}, {"m": 2, "n": 3}, {u: np.array([1.0, 2.0])}) == 8


def test_a_running_index_outside_its_sum() -> None:
    body = read("sum(x[i]^2 for i in 1..n)", {"x": "n"}).value.args[0]
    with pytest.raises(UnboundIndex, match="the index i"):
        evaluate(body, {"x": np.ones(3)}, {"n": 3})


def test_sizes_differ_and_fit() -> None:
    sizes = draw_sizes([dimension(name) for name in "nmkpq"])
    assert len(set(sizes.values())) == 5
    reading = read("x[2..7].w", {"x": "n", "w": "6"})
    assert next(fitting_sizes([reading.value]))["n"] >= 7


def test_depth_costs_no_recursion() -> None:
    text = "; ".join(["u = x"] + [f"u{i} = tanh({'u' if i == 0 else f'u{i - 1}'})" for i in range(3000)] + ["u2999"])
    reading = read(text, {"x": "n"})
    assert np.shape(evaluate(reading.value, {"x": np.ones(2)}, {"n": 2})) == (2,)


WRONG = [
    ("twice", lambda right: 2 * right),
    ("a sign", lambda right: -right),
    ("nothing", lambda right: 0 * right),
    ("transposed", lambda right: right.T if right.ndim == 2 else right[::-1]),
    ("one entry", lambda right: right + 1e-3 * np.eye(*right.shape) if right.ndim == 2 else right + 1e-3),
]


@pytest.mark.parametrize(("name", "spoil"), WRONG, ids=[row[0] for row in WRONG])
@pytest.mark.parametrize("text", ["A@x*y", "max(0, w.x + b)", "norm(A@x - y)", "inv(B + w@x')@x", "x@x'@w/1000000000"])
def test_a_wrong_derivative_is_found(text: str, name: str, spoil: Any) -> None:
    shapes = {"A": "m,n", "x": "n", "y": "m", "w": "n", "b": "scalar", "B": "n,n"}
    reading = read(text, {key: shape for key, shape in shapes.items() if key in text})
    x, tensor = reading.names["x"], differentiate(reading.value, reading.names["x"])
    every = list(reading.names.values())
    assert verify(reading.value, every, x, lambda p, s: evaluate_tensor(tensor, p, s)).error < 1e-6
    assert verify(reading.value, every, x, lambda p, s: spoil(evaluate_tensor(tensor, p, s))).error > 1e-6


@pytest.mark.parametrize(
    "text", ["acosh(x)", "log(x)", "asin(x)", "log(det(B))", "sqrt(w.x)", "x^w", "acosh(x)*atanh(w)", "logdet(B)*x"]
)
def test_points_are_found_in_the_domain(text: str) -> None:
    shapes = {"x": "n", "w": "n", "B": "n,n"}
    reading = read(text, {key: shape for key, shape in shapes.items() if key in text})
    by = next(iter(reading.names.values()))
    tensor = differentiate(reading.value, by)
    checked = verify(reading.value, list(reading.names.values()), by, lambda p, s: evaluate_tensor(tensor, p, s))
    assert checked.points >= 3 and checked.error < 1e-6


def test_no_point_has_a_reason() -> None:
    reading = read("log(-exp(x))", {"x": "scalar"})
    checked = verify(reading.value, list(reading.names.values()), reading.names["x"], lambda p, s: np.float64(1))
    assert checked.points == 0 and "finite" in checked.reason


def test_a_program_goes_as_soon_as_it_is_not_used() -> None:
    """Without the garbage collector, which the command line switches off."""
    reading = read("sum(w[1]*x[i]*log(n*i) for i in 1..n) + 2", {"x": "n", "w": "m"})
    gc.disable()
    try:
        program = Program([reading.value], {"n": 3, "m": 2})
        program.run({"x": np.ones(3), "w": np.ones(2)})
        gone = weakref.ref(program)
        del program
        assert gone() is None
    finally:
        gc.enable()
