"""A page as lines of styled pieces: what the terminal shows in colour, and a file or pipe gets plain."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable
from itertools import groupby, pairwise
from typing import NamedTuple

from mcalc.notation.columns import pad, width
from mcalc.notation.pieces import Piece as Set
from mcalc.notation.pieces import Run
from mcalc.notation.pieces import broken as cheapest_lines
from mcalc.tree.names import CAPITALS, GREEK


class Piece(NamedTuple):
    """A run of text and the name of its style; the empty name is plain."""

    text: str
    style: str = ""


Row = list[Piece]

_SPELLED = (
    "∂d ×x ·@ ⊗* ⊙* ⊘/ ᵀ' −- →-> ↦|-> ≤<= ≥>= ≠!= ≈~ ∈in ŵw_hat ′' –- —- …... ⋯... ‖| √sqrt Σsum ∑sum δdelta ∇grad_ "
    "₀0 ₁1 ₂2 ₃3 ₄4 ₅5 ₆6 ₇7 ₈8 ₉9 ²^2 ³^3 ¹1 ⁻^- ─- │| └+ ├+ ✓ ✗"
)
_ASCII = str.maketrans(
    {letter: name for name, letter in (GREEK | CAPITALS).items()}
    | {pair[0]: pair[1:] for pair in _SPELLED.split()}
    | {"\u20d7": None, "\u0302": None}
)


def in_ascii(text: str) -> str:
    """A text in the signs of a keyboard: ``x_1`` for x₁, ``@`` for ·."""
    if text.isascii():
        return text
    return re.sub("[₀-₉]+", lambda digits: "_" + digits[0], re.sub("[✓✗] ", "", text)).translate(_ASCII)


def page_in_ascii(rows: Iterable[Row]) -> list[Row]:
    """The page in the signs of a keyboard; what stood in columns does so still."""
    page: list[Row] = []
    for _, group in groupby(rows, lambda row: [width(piece.text) for piece in row[:-1]]):
        lines = [[Piece(in_ascii(piece.text), piece.style) for piece in row] for row in group]
        for at in range(len(lines[0]) - 1):
            texts = [row[at].text.rstrip() for row in lines]
            gap = min(len(row[at].text) - len(text) for row, text in zip(lines, texts, strict=True))
            wide = max(map(len, texts)) + gap
            for row, text in zip(lines, texts, strict=True):
                row[at] = Piece(text.ljust(wide), row[at].style)
        page += lines
    return page


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
