"""How high a panel of curves is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

_FAR = 3


def heights(curves: Sequence[Any]) -> tuple[float, float]:
    """The limits of y: all values, with a margin; where a curve runs off at a pole, what keeps the rest readable."""
    values = np.concatenate([np.asarray(curve, dtype=float) for curve in curves])
    values = values[np.isfinite(values)]
    if not values.size:
        return -1.0, 1.0
    low, high = float(values.min()), float(values.max())
    inner_low, inner_high = np.quantile(values, [0.05, 0.95])
    inner = float(inner_high - inner_low)
    if inner > 0 and any(_runs_off(np.asarray(curve, dtype=float)) for curve in curves):
        low, high = max(low, float(inner_low) - inner / 2), min(high, float(inner_high) + inner / 2)
    if low == high:
        room = abs(low) or 1.0
        return low - room, high + room
    margin = 0.05 * (high - low)
    return low - margin, high + margin


def _runs_off(values: Any) -> bool:
    """Whether a curve that breaks off somewhere lies there far above or below most of it."""
    finite = np.isfinite(values)
    if finite.all() or not finite.any():
        return False
    beside = finite & (np.roll(~finite, 1) | np.roll(~finite, -1))
    beside[[0, -1]] = False
    low, high = np.quantile(values[finite], [0.1, 0.9])
    ends = values[beside]
    return bool(ends.size and max(ends.max() - high, low - ends.min()) > _FAR * (high - low))
