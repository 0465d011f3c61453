"""The table of rewritings as a page: what becomes what, where, and what is said of it."""

from __future__ import annotations

from mcalc.rewriting.moves import MOVES
from mcalc.rewriting.table import defined_rows, written_rows


def lines() -> list[str]:
    """A line a rewriting, with its sentence below; the moves, which have no formula, last."""
    found = []
    for row in (*written_rows(), *defined_rows()):
        found += [row.source, f"    {row.sentence}"]
    for move in MOVES:
        found += [move.name, f"    {move.sentence}, where that makes the whole shorter"]
    return found
