"""Equations, their tables and their reasons, laid out for the width of the terminal; 0 columns: as they are."""

from __future__ import annotations

from collections.abc import Sequence
from math import inf
from typing import NamedTuple

from mcalc.documents.rows import Piece, Row, table, wrapped
from mcalc.notation.columns import pad, width
from mcalc.notation.textlines import broken

_WIDEST = 72
"""Where lines are not broken, a longer equation does not move the reasons of the others to the right."""


class Equation(NamedTuple):
    """A row of equations: ``left = right``, its shape, the reason for it, and further lines under its right side."""

    left: str
    right: str
    reason: str = ""
    below: Sequence[str] = ()
    shape: str = ""


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
    """For each row of the table its lines: the equation, its shape, and what is said of it in columns of their own.

    Where that is too wide, what is said stands under its equation; an equation too long for its column has the line for
    itself, and the shape follows under it.
    """
    flat = table(list(rows), widest=inf if columns else _WIDEST)
    if not columns or all(_width(row) <= columns for row in flat):
        return [[row] for row in flat]
    said = [[piece for piece in row[2:] if piece.text] for row in rows]
    rows = [row[:2] for row in rows]
    rests = table([row[1:] for row in rows], indent="")
    column = columns - 2 - 3 - max((_width(rest) for rest in rests), default=0)
    fitting = [width(row[0].text) for row in rows if width(row[0].text) <= column]
    start = max(fitting, default=1) + 5
    found: list[list[Row]] = []
    for row, rest, words in zip(rows, rests, said, strict=True):
        equation = row[0]
        if width(equation.text) + 5 <= start:
            lines = [[Piece("  "), equation._replace(text=pad(equation.text, start - 2)), *rest]]
        else:
            left = equation.text.partition(" = ")[0]
            hang = " " * min(width(left) + 3, columns // 3)
            lines = [[Piece("  "), Piece(line, equation.style)] for line in broken(equation.text, columns - 2, hang)]
            lines.append([Piece(" " * start), *rest])
        for piece in words:
            lines += [[Piece("      "), piece._replace(text=line)] for line in wrapped(piece.text, columns - 6)]
        found.append(lines)
    return found


def rows_of_equations(lines: Sequence[Equation], columns: int, indent: str = "    ") -> list[Row]:
    """``left = …`` under one another, shapes and reasons to the right of each; under it where there is no room."""
    left = max(width(line.left) for line in lines)
    wide_left = bool(columns) and left > columns // 3 and any(_too_wide(line, left, columns, indent) for line in lines)
    start = 2 if wide_left else left
    room = columns - len(indent) - start - 3
    blocks = [broken(line.right, room, "") if columns else [line.right] for line in lines]
    widths = [max(width(text) for text in [*block, *line.below]) for block, line in zip(blocks, lines, strict=True)]
    column = max((wide for wide in widths if columns or wide <= _WIDEST), default=0)
    beside = not columns or all(width(_told(line)) <= room - column - 3 for line in lines)
    rows: list[Row] = []
    for line, block in zip(lines, blocks, strict=True):
        if wide_left and line.left.strip():
            rows.append([Piece(indent), Piece(line.left)])
        head = " " * start if wide_left else pad(line.left, start)
        texts = [f"{head} = {block[0]}", *(" " * (start + 3) + text for text in [*block[1:], *line.below])]
        shape = [Piece(line.shape + ("   " if line.reason else ""), "shape")] if line.shape else []
        if beside:
            first = pad(texts[0], start + 3 + column) + "   "
            rows.append([Piece(indent), Piece(first), *shape, Piece(line.reason, "quiet")])
            rows += [[Piece(indent), Piece(text)] for text in texts[1:]]
            continue
        rows += [[Piece(indent), Piece(text)] for text in texts]
        under = indent + " " * (start + 7 if room > 40 else 8)
        if line.shape and width(texts[-1]) + len(indent) + 3 + width(line.shape) <= columns:
            rows[-1] += [Piece("   "), Piece(line.shape, "shape")]
        elif line.shape:
            rows += [[Piece(under), Piece(text, "shape")] for text in broken(line.shape, columns - len(under), "")]
        if line.reason:
            rows += [[Piece(under), Piece(text, "quiet")] for text in wrapped(line.reason, columns - len(under))]
    return rows


def rows_of_numbers(
    header: Sequence[str], cells: Sequence[Sequence[str]], groups: Sequence[tuple[str, int]]
) -> list[Row]:
    """Numbers under their headings, a line below these; groups of columns stand further apart, each under its title."""
    widths = [max(width(heading), *(width(row[at]) for row in cells)) for at, heading in enumerate(header)]
    counts = [count for _, count in groups] or [len(header)]
    rows: list[Row] = []
    if any(title for title, _ in groups):
        titles, at = [], 0
        for title, count in groups:
            own = widths[at : at + count]
            titles.append(pad(title, sum(own) + 2 * (count - 1)))
            at += count
        rows.append([Piece(_spaced(titles, [1] * len(titles)).rstrip(), "heading")])
    heads = _spaced([pad("", wide - width(text)) + text for text, wide in zip(header, widths, strict=True)], counts)
    rows += [[Piece(heads, "heading")], [Piece("─" * width(heads), "quiet")]]
    for row in cells:
        line = _spaced([text.rjust(wide) for text, wide in zip(row, widths, strict=True)], counts)
        rows.append([Piece(line.rstrip())])
    return rows


def _spaced(cells: Sequence[str], counts: Sequence[int]) -> str:
    """The cells of a row, those of two groups further apart, but for the first group, which numbers the rows."""
    found, at = [], 0
    for count in counts:
        found.append("  ".join(cells[at : at + count]))
        at += count
    return "  ".join([found[0], " │ ".join(found[1:])]) if len(found) > 1 else found[0]


def _told(line: Equation) -> str:
    return line.shape + ("   " if line.shape and line.reason else "") + line.reason


def _too_wide(line: Equation, left: int, columns: int, indent: str) -> bool:
    return len(indent) + left + 3 + width(line.right) > columns


def _width(row: Row) -> int:
    return sum(width(piece.text) for piece in row)
