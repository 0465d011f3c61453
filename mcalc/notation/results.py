"""Any result as it is written: a value, a derivative in index notation, a drawing of its components."""

from __future__ import annotations

from mcalc.networks.index_form import Expression
from mcalc.notation.common_parts import is_unreadable, program, written_out
from mcalc.notation.drawing import Drawing, Drawn, DrawnCases, Slices
from mcalc.notation.writing import write
from mcalc.tree.node import Node


def write_expression(expression: Expression | Drawn, dialect: str = "text") -> str:
    """The expression in ``text``, ``ascii`` or ``latex``; a drawing or a long expression may take several lines."""
    if isinstance(expression, Drawing | DrawnCases | Slices):
        return expression.write(dialect)
    if isinstance(expression, Node) and is_unreadable(expression):
        return program(expression, dialect) or written_out(expression, dialect)
    return write(expression, dialect)
