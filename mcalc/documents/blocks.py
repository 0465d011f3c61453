"""A result is a page of blocks: they hold order, words, roles and formulas, never a colour, a tag or a width."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextvars import copy_context
from dataclasses import dataclass, fields, is_dataclass
from functools import cached_property

from mcalc.documents.data import Data
from mcalc.documents.flow import Graph
from mcalc.notation.boxes import Box, Name, Typed, within
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
    notation, ``index``, has its left side everywhere, and an entry of a larger one, ``entry``. Beside an exact number
    stands what it is `about`.
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
    about: Box | None = None


@dataclass(frozen=True)
class Equations:
    """Lines below one another.

    `role` is ``definitions`` or ``rules`` of lines that stand each for itself, ``cases`` of lines whose reasons say of
    what shapes, ``answer``, what several have in ``common``, other ``forms`` of one, or nothing; `in_full`: the names
    of the rules are told beside the reasons. An answer may be one `part`, ``by w``.
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

    What is `told` below the first cell stands there in a terminal, as it is too long for a column. Columns of numbers
    may be in `groups`, each with its title, its short name and how many they are.
    """

    header: tuple[Spans, ...]
    rows: tuple[tuple[Spans, ...], ...]
    numbers: bool = False
    styles: tuple[str, ...] = ()
    told: bool = False
    groups: tuple[tuple[str, str, int], ...] = ()


@dataclass(frozen=True)
class Entry:
    """An operator in a list: its name, how it is written, its shapes, what it is; equations, each with a sentence."""

    name: str
    written: Spans
    shapes: Spans
    told: tuple[tuple[Spans, Spans], ...]
    about: Spans


@dataclass(frozen=True)
class Entries:
    """A list of operators under the headings of a table."""

    header: tuple[Spans, ...]
    entries: tuple[Entry, ...]


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
class Either:
    """What is told in few words in a terminal, and at length in a document: `at_once`, or made `later` where it is."""

    terminal: tuple[Block, ...]
    at_once: tuple[Block, ...] = ()
    later: Callable[[], Iterable[Block]] | None = None

    @cached_property
    def document(self) -> tuple[Block, ...]:
        """What a document tells."""
        return self.at_once if self.later is None else tuple(self.later())


def in_this_text(build: Callable[[], Iterable[Block]]) -> Callable[[], Iterable[Block]]:
    """What is made later as it would be now: apart from the names of the text that is written."""
    context = copy_context()
    return lambda: context.run(lambda: tuple(build()))


@dataclass(frozen=True)
class Example:
    """A command, and the page that it prints; without a command, the page alone, a little in."""

    command: str
    page: Page


Block = (
    Heading
    | Prose
    | Where
    | Equations
    | Table
    | Entries
    | Tree
    | Note
    | Code
    | Graph
    | Aside
    | Shortened
    | Either
    | Example
)


@dataclass(frozen=True)
class Page:
    """The blocks, a title, and what is said in a comment where the format has no place for it; what programs read.

    Of an `answer` a document that is no whole one has its equations alone; of it, and of a page that is `commented`, a
    terminal has the sentences as comments. In a page of `reference` they begin at the margin. The `notes` are told
    beside what is printed in every format but those of a terminal.
    """

    blocks: tuple[Block, ...]
    title: Spans | Callable[[], Spans] = ()
    assumed: tuple[str, ...] = ()
    answer: bool = False
    verdict: bool = False
    commented: bool = False
    reference: bool = False
    data: Data | None = None
    notes: tuple[str, ...] = ()

    @property
    def headline(self) -> Spans:
        """The title, made when it is asked for."""
        return self.title() if callable(self.title) else self.title

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
    elif isinstance(part, Either):
        yield from _formulas((part.terminal, part.document))
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
