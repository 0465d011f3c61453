"""How high a panel of curves is."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from mcalc.table.records import Array

_FAR, _TOWERS = 3, 4


def near(values: Array) -> tuple[float, float]:
    """The limits within which a surface is drawn: all of it, unless a few values tower above or below all others."""
    finite = values[np.isfinite(values)]
    if not finite.size:
        return -1.0, 1.0
    low, high = float(finite.min()), float(finite.max())
    inner_low, inner_high = (float(one) for one in np.quantile(finite, [0.02, 0.98]))
    inner = inner_high - inner_low
    if inner > 0 and high - inner_high > _TOWERS * inner:
        high = inner_high
    if inner > 0 and inner_low - low > _TOWERS * inner:
        low = inner_low
    return low, high


def heights(curves: Sequence[Array], wanted: Sequence[float] = ()) -> tuple[float, float]:
    """The limits of y: all values, with a margin; where a curve runs off at a pole, what keeps the rest readable.

    The heights `wanted` lie within them.
    """
    values = np.concatenate([np.asarray(curve, dtype=float) for curve in curves])
    values = values[np.isfinite(values)]
    if not values.size:
        return min([-1.0, *wanted]), max([1.0, *wanted])
    low, high = float(values.min()), float(values.max())
    inner_low, inner_high = np.quantile(values, [0.05, 0.95])
    inner = float(inner_high - inner_low)
    if inner > 0 and any(_runs_off(np.asarray(curve, dtype=float)) for curve in curves):
        low, high = max(low, float(inner_low) - inner / 2), min(high, float(inner_high) + inner / 2)
    low, high = min([low, *wanted]), max([high, *wanted])
    if low == high:
        room = abs(low) or 1.0
        return low - room, high + room
    margin = 0.05 * (high - low)
    return low - margin, high + margin


def _runs_off(values: Array) -> bool:
    """Whether a curve that breaks off somewhere lies there far above or below most of it."""
    finite = np.isfinite(values)
    if finite.all() or not finite.any():
        return False
    beside = finite & (np.roll(~finite, 1) | np.roll(~finite, -1))
    beside[[0, -1]] = False
    low, high = np.quantile(values[finite], [0.1, 0.9])
    ends = values[beside]
    return bool(ends.size and max(ends.max() - high, low - ends.min()) > _FAR * (high - low))
