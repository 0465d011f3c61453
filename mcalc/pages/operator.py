"""An operator in full as a page: how it is written, its Jacobians in every shape, an example, its derivation."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from mcalc.ask import derive, read, shapes_by_letter
from mcalc.checking.operator import agreement, derived, example_of, forms
from mcalc.derivation.derivation import Derivation
from mcalc.documents.blocks import Block, Equations, Example, Heading, Line, Page, Prose, Spans, Table, joined
from mcalc.networks.index_form import IndexForm
from mcalc.notation.boxes import Box, Derivative, Name, Row, Size, Typed, equation
from mcalc.notation.of_numbers import magnitude
from mcalc.notation.partials import derivative, named, write_partial
from mcalc.notation.results import write_expression
from mcalc.notation.writing import box_of
from mcalc.numbers.arrays import array_module as np
from mcalc.numbers.numeric import evaluate, evaluate_tensor
from mcalc.numbers.written import box
from mcalc.pages import derivation as derivations
from mcalc.pages.prose import spans
from mcalc.table.records import Array, Operator, Rule
from mcalc.table.sentences import Formula, Sentence
from mcalc.table.sentences import told as marked
from mcalc.tree.node import Node


def written(operator: Operator) -> str:
    """How the operator is written, else its example."""
    return operator.written_as or operator.example


def formula(operator: Operator, rule: Rule) -> str:
    """The rule as the table has it, for the operator's example."""
    if isinstance(rule.formula, str):
        return rule.formula
    return rule.formula(example_of(operator).value)


def left_side(operator: Operator, rule: Rule) -> str:
    """``∂y[i,j]/∂A[k,l]``, with the indices that the operator's example has."""
    if operator.elementwise:
        return f"∂y/∂{rule.argument}"
    node = example_of(operator).value
    arg = node.args[operator.argument_names.index(rule.argument)]
    return write_partial("y", rule.argument, "ij"[: len(node.axes)], "kl"[: len(arg.axes)], "text")


def shape_spans(node: Node) -> Spans:
    """``m × n``, ``n``, or scalar."""
    if not node.shape:
        return ("scalar",)
    return (Row("sizes", tuple(map(Size, node.shape)), ("", *["times"] * (len(node.shape) - 1))),)


def equation_of(operator: Operator, rule: Rule) -> Spans:
    """``∂y/∂a = y``, the rule as the table has it."""
    return spans(Sentence(Formula(f"{left_side(operator, rule)} = {formula(operator, rule)}", own=True)), {})


def taken(node: Node) -> Spans:
    """``m×k, k×n → m×n``, the shapes of its arguments and its own; the axis where one is told."""
    arguments = joined([span for arg in node.args for span in shape_spans(arg)])
    axis = [f", axis={node.parameters[0]}"] if node.parameters and node.operator.keywords else []
    return (*arguments, *[" → "] * bool(arguments), *shape_spans(node), *axis)


def page(operator: Operator) -> Page:
    """The page of an operator."""
    return Page(tuple(_blocks(operator)), (operator.name,), reference=True)


def _blocks(operator: Operator) -> Iterator[Block]:
    yield Heading(1, (operator.name,))
    yield Prose(spans(operator.doc, {}), "quiet")
    facts: list[tuple[Spans, ...]] = [(("written",), (Typed(written(operator)),))]
    others = [call for call in operator.calls if call != operator.name]
    if others:
        facts.append((("also",), (Typed(", ".join(others)),)))
    for at, node in enumerate([form.node for form in forms(operator)] or [example_of(operator).value]):
        facts.append((("shapes" if not at else "",), taken(node)))
    if operator.rules:
        facts.append((("where",), spans(operator.care or "differentiable everywhere", {})))
    yield Table((), tuple(facts), styles=("rule", ""))
    yield from _rules(operator)
    yield from _example(operator)
    yield from _derivation(operator)


# Its rules ------------------------------------------------------------------------------------------------------------


_CHAINED = "{f} is any scalar made of {y}, and {G} stands for {∂f/∂y}; of a column {y} that is the row {gᵀ}"


def _rules(operator: Operator) -> Iterator[Block]:
    """By each argument: the rule of the table, its sentence, and what it comes to in each shape."""
    known, chained = forms(operator), False
    for rule in operator.rules:
        yield Heading(2, (f"By {rule.argument}",))
        yield Prose(equation_of(operator, rule), "law")
        if rule.sentence:
            yield Prose(spans(rule.sentence, {}), "within")
        lines: list[Line] = []
        seen: set[tuple[Spans, str]] = set()
        for form in known:
            argument = form.node.args[operator.argument_names.index(rule.argument)]
            left, found = form.jacobian(argument)
            of: Spans = ("of ", *joined([span for arg in form.node.args for span in shape_spans(arg)]))
            key = of, write_expression(found)
            if key in seen:
                continue
            seen.add(key)
            axis = [f", axis={form.node.parameters[0]}"] if form.node.parameters else []
            lines.append(Line(left, box_of(found), (*of, *axis), found.shape))
            passed = form.passed_on(argument) if isinstance(found, IndexForm) and found.tensor.terms else None
            if passed is not None:
                name = named(str(argument.parameters[0]), len(argument.axes), ())
                lines.append(Line(Derivative(Name("f"), (name,)), box_of(passed), (), passed.shape))
                chained = True
        if lines:
            yield Equations(tuple(lines), "cases")
        if operator.variadic:
            yield Prose(("and so by every other argument",), "within")
    for told, holds in (
        (
            "the rule holds for each element by itself, so between vectors the Jacobian is diagonal",
            operator.elementwise,
        ),
        (_CHAINED, chained),
        ("repeated indices are summed; {δ[i,k]} is 1 where {i = k}, else 0", _has_indices(operator)),
    ):
        if holds:
            yield Prose(spans(marked(told, own=True), {}), "within")


def _has_indices(operator: Operator) -> bool:
    return any("δ" in formula(operator, rule) or "[" in formula(operator, rule) for rule in operator.rules)


# The example ----------------------------------------------------------------------------------------------------------

_SAMPLES: Mapping[str, tuple[Any, Any, Any]] = {
    "unit": (0.5, [0.5, 0.25], [[0.5, 0.25], [0.1, 0.2]]),
    "above one": (2.0, [2.0, 3.0], [[2.0, 3.0], [4.0, 5.0]]),
}
_SAMPLE = (2.0, [1.0, 2.0], [[1.0, 2.0], [3.0, 4.0]])
_OTHER_SAMPLE = (3.0, [3.0, -1.0], [[0.0, 1.0], [1.0, 2.0]])


def _example(operator: Operator) -> Iterator[Block]:
    """The command with what it prints, and the value and the derivative in numbers."""
    yield Heading(2, ("Example",))
    reading = example_of(operator)
    if not reading.names:
        yield Prose((Typed(operator.example),), "law")
        return
    name, shapes = next(iter(reading.names)), shapes_by_letter(operator.example)
    plainly = read(operator.example).names == reading.names
    declared = "" if plainly else "".join(f" -s {one}={shape}" for one, shape in shapes.items())
    derivation = derive(operator.example, name, None if plainly else shapes)
    command = f'mcalc jacobian "{operator.example}" --wrt {name}{declared}'
    yield Example(command, derivations.page(derivation, True))
    yield from _numbers(operator, derivation, name)


def _numbers(operator: Operator, derivation: Derivation, name: str) -> Iterator[Block]:
    """``at x = 2:   y = …   ∂y/∂x = …``; nothing where there is no value."""
    reading, natural = example_of(operator), derivation.natural
    point = _point(operator, reading.names)
    named = {symbol.name for node in reading.names.values() for size in node.shape for symbol in size.free_symbols}
    sizes = dict.fromkeys((*named, "m", "n", "k", "N"), 2)
    try:
        value = evaluate(reading.value, point, sizes)
        if isinstance(natural, IndexForm):
            slope = evaluate_tensor(natural.tensor, point, sizes)
        else:
            slope = evaluate(natural, point, sizes)
            slope = np.reshape(slope, [2 if not size.is_Integer else int(size) for size in natural.shape])
    except (KeyError, ValueError, np.linalg.LinAlgError):
        return
    if np.ndim(slope) > 2 or not np.isfinite(value).all() or not np.isfinite(slope).all():
        return
    letter = "y" if "y" not in point else "f"
    at = joined([equation(Name(one, np.ndim(there)), number(there)) for one, there in point.items()])
    left = derivative((letter, np.ndim(value), ()), [(name, np.ndim(point[name]), ())])
    values: Spans = (equation(Name(letter, np.ndim(value)), number(value)),)
    yield Table((), ((("at ", *at, ":"), values, (equation(left, number(slope)),)),), styles=("within", "", ""))


def _point(operator: Operator, names: Mapping[str, Node]) -> dict[str, Array]:
    """A point of small numbers in the operator's domain."""
    samples = [_SAMPLES.get(operator.domain, _SAMPLE), _OTHER_SAMPLE]
    if operator.domain in ("positive", "unit", "above one"):
        samples[1] = samples[0]
    return {name: np.asarray(samples[min(at, 1)][len(node.axes)]) for at, (name, node) in enumerate(names.items())}


def number(value: Array) -> Box:
    """Four figures: ``[0.2689; 0.7311]`` a column, ``[a, b; c, d]`` a matrix."""
    return box(value, np.shape(value), 4)


# The derivation -------------------------------------------------------------------------------------------------------


def _derivation(operator: Operator) -> Iterator[Block]:
    """Of the definition in simpler operators where there is one, compared with the rule; else of the example."""
    if not operator.definition:
        names = list(example_of(operator).names)
        if names:
            yield Heading(2, ("Derivation of the example",))
            shapes = shapes_by_letter(operator.example)
            yield Example("", derivations.page(derive(operator.example, names[0], shapes, "explain")))
        return
    yield Heading(2, ("Derivation from the definition",))
    call = f"{operator.name}({', '.join(operator.argument_names)})"
    value = derived(operator, operator.argument_names[0]).value
    yield Prose((*spans(Sentence(Formula(call, own=True)), {}), " = ", box_of(value)), "law")
    for argument in operator.argument_names:
        yield Example("", derivations.page(derived(operator, argument)))
        yield Prose(_compared(operator, argument), "after")


def _compared(operator: Operator, argument: str) -> Spans:
    found = agreement(operator, argument)
    apart = max(found.values, found.derivatives)
    arguments = [len(arg.shape) for arg in example_of(operator).value.args]
    form = next(form for form in forms(operator) if [len(arg.shape) for arg in form.node.args] == arguments)
    left, rule = form.jacobian(form.node.args[operator.argument_names.index(argument)])
    how = "to the last figure" if apart < 1e-14 else f"to {magnitude(apart)}"
    told = f", with y for the value: the two agree {how} at {found.points} random points."
    return ("This is the rule, ", equation(left, box_of(rule)), told)
