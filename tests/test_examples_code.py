"""The files of `examples/code` are what their first line prints, and compute what is written by hand.

``MCALC_GOLDEN=update`` writes what is printed now.
"""

from __future__ import annotations

import os
import shlex
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from benchmarks.by_hand import ROWS, Row
from benchmarks.test_emitted import arguments
from running import mcalc as command

from mcalc.code import functions

FOLDER = Path(__file__).parent.parent / "examples" / "code"
TITLES = {
    "quadratic_form": ("x'Ax", "gradient"),
    "logistic_hessian": ("data: logistic loss", "hessian"),
    "factorization": ("factorization by U", "gradient"),
    "tanh_layer": ("layer of tanh", "jacobian"),
    "layer_norm": ("layer norm", "gradient"),
    "log_sum_exp": ("log-sum-exp of A@x", "hessian"),
    "cross_entropy": ("data: cross-entropy", "gradient"),
    "attention": ("attention by Q", "gradient"),
    "gaussian_process": ("Gaussian process by s", "gradient"),
    "inverse": ("a'X^-1 b", "gradient"),
}
SMALL = {"n": 4, "m": 5, "k": 3, "N": 6}


def row_of(name: str) -> Row:
    return next(row for row in ROWS if (row.title, row.command) == TITLES[name])


def asked(row: Row) -> list[str]:
    shapes = [part for name, shape in row.shapes.items() for part in ("-s", f"{name}={shape}")]
    return [row.command, row.text, "--wrt", row.wrt, *shapes, "-f", "numpy"]


@pytest.mark.parametrize("name", TITLES)
def test_a_file_is_what_is_printed(
    name: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    words = asked(row_of(name))
    printed, told, status = command(*words, capsys=capsys, monkeypatch=monkeypatch)
    assert (told, status) == ("", 0)
    text = f"# mcalc {shlex.join(words)}\n{printed}"
    file = FOLDER / f"{name}.py"
    if os.environ.get("MCALC_GOLDEN") == "update":
        file.write_text(text, "utf-8")
    assert file.read_text("utf-8") == text


@pytest.mark.parametrize("name", TITLES)
def test_a_file_computes_what_is_written_by_hand(name: str) -> None:
    row = row_of(name)
    sizes = {size: SMALL[size] for size in row.sizes}
    given: dict[str, Any] = arguments(Row(**{**vars(row), "sizes": sizes}))
    function = functions((FOLDER / f"{name}.py").read_text("utf-8"), "numpy")[row.command]
    np.testing.assert_allclose(function(**given), row.hand(**given), rtol=1e-9, atol=1e-12)


def test_no_other_files() -> None:
    assert {file.stem for file in FOLDER.glob("*.py")} == set(TITLES)
