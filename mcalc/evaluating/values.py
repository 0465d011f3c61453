"""The value of a program at a point, or its derivative there, compared with differences of the value."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from mcalc.ask import answered
from mcalc.code.guards import guarded
from mcalc.language.parser import own_name
from mcalc.networks.index_form import Expression, IndexForm
from mcalc.notation.writing import write
from mcalc.numbers.arrays import array_module as np
from mcalc.numbers.definedness import kinks, undefined
from mcalc.numbers.evaluation import Number, Slope, in_floats, values_of
from mcalc.numbers.fitting import Fitted, fit
from mcalc.numbers.numeric import evaluate, evaluate_tensor
from mcalc.numbers.slope_in_digits import agrees_here
from mcalc.numbers.value import Value
from mcalc.problems import Problem
from mcalc.question import Question
from mcalc.tree.names import name_text
from mcalc.tree.node import Node, topological


@dataclass(frozen=True)
class Answer:
    """A value with its name, what it is the derivative by, and what is to be said of it."""

    name: str
    number: Number
    node: Expression
    wrt: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Evaluation:
    """The answers of one evaluation, in order, and the intermediate values if they were asked for."""

    fitted: Fitted
    answers: tuple[Answer, ...]
    layout: str = ""
    intermediate: tuple[Answer, ...] = field(default=())


def evaluation(question: Question, values: Mapping[str, Value], intermediate: bool = False) -> Evaluation:
    """The value of the program at the values, or with `wrt` its derivative there; raises Problem."""
    names = [own_name(name, values) for name in question.names]
    fitted = fit(question.source, values, question.shapes, [name for name in names if name in values])
    try:
        parts = _intermediate(fitted) if intermediate else ()
        if not question.wrt:
            value = fitted.reading.value
            number = values_of([value], fitted)[0]
            return Evaluation(fitted, (Answer("", number, value, (), number.notes),), "", parts)
        return Evaluation(fitted, tuple(_derivatives(fitted, question)), question.laid_out, parts)
    except Problem as problem:
        raise problem.with_source(problem.source or question.source) from None


def _derivatives(fitted: Fitted, question: Question) -> list[Answer]:
    """The value comes first; then each derivative, compared at this very point with differences of the value."""
    values_of([fitted.reading.value], fitted)
    asked = replace(question, shapes=fitted.declared, command="jacobian", told=False)
    derivation = answered(replace(asked, verify=False))
    verify = question.verify
    answers, compared = [], True
    for part in derivation.parts or (derivation,):
        result = part.result
        assert isinstance(result, Node | IndexForm)  # no one asked for its components
        number = plain = _defined(result, part.value, part.by, fitted)
        if part.natural is not part.result and (verify or number.limit):
            plain = _defined(part.natural, part.value, part.by, fitted)
        agrees = (verify or number.limit) and agrees_here(fitted, part.wrt, plain)
        if number.limit and not agrees:
            raise _without(undefined(result, fitted, number.arithmetic))
        compared = compared and agrees
        notes = tuple(kinks(fitted.reading.value, part.by, fitted, number.arithmetic))
        answers.append(Answer("", number, result, part.wrt, (*notes, *number.notes)))
    if verify and not compared:
        answered(asked)
    return answers


def _defined(result: Expression, value: Node, by: Sequence[Node], fitted: Fitted) -> Number:
    try:
        return _slope(result, value, by, fitted)
    except Problem as problem:
        raise _without(problem) from None


def _without(problem: Problem) -> Problem:
    message = f"The derivative has no value at this point: {problem.message}"
    return Problem(message, hint="the expression itself has a value there", status=problem.status)


def _slope(result: Expression, value: Node, by: Sequence[Node], fitted: Fitted) -> Number:
    """The derivative's value; where a norm that it divides by is 0, the one by convention, in floating point."""
    try:
        return values_of([result], fitted, Slope(tuple(str(one.parameters[0]) for one in by)))[0]
    except Problem as problem:
        guarded = _guarded(result, value)
        if guarded is result or not _is_bounded(guarded, by, fitted):
            raise
        try:
            return in_floats([guarded], fitted)[0]
        except Problem:
            raise problem from None


def _is_bounded(result: Expression, by: Sequence[Node], fitted: Fitted) -> bool:
    """Whether the derivative stays as large when the point is neared: of ``norm(x)`` at 0, not of its square root."""
    point, generator = fitted.point(), np.random.default_rng(1)
    sizes = []
    for distance in (1e-4, 1e-12):
        moved = dict(point)
        for variable in by:
            name = variable.parameters[0]
            moved[name] = point[name] + distance * generator.uniform(0.5, 1, np.shape(point[name]))
        found = (
            evaluate(result, moved, fitted.sizes)
            if isinstance(result, Node)
            else evaluate_tensor(result.tensor, moved, fitted.sizes)
        )
        sizes.append(np.abs(found).max(initial=0.0))
    return bool(np.isfinite(sizes).all() and sizes[1] <= 100 * sizes[0])


def _guarded(result: Expression, value: Node) -> Expression:
    """The derivative with 0 for x/‖x‖ where the norm is 0."""
    if isinstance(result, IndexForm):
        return replace(result, tensor=guarded(result.tensor, value))
    return guarded(result, value)


def _intermediate(fitted: Fitted) -> tuple[Answer, ...]:
    """The names that the program defines; where it defines none, every part of the expression."""
    named = {name_text(name): node for name, node in fitted.reading.bound.items()}
    if not named:
        inner = [node for node in topological([fitted.reading.value]) if node.args and not node.loops]
        named = {write(node, "text"): node for node in inner[:-1] if node.operator.name != "negative"}
    numbers = values_of(list(named.values()), fitted)
    return tuple(Answer(name, number, node) for (name, node), number in zip(named.items(), numbers, strict=True))
