"""The loss of a descent, step by step."""

from __future__ import annotations

from typing import Any

import numpy as np

from mcalc.plots.scene import Axis, Graph, Label, Scene

_WIDE = 1000


def loss_scene(loss: Label, steps: Any, values: Any) -> Scene:
    """The loss by the number of the step; on a logarithmic scale where it falls by powers of ten."""
    numbers = np.asarray(steps, dtype=float)
    losses = np.asarray(values, dtype=float)
    losses = np.where(np.isfinite(losses), losses, np.nan)
    positive = bool((losses[np.isfinite(losses)] > 0).all()) and np.isfinite(losses).any()
    wide = positive and np.nanmax(losses) > _WIDE * np.nanmin(losses)
    axis = Axis(Label("step", r"\mathrm{step}"), numbers)
    return Scene("curve", (axis,), (Graph(loss, None, losses),), logarithmic=bool(wide))
