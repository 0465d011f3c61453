"""A page as lines of styled pieces: what the terminal shows in colour, and a file or pipe gets plain."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable
from itertools import groupby
from math import inf
from typing import NamedTuple

from mcalc.notation.columns import pad, width
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


def _lines(text: str, columns: int) -> list[str]:
    return textwrap.wrap(text, columns, break_long_words=False, break_on_hyphens=False) or [""]


def wrapped(text: str, columns: int) -> list[str]:
    """A sentence over several lines; 0 columns: as it is."""
    return [text] if columns <= 0 else _lines(text, max(columns, 24))


def table(rows: list[Row], indent: str = "  ", gap: int = 3, widest: float = inf) -> list[Row]:
    """The cells of each row under one another; those wider than `widest` do not move the others to the right."""
    count = max((len(row) for row in rows), default=0)
    cells = [[width(row[at].text) for row in rows if at < len(row) - 1] for at in range(count)]
    widths = [max((wide for wide in column if wide <= widest), default=0) for column in cells]
    return [
        [
            Piece(indent),
            *(
                Piece(pad(piece.text + " " * gap, widths[at] + gap) if at < len(row) - 1 else piece.text, piece.style)
                for at, piece in enumerate(row)
            ),
        ]
        for row in rows
    ]
