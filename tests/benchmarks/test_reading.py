"""How the time of a reading grows with the text: layers as lines, in one line, a sum of products. Checks no times."""

from __future__ import annotations

import math
import time
from collections.abc import Callable

import pytest

from mcalc.ask import read

SIZES = (16, 32, 64, 128)


def lines(layers: int) -> str:
    names = ["x", *(f"h{i}" for i in range(1, layers + 1))]
    program = [f"{names[i]} = tanh(W{i}@{names[i - 1]} + b{i})" for i in range(1, layers + 1)]
    return "; ".join([*program, f"norm({names[-1]} - y)^2"])


def one_line(layers: int) -> str:
    text = "x"
    for layer in range(1, layers + 1):
        text = f"tanh(W{layer}@{text} + b{layer})"
    return text


def residual(layers: int) -> str:
    names = ["x", *(f"h{i}" for i in range(1, layers + 1))]
    program = [
        f"{names[i]} = {names[i - 1]} + V{i}@relu(W{i}@{names[i - 1]} + b{i}) + c{i}" for i in range(1, layers + 1)
    ]
    return "; ".join([*program, names[-1]])


def products(terms: int) -> str:
    return " + ".join(f"a{i}*(w{i}.x{i})" for i in range(terms))


@pytest.mark.parametrize("text", [lines, one_line, residual, products], ids=lambda text: text.__name__)
def test_reading(text: Callable[[int], str]) -> None:
    read(text(4))
    seconds = []
    for size in SIZES:
        asked = text(size)
        start = time.perf_counter()
        reading = read(asked)
        seconds.append(time.perf_counter() - start)
        assert len(reading.assumed) > size
    growth = math.log(seconds[-1] / seconds[0]) / math.log(SIZES[-1] / SIZES[0])
    shown = ", ".join(f"{size}: {one:.3f} s" for size, one in zip(SIZES, seconds, strict=True))
    print(f"\n{text.__name__}: {shown}; grows as size^{growth:.2f}")
