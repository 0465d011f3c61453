"""A table of numbers as a page: its headings are formulas, its cells stay as they are rounded."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from mcalc.documents.blocks import Block, Equations, Line, Note, Page, Spans, Table
from mcalc.notation.boxes import Box, Row
from mcalc.pages.prose import spans

_NO_NAMES: Mapping[str, Box] = {}


def page(
    headings: Sequence[str | Box], rows: Sequence[Sequence[str]], notes: Sequence[str], closing: Sequence[Row] = ()
) -> Page:
    """Columns of numbers under their headings; below them equations, and what is to be said."""
    header = tuple(spans(one, _NO_NAMES) if isinstance(one, str) else (one,) for one in headings)
    cells = tuple(tuple(number(text) for text in row) for row in rows)
    blocks: list[Block] = [Table(header, cells, True)]
    if closing:
        blocks.append(Equations(tuple(Line(one.parts[0], one.parts[1]) for one in closing), "answer"))
    blocks += [Note(spans(note, _NO_NAMES)) for note in notes]
    return Page(tuple(blocks), ("Table",))


def number(text: str) -> Spans:
    """A cell: a number with its own minus sign, or a word."""
    shown = text.strip()
    return ("−" + shown[1:] if shown.startswith("-") else shown,)
