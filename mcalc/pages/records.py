"""What JSON has of an answer: its shape, its steps and its check; and of a verdict."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from mcalc.checking.findings import Finding
from mcalc.checking.statements import answer_shape, answer_text
from mcalc.checking.verdict import Check
from mcalc.derivation.derivation import Derivation, Step, left_side, shared_name
from mcalc.derivation.detail import shown
from mcalc.derivation.linear_map import other_forms
from mcalc.networks.index_form import Expression
from mcalc.notation.boxes import Box, Name, equation
from mcalc.notation.drawing import Drawn, Slices
from mcalc.notation.in_names import InNames
from mcalc.notation.results import named_results, write_expression
from mcalc.notation.writing import written as said
from mcalc.table.records import Shape
from mcalc.tree.names import size_text

DIALECTS = ("text", "ascii", "latex")


def of_derivation(derivation: Derivation) -> dict[str, object]:
    """``command, expression, shapes, assumed, wrt, layout, shape, result, conditions, steps, verified``.

    Derivatives by several variables are ``parts``, each with all of these; what ``named`` parts of the program several
    of them have in common stands beside these.
    """
    derivation = shown(derivation) if derivation.command == "explain" else derivation
    every = derivation.parts or (derivation,)
    results = [part.result for part in every if not isinstance(part.result, Slices)]
    names = named_results(results, derivation.naming) if len(results) == len(every) else None
    if names is not None and not derivation.naming and not any((names.shared, *names.own)):
        names = None
    if not derivation.parts:
        return _asked(derivation) | _answer(derivation, "", _in_names(names, 0))
    name = shared_name(derivation)
    parts = [_asked(part) | _answer(part, name, _in_names(names, at)) for at, part in enumerate(every)]
    shared = {"named": _definitions(names.shared)} if names is not None and names.shared else {}
    return _asked(derivation) | shared | {"parts": parts}


def _asked(derivation: Derivation) -> dict[str, object]:
    names = derivation.reading.names
    return {
        "command": derivation.command,
        "expression": derivation.source,
        "shapes": {name: dimensions(node.shape) for name, node in names.items()},
        "assumed": list(derivation.reading.assumed),
        "wrt": list(derivation.wrt),
        "layout": derivation.layout,
    }


def _answer(derivation: Derivation, name: str, in_names: dict[str, object]) -> dict[str, object]:
    verified = derivation.verified
    return {
        "shape": dimensions(derivation.shape),
        "left_side": {dialect: left_side(derivation, dialect, name) for dialect in DIALECTS},
        "result": written(derivation.result),
        **in_names,
        "other_forms": other_forms(derivation),
        "conditions": list(derivation.conditions),
        "steps": [_step(step) for step in derivation.steps],
        "verified": None
        if verified is None or not verified.points
        else {
            "points": verified.points,
            "max_relative_error": verified.error,
            "kinks": verified.kinks,
        },
        "notes": list(derivation.notes),
    }


def _in_names(names: InNames | None, at: int) -> dict[str, object]:
    """The result in the names of its parts, where they were asked for or are worth it, and those that it has alone."""
    if names is None:
        return {}
    return {"named": _definitions(names.own[at]), "result_in_names": _written(names.answers[at])}


def _definitions(named: Sequence[tuple[Name, Box]]) -> list[dict[str, str]]:
    return [_written(equation(name, part)) for name, part in named]


def _written(box: Box) -> dict[str, str]:
    return {dialect: said(box, dialect) for dialect in DIALECTS}


def dimensions(shape: Shape) -> list[Any]:
    """Numbers for the sizes that are known, text for the others."""
    return [int(size) if size.is_Integer else size_text(size) for size in shape]


def written(expression: Expression | Drawn) -> dict[str, str]:
    """The expression in each notation."""
    return {dialect: write_expression(expression, dialect) for dialect in DIALECTS}


def _step(step: Step) -> dict[str, object]:
    return {
        "stage": step.stage,
        "rule": step.rule,
        "because": step.because,
        "before": write_expression(step.before, "text"),
        "after": write_expression(step.after, "text"),
        "shape": dimensions(step.shape),
    }


def of_verdict(check: Check) -> dict[str, object]:
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
        **({"parts": [of_verdict(part) for part in check.parts]} if check.parts else {}),
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
        else {
            "stage": step.stage,
            "rule": step.rule,
            "because": step.because,
            "equation": f"{write_expression(step.before)} = {write_expression(step.after)}",
        },
    }
