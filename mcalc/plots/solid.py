"""Surfaces, with points and paths on them."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib import colormaps
from matplotlib.colors import LightSource, Normalize

from mcalc.plots.flat import MAP, MARK, PATH
from mcalc.plots.mathtext import equation, label_text
from mcalc.plots.scene import Scene
from mcalc.plots.ticks import shown


def surface(panel: Any, scene: Scene, at: int) -> None:
    """The graph over two variables, seen from the side, blank where it has no value."""
    graph, (x, y) = scene.graphs[at], scene.axes
    across, up = np.meshgrid(x.values, y.values)
    values = np.array(graph.values, dtype=float)
    panel.computed_zorder = False
    finite = values[np.isfinite(values)]
    if finite.size:
        scale = Normalize(finite.min(), finite.max())
        colours = colormaps[MAP](scale(np.nan_to_num(values, nan=float(finite.min()))))
        drawn = panel.plot_surface(
            across, up, values, facecolors=colours, rcount=80, ccount=80, linewidth=0, antialiased=False, shade=False,
            rasterized=True, zorder=1,
        )  # fmt: skip
        drawn.set_gid(f"surface-{at + 1}")
        panel.set_zlim(*_height(finite))
    for pane in (panel.xaxis, panel.yaxis, panel.zaxis):
        pane.set_pane_color((1, 1, 1, 0))
        pane._axinfo["grid"].update(color="#dddddd", linewidth=0.6)
    panel.view_init(elev=28, azim=-58)
    panel.set_xlim(*x.limits)
    panel.set_ylim(*y.limits)
    panel.set_title(equation(graph))
    panel.set_zlabel(label_text(graph.name))
    for number, mark in enumerate(scene.marks):
        if np.isfinite(mark.heights[at]):
            height = mark.heights[at]
            (dot,) = panel.plot(
                [mark.place[0]], [mark.place[1]], [height], "o", color=MARK, markersize=7, markeredgecolor="white", zorder=6
            )
            dot.set_gid(f"point-{number + 1}")
            note = panel.text(*mark.place, height, f"  {shown(height)}  ", fontsize=10, zorder=7, va="bottom")
            note.set_gid(f"value-{number + 1}")
    for number, path in enumerate(scene.paths):
        heights = path.heights[:, at]
        (line,) = panel.plot(path.places[:, 0], path.places[:, 1], heights, "-o", color=PATH, linewidth=1.4, markersize=3, zorder=5)
        line.set_gid(f"path-{number + 1}")


def _height(values: Any) -> tuple[float, float]:
    low, high = float(values.min()), float(values.max())
    return (low, high) if low < high else (low - 1, high + 1)


__all__ = ["LightSource", "surface"]
