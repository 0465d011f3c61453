"""A descent step by step: its value, or what is shown of it; beside that by rules of one's own."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from mcalc.expressions.tree import Node
from mcalc.numbers.steps import columns
from mcalc.numbers.training import Descent
from mcalc.plots.sampling import MOST_GRAPHS, formula
from mcalc.plots.scene import Axis, Graph, Label, Scene
from mcalc.problems import Problem

_WIDE, _BEYOND = 1000, 2.0
_STEP, _VALUE, _OWN = Label("step", r"\mathrm{step}"), Label("value", r"\mathrm{value}"), "own rule"


def steps_scene(descent: Descent) -> Scene:
    """The value by the number of the step, or every column that is to be shown; the own rule's, then the right one."""
    if not descent.shown and descent.own is None:
        return loss_scene(descent.fitted.reading.value, descent.history.values)
    histories = [one for one in (descent.own, descent.history) if one is not None]
    found = [_lines(descent, at) for at in range(len(histories))]
    count = max(len(values) for lines in found for _, values in lines)
    steps = np.arange(max(count, 2), dtype=float)
    graphs: list[Graph] = []
    for at, lines in enumerate(zip(*found, strict=True)):
        right = _padded(lines[-1][1], len(steps))
        for (label, values), by in zip(lines, ("", _OWN)[: len(lines)], strict=True):
            name = label if len(lines) == 1 or by else _of_own(label)
            line = _padded(values, len(steps))
            graphs.append(Graph(name, None, line if by or len(lines) == 1 else _near(line, right), at, by))
    if len(graphs) > MOST_GRAPHS:
        raise Problem(
            f"These are {len(graphs)} graphs, and a picture takes at most {MOST_GRAPHS}.",
            hint="say which to draw: --show w[1],w[2]",
        )
    return Scene("curve", (Axis(_STEP, steps),), tuple(graphs))


def _lines(descent: Descent, at: int) -> list[tuple[Label, Sequence[float]]]:
    histories = [one for one in (descent.own, descent.history) if one is not None]
    if not descent.shown:
        return [(_VALUE, histories[at].values)]
    return [(Label(one.heading, one.latex), one.values) for one in columns(descent, histories[at])]


def _of_own(label: Label) -> Label:
    return Label(f"{label.text}, {_OWN}", label.latex + r",\ \mathrm{own\ rule}")


def _padded(values: Sequence[float], count: int) -> np.ndarray:
    line = np.asarray(values, dtype=float)
    line = np.where(np.isfinite(line), line, np.nan)
    return np.pad(line, (0, count - len(line)), constant_values=np.nan)


def _near(line: np.ndarray, right: np.ndarray) -> np.ndarray:
    """Cut off where it runs so far away that the right one would be flat beside it."""
    if not np.isfinite(right).any():
        return line
    both = np.append(right[np.isfinite(right)], line[:1])
    room = _BEYOND * ((both.max() - both.min()) or 1.0)
    return np.where(np.abs(line - both.mean()) <= room + (both.max() - both.min()), line, np.nan)


def loss_scene(loss: Node, history: Sequence[float]) -> Scene:
    """The values by the number of the step; on a logarithmic scale where they span powers of ten."""
    values = np.asarray(history, dtype=float)
    values = np.where(np.isfinite(values), values, np.nan)
    wide = bool(np.isfinite(values).any()) and 0 < _WIDE * np.nanmin(values) < np.nanmax(values)
    steps = np.arange(max(len(values), 2), dtype=float)
    values = np.pad(values, (0, len(steps) - len(values)), constant_values=np.nan)
    graph = Graph(_VALUE, formula(loss), values)
    return Scene("curve", (Axis(_STEP, steps),), (graph,), logarithmic=bool(wide))
