"""What a tree means in numbers: a program, compiled once, that runs at many points.

Axes of size one are dropped throughout: a row is a 1-D array, as a column is.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from copy import copy
from functools import cached_property
from typing import cast

from mcalc.numbers.arithmetic import REAL, Arithmetic
from mcalc.numbers.arrays import Random
from mcalc.numbers.arrays import array_module as np
from mcalc.numbers.axes import Laid, Taken, along_row, chosen, meaning, places, totalled, way
from mcalc.numbers.jitter import Jitter
from mcalc.numbers.layout import Layout, Loops
from mcalc.numbers.sizes import Sizes, whole
from mcalc.numbers.steps import Compute, Point, Running, State, Step, Values, as_given, run, shaped
from mcalc.table.records import Array, LoopIndex, Parameter, Slice
from mcalc.tree.node import Node, topological


class UnboundIndex(ValueError):
    """A running index is used outside its sum."""


class Program:
    """The nodes below `roots`, arguments before the nodes that use them, ready to run at many points.

    The nodes `given` get their values with each run; `active` are the running indices that each run sets. What depends
    on the names `varied` has one value for each point, along an axis in front; so has what depends on an index of
    `ahead`, where it can have, along an axis of its own. Sums over data are laid out in the same way.

    It is `costly` where a node is computed point by point, `nested` where a sum is, place by place.
    """

    def __init__(
        self,
        roots: Sequence[Node],
        sizes: Sizes,
        given: Iterable[Node] = (),
        active: Iterable[LoopIndex] = (),
        arithmetic: Arithmetic = REAL,
        varied: Collection[str] = (),
        ahead: Sequence[LoopIndex] = (),
    ) -> None:
        self.roots, self.sizes, self.arithmetic, self.given = roots, sizes, arithmetic, frozenset(given)
        bound = frozenset(active)
        layout = Layout(roots, sizes, self.given, bound, varied, ahead, arithmetic)
        self.order = layout.order
        self.layout, self.loops, self.shapes = layout, layout.loops, layout.shapes
        self.slots = {node: slot for slot, node in enumerate(self.order)}
        self.constants = cast(list[Array], [None] * len(self.order))
        self.results = [self.slots[root] for root in roots]
        self.costly = self.nested = False
        self.laid: dict[Node, Laid] = {}
        bound |= {*ahead, *layout.letters}
        for root in roots:
            for loop in self.loops[root] - bound:
                raise UnboundIndex(f"the index {loop.name} is used outside its sum")
        self.steps = self._steps([node for node in self.order if self.loops[node] <= bound], bound)

    @property
    def entries(self) -> int:
        """The most entries that a value has at one point, of those that differ from point to point."""
        return self.layout.entries

    @cached_property
    def rounds_apart(self) -> bool:
        """Whether whatever rounds is computed for each point by itself."""
        many = self.layout.many
        return not self.nested and all(self.order[slot] in many for slot, _, rounds in self.steps if rounds)

    def with_arithmetic(self, arithmetic: Arithmetic) -> Program:
        """The program that computes with another arithmetic, which has the same axes and calls operators the same way.

        What is constant stays as it is.
        """
        assert arithmetic.calls_plainly and self.arithmetic.calls_plainly and arithmetic.has_axes
        found = copy(self)
        found.arithmetic = arithmetic
        return found

    def part(self, roots: Sequence[Node]) -> Program:
        """The program of some of the roots, without what these do not need."""
        found = copy(self)
        found.__dict__.pop("rounds_apart", None)
        found.roots, found.results = roots, [self.slots[root] for root in roots]
        needed = set(found.results)
        for slot in range(max(needed, default=-1), -1, -1):
            if slot in needed:
                needed.update(self.slots[below] for below in self.layout.below(self.order[slot]))
        found.steps = [step for step in self.steps if step[0] in needed]
        return found

    def run_all(
        self, point: Mapping[str, Array], count: int, generator: Random | Jitter | None = None, running: Running = None
    ) -> list[Array]:
        """The values of the roots at `count` points; what does not vary is the same at each."""
        many = self.layout.many
        return [
            value if root in many else np.broadcast_to(value, (count, *np.shape(value)))
            for root, value in zip(self.roots, self.run(point, None, running, generator), strict=True)
        ]

    def run(
        self, point: Point, values: Values = None, running: Running = None, generator: Random | Jitter | None = None
    ) -> list[Array]:
        """The values of the roots; with a `generator` every value that rounds is moved a little."""
        state = State(self.arithmetic, self.constants.copy(), point, values, running, generator)
        run(self.steps, state)
        return [state.memory[slot] for slot in self.results]

    def run_each(
        self,
        point: Point,
        every: Iterable[Mapping[LoopIndex, int]],
        values: Values = None,
        generator: Random | Jitter | None = None,
    ) -> Iterator[list[Array]]:
        """The values of the roots for each choice of the running indices; what none changes is computed once."""
        state = State(self.arithmetic, self.constants.copy(), point, values, None, generator)
        alone: list[Step] = []
        running: list[Step] = []
        laid = self.layout.letters.keys()
        for step in self.steps:
            (running if self.loops[self.order[step[0]]] - laid else alone).append(step)
        run(alone, state)
        for state.running in map(dict, every):
            run(running, state)
            yield [state.memory[slot] for slot in self.results]

    def everything(
        self, point: Point, running: Running = None, generator: Random | Jitter | None = None
    ) -> list[Array]:
        """The values on the way to the roots, in the order of the nodes; None of what is computed inside a sum."""
        state = State(self.arithmetic, self.constants.copy(), point, None, running, generator)
        run(self.steps, state)
        return state.memory

    def run_within(self, point: Point) -> list[Array] | None:
        """The values of the roots; None where one on the way to them is no finite number."""
        found = self.everything(point)
        if not all(value is None or np.isfinite(value).all() for value in found):
            return None
        return [found[slot] for slot in self.results]

    def largest(self, point: Point, running: Running = None) -> float:
        """The largest value met on the way to the roots."""
        return max(np.max(np.abs(value)) for value in self.everything(point, running) if value is not None)

    def largest_at(self, point: Mapping[str, Array], count: int) -> Array:
        """The largest value met on the way to the roots at each of many points."""
        found = self.everything(point)
        most: Array = np.zeros(count)
        for node in topological(self.roots, self.layout.below):
            value = found[self.slots[node]]
            if value is not None:
                rows = np.abs(value).reshape(count if node in self.layout.many else 1, -1)
                most = np.maximum(most, rows.max(axis=1, initial=0.0))
        return most

    def _steps(self, nodes: Sequence[Node], active: Loops) -> list[Step]:
        steps = []
        for node in nodes:
            slot = self.slots[node]
            compute, constant = self._compute(node, active)
            if constant and all(self.constants[self.slots[below]] is not None for below in self.layout.below(node)):
                with np.errstate(all="ignore"), suppress(np.linalg.LinAlgError):
                    self.constants[slot] = compute(State(self.arithmetic, self.constants, {}))
            if self.constants[slot] is None:
                steps.append((slot, compute, not node.operator.exact))
        return steps

    def _compute(self, node: Node, active: Loops) -> tuple[Compute, bool]:
        """What gives the node its value, and whether that depends on nothing but the values of its arguments."""
        name, shape = node.operator.name, self.shapes[node]
        if node in self.given:
            return lambda state: as_given(state, state.values[node], shape), False
        if name == "variable" and node in self.layout.many:
            return lambda state: state.arithmetic.array(state.point[node.parameters[0]]).reshape(-1, *shape), False
        if name == "variable":
            return lambda state: as_given(state, state.point[node.parameters[0]], shape), False
        if name == "partial":
            return lambda state: as_given(state, state.point[node], shape), False
        if name == "number":
            return lambda state: state.arithmetic.scalar(node.parameters[0]), True
        if self.layout.ahead(node) or node in self.layout.sums:
            return self._laid(node, active), False
        if name == "loop_index":
            return lambda state: state.arithmetic.scalar(state.running[node.parameters[0]]), False
        if name == "element":
            return self._element(node), not any(isinstance(place, LoopIndex) for place in node.parameters)
        if name == "loop_sum":
            return self._loop_sum(node, active), False
        return self._ordinary(node)

    def _laid(self, node: Node, active: Loops) -> Compute:
        """What gives a value with axes in front; of a sum over such an axis, perhaps one without."""
        name, layout = node.operator.name, self.layout
        laid = self._place_of(node)
        if node in layout.sums:
            terms = [(part, [self._place_of(one) for one, _ in part.factors]) for part in layout.sums[node]]
            return totalled(terms, laid, layout.letters[node.parameters[0]], layout.lengths_within(node))
        if name == "loop_index":
            numbers = self.arithmetic.array(np.arange(1.0, layout.lengths[laid.ahead] + 1))
            return lambda state: numbers
        if name == "unit":
            rows = self.arithmetic.array(np.eye(layout.lengths[laid.ahead], *laid.shape))
            return lambda state: rows
        if name == "loop_sum":
            return self._loop_sum(node, active)
        args = [self._place_of(arg) for arg in node.args]
        if name == "element":
            return chosen(
                laid,
                args[0],
                [self._taken(place, size) for place, size in zip(places(node), args[0].shape, strict=True)],
            )
        found = way(node)
        if found is not None:
            return found(node, self.arithmetic, laid, args)
        self.costly = True
        return self._one_by_one(node)

    def _place_of(self, node: Node) -> Laid:
        """Where the value is found, and with which axes."""
        if node not in self.laid:
            self.laid[node] = self.layout.laid(node, self.slots)
        return self.laid[node]

    def _taken(self, place: Parameter, size: int) -> Taken:
        """What an element takes of an axis: a running index goes by its letter where it is laid out."""
        letter = self.layout.letters.get(place) if isinstance(place, LoopIndex) else None
        if letter is not None:
            return letter, self.layout.lengths[letter]
        found = place if isinstance(place, LoopIndex) else self._place(place)
        return slice(None) if found == slice(0, size) else found

    def _one_by_one(self, node: Node) -> Compute:
        compute, _ = self._ordinary(node)
        arguments = [(self.slots[arg], arg in self.layout.many) for arg in node.args]
        shape = self.shapes[node]

        def run(state: State) -> Array:
            memory = state.memory.copy()
            inner = State(state.arithmetic, memory, state.point, state.values, state.running)
            varied = [slot for slot, varies in arguments if varies]
            found = []
            for values in zip(*(state.memory[slot] for slot in varied), strict=True):
                for slot, value in zip(varied, values, strict=True):
                    memory[slot] = value
                try:
                    found.append(compute(inner))
                except np.linalg.LinAlgError:
                    found.append(np.full(shape, np.nan))
            return state.arithmetic.array(np.array(found))

        return run

    def _ordinary(self, node: Node) -> tuple[Compute, bool]:
        operator, shape = meaning(node), self.shapes[node]
        slots = [self.slots[arg] for arg in node.args]
        turned = along_row(node)
        running = any(isinstance(parameter, LoopIndex) for parameter in node.parameters)
        parameters = [p if p is None or isinstance(p, LoopIndex) else whole(p, self.sizes) for p in node.parameters]

        def compute(state: State) -> Array:
            values = [state.memory[slot] for slot in slots]
            if turned:
                values[0] = values[0][None, :]
            given = [state.running[p] if isinstance(p, LoopIndex) else p for p in parameters] if running else parameters
            arithmetic = state.arithmetic
            return shaped(arithmetic.call(operator, values, given), shape, arithmetic.scalar)

        return compute, not running

    def _element(self, node: Node) -> Compute:
        slot, shape = self.slots[node.args[0]], self.shapes[node]
        taken = [place if isinstance(place, LoopIndex) else self._place(place) for place in places(node)]
        if not taken:
            return lambda state: state.memory[slot]

        def compute(state: State) -> Array:
            at = tuple(state.running[place] - 1 if isinstance(place, LoopIndex) else place for place in taken)
            return shaped(state.memory[slot][at], shape, state.arithmetic.scalar)

        return compute

    def _place(self, place: Parameter) -> slice | int:
        if place is None:
            return slice(None)
        if isinstance(place, Slice):
            return slice(whole(place.lower, self.sizes) - 1, whole(place.upper, self.sizes))
        return whole(place, self.sizes) - 1

    def _loop_sum(self, node: Node, active: Loops) -> Compute:
        """``Σᵢ body``, one place after the other."""
        loop, body = node.parameters[0], node.args[0]
        inside = active | {loop}
        nodes = topological([body], self.layout.below)
        own = [below for below in nodes if loop in self.loops[below] and self.loops[below] <= inside]
        steps = self._steps(own, inside)
        slot, size = self.slots[body], whole(loop.size, self.sizes)
        self.nested = True

        def compute(state: State) -> Array:
            before = state.running.get(loop)
            total: Array = state.arithmetic.scalar(0)
            for state.running[loop] in range(1, size + 1):
                run(steps, state)
                total = total + state.memory[slot]
            if before is not None:
                state.running[loop] = before
            return total

        return compute
