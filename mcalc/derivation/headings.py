"""An answer as it is printed, and its left side: ``∂y[i]/∂X[k,l]``, of a second derivative ``∂²f/∂a[i]∂X[k,l]``."""

from __future__ import annotations

from mcalc.derivation.derivation import Derivation
from mcalc.networks.index_form import Expression, IndexForm
from mcalc.notation.common_parts import lines_of
from mcalc.notation.in_names import Lines
from mcalc.notation.results import write_expression
from mcalc.tree.node import Node


def answer_text(derivation: Derivation, form: str) -> str:
    """The answer; parts that are worth it are named first. Answers by several variables stand below each other."""
    lines = answer_lines(derivation, form)
    if lines is None:
        return "\n".join(write_expression(part.result, form) for part in derivation.parts or (derivation,))
    return "\n".join(lines.all())


def answer_lines(derivation: Derivation, form: str) -> Lines | None:
    """The answers as one text in which a part has one name; None where they are drawn in components."""
    found: list[Expression] = []
    for part in derivation.parts or (derivation,):
        if not isinstance(part.result, Node | IndexForm):
            return None
        found.append(part.result)
    return lines_of(found, form, derivation.naming)
