"""Surfaces, with points and paths on them."""

from __future__ import annotations

import numpy as np
from matplotlib import colormaps
from matplotlib.colors import Normalize
from matplotlib.ticker import MaxNLocator
from matplotlib.transforms import offset_copy
from mpl_toolkits.mplot3d.axes3d import Axes3D

from mcalc.notation.of_numbers import short
from mcalc.pictures.flat import BESIDE, MAP, MARK, OFF, draw_path
from mcalc.pictures.mathtext import equation, label_text
from mcalc.pictures.scene import Mark, Scene
from mcalc.table.records import Array

_HIGH = 0.15


def surface(panel: Axes3D, scene: Scene, at: int) -> None:
    """The graph over two variables, seen from the side, blank where it has no value."""
    graph, (x, y) = scene.graphs[at], scene.axes
    across, up = np.meshgrid(x.values, y.values)
    values = np.array(graph.values, dtype=float)
    panel.computed_zorder = False
    finite = values[np.isfinite(values)]
    if finite.size:
        scale = Normalize(finite.min(), finite.max())
        corners = (values[:-1, :-1] + values[1:, :-1] + values[:-1, 1:] + values[1:, 1:]) / 4
        panel.plot_surface(
            across, up, values, facecolors=colormaps[MAP](scale(np.ma.masked_invalid(corners))), rcount=len(up),
            ccount=len(up[0]), linewidth=0, antialiased=False, shade=False, rasterized=True, zorder=1,
        )  # fmt: skip
        panel.set_zlim(*_height(np.append(finite, [mark.height for mark in scene.marks if mark.height is not None])))
    for pane in (panel.xaxis, panel.yaxis, panel.zaxis):
        pane.set_pane_color((1, 1, 1, 0))
        pane.set_major_locator(MaxNLocator(7, steps=[1, 2, 5, 10]))
        pane._axinfo["grid"].update(color="#dddddd", linewidth=0.6)
    panel.view_init(elev=28, azim=_side(scene.graphs[0].values))
    panel.set_xlim(*x.limits)
    panel.set_ylim(*y.limits)
    panel.set_title(equation(graph))
    if len(scene.graphs) == 1:
        panel.set_zlabel(label_text(graph.name))
    for number, mark in enumerate(scene.marks):
        if np.isfinite(mark.at(at)):
            _mark(panel, mark, at, number)
    for number, path in enumerate(scene.paths):
        draw_path(panel, (*path.places.T, path.heights[:, at]), path.every, number)


def _mark(panel: Axes3D, mark: Mark, at: int, number: int) -> None:
    """A dot with its height; off the surface, a line leads up or down to the point on it."""
    height, below = mark.at(at), mark.heights[at]
    off = mark.height is not None
    if off and np.isfinite(below):
        across, up = ([one, one] for one in mark.place)
        (line,) = panel.plot(across, up, [below, height], "--", color=OFF, linewidth=1.2, zorder=5)
        line.set_gid(f"offset-{number + 1}")
    colour = OFF if off else MARK
    one = [[entry] for entry in (*mark.place, height)]
    (dot,) = panel.plot(*one, "o", color=colour, markersize=7, markeredgecolor="white", zorder=6)
    dot.set_gid(f"point-{number + 1}")
    note = panel.text(*mark.place, height, short(height), fontsize=10, zorder=7, bbox=BESIDE)
    note.set_transform(offset_copy(note.get_transform(), panel.figure, 9, 4, units="points"))
    note.set_gid(f"value-{number + 1}")


def _side(values: Array) -> float:
    """The corner to look from: the usual one, unless the surface stands high there and hides what is behind."""
    down, across = (size // 2 for size in values.shape)
    quarters = {
        -58: values[:down, across:],
        32: values[down:, across:],
        122: values[down:, :across],
        -148: values[:down, :across],
    }
    means = {angle: float(np.nanmean(part)) for angle, part in quarters.items() if np.isfinite(part).any()}
    if -58 not in means:
        return -58
    lowest = min(means, key=lambda angle: means[angle])
    return lowest if means[-58] - means[lowest] > _HIGH * (np.nanmax(values) - np.nanmin(values)) else -58


def _height(values: Array) -> tuple[float, float]:
    low, high = float(values.min()), float(values.max())
    return (low, high) if low < high else (low - 1, high + 1)
