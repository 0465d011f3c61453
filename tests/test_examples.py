"""The commands in the Markdown pages print what the pages show; ``MCALC_GOLDEN=update`` writes what they print."""

from __future__ import annotations

import gc
import io
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from mcalc.cli import main

TOP = Path(__file__).parent.parent
PAGES = [
    TOP / "README.md",
    *sorted((TOP / "examples").rglob("*.md")),
    *sorted((TOP / "tests/transcripts").glob("*.md")),
]
CONSOLE = re.compile(r"(?<=^```console\n).*?(?=^```$)", re.MULTILINE | re.DOTALL)
COMMAND = re.compile(r"^\$ (?P<command>.*)\n(?P<output>(?:(?!\$ ).*\n)*)", re.MULTILINE)
PICTURE = re.compile(r"^\$ mcalc plot .* -o ", re.MULTILINE)
ERROR = re.compile(r'(relative error |"max_relative_error": | points, )[\d.]+(e[+-]\d+)?')


def rewritten(text: str) -> str:
    """The page with the output of each mcalc command as it is now."""
    return CONSOLE.sub(lambda block: COMMAND.sub(_command, block[0]), text)


def _command(match: re.Match[str]) -> str:
    command = match["command"]
    return f"$ {command}\n{printed(command)}" if command.startswith("mcalc ") else match[0]


def printed(command: str) -> str:
    """What the command prints, messages included; in this process, unless it needs a shell."""
    if {*"|<>"} & {token[0] for token in shlex.shlex(command, posix=False, punctuation_chars=True)}:
        shell = f'mcalc() {{ "{sys.executable}" -m mcalc "$@"; }}\n{command}'
        environment = {**os.environ, "PYTHONPATH": str(TOP)}
        run = subprocess.run(["bash", "-c", shell], env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        return run.stdout.decode("utf-8")
    written = io.TextIOWrapper(io.BytesIO(), encoding="utf-8", write_through=True)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "argv", shlex.split(command))
        patch.setattr(sys, "stdout", written)
        patch.setattr(sys, "stderr", written)
        try:
            main()
        except SystemExit:
            pass
        finally:
            gc.enable()
    return written.buffer.getvalue().decode("utf-8")  # type: ignore[attr-defined]


def normalised(text: str) -> list[str]:
    """The lines, without the figures that differ from machine to machine."""
    return ERROR.sub(r"\1…", text).splitlines()


@pytest.fixture
def beside(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The page; the working directory holds copies of the files next to it, and takes the files that commands write."""
    page: Path = request.param
    for entry in page.parent.iterdir():
        if entry.is_file():
            shutil.copy(entry, tmp_path)
        elif not entry.name.startswith("."):
            (tmp_path / entry.name).symlink_to(entry)
    monkeypatch.chdir(tmp_path)
    return page


@pytest.mark.parametrize("beside", PAGES, ids=lambda page: str(page.relative_to(TOP)), indirect=True)
def test_a_page_shows_what_is_printed(beside: Path) -> None:
    text = beside.read_text("utf-8")
    if PICTURE.search(text):
        pytest.importorskip("matplotlib", reason="matplotlib, of the extra `plot`, is not installed")
    found = rewritten(text)
    if os.environ.get("MCALC_GOLDEN") == "update" and normalised(found) != normalised(text):
        beside.write_text(found, "utf-8")
        return
    assert normalised(found) == normalised(text)


def test_a_message_is_part_of_what_is_printed() -> None:
    assert printed('mcalc jacobian "x +" --wrt x').startswith("error: ")


def test_a_redirection_needs_a_shell() -> None:
    assert printed('mcalc jacobian "3x > 1" --wrt x | head -1').startswith("# x: ")


def test_only_the_outputs_of_mcalc_are_rewritten() -> None:
    page = "Text\n```console\n$ ls\nfiles\n$ mcalc --version\nold\n\nold\n```\n```python\n$ mcalc --version\n```\n"
    found = rewritten(page)
    assert found.startswith("Text\n```console\n$ ls\nfiles\n$ mcalc --version\nmcalc, version ")
    assert found.endswith("\n```\n```python\n$ mcalc --version\n```\n")
    assert "old" not in found
