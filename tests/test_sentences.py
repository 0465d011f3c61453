"""Sentences know their formulas: what a table marks, what a derivation says, and what is left of one that is cut."""

from __future__ import annotations

import pickle
import shlex

import pytest
from running import Run

from mcalc.ask import derive
from mcalc.derivation import RULES as NAMED_RULES
from mcalc.documents import latex_words
from mcalc.notation import Box, Said
from mcalc.pages import spans, write
from mcalc.rewriting import rewritings as rows
from mcalc.table import TABLE, Formula, Sentence, filled, linked, told

RULES = {f"{one.name} {rule.argument}": rule.sentence for one in TABLE.values() for rule in one.rules}
DOCS = {one.name: one.doc for one in TABLE.values() if one.example}


def test_a_marked_sentence_is_text_without_its_marks() -> None:
    sentence = told("the derivative of {sin(a)} is {cos(a)}")
    assert sentence == "the derivative of sin(a) is cos(a)" and told(sentence) is sentence
    assert [piece for piece in sentence.pieces if isinstance(piece, Formula)] == ["sin(a)", "cos(a)"]
    assert pickle.loads(pickle.dumps(sentence)).pieces == sentence.pieces


def test_words_are_filled_with_values() -> None:
    whole = derive("x'@A@x", "x").value
    sentence = filled("the factor {} is missing, {}", Formula("xᵀ·A·x", box=whole), "as it seems")
    assert sentence == "the factor xᵀ·A·x is missing, as it seems"
    assert [span.text for span in spans(sentence, {}) if isinstance(span, Said)] == ["xᵀ·A·x"]


SAID = [
    ('check "sum(x^2)/N" --wrt x -s x=n -s N=scalar --answer "2x\'"', r"the factor $\frac{1}{N}$ is missing"),
    (
        'check "sum(max(0,x))" --wrt x -s x=n --answer 1',
        r"the answer is $1 \times 1$, and the derivative is $1 \times n$",
    ),
    ('check "norm(A@x)^2" --wrt x --answer "2*(A@x)\'"', r"that of $A \mathbf{x}$, is missing"),
    ('eval "max(0, w.x)" --at w=1,-1 --at x=1,1 --wrt w', r"$\max(0, \mathbf{w} \cdot \mathbf{x})$ has a kink here"),
    ('descend "abs(w)" --wrt w --at w=1 --rate 0.3 --steps 20', r"across a kink near $w = 0$"),
    (
        'descend "(w.x - z)^2" --wrt w --at x=-1,2 --at z=3 --update "w = w - 2*lr*dw"',
        r"the gradient is $2.73297 \cdot 10^{-9}$",
    ),
    ('explain "x^2" --wrt y -s y=scalar', r"$y$ does not occur"),
    ('rules "vector chain rule"', r"$\partial y/\partial x = "),
]


@pytest.mark.parametrize(("command", "formula"), SAID, ids=[row[0] for row in SAID])
def test_the_formulas_of_notes_and_findings_are_set(command: str, formula: str, run: Run) -> None:
    output, _, _ = run(*shlex.split(command), "-f", "latex", "--standalone")
    assert formula in output


def test_every_formula_of_a_named_rule_is_read() -> None:
    for rule in NAMED_RULES:
        for sentence in (rule.law, rule.told):
            assert isinstance(sentence, Sentence)
            formulas = [piece for piece in sentence.pieces if isinstance(piece, Formula)]
            assert [span.text for span in spans(sentence, {}) if isinstance(span, Said)] == formulas


def test_sentences_are_linked_and_cut() -> None:
    both = linked("; ", [told("{a} stays"), "so does", told("{b}")])
    assert both == "a stays; so does; b"
    assert both.cut(0, 7).pieces == ("a", " stays") and isinstance(both.cut(0, 7).pieces[0], Formula)
    assert Sentence("x = ", Formula("A·B")).cut(5).pieces == ("·B",)


@pytest.mark.parametrize("sentence", {**RULES, **DOCS, **{row.name: row.sentence for row in rows()}}.values())
def test_every_formula_of_a_table_is_read(sentence: str) -> None:
    assert isinstance(sentence, Sentence)
    marked = [piece for piece in sentence.pieces if isinstance(piece, Formula)]
    set_so = [span.text for span in spans(sentence, {}) if isinstance(span, Said)]
    assert set_so == marked and "{" not in sentence


def test_a_rule_keeps_its_letters_and_the_problem_its_names() -> None:
    found = write(derive("v'@diag(q)@x", "x", {"v": "n", "q": "n", "x": "n"}, "explain", verify=False), "latex")
    assert r"\mathbf{v}" in found and r"\mathbf{q}" in found
    found = write(derive("tr(C'@X)", "X", {"C": "n,n", "X": "n,n"}, "explain", method="differential"), "latex")
    assert r"what stands before $\mathrm{d}X$" in found and "dX" not in found
    assert all(isinstance(span, str | Box) for span in spans("w reaches u₂", {}))


def test_words_with_scripts_are_no_double_ones_in_tex() -> None:
    assert latex_words("A⁻¹, A⁻ᵀ, 10⁻³") == "A$^{-1}$, A$^{-T}$, 10$^{-3}$"
    told = write(derive("norm(X@inv(X'@X)@X')^2", "X", {"X": "n,k"}, "explain", verify=False), "latex")
    assert "$^-$" not in told and "^-^" not in told
