"""The Typst that mcalc writes: nothing of LaTeX is left, brackets are paired, and Typst compiles it."""

from __future__ import annotations

import functools
import re

import pytest
from test_latex import examples
from test_paper import ROWS, declarations
from test_paper import name as row_name

from mcalc.ask import derive
from mcalc.render import write
from mcalc.render.typst import standalone, typst

LONG = "u = sin(W@x); v = tanh(W@u)*u; w = tanh(W@v)*v + u; z = exp(W@w)*v*w; softmax(z)*u"


@functools.cache
def documents() -> dict[str, str]:
    """The answer and the derivation of every row of the paper, and every operator's example."""
    written = {name: f"$ {typst(latex)} $" for name, latex in examples().items()}
    written["parts by name"] = standalone(derive(LONG, "x", command="jacobian", verify=False))
    for row in ROWS:
        for command in ("jacobian", "explain"):
            shapes = declarations(row.declared)
            derivation = derive(row.expression, row.wrt, shapes, command, row.layout, verify=False)
            written[f"{row_name(row)}, {command}"] = standalone(derivation)
            assert write(derivation, "typst") in written[f"{row_name(row)}, {command}"]
    return written


def test_nothing_of_latex_is_left() -> None:
    for name, text in documents().items():
        assert not re.search(r"\\[a-zA-Z]|[{}]", text), name
        assert text.count("$") % 2 == 0, name
        assert _paired(re.sub(r'"[^"]*"', "", text)), name


def _paired(text: str) -> bool:
    opened: list[str] = []
    for letter in text:
        if letter in "([":
            opened.append(letter)
        elif letter in ")]" and (not opened or opened.pop() + letter not in ("()", "[]")):
            return False
    return not opened


def test_typst_compiles_all() -> None:
    compiler = pytest.importorskip("typst", reason="Typst is not installed: pip install typst")
    failures = {}
    for name, text in documents().items():
        try:
            compiler.compile(text.encode())
        except RuntimeError as error:
            failures[name] = f"{error}\n{text}"
    assert failures == {}


@pytest.mark.parametrize(
    ("latex", "expected"),
    [
        (r"\mathbf{x}^{T} \left(A + A^{T}\right)", "bold(upright(x))^T (A + A^T)"),
        (r"\frac{1}{\left\|\mathbf{x}\right\|}", "frac(1, norm(bold(upright(x))))"),
        (r"\begin{bmatrix}a & b \\ c & d\end{bmatrix}", 'mat(delim: "[", a, b; c, d)'),
        (r"\sum_{i=1}^{N} x_{i,j}", "∑_(i = 1)^N x_(i, j)"),
    ],
)
def test_what_is_written(latex: str, expected: str) -> None:
    assert typst(latex) == expected


def test_what_is_not_of_mcalc_is_refused() -> None:
    with pytest.raises(ValueError, match="not part of the LaTeX"):
        typst(r"\unknown{x}")
