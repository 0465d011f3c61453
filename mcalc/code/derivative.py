"""A Python module that imports only NumPy, or another array library, and computes the derivative."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from mcalc.code.checked import check_code
from mcalc.code.function import module
from mcalc.code.guards import guarded
from mcalc.code.mended import mended
from mcalc.code.returned import array_shape_of, companions
from mcalc.code.running import functions
from mcalc.code.structured import structured
from mcalc.code.targets import TARGETS, WITH_SCIPY
from mcalc.code.wanted import NOTHING_ELSE, Wanted
from mcalc.derivation.derivation import Derivation
from mcalc.networks.index_form import IndexForm
from mcalc.networks.networks import Tensor
from mcalc.problems import Problem, among
from mcalc.tree.node import Node


def write(derivation: Derivation, form: str = "numpy", wanted: Wanted = NOTHING_ELSE) -> str:
    """One function, named for the command, of the names of the expression in order of appearance.

    Where the derivation was checked, the code is run as well: raises Problem where its value is another.
    """
    parts = derivation.parts or (derivation,)
    results, shapes = [_computed(part) for part in parts], [array_shape_of(part) for part in parts]
    names, columns = list(derivation.reading.names.values()), derivation.reading.columns
    asked = companions(derivation, wanted, shapes)
    results += [mended(derivation.value)] * wanted.with_value
    safe = [guarded(result, derivation.value) for result in results]
    name, outputs = function_name(derivation, wanted), asked.outputs
    if wanted.scipy and form != "numpy":
        raise Problem("SciPy stands beside NumPy.", hint="--scipy goes with -f numpy")
    texts = {}
    shown = WITH_SCIPY if wanted.scipy else form
    for library in dict.fromkeys(("numpy", shown)):
        if wanted.structured:
            (vector,) = asked.vectors
            texts[library] = structured(name, names, safe[0], vector, asked.doc, library, asked.shapes, columns)
        elif outputs:
            texts[library] = module(
                name, [*names, *asked.vectors], safe, asked.doc, library, asked.shapes, columns, outputs
            )
        else:
            texts[library] = module(
                name, names, safe if derivation.parts else safe[0], asked.doc, library, asked.shapes, columns
            )
    if all(part.verified is not None for part in parts):
        every = [*names, *asked.vectors]
        check_code(texts, name, derivation.value, every, results, asked.shapes, outputs, wanted.structured)
    return texts[shown].rstrip("\n")


def function(derivation: Derivation, library: str, wanted: Wanted = NOTHING_ELSE) -> Callable[..., Any]:
    """The function that the module defines, ready to be called; raises Problem where there is no such library."""
    among("library", library, tuple(TARGETS))
    text = write(derivation, library, wanted)
    try:
        return functions(text, library)[function_name(derivation, wanted)]
    except ImportError:
        title = TARGETS[library].title
        raise Problem(f"{title} is not installed.", hint=f"pip install {library} installs it", status=3) from None


def function_name(derivation: Derivation, wanted: Wanted) -> str:
    """``jacobian``, ``hvp``, ``value_and_gradient``."""
    command = "jacobian" if derivation.command == "explain" else derivation.command
    name = wanted.product or command
    return f"value_and_{name}" if wanted.with_value else name


def _computed(derivation: Derivation) -> Node | Tensor:
    natural = derivation.natural
    return mended(natural.tensor if isinstance(natural, IndexForm) else natural)
