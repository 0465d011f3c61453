"""Labels as matplotlib sets them, where it can; plain text otherwise."""

from __future__ import annotations

from functools import cache

from matplotlib.mathtext import MathTextParser

from mcalc.pictures.scene import Graph, Label


def label_text(label: Label) -> str:
    """A label as matplotlib takes it."""
    return math_or_text(label.mathtext, label.text)


@cache
def math_or_text(mathtext: str, text: str) -> str:
    """The formula between dollar signs where mathtext can set it, else the text."""
    shown = f"${mathtext}$"
    try:
        MathTextParser("path").parse(shown)
    except ValueError:
        return text.replace("$", r"\$")
    return shown


def equation(graph: Graph) -> str:
    """``f = x²``; the name alone where the formula is too long to be read in a picture."""
    if graph.formula is None:
        return label_text(graph.name)
    shown = f"{graph.name.mathtext} = {graph.formula.mathtext}"
    return math_or_text(shown, f"{graph.name.text} = {graph.formula.text}")


def legend(graph: Graph) -> str:
    """The equation of a curve, or its formula alone where nobody gave it a name."""
    return label_text(graph.formula) if graph.lettered and graph.formula is not None else equation(graph)
