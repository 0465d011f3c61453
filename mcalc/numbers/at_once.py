"""An answer beside slopes at many points at once, as far as all is plain there.

Where anything is in doubt, rounding, a kink nearby, an error, the point is left to be looked at by itself.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import prod

from mcalc.networks.index_form import Expression, IndexForm
from mcalc.numbers.arrays import Random
from mcalc.numbers.arrays import array_module as np
from mcalc.numbers.asked import Asked
from mcalc.numbers.complex_step import ANALYTIC, EXACT, STEP, allowance
from mcalc.numbers.differences import Estimates, on_one_side, per_unit
from mcalc.numbers.jitter import JITTER, Jitter
from mcalc.numbers.layout import ENTRIES_AT_ONCE
from mcalc.numbers.numeric import TensorProgram
from mcalc.numbers.program import Program, UnboundIndex
from mcalc.numbers.sizes import dimensions
from mcalc.numbers.together import program
from mcalc.table.records import Array
from mcalc.tree.node import Node

_DOUBTED, STEADY, NEARBY = 1e-8, 1e-6, 1e-6
_MODERATE = 1e6
"""Up to which size values on the way are no sign of a pole."""
_ROOM = 8
"""How many times the entries of a point are there at once, for all the changes of it."""


@dataclass(frozen=True)
class Found:
    """Of each point: whether the value is finite, and the relative error; NaN, where that is in doubt.

    The answer is `telling` where it is anything but 0. Two `directions` were looked along from each of the `points`;
    a change by 1 of all values on the way moves the value as far as is told.
    """

    points: dict[str, Array]
    finite: Sequence[bool]
    error: Sequence[float]
    telling: Sequence[bool]
    directions: Array
    slopes: Estimates
    moved: Array

    def plain(self, at: int) -> bool:
        """Whether nothing is in doubt at a point."""
        return self.finite[at] and self.error[at] == self.error[at]


class AtOnce:
    """A value, its slopes and an answer, compiled for many points."""

    def __init__(
        self, value: Program, answer: Expression, variables: Sequence[Node], by: Node, sides: Asked | None
    ) -> None:
        names, sizes = [str(variable.parameters[0]) for variable in variables], value.sizes
        self.name, self.sides, self.value = str(by.parameters[0]), sides, value
        self.shape = dimensions(value.roots[0].axes + by.axes, sizes)
        self.analytic = value.with_arithmetic(ANALYTIC)
        self.answer = (
            TensorProgram(answer.tensor, sizes, varied=names)
            if isinstance(answer, IndexForm)
            else program(answer, sizes, names)
        )

    def at(self, at: dict[str, Array], count: int, generator: Random) -> Found | None:
        """What the check finds at the points; None where they are to be looked at one by one."""
        if max(self.value.entries, self.answer.entries) * _ROOM * count > ENTRIES_AT_ONCE:
            return None
        start = at[self.name]
        reach = np.maximum(1.0, np.abs(start).max(axis=tuple(range(1, start.ndim)), initial=0.0, keepdims=True))
        directions = np.repeat(reach, 2, axis=0) * generator.uniform(-1, 1, (2 * count, *start.shape[1:]))
        try:
            with warnings.catch_warnings(), np.errstate(all="ignore"):
                warnings.simplefilter("error", np.exceptions.ComplexWarning)
                return self._found(at, count, directions)
        except (TypeError, np.exceptions.ComplexWarning, np.linalg.LinAlgError, UnboundIndex):
            return None

    def _found(self, at: dict[str, Array], count: int, directions: Array) -> Found | None:
        (answers,) = self.answer.run_all(at, count)
        if answers.shape != (count, *self.shape) or answers.dtype.kind == "c":
            return None
        values, shaken = _with_rounding(self.value, at, count)
        moved = per_unit(np.abs(shaken - values).max(axis=0).reshape(count, -1)).reshape(values.shape)
        good = _all(np.isfinite(answers.reshape(count, -1))) & self._steady(at, values, moved)
        twice = np.repeat(np.arange(count), 2)
        slopes = self._slopes({name: value[twice] for name, value in at.items()}, directions)
        errors, excluded = slopes.compared(_along(answers, directions))
        good &= ~_either(excluded | ~(errors <= _DOUBTED))
        if self.sides is not None:
            good &= ~_either(~on_one_side(at, self.name, NEARBY * directions, self.sides, twice))
        return Found(
            at,
            _all(np.isfinite(values.reshape(count, -1))).tolist(),
            np.where(good, errors.reshape(count, 2).max(axis=1), np.nan).tolist(),
            np.logical_or.reduce(answers.reshape(count, -1) != 0, axis=1).tolist(),
            directions,
            slopes,
            moved,
        )

    def _steady(self, at: Mapping[str, Array], values: Array, moved: Array) -> Array:
        """Where rounding leaves the value as it is, measured by itself, or by the largest value on the way to it.

        The latter where that is no large one: beside the entries of the inverse of a singular matrix all is small.
        """
        count = len(values)
        size, most = (
            np.maximum.reduce(np.abs(part.reshape(count, -1)), axis=1, initial=0.0) for part in (values, moved)
        )
        found: Array = JITTER * most <= STEADY * size
        if found.all():
            return found
        largest = self.value.largest_at(at, count)
        return found | ((JITTER * most <= STEADY * largest) & (largest <= _MODERATE))

    def _slopes(self, at: Mapping[str, Array], directions: Array) -> Estimates:
        """The complex steps, a row each, with what rounding does to them."""
        count = len(directions)
        stepped = {**at, self.name: at[self.name] + 1j * STEP * directions}
        found, shaken = (np.imag(part) / STEP for part in _with_rounding(self.analytic, stepped, count))
        slopes = found.reshape(count, -1)
        moved = np.abs(shaken.reshape(2, count, -1) - slopes).max(axis=0)
        return Estimates(slopes, allowance(slopes, per_unit(moved)), EXACT)


def _with_rounding(program: Program, at: Mapping[str, Array], count: int) -> tuple[Array, Array]:
    """The values at the points, and twice what they are with every value on the way moved a little."""
    if not program.rounds_apart:
        values = program.run_all(at, count)[0]
        shaken = program.run_all(_repeated(at, 2), 2 * count, Jitter(1))[0]
        return values, shaken.reshape(2, *values.shape)
    found = program.run_all(_repeated(at, 3), 3 * count, Jitter(1, count))[0]
    return found[:count], found[count:].reshape(2, count, *found.shape[1:])


def _all(rows: Array) -> Array:
    """Of each row, whether it holds of every entry."""
    return np.logical_and.reduce(rows, axis=1)


def _either(rows: Array) -> Array:
    """Of each point, whether it holds of one of its two directions."""
    return np.logical_or.reduce(rows.reshape(-1, 2), axis=1)


def _repeated(at: Mapping[str, Array], times: int) -> dict[str, Array]:
    return {name: np.concatenate([value] * times) for name, value in at.items()}


def _along(answers: Array, directions: Array) -> Array:
    """``∂f/∂x · v`` of each row, along two directions from each point."""
    count, entries = len(answers), prod(directions.shape[1:])
    found = np.matmul(directions.reshape(count, 2, entries), answers.reshape(count, -1, entries).swapaxes(1, 2))
    return found.reshape(2 * count, -1)
