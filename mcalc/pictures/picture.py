"""A scene drawn with matplotlib: PNG, SVG or PDF by the suffix, the same file for the same scene."""

from __future__ import annotations

import re
import warnings
from io import BytesIO
from pathlib import Path as FilePath
from typing import Any

import matplotlib
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from mcalc.pictures import flat, solid
from mcalc.pictures.mathtext import label_text
from mcalc.pictures.scene import Scene
from mcalc.problems import Problem

STYLE: dict[Any, Any] = {
    "font.size": 11,
    "font.family": "DejaVu Sans",
    "mathtext.fontset": "cm",
    "axes.titlesize": 12,
    "axes.labelsize": 12,
    "axes.edgecolor": "#555555",
    "axes.linewidth": 0.8,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.titlepad": 10,
    "axes.unicode_minus": True,
    "xtick.color": "#555555",
    "ytick.color": "#555555",
    "xtick.labelcolor": "#222222",
    "ytick.labelcolor": "#222222",
    "xtick.labelsize": 10,
    "ytick.labelsize": 10,
    "text.color": "#222222",
    "axes.labelcolor": "#222222",
    "lines.linewidth": 2.0,
    "lines.solid_capstyle": "round",
    "legend.frameon": False,
    "legend.fontsize": 11,
    "svg.fonttype": "path",
    "svg.hashsalt": "mcalc",
    "pdf.fonttype": 42,
    "figure.facecolor": "white",
}
_DOTS = {".png": 150, ".svg": 120, ".pdf": 200}
"""Dots an inch; in SVG and PDF those of a surface, which is stored as an image."""
_COORDINATES = re.compile(r'\b(?:d|x|y)="[^"]*"|translate\([^)]*\)')
_DECIMALS = re.compile(r"(\.\d\d)\d+")
_NO_DATES: dict[str, dict[str, object]] = {
    ".svg": {"Date": None, "Creator": None},
    ".pdf": {"CreationDate": None, "ModDate": None, "Creator": None, "Producer": None},
    ".png": {"Software": None},
}


def save(scene: Scene, output: str) -> None:
    """Draw the scene into a file; raises Problem where it cannot be written."""
    suffix = FilePath(output).suffix.lower()
    with matplotlib.rc_context(STYLE), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        figure = drawn(scene)
        try:
            FilePath(output).write_bytes(_file(figure, suffix))
        except OSError as error:
            raise Problem(f"The file `{output}` cannot be written: {error.strerror}.") from None


def _file(figure: Figure, suffix: str) -> bytes:
    """The file; coordinates of an SVG with two decimals, which is finer than can be seen."""
    written = BytesIO()
    figure.savefig(written, format=suffix[1:], dpi=_DOTS[suffix], metadata=_NO_DATES[suffix])
    if suffix != ".svg":
        return written.getvalue()
    text = written.getvalue().decode()
    return _COORDINATES.sub(lambda match: _DECIMALS.sub(r"\1", match[0]), text).encode()


def drawn(scene: Scene) -> Figure:
    """The figure: curves in one panel or in one each, everything over two variables in one panel each."""
    together = len(scene.axes) == 1 and not scene.panels
    count = 1 if together else len(scene.graphs)
    columns = min(count, 3)
    rows = -(-count // columns)
    width, height = (6.4, 4.2) if count == 1 and len(scene.axes) == 1 else (5.6, 4.8) if count == 1 else (4.2, 3.9)
    figure = Figure(figsize=(width * columns, height * rows), layout="constrained")
    FigureCanvasAgg(figure)
    projection = "3d" if scene.kind == "surface" else None
    for at in range(count):
        panel = figure.add_subplot(rows, columns, at + 1, projection=projection)
        if len(scene.axes) == 1:
            flat.curves(panel, scene, list(range(len(scene.graphs))) if together else [at])
        elif scene.kind == "surface":
            solid.surface(panel, scene, at)
        else:
            flat.levels(panel, scene, at)
        panel.set_xlabel(label_text(scene.axes[0].label))
        if len(scene.axes) == 2:
            panel.set_ylabel(label_text(scene.axes[1].label))
    return figure
