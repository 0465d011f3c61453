"""Derivatives at a point: compared with differences of the value at that very point, and had wherever they exist."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
from running import Run, assigned

import mcalc
from mcalc.ask import answered
from mcalc.derivation import Derivation
from mcalc.numbers import Number, Slope, agrees_here, fit, read_assignments, values_of
from mcalc.question import Question

# The comparison at the point


def number(*entries: float) -> Number:
    return Number(np.array([entries]), None, (1, len(entries)))


@pytest.mark.parametrize(
    ("expression", "at", "right", "wrong"),
    [
        ("x.x", "x=1,-3", (2.0, -6.0), (2.0, -6.000001)),
        ("exp(x[1])*x[2]", "x=0,2", (2.0, 1.0), (2.0, -1.0)),
        ("(x[1] - 1)^2", "x=1,7", (0.0, 0.0), (0.0, 1e-9)),
        ("log(x[1]) - log(x[1])", "x=2,7", (0.0, 0.0), (1e-30, 0.0)),
        ("sum(cos(x))*1e300", "x=0,0.5", (0.0, -4.794255386042030e299), (1e-1, -4.794255386052e299)),
    ],
)
def test_a_number_is_compared_at_the_point(
    expression: str, at: str, right: tuple[float, ...], wrong: tuple[float, ...]
) -> None:
    fitted = fit(expression, read_assignments([at]), {}, ["x"])
    assert agrees_here(fitted, ["x"], number(*right)) and not agrees_here(fitted, ["x"], number(*wrong))


@pytest.mark.parametrize("at", ["x=3,3", "x=0,0", "x=1,2"])
def test_at_a_kink_and_beside_the_real_numbers_nothing_is_compared(at: str) -> None:
    fitted = fit("max(x) + sqrt(-x[1])", read_assignments([at]), {}, ["x"])
    assert not agrees_here(fitted, ["x"], number(1.0, 1.0))


def test_where_nothing_is_compared_the_formula_is_checked(monkeypatch: pytest.MonkeyPatch) -> None:
    """At a kink the derivative is checked at random points; elsewhere not even that is asked."""
    asked: list[bool] = []

    def counted(question: Question) -> Derivation:
        asked.append(question.verify)
        return answered(question)

    monkeypatch.setattr("mcalc.evaluating.values.answered", counted)
    for at, expected in (("x=1", [False]), ("x=0", [False, True])):
        asked.clear()
        mcalc.evaluate("relu(x)", assigned(at), "x", {"x": "scalar"})
        assert asked == expected


def test_a_wrong_formula_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    """A derivative that is none, of a value that has one, does not pass for a limit."""

    def wrong(*arguments: object, **others: object) -> list[Number]:
        found = values_of(*arguments, **others)  # type: ignore[arg-type]
        slope = len(arguments) > 2 and isinstance(arguments[2], Slope)
        return (
            [replace(one, precise=None, exact=None, array=one.array + 1, limit=True) for one in found]
            if slope
            else found
        )

    assert mcalc.evaluate("prod(x)", {"x": "0,2"}, "x").answers[0].number.limit
    monkeypatch.setattr("mcalc.evaluating.values.values_of", wrong)
    with pytest.raises(Exception, match="no value at this point"):
        mcalc.evaluate("prod(x)", {"x": "0,2"}, "x")


# Derivatives that exist


@pytest.mark.parametrize(
    ("expression", "at", "wrt", "expected"),
    [
        ("det(x@x')", ["x=1,2"], "x", [0, 0]),
        ("det(x@x' + t*I)", ["x=1,2", "t=0"], "t", [5]),
        ("det([a, b; 2*a, 2*b])", ["a=1", "b=3"], "a", [0]),
        ("prod([x; 0; 5])", ["x=2,3"], "x", [0, 0]),
        ("prod([y; 0])*a + a", ["y=2", "a=4"], "a", [1]),
        ("prod(kron(y, kron(erf(unit(1, n)), y)))", ["y=27.0,2300.0,2500.0,50.0"], "y", [0, 0, 0, 0]),
        ("prod([x; y]) + y", ["x=2,3", "y=0"], "y", [7]),
        ("prod((A - A)@(A + A)')", ["A=[1,2;3,4.5]"], "A", [0, 0, 0, 0]),
        ("mean(y*A)*norm(y*A)", ["y=0", "A=[4,1;0,2]"], "y", [0]),
    ],
)
def test_of_what_is_singular_everywhere(expression: str, at: list[str], wrt: str, expected: list[float]) -> None:
    found = mcalc.evaluate(expression, assigned(*at), wrt, {"y": "n"} if "kron" in expression else None)
    np.testing.assert_array_equal(found.answers[0].number.array.ravel(), expected)


@pytest.mark.parametrize("layout", ["paper", "numerator", "denominator"])
def test_a_limit_in_each_layout(layout: str) -> None:
    found = mcalc.evaluate("det(A)", {"A": "[1,2;3,6]"}, "A", layout=layout)
    expected = [[6, -3], [-2, 1]]
    np.testing.assert_array_equal(
        found.answers[0].number.array, np.transpose(expected) if layout == "numerator" else expected
    )


def test_a_root_of_what_is_singular_everywhere_has_none(run: Run) -> None:
    assert "has no value at this point" in run("eval", "sqrt(det(x@x'))", "--at", "x=1,2", "--wrt", "x")[1]


def test_of_order_four_to_each_digit() -> None:
    """Numbers with bounds there too: near 1e-12 a double loses a digit or two."""
    found = mcalc.evaluate("gelu(exp(B + B)^B)", {"B": "[1e-12,2e-12;3e-12,-1e-12]"}, "B")
    cdf, density = 0.841344746068542949, 0.241970724519143349
    expected = (cdf + density) * 4 * np.array([1e-12, 2e-12, 3e-12, -1e-12])
    array = found.answers[0].number.array
    np.testing.assert_allclose(np.einsum("ijij->ij", array).ravel(), expected, rtol=3e-15)


@pytest.mark.parametrize(
    "expression", ["x - x > 0", "where(x - x > 0, x - x, 0)", "min([where(x > x, 1, 0); relu(x - x)])"]
)
def test_what_bounds_leave_open_is_decided_exactly(expression: str) -> None:
    found = mcalc.evaluate(expression, {"x": "0.4,3.0,1.9"}).answers[0].number
    np.testing.assert_array_equal(found.array, np.zeros(found.shape))


def test_digits_are_not_sought_where_a_function_has_settled(run: Run) -> None:
    """``erf(-78)`` is -1 in the first 2600 digits."""
    out, err, status = run("eval", "abs(gelu(u))'@u", "--at", "u=-12.0,-110.0,10.0", "--wrt", "u")
    assert status != 0 and not out and "`sign(gelu(u))` is not defined here" in err


def test_the_part_without_a_value_of_entries_is_named(run: Run) -> None:
    err = run("eval", "asin(A)@A", "--at", "A=[1,0;0,1]", "--wrt", "A")[1]
    assert "has no value at this point: `1/" in err and "an entry of the divisor" in err


def test_a_value_named_delta_is_no_kronecker_delta(run: Run) -> None:
    assert run("eval", "delta[1,2]*3", "--at", "delta=[0.4,-3.0;1,2]")[0] == "−9\n"
    assert run("eval", "sum(δ[i,2]*x[i] for i in 1..3)", "--at", "x=5,6,7")[0] == "6\n"


# Readings and answers that were wrong


@pytest.mark.parametrize(
    ("command", "expression", "wrt", "shapes", "expected", "size"),
    [
        ("gradient", "(x - mu)'@inv(Sigma)@(x - mu)/2", "mu", [], "(μ − x)ᵀ·(inv(Sigma) + inv(Sigma)ᵀ)/2", "1×n"),
        ("jacobian", "W2@relu(W1@x + b1) + b2", "b2", [], "I", "k×k"),
        ("gradient", "norm(x - a)", "a", [], "−(x − a)ᵀ/norm(x − a)", "1×n"),
        (
            "gradient",
            "gelu(min((X - W)@(B/softplus(c))))",
            "c",
            ["-s", "c=scalar", "-s", "X=m,n", "-s", "W=m,n", "-s", "B=n,n"],
            "softplus(c)²",
            "1×1",
        ),
    ],
)
def test_as_it_is_meant(
    command: str, expression: str, wrt: str, shapes: list[str], expected: str, size: str, run: Run
) -> None:
    out, _, status = run(command, expression, "--wrt", wrt, *shapes)
    assert status == 0 and expected in out and f"# {size}, paper layout; agrees" in out


# What is said beside data


@pytest.mark.parametrize(("form", "instead"), [("json", "null"), ("numpy", "inf"), ("torch", "inf")])
def test_what_a_double_does_not_hold_is_said(form: str, instead: str, run: Run) -> None:
    out, err, status = run("eval", "[exp(x); 1]", "--at", "x=1000", "-f", form)
    assert status == 0 and instead in out
    assert err == f"note: 1 value is too large for a double, and {instead} here\n"


def test_a_complex_number_beyond_doubles_is_json(run: Run) -> None:
    out, _, _ = run("eval", "exp(x)*sqrt(y)", "--at", "x=1000.0", "--at", "y=-1", "-f", "json")
    assert json.loads(out, parse_constant=pytest.fail)["value"] == {"re": 0.0, "im": None}


def test_csv_and_json_say_the_same(run: Run) -> None:
    arguments = ("table", "exp(x)", "--vary", "x=700:720:10", "-f")
    out, err, _ = run(*arguments, "csv")
    assert [line.split(",")[1] for line in out.splitlines()[2:]] == ["", ""]
    assert err == "note: 2 values are too large for a double, and empty here\n"
    record = json.loads(run(*arguments, "json")[0])
    assert [row[1] for row in record["rows"]][1:] == [None, None] and "null here" in record["notes"][0]


def test_a_kink_is_told_beside_an_array(run: Run) -> None:
    arguments = ("--at", "w=1,1", "--at", "x=1,-2", "--at", "b=1", "--wrt", "w", "-f", "numpy")
    assert "has a kink here" in run("eval", "max(0, w.x + b)", *arguments)[1]
    assert "starts at zero" in run("descend", "(w - 3)^2", "--wrt", "w", "-s", "w=scalar", "-f", "csv")[1]
