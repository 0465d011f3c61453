"""Everything that is printed, for the engines that set it: the answers and derivations of the paper, the corpus and
public.txt, and what each engine finds wrong with them."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from test_paper import ROWS, declarations

import mcalc
from mcalc import Problem
from mcalc.documents import Options
from mcalc.pages import write

CORPUS = Path(__file__).parent / "corpus"
COLUMN, ARTICLE = 252.0, 345.0


class Question(NamedTuple):
    """What is asked, and by which name it is told."""

    name: str
    expression: str
    wrt: str
    shapes: Any
    command: str


@cache
def questions() -> tuple[Question, ...]:
    """The paper's, the corpus', and people's."""
    found = [
        Question(
            f"paper {row.expression} by {row.wrt}", row.expression, row.wrt, declarations(row.declared), "jacobian"
        )
        for row in ROWS
    ]
    for case in map(json.loads, (CORPUS / "cases.jsonl").read_text("utf-8").splitlines()):
        found.append(Question(case["id"], case["expr"], case["wrt"], case["shapes"], case["kind"]))
    for line in (CORPUS / "public.txt").read_text("utf-8").splitlines():
        command, wrt, expression = line.split("\t")
        found.append(Question(f"public {expression} by {wrt}", expression, wrt, {}, command))
    return tuple(found)


class Variant(NamedTuple):
    """A format, whether it is of derivations, and what else is asked of it."""

    form: str
    derivations: bool
    options: tuple[tuple[str, Any], ...] = ()


VARIANTS = (
    *(Variant(form, False, (("width", width),)) for form in ("latex", "typst") for width in (COLUMN, ARTICLE)),
    *(Variant(form, True, (("width", ARTICLE),)) for form in ("latex", "typst")),
    *(
        Variant("markdown", derivations, (("flavour", flavour),))
        for flavour in ("github", "pandoc")
        for derivations in (False, True)
    ),
    *(Variant("html", derivations) for derivations in (False, True)),
)


SLOW: list[str] = []
"""The questions that took longer than `LIMIT` seconds: they are told, and left out."""
LIMIT = 120


@contextmanager
def limited(name: str) -> Iterator[None]:
    """Stops what takes too long."""

    def stop(*_: object) -> None:
        SLOW.append(name)
        raise TimeoutError

    signal.signal(signal.SIGALRM, stop)
    signal.alarm(LIMIT)
    try:
        yield
    finally:
        signal.alarm(0)


@cache
def everything() -> dict[Variant, tuple[tuple[str, str], ...]]:
    """Every answer and every derivation in every variant, with its name; a question that is refused has none."""
    found: dict[Variant, list[tuple[str, str]]] = {variant: [] for variant in VARIANTS}
    for one in questions():
        try:
            with limited(one.name):
                derivation = mcalc.explain(one.expression, one.wrt, one.shapes, verify=False)
                answer = replace(derivation, command="jacobian")
                if one.command == "hessian":
                    answer = mcalc.hessian(one.expression, one.wrt, one.shapes, verify=False)
        except (Problem, TimeoutError):
            continue
        for variant, texts in found.items():
            text = write(
                derivation if variant.derivations else answer, variant.form, options=Options(**dict(variant.options))
            )
            texts.append((one.name, text))
    print(f"\nToo slow, and left out: {SLOW}")
    return {variant: tuple(texts) for variant, texts in found.items()}


def printed(form: str, derivations: bool, **options: Any) -> tuple[tuple[str, str], ...]:
    """Every answer, or every derivation, in a format, with its name."""
    return everything()[Variant(form, derivations, tuple(options.items()))]


def needs(program: str) -> str:
    """The program's path; skips where it is not installed."""
    path = shutil.which(program)
    if path is None:
        pytest.skip(f"{program} is not installed")
    return path


def modules() -> str:
    """The folder whose node_modules has KaTeX and MathJax."""
    needs("node")
    folder = os.environ.get("MCALC_KATEX", "")
    if not (Path(folder) / "node_modules" / "katex").is_dir():
        pytest.skip("MCALC_KATEX names no folder whose node_modules has katex")
    return folder


# TeX -----------------------------------------------------------------------------------------------------------------


PREAMBLE = r"""\documentclass{article}\usepackage{amsmath}\setlength{\textwidth}{%gpt}
\allowdisplaybreaks\setlength{\emergencystretch}{3em}\hfuzz=0pt\vfuzz=0pt
\begin{document}"""


def tex(engine: str, texts: Sequence[tuple[str, str]], width: float, folder: Path, displayed: bool) -> list[str]:
    """What the engine says of the texts, one a page: errors, lines that stick out, characters that it lacks."""
    needs(engine)
    pages = [f"\\typeout{{AT {at}}}\n" + (rf"\[{text}\]" if displayed else text) for at, (_, text) in enumerate(texts)]
    body = "\n\n\\clearpage\n".join(re.sub(r"(?m)^%.*\n", "", page) for page in pages)
    (folder / "page.tex").write_text("\n".join([PREAMBLE % width, body, r"\end{document}"]), "utf-8")
    command = [engine, "-interaction=nonstopmode", "-no-shell-escape", "page.tex"]
    subprocess.run(command, cwd=folder, capture_output=True, timeout=1800)
    log = (folder / "page.log").read_text("utf-8", "replace")
    assert f"AT {len(texts) - 1}" in log and (folder / "page.pdf").exists()
    return [f"{texts[at][0]}: {said}" for at, said in _said(log)]


def _said(log: str) -> list[tuple[int, str]]:
    found, at = [], 0
    for match in re.finditer(r"^(?:AT (\d+)|(Overfull .*|! .*|Missing character.*))$", log, re.MULTILINE):
        if match[1]:
            at = int(match[1])
        else:
            found.append((at, match[2]))
    return found


# Browsers ------------------------------------------------------------------------------------------------------------


STRICT = """
const katex = require("katex");
const found = {};
JSON.parse(require("fs").readFileSync(0, "utf8")).forEach(([text, display], at) => {
  try {
    katex.renderToString(text, {throwOnError: true, displayMode: display, strict: "error"});
  } catch (error) {
    found[at] = error.message;
  }
});
console.log(JSON.stringify(found));
"""
MATHJAX = """
const {mathjax} = require("mathjax-full/js/mathjax.js");
const {TeX} = require("mathjax-full/js/input/tex.js");
const {SVG} = require("mathjax-full/js/output/svg.js");
const {liteAdaptor} = require("mathjax-full/js/adaptors/liteAdaptor.js");
const {RegisterHTMLHandler} = require("mathjax-full/js/handlers/html.js");
const {AllPackages} = require("mathjax-full/js/input/tex/AllPackages.js");
const adaptor = liteAdaptor();
RegisterHTMLHandler(adaptor);
const packages = AllPackages.filter((name) => name !== "noerrors");
const page = mathjax.document("", {InputJax: new TeX({packages, formatError: (jax, error) => { throw error; }}),
                                   OutputJax: new SVG({fontCache: "none"})});
const found = {};
JSON.parse(require("fs").readFileSync(0, "utf8")).forEach(([text, display], at) => {
  try {
    const shown = adaptor.outerHTML(page.convert(text, {display}));
    if (/data-mjx-error|merror|fill="red"/.test(shown)) found[at] = "error in the output";
  } catch (error) {
    found[at] = error.message;
  }
});
console.log(JSON.stringify(found));
"""


PREVIEW = """
const preview = require("markdown-it")({html: true});
preview.use(require("@vscode/markdown-it-katex").default, {throwOnError: false});
const found = {};
JSON.parse(require("fs").readFileSync(0, "utf8")).forEach(([name, text]) => {
  const page = preview.render(text);
  const words = page.replace(/<annotation[^]*?<\\/annotation>/g, "").replace(/<[^>]+>/g, "");
  const wrong = [...(page.match(/katex-error/g) || []), ...(words.match(/\\$|\\\\[a-z]+/g) || [])];
  if (wrong.length) found[name] = wrong.join(" ");
});
console.log(JSON.stringify(found));
"""
"""The preview of VS Code: what it cannot set, and dollar signs and commands that it takes for words."""


def misread(pages: Sequence[tuple[str, str]]) -> dict[str, str]:
    """The pages of Markdown that the preview of VS Code does not show as formulas and words."""
    folder = modules()
    if not (Path(folder) / "node_modules" / "@vscode" / "markdown-it-katex").is_dir():
        pytest.skip("node_modules has no @vscode/markdown-it-katex")
    run = subprocess.run(
        ["node", "-e", PREVIEW], cwd=folder, input=json.dumps(pages), capture_output=True, encoding="utf-8",
        check=True, timeout=1800,
    )  # fmt: skip
    return dict(json.loads(run.stdout))


def refused(script: str, formulas: Sequence[tuple[str, bool]]) -> dict[str, str]:
    """The formulas that a library for browsers refuses, each with its message; whether each is displayed."""
    run = subprocess.run(
        ["node", "-e", script], cwd=modules(), input=json.dumps(formulas), capture_output=True, encoding="utf-8",
        check=True, timeout=1800,
    )  # fmt: skip
    return {formulas[int(at)][0]: message for at, message in json.loads(run.stdout).items()}


def of_markdown(text: str) -> list[tuple[str, bool]]:
    """The formulas of a page of Markdown, GitHub's or pandoc's, and whether each stands on lines of its own."""
    pairs = re.findall(r"^```math\n(.*?)\n```$|^\$\$\n(.*?)\n\$\$", text, re.MULTILINE | re.DOTALL)
    shown = [(body, True) for pair in pairs for body in pair if body]
    rest = re.sub(r"^```.*?^```$|^\$\$\n.*?\n\$\$.*?$|^<!--.*?-->$", "", text, flags=re.M | re.S)
    pattern = r"\$`([^`]+)`\$" if "$`" in rest or "```math" in text else r"(?<!\\)\$([^$]+?)(?<!\\)\$"
    return shown + [(body, False) for body in re.findall(pattern, rest)]
