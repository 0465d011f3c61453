"""Every step of every derivation is an equation: its two sides have one value and one shape."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace as with_fields
from itertools import islice, product
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from test_paper import ROWS

from mcalc import tree
from mcalc.ask import derive
from mcalc.derivation import Derivation, Line, Step
from mcalc.networks import Expression, IndexForm, Tensor
from mcalc.notation import write_expression
from mcalc.numbers import KINDS, Program, dimensions, draw_point, evaluate_tensor, fitting_sizes, whole
from mcalc.tree import Node, topological, variables

CASES = [
    json.loads(line) for line in (Path(__file__).parent / "corpus" / "cases.jsonl").read_text("utf-8").splitlines()
]
POINTS = 2
EXACT, DIFFERENCES = 1e-9, 1e-6


class Unfit(Exception):
    """A point where a value is not finite, or where differences do not settle."""


class Values:
    """The values of the names of a derivation at a point: of u by its meaning, of ∂u/∂x by differences.

    With `moved`, a name has another value than its meaning, and what is made of it follows; with `held`, nothing does.
    """

    def __init__(self, derivation: Derivation, point: Mapping[str, Any], sizes: Mapping[str, int]) -> None:
        self.derivation, self.point, self.sizes = derivation, point, sizes
        self.lines = {line.node: line for line in derivation.lines}
        self.nodes = {line.name: line.node for line in derivation.lines} | {derivation.wrt[0]: derivation.by[0]}
        self.memory: dict[Any, Any] = {}
        self.programs: dict[Node, tuple[list[Node], Program]] = {}
        sides = [side for step in derivation.steps for side in (step.before, step.after)]
        self.by_differentials = any(node.name == "differential" for side in sides for node in nodes_of(side))
        self.moved: Mapping[Any, Any] = {}
        self.held: Values | None = None

    def other(self, moved: Mapping[Any, Any], held: bool) -> Values:
        """The values where the variable, or one name under one choice of its running indices, is another."""
        point = {
            **self.point,
            **{node.parameters[0]: value for (node, _), value in moved.items() if node not in self.lines},
        }
        result = Values(self.derivation, point, self.sizes)
        result.programs, result.moved, result.held = self.programs, moved, self if held else None
        return result

    def expression(self, expression: Expression, running: Mapping[Any, int]) -> Any:
        if isinstance(expression, Node):
            return self.value(expression, running)
        total: Any = 0.0
        for term in expression.tensor.terms:
            for more in choices(term.loops, self.sizes):
                values = {f.node: self.value(f.node, {**running, **more}) for f in term.factors if f.node is not None}
                tensor = Tensor((term._replace(loops=()),), expression.tensor.value, expression.tensor.variable)
                total = total + evaluate_tensor(tensor, {}, self.sizes, values)
        return total + np.zeros(dimensions(expression.shape, self.sizes))

    def value(self, node: Node, running: Mapping[Any, int]) -> Any:
        if node in self.lines:
            return self.name(self.lines[node], running)
        if node.name == "partial":
            return self.partial(node, running)
        if node.name == "differential":
            return self.change(node, running)
        if node.name == "loop_sum":
            return sum(self.value(node.args[0], {**running, **more}) for more in choices(node.parameters, self.sizes))
        if node not in self.programs:
            below = topological([node], lambda part: () if self.is_given(part) else part.args)
            given = [part for part in below if self.is_given(part)]
            self.programs[node] = given, Program([node], self.sizes, given, running)
        given, program = self.programs[node]
        with np.errstate(all="ignore"):
            return program.run(self.point, {part: self.value(part, running) for part in given}, running)[0]

    def is_given(self, node: Node) -> bool:
        return node in self.lines or node.name in ("partial", "differential", "loop_sum")

    def name(self, line: Line, running: Mapping[Any, int]) -> Any:
        at = {loop: running[loop] for loop in line.node.loops}
        key = line.node, frozenset(at.items())
        if key in self.moved:
            return self.moved[key]
        if self.held is not None:
            return self.held.name(line, at)
        if key not in self.memory:
            self.memory[key] = self.value(line.definition if self.moved else line.meaning, at)
        return self.memory[key]

    def change(self, leaf: Node, running: Mapping[Any, int]) -> Any:
        """How fast a name changes while the variable goes along one direction; of the variable that direction."""
        name, variable = leaf.parameters[0], self.derivation.by[0]
        start = np.asarray(self.value(variable, {}), dtype=float)
        direction = np.random.default_rng(3).uniform(0.5, 1.5, start.shape)
        if name == variable.parameters[0]:
            return direction
        line = self.lines[self.nodes[name]]
        at = {loop: running[loop] for loop in line.node.loops}
        key = leaf, frozenset(at.items())
        if key not in self.memory:

            def moved(step: Any) -> Any:
                return self.other({(variable, frozenset()): start + step * direction}, False).value(line.definition, at)

            self.memory[key] = differences(moved, np.zeros(()))
        return self.memory[key]

    def partial(self, leaf: Node, running: Mapping[Any, int]) -> Any:
        """A local derivative where the upper name is made of the lower one, else the whole one."""
        above, below, _, total = leaf.parameters
        line, target = self.lines.get(self.nodes.get(above)), self.nodes[below]
        at = {loop: running[loop] for loop in loops_of(leaf, self)}
        place = target, frozenset((loop, at[loop]) for loop in target.loops)
        key = leaf, frozenset(at.items())
        if key not in self.memory:
            whole = above if isinstance(above, Node) else self.derivation.value
            value = whole if line is None else line.definition
            local = line is not None and not total and target in variables(line.definition)
            local = local and not self.by_differentials

            def moved(start: Any) -> Any:
                return self.other({place: start}, local).value(value, at)

            self.memory[key] = differences(moved, self.value(target, at))
        return self.memory[key]


def differences(function: Callable[[Any], Any], start: Any) -> Any:
    """``∂f/∂x`` by central differences of two step sizes, extrapolated; the axes of the value come first."""
    start = np.asarray(start, dtype=float)
    columns = []
    for place in np.ndindex(start.shape):

        def slope(step: float, place: Any = place) -> Any:
            direction = np.zeros(start.shape)
            direction[place] = step
            return (function(start + direction) - function(start - direction)) / (2 * step)

        coarse, fine = slope(1e-3), slope(5e-4)
        if not np.abs(fine - coarse).max() <= 1e-4 * max(1.0, np.abs(fine).max()):
            raise Unfit
        columns.append((4 * fine - coarse) / 3)
    return np.stack(columns, -1).reshape((*np.shape(columns[0]), *start.shape))


def choices(loops: Any, sizes: Mapping[str, int]) -> Iterator[dict[Any, int]]:
    """Every choice of the running indices."""
    loops = list(loops)
    for numbers in product(*(range(1, whole(loop.size, sizes) + 1) for loop in loops)):
        yield dict(zip(loops, numbers, strict=True))


def loops_of(expression: Expression, values: Values) -> set[Any]:
    """The running indices on which the value depends; a ∂u/∂x has those of both its names."""
    if isinstance(expression, IndexForm):
        terms = [(term, [f.node for f in term.factors if f.node is not None]) for term in expression.tensor.terms]
        return set().union(
            *(set().union(*(loops_of(node, values) for node in nodes)) - {*term.loops} for term, nodes in terms)
        )
    found: dict[Node, set[Any]] = {}
    for node in topological([expression]):
        found[node] = set(node.loops).union(*(found[arg] for arg in node.args))
        if node.name == "loop_sum":
            found[node] = found[node.args[0]] - {node.parameters[0]}
        elif node.name == "partial":
            found[node] = {
                loop for name in node.parameters[:2] if name in values.nodes for loop in values.nodes[name].loops
            }
    return found[expression]


def nodes_of(expression: Expression) -> list[Node]:
    if isinstance(expression, Node):
        return topological([expression])
    return topological([f.node for term in expression.tensor.terms for f in term.factors if f.node is not None])


def equations(steps: tuple[Step, ...]) -> list[Step]:
    """The steps and the identities used in them."""
    return [equation for step in steps for equation in (step, *equations(step.substeps))]


def axes(expression: Expression) -> tuple[Any, ...]:
    return tuple(size for size in expression.shape if size != 1)


def distances(derivation: Derivation, values: Values) -> list[float]:
    """How far apart the two sides of each equation are; raises Unfit."""
    found = []
    for step in equations(derivation.steps):
        worst = 0.0
        loops = sorted(loops_of(step.before, values) | loops_of(step.after, values), key=str)
        for running in choices(loops, values.sizes):
            before, after = (values.expression(side, running) for side in (step.before, step.after))
            assert np.shape(before) == np.shape(after), (step.rule, step.before, step.after)
            if not (np.isfinite(before).all() and np.isfinite(after).all()):
                raise Unfit
            scale = max(np.abs(before).max(), np.abs(after).max(), 1e-3)
            worst = max(worst, np.abs(before - after).max() / scale)
        found.append(float(worst))
    return found


def points(derivation: Derivation) -> Iterator[Values]:
    names = list(dict.fromkeys([*derivation.reading.names.values(), *derivation.by]))
    generator = np.random.default_rng(7)
    for sizes in islice(fitting_sizes([derivation.value], names), 2):
        for kind in [*KINDS] * 8:
            yield Values(derivation, draw_point(names, sizes, kind, generator), sizes)


def check(derivation: Derivation) -> None:
    for step in equations(derivation.steps):
        both_nodes = isinstance(step.before, Node) and isinstance(step.after, Node)
        assert axes(step.before) == axes(step.after), (step.rule, step.before, step.after)
        assert not both_nodes or step.before.shape == step.after.shape, (step.rule, step.before, step.after)
        assert axes(step.after) == tuple(size for size in step.shape if size != 1), (step.rule, step.after, step.shape)
    checked = 0
    for values in points(derivation):
        try:
            found = distances(derivation, values)
        except (Unfit, np.linalg.LinAlgError):
            continue
        for step, distance in zip(equations(derivation.steps), found, strict=True):
            measured = ("partial", "differential")
            by_differences = any(node.name in measured for side in (step.before, step.after) for node in nodes_of(side))
            assert distance <= (DIFFERENCES if by_differences else EXACT), (step.rule, step.before, step.after)
        checked += 1
        if checked == POINTS:
            return
    assert checked, "no point was found where every value is finite"


def assert_result_is_last(derivation: Derivation) -> None:
    assert write_expression(derivation.steps[-1].after) == write_expression(derivation.result)


PROBLEMS = {f"{row.number} {row.expression} by {row.wrt}": (row.expression, row.wrt, row.shapes) for row in ROWS}
PROBLEMS |= {case["id"]: (case["expr"], case["wrt"], case["shapes"]) for case in CASES if case["kind"] != "hessian"}


@pytest.mark.parametrize("name", PROBLEMS)
def test_both_sides_of_every_step_are_equal(name: str) -> None:
    expression, wrt, shapes = PROBLEMS[name]
    for variable in wrt.split(","):
        derivation = derive(expression, variable, shapes, verify=False)
        check(derivation)
        assert_result_is_last(derivation)


@pytest.mark.parametrize("method", ["chain", "differential", "index"])
@pytest.mark.parametrize("name", list(PROBLEMS)[::3])
def test_both_sides_are_equal_by_any_method(name: str, method: str) -> None:
    expression, wrt, shapes = PROBLEMS[name]
    for variable in wrt.split(","):
        check(derive(expression, variable, shapes, "explain", method=method, verify=False))


@pytest.mark.parametrize("layout", ["numerator", "denominator"])
@pytest.mark.parametrize(
    "name", ["12 x*z by z", "29 max(0, w.x + b) by w", "8 W@x by x", "cookbook.60-inverse", "deep.mse-w"]
)
def test_steps_to_another_layout(name: str, layout: str) -> None:
    expression, wrt, shapes = PROBLEMS[name]
    derivation = derive(expression, wrt, shapes, layout=layout, verify=False)
    check(derivation)
    assert_result_is_last(derivation)


@pytest.mark.parametrize("name", ["22 [ln(x^2); sin(3x)] by x", "paper.cost-w"])
def test_a_wrong_step_is_found(name: str) -> None:
    expression, wrt, shapes = PROBLEMS[name]
    derivation = derive(expression, wrt, shapes, verify=False)
    for at, step in enumerate(derivation.steps):
        assert isinstance(step.after, Node)
        wrong = with_fields(step, after=tree.apply("multiply", tree.number(2), step.after))
        steps = (*derivation.steps[:at], wrong, *derivation.steps[at + 1 :])
        with pytest.raises(AssertionError):
            check(with_fields(derivation, steps=steps))


SECOND = {case["id"]: case for case in CASES if case["kind"] == "hessian" and "," not in case["wrt"]}


@pytest.mark.parametrize("name", SECOND)
def test_second_derivatives_are_explained_too(name: str) -> None:
    case = SECOND[name]
    twice = derive(case["expr"], case["wrt"], case["shapes"], "explain", method="chain", order=2)
    gradient, second = twice.parts
    for part in (gradient, second):
        check(part)
    assert second.value is gradient.natural
    once = derive(case["expr"], case["wrt"], case["shapes"], "hessian", verify=False)
    assert second.shape == once.shape and second.verified is not None and second.verified.points


def test_behind_a_column_stands_no_matrix() -> None:
    """Of a vector by a scalar, and of that by a matrix: no product of matrices, so the step is in index notation."""
    text = "norm(sum(W[s,s]*z for s in 1..n)^2)"
    steps = derive(text, "W", {"W": "n,n", "z": "n"}, "explain", verify=False).steps
    chained = [step.after for step in steps if "chain rule" in step.rule]
    assert isinstance(chained[0], Node) and isinstance(chained[-1], IndexForm)
