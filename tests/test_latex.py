"""The LaTeX that mcalc writes is accepted by pdflatex, and by KaTeX."""

from __future__ import annotations

import functools

import pytest
from latex import LatexError, check_katex, compile_latex
from test_paper import ROWS, Row, declarations
from test_paper import name as row_name

import mcalc
from mcalc.checking import example_of
from mcalc.derivation import Derivation
from mcalc.documents import Options
from mcalc.notation import write
from mcalc.pages import write as render
from mcalc.table import TABLE


@functools.cache
def examples() -> dict[str, str]:
    """Every operator's example, as LaTeX."""
    written = {}
    for name, operator in TABLE.items():
        if operator.example:
            written[name] = write(example_of(operator).value, "latex")
    return written


def test_every_operator_compiles() -> None:
    assert compile_latex(list(examples().values())).stat().st_size > 1000


def test_katex_reads_every_operator() -> None:
    written = list(examples().items())
    failures = check_katex([text for _, text in written])
    assert {written[number]: message for number, message in failures.items()} == {}


def derived(row: Row) -> Derivation:
    shapes = declarations(row.declared)
    return mcalc.explain(row.expression, row.wrt, shapes, layout=row.layout, verify=False)


@functools.cache
def paper() -> dict[str, str]:
    """The answer and the derivation of every row of the paper."""
    written = {}
    for row in ROWS:
        derivation = derived(row)
        written[row_name(row)] = derivation.latex()
        written[row_name(row) + ", derivation"] = without_comments(render(derivation, "latex"))
    return written


def without_comments(text: str) -> str:
    return "\n".join(line for line in text.split("\n") if not line.startswith("%"))


@functools.cache
def displayed() -> dict[str, str]:
    """The equations of every derivation of the paper, each in one `aligned`."""
    options = Options(env="aligned")
    return {row_name(row): without_comments(render(derived(row), "latex", options=options)) for row in ROWS}


def test_the_paper_compiles() -> None:
    assert compile_latex(list(paper().values())).stat().st_size > 1000


def test_katex_reads_the_paper() -> None:
    written = list(displayed().items())
    failures = check_katex([text for _, text in written])
    assert {written[number]: message for number, message in failures.items()} == {}


def test_what_latex_refuses_is_named() -> None:
    with pytest.raises(LatexError) as caught:
        compile_latex(["x^2", r"\unknown{x}", r"\[ \frac{1}{2} \]", "x^2^3", r"\mathbf{w}"])
    assert caught.value.failures == {1: "Undefined control sequence.", 3: "Double superscript."}
    assert r"\unknown{x}" in str(caught.value)


def test_what_katex_refuses_is_named() -> None:
    failures = check_katex(["x^2", r"\unknown{x}", "x^2^3"])
    assert list(failures) == [1, 2]
    assert "Undefined control sequence" in failures[1]


def test_beside_several_derivatives_the_value_has_one_name() -> None:
    found = mcalc.gradient("w.x + b", "w,b").latex()
    assert found.count(r"\frac{\partial y}{\partial") == 2
