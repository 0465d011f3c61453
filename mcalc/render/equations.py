"""Equations, their tables and their reasons, laid out for the width of the terminal; 0 columns: as they are."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import zip_longest
from typing import NamedTuple

from mcalc.notation.columns import pad, width
from mcalc.render.layout import Piece, Row, broken, table, wrapped

_LEAST_EQUATION = 16


class Line(NamedTuple):
    """A row of equations: ``left = right``, the reasons for it, and further lines under its right side."""

    left: str
    right: str
    reasons: Sequence[str] = ()
    below: Sequence[str] = ()


def labelled(label: Sequence[Piece], mathematics: Piece, tail: Sequence[Piece], columns: int) -> list[Row]:
    """``label mathematics tail``; what does not fit goes on under the mathematics."""
    start = sum(width(piece.text) for piece in label)
    ending = sum(width(piece.text) for piece in tail)
    if not columns or start + width(mathematics.text) + ending <= columns:
        return [[*label, mathematics, *tail]]
    if start > columns // 3:
        inner = len(label[0].text) - len(label[0].text.lstrip()) + 2
        return [list(label), *labelled([Piece(" " * inner)], mathematics, tail, columns)]
    lines = broken(mathematics.text, columns - start, "")
    rows = [[Piece(" " * start), Piece(line, mathematics.style)] for line in lines]
    rows[0][0:1] = label
    if start + width(lines[-1]) + ending <= columns:
        rows[-1] += tail
    elif ending:
        first, *rest = tail
        rows.append([Piece(" " * start), first._replace(text=first.text.lstrip(" ,")), *rest])
    return rows


def rows_of_table(rows: Sequence[Row], columns: int) -> list[list[Row]]:
    """For each row of the table its lines: the equation, and what is said of it in columns of their own.

    An equation too long for its column has the line for itself, and the rest follows under it.
    """
    flat = table(list(rows))
    if not columns or all(_width(row) <= columns for row in flat):
        return [[row] for row in flat]
    rests = table([row[1:] for row in rows], indent="")
    column = columns - 2 - 3 - max((_width(rest) for rest in rests), default=0)
    fitting = [width(row[0].text) for row in rows if width(row[0].text) <= column]
    start = max(fitting) + 5 if fitting and max(fitting) >= _LEAST_EQUATION else 6
    found: list[list[Row]] = []
    for row, rest in zip(rows, rests, strict=True):
        equation = row[0]
        if width(equation.text) + 5 <= start:
            found.append([[Piece("  "), equation._replace(text=pad(equation.text, start - 2)), *rest]])
            continue
        left = equation.text.partition(" = ")[0]
        hang = " " * min(width(left) + 3, columns // 3)
        lines = [[Piece("  "), Piece(line, equation.style)] for line in broken(equation.text, columns - 2, hang)]
        found.append([*lines, [Piece(" " * start), *rest]])
    return found


def rows_of_equations(lines: Sequence[Line], columns: int, indent: str = "    ") -> list[Row]:
    """``left = …`` under one another, each reason to the right of its line; under it where there is no room."""
    left = max(width(line.left) for line in lines)
    wide_left = bool(columns) and left > columns // 3 and any(_too_wide(line, left, columns, indent) for line in lines)
    start = 2 if wide_left else left
    room = columns - len(indent) - start - 3
    blocks = [broken(line.right, room, "") if columns else [line.right] for line in lines]
    widths = [max(width(text) for text in [*block, *line.below]) for block, line in zip(blocks, lines, strict=True)]
    column = max(widths)
    beside = not columns or all(width(reason) <= room - column - 3 for line in lines for reason in line.reasons)
    rows: list[Row] = []
    for line, block in zip(lines, blocks, strict=True):
        if wide_left and line.left.strip():
            rows.append([Piece(indent), Piece(line.left)])
        head = " " * start if wide_left else pad(line.left, start)
        texts = [f"{head} = {block[0]}", *(" " * (start + 3) + text for text in [*block[1:], *line.below])]
        if beside:
            for text, reason in zip_longest(texts, line.reasons, fillvalue=""):
                rows.append([Piece(indent), Piece(pad(text, start + 3 + column + 3)), Piece(reason, "quiet")])
            continue
        rows += [[Piece(indent), Piece(text)] for text in texts]
        under = indent + " " * (start + 7 if room > 40 else 8)
        rows += [
            [Piece(under), Piece(text, "quiet")]
            for reason in line.reasons
            for text in wrapped(reason, columns - len(under))
        ]
    return rows


def _too_wide(line: Line, left: int, columns: int, indent: str) -> bool:
    return len(indent) + left + 3 + width(line.right) > columns


def _width(row: Row) -> int:
    return sum(width(piece.text) for piece in row)
