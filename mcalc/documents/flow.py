"""The data flow as a block: cards with arrows between them."""

from __future__ import annotations

from dataclasses import dataclass

from mcalc.notation.boxes import Box
from mcalc.table.records import Shape


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
