"""A Python module that imports only NumPy, or another array library, and computes the derivative."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from mcalc.code.array_shapes import array_shape
from mcalc.code.checked import check_code
from mcalc.code.function import module
from mcalc.code.guards import guarded
from mcalc.code.running import functions
from mcalc.code.targets import TARGETS
from mcalc.derivation.derivation import Derivation
from mcalc.networks.index_form import IndexForm
from mcalc.networks.networks import Tensor
from mcalc.notation.index_notation import write_expression
from mcalc.problems import Problem
from mcalc.table.records import Shape
from mcalc.tree.names import size_text
from mcalc.tree.node import Node


def write(derivation: Derivation, form: str = "numpy") -> str:
    """One function, named for the command, of the names of the expression in order of appearance.

    Where the derivation was checked, the code is run as well: raises Problem where its value is another.
    """
    parts = derivation.parts or (derivation,)
    results = [_computed(part) for part in parts]
    shapes = [_shape(part) for part in parts]
    columns = derivation.reading.columns
    names, name, doc = list(derivation.reading.names.values()), _name(derivation), _doc(derivation, shapes)
    safe = [guarded(result, derivation.value) for result in results]
    texts = {
        library: module(name, names, safe if derivation.parts else safe[0], doc, library, shapes, columns)
        for library in dict.fromkeys(("numpy", form))
    }
    if all(part.verified is not None for part in parts):
        check_code(texts, name, derivation.value, names, results, shapes)
    return texts[form].rstrip("\n")


def function(derivation: Derivation, library: str) -> Callable[..., Any]:
    """The function that the module defines, ready to be called; raises Problem where there is no such library."""
    if library not in TARGETS:
        raise Problem(f"There is no library `{library}`.", hint="it is one of " + ", ".join(TARGETS))
    text = write(derivation, library)
    try:
        return functions(text, library)[_name(derivation)]
    except ImportError:
        title = TARGETS[library].title
        raise Problem(f"{title} is not installed.", hint=f"pip install {library} installs it", status=3) from None


def _name(derivation: Derivation) -> str:
    return "jacobian" if derivation.command == "explain" else derivation.command


def _computed(derivation: Derivation) -> Node | Tensor:
    natural = derivation.natural
    return natural.tensor if isinstance(natural, IndexForm) else natural


def _doc(derivation: Derivation, shapes: Sequence[Shape]) -> str:
    value = write_expression(derivation.value, "ascii")
    by = ", ".join(dict.fromkeys(derivation.wrt))
    if derivation.command == "hessian" and derivation.parts:
        parts = zip(derivation.parts, shapes, strict=True)
        blocks = [f"    {', '.join(part.wrt)}: {_written(shape)}" for part, shape in parts]
        first = f"Second derivatives of {value} by {by}."
        return "\n".join([first, "", "A tuple of blocks, each of shape first.shape + second.shape:", *blocks])
    order = "Second derivative" if derivation.command == "hessian" else "Derivative"
    lines = [f"{order} of {value} by {by}.", ""]
    written = " and ".join(map(_written, shapes))
    lines.append(f"An array of shape value.shape + variable.shape = {written}, as in JAX and PyTorch.")
    return "\n".join(lines)


def _written(shape: Shape) -> str:
    return f"({', '.join(map(size_text, shape))}{',' if len(shape) == 1 else ''})"


def _shape(derivation: Derivation) -> Shape:
    """value.shape + variable.shape, of arrays shaped as declared; of several scalars together, an axis for them."""
    axes = tuple(size for size in derivation.natural.shape if size != 1)
    second = derivation.command == "hessian"
    value = () if second else array_shape(derivation.value)
    shape = value + tuple(size for by in derivation.by for size in by.shape)
    return shape if tuple(size for size in shape if size != 1) == axes else axes
