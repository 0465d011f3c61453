"""One file a format; `write` finds it by name. Formats never reach into each other."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from mcalc.documents import FORMATS as PAGES
from mcalc.documents import write as write_page

if TYPE_CHECKING:
    from mcalc.derivation.derivation import Derivation
    from mcalc.documents.options import Options
    from mcalc.render.companions import Wanted

LIBRARIES = ("numpy", "jax", "torch")
FORMATS = ("text", "ascii", "latex", "markdown", "html", "typst", "json", *LIBRARIES, "sympy")
EVALUATED = ("text", "ascii", "latex", "markdown", "html", "typst", "json", *LIBRARIES)
"""Those of numbers, which `mcalc eval` prints."""
DOCUMENTS = ("latex", "html", "typst", "markdown")
"""Those that can be a whole document."""
DRAWINGS = ("dot", "svg")
"""Formats of the graph of the data flow; `GRAPHS` are all in which it can be had."""
GRAPHS = ("text", "ascii", *DRAWINGS)
_MODULES = {"ascii": "text"} | dict.fromkeys(LIBRARIES, "code")
_COMMENTS = dict.fromkeys((*LIBRARIES, "sympy"), "# {}")
"""How a line says what was assumed where it is no part of the answer."""


def write(derivation: Derivation, form: str, wanted: Wanted | None = None, options: Options | None = None) -> str:
    """The derivation in a format: the answer alone, or for `explain` all of its steps.

    `wanted` is for code, `options` for documents.
    """
    if form in PAGES:
        return _paged(derivation, form, options)
    name = "wrapped" if wanted is not None and wanted.wrap else _MODULES.get(form, form)
    module = import_module(f"mcalc.render.{name}")
    with derivation.apart():
        more = () if wanted is None else (wanted,)
        return _commented(derivation, form, str(module.write(derivation, form, *more)))


def standalone(derivation: Derivation, form: str) -> str:
    """A whole document, in one of `DOCUMENTS`."""
    from mcalc.documents.options import Options

    return _paged(derivation, form, Options(standalone=True))


def _paged(derivation: Derivation, form: str, options: Options | None) -> str:
    from mcalc.documents.options import PLAIN
    from mcalc.pages.derivation import page

    chosen = options or PLAIN
    with derivation.apart():
        return write_page(page(derivation, chosen.lhs), form, chosen)


def _commented(derivation: Derivation, form: str, text: str) -> str:
    """The text below comments that say what was assumed and how the expression was read."""
    if form not in _COMMENTS:
        return text
    from mcalc.derivation.statements import assumptions

    lines = [" ".join(told.split()) for told in assumptions(derivation)]
    return "\n".join([*(_COMMENTS[form].format(line) for line in lines), text])
