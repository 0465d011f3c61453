"""The graph of the data flow as a picture in SVG: one file, no script, no fonts to load, no background of its own."""

from __future__ import annotations

from collections.abc import Sequence

from mcalc.derivation.derivation import Derivation
from mcalc.documents import svg
from mcalc.notation.results import write_expression
from mcalc.pages.graph import picture
from mcalc.tree.names import name_text


def write(derivations: Sequence[Derivation], form: str = "svg") -> str:
    """The pictures for each variable, one under the other."""
    names = ", ".join(name_text(name) for derivation in derivations for name in derivation.wrt)
    title = f"The data flow of {write_expression(derivations[0].value)}, followed from {names}"
    return svg.picture([picture(derivation) for derivation in derivations], title)
