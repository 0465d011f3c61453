"""A command in this process: what it prints, what it says, and its exit status."""

from __future__ import annotations

import gc
import sys
from typing import Any

import pytest

from mcalc.cli import main


def mcalc(*arguments: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> tuple[str, str, int]:
    monkeypatch.setattr(sys, "argv", ["mcalc", *arguments])
    status: Any = 0
    try:
        main()
    except SystemExit as leaving:
        status = leaving.code
    gc.enable()
    return *capsys.readouterr(), status
