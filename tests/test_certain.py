"""Every decimal that is shown is right in each digit: numbers with bounds, of as many digits as it takes."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest
import sympy
from fuzz.evaluating import run as evaluations
from running import Run, assigned

import mcalc
from mcalc.language import parse, read_program
from mcalc.numbers import (
    FUNCTIONS,
    KINDS,
    Bounded,
    Field,
    Number,
    Program,
    Slope,
    Unsure,
    decimal,
    draw_point,
    entries,
    fit,
    fitting_sizes,
    read_assignments,
    values_of,
)
from mcalc.numbers import certain_digits as certain
from mcalc.problems import Problem
from mcalc.table import TABLE


def value(expression: str, *at: str, wrt: str = "", shapes: dict[str, str] | None = None) -> Number:
    return mcalc.evaluate(expression, assigned(*at), wrt, shapes).answers[0].number


def shown(number: Number, digits: int = 6) -> list[str]:
    return [decimal(entry, digits) for entry in np.ravel(np.asarray(number.decimals, dtype=object))]


@pytest.mark.parametrize(
    ("expression", "at", "expected"),
    [
        ("(cosh(x) - sinh(x))*exp(x)", "x=200", ["1"]),
        ("(cosh(x) - sinh(x))*exp(x)", "x=200.0", ["1"]),
        ("1/(1 - tanh(x))", "x=210", ["1.26664e+182"]),
        ("log(softplus(x))", "x=-300", ["-300"]),
        ("1/softplus(x)", "x=-300", ["1.94243e+130"]),
        ("1/softplus(x)", "x=-300.5", ["3.20252e+130"]),
        ("log_softmax(x)", "x=1000,0", ["-5.07596e-435", "-1000"]),
        ("log_softmax(x)", "x=100000.0,0", ["-3.56295e-43430", "-100000"]),
        ("1 - erf(x)", "x=20", ["5.39587e-176"]),
        ("logsumexp(x) - x[1]", "x=1000.0,0", ["5.07596e-435"]),
        ("sigmoid(x) - 1", "x=800.0", ["-3.66787e-348"]),
        ("elu(x) + 1", "x=-900.0", ["1.36448e-391"]),
        ("gelu(x)", "x=-40.0", ["-1.46236e-348"]),
        ("(1 + x) - 1", "x=1e-18", ["1e-18"]),
        ("norm(sinh(x))", "x=-6824.0,1", ["2.11113e+2963"]),
    ],
)
def test_what_cancels_is_computed_with_more_digits(expression: str, at: str, expected: list[str]) -> None:
    assert shown(value(expression, at)) == expected


def test_tables_are_as_certain(run: Run) -> None:
    out, _, _ = run("table", "log(softplus(x))", "--vary", "x=-300:-100:100", "-f", "csv")
    assert out.splitlines()[1:] == ["-300.0,-300.0", "-200.0,-200.0", "-100.0,-100.0"]
    out, _, _ = run("table", "1/softplus(x)", "--vary", "x=-300:-300:1")
    assert "1.94243e+130" in out
    out, _, _ = run("table", "exp(x)", "--vary", "x=710:710:1", "-f", "csv")
    assert out.splitlines()[1] == "710.0,"  # too large for a double: nothing, as null in JSON


@pytest.mark.parametrize(
    ("expression", "at", "expected"),
    [
        ("inv(softmax(B) + I)", ["B=[-1.9,-0.4,-1.4;0.9,-1.2,-2;1.4,1.7,-0.8]"], "1.51547"),
        ("det(exp(A) + I)", ["A=[1,2,3,4;5,6,7,8;9,1,2,3;4,5,6,7.5]"], "-115637295"),
        ("logdet(softmax(A, axis=0)'@softmax(A, axis=0) + eye(2))", ["A=[-4,-4;-5,-2;-2,-3]"], "0.935507"),
        (
            "K = exp(-D^2/2); y'@inv(K + 0.01*I)@y/2 + logdet(K + 0.01*I)/2",
            ["D=[0,1,2,3;1,0,1,2;2,1,0,1;3,2,1,0]", "y=1,2,3,4"],
            "8.23802",
        ),
        ("norm(gelu(softmax(softmax(A^(3/2))^(2/3), axis=0)))", ["A=[10^12,2*10^11;3*10^12,10^5]"], "0.691462"),
    ],
)
def test_what_takes_long_exactly_is_computed_in_decimals(expression: str, at: list[str], expected: str) -> None:
    found = value(expression, *at)
    assert found.exact is None and decimal(np.ravel(found.decimals)[0]) == expected


def test_that_an_exact_value_is_too_long_is_said(run: Run) -> None:
    out, _, status = run("eval", "logdet(softmax(A)'@softmax(A) + eye(2))", "--at", "A=[-4,-4;-5,-2;-2,-3]")
    assert status == 0 and "# Note: the exact value is too long" in out


# Values and derivatives that exist, and that do not


@pytest.mark.parametrize("expression", ["x/x", "log(x) - log(x) + x", "x*log(x)", "1/(1/x)", "log(x^2) - 2*log(x)"])
def test_where_there_is_no_value_there_is_no_derivative(expression: str, run: Run) -> None:
    out, err, status = run("eval", expression, "--at", "x=0", "--wrt", "x", "-s", "x=scalar")
    assert status != 0 and not out and "is not defined here" in err


def test_a_part_without_a_value_is_enough(run: Run) -> None:
    at = ["--at", "B=[1,2;2,4]", "--at", "c=1,2", "--at", "x=1,2"]
    assert "singular" in run("eval", "c.x + tr(inv(B))", *at, "--wrt", "c")[1]
    out = run("eval", "u = 0/x; inv(u*I + A)", "--at", "x=0", "--at", "A=[1,2;3,4]")
    assert out[2] == 2 and "`0/x` is not defined here" in out[1]


@pytest.mark.parametrize(
    ("expression", "at", "wrt", "expected"),
    [
        ("prod(x)", ["x=0,2,3"], "x", [6, 0, 0]),
        ("prod(x)", ["x=0.0,2.0,3.0"], "x", [6, 0, 0]),
        ("prod(x)", ["x=0,0,3"], "x", [0, 0, 0]),
        ("sum(prod(X, axis=0))", ["X=[0,2;3,4]"], "X", [3, 4, 0, 2]),
        ("sum(prod(X, axis=1))", ["X=[0,2;3,4]"], "X", [2, 0, 4, 3]),
        ("det(A)", ["A=[1,2;2,4]"], "A", [4, -2, -2, 1]),
        ("det(A)", ["A=[1.1,2.2;2.2,4.4]"], "A", [4.4, -2.2, -2.2, 1.1]),
        ("det(A)", ["A=[1,2,3;2,4,6;3,6,9]"], "A", [0] * 9),
        ("det(A - t*I)", ["A=[2,1;1,2]", "t=1"], "t", [-2]),
        ("norm(x)^2", ["x=0,0"], "x", [0, 0]),
        ("(prod(x) - 1)^2", ["x=0,2"], "x", [-4, 0]),
    ],
)
def test_a_derivative_that_exists_where_its_formula_has_no_value(
    expression: str, at: list[str], wrt: str, expected: list[float]
) -> None:
    np.testing.assert_allclose(value(expression, *at, wrt=wrt).array.ravel(), expected, atol=1e-300)


def test_second_derivatives_that_exist(run: Run) -> None:
    def second(expression: str, at: str, name: str) -> Any:
        fitted = fit(expression, read_assignments([at]), {}, [name])
        derivation = mcalc.hessian(expression, name, fitted.declared, verify=False)
        return values_of([derivation.natural], fitted, Slope((name,)))[0].array

    np.testing.assert_allclose(second("prod(x)", "x=0,2,3", "x"), [[0, 3, 2], [3, 0, 0], [2, 0, 0]], atol=1e-300)
    found = second("det(A)", "A=[1,2;2,4]", "A").reshape(4, 4)
    np.testing.assert_allclose(found, [[0, 0, 0, 1], [0, 0, -1, 0], [0, -1, 0, 0], [1, 0, 0, 0]], atol=1e-300)


@pytest.mark.parametrize("expression", ["sum(sqrt(x))", "norm(x)^(1/2)"])
def test_a_derivative_that_does_not_exist_is_refused(expression: str, run: Run) -> None:
    out, err, status = run("eval", expression, "--at", "x=0,0", "--wrt", "x")
    assert status != 0 and not out and "The derivative has no value at this point" in err


@pytest.mark.parametrize(
    ("expression", "at", "expected"),
    [
        ("where(x >= 1, log(x), x - 1)", "x=0", 1),
        ("where(x > 0.5, 1/x, 3*x)", "x=0.0", 3),
        ("where(x > 0, x*log(x), x^2)", "x=-1", -2),
        ("where(x <= 3, x^3, sqrt(x - 2))", "x=2.0", 12),
    ],
)
def test_a_case_that_does_not_hold_does_not_spoil_the_derivative(expression: str, at: str, expected: float) -> None:
    np.testing.assert_allclose(value(expression, at, wrt="x", shapes={"x": "scalar"}).array, expected)


def test_eigenvalues_are_no_gaps_in_a_table(run: Run) -> None:
    arguments = ("det(A - t*I)", "--vary", "t=0:4:1", "--wrt", "t", "--at", "A=[2,1;1,2]", "-f", "json")
    rows = json.loads(run("table", *arguments)[0])["rows"]
    assert [row[2] for row in rows] == [-4, -2, 0, 2, 4]


# Faults


@pytest.mark.parametrize(
    ("expression", "at", "shapes", "expected"),
    [
        ("x'@eye(n)[:,3]", ["x=1,2,3"], {"x": "n"}, 3),
        ("sum(X@w)", ["X=[1,2,3]", "w=1,2,3"], {"X": "N,n"}, 14),
        ("sum(X@w - y)", ["X=[1;2;3]", "w=2", "y=1,2,3"], {"X": "N,n", "y": "N", "w": "n"}, 6),
        ("tr(A)", ["A=3"], {"A": "n,n"}, 3),
    ],
)
def test_small_data(expression: str, at: list[str], shapes: dict[str, str], expected: float) -> None:
    assert value(expression, *at, shapes=shapes).array == expected


def test_a_derivative_of_order_four_may_be_complex() -> None:
    found = value("X^1.5@A", "X=[-1,2;3,4]", "A=[1,0;0,1]", wrt="X")
    np.testing.assert_allclose(found.array[0, 0, 0, 0], 1.5j)


def test_digits_end(run: Run) -> None:
    at = ("x=1e12,2e12", "v=1e12,2", "A=[1e12,2;3,4]", "X=[1,2;3,4]", "w=1e12,1")
    arguments = [part for one in at for part in ("--at", one)]
    out, err, status = run("eval", "ln(softmax(sigmoid(gelu(-x))^((v'@A)'@(X@w))))", *arguments, "--wrt", "v")
    assert "fault" not in err and (status == 0) == bool(out)
    assert "too large" in run("eval", "exp(exp(x))", "--at", "x=1000")[1]


# Numbers with bounds


@pytest.mark.parametrize("name", sorted(FUNCTIONS))
def test_bounds_hold(name: str) -> None:
    """The value with many digits lies within the bound of the one with few."""
    few, many = Field(15, False), Field(80, False)
    for at in ("0.3", "-0.7", "1.9", "-5.5", "12.25", "1e-9"):
        for shift in (0, 1, -1):
            one, other = few.number(sympy.Rational(at)), many.number(sympy.Rational(at))
            for field, number in ((few, one), (many, other)):
                number.value = number.value + shift * field.context.mpf(2) ** -40
            one.error = -39.0
            try:
                found, right = few.function(name, one), many.function(name, other)
            except Unsure:
                continue
            if found.is_number and right.is_number:
                assert abs(many.context.convert(found.value) - right.value) <= many.context.mpf(2) ** found.error


def test_what_is_exact_stays_exact() -> None:
    field = Field(30)
    one, half, third = field.number(3), field.number(0.5), field.number(1) / 3
    assert (one * half + 7 - one / 2).is_exact and field.function("sqrt", field.number(9)).is_exact
    assert not third.is_exact and not (third + 1).is_exact and (one - 3).is_zero
    with pytest.raises(Unsure):
        assert (third * 3 - 1).is_zero


@pytest.mark.parametrize("operator", [one for one in TABLE.values() if one.example], ids=lambda operator: operator.name)
def test_every_operator_computes_with_bounds(operator: Any) -> None:
    reading = read_program(parse(operator.example), {})
    variables = list(reading.names.values())
    sizes = next(fitting_sizes([reading.value], variables))
    for kind in KINDS:
        point = draw_point(variables, sizes, kind, np.random.default_rng(1))
        with np.errstate(all="ignore"):
            (expected,) = Program([reading.value], sizes).run(point)
        if np.isfinite(expected).all():
            break
    (found,) = Program([reading.value], sizes, arithmetic=certain(30)).run(point)
    numbers = entries(found)
    assert all(isinstance(one, Bounded) for one in numbers)
    np.testing.assert_allclose([float(one.value) for one in numbers], np.ravel(expected), rtol=1e-9, atol=1e-12)


def test_random_evaluations_are_right_in_every_digit() -> None:
    tally = evaluations(11, 60)
    assert not tally.failures, "\n".join(tally.failures)
    assert tally.counts["right"] + tally.counts["exact"] > 30


@pytest.mark.slow
def test_ten_thousand_evaluations_are_right_in_every_digit() -> None:
    seed, count = 20, 10_000
    tally = evaluations(seed, count)
    print(f"\nseed {seed}; {tally.summary()}\nof each operator: {dict(tally.kinds.most_common())}")
    failures = [failure for failure in tally.failures if not failure.startswith("slow")]
    assert not failures, "\n".join(failures)


def test_the_sign_of_a_sum_of_exponentials_is_not_searched_for() -> None:
    """SymPy would compute ``exp(exp(10⁸))`` to find it."""
    assert shown(value("logsumexp(exp(x))", "x=100000000,99999999")) == ["1.54998e+43429448"]
    with pytest.raises(Problem, match="too large"):
        value("log(exp(exp(x)) + exp(exp(y)))", "x=100000000", "y=99999999")


def test_a_branch_that_is_not_taken_needs_no_value() -> None:
    number = value("where(x > 0, exp(log(x) - log(x)), 1)", "x=0")
    assert number.exact is not None and number.exact.item() == 1 and not number.notes
