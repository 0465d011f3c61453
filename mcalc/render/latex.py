"""LaTeX for amsmath: the answer as a fragment; the derivation as `aligned` lines that paste in unedited."""

from __future__ import annotations

from mcalc.derivation.derivation import Derivation, Step
from mcalc.notation.index_notation import write_expression
from mcalc.table.records import Shape
from mcalc.tree.names import size_text

PREAMBLE = "\\documentclass{article}\n\\usepackage{amsmath}\n\\usepackage{amssymb}\n\\begin{document}\n"


def write(derivation: Derivation, form: str = "latex") -> str:
    if derivation.command == "explain":
        return derivation_block(*(derivation.parts or (derivation,)))
    return derivation.latex()


def standalone(derivation: Derivation) -> str:
    """A whole document."""
    if derivation.command == "explain":
        body = "\n\n".join(derivation_block(part, environment="align*") for part in derivation.parts or (derivation,))
        return f"{PREAMBLE}\\allowdisplaybreaks\n{body}\n\\end{{document}}"
    return f"{PREAMBLE}\\[\n{write(derivation)}\n\\]\n\\end{{document}}"


def shape_latex(shape: Shape) -> str:
    parts = [size_text(size) for size in shape] or ["1", "1"]
    if len(parts) == 1:
        parts.append("1")
    return r" \times ".join(parts)


def words(text: str) -> str:
    """A rule's name inside mathematics."""
    return rf"\text{{{text}}}"


def derivation_block(*derivations: Derivation, environment: str = "aligned") -> str:
    """The derivations as one block: equation, shape, rule."""
    lines = [line for derivation in derivations for line in _lines(derivation)]
    return f"\\begin{{{environment}}}\n" + " \\\\\n".join(lines) + f"\n\\end{{{environment}}}"


def _lines(derivation: Derivation) -> list[str]:
    lines: list[str] = []
    previous: Step | None = None
    for step in derivation.steps:
        before, after = write_expression(step.before, "latex"), write_expression(step.after, "latex")
        shape = rf"&& {shape_latex(step.shape)}"
        used = step.substeps if step.stage == "combine" else ()
        reasons = [f"{write_expression(sub.before, 'latex')} = {write_expression(sub.after, 'latex')}" for sub in used]
        reason = "&& " + (r",\; ".join(reasons) or words(step.rule)) if step.stage != "introduce" else ""
        if (
            previous is not None and previous.after is step.before and step.stage != "introduce"
        ) or step.stage == "substitute":
            before = ""
        if step.stage == "collect":
            before = r"\nabla f"
        lines.append(rf"{before} &= {after} {shape} {reason}")
        previous = step
    return lines
