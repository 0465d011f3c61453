"""Our LaTeX as matplotlib's mathtext, where mathtext can; plain text otherwise."""

from __future__ import annotations

import re
from functools import cache

from matplotlib.mathtext import MathTextParser

from mcalc.pictures.scene import Graph, Label


def label_text(label: Label) -> str:
    """A label as matplotlib takes it."""
    return math_or_text(label.latex, label.text)


@cache
def math_or_text(latex: str, text: str) -> str:
    """The LaTeX between dollar signs where mathtext can set it, else the text."""
    shown = f"${_spaced(latex)}$"
    try:
        MathTextParser("path").parse(shown)
    except ValueError:
        return text.replace("$", r"\$")
    return shown


def _spaced(latex: str) -> str:
    """With the thin space that TeX sets before a function; brackets keep their size where nothing in them is tall."""
    if not re.search(r"\\(frac|sum|sqrt)", latex):
        latex = re.sub(r"\\(left|right)(?![a-z])", "", latex)
    return re.sub(
        r"(?<=[\w})]) \\(?=(sin|cos|tan|exp|ln|max|min|det|arc|sinh|cosh|tanh|operatorname|sigma)\b)", r" \\,\\", latex
    )


def equation(graph: Graph) -> str:
    """``f = x²``; the name alone where the formula is too long to be read in a picture."""
    if graph.formula is None:
        return label_text(graph.name)
    return math_or_text(f"{graph.name.latex} = {graph.formula.latex}", f"{graph.name.text} = {graph.formula.text}")


def legend(graph: Graph) -> str:
    """The equation of a curve, or its formula alone where nobody gave it a name."""
    return label_text(graph.formula) if graph.lettered and graph.formula is not None else equation(graph)
