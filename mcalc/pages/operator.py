"""An operator in full as a page: how it is written, its Jacobians in every shape, an example, its derivation."""

from __future__ import annotations

from collections.abc import Iterator

from mcalc.ask import derive, read, shapes_by_letter
from mcalc.checking.operator import agreement, derived, example_of, forms
from mcalc.documents.blocks import Block, Code, Equations, Heading, Line, Note, Page, Prose, Spans, Table
from mcalc.networks.index_form import IndexForm
from mcalc.notation.boxes import Derivative, Name, Row, Size, Typed
from mcalc.notation.of_numbers import magnitude
from mcalc.notation.partials import named, write_partial
from mcalc.notation.writing import box_of
from mcalc.pages import derivation as derivations
from mcalc.pages.prose import spans
from mcalc.table.records import Operator, Rule
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


def page(operator: Operator) -> Page:
    """The page of an operator."""
    return Page(tuple(_blocks(operator)), (operator.name,))


def _blocks(operator: Operator) -> Iterator[Block]:
    yield Heading(1, (operator.name,))
    yield Prose((*spans(operator.doc, {}), "."))
    facts: list[tuple[Spans, ...]] = [(("written",), (Typed(written(operator)),))]
    others = [call for call in operator.calls if call != operator.name]
    if others:
        facts.append((("also",), (Typed(", ".join(others)),)))
    for at, node in enumerate([form.node for form in forms(operator)] or [example_of(operator).value]):
        facts.append((("shapes" if not at else "",), _shapes(operator, node)))
    if operator.rules:
        facts.append((("where",), spans(operator.care or "differentiable everywhere", {})))
    yield Table((), tuple(facts))
    yield from _rules(operator)
    yield from _example(operator)


def _shapes(operator: Operator, node: Node) -> Spans:
    """``m × n → m``; the axis where one is told."""
    taken = [span for at, arg in enumerate(node.args) for span in (*([", "] if at else []), *shape_spans(arg))]
    axis = [f", axis={node.parameters[0]}"] if node.parameters and operator.keywords else []
    return (*taken, *[" → "] * bool(taken), *shape_spans(node), *axis)


def _rules(operator: Operator) -> Iterator[Block]:
    """By each argument: the rule of the table, its sentence, and what it comes to in each shape."""
    known = forms(operator)
    for rule in operator.rules:
        yield Heading(2, (f"By {rule.argument}",))
        sentence = (": ", *spans(rule.sentence, {})) if rule.sentence else ()
        yield Prose((*spans(f"{left_side(operator, rule)} = {formula(operator, rule)}", {}), *sentence, "."))
        lines: dict[Spans, dict[Line, None]] = {}
        for form in known:
            argument = form.node.args[operator.argument_names.index(rule.argument)]
            left, found = form.jacobian(argument)
            axis = [f", axis={form.node.parameters[0]}"] if form.node.parameters else []
            own = lines.setdefault(("of ", *_taken(form.node), *axis, ":"), {})
            own[Line(left, box_of(found), (), found.shape)] = None
            passed = form.passed_on(argument) if isinstance(found, IndexForm) and found.tensor.terms else None
            if passed is not None:
                name = named(str(argument.parameters[0]), len(argument.axes), ())
                own[Line(Derivative(Name("f"), (name,)), box_of(passed), (), passed.shape)] = None
        for taken, own in lines.items():
            yield Prose(taken)
            yield Equations(tuple(own))
        if operator.variadic:
            yield Prose(("And so by every other argument.",))
    if any("δ" in formula(operator, rule) or "[" in formula(operator, rule) for rule in operator.rules):
        yield Note(spans("repeated indices are summed; δ[i,k] is 1 where i = k, else 0.", {}))


def _taken(node: Node) -> Spans:
    return tuple(span for at, arg in enumerate(node.args) for span in (*([", "] if at else []), *shape_spans(arg)))


def _example(operator: Operator) -> Iterator[Block]:
    """The command with its answer; the derivation of the definition, and what the rule has to do with it."""
    reading = example_of(operator)
    if not reading.names:
        return
    name = next(iter(reading.names))
    shapes = shapes_by_letter(operator.example)
    plainly = read(operator.example).names == reading.names
    declared = "" if plainly else "".join(f" -s {one}={shape}" for one, shape in shapes.items())
    yield Heading(2, ("Example",))
    yield Code(f'mcalc jacobian "{operator.example}" --wrt {name}{declared}', "console")
    yield from derivations.page(derive(operator.example, name, None if plainly else shapes), True).blocks
    if not operator.definition:
        yield from derivations.page(derive(operator.example, name, shapes, "explain")).blocks
        return
    for argument in operator.argument_names:
        from_definition = derived(operator, argument)
        call = f"{operator.name}({', '.join(operator.argument_names)})"
        yield Heading(2, ("From its definition",))
        yield Prose((*spans(f"{call} = ", {}), box_of(from_definition.value)))
        yield from derivations.page(from_definition).blocks
        found = agreement(operator, argument)
        apart = max(found.values, found.derivatives)
        how = "to the last figure" if apart < 1e-14 else f"to {magnitude(apart)}"
        yield Prose((f"This is the rule, with y for the value: the two agree {how} at {found.points} random points.",))
