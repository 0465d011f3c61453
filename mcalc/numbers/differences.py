"""Slopes by central differences, and how far they are to be believed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from mcalc.numbers.arrays import Random
from mcalc.numbers.arrays import array_module as np
from mcalc.numbers.lines import Asked
from mcalc.numbers.program import JITTER, Point, Program
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
        size, uncertainty = np.maximum(np.abs(self.value), np.abs(expected)), self.uncertainty
        least = _CLOSE * size.max(axis=1, initial=0.0, keepdims=True)
        known = uncertainty <= np.maximum(_TELLING * size, least)
        zero = size <= uncertainty
        scale = np.maximum(np.maximum(size, _RELATIVE * uncertainty), least)
        distance = np.abs(self.value - expected)
        distance = np.where(known | (zero & (distance > uncertainty)), distance, 0.0)
        found = np.divide(distance, scale, out=np.zeros(distance.shape), where=scale > 0).max(axis=1, initial=0.0)
        return np.where((known | zero).any(axis=1), found, np.nan)

    def exclude(self, expected: Array) -> Array:
        """Of each row, whether an entry is farther off than it can be."""
        size, distance = np.maximum(np.abs(self.value), np.abs(expected)), np.abs(self.value - expected)
        size = np.maximum(size, _CLOSE * size.max(axis=1, initial=0.0, keepdims=True))
        known = self.uncertainty <= _TELLING * size
        return (known & (distance > np.maximum(self.told_apart * size, self.uncertainty))).any(axis=1)


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
        distance = np.abs(self.value - other.value)
        allowed = 10 * other.uncertainty + 1e-3 * np.maximum(np.abs(self.value), np.abs(other.value)) + self.uncertainty
        return not bool((distance > allowed).any())


def moved_by_rounding(run: Callable[[Point, Random | None], Array | None], point: Point, value: Array) -> Array | None:
    """How far a change by 1 of all values on the way would move the value, entry by entry: what two small ones do.

    Where these leave no value, as an entry is no more the largest of all, the variables alone are changed.
    """
    for whole in (True, False):
        moved: Array = np.zeros(np.shape(value))
        for seed in (1, 2):
            generator = np.random.default_rng(seed)
            found = run(point, generator) if whole else run(_shaken(point, generator), None)
            moved = np.full(np.shape(value), np.nan) if found is None else np.maximum(moved, np.abs(found - value))
        if np.isfinite(moved).all():
            return np.reshape(per_unit(np.reshape(moved, (1, -1))), np.shape(moved))[()]
    return None


def per_unit(moved: Array) -> Array:
    """What a change by 1 would do, of each row, where one by `JITTER` moved the entries so; they share a little."""
    return (moved + 1e-3 * moved.max(axis=1, initial=0.0, keepdims=True)) / JITTER


def _shaken(point: Mapping[str, Array], generator: Random) -> dict[str, Array]:
    return {name: value * (1 + JITTER * generator.uniform(-1, 1, np.shape(value))) for name, value in point.items()}


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
    if moved is None:

        def run(at: Point, generator: Random | None) -> Array:
            return program.run_all(_repeated(at, 1), 1, generator)[0][0]

        moved = moved_by_rounding(run, point, run(point, None))
        if moved is None:
            return None
    steps = np.array(_STEPS)
    if sides is not None:
        reach = np.multiply.outer(steps, direction)
        steps = steps[on_one_side(_repeated(point, len(steps)), name, reach, sides)]
    shifts = np.concatenate([steps, -steps, steps / 2, -steps / 2])
    points = _repeated(point, len(shifts))
    points[name] = points[name] + np.multiply.outer(shifts, direction)
    above, below, upper, lower = np.split(program.run_all(points, len(shifts))[0], 4)
    best: Estimate | None = None
    for at, step in enumerate(steps):
        coarse, fine = (above[at] - below[at]) / (2 * step), (upper[at] - lower[at]) / step
        if not (np.isfinite(coarse).all() and np.isfinite(fine).all()):
            continue
        found, apart = (4 * fine - coarse) / 3, np.abs(fine - coarse)
        rounding = 1e-3 * ROUNDING * moved / step * 20
        if (apart > _STEADY * np.maximum(np.abs(found), rounding)).all():
            continue
        estimate = Estimate(found, 0.1 * apart + rounding + TINY)
        if best is None or estimate.uncertainty.max(initial=0.0) < best.uncertainty.max(initial=0.0):
            best = estimate
        if (best.uncertainty <= 1e-8 * np.abs(best.value)).all():
            break
    return best


def _repeated(point: Mapping[str, Array], count: int) -> dict[str, Array]:
    return {name: np.repeat(np.asarray(value, dtype=float)[None], count, axis=0) for name, value in point.items()}


def one_side(point: Mapping[str, Array], name: str, reach: Array, sides: Asked) -> bool:
    """Whether whatever `sides` asks has one answer from ``x − reach`` to ``x + reach``."""
    return bool(on_one_side(_repeated(point, 1), name, np.asarray(reach)[None], sides)[0])


def on_one_side(points: Mapping[str, Array], name: str, reach: Array, sides: Asked) -> Array:
    """`one_side` of many points, each with its own reach."""
    each, count = len(_SHARES), len(reach)
    every = {other: np.repeat(value, each, axis=0) for other, value in points.items()}
    every[name] = every[name] + np.repeat(reach, each, axis=0) * np.reshape(
        np.tile(_SHARES, count), (-1, *[1] * (reach.ndim - 1))
    )
    rows = sides.at(every).rows.reshape(count, each, -1)
    return (rows == rows[:, :1]).all(axis=(1, 2))
