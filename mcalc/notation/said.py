"""Values within a sentence: as text and as they are set."""

from __future__ import annotations

from collections.abc import Sequence

from sympy.core.numbers import Integer
from sympy.core.singleton import S

from mcalc.networks.index_form import Expression
from mcalc.notation.boxes import Box, Row, Size, equation
from mcalc.notation.common_parts import is_unreadable, named_boxes
from mcalc.notation.drawing import Drawing, Drawn, DrawnCases, Slices
from mcalc.notation.results import write_expression
from mcalc.notation.writing import box_of, written
from mcalc.table.records import Shape
from mcalc.table.sentences import Formula
from mcalc.tree.names import sizes_shown
from mcalc.tree.node import Node

LONGEST = 60
"""Of a longer formula a terminal has the beginning."""


def formula_of(value: Expression) -> Formula:
    """A value in a sentence."""
    return Formula(write_expression(value), box=value)


def named_formula(value: Node) -> Formula:
    """A value in a sentence; of one that nobody could read written out the last line, in the names of its parts."""
    if not is_unreadable(value):
        return formula_of(value)
    (box,) = named_boxes([value]).answers
    return Formula(written(box), box=box)


def clipped(value: Expression) -> Formula:
    """A value in a sentence; a long one is cut short where it is text."""
    text = write_expression(value)
    return Formula(text if len(text) <= LONGEST else text[: LONGEST - 3] + "…", box=value)


def shown_shape(shape: Shape) -> Formula:
    """``m×n`` in a sentence."""
    return Formula(sizes_shown(shape), box=size_box(shape))


def size_box(shape: Sequence[object]) -> Box:
    """``m × n`` as a formula; a scalar is 1 × 1, a column m × 1."""
    sizes = (*shape, S.One, S.One)[: max(len(shape), 2)]
    parts = tuple(Size(Integer(size) if isinstance(size, int) else size) for size in sizes)
    return Row("sizes", parts, ("", *["times"] * (len(parts) - 1)))


def equated(one: Expression | Drawn, other: Expression | Drawn) -> Formula:
    """``one = other`` in a sentence."""
    text = f"{write_expression(one)} = {write_expression(other)}"
    drawn = (Drawing, DrawnCases, Slices)
    if isinstance(one, drawn) or isinstance(other, drawn):
        return Formula(text)
    return Formula(text, box=equation(box_of(one), box_of(other)))
