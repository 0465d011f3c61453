"""What is printed fits the page: no line of an article's 345 points, nor of a column's 252, sticks out.

The default tests estimate the widths, which the slow ones compare with what TeX finds.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from test_paper import ROWS, declarations

from mcalc import Problem
from mcalc.ask import derive
from mcalc.derivation import Derivation
from mcalc.documents import Equations, Options, Tex
from mcalc.notation import Latex, Typeset, box_of, width_of
from mcalc.pages import derivation_page as page
from mcalc.pages import write
from mcalc.tree import Node

CASES = [
    json.loads(line) for line in (Path(__file__).parent / "corpus" / "cases.jsonl").read_text("utf-8").splitlines()
]
COLUMN, ARTICLE = 252.0, 345.0


@cache
def derived(at: int, command: str) -> Derivation | None:
    case = CASES[at]
    try:
        return derive(case["expr"], case["wrt"], case["shapes"], command or case["kind"], verify=False)
    except Problem:
        return None


def widest(derivation: Derivation, width: float) -> float:
    """By how much the widest row of the page sticks out, in points."""
    with derivation.apart():
        shown = page(derivation)
        document = Tex(shown, Options(width=width))
        rows = [line for block in shown.blocks if isinstance(block, Equations) for line in document.set_lines(block)]
    return max((line.over for line in rows), default=0.0) * 10


@pytest.mark.parametrize("at", range(len(CASES)), ids=[case["id"] for case in CASES])
def test_an_answer_fits_a_column(at: int) -> None:
    found = derived(at, "")
    assert found is None or widest(found, COLUMN) == 0


@pytest.mark.parametrize("at", range(0, len(CASES), 3), ids=[case["id"] for case in CASES[::3]])
def test_a_derivation_fits_an_article(at: int) -> None:
    found = derived(at, "explain")
    assert found is None or widest(found, ARTICLE) == 0


def test_what_cannot_be_broken_gets_a_name() -> None:
    wide = " + ".join(f"exp(x[{at}]*y[{at}])" for at in range(1, 10))
    found = derive(f"x[1]/({wide})", "y", {"x": "9", "y": "9"}, verify=False)
    text = write(found, "latex", options=Options(width=COLUMN))
    assert r"\text{where}" in text and "s_1" in text and widest(found, COLUMN) == 0


# With TeX ------------------------------------------------------------------------------------------------------------


def logged(body: str, width: float, folder: Path) -> str:
    """The log of a document with that body; characters that TeX lacks fail."""
    if shutil.which("pdflatex") is None:
        pytest.skip("pdflatex is not installed")
    preamble = (
        rf"\documentclass{{article}}\usepackage{{amsmath}}\setlength{{\textwidth}}{{{width:g}pt}}"
        r"\allowdisplaybreaks\setlength{\emergencystretch}{3em}\hfuzz=0.1pt\begin{document}"
    )
    (folder / "page.tex").write_text(f"{preamble}\n{body}\n\\end{{document}}\n", "utf-8")
    command = ["pdflatex", "-interaction=nonstopmode", "-no-shell-escape", "page.tex"]
    subprocess.run(command, cwd=folder, capture_output=True, timeout=900)
    return (folder / "page.log").read_text("utf-8", "replace")


def overfull(log: str) -> list[str]:
    return re.findall(r"^(?:Overfull .*|! .*|Missing character.*)$", log, re.MULTILINE)


def pages(command: str, width: float) -> Iterator[str]:
    """What is printed for the paper's rows and the corpus."""
    questions: list[tuple[str, Any, Any, str]] = [
        (row.expression, row.wrt, declarations(row.declared), "jacobian") for row in ROWS
    ]
    questions += [(case["expr"], case["wrt"], case["shapes"], case["kind"]) for case in CASES]
    for expression, wrt, shapes, kind in questions:
        try:
            found = derive(expression, wrt, shapes, command or kind, verify=False)
        except Problem:
            continue
        text = write(found, "latex", options=Options(width=width))
        yield text if command else f"\\[\n{text}\n\\]\n\\clearpage"


@pytest.mark.slow
@pytest.mark.parametrize(("command", "width"), [("", COLUMN), ("", ARTICLE), ("explain", ARTICLE)])
def test_tex_finds_nothing_that_sticks_out(command: str, width: float, tmp_path: Path) -> None:
    assert overfull(logged("\n\n".join(pages(command, width)), width, tmp_path)) == []


def test_the_widths_are_those_of_tex(tmp_path: Path) -> None:
    setter: Typeset
    rows: list[tuple[str, float]] = []
    for at in range(0, len(CASES), 5):
        found = derived(at, "")
        if found is None or not isinstance(found.result, Node) or found.result.key[0] > 200:
            continue
        setter = Latex()
        run = setter.whole_run(box_of(found.result))
        rows.append((setter.text(run), width_of(run) * 10))
    body = "\n".join(rf"\setbox0\hbox{{$\displaystyle {text}$}}\typeout{{W\the\wd0}}" for text, _ in rows)
    log = logged(body, ARTICLE, tmp_path)
    measured = [float(width) for width in re.findall(r"^W([\d.]+)pt$", log, re.MULTILINE)]
    assert len(measured) == len(rows) > 30
    for (text, estimate), width in zip(rows, measured, strict=True):
        assert abs(estimate - width) <= max(0.02 * width, 3.0), text
