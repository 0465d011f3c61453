"""A descent as a page: a table of its steps, what is to be said of its end, and the parameters there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

from mcalc.documents.blocks import Block, Either, Equations, Line, Page, Prose, Spans
from mcalc.documents.data import Data
from mcalc.evaluating.descents import Descent
from mcalc.evaluating.steps import Column, columns
from mcalc.notation.boxes import Fence, Name, Said, Word
from mcalc.notation.columns import width
from mcalc.notation.of_numbers import DIGITS
from mcalc.notation.said import formula_of
from mcalc.numbers.arrays import array_module as np
from mcalc.numbers.comparison import compared
from mcalc.numbers.decimals import decimal
from mcalc.numbers.descent import History
from mcalc.numbers.written import box, rounded
from mcalc.pages.columns import full, numbers
from mcalc.pages.prose import spans
from mcalc.pages.table import numbered
from mcalc.table.records import Array
from mcalc.table.roles import NORM
from mcalc.table.sentences import Formula, filled, linked

_STEP, _OWN = "step", "own"
_NORM = Said("‖gradient‖", Fence(NORM, Word("gradient")))
_SHOWN, _MOST_COLUMNS = 10, 8


def page(descent: Descent, every: int = 0, digits: int = DIGITS) -> Page:
    """The steps, so many apart; the parameters at the end below, where no column has them."""
    told = remarks(descent, digits)
    shown = [found if len(found) <= _MOST_COLUMNS or descent.shown else [] for _, found in _descents(descent)]
    blocks: list[Block] = [
        _table(descent, shown, every, digits),
        *(Prose((*spans(one, {}), "."), "quiet") for one in told),
    ]
    if descent.own is None and not descent.shown:
        results = descent.history.result.items()
        ending = Equations(tuple(_ending(name, array, digits) for name, array in results), "answer")
        blocks.append(Either((), (ending,)) if shown[0] else ending)
    data = Data(partial(record, descent, every or 1), tuple(_full_columns(descent, every or 1)))
    return Page(tuple(blocks), ("Table",), commented=True, data=data, notes=tuple(told))


def _ending(name: str, array: Array, digits: int) -> Line:
    shape = np.shape(array)
    return Line(Name(name, len(shape)), box(array, shape, digits), role="entry")


def _descents(descent: Descent) -> list[tuple[History, list[Column]]]:
    """The descent by rules of one's own, and the right one."""
    found = [(descent.history, columns(descent, descent.history))]
    return found if descent.own is None else [(descent.own, columns(descent, descent.own)), *found]


def _table(descent: Descent, kept: Sequence[Sequence[Column]], every: int, digits: int) -> Block:
    """Some of the steps, a row each; two descents side by side."""
    histories = [history for history, _ in _descents(descent)]
    shown = steps_shown(max(history.steps for history in histories), every)
    shown = sorted({*shown, *(history.steps for history in histories)})
    header: list[Spans] = [(_STEP,)]
    rows, counts = [[str(step)] for step in shown], []
    for history, found in zip(histories, kept, strict=True):
        parts: list[tuple[Spans, Sequence[float]]] = [
            (("value of the batch" if descent.batch else "value",), history.values)
        ]
        parts += [((_NORM,), history.norms)] if descent.own is None else []
        parts += [((Said(one.heading, one.box),), one.values) for one in found]
        header += [heading for heading, _ in parts]
        counts.append(len(parts))
        for row, step in zip(rows, shown, strict=True):
            row += [_cell(values, step, digits) for _, values in parts]
    if descent.own is None:
        return numbered(header, rows)
    titles = ((_rules(descent, header, rows, counts[0]), _OWN), ("along the gradient", ""))
    groups = [(title, short, count) for (title, short), count in zip(titles, counts, strict=True)]
    return numbered(header, rows, (("", "", 1), *groups))


def _rules(descent: Descent, header: Sequence[Spans], rows: Sequence[Sequence[str]], count: int) -> str:
    """The rules of one's own, where these stand over their columns."""
    rules = "; ".join(descent.updates)
    heads = [one.text if isinstance(one, Said) else str(one) for (one,) in header]
    wide = [max(width(heads[at]), *(width(row[at]) for row in rows)) for at in range(1, 1 + count)]
    return rules if width(rules) <= sum(wide) + 2 * (count - 1) else f"{_OWN} rule"


def steps_shown(last: int, every: int = 0) -> list[int]:
    """The first and the last step, and some between them at equal distances."""
    if not every:
        every = max(1, last // _SHOWN)
        digits = 10 ** (len(str(every)) - 1)
        every = -(-every // digits) * digits
    return sorted({*range(0, last + 1, every), last})


def _cell(values: Sequence[float], step: int, digits: int) -> str:
    if step >= len(values):
        return ""
    return "undefined" if np.isnan(values[step]) else decimal(values[step], digits)


def remarks(descent: Descent, digits: int = DIGITS) -> list[str]:
    """How it ended, and where it began."""
    found = list(descent.ending)
    if descent.zeros:
        listed = linked(" and ", (formula_of(descent.fitted.reading.names[name]) for name in descent.zeros))
        start = "starts" if len(descent.zeros) == 1 else "start"
        found.insert(0, filled(f"{{}} {start} at zero (--at gives another start)", listed))
    if descent.full:
        value, norm = (rounded(one, digits) for one in descent.full)
        found.append(filled("Over all data: value {}, ‖gradient‖ {}", value, norm))
    if descent.own is not None:
        names = [(Formula(one.heading, box=one.box), two.values, one.values) for one, two in _paired(descent)]
        found += compared(descent.own, descent.history, names)
    return found


def _paired(descent: Descent) -> list[tuple[Column, Column]]:
    own = columns(descent, descent.own) if descent.own is not None else []
    return list(zip(columns(descent, descent.history), own, strict=False))


# For programs -----------------------------------------------------------------------------------------------------


def _full_columns(descent: Descent, every: int) -> list[tuple[str, list[str]]]:
    """Every step, or each so many: its value, the norm of its gradient and what is shown, with all digits."""
    found: list[tuple[str, Sequence[float]]] = []
    for history, parts in reversed(_descents(descent)):
        prefix = f"{_OWN} " * (history is descent.own)
        found += [(prefix + "value", history.values), (prefix + "gradient_norm", history.norms)]
        found += [(prefix + one.name, one.values) for one in parts]
    steps = steps_shown(max(len(values) for _, values in found) - 1, every)
    cells = [(name, [full(values[step] if step < len(values) else None) for step in steps]) for name, values in found]
    return [(_STEP, list(map(str, steps))), *cells]


def record(descent: Descent, every: int = 1) -> dict[str, object]:
    """``command, expression, wrt, rate, status, history, result``, and the same of the own rules under ``own``."""
    found: dict[str, object] = {
        "command": "descend",
        "expression": descent.fitted.source,
        "wrt": list(descent.history.wrt),
        "rate": descent.method.rate,
        **_history(descent, descent.history, every),
        "notes": remarks(descent) + ([descent.fault.message] if descent.fault else []),
    }
    if descent.own is not None:
        found["own"] = {"update": list(descent.updates), **_history(descent, descent.own, every)}
    return found


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
