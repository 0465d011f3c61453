"""The Typst that mcalc writes: nothing of LaTeX is left, brackets are paired, and Typst compiles it."""

from __future__ import annotations

import functools
import re

import pytest
from test_paper import ROWS, declarations
from test_paper import name as row_name

import mcalc
from mcalc.ask import read
from mcalc.checking import example_of
from mcalc.documents import Options
from mcalc.notation import write as written
from mcalc.pages import standalone, write
from mcalc.table import TABLE

LONG = "u = sin(W@x); v = tanh(W@u)*u; w = tanh(W@v)*v + u; z = exp(W@w)*v*w; softmax(z)*u"


@functools.cache
def documents() -> dict[str, str]:
    """The answer and the derivation of every row of the paper, and every operator's example."""
    found = {
        name: f"$ {written(example_of(operator).value, 'typst')} $"
        for name, operator in TABLE.items()
        if operator.example
    }
    found["parts by name"] = standalone(mcalc.jacobian(LONG, "x", verify=False), "typst")
    for row in ROWS:
        for command in ("jacobian", "explain"):
            shapes = declarations(row.declared)
            derivation = getattr(mcalc, command)(row.expression, row.wrt, shapes, layout=row.layout, verify=False)
            found[f"{row_name(row)}, {command}"] = standalone(derivation, "typst")
            found[f"{row_name(row)}, {command}, a part"] = write(derivation, "typst")
    return found


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
    ("text", "shapes", "expected"),
    [
        ("x'@(A + A')", {"x": "n", "A": "n,n"}, "bold(upright(x))^T (A + A^T)"),
        ("1/norm(x)", {"x": "n"}, "frac(1, lr(‖ bold(upright(x)) ‖))"),
        ("[1, 2; 3, 4]", {}, 'mat(delim: "[", 1, 2; 3, 4)'),
        ("sum(x[i] for i in 1..N)", {"x": "N"}, "∑_(i = 1)^N x_i"),
    ],
)
def test_what_is_written(text: str, shapes: dict[str, str], expected: str) -> None:
    assert written(read(text, shapes).value, "typst") == expected


def test_brackets_over_several_lines_do_not_look_for_each_other() -> None:
    found = mcalc.jacobian("w.(x*(1 + tanh(0.7978845608*(x + 0.044715*x^3))))", "x", {"x": "n", "w": "n"}, verify=False)
    text = write(found, "typst", options=Options(width=200))
    lines = [line for line in text.split("\\\n") if "where" not in line]
    assert len(lines) > 2 and r"\(" in lines[0]
    for line in lines:
        assert _paired(re.sub(r'"[^"]*"|\\[(\[)\]]', "", line)), line
