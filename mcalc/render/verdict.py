"""The verdict in every format: as a page, and as JSON."""

from __future__ import annotations

import json

from mcalc.checking.findings import Finding
from mcalc.checking.statements import answer_shape, answer_text
from mcalc.checking.statements import derivative as derivative
from mcalc.checking.verdict import Check
from mcalc.derivation.derivation import Step
from mcalc.documents import write as write_page
from mcalc.documents.options import PLAIN, Options
from mcalc.notation.results import write_expression
from mcalc.pages.verdict import page
from mcalc.render.json import dimensions, written


def write(check: Check, form: str = "text", options: Options | None = None) -> str:
    """The verdict in the terminal's formats or ``json``, or as a document."""
    if form == "json":
        return as_json(check)
    return write_page(page(check), form, options or PLAIN)


def equation(step: Step, dialect: str = "text") -> str:
    """``before = after``."""
    return f"{write_expression(step.before, dialect)} = {write_expression(step.after, dialect)}"


# JSON --------------------------------------------------------------------------------------------------------------


def as_json(check: Check) -> str:
    """The verdict as one JSON object."""
    return json.dumps(record(check), ensure_ascii=False)


def record(check: Check) -> dict[str, object]:
    """``command, expression, shapes, wrt, layout, answer, result, right, finding, findings, counter_example, …``."""
    derivation = check.derivation
    answer = check.answer
    shown = {dialect: answer_text(answer, check, dialect) for dialect in ("text", "ascii", "latex")} if answer else None
    example = check.example
    return {
        "command": "check",
        "expression": derivation.source,
        "shapes": {name: dimensions(node.shape) for name, node in derivation.reading.names.items()},
        "assumed": list(derivation.reading.assumed),
        "wrt": list(derivation.wrt),
        "layout": derivation.layout,
        "answer_layout": check.layout if check.right else None,
        "rounded": check.rounded,
        "right": check.right,
        "where": check.where or None,
        "taken": check.taken or None,
        "proven": check.proven if check.right else bool(check.findings and check.findings[0].proven),
        "points": check.points,
        "finding": None if check.right else check.findings[0].name,
        "findings": [_finding(finding) for finding in check.findings],
        "answer": {"source": check.text, **(shown or {})},
        "answer_shape": None if answer is None else dimensions(answer_shape(answer)),
        "result": written(derivation.result),
        "shape": dimensions(derivation.result.shape),
        "counter_example": None
        if example is None
        else {"point": dict(example.point), "answer": example.answer, "right": example.right},
        "notes": [*derivation.reading.notes, *check.notes],
        **({"parts": [record(part) for part in check.parts]} if check.parts else {}),
    }


def _finding(finding: Finding) -> dict[str, object]:
    step = finding.step
    return {
        "finding": finding.name,
        "sentence": finding.sentence,
        "proven": finding.proven,
        "points": finding.points,
        "part": None if finding.part is None else list(finding.part),
        "declare": finding.declare or None,
        "step": None
        if step is None
        else {"stage": step.stage, "rule": step.rule, "because": step.because, "equation": equation(step)},
    }
