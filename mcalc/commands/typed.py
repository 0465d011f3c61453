"""Words as they are typed in a shell."""

from __future__ import annotations

import re


def typed(word: str) -> str:
    """The word as it is typed in a shell, in quotation marks where it needs them."""
    if re.fullmatch(r"[\w.,=:/@+-]+", word):
        return word
    from shlex import quote

    return quote(word) if re.search(r'["$`\\!]', word) else f'"{word}"'
