"""How wide a text is in a terminal."""

from __future__ import annotations

import unicodedata

from mcalc.notation.pieces import Run


def width(text: str) -> int:
    """Columns in a terminal: a combining mark takes none."""
    return sum(0 if unicodedata.combining(letter) else 1 for letter in text)


def pad(text: str, columns: int) -> str:
    """The text with blanks behind it, up to so many columns."""
    return text + " " * max(0, columns - width(text))


def text_of(run: Run) -> str:
    """The text of a run."""
    return "".join(piece.text for piece in run)


def width_of(run: Run) -> float:
    """How many columns a run takes."""
    return width(text_of(run).strip())
