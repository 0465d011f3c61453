"""Where a graph has no value, and why; and where a curve jumps."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

import numpy as np

from mcalc.notation.of_numbers import percent
from mcalc.numbers.arithmetic import COMPLEX, NotReal
from mcalc.numbers.fitting import Fitted
from mcalc.numbers.program import Program
from mcalc.pictures.places import Range, varied_arrays
from mcalc.table.records import Array
from mcalc.tree.node import Node

TOO_LARGE = 1e150
_LARGE = "too large to be drawn"
_LOOKED_AT, _HALVINGS, _JUMP = 40, 30, (0.02, 0.1)


class Line(Protocol):
    """One graph: the tree whose entry at a place it is, of a value of this shape."""

    fitted: Fitted
    root: Node
    place: tuple[int, ...]
    shape: tuple[int, ...]


def blank_note(varying: Sequence[Range], found: Sequence[tuple[str, Line, Array]], grid: Array) -> str:
    """``27 % of the region is left blank: sqrt(x) is complex there.``; empty where there is nothing to say."""
    said: list[str] = []
    for text, line, values in found:
        blank = ~np.isfinite(values)
        if blank.any():
            share = percent(float(blank.mean())).capitalize()
            said.append(f"{share} of the region is left blank, where {text} is {_why(varying, line, grid[blank])}")
    return "; ".join([said[0], *(part[0].lower() + part[1:] for part in said[1:])]) + "." if said else ""


def _why(varying: Sequence[Range], line: Line, places: Array) -> str:
    program = Program([line.root], line.fitted.sizes, arithmetic=COMPLEX)
    reasons: set[str] = set()
    chosen = places[np.unique(np.linspace(0, len(places) - 1, _LOOKED_AT).astype(int))]
    varied = varied_arrays(varying, line.fitted, chosen)
    with np.errstate(all="ignore", over="raise"):
        for at in range(len(chosen)):
            point = {**line.fitted.point(), **{name: values[at] for name, values in varied.items()}}
            try:
                (value,) = program.run(point)
                entry = complex(np.asarray(value).reshape(line.shape)[line.place])
            except FloatingPointError:
                reasons.add(_LARGE)
                continue
            except (NotReal, np.linalg.LinAlgError):
                entry = complex("nan")
            reasons.add(_reason(entry))
    return " or ".join(sorted(reasons))


def _reason(value: complex) -> str:
    if not np.isfinite(value):
        return "not defined"
    if abs(value) >= TOO_LARGE:
        return _LARGE
    return "complex" if value.imag else "real through complex numbers alone"


def without_jumps(places: Array, values: Array, function: Callable[[Array], Array]) -> Array:
    """The values on a grid, blank on one side of each jump or pole, so that no line is drawn across it.

    `places` has the coordinates as its last axis, and `function` takes a list of places.
    """
    finite = values[np.isfinite(values)]
    if finite.size < 3:
        return values
    low, high = np.quantile(finite, [0.05, 0.95])
    result = values.copy()
    for axis in range(values.ndim):
        one, other = (np.moveaxis(part, axis, 0) for part in (values, places))
        difference = np.abs(np.diff(one, axis=0))
        steep = np.nonzero(difference > max(_JUMP[values.ndim - 1] * (high - low), 1e-300))
        after = (steep[0] + 1, *steep[1:])
        jumps = _jumps(other[steep], other[after], one[steep], one[after], function)
        larger = np.abs(one[steep]) > np.abs(one[after])
        blank = np.moveaxis(result, axis, 0)
        blank[tuple(part[jumps & larger] for part in steep)] = np.nan
        blank[tuple(part[jumps & ~larger] for part in after)] = np.nan
    return result


def _jumps(left: Array, right: Array, below: Array, above: Array, function: Callable[[Array], Array]) -> Array:
    """Whether the function jumps between two places, for each pair of them.

    The half with the larger difference is kept, again and again: of a continuous function the difference shrinks.
    """
    least = 0.5 * np.abs(above - below)
    active = np.arange(len(least))
    for _ in range(_HALVINGS):
        if not active.size:
            break
        middle = (left + right) / 2
        here = function(middle)
        first = ~(np.abs(here - below) < np.abs(above - here))
        right, above = np.where(first[:, None], middle, right), np.where(first, here, above)
        left, below = np.where(first[:, None], left, middle), np.where(first, below, here)
        still = ~(np.abs(above - below) < least[active])
        active, left, right, below, above = (part[still] for part in (active, left, right, below, above))
    found = np.zeros(len(least), dtype=bool)
    found[active] = True
    return found
