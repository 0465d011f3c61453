"""Sentences of words and formulas: the place that writes a sentence knows which is which."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Self

_MARKED = re.compile(r"\{([^{}]*)\}")


class Formula(str):
    """A formula within a sentence, in the signs of the text notation.

    `own`: its names are those of the problem, and no letters of a rule; `box` is the formula as it is set, or the value
    that it is of, where the place that writes the sentence has it; that of a table is read.
    """

    own: bool
    box: object | None

    def __new__(cls, text: str, own: bool = False, box: object | None = None) -> Self:
        """The formula; where it is neither own nor has a box, its letters are those of a rule."""
        found = super().__new__(cls, text)
        found.own, found.box = own, box
        return found


class Sentence(str):
    """A sentence, as text; `pieces` are its words, and its formulas as `Formula`."""

    pieces: tuple[str, ...]

    def __new__(cls, *parts: str) -> Self:
        """The parts in a row: words, formulas, sentences."""
        pieces: list[str] = []
        for part in parts:
            for piece in part.pieces if isinstance(part, Sentence) else (part,):
                words = not isinstance(piece, Formula)
                if words and pieces and not isinstance(pieces[-1], Formula):
                    pieces[-1] += piece
                elif piece:
                    pieces.append(piece)
        found = super().__new__(cls, "".join(pieces))
        found.pieces = tuple(pieces)
        return found

    def cut(self, start: int, end: int | None = None) -> Sentence:
        """The part of the sentence between two places; a formula that is cut is words."""
        end = len(self) if end is None else end
        parts, at = [], 0
        for piece in self.pieces:
            low, high = max(start - at, 0), min(end - at, len(piece))
            if low < high:
                parts.append(piece if high - low == len(piece) else str(piece)[low:high])
            at += len(piece)
        return Sentence(*parts)


def told(marked: str, own: bool = False) -> Sentence:
    """A sentence of a table, whose formulas stand between braces: ``{A·B} is a product``."""
    if isinstance(marked, Sentence):
        return marked
    return Sentence(*(Formula(part, own) if at % 2 else part for at, part in enumerate(_MARKED.split(marked))))


def as_typed(text: str) -> Formula:
    """A name of the problem, or a part of it as it was typed."""
    return Formula(text, own=True)


def filled(words: str, *values: str) -> Sentence:
    """The words with a value wherever they have ``{}``: ``filled("the factor {} is missing", formula)``."""
    first, *rest = words.split("{}")
    return Sentence(first, *(part for value, after in zip(values, rest, strict=True) for part in (value, after)))


def linked(between: str, parts: Iterable[str]) -> Sentence:
    """The parts with words between them."""
    return Sentence(*(piece for at, part in enumerate(parts) for piece in ((between, part) if at else (part,))))
