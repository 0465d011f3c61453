"""Measures of a derivation as a text, over the corpus: words, lines, sentences said twice, lines that repeat."""

from __future__ import annotations

import re
from collections import Counter
from itertools import pairwise
from typing import Any

import pytest
from cases_at_points import CORPUS
from test_paper import COST

from mcalc.ask import derive
from mcalc.derivation import Derivation, Step, at_detail, clauses
from mcalc.derivation import shown_at as shown
from mcalc.documents import plain
from mcalc.notation import write_expression
from mcalc.pages import rows

MOST_WORDS = {"max(0, w.x + b)": 200, COST: 300}
WORDS_OF_ALL, LONGEST = 39_000, 460
"""Of all derivations of the corpus together, and of the longest but one: one has 12 paths, each written out."""
WHOLE = [case for case in CORPUS if case["kind"] != "hessian"]
TOTAL = re.compile(r"\bd[uvw]?[₀-₉]+/d")


def explained(case: dict[str, Any]) -> Derivation:
    return shown(derive(case["expr"], case["wrt"], case["shapes"], "explain", verify=False))


def steps_of(derivation: Derivation) -> list[Step]:
    return [step for part in derivation.parts or (derivation,) for step in part.steps]


@pytest.mark.parametrize(("source", "most"), MOST_WORDS.items())
def test_words(source: str, most: int) -> None:
    assert len(plain(rows(derive(source, "w", {}, "explain"))).split()) <= most


def test_the_corpus_in_words() -> None:
    counts = {case["id"]: len(plain(rows(explained(case))).split()) for case in WHOLE}
    assert sum(counts.values()) <= WORDS_OF_ALL
    assert sorted(counts.values())[-2] <= LONGEST


@pytest.mark.parametrize("case", WHOLE, ids=lambda case: case["id"])
def test_each_reason_is_told_once_and_no_line_repeats(case: dict[str, Any]) -> None:
    steps = steps_of(explained(case))
    told = Counter(clause for step in steps if step.stage != "introduce" for clause in clauses(step.because))
    assert [clause for clause, count in told.items() if count > 1] == []
    assert not [clause for clause in told if clause.partition(" = ")[0] == clause.partition(" = ")[2]]
    for step in steps:
        if step.stage in ("combine", "substitute", "differentiate"):
            assert write_expression(step.before) != write_expression(step.after)
    text = [line.strip() for line in plain(rows(explained(case))).splitlines()]
    assert not [line for line, after in pairwise(text) if line == after != ""]


@pytest.mark.parametrize("case", WHOLE, ids=lambda case: case["id"])
def test_every_equation_has_its_shape_and_partials_their_sign(case: dict[str, Any]) -> None:
    text = plain(rows(explained(case)))
    assert not TOTAL.search(text)
    for line in text.splitlines():
        if re.match(r"  (∂|[a-zA-Z]+[₀-₉]+ = )", line) and "vec(" not in line:
            assert "×" in line, line


@pytest.mark.parametrize("method", ["", "differential", "index"])
@pytest.mark.parametrize("case", WHOLE[::4], ids=lambda case: case["id"])
def test_the_last_line_is_the_answer_of_jacobian(case: dict[str, Any], method: str) -> None:
    asked = case["expr"], case["wrt"], case["shapes"]
    answer = derive(*asked, "jacobian", verify=False)
    derivation = derive(*asked, "explain", verify=False, method=method)
    for its, own in zip(answer.parts or (answer,), derivation.parts or (derivation,), strict=True):
        assert write_expression(own.steps[-1].after) == write_expression(its.result)


AT_LENGTH = [
    ("(a'@X@b)^2", "X"),
    ("sin(a'@X@b)", "X"),
    ("sqrt((x - mu)'@inv(S)@(x - mu))", "x"),
    ("exp(x'@A@x + b)", "x"),
    ("sum((y - max(0, X@w + b))^2)/N", "w"),
    ("(y - max(0, w.x + b))^2", "w"),
    ("((A@x)'@(A@x))/((B@x)'@(B@x))", "x"),
    ("(x - mean(x))/sqrt(mean((x - mean(x))^2) + eps)", "x"),
    ("(u.v)^2/((u.u)*(v.v))", "v"),
]


@pytest.mark.parametrize("detail", ["outline", "normal", "full"])
@pytest.mark.parametrize(("source", "wrt"), AT_LENGTH)
def test_no_line_repeats_and_numbers_stand_in_front(source: str, wrt: str, detail: str) -> None:
    derivation = derive(source, wrt, {}, "explain", verify=False)
    steps = at_detail(derivation, detail).steps
    for step in steps:
        if step.stage in ("combine", "substitute", "outline"):
            assert write_expression(step.before) != write_expression(step.after)
    text = "\n".join(write_expression(step.after) for step in steps if step.stage in ("combine", "substitute"))
    assert not re.search(r"\(−1\)\*|\*\(−|·\(\d|·\(−|\d/[\w₀-₉²]+\*\d(?!⃗)", text), text


def test_several_second_derivatives_in_outline() -> None:
    derivation = derive("-log(t^2 - x'@x)", "x,t", {}, "explain", order=2, verify=False)
    assert all(part.steps for part in at_detail(derivation, "outline").parts)


@pytest.mark.parametrize(
    ("source", "wrt", "layout", "why"),
    [
        ("w.x", "w", "paper", "so a row"),
        ("w.x", "w", "denominator", "so a column"),
        ("[cos(t); sin(t)]", "t", "paper", "so a column"),
        ("[cos(t); sin(t)]", "t", "denominator", "so a row"),
        ("A@x", "x", "numerator", "a row for each output"),
        ("A@x", "x", "denominator", "a column for each output"),
    ],
)
def test_the_shape_is_explained_in_every_layout(source: str, wrt: str, layout: str, why: str) -> None:
    text = plain(rows(derive(source, wrt, {}, "explain", layout, verify=False)))
    assert any(line.endswith(f", {why}") for line in text.splitlines())
