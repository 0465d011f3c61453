"""A verdict as a page: right or wrong and how, the two forms, a counter-example, the step where they part."""

from __future__ import annotations

from collections.abc import Iterator

from mcalc.checking.points import Computed, Indexed, Stacked
from mcalc.checking.statements import answer_shape, parting_steps, step_title, trust, verdict
from mcalc.checking.verdict import Check
from mcalc.derivation.derivation import Step
from mcalc.derivation.statements import assumptions
from mcalc.documents.blocks import Block, Code, Equations, Line, Note, Page, Prose, Spans, Table, joined
from mcalc.networks.index_form import Expression
from mcalc.notation.boxes import Box, equation
from mcalc.notation.drawing import Drawn
from mcalc.notation.writing import box_of
from mcalc.pages.sentences import Sentences
from mcalc.tree.node import Node, variables


def page(check: Check) -> Page:
    """The verdict; of several answers one after the other."""
    parts = check.parts or (check,)
    derivation = check.derivation
    with derivation.apart():
        by = joined([box_of(node) for node in dict.fromkeys(derivation.by)])
        title = ("The derivative of ", box_of(derivation.value), " by ", *by)
        blocks = tuple(block for part in parts for block in _Verdict(part).blocks())
        return Page(blocks, title, assumptions(derivation))


class _Verdict:
    def __init__(self, check: Check) -> None:
        self.check = check
        self.sentences = Sentences(check.derivation)

    def said(self, text: str) -> Spans:
        """A sentence, its formulas as boxes."""
        return self.sentences.said(text)

    def blocks(self) -> Iterator[Block]:
        """The verdict, its findings, the two forms, the counter-example."""
        check = self.check
        yield Prose(self.said(verdict(check)), "good" if check.right else "bad")
        yield self.sentences.where()
        for finding in check.findings:
            if check.right:
                continue
            if finding.condition and finding is check.findings[0]:
                yield Prose(("Wrong as it stands.",))
            else:
                yield Prose(self.said(finding.sentence))
        if check.taken:
            yield Prose(self.said(check.taken))
        if trust(check):
            yield Prose((trust(check),), "quiet")
        yield from self.forms()
        if check.example is not None:
            point = ", ".join(f"{name} = {value}" for name, value in check.example.point)
            yield Prose(("For example, at ", *self.said(point), ":"))
            rows = (("your answer gives", check.example.answer), ("the right one", check.example.right))
            yield Table((), tuple(((name,), self.said(value)) for name, value in rows))
        for step in parting_steps(check):
            yield Prose((f"It parts from the derivation here, at {step_title(step)}:",))
            lines = [Line(self.box(step.before), self.box(step.after), self.said(step.because), step.shape)]
            yield Equations(tuple(lines))
            yield from self.with_names(step)
        yield from (Note(self.said(note)) for note in check.notes)

    def forms(self) -> Iterator[Block]:
        """The answer, and the right form where that is another."""
        check = self.check
        answer, result = check.answer, check.derivation.result
        if answer is None or isinstance(answer, Stacked | Computed):
            yield Prose(("Your answer:",))
            yield Code(check.text.strip())
        else:
            node = answer.node if isinstance(answer, Indexed) else answer
            yield Prose(("Your answer:",))
            yield Equations((Line(None, box_of(node), (), answer_shape(answer)),))
        yield Prose(("mcalc's form:" if check.right else "Right is:",))
        yield Equations(tuple(self.sentences.lines_of(result)), "answer")

    def with_names(self, step: Step) -> Iterator[Block]:
        """What the intermediate names in a step stand for."""
        if not isinstance(step.after, Node):
            return
        lines = {line.node: line for line in self.check.derivation.lines}
        named = [leaf for leaf in variables(step.after) if leaf in lines]
        if named:
            yield Prose(("with ", *joined([equation(self.box(leaf), self.box(lines[leaf].meaning)) for leaf in named])))

    def box(self, value: Expression | Drawn) -> Box:
        """A value as a box."""
        return self.sentences.box(value)
