"""A value, or a derivative at a point, as a page: exact, with its decimals beside it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from mcalc.documents.blocks import Block, Equations, Line, Note, Page, Prose, Spans, Table, size_box
from mcalc.notation.boxes import Box, Name, Row
from mcalc.notation.of_numbers import DIGITS
from mcalc.notation.partials import derivative
from mcalc.notation.writing import box_of
from mcalc.numbers.arrays import array_module as np
from mcalc.numbers.evaluation import Number
from mcalc.numbers.written import box, exact, written
from mcalc.pages.prose import spans
from mcalc.tree.names import name_text
from mcalc.tree.node import Node


def page(found: Any, digits: int = DIGITS, lhs: bool = False, about: bool = True) -> Page:
    """The answers, beside the exact ones their decimals, and the intermediate values if they were asked for."""
    return Page(tuple(_blocks(found, digits, lhs, about)), (), (), not found.intermediate)


def _blocks(found: Any, digits: int, lhs: bool, about: bool) -> Iterator[Block]:
    rounded = found.fitted.rounded
    if found.intermediate:
        rows = tuple(
            (
                (_label(answer, found),),
                (_value(answer.number, rounded, digits, False),),
                (size_box(answer.number.shape),),
            )
            for answer in found.intermediate
        )
        yield Table((("name",), ("value",), ("shape",)), rows)
    lines: list[Line] = []
    several = len(found.answers) > 1 or lhs
    for answer in found.answers:
        if len(answer.number.shape) > 2:
            lines += _slices(answer, digits)
            continue
        left = derivative(("f", 0, ()), [(answer.wrt[0], 0, ())]) if answer.wrt and several else None
        lines.append(Line(left, _value(answer.number, rounded, digits, about)))
    yield Equations(tuple(lines), "answer")
    for answer in found.answers:
        size: Spans = (size_box(answer.number.shape), f", {found.layout} layout") if answer.wrt else ()
        if not answer.wrt and any(length != 1 for length in answer.number.shape):
            size = (size_box(answer.number.shape),)
        if size:
            by = f"by {', '.join(map(name_text, answer.wrt))}: " if len(found.answers) > 1 else ""
            yield Prose((by, *size, "."), "quiet")
        yield from (Note(spans(note, {})) for note in answer.notes)


def _label(answer: Any, found: Any) -> Box:
    if found.fitted.reading.bound or not isinstance(answer.node, Node):
        bound = found.fitted.reading.bound
        word = next((name for name in bound if name_text(name) == answer.name), answer.name)
        return Name(word, len(bound[word].axes) if word in bound else 0)
    return box_of(answer.node)


def _value(number: Number, rounded: bool, digits: int, both: bool) -> Box:
    """The exact value, beside it its decimals where `both` are asked for; these alone where there is no exact one."""
    about = box(number.decimals, number.shape, digits)
    if number.exact is None or not exact(number, "latex", rounded):
        return about
    whole = box(number.exact, number.shape)
    if not both or written(number.exact, number.shape, "latex") == written(
        number.decimals, number.shape, "latex", digits
    ):
        return whole
    return Row("relation", (whole, about), ("", "about"))


def _slices(answer: Any, digits: int) -> Iterator[Line]:
    """A derivative of order 3 or 4: for each entry of the variable, the derivative of the value by it."""
    array = answer.number.array
    axes = len(answer.node.tensor.variable) if not isinstance(answer.node, Node) else 1
    before = len(array.shape) - (2 if len(array.shape) == 4 else axes)
    for place in np.ndindex(array.shape[before:]):
        left = derivative(("y", 1, ()), [(answer.wrt[0], len(place), [str(at + 1) for at in place])])
        yield Line(left, box(array[(..., *place)], array.shape[:before], digits))
