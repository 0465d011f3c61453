"""`mcalc check`: a table of answers, right and wrong, each wrong one with the finding that it must name."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import mcalc
from mcalc.checking.examine import check
from mcalc.checking.findings import KINDS
from mcalc.checking.points import Field, Spot
from mcalc.checking.report import markdown, record, write
from mcalc.problems import Problem

ANSWERS = Path(__file__).parent / "answers"
TABLES = sorted(path.name for path in ANSWERS.glob("*.jsonl"))
NAMED_RIGHT = 0.95


def cases(table: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (ANSWERS / table).read_text("utf-8").splitlines() if line.strip()]


def examined(case: dict[str, Any]) -> Any:
    return check(
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
    found = check(expression, wrt, answer, shapes)
    assert not found.right
    assert found.findings[0].name == finding
    assert record(found)["finding"] == finding
    assert found.findings[0].sentence in write(found)


RIGHT = [
    ("w.x", "w", "x'", {}),
    ("w.x", "w", "[x[1], x[2]]", {"w": "2"}),
    ("x'@A@x", "x", "x'@A + (A@x)'", {}),
    ("u = x^2; sum(x + u)", "x", "(1 + 2x)'", {}),
    ("u = x^2; x*u", "x", "u + 2*u", {"x": "scalar"}),
    ("e = X@w - y; e.e", "w", "2*e'@X", {}),
    ("sigmoid(x)", "x", "diag(exp(-x)/(1 + exp(-x))^2)", {}),
    ("max(0, w.x + b)", "w", "{0 if w.x + b <= 0; x' if w.x + b > 0}", {}),
    ("A@X@B", "X", "A[i,k]*B[l,j]", {}),
    ("A@X@B", "X", "kron(B', A)", {}),
    ("x*z", "z", "x", {"z": "scalar"}),
    ("log(sum(exp(x)))", "x", "t = exp(x); t'/sum(t)", {}),
]


@pytest.mark.parametrize(("expression", "wrt", "answer", "shapes"), RIGHT)
def test_right_in_other_words(expression: str, wrt: str, answer: str, shapes: dict[str, str]) -> None:
    found = check(expression, wrt, answer, shapes)
    assert found.right and found.findings == () and found.points > 20
    assert bool(found) and write(found).startswith("✓ Right")


def test_an_answer_that_differs_at_the_kink_alone_is_right() -> None:
    found = check("max(0, w.x + b)", "w", "(w.x + b >= 0)*x'")
    assert found.right and not found.proven
    assert "kink" in found.notes[0]


def test_overflow_on_the_way_tells_nothing() -> None:
    assert check("sigmoid(w.x)", "w", "x'*exp(-w.x)/(1 + exp(-w.x))^2").right
    assert check("log(1 + exp(x))", "x", "exp(2x)/(exp(x) + exp(2x))", {"x": "scalar"}).right


def test_singular_matrices_tell_nothing() -> None:
    assert check("y'@X@inv(X'@X)@X'@y", "y", "2*y'@X@inv(X'@X)@X'").right


def test_a_rare_branch_is_reached() -> None:
    found = check("where(x > 40, x^2, x)", "x", "1", {"x": "scalar"})
    assert not found.right
    assert not check("max(x, 30)", "x", "0", {"x": "scalar"}).right


# The counter-example -----------------------------------------------------------------------------------------------


def test_the_counter_example_holds() -> None:
    found = check("sum((X@w - y)^2)", "w", "(X@w - y)'@X")
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
        check(expression, wrt, answer)
    assert caught.value.status == 2 and words in caught.value.message
    assert caught.value.source == answer
    if place is not None:
        assert (caught.value.spans[0].start, caught.value.spans[0].end) == place


def test_one_variable_at_a_time() -> None:
    with pytest.raises(Problem):
        check("w.x", "w,x", "x'")


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
        "  For example  w = 0, x = 1, b = 0",
        "    your answer gives   1",
        "    the right one       0",
        "",
        "  It parts from the derivation here  step 2, maximum",
        "    ∂u₄/∂u₃ = u₃ > 0",
        "    with u₃ = w·x + b",
        "    the maximum moves with an argument only where that one is the larger",
        "",
        "# w: n, x: n, b: scalar (assumed; declare with -s NAME=SHAPE)",
    ]
    assert "✗ **Wrong.**" in markdown(found)
    assert record(found)["findings"][0]["step"]["rule"] == "maximum"


def test_second_derivatives() -> None:
    assert check("x'@A@x", "x", "A' + A", order=2).right
    assert check("x'@A@x", "x", "2A", order=2).findings[0].name == "only-symmetric"


def test_layouts() -> None:
    assert check("w.x", "w", "x", layout="denominator").right
    assert check("tr(A@X)", "X", "A", layout="numerator").right
