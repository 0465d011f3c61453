"""A derivation as a page: the answer alone, or the way to it, the paper's steps with their reasons."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from mcalc.ask import in_layout
from mcalc.derivation.derivation import STAGES, Derivation, Step, chains, is_alone, left_box, own_name
from mcalc.derivation.detail import shown
from mcalc.derivation.error_term import error_term
from mcalc.derivation.linear_map import other_boxes
from mcalc.derivation.statements import assumptions, by_variable, held_constant, layout_line, verified_line
from mcalc.documents.blocks import (
    Block,
    Equations,
    Heading,
    Line,
    Note,
    Page,
    Prose,
    Spans,
    capital,
    joined,
    size_box,
)
from mcalc.networks.index_form import Expression, IndexForm
from mcalc.notation.boxes import Box, Derivative, Fence, Name, Row, equation
from mcalc.notation.drawing import Drawn, Slices
from mcalc.notation.writing import box_of
from mcalc.pages.prose import spans
from mcalc.pages.sentences import Named, Sentences, named_result
from mcalc.tree.names import name_text, sizes_shown
from mcalc.tree.node import Node


def page(derivation: Derivation, lhs: bool = False) -> Page:
    """The answer, or for `explain` the derivation; `lhs`: an answer has its left side in any case."""
    derivation = shown(derivation) if derivation.command == "explain" else derivation
    with derivation.apart():
        by = joined([box_of(node) for node in dict.fromkeys(derivation.by)])
        title = ("Derivative of ", box_of(derivation.value), " by ", *by)
        if derivation.command == "explain":
            blocks = [block for part in derivation.parts or (derivation,) for block in DerivationPage(part).explained()]
        else:
            blocks = list(DerivationPage(derivation).answered(lhs))
        return Page(tuple(blocks), title, assumptions(derivation), derivation.command != "explain")


def answer_lines(derivation: Derivation, lhs: bool = False) -> Equations:
    """The answer, with its left side where it needs one; of several variables a line each."""
    parts = derivation.parts or (derivation,)
    lines: list[Line] = []
    named: Named = ()
    for part in parts:
        result = part.result
        if isinstance(result, Slices):
            lines += [Line(left, right) for left, right in result.lines()]
            continue
        box, own = named_result(result, part.naming)
        named += own
        told = lhs or len(parts) > 1 or isinstance(result, IndexForm) or bool(own)
        lines.append(Line(left_box(part) if told else None, box, (), part.shape))
    return Equations(tuple(lines), "answer", named)


class DerivationPage(Sentences):
    """The blocks of one derivation."""

    # The answer alone

    def answered(self, lhs: bool) -> Iterator[Block]:
        whole = self.derivation
        yield answer_lines(whole, lhs)
        yield self.where()
        yield from self.functions()
        yield from (Note(self.said(note)) for note in whole.reading.notes)
        for part in whole.parts or (whole,):
            yield from self.other_forms(part)
            yield Prose(self.shape_line(part), "quiet")
            yield from (Note(self.said(note)) for note in part.remarks)

    def other_forms(self, part: Derivation) -> Iterator[Block]:
        forms = other_boxes(part)
        if forms:
            yield Equations(tuple(_line_of(form) for form in forms))

    def shape_line(self, part: Derivation) -> Spans:
        check = "" if part.verified is None else "; " + verified_line(part)
        return (size_box(part.shape), f", {part.layout} layout{check}.")

    # The derivation

    def opening(self) -> Iterator[Block]:
        """What is derived, what its names stand for, and the shape of the result."""
        derivation = self.derivation
        by = joined([self.names.get(name_text(name), Name(name)) for name in derivation.wrt])
        self.own = own_name(derivation)
        value = self.box(derivation.value)
        value = equation(Name(self.own, len(derivation.value.axes)), value) if self.own else value
        yield Heading(1, ("Derivative of ", value, " by ", *by))
        yield self.where()
        yield from self.functions()
        yield from (Note(self.said(note)) for note in derivation.reading.notes)
        shape = size_box(derivation.in_symbols.shape)
        told = layout_line(derivation).removeprefix(sizes_shown(derivation.in_symbols.shape))
        yield Prose(("The result is ", shape, *self.said(f"{told}.")))

    def explained(self) -> Iterator[Block]:
        """The derivation stage by stage, between what is asked and the result."""
        derivation = self.derivation
        yield from self.opening()
        stages = {stage: [step for step in derivation.steps if step.stage == stage] for stage in STAGES}
        lone = sum(map(bool, stages.values())) == 1
        parts = by_variable(derivation)
        number = 0
        for stage, title in STAGES.items():
            steps = stages[stage]
            if not steps:
                continue
            number += 1
            if stage == "substitute" and all(step.rule == "case distinction" for step in steps):
                title = "Tell the cases apart"
            if stage == "differentiate" and all(is_alone(group[0], self.own) for group in chains(steps)):
                title = "Differentiate term by term"
            yield Heading(2, (title if lone else f"{number}. {title}",))
            for part in parts:
                own = [step for step in part.steps if step.stage == stage]
                apart = len(parts) > 1 and own and not is_alone(own[0], self.own)
                if apart and stage not in ("collect", "layout"):
                    yield Prose(self.said(capital(held_constant(part, derivation)) + ":"))
                if own:
                    yield from getattr(self, "_" + stage)(own, part)
        yield from self.closing()

    def _introduce(self, steps: Sequence[Step], part: Derivation) -> Iterator[Block]:
        lines = []
        before: list[str] = []
        for step in steps:
            loops = sorted(loop.name for loop in step.before.loops) if isinstance(step.before, Node) else []
            each = ("for each ", *joined([Name(loop) for loop in loops])) if loops and loops != before else ()
            said = each or self.said(step.because)
            lines.append(Line(self.box(step.before), self.box(step.after), said, step.shape))
            before = loops
        yield Equations(tuple(lines))

    def _differentiate(self, steps: Sequence[Step], part: Derivation) -> Iterator[Block]:
        if is_alone(steps[0], self.own):
            yield from (self.equations(self.box(group[0].before), group) for group in chains(steps))
            return
        lines, apart = [], []
        for step in steps:
            short = 0 < len(step.because) <= _BESIDE
            said = self.said(step.because) if short else (step.rule,)
            lines.append(Line(self.box(step.before), self.box(step.after), said, step.shape, step.rule))
            apart += [] if short else [step]
        yield Equations(tuple(lines))
        for step in apart:
            yield from self.because(step.rule, step.because, {})

    def because(self, rule: str, text: str, names: dict[str, Box]) -> Iterator[Block]:
        """Why a rule applies."""
        if text:
            yield Prose(spans(f"{text}.", names), "", rule)

    def _outline(self, steps: Sequence[Step], part: Derivation) -> Iterator[Block]:
        for group in chains(steps):
            yield self.equations(self.box(group[0].before), group)

    def _combine(self, steps: Sequence[Step], part: Derivation) -> Iterator[Block]:
        for group in chains(steps):
            first = group[0]
            if first.because:
                yield Prose(self.said(f"{first.because}."), "", first.rule)
            else:
                yield Prose((f"By the {first.rule}:" if "rule" in first.rule else f"{capital(first.rule)}:",))
            yield self.equations(self.box(first.before), group)

    def _substitute(self, steps: Sequence[Step], part: Derivation) -> Iterator[Block]:
        combined = chains([step for step in part.steps if step.stage == "combine"])
        heads = [group[0].before for group in combined] or [s.before for s in part.steps if s.stage == "differentiate"]
        said = {id(step.after) for step in part.steps if step.stage in ("combine", "differentiate")}
        for group in chains(steps):
            start = group[0]
            first = [] if id(start.before) in said else [Step("", "", "", start.before, start.before, start.shape)]
            if heads:
                yield self.equations(self.box(heads[-1]), [*first, *group])
            else:
                yield self.equations(self.box(start.before), group)

    def _collect(self, steps: Sequence[Step], part: Derivation) -> Iterator[Block]:
        names = [name for name in self.derivation.wrt]
        for step in steps:
            leaves: list[Box] = [
                Derivative(Name("f"), (self.names.get(name_text(name), Name(name)),)) for name in names
            ]
            row = Row("flat", tuple(leaves), ("", *["comma"] * (len(leaves) - 1)))
            yield self.equations(Fence("square", row), [step])

    def _layout(self, steps: Sequence[Step], part: Derivation) -> Iterator[Block]:
        yield from (self.equations(self.box(step.before), [step]) for step in steps)

    def _components(self, steps: Sequence[Step], part: Derivation) -> Iterator[Block]:
        named = [step for step in part.steps if step.stage in ("differentiate", "combine", "layout", "collect")]
        for step in steps:
            if isinstance(step.after, Slices):
                yield Equations(tuple(Line(left, right) for left, right in step.after.lines()))
                continue
            paper = step is steps[-1] and named and named[-1].stage in ("differentiate", "combine")
            leaf = chains(named)[-1][0].before if paper else step.before
            shown = leaf if isinstance(leaf, Node) else step.before
            yield Equations((Line(self.box(shown), self.box(step.after)),))

    def equations(self, left: Box, steps: Sequence[Step]) -> Equations:
        """``left = …`` and under it the further forms, each with its reason; no line equal to the one above."""
        lines: list[Line] = []
        named: Named = ()
        before: Box | None = None
        for at, step in enumerate(steps):
            told = step.because if at or step.stage != "combine" else ""
            box, own = self.named(step.after)
            named += tuple(pair for pair in own if pair[0].word not in {name.word for name, _ in named})
            said = self.said(told)
            if box is not before:
                lines.append(Line(None if at else left, box, said, step.shape))
            before = box
        return Equations(tuple(lines), "", named)

    def aside(self, words: Spans, value: Node) -> Iterator[Block]:
        """A sentence with a value: within it, or below it where it is long."""
        if value.key[0] <= _ASIDE:
            yield Prose((*words, self.box(value), "."))
            return
        yield Prose((*words[:-1], str(words[-1]).rstrip() + ":"))
        yield Equations((Line(None, self.box(value)),))

    def closing(self) -> Iterator[Block]:
        """The result, in other forms and in the other layout too, and its check."""
        derivation = self.derivation
        yield Heading(2, ("Result",))
        yield answer_lines(derivation, True)
        yield from self.other_forms(derivation)
        result = derivation.in_symbols
        other = "denominator" if derivation.layout != "denominator" else "paper"
        turned: Expression | Drawn = result
        if len(derivation.by) == 1:
            turned = in_layout(derivation.natural, derivation.value, derivation.by[0], other)
        if isinstance(turned, Node) and turned is not result and turned.shape != result.shape:
            yield from self.aside((f"In the {other} layout, ", size_box(turned.shape), ", it is "), turned)
        error = error_term(derivation)
        if error is not None:
            name, difference = box_of(error.name), box_of(error.difference)
            yield from self.aside(("With ", equation(name, difference), " it is "), error.result)
        if derivation.verified is not None:
            yield Prose((capital(verified_line(derivation)) + ".",), "quiet")
        yield from (Note(self.said(note)) for note in derivation.remarks)


_BESIDE = 44
"""A longer reason stands below the equations."""
_ASIDE = 12
"""A value of more parts than these is not said within a sentence."""


def _line_of(form: Box) -> Line:
    """``left = right`` as a line; what has another sign stands whole."""
    equal = isinstance(form, Row) and form.joins[-1] == "equals"
    return Line(form.parts[0], form.parts[1]) if equal and isinstance(form, Row) else Line(None, form)
