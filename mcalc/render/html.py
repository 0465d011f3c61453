"""HTML with MathML: a fragment for a notebook or a page, or a whole document; no script, nothing to load."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from mcalc.derivation.derivation import STAGES, Derivation, Step, chains, left_side
from mcalc.derivation.error_term import error_term
from mcalc.derivation.statements import names_line, verified_line
from mcalc.networks.index_form import Expression, IndexForm
from mcalc.notation.drawing import Drawn
from mcalc.notation.index_notation import write_expression
from mcalc.render.mathml import mathml
from mcalc.tree.names import name_latex, sizes_shown

STYLE = """
.mcalc { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; }
.mcalc h2, .mcalc h3 { line-height: 1.3; margin: 1.2em 0 0.4em; }
.mcalc h2 { font-size: 1.3em; margin-top: 0; } .mcalc h3 { font-size: 1.05em; }
.mcalc math { font-size: 1.1em; }
.mcalc mi.name { font-style: italic; }
.mcalc .scroll { overflow-x: auto; }
.mcalc table { border-collapse: collapse; margin: 0.3em 0 0.3em 1.2em; }
.mcalc td { padding: 0.25em 1.2em 0.25em 0; border: 0; text-align: left; vertical-align: baseline; background: none; }
.mcalc td.left { text-align: right; padding-right: 0.4em; } .mcalc td.right { white-space: nowrap; }
.mcalc .shape { color: #0d9488; white-space: nowrap; }
.mcalc .rule { color: #b45309; font-weight: 600; }
.mcalc .why, .mcalc .quiet { opacity: 0.72; font-size: 0.92em; }
.mcalc .answer { border-left: 4px solid #2563eb; padding: 0.3em 0 0.3em 1em; margin: 0.6em 0; }
""".strip()


def write(derivation: Derivation, form: str = "html") -> str:
    """A fragment with its style: the answer, or for `explain` all of the derivation."""
    parts = derivation.parts or (derivation,)
    sections = [_explained(part) if derivation.command == "explain" else _answer(part) for part in parts]
    return "\n".join(['<article class="mcalc">', f"<style>\n{STYLE}\n</style>", *sections, "</article>"])


def standalone(derivation: Derivation) -> str:
    """A whole document."""
    title = escape(f"Derivative of {write_expression(derivation.value)} by {', '.join(derivation.wrt)}")
    head = (
        f'<meta charset="utf-8">\n<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{title}</title>\n<style>body {{ margin: 2rem; color-scheme: light dark; }}</style>"
    )
    body = write(derivation)
    return f'<!DOCTYPE html>\n<html lang="en">\n<head>\n{head}\n</head>\n<body>\n{body}\n</body>\n</html>'


def _math(expression: Expression | Drawn, large: bool = True) -> str:
    return mathml(write_expression(expression, "latex"), large)


def _shape(shape: Sequence[object]) -> str:
    return f'<span class="shape">{sizes_shown(shape)}</span>'


def _sentence(text: str, style: str = "quiet") -> str:
    return f'<p class="{style}">{escape(text)}.</p>' if text else ""


def _answer(derivation: Derivation) -> str:
    return "\n".join([_sentence(names_line(derivation)), _result(derivation), *_closing(derivation)])


def _left(derivation: Derivation) -> str:
    """``∂y[i,j]/∂X[k,l] =`` of a result in index notation."""
    if not isinstance(derivation.result, IndexForm):
        return ""
    return mathml(left_side(derivation, "latex") + " = ", True) + " "


def _closing(derivation: Derivation) -> list[str]:
    checked = "" if derivation.verified is None else "; " + verified_line(derivation)
    told = f"{derivation.layout.capitalize()} layout{checked}"
    return [_sentence(told), *(_sentence("Note: " + note.removesuffix(".")) for note in derivation.notes)]


def _explained(derivation: Derivation) -> str:
    by = ", ".join(
        mathml(name_latex(name, len(node.axes))) for name, node in zip(derivation.wrt, derivation.by, strict=True)
    )
    lines = [f"<h2>Derivative of {_math(derivation.value, False)} by {by}</h2>", _sentence(names_line(derivation))]
    number = 0
    for stage, title in STAGES.items():
        steps = [step for step in derivation.steps if step.stage == stage]
        if steps:
            number += 1
            lines += [f"<section>\n<h3>{number}. {title}</h3>", *_stage(stage, steps), "</section>"]
    lines += ["<h3>Result</h3>", _result(derivation), _error(derivation), *_closing(derivation)]
    return "\n".join(line for line in lines if line)


def _error(derivation: Derivation) -> str:
    found = error_term(derivation)
    if found is None:
        return ""
    return f"<p>With {_math(found.name, False)} = {_math(found.difference, False)}: {_math(found.result, False)}.</p>"


def _result(derivation: Derivation) -> str:
    shown = f"{_left(derivation)}{_math(derivation.result)} &ensp;{_shape(derivation.shape)}"
    return f'<div class="answer scroll">{shown}</div>'


def _stage(stage: str, steps: list[Step]) -> list[str]:
    if stage in ("introduce", "differentiate"):
        return _table([_row(step, stage == "differentiate") for step in steps])
    lines: list[str] = []
    for group in chains(steps):
        first = group[0]
        if stage == "combine":
            lines.append(f'<p><span class="rule">{escape(first.rule)}</span>: {escape(first.because)}.</p>')
        rows = [_cells(_math(first.before), _math(first.after), "" if stage == "combine" else _reason(first))]
        lines += _table([*rows, *(_cells("", _math(step.after), _reason(step)) for step in group[1:])])
    return lines


def _row(step: Step, told: bool) -> str:
    rule = f'<span class="rule">{escape(step.rule)}</span>' if told else ""
    why = f'<br><span class="why">{escape(step.because)}</span>' if told and step.because else ""
    return _cells(_math(step.before), _math(step.after), rule + why, _shape(step.shape))


def _cells(left: str, right: str, reason: str, shape: str = "") -> str:
    third = f"<td>{shape}</td>" if shape else ""
    return f'<tr><td class="left">{left}</td><td class="right">= {right}</td>{third}<td>{reason}</td></tr>'


def _table(rows: list[str]) -> list[str]:
    return ['<div class="scroll">\n<table>', *rows, "</table>\n</div>"]


def _reason(step: Step) -> str:
    told = ", ".join(f"{_math(sub.before, False)} = {_math(sub.after, False)}" for sub in step.substeps)
    return f'<span class="why">{"since " + told if told else escape(step.because or step.rule)}</span>'
