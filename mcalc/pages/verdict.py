"""A verdict as a page: right or wrong and how, the two forms, a counter-example, the step where they part."""

from __future__ import annotations

from collections.abc import Iterator

from mcalc.checking.points import Computed, Indexed, Stacked
from mcalc.checking.statements import answer_shape, answer_text, derivative, parting_steps, step_title, trust, verdict
from mcalc.checking.verdict import Check
from mcalc.derivation.derivation import Step
from mcalc.derivation.statements import assumptions
from mcalc.documents import write as write_page
from mcalc.documents.blocks import Block, Code, Either, Equations, Line, Note, Page, Prose, Span, Spans, Table, joined
from mcalc.documents.data import Data
from mcalc.documents.options import PLAIN, Options
from mcalc.networks.index_form import Expression, IndexForm
from mcalc.notation.boxes import Box, Said, equation
from mcalc.notation.drawing import Drawn
from mcalc.notation.results import write_expression
from mcalc.notation.writing import box_of
from mcalc.pages.records import of_verdict
from mcalc.pages.sentences import Sentences, is_long
from mcalc.table.sentences import Formula, filled
from mcalc.tree.names import sizes_shown
from mcalc.tree.node import Node


def page(check: Check) -> Page:
    """The verdict; of several answers one after the other."""
    parts = check.parts or (check,)
    derivation = check.derivation
    with derivation.apart():
        by = joined([box_of(node) for node in dict.fromkeys(derivation.by)])
        title = ("The derivative of ", box_of(derivation.value), " by ", *by)
        blocks = tuple(block for part in parts for block in _Verdict(part).blocks())
        assumed, data = assumptions(derivation), Data(lambda: of_verdict(check))
        return Page(blocks, title, assumed, verdict=True, data=data, notes=assumed)


def write(check: Check, form: str = "text", options: Options = PLAIN) -> str:
    """The verdict in a format."""
    return write_page(page(check), form, options)


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
        yield from self.sentences.notes()
        for finding in check.findings:
            if check.right:
                continue
            if finding.condition and finding is check.findings[0]:
                told = f"Wrong as it stands: this is not {{}}, in the {check.layout} layout."
                yield Prose(self.said(filled(told, derivative(check))))
            else:
                yield Prose(self.said(finding.sentence))
        if check.taken:
            yield Prose(self.said(check.taken))
        if trust(check):
            yield Prose((trust(check),), "quiet")
        yield from self.forms()
        if check.example is not None:
            yield Prose(joined([self.equated(name, value) for name, value in check.example.point]), "example")
            rows = (("your answer gives", check.example.answer), ("the right one", check.example.right))
            yield Table((), tuple(((name,), self.said(value)) for name, value in rows), styles=("quiet", ""))
        for step in parting_steps(check):
            yield Prose((step_title(step),), "parting")
            line = Line(self.box(step.before), self.box(step.after), self.said(step.because), step.shape)
            because = (Prose(line.reason, "within"),) if line.reason else ()
            named = tuple(self.with_names(step))
            yield Either((Equations((line,), "local"), *named, *because), (Equations((line,)), *named))
        yield from (Note(self.said(note)) for note in check.notes)

    def equated(self, name: str, value: str) -> Span:
        """``x = [1; 2]``."""
        box = value.box if isinstance(value, Formula) else None
        text = f"{name} = {value}"
        return Said(text, equation(self.sentences.names[name], box)) if isinstance(box, Box) else text

    def forms(self) -> Iterator[Block]:
        """The answer, and the right form where that is another; a long one in the names of its parts."""
        answer = self.check.answer
        values = [self.check.derivation.result, *([answer.node] if isinstance(answer, Indexed) else [answer])]
        long = any(isinstance(value, Node | IndexForm) and is_long(value) for value in values)
        yield Either((self.beside(),) if not long else tuple(self.below(self.check.is_own_form)), tuple(self.below()))

    def beside(self) -> Table:
        """Both in the rows of a table."""
        check = self.check
        result, text = check.derivation.result, self.answer()
        shape = sizes_shown(answer_shape(check.answer)) if check.answer is not None else "its shapes do not fit"
        rows: list[tuple[Spans, ...]] = [(("your answer",), text, (shape,))]
        if not check.right or answer_text(check.answer, check) != write_expression(result):
            named = "mcalc's form" if check.right else "right"
            rows.append(((named,), (self.box(result),), (sizes_shown(result.shape),)))
        return Table((), tuple(rows), styles=("quiet", "result", "shape"))

    def answer(self) -> Spans:
        """The answer as it was read, else as it was typed."""
        answer = self.check.answer
        if answer is None or isinstance(answer, Stacked | Computed):
            return (self.check.text.strip(),)
        return (box_of(answer.node if isinstance(answer, Indexed) else answer),)

    def below(self, alone: bool = False) -> Iterator[Block]:
        """Each on a line of its own, or the answer `alone`."""
        check = self.check
        answer, result = check.answer, check.derivation.result
        if answer is None or isinstance(answer, Stacked | Computed):
            yield Prose(("Your answer:",), "form")
            yield Code(check.text.strip())
        else:
            node = answer.node if isinstance(answer, Indexed) else answer
            yield Prose(("Your answer:",), "form")
            box, named = self.sentences.named(node)
            yield Equations((Line(None, box, (), answer_shape(answer), named=named),))
        if alone:
            return
        yield Prose(("mcalc's form:" if check.right else "Right is:",), "form")
        yield Equations(tuple(self.sentences.lines_of(result)), "answer")

    def with_names(self, step: Step) -> Iterator[Block]:
        """What the intermediate names in a step stand for."""
        if step.names:
            shown = joined([equation(self.box(leaf), self.box(meaning)) for leaf, meaning in step.names])
            yield Prose(("with ", *shown), "within")

    def box(self, value: Expression | Drawn) -> Box:
        """A value as a box."""
        return self.sentences.box(value)
