"""HTML: every formula as MathML that is well formed and says what the LaTeX says."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from html import unescape
from html.parser import HTMLParser
from pathlib import Path
from unicodedata import normalize
from xml.etree import ElementTree

import pytest

import mcalc
from mcalc import Problem
from mcalc.answers import Answer
from mcalc.ask import read
from mcalc.checking import example_of
from mcalc.derivation import Derivation, expanded
from mcalc.documents import STYLE_SHEET as STYLE
from mcalc.notation import element, write_expression
from mcalc.pages import standalone
from mcalc.table import TABLE

CORPUS = Path(__file__).parent / "corpus" / "cases.jsonl"
CASES = [json.loads(line) for line in CORPUS.read_text("utf-8").splitlines()]
MATH = "{http://www.w3.org/1998/Math/MathML}"
KNOWN = {"math", "mrow", "mi", "mn", "mo", "mtext", "mspace", "mfrac", "msqrt", "msup", "msub", "msubsup"}
KNOWN |= {"munderover", "mover", "mtable", "mtr", "mtd", "mphantom"}
CHILDREN = {"mfrac": 2, "msup": 2, "msub": 2, "msubsup": 3, "munderover": 3, "mover": 2}


def checked(inner: str) -> ElementTree.Element:
    root = ElementTree.fromstring(element(inner))
    for part in root.iter():
        name = part.tag.removeprefix(MATH)
        assert name in KNOWN
        assert len(part) == CHILDREN.get(name, len(part)), (name, inner)
        assert len(part) or (part.text or name in ("mrow", "mspace", "mtd")), (name, inner)
    return root


def formulas(derivation: Derivation) -> Iterator[str]:
    for step in derivation.steps:
        yield write_expression(step.before, "mathml")
        yield write_expression(step.after, "mathml")
    for part in derivation.parts or (derivation,):
        yield write_expression(part.result, "mathml")


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_every_formula_of_a_derivation(case: dict[str, str]) -> None:
    command = "hessian" if case["kind"] == "hessian" else "explain"
    try:
        derivation = getattr(mcalc, command)(case["expr"], case["wrt"], case["shapes"], verify=False)
    except Problem:
        pytest.skip("refused")
    for inner in formulas(derivation):
        checked(inner)
    try:
        opened = expanded(derivation, "")
    except Problem:
        return
    for inner in formulas(opened):
        checked(inner)


@pytest.mark.parametrize("name", [name for name, operator in TABLE.items() if operator.example])
def test_every_operator(name: str) -> None:
    checked(write_expression(example_of(TABLE[name]).value, "mathml"))


SHOWN = [
    ("x/y", "<mfrac><mi>x</mi><mi>y</mi></mfrac>", {"x": "scalar", "y": "scalar"}),
    ("w.x", "<mi>𝐰</mi><mo>⋅</mo><mi>𝐱</mi>", {}),
    ("A'", '<msup><mi>A</mi><mi mathvariant="normal">T</mi></msup>', {}),
    ("eta_1", "<msub><mi>η</mi><mn>1</mn></msub>", {}),
    ("w_hat", '<mover accent="true"><mi>𝐰</mi><mo stretchy="false">^</mo></mover>', {"w_hat": "n"}),
    ("ab", "<mi>𝑎𝑏</mi>", {"ab": "scalar"}),
    ("x[2]", "<msub><mi>x</mi><mn>2</mn></msub>", {"x": "n"}),
    ("sqrt(a)", "<msqrt><mi>a</mi></msqrt>", {}),
]


@pytest.mark.parametrize(("text", "expected", "shapes"), SHOWN, ids=[row[0] for row in SHOWN])
def test_what_is_written(text: str, expected: str, shapes: dict[str, str]) -> None:
    found = element(write_expression(read(text, shapes).value, "mathml"))
    assert found == f'<math xmlns="http://www.w3.org/1998/Math/MathML">{expected}</math>'


def test_sums_cases_and_matrices() -> None:
    root = checked(write_expression(mcalc.jacobian("max(0, w.x + b)", "w").result, "mathml"))
    assert len(root.findall(f".//{MATH}mtr")) == 2 and "if" in "".join(root.itertext())
    root = checked(write_expression(mcalc.jacobian("sum(exp(w.X[i])*X[i] for i in 1..N)", "w").result, "mathml"))
    assert root.find(f".//{MATH}munderover") is not None
    root = checked(write_expression(read("[1, 2; 3, 4]", {}).value, "mathml"))
    assert [len(row) for row in root.iter(f"{MATH}mtr")] == [2, 2]


class Structure(HTMLParser):
    """Whether every element is closed, in order."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: list[str] = []

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.seen.append(tag)
        if tag not in ("br", "meta", "wbr"):
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: object) -> None:
        self.seen.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


PAGES = [
    ("max(0, w.x + b)", "w", "explain"),
    ("max(0, w.x + b)", "w,b", "explain"),
    ("tr(A@X)", "X", "explain"),
    ("A@X@B", "X", "jacobian"),
    ("sum(exp(x))", "x", "hessian"),
    ("3x^2*y", "x,y", "gradient"),
]


def letters(page: str) -> str:
    """The text without tags, blanks and bold letters, as a formula in a sentence is set as one."""
    return "".join(normalize("NFKC", unescape(re.sub(r"<[^>]+>", "", page))).split())


@pytest.mark.parametrize(("text", "wrt", "command"), PAGES, ids=[f"{row[2]} {row[0]} by {row[1]}" for row in PAGES])
def test_a_page_is_whole(text: str, wrt: str, command: str) -> None:
    derivation = getattr(mcalc, command)(text, wrt, {"y": "scalar", "x": "scalar"} if "y" in wrt else None)
    for page in (derivation.write("html"), standalone(derivation, "html")):
        structure = Structure()
        structure.feed(page)
        structure.close()
        assert structure.open == []
        assert not re.search(r"<(script|link|img)|https?://(?!www\.w3\.org/1998/Math)", page)
    assert page.startswith("<!DOCTYPE html>") and '<meta charset="utf-8">' in page
    shown = derivation.write("html")
    for part in derivation.parts or (derivation,):
        answer = letters(write_expression(part.result, "mathml"))
        assert part.command == "explain" or answer in letters(shown)
        for step in part.steps if command == "explain" else ():
            said = step.because.split(": ")[0].split("; ")[0]
            assert step.stage != "differentiate" or "=" in said or letters(said) in letters(shown)
    assert shown.count("<details") == shown.count("<summary>") == shown.count("</details>")
    assert "grees with finite differences" in shown or "grees exactly" in shown


def test_a_notebook_shows_it() -> None:
    derivation = mcalc.jacobian("w.x", "w")
    assert Answer.of(derivation)._repr_html_() == derivation.write("html")


def test_text_is_escaped() -> None:
    page = standalone(mcalc.explain("where(a < b, a, b)", "a", {"a": "scalar", "b": "scalar"}), "html")
    structure = Structure()
    structure.feed(page)
    assert structure.open == [] and "<mo>&lt;</mo>" in page


JUPYTERLAB = """
.jp-RenderedHTMLCommon table { font-size: 12px; table-layout: fixed; margin-left: auto; margin-right: auto }
.jp-RenderedHTMLCommon td { vertical-align: middle; padding: 0.5em 0.5em; line-height: normal }
:not(.jp-RenderedMarkdown).jp-RenderedHTMLCommon td { text-align: right }
.jp-RenderedHTMLCommon tbody tr:nth-child(even) { background: silver }
.jp-RenderedHTMLCommon tbody tr:hover { background: lightblue }
"""
"""What JupyterLab's own style says of the tables in an output."""


def rules(style: str) -> Iterator[tuple[str, tuple[int, int], set[str]]]:
    """Element, specificity and properties of each rule on an element in the article; `margin` sets `margin-left`."""
    always = re.sub(r"@media[^{]*\{(?:[^{}]*\{[^{}]*\})*[^{}]*\}", "", style)
    for selectors, body in re.findall(r"([^{}]+)\{([^{}]*)\}", always):
        properties = {line.split(":")[0].strip() for line in body.split(";") if ":" in line}
        properties |= {f"margin-{side}" for side in ("left", "right") if "margin" in properties}
        for selector in selectors.split(","):
            *_, last = selector.split()
            classes = len(re.findall(r"\.|:(?!not)", selector))
            yield re.split(r"[.:]", last)[0], (classes, len(re.findall(r"(?<![\w.:-])[a-z]+", selector))), properties


def test_tables_look_alike_in_a_notebook() -> None:
    """Whatever JupyterLab says of a table's parts, the page's own rules say with more weight."""
    own = list(rules(STYLE))
    for part, weight, properties in rules(JUPYTERLAB):
        for name in properties:
            assert any(part == other and name in said and more > weight for other, more, said in own), (part, name)
