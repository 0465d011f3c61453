"""A list of operators in text, in columns where there is room; and the equations of one for arguments of each shape."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from mcalc.documents.rows import Piece, Row, table, wrapped
from mcalc.notation.columns import pad, width
from mcalc.notation.textlines import broken

_WIDE, _MIDDLE, _EQUATION = 110, 76, 34


class EntryText(NamedTuple):
    """An entry as text: its name, how it is written, its shapes, its equations each with a sentence."""

    name: str
    written: str
    shapes: str
    told: Sequence[tuple[str, str]]


def rows_of_entries(entries: Sequence[EntryText], columns: int) -> list[Row]:
    """Each entry in columns, or where these are too narrow as a paragraph."""
    setter = _beside if not columns or columns >= _WIDE else _below
    return [row for entry in entries for row in setter(entry, columns)]


def _beside(entry: EntryText, columns: int) -> list[Row]:
    """A row an equation: name, written, shapes, equation, sentence; what is too long stands alone."""
    name, wide, shapes = 15, 22, 18
    start = [
        Piece(pad(entry.name, name), "heading"),
        Piece(pad(entry.written, wide)),
        Piece(pad(entry.shapes, shapes), "shape"),
    ]
    indent = name + wide + shapes
    lines: list[Row] = []
    if any(not piece.text.endswith(" ") for piece in start):
        lines, start = [start], [Piece(" " * indent)]
    for equation, sentence in entry.told:
        lines += _equation(start, equation, sentence, indent, columns)
        start = [Piece(" " * indent)]
    return lines


def _below(entry: EntryText, columns: int) -> list[Row]:
    """A paragraph; the sentences beside the equations where there is room, else under them."""
    page: list[Row] = [
        [Piece(entry.name, "heading"), Piece("   " + entry.written), Piece("   " + entry.shapes, "shape")]
    ]
    for equation, sentence in entry.told:
        if columns >= _MIDDLE:
            page += _equation([Piece("  ")], equation, sentence, 2, columns)
            continue
        page += [[Piece("  " + line)] for line in broken(equation, columns - 2) if equation]
        page += [[Piece("    " + line, "quiet")] for line in wrapped(sentence, columns - 4)]
    return page


def _equation(lead: Row, equation: str, sentence: str, indent: int, columns: int) -> list[Row]:
    """The equation and beside it the sentence; a long equation has its lines for itself."""
    lines: list[Row] = []
    if width(equation) >= _EQUATION:
        first, *rest = broken(equation, columns - indent) if columns else [equation]
        lines = [[*lead, Piece(first)], *([Piece(" " * indent + line)] for line in rest)]
        if not sentence:
            return lines
        lead, equation = [Piece(" " * (indent + 4))], ""
        indent += 4
    start = indent + _EQUATION if equation else indent
    first, *rest = wrapped(sentence, columns - start if columns else 0)
    lines.append([*lead, Piece(pad(equation, start - indent)), Piece(first, "quiet")])
    return lines + [[Piece(" " * start), Piece(line, "quiet")] for line in rest]


def rows_of_cases(cells: Sequence[tuple[str, str, str]], columns: int) -> list[Row]:
    """Of which shapes, the equation, its own shape: a table where it fits; else each row over several lines."""
    styled = [[Piece(of, "shape"), Piece(equation), Piece(shape, "shape")] for of, equation, shape in cells]
    found = table(styled)
    if not columns or max((sum(width(piece.text) for piece in row) for row in found), default=0) <= columns:
        return found
    page: list[Row] = []
    for of, equation, shape in cells:
        if of:
            page.append([Piece("  " + of, "shape")])
        lines = broken(equation, columns - 7 - width(shape))
        after = [Piece("   " + shape, "shape")]
        page += [[Piece("    " + line), *(after if at == len(lines) - 1 else [])] for at, line in enumerate(lines)]
    return page
