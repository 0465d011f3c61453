"""What `mcalc eval` prints: the value, or the derivative there, exact with its decimals beside it, in each format."""

from __future__ import annotations

import json
import math
import re
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from mcalc.ask import answered
from mcalc.code.guards import guarded
from mcalc.code.targets import TARGETS
from mcalc.documents.rows import Piece, Row, table
from mcalc.language.parser import own_name
from mcalc.networks.index_form import Expression, IndexForm
from mcalc.notation.of_numbers import DIGITS
from mcalc.notation.partials import write_partial
from mcalc.notation.writing import write
from mcalc.numbers.arrays import array_module as np
from mcalc.numbers.definedness import kinks, undefined
from mcalc.numbers.evaluation import Number, Slope, in_floats, values_of
from mcalc.numbers.fitting import Fitted, fit
from mcalc.numbers.numeric import evaluate, evaluate_tensor
from mcalc.numbers.slope_in_digits import agrees_here
from mcalc.numbers.value import Value
from mcalc.numbers.written import UNIT, exact, written
from mcalc.problems import Problem
from mcalc.question import Question
from mcalc.table.records import Array
from mcalc.tree.names import name_text, sizes_shown
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


# Formats -------------------------------------------------------------------------------------------------------------


def text_rows(found: Evaluation, form: str = "text", digits: int = DIGITS) -> list[Row]:
    """The lines for the terminal; without the comments they read back."""
    rows: list[Row] = []
    rounded = found.fitted.rounded
    every = [one for one in (*found.intermediate, *found.answers) if len(one.number.shape) < 3]
    if any("i" in _words(_shown(one.number, form, rounded, digits)) for one in every):
        rows.append([Piece(UNIT)])
    if found.intermediate:
        cells = []
        for answer in found.intermediate:
            shown = _shown(answer.number, form, rounded, digits)
            label = answer.name if form == "text" or not isinstance(answer.node, Node) else write(answer.node, "ascii")
            about = written(answer.number.decimals, answer.number.shape, form, digits)
            beside = "" if about == shown else f" {'~' if form == 'ascii' else '≈'} {about}"
            cells.append([Piece(f"# {label} = {shown}{beside}", "quiet"), Piece(_size(answer.number, form), "shape")])
        rows += table(cells, indent="")
    for answer in found.answers:
        if len(found.answers) > 1:
            rows.append([Piece("# by " + ", ".join(map(name_text, answer.wrt)), "quiet")])
        if len(answer.number.shape) > 2:
            rows += _slices(answer, form, digits)
        else:
            rows += [[Piece(line, "result")] for line in _shown(answer.number, form, rounded, digits).split("\n")]
            about = written(answer.number.decimals, answer.number.shape, form, digits)
            if exact(answer.number, form, rounded) and about != _shown(answer.number, form, rounded, digits):
                lines = about.split("\n")
                rows += [[Piece(f"# {'      ' if at else 'about '}{line}", "quiet")] for at, line in enumerate(lines)]
        if answer.wrt:
            rows.append([Piece(f"# {_size(answer.number, form)}, {found.layout} layout", "quiet")])
        elif any(size != 1 for size in answer.number.shape):
            rows.append([Piece(f"# {_size(answer.number, form)}", "quiet")])
        rows += [[Piece(f"# Note: {note}", "quiet")] for note in answer.notes]
    return rows


def _words(text: str) -> set[str]:
    return set(re.findall(r"[^\W\d_]+", text))


def _size(number: Number, form: str) -> str:
    shown = sizes_shown(number.shape)
    return shown.replace("×", "x") if form == "ascii" else shown


def _shown(number: Number, form: str, rounded: bool, digits: int) -> str:
    return exact(number, form, rounded) or written(number.decimals, number.shape, form, digits)


def _slices(answer: Answer, form: str, digits: int) -> list[Row]:
    """A derivative of order 3 or 4: for each entry of the variable, the derivative of the value by it."""
    array = answer.number.array
    before = len(array.shape) - (2 if len(array.shape) == 4 else _variable_axes(answer))
    rows: list[Row] = []
    for place in np.ndindex(array.shape[before:]):
        index = ",".join(str(at + 1) for at in place)
        label = write_partial("y", answer.wrt[0], (), [index], form)
        shown = written(array[(..., *place)], array.shape[:before], form, digits)
        rows.append([Piece(f"{label} = {shown}", "result")])
    return rows


def _variable_axes(answer: Answer) -> int:
    return len(answer.node.tensor.variable) if not isinstance(answer.node, Node) else 1


def arrays(found: Evaluation, library: str) -> str:
    """The arrays as Python writes them."""
    alias, tensors = TARGETS[library].alias, TARGETS[library].of_tensors
    shown = []
    for answer in found.answers:
        array = answer.number.array
        with np.printoptions(threshold=sys.maxsize, precision=17, linewidth=100):
            text = repr(array) if array.shape else repr(array.item())
        if tensors and array.shape:
            text = text.replace("array(", "tensor(", 1).removesuffix(")") + f", dtype={alias}.float64)"
        shown.append(f"{alias}.{text}" if array.shape else text)
    return "\n".join(shown)


def numbers(array: Array) -> Any:
    """An array for JSON: nested lists; a complex number as {"re", "im"}."""
    if isinstance(array, list):
        return [numbers(entry) for entry in array]
    if hasattr(array, "tolist"):
        return numbers(array.tolist())
    if isinstance(array, complex):
        return {"re": numbers(array.real), "im": numbers(array.imag)}
    return None if isinstance(array, float) and not math.isfinite(array) else array


def beyond_doubles(found: Iterable[Number | None], instead: str) -> list[str]:
    """That doubles do not reach to some values, and what stands in their place."""
    count = sum(int(np.sum(~np.isfinite(one.array))) for one in found if one is not None)
    return [f"{count} value{'s are' if count > 1 else ' is'} too large for a double, and {instead} here"] * bool(count)


def notes(found: Evaluation, form: str) -> list[str]:
    """What is to be said beside the answers; in JSON and arrays also which numbers a double does not hold."""
    said = [note for answer in found.answers for note in answer.notes]
    if form == "json" or form in TARGETS:
        every = [one.number for one in (*found.intermediate, *found.answers)]
        said += beyond_doubles(every, "null" if form == "json" else "inf")
    return list(dict.fromkeys(said))


def record(found: Evaluation) -> dict[str, object]:
    """``command, expression, at, layout, answers`` for JSON."""
    answers = [_answer(answer, found) for answer in found.answers]
    result: dict[str, object] = {
        "command": "eval",
        "expression": found.fitted.source,
        "at": {name: numbers(value.array) for name, value in found.fitted.values.items() if value.array.size <= 1000},
    }
    if found.layout:
        result["layout"] = found.layout
    if found.intermediate:
        result["intermediate"] = [{"name": answer.name, **_answer(answer, found)} for answer in found.intermediate]
    return result | (answers[0] if len(answers) == 1 else {"parts": answers})


def _answer(answer: Answer, found: Evaluation) -> dict[str, object]:
    known = {dialect: exact(answer.number, dialect, found.fitted.rounded) for dialect in ("text", "ascii", "latex")}
    record: dict[str, object] = {"wrt": list(answer.wrt)} if answer.wrt else {}
    return record | {
        "shape": list(answer.number.shape),
        "exact": known if known["text"] else None,
        "value": numbers(answer.number.array),
        "notes": [*answer.notes, *beyond_doubles([answer.number], "null")],
    }


def as_json(found: Evaluation) -> str:
    """The value as one JSON object."""
    return json.dumps(record(found), ensure_ascii=False)
