"""A descent as a table of its steps: in text, Markdown, CSV and JSON."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mcalc.documents.blocks import Page
from mcalc.documents.rows import Piece, Row
from mcalc.notation.boxes import Box, Index, Name, equation
from mcalc.notation.columns import pad, width
from mcalc.notation.of_numbers import DIGITS
from mcalc.notation.writing import box_of, write
from mcalc.numbers.arrays import array_module as np
from mcalc.numbers.comparison import compared
from mcalc.numbers.decimals import decimal
from mcalc.numbers.descent import History
from mcalc.numbers.written import box, written
from mcalc.pages.table import page as table_page
from mcalc.problems import Problem
from mcalc.render.evaluation import numbers
from mcalc.render.tables import places_of
from mcalc.render.training import Descent
from mcalc.table.records import Array
from mcalc.tree.names import name_text

_STEP = "step"
"""The heading of the column that counts them."""
_SHOWN, _MOST_COLUMNS, _MOST_SHOWN, OWN = 10, 8, 24, "own "


@dataclass(frozen=True)
class Column:
    """One number a step: how it is headed, in text and as a formula; its plain name, and its values."""

    heading: str
    box: Box
    name: str
    values: Sequence[float]


def steps_shown(last: int, every: int = 0) -> list[int]:
    """The first and the last step, and some between them at equal distances."""
    if not every:
        every = max(1, last // _SHOWN)
        digits = 10 ** (len(str(every)) - 1)
        every = -(-every // digits) * digits
    return sorted({*range(0, last + 1, every), last})


def columns(descent: Descent, history: History) -> list[Column]:
    """The expressions that are to be shown, else the parameters, entry by entry; none where they are not kept."""
    found: list[Column] = []
    for at, formula in enumerate(descent.shown):
        headings = write(formula.node, "text"), formula.text.alone
        found += _entries(headings, box_of(formula.node), formula.shape, [one[at] for one in history.watched])
    if descent.shown or len(history.parameters) <= history.steps:
        return found
    for name in history.wrt:
        shape = np.shape(history.result[name])
        found += _entries((name_text(name), name), Name(name, len(shape)), shape, history.path(name))
    return found


def _entries(headings: tuple[str, str], box: Box, shape: Sequence[int], path: Iterable[Array]) -> list[Column]:
    """A column for each entry of a value, whose path has the value at each step."""
    labels, places = places_of(shape), list(np.ndindex(*shape))
    text, name = headings
    if len(labels) > 1 and not name.isidentifier():
        text, name = f"({text})", f"({name})"
    return [
        Column(
            text + label,
            Index(box, tuple(label[1:-1].split(","))) if label else box,
            name + label,
            [float(one[place]) for one in path],
        )
        for label, place in zip(labels, places, strict=True)
    ]


def _blocks(descent: Descent) -> list[tuple[str, History, list[Column]]]:
    """The descents side by side: what the one by rules of one's own is called, and the right one."""
    found = [("", descent.history, columns(descent, descent.history))]
    if descent.own is not None:
        found.insert(0, (OWN, descent.own, columns(descent, descent.own)))
    return found


def _table(descent: Descent, every: int, digits: int) -> tuple[list[list[str]], list[list[str]]]:
    """For each block its headings, and the rows of cells; the first block is the number of the step."""
    blocks = _blocks(descent)
    shown = steps_shown(max(history.steps for _, history, _ in blocks), every)
    shown = sorted({*shown, *(history.steps for _, history, _ in blocks)})
    headings, rows = [[_STEP]], [[str(step)] for step in shown]
    for _, history, found in blocks:
        if descent.shown and len(found) > _MOST_SHOWN:
            raise Problem(
                f"These are {len(found)} columns, and at most {_MOST_SHOWN} are shown.",
                hint="-f csv and -f json have them all",
            )
        kept = found if len(found) <= _MOST_COLUMNS or descent.shown else []
        value = "value of the batch" if descent.batch else "value"
        parts: list[tuple[str, Sequence[float]]] = [(value, history.values)]
        parts += [("‖gradient‖", history.norms)] if descent.own is None else []
        parts += [(one.heading, one.values) for one in kept]
        headings.append([heading for heading, _ in parts])
        for row, step in zip(rows, shown, strict=True):
            row += [_cell(values, step, digits) for _, values in parts]
    return headings, rows


def _cell(values: Sequence[float], step: int, digits: int) -> str:
    if step >= len(values):
        return ""
    return "undefined" if np.isnan(values[step]) else decimal(values[step], digits)


def remarks(descent: Descent, digits: int = DIGITS) -> list[str]:
    """How it ended, and where it began."""
    found = list(descent.ending)
    if descent.zeros:
        listed = " and ".join(map(name_text, descent.zeros))
        found.insert(0, f"{listed} start{'s' if len(descent.zeros) == 1 else ''} at zero (--at gives another start)")
    if descent.full:
        value, norm = (decimal(one, digits) for one in descent.full)
        found.append(f"Over all data: value {value}, ‖gradient‖ {norm}")
    if descent.own is not None:
        names = [(one.heading, two.values, one.values) for one, two in _paired(descent)]
        found += compared(descent.own, descent.history, names)
    return found


def _paired(descent: Descent) -> list[tuple[Column, Column]]:
    own = columns(descent, descent.own) if descent.own is not None else []
    return list(zip(columns(descent, descent.history), own, strict=False))


def text_rows(descent: Descent, every: int = 0, digits: int = DIGITS) -> list[Row]:
    """A table of some steps, what is to be said, and the parameters at the end."""
    blocks, cells = _table(descent, every, digits)
    headings = [heading for block in blocks for heading in block]
    widths = [max(width(heading), *(width(row[at]) for row in cells)) for at, heading in enumerate(headings)]
    rows: list[Row] = []
    if descent.own is not None:
        rows.append([Piece(_titles(descent, blocks, widths), "heading")])
    heads = [pad("", wide - width(text)) + text for text, wide in zip(headings, widths, strict=True)]
    rows.append([Piece(_spaced(blocks, heads), "heading")])
    rows.append([Piece("─" * width(_spaced(blocks, heads)), "quiet")])
    for row in cells:
        line = _spaced(blocks, [text.rjust(wide) for text, wide in zip(row, widths, strict=True)])
        rows.append([Piece(line.rstrip())])
    rows += [[Piece(f"# {remark}", "quiet")] for remark in remarks(descent, digits)]
    if len(headings) == 3 and descent.own is None and not descent.shown:
        for name, array in descent.history.result.items():
            rows.append([Piece(f"{name_text(name)} = {written(array, array.shape, 'text', digits)}", "result")])
    return rows


def _spaced(blocks: Sequence[Sequence[str]], cells: Sequence[str]) -> str:
    """The cells of a row, those of two descents further apart."""
    found, at = [], 0
    for block in blocks:
        found.append("  ".join(cells[at : at + len(block)]))
        at += len(block)
    return found[0] + "  " + " │ ".join(found[1:])


def _titles(descent: Descent, blocks: Sequence[Sequence[str]], widths: Sequence[int]) -> str:
    """Over each descent by which rule it goes."""
    own = sum(widths[1 : 1 + len(blocks[1])]) + 2 * (len(blocks[1]) - 1)
    rules = "; ".join(descent.updates)
    title = rules if width(rules) <= own else "own rule"
    return pad("", widths[0] + 2) + pad(title, own) + " │ along the gradient"


def page(descent: Descent, every: int = 0, digits: int = DIGITS) -> Page:
    """The steps as a page, for documents: the parameters are formulas, the parameters at the end below."""
    blocks, cells = _table(descent, every, digits)
    headings: list[str | Box] = [heading for block in blocks for heading in block]
    if descent.own is not None:
        headings = [_STEP, *(OWN + one for one in blocks[1]), *blocks[2]]
    else:
        known = {one.heading: one.box for one in columns(descent, descent.history)}
        headings = [known.get(heading, heading) for block in blocks for heading in block]
    ending = []
    if descent.own is None and not descent.shown:
        results = descent.history.result.items()
        ending = [equation(Name(name, np.ndim(array)), box(array, np.shape(array), digits)) for name, array in results]
    return table_page(headings, cells, [f"{one}." for one in remarks(descent, digits)], ending)


def as_csv(descent: Descent, every: int = 0) -> str:
    """Every step, or each so many: its value, the norm of its gradient and what is shown, with all digits.

    A cell is empty where there is no finite number, as JSON has null there.
    """
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    found: list[tuple[str, Sequence[float]]] = []
    for prefix, history, parts in reversed(_blocks(descent)):
        found += [(prefix + "value", history.values), (prefix + "gradient_norm", history.norms)]
        found += [(prefix + one.name, one.values) for one in parts]
    writer.writerow([_STEP, *(name for name, _ in found)])
    for step in steps_shown(max(len(values) for _, values in found) - 1, every or 1):
        writer.writerow([step, *(_full(values, step) for _, values in found)])
    return out.getvalue().rstrip("\n")


def _full(values: Sequence[float], step: int) -> str:
    return repr(float(values[step])) if step < len(values) and np.isfinite(values[step]) else ""


def as_json(descent: Descent, every: int = 0) -> str:
    """``command, expression, wrt, rate, status, history, result``, and the same of the own rules under ``own``."""
    history = descent.history
    record = {
        "command": "descend",
        "expression": descent.fitted.source,
        "wrt": list(history.wrt),
        "rate": descent.method.rate,
        **_history(descent, history, every),
        "notes": remarks(descent) + ([descent.fault.message] if descent.fault else []),
    }
    if descent.own is not None:
        record["own"] = {"update": list(descent.updates), **_history(descent, descent.own, every)}
    return json.dumps(_finite(record), ensure_ascii=False)


def _history(descent: Descent, history: History, every: int) -> dict[str, object]:
    steps = []
    for step in steps_shown(history.steps, every or 1):
        one: dict[str, object] = {
            _STEP: step,
            "value": history.values[step],
            "gradient_norm": history.norms[step],
        }
        if step in history.parameters:
            one["parameters"] = _plain(history.parameters[step])
        if descent.shown:
            one["shown"] = {
                formula.text.alone: numbers(found)
                for formula, found in zip(descent.shown, history.watched[step], strict=True)
            }
        steps.append(one)
    return {
        "status": history.status,
        "diverges_from": history.began if history.status == "diverged" else None,
        "history": steps,
        "result": _plain(history.result),
    }


def _plain(parameters: Mapping[str, Array]) -> dict[str, object]:
    return {name: numbers(array) for name, array in parameters.items()}


def _finite(entry: Any) -> Any:
    """Without what JSON cannot say: null for a number that is not finite."""
    if isinstance(entry, dict):
        return {key: _finite(one) for key, one in entry.items()}
    if isinstance(entry, list):
        return [_finite(one) for one in entry]
    return None if isinstance(entry, float) and not np.isfinite(entry) else entry
