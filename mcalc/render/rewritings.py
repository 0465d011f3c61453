"""The table of rewritings as a page: what becomes what, where, and what is said of it."""

from __future__ import annotations

from mcalc.documents.rows import Piece, Row
from mcalc.rewriting.moves import MOVES
from mcalc.rewriting.table import defined_rows, written_rows


def lines() -> list[Row]:
    """A line a rewriting, with its sentence below; the moves, which have no formula, last."""
    found: list[Row] = []
    for row in (*written_rows(), *defined_rows()):
        found += [[Piece(row.source)], [Piece(f"    {row.sentence}", "quiet")]]
    for move in MOVES:
        found += [[Piece(move.name)], [Piece(f"    {move.sentence}, where that makes the whole shorter", "quiet")]]
    return found
