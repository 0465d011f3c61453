"""A text in anybody's notation as nested pieces: names, numbers, signs, LaTeX commands and bracketed groups."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

BRACKETS = {"(": ")", "[": "]", "{": "}"}
_PIECE = re.compile(
    r"(?P<space>\s+)|(?P<comment>#[^\n]*)|(?P<command>\\(?:[A-Za-z]+|[^A-Za-z\s]|(?=\s)))"
    r"|(?P<number>\d+(?:\.(?!\.)\d*)?(?:[eE][+-]?\d+)?|\.\d+(?:[eE][+-]?\d+)?)"
    r"|(?P<name>[^\W\d_²³¹⁰⁴-⁹ᵀ](?:[^\W²³¹⁰⁴-⁹ᵀ]|[\u0300-\u036f])*)"
    r"|(?P<mark>\|\||\.\*|\./|\.\^|\.'|\*\*|\.\.|[<>=!]=|->|.)",
    re.DOTALL,
)


@dataclass(frozen=True)
class Piece:
    """A piece of the text with the blanks before it; a group holds the pieces between its brackets."""

    kind: str
    text: str
    start: int = -1
    end: int = -1
    before: str = ""
    inside: tuple[Piece, ...] = ()

    @property
    def is_group(self) -> bool:
        """Whether it is in brackets."""
        return self.kind == "group"

    def tight(self) -> Piece:
        """The piece without blanks before it."""
        return replace(self, before="")


Pieces = tuple[Piece, ...]


def name(text: str, like: Piece | None = None) -> Piece:
    """A name, where `like` stands."""
    before, start, end = ("", -1, -1) if like is None else (like.before, like.start, like.end)
    return Piece("name", text, start, end, before)


def sign(text: str, before: str = "") -> Piece:
    """A sign, with what stands before it."""
    return Piece("mark", text, before=before)


def group(opener: str, inside: Pieces, like: Piece | None = None) -> Piece:
    """What is in brackets, where `like` stands."""
    start, end, before = (-1, -1, "") if like is None else (like.start, like.end, like.before)
    if inside:
        inside = (inside[0].tight(), *inside[1:])
    return Piece("group", opener, start, end, before, inside)


def read(text: str) -> Pieces | None:
    """The pieces of the text; None where its brackets are unsound."""
    stack: list[tuple[str, int, str, list[Piece]]] = [("", 0, "", [])]
    before = ""
    for match in _PIECE.finditer(text):
        kind, found = str(match.lastgroup), match.group()
        if kind in ("space", "comment"):
            before += found
            continue
        if kind == "mark" and found in BRACKETS:
            stack.append((found, match.start(), before, []))
        elif kind == "mark" and found in BRACKETS.values():
            opener, start, blanks, inside = stack.pop()
            if not stack or BRACKETS[opener] != found:
                return None
            stack[-1][3].append(Piece("group", opener, start, match.end(), blanks, tuple(inside)))
        else:
            stack[-1][3].append(Piece(kind, found, match.start(), match.end(), before))
        before = ""
    return tuple(stack[0][3]) if len(stack) == 1 else None


def write(pieces: Pieces) -> str:
    """The text again."""
    parts = []
    for piece in pieces:
        shown = (
            f"{piece.text}{write(piece.inside)}{BRACKETS.get(piece.text, piece.text)}" if piece.is_group else piece.text
        )
        parts.append(piece.before + shown)
    return "".join(parts)
