"""How long an evaluation takes, in a warm process, beside SymPy and NumPy. Prints tables; checks no times."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import sympy
from fuzz.evaluating import run

from mcalc.numbers import Value, fit, of_numbers, read_assignments, values_of

REPEATED = 5


def seconds(work: Callable[[], Any]) -> float:
    """The least of a few runs; the first, which compiles and fills caches, is not one of them."""
    work()
    times = []
    for _ in range(REPEATED):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return min(times)


def ours(source: str, values: dict[str, Value]) -> Callable[[], Any]:
    def work() -> Any:
        fitted = fit(source, values)
        return values_of([fitted.reading.value], fitted)[0].array

    return work


def scalar() -> tuple[str, list[Callable[[], Any]]]:
    x = sympy.Rational("1.25")
    there = sympy.exp(-(x**2)) * sympy.log(1 + x)
    return "`exp(-x^2)*log(1 + x)`", [
        ours("exp(-x^2)*log(1 + x)", read_assignments(["x=1.25"])),
        lambda: there.evalf(15),
        lambda: np.exp(-(1.25**2)) * np.log(1 + 1.25),
    ]


def inverse() -> tuple[str, list[Callable[[], Any]]]:
    numbers = np.round(np.random.default_rng(1).normal(size=(4, 4)), 2)
    text = ";".join(",".join(map(str, row)) for row in numbers.tolist())
    exactly = sympy.Matrix(4, 4, lambda i, j: sympy.exp(sympy.Rational(str(numbers[i, j]))) + int(i == j))
    return "`inv(exp(A) + I)`, 4×4", [
        ours("inv(exp(A) + I)", read_assignments([f"A=[{text}]"])),
        lambda: exactly.evalf(15).inv(),
        lambda: np.linalg.inv(np.exp(numbers) + np.eye(4)),
    ]


def rows() -> tuple[str, list[Callable[[], Any]]]:
    generator = np.random.default_rng(1)
    data, target = generator.normal(size=(100_000, 3)), generator.normal(size=100_000)
    weights = np.array([0.5, -1.0, 2.0])
    values = {"X": of_numbers("X", data), "w": of_numbers("w", weights), "y": of_numbers("y", target)}
    return "`mean((X@w - y)^2)`, 10⁵ rows", [
        ours("mean((X@w - y)^2)", values),
        lambda: None,
        lambda: np.mean((data @ weights - target) ** 2),
    ]


@pytest.mark.slow
def test_beside_sympy_and_numpy() -> None:
    print("\n| value | mcalc | SymPy's evalf | NumPy |\n|---|---:|---:|---:|")
    for name, works in (scalar(), inverse(), rows()):
        own = np.asarray(works[0](), dtype=float)
        np.testing.assert_allclose(own, works[2](), rtol=1e-9)
        times = [f"{1000 * seconds(work):.3g} ms" if work() is not None else "–" for work in works]
        print(f"| {name} | {' | '.join(times)} |")


@pytest.mark.slow
def test_of_random_programs() -> None:
    tally = run(20, 10_000)
    print(f"\nseed 20; {tally.summary()}")
    print("\n".join(failure for failure in tally.failures if failure.startswith("slow")))
    assert tally.count >= 10_000
