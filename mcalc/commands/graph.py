"""``explain --graph``: the picture of the data flow."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from mcalc.commands.text import put, tell
from mcalc.documents.options import Options
from mcalc.formats import FORMATS, GRAPH, Kind, showing
from mcalc.problems import Problem

if TYPE_CHECKING:
    from mcalc.question import Question


def refuse(given: Mapping[str, Any]) -> None:
    """Raises the Problem of options that do not go with a graph, or of a graph's format without one."""
    form = given["form"]
    if not given.get("graph"):
        raise Problem(
            f"The format `{form}` is for the graph of the data flow.",
            hint=f"mcalc explain EXPR --wrt x --graph -f {form}",
        )
    if GRAPH not in FORMATS[form].shows:
        raise Problem(
            f"A graph is not drawn in the format `{form}`.", hint=f"-f takes {', '.join(showing(GRAPH))} with --graph"
        )
    if given["method"] == "differential":
        raise Problem(
            "A graph has Jacobians along its edges, and a derivation by differentials has none.",
            hint="leave out --method differential",
        )
    choices = {
        "expand": given["expand"] is not None,
        "cse": given["naming"] is not None,
        "standalone": given["document"].standalone and FORMATS[form].kind is not Kind.DOCUMENT,
        "order": given["order"] > 1,
    }
    for name, chosen in choices.items():
        if chosen:
            raise Problem(f"--{name} does not go with --graph.", hint="leave out one of the two")


def draw(question: Question, form: str, output: str | None, color: str, document: Options) -> None:
    """Derive by each variable in turn, and draw the graphs."""
    from mcalc.ask import answered

    # A graph shows steps and no answer to be read back, so the form of the answer is the plainest.
    asked = replace(question, method=question.method or "chain", form="ascii")
    derivations = [answered(replace(asked, wrt=name)) for name in question.names or [""]]
    from mcalc.pages.graph import page
    from mcalc.pictures import graph_dot, graph_svg
    from mcalc.pictures.graph_text import rows

    others = {"dot": lambda: graph_dot.write(derivations), "svg": lambda: graph_svg.write(derivations)}
    put(
        lambda: page(derivations),
        form,
        output,
        color,
        document,
        others,
        lambda form, columns: rows(derivations, form, columns),
    )
    if FORMATS[form].kind is not Kind.TERMINAL:
        tell(derivations[0])
