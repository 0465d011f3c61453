"""Answers in the names of their parts: as boxes, and as lines of text."""

from __future__ import annotations

from typing import NamedTuple

from mcalc.notation.boxes import Box, Name
from mcalc.tree.node import Node


class Part(NamedTuple):
    """A part that has a name, and the answers that it is needed for, the first of them as the lowest bit."""

    word: str
    node: Node
    needed: int

    @property
    def shared(self) -> bool:
        """Whether several answers need it."""
        return self.needed & (self.needed - 1) != 0

    @property
    def answer(self) -> int:
        """The place of the one answer that needs it."""
        return self.needed.bit_length() - 1


class InNames(NamedTuple):
    """Answers that stand together, in the names of their parts: those that several need, and of each its own."""

    shared: list[tuple[Name, Box]]
    own: list[list[tuple[Name, Box]]]
    answers: list[Box]


class Lines(NamedTuple):
    """``t₁ = …`` for each of the parts, which answers need it, and the answers."""

    parts: list[tuple[Part, str]]
    answers: list[str]

    def alone(self, at: int) -> str:
        """One of the answers behind the definitions that it needs."""
        return "\n".join([*(line for part, line in self.parts if part.needed >> at & 1), self.answers[at]])

    def all(self) -> list[str]:
        """The definitions that several answers need, and each answer behind its own."""
        own: list[list[str]] = [[] for _ in self.answers]
        shared: list[str] = []
        for part, line in self.parts:
            (shared if part.shared else own[part.answer]).append(line)
        return [*shared, *(line for lines, answer in zip(own, self.answers, strict=True) for line in (*lines, answer))]
