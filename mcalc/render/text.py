"""Text for the terminal: the answer between comments, so that the whole output reads back; or the derivation."""

from __future__ import annotations

from collections.abc import Sequence

from mcalc.derivation.derivation import STAGES, Derivation, Step, chains, is_alone, left_side, own_name
from mcalc.derivation.detail import shown
from mcalc.derivation.error_term import error_term
from mcalc.derivation.headings import answer_text
from mcalc.derivation.linear_map import other_forms
from mcalc.derivation.statements import (
    by_variable,
    held_constant,
    layout_line,
    names_line,
    other_layout,
    verified_line,
)
from mcalc.documents.blocks import capital
from mcalc.networks.index_form import Expression, IndexForm
from mcalc.notation.columns import width
from mcalc.notation.drawing import Drawn, beside
from mcalc.notation.results import write_expression
from mcalc.render.equations import Line, labelled, rows_of_equations, rows_of_table
from mcalc.render.layout import Piece, Row, in_ascii, plain, wrapped
from mcalc.tree.names import name_text, sizes_shown
from mcalc.tree.node import Node


def write(derivation: Derivation, form: str) -> str:
    """The page without colour."""
    return plain(rows(derivation, form))


def rows(derivation: Derivation, form: str = "text", columns: int = 0, lhs: bool = False) -> list[Row]:
    """The page; sentences are broken at `columns`, 0 for nowhere; `lhs`: an answer has its left side."""
    page = _Page(form, columns)
    if derivation.command == "explain":
        derivation = shown(derivation)
        parts = derivation.parts or (derivation,)
        for number, part in enumerate(parts):
            if number:
                page.add()
            page.explain(part)
    else:
        page.answer(derivation, lhs)
    return page.rows


_MOST_PATHS = 3
"""Of more paths the shapes of their Jacobians are not listed."""


class _Page:
    def __init__(self, form: str, columns: int) -> None:
        self.form, self.columns = form, columns
        self.rows: list[Row] = []

    def add(self, *pieces: Piece) -> None:
        """A row of pieces."""
        self.rows.append(list(pieces))

    def plainly(self, text: str) -> str:
        """The text in ASCII where that is asked for."""
        return in_ascii(text) if self.form == "ascii" else text

    def math(self, expression: Expression | Drawn) -> str:
        """The expression in the page's notation."""
        return write_expression(expression, self.form)

    def comment(self, text: str) -> None:
        """A line behind `#`."""
        for line in wrapped(self.plainly(text), self.columns - 2 if self.columns else 0):
            self.add(Piece("# " + line, "quiet"))

    # The answer alone

    def answer(self, derivation: Derivation, lhs: bool) -> None:
        """The answer between comments."""
        self.comment(names_line(derivation))
        for note in derivation.reading.notes:
            self.comment("Note: " + note)
        for part in derivation.parts or (derivation,):
            if derivation.parts:
                self.comment("by " + ", ".join(name_text(name) for name in part.wrt))
            lines = answer_text(part, self.form).split("\n")
            if lhs and isinstance(part.result, Node | IndexForm):
                lines[-1] = f"{left_side(part, self.form)} = {lines[-1]}"
            elif lhs or isinstance(part.result, IndexForm):
                self.comment(left_side(part, self.form) + " =")
            for line in lines:
                self.add(Piece(line, "result"))
            for form in other_forms(part, self.form):
                self.comment(form)
            check = "" if part.verified is None else "; " + verified_line(part)
            self.comment(f"{sizes_shown(part.shape)}, {part.layout} layout{check}")
            for note in part.remarks:
                self.comment("Note: " + note)

    # The derivation

    def heading(self, text: str) -> None:
        """A heading, an empty row before it."""
        self.add()
        self.add(Piece(self.plainly(text), "heading"))

    def sentence(self, text: str, indent: str = "  ", style: str = "quiet") -> None:
        """A sentence over several lines."""
        for line in wrapped(self.plainly(text), self.columns - len(indent) if self.columns else 0):
            self.add(Piece(indent), Piece(line, style))

    def labelled(self, label: Sequence[Piece], mathematics: Piece, tail: Sequence[Piece] = ()) -> None:
        """A label, and beside it mathematics."""
        self.rows += labelled(label, mathematics, tail, self.columns)

    def explain(self, derivation: Derivation) -> None:
        """The derivation, step by step."""
        by = ", ".join(self.plainly(name_text(name)) if self.form == "text" else name for name in derivation.wrt)
        tail = [Piece(" by ", "heading"), Piece(by, "variable")]
        self.own = own_name(derivation)
        label = "Derivative of " + (f"{self.plainly(name_text(self.own))} = " if self.own else "")
        self.labelled([Piece(label, "heading")], Piece(self.math(derivation.value), "result"), tail)
        self.sentence(names_line(derivation))
        for note in derivation.reading.notes:
            self.sentence("Note: " + note)
        self.sentence(layout_line(derivation))
        stages = {stage: [step for step in derivation.steps if step.stage == stage] for stage in STAGES}
        number, lone = 0, sum(map(bool, stages.values())) == 1
        blocks = by_variable(derivation)
        self.together = derivation
        for stage, title in STAGES.items():
            steps = stages[stage]
            if not steps:
                continue
            number += 1
            if stage == "substitute" and all(step.rule == "case distinction" for step in steps):
                title = "Tell the cases apart"
            if stage == "differentiate" and all(is_alone(group[0], self.own) for group in chains(steps)):
                title = "Differentiate term by term"
            self.heading(title if lone else f"{number}  {title}")
            for part in blocks:
                own = [step for step in part.steps if step.stage == stage]
                told = len(blocks) > 1 and own and not is_alone(own[0], self.own)
                if told and own[0].stage not in ("collect", "layout"):
                    self.sentence(held_constant(part, derivation), style="variable")
                if own:
                    getattr(self, "_" + stage)(own, part)
        self.closing(derivation)

    def _introduce(self, steps: Sequence[Step], derivation: Derivation) -> None:
        cells: list[Row] = []
        before: list[str] = []
        for step in steps:
            row = [Piece(f"{self.math(step.before)} = {self.math(step.after)}"), self.shape(step)]
            loops = sorted(loop.name for loop in step.before.loops) if isinstance(step.before, Node) else []
            said = "for each " + ", ".join(loops) if loops and loops != before else ""
            said = said or self.plainly(step.because)
            cells.append([*row, Piece(said, "quiet")] if said else row)
            before = loops
        for lines in rows_of_table(cells, self.columns):
            self.rows += lines

    def shape(self, step: Step) -> Piece:
        """The shape of a step."""
        return Piece(self.plainly(sizes_shown(step.shape)), "shape")

    def _differentiate(self, steps: Sequence[Step], derivation: Derivation) -> None:
        cells: list[Row] = []
        for group in chains(steps):
            if len(group) > 1 or is_alone(group[0], self.own):
                self.equations(self.math(group[0].before), group)
                continue
            (step,) = group
            equation = Piece(f"{self.math(step.before)} = {self.math(step.after)}")
            said = Piece(self.plainly(step.because), "quiet") if step.because else Piece(step.rule, "rule")
            named = [Piece(step.rule, "rule")] if derivation.detail == "full" and step.because else []
            cells.append([equation, self.shape(step), *named, said])
        for lines in rows_of_table(cells, self.columns):
            self.rows += lines

    def _outline(self, steps: Sequence[Step], derivation: Derivation) -> None:
        for group in chains(steps):
            self.equations(self.math(group[0].before), group)

    def _combine(self, steps: Sequence[Step], derivation: Derivation) -> None:
        for group in chains(steps):
            first = group[0]
            rule = first.rule + (": " if first.because else "")
            lines = wrapped(self.plainly(rule + first.because), self.columns - 6 if self.columns else 0)
            self.add(Piece("  "), Piece(rule, "rule"), Piece(lines[0][len(rule) :], "quiet"))
            self.rows += [[Piece("      "), Piece(line, "quiet")] for line in lines[1:]]
            self.equations(self.math(first.before), group)

    def factors(self, step: Step) -> str:
        """``(1×1)(1×n) = 1×n``: the shapes of the Jacobians along the paths, and of what comes out."""
        if not 0 < len(step.factors) <= _MOST_PATHS or not any(shape for path in step.factors for shape in path):
            return ""
        products = ["".join(f"({sizes_shown(shape)})" for shape in path) for path in step.factors]
        alone = len(step.factors) == 1 and len(step.factors[0]) == 1
        return sizes_shown(step.shape) if alone else f"{' + '.join(products)} = {sizes_shown(step.shape)}"

    def _substitute(self, steps: Sequence[Step], derivation: Derivation) -> None:
        leaf = next(
            (
                step.before
                for group in reversed(chains([s for s in derivation.steps if s.stage == "combine"]))
                for step in group[:1]
            ),
            None,
        )
        leaf = leaf or next((step.before for step in reversed(derivation.steps) if step.stage == "differentiate"), None)
        shown = self.math(leaf) if leaf is not None else "result"
        said = {id(step.after) for step in derivation.steps if step.stage in ("combine", "differentiate")}
        for group in chains(steps):
            start = group[0]
            first = [] if id(start.before) in said else [Step("", "", "", start.before, start.before, start.shape)]
            self.equations(shown, [*first, *group])

    def _collect(self, steps: Sequence[Step], derivation: Derivation) -> None:
        for step in steps:
            names = ", ".join(f"∂f/∂{name_text(name)}" for name in self.together.wrt)
            row = step.shape[0] == 1
            self.equations(left_side(self.together, self.form) if row else self.plainly(f"[{names}]"), [step])

    def _layout(self, steps: Sequence[Step], derivation: Derivation) -> None:
        for step in steps:
            self.equations(self.math(step.before), [step])

    def _components(self, steps: Sequence[Step], derivation: Derivation) -> None:
        named = [step for step in derivation.steps if step.stage in ("differentiate", "combine", "layout", "collect")]
        for step in steps:
            paper = step is steps[-1] and named and named[-1].stage in ("differentiate", "combine")
            leaf = chains(named)[-1][0].before if paper else step.before
            shown = leaf if isinstance(leaf, Node) else step.before
            for line in beside(f"    {self.math(shown)} = ", self.math(step.after).split("\n")):
                self.add(Piece(line))

    def with_where(self, expression: Expression | Drawn) -> tuple[str, list[str]]:
        """The expression, and the lines that say what the names of its recurring parts stand for."""
        text = self.math(expression)
        if not isinstance(expression, Node) or "\n" not in text:
            return text, []
        *named, last = text.split("\n")
        return last, ["where " + named[0], *("      " + line for line in named[1:])]

    def equations(self, left: str, steps: Sequence[Step]) -> None:
        """``left = …`` and under it the further forms, each with its reason."""
        lines = []
        for at, step in enumerate(steps):
            last = at == len(steps) - 1
            shape = self.factors(step) if step.factors else sizes_shown(step.shape) if last else ""
            told = step.because if at or step.stage != "combine" else ""
            text, named = self.with_where(step.after)
            lines.append(Line("" if at else left, text, self.plainly(told), named, self.plainly(shape)))
        self.rows += rows_of_equations(lines, self.columns)

    def was_shown(self, derivation: Derivation) -> bool:
        """Whether the last line of the derivation is its result."""
        last = derivation.steps[-1] if derivation.steps else None
        result = derivation.in_symbols
        return last is not None and last.after is result and isinstance(result, Node)

    def closing(self, derivation: Derivation) -> None:
        """The result and its check."""
        self.add()
        if not self.was_shown(derivation):
            result = derivation.in_symbols
            text, named = self.with_where(result)
            if isinstance(result, IndexForm):
                text = f"{left_side(derivation, self.form)} = {text}"
            tail = [Piece("   " + self.plainly(sizes_shown(result.shape)), "shape")]
            self.labelled([Piece("Result  ", "heading")], Piece(text, "result"), tail)
            for line in named:
                self.labelled([Piece("        ")], Piece(line, "result"))
        for form in other_forms(derivation, self.form):
            self.sentence(form)
        error = error_term(derivation)
        if error is not None:
            name = Piece(f"  with {self.math(error.name)} = ", "quiet")
            difference = Piece(self.math(error.difference) + ": ", "quiet")
            named_result = Piece(self.math(error.result))
            if not self.columns or width(name.text + difference.text + named_result.text) <= self.columns:
                self.add(name, difference, named_result)
            else:
                self.labelled([name], difference)
                self.labelled([Piece(" " * 10)], named_result)
        said = [] if derivation.verified is None else [capital(verified_line(derivation))]
        other = other_layout(derivation)
        self.sentence(". ".join([*said, capital(other)] if other else said), "")
        for note in derivation.remarks:
            self.sentence("Note: " + note, "")
