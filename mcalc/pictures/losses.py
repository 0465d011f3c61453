"""A descent step by step: its value, or what is shown of it; beside that by rules of one's own."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from mcalc.evaluating.descents import Descent
from mcalc.evaluating.steps import columns
from mcalc.notation.writing import written
from mcalc.numbers.descent import History
from mcalc.pictures.limits import heights
from mcalc.pictures.sampling import MOST_GRAPHS, formula
from mcalc.pictures.scene import Axis, Graph, Label, Scene
from mcalc.problems import Problem
from mcalc.table.records import Array
from mcalc.tree.node import Node

_WIDE, _BEYOND = 1000, 3.0
_STEP, _VALUE, _OWN = Label("step", r"\mathrm{step}"), Label("value", r"\mathrm{value}"), "own rule"


def steps_scene(descent: Descent) -> Scene:
    """The value by the number of the step, or every column that is to be shown; the own rule's, then the right one."""
    if not descent.shown and descent.own is None:
        return loss_scene(descent.fitted.reading.value, descent.history.values)
    right = _lines(descent, descent.history)
    own = [] if descent.own is None else _lines(descent, descent.own)
    limits = _limits([values for _, values in right], [values for _, values in own])
    steps = np.arange(max(2, *(len(values) for _, values in (*right, *own))), dtype=float)
    graphs: list[Graph] = []
    for at, (label, values) in enumerate(right):
        if own:
            name = Label(f"{label.text}, {_OWN}", label.mathtext + r",\ \mathrm{own\ rule}")
            line = _until_it_leaves(_padded(own[at][1], len(steps)), *limits)
            graphs.append(Graph(name, None, line, at, colour=at))
        graphs.append(Graph(label, None, _padded(values, len(steps)), at, _OWN if own else "", colour=at))
    if len(graphs) > MOST_GRAPHS:
        raise Problem(
            f"These are {len(graphs)} graphs, and a picture takes at most {MOST_GRAPHS}.",
            hint="say which to draw: --show w[1],w[2]",
        )
    return Scene("curve", (Axis(_STEP, steps),), tuple(graphs), heights=limits)


def _lines(descent: Descent, history: History) -> list[tuple[Label, Sequence[float]]]:
    if not descent.shown:
        return [(_VALUE, history.values)]
    return [(Label(one.heading, written(one.box, "mathtext")), one.values) for one in columns(descent, history)]


def _padded(values: Sequence[float], count: int) -> Array:
    line = np.asarray(values, dtype=float)
    line = np.where(np.isfinite(line), line, np.nan)
    return np.pad(line, (0, count - len(line)), constant_values=np.nan)


def _until_it_leaves(line: Array, low: float, high: float) -> Array:
    """Up to the first value outside the picture."""
    outside = np.nonzero((line < low) | (line > high))[0]
    return np.where(np.arange(len(line)) > outside[0], np.nan, line) if len(outside) else line


def _limits(right: Sequence[Sequence[float]], own: Sequence[Sequence[float]]) -> tuple[float, float]:
    """All values; where the own rule runs so far away that the right one would be flat, what lies about the latter."""
    low, high = heights([np.asarray(values) for values in right])
    room = _BEYOND * (high - low)
    if not own:
        return low, high
    lowest, highest = heights([np.asarray(values) for values in (*right, *own)])
    far = (high - low) / 2
    return (lowest if lowest > low - room else low - far), (highest if highest < high + room else high + far)


def loss_scene(loss: Node, history: Sequence[float]) -> Scene:
    """The values by the number of the step; on a logarithmic scale where they span powers of ten."""
    values = np.asarray(history, dtype=float)
    values = np.where(np.isfinite(values), values, np.nan)
    wide = bool(np.isfinite(values).any()) and 0 < _WIDE * np.nanmin(values) < np.nanmax(values)
    steps = np.arange(max(len(values), 2), dtype=float)
    values = np.pad(values, (0, len(steps) - len(values)), constant_values=np.nan)
    graph = Graph(_VALUE, formula(loss), values)
    return Scene("curve", (Axis(_STEP, steps),), (graph,), logarithmic=bool(wide))
