"""What is said of a verdict: its first line, how it is known, where an answer parts from the derivation."""

from __future__ import annotations

from mcalc.checking.points import Computed, Indexed, Stacked, Valued
from mcalc.checking.verdict import Check
from mcalc.derivation.derivation import STAGES, Step
from mcalc.notation.of_numbers import magnitude
from mcalc.notation.results import write_expression
from mcalc.notation.said import formula_of, named_formula
from mcalc.table.sentences import Sentence, filled, linked


def verdict(check: Check) -> str:
    """The first line: right or wrong, of what and by what; of a wrong answer the condition that would make it right."""
    what, layout = derivative(check), f"in the {check.layout} layout"
    if check.where:
        return Sentence("✓ Right, where ", check.where, ".")
    if check.right:
        return Sentence(f"✓ Right{check.only}: this is ", what, "." if check.other_layout else f", {layout}.")
    if check.findings[0].condition:
        return Sentence("✗ ", check.findings[0].sentence)
    return Sentence("✗ Wrong: this is not ", what, f", {layout}.")


def derivative(check: Check) -> str:
    """``the derivative of x² by x``."""
    by = linked(", ", (formula_of(node) for node in dict.fromkeys(check.derivation.by)))
    second = "second " if check.derivation.command == "hessian" else ""
    with check.derivation.apart():
        return filled(f"the {second}derivative of {{}} by {{}}", named_formula(check.derivation.value), by)


def trust(check: Check) -> str:
    """How the verdict is known."""
    if check.right:
        where = ", on both sides of every kink that was found" if check.kinks else ""
        if check.error is not None:
            where, error = where or " of several sizes", max(check.error, 1e-16)
            return f"It computes the derivative at {check.points} points{where}; relative error {magnitude(error)}."
        if check.is_own_form:
            return "Proven by rewriting: it is mcalc's form, but for order and brackets."
        if check.proven:
            return f"Proven by rewriting, and equal at 50 digits at {check.points} points{where}."
        return f"Equal at 50 digits at {check.points} points{where or ' of several sizes'}; not proven by rewriting."
    if not check.findings:
        return ""
    found = check.findings[0]
    if found.proven:
        return "Proven by rewriting."
    return f"Seen at {found.points} random points." if found.points else ""


def answer_shape(answer: Valued) -> tuple[object, ...]:
    """The shape of the answer, of entries by their indices."""
    return tuple(loop.size for loop in answer.indices) if isinstance(answer, Indexed) else tuple(answer.shape)


def answer_text(answer: Valued | None, check: Check, dialect: str = "text") -> str:
    """The answer as it was read, else as it was typed."""
    if answer is None or isinstance(answer, Stacked | Computed):
        return check.text.strip()
    return write_expression(answer.node if isinstance(answer, Indexed) else answer, dialect)


def parting_steps(check: Check) -> list[Step]:
    """The step of the derivation from which the answer departs, if one is known."""
    found = [finding.step for finding in check.findings if finding.step is not None]
    return found[:1]


def step_title(step: Step) -> str:
    """``step 2, maximum``: the stage by its number, as `explain` shows it."""
    number = list(STAGES).index(step.stage) + 1
    return f"step {number}, {step.rule}"
