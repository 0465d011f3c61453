"""One file a format; `write` finds it by name. Formats never reach into each other."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mcalc.derivation.derivation import Derivation
    from mcalc.render.companions import Wanted

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
_COMMENTS = {"latex": "% {}", "html": "<!-- {} -->", "typst": "// {}"} | dict.fromkeys((*LIBRARIES, "sympy"), "# {}")
"""How a line says what was assumed where it is no part of the answer."""


def write(derivation: Derivation, form: str, wanted: Wanted | None = None) -> str:
    """The derivation in a format: the answer alone, or for `explain` all of its steps; of code, what is `wanted`."""
    module = import_module(f"mcalc.render.{_MODULES.get(form, form)}")
    with derivation.apart():
        more = () if wanted is None else (wanted,)
        return _commented(derivation, form, str(module.write(derivation, form, *more)))


def standalone(derivation: Derivation, form: str) -> str:
    """A whole document, in one of `DOCUMENTS`."""
    module = import_module(f"mcalc.render.{form}")
    with derivation.apart():
        return _commented(derivation, form, str(module.standalone(derivation)))


def _commented(derivation: Derivation, form: str, text: str) -> str:
    """The text below comments that say what was assumed and how the expression was read."""
    if form not in _COMMENTS:
        return text
    from mcalc.derivation.statements import assumptions

    lines = [" ".join(told.split()) for told in assumptions(derivation)]
    if form == "html":
        lines = [line.replace("--", "- -") for line in lines]
    return "\n".join([*(_COMMENTS[form].format(line) for line in lines), text])
