"""Our LaTeX as matplotlib's mathtext, where mathtext can; plain text otherwise."""

from __future__ import annotations

from functools import cache

from matplotlib.mathtext import MathTextParser

from mcalc.plots.scene import Graph, Label


def label_text(label: Label) -> str:
    return math_or_text(label.latex, label.text)


@cache
def math_or_text(latex: str, text: str) -> str:
    shown = f"${latex}$"
    try:
        MathTextParser("path").parse(shown)
    except ValueError:
        return text.replace("$", r"\$")
    return shown


def equation(graph: Graph) -> str:
    """``f = x²``; the name alone where the formula is too long to be read in a picture."""
    if graph.formula is None:
        return label_text(graph.name)
    return math_or_text(f"{graph.name.latex} = {graph.formula.latex}", f"{graph.name.text} = {graph.formula.text}")
