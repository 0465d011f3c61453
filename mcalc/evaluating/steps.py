"""What a descent shows of each step: its parameters, entry by entry, or the expressions that are looked at."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from mcalc.evaluating.descents import Descent
from mcalc.evaluating.tables import places_of
from mcalc.notation.boxes import Box, Index, Name
from mcalc.notation.writing import box_of, write
from mcalc.numbers.arrays import array_module as np
from mcalc.numbers.descent import History
from mcalc.table.records import Array
from mcalc.tree.names import name_text


@dataclass(frozen=True)
class Column:
    """One number a step: how it is headed, in text and as a formula; its plain name, and its values."""

    heading: str
    box: Box
    name: str
    values: Sequence[float]


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
