"""`mcalc descend`: it goes where NumPy and SciPy say the least value is, and says when it does not."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from running import Run
from scipy.optimize import minimize

import mcalc
from mcalc.ask import read
from mcalc.evaluating import compiled, train
from mcalc.numbers import (
    REAL,
    Arithmetic,
    Compiled,
    Method,
    Program,
    descend,
    draw_point,
    evaluate_tensor,
    fit,
    fitting_sizes,
    of_numbers,
    read_assignments,
)
from mcalc.question import Question
from mcalc.tree import Node

SQUARES = "sum((y[i] - (w.X[i] + b))^2 for i in 1..N)/N"
NEURON = "sum((y[i] - max(0, w.X[i] + b))^2 for i in 1..N)/N"
LOGISTIC = "sum(log(1 + exp(-y[i]*(w.X[i] + b))) for i in 1..N)/N + norm(w)^2/10 + b^2/10"


def data(rows: int = 200, columns: int = 3, seed: int = 0) -> tuple[Any, Any]:
    random = np.random.default_rng(seed)
    X = random.normal(size=(rows, columns))
    return X, X @ np.arange(1.0, columns + 1) + 0.7 + 0.3 * random.normal(size=rows)


def values(**arrays: Any) -> dict[str, Any]:
    return {name: of_numbers(name, array) for name, array in arrays.items()}


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    X, y = data()
    np.savez("data.npz", X=X, y=y)
    return tmp_path


# Where it arrives


@pytest.mark.parametrize("method", [Method(0.2), Method(0.05, momentum=0.9)], ids=["plain", "momentum"])
def test_least_squares(method: Method) -> None:
    X, y = data()
    found = train(Question(SQUARES, "w,b"), values(X=X, y=y), method, 3000, 1e-12).history
    wide = np.column_stack([X, np.ones(len(X))])
    expected = np.linalg.lstsq(wide, y, rcond=None)[0]
    np.testing.assert_allclose([*found.result["w"], found.result["b"]], expected, atol=1e-8)
    assert found.status == "converged"


def test_least_squares_by_adam() -> None:
    X, y = data()
    found = train(Question(SQUARES, "w,b"), values(X=X, y=y), Method(0.02, adam=True), 5000).history
    expected = np.linalg.lstsq(np.column_stack([X, np.ones(len(X))]), y, rcond=None)[0]
    np.testing.assert_allclose([*found.result["w"], found.result["b"]], expected, atol=1e-8)


def test_a_convex_loss_against_scipy() -> None:
    X, y = data()
    y = np.sign(y)

    def loss(p: Any) -> Any:
        return np.mean(np.log1p(np.exp(-y * (X @ p[:-1] + p[-1])))) + p @ p / 10

    def slope(p: Any) -> Any:
        pull = -y / (1 + np.exp(y * (X @ p[:-1] + p[-1]))) / len(y)
        return np.append(pull @ X, pull.sum()) + p / 5

    expected = minimize(loss, np.zeros(4), jac=slope, method="BFGS", options={"gtol": 1e-11}).x
    found = train(Question(LOGISTIC, "w,b"), values(X=X, y=y), Method(0.5), 3000, 1e-12).history
    np.testing.assert_allclose([*found.result["w"], found.result["b"]], expected, atol=1e-8)


def test_a_neuron_against_scipy() -> None:
    X, y = data()
    y = np.maximum(0, y)
    found = train(Question(NEURON, "w,b"), values(X=X, y=y, w=[0.1, 0.1, 0.1]), Method(0.2), 2000, 1e-12).history

    def loss(p: Any) -> Any:
        error = np.maximum(0, X @ p[:-1] + p[-1]) - y
        active = error * (X @ p[:-1] + p[-1] > 0)
        return np.mean(error**2), 2 * np.append(active @ X, active.sum()) / len(y)

    near = minimize(loss, [1, 2, 3, 0.7], jac=True, method="BFGS", options={"gtol": 1e-11})
    np.testing.assert_allclose([*found.result["w"], found.result["b"]], near.x, atol=1e-7)
    assert found.values[-1] == pytest.approx(near.fun, abs=1e-12)


def test_the_neuron_of_the_notebook_reaches_its_target() -> None:
    at = ["w=0.9449794122289528,0.48551359173806574", "b=.5", "x=-1,2", "z=1/3+2*sqrt(2)"]
    found = train(Question("(w.x + b - z)^2", "w,b"), read_assignments(at), Method(0.02), 100).history
    assert found.result["w"] @ [-1, 2] + found.result["b"] == pytest.approx(1 / 3 + 2 * 2**0.5, abs=1e-10)
    np.testing.assert_allclose(found.values[0], 2.63571**2, rtol=1e-5)


def test_the_steps_are_those_written_by_hand() -> None:
    X, y = data(50, 2)
    w, b = np.array([0.3, -0.1]), 0.2
    found = train(Question(NEURON, "w,b"), values(X=X, y=y, w=w, b=b), Method(0.1), 20).history
    for step in range(21):
        u = X @ w + b
        error = (np.maximum(0, u) - y) * (u > 0)
        assert found.values[step] == pytest.approx(np.mean((y - np.maximum(0, u)) ** 2))
        np.testing.assert_allclose(found.parameters[step]["w"], w, rtol=1e-12)
        w, b = w - 0.1 * 2 * error @ X / 50, b - 0.1 * 2 * error.sum() / 50
    assert found.path("w").shape == (21, 2)


def test_a_matrix_of_weights() -> None:
    X, _ = data(40, 3)
    Y = np.tanh(X @ np.array([[1.0, 0.5], [-1, 0.3], [0.2, 0.8]]))
    loss = "sum(norm(tanh(W@X[i]) - Y[i])^2 for i in 1..N)/N"
    found = train(Question(loss, "W"), values(X=X, Y=Y), Method(0.3), 3000).history
    np.testing.assert_allclose(found.result["W"], [[1, -1, 0.2], [0.5, 0.3, 0.8]], atol=1e-6)


# Batches


def test_a_batch_tells_the_gradient_on_average() -> None:
    X, y = data(30, 2)
    fitted = fit(SQUARES, values(X=X, y=y, w=[0.1, 0.2], b=0.3))
    names = ["w", "b"]
    here = {"w": np.array([0.1, 0.2]), "b": np.array(0.3)}
    whole_value, whole = compiled(fitted, names)(here)
    sample = compiled(fitted, names, batch=10)
    parts = [sample(here, np.arange(first, first + 10)) for first in (0, 10, 20)]
    assert np.mean([value for value, _ in parts]) == pytest.approx(whole_value)
    for name in names:
        np.testing.assert_allclose(np.mean([gradient[name] for _, gradient in parts], axis=0), whole[name], rtol=1e-12)


def test_batches_descend_and_are_the_same_by_their_seed() -> None:
    X, y = data()
    question = (Question(SQUARES, "w,b"), values(X=X, y=y), Method(0.05), 300, 0.0, 20)
    one, two, three = (train(*question, seed).history for seed in (1, 1, 2))
    np.testing.assert_array_equal(one.result["w"], two.result["w"])
    assert (one.result["w"] != three.result["w"]).any()
    np.testing.assert_allclose(one.result["w"], [1, 2, 3], atol=0.15)


@pytest.mark.parametrize("loss", ["norm(X@w - y)^2", "sum((y[i] - w.X[i])^2 for i in 1..N) + norm(y)"])
def test_a_loss_that_is_no_sum_over_data_has_no_batch(loss: str, files: Path, run: Run) -> None:
    _, error, status = run("descend", loss, "--wrt", "w", "--at", "@data.npz", "--batch", "3")
    assert status == 2 and error.startswith("error: A batch ")


# Divergence, and nothing to do


def test_divergence_is_said_with_its_step(files: Path, run: Run) -> None:
    out, error, status = run("descend", SQUARES, "--wrt", "w,b", "--at", "@data.npz", "--rate", "2", "--steps", "100")
    assert status == 1 and out.splitlines()[2].split()[0] == "0"
    assert error.startswith("error: The descent diverges from step 0 on: the value was ")
    (rate,) = [line.rpartition(" ")[2] for line in error.splitlines() if line.startswith("hint: ")]
    assert run("descend", SQUARES, "--wrt", "w,b", "--at", "@data.npz", "--rate", rate, "--steps", "50")[2] == 0


def test_a_value_that_is_none_is_divergence(run: Run) -> None:
    _, error, status = run("descend", "log(x)", "--wrt", "x", "--at", "x=1", "--rate", ".5")
    assert status == 1 and "from step 1 on" in error and "no finite number" in error


def test_growth_that_passes_is_no_divergence() -> None:
    X, y = data()
    found = train(Question(SQUARES, "w,b"), values(X=X, y=y), Method(0.1, momentum=0.95), 400).history
    assert found.status == "finished" and found.values[-1] < found.values[0]


def test_a_flat_start_is_said(files: Path, run: Run) -> None:
    out, _, status = run("descend", NEURON, "--wrt", "w,b", "--at", "@data.npz")
    assert status == 0 and "# The gradient is 0 at the start, so nothing moves: give another start with --at" in out


# What is printed


def test_a_table_of_steps_and_the_whole_history(files: Path, run: Run) -> None:
    question = ("descend", SQUARES, "--wrt", "w,b", "--at", "@data.npz", "--rate", "0.2", "--steps", "25")
    out, error, _ = run(*question, "-o", "history.csv")
    assert [line.split()[0] for line in out.splitlines()[2:-1]] == [*map(str, range(0, 25, 2)), "25"]
    assert out.splitlines()[0].split() == ["step", "value", "‖gradient‖", "w[1]", "w[2]", "w[3]", "b"]
    assert out.splitlines()[-1] == "# w and b start at zero (--at gives another start)" and error == ""
    heading, *rows = csv.reader((files / "history.csv").open())
    assert heading == ["step", "value", "gradient_norm", "w[1]", "w[2]", "w[3]", "b"] and len(rows) == 26
    found = json.loads(run(*question, "-f", "json")[0])
    assert [one["value"] for one in found["history"]] == [float(row[1]) for row in rows]
    assert found["result"]["w"] == [float(entry) for entry in rows[-1][3:6]]
    assert run(*question, "--every", "5", "-f", "markdown")[0].count("\n| ") == 6


# Sums over data as products of arrays

SUMS: list[tuple[str, dict[str, str]]] = [
    (SQUARES, {}),
    (NEURON, {}),
    (LOGISTIC, {}),
    ("mean((w.X[i] + b - y[i])^2 for i in 1..N)", {}),
    ("sum(norm(V@tanh(W@X[i] + b) - Y[i])^2 for i in 1..N)/N", {"b": "k"}),
    ("sum(sum(A[i,j]*x[j] for j in 1..n)^2 for i in 1..m)", {"A": "m,n"}),
    ("sum(softmax(W@X[i])'@Y[i] for i in 1..N)", {}),
    ("sum(logsumexp(W@X[i]) - Y[i].(W@X[i]) for i in 1..N)", {}),
    ("sum(X[i]'@A@X[i] for i in 1..N)", {"A": "n,n", "X": "N,n"}),
    ("sum(A[i,i] for i in 1..n)", {"A": "n,n"}),
    ("sum(X[i,2]*w[2] for i in 1..N)", {"X": "N,n"}),
    ("sum(abs(w.X[i] - y[i]) for i in 1..N)", {}),
    ("sum(norm(X[i] - w) for i in 1..N)", {"w": "n", "X": "N,n"}),
    ("sum(norm1(X[i] - w) + norm_inf(X[i]) for i in 1..N)", {"w": "n", "X": "N,n"}),
    ("sum(where(w.X[i] > 0, w.X[i], y[i]^2) for i in 1..N)", {}),
    ("sum(i*x[i] for i in 1..n)", {}),
    ("sum(A[:,i]*x[i] for i in 1..n)", {"A": "m,n"}),
    ("sum(relu(W@X[i] + c) for i in 1..N)", {"W": "m,n", "X": "N,n", "c": "m"}),
    ("sum(exp(X[i].w)*X[i]*X[i]*w for i in 1..N)", {"w": "n", "X": "N,n"}),
    ("sum(max(X[i]*w) for i in 1..N)", {"w": "n", "X": "N,n"}),
    ("sum(var(X[i]*w)/(1 + y[i]^2) for i in 1..N)", {"w": "n", "X": "N,n"}),
    ("sum([X[i]; y[i]; 1].c for i in 1..N)", {"X": "N,n", "y": "N"}),
    ("sum(-X[i]@Y[i]'*y[i]/2 for i in 1..N)", {"X": "N,n", "Y": "N,m", "y": "N"}),
    ("sum(v + X[i] for i in 1..N)", {"v": "n", "X": "N,n"}),
    ("sum(exp(-norm(X[i] - X[j])^2)*c[i]*c[j] for i in 1..N for j in 1..N)", {"X": "N,n", "c": "N"}),
    ("sum(log(sum(exp(w.X[j] - w.X[i]) for j in 1..N)) for i in 1..N)", {"X": "N,n", "w": "n"}),
    ("sum(W@X[i]@Y[i]'@V*s for i in 1..N)", {"W": "m,n", "X": "N,n", "Y": "N,p", "V": "p,q", "s": "scalar"}),
    ("sum(det(A + X[i]@X[i]') for i in 1..N)", {"A": "n,n", "X": "N,n"}),
    ("sum(X[i]'@inv(A + y[i]*I)@X[i] for i in 1..N)", {"A": "n,n", "X": "N,n", "y": "N"}),
    ("sum(diag(X[i])@B@X[i]/i for i in 1..N)", {"B": "n,n", "X": "N,n"}),
    ("sum((X[i] - w).(X[i] - w)*(u + X[i]') for i in 1..N)", {"w": "n", "u": "1,n", "X": "N,n"}),
]


class OnePlaceAtATime(Arithmetic):
    """Floating-point numbers, and no axes for data."""

    has_axes = False


@pytest.mark.parametrize(("expression", "shapes"), SUMS, ids=[expression for expression, _ in SUMS])
def test_sums_over_data_as_products(expression: str, shapes: dict[str, str]) -> None:
    """Of the value and of all its derivatives; one place after the other they are the same."""
    reading = read(expression, shapes)
    found = [mcalc.jacobian(expression, name, shapes, verify=False).natural for name in reading.names]
    roots = [reading.value, *(one for one in found if isinstance(one, Node))]
    variables = list(reading.names.values())
    sizes = next(fitting_sizes(roots, variables))
    point = draw_point(variables, sizes, "any", np.random.default_rng(1))
    apart = OnePlaceAtATime()
    for one in [reading.value, *found]:
        if isinstance(one, Node):
            at_once, each = Program([one], sizes), Program([one], sizes, arithmetic=apart)
            (value,), (expected,) = at_once.run(point), each.run(point)
            sums = {node for node in each.order if node.operator.name == "loop_sum"}
            assert set(at_once.layout.sums) == sums and not each.layout.sums
        else:
            value, expected = (evaluate_tensor(one.tensor, point, sizes, None, kind) for kind in (REAL, apart))
        assert np.shape(value) == np.shape(expected)
        np.testing.assert_allclose(value, expected, rtol=1e-10, atol=1e-12)


def test_a_plain_function_for_others() -> None:
    fitted = fit("x^2 + 3y^2", read_assignments(["x=1", "y=2"]))
    gradients = [mcalc.jacobian(fitted.source, name, fitted.declared).natural for name in ("x", "y")]
    loss = Compiled(fitted, ["x", "y"], [one for one in gradients if isinstance(one, Node)])
    history = descend(loss, {"x": 1.0, "y": 2.0}, Method(0.1), 5)
    np.testing.assert_allclose(history.path("x"), 0.8 ** np.arange(6), rtol=1e-12)
    np.testing.assert_allclose(history.path("y"), 2 * 0.4 ** np.arange(6), rtol=1e-12)
