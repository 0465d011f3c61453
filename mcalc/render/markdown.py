"""Markdown with mathematics between dollar signs, for notebooks and notes."""

from __future__ import annotations

from mcalc.derivation.derivation import STAGES, Derivation, Step, chains
from mcalc.derivation.error_term import error_term
from mcalc.derivation.linear_map import other_forms
from mcalc.derivation.statements import names_line, verified_line
from mcalc.networks.index_form import Expression
from mcalc.notation.drawing import Drawn
from mcalc.notation.index_notation import write_expression
from mcalc.render.latex import shape_latex
from mcalc.tree.names import name_latex, sizes_shown


def _math(expression: Expression | Drawn) -> str:
    return write_expression(expression, "latex")


def write(derivation: Derivation, form: str = "markdown") -> str:
    parts = derivation.parts or (derivation,)
    return "\n\n".join(_explained(part) if derivation.command == "explain" else _answer(part) for part in parts)


def _answer(derivation: Derivation) -> str:
    tail = "" if derivation.verified is None else "; " + verified_line(derivation)
    others = "".join(f"$$\n{form}\n$$\n\n" for form in other_forms(derivation, "latex"))
    shape = sizes_shown(derivation.shape)
    return f"$$\n{derivation.latex()}\n$$\n\n{others}{shape}, {derivation.layout} layout{tail}."


def _explained(derivation: Derivation) -> str:
    by = ", ".join(
        f"${name_latex(name, len(node.axes))}$" for name, node in zip(derivation.wrt, derivation.by, strict=True)
    )
    blocks = [f"## Derivative of ${_math(derivation.value)}$ by {by}", names_line(derivation) + "."]
    number = 0
    for stage, title in STAGES.items():
        steps = [step for step in derivation.steps if step.stage == stage]
        if steps:
            number += 1
            blocks.append(f"### {number}. {title}")
            blocks += _stage(stage, steps)
    blocks.append(f"**Result** ({sizes_shown(derivation.shape)}, {derivation.layout} layout)")
    blocks += [f"$$\n{form}\n$$" for form in (derivation.latex(), *other_forms(derivation, "latex"))]
    error = error_term(derivation)
    if error is not None:
        name, difference, result = map(_math, error)
        blocks.append(f"With ${name} = {difference}$: ${result}$")
    if derivation.verified is not None:
        text = verified_line(derivation)
        blocks.append(text[0].upper() + text[1:] + ".")
    blocks += [f"> {note}" for note in derivation.notes]
    return "\n\n".join(blocks)


def _stage(stage: str, steps: list[Step]) -> list[str]:
    if stage in ("introduce", "differentiate"):
        lines = []
        for step in steps:
            why = f" — {step.rule}" + (f": {step.because}" if step.because else "") if stage == "differentiate" else ""
            lines.append(f"- ${_math(step.before)} = {_math(step.after)}$, ${shape_latex(step.shape)}${why}")
        return ["\n".join(lines)]
    blocks = []
    for group in chains(steps):
        first = group[0]
        if stage == "combine":
            blocks.append(f"**{first.rule}**: {first.because}.")
        rows = [rf"{_math(first.before)} &= {_math(first.after)}"] + [
            rf"&= {_math(step.after)}{_reason(step)}" for step in group[1:]
        ]
        blocks.append("$$\n\\begin{aligned}\n" + " \\\\\n".join(rows) + "\n\\end{aligned}\n$$")
    return blocks


def _reason(step: Step) -> str:
    reasons = [f"{_math(sub.before)} = {_math(sub.after)}" for sub in step.substeps]
    return rf" && \text{{since }} {', '.join(reasons)}" if reasons else ""
