"""The values and the sentences of a derivation as boxes and spans: what its page and a verdict say."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from mcalc.derivation.derivation import Derivation, left_box
from mcalc.derivation.statements import names_of
from mcalc.documents.blocks import Line, Note, Spans, Where
from mcalc.networks.index_form import Expression, IndexForm
from mcalc.notation.boxes import Box, Name
from mcalc.notation.common_parts import LEGIBLE, is_unreadable
from mcalc.notation.drawing import Drawn, Slices
from mcalc.notation.results import named_results
from mcalc.notation.writing import box_of
from mcalc.pages.prose import spans
from mcalc.tree.names import name_text
from mcalc.tree.node import Node

Named = tuple[tuple[Name, Box], ...]


def named_result(result: Expression | Drawn, naming: bool | None, made: Collection[str] = ()) -> tuple[Box, Named]:
    """The box of a result, and the parts of it that have names: those asked for, or worth it."""
    assert not isinstance(result, Slices)
    found = named_results([result], naming, made)
    return found.answers[0], tuple(found.own[0])


def is_long(value: Expression | Drawn) -> bool:
    """Whether nobody could read a value written out."""
    if isinstance(value, IndexForm):
        return value.weight() > LEGIBLE
    return isinstance(value, Node) and is_unreadable(value)


class Sentences:
    """The values and the sentences of a derivation as boxes and spans, with the names of the problem."""

    def __init__(self, derivation: Derivation) -> None:
        self.derivation = derivation
        self.made = frozenset(line.name for line in derivation.lines)
        self.boxes: dict[int, tuple[Box, Named]] = {}
        known = derivation.reading.names
        self.names: dict[str, Box] = {name_text(name): Name(name, len(node.axes)) for name, node in known.items()}
        self.names |= {name_text(line.name): Name(line.name, len(line.node.axes), True) for line in derivation.lines}

    def box(self, value: Expression | Drawn) -> Box:
        """A value as it is set, without the names that its parts may have."""
        return self.named(value)[0]

    def named(self, value: Expression | Drawn) -> tuple[Box, Named]:
        """A value, with names for its parts where nobody could read it otherwise."""
        if id(value) not in self.boxes:
            if isinstance(value, Node | IndexForm) and not is_long(value):
                self.boxes[id(value)] = box_of(value, self.made), ()
            else:
                self.boxes[id(value)] = named_result(value, is_long(value), self.made)
        return self.boxes[id(value)]

    def said(self, text: str) -> Spans:
        """A sentence with the names of the problem in it."""
        return spans(text, self.names)

    def where(self) -> Where:
        """What the names stand for."""
        return names_of(self.derivation)

    def notes(self) -> Iterator[Note]:
        """The notes on how the text was read."""
        yield from (Note(self.said(note), True) for note in self.derivation.reading.notes)

    def lines_of(self, result: Expression | Drawn) -> list[Line]:
        """A result as lines; of an index notation with its left side."""
        if isinstance(result, Slices):
            return [Line(left, right) for left, right in result.lines()]
        left = left_box(self.derivation) if isinstance(result, IndexForm) else None
        box, named = self.named(result)
        return [Line(left, box, (), result.shape, named=named)]
