"""One run of a program: its steps in order, each of which computes a value from those before it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from mcalc.numbers.arithmetic import Arithmetic
from mcalc.numbers.arrays import Random
from mcalc.numbers.arrays import array_module as np
from mcalc.numbers.jitter import Jitter, factors_of
from mcalc.table.records import Array, LoopIndex
from mcalc.tree.node import Node

Point = Mapping[Any, Array]
Values = Mapping[Node, Array] | None
Running = Mapping[LoopIndex, int] | None


class State:
    """One run of a program: the value of each node so far, the running indices, and what is computed with."""

    __slots__ = ("arithmetic", "generator", "memory", "point", "running", "values")

    def __init__(
        self,
        arithmetic: Arithmetic,
        memory: list[Array],
        point: Point,
        values: Values = None,
        running: Running = None,
        generator: Random | Jitter | None = None,
    ) -> None:
        self.arithmetic, self.memory, self.point, self.values = arithmetic, memory, point, values or {}
        self.running, self.generator = dict(running or {}), generator


Compute = Callable[[State], Array]
Step = tuple[int, Compute, bool]
"""Where the value goes, what computes it, and whether that rounds."""


def run(steps: Sequence[Step], state: State) -> None:
    """Each step's value into its place of the memory, in order; what rounds is jittered if there is a generator."""
    memory, generator = state.memory, state.generator
    if generator is None:
        for slot, compute, _ in steps:
            memory[slot] = compute(state)
    else:
        factors = factors_of(generator)
        for slot, compute, rounds in steps:
            value = compute(state)
            memory[slot] = value * factors(np.shape(value)) if rounds else value


def shaped(value: Array, shape: tuple[int, ...], scalar: Callable[[Array], Array]) -> Array:
    """The value as an array, or a scalar, without axes of size one."""
    if isinstance(value, np.ndarray):
        if value.ndim == len(shape):
            return value if shape else value[()]
        return value.reshape(shape)[()]
    return np.full(shape, scalar(value)) if shape else scalar(value)


def as_given(state: State, value: Array, shape: tuple[int, ...]) -> Array:
    """A value that is given, as an array or a number of the run's arithmetic."""
    return shaped(state.arithmetic.array(value), shape, state.arithmetic.scalar)
