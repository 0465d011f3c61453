"""How a cost grows with a size."""

from __future__ import annotations

import math
from collections.abc import Sequence


def exponent(depths: Sequence[int], values: Sequence[float]) -> float:
    """The slope of a line through the logarithms: 1 where the cost is in proportion to the depth."""
    logs = [(math.log(depth), math.log(value)) for depth, value in zip(depths, values, strict=True)]
    middle = [sum(column) / len(logs) for column in zip(*logs, strict=True)]
    above = sum((one - middle[0]) * (other - middle[1]) for one, other in logs)
    return above / sum((one - middle[0]) ** 2 for one, _ in logs)
