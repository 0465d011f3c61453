"""A result is a page of blocks: they hold order, words, roles and formulas, never a colour, a tag or a width."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields, is_dataclass

from sympy.core.numbers import Integer
from sympy.core.singleton import S

from mcalc.notation.boxes import Box, Name, Row, Size, Typed, within
from mcalc.table.records import Shape
from mcalc.tree.names import name_text, shape_words
from mcalc.tree.open import Signature

Span = str | Box
Spans = tuple[Span, ...]
"""A sentence: words, and formulas set as such."""


@dataclass(frozen=True)
class Heading:
    """`level` 1 is the title of a page; where it is too wide for a line it is `short`, and the rest stands `below`.

    The parts of a page have a `number`, where there are several.
    """

    level: int
    spans: Spans
    short: Spans = ()
    below: Line | None = None
    number: int = 0


@dataclass(frozen=True)
class Prose:
    """A sentence; `role` is quiet, good, bad, variable or nothing, `label` the name of the rule it explains.

    A label without a sentence names the rule that is used. A ``law`` is a formula; ``see`` says where to read on. In a
    verdict the point of an ``example`` and the step where the answer is ``parting`` from the derivation are roles too,
    and what is told ``within`` these.
    """

    spans: Spans
    role: str = ""
    label: str = ""


@dataclass(frozen=True)
class Where:
    """What the names stand for: a name, its shape and its properties; which of them were `assumed`.

    `functions` are the open ones, with what they make of their arguments.
    """

    names: tuple[tuple[Name, Shape, tuple[str, ...]], ...]
    assumed: tuple[str, ...] = ()
    functions: tuple[tuple[Name, Signature], ...] = ()

    def text(self) -> str:
        """``w: n, A: m×n symmetric (assumed; declare with -s NAME=SHAPE)``."""
        listed = [f"{name_text(name.word)}: {' '.join([shape_words(shape), *own])}" for name, shape, own in self.names]
        listed += [f"{name_text(name.word)}: {_arrow(function)}" for name, function in self.functions]
        if not self.assumed:
            return ", ".join(listed)
        every = len(self.assumed) == len(self.names)
        which = "" if every else ", ".join(map(name_text, self.assumed)) + " "
        return f"{', '.join(listed)} ({which}assumed; declare with -s NAME=SHAPE)"


@dataclass(frozen=True)
class Line:
    """``left = right`` with the reason for it; without a left side it goes on from the line above.

    `sign` is what stands between the sides, equals or maps; `named` are the parts that recur in it, each with what it
    stands for. `factors` are, of a chain rule, the shapes of the Jacobians along each path. `role`: an answer in index
    notation, ``index``, has its left side everywhere, and an entry of a larger one, ``entry``.
    """

    left: Box | None
    right: Box
    reason: Spans = ()
    shape: Shape | None = None
    rule: str = ""
    sign: str = "equals"
    named: tuple[tuple[Name, Box], ...] = ()
    factors: tuple[tuple[Shape, ...], ...] = ()
    role: str = ""


@dataclass(frozen=True)
class Equations:
    """Lines below one another.

    `role` is ``definitions`` or ``rules`` of lines that stand each for itself, ``answer``, other ``forms`` of one, or
    nothing; `in_full`: the names of the rules are told beside the reasons. An answer may be one `part`, ``by w``.
    """

    lines: tuple[Line, ...]
    role: str = ""
    in_full: bool = False
    part: Spans = ()

    @property
    def named(self) -> tuple[tuple[Name, Box], ...]:
        """The parts that recur in the lines, each once."""
        found: dict[str, tuple[Name, Box]] = {}
        for line in self.lines:
            for name, box in line.named:
                found.setdefault(name.word, (name, box))
        return tuple(found.values())


@dataclass(frozen=True)
class Table:
    """Cells of sentences; a column of numbers is set to the right; `styles` are the roles of the columns.

    What is `told` below the first cell stands there in a terminal, as it is too long for a column.
    """

    header: tuple[Spans, ...]
    rows: tuple[tuple[Spans, ...], ...]
    numbers: bool = False
    styles: tuple[str, ...] = ()
    told: bool = False


@dataclass(frozen=True)
class Tree:
    """Rows of cells, each so many steps to the right as it is deep."""

    header: tuple[Spans, ...]
    rows: tuple[tuple[int, tuple[Spans, ...]], ...]
    styles: tuple[str, ...] = ()


@dataclass(frozen=True)
class Note:
    """What is to be noted beside a result, or already on how the text was `read`."""

    spans: Spans
    read: bool = False


@dataclass(frozen=True)
class Aside:
    """A sentence that ends in a value."""

    words: Spans
    value: Box


@dataclass(frozen=True)
class Shortened:
    """A result in which a part has a name, ``with e = X·w − y``."""

    name: Box
    part: Box
    result: Box


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


@dataclass(frozen=True)
class Either:
    """What is told in few words in a terminal, and at length in a document."""

    terminal: tuple[Block, ...]
    document: tuple[Block, ...]


@dataclass(frozen=True)
class Example:
    """A command, and the page that it prints."""

    command: str
    page: Page


Block = Heading | Prose | Where | Equations | Table | Tree | Note | Code | Graph | Aside | Shortened | Either | Example


@dataclass(frozen=True)
class Page:
    """The blocks, a title, and what is said in a comment where the format has no place for it.

    Of an `answer` a document that is no whole one has its equations alone; of it, and of a page that is `commented`, a
    terminal has the sentences as comments. In a page of `reference` they begin at the margin.
    """

    blocks: tuple[Block, ...]
    title: Spans = ()
    assumed: tuple[str, ...] = ()
    answer: bool = False
    verdict: bool = False
    commented: bool = False
    reference: bool = False

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
    elif isinstance(part, Signature):
        return
    elif is_dataclass(part):
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


def with_capital(spans: Spans) -> Spans:
    """The sentence with a capital first letter, where it begins with a word."""
    return (capital(spans[0]), *spans[1:]) if spans and isinstance(spans[0], str) else spans


def _arrow(function: Signature) -> str:
    """``n→m``: what an open function makes of its arguments."""
    if function.elementwise:
        return "element by element"
    return f"{' and '.join(map(shape_words, function.inputs))}→{shape_words(function.output)}"


def size_box(shape: Sequence[object]) -> Box:
    """``m × n`` as a formula; a scalar is 1 × 1, a column m × 1."""
    sizes = (*shape, S.One, S.One)[: max(len(shape), 2)]
    parts = tuple(Size(Integer(size) if isinstance(size, int) else size) for size in sizes)
    return Row("sizes", parts, ("", *["times"] * (len(parts) - 1)))
