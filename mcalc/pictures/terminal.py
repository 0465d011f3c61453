"""A scene drawn in the terminal: curves in Braille dots, a value over two variables as a shaded map."""

from __future__ import annotations

import math
from collections.abc import Sequence
from textwrap import wrap

import numpy as np

from mcalc.documents.rows import Piece, Row
from mcalc.notation.columns import pad, width
from mcalc.notation.of_numbers import short
from mcalc.pictures.limits import heights
from mcalc.pictures.scene import Axis, Graph, Scene
from mcalc.pictures.ticks import ticks
from mcalc.table.records import Array

_DOTS = ((0x01, 0x08), (0x02, 0x10), (0x04, 0x20), (0x40, 0x80))
_SHADES = "░▒▓█"
_COLOURED_SHADES = 12
_LINES, _WIDEST, _NARROWEST = 18, 100, 20
_GRAPHS = 6
Cell = tuple[str, str]


def rows(scene: Scene, columns: int) -> list[Row]:
    """The page for a terminal so many columns wide; 0: 80."""
    columns = min(columns or 80, _WIDEST)
    pages = [_curves(scene, columns)] if len(scene.axes) == 1 else []
    if len(scene.axes) == 2:
        pages = [_map(scene, at, columns) for at in range(len(scene.graphs))]
    for page in pages[1:]:
        page.insert(0, [])
    return [row for page in pages for row in page]


# Curves ------------------------------------------------------------------------------------------------------------


def _curves(scene: Scene, columns: int) -> list[Row]:
    (axis,) = scene.axes
    graphs = scene.graphs
    low, high = heights(
        [graph.values for graph in graphs], [one.height for one in scene.marks if one.height is not None]
    )
    places = ticks(low, high, 8)
    margin = max(width(short(place)) for place in places) + 2
    names = max(width(graph.name.text) for graph in graphs) + 2 if len(graphs) > 1 else 0
    across = max(_NARROWEST, columns - margin - names - 1)
    cells = _blank(across)
    if low < 0 < high:
        line = _line_of(0, low, high)
        cells[line] = [("┈", "quiet")] * across
    for at, graph in enumerate(graphs):
        _draw(cells, axis, graph.values, low, high, _graph_style(at))
    for path in scene.paths:
        _draw_places(cells, axis, path.places[:, 0], path.heights[:, 0], low, high)
    for mark in scene.marks:
        for height in mark.heights if mark.height is None else (mark.height,):
            if low <= height <= high:
                _put(cells, _column_of(mark.place[0], axis, across), _line_of(height, low, high), f"● {short(height)}")
    page = _framed(cells, axis, low, high, margin, columns)
    if names:
        for line, names_here in _endings(graphs, low, high).items():
            page[line].append(Piece("  "))
            page[line].append(Piece(names_here[0], _graph_style(names_here[1])))
    return [*_titles(graphs, range(len(graphs)), columns), *page]


def _draw(cells: list[list[Cell]], axis: Axis, values: Array, low: float, high: float, style: str) -> None:
    """One curve in dots, two across and four down in each cell; broken where it is not finite."""
    across, down = 2 * len(cells[0]), 4 * len(cells)
    start, stop = axis.limits
    dots: dict[tuple[int, int], int] = {}
    before: tuple[float, float] | None = None
    for x, value in zip(axis.values, values, strict=True):
        if not math.isfinite(value):
            before = None
            continue
        here = ((x - start) / (stop - start) * (across - 1), (high - value) / (high - low) * (down - 1))
        first = before or here
        steps = min(max(1, math.ceil(max(abs(here[0] - first[0]), abs(here[1] - first[1])))), 4 * down)
        for step in range(steps + 1):
            column, line = (round(a + (b - a) * step / steps) for a, b in zip(first, here, strict=True))
            if 0 <= line < down and 0 <= column < across:
                cell = (line // 4, column // 2)
                dots[cell] = dots.get(cell, 0) | _DOTS[line % 4][column % 2]
        before = here
    for (line, column), pattern in dots.items():
        old = cells[line][column][0]
        if "\u2800" <= old <= "\u28ff":
            pattern |= ord(old) - 0x2800
        cells[line][column] = (chr(0x2800 + pattern), style)


def _draw_places(cells: list[list[Cell]], axis: Axis, places: Array, values: Array, low: float, high: float) -> None:
    for number, (x, value) in enumerate(zip(places, values, strict=True)):
        if math.isfinite(value) and low <= value <= high and axis.limits[0] <= x <= axis.limits[1]:
            sign = "○" if number == 0 else "●" if number == len(places) - 1 else "∙"
            _put(cells, _column_of(x, axis, len(cells[0])), _line_of(value, low, high), sign)


def _endings(graphs: Sequence[Graph], low: float, high: float) -> dict[int, tuple[str, int]]:
    """The name of each curve beside the line on which it ends; no two on one line."""
    found: dict[int, tuple[str, int]] = {}
    for at, graph in enumerate(graphs):
        finite = [value for value in graph.values if math.isfinite(value)]
        line = _line_of(min(max(finite[-1], low), high), low, high) if finite else 0
        free = sorted((one for one in range(_LINES) if one not in found), key=lambda one: abs(one - line))
        if free:
            found[free[0]] = (graph.name.text, at)
    return found


# Maps --------------------------------------------------------------------------------------------------------------


def _map(scene: Scene, at: int, columns: int) -> list[Row]:
    """Light where the value is low, dark where it is high; blank where it has none."""
    graph, (x, y) = scene.graphs[at], scene.axes
    bottom, top = y.limits
    margin = max(width(short(place)) for place in ticks(bottom, top, 8)) + 2
    across = max(_NARROWEST, min(columns - margin - 1, 60))
    values = np.asarray(graph.values, dtype=float)
    finite = values[np.isfinite(values)]
    low, high = (float(finite.min()), float(finite.max())) if finite.size else (0.0, 1.0)
    spread = (high - low) or 1.0
    cells = _blank(across)
    for line in range(_LINES):
        row = _nearest(line, _LINES, len(y.values), upside_down=True)
        for column in range(across):
            value = values[row, _nearest(column, across, len(x.values))]
            if math.isfinite(value):
                share = (value - low) / spread
                shade = _SHADES[min(int(share * len(_SHADES)), len(_SHADES) - 1)]
                cells[line][column] = (shade, f"shade {min(int(share * _COLOURED_SHADES), _COLOURED_SHADES - 1)}")
    for path in scene.paths:
        last = len(path.places) - 1
        for number, place in enumerate(path.places):
            if x.limits[0] <= place[0] <= x.limits[1] and bottom <= place[1] <= top:
                sign = "○" if number == 0 else "●" if number == last else "∙"
                _put(cells, _column_of(place[0], x, across), _line_of(place[1], bottom, top), sign)
    for mark in scene.marks:
        sign = f"● {short(mark.at(at))}" if math.isfinite(mark.at(at)) else "×"
        _put(cells, _column_of(mark.place[0], x, across), _line_of(mark.place[1], bottom, top), sign)
    page = _framed(cells, x, bottom, top, margin, columns, y.label.text)
    if finite.size:
        bounds = [low + spread * share / len(_SHADES) for share in range(len(_SHADES) + 1)]
        page += _legend(bounds, margin, columns)
    return [*_titles([graph], [at], columns), *page]


def _legend(bounds: Sequence[float], margin: int, columns: int) -> list[Row]:
    """From where to where each shade goes, in as many lines as the width asks for."""
    found: list[Row] = []
    used = columns
    for number, shade in enumerate(_SHADES):
        middle = int((number + 0.5) / len(_SHADES) * _COLOURED_SHADES)
        text = f" {short(bounds[number], 3)} to {short(bounds[number + 1], 3)}"
        wide = 2 + width(text)
        if used + 3 + wide > columns:
            found.append([Piece(" " * margin)])
            used = margin
        else:
            found[-1].append(Piece("   "))
            used += 3
        found[-1] += [Piece(shade * 2, f"shade {middle}"), Piece(text)]
        used += wide
    return found


def _nearest(cell: int, cells: int, samples: int, upside_down: bool = False) -> int:
    place = min(int((cell + 0.5) / cells * samples), samples - 1)
    return samples - 1 - place if upside_down else place


# The frame ---------------------------------------------------------------------------------------------------------


def _blank(across: int) -> list[list[Cell]]:
    return [[(" ", "")] * across for _ in range(_LINES)]


def _titles(graphs: Sequence[Graph], numbers: Sequence[int], columns: int) -> list[Row]:
    """``f = x²``, a line for each graph, or more where it is too long; a single graph is named by its formula alone."""
    titles: list[Row] = []
    for at, graph in zip(numbers, graphs, strict=True):
        name, formula = graph.name.text, graph.formula
        text = (
            name
            if formula is None
            else formula.text
            if len(graphs) == 1 and not graph.by
            else f"{name} = {formula.text}"
        )
        titles += [[Piece(line, _graph_style(at))] for line in wrap(text, columns, subsequent_indent="  ")]
    return titles


def _framed(
    cells: list[list[Cell]], axis: Axis, low: float, high: float, margin: int, columns: int, name: str = ""
) -> list[Row]:
    """The cells beside the numbers of one axis and over those of the other."""
    labels = {_line_of(place, low, high): short(place) for place in ticks(low, high, 8)}
    page: list[Row] = []
    for line, row in enumerate(cells):
        label = labels.get(line, "")
        pieces = [
            Piece(" " * (margin - 1 - width(label)) + label + " ", "quiet"),
            Piece("┤" if label else "│", "quiet"),
        ]
        for text, style in row:
            if len(pieces) > 2 and pieces[-1].style == style:
                pieces[-1] = Piece(pieces[-1].text + text, style)
            else:
                pieces.append(Piece(text, style))
        page.append(pieces)
    across = len(cells[0])
    rule, numbers = ["─"] * across, ""
    for place in ticks(*axis.limits, max(2, across // 8)):
        column = _column_of(place, axis, across)
        rule[column] = "┬"
        text = short(place)
        start = max(0, min(column - (width(text) - 1) // 2, columns - margin - 1 - width(text)))
        if not numbers or start > width(numbers) + 1:
            numbers = pad(numbers, start) + text
    page.append([Piece(" " * margin + "└" + "".join(rule), "quiet")])
    page.append([Piece(" " * (margin + 1) + numbers, "quiet")])
    page.append([Piece(" " * (margin + 1 + max(0, across // 2 - 1)) + axis.label.text)])
    if name:
        page.insert(0, [Piece(" " * max(0, margin - (width(name) - 1) // 2) + name)])
    return page


def _line_of(value: float, low: float, high: float) -> int:
    return min(max(int((high - value) / (high - low) * _LINES), 0), _LINES - 1)


def _column_of(value: float, axis: Axis, across: int) -> int:
    start, stop = axis.limits
    return min(max(int((value - start) / (stop - start) * across), 0), across - 1)


def _put(cells: list[list[Cell]], column: int, line: int, text: str) -> None:
    """The text from the cell on, or to its left where it would stand out."""
    row = cells[line]
    if column + len(text) > len(row) and text.startswith("● "):
        text = text[2:] + " ●"
        column -= len(text) - 1
    for offset, letter in enumerate(text):
        if 0 <= column + offset < len(row):
            row[column + offset] = (letter, "mark")


def _graph_style(at: int) -> str:
    return f"graph {at % _GRAPHS}"
