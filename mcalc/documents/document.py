"""What all documents share: one method a block, formulas within words, lines of equations that fit."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any, NamedTuple

from mcalc.documents.blocks import (
    Block,
    Code,
    Equations,
    Graph,
    Heading,
    Line,
    Note,
    Page,
    Prose,
    Span,
    Spans,
    Table,
    Where,
    capital,
    size_box,
)
from mcalc.documents.options import Options
from mcalc.notation.boxes import Box, Row, Size, Typed, within
from mcalc.notation.fitting import Fitting
from mcalc.notation.pieces import Piece
from mcalc.notation.typeset import Typeset
from mcalc.notation.widths import DISPLAY, TEXT, WIDE, width_of, word_width

_BEFORE_NAMES = "where"
"""The word before the first part that is named."""
_SPACE, _TYPED = 0.333, 0.525
"""The width of a space in em, and of a letter on a typewriter."""
_LARGEST_LEFT = 0.3
"""The share of a line from which on a left side has a line of its own."""


class SetLine(NamedTuple):
    """A line of equations as it is set: its left side, the lines of its right one, and what is said of it.

    `last` is the width of the last line with the column of the left sides; `above`: the left side stands in a line of
    its own; `over` is how far the widest of the lines sticks out.
    """

    left: tuple[str, ...]
    right: tuple[str, ...]
    reason: Spans
    last: float
    above: bool = False
    word: str = ""
    over: float = 0.0


class Document(ABC):
    """Prints blocks; `room` is the line in em."""

    def __init__(self, setter: Typeset, options: Options, room: float, page: Page) -> None:
        self.setter, self.options, self.room, self.page = setter, options, room, page
        formulas = within(list(page.formulas()))
        if setter.style.hadamard == "auto":
            setter.choose(formulas)
        setter.names |= page.names
        self.fitting = Fitting(setter, room, page.names)

    def body(self, blocks: Sequence[Block]) -> list[str]:
        """The lines of the document."""
        lines: list[str] = []
        for block in blocks:
            printer: Any = getattr(self, type(block).__name__.lower())
            lines += printer(block)
        return lines

    @abstractmethod
    def words(self, text: str) -> str:
        """A text in which nothing is read as a sign of the format."""

    @abstractmethod
    def inline(self, box: Box) -> str:
        """A formula within a sentence."""

    def said(self, spans: Spans) -> str:
        """A sentence."""
        return "".join(map(self.span, spans))

    def span(self, span: Span) -> str:
        """A formula, something typed, or words."""
        if isinstance(span, Typed):
            return self.typed(span.text)
        return self.inline(span) if isinstance(span, Box) else self.words(span)

    def above(self, spans: Spans) -> str:
        """A reason in a line of its own, above what it is the reason for."""
        said = self.said(spans)
        return capital(said) + ("." if any(isinstance(span, str) and ":" in span for span in spans) else ":")

    @abstractmethod
    def typed(self, text: str) -> str:
        """What one types, as it is."""

    def width(self, spans: Spans) -> float:
        """About how wide a sentence is."""
        return sum(map(self.width_of_span, spans))

    def width_of_span(self, span: Span) -> float:
        """About how wide a part of a sentence is."""
        if isinstance(span, Typed):
            return _TYPED * len(span.text)
        if isinstance(span, Box):
            return width_of(self.setter.whole_run(span, TEXT))
        return sum(_SPACE if letter == " " else word_width(letter, "upright") for letter in span)

    def reason(self, line: Line) -> Spans:
        """What is said of a line, its shape too where that was asked for."""
        if line.shape is None or not self.options.with_shapes:
            return line.reason
        size = size_box(line.shape)
        return (size, "; ", *line.reason) if line.reason else (size,)

    def set_lines(self, block: Equations) -> list[SetLine]:
        """The lines of a block, each over as many as it needs; named parts follow behind the line that has them."""
        every = [(line.left, line.right, self.reason(line), "") for line in block.lines]
        every += [(name, box, (), "" if at else _BEFORE_NAMES) for at, (name, box) in enumerate(block.named)]
        return [line for one in self.columned(every) for line in one]

    def columned(self, every: Sequence[tuple[Box | None, Box, Spans, str]]) -> list[list[SetLine]]:
        """Equations whose left sides stand in one column, or above where that is too wide."""
        widths = [width_of(self.setter.whole_run(left, DISPLAY)) if left else 0.0 for left, *_ in every]
        column = max([wide for wide in widths if wide <= _LARGEST_LEFT * self.room], default=0.0)
        related = any(left is not None for left, *_ in every)
        return [
            self.one(left, right, reason, column if wide <= column else 0.0, related, word, wide > column)
            for (left, right, reason, word), wide in zip(every, widths, strict=True)
        ]

    def one(
        self, left: Box | None, right: Box, reason: Spans, column: float, related: bool, word: str, above: bool
    ) -> list[SetLine]:
        """A line, and the parts of it that had to get names."""
        sign = [Piece(self.setter.sign("equals"), "rel", WIDE)] if related else []
        room = self.room - column
        found = self.fitting.fit(right, room, sign)
        lefts: tuple[str, ...] = ()
        if left is not None:
            lefts = self.fitting.fit(left, self.room, (), naming=False).lines
        lines = [SetLine(lefts, found.lines, reason, column + found.last, above, word, found.over)]
        for at, (name, box) in enumerate(found.named):
            lines += self.one(name, box, (), 0.0, True, "" if at else _BEFORE_NAMES, False)
        return lines

    # Blocks

    @abstractmethod
    def heading(self, block: Heading) -> list[str]:
        """A heading of its level."""

    @abstractmethod
    def prose(self, block: Prose) -> list[str]:
        """A sentence, after its label if it has one."""

    @abstractmethod
    def where(self, block: Where) -> list[str]:
        """What the names stand for; nothing where there is none."""

    @abstractmethod
    def equations(self, block: Equations) -> list[str]:
        """Equations below one another, with their reasons."""

    @abstractmethod
    def table(self, block: Table) -> list[str]:
        """Rows of cells below a header."""

    @abstractmethod
    def note(self, block: Note) -> list[str]:
        """What is to be noted."""

    @abstractmethod
    def code(self, block: Code) -> list[str]:
        """Text as it is, line by line."""

    @abstractmethod
    def graph(self, block: Graph) -> list[str]:
        """A picture of the data flow."""

    def declared(self, block: Where) -> list[Spans]:
        """``w ∈ Rⁿ``, a name each, with its properties."""
        found: list[Spans] = []
        for name, shape, properties in block.names:
            space = Row("space", (name, *(Size(size) for size in shape)), ("", *["element"] * len(shape)))
            found.append((space, *[" (" + ", ".join(properties) + ")"] * bool(properties)))
        return found

    def assumed(self, block: Where) -> str:
        """Which of the shapes nobody declared."""
        if not block.assumed:
            return ""
        return "" if len(block.assumed) < len(block.names) else " (assumed)"
