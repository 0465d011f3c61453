"""How long a whole `mcalc` takes, against the import that it cannot do without. Prints a table; checks no times."""

from __future__ import annotations

import statistics
import subprocess
import time
from pathlib import Path

import pytest

RUNS = 7
JACOBIAN = ("mcalc", "jacobian", "max(0, w.x+b)", "--wrt", "w")
SYMPY = ("python", "-c", "import sympy")
CLICK = ("python", "-c", "import click")
PAIRS = ((JACOBIAN, SYMPY), ((*JACOBIAN, "--no-verify"), SYMPY), (("mcalc", "--help"), CLICK))


@pytest.mark.slow
def test_startup(installed: Path, environment: dict[str, str], tmp_path: Path) -> None:
    commands = list(dict.fromkeys(command for pair in PAIRS for command in pair))
    times: dict[tuple[str, ...], list[float]] = {command: [] for command in commands}
    for turn in range(RUNS + 1):
        for command in commands:
            start = time.perf_counter()
            run = subprocess.run(
                [installed / command[0], *command[1:]], cwd=tmp_path, env=environment, capture_output=True, text=True
            )
            seconds = time.perf_counter() - start
            assert run.returncode == 0, f"{' '.join(command)}: {run.stderr}"
            if turn:  # the first turn compiles the modules
                times[command].append(seconds)
    median = {command: statistics.median(values) for command, values in times.items()}
    print(f"\n{'ms':>6} {'ratio':>6}  command (median of {RUNS} interleaved runs)")
    for command, reference in PAIRS:
        ratio = median[command] / median[reference]
        print(f"{1000 * median[command]:6.0f} {ratio:6.2f}  {' '.join(command)}")
        print(f"{1000 * median[reference]:6.0f} {1:6.2f}  {' '.join(reference)}")
