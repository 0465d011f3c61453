"""`mcalc check`: a table of answers, right and wrong, each wrong one with the finding that it must name."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from running import Run

import mcalc
from mcalc import Problem
from mcalc.checking import KINDS, Spot
from mcalc.checking import PointsField as Field
from mcalc.pages import write_verdict as write

ANSWERS = Path(__file__).parent / "answers"
TABLES = sorted(path.name for path in ANSWERS.glob("*.jsonl"))
NAMED_RIGHT = 0.95


def cases(table: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (ANSWERS / table).read_text("utf-8").splitlines() if line.strip()]


def examined(case: dict[str, Any]) -> Any:
    return mcalc.check(
        case["expr"], case["wrt"], case["answer"], case.get("shapes"), case.get("layout", "paper"), verify=False
    )


def test_every_third_verdict_and_finding() -> None:
    verdicts_and_findings([case for table in TABLES for case in cases(table)[::3]])


@pytest.mark.slow
@pytest.mark.parametrize("table", TABLES)
def test_verdicts_and_findings(table: str) -> None:
    verdicts_and_findings(cases(table))


def verdicts_and_findings(chosen: list[dict[str, Any]]) -> None:
    results = [(case, examined(case)) for case in chosen]
    faults = [
        f"{case['expr']} by {case['wrt']}: {case['answer']} is {'right' if case.get('right') else 'wrong'}"
        for case, found in results
        if found.right != bool(case.get("right"))
    ]
    assert faults == []
    wrong = [(case, found) for case, found in results if not case.get("right")]
    missed = [
        f"{case['expr']} by {case['wrt']}: {case['answer']}: {[f.name for f in found.findings]}, not {case['finding']}"
        for case, found in wrong
        if found.findings[0].name not in case["finding"]
    ]
    assert 1 - len(missed) / len(wrong) >= NAMED_RIGHT, "\n".join(missed)


@pytest.mark.parametrize("table", TABLES)
def test_the_tables_name_known_findings(table: str) -> None:
    for case in cases(table):
        assert bool(case.get("right")) != bool(case.get("finding"))
        assert set(case.get("finding", ())) <= set(KINDS)


# The classic ones -------------------------------------------------------------------------------------------------

CLASSIC = [
    ("x^3", "x", "3x", {"x": "scalar"}, "wrong"),
    ("w.x", "w", "w'", {}, "wrong"),
    ("A@x", "x", "A'", {}, "other-layout"),
    ("x'@A@x", "x", "2x'@A", {}, "only-symmetric"),
    ("sum((X@w - y)^2)", "w", "2(X@w - y)'", {}, "chain"),
    ("softmax(x)", "x", "diag(softmax(x))", {}, "missing-term"),
    ("max(0, w.x + b)", "w", "x'", {}, "missing-mask"),
    ("relu(W@x)", "x", "diag(W@x < 0)@W", {}, "wrong-mask"),
    ("mean(x^2)", "x", "2x'", {}, "factor"),
    ("tr(A@X)", "X", "A", {}, "other-layout"),
    ("tr(inv(X))", "X", "(inv(X)@inv(X))'", {"X": "n,n"}, "sign"),
    ("x + x^2", "x", "2x", {"x": "scalar"}, "missing-term"),
    ("sin(x^2)", "x", "cos(x^2)", {"x": "scalar"}, "chain"),
    ("A@x + b", "x", "A*x", {"A": "m,n", "b": "m"}, "elementwise-for-product"),
    ("norm(A@x - b)^2", "x", "2(A@x - b)'*A", {"A": "m,n", "b": "m"}, "elementwise-for-product"),
    ("sum(u*x)", "x", "u.x", {"u": "n", "x": "n"}, "shape"),
    ("sum((y[i] - w.X[i])^2 for i in 1..N)", "w", "-2(y[i] - w.X[i])*X[i]'", {}, "missing-sum"),
    ("x'@x/n", "x", "2x'", {"x": "n"}, "factor"),
    ("A@x", "x", "ones(m)@ones(n)'", {"A": "m,n"}, "wrong"),
]


@pytest.mark.parametrize(("expression", "wrt", "answer", "shapes", "finding"), CLASSIC)
def test_classic_mistakes(expression: str, wrt: str, answer: str, shapes: dict[str, str], finding: str) -> None:
    found = mcalc.check(expression, wrt, answer, shapes, layout="paper")
    assert not found.right
    assert found.findings[0].name == finding
    assert json.loads(write(found, "json"))["finding"] == finding
    assert found.findings[0].sentence in write(found)


RIGHT = [
    ("w.x", "w", "x'", {}),
    ("w.x", "w", "[x[1], x[2]]", {"w": "2"}),
    ("x'@A@x", "x", "x'@A + (A@x)'", {}),
    ("u = x^2; sum(x + u)", "x", "(1 + 2x)'", {}),
    ("u = x^2; x*u", "x", "u + 2*u", {"x": "scalar"}),
    ("e = X@w - y; e.e", "w", "2*e'@X", {}),
    ("sigmoid(x)", "x", "diag(exp(-x)/(1 + exp(-x))^2)", {"x": "n"}),
    ("max(0, w.x + b)", "w", "{0 if w.x + b <= 0; x' if w.x + b > 0}", {}),
    ("A@X@B", "X", "A[i,k]*B[l,j]", {}),
    ("A@X@B", "X", "kron(B', A)", {}),
    ("x*z", "z", "x", {"z": "scalar"}),
    ("log(sum(exp(x)))", "x", "t = exp(x); t'/sum(t)", {}),
]


@pytest.mark.parametrize(("expression", "wrt", "answer", "shapes"), RIGHT)
def test_right_in_other_words(expression: str, wrt: str, answer: str, shapes: dict[str, str]) -> None:
    found = mcalc.check(expression, wrt, answer, shapes)
    assert found.right and found.findings == () and found.points > 20
    assert bool(found) and write(found).startswith("✓ Right")


def test_an_answer_that_differs_at_the_kink_alone_is_right() -> None:
    found = mcalc.check("max(0, w.x + b)", "w", "(w.x + b >= 0)*x'")
    assert found.right and not found.proven
    assert "kink" in found.notes[0]


def test_overflow_on_the_way_tells_nothing() -> None:
    assert mcalc.check("sigmoid(w.x)", "w", "x'*exp(-w.x)/(1 + exp(-w.x))^2").right
    assert mcalc.check("log(1 + exp(x))", "x", "exp(2x)/(exp(x) + exp(2x))", {"x": "scalar"}).right


def test_singular_matrices_tell_nothing() -> None:
    assert mcalc.check("y'@X@inv(X'@X)@X'@y", "y", "2*y'@X@inv(X'@X)@X'").right


def test_a_rare_branch_is_reached() -> None:
    found = mcalc.check("where(x > 40, x^2, x)", "x", "1", {"x": "scalar"})
    assert not found.right
    assert not mcalc.check("max(x, 30)", "x", "0", {"x": "scalar"}).right


# The counter-example -----------------------------------------------------------------------------------------------


def test_the_counter_example_holds() -> None:
    found = mcalc.check("sum((X@w - y)^2)", "w", "(X@w - y)'@X")
    assert found.example is not None
    point = {name: np.asarray(_read(value)) for name, value in found.example.point}
    spot = Spot({"m": 1, "n": 1}, {name: value.reshape(shape(name)) for name, value in point.items()}, "")
    right = Field(found.derivation.result).at(spot)  # type: ignore[arg-type]
    assert _read(found.example.right) == float(np.squeeze(right))
    assert _read(found.example.answer) * 2 == _read(found.example.right)


def shape(name: str) -> tuple[int, ...]:
    return {"X": (1, 1), "w": (1,), "y": (1,)}[name]


def _read(text: str) -> float:
    return float(text.replace("−", "-"))


AT_KINKS = [
    ("max(0, w.x + b)", "w", "x'", lambda w, x, b: w @ x + b),
    ("abs(w.x)", "w", "x'", lambda w, x: w @ x),
    ("max(x)", "x", "ones(n)'", lambda x: np.diff(np.sort(x))[-1:]),
    ("relu(W@x)", "x", "W", lambda W, x: W @ x),
    ("where(w.x >= z, w.x, 0)", "w", "x'", lambda w, x, z: w @ x - z),
    ("sum(max(x, y))", "x", "ones(n)'", lambda x, y: x - y),
]


@pytest.mark.parametrize(("expression", "wrt", "answer", "distance"), AT_KINKS)
def test_a_counter_example_is_on_no_kink(expression: str, wrt: str, answer: str, distance: Any) -> None:
    found = mcalc.check(expression, wrt, answer)
    assert found.example is not None and found.example.answer != found.example.right
    names = found.derivation.reading.names
    point = {name: _array(value, len(names[name].axes)) for name, value in found.example.point}
    assert np.all(distance(**point) != 0)


def _array(text: str, axes: int) -> Any:
    """The numbers of ``2``, ``[1; 2]``, ``[1, 2; 3, 4]``, with as many axes."""
    rows = [
        [float(Fraction(cell)) for cell in row.split(",")] for row in text.replace("−", "-").strip("[]ᵀ").split(";")
    ]
    return np.array(rows) if axes == 2 else np.ravel(rows) if axes else rows[0][0]


def test_the_smallest_counter_example() -> None:
    found = mcalc.check("max(0, w.x + b)", "w", "x'").example
    assert found is not None and found.point == (("w", "0"), ("x", "1"), ("b", "−1"))


# A whole sum taken term by term ------------------------------------------------------------------------------------

PRODUCT, SUM, APART, FACTOR = "elementwise-for-product", "missing-sum", "extra-sum", "factor"
ALL_FOUR = [PRODUCT, APART, "sign", FACTOR]
TWO = {"w": "2", "z": "scalar"}
ANY = {"w": "n", "z": "scalar"}
BY_TERMS = [
    ("(w.x + b - z)^2", "w", "(w[1]*x[1]+b-z)*x[1] + (w[2]*x[2]+b-z)*x[2]", TWO, [PRODUCT, APART, FACTOR]),
    ("(w.x + b - z)^2", "w", "(w[1]*x[1]+b-z)*x[1] + (w[2]*x[2]+b-z)*x[2]", {"w": "2"}, [PRODUCT, APART, FACTOR]),
    ("(w.x + b - z)^2", "w", "[(w[1]*x[1]+b-z)*x[1], (w[2]*x[2]+b-z)*x[2]]", TWO, [PRODUCT, FACTOR]),
    ("(w.x + b - z)^2", "w", "sum(2(w[i]*x[i] + b - z)*x[i] for i in 1..3)", TWO | {"w": "3"}, [PRODUCT, APART]),
    ("(w.x + b - z)^2", "w", "sum((w[i]*x[i] + b - z)*x[i] for i in 1..n)", ANY, [PRODUCT, APART, FACTOR]),
    ("(w.x + b - z)^2", "w", "sum((w*x + b - z)*x)", ANY, [PRODUCT, APART, FACTOR]),
    ("(z - w.x)^2", "w", "sum((z - w*x)*x)", ANY, ALL_FOUR),
    ("(w.x + b - z)^2", "w", "sum(2(w.x + b - z)*x)", ANY, [APART]),
    ("(w.x + b - z)^2", "w", "sum((w.x + b - z)*x)", ANY, [APART, FACTOR]),
    ("exp(w.x)", "w", "exp(w[1]*x[1])*x[1] + exp(w[2]*x[2])*x[2]", {"w": "2"}, [PRODUCT, APART]),
    ("sigmoid(w.x + b)", "w", "sum(sigmoid(w*x + b)*(1 - sigmoid(w*x + b))*x)", {"w": "n"}, [PRODUCT, APART]),
    ("max(0, w.x + b)", "w", "sum((w*x + b > 0)*x)", {"w": "n"}, [PRODUCT, APART]),
    ("log(1 + exp(-z*(w.x)))", "w", "sum(-z*x/(1 + exp(z*w*x)))", ANY, [PRODUCT, APART]),
    ("(sum(x) - z)^2", "x", "[x[1] - z, x[2] - z]", {"x": "2", "z": "scalar"}, [SUM, FACTOR]),
    ("(sum(x) - z)^2", "x", "sum(x - z)", {"x": "n", "z": "scalar"}, [SUM, APART, FACTOR]),
    ("sum((X@w - y)^2)", "w", "sum(2X'@(X@w - y))", {}, [APART]),
    ("sum((y[i] - w.X[i])^2 for i in 1..N)", "w", "sum(sum((y[i] - w*X[i])*X[i]) for i in 1..N)", {}, ALL_FOUR),
]  # fmt: skip


@pytest.mark.parametrize(("expression", "wrt", "answer", "shapes", "findings"), BY_TERMS)
def test_a_sum_taken_term_by_term(
    expression: str, wrt: str, answer: str, shapes: dict[str, str], findings: list[str]
) -> None:
    found = mcalc.check(expression, wrt, answer, shapes)
    assert not found.right
    assert [finding.name for finding in found.findings] == findings


def test_the_notebooks_derivative_is_told_how_it_is_wrong() -> None:
    expression, wrt, answer, shapes, _ = BY_TERMS[0]
    found = mcalc.check(expression, wrt, answer, shapes)
    assert [finding.sentence for finding in found.findings] == [
        "An element-wise product stands where a matrix product belongs: there is one w·x + b − z, which belongs to the "
        "whole dot product w·x; the answer has one for each of w[1]*x[1] and w[2]*x[2].",
        "There is a sum too many: the answer adds up the entries of the derivative, which belong side by side, in a "
        "row of 2.",
        "A constant factor is wrong: the factor 2 is missing.",
    ]
    assert all(finding.proven for finding in found.findings)
    assert found.findings[0].step is not None and found.findings[0].step.rule == "power rule"


def test_adding_up_is_not_suspected_everywhere() -> None:
    assert mcalc.check("sum(x)", "x", "1", {"x": "n"}).findings[0].name == "shape"
    assert mcalc.check("mean(x)", "x", "1", {"x": "2"}).findings[0].name == "shape"
    assert mcalc.check("(sum(x) - z)^2", "x", "2(sum(x) - z)", {"x": "2", "z": "scalar"}).findings[0].name == "chain"
    assert mcalc.check("tanh(x)", "x", "1 - tanh(x)^2", {"x": "n"}).findings[0].name == "missing-diag"


def test_one_value_has_one_row() -> None:
    found = mcalc.check("f^2/3 + g^(3/2)", "f,g", "[2f/3, 0; 0, 3sqrt(g)/2]")
    assert found.findings[0].name == "missing-diag" and "one row, 1×2" in found.findings[0].words


# What cannot be checked --------------------------------------------------------------------------------------------

FAULTS = [
    ("A@x", "x", "A*q", "`q`", (2, 3)),
    ("A@x", "x", "A@x'", "inner dimensions", (0, 1)),
    ("w.x", "w", "w + ", "", None),
    ("w.x", "w", "foo(x)", "foo", (0, 3)),
]


@pytest.mark.parametrize(("expression", "wrt", "answer", "words", "place"), FAULTS)
def test_faults_in_the_answer_are_marked_there(
    expression: str, wrt: str, answer: str, words: str, place: tuple[int, int] | None
) -> None:
    with pytest.raises(Problem) as caught:
        mcalc.check(expression, wrt, answer)
    assert caught.value.status == 2 and words in caught.value.message
    assert caught.value.source == answer
    if place is not None:
        assert (caught.value.spans[0].start, caught.value.spans[0].end) == place


def test_one_variable_at_a_time() -> None:
    with pytest.raises(Problem):
        mcalc.check("w.x", "w,x", "x'")


# Shown -------------------------------------------------------------------------------------------------------------


def test_the_page() -> None:
    found = mcalc.check("max(0, w.x + b)", "w", "x'")
    assert not found
    assert str(found).splitlines() == [
        "✗ Wrong: this is not the derivative of max(0, w·x + b) by w, in the paper layout.",
        "  A condition is missing: the factor w·x + b > 0.",
        "  Proven by rewriting.",
        "",
        "  your answer   xᵀ                                         1×n",
        "  right         { 0⃗ᵀ if w·x + b ≤ 0; xᵀ if w·x + b > 0 }   1×n",
        "",
        "  For example  w = 0, x = 1, b = −1",
        "    your answer gives   1",
        "    the right one       0",
        "",
        "  It parts from the derivation here  step 2, maximum",
        "    ∂u₄/∂u₃ = u₃ > 0",
        "    with u₃ = w·x + b",
        "    the maximum moves with the larger argument",
        "",
        "# w: n, x: n, b: scalar (assumed; declare with -s NAME=SHAPE)",
    ]
    assert write(found, "markdown").startswith("✗ Wrong: this is not the derivative of ")
    assert json.loads(write(found, "json"))["findings"][0]["step"]["rule"] == "maximum"


def test_second_derivatives() -> None:
    assert mcalc.check("x'@A@x", "x", "A' + A", order=2).right
    assert mcalc.check("x'@A@x", "x", "2A", order=2).findings[0].name == "only-symmetric"


def test_layouts() -> None:
    assert mcalc.check("w.x", "w", "x", layout="denominator").right
    assert mcalc.check("tr(A@X)", "X", "A", layout="numerator").right


def test_an_answer_may_name_the_place_of_an_element() -> None:
    assert mcalc.check("-log(softmax(W@x)[k])", "W", "(softmax(W@x) - unit(k,m))@x'", {"W": "m,n", "x": "n"})


def test_the_names_in_a_step_stand_for_what_they_stand_for_in_it(run: Run) -> None:
    """The step is of a derivation that names more than the one that is shown."""
    shown = run("check", "norm(A@x-b)^2", "--wrt", "x", "--answer", "2A@(A@x-b)").output
    assert "∂u₃/∂u₂ = u₂ᵀ/u₃" in shown and "with u₂ = A·x − b, u₃ = norm(A·x − b)\n" in shown


def test_letters_that_ran_together_are_parted_and_the_matrix_before_parentheses_multiplies(run: Run) -> None:
    problem = run("check", "norm(A@x-b)^2", "--wrt", "x", "--answer", "2A(Ax-b)")
    assert problem.status == 2 and "write `2A@(A@x-b)`" in problem.message
