"""The value of a descent, step by step."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from mcalc.expressions.tree import Node
from mcalc.plots.sampling import formula
from mcalc.plots.scene import Axis, Graph, Label, Scene

_WIDE = 1000


def loss_scene(loss: Node, history: Sequence[float]) -> Scene:
    """The values by the number of the step; on a logarithmic scale where they span powers of ten."""
    values = np.asarray(history, dtype=float)
    values = np.where(np.isfinite(values), values, np.nan)
    wide = bool(np.isfinite(values).any()) and 0 < _WIDE * np.nanmin(values) < np.nanmax(values)
    steps = np.arange(max(len(values), 2), dtype=float)
    values = np.pad(values, (0, len(steps) - len(values)), constant_values=np.nan)
    graph = Graph(Label("value", r"\mathrm{value}"), formula(loss), values)
    return Scene("curve", (Axis(Label("step", r"\mathrm{step}"), steps),), (graph,), logarithmic=bool(wide))
