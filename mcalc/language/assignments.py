"""What stands behind ``NAME=`` on a command line: values, ranges, points, sizes, split in one place."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mcalc.language.parser import canonical_name
from mcalc.problems import Problem

_NAME = re.compile(r"\s*([^\W\d]\w*)\s*=(?!=)")
_PLACE = re.compile(r"\s*([^\W\d]\w*\s*(?:\[[\d,\s]*\])?)\s*=(?!=)")


def assignments(
    text: str, hint: str, what: str = "A value is given as NAME=VALUE", elements: bool = False
) -> list[tuple[str, str]]:
    """``f=-1, g=2`` as ``[("f", "-1"), ("g", "2")]``; a piece without a name goes on with the value before it.

    With `elements`, ``w[1]`` may stand on the left as well. Raises Problem, which says `what` is to be given.
    """
    found: list[list[str]] = []
    for piece, separator in pieces(text):
        match = (_PLACE if elements else _NAME).match(piece)
        if match:
            name = match[1].strip()
            found.append([name if "[" in name else canonical_name(name), piece[match.end() :].strip()])
        elif found:
            found[-1][1] += separator + piece
        else:
            raise Problem(f"{what}, and this is `{text.strip()}`.", hint=hint)
    for name, given in found:
        if not given.strip():
            raise Problem(f"The value of `{name}` is missing.", hint=hint)
    return [(name, given.strip().rstrip(",;").strip()) for name, given in found]


def pieces(text: str) -> Iterator[tuple[str, str]]:
    """The text between the commas and semicolons that stand in no bracket, each with the separator before it."""
    depth, start, separator = 0, 0, ""
    for at, letter in enumerate(text):
        depth += (letter in "([{") - (letter in ")]}")
        if letter in ",;\n" and depth == 0:
            yield text[start:at], separator
            start, separator = at + 1, ";" if letter == "\n" else letter
    yield text[start:], separator
