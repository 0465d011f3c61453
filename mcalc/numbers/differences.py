"""Slopes by central differences, and how far they are to be believed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from mcalc.numbers.arrays import array_module as np
from mcalc.numbers.asked import Asked
from mcalc.numbers.jitter import JITTER, Jitter
from mcalc.numbers.program import Program
from mcalc.numbers.steps import Point
from mcalc.table.records import Array

ROUNDING = 1e-13
"""What rounding may do to a value, where a change of every intermediate value by 1 would move it by 1."""
_STEPS = (1e-3, 1e-4, 1e-2, 1e-5, 1e-6, 1e-7)
_CLOSE, _TELLING, _STEADY = 1e-9, 1e-3, 1e-3
_RELATIVE = 1e5
_SHARES = (0.0, -1.0, -0.5, 0.5, 1.0)
TINY = 1e-250
"""Below this, products with a small step run out of exponents."""


@dataclass(frozen=True)
class Estimates:
    """Slopes, a row each, and up to which distance from them, entry by entry, others are not told apart."""

    value: Array
    uncertainty: Array
    told_apart: float

    def errors(self, expected: Array) -> Array:
        """`Estimate.error` of each row; NaN where it tells nothing of any entry."""
        return self._beside(expected)[0]

    def exclude(self, expected: Array) -> Array:
        """Of each row, whether an entry is farther off than it can be."""
        return self._excluded(*self._beside(expected)[1:])

    def compared(self, expected: Array) -> tuple[Array, Array]:
        """`errors`, and which rows `exclude` what is expected."""
        errors, size, distance = self._beside(expected)
        return errors, self._excluded(size, distance)

    def _beside(self, expected: Array) -> tuple[Array, Array, Array]:
        """The errors; of each entry its size, of the smallest that of what is near 0, and how far it is off."""
        uncertainty, distance = self.uncertainty, np.abs(self.value - expected)
        plain = np.maximum(np.abs(self.value), np.abs(expected))
        least = _CLOSE * np.maximum.reduce(plain, axis=1, initial=0.0, keepdims=True)
        known = uncertainty <= np.maximum(_TELLING * plain, least)
        zero, size = plain <= uncertainty, np.maximum(plain, least)
        scale = np.maximum(size, _RELATIVE * uncertainty)
        told = np.where(known | (zero & (distance > uncertainty)), distance, 0.0)
        relative = np.divide(told, scale, out=np.zeros(told.shape), where=scale > 0)
        found = np.maximum.reduce(relative, axis=1, initial=0.0)
        return np.where(np.logical_or.reduce(known | zero, axis=1), found, np.nan), size, distance

    def _excluded(self, size: Array, distance: Array) -> Array:
        known = self.uncertainty <= _TELLING * size
        farther = distance > np.maximum(self.told_apart * size, self.uncertainty)
        return np.logical_or.reduce(known & farther, axis=1)

    def agree(self, others: Estimates) -> Array:
        """Of each row, whether a rougher estimate allows it."""
        most = 1e-3 * np.maximum(np.abs(self.value), np.abs(others.value)) + self.uncertainty
        return ~np.logical_or.reduce(np.abs(self.value - others.value) > 10 * others.uncertainty + most, axis=1)

    def rows(self, at: Sequence[int]) -> Estimates:
        """Some of them."""
        return Estimates(self.value[at], self.uncertainty[at], self.told_apart)


@dataclass(frozen=True)
class Estimate:
    """A slope, and up to which distance from it, entry by entry, another one is not told apart: NaN, from none."""

    value: Array
    uncertainty: Array
    told_apart: float = 1e-5
    """From which relative distance on another slope is another one."""

    def error(self, expected: Array) -> float | None:
        """The largest relative distance of an entry; None where the estimate tells nothing of any.

        It is below 1e-5 where the distance is within the uncertainty.
        """
        error = self._row().errors(np.reshape(expected, (1, -1)))[0]
        return None if np.isnan(error) else float(error)

    def excludes(self, expected: Array) -> bool:
        """Whether an entry is farther off than it can be."""
        return bool(self._row().exclude(np.reshape(expected, (1, -1)))[0])

    def _row(self) -> Estimates:
        return Estimates(np.reshape(self.value, (1, -1)), np.reshape(self.uncertainty, (1, -1)), self.told_apart)

    def agrees(self, other: Estimate) -> bool:
        """Whether a rougher estimate allows this one."""
        return bool(self._row().agree(other._row())[0])


def moved_by_rounding(run: Callable[[Point, Jitter | None], Array | None], point: Point, value: Array) -> Array | None:
    """How far a change by 1 of all values on the way would move the value, entry by entry: what two small ones do.

    Where these leave no value, as an entry is no more the largest of all, the variables alone are changed.
    """
    for whole in (True, False):
        moved: Array = np.zeros(np.shape(value))
        for seed in (1, 2):
            jitter = Jitter(seed)
            found = run(point, jitter) if whole else run(_shaken(point, jitter), None)
            moved = np.full(np.shape(value), np.nan) if found is None else np.maximum(moved, np.abs(found - value))
        if np.isfinite(moved).all():
            return np.reshape(per_unit(np.reshape(moved, (1, -1))), np.shape(moved))[()]
    return None


def per_unit(moved: Array) -> Array:
    """What a change by 1 would do, of each row, where one by `JITTER` moved the entries so; they share a little."""
    return (moved + 1e-3 * moved.max(axis=1, initial=0.0, keepdims=True)) / JITTER


def _shaken(point: Mapping[str, Array], jitter: Jitter) -> dict[str, Array]:
    return {name: value * jitter.factors(np.shape(value)) for name, value in point.items()}


def differences(
    program: Program,
    point: Mapping[str, Array],
    name: str,
    direction: Array,
    sides: Asked | None,
    moved: Array | None = None,
) -> Estimate | None:
    """``(f(x + hv) − f(x − hv))/2h`` of two step sizes, extrapolated; of several h, where it is surest.

    A step does not leave its region: whatever `sides` asks has one answer at all points used. None if no step does.
    How far a change by 1 of all values on the way moves the value is measured, unless it is known as `moved`.
    """
    points = _repeated(point, 1)
    if moved is None:

        def run(at: Point, jitter: Jitter | None) -> Array:
            return program.run_all(_repeated(at, 1), 1, jitter)[0][0]

        moved = moved_by_rounding(run, point, run(point, None))
        if moved is None:
            return None
    known, found = differences_at(program, points, name, np.asarray(direction)[None], sides, np.asarray(moved)[None])
    if not known[0]:
        return None
    value, uncertainty = (part.reshape(np.shape(moved))[()] for part in (found.value, found.uncertainty))
    return Estimate(value, uncertainty)


def differences_at(
    program: Program, points: Mapping[str, Array], name: str, directions: Array, sides: Asked | None, moved: Array
) -> tuple[Array, Estimates]:
    """`differences` at many points, each in its own direction: whether there are any, and a row of them for each."""
    count, each = len(directions), len(_STEPS)
    step = np.array(_STEPS * count)
    own = np.repeat(np.arange(count), each)
    wide = (-1, *[1] * (directions.ndim - 1))
    if sides is not None:
        inside = on_one_side(points, name, directions[own] * step.reshape(wide), sides, own)
        step, own = step[inside], own[inside]
    rows = len(own)
    four = np.concatenate([own] * 4)
    at = {other: value[four] for other, value in points.items() if other != name}
    start, shift = points[name][own], directions[own] * step.reshape(wide)
    at[name] = np.concatenate([start + shift, start - shift, start + shift / 2, start - shift / 2])
    above, below, upper, lower = program.run_all(at, 4 * rows)[0].reshape(4, rows, -1)
    width = step[:, None]
    coarse, fine = (above - below) / (2 * width), (upper - lower) / width
    found, apart = (4 * fine - coarse) / 3, np.abs(fine - coarse)
    rounding = 1e-3 * ROUNDING * moved.reshape(count, -1)[own] / width * 20
    usable = np.logical_and.reduce(np.isfinite(coarse) & np.isfinite(fine), axis=1)
    usable &= ~np.logical_and.reduce(apart > _STEADY * np.maximum(np.abs(found), rounding), axis=1)
    uncertainty = 0.1 * apart + rounding + TINY
    sure = np.logical_and.reduce(uncertainty <= 1e-8 * np.abs(found), axis=1)
    most = np.maximum.reduce(uncertainty, axis=1, initial=0.0)
    best = _surest(count, own.tolist(), usable.tolist(), most.tolist(), sure.tolist())
    known = np.array([row >= 0 for row in best])
    return known, Estimates(found, uncertainty, 1e-5).rows([max(row, 0) for row in best] if rows else [])


def _surest(
    count: int, own: Sequence[int], usable: Sequence[bool], uncertainty: Sequence[float], sure: Sequence[bool]
) -> list[int]:
    """Of each point's steps in order the best, up to the first that is as sure as may be: its row, or -1."""
    best, ended = [-1] * count, [False] * count
    for row, point in enumerate(own):
        if usable[row] and not ended[point]:
            if best[point] < 0 or uncertainty[row] < uncertainty[best[point]]:
                best[point] = row
            ended[point] = sure[best[point]]
    return best


def _repeated(point: Mapping[str, Array], count: int) -> dict[str, Array]:
    return {name: np.repeat(np.asarray(value, dtype=float)[None], count, axis=0) for name, value in point.items()}


def one_side(point: Mapping[str, Array], name: str, reach: Array, sides: Asked) -> bool:
    """Whether whatever `sides` asks has one answer from ``x − reach`` to ``x + reach``."""
    return bool(on_one_side(_repeated(point, 1), name, np.asarray(reach)[None], sides, np.zeros(1, int))[0])


def on_one_side(points: Mapping[str, Array], name: str, reach: Array, sides: Asked, own: Array) -> Array:
    """`one_side` of many points, each with its own reach; `own` are the numbers of the points."""
    each = np.concatenate([own] * len(_SHARES))
    every = {other: value[each] for other, value in points.items() if other != name}
    start = points[name][own]
    every[name] = np.concatenate([start + share * reach for share in _SHARES])
    codes = sides.codes_at(every).reshape(len(_SHARES), -1)
    return np.logical_and.reduce(codes == codes[0], axis=0)
