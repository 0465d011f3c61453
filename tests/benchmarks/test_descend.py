"""Steps of descent, and a whole descent on little data, beside the same by hand in NumPy. Prints the ratios."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from mcalc.evaluating import compiled
from mcalc.numbers import Method, descend, fit, of_numbers

ROWS, COLUMNS, REPEATS, RATE = 100_000, 100, 25, 0.01
LEAST_SQUARES = "sum((w.X[i] + b - y[i])^2 for i in 1..N)/N"
NEURON = "sum((y[i] - max(0, w.X[i] + b))^2 for i in 1..N)/N"


def by_hand(expression: str, X: Any, y: Any) -> Callable[[Any, Any], Any]:
    def step(w: Any, b: Any) -> Any:
        u = X @ w + b
        if expression == NEURON:
            error = np.maximum(0, u) - y
            active = error * (u > 0)
        else:
            error = active = u - y
        value = error @ error / len(y)
        return value, w - RATE * 2 * (active @ X) / len(y), b - RATE * 2 * active.sum() / len(y)

    return step


def cpu(run: Callable[[], Any]) -> float:
    start = time.process_time()
    run()
    return time.process_time() - start


@pytest.mark.slow
@pytest.mark.parametrize("expression", [LEAST_SQUARES, NEURON], ids=["least squares", "neuron"])
def test_a_step(expression: str) -> None:
    random = np.random.default_rng(0)
    X, w, b = random.normal(size=(ROWS, COLUMNS)), 0.1 * random.normal(size=COLUMNS), np.array(0.1)
    y = np.maximum(0, X @ random.normal(size=COLUMNS) + 0.3)
    arrays = {"X": X, "y": y, "w": w, "b": b}
    fitted = fit(expression, {name: of_numbers(name, array) for name, array in arrays.items()})
    loss, hand = compiled(fitted, ["w", "b"]), by_hand(expression, X, y)

    def ours() -> Any:
        value, gradients = loss({"w": w, "b": b})
        return value, w - RATE * gradients["w"], b - RATE * gradients["b"]

    for one, other in zip(ours(), hand(w, b), strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-9)
    times = [(cpu(ours), cpu(lambda: hand(w, b))) for _ in range(REPEATS)]
    mine, theirs = (min(column) for column in zip(*times, strict=True))
    print(f"\n{expression}: {1000 * mine:.1f} ms, by hand {1000 * theirs:.1f} ms, ratio {mine / theirs:.2f}")


LITTLE, FEW, STEPS = 200, 5, 3000


def descended(X: Any, y: Any, w: Any, b: Any) -> tuple[list[float], list[tuple[Any, Any]]]:
    """By hand: the value and the parameters of every step are kept, as `mcalc descend` keeps them."""
    values, parameters = [], []
    for step in range(STEPS + 1):
        error = X @ w + b - y
        values.append(error @ error / len(y))
        parameters.append((w, b))
        if step < STEPS:
            slopes = 2 * (error @ X) / len(y), 2 * error.sum() / len(y)
            w, b = w - RATE * slopes[0], b - RATE * slopes[1]
    return values, parameters


@pytest.mark.slow
def test_a_descent_on_little_data() -> None:
    random = np.random.default_rng(0)
    X, w, b = random.normal(size=(LITTLE, FEW)), 0.1 * random.normal(size=FEW), np.array(0.1)
    y = X @ random.normal(size=FEW) + 0.3
    arrays = {"X": X, "y": y, "w": w, "b": b}
    loss = compiled(fit(LEAST_SQUARES, {name: of_numbers(name, array) for name, array in arrays.items()}), ["w", "b"])
    method = Method(rate=RATE)
    found = descend(loss, {"w": w, "b": b}, method, STEPS)
    np.testing.assert_allclose(found.values, descended(X, y, w, b)[0], rtol=1e-6, atol=1e-20)
    times = [
        (cpu(lambda: descend(loss, {"w": w, "b": b}, method, STEPS)), cpu(lambda: descended(X, y, w, b)))
        for _ in range(9)
    ]
    mine, theirs = (1e6 * min(column) / STEPS for column in zip(*times, strict=True))
    print(f"\n{LITTLE} × {FEW}: {mine:.1f} µs a step, by hand {theirs:.1f} µs, ratio {mine / theirs:.2f}")
