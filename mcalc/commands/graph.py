"""``explain --graph``: the picture of the data flow."""

from __future__ import annotations

from collections.abc import Sequence

from mcalc.commands.text import Shown, declared_shapes, expression_text, put, tell
from mcalc.documents.options import Options
from mcalc.formats import FORMATS, GRAPH, Kind, showing
from mcalc.problems import Problem


def draw(
    expression: str,
    wrt: str,
    shapes: tuple[str, ...],
    layout: str,
    form: str,
    method: str | None,
    verify: bool,
    symmetric: str,
    output: str | None,
    color: str,
    document: Options,
    refused: Sequence[str],
    asked: bool,
) -> None:
    """Derive by each variable in turn, and draw the graphs."""
    if not asked:
        raise Problem(
            f"The format `{form}` is for the graph of the data flow.",
            hint=f"mcalc explain EXPR --wrt x --graph -f {form}",
        )
    if GRAPH not in FORMATS[form].shows:
        raise Problem(
            f"A graph is not drawn in the format `{form}`.", hint=f"-f takes {', '.join(showing(GRAPH))} with --graph"
        )
    if method == "differential":
        raise Problem(
            "A graph has Jacobians along its edges, and a derivation by differentials has none.",
            hint="leave out --method differential",
        )
    if refused:
        raise Problem(f"--{refused[0]} does not go with --graph.", hint="leave out one of the two")
    from mcalc.ask import derive

    text, declared = expression_text(expression), declared_shapes(shapes)
    derivations = [
        derive(text, name, declared, "explain", layout, verify, method or "chain", symmetric)
        for name in ([part for part in wrt.split(",") if part.strip()] or [wrt])
    ]
    from mcalc.pages.graph import page
    from mcalc.pictures import graph_dot, graph_svg
    from mcalc.pictures.graph_text import rows

    others = {"dot": lambda: graph_dot.write(derivations), "svg": lambda: graph_svg.write(derivations)}
    shown = Shown(lambda form, columns: rows(derivations, form, columns), lambda: page(derivations), others)
    put(shown, form, output, color, document)
    if FORMATS[form].kind is not Kind.TERMINAL:
        tell(derivations[0])
