"""Round numbers: where to put ticks and level curves."""

from __future__ import annotations

import math

from mcalc.table.records import Array


def ticks(low: float, high: float, most: int = 6) -> list[float]:
    """At most about `most` multiples of 1, 2 or 5 times a power of ten between two numbers."""
    if not high > low:
        return [low]
    rough = (high - low) / most
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(factor * power for factor in (1, 2, 5, 10) if factor * power >= rough * (1 - 1e-9))
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return [_tidy(number * step) for number in range(first, last + 1)]


def level_values(values: Array, most: int = 10) -> list[float]:
    """Levels at even steps; where a few values dwarf the others, at 1, 2, 5, 10, … either side of 0."""
    import numpy as np

    found = np.asarray(values, dtype=float)
    found = found[np.isfinite(found)]
    if not found.size or found.min() == found.max():
        return []
    low, quarter, middle, upper, high = np.quantile(found, [0, 0.25, 0.5, 0.75, 1])
    spread = upper - quarter
    if spread > 0 and max(high - middle, middle - low) < 8 * spread:
        inside = ticks(low, high, most + 2)
        return [level for level in inside if low < level < high]
    largest = max(abs(low), abs(high))
    smallest = max(spread / 5, largest * 1e-3)
    steps: list[float] = []
    for power in range(math.floor(math.log10(smallest)), math.ceil(math.log10(largest)) + 1):
        steps += [_tidy(factor * 10.0**power) for factor in (1, 2, 5)]
    kept = [step for step in steps if smallest <= step <= largest]
    while len(kept) > most:
        kept = kept[len(kept) % 2 :: 2] if len(kept) < 2 * most else kept[:: len(kept) // most + 1]
    return [level for level in [*(-step for step in reversed(kept)), 0.0, *kept] if low < level < high]


def _tidy(number: float) -> float:
    return float(f"{number:.12g}")
