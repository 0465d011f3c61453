"""The scripts of `examples/scale` print what its page shows; emitted NumPy on arrays of dask is right, or raises."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from benchmarks.by_hand import ROWS, Row
from benchmarks.test_emitted import arguments

from mcalc.ask import derive
from mcalc.code import functions
from mcalc.pages import write

FOLDER = Path(__file__).parent.parent / "examples" / "scale"
SMALL = {"n": 8, "m": 10, "k": 6, "N": 12}
WRITES = {
    ("factorization by U", "hessian"),
    ("layer norm", "jacobian"),
    ("softmax", "jacobian"),
    ("x/norm(x)", "jacobian"),
}
"""What fills a diagonal of its result in place, which arrays of dask are not made for."""


def shown(script: str) -> str:
    found = re.search(rf"^\$ python {script}\n(.*?)^```", (FOLDER / "README.md").read_text("utf-8"), re.M | re.S)
    assert found is not None
    return found[1]


@pytest.mark.parametrize(("script", "needed"), [("sharded.py", "jax"), ("in_blocks.py", "dask.array")])
def test_a_script_prints_what_the_page_shows(script: str, needed: str) -> None:
    pytest.importorskip(needed, reason=f"{needed} is not installed")
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(FOLDER), os.environ.get("PYTHONPATH", "")])}
    run = subprocess.run([sys.executable, FOLDER / script], env=environment, capture_output=True, text=True)
    assert run.stdout == shown(script), run.stderr


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.title}-{row.command}")
def test_arrays_of_dask(row: Row) -> None:
    da = pytest.importorskip("dask.array", reason="dask is not installed")
    small = Row(**{**vars(row), "sizes": {size: SMALL[size] for size in row.sizes}})
    given = arguments(small)
    derivation = derive(row.text, row.wrt, row.shapes, row.command, verify=False)
    function = functions(write(derivation, "numpy"), "numpy")[row.command]

    def in_blocks(value: Any) -> Any:
        blocks = tuple((size + 1) // 2 for size in np.shape(value))
        return da.from_array(value, chunks=blocks) if blocks else value

    asked = {name: in_blocks(value) for name, value in given.items()}
    if (row.title, row.command) in WRITES:
        with pytest.raises((NotImplementedError, AttributeError)):
            function(**asked)
        return
    found = function(**asked)
    assert isinstance(found, da.Array)
    np.testing.assert_allclose(np.asarray(found), function(**given), rtol=1e-9, atol=1e-12)
