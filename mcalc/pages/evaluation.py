"""A value, or a derivative at a point, as a page: exact, with its decimals beside it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial

from mcalc.documents.blocks import Block, Either, Equations, Line, Note, Page, Prose, Spans, Table, joined
from mcalc.documents.data import Data, beyond_doubles
from mcalc.evaluating.values import Answer, Evaluation
from mcalc.notation.boxes import Box, Decimal, Name, Root, Row, Said, equation
from mcalc.notation.of_numbers import DIGITS
from mcalc.notation.partials import derivative
from mcalc.notation.said import size_box
from mcalc.notation.writing import box_of
from mcalc.notation.writing import written as as_text
from mcalc.numbers.arrays import array_module as np
from mcalc.numbers.evaluation import Number
from mcalc.numbers.written import UNIT, box, exact
from mcalc.pages.columns import lost, numbers
from mcalc.pages.prose import spans
from mcalc.tree.names import name_text
from mcalc.tree.node import Node

_UNIT = Said(UNIT, equation(Name("i"), Root(Row("sum", (Decimal("1"),), ("minus",), (0,)))))


def page(found: Evaluation, digits: int = DIGITS, lhs: bool = False) -> Page:
    """The answers, beside the exact ones their decimals, and the intermediate values if they were asked for."""
    blocks = tuple(_Evaluation(found, digits).blocks(lhs))
    notes = tuple(dict.fromkeys(note for answer in found.answers for note in answer.notes))
    every = [one.number for one in (*found.intermediate, *found.answers)]
    data = Data(partial(record, found), lost=lost(every))
    return Page(blocks, answer=not found.intermediate, commented=True, data=data, notes=notes)


class _Evaluation:
    def __init__(self, found: Evaluation, digits: int) -> None:
        self.found, self.digits = found, digits

    def blocks(self, lhs: bool) -> Iterator[Block]:
        """The unit of imaginary numbers, what is between, and each answer with its decimals and its shape."""
        found = self.found
        every = [one.number for one in (*found.intermediate, *found.answers) if len(one.number.shape) < 3]
        if any("i" in re.findall(r"[^\W\d_]+", as_text(self.value(one)[0])) for one in every):
            yield Either((Equations((Line(None, _UNIT),), "answer"),), ())
        if found.intermediate:
            yield from self.intermediate()
        several = len(found.answers) > 1
        for answer in found.answers:
            by: Spans = ("by ", *joined([Name(name) for name in answer.wrt])) if several else ()
            yield Equations(tuple(self.lines(answer, several or lhs)), "answer", part=by)
            size = self.size(answer)
            if size:
                at_length = Prose((*by, ": ", *size, ".")) if several else Prose((*size, "."), "quiet")
                yield Either((Prose(size, "quiet"),), (at_length,))
            yield from (Note(spans(note, {})) for note in answer.notes)

    def lines(self, answer: Answer, sided: bool) -> Iterator[Line]:
        """``value ≈ decimals``; of order 3 or 4, for each entry of the variable, the derivative of the value by it."""
        array = answer.number.array
        if len(answer.number.shape) < 3:
            left = derivative(("f", 0, ()), [(answer.wrt[0], 0, ())]) if answer.wrt and sided else None
            value, about = self.value(answer.number)
            yield Line(left, value, about=about)
            return
        axes = len(answer.node.tensor.variable) if not isinstance(answer.node, Node) else 1
        before = len(array.shape) - (2 if len(array.shape) == 4 else axes)
        for place in np.ndindex(array.shape[before:]):
            left = derivative(("y", 1, ()), [(answer.wrt[0], len(place), [str(at + 1) for at in place])])
            yield Line(left, box(array[(..., *place)], array.shape[:before], self.digits), role="entry")

    def size(self, answer: Answer) -> Spans:
        """The shape, and of a derivative its layout."""
        if answer.wrt:
            return (size_box(answer.number.shape), f", {self.found.layout} layout")
        return (size_box(answer.number.shape),) if any(length != 1 for length in answer.number.shape) else ()

    def intermediate(self) -> Iterator[Block]:
        """A table; in a terminal an equation a line."""
        told, rows = [], []
        for answer in self.found.intermediate:
            label, size = self.label(answer), size_box(answer.number.shape)
            value, about = self.value(answer.number)
            beside: Spans = () if about is None else (" ≈ ", about)
            told.append(((label, " = ", value, *beside), (size,)))
            rows.append(((label,), (value,), (size,)))
        table = Table((("name",), ("value",), ("shape",)), tuple(rows))
        yield Either((Table((), tuple(told), styles=("quiet", "shape")),), (table,))

    def label(self, answer: Answer) -> Box:
        """The name that the program gives to a value, else the value."""
        bound = self.found.fitted.reading.bound
        if not bound and isinstance(answer.node, Node):
            return box_of(answer.node)
        word = next((name for name in bound if name_text(name) == answer.name), answer.name)
        return Name(word, len(bound[word].axes) if word in bound else 0)

    def value(self, number: Number) -> tuple[Box, Box | None]:
        """The number, exact where that is worth reading, and its decimals where these are another text."""
        about = box(number.decimals, number.shape, self.digits)
        if number.exact is None or not exact(number, "text", self.found.fitted.rounded):
            return about, None
        whole = box(number.exact, number.shape)
        return whole, about if as_text(about) != as_text(whole) else None


# For programs -----------------------------------------------------------------------------------------------------


def record(found: Evaluation) -> dict[str, object]:
    """``command, expression, at, layout, answers`` for JSON."""
    answers = [_answer(answer, found) for answer in found.answers]
    result: dict[str, object] = {
        "command": "eval",
        "expression": found.fitted.source,
        "at": {name: numbers(value.array) for name, value in found.fitted.values.items() if value.array.size <= 1000},
    }
    if found.layout:
        result["layout"] = found.layout
    if found.intermediate:
        result["intermediate"] = [{"name": answer.name, **_answer(answer, found)} for answer in found.intermediate]
    return result | (answers[0] if len(answers) == 1 else {"parts": answers})


def _answer(answer: Answer, found: Evaluation) -> dict[str, object]:
    known = {dialect: exact(answer.number, dialect, found.fitted.rounded) for dialect in ("text", "ascii", "latex")}
    record: dict[str, object] = {"wrt": list(answer.wrt)} if answer.wrt else {}
    return record | {
        "shape": list(answer.number.shape),
        "exact": known if known["text"] else None,
        "value": numbers(answer.number.array),
        "notes": [*answer.notes, *beyond_doubles(lost([answer.number]), "null")],
    }
