"""The verdict shown: what is wrong, the two forms, a counter-example, the step of the derivation."""

from __future__ import annotations

import json
from collections.abc import Iterator

from mcalc.checking.findings import Finding
from mcalc.checking.statements import answer_shape, answer_text, parting_steps, step_title, trust, verdict
from mcalc.checking.statements import derivative as derivative
from mcalc.checking.verdict import Check
from mcalc.derivation.derivation import Derivation, Step
from mcalc.derivation.statements import names_line
from mcalc.documents import DOCUMENTS
from mcalc.documents import write as write_page
from mcalc.documents.options import PLAIN, Options
from mcalc.documents.rows import Piece, Row, page_in_ascii, plain, table, wrapped
from mcalc.notation.results import write_expression
from mcalc.notation.writing import write as write_node
from mcalc.pages.verdict import page
from mcalc.render.json import dimensions, written
from mcalc.tree.names import sizes_shown
from mcalc.tree.node import Node, variables


def write(check: Check, form: str = "text", options: Options | None = None) -> str:
    """The verdict in the terminal's formats or ``json``, or as a document."""
    if form == "json":
        return as_json(check)
    if form in DOCUMENTS:
        return write_page(page(check), form, options or PLAIN)
    found = rows(check, 0, form)
    return plain(page_in_ascii(found) if form == "ascii" else found)


# Text --------------------------------------------------------------------------------------------------------------


def rows(check: Check, columns: int = 0, form: str = "text") -> list[Row]:
    """The page; `columns` is the width at which sentences are broken, 0 for nowhere."""
    if check.parts:
        return [row for part in check.parts for row in [*rows(part, columns, form), []]][:-1]
    page: list[Row] = []
    style = "good" if check.right else "bad"

    def say(text: str, style: str = "", indent: str = "  ") -> None:
        for line in wrapped(text, columns - len(indent) if columns else 0):
            page.append([Piece(indent), Piece(line, style)])

    page.append([Piece(verdict(check), style)])
    for finding in check.findings:
        if check.right:
            continue
        if finding.condition and finding is check.findings[0]:
            say(f"Wrong as it stands: this is not {derivative(check)}, in the {check.layout} layout.")
        else:
            say(finding.sentence)
    if check.taken:
        say(check.taken)
    say(trust(check), "quiet")
    page.append([])
    shown = forms(check, form)
    page += table([[Piece(name, "quiet"), Piece(text, "result"), Piece(size, "shape")] for name, text, size in shown])
    if check.example is not None:
        page.append([])
        point = ", ".join(f"{name} = {value}" for name, value in check.example.point)
        page.append([Piece("  For example  ", "heading"), Piece(point)])
        cells = [("your answer gives", check.example.answer), ("the right one", check.example.right)]
        page.extend(table([[Piece(name, "quiet"), Piece(value)] for name, value in cells], indent="    "))
    for step in parting_steps(check):
        page.append([])
        page.append([Piece("  It parts from the derivation here  ", "heading"), Piece(step_title(step), "rule")])
        page.append([Piece("    "), Piece(equation(step, form))])
        where = _where(check.derivation, step, form)
        if where:
            page.append([Piece("    "), Piece(f"with {where}", "quiet")])
        if step.because:
            say(step.because, "quiet", "    ")
    for note in check.notes:
        say(note, "quiet")
    page.append([])
    read = [names_line(check.derivation), *("Note: " + note for note in check.derivation.reading.notes)]
    for line in (line for told in read for line in wrapped("# " + told, columns)):
        page.append([Piece(line, "quiet")])
    return page


def forms(check: Check, dialect: str = "text") -> Iterator[tuple[str, str, str]]:
    """The answer and the right form, each with its shape."""
    result = check.derivation.result
    answer = check.answer
    if answer is None:
        yield "your answer", check.text.strip(), "its shapes do not fit"
    else:
        yield "your answer", answer_text(answer, check, dialect), sizes_shown(answer_shape(answer))
    right = write_expression(result, dialect)
    if not check.right or answer_text(answer, check, dialect) != right:
        yield "mcalc's form" if check.right else "right", right, sizes_shown(result.shape)


def equation(step: Step, dialect: str = "text") -> str:
    """``before = after``."""
    return f"{write_expression(step.before, dialect)} = {write_expression(step.after, dialect)}"


def _where(derivation: Derivation, step: Step, dialect: str = "text") -> str:
    """What the intermediate names in a step stand for."""
    if not isinstance(step.after, Node):
        return ""
    lines = {line.node: line for line in derivation.lines}
    named = [leaf for leaf in variables(step.after) if leaf in lines]
    return ", ".join(f"{write_node(leaf, dialect)} = {write_node(lines[leaf].meaning, dialect)}" for leaf in named)


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
