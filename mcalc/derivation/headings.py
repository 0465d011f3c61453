"""An answer as it is printed, and its left side: ``∂y[i]/∂X[k,l]``, of a second derivative ``∂²f/∂a[i]∂X[k,l]``."""

from __future__ import annotations

from mcalc.derivation.derivation import Derivation
from mcalc.networks.index_form import IndexForm
from mcalc.notation.common_parts import program, written_out
from mcalc.notation.results import write_expression
from mcalc.tree.node import Node


def answer_text(derivation: Derivation, form: str) -> str:
    """The answer; parts that are worth it are named first."""
    result = derivation.result
    if not isinstance(result, Node | IndexForm):
        return write_expression(result, form)
    if derivation.naming is False and isinstance(result, Node):
        return written_out(result, form)
    return program(result, form, derivation.naming) or write_expression(result, form)
