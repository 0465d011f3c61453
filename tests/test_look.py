"""A derivation fits the terminal: nothing is wider but what cannot be broken, and breaking loses nothing."""

from __future__ import annotations

from collections import Counter

import pytest
from test_paper import ROWS, declarations
from test_steps import CASES

import mcalc
from mcalc.derivation import Derivation
from mcalc.documents import plain
from mcalc.notation import broken, width
from mcalc.pages import rows

WIDTHS = (60, 80, 120)
PROBLEMS = {f"{row.number} {row.expression} by {row.wrt}, {row.layout}": row for row in ROWS}


def corpus() -> list[dict[str, str]]:
    """Some of the corpus, the longest expressions first."""
    usable = [case for case in CASES if case["kind"] != "hessian" and "," not in case["wrt"]]
    return sorted(usable, key=lambda case: -len(case["expr"]))[:12] + usable[::40]


def explained(expression: str, wrt: str, shapes: dict[str, str], layout: str = "paper") -> Derivation:
    return mcalc.explain(expression, wrt, shapes, layout=layout, verify=False)


def page(derivation: Derivation, columns: int) -> str:
    return plain(rows(derivation, "text", columns))


def letters(text: str) -> Counter[str]:
    return Counter("".join(text.split()))


def assert_fits(derivation: Derivation) -> None:
    whole = page(derivation, 0)
    for columns in WIDTHS:
        narrow = page(derivation, columns)
        assert letters(narrow) == letters(whole)
        for line in narrow.split("\n"):
            assert width(line) <= columns or broken(line.strip(), 1) == [line.strip()], line


@pytest.mark.parametrize("name", PROBLEMS)
def test_a_formula_of_the_paper_fits(name: str) -> None:
    row = PROBLEMS[name]
    assert_fits(explained(row.expression, row.wrt, declarations(row.declared), row.layout))


@pytest.mark.parametrize("case", corpus(), ids=lambda case: case["id"])
def test_a_case_of_the_corpus_fits(case: dict[str, str]) -> None:
    assert_fits(explained(case["expr"], case["wrt"], case["shapes"]))


EQUATIONS = [
    line.strip()
    for row in ROWS[-8:]
    for line in page(explained(row.expression, row.wrt, declarations(row.declared)), 0).split("\n")
    if " = " in line
]


@pytest.mark.parametrize("columns", [20, 40, 60])
def test_the_lines_of_a_broken_equation_make_the_equation(columns: int) -> None:
    for equation in EQUATIONS:
        lines = broken(equation, columns)
        assert "".join("".join(lines).split()) == "".join(equation.split())


def test_an_equation_is_broken_at_its_loosest_operator() -> None:
    assert broken("a*b + c*(d − e)", 12, "") == ["a*b", "+ c*(d − e)"]
    assert broken("sum((y − u)*v for i in 1..N)", 20, "") == ["sum((y − u)*v", "  for i in 1..N)"]
    assert broken("{ 0 if z ≤ 0; 1 if z > 0 }", 20, "") == ["{ 0 if z ≤ 0;", "  1 if z > 0 }"]


def test_a_name_is_never_broken() -> None:
    assert broken("abcdefghij", 4, "") == ["abcdefghij"]
    assert broken("∂u₁/∂x", 4, "") == ["∂u₁/∂x"]


def test_a_reason_stands_beside_its_equation_or_under_it() -> None:
    derivation = explained("sin(x^2)", "x", {"x": "scalar"})
    assert "= 2x*cos(u₁)   " in page(derivation, 120)
    wide, narrow = (page(derivation, columns).split("\n") for columns in (0, 60))
    assert max(map(width, narrow)) <= 60 < max(map(width, wide))
