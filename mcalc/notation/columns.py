"""How wide a text is in a terminal."""

from __future__ import annotations

import unicodedata


def width(text: str) -> int:
    """Columns in a terminal: a combining mark takes none."""
    return sum(0 if unicodedata.combining(letter) else 1 for letter in text)


def pad(text: str, columns: int) -> str:
    """The text with blanks behind it, up to so many columns."""
    return text + " " * max(0, columns - width(text))
