"""Curves, level curves and gradient fields."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from mcalc.notation.of_numbers import short
from mcalc.pictures.limits import heights
from mcalc.pictures.mathtext import equation, label_text, legend
from mcalc.pictures.scene import Scene
from mcalc.pictures.ticks import level_values
from mcalc.table.records import Array

COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")
"""Okabe and Ito's, told apart by colour-blind readers too."""
DASHES = ("-", (0, (5, 2)), (0, (1.5, 1.5)), (0, (6, 2, 1.5, 2)))
MARK = PATH = "#D55E00"
OFF = "#222222"
"""A point that does not lie on the graph."""
MAP = "viridis"
BESIDE = {"boxstyle": "round,pad=0.15", "facecolor": "white", "edgecolor": "none", "alpha": 0.75}
"""The ground on which a value is written."""
_LABELS_A_LEVEL, _SHORT, _ROOM, _MOST_DOTS = 2, 0.15, 0.06, 150


def curves(panel: Axes, scene: Scene, which: list[int]) -> None:
    """The graphs by x, derivatives dashed; the points given, with their values."""
    (axis,) = scene.axes
    graphs = [scene.graphs[at] for at in which]
    for at, graph in zip(which, graphs, strict=True):
        style = DASHES[min(_order(scene, at), len(DASHES) - 1)] if len(which) > 1 else "-"
        colour = COLOURS[(at if graph.colour is None else graph.colour) % len(COLOURS)]
        (line,) = panel.plot(axis.values, graph.values, color=colour, linestyle=style)
        line.set_gid(f"curve-{at + 1}")
        line.set_label(legend(graph) if len(which) > 1 else "_")
    panel.set_xlim(*axis.limits)
    off = [mark.height for mark in scene.marks if mark.height is not None]
    low, high = scene.heights or heights([graph.values for graph in graphs], off)
    if scene.logarithmic:
        panel.set_yscale("log")
    else:
        panel.set_ylim(low, high)
    if low < 0 < high and not scene.logarithmic:
        panel.axhline(0, color="#bbbbbb", linewidth=0.8, zorder=0)
    if len(which) > 1:
        panel.legend(**({"loc": "center left", "bbox_to_anchor": (1.02, 0.5)} if scene.heights else {}))
    elif scene.panels:
        panel.set_title(equation(graphs[0]))
    else:
        panel.set_ylabel(label_text(graphs[0].formula or graphs[0].name))
    _round_ticks(panel.xaxis, *([] if scene.logarithmic else [panel.yaxis]))
    for number, mark in enumerate(scene.marks):
        if mark.height is not None:
            _mark(panel, mark.place[0], mark.height, mark.height, number, OFF)
            continue
        found = [mark.heights[at] for at in which if np.isfinite(mark.heights[at])]
        for at in which:
            height = mark.heights[at]
            if np.isfinite(height):
                below = len(found) > 1 and height == min(found) < max(found)
                _mark(panel, mark.place[0], height, height, number, COLOURS[at % len(COLOURS)], below)
    for number, path in enumerate(scene.paths):
        draw_path(panel, (path.places[:, 0], path.heights[:, which[0]]), path.every, number)


def _order(scene: Scene, at: int) -> int:
    """0 for a function, 1 for its first derivative shown, …"""
    before = [graph for graph in scene.graphs[: at + 1] if graph.function == scene.graphs[at].function]
    return len(before) - 1 if scene.graphs[at].by else 0


def levels(panel: Axes, scene: Scene, at: int) -> None:
    """Level curves with their values; a gradient field, points and paths over them."""
    graph, (x, y) = scene.graphs[at], scene.axes
    values = np.ma.masked_invalid(graph.values)
    wanted = list(scene.levels) or level_values(graph.values, 10 if len(scene.graphs) == 1 else 9)
    if wanted and values.count():
        quiet = graph.field is not None
        lines = panel.contour(
            x.values,
            y.values,
            values,
            levels=sorted(wanted),
            colors=_shades(len(wanted)),
            linewidths=1.1 if quiet else 1.5,
            alpha=0.9,
        )
        lines.set_gid(f"levels-{at + 1}")
        panel.set_xlim(*x.limits)
        panel.set_ylim(*y.limits)
        taken = [mark.place for mark in scene.marks] + [path.places[end] for path in scene.paths for end in (0, -1)]
        panel.clabel(
            lines, fmt=short, fontsize=8.5, inline_spacing=3, manual=_label_places(panel, lines.allsegs, taken)
        )
    if values.count() and values.min() == values.max():
        words = f"{short(values.min())} everywhere"
        panel.text(0.5, 0.5, words, transform=panel.transAxes, ha="center", va="center", fontsize=11)
    if graph.field is not None:
        _field(panel, graph.field)
    panel.set_xlim(*x.limits)
    panel.set_ylim(*y.limits)
    _round_ticks(panel.xaxis, panel.yaxis)
    panel.set_title(equation(graph))
    spans = [abs(axis.limits[1] - axis.limits[0]) for axis in scene.axes]
    if max(spans) <= 3 * min(spans):
        panel.set_aspect("equal")
    panel.spines[["top", "right"]].set_visible(True)
    for number, path in enumerate(scene.paths):
        draw_path(panel, path.places.T, path.every, number)
    for number, mark in enumerate(scene.marks):
        if np.isfinite(mark.at(at)):
            colour = MARK if mark.height is None else OFF
            _mark(panel, mark.place[0], mark.place[1], mark.at(at), number, colour)


def _round_ticks(*axes: Any) -> None:
    for axis in axes:
        axis.set_major_locator(MaxNLocator(7, steps=[1, 2, 5, 10]))


def _shades(count: int) -> Array:
    """Dark for the lowest level to light for the highest, in even steps; not so light as to be lost on white."""
    return colormaps[MAP](np.linspace(0, 0.82, count))


def _label_places(
    panel: Axes, levels: list[list[Array]], taken: list[tuple[float, float]]
) -> list[tuple[float, float]]:
    """Where the levels are written: on their lines, away from the frame, from what is taken and from one another."""
    placed = [panel.transLimits.transform(place) for place in taken]
    for segments in levels:
        shares = [panel.transLimits.transform(segment) for segment in segments if len(segment) > 1]
        long = sorted(((_length(part)[-1], at) for at, part in enumerate(shares)), reverse=True)[:_LABELS_A_LEVEL]
        for length, at in long:
            if length < _SHORT:
                continue
            along = np.linspace(0.1, 0.9, 33) * length
            spots = np.column_stack([np.interp(along, _length(shares[at]), axis) for axis in shares[at].T])
            room = 2 * np.minimum(spots, 1 - spots).min(axis=1)
            for other in placed:
                room = np.minimum(room, np.hypot(*(spots - other).T))
            if room.max() > _ROOM:
                placed.append(spots[room.argmax()])
    return [tuple(panel.transLimits.inverted().transform(place)) for place in placed[len(taken) :]]


def _length(points: Array) -> Array:
    """The length of a line up to each of its points."""
    return np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(points, axis=0).T))])


def _field(panel: Axes, field: tuple[Array, Array, Array, Array]) -> None:
    """Arrows uphill; their length grows with the square root of the slope, so that the gentle ones are seen."""
    x, y, u, v = (np.asarray(part, dtype=float) for part in field)
    slope = np.hypot(u, v)
    fits = np.isfinite(slope) & (slope > 0)
    if not fits.any():
        return
    x, y, u, v, slope = (part[fits] for part in (x, y, u, v, slope))
    length = np.sqrt(slope / slope.max())
    arrows = panel.quiver(
        x, y, u / slope * length, v / slope * length, angles="xy", scale_units="width", scale=13, width=0.0035,
        color="#444444", pivot="middle",
    )  # fmt: skip
    arrows.set_gid("gradient")


def _mark(panel: Axes, x: float, y: float, value: float, number: int, colour: str = MARK, below: bool = False) -> None:
    (dot,) = panel.plot([x], [y], "o", color=colour, markersize=7, markeredgecolor="white", zorder=6, clip_on=False)
    dot.set_gid(f"point-{number + 1}")
    left = x > sum(panel.get_xlim()) / 2
    text = panel.annotate(
        short(value), (x, y), xytext=(-8 if left else 8, -14 if below else 6), textcoords="offset points",
        ha="right" if left else "left", fontsize=10, zorder=7, bbox=BESIDE,
    )  # fmt: skip
    text.set_gid(f"value-{number + 1}")


def draw_path(panel: Axes, axes: Sequence[Array] | Array, every: int, number: int) -> None:
    """The way of a descent: a dot a step, a ring where it starts, a full dot where it ends."""
    few = len(axes[0]) <= _MOST_DOTS * every
    (line,) = panel.plot(
        *axes, "-o" if few else "-", color=PATH, linewidth=1.4, markersize=3, markevery=every, zorder=5
    )
    line.set_gid(f"path-{number + 1}")
    ends: dict[str, Any] = {"markersize": 8, "color": PATH, "markeredgewidth": 1.6, "zorder": 6}
    panel.plot(*(axis[:1] for axis in axes), "o", **ends, markerfacecolor="white")
    panel.plot(*(axis[-1:] for axis in axes), "o", **ends, markeredgecolor="white")
