"""Sentences as documents set them: words, and formulas between them as boxes.

A `Sentence` knows its formulas. In any other text, a note or a finding, they are looked for.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import partial

from mcalc.documents.blocks import Span, Spans
from mcalc.notation.boxes import Box, Name, Said, Typed, replaced
from mcalc.pages.formulas import Reader
from mcalc.table.sentences import Formula, Sentence
from mcalc.tree.names import name_text

_NOT_ALONE = frozenset("aI")
_BESIDE = re.compile(r"\s+(?:reaches|and|are)\b|,|$")
_TYPED = re.compile("`([^`]+)`")
_LETTERS_OF_RULES: Mapping[str, Box] = {letter: Name(letter, 1) for letter in "uv"}


def spans(text: str, names: Mapping[str, Box]) -> Spans:
    """Words, and the formulas between them; `names` are those of the problem as they stand in text."""
    if isinstance(text, Sentence):
        return tuple(span for piece in text.pieces for span in _set(piece, names))
    return _Finder(text, names).spans()


def _set(piece: str, names: Mapping[str, Box]) -> Iterator[Span]:
    """A piece of a sentence as it is set: of a formula its box, or what it is by the names that stand in it."""
    if not isinstance(piece, Formula):
        yield from (Typed(one) if at % 2 else one for at, one in enumerate(_TYPED.split(piece)) if one)
        return
    if isinstance(piece.box, Box):
        yield Said(str(piece), replaced(piece.box, partial(_of_problem, names)))
        return
    reader = Reader(piece, names if piece.own else _LETTERS_OF_RULES)
    box = reader.formula(inside=True)
    yield str(piece) if box is None or reader.peek() else Said(str(piece), box)


def _of_problem(names: Mapping[str, Box], box: Box) -> Box | None:
    """An intermediate variable, which looks as it does elsewhere."""
    own = names.get(name_text(box.word)) if isinstance(box, Name) else None
    return own if isinstance(own, Name) and own.made else None


class _Finder(Reader):
    """Looks for the formulas in a text."""

    def spans(self) -> Spans:
        """The sentence, its formulas as boxes."""
        found: list[str | Box] = []
        words = ""
        while self.at < len(self.tokens):
            start = self.at
            if self.peek().startswith("`") and len(self.peek()) > 2:
                found += [words, Typed(self.take()[1:-1])] if words else [Typed(self.take()[1:-1])]
                words = ""
                continue
            before = self.tokens[start - 1].text if start else " "
            inner = before[-1].isalnum() or (before == "'" and start > 1 and self.tokens[start - 2].text[-1].isalpha())
            box = None if inner else self.formula()
            shown = self.text[self.tokens[start].start : self.end]
            if box is not None and self.counts(shown, start):
                found += [words] if words else []
                found.append(Said(shown, box))
                words = ""
            else:
                self.at = start
                words += self.tokens[start].text
                self.at += 1
        return tuple([*found, words] if words else found)

    def counts(self, shown: str, start: int) -> bool:
        """Whether it is a formula: more than a word or a number, or a letter that is no word of English."""
        if re.fullmatch(r"[\d.]+", shown):
            return False
        if shown in _NOT_ALONE or (shown == "A" and not start):
            return shown in self.names and bool(_BESIDE.match(self.text, self.end))
        if shown in self.names or not shown.isascii():
            return True
        return len(shown) == 1 or not shown.isalpha()
