"""The pipelines in examples/documents, each run as its page says; a program that is not installed skips its test."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from engines import STRICT, modules, of_markdown, refused
from test_examples import ERROR

import mcalc

EXAMPLES = Path(__file__).parent.parent / "examples" / "documents"
ROOT = Path(mcalc.__file__).parent.parent


@pytest.fixture
def folder(tmp_path: Path, request: pytest.FixtureRequest) -> Path:
    """A copy of the example's folder."""
    return Path(shutil.copytree(EXAMPLES / request.param, tmp_path / request.param))


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """An environment in which `mcalc` is the one that is tested."""
    program = tmp_path / "bin" / "mcalc"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m mcalc "$@"\n', "utf-8")
    program.chmod(0o755)
    return {**os.environ, "PATH": f"{program.parent}:{os.environ['PATH']}", "PYTHONPATH": str(ROOT)}


def needs(*programs: str) -> None:
    for program in programs:
        if shutil.which(program) is None:
            pytest.skip(f"{program} is not installed")


def run(command: list[str], folder: Path, environment: dict[str, str]) -> str:
    done = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False, timeout=300
    )
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    return done.stdout + done.stderr


def of_example(name: str) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("folder", [name], indirect=True)


def clean(log: Path) -> bool:
    """Whether nothing sticks out, and no letter is missing."""
    return not re.findall(r"^(?:! |Overfull|Missing character)", log.read_text("utf-8", "replace"), re.MULTILINE)


@of_example("build")
def test_make_builds_once(folder: Path, environment: dict[str, str]) -> None:
    needs("make", "pdflatex")
    assert "4 answers, 5 files written" in run(["make"], folder, environment)
    assert (folder / "note.pdf").exists() and clean(folder / "note.log")
    assert "up to date" in run(["make"], folder, environment)
    (folder / "answers.mc").touch()
    said = run(["make"], folder, environment)
    assert "4 answers, 0 files written" in said and "pdflatex" not in said


@of_example("weave")
def test_the_woven_documents_are_up_to_date_and_are_set(folder: Path, environment: dict[str, str]) -> None:
    needs("make")
    run(["make", "check"], folder, environment)
    needs("pdflatex")
    for _ in range(2):
        run(["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "paper.tex"], folder, environment)
    assert clean(folder / "paper.log") and "undefined" not in (folder / "paper.log").read_text("utf-8", "replace")


@of_example("input")
def test_tex_runs_mcalc(folder: Path, environment: dict[str, str]) -> None:
    needs("make", "pdflatex")
    run(["make"], folder, environment)
    assert (folder / "paper.pdf").exists() and clean(folder / "paper.log")


@of_example("pandoc")
@pytest.mark.parametrize("to", ["latex", "html", "docx"])
def test_pandoc_asks_mcalc(folder: Path, to: str, environment: dict[str, str]) -> None:
    needs("pandoc")
    command = ["pandoc", "loss.md", "--standalone", "--mathml", "--lua-filter", "mcalc.lua", "-t", to, "-o", "page"]
    run(command, folder, environment)
    if to == "latex":
        needs("pdflatex")
        run(["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "page"], folder, environment)
        assert clean(folder / "page.log")
    elif to == "html":
        text = (folder / "page").read_text("utf-8")
        assert text.count("<math") > 15 and "mcalc" not in re.sub("<title>.*?</title>", "", text)


@of_example("pandoc")
def test_quarto_finds_the_label_behind_the_formula(folder: Path, environment: dict[str, str]) -> None:
    """Quarto runs the filter in its pandoc, where a table ``quarto`` is known; its own filters look for the label."""
    needs("pandoc")
    (folder / "quarto.lua").write_text("quarto = {}\n" + (folder / "mcalc.lua").read_text("utf-8"), "utf-8")
    (folder / "page.qmd").write_text(
        "```{.mcalc #eq-slope command=gradient wrt=w}\nw.x\n```\n\nSee @eq-slope.\n", "utf-8"
    )
    command = ["pandoc", "page.qmd", "-f", "markdown", "--lua-filter", "quarto.lua", "-t", "native"]
    told = run(command, folder, environment)
    assert re.search(r'Math\s+DisplayMath[^]]*Str\s+"\{#eq-slope\}"', told)


@of_example("pandoc")
def test_what_is_wrong_in_a_block_stops_pandoc(folder: Path, environment: dict[str, str]) -> None:
    needs("pandoc")
    (folder / "wrong.md").write_text("```{.mcalc wrt=w}\nw.x +\n```\n", "utf-8")
    command = ["pandoc", "wrong.md", "--lua-filter", "mcalc.lua"]
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode and "The expression ends after `+`" in done.stderr and "w.x +" in done.stderr


@of_example("org")
def test_org_runs_mcalc(folder: Path, environment: dict[str, str]) -> None:
    run(["mcalc", "weave", "--check", "neuron.org"], folder, environment)
    needs("emacs")
    lisp = "(progn (require 'ob-shell) (require 'ox-latex) (setq org-confirm-babel-evaluate nil))"
    run(["emacs", "--batch", "--eval", lisp, "neuron.org", "-f", "org-latex-export-to-latex"], folder, environment)
    text = (folder / "neuron.tex").read_text("utf-8")
    assert text.count(r"\begin{align*}") > 4 and r"\textbackslash" not in text and "note:" not in text
    needs("pdflatex")
    (folder / "neuron.tex").write_text(_without_packages(text), "utf-8")
    run(["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "neuron.tex"], folder, environment)


def _without_packages(text: str) -> str:
    """The document with amsmath alone: what Org asks for besides is a large part of TeX Live."""
    return re.sub(r"(?s)\\usepackage.*?(?=\\author)", r"\\usepackage{amsmath}\n", text, count=1).replace(
        r"\hypersetup", r"\def\hypersetup#1{}\hypersetup"
    )


@of_example("typst")
def test_typst_includes_answers(folder: Path, environment: dict[str, str]) -> None:
    run(["mcalc", "build", "answers.mc", "-o", "answers", "-f", "typst"], folder, environment)
    typst = pytest.importorskip("typst", reason="Typst is not installed: pip install typst")
    assert typst.compile(str(folder / "note.typ")).startswith(b"%PDF")


@of_example("vscode")
def test_the_preview_of_vscode(folder: Path, environment: dict[str, str]) -> None:
    """Its preview sets formulas by KaTeX, and its task weaves the file that is open."""
    (task,) = json.loads((folder / ".vscode" / "tasks.json").read_text("utf-8"))["tasks"]
    words = [word.replace("${file}", "notes.md") for word in task["args"]]
    assert "0 of 2 blocks changed" in run([task["command"], *words], folder, environment)
    formulas = of_markdown((folder / "notes.md").read_text("utf-8"))
    assert len(formulas) > 20
    modules()
    assert refused(STRICT, formulas) == {}


@of_example("notebook")
def test_the_notebook_shows_what_it_shows(folder: Path) -> None:
    """Every cell is run; what it shows as LaTeX and in text stands in the file, but for the digits of an error."""
    book = json.loads((folder / "gradients.ipynb").read_text("utf-8"))
    names: dict[str, object] = {}
    shown = 0
    for cell in book["cells"]:
        if cell["cell_type"] != "code":
            continue
        *lines, last = "".join(cell["source"]).split("\n")
        exec("\n".join(lines), names)
        for output in cell["outputs"]:
            value = eval(last, names)
            assert "".join(output["data"]["text/plain"]) == repr(value)
            if "text/latex" in output["data"]:
                shown += 1
                latex = value._repr_latex_()  # type: ignore[attr-defined]
                assert ERROR.sub("", "".join(output["data"]["text/latex"])) == ERROR.sub("", latex)
    assert shown >= 3


@of_example("notebook")
def test_jupyter_makes_a_document_of_it(folder: Path, environment: dict[str, str]) -> None:
    pytest.importorskip("nbconvert", reason="nbconvert is not installed")
    needs("pandoc")
    command = [sys.executable, "-m", "nbconvert", "--to", "latex", "gradients.ipynb"]
    run(command, folder, environment)
    text = (folder / "gradients.tex").read_text("utf-8")
    assert r"\intertext" in text or r"\qquad \text{" in text
    assert "Introduce intermediate variables" in text and r"\begin{align*}" in text
