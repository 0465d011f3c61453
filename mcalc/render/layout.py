"""A page as lines of styled pieces: what the terminal shows in colour, and a file or pipe gets plain."""

from __future__ import annotations

import re
import textwrap
import unicodedata
from typing import NamedTuple


class Piece(NamedTuple):
    """A run of text and the name of its style; the empty name is plain."""

    text: str
    style: str = ""


Row = list[Piece]


def width(text: str) -> int:
    """Columns in a terminal: a combining mark takes none."""
    return sum(0 if unicodedata.combining(letter) else 1 for letter in text)


def pad(text: str, columns: int) -> str:
    return text + " " * max(0, columns - width(text))


def plain(rows: list[Row]) -> str:
    """The page without styles."""
    return "\n".join("".join(piece.text for piece in row).rstrip() for row in rows)


def wrapped(text: str, columns: int) -> list[str]:
    """A sentence over several lines; 0 columns: as it is."""
    return [text] if columns <= 0 else textwrap.wrap(text, max(columns, 24), break_long_words=False) or [""]


def broken(mathematics: str, columns: int) -> list[str]:
    """A long formula over several lines, broken after an operator or a comma."""
    if width(mathematics) <= columns:
        return [mathematics]
    lines = [""]
    for word in re.findall(r"[^\s·*@,]*[\s·*@,]*", mathematics):
        if lines[-1].strip() and width(lines[-1] + word.rstrip()) > columns:
            lines.append("  ")
        lines[-1] += word
    return [line.rstrip() for line in lines]


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
