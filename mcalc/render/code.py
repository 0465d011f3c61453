"""A Python module that imports only NumPy, or another array library, and computes the derivative."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from mcalc.calculus.index_form import IndexForm, write_expression
from mcalc.calculus.networks import Tensor
from mcalc.code.function import module
from mcalc.code.targets import TARGETS
from mcalc.derivations.derivation import Derivation
from mcalc.expressions.names import size_text
from mcalc.expressions.tree import Node, Shape
from mcalc.problems import Problem


def write(derivation: Derivation, form: str = "numpy") -> str:
    """One function, named for the command, of the names of the expression in order of appearance."""
    parts = derivation.parts or (derivation,)
    results = [_computed(part) for part in parts]
    names = list(derivation.reading.names.values())
    return module(_name(derivation), names, results if derivation.parts else results[0], _doc(derivation), form).rstrip(
        "\n"
    )


def function(derivation: Derivation, library: str) -> Callable[..., Any]:
    """The function that the module defines, ready to be called; raises Problem where there is no such library."""
    if library not in TARGETS:
        raise Problem(f"There is no library `{library}`.", hint="it is one of " + ", ".join(TARGETS))
    space: dict[str, Any] = {}
    try:
        # mcalc wrote this text from the tree; of the user's it has the names alone, and those are identifiers.
        exec(compile(write(derivation, library), f"<{library} of {derivation.command}>", "exec"), space)
    except ImportError:
        title = TARGETS[library].title
        raise Problem(f"{title} is not installed.", hint=f"pip install {library} installs it", status=3) from None
    found: Callable[..., Any] = space[_name(derivation)]
    return found


def _name(derivation: Derivation) -> str:
    return "jacobian" if derivation.command == "explain" else derivation.command


def _computed(derivation: Derivation) -> Node | Tensor:
    natural = derivation.natural
    return natural.tensor if isinstance(natural, IndexForm) else natural


def _doc(derivation: Derivation) -> str:
    value = write_expression(derivation.value, "ascii")
    by = ", ".join(dict.fromkeys(derivation.wrt))
    if derivation.command == "hessian" and derivation.parts:
        blocks = [f"    {', '.join(part.wrt)}: {_shape(part)}" for part in derivation.parts]
        first = f"Second derivatives of {value} by {by}."
        return "\n".join([first, "", "A tuple of blocks, each of shape first.shape + second.shape:", *blocks])
    order = "Second derivative" if derivation.command == "hessian" else "Derivative"
    lines = [f"{order} of {value} by {by}.", ""]
    shapes = " and ".join(map(_shape, derivation.parts or (derivation,)))
    lines.append(f"An array of shape value.shape + variable.shape = {shapes}, as in JAX and PyTorch.")
    return "\n".join(lines)


def _shape(derivation: Derivation) -> str:
    axes = _axes(derivation)
    return f"({', '.join(map(size_text, axes))}{',' if len(axes) == 1 else ''})"


def _axes(derivation: Derivation) -> Shape:
    return tuple(size for size in derivation.natural.shape if size != 1)
