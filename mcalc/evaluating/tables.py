"""The value and its derivatives at every combination of the varied values, a row each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product

from mcalc.ask import answered
from mcalc.networks.index_form import Expression
from mcalc.notation.boxes import Box, Index, Name
from mcalc.notation.partials import derivative
from mcalc.notation.writing import box_of
from mcalc.numbers.arrays import array_module as np
from mcalc.numbers.decimals import decimal
from mcalc.numbers.definedness import kinks
from mcalc.numbers.evaluation import Evaluator, Number, Slope
from mcalc.numbers.fitting import Fitted, fit
from mcalc.numbers.ranges import Varied
from mcalc.numbers.sizes import whole
from mcalc.numbers.value import Value
from mcalc.problems import Problem
from mcalc.question import Question
from mcalc.table.sentences import as_typed, filled, linked
from mcalc.tree.names import name_text

_LONGEST_HEADING = 30


@dataclass(frozen=True)
class Table:
    """Headings, and rows of numbers below them; None where an entry is not defined, which `notes` explain."""

    source: str
    varied: tuple[str, ...]
    headings: tuple[str, ...]
    plain_headings: tuple[str, ...]
    rows: tuple[tuple[Number | None, ...], ...]
    rounded: bool
    notes: tuple[str, ...] = ()
    boxes: tuple[Box | str, ...] = ()


def tabulate(question: Question, varied: Sequence[Varied], values: Mapping[str, Value]) -> Table:
    """The rows, the first of the varied names changing slowest; raises Problem."""
    for one in varied:
        if one.name in values:
            raise Problem(f"`{one.name}` is both varied and given a value.", hint="keep one of --vary and --at")
    count = 1
    for one in varied:
        count *= len(one.values)
    first = {one.name: one.values[0] for one in varied}
    given = {**values, **first}
    fitted = fit(question.source, given, question.shapes, [name for name in question.names if name in given])
    try:
        return _filled(fitted, varied, question, count)
    except Problem as problem:
        raise problem.with_source(problem.source or question.source) from None


def _filled(fitted: Fitted, varied: Sequence[Varied], question: Question, count: int) -> Table:
    columns: list[tuple[str, str, Expression]] = [("", "value", fitted.reading.value)]
    for name, expression in _derivatives(fitted, question):
        columns.append((f"∂/∂{name_text(name)}", f"d/d{name}", expression))
    slopes = [Slope((name.partition("/d")[2],)) if name != "value" else None for _, name, _ in columns]
    singly = [
        Evaluator([expression], fitted, count, slope) for (_, _, expression), slope in zip(columns, slopes, strict=True)
    ]
    by = [node for name, node in fitted.reading.names.items() if name in question.names]
    rows: list[tuple[Number | None, ...]] = []
    notes: dict[str, None] = {}
    rounded = fitted.rounded or any(value.rounded for one in varied for value in one.values)
    for chosen in product(*(one.values for one in varied)):
        here = replace(fitted, values={**fitted.values, **{value.name: value for value in chosen}})
        found: list[Number | None] = []
        for one in singly:
            if found and found[0] is None:
                found.append(None)
                continue
            try:
                found += one.at(here)
            except Problem as problem:
                found.append(None)
                if len(notes) < 3:
                    notes.setdefault(filled("At {}: {}", _at(chosen), problem.message))
        rows.append(
            (
                *(Number(value.array[()], None if value.exact is None else value.exact[()], ()) for value in chosen),
                *found,
            )
        )
        if by and len(notes) < 3 and count <= 1000 and found[0] is not None:
            for note in kinks(fitted.reading.value, by, here, found[0].arithmetic):
                notes.setdefault(filled("At {}: {}.", _at(chosen), note))
    shapes = [_shape(expression, fitted) for _, _, expression in columns]
    headings = [name_text(one.name) for one in varied]
    plain = [one.name for one in varied]
    title = " ".join(fitted.source.split())
    title = title if len(title) <= _LONGEST_HEADING and not fitted.reading.bound else "value"
    for (label, name, _), shape in zip(columns, shapes, strict=True):
        headings += [(label or title) + place for place in places_of(shape)]
        plain += [name + place for place in places_of(shape)]
    boxes: list[Box | str] = [Name(one.name) for one in varied]
    for (label, name, expression), shape in zip(columns, shapes, strict=True):
        boxes += [_heading(label, name, expression, title, place) for place in places_of(shape)]
    spread = tuple(tuple(_spread(row, len(varied), shapes)) for row in rows)
    names = tuple(one.name for one in varied)
    return Table(fitted.source, names, tuple(headings), tuple(plain), spread, rounded, tuple(notes), tuple(boxes))


def _heading(label: str, name: str, expression: Expression, title: str, place: str) -> Box | str:
    """The heading of a column as a formula: of the value, of its derivative, of an entry of them."""
    indices = tuple(place[1:-1].split(",")) if place else ()
    if label:
        below = name.removeprefix("d/d")
        return derivative(("f", 0, ()), [(below, len(indices), indices)])
    if title == "value":
        return title + place
    return Index(box_of(expression), indices) if indices else box_of(expression)


def _at(chosen: Sequence[Value]) -> str:
    return linked(", ", (as_typed(f"{name_text(value.name)} = {decimal(value.array)}") for value in chosen))


def _scalar(value: Value) -> Number:
    """A value that is varied, as a number of the table."""
    return Number(value.array[()], None if value.exact is None else value.exact[()], ())


def _derivatives(fitted: Fitted, question: Question) -> list[tuple[str, Expression]]:
    found: list[tuple[str, Expression]] = []
    for name in question.names:
        derivation = answered(
            replace(question, wrt=[name], shapes=fitted.declared, command="jacobian", layout="", told=False)
        )
        found.append((derivation.wrt[0], derivation.natural))
    return found


def _shape(expression: Expression, fitted: Fitted) -> tuple[int, ...]:
    return tuple(whole(size, fitted.sizes) for size in expression.shape)


def places_of(shape: Sequence[int]) -> list[str]:
    """``[1,2]`` for each entry, without the axes of size one; nothing for a scalar."""
    kept = [size for size in shape if size != 1]
    if not kept:
        return [""]
    return ["[" + ",".join(str(at + 1) for at in place) + "]" for place in np.ndindex(*kept)]


def _spread(row: Sequence[Number | None], varied: int, shapes: Sequence[tuple[int, ...]]) -> list[Number | None]:
    """One entry a cell."""
    cells = list(row[:varied])
    for number, shape in zip(row[varied:], shapes, strict=True):
        size = int(np.prod(shape, dtype=int))
        if number is None:
            cells += [None] * size
            continue
        exact = [None] * size if number.exact is None else list(np.ravel(number.exact))
        precise = [None] * size if number.precise is None else list(np.ravel(number.precise))
        cells += [
            Number(entry, one, (), better)
            for entry, one, better in zip(np.ravel(number.array), exact, precise, strict=True)
        ]
    return cells
