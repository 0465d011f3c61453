"""Values within a sentence: as text and as they are set."""

from __future__ import annotations

from mcalc.networks.index_form import Expression
from mcalc.notation.boxes import equation
from mcalc.notation.drawing import Drawing, Drawn, DrawnCases, Slices
from mcalc.notation.results import write_expression
from mcalc.notation.writing import box_of
from mcalc.table.sentences import Formula


def formula_of(value: Expression) -> Formula:
    """A value in a sentence."""
    return Formula(write_expression(value), box=box_of(value))


def equated(one: Expression | Drawn, other: Expression | Drawn) -> Formula:
    """``one = other`` in a sentence."""
    text = f"{write_expression(one)} = {write_expression(other)}"
    drawn = (Drawing, DrawnCases, Slices)
    if isinstance(one, drawn) or isinstance(other, drawn):
        return Formula(text)
    return Formula(text, box=equation(box_of(one), box_of(other)))
