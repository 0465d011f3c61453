"""A page as lines of styled pieces: what the terminal shows in colour, and a file or pipe gets plain."""

from __future__ import annotations

import re
import textwrap
from itertools import pairwise
from typing import NamedTuple

from mcalc.notation.columns import pad, width


class Piece(NamedTuple):
    """A run of text and the name of its style; the empty name is plain."""

    text: str
    style: str = ""


Row = list[Piece]


def plain(rows: list[Row]) -> str:
    """The page without styles."""
    return "\n".join("".join(piece.text for piece in row).rstrip() for row in rows)


def wrapped(text: str, columns: int) -> list[str]:
    """A sentence over several lines; 0 columns: as it is."""
    return [text] if columns <= 0 else textwrap.wrap(text, max(columns, 24), break_long_words=False) or [""]


_BREAKS = re.compile(r"(?<=[,;] )|(?= (?:for|if|where) )|(?= (?:[<>≤≥=]|<=|>=) )|(?= [+−-] )|(?=·|\*| [⊗⊘/] |@)")
_OPERATORS = (",;", "fiw", "<>≤≥=", "+−-", "·*⊗⊘/@")
"""The first letters of separators, words and operators, from the loosest to the tightest."""
_LOOSENESS = {letter: at for at, letters in enumerate(_OPERATORS) for letter in letters}


def broken(mathematics: str, columns: int, indent: str = "  ", first: int | None = None) -> list[str]:
    """A long formula over several lines, broken at its outermost operators, each of which begins a line.

    A continued line begins with `indent`; `first` is the room of the first line, where that differs. Only a part
    without operators is wider than its line.
    """
    rooms = [columns if first is None else first]
    if width(mathematics) <= rooms[0]:
        return [mathematics]
    lines = [""]
    _fill(mathematics, lines, rooms[0], columns - width(indent))
    inner = [_open_brackets(lines[:number]) > 0 for number in range(len(lines))]
    return [
        (indent + "  " * deeper if number else "") + line.strip()
        for number, (line, deeper) in enumerate(zip(lines, inner, strict=True))
    ]


def _open_brackets(lines: list[str]) -> int:
    text = "".join(lines)
    return sum(text.count(mark) for mark in "([{") - sum(text.count(mark) for mark in ")]}")


def _fill(text: str, lines: list[str], first: int, later: int) -> None:
    """The text appended to the last line, or to further ones; two columns are kept where a bracket is open."""
    room = first if len(lines) == 1 else later - 2 * (_open_brackets(lines[:-1]) > 0)
    if width((lines[-1] + text).rstrip()) <= room:
        lines[-1] += text
        return
    chunks = _chunks(text)
    if len(chunks) == 1:
        if lines[-1].strip():
            lines.append("")
        lines[-1] += text if lines[-1] else text.lstrip()
        return
    for chunk in chunks:
        room = first if len(lines) == 1 else later - 2 * (_open_brackets(lines[:-1]) > 0)
        next_room = later - 2 * (_open_brackets(lines) > 0)
        if lines[-1].strip() and width((lines[-1] + chunk).rstrip()) > room and width(chunk.strip()) <= next_room:
            lines.append(chunk.lstrip())
        else:
            _fill(chunk, lines, first, later)


def _chunks(text: str) -> list[str]:
    """The text cut before its loosest operators, those outside of the most brackets."""
    depths = [0]
    for letter in text:
        depths.append(depths[-1] + (letter in "([{") - (letter in ")]}"))
    places: dict[tuple[int, int], list[int]] = {}
    for match in _BREAKS.finditer(text):
        at = match.start()
        if 0 < at < len(text) and text[:at].strip():
            before = text[at - 2] if text[at - 1] == " " and text[at - 2] in ",;" else text[at:].lstrip()[0]
            places.setdefault((depths[at], _LOOSENESS[before]), []).append(at)
    if not places:
        return [text]
    cuts = [0, *places[min(places)], len(text)]
    return [text[one:other] for one, other in pairwise(cuts)]


def table(rows: list[Row], indent: str = "  ", gap: int = 3) -> list[Row]:
    """The cells of each row under one another."""
    count = max((len(row) for row in rows), default=0)
    widths = [max((width(row[at].text) for row in rows if at < len(row) - 1), default=0) for at in range(count)]
    return [
        [
            Piece(indent),
            *(
                Piece(pad(piece.text, widths[at] + gap) if at < len(row) - 1 else piece.text, piece.style)
                for at, piece in enumerate(row)
            ),
        ]
        for row in rows
    ]
