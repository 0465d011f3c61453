"""`mcalc shell`: lines of commands, with what remains from line to line."""

from __future__ import annotations

import io
import os
import pty
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from running import mcalc

from mcalc.commands import arguments

ROOT = Path(__file__).parent.parent
Say = Callable[..., tuple[str, str, int]]


@pytest.fixture
def say(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Say:
    def run(*lines: str) -> tuple[str, str, int]:
        monkeypatch.setattr(sys, "stdin", io.StringIO("\n".join(lines) + "\n"))
        return mcalc("shell", capsys=capsys, monkeypatch=monkeypatch)

    return run


def answers(output: str) -> list[str]:
    return [line for line in output.splitlines() if not line.startswith("#")]


def test_a_line_is_a_command(say: Say) -> None:
    output, message, status = say("jacobian x'@A@x --wrt x")
    assert (answers(output), message, status) == (["xᵀ·(A + Aᵀ)"], "", 0)


def test_a_bare_expression_is_by_the_last_variable(say: Say) -> None:
    output, message, _ = say("gradient x.y --wrt y", "", "# a comment", "3x.y", "-y.y", "hessian y.y", "y.y")
    assert answers(output) == ["xᵀ", "3xᵀ", "−2yᵀ", "2I", "2I"]
    assert message == ""


def test_shapes_remain(say: Say) -> None:
    declared = ("shape S=n,n:symmetric w=scalar", "jacobian x'@S@x --wrt x", "jacobian w^2 --wrt w -s w=k")
    output, message, _ = say(*declared, "shape S=", "x'@S@x --wrt x", "shape")
    assert answers(output) == ["2xᵀ·S", "2diag(w)", "xᵀ·(S + Sᵀ)", "w=scalar"]
    assert message == ""
    assert "is declared, and is not a name" not in output


def test_the_session_goes_on_after_an_error(say: Say) -> None:
    output, message, status = say(
        "w.x", "jacobian x + --wrt x", "jacobian A@X --wrt X -f sympy", "jacobian y --wrt x -f json", "rules nothing",
        'jacobian "x --wrt x', "shape A", "shape A=m,", "check x.x --answer x", "jacobian x.x --wrt x",
    )  # fmt: skip
    assert status == 0
    assert answers(output)[-1] == "2xᵀ"
    assert "There is more than one name to differentiate by: w: n, x: n." in message
    assert "The expression ends after `+`." in message
    assert "SymPy has no matrix expression" in message
    assert "is not closed" in message
    assert "Traceback" not in message and "fault" not in message


def test_quit_ends_it(say: Say) -> None:
    output, message, status = say("jacobian x^2 --wrt x -s x=scalar", "quit", "jacobian x --wrt x")
    assert (answers(output), message, status) == (["2x"], "", 0)


def test_help(say: Say) -> None:
    output, _, _ = say("help", "help check", "help nothing")
    assert output.count("shape A=m,n x=n") == 2
    assert "--answer" in output


def test_options_of_a_line(say: Say) -> None:
    output, _, _ = say(
        "jacobian A@x --wrt x -f ascii --layout denominator --no-verify", 'check "x.x" --wrt x --answer "2x\'"'
    )
    assert answers(output)[0] == "A'"
    assert "Right" in output


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("x'@A@x --wrt x", ["x'@A@x", "--wrt", "x"]),
        ("a - b", ["a - b"]),
        ('"x + y" --wrt x', ["x + y", "--wrt", "x"]),
        ("x - s --wrt x", ["x - s", "--wrt", "x"]),
        ("x.x --answer 2x'", ["x.x", "--answer", "2x'"]),
        ("", []),
    ],
)
def test_the_words_of_a_line(text: str, expected: list[str]) -> None:
    assert arguments(text, True) == expected


def test_in_a_terminal(tmp_path: Path) -> None:
    terminal, end = pty.openpty()
    environment = {**os.environ, "HOME": str(tmp_path), "TERM": "dumb"}
    command = [sys.executable, "-m", "mcalc", "shell"]
    with subprocess.Popen(command, stdin=end, stdout=end, stderr=end, cwd=ROOT, env=environment) as session:
        os.close(end)
        text = ""
        for line in ("jacobian w.x --wrt w", "quit"):
            deadline = time.monotonic() + 60
            while not text.endswith("mcalc> ") and time.monotonic() < deadline:
                text += os.read(terminal, 10_000).decode()
            os.write(terminal, line.encode() + b"\n")
            text += "\n"
        assert session.wait(60) == 0
    os.close(terminal)
    assert "xᵀ" in text
    assert "jacobian w.x --wrt w" in (tmp_path / ".mcalc_history").read_text("utf-8")


def test_the_short_option_names_the_variable_as_the_long_one_does(say: Say) -> None:
    output, message, _ = say("gradient w.x --wrt w", "gradient w.x -w x", "w.x")
    assert message == "" and [line for line in output.splitlines() if not line.startswith("#")] == ["xᵀ", "wᵀ", "wᵀ"]


def test_a_bare_declaration_is_led_to_its_word(say: Say) -> None:
    output, message, _ = say("A=m,n", "-s x=n", "shape A=m,n x=n", "jacobian A@x --wrt x")
    assert "write `shape A=m,n`" in message and "write `shape x=n`" in message
    assert "A: m×n, x: n\n" in output and "assumed" not in output
