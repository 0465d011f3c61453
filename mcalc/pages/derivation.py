"""A derivation as a page: the answer alone, or the way to it, the paper's steps with their reasons."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial

from mcalc.ask import in_layout
from mcalc.derivation.derivation import (
    STAGES,
    Derivation,
    Step,
    chains,
    is_alone,
    left_box,
    own_name,
    value_name,
)
from mcalc.derivation.detail import shown
from mcalc.derivation.error_term import error_term
from mcalc.derivation.linear_map import other_boxes
from mcalc.derivation.statements import (
    assumptions,
    by_variable,
    held_constant,
    layout_line,
    other_layout,
    verified_line,
)
from mcalc.documents.blocks import (
    Aside,
    Block,
    Either,
    Equations,
    Heading,
    Line,
    Note,
    Page,
    Prose,
    Shortened,
    Spans,
    capital,
    in_this_text,
    joined,
)
from mcalc.documents.data import Data
from mcalc.networks.index_form import IndexForm
from mcalc.notation.boxes import Box, Derivative, Fence, Name, Row, equation
from mcalc.notation.drawing import Slices
from mcalc.notation.in_names import InNames
from mcalc.notation.said import size_box
from mcalc.notation.writing import box_of
from mcalc.pages.answers import answer_lines, common_lines, names_of_parts
from mcalc.pages.records import of_derivation
from mcalc.pages.sentences import Named, Sentences, named_result
from mcalc.tree.names import name_text, sizes_shown
from mcalc.tree.node import Node


def page(derivation: Derivation, lhs: bool = False) -> Page:
    """The answer, or for `explain` the derivation; `lhs`: an answer has its left side in any case."""
    data = Data(partial(of_derivation, derivation))
    derivation = shown(derivation) if derivation.command == "explain" else derivation
    with derivation.apart():
        if derivation.command == "explain":
            blocks = [block for part in pages_of(derivation) for block in part.explained()]
        else:
            blocks = list(DerivationPage(derivation).answered(lhs))
        assumed = assumptions(derivation)
        return Page(
            tuple(blocks),
            partial(_title, derivation),
            assumed,
            derivation.command != "explain",
            data=data,
            notes=assumed,
        )


def _title(derivation: Derivation) -> Spans:
    with derivation.apart():
        by = joined([box_of(node) for node in dict.fromkeys(derivation.by)])
        return ("Derivative of ", box_of(derivation.value), " by ", *by)


def pages_of(derivation: Derivation) -> list[DerivationPage]:
    """The derivation, or those by each variable; where these go on from one another, the names in their results do."""
    parts = derivation.parts or (derivation,)
    pages = list(map(DerivationPage, parts))
    if any(part.goes_on for part in parts) and all(part.result is part.in_symbols for part in parts):
        names = names_of_parts(derivation)
        for at, (one, box, own) in enumerate(zip(pages, names.answers, names.own, strict=True)):
            one.answer = one.boxes[id(parts[at].result)] = box, tuple(own if at else (*names.shared, *own))
    return pages


class DerivationPage(Sentences):
    """The blocks of one derivation; the names in its `answer` may be chosen with those of others."""

    answer: tuple[Box, Named] | None = None

    # The answer alone

    def answered(self, lhs: bool) -> Iterator[Block]:
        """The answer alone, what is assumed, and whether it was checked; with `lhs` as an equation."""
        whole = self.derivation
        names = names_of_parts(whole)
        yield from common_lines(names)
        for part, lines in zip(whole.parts or (whole,), answer_lines(whole, names, lhs), strict=True):
            yield lines
            if part is (whole.parts or (whole,))[0]:
                yield self.where()
                yield from self.notes()
            yield from self.other_forms(part)
            yield Prose(self.shape_line(part), "quiet")
            yield from (Note(self.said(note)) for note in part.remarks)

    def other_forms(self, part: Derivation) -> Iterator[Block]:
        """``dX ↦ …`` and ``∂vec(Y)/∂vec(X)`` of a result in index notation, where it has them."""
        forms = other_boxes(part)
        if forms:
            yield Equations(tuple(_line_of(form) for form in forms), "forms")

    def shape_line(self, part: Derivation) -> Spans:
        """``m×n, paper layout``, and how the check went."""
        check = "" if part.verified is None else "; " + verified_line(part)
        return (size_box(part.shape), f", {part.layout} layout{check}.")

    # The derivation

    def opening(self) -> Iterator[Block]:
        """What is derived, what its names stand for, and the shape of the result."""
        derivation = self.derivation
        by = joined([self.names.get(name_text(name), Name(name)) for name in derivation.wrt])
        self.own = own_name(derivation)
        if derivation.goes_on:
            yield Heading(1, ("Derivative of ", self.names[name_text(derivation.lines[-1].name)], " by ", *by))
        else:
            value = self.box(derivation.value)
            name = Name(self.own or value_name(derivation), len(derivation.value.axes))
            whole = equation(name, value) if self.own else value
            short = ("Derivative of ", name, " by ", *by)
            yield Heading(1, ("Derivative of ", whole, " by ", *by), short, Line(name, value))
            yield self.where()
            yield from self.notes()
        told = self.said(layout_line(derivation).cut(len(sizes_shown(derivation.in_symbols.shape))))
        shape = size_box(derivation.in_symbols.shape)
        yield Either(
            (Prose((shape, *told), "quiet"),),
            (Prose(("The result is ", shape, *told, ".")),),
        )

    def explained(self) -> Iterator[Block]:
        """The derivation stage by stage, between what is asked and the result."""
        derivation = self.derivation
        yield from self.opening()
        if derivation.goes_on:
            yield Prose(("The names above go on here, with what was found of them.",))
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
            yield Heading(2, (title,), number=0 if lone else number)
            for part in parts:
                own = [step for step in part.steps if step.stage == stage]
                apart = len(parts) > 1 and own and not is_alone(own[0], self.own)
                if apart and stage not in ("collect", "layout"):
                    yield Prose(self.said(held_constant(part, derivation)), "variable")
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
        yield Equations(tuple(lines), "definitions")

    def _differentiate(self, steps: Sequence[Step], part: Derivation) -> Iterator[Block]:
        lines = []
        for group in chains(steps):
            if len(group) > 1 or is_alone(group[0], self.own):
                yield self.equations(self.box(group[0].before), group)
                continue
            (step,) = group
            said = self.said(step.because)
            lines.append(Line(self.box(step.before), self.box(step.after), said, step.shape, step.rule))
        if lines:
            yield Equations(tuple(lines), "rules", part.detail == "full")

    def _outline(self, steps: Sequence[Step], part: Derivation) -> Iterator[Block]:
        for group in chains(steps):
            yield self.equations(self.box(group[0].before), group)

    def _combine(self, steps: Sequence[Step], part: Derivation) -> Iterator[Block]:
        for group in chains(steps):
            first = group[0]
            yield Prose(self.said(first.because), "", first.rule)
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
        by = [self.names.get(name_text(name), Name(name)) for name in self.derivation.wrt]
        column = Fence(
            "square",
            Row("flat", tuple(Derivative(Name("f"), (name,)) for name in by), ("", *["comma"] * (len(by) - 1))),
        )
        for step in steps:
            yield self.equations(left_box(self.derivation) if step.shape[0] == 1 else column, [step])

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
        before: Box | None = None
        for at, step in enumerate(steps):
            said = self.said(step.because if at or step.stage != "combine" else "")
            box, named = self.named(step.after)
            if box is not before:
                lines.append(
                    Line(None if at else left, box, said, step.shape, step.rule, named=named, factors=step.factors)
                )
            before = box
        return Equations(tuple(lines))

    def closing(self, again: bool = False) -> Iterator[Block]:
        """The result, its other forms, the other layout, and its check; `again`: though a step has shown it."""
        derivation = self.derivation
        result = derivation.in_symbols
        last = derivation.steps[-1] if derivation.steps else None
        was_shown = last is not None and last.after is result and isinstance(result, Node)
        left = left_box(derivation) if isinstance(result, IndexForm) else None
        box, named = self.answer or named_result(result, derivation.naming, self.made)
        shown = was_shown and (not named or bool(self.named(result)[1]))
        answer = [Equations((Line(left, box, (), result.shape, named=named),), "answer")] if again or not shown else []
        yield Heading(2, ("Result",))
        yield Either(tuple(answer), later=in_this_text(lambda: answer_lines(derivation, self.answer_in_names(), True)))
        yield from self.other_forms(derivation)
        error = None if named or self.answer else error_term(derivation)
        if error is not None:
            yield Shortened(box_of(error.name), box_of(error.difference), box_of(error.result))
        check = "" if derivation.verified is None else capital(verified_line(derivation))
        other = other_layout(derivation)
        told = ". ".join(filter(None, [check, capital(other)]))
        checked = (Prose((check + ".",), "quiet"),) if check else ()
        turned = in_this_text(lambda: (*self.turned(), *checked))
        yield Either((Prose((told,)),) if told else (), later=turned)
        yield from (Note(self.said(note)) for note in derivation.remarks)

    def answer_in_names(self) -> InNames:
        """The result as a document shows it, in the names of its parts."""
        if self.answer is None:
            return names_of_parts(self.derivation)
        box, named = self.answer
        return InNames([], [list(named)], [box])

    def turned(self) -> Iterator[Block]:
        """The result in the other layout, where it is another there."""
        derivation, result = self.derivation, self.derivation.in_symbols
        if len(derivation.by) != 1:
            return
        other = "denominator" if derivation.layout != "denominator" else "paper"
        turned = in_layout(derivation.natural, derivation.value, derivation.by[0], other)
        if isinstance(turned, Node) and turned is not result and turned.shape != result.shape:
            yield Aside((f"In the {other} layout, ", size_box(turned.shape), ", it is "), self.box(turned))


def _line_of(form: Box) -> Line:
    """``left = right`` as a line; what has another sign stands whole."""
    if not isinstance(form, Row) or form.kind != "relation":
        return Line(None, form)
    return Line(form.parts[0], form.parts[1], sign=form.joins[-1])
