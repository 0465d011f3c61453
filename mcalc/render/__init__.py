"""One file a format; `write` finds it by name. Formats never reach into each other."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mcalc.derivations.derivation import Derivation

LIBRARIES = ("numpy", "jax", "torch")
FORMATS = ("text", "ascii", "latex", "markdown", "html", "typst", "json", *LIBRARIES, "sympy")
EVALUATED = ("text", "ascii", "latex", "markdown", "typst", "json", *LIBRARIES)
"""Those of numbers, which `mcalc eval` prints."""
DOCUMENTS = ("latex", "html", "typst")
"""Those that can be a whole document."""
DRAWINGS = ("dot", "svg")
"""Formats of the graph of the data flow; `GRAPHS` are all in which it can be had."""
GRAPHS = ("text", "ascii", *DRAWINGS)
_MODULES = {"ascii": "text"} | dict.fromkeys(LIBRARIES, "code")


def write(derivation: Derivation, form: str) -> str:
    """The derivation in a format: the answer alone, or for `explain` all of its steps."""
    module = import_module(f"mcalc.render.{_MODULES.get(form, form)}")
    with derivation.apart():
        return str(module.write(derivation, form))
