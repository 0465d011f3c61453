"""`mcalc descend` says where it is: at a minimum, at a kink, on a way down without end, or going astray."""

from __future__ import annotations

import json

import numpy as np
import pytest
from running import Run

from mcalc.evaluating import Descent, train
from mcalc.numbers import Method, of_numbers, read_assignments
from mcalc.question import Question


def ended(loss: str, at: str, rate: float = 0.1, steps: int = 100, method: Method | None = None) -> Descent:
    return train(Question(loss, at.partition("=")[0]), read_assignments([at]), method or Method(rate), steps)


def test_the_minimum_of_a_norm_is_no_divergence(run: Run) -> None:
    out, error, status = run("descend", "norm(x)", "--wrt", "x", "--at", "x=3,4", "--rate", "1", "--steps", "8")
    assert status == 0 and error == ""
    assert "# Converged at step 5: no value near by is lower" in out and "the divisor `norm(x)` is 0" in out


def test_a_value_that_falls_without_end_is_said(run: Run) -> None:
    question = ("descend", "-x^2", "--wrt", "x", "--at", "x=1", "--rate", "0.1", "-s", "x=scalar")
    _, error, status = run(*question)
    assert status == 1 and error.startswith("error: The value falls without end, as far as it was followed: ")
    out, _, status = run(*question, "-f", "json")
    record = json.loads(out)
    assert status == 1 and record["status"] == "unbounded" and "without end" in record["notes"][-1]


@pytest.mark.parametrize("option", ["--rate", "--tolerance", "--momentum"])
@pytest.mark.parametrize("number", ["nan", "inf", "-inf", "-1", "x"])
def test_a_rate_is_a_finite_number(option: str, number: str, run: Run) -> None:
    _, error, status = run("descend", "x^2", "--wrt", "x", "--at", "x=1", f"{option}={number}")
    assert status == 2 and error.startswith(f"error: Invalid value for `{option}`: ")


def test_a_rate_of_nothing_is_none(run: Run) -> None:
    assert run("descend", "x^2", "--wrt", "x", "--at", "x=1", "--rate", "0")[2] == 2


# The kinds

FALLING = ["-x^2", "-x", "x^3 - x", "-exp(x)", "-log(1 + x^2)", "3 - abs(x)", "-softplus(x)", "x*(1 - x)"]


@pytest.mark.parametrize("loss", FALLING)
def test_what_has_no_least_value(loss: str) -> None:
    found = ended(loss, "x=-2" if "x^3" in loss else "x=2", 0.05)
    assert found.history.status == "unbounded" and found.fault is not None and found.fault.status == 1


BOUNDED = [
    "x^2",
    "exp(-x)",
    "softplus(x)",
    "-sigmoid(x)",
    "cos(x)",
    "abs(x)",
    "log(1 + x^2)",
    "x^4 - 3x^2 + x",
    "tanh(x)",
]


@pytest.mark.parametrize("loss", BOUNDED)
@pytest.mark.parametrize("rate", [1e-3, 0.1, 0.9, 3])
def test_what_has_a_least_value_is_never_said_to_fall_without_end(loss: str, rate: float) -> None:
    for start in ("x=-3", "x=0.5", "x=40"):
        assert ended(loss, start, rate, 40).history.status != "unbounded"


def test_random_squares_have_a_least_value() -> None:
    random = np.random.default_rng(3)
    for _ in range(20):
        A, y = random.normal(size=(4, 3)) * 10 ** random.uniform(-2, 2), random.normal(size=4)
        values = {name: of_numbers(name, one) for name, one in {"A": A, "y": y, "x": random.normal(size=3)}.items()}
        found = train(Question("norm(A@x - y)^2", "x", verify=False), values, Method(10 ** random.uniform(-4, 0)), 30)
        assert found.history.status in ("finished", "converged", "diverged")
        assert not any("kink" in one or "lower near" in one for one in found.ending)


KINKS = [
    ("abs(x)", "x=0", "by convention"),
    ("relu(x)", "x=0", "by convention"),
    ("norm(x)", "x=0,0", "no value near by is lower"),
    ("norm1(x)", "x=0,0", "by convention"),
    ("norm(x) + sum(x)/2", "x=0,0", "no value near by is lower"),
    ("abs(x)", "x=1", "go to and fro across a kink near x = 0"),
    ("norm1(x)", "x=1,1.5", "go to and fro across a kink"),
    ("norm(x)", "x=0.7,0", "go to and fro across a kink"),
    ("max(0, 1 - x) + max(0, x - 1)", "x=0", "go to and fro across a kink near x = 1"),
]


@pytest.mark.parametrize(("loss", "at", "said"), KINKS)
def test_a_kink_is_said(loss: str, at: str, said: str) -> None:
    found = ended(loss, at, 0.3)
    assert found.fault is None and any(said in one for one in found.ending)


def test_a_place_without_a_gradient_that_is_no_minimum_is_no_end(run: Run) -> None:
    _, error, status = run("descend", "sum(x) - 2norm(x)", "--wrt", "x", "--at", "x=0,0")
    assert status == 2 and "it has no gradient: `2x/norm(x)` is not defined here" in error


@pytest.mark.parametrize("loss", ["x^2", "(x - 3)^4", "exp(x) - x", "log(cosh(x))", "sqrt(1 + x^2)"])
def test_a_smooth_minimum_is_no_kink(loss: str) -> None:
    found = ended(loss, "x=0.5", 0.05, 4000)
    assert found.history.status == "converged" and len(found.ending) == 1
    assert found.ending[0].startswith("Converged: the gradient is ")


@pytest.mark.parametrize("method", [Method(1), Method(1, momentum=0.9), Method(40, adam=True)])
@pytest.mark.parametrize(
    ("loss", "at"), [("x^4 - x", "x=100"), ("exp(x^2)", "x=1.5"), ("x^2", "x=1000"), ("cosh(x)", "x=5")]
)
def test_the_rate_that_is_offered_was_tried(loss: str, at: str, method: Method) -> None:
    found = ended(loss, at, method=method)
    if found.history.status == "converged" or found.history.values[-1] < found.history.values[0]:
        return
    said = found.ending[-1] if found.fault is None else found.fault.hint
    assert "by this rate" in said
    rate = float(said.split()[-1])
    again = ended(loss, at, method=Method(rate, method.momentum, method.adam)).history
    assert rate < method.rate and again.status != "diverged" and again.values[-1] < again.values[0]


def test_a_saddle_is_no_minimum() -> None:
    assert ended("x[1]^2 - x[2]^2/10", "x=1,0", 0.3).ending[-1] == "The value is lower near by: this is no minimum"


# Derivatives that exist where their formula has no value


def test_a_descent_through_a_singular_matrix() -> None:
    found = train(Question("(det(A) - 1)^2", "A"), read_assignments(["A=[1,2;2,4]"]), Method(0.01), 100)
    assert found.history.norms[0] == pytest.approx(2 * 5) and found.history.status == "converged"
    assert np.linalg.det(found.history.result["A"]) == pytest.approx(1)


def test_a_descent_through_a_product_with_a_zero() -> None:
    history = train(Question("(prod(x) - 1)^2", "x"), read_assignments(["x=0,2"]), Method(0.1), 100).history
    assert history.norms[0] == 4 and np.prod(history.result["x"]) == pytest.approx(1)


def test_a_singular_matrix_without_a_value_stops_with_a_sentence(run: Run) -> None:
    _, error, status = run("descend", "norm(inv(A))", "--wrt", "A", "--at", "A=[1,2;2,4]")
    assert status == 2 and "the matrix `A` is singular" in error


@pytest.mark.parametrize(
    ("loss", "at", "rate"),
    [("max(x)", "x=3,4", 0.3), ("abs(x[1]) + x[2]", "x=3,1", 0.4), ("norm_inf(x - 2*x[1]) - 9*x[1]", "x=1,5", 0.1)],
)
def test_falling_without_end_along_a_kink(loss: str, at: str, rate: float) -> None:
    found = ended(loss, at, rate, 40)
    assert found.history.status == "unbounded" and found.fault is not None
    assert "without end" in found.fault.message and "further on" in found.fault.message


def test_steps_that_go_to_and_fro_across_several_kinks() -> None:
    found = ended("max(x) - min(x)", "x=3,4,9", 0.3, 30)
    (said,) = found.ending
    assert said.startswith("The value no longer falls, and goes to and fro between 0.2 and 0.4: a smaller --rate ")


def test_where_the_derivative_of_a_determinant_is_zero_it_is_zero() -> None:
    """A complex step leaves some 1e-60 there."""
    found = ended("det(A)^2", "A=[1,2;2,4]")
    assert found.history.status == "flat" and found.history.norms == [0.0]


def test_where_nothing_moves_any_more_above_the_start() -> None:
    values = read_assignments(["X=[1,2;2,1;3,3]", "y=4,5,8", "w=1,1"])
    loss = "sum((y[i] - max(0, w.X[i] + b))^2 for i in 1..N)/N"
    found = train(Question(loss, "w,b"), values, Method(0.15), 40)
    assert found.history.status == "converged" and found.history.values[-1] > found.history.values[0]
    assert found.ending[-1].startswith("The value is larger than at the start: by this rate the value falls to ")
