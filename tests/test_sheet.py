"""``rules --sheet``: a cheat sheet of two pages, what is on it found by mcalc itself."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
from running import mcalc as run

from mcalc.derivation import RULES
from mcalc.pages import SECTIONS, entry_of

LINES_ON_A_PAGE = 66


@pytest.mark.parametrize("form", ["text", "ascii", "latex", "markdown", "html", "typst"])
def test_every_format_has_the_whole_sheet(
    form: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    output, _, status = run("rules", "--sheet", "-f", form, capsys=capsys, monkeypatch=monkeypatch)
    assert status == 0
    assert all(section.title in output for section in SECTIONS)
    if form in ("text", "ascii"):
        assert len(output.splitlines()) <= 2 * LINES_ON_A_PAGE
        assert max(map(len, output.splitlines())) <= 100
        assert output.isascii() or form == "text"


def test_its_rules_have_pages() -> None:
    names = {rule.name for rule in RULES}
    assert {name for section in SECTIONS for name in section.rules} <= names


def test_no_derivative_stands_twice() -> None:
    entries = [(known.source, known.variable, tuple(known.shapes.items())) for s in SECTIONS for known in s.known]
    assert len(set(entries)) == len(entries) > 40
    assert all(entry_of(known).shape is not None for section in SECTIONS for known in section.known)


@pytest.mark.skipif(shutil.which("pdflatex") is None, reason="needs pdflatex")
def test_it_is_two_pages(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    arguments = ("rules", "--sheet", "-f", "latex", "--standalone", "-o", str(tmp_path / "sheet.tex"))
    assert run(*arguments, capsys=capsys, monkeypatch=monkeypatch)[2] == 0
    command = ["pdflatex", "-interaction=nonstopmode", "sheet.tex"]
    told = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=60).stdout
    assert "(2 pages" in told
    assert "Overfull" not in told
