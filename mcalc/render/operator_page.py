"""One operator in full: notation, shapes, Jacobians, its kinks, an example that is run, and its own derivation."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mcalc.ask import derive, read, shapes_by_letter
from mcalc.checking.operator import agreement, derived, example_of, forms
from mcalc.documents.rows import Piece, Row, table, wrapped
from mcalc.networks.index_form import IndexForm
from mcalc.notation.columns import width
from mcalc.notation.of_numbers import magnitude
from mcalc.notation.results import write_expression
from mcalc.notation.textlines import broken
from mcalc.notation.writing import write
from mcalc.notation.writing import written as as_text
from mcalc.numbers.arrays import array_module as np
from mcalc.numbers.numeric import evaluate, evaluate_tensor
from mcalc.numbers.written import written as written_numbers
from mcalc.pages.operator import formula, left_side, written
from mcalc.render import rows as derivation_rows
from mcalc.table.records import Array, Operator
from mcalc.tree.names import shape_words, sizes_shown
from mcalc.tree.node import Node

_SAMPLES: Mapping[str, tuple[Any, Any, Any]] = {
    "unit": (0.5, [0.5, 0.25], [[0.5, 0.25], [0.1, 0.2]]),
    "above one": (2.0, [2.0, 3.0], [[2.0, 3.0], [4.0, 5.0]]),
}
_SAMPLE = (2.0, [1.0, 2.0], [[1.0, 2.0], [3.0, 4.0]])
_OTHER_SAMPLE = (3.0, [3.0, -1.0], [[0.0, 1.0], [1.0, 2.0]])
_LABEL = 13


def rows(operator: Operator, columns: int = 0) -> list[Row]:
    """The page; sentences are broken at `columns`, 0 for nowhere."""
    page: list[Row] = [[Piece(operator.name, "heading")]]
    page += [[Piece(line, "quiet")] for line in wrapped(operator.doc, columns)]
    page += [[], *_labelled("Written", [Piece(written(operator))], columns)]
    others = [call for call in operator.calls if call != operator.name]
    if others:
        page += _labelled("Also", [Piece(", ".join(others))], columns)
    page += _shapes(operator)
    if operator.rules:
        page += _labelled("Where", [Piece(operator.care or "differentiable everywhere")], columns)
        page += _rules(operator, columns)
    page += _example(operator, columns)
    return page + _derivation(operator, columns)


def _labelled(label: str, pieces: list[Piece], columns: int) -> list[Row]:
    """A label and beside it a text, over several lines where it must be."""
    (first, *rest) = [
        [Piece(line, piece.style)]
        for piece in pieces
        for line in wrapped(piece.text, columns - _LABEL if columns else 0)
    ]
    return [[Piece(label.ljust(_LABEL), "rule"), *first], *([Piece(" " * _LABEL), *row] for row in rest)]


def _shapes(operator: Operator) -> list[Row]:
    found: list[Row] = []
    for node in [form.node for form in forms(operator)] or [example_of(operator).value]:
        taken = ", ".join(shape_words(arg.shape) for arg in node.args)
        shown = f"{taken} → {shape_words(node.shape)}" if taken else shape_words(node.shape)
        axis = f"   {write(node)}" if node.parameters and operator.keywords else ""
        found.append([Piece(shown, "shape"), Piece(axis, "quiet")])
    return [[Piece(("Shapes" if at == 0 else "").ljust(_LABEL), "rule"), *row] for at, row in enumerate(found)]


def _rules(operator: Operator, columns: int) -> list[Row]:
    """By each argument: the rule of the table, its sentence, and what it comes to in each shape."""
    page: list[Row] = []
    known, chained = forms(operator), False
    for rule in operator.rules:
        page += [[], [Piece(f"By {rule.argument}", "heading")]]
        equation = f"{left_side(operator, rule)} = {formula(operator, rule)}"
        page += [[Piece("  " + line, "result")] for line in (broken(equation, columns - 2) if columns else [equation])]
        page += [[Piece("  " + line, "quiet")] for line in wrapped(rule.sentence, columns - 2 if columns else 0)]
        cells: list[Row] = []
        seen = set()
        for form in known:
            argument = form.node.args[operator.argument_names.index(rule.argument)]
            left, found = form.jacobian(argument)
            taken = ", ".join(shape_words(arg.shape) for arg in form.node.args)
            key = taken, write_expression(found)
            if key in seen:
                continue
            seen.add(key)
            taken += f", axis={form.node.parameters[0]}" if form.node.parameters else ""
            local = Piece(f"{as_text(left)} = {write_expression(found)}")
            cells.append([Piece(taken, "shape"), local, Piece(sizes_shown(found.shape), "shape")])
            passed = form.passed_on(argument) if isinstance(found, IndexForm) and found.tensor.terms else None
            if passed is not None:
                chain = Piece(f"∂f/∂{rule.argument} = {write_expression(passed)}")
                cells.append([Piece("", "shape"), chain, Piece(sizes_shown(passed.shape), "shape")])
                chained = True
        page += _fitted(cells, columns)
        if operator.variadic:
            page.append([Piece("  and so by every other argument", "quiet")])
    if operator.elementwise:
        page += _quiet(
            "  the rule holds for each element by itself, so between vectors the Jacobian is diagonal", columns
        )
    if chained:
        told = "∂f/∂… is of any scalar f made of y, where G stands for ∂f/∂y; of a column y that is the row gᵀ"
        page += _quiet(told, columns)
    if any("δ" in formula(operator, rule) or "[" in formula(operator, rule) for rule in operator.rules):
        page += _quiet("repeated indices are summed; δ[i,k] is 1 where i = k, else 0", columns)
    return page


def _quiet(sentence: str, columns: int) -> list[Row]:
    return [[Piece("  " + line, "quiet")] for line in wrapped(sentence.strip(), columns - 2 if columns else 0)]


def _fitted(cells: list[Row], columns: int) -> list[Row]:
    """A table where it fits; else each row over several lines."""
    found = table([[Piece(row[0].text and "of " + row[0].text, "shape"), *row[1:]] for row in cells])
    if not columns or max((sum(width(piece.text) for piece in row) for row in found), default=0) <= columns:
        return found
    page: list[Row] = []
    for taken, equation, shape in cells:
        if taken.text:
            page.append([Piece("  of " + taken.text, "shape")])
        lines = broken(equation.text, columns - 7 - width(shape.text))
        after = [Piece("   " + shape.text, "shape")]
        page += [[Piece("    " + line), *(after if at == len(lines) - 1 else [])] for at, line in enumerate(lines)]
    return page


# The example ----------------------------------------------------------------------------------------------------------


def _example(operator: Operator, columns: int) -> list[Row]:
    """The command with what it prints, and the value and the derivative in numbers."""
    reading = example_of(operator)
    if not reading.names:
        return [[], *_labelled("Example", [Piece(operator.example)], columns)]
    name = next(iter(reading.names))
    shapes = shapes_by_letter(operator.example)
    plainly = read(operator.example).names == reading.names
    declared = "" if plainly else "".join(f" -s {one}={shape}" for one, shape in shapes.items())
    derivation = derive(operator.example, name, None if plainly else shapes)
    page: list[Row] = [[], [Piece("Example", "heading")]]
    page.append([Piece("  $ ", "quiet"), Piece(f'mcalc jacobian "{operator.example}" --wrt {name}{declared}')])
    page += [[Piece("  "), *row] for row in derivation_rows(derivation, "text", columns - 2 if columns else 0)]
    try:
        point, sizes = _point(operator, reading.names), {"m": 2, "n": 2, "k": 2, "N": 2}
        value = evaluate(reading.value, point, sizes)
        natural = derivation.natural
        if isinstance(natural, IndexForm):
            slope = evaluate_tensor(natural.tensor, point, sizes)
        else:
            slope = evaluate(natural, point, sizes)
            slope = np.reshape(slope, [2 if not size.is_Integer else int(size) for size in natural.shape])
    except (KeyError, ValueError, np.linalg.LinAlgError):
        return page
    if np.ndim(slope) <= 2 and np.isfinite(value).all() and np.isfinite(slope).all():
        at = "at " + ", ".join(f"{name} = {number(there)}" for name, there in point.items()) + ":"
        letter = "y" if "y" not in point else "f"
        parts = [at, f"{letter} = {number(value)}", f"∂{letter}/∂{name} = {number(slope)}"]
        line = "   ".join(parts)
        fits = not columns or width(line) <= columns - 2
        page += [[Piece("  " + line)]] if fits else [[Piece("  " + part)] for part in parts]
    return page


def _point(operator: Operator, names: Mapping[str, Node]) -> dict[str, Array]:
    """A point of small numbers in the operator's domain."""
    samples = [_SAMPLES.get(operator.domain, _SAMPLE), _OTHER_SAMPLE]
    if operator.domain in ("positive", "unit", "above one"):
        samples[1] = samples[0]
    return {name: np.asarray(samples[min(at, 1)][len(node.axes)]) for at, (name, node) in enumerate(names.items())}


def number(value: Array) -> str:
    """Four figures: ``[0.2689; 0.7311]`` a column, ``[a, b; c, d]`` a matrix."""
    return written_numbers(value, np.shape(value), digits=4)


# The derivation -------------------------------------------------------------------------------------------------------


def _derivation(operator: Operator, columns: int) -> list[Row]:
    """Of the definition in simpler operators where there is one, compared with the rule; else of the example."""
    room = columns - 2 if columns else 0
    if not operator.definition:
        names = list(example_of(operator).names)
        if not names:
            return []
        shown = derivation_rows(
            derive(operator.example, names[0], shapes_by_letter(operator.example), "explain"), "text", room
        )
        return [[], [Piece("Derivation of the example", "heading")], *_indented(shown)]
    page: list[Row] = [[], [Piece("Derivation from the definition", "heading")]]
    call = f"{operator.name}({', '.join(operator.argument_names)})"
    page.append([Piece(f"  {call} = "), Piece(write(derived(operator, operator.argument_names[0]).value), "result")])
    page.append([])
    for argument in operator.argument_names:
        page += _indented(derivation_rows(derived(operator, argument), "text", room))
        found = agreement(operator, argument)
        page += [[], *_compared(operator, argument, found.points, max(found.values, found.derivatives), columns)]
    return page


def _compared(operator: Operator, argument: str, points: int, apart: float, columns: int) -> list[Row]:
    arguments = [len(arg.shape) for arg in example_of(operator).value.args]
    form = next(form for form in forms(operator) if [len(arg.shape) for arg in form.node.args] == arguments)
    left, found = form.jacobian(form.node.args[operator.argument_names.index(argument)])
    how = "to the last figure" if apart < 1e-14 else f"to {magnitude(apart)}"
    rule = f"{as_text(left)} = {write_expression(found)}"
    told = f"This is the rule, {rule}, with y for the value: the two agree {how} at {points} random points."
    return _quiet(told, columns)


def _indented(shown: list[Row]) -> list[Row]:
    return [[Piece("  "), *row] if row else row for row in shown]
