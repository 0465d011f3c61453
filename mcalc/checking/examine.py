"""Is the answer the derivative, and if not, how is it wrong."""

from __future__ import annotations

from dataclasses import replace as with_fields

from mcalc.ask import answered
from mcalc.checking.answer import (
    Mismatch,
    read_text,
)
from mcalc.checking.examination import Examination
from mcalc.checking.readings import right_elsewhere
from mcalc.checking.verdict import Check
from mcalc.derivation.derivation import Derivation
from mcalc.derivation.read_back import must_read_back
from mcalc.language.parser import Syntax
from mcalc.problems import Problem, Span
from mcalc.question import Question
from mcalc.tree.names import name_text, sizes_shown
from mcalc.tree.node import Node


def check(question: Question, answer: str, explain: bool = True, elsewhere: bool = True) -> Check:
    """Whether the answer is ``∂value/∂variable``, and if not, how it is wrong; raises Problem.

    Where the question wishes for no layout, the answer may stand in any; the paper's is shown. Without `explain`, a
    wrong answer is called wrong and no more; `elsewhere` it is tried in other readings of the text.
    """
    command = "hessian" if question.order == 2 else "jacobian"
    derivation = answered(with_fields(question, command=command, told=False, form=""))
    if question.order == 2 and len(derivation.by) == 2 and derivation.parts:
        derivation = next(part for part in derivation.parts if part.by == derivation.by)

    def read_otherwise() -> Check | None:
        if not elsewhere:
            return None
        return right_elsewhere(
            derivation,
            question.shapes,
            lambda shapes: check(with_fields(question, shapes=shapes), answer, elsewhere=False),
        )

    try:
        found = _checked(derivation, answer, question, explain)
        if not found.right and (other := read_otherwise()):
            return other
    except Mismatch as problem:
        if other := read_otherwise():
            return other
        raise _problem(problem, answer) from None
    except Problem as problem:
        if other := read_otherwise():
            return other
        raise (problem if problem.source else problem.with_source(answer)) from None
    if question.verify and not found.is_own_form:  # which was read as it stands
        must_read_back(derivation, known=answer.strip() if found.right else "")
    return found


def _checked(derivation: Derivation, answer: str, question: Question, explain: bool) -> Check:
    any_layout = not question.layout
    if question.order == 2 and len(derivation.by) == 2 and not derivation.value.axes:
        derivation = _mixed(derivation, read_text(answer, derivation.reading))
    if derivation.parts:
        return _each(derivation, answer, any_layout, explain)
    return Examination(derivation, answer, read_text(answer, derivation.reading), any_layout).run(explain)


def _mixed(derivation: Derivation, answer: Syntax) -> Derivation:
    """Of the second derivatives by two scalars the mixed one, where the answer is one value."""
    result = derivation.result
    if not isinstance(result, Node) or result.operator.name != "grid" or answer.kind in ("stack", "matrix"):
        return derivation
    return with_fields(derivation, natural=result.args[1], result=result.args[1])


def _each(derivation: Derivation, answer: str, any_layout: bool, explain: bool) -> Check:
    """The answers ``[…, …]`` by several variables, in order: right where each is."""
    whole = read_text(answer, derivation.reading)
    names = ", ".join(name_text(part.wrt[0]) for part in derivation.parts)
    children = whole.children if whole.kind == "stack" else ()
    if len(children) != len(derivation.parts):
        place = Span(whole.start, whole.end)
        hint = f"write one answer for each of {names}: [{', '.join('…' for _ in derivation.parts)}]"
        raise Problem(f"Here are {len(derivation.parts)} derivatives, by {names}.", [place], hint, answer)
    checks = tuple(
        Examination(part, " " * child.start + answer[child.start : child.end], child, any_layout).run(explain)
        for part, child in zip(derivation.parts, children, strict=True)
    )
    first = next((one for one in checks if not one.right), checks[0])
    return with_fields(first, parts=checks)


def _problem(problem: Mismatch, text: str) -> Problem:
    """Shapes in the answer that nothing makes fit."""
    spans = []
    for syntax, shape in problem.marked:
        part = text[syntax.start : syntax.end]
        label = (
            ""
            if shape is None
            else f"{part if len(part) < 24 else 'this'}: {sizes_shown(shape) if shape else 'scalar'}"
        )
        spans.append(Span(syntax.start, syntax.end, label))
    texts = [text[syntax.start : syntax.end] for syntax, _ in problem.parts]
    hint = problem.cause.hint.format(*texts).replace("''", "") if problem.cause.hint else ""
    return Problem("In the answer: " + problem.cause.message, spans, hint, text)
