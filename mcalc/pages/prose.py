"""Sentences as documents set them: words, formulas between them as boxes; what is typed is between backticks."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import partial

from mcalc.documents.blocks import Span, Spans
from mcalc.networks.index_form import IndexForm
from mcalc.notation.boxes import Box, Name, Said, Typed, replaced
from mcalc.notation.writing import box_of
from mcalc.pages.formulas import Reader
from mcalc.table.sentences import Formula, Sentence
from mcalc.tree.names import name_text
from mcalc.tree.node import Node

_TYPED = re.compile("`([^`]+)`")
_LETTERS_OF_RULES: Mapping[str, Box] = {letter: Name(letter, 1) for letter in "uv"}


def spans(text: str, names: Mapping[str, Box]) -> Spans:
    """Words, and the formulas between them; `names` are those of the problem as they stand in text."""
    return tuple(span for piece in Sentence(text).pieces for span in _set(piece, names))


def _set(piece: str, names: Mapping[str, Box]) -> Iterator[Span]:
    """A piece of a sentence as it is set: of a formula its box, or what it is by the names that stand in it."""
    if not isinstance(piece, Formula):
        yield from (Typed(one) if at % 2 else one for at, one in enumerate(_TYPED.split(piece)) if one)
        return
    box = box_of(piece.box) if isinstance(piece.box, Node | IndexForm) else piece.box
    if isinstance(box, Box):
        yield Said(str(piece), replaced(box, partial(_of_problem, names)))
        return
    reader = Reader(piece, names if piece.own else _LETTERS_OF_RULES)
    read = reader.formula()
    yield str(piece) if read is None or reader.peek() else Said(str(piece), read)


def _of_problem(names: Mapping[str, Box], box: Box) -> Box | None:
    """An intermediate variable, which looks as it does elsewhere."""
    own = names.get(name_text(box.word)) if isinstance(box, Name) else None
    return own if isinstance(own, Name) and own.made else None
