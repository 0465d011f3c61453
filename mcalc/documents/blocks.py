"""A result is a page of blocks: they hold order, words, roles and formulas, never a colour, a tag or a width."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields

from mcalc.notation.boxes import Box, Name, Row, Size, Typed, within
from mcalc.table.records import Shape

Span = str | Box
Spans = tuple[Span, ...]
"""A sentence: words, and formulas set as such."""


@dataclass(frozen=True)
class Heading:
    """`level` 1 is the title of a page."""

    level: int
    spans: Spans


@dataclass(frozen=True)
class Prose:
    """A sentence; `role` is quiet, good, bad or nothing, `label` the name of the rule it explains."""

    spans: Spans
    role: str = ""
    label: str = ""


@dataclass(frozen=True)
class Where:
    """What the names stand for: a name, its shape and its properties; which of them were `assumed`."""

    names: tuple[tuple[Name, Shape, tuple[str, ...]], ...]
    assumed: tuple[str, ...] = ()


@dataclass(frozen=True)
class Line:
    """``left = right`` with the reason for it; without a left side it goes on from the line above."""

    left: Box | None
    right: Box
    reason: Spans = ()
    shape: Shape | None = None
    rule: str = ""


@dataclass(frozen=True)
class Equations:
    """Lines below one another; `named` are the parts that recur in them, each with what it stands for."""

    lines: tuple[Line, ...]
    role: str = ""
    named: tuple[tuple[Name, Box], ...] = ()


@dataclass(frozen=True)
class Table:
    """Cells of sentences; a column of numbers is set to the right."""

    header: tuple[Spans, ...]
    rows: tuple[tuple[Spans, ...], ...]
    numbers: bool = False


@dataclass(frozen=True)
class Note:
    """What is to be noted beside a result."""

    spans: Spans


@dataclass(frozen=True)
class Code:
    """Lines that stay as they are."""

    text: str
    language: str = ""


@dataclass(frozen=True)
class Words:
    """A line in a graph: a formula, the shape of what it stands for, and what is quiet behind it."""

    formula: Box
    shape: Shape | None = None
    more: str = ""
    jacobian: bool = False


@dataclass(frozen=True)
class Card:
    """A box of a graph: its role is variable, value or result; values `given` enter it; `stacked`: there are many."""

    name: str
    formula: Box
    role: str
    given: tuple[Words, ...] = ()
    stacked: bool = False


@dataclass(frozen=True)
class Arrow:
    """What flows from one card into another, and the Jacobian of this."""

    start: str
    end: str
    lines: tuple[Words, ...]


@dataclass(frozen=True)
class Graph:
    """Cards with arrows between them, and what is said of the last of the cards."""

    cards: tuple[Card, ...]
    arrows: tuple[Arrow, ...]
    answer: tuple[Words, ...]


Block = Heading | Prose | Where | Equations | Table | Note | Code | Graph


@dataclass(frozen=True)
class Page:
    """The blocks, a title, and what is said in a comment where the format has no place for it.

    Of an `answer` a document that is no whole one has its equations alone.
    """

    blocks: tuple[Block, ...]
    title: Spans = ()
    assumed: tuple[str, ...] = ()
    answer: bool = False

    @property
    def names(self) -> frozenset[str]:
        """The names that occur."""
        return frozenset(box.word for box in within(list(self.formulas())) if isinstance(box, Name))

    def formulas(self) -> Iterator[Box]:
        """Every formula of the page."""
        for block in self.blocks:
            yield from _formulas(block)


def _formulas(part: object) -> Iterator[Box]:
    if isinstance(part, Typed):
        return
    if isinstance(part, Box):
        yield part
    elif isinstance(part, tuple):
        for item in part:
            yield from _formulas(item)
    elif isinstance(part, Heading | Prose | Where | Line | Equations | Table | Note | Graph | Card | Arrow | Words):
        for field in fields(part):
            yield from _formulas(getattr(part, field.name))


def sentence(*spans: Span) -> Spans:
    """The parts of a sentence, without empty ones."""
    return tuple(span for span in spans if span != "")


def joined(parts: Sequence[Span], between: str = ", ") -> Spans:
    """The parts with words between them."""
    found: list[Span] = []
    for at, part in enumerate(parts):
        found += [between, part] if at else [part]
    return tuple(found)


def capital(text: str) -> str:
    """The sentence with a capital first letter."""
    return text[:1].upper() + text[1:]


def size_box(shape: Sequence[object]) -> Box:
    """``m × n`` as a formula; a scalar is 1 × 1, a column m × 1."""
    sizes = tuple(shape) or (1, 1)
    parts = tuple(Size(size) for size in (sizes if len(sizes) > 1 else (*sizes, 1)))
    return Row("sizes", parts, ("", *["times"] * (len(parts) - 1)))
