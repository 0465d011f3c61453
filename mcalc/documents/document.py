"""What all documents share: one method a block, formulas within words, lines of equations that fit."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import replace
from math import inf
from typing import NamedTuple

from mcalc.documents.at_length import LONGEST_BESIDE, at_length, letters, named, together, with_decimals
from mcalc.documents.blocks import (
    Aside,
    Block,
    Code,
    Either,
    Entries,
    Equations,
    Example,
    Heading,
    Line,
    Note,
    Page,
    Prose,
    Shortened,
    Span,
    Spans,
    Table,
    Tree,
    Where,
    with_capital,
)
from mcalc.documents.flow import Graph
from mcalc.documents.options import Options
from mcalc.notation.boxes import Box, Row, Size, Typed, equation, within
from mcalc.notation.fitting import Fitting
from mcalc.notation.pieces import Piece, tallest
from mcalc.notation.said import size_box
from mcalc.notation.typeset import Typeset
from mcalc.notation.widths import DISPLAY, TEXT, WIDE, width_of, word_width

_BEFORE_NAMES = "where"
"""The word before the first part that is named."""
_STEP = "\u2003"
_WORDS = re.compile(r"\s*\S+|\s+$")
_SPACE, _TYPED = 0.333, 0.525
"""The width of a space in em, and of a letter on a typewriter."""
_LARGEST_LEFT, _LARGEST_HEADED = 0.3, 0.6
"""The share of a line from which on a left side has a line of its own, and the formula of a heading too."""
_ASIDE, _LOW = 0.4, 0.8
"""How wide and how high a value may be that stands within a sentence."""
_AROUND_REASON = 2.8
"""A quad twice and two brackets, in em, where a reason stands beside its line."""


class SetLine(NamedTuple):
    """A line of equations as it is set: its left side, the lines of its right one, and what is said of it.

    `last` is the width of the last line with the column of the left sides; `above`: the left side stands in a line of
    its own; `over` is how far the widest of the lines sticks out, `tall` how high they are together, `widest` the width
    of the widest part that no line breaks, in em.
    """

    left: tuple[str, ...]
    right: tuple[str, ...]
    reason: Spans
    last: float
    above: bool = False
    word: str = ""
    over: float = 0.0
    tall: float = 0.0
    widest: float = 0.0


class Document(ABC):
    """Prints blocks; `room` is the line in em, `narrow` one that it may come to.

    An answer that is `pasted` into a document is its formula alone.
    """

    pasted = False

    def __init__(self, setter: Typeset, options: Options, room: float, page: Page, narrow: float = inf) -> None:
        self.setter, self.options, self.room, self.page = setter, options, room, page
        formulas = within(list(page.formulas()))
        if setter.style.hadamard == "auto":
            setter.choose(formulas)
        setter.names |= page.names
        self.fitting = Fitting(setter, room, page.names, narrow)

    def body(self, blocks: Sequence[Block]) -> list[str]:
        """The lines of the document."""
        lines: list[str] = []
        for block in together(blocks):
            table = isinstance(block, Equations) and block.role == "rules"
            printer: Callable[[Block], list[str]] = getattr(self, "rules" if table else type(block).__name__.lower())
            lines += printer(at_length(block) if isinstance(block, Prose | Table) else block)
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
        return self.said(self.begun(spans))

    def begun(self, spans: Spans) -> Spans:
        """The same as a sentence: with a capital, and a colon, or a full stop where there is a colon already."""
        end = "." if any(isinstance(span, str) and ":" in span for span in spans) else ":"
        return (*with_capital(spans), end)

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
        named = [Line(name, box) for name, box in block.named]
        words = [*[""] * len(block.lines), *[_BEFORE_NAMES][: len(named)], *[""] * (len(named) - 1)]
        return [line for one in self.columned([*block.lines, *named], words) for line in one]

    def columned(self, every: Sequence[Line], words: Sequence[str]) -> list[list[SetLine]]:
        """Equations whose left sides stand in one column, or above where that is too wide; the words before them."""
        widths = [width_of(self.setter.whole_run(line.left, DISPLAY)) if line.left else 0.0 for line in every]
        column = max([wide for wide in widths if wide <= _LARGEST_LEFT * self.room], default=0.0)
        found, related = [], False
        for line, wide, word in zip(every, widths, words, strict=True):
            related = related or line.left is not None
            found.append(self.one(line, column if wide <= column else 0.0, related, word, wide > column))
        return found

    def one(self, line: Line, column: float, related: bool, word: str, above: bool) -> list[SetLine]:
        """A line, and the parts of it that had to get names."""
        sign = [Piece(self.setter.sign(line.sign), "rel", WIDE)] if related else []
        room = self.room - column
        found = self.fitting.fit(line.right if self.pasted else with_decimals(line), room, sign)
        lefts: tuple[str, ...] = ()
        if line.left is not None:
            lefts = self.fitting.fit(line.left, self.room, (), naming=False).lines
        last, reason = column + found.last, self.reason(line)
        lines = [SetLine(lefts, found.lines, reason, last, above, word, found.over, found.tall, found.widest)]
        for at, (name, box) in enumerate(found.named):
            lines += self.one(Line(name, box), 0.0, True, "" if at else _BEFORE_NAMES, False)
        return lines

    def is_beside(self, line: SetLine) -> bool:
        """Whether the reason stands beside the line."""
        return bool(line.reason) and len(line.right) == 1 and self.needed(line) <= self.room

    def needed(self, line: SetLine) -> float:
        """The room of a line with the reason beside it."""
        return line.last + _AROUND_REASON + self.width(line.reason)

    def wrapped(self, spans: Spans, room: float) -> list[Spans]:
        """A sentence as lines that fit; a formula stays whole."""
        lines: list[list[Span]] = [[]]
        used = 0.0
        for span in spans:
            for part in [span] if isinstance(span, Box) else _WORDS.findall(span):
                wide = self.width_of_span(part)
                if lines[-1] and used + wide > room and not (isinstance(part, str) and part[0] in ",.;:)"):
                    lines.append([])
                    used = 0.0
                lines[-1].append(part.lstrip() if isinstance(part, str) and not lines[-1] else part)
                used += wide
        return [tuple(line) for line in lines]

    def titled(self, block: Heading) -> str:
        """The text of a heading, with its number."""
        return self.said((f"{block.number}. ", *block.spans) if block.number else block.spans)

    def is_short(self, block: Heading) -> bool:
        """Whether the formulas of a heading have to stand below it."""
        return block.below is not None and self.width(block.spans) > _LARGEST_HEADED * self.room

    # Blocks

    @abstractmethod
    def heading(self, block: Heading) -> list[str]:
        """A heading of its level."""

    @abstractmethod
    def prose(self, block: Prose) -> list[str]:
        """A sentence, after its label if it has one."""

    def either(self, block: Either) -> list[str]:
        """What a document says."""
        return self.body(block.document)

    def example(self, block: Example) -> list[str]:
        """The command, and what it prints."""
        return self.body([*([Code(block.command, "console")] if block.command else []), *block.page.blocks])

    def entries(self, block: Entries) -> list[str]:
        """A table: name, how it is written, the equations, what it is."""
        rows = []
        for one in block.entries:
            told = [span for at, (equation, _) in enumerate(one.told) for span in ((", ",) * bool(at) + equation)]
            rows.append(((one.name,), one.written, tuple(told), one.about))
        return self.table(Table(block.header, tuple(rows)))

    def shortened(self, block: Shortened) -> list[str]:
        """A result in which a part has a name."""
        return self.aside(Aside(("With ", equation(block.name, block.part), " it is "), block.result))

    def aside(self, block: Aside) -> list[str]:
        """A sentence with a value: within it, or below it where it is long or high."""
        *words, last = block.words
        run = self.setter.whole_run(block.value, TEXT)
        if width_of(run) <= _ASIDE * self.room and tallest(run) <= _LOW:
            return self.prose(Prose((*words, last, block.value, ".")))
        return self.body([Prose((*words, f"{str(last).rstrip()}:")), Equations((Line(None, block.value),))])

    @abstractmethod
    def where(self, block: Where) -> list[str]:
        """What the names stand for; nothing where there is none."""

    @abstractmethod
    def equations(self, block: Equations) -> list[str]:
        """Equations below one another, with their reasons."""

    def rules(self, block: Equations) -> list[str]:
        """A table of rules: beside each equation a short reason, or the name of the rule, which is explained below."""
        lines, apart = [], []
        for line in block.lines:
            short = 0 < letters(line.reason) <= LONGEST_BESIDE
            label, reason = named(line.rule, line.reason)
            lines.append(line if short or not label else replace(line, reason=(label,)))
            if line.reason and not short:
                apart.append(Prose(reason, "", label))
        return self.body([replace(block, lines=tuple(lines), role=""), *apart])

    @abstractmethod
    def table(self, block: Table) -> list[str]:
        """Rows of cells below a header."""

    def tree(self, block: Tree) -> list[str]:
        """The rows as those of a table."""
        rows = [((_STEP * deep, *cells[0]), *cells[1:]) for deep, cells in block.rows]
        return self.table(Table(block.header, tuple(rows)))

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
