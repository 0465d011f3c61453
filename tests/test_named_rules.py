"""Every rule that a derivation names has a page, with examples that mcalc runs itself."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from running import mcalc as run

import mcalc
from mcalc import Problem
from mcalc.derivation import RULES, NamedRule
from mcalc.documents import DOCUMENTS, PLAIN, Row, terminal_rows
from mcalc.pages import find_rule as find
from mcalc.pages import rules_page as page
from mcalc.rewriting import written_rows

CASES = [
    json.loads(line) for line in (Path(__file__).parent / "corpus" / "cases.jsonl").read_text("utf-8").splitlines()
]


def rows(name: str, columns: int = 0) -> list[Row]:
    return terminal_rows(page(find(name)), "text", columns, PLAIN)


def text_of(name: str) -> str:
    return "\n".join("".join(piece.text for piece in row) for row in rows(name, 100))


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_a_page_has_the_law_the_words_and_what_its_examples_print(rule: NamedRule) -> None:
    page = text_of(rule.name)
    assert " ".join(rule.told.split()) in " ".join(page.split())
    assert page.count("$ mcalc ") == len(rule.examples) > 0
    assert page.lower().count("agrees") == len(rule.examples)


def test_every_rule_that_derivations_name_has_a_page() -> None:
    named = {
        step.rule
        for case in CASES[::3]
        for part in [mcalc.explain(case["expr"], case["wrt"], case["shapes"], verify=False)]
        for each in part.parts or (part,)
        for step in each.steps
    }
    assert len(named) > 30
    without = []
    for name in sorted(named):
        try:
            find(name)
        except Problem:
            without.append(name)
    assert not without


def test_rules_lead_on_to_rules_that_there_are() -> None:
    for rule in RULES:
        for name in rule.see:
            assert find(name) is not rule


def test_names_are_of_one_rule_each() -> None:
    names = [name.lower() for rule in RULES for name in (rule.name, *rule.also)]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("row", written_rows(), ids=lambda row: row.name)
def test_every_rewriting_has_a_page(row: object) -> None:
    page = text_of(row.name)  # type: ignore[attr-defined]
    assert "->" in page or "Written" in page


@pytest.mark.parametrize(
    "name, hint",
    [
        ("chain", "`single-variable chain rule`"),
        ("vektor chain rule", "`vector chain rule`"),
        ("foo", "--names"),
    ],
)
def test_what_is_no_rule_leads_on(name: str, hint: str) -> None:
    with pytest.raises(Problem) as problem:
        find(name)
    assert hint in (problem.value.hint or "")


@pytest.mark.parametrize("name", ["⊗", "·", "matrix product", "Vector Chain Rule", "why is a gradient a row?", "1⃗"])
def test_signs_titles_and_questions_are_found(
    name: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    output, message, status = run("rules", name, capsys=capsys, monkeypatch=monkeypatch)
    assert status == 0, message
    assert len(output.splitlines()) > 3


@pytest.mark.parametrize("form", DOCUMENTS)
@pytest.mark.parametrize(
    "word, told",
    [
        ("vector chain rule", "vector chain rule"),
        ("softmax", "softmax"),
        (written_rows()[0].name, written_rows()[0].name),
        ("--names", "vector chain rule"),
        ("--rewritings", "sigmoid(a)"),
    ],
)
def test_each_page_in_each_document_format(
    word: str, told: str, form: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    output, message, status = run("rules", word, "-f", form, capsys=capsys, monkeypatch=monkeypatch)
    assert status == 0 and not message
    assert re.search(told.replace("(a)", r".{,20}\ba"), output)
