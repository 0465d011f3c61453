"""Whether LaTeX and KaTeX accept a list of formulas: all in one run of pdflatex, all in one run of node."""

from __future__ import annotations

import bisect
import json
import os
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest

PREAMBLE = r"""\documentclass{article}
\usepackage[T1]{fontenc}
\usepackage{amsmath}
\usepackage{amssymb}
\begin{document}
"""
DISPLAYED = (r"\noindent", r"\[", "$", r"\(", r"\begin{align", r"\begin{equation", r"\begin{gather", r"\begin{multline")
KATEX = """
const katex = require("katex");
const failures = {};
JSON.parse(require("fs").readFileSync(0, "utf8")).forEach((fragment, number) => {
  try {
    katex.renderToString(fragment, {throwOnError: true, displayMode: true, strict: "ignore"});
  } catch (error) {
    failures[number] = error.message;
  }
});
console.log(JSON.stringify(failures));
"""


class LatexError(AssertionError):
    """The fragments that pdflatex refuses, by number, each with its first error."""

    def __init__(self, fragments: list[str], failures: dict[int, str]) -> None:
        lines = [f"{number}: {message}\n    {fragments[number]}" for number, message in sorted(failures.items())]
        super().__init__(f"pdflatex refuses {len(failures)} of {len(fragments)}:\n" + "\n".join(lines))
        self.failures = failures


def compile_latex(fragments: list[str], folder: Path | None = None) -> Path:
    """The PDF of all fragments, each a formula or something that displays one; raises LatexError."""
    if shutil.which("pdflatex") is None:
        pytest.skip("pdflatex is not installed")
    folder = folder or Path(tempfile.mkdtemp(prefix="mcalc-latex-"))
    document, first_lines = _document(fragments)
    (folder / "fragments.tex").write_text(document, "utf-8")
    command = ["pdflatex", "-interaction=nonstopmode", "-file-line-error", "-no-shell-escape", "fragments.tex"]
    run = subprocess.run(command, cwd=folder, capture_output=True, timeout=600)
    failures = _failures((folder / "fragments.log").read_text("utf-8", "replace"), first_lines)
    pdf = folder / "fragments.pdf"
    if failures:
        raise LatexError(fragments, failures)
    if run.returncode or not pdf.exists():
        raise AssertionError("pdflatex failed: " + run.stdout.decode("utf-8", "replace")[-2000:])
    return pdf


def _document(fragments: list[str]) -> tuple[str, list[int]]:
    """The text, and the line on which each fragment begins; a blank line after each ends what it left open."""
    text = PREAMBLE
    first_lines: list[int] = []
    for fragment in fragments:
        first_lines.append(text.count("\n") + 1)
        display = fragment.strip()
        if not display.startswith(DISPLAYED):
            display = f"\\[\n{display}\n\\]"
        text += f"{display}\n\n"
    return text + "\\end{document}\n", first_lines


def _failures(log: str, first_lines: list[int]) -> dict[int, str]:
    """The first error of each fragment, by the line of the error."""
    failures: dict[int, str] = {}
    for match in re.finditer(r"^\./fragments\.tex:(\d+): (.*)$|^! (.*)(?:\n(?!! ).*)*?\nl\.(\d+)", log, re.MULTILINE):
        number = bisect.bisect_right(first_lines, int(match[1] or match[4])) - 1
        failures.setdefault(max(number, 0), match[2] or match[3])
    return failures


def check_katex(fragments: list[str]) -> dict[int, str]:
    """The fragments, by number, that KaTeX refuses, each with its message."""
    folder = os.environ.get("MCALC_KATEX", "")
    if shutil.which("node") is None:
        pytest.skip("node is not installed")
    if not (Path(folder) / "node_modules" / "katex").is_dir():
        pytest.skip("MCALC_KATEX names no folder whose node_modules has katex")
    run = subprocess.run(
        ["node", "-e", KATEX],
        cwd=folder,
        input=json.dumps(fragments),
        capture_output=True,
        encoding="utf-8",
        check=True,
    )
    return {int(number): message for number, message in json.loads(run.stdout).items()}
