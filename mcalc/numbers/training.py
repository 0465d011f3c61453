"""`mcalc descend`: from a formula and its data to a descent, and the descent as a table of steps."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from mcalc.expressions.names import name_text
from mcalc.expressions.tree import Node
from mcalc.language.parser import canonical_name, own_name
from mcalc.numbers.arrays import array_module as np
from mcalc.numbers.decimals import DIGITS, decimal
from mcalc.numbers.descent import Compiled, History, Method, descend
from mcalc.numbers.fitting import Fitted, fit
from mcalc.numbers.program import whole
from mcalc.numbers.report import numbers
from mcalc.numbers.tables import places_of
from mcalc.numbers.values import Value
from mcalc.numbers.written import written
from mcalc.problems import Problem
from mcalc.render.layout import Piece, Row, pad, width

_SHOWN, _MOST_COLUMNS = 10, 8


@dataclass(frozen=True)
class Descent:
    """A descent that was made: of what, from where, how, and its history."""

    fitted: Fitted
    method: Method
    history: History
    zeros: tuple[str, ...]
    batch: int
    full: tuple[float, float] | None = None


def train(
    source: str,
    wrt: str,
    values: Mapping[str, Value],
    shapes: Mapping[str, Any] | None,
    method: Method,
    steps: int,
    tolerance: float = 0.0,
    batch: int = 0,
    seed: int | None = None,
    verify: bool = True,
    progress: Callable[[int], None] | None = None,
) -> Descent:
    """Descend from the values given, or from zeros, along the derived gradient; raises Problem."""
    names = list(dict.fromkeys(canonical_name(name.strip()) for name in wrt.split(",") if name.strip()))
    if not names:
        raise Problem("There is nothing to descend by.", hint="name what is to change: --wrt w,b")
    fitted = fit(source, values, shapes, names, optional=names)
    names = [own_name(name, fitted.reading.names) for name in names]
    try:
        loss = compiled(fitted, names, batch, verify)
    except Problem as problem:
        raise problem.with_source(problem.source or source) from None
    zeros = tuple(name for name in names if name not in fitted.values)
    history = descend(loss, start(fitted, names), method, steps, tolerance, seed, progress)
    if history.status == "diverged" and not history.steps:
        message = "The value or its gradient is not a finite number at the start."
        raise Problem(message, hint="give another start with --at", source=source)
    full = None
    if loss.batch and history.status != "diverged":
        value, gradients = compiled(fitted, names, 0, False)(history.result)
        full = value, float(np.sqrt(sum(float(np.sum(one * one)) for one in gradients.values())))
    return Descent(fitted, method, history, zeros, loss.batch, full)


def compiled(fitted: Fitted, names: list[str], batch: int = 0, verify: bool = True) -> Compiled:
    """The loss and its derivatives by the names, as one program; raises Problem where the loss is no real scalar."""
    from mcalc.api import derive

    if any(whole(size, fitted.sizes) != 1 for size in fitted.reading.value.shape):
        raise Problem("A descent is on a scalar, and this value is none.", hint="make one of it, as in `sum(…)`")
    for name, value in fitted.values.items():
        if value.array.dtype.kind == "c":
            raise Problem(f"A descent is among real numbers, and `{name}` is complex.")
    derivation = derive(fitted.source, names, fitted.declared, "gradient", verify=verify)
    parts = derivation.parts or (derivation,)
    gradients = [part.natural for part in parts]
    if len(parts) == 1 < len(names):
        singly = [derive(fitted.source, name, fitted.declared, "gradient", verify=False) for name in names]
        gradients = [part.natural for part in singly]
    nodes = [gradient for gradient in gradients if isinstance(gradient, Node)]
    if len(nodes) < len(gradients):
        raise Problem("This gradient has no form in products of matrices, and is not descended along.", status=3)
    return Compiled(fitted, names, nodes, batch)


def start(fitted: Fitted, names: list[str]) -> dict[str, Any]:
    """The values given, and zeros for the names without one."""
    return {
        name: fitted.values[name].array
        if name in fitted.values
        else np.zeros(tuple(whole(size, fitted.sizes) for size in fitted.reading.names[name].shape))
        for name in names
    }


# What is printed -----------------------------------------------------------------------------------------------------


def steps_shown(history: History, every: int = 0) -> list[int]:
    """The first and the last step, and some between them at equal distances."""
    last = history.steps
    if not every:
        every = max(1, last // _SHOWN)
        digits = 10 ** (len(str(every)) - 1)
        every = -(-every // digits) * digits
    return sorted({*range(0, last + 1, every), last})


def _entries(descent: Descent) -> list[tuple[str, str, tuple[int, ...]]]:
    """The parameters entry by entry: how each is shown, its name and its place."""
    found: list[tuple[str, str, tuple[int, ...]]] = []
    for name in descent.history.wrt:
        shape = np.shape(descent.history.result[name])
        found += [(label, name, place) for label, place in zip(places_of(shape), np.ndindex(*shape), strict=True)]
    return found


def _table(descent: Descent, every: int, digits: int) -> tuple[list[str], list[list[str]]]:
    history, entries = descent.history, _entries(descent)
    shown = [step for step in steps_shown(history, every)]
    few = len(entries) <= _MOST_COLUMNS and all(step in history.parameters for step in shown)
    headings = ["step", "value" if not descent.batch else "value of the batch", "‖gradient‖"]
    headings += [name_text(name) + label for label, name, _ in entries] if few else []
    rows = []
    for step in shown:
        row = [str(step), decimal(history.values[step], digits), decimal(history.norms[step], digits)]
        if few:
            row += [decimal(history.parameters[step][name][place], digits) for _, name, place in entries]
        rows.append(row)
    return headings, rows


def remarks(descent: Descent, digits: int = DIGITS) -> list[str]:
    """How it ended, and where it began."""
    history, found = descent.history, []
    if descent.zeros:
        listed = " and ".join(map(name_text, descent.zeros))
        found.append(f"{listed} start{'s' if len(descent.zeros) == 1 else ''} at zero (--at gives another start)")
    if history.status == "converged":
        small = "0" if not history.norms[-1] else "as small as asked"
        found.append(f"The norm of the gradient is {small} at step {history.steps}")
    if history.status == "flat":
        found.append("The gradient is 0 at the start, so nothing moves: give another start with --at")
    if descent.full:
        value, norm = (decimal(one, digits) for one in descent.full)
        found.append(f"Over all data: value {value}, ‖gradient‖ {norm}")
    if history.status == "finished" and history.steps and history.values[-1] > history.values[0] and not descent.batch:
        found.append("The value is larger than at the start; a smaller --rate may help")
    return found


def divergence(descent: Descent) -> Problem:
    """That the descent diverged, since which step, and what to try."""
    history = descent.history
    first, last = history.values[history.began], history.values[-1]
    growth = "is no finite number" if not np.isfinite(last) else f"has grown to {decimal(last)}"
    return Problem(
        f"The descent diverges from step {history.began} on: the value was {decimal(first)} there, and at step "
        f"{history.steps} it {growth}.",
        hint=f"try a smaller rate, such as --rate {_smaller_rate(descent)}",
        status=1,
    )


def _smaller_rate(descent: Descent) -> str:
    """The rate at which a quadratic function that grows like this would fall fastest, to one digit."""
    history, rate = descent.history, descent.method.rate
    norms = [norm for norm in history.norms[history.began :] if np.isfinite(norm) and norm > 0]
    ratios = [after / before for before, after in pairwise(norms)]
    plain = ratios and not descent.method.momentum and not descent.method.adam
    smaller = rate / (1 + float(np.median(ratios))) if plain else rate / 10
    return f"{smaller:.1g}" if smaller > 1e-12 else f"{rate / 10:.1g}"


def text_rows(descent: Descent, every: int = 0, digits: int = DIGITS) -> list[Row]:
    """A table of some steps, what is to be said, and the parameters at the end."""
    headings, cells = _table(descent, every, digits)
    widths = [max(width(heading), *(width(row[at]) for row in cells)) for at, heading in enumerate(headings)]
    heads = [pad("", wide - width(text)) + text for text, wide in zip(headings, widths, strict=True)]
    rows: list[Row] = [[Piece("  ".join(heads), "heading")]]
    rows.append([Piece("─" * (sum(widths) + 2 * len(widths) - 2), "quiet")])
    rows += [[Piece("  ".join(text.rjust(wide) for text, wide in zip(row, widths, strict=True)))] for row in cells]
    rows += [[Piece(f"# {remark}", "quiet")] for remark in remarks(descent, digits)]
    if len(headings) == 3:
        for name, array in descent.history.result.items():
            rows.append([Piece(f"{name_text(name)} = {written(array, array.shape, 'text', digits)}", "result")])
    return rows


def markdown(descent: Descent, every: int = 0, digits: int = DIGITS) -> str:
    headings, cells = _table(descent, every, digits)
    lines = ["| " + " | ".join(row) + " |" for row in (headings, *cells)]
    return "\n".join([lines[0], "|" + "---:|" * len(headings), *lines[1:], *(f"\n{one}." for one in remarks(descent))])


def as_csv(descent: Descent, every: int = 0) -> str:
    """Every step, or each so many: its value, the norm of its gradient and the parameters, with all digits."""
    history, entries = descent.history, _entries(descent)
    whole_path = len(history.parameters) > history.steps
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["step", "value", "gradient_norm", *(name + label for label, name, _ in entries if whole_path)])
    for step in steps_shown(history, every or 1):
        row = [step, repr(history.values[step]), repr(history.norms[step])]
        if whole_path:
            row += [repr(float(history.parameters[step][name][place])) for _, name, place in entries]
        writer.writerow(row)
    return out.getvalue().rstrip("\n")


def as_json(descent: Descent, every: int = 0) -> str:
    """``command, expression, wrt, rate, status, history, result``."""
    history = descent.history
    steps = []
    for step in steps_shown(history, every or 1):
        one = {"step": step, "value": history.values[step], "gradient_norm": history.norms[step]}
        found = history.parameters.get(step)
        steps.append(one if found is None else {**one, "parameters": _plain(found)})
    record = {
        "command": "descend",
        "expression": descent.fitted.source,
        "wrt": list(history.wrt),
        "rate": descent.method.rate,
        "status": history.status,
        "diverges_from": history.began if history.status == "diverged" else None,
        "history": steps,
        "result": _plain(history.result),
        "notes": remarks(descent),
    }
    return json.dumps(_finite(record), ensure_ascii=False)


def _plain(parameters: Mapping[str, Any]) -> dict[str, Any]:
    return {name: numbers(array) for name, array in parameters.items()}


def _finite(entry: Any) -> Any:
    """Without what JSON cannot say: null for a number that is not finite."""
    if isinstance(entry, dict):
        return {key: _finite(one) for key, one in entry.items()}
    if isinstance(entry, list):
        return [_finite(one) for one in entry]
    return None if isinstance(entry, float) and not np.isfinite(entry) else entry
