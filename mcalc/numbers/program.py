"""What a tree means in numbers: a program, compiled once, that runs at many points.

Axes of size one are dropped throughout: a row is a 1-D array, as a column is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from math import isfinite
from typing import Any

from sympy.core.expr import Expr
from sympy.core.numbers import Integer

from mcalc.numbers.arithmetic import REAL, Arithmetic
from mcalc.numbers.arrays import Random
from mcalc.numbers.arrays import array_module as np
from mcalc.table import TABLE
from mcalc.table.records import Array, LoopIndex, Operator, Parameter, Slice, lies
from mcalc.tree.node import Node, topological

Point = Mapping[Any, Any]
Sizes = Mapping[str, int]
Loops = frozenset[LoopIndex]
Values = Mapping[Node, Array] | None
Running = Mapping[LoopIndex, int] | None
JITTER = 1e-10


def whole(size: Expr, sizes: Sizes) -> int:
    """A dimension in numbers: ``n + 1`` is 4 where n is 3."""
    if isinstance(size, int) or size.is_Integer:
        return int(size)
    if size.is_Symbol:
        return sizes[size.name]
    return int(size.xreplace({symbol: Integer(sizes[symbol.name]) for symbol in size.free_symbols}))


def dimensions(axes: Iterable[Expr], sizes: Sizes) -> tuple[int, ...]:
    """The sizes of axes as whole numbers."""
    return tuple(whole(size, sizes) for size in axes)


def meaning(node: Node) -> Operator:
    """The operator whose ``numpy`` function is meant: where rows are 1-D, a column times a row is an outer product."""
    if node.operator.name == "matmul" and len(node.args[0].shape) == 1 and len(node.args[1].shape) == 2:
        return TABLE["outer"]
    return node.operator


def along_row(node: Node) -> bool:
    """Whether the operator works along an axis of a row, which as an array has one axis less."""
    return bool(
        node.operator.keywords and node.parameters and node.parameters[0] is not None and lies(node.args[0].shape)
    )


def places(node: Node) -> list[Array]:
    """The indices of an element, one for each axis that its argument has as an array; None takes the whole axis."""
    given = (*node.parameters, *[None] * (len(node.args[0].shape) - len(node.parameters)))
    return [place for place, size in zip(given, node.args[0].shape, strict=True) if size != 1]


def running_indices(order: Iterable[Node], given: frozenset[Node] = frozenset()) -> dict[Node, Loops]:
    """The running indices on which each node depends and which it does not bind; arguments come first."""
    found: dict[Node, Loops] = {}
    for node in order:
        if node in given:
            found[node] = frozenset()
            continue
        loops: Loops = frozenset().union(*(found[arg] for arg in node.args))
        if node.operator.name == "loop_sum":
            loops -= {node.parameters[0]}
        else:
            loops |= {parameter for parameter in node.parameters if isinstance(parameter, LoopIndex)}
        found[node] = loops
    return found


class UnboundIndex(ValueError):
    """A running index is used outside its sum."""


class State:
    """One run of a program: the value of each node so far, and the running indices."""

    __slots__ = ("generator", "memory", "point", "running", "values")

    def __init__(
        self,
        memory: list[Array],
        point: Point,
        values: Values = None,
        running: Running = None,
        generator: Random | None = None,
    ) -> None:
        self.memory, self.point, self.values = memory, point, values or {}
        self.running, self.generator = dict(running or {}), generator


Step = tuple[int, Callable[[State], Array], bool]
"""Where the value goes, what computes it, and whether that rounds."""


class Program:
    """The nodes below `roots`, arguments before the nodes that use them, ready to run at many points.

    The nodes `given` get their values with each run; `active` are the running indices that each run sets.
    """

    def __init__(
        self,
        roots: Sequence[Node],
        sizes: Sizes,
        given: Iterable[Node] = (),
        active: Iterable[LoopIndex] = (),
        arithmetic: Arithmetic = REAL,
    ) -> None:
        given = frozenset(given)
        self.sizes, self.arithmetic = sizes, arithmetic
        self.order = topological(roots, lambda node: () if node in given else node.args)
        self.slots = {node: slot for slot, node in enumerate(self.order)}
        self.loops = running_indices(self.order, given)
        self.constants: list[Any] = [None] * len(self.order)
        self.results = [self.slots[root] for root in roots]
        self.shapes = {node: dimensions(node.axes, sizes) for node in self.order}
        self.given = given
        bound = frozenset(active)
        for root in roots:
            for loop in self.loops[root] - bound:
                raise UnboundIndex(f"the index {loop.name} is used outside its sum")
        self.steps = self._steps([node for node in self.order if self.loops[node] <= bound], bound)

    def run(
        self, point: Point, values: Values = None, running: Running = None, generator: Random | None = None
    ) -> list[Array]:
        """The values of the roots; with a `generator` every value that rounds is moved a little."""
        state = State(self.constants.copy(), point, values, running, generator)
        _run(self.steps, state)
        return [state.memory[slot] for slot in self.results]

    def run_each(
        self,
        point: Point,
        every: Iterable[Mapping[LoopIndex, int]],
        values: Values = None,
        generator: Random | None = None,
    ) -> Iterator[list[Array]]:
        """The values of the roots for each choice of the running indices; what none changes is computed once."""
        state = State(self.constants.copy(), point, values, None, generator)
        alone: list[Step] = []
        running: list[Step] = []
        for step in self.steps:
            (running if self.loops[self.order[step[0]]] else alone).append(step)
        _run(alone, state)
        for state.running in map(dict, every):
            _run(running, state)
            yield [state.memory[slot] for slot in self.results]

    def run_within(self, point: Point) -> list[Array] | None:
        """The values of the roots; None where one on the way to them is no finite number."""
        state = State(self.constants.copy(), point)
        _run(self.steps, state)
        for value in state.memory:
            finite = np.isfinite(value).all() if isinstance(value, np.ndarray) else value is None or isfinite(value)
            if not finite:
                return None
        return [state.memory[slot] for slot in self.results]

    def largest(self, point: Point, running: Running = None) -> float:
        """The largest value met on the way to the roots."""
        state = State(self.constants.copy(), point, None, running)
        _run(self.steps, state)
        return max(np.max(np.abs(value)) for value in state.memory if value is not None)

    def _steps(self, nodes: Sequence[Node], active: Loops) -> list[Step]:
        steps = []
        for node in nodes:
            slot = self.slots[node]
            arguments = () if node in self.given else node.args
            compute, constant = self._compute(node, active)
            if constant and all(self.constants[self.slots[argument]] is not None for argument in arguments):
                with np.errstate(all="ignore"), suppress(np.linalg.LinAlgError):
                    self.constants[slot] = compute(State(self.constants, {}))
            if self.constants[slot] is None:
                steps.append((slot, compute, not node.operator.exact))
        return steps

    def _compute(self, node: Node, active: Loops) -> tuple[Callable[[State], Array], bool]:
        """What gives the node its value, and whether that depends on nothing but the values of its arguments."""
        name, shape, array, scalar = (
            node.operator.name,
            self.shapes[node],
            self.arithmetic.array,
            self.arithmetic.scalar,
        )
        if node in self.given:
            return lambda state: _shaped(array(state.values[node]), shape, scalar), False
        if name == "variable":
            return lambda state: _shaped(array(state.point[node.parameters[0]]), shape, scalar), False
        if name == "partial":
            return lambda state: _shaped(array(state.point[node]), shape, scalar), False
        if name == "loop_index":
            return lambda state: scalar(state.running[node.parameters[0]]), False
        if name == "number":
            return lambda state: scalar(node.parameters[0]), True
        if name == "element":
            return self._element(node), not any(isinstance(place, LoopIndex) for place in node.parameters)
        if name == "loop_sum":
            return self._loop_sum(node, active), False
        return self._ordinary(node)

    def _ordinary(self, node: Node) -> tuple[Callable[[State], Array], bool]:
        operator, shape = meaning(node), self.shapes[node]
        call, scalar = self.arithmetic.call, self.arithmetic.scalar
        slots = [self.slots[arg] for arg in node.args]
        turned = along_row(node)
        running = any(isinstance(parameter, LoopIndex) for parameter in node.parameters)
        parameters = [p if p is None or isinstance(p, LoopIndex) else whole(p, self.sizes) for p in node.parameters]

        def compute(state: State) -> Array:
            values = [state.memory[slot] for slot in slots]
            if turned:
                values[0] = values[0][None, :]
            given = [state.running[p] if isinstance(p, LoopIndex) else p for p in parameters] if running else parameters
            return _shaped(call(operator, values, given), shape, scalar)

        return compute, not running

    def _element(self, node: Node) -> Callable[[State], Array]:
        slot, shape, scalar = self.slots[node.args[0]], self.shapes[node], self.arithmetic.scalar
        place = self._places(node)
        if not places(node):
            return lambda state: state.memory[slot]
        return lambda state: _shaped(state.memory[slot][place(state)], shape, scalar)

    def _places(self, node: Node) -> Callable[[State], tuple[slice | int, ...]]:
        """Where an element stands in the array of its argument."""
        fixed = [place if isinstance(place, LoopIndex) else self._place(place) for place in places(node)]
        return lambda state: tuple(
            state.running[place] - 1 if isinstance(place, LoopIndex) else place for place in fixed
        )

    def _place(self, place: Parameter) -> slice | int:
        if place is None:
            return slice(None)
        if isinstance(place, Slice):
            return slice(whole(place.lower, self.sizes) - 1, whole(place.upper, self.sizes))
        return whole(place, self.sizes) - 1

    def _loop_sum(self, node: Node, active: Loops) -> Callable[[State], Array]:
        loop, body = node.parameters[0], node.args[0]
        inside = active | {loop}
        nodes = topological([body], lambda below: () if below in self.given else below.args)
        own = [below for below in nodes if loop in self.loops[below] and self.loops[below] <= inside]
        steps = self._steps(own, inside)
        slot, size, zero = self.slots[body], whole(loop.size, self.sizes), self.arithmetic.scalar(0)

        def compute(state: State) -> Array:
            before = state.running.get(loop)
            total: Array = zero
            for state.running[loop] in range(1, size + 1):
                _run(steps, state)
                total = total + state.memory[slot]
            if before is not None:
                state.running[loop] = before
            return total

        return compute


def _run(steps: Sequence[Step], state: State) -> None:
    memory, generator = state.memory, state.generator
    if generator is None:
        for slot, compute, _ in steps:
            memory[slot] = compute(state)
    else:
        for slot, compute, rounds in steps:
            value = compute(state)
            memory[slot] = value * (1 + JITTER * generator.uniform(-1, 1, np.shape(value))) if rounds else value


def _shaped(value: Array, shape: tuple[int, ...], scalar: Callable[[Array], Array]) -> Array:
    """The value as an array, or a scalar, without axes of size one."""
    if isinstance(value, np.ndarray):
        if value.ndim == len(shape):
            return value if shape else value[()]
        return value.reshape(shape)[()]
    return scalar(value)
