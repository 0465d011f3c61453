"""What tests of every room use."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import venv
from functools import partial
from pathlib import Path

import pytest
from running import Run, mcalc


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    """A command in this process, ``run("eval", "x^2", "--at", "x=3")``."""
    return partial(mcalc, capsys=capsys, monkeypatch=monkeypatch)


PROJECT = Path(__file__).parents[1]

# What is measured: an installed mcalc, never the source folder


@pytest.fixture(scope="session")
def environment() -> dict[str, str]:
    """Compiled modules are written and used, whatever the tests themselves run with."""
    kept_out = ("PYTHONDONTWRITEBYTECODE", "PYTHONPATH", "PYTHONPYCACHEPREFIX")
    return {name: value for name, value in os.environ.items() if name not in kept_out}


@pytest.fixture(scope="session")
def installed(tmp_path_factory: pytest.TempPathFactory, environment: dict[str, str]) -> Path:
    """The folder of the programs `python` and `mcalc` of one environment."""
    folder = tmp_path_factory.mktemp("installed")
    program = shutil.which("mcalc")
    if program and (Path(program).parent / "python").exists():
        place = [str(Path(program).parent / "python"), "-c", "import mcalc; print(mcalc.__file__)"]
        found = subprocess.run(place, cwd=folder, env=environment, capture_output=True, text=True)
        if "site-packages" in found.stdout:
            return Path(program).parent
    venv.create(folder / "venv", with_pip=True)
    programs = folder / "venv" / ("Scripts" if sys.platform == "win32" else "bin")
    shutil.copytree(PROJECT / "mcalc", folder / "source" / "mcalc")
    for name in ("pyproject.toml", "LICENSE", "README.md"):
        if (PROJECT / name).exists():
            shutil.copy(PROJECT / name, folder / "source" / name)
    install = [str(programs / "python"), "-m", "pip", "install", "-q", str(folder / "source")]
    subprocess.run(install, env=environment, check=True)
    return programs
