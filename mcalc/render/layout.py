"""A page as lines of styled pieces: what the terminal shows in colour, and a file or pipe gets plain."""

from __future__ import annotations

import re
import textwrap
from itertools import pairwise
from typing import NamedTuple

from mcalc.notation.columns import pad, width
from mcalc.notation.pieces import Piece as Set
from mcalc.notation.pieces import Run
from mcalc.notation.pieces import broken as cheapest_lines


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


_CUTS = re.compile(r"(?<=[,;] )|(?= (?:for|if|where) )|(?= (?:[<>≤≥=]|<=|>=) )|(?= [+−-] )|(?=·|\*| [⊗⊘/] |@)")
_LOOSENESS = ((";=", "rel"), (",fiw", "comma"), ("<>≤≥+−-", "sum"))
_KINDS = {letter: kind for letters, kind in _LOOSENESS for letter in letters}
"""The kind of a cut by the first letter of what stands there."""


def broken(mathematics: str, columns: int, indent: str = "  ", first: int | None = None) -> list[str]:
    """A long formula over several lines, broken at its outermost operators, each of which begins a line.

    A continued line begins with `indent`; `first` is the room of the first line, where that differs. Only a part
    without operators is wider than its line.
    """
    room = columns if first is None else first
    if width(mathematics) <= room:
        return [mathematics]
    lines = cheapest_lines(_run(mathematics), _columns, (room, columns - width(indent)), 2)
    return [
        (indent + "  " * min(line[0].depth, 3) if at else "") + "".join(piece.text for piece in line).strip()
        for at, line in enumerate(lines)
    ]


def _columns(run: Run) -> float:
    return width("".join(piece.text for piece in run).strip())


def _run(text: str) -> Run:
    """The pieces of a formula in text, cut before its operators."""
    cuts = [
        match.start()
        for match in _CUTS.finditer(text)
        if 0 < match.start() < len(text) and text[: match.start()].strip()
    ]
    run: Run = []
    depth = 0
    for start, end in pairwise([0, *cuts, len(text)]):
        before = (
            text[start - 2]
            if start and text[start - 1] == " " and text[start - 2] in ",;"
            else text[start:].lstrip()[0]
        )
        run.append(Set(text[start:end], cut=_KINDS.get(before, "product") if start else "", depth=depth))
        depth += sum((letter in "([{") - (letter in ")]}") for letter in text[start:end])
    return run


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
