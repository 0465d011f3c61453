"""How a cost grows with a size."""

from __future__ import annotations

import gc
import math
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from cProfile import Profile


@contextmanager
def uncollected() -> Iterator[None]:
    """Within it, no time goes into looking for garbage."""
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def calls(work: Callable[[], object]) -> int:
    """How many functions are called, Python's own among them: a cost that no noise moves."""
    counter = Profile()
    with uncollected():
        counter.runcall(work)
    return sum(entry.callcount for entry in counter.getstats())


def exponent(depths: Sequence[int], values: Sequence[float]) -> float:
    """The slope of a line through the logarithms: 1 where the cost is in proportion to the depth."""
    logs = [(math.log(depth), math.log(value)) for depth, value in zip(depths, values, strict=True)]
    middle = [sum(column) / len(logs) for column in zip(*logs, strict=True)]
    above = sum((one - middle[0]) * (other - middle[1]) for one, other in logs)
    return above / sum((one - middle[0]) ** 2 for one, _ in logs)
