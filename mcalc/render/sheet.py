"""The cheat sheet in the terminal."""

from __future__ import annotations

from mcalc.documents.rows import Piece, Row, table, wrapped
from mcalc.pages.sheet import LAYOUT, SECTIONS, laws, texts


def rows(form: str = "text", columns: int = 0) -> list[Row]:
    """The sheet: a table of derivatives for each section, and the laws that go with it."""
    found: list[Row] = [[Piece("Matrix calculus on two pages", "heading")]]
    found += [[Piece("  " + line, "quiet")] for line in wrapped(LAYOUT, (columns or 100) - 2)]
    for section in SECTIONS:
        found += [[], [Piece(section.title, "heading")]]
        cells = [[Piece(f"{left} = {right}"), Piece(shape, "shape")] for left, right, shape in texts(section, form)]
        found += table(list(cells))
        for name, law in laws(section):
            found.append([Piece("  "), Piece(f"{name}: ", "rule"), Piece(law, "quiet")])
    return found
