"""Results in components with the dots of a textbook, ``[ x[1]  x[2]  ⋯  x[n] ]``: drawn, not values of the language."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from mcalc.notation.boxes import Box, Cases, Grid, Sign, equation
from mcalc.notation.columns import pad, width
from mcalc.notation.of_values import bare
from mcalc.notation.partials import derivative
from mcalc.notation.writing import box_of, printer, written
from mcalc.table.records import Shape
from mcalc.tree import build
from mcalc.tree.node import Node

ACROSS, DOWN, ASLANT = "⋯", "⋮", "⋱"
_DOTS = {ACROSS: "across", DOWN: "down", ASLANT: "aslant"}
_LINEAR = ("text", "ascii")
_CORNERS = (("⎡", "⎤"), ("⎢", "⎥"), ("⎣", "⎦"))
_BRACE = ("⎧", "⎪", "⎨", "⎩")


def beside(left: str, lines: Sequence[str], right: str = "") -> list[str]:
    """The lines, with `left` before the middle one and `right` behind it."""
    middle = (len(lines) - 1) // 2
    wide = max(width(line) for line in lines)
    return [
        (left if at == middle else " " * width(left)) + (pad(line, wide) + right if at == middle and right else line)
        for at, line in enumerate(lines)
    ]


@dataclass(frozen=True, eq=False)
class Drawing:
    """A matrix of entries and dots between brackets."""

    cells: tuple[tuple[Node | str, ...], ...]
    shape: Shape

    def box(self) -> Box:
        """The matrix as a box."""
        return Grid(tuple(tuple(map(_cell, row)) for row in self.cells), "drawing")

    def write(self, dialect: str = "text") -> str:
        """The matrix in a notation, several lines of text or one formula."""
        return drawn(self.box(), dialect)


def _cell(cell: Node | str) -> Box:
    return box_of(cell) if isinstance(cell, Node) else Sign(_DOTS[cell])


@dataclass(frozen=True, eq=False)
class DrawnCases:
    """``{ other if not condition; value if condition }`` with drawings for the two."""

    condition: Node
    value: Drawing | DrawnCases
    other: Drawing | DrawnCases

    @property
    def shape(self) -> Shape:
        """The shape of either case."""
        return self.value.shape

    def box(self) -> Box:
        """The cases as a box."""
        opposite = build.opposite(self.condition)
        against = None if opposite is None else bare(box_of(opposite))
        return Cases(bare(box_of(self.condition)), self.value.box(), self.other.box(), against)

    def write(self, dialect: str = "text") -> str:
        """The cases below one another."""
        return drawn(self.box(), dialect)


@dataclass(frozen=True, eq=False)
class Slices:
    """A result of order 3 or 4, one entry of the variable a line: ``∂y/∂W[1,2] = …``."""

    name: str
    by: str
    parts: tuple[tuple[tuple[int, ...], Node], ...]
    shape: Shape

    def lines(self) -> list[tuple[Box, Box]]:
        """Each derivative by one entry, and its value."""
        return [
            (derivative((self.name, 0, ()), [(self.by, 1, [",".join(map(str, places))])]), box_of(node))
            for places, node in self.parts
        ]

    def write(self, dialect: str = "text") -> str:
        """One equation a line."""
        setter = printer(dialect)
        if dialect == "latex":
            rows = [f"{setter.write(left)} &= {setter.write(right)}" for left, right in self.lines()]
            return r"\begin{aligned}" + r" \\ ".join(rows) + r"\end{aligned}"
        return "\n".join(setter.write(equation(left, right)) for left, right in self.lines())


Drawn = Drawing | DrawnCases | Slices


def drawn(box: Box, dialect: str = "text") -> str:
    """A result as it is drawn: a matrix over several lines of text, cases below one another; what is neither in one."""
    if dialect not in _LINEAR:
        return written(box, dialect)
    if isinstance(box, Grid) and box.kind == "drawing":
        return _matrix(box, dialect)
    if isinstance(box, Cases) and isinstance(box.value, Grid | Cases) and isinstance(box.other, Grid | Cases):
        return _branches(box, dialect)
    return written(box, dialect)


def _matrix(box: Grid, dialect: str) -> str:
    setter = printer(dialect)
    rows = [[setter.write(cell) for cell in row] for row in box.rows]
    widths = [max(width(row[column]) for row in rows) for column in range(len(rows[0]))]
    inner = ["  ".join(pad(text, wide) for text, wide in zip(row, widths, strict=True)) for row in rows]
    if len(inner) == 1:
        return f"[ {inner[0]} ]"
    if dialect == "ascii":
        return "\n".join(f"| {line} |" for line in inner)
    corners = [_CORNERS[0], *[_CORNERS[1]] * (len(inner) - 2), _CORNERS[2]]
    return "\n".join(f"{left} {line} {right}" for (left, right), line in zip(corners, inner, strict=True))


def _branches(box: Cases, dialect: str) -> str:
    branches = [(drawn(box.value, dialect), "if " + written(box.condition, dialect))]
    if box.opposite is not None:
        branches.insert(0, (drawn(box.other, dialect), "if " + written(box.opposite, dialect)))
    else:
        branches.append((drawn(box.other, dialect), "otherwise"))
    if all("\n" not in text for text, _ in branches):
        return "{ " + "; ".join(f"{text} {condition}" for text, condition in branches) + " }"
    wide = max(width(line) for text, _ in branches for line in text.split("\n"))
    lines: list[str] = []
    for text, condition in branches:
        rows = beside("", [pad(line, wide) for line in text.split("\n")], "  " + condition)
        lines += [row.rstrip() for row in rows]
    middle = (len(lines) - 1) // 2
    if dialect == "ascii":
        return "\n".join(("{ " if at == middle else "  ") + line for at, line in enumerate(lines))
    top, side, centre, bottom = _BRACE
    signs = {0: top, middle: centre, len(lines) - 1: bottom}
    return "\n".join(f"{signs.get(at, side)} {line}" for at, line in enumerate(lines))
