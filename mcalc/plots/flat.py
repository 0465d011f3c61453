"""Curves, level curves and gradient fields."""

from __future__ import annotations

from typing import Any

import numpy as np

from mcalc.plots.mathtext import equation, label_text
from mcalc.plots.scene import Graph, Mark, Path, Scene
from mcalc.plots.ticks import level_values, shown

COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")
"""Okabe and Ito's, told apart by colour-blind readers too."""
DASHES = ("-", (0, (5, 2)), (0, (1.5, 1.5)), (0, (6, 2, 1.5, 2)))
MARK, PATH, MAP = "#D55E00", "#D55E00", "viridis"
_POLE = 12


def curves(panel: Any, scene: Scene, which: list[int]) -> None:
    """The graphs by x, derivatives dashed; the points given, with their values."""
    (axis,) = scene.axes
    graphs = [scene.graphs[at] for at in which]
    for at, graph in zip(which, graphs, strict=True):
        style = DASHES[min(_order(scene, at), len(DASHES) - 1)]
        (line,) = panel.plot(axis.values, graph.values, color=COLOURS[at % len(COLOURS)], linestyle=style)
        line.set_gid(f"curve-{at + 1}")
        line.set_label(equation(graph) if len(which) > 1 else "_")
    panel.set_xlim(*axis.limits)
    low, high = _height(graphs)
    if low < high:
        panel.set_ylim(low, high)
        if low < 0 < high:
            panel.axhline(0, color="#bbbbbb", linewidth=0.8, zorder=0)
    if len(which) > 1:
        panel.legend()
    elif scene.panels:
        panel.set_title(equation(graphs[0]))
    else:
        panel.set_ylabel(label_text(graphs[0].formula or graphs[0].name))
    for number, mark in enumerate(scene.marks):
        for at in which:
            if np.isfinite(mark.heights[at]):
                _mark(panel, mark.place[0], mark.heights[at], mark.heights[at], number, COLOURS[at % len(COLOURS)])
    for number, path in enumerate(scene.paths):
        _path(panel, np.column_stack([path.places[:, 0], path.heights[:, which[0]]]), number)


def _order(scene: Scene, at: int) -> int:
    """0 for a function, 1 for its first derivative shown, …"""
    before = [graph for graph in scene.graphs[: at + 1] if graph.function == scene.graphs[at].function]
    return len(before) - 1 if scene.graphs[at].by else 0


def _height(graphs: list[Graph]) -> tuple[float, float]:
    """The limits of y: all values, with a margin; near a pole only those that leave the others readable."""
    values = np.concatenate([graph.values for graph in graphs])
    values = values[np.isfinite(values)]
    if not values.size:
        return 0.0, 0.0
    low, high = values.min(), values.max()
    inner_low, inner_high = np.quantile(values, [0.05, 0.95])
    inner = inner_high - inner_low
    if inner > 0 and any(_has_pole(graph.values) for graph in graphs):
        low, high = max(low, inner_low - inner), min(high, inner_high + inner)
    if low == high:
        return low - 1, high + 1
    margin = 0.05 * (high - low)
    return float(low - margin), float(high + margin)


def _has_pole(values: Any) -> bool:
    """Whether a curve that is broken off somewhere ends there far above or below all the rest."""
    finite = np.isfinite(values)
    if finite.all() or not finite.any():
        return False
    rest = values[finite]
    inner_low, inner_high = np.quantile(rest, [0.05, 0.95])
    return bool(max(rest.max() - inner_high, inner_low - rest.min()) > _POLE / 4 * (inner_high - inner_low))


def levels(panel: Any, scene: Scene, at: int) -> None:
    """Level curves with their values; a gradient field, points and paths over them."""
    graph, (x, y) = scene.graphs[at], scene.axes
    values = np.ma.masked_invalid(graph.values)
    wanted = list(scene.levels) or level_values(graph.values)
    if wanted and values.count():
        quiet = graph.field is not None
        lines = panel.contour(
            x.values, y.values, values, levels=sorted(wanted), cmap=MAP, linewidths=1.1 if quiet else 1.5, alpha=0.9
        )
        lines.set_gid(f"levels-{at + 1}")
        panel.clabel(lines, fmt=shown, fontsize=8.5, inline_spacing=3)
    if graph.field is not None:
        _field(panel, graph.field)
    panel.set_xlim(*x.limits)
    panel.set_ylim(*y.limits)
    panel.set_title(equation(graph))
    spans = [abs(axis.limits[1] - axis.limits[0]) for axis in scene.axes]
    if max(spans) <= 3 * min(spans):
        panel.set_aspect("equal")
    panel.spines[["top", "right"]].set_visible(True)
    for number, path in enumerate(scene.paths):
        _path(panel, path.places, number)
    for number, mark in enumerate(scene.marks):
        if np.isfinite(mark.heights[at]):
            _mark(panel, *mark.place, mark.heights[at], number)


def _field(panel: Any, field: tuple[Any, Any, Any, Any]) -> None:
    """Arrows uphill; their length grows with the square root of the slope, so that the gentle ones are seen."""
    x, y, u, v = (np.asarray(part, dtype=float) for part in field)
    slope = np.hypot(u, v)
    fits = np.isfinite(slope) & (slope > 0)
    if not fits.any():
        return
    x, y, u, v, slope = (part[fits] for part in (x, y, u, v, slope))
    length = np.sqrt(slope / slope.max())
    arrows = panel.quiver(
        x, y, u / slope * length, v / slope * length, angles="xy", scale_units="width", scale=16, width=0.0035,
        color="#444444", pivot="middle",
    )  # fmt: skip
    arrows.set_gid("gradient")


def _mark(panel: Any, x: float, y: float, value: float, number: int, colour: str = MARK) -> None:
    (dot,) = panel.plot([x], [y], "o", color=colour, markersize=7, markeredgecolor="white", zorder=6)
    dot.set_gid(f"point-{number + 1}")
    left = x > sum(panel.get_xlim()) / 2
    text = panel.annotate(
        shown(value), (x, y), xytext=(-8 if left else 8, 6), textcoords="offset points", ha="right" if left else "left",
        fontsize=10, zorder=7, bbox={"boxstyle": "round,pad=0.15", "facecolor": "white", "edgecolor": "none", "alpha": 0.8},
    )  # fmt: skip
    text.set_gid(f"value-{number + 1}")


def _path(panel: Any, places: Any, number: int) -> None:
    """The way of a descent: a dot a step, a ring where it starts, a full dot where it ends."""
    few = len(places) <= 200
    (line,) = panel.plot(
        places[:, 0], places[:, 1], "-" + ("o" if few else ""), color=PATH, linewidth=1.4, markersize=3, zorder=5
    )
    line.set_gid(f"path-{number + 1}")
    panel.plot(*places[:1].T, "o", markerfacecolor="white", markeredgecolor=PATH, markeredgewidth=1.6, markersize=8, zorder=6)
    panel.plot(*places[-1:].T, "o", color=PATH, markeredgecolor="white", markersize=9, zorder=6)


__all__ = ["COLOURS", "MAP", "MARK", "PATH", "Mark", "Path", "curves", "levels"]
