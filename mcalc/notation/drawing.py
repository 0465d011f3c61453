"""Results in components with the dots of a textbook, ``[ x[1]  x[2]  ⋯  x[n] ]``: drawn, not values of the language."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from mcalc.notation.columns import pad, width
from mcalc.notation.partials import write_partial
from mcalc.notation.writing import Writer
from mcalc.table.records import Shape
from mcalc.tree import build
from mcalc.tree.node import Node

ACROSS, DOWN, ASLANT = "⋯", "⋮", "⋱"
_LATEX = {ACROSS: r"\cdots", DOWN: r"\vdots", ASLANT: r"\ddots"}
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

    def write(self, dialect: str = "text") -> str:
        """The matrix between brackets, several lines of text or one of LaTeX."""
        writer = Writer(dialect)
        rows = [[_cell(cell, writer) for cell in row] for row in self.cells]
        if dialect == "latex":
            return r"\begin{bmatrix}" + r" \\ ".join(" & ".join(row) for row in rows) + r"\end{bmatrix}"
        widths = [max(width(row[column]) for row in rows) for column in range(len(rows[0]))]
        inner = ["  ".join(pad(text, wide) for text, wide in zip(row, widths, strict=True)) for row in rows]
        if len(inner) == 1:
            return f"[ {inner[0]} ]"
        if dialect == "ascii":
            return "\n".join(f"| {line} |" for line in inner)
        corners = [_CORNERS[0], *[_CORNERS[1]] * (len(inner) - 2), _CORNERS[2]]
        return "\n".join(f"{left} {line} {right}" for (left, right), line in zip(corners, inner, strict=True))


def _cell(cell: Node | str, writer: Writer) -> str:
    if isinstance(cell, Node):
        return writer.write(cell)
    return _LATEX[cell] if writer.latex else "..." if writer.dialect == "ascii" else cell


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

    def write(self, dialect: str = "text") -> str:
        """The cases below one another."""
        writer = Writer(dialect)
        asked = writer.write(self.condition)
        branches = [(self.value.write(dialect), "if " + asked)]
        opposite = build.opposite(self.condition)
        if opposite is not None:
            unasked = writer.write(opposite)
            branches.insert(0, (self.other.write(dialect), "if " + unasked))
        else:
            branches.append((self.other.write(dialect), "otherwise"))
        if dialect == "latex":
            shown = [f"{text} & {_condition_latex(condition)}" for text, condition in branches]
            return r"\begin{cases}" + r" \\ ".join(shown) + r"\end{cases}"
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


def _condition_latex(condition: str) -> str:
    word, _, rest = condition.partition(" ")
    return rf"\text{{{word} }} {rest}" if rest else rf"\text{{{word}}}"


@dataclass(frozen=True, eq=False)
class Slices:
    """A result of order 3 or 4, one entry of the variable a line: ``∂y/∂W[1,2] = …``."""

    name: str
    by: str
    parts: tuple[tuple[tuple[int, ...], Node], ...]
    shape: Shape

    def write(self, dialect: str = "text") -> str:
        """One equation a line."""
        writer = Writer(dialect)
        labels = [
            write_partial(self.name, self.by, (), [",".join(map(str, places))], dialect) for places, _ in self.parts
        ]
        if dialect == "latex":
            rows = [f"{label} &= {writer.write(node)}" for label, (_, node) in zip(labels, self.parts, strict=True)]
            return r"\begin{aligned}" + r" \\ ".join(rows) + r"\end{aligned}"
        return "\n".join(f"{label} = {writer.write(node)}" for label, (_, node) in zip(labels, self.parts, strict=True))


Drawn = Drawing | DrawnCases | Slices
