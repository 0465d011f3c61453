"""Faults of shapes and options: each example is a command, and beside it what it prints on standard error."""

from __future__ import annotations

import gc
import os
import shlex
import sys
from pathlib import Path

import pytest

from mcalc.cli import main

ERRORS = Path(__file__).parent.parent / "examples" / "errors"
COMMANDS = [path for path in sorted(ERRORS.glob("*.mc")) if path.read_text("utf-8").startswith("$ ")]


@pytest.mark.parametrize("path", COMMANDS, ids=lambda path: path.stem)
def test_error_message(path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    line = path.read_text("utf-8").splitlines()[0]
    program, *arguments = shlex.split(line.removeprefix("$ "))
    assert program == "mcalc"
    monkeypatch.setattr(sys, "argv", [program, *arguments])
    with pytest.raises(SystemExit) as exit:
        main()
    gc.enable()
    output, message = capsys.readouterr()
    golden = path.with_suffix(".txt")
    if os.environ.get("MCALC_GOLDEN") == "update":
        golden.write_text(message, "utf-8")
    assert message == golden.read_text("utf-8")
    assert output == ""
    assert exit.value.code == (3 if "not supported" in message else 2)


def test_every_golden_file_belongs_to_an_example() -> None:
    assert {path.stem for path in ERRORS.glob("*.txt")} == {path.stem for path in ERRORS.glob("*.mc")}


@pytest.mark.parametrize("path", COMMANDS, ids=lambda path: path.stem)
def test_the_message_is_tidy(path: Path) -> None:
    lines = path.with_suffix(".txt").read_text("utf-8").splitlines()
    assert lines[0].startswith("error: ")
    assert "fault here" not in lines[0]
    assert all(line == line.rstrip() for line in lines)
