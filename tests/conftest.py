"""What tests of every room use."""

from __future__ import annotations

from functools import partial

import pytest
from running import Run, mcalc


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    """A command in this process, ``run("eval", "x^2", "--at", "x=3")``."""
    return partial(mcalc, capsys=capsys, monkeypatch=monkeypatch)
