"""What a new user types first leads on: bare expressions, other names of commands, short options."""

from __future__ import annotations

import pytest
from running import mcalc as run


@pytest.mark.parametrize(
    "arguments, next_command",
    [
        (("w.x+b",), 'mcalc gradient "w.x+b" --wrt w'),
        (("W@x + b",), 'mcalc jacobian "W@x + b" --wrt W'),
        (("-x^2",), 'mcalc gradient "-x^2" --wrt x'),
        (("x^2", "-s", "x=n"), 'mcalc jacobian "x^2" --wrt x -s x=n'),
    ],
)
def test_a_bare_expression_shows_its_shapes_and_what_to_ask(
    arguments: tuple[str, ...],
    next_command: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    output, message, status = run(*arguments, capsys=capsys, monkeypatch=monkeypatch)
    assert (status, message) == (0, "")
    assert next_command in output and "mcalc explain" in output


@pytest.mark.parametrize(
    "word, meant",
    [
        ("diff", "jacobian"),
        ("grad", "gradient"),
        ("jacobeam", "jacobian"),
        ("evaluate", "eval"),
        ("train", "descend"),
        ("explian", "explain"),
    ],
)
def test_a_word_is_a_command_or_leads_to_one(
    word: str, meant: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    output, message, status = run(word, "x^2", capsys=capsys, monkeypatch=monkeypatch)
    assert (status, output) == (2, "")
    assert message == f"error: No such command `{word}`.\nhint: did you mean `{meant}`?\n"


def test_help_is_a_command(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    pages = [run(*words, capsys=capsys, monkeypatch=monkeypatch) for words in (("help",), ("--help",))]
    assert pages[0] == pages[1]
    assert "--layout" in run("help", "jacobian", capsys=capsys, monkeypatch=monkeypatch)[0]


@pytest.mark.parametrize("short, long", [("tex", "latex"), ("md", "markdown")])
def test_short_options(
    short: str, long: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    one = run("jacobian", "w.x", "-w", "w", "-f", short, capsys=capsys, monkeypatch=monkeypatch)
    other = run("jacobian", "w.x", "--wrt", "w", "-f", long, capsys=capsys, monkeypatch=monkeypatch)
    assert one == other
    assert one[2] == 0


def test_a_bare_text_that_is_wrong_is_told_as_ever(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    _, message, status = run("w.x +", capsys=capsys, monkeypatch=monkeypatch)
    assert status == 2 and "ends after `+`" in message and "^" in message
