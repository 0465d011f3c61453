"""A first look at a text, before anything is imported that knows of shapes: whether the grammar reads it."""

from __future__ import annotations

from collections.abc import Mapping

from mcalc.language.parser import parse
from mcalc.language.pasted import rewritten
from mcalc.language.pasted.ranks import ROW
from mcalc.problems import Problem

_NOWHERE = "?"
"""What is differentiated by may stand in a name such as ``Ax``: then it is not found by itself."""


def look(source: str, shapes: Mapping[str, str]) -> None:
    """Raises the Problem of a text that cannot be read; where it may be another notation, all of mcalc tells."""
    try:
        parse(source, shapes)
    except Problem:
        ranks = {name: _rank(shape) for name, shape in shapes.items()}
        if not rewritten(source, ranks)[1] and not rewritten(source, ranks, (_NOWHERE,))[1]:
            raise


def _rank(shape: str) -> int:
    """Of a shape as it is typed: ``n`` 1, ``m,n`` 2, ``1,n`` a row, ``scalar`` 0."""
    sizes = [size.strip() for size in shape.partition(":")[0].split(",")]
    return ROW if len(sizes) == 2 and sizes[0] == "1" else 0 if sizes == ["scalar"] else len(sizes)
