"""A Python module that imports only NumPy and computes the derivative."""

from __future__ import annotations

from mcalc.calculus.index_form import IndexForm, write_expression
from mcalc.calculus.networks import Tensor
from mcalc.code.function import module
from mcalc.derivations.derivation import Derivation
from mcalc.expressions.names import size_text
from mcalc.expressions.tree import Node, Shape


def write(derivation: Derivation, form: str = "numpy") -> str:
    """One function, named for the command, of the names of the expression in order of appearance."""
    name = "jacobian" if derivation.command == "explain" else derivation.command
    parts = derivation.parts or (derivation,)
    results = [_computed(part) for part in parts]
    names = list(derivation.reading.names.values())
    return module(name, names, results if derivation.parts else results[0], _doc(derivation), form).rstrip("\n")


def _computed(derivation: Derivation) -> Node | Tensor:
    natural = derivation.natural
    return natural.tensor if isinstance(natural, IndexForm) else natural


def _doc(derivation: Derivation) -> str:
    value = write_expression(derivation.value, "ascii")
    parts = derivation.parts or (derivation,)
    wrt = derivation.wrt
    by = f"{wrt[0]}, {wrt[-1]}" if len(wrt) > 1 else wrt[0]
    order = "Second derivative" if derivation.command == "hessian" else "Derivative"
    if derivation.command == "hessian" and len(set(wrt)) == 1:
        by = wrt[0]
    lines = [f"{order} of {value} by {by}.", ""]
    shapes = " and ".join(
        f"({', '.join(size_text(size) for size in _axes(part))}{',' if len(_axes(part)) == 1 else ''})"
        for part in parts
    )
    lines.append(f"An array of shape value.shape + variable.shape = {shapes}, as in JAX and PyTorch.")
    return "\n".join(lines)


def _axes(derivation: Derivation) -> Shape:
    return tuple(size for size in derivation.natural.shape if size != 1)
