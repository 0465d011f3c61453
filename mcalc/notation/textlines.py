"""A formula in text over several lines."""

from __future__ import annotations

import re
from itertools import pairwise

from mcalc.notation.columns import width
from mcalc.notation.pieces import Piece, Run
from mcalc.notation.pieces import broken as cheapest_lines

_CUTS = re.compile(r"(?<=[,;] )|(?= (?:for|if|where) )|(?= (?:[<>≤≥=]|<=|>=) )|(?= [+−-] )|(?=·|\*| [⊗⊘/] |@)")
_LOOSENESS = ((";=", "rel"), (",fiw", "comma"), ("<>≤≥+−-", "sum"))
_KINDS = {letter: kind for letters, kind in _LOOSENESS for letter in letters}
"""The kind of a cut by the first letter of what stands there."""


def broken(mathematics: str, columns: int, indent: str = "  ", first: int | None = None) -> list[str]:
    """A long formula over several lines, broken at its outermost operators, each of which begins a line.

    A continued line begins with `indent`; `first` is the room of the first line, where that differs. Only a part
    without operators is wider than its line.
    """
    room = columns if first is None else first
    if width(mathematics) <= room:
        return [mathematics]
    lines = cheapest_lines(_run(mathematics), _columns, (room, columns - width(indent)), 2)
    return [
        (indent + "  " * min(line[0].depth, 3) if at else "") + "".join(piece.text for piece in line).strip()
        for at, line in enumerate(lines)
    ]


def _columns(run: Run) -> float:
    return width("".join(piece.text for piece in run).strip())


def _run(text: str) -> Run:
    """The pieces of a formula in text, cut before its operators."""
    cuts = [
        match.start()
        for match in _CUTS.finditer(text)
        if 0 < match.start() < len(text) and text[: match.start()].strip()
    ]
    run: Run = []
    depth = 0
    for start, end in pairwise([0, *cuts, len(text)]):
        before = (
            text[start - 2]
            if start and text[start - 1] == " " and text[start - 2] in ",;"
            else text[start:].lstrip()[0]
        )
        run.append(Piece(text[start:end], cut=_KINDS.get(before, "product") if start else "", depth=depth))
        depth += sum((letter in "([{") - (letter in ")]}") for letter in text[start:end])
    return run
