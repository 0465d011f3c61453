"""Every result in every format: pages of blocks, the documents they become, and what these can be asked for."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from typing import Any

import pytest
from running import mcalc as run

import mcalc
from mcalc import Problem
from mcalc.documents import DOCUMENTS, Options
from mcalc.notation import DEFAULT, Latex, Name, Said, Style, Typed, written
from mcalc.pages import spans, write
from mcalc.table import told

RESULTS = {
    "answer": ("gradient", "(w.x + b - z)^2", "--wrt", "w"),
    "answers": ("gradient", "(w.x + b - z)^2", "--wrt", "w,b"),
    "derivation": ("explain", "(w.x + b - z)^2", "--wrt", "w"),
    "components": ("jacobian", "A@x", "--wrt", "x", "--expand", "m=2,n=2"),
    "verdict": ("check", "w.x", "--wrt", "w", "--answer", "x'"),
    "value": ("eval", "w.x/3", "--at", "w=1,2", "--at", "x=3,5"),
    "table": ("table", "w.x + b", "--at", "x=1,2", "--at", "w=1,1", "--vary", "b=0:1:0.5"),
    "descent": ("descend", "(w.x - z)^2", "--wrt", "w", "--at", "x=1,2", "--at", "z=1", "--steps", "3"),
    "rules": ("rules", "softmax"),
    "shapes": ("shapes", "sum((X@w + b - y)^2)"),
}
SIGNS = {"latex": r"\\[a-z]+", "markdown": r"\$|\|", "html": "<math|<table", "typst": r"\$|#table"}


@pytest.mark.parametrize("form", DOCUMENTS)
@pytest.mark.parametrize("result", list(RESULTS))
def test_every_result_in_every_format(
    result: str, form: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    output, message, status = run(*RESULTS[result], "-f", form, capsys=capsys, monkeypatch=monkeypatch)
    assert status == 0, message
    assert re.search(SIGNS[form], output)
    assert not re.search(r"[₀-₉ᵀ⊗⊘∂δ]", output if form in ("latex", "markdown") else "")


NAMED = ("gradient", "sum((V@tanh(W@x+b)-y)^2)", "--wrt", "W", "-s", "b=m", "-s", "y=k", "--cse")


@pytest.mark.parametrize("form", DOCUMENTS)
def test_recurring_parts_have_names_in_every_format(
    form: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    output, _, _ = run(*NAMED, "-f", form, capsys=capsys, monkeypatch=monkeypatch)
    assert output.count("tanh") == 1 and "where" in output


OPTIONS = [
    (("--lhs",), r"\frac{\partial f}{\partial \mathbf{w}} = 2"),
    (("--label", "eq:grad"), "\\begin{equation}\n\\label{eq:grad}\n"),
    (("--env", "align*"), r"\begin{align*}"),
    (("--numbered",), r"\begin{equation}"),
    (("--where",), r"where $X \in \mathbf{R}^{m \times n}$"),
    (("--style", "vector=arrow"), r"\vec{w}"),
    (("--style", "transpose=top"), r")^{\top}"),
    (("--style", r"X=\data"), r"(\data \mathbf{w} - \mathbf{y})^T \data"),
    (("--standalone",), "\\documentclass{article}\n\\usepackage{amsmath}\n"),
]


@pytest.mark.parametrize(("options", "expected"), OPTIONS, ids=[" ".join(row[0]) for row in OPTIONS])
def test_what_a_document_is_asked_for(
    options: tuple[str, ...], expected: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = ("gradient", "sum((X@w - y)^2)", "--wrt", "w", "-f", "latex", *options)
    output, message, status = run(*asked, capsys=capsys, monkeypatch=monkeypatch)
    assert status == 0 and expected in output
    assert output.startswith("% X: m×n, w: n, y: m (assumed") and "note: X: m×n" in message


def test_shapes_stand_in_documents_where_they_are_asked_for() -> None:
    found = mcalc.explain("w.x", "w", {"w": "n", "x": "n"})
    assert r"n \times 1" not in write(found, "latex").split("Introduce")[1].split("Result")[0]
    assert r"n \times 1" in write(found, "latex", options=Options(with_shapes=True))


@pytest.mark.parametrize("flavour", ["github", "pandoc", "quarto"])
def test_the_flavours_of_markdown(flavour: str) -> None:
    found = mcalc.explain("sum(x*log(x))", "x", {"x": "n"})
    text = write(found, "markdown", options=Options(flavour=flavour))
    assert r"\operatorname" not in text and r"\|" not in text and r"\intertext" not in text
    assert ("```math" in text, "$$" in text) == ((True, False) if flavour == "github" else (False, True))
    assert text.count("```") % 2 == 0 and not re.search(r"[₀-₉ᵀ⊗⊘]", text)


def test_a_project_has_a_style(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "mcalc.toml").write_text('[style]\nvector = "arrow"\n', "utf-8")
    monkeypatch.chdir(tmp_path)
    asked = ("gradient", "w.x", "--wrt", "w", "-f", "latex")
    assert r"\vec{x}" in run(*asked, capsys=capsys, monkeypatch=monkeypatch)[0]
    assert r"\mathbf{x}" in run(*asked, "--style", "vector=bold", capsys=capsys, monkeypatch=monkeypatch)[0]


@pytest.mark.parametrize("pair", ["vector=wavy", "colour=red", "vector", "=bold", "vector="])
def test_there_is_no_such_style(pair: str) -> None:
    with pytest.raises(Problem):
        DEFAULT.with_pairs([pair])


def test_a_style_is_read_where_a_sign_is_spelt() -> None:
    style = Style().with_pairs(["hadamard=circ", "matrix=bold", "derivative=d"])
    found = mcalc.jacobian("A@x", "x", {"A": "m,n", "x": "n"})
    text = write(found, "latex", options=Options(style=style, lhs=True))
    assert r"\mathbf{A}" in text and r"\mathrm{d}" in text
    assert Latex(style).sign("hadamard") == r"\circ"


# Sentences -----------------------------------------------------------------------------------------------------------

KNOWN = {"w": Name("w", 1), "u₄": Name("u_4", 0, True)}
SENTENCES = [
    ("{w} reaches {u₄} along one path", r"\mathbf{w}| reaches |u_4| along one path"),
    ("{d(Aᵀ) = dAᵀ}", r"\mathrm{d}(A^T) = (\mathrm{d}A)^T"),
    ("Jacobi's formula: {det(A) A⁻ᵀ}", r"Jacobi's formula: |\det(A)\,A^{-T}"),
    ("{1ᵀ·diag(v) = vᵀ}", r"1^T\operatorname{diag}(v) = v^T"),
    ("a step is flat: its derivative is 0", "a step is flat: its derivative is 0"),
    ("row {i} of the product is row {i} of {A} times {B}", "row |i| of the product is row |i| of |A| times |B"),
    ("write `w.x` instead", r"write |w.x| instead"),
    ("{∂y[i]/∂a[k] = y[i] δ[i,k]}", r"\partial y_i/\partial a_k = y_i\,\delta_{ik}"),
]


@pytest.mark.parametrize(("text", "expected"), SENTENCES, ids=[row[0] for row in SENTENCES])
def test_the_formulas_in_a_sentence(text: str, expected: str) -> None:
    sentence = told(text, own=True)
    found = spans(sentence, KNOWN)
    setter = Latex()
    shown = [
        one if isinstance(one, str) else one.text if isinstance(one, Typed) else setter.write(one, 1) for one in found
    ]
    assert "|".join(shown) == expected
    assert "".join(one if isinstance(one, str) else written(one) for one in found) == sentence
    assert all(isinstance(one, str | Said | Typed) for one in found)


# Python -------------------------------------------------------------------------------------------------------------


def test_an_answer_in_python() -> None:
    found: Any = mcalc.explain("w.x", "w", {"w": "n", "x": "n"})
    assert found.latex(steps=False) == r"\mathbf{x}^T" and found.latex() == found.latex(steps=True)
    steps = found.latex(steps=True)
    assert r"\begin{align*}" in steps and not steps.startswith("%") and found._repr_latex_() == steps
    assert repr(found) == "<mcalc: the derivative of 'w.x' by w is xᵀ>"


def test_a_second_derivative_in_python() -> None:
    assert str(mcalc.hessian("x'@A@x", "x", {"x": "n", "A": "n,n"})) == "A + Aᵀ"


def test_a_problem_says_what_to_do() -> None:
    with pytest.raises(Problem) as caught:
        mcalc.jacobian("w.x +", "w")
    assert str(caught.value).splitlines()[1:] == ["  w.x +", "       ^"] or "hint: " in str(caught.value)
    assert str(caught.value).startswith("The expression ends after `+`.")


def test_a_file_that_says_the_same_is_left_alone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "answer.tex"
    asked = ("gradient", "w.x", "--wrt", "w", "-f", "latex", "-o", str(path))
    run(*asked, capsys=capsys, monkeypatch=monkeypatch)
    os.utime(path, (1, 1))
    run(*asked, capsys=capsys, monkeypatch=monkeypatch)
    assert path.stat().st_mtime == 1
    run(*asked, "--lhs", capsys=capsys, monkeypatch=monkeypatch)
    assert path.stat().st_mtime > 1


def test_a_value_that_is_its_own_name_is_set_as_a_formula() -> None:
    found = mcalc.explain("A@b", "X", {"A": "m,n", "b": "n", "X": "n,n"})
    assert r"\frac{\partial(A \mathbf{b})}{\partial X} & = 0" in write(found, "latex")
    assert "∂(A·b)/∂X = 0" in write(found, "text")


@pytest.mark.parametrize(
    ("words", "form", "expected"),
    [
        ("--lhs", "text", "∂f/∂x = 2(x − y)ᵀ"),
        ("--lhs", "ascii", "df/dx = 2(x - y)'"),
        ("--lhs --style derivative=nabla", "latex", r"\nabla_{\mathbf{x}}\,f = 2 (\mathbf{x} - \mathbf{y})^T"),
        ("--lhs --style derivative=D", "latex", r"\mathrm{D}_{\mathbf{x}}\,f = 2 (\mathbf{x} - \mathbf{y})^T"),
        ("--where", "typst", "where $bold(upright(x)) ∈ bold(upright(R))^n$"),
        ("--where", "markdown", r"where $\mathbf{x} \in \mathbf{R}^n$"),
        ("--style size=inline", "markdown", r"$2 (\mathbf{x} - \mathbf{y})^T$"),
        ("--label eq:g", "html", 'id="eq:g"'),
        ("--label eq:g", "markdown", "[]{#eq:g}"),
        ("--label eq:g --flavour github", "markdown", '<a id="eq:g"></a>'),
        ("--label eq:g --flavour quarto", "markdown", "$$ {#eq:g}"),
        ("--numbered", "markdown", r"\tag{1}"),
        ("--numbered", "html", "(1)"),
        ("--numbered", "typst", 'numbering: "(1)"'),
    ],
)
def test_an_answer_is_written_as_asked(
    words: str, form: str, expected: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    question = ("gradient", "norm(x - y)^2", "--wrt", "x", "-s", "x=n", "-s", "y=n", "-f", form)
    plain, _, _ = run(*question, capsys=capsys, monkeypatch=monkeypatch)
    output, message, status = run(*question, *words.split(), capsys=capsys, monkeypatch=monkeypatch)
    assert status == 0, message
    assert expected in output and expected not in plain


def test_json_has_the_parts_that_recur(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    output, _, _ = run(*NAMED, "-f", "json", capsys=capsys, monkeypatch=monkeypatch)
    found = json.loads(output)
    assert found["named"][0]["ascii"] == "t_1 = tanh(W@x + b)" and "t_1" in found["result_in_names"]["ascii"]


@pytest.mark.parametrize("name", ["softmax", "relu", "det", "matmul", "norm"])
@pytest.mark.parametrize("form", DOCUMENTS)
def test_an_operator_has_a_page_in_full(
    name: str, form: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    output, _, status = run("rules", name, "-f", form, capsys=capsys, monkeypatch=monkeypatch)
    assert status == 0 and "Example" in output and "mcalc jacobian" in output and "By " in output


def test_a_wide_or_long_table_is_several(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    asked = ("table", "sum(x)*b", "--at", "x=1,2,3,4,5,6,7,8,9", "--vary", "b=0:1:0.01", "--wrt", "x", "-f", "latex")
    output, _, _ = run(*asked, capsys=capsys, monkeypatch=monkeypatch)
    tables = re.findall(r"\\begin\{tabular\}\{(r+)\}(.*?)\\end\{tabular\}", output, re.DOTALL)
    assert len(tables) > 3 and all(body.count("\n") <= 43 and body.lstrip().startswith("$b$") for _, body in tables)
