"""Any result as it is written: a value, a derivative in index notation, a drawing of its components."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import chain

from mcalc.networks.index_form import Expression, IndexForm
from mcalc.notation.common_parts import is_unreadable, lines_of, named_boxes, program, written_out
from mcalc.notation.drawing import Drawing, Drawn, DrawnCases, Slices
from mcalc.notation.in_names import InNames
from mcalc.notation.writing import printer, write
from mcalc.tree.node import Node


def write_expression(expression: Expression | Drawn, dialect: str = "text") -> str:
    """The expression in ``text``, ``ascii`` or ``latex``; a drawing or a long expression may take several lines."""
    if isinstance(expression, Drawing | DrawnCases | Slices):
        return expression.write(dialect)
    if isinstance(expression, Node) and is_unreadable(expression):
        return program(expression, dialect) or written_out(expression, dialect)
    return write(expression, dialect)


def write_together(results: Sequence[Expression | Drawn], dialect: str = "text") -> str:
    """Results in ``text`` or ``ascii`` below each other; where one is long, what recurs has one name in all of them."""
    values = _long(results)
    if values:
        return "\n".join(lines_of(values, dialect).all())
    return "\n".join(write_expression(result, dialect) for result in results)


def aligned(lefts: Sequence[str], results: Sequence[Expression | Drawn]) -> str:
    """Results in LaTeX with their left sides; where one is long, what recurs has one name in all of them."""
    values, setter = _long(results), printer("latex")
    if values:
        found = named_boxes(values, None)
        rows = [f"{left} &= {setter.write(box)}" for left, box in zip(lefts, found.answers, strict=True)]
        named = [f"{setter.write(name)} &= {setter.write(box)}" for name, box in chain(found.shared, *found.own)]
        rows += [r"& \text{where}", *named] if named else []
    else:
        rows = [f"{left} &= {write_expression(one, 'latex')}" for left, one in zip(lefts, results, strict=True)]
    return "\\begin{aligned}\n" + " \\\\\n".join(rows) + "\n\\end{aligned}"


def _long(results: Sequence[Expression | Drawn]) -> list[Expression]:
    """The results, where nobody could read one of them written out; nothing else, and nothing where some are drawn."""
    values = [result for result in results if isinstance(result, Node | IndexForm)]
    long = len(values) == len(results) and any(isinstance(value, Node) and is_unreadable(value) for value in values)
    return values if long else []


def named_results(
    results: Sequence[Expression | Drawing | DrawnCases], asked: bool | None, made: Iterable[str] = ()
) -> InNames:
    """The boxes of results that stand together, in the names of their parts; what is drawn has none."""
    found = named_boxes([result for result in results if isinstance(result, Node | IndexForm)], asked, made)
    values = iter(zip(found.own, found.answers, strict=True))
    every = [([], one.box()) if isinstance(one, Drawing | DrawnCases) else next(values) for one in results]
    return InNames(found.shared, [own for own, _ in every], [box for _, box in every])
