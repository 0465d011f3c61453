"""Emitted NumPy beside the best that is written by hand, in one run: the ratios of time and of memory are printed."""

from __future__ import annotations

import time
import tracemalloc
from collections.abc import Callable
from statistics import median
from typing import Any

import numpy as np
import pytest
from benchmarks.by_hand import ROWS, Row

from mcalc.ask import derive
from mcalc.code.running import functions
from mcalc.render import write

REPEATS = 7
LEAST = 0.02
"""A function is called till so many seconds have gone by, each time that it is measured."""


def arguments(row: Row) -> dict[str, Any]:
    """One array for each name, in the order of the function's parameters."""
    random = np.random.default_rng(0)
    found = {}
    for name, shape in row.shapes.items():
        sizes = [row.sizes[size] for size in shape.split()[0].split(",")] if shape != "scalar" else []
        drawn = random.normal(size=sizes)
        found[name] = row.made.get(name, lambda a: a)(drawn)
    return found


def emitted(row: Row, library: str = "numpy") -> tuple[str, Callable[..., Any], list[str]]:
    derivation = derive(row.text, row.wrt, dict(row.shapes), row.command, verify=False)
    text = write(derivation, library)
    return text, functions(text, library)[row.command], list(derivation.reading.names)


def seconds(function: Callable[[], Any], times: int) -> float:
    start = time.process_time()
    for _ in range(times):
        function()
    return (time.process_time() - start) / times


def most_memory(function: Callable[[], Any]) -> int:
    tracemalloc.start()
    function()
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return most


def compared(ours: Callable[[], Any], hand: Callable[[], Any]) -> tuple[float, float, float]:
    """Seconds by hand; time and memory of ours, by those."""
    once = max(seconds(hand, 1), 1e-6)
    times = max(1, int(LEAST / once))
    pairs = [(seconds(ours, times), seconds(hand, times)) for _ in range(REPEATS)]
    mine, theirs = (median(column) for column in zip(*pairs, strict=True))
    return theirs, mine / theirs, most_memory(ours) / max(1, most_memory(hand))


@pytest.mark.slow
@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.title} {row.command}")
def test_emitted_beside_hand(row: Row) -> None:
    _, function, names = emitted(row)
    given = arguments(row)
    values = [given[name] for name in names]

    def ours() -> Any:
        return function(*values)

    def hand() -> Any:
        return row.hand(**given)

    np.testing.assert_allclose(ours(), hand(), rtol=1e-6, atol=1e-9 * float(np.abs(hand()).max()))
    theirs, ratio, memory = compared(ours, hand)
    print(
        f"\n{row.title:26} {row.command:9} by hand {1000 * theirs:8.2f} ms   time {ratio:5.2f}   memory {memory:5.2f}"
    )
