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
TINY = 1e-250
"""Below this, products with a small step run out of exponents."""


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
        size = np.maximum(np.abs(self.value), np.abs(expected))
        known = self.uncertainty <= np.maximum(_TELLING * size, _CLOSE * size.max(initial=0.0))
        zero = size <= self.uncertainty
        if not (known | zero).any():
            return None
        scale = np.maximum(size, _RELATIVE * self.uncertainty)
        scale = np.maximum(scale, _CLOSE * size.max(initial=0.0))
        distance = np.abs(self.value - expected)
        distance = np.where(known | (zero & (distance > self.uncertainty)), distance, 0.0)
        return float(np.divide(distance, scale, out=np.zeros(np.shape(distance)), where=scale > 0).max(initial=0.0))

    def excludes(self, expected: Array) -> bool:
        """Whether an entry is farther off than it can be."""
        size, distance = np.maximum(np.abs(self.value), np.abs(expected)), np.abs(self.value - expected)
        size = np.maximum(size, _CLOSE * size.max(initial=0.0))
        known = self.uncertainty <= _TELLING * size
        return bool((known & (distance > np.maximum(self.told_apart * size, self.uncertainty))).any())

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
            return (moved + 1e-3 * moved.max(initial=0.0)) / JITTER
    return None


def _shaken(point: Mapping[str, Array], generator: Random) -> dict[str, Array]:
    return {name: value * (1 + JITTER * generator.uniform(-1, 1, np.shape(value))) for name, value in point.items()}


def differences(
    program: Program, point: Mapping[str, Array], name: str, direction: Array, sides: Asked | None
) -> Estimate | None:
    """``(f(x + hv) − f(x − hv))/2h`` of two step sizes, extrapolated; of several h, where it is surest.

    A step does not leave its region: whatever `sides` asks has one answer at all points used. None if no step does.
    """
    start = np.asarray(point[name], dtype=float)
    (value,) = program.run(point)
    moved = moved_by_rounding(lambda at, generator: program.run(at, generator=generator)[0], point, value)
    if moved is None:
        return None
    best: Estimate | None = None
    for step in _STEPS:
        if sides is not None and not one_side(point, name, step * direction, sides):
            continue
        coarse, fine = (_slope(program, point, name, start, direction, own) for own in (step, step / 2))
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


def _slope(
    program: Program, point: Mapping[str, Array], name: str, start: Array, direction: Array, step: float
) -> Array:
    (above,), (below,) = (program.run({**point, name: start + side * step * direction}) for side in (1, -1))
    return (above - below) / (2 * step)


def one_side(point: Mapping[str, Array], name: str, reach: Array, sides: Asked) -> bool:
    """Whether whatever `sides` asks has one answer from ``x − reach`` to ``x + reach``."""
    start = np.asarray(point[name], dtype=float)
    shares = np.array([0.0, -1.0, -0.5, 0.5, 1.0])
    points = {
        other: np.repeat(np.asarray(value, dtype=float)[None], len(shares), axis=0) for other, value in point.items()
    }
    points[name] = start + np.reshape(shares, (-1, *[1] * np.ndim(start))) * reach
    rows = sides.at(points).rows
    return bool((rows == rows[0]).all())
