"""Every answer and derivation of the paper, the corpus and public.txt in every engine that sets it.

These are slow; ``python -m pytest -n 0 -m slow tests/test_engines.py`` runs them, and says what each has counted.
"""

from __future__ import annotations

import json
import re
import subprocess
from html import escape, unescape
from pathlib import Path
from typing import Any

import pytest
from engines import ARTICLE, COLUMN, MATHJAX, STRICT, misread, needs, of_markdown, printed, questions, refused, tex

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("engine", ["pdflatex", "lualatex"])
@pytest.mark.parametrize(("derivations", "width"), [(False, COLUMN), (False, ARTICLE), (True, ARTICLE)])
def test_nothing_sticks_out_in_tex(engine: str, derivations: bool, width: float, tmp_path: Path) -> None:
    needs(engine)
    texts = printed("latex", derivations, width=width)
    assert len(texts) > 0.9 * len(questions())
    print(f"\n{engine}, {'derivations' if derivations else 'answers'}, {width:g} pt: {len(texts)} texts")
    assert tex(engine, texts, width, tmp_path, not derivations) == []


@pytest.mark.parametrize(("library", "script"), [("KaTeX", STRICT), ("MathJax", MATHJAX)])
@pytest.mark.parametrize("flavour", ["github", "pandoc"])
def test_browsers_read_every_formula(library: str, script: str, flavour: str) -> None:
    formulas = [
        formula
        for derivations in (False, True)
        for _, text in printed("markdown", derivations, flavour=flavour)
        for formula in of_markdown(text)
    ]
    distinct = list(dict.fromkeys(formulas))
    print(f"\n{library}, {flavour}: {len(formulas)} formulas, {len(distinct)} of them different")
    assert len(distinct) > 3000 and refused(script, distinct) == {}


@pytest.mark.parametrize("library", ["KaTeX", "MathJax"])
def test_browsers_read_every_answer_of_latex(library: str) -> None:
    answers = [(re.sub(r"(?m)^%.*\n", "", text), True) for _, text in printed("latex", False, width=ARTICLE)]
    print(f"\n{library}: {len(answers)} answers")
    assert refused(STRICT if library == "KaTeX" else MATHJAX, answers) == {}


@pytest.mark.parametrize("derivations", [False, True])
def test_the_preview_of_vs_code_shows_every_page(derivations: bool) -> None:
    assert misread(printed("markdown", derivations, flavour="pandoc")) == {}


GITHUB_REFUSES = re.compile(r"\\(?:operatorname|intertext|def|newcommand|require|href|class|cssId|style|label|ref)\b")


@pytest.mark.parametrize("derivations", [False, True])
def test_the_rules_of_github(derivations: bool) -> None:
    """No macro that it does not allow; no formula between bare dollar signs, in which its Markdown eats signs; none of
    its inline formulas has a backtick or a line's end, none in a table an upright bar; fences stand on lines of their
    own."""
    for name, text in printed("markdown", derivations, flavour="github"):
        for formula, displayed in of_markdown(text):
            assert not GITHUB_REFUSES.search(formula), (name, formula)
            assert displayed or not re.search(r"[`\n]", formula), (name, formula)
        prose = re.sub(r"^```.*?^```$|\$`[^`]+`\$|`[^`]+`|<!--.*?-->", "", text, flags=re.M | re.S)
        assert not re.search(r"(?<!\\)\$", prose), (name, prose)
        assert not re.search(r"[₀-₉⁰-⁹ᵀ⊗⊘∂δΣ√ᵢⱼ]", prose), (name, prose)
        assert all("|" not in formula for line in text.splitlines() if line.startswith("|") for formula in
                   re.findall(r"\$`([^`]+)`\$", line)), name  # fmt: skip


TYPST = """#set page(width: {page}pt, height: auto, margin: (x: {margin}pt, y: 20pt))
#set text(size: 10pt)
#show math.equation: set block(breakable: true)
#show math.equation.where(block: true): it => context {{
  let wide = measure(it).width
  if wide > {width}pt [#metadata((at: counter("at").get().first(), wide: wide / 1pt))<wide>]
  it
}}
"""


@pytest.mark.parametrize(("derivations", "width"), [(False, COLUMN), (False, ARTICLE), (True, ARTICLE)])
def test_nothing_sticks_out_in_typst(derivations: bool, width: float, tmp_path: Path) -> None:
    typst = pytest.importorskip("typst", reason="Typst is not installed: pip install typst")
    texts = printed("typst", derivations, width=width)
    body = "\n\n".join(f'#counter("at").update({at})\n{text}' for at, (_, text) in enumerate(texts))
    path = tmp_path / "page.typ"
    path.write_text(TYPST.format(page=width + 100, margin=50, width=width) + body, "utf-8")
    wide = json.loads(typst.query(str(path), "<wide>", field="value"))
    print(f"\nTypst, {'derivations' if derivations else 'answers'}, {width:g} pt: {len(texts)} texts")
    assert [texts[one["at"]][0] for one in wide] == []


@pytest.mark.parametrize("derivations", [False, True])
def test_pandoc_makes_a_pdf(derivations: bool, tmp_path: Path) -> None:
    needs("pandoc")
    needs("pdflatex")
    texts = printed("markdown", derivations, flavour="pandoc")
    (tmp_path / "page.md").write_text("\n\n".join(f"{text}\n" for _, text in texts), "utf-8")
    run = subprocess.run(
        ["pandoc", "page.md", "-o", "page.tex", "-s", "-V", "geometry:textwidth=345pt"],
        cwd=tmp_path, capture_output=True, encoding="utf-8", timeout=600,
    )  # fmt: skip
    assert run.returncode == 0, run.stderr
    text = (tmp_path / "page.tex").read_text("utf-8")
    (tmp_path / "page.tex").write_text(text.replace(r"\begin{document}", r"\hfuzz=0pt\begin{document}", 1), "utf-8")
    command = ["pdflatex", "-interaction=nonstopmode", "-no-shell-escape", "page.tex"]
    subprocess.run(command, cwd=tmp_path, capture_output=True, timeout=1800)
    log = (tmp_path / "page.log").read_text("utf-8", "replace")
    found = re.findall(r"^(?:! .*|Overfull .*|.*Unicode character.*)$", log, re.MULTILINE)
    print(f"\npandoc, {'derivations' if derivations else 'answers'}: {len(texts)} texts")
    assert (tmp_path / "page.pdf").exists() and found == []


PROBE = """<script>
const wide = [], empty = [];
for (const one of document.querySelectorAll("math")) {
  const box = one.getBoundingClientRect();
  if (!box.width || !box.height) empty.push(one.textContent);
}
for (const one of document.querySelectorAll("section")) {
  for (const part of one.querySelectorAll(".scroll, p, h2")) {
    if (part.scrollWidth > part.clientWidth + 1) wide.push(one.title + ": " + part.scrollWidth);
  }
}
const page = document.documentElement;
const sideways = page.scrollWidth - page.clientWidth;
parent.document.body.textContent = "FOUND" + JSON.stringify({wide, empty, sideways, width: page.clientWidth}) + "END";
</script>"""


def in_chromium(texts: tuple[tuple[str, str], ...], width: int, folder: Path) -> dict[str, Any]:
    """What a browser with a window of that width finds: formulas without a size, lines that have to be scrolled."""
    chromium = needs("chromium")
    shown = "".join(f'<section title="{escape(name)}">{text}</section>' for name, text in texts)
    inner = f"<!DOCTYPE html><meta charset=utf-8><style>body {{ margin: 12px }}</style>{shown}{PROBE}"
    frame = f'<iframe style="width: {width}px; height: 800px; border: 0" srcdoc="{escape(inner)}"></iframe>'
    path = folder / "page.html"
    path.write_text(f"<!DOCTYPE html><meta charset=utf-8><body>{frame}</body>", "utf-8")
    command = [
        chromium,
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--hide-scrollbars",
        "--dump-dom",
        "--window-size=1400,900",
    ]
    run = subprocess.run(
        [*command, "--window-size=1400,900", "--virtual-time-budget=60000", path.as_uri()],
        capture_output=True,
        encoding="utf-8",
        timeout=1800,
    )
    match = re.search("FOUND(.*)END", unescape(run.stdout))
    assert match, run.stderr[-2000:]
    return dict(json.loads(match[1]))


@pytest.mark.parametrize("derivations", [False, True])
@pytest.mark.parametrize("width", [390, 1000])
def test_a_browser_shows_every_formula(derivations: bool, width: int, tmp_path: Path) -> None:
    texts = printed("html", derivations)
    found = in_chromium(texts, width, tmp_path)
    print(f"\nChromium, {width} px, {len(texts)} pages: {len(found['wide'])} formulas have to be scrolled")
    assert found["width"] == width and found["empty"] == [] and found["sideways"] <= 0 and found["wide"] == []
