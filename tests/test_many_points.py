"""At many points at once every value is the one that it has at each point alone."""

from __future__ import annotations

import gc
import weakref
from typing import Any

import numpy as np
import pytest
from cases_at_points import FIRST_ORDER, derivatives, point_of, read

from mcalc.calculus import differentiated as differentiate
from mcalc.checking import example_of
from mcalc.numbers import (
    ANALYTIC,
    KINDS,
    STEP,
    Program,
    TensorProgram,
    draw_point,
    evaluate,
    evaluate_at_points,
    evaluate_tensor,
    fitting_sizes,
)
from mcalc.numbers import slope_by_complex_step as complex_step
from mcalc.table import TABLE
from mcalc.tree import Node

COUNT = 4


def agree(root: Node, points: list[dict[str, Any]], sizes: dict[str, int], names: list[str]) -> None:
    """All names varied, and each of them alone."""
    for varied in [names, *([name] for name in names if len(names) > 1)]:
        fixed = {name: value for name, value in points[0].items() if name not in varied}
        stacked = {name: np.array([point[name] for point in points]) for name in varied}
        (found,) = evaluate_at_points([root], fixed, stacked, sizes)
        expected = [evaluate(root, {**point, **fixed}, sizes) for point in points]
        assert found.shape == np.shape(expected)
        np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("operator", [one for one in TABLE.values() if one.example], ids=lambda operator: operator.name)
def test_every_operator(operator: Any) -> None:
    reading = example_of(operator)
    variables = list(reading.names.values())
    if not variables:
        return
    sizes = next(fitting_sizes([reading.value], variables))
    generator = np.random.default_rng(5)
    for kind in KINDS:
        points = [draw_point(variables, sizes, kind, generator) for _ in range(COUNT)]
        if all(np.isfinite(evaluate(reading.value, point, sizes)).all() for point in points):
            agree(reading.value, points, sizes, list(reading.names))
            return
    pytest.fail(f"no kind of point is in the domain of {operator.name}")


@pytest.mark.parametrize("operator", [one for one in TABLE.values() if one.example], ids=lambda operator: operator.name)
def test_complex_steps_of_every_operator(operator: Any) -> None:
    """Many steps taken at once are those that each point takes alone."""
    reading = example_of(operator)
    variables = list(reading.names.values())
    for variable in variables:
        sizes, name = next(fitting_sizes([reading.value], variables)), str(variable.parameters[0])
        generator = np.random.default_rng(6)
        points = [draw_point(variables, sizes, "unit", generator) for _ in range(COUNT)]
        directions = generator.uniform(-1, 1, (COUNT, *np.shape(points[0][name])))
        alone = Program([reading.value], sizes, arithmetic=ANALYTIC)
        expected = [complex_step(alone, *given) for given in zip(points, [name] * COUNT, directions, strict=True)]
        if any(step is None for step in expected):
            continue
        stacked: dict[str, Any] = {other: np.array([point[other] for point in points]) for other in points[0]}
        stacked[name] = stacked[name] + 1j * STEP * directions
        together = Program([reading.value], sizes, varied=list(stacked), arithmetic=ANALYTIC)
        found = np.imag(together.run_all(stacked, COUNT)[0]) / STEP
        np.testing.assert_allclose(found, np.array(expected).reshape(found.shape), rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("case", FIRST_ORDER, ids=lambda case: case["id"])
def test_networks_of_the_corpus(case: dict[str, Any]) -> None:
    reading, _ = derivatives(case["expr"], case["shapes"], case["wrt"])
    point, sizes = point_of(case, reading)
    points = [{name: (1 + 0.01 * at) * value for name, value in point.items()} for at in range(COUNT)]
    stacked = {name: np.array([one[name] for one in points]) for name in point}
    for variable in reading.names.values():
        tensor = differentiate(reading.value, variable)
        with np.errstate(all="ignore"):
            (found,) = TensorProgram(tensor, sizes, varied=list(point)).run_all(stacked, COUNT)
        expected = np.array([evaluate_tensor(tensor, one, sizes) for one in points])
        np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("case", FIRST_ORDER, ids=lambda case: case["id"])
def test_values_and_derivatives_of_the_corpus(case: dict[str, Any]) -> None:
    reading, found = derivatives(case["expr"], case["shapes"], case["wrt"])
    point, sizes = point_of(case, reading)
    points = [{name: (1 + 0.01 * at) * value for name, value in point.items()} for at in range(COUNT)]
    for root in [reading.value, *(one.node for _, one in found if one.node is not None)]:
        agree(root, points, sizes, list(reading.names))


MORE = [
    ("sum(A, axis=0).x", {"A": "m,n", "x": "n"}),
    ("sum(A, axis=1)", {"A": "m,n"}),
    ("sum(x', axis=1)*sum(x', axis=0)", {"x": "n"}),
    ("softmax(A, axis=0)", {"A": "m,n"}),
    ("softmax(x')", {"x": "n"}),
    ("logsumexp(A, axis=1)", {"A": "m,n"}),
    ("[a; x] + z", {"a": "scalar", "x": "n"}),
    ("[a, b; b^2, 1]", {"a": "scalar", "b": "scalar"}),
    ("A[1..2, 2]", {"A": "m,n"}),
    ("x'@A@x*(x@x') + a", {"A": "n,n", "x": "n", "a": "scalar"}),
    ("(A@B)'@x", {"A": "n,m", "B": "m,n", "x": "n"}),
    ("sum(norm(W@X[i] - Y[i])^2 for i in 1..N)", {"W": "m,n", "X": "N,n", "Y": "N,m"}),
    ("sum(sum(A[i,j]*x[j] for j in 1..n)^2*i for i in 1..m)", {"A": "m,n", "x": "n"}),
    ("det(A)*inv(A)@x", {"A": "n,n", "x": "n"}),
]


@pytest.mark.parametrize(("text", "shapes"), MORE, ids=[row[0] for row in MORE])
def test_more_values(text: str, shapes: dict[str, str]) -> None:
    reading = read(text, shapes, tuple(shapes))
    variables = list(reading.names.values())
    sizes = next(fitting_sizes([reading.value], variables))
    generator = np.random.default_rng(3)
    points = [draw_point(variables, sizes, "positive", generator) for _ in range(COUNT)]
    agree(reading.value, points, sizes, list(reading.names))


def test_a_singular_point_is_blank() -> None:
    reading = read("sum(inv(A))", {"A": "n,n"})
    (found,) = evaluate_at_points([reading.value], {}, {"A": np.array([np.eye(2), np.zeros((2, 2))])}, {"n": 2})
    assert found[0] == 2 and np.isnan(found[1])


def test_parts_of_a_large_grid_are_put_together(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mcalc.numbers.layout.ENTRIES_AT_ONCE", 12)
    reading = read("w.x", {"w": "n", "x": "n"})
    values = np.arange(33.0).reshape(11, 3)
    (found,) = evaluate_at_points([reading.value], {"x": np.ones(3)}, {"w": values}, {"n": 3})
    np.testing.assert_array_equal(found, values.sum(axis=1))


def test_a_loss_over_a_grid() -> None:
    reading = read(
        "sum((y[i] - max(0, w.X[i] + b))^2 for i in 1..N)/N", {"X": "N,n", "w": "n", "y": "N", "b": "scalar"}
    )
    generator = np.random.default_rng(1)
    fixed = {"X": generator.normal(size=(50, 2)), "y": generator.normal(size=50), "b": 0.5}
    weights = generator.normal(size=(200 * 200, 2))
    (found,) = evaluate_at_points([reading.value], fixed, {"w": weights}, {"N": 50, "n": 2})
    expected = np.mean((fixed["y"][:, None] - np.maximum(0, fixed["X"] @ weights.T + 0.5)) ** 2, axis=0)
    np.testing.assert_allclose(found, expected)


def test_a_program_that_is_not_used_goes_at_once() -> None:
    """No cycle keeps it, and with it every value of its expression: the command line does not collect cycles."""
    reading = read("sum((y[i] - max(0, w.X[i] + b))^2 for i in 1..N) + det(A) + w[1]", {"X": "N,n", "A": "n,n"})
    sizes = {"N": 4, "n": 2}
    for make in (lambda: Program([reading.value], sizes), lambda: Program([reading.value], sizes, varied={"w": None})):
        gc.disable()
        try:
            gone = weakref.ref(make())
            assert gone() is None
        finally:
            gc.enable()
