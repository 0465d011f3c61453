"""A table of numbers as a page: its headings are formulas, its cells stay as they are rounded."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from itertools import chain

from mcalc.documents.at_length import MOST_COLUMNS
from mcalc.documents.blocks import Block, Page, Prose, Spans
from mcalc.documents.blocks import Table as Cells
from mcalc.documents.data import Data, beyond_doubles
from mcalc.evaluating.tables import Table
from mcalc.notation.boxes import Said
from mcalc.notation.of_numbers import DIGITS
from mcalc.pages.columns import column_of, full, lost, numbers
from mcalc.pages.prose import spans


def page(table: Table, digits: int = DIGITS, crosswise: bool = True) -> Page:
    """Columns of numbers under their headings; of one value that depends on two names, crosswise."""
    columns = [
        column_of([row[at] for row in table.rows], table.rounded, at < len(table.varied), digits)
        for at in range(len(table.headings))
    ]
    header: list[Spans] = [
        (box,) if isinstance(box, str) else (Said(text, box),)
        for text, box in zip(table.headings, table.boxes, strict=True)
    ]
    blocks = _crossed(header, columns) if crosswise and len(table.varied) == 2 and len(header) == 3 else None
    if blocks is None:
        blocks = [numbered(header, list(zip(*columns, strict=True)))]
    notes = [Prose(spans(note, {}), "quiet") for note in table.notes]
    every = [(name, [full(row[at]) for row in table.rows]) for at, name in enumerate(table.plain_headings)]
    data = Data(partial(record, table), tuple(every), lost(chain(*table.rows)))
    return Page((*blocks, *notes), ("Table",), commented=True, data=data, notes=table.notes)


def numbered(
    header: Sequence[Spans], rows: Sequence[Sequence[str]], groups: tuple[tuple[str, str, int], ...] = ()
) -> Cells:
    """The block of a table of numbers."""
    cells = tuple(tuple((text,) for text in row) for row in rows)
    return Cells(tuple(header), cells, True, groups=groups)


def _crossed(header: Sequence[Spans], columns: Sequence[Sequence[str]]) -> list[Block] | None:
    """Rows by the first name, columns by the second, below what the value is; None where that is too wide."""
    down, across = (list(dict.fromkeys(text.strip() if at else text for text in columns[at])) for at in (0, 1))
    if len(across) + 1 > MOST_COLUMNS or len(across) * len(down) != len(columns[2]):
        return None
    first, second, value = header
    rows = [[name, *columns[2][at * len(across) : (at + 1) * len(across)]] for at, name in enumerate(down)]
    heads: list[Spans] = [(*first, " \\ ", *second), *((text,) for text in across)]
    return [Prose(value, "caption"), numbered(heads, rows)]


def record(table: Table) -> dict[str, object]:
    """``command, expression, vary, columns, rows, notes`` for JSON."""
    return {
        "command": "table",
        "expression": table.source,
        "vary": list(table.varied),
        "columns": list(table.plain_headings),
        "rows": [[None if entry is None else numbers(entry.array) for entry in row] for row in table.rows],
        "notes": [*table.notes, *beyond_doubles(lost(chain(*table.rows)), "null")],
    }
