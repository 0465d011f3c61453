"""What is written in one line, text or ASCII: brackets, signs between parts, and lines that are broken."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from mcalc.notation.boxes import (
    Box,
    Said,
    within,
)
from mcalc.notation.columns import text_of, width_of
from mcalc.notation.pieces import Piece, Run, broken, deeper
from mcalc.notation.signs import ASCII, TEXT

_PRODUCTS = ("hadamard", "scalar", "entry", "matrix", "dot", "oslash")
_CUTS = {"plus": "sum", "minus": "sum"} | dict.fromkeys(_PRODUCTS, "product")

Written = tuple[Run, int]
"""A run, and the precedence of its outermost operator."""


class InLine:
    """Each box once, in brackets where it binds more loosely than what is around it."""

    signs: ClassVar[dict[str, dict[str, str]]] = {"text": TEXT, "ascii": ASCII}

    def __init__(self, dialect: str, breaking: bool = True) -> None:
        self.dialect, self.sign_of = dialect, self.signs[dialect]
        self.inside: Callable[[Run], Run] = deeper if breaking else list  # how deep is asked where a line may break
        self.ascii = dialect == "ascii"
        self.done: dict[Box, Written] = {}
        self.in_one: dict[Box, Written] | None = None

    def write(self, root: Box) -> str:
        """On one line: every part is one piece, so that none is made anew for each bracket around it."""
        broken_up, self.done = self.done, self.in_one or {}
        self.in_one = self.done
        try:
            return text_of(self.run(root))
        finally:
            self.done = broken_up

    def lines(self, root: Box, first: float, later: float) -> list[str]:
        """Over several lines where it is too long for one; what stands in brackets is indented."""
        found = broken(self.run(root), width_of, (first, later), 2)
        return [("  " * min(line[0].depth, 3) if at else "") + text_of(line).strip() for at, line in enumerate(found)]

    def run(self, root: Box) -> Run:
        """The pieces of a box."""
        for part in [root] if isinstance(root, Said) else within([root], self.done):
            self.set(part)
        return self.done[root][0]

    def set(self, part: Box) -> Written:
        """The pieces of a box and the precedence of its outermost operator, made once."""
        if part not in self.done:
            setter: Callable[[Any], Written] = getattr(self, "_" + type(part).__name__.lower())
            run, level = setter(part)
            self.done[part] = ([Piece(text_of(run))] if self.done is self.in_one else run), level
        return self.done[part]

    def at(self, part: Box, level: int) -> Run:
        """The part, in brackets where it binds more loosely than `level`."""
        run, own = self.set(part)
        return run if own >= level else self.bracketed(run)

    def bracketed(self, run: Run, before: str = "", after: str = "") -> Run:
        """The run in parentheses."""
        return [Piece(before + "("), *self.inside(run), Piece(")" + after)]

    def joined(self, join: str, first: bool = False) -> Piece:
        """The sign between two parts."""
        text = self.sign_of[join]
        return Piece(text.strip() if first else text, cut="" if first else _CUTS.get(join, "rel"))
