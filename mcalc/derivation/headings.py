"""An answer as it is printed, and its left side: ``∂y[i]/∂X[k,l]``, of a second derivative ``∂²f/∂a[i]∂X[k,l]``."""

from __future__ import annotations

from mcalc.derivation.derivation import Derivation
from mcalc.networks.index_form import IndexForm
from mcalc.notation.common_parts import LONG, program, written_out
from mcalc.notation.results import write_expression
from mcalc.tree.node import Node


def answer_text(derivation: Derivation, form: str) -> str:
    """The answer; where parts recur in a long one, they are named first."""
    result = derivation.result
    if not isinstance(result, Node | IndexForm):
        return write_expression(result, form)
    if derivation.naming is False:
        return written_out(result, form) if isinstance(result, Node) else write_expression(result, form)
    if derivation.naming is None and (result.key[0] if isinstance(result, Node) else result.weight()) <= LONG:
        text = write_expression(result, form)
        if len(text) <= LONG:
            return text
    return program(result, form, always=derivation.naming is True) or write_expression(result, form)
