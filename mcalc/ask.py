"""From a formula to its derivation: ``∂f/∂x`` with its steps, checked numerically."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from dataclasses import replace as with_fields
from functools import cached_property
from typing import ParamSpec

from mcalc.derivation.conventions import asked_of_symmetric, convention_notes, declared_last, within_symmetric
from mcalc.derivation.derivation import Derivation, Verified, letters_of_text
from mcalc.derivation.natural import Naturals
from mcalc.derivation.notes import notes_on
from mcalc.derivation.together import layout_step, row_of_scalars, whole_hessian
from mcalc.language.declarations import declarations
from mcalc.language.parser import own_name
from mcalc.language.shapes import Reading
from mcalc.networks.index_form import Expression, IndexForm
from mcalc.notation.of_numbers import magnitude
from mcalc.problems import Problem
from mcalc.question import Question, read, shapes_by_letter, variables_of
from mcalc.rewriting.answers import author_of, author_within, simplify
from mcalc.tree import build
from mcalc.tree.known import declared
from mcalc.tree.letters import in_use
from mcalc.tree.node import Node
from mcalc.tree.operations import cases

__all__ = ["Question", "answered", "derive", "in_layout", "read", "shapes_by_letter", "turned_for"]


_JACOBIAN = "`mcalc jacobian` differentiates a vector or a matrix"
_LONGEST_COMMAND = 160


def _not_a_scalar(source: str, reading: Reading, what: str, otherwise: str) -> Problem:
    return Problem(
        f"A {what} is of a scalar, and this value is {_described(reading.value)}.",
        hint=f"{otherwise}; sum(…) makes a scalar of it",
        source=source,
    )


def _by_jacobian(source: str, names: Iterable[str]) -> str:
    """The command that differentiates a vector or a matrix, whole where it is short."""
    command = f'mcalc jacobian "{source}" --wrt {",".join(names)}'
    if len(command) > _LONGEST_COMMAND or "\n" in source or '"' in source:
        return _JACOBIAN
    return f"write `{command}`"


def answered(question: Question) -> Derivation:
    """``∂value/∂variable`` of the program; by several variables each in turn, or in one row where all are scalars.

    Of second order: by several variables every block ``∂²f/∂x∂y`` in turn, or in one matrix where all are scalars.
    Raises `mcalc.problems.Problem`.
    """
    source, shapes = question.source, question.shapes
    reading, names = variables_of(question)
    if question.command == "gradient" and any(size != 1 for size in reading.value.shape):
        raise _not_a_scalar(source, reading, "gradient", _by_jacobian(source, names))
    by = [reading.names[name] for name in names]
    asked_of_symmetric(by, question.symmetric)
    free = reading
    if any(map(declared, by)):
        without = {
            name: with_fields(shape, properties=frozenset()) if own_name(name, names) in names else shape
            for name, shape in declarations(shapes).items()
        }
        free = read(source, without, names)
    work = _Derivatives(question, reading, free)
    with in_use(letters_of_text(reading)), author_of([reading.value, free.value], question.told):
        found = work.second(by) if question.twice else work.first(by)
    if question.verify and question.form:
        from mcalc.derivation.read_back import must_read_back

        must_read_back(found, question.form)
    return found


Asked = ParamSpec("Asked")


def _of(question: Callable[Asked, Question]) -> Callable[Asked, Derivation]:
    def derive(*parts: Asked.args, **named: Asked.kwargs) -> Derivation:
        """The answer to the question that has these parts; raises `mcalc.problems.Problem`."""
        return answered(question(*parts, **named))

    return derive


derive = _of(Question)


@dataclass(frozen=True)
class _Derivatives:
    """A question's program as declared, and as it is differentiated, with the variables free of what is known."""

    asked: Question
    reading: Reading
    free: Reading

    @cached_property
    def naturals(self) -> Naturals:
        """The derivatives in the paper's layout; what is found of one is known for the others."""
        asked = self.asked
        method = asked.method if asked.command == "explain" else "chain"
        return Naturals((self.reading.value, self.free.value), asked.method, method, asked.told)

    def first(self, by: Sequence[Node]) -> Derivation:
        """``∂f/∂x`` for each x, in one row where all are scalars."""
        together = len(by) > 1 and len(self.reading.value.axes) < 2 and all(not variable.shape for variable in by)
        found = list(self._derived(self.free, by, "paper" if together else self.asked.laid_out, counting=together))
        with self._compiled_together([part.natural for part in found if isinstance(part.natural, Node)]):
            parts = [self._finished(part, (variable,)) for part, variable in zip(found, by, strict=True)]
        if len(parts) == 1:
            return parts[0]
        if together:
            return row_of_scalars(parts, self.asked.laid_out)
        return with_fields(parts[0], by=tuple(by), parts=tuple(parts))

    def _compiled_together(self, answers: Sequence[Node]) -> AbstractContextManager[None]:
        """Within it, what the answers have in common is made ready to be checked once."""
        if not self.asked.verify or len(answers) < 2:
            return nullcontext()
        from mcalc.numbers.together import compiled_together

        return compiled_together(answers)

    def second(self, by: Sequence[Node]) -> Derivation:
        """``∂/∂y (∂f/∂x)`` for every x and y: the gradient, differentiated once more."""
        if any(size != 1 for size in self.reading.value.shape):
            raise _not_a_scalar(self.asked.source, self.reading, "Hessian", f"{_JACOBIAN} once")
        together = len(by) > 1 and all(not variable.shape for variable in by)
        gradients: list[Derivation] = []
        parts: dict[tuple[Node, Node], Derivation] = {}
        for at, (gradient, variable) in enumerate(zip(self._derived(self.free, by, "paper", False), by, strict=True)):
            gradients.append(self._checked(gradient))
            others = by[at:] if together else by
            parts |= {(variable, part.by[-1]): part for part in self._once_more(gradients[-1], variable, others)}
        if self.asked.command == "explain":
            shown: list[Derivation] = []
            for gradient, variable in zip(gradients, by, strict=True):
                shown.append(gradient)
                shown += [with_fields(part, by=(other,)) for (one, other), part in parts.items() if one is variable]
            return with_fields(shown[1], reading=self.reading, by=(by[0], by[-1]), parts=tuple(shown))
        whole = {
            (one, other): with_fields(
                part,
                reading=self.reading,
                steps=gradients[by.index(one)].steps + part.steps,
                lines=gradients[by.index(one)].lines + part.lines,
            )
            for (one, other), part in parts.items()
        }
        if len(by) == 1:
            return whole[by[0], by[0]]
        if together:
            return whole_hessian(by, whole, self.asked.laid_out)
        return with_fields(whole[by[0], by[0]], by=tuple(by), parts=tuple(whole.values()))

    def _once_more(self, gradient: Derivation, first: Node, by: Sequence[Node]) -> Iterator[Derivation]:
        if not isinstance(gradient.natural, Node):
            raise Problem(
                "This gradient has no matrix form to differentiate again.", source=self.asked.source, status=3
            )
        once_more = with_fields(self.free, value=gradient.natural, bound={})
        for part, second in zip(self._derived(once_more, by, self.asked.laid_out), by, strict=True):
            yield with_fields(self._finished(part, (first, second)), once=first)

    def _derived(
        self, free: Reading, by: Sequence[Node], layout: str, cases: bool = True, counting: bool = False
    ) -> Iterator[Derivation]:
        """The derivatives of a reading with its variables free, as if nothing had been declared of them.

        Where they go into one row, the intermediate variables are counted on, `counting`.
        """
        twins = [self.free.names[str(variable.parameters[0])] for variable in by]
        found = self.naturals.together(free, twins, cases) if free is self.free else {}
        counted = 0
        for variable, twin in zip(by, twins, strict=True):
            natural = found.get(twin) or self.naturals.alone(free, twin, cases, counted)
            counted += len(natural.lines) if counting else 0
            derivation = Derivation(
                self.asked.source,
                self.asked.command,
                free,
                (variable,),
                layout,
                natural.steps,
                natural.lines,
                natural.value,
                natural.value,
            )
            derivation.notes = (*self.reading.notes, *notes_on(derivation))
            yield self._laid_out(derivation)

    def _checked(self, derivation: Derivation) -> Derivation:
        if not self.asked.verify:
            return derivation
        names = list(self.reading.names.values())
        by = self.reading.names[derivation.wrt[-1]]
        return with_fields(derivation, verified=_verified(derivation.value, names, by, derivation.natural))

    def _laid_out(self, derivation: Derivation) -> Derivation:
        natural = derivation.natural
        result = in_layout(natural, derivation.value, derivation.by[-1], derivation.layout)
        steps = [step for step in derivation.steps if step.stage != "layout"]
        if isinstance(natural, Node) and isinstance(result, Node) and natural.shape != result.shape:
            steps.append(layout_step(natural, result, derivation.layout))
        return with_fields(derivation, result=result, steps=tuple(steps))

    def _finished(self, derivation: Derivation, by: tuple[Node, ...]) -> Derivation:
        """What was declared, used now that all is derived; checked against differences of the free expression."""
        twins = {self.free.names[name]: node for name, node in self.reading.names.items()}
        twins = {twin: node for twin, node in twins.items() if twin is not node}
        natural = derivation.natural
        steps = [step for step in derivation.steps if step.stage != "layout"]
        if twins:
            natural, used = declared_last(natural, twins)
            steps += used
        verified = self._checked(with_fields(derivation, natural=natural)).verified
        if self.asked.symmetric != "free":
            natural, folded = within_symmetric(natural, self.reading.value, by, self.asked.symmetric)
            steps += folded
        notes = (*derivation.notes, *convention_notes(by, self.asked.symmetric, natural))
        found = with_fields(derivation, natural=natural, steps=tuple(steps), notes=notes, verified=verified)
        laid = self._laid_out(with_fields(found, by=by))
        return with_fields(laid, reading=self.reading if len(by) == 1 else derivation.reading)


def _described(value: Node) -> str:
    return "a vector" if len(value.axes) == 1 else "a matrix"


def in_layout(natural: Expression, value: Node, by: Node, layout: str) -> Expression:
    """The paper's form turned as the layout asks, and written as the value was typed."""
    found = turned_for(natural, value, by, layout)
    if found is natural or isinstance(found, IndexForm) or isinstance(natural, IndexForm) or found.operator.is_cases:
        return found
    with author_within([value, natural]):
        return simplify(found)


def turned_for(natural: Expression, value: Node, by: Node, layout: str) -> Expression:
    """The paper's form turned as the layout asks; results of order 3 and 4 have one form."""
    if isinstance(natural, IndexForm) or layout == "paper":
        return natural
    by_matrix = not value.axes and len(by.axes) == 2
    turned = by_matrix if layout == "numerator" else not by_matrix and not (not value.axes and not by.axes)
    if not turned:
        return natural
    if natural.operator.is_cases and not natural.args[0].shape:
        return cases(natural.args[0], *map(build.transpose, natural.args[1:]))
    return build.transpose(natural)


def _verified(value: Node, names: Sequence[Node], by: Node, natural: Expression) -> Verified:
    """Raises Problem with status 1 where the answer and the differences disagree."""
    from mcalc.numbers.verification import verify_answer

    found = verify_answer(value, names, by, natural)
    if found.failed:
        raise Problem(
            "The answer failed its own numeric check: it differs from finite differences by "
            f"{magnitude(found.error, 2)}.",
            hint="this is a fault of mcalc, and nothing that you typed is wrong; please report the expression",
            status=1,
        )
    return Verified(found.points, found.error, found.reason, found.kinks, found.existing)
