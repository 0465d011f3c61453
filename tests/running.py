"""A command in this process: what it prints, what it says, and its exit status."""

from __future__ import annotations

import gc
import io
import re
import sys
from collections.abc import Callable
from typing import NamedTuple

import pytest

from mcalc.cli import main


class Outcome(NamedTuple):
    """What a command printed, what it said on standard error, and its exit status."""

    output: str
    message: str
    status: int


Run = Callable[..., Outcome]


def mcalc(
    *arguments: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, input: str | None = None
) -> Outcome:
    monkeypatch.setattr(sys, "argv", ["mcalc", *arguments])
    if input is not None:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(input.encode()), "utf-8"))
    status = 0
    try:
        main()
    except SystemExit as leaving:
        status = int(leaving.code or 0)
    finally:
        gc.enable()
    return Outcome(*capsys.readouterr(), status)


def assigned(*texts: str) -> dict[str, str]:
    """The values of ``x=1,2,b=3`` by their names, as `mcalc.evaluate` takes them."""
    parts = (part.partition("=") for text in texts for part in re.split(r",\s*(?=[^\W\d]\w*=)", text))
    return {name: value for name, _, value in parts}
