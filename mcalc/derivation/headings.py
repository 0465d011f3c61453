"""An answer as it is printed, and its left side: ``∂y[i]/∂X[k,l]``, of a second derivative ``∂²f/∂a[i]∂X[k,l]``."""

from __future__ import annotations

from mcalc.derivation.derivation import Derivation, letters_of_text
from mcalc.networks.index_form import IndexForm, write_derivative, write_expression
from mcalc.notation.common_parts import program, written_out
from mcalc.tree.letters import free_letter
from mcalc.tree.node import Node


def value_name(derivation: Derivation) -> str:
    """A name for what is differentiated: y, of a second derivative f, if the text has none such."""
    taken = letters_of_text(derivation.reading)
    names = ("f", "F", "y", "value") if derivation.is_second else ("y", "f", "Y", "value")
    return free_letter(taken.names | taken.running, names)


def left_side(derivation: Derivation, form: str) -> str:
    """``∂y/∂x``, with its indices where the answer is in index notation; of several scalars together ``∇f``."""
    name, last = value_name(derivation), derivation.by[-1]
    if len(set(derivation.by)) > 1 and not derivation.parts and not any(node.shape for node in derivation.by):
        order = "²" if derivation.is_second else ""
        powers = {"text": order, "ascii": order and "2", "latex": order and "^{2}"}
        return {"text": "∇{}{}", "ascii": "grad{}_{}", "latex": r"\nabla{} {}"}[form].format(powers[form], name)
    above: list[str] = []
    below: list[tuple[Node, list[str]]] = [(last, [])]
    if isinstance(derivation.in_symbols, IndexForm):
        letters = derivation.in_symbols.letters()
        tensor = derivation.in_symbols.tensor
        above = [letters[index] for index in tensor.value]
        below = [(last, [letters[index] for index in tensor.variable])]
    if derivation.is_second:
        below, above = [(derivation.first, above), *below], []
    places = [(str(node.parameters[0]), len(node.axes), letters) for node, letters in below]
    rank = 0 if derivation.is_second else len(derivation.value.axes)
    return write_derivative((name, rank, above), places, form)


def answer_text(derivation: Derivation, form: str) -> str:
    """The answer; where parts recur in a long one, they are named first."""
    result = derivation.result
    if not isinstance(result, Node):
        return write_expression(result, form)
    if derivation.naming is False:
        return written_out(result, form)
    return program(result, form, always=derivation.naming is True) or write_expression(result, form)
