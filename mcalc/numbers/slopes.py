"""The slopes of a value, one at a time: by the complex step, once differences were found to agree with it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property

from mcalc.numbers.arrays import array_module as np
from mcalc.numbers.asked import Asked
from mcalc.numbers.at_once import NEARBY, STEADY, Found
from mcalc.numbers.complex_step import ANALYTIC, EXACT, allowance, complex_step
from mcalc.numbers.differences import Estimate, differences, differences_at, moved_by_rounding, one_side
from mcalc.numbers.jitter import JITTER, Jitter
from mcalc.numbers.program import Program
from mcalc.numbers.sizes import Sizes
from mcalc.numbers.steps import Point
from mcalc.numbers.together import program
from mcalc.table.records import Array
from mcalc.tree.node import Node


class Slopes:
    """A value and its slopes by the variable `name`, compiled for one choice of sizes."""

    def __init__(self, value: Node, variables: Sequence[Node], name: str, sizes: Sizes, sides: Asked | None) -> None:
        self.value, self.name, self.sizes, self.sides = value, name, sizes, sides
        names = [str(variable.parameters[0]) for variable in variables]
        self.values = program(value, sizes, names) if sides is None else sides.program.part([value])
        self.trusted = self.distrusted = self.on_a_kink = False

    @cached_property
    def program(self) -> Program:
        """The value at one point."""
        return Program([self.value], self.sizes)

    @cached_property
    def analytic(self) -> Program:
        """The value at one point that complex steps are taken from."""
        return self.program.with_arithmetic(ANALYTIC)

    def beside(self, found: Found) -> Beside:
        """Complex steps beside differences, at many points."""
        return Beside(self, found)

    def moved(self, point: dict[str, Array], value: Array) -> Array | None:
        """How far a change by 1 of all values on the way moves the value.

        None where rounding does not leave it as it is, measured by itself or by the largest value on the way.
        """
        moved = moved_by_rounding(lambda at, jitter: self.program.run(at, generator=jitter)[0], point, value)
        if moved is None:
            return None
        most = JITTER * moved.max(initial=0.0)
        steady = most <= STEADY * np.abs(value).max(initial=0.0) or most <= STEADY * self.program.largest(point)
        return moved if steady else None

    def estimate(self, point: Mapping[str, Array], direction: Array, moved: Array) -> Estimate | None:
        """The complex step, once it was found to agree with differences; else these. On a kink there is neither."""
        self.on_a_kink = False
        stepped = self._stepped(point, direction)
        if self.sides is not None and not one_side(point, self.name, NEARBY * direction, self.sides):
            apart = differences(self.values, point, self.name, direction, None, moved)
            smooth = stepped is not None and apart is not None and stepped.agrees(apart)
            self.on_a_kink = not smooth
            return stepped if smooth else None
        if stepped is not None and self.trusted:
            return stepped
        apart = differences(self.values, point, self.name, direction, self.sides, moved)
        return apart if stepped is None or apart is None else self._compared(stepped, apart)

    def _compared(self, stepped: Estimate, apart: Estimate) -> Estimate:
        """The complex step where differences allow it; else these, from now on."""
        if not stepped.agrees(apart):
            self.distrusted = True
            return apart
        self.trusted = apart.error(stepped.value) is not None and bool(np.any(stepped.value))
        return stepped

    def _stepped(self, point: Mapping[str, Array], direction: Array) -> Estimate | None:
        if self.distrusted:
            return None
        analytic = self.analytic
        value = complex_step(analytic, point, self.name, direction)
        if value is None:
            return None

        def again(at: Point, jitter: Jitter | None) -> Array | None:
            return complex_step(analytic, at, self.name, direction, jitter)

        moved = moved_by_rounding(again, point, value)
        if moved is None:
            return None
        return Estimate(value, allowance(value, moved), EXACT)


class Beside:
    """Complex steps at many points beside differences."""

    def __init__(self, slopes: Slopes, found: Found) -> None:
        self.slopes, self.found = slopes, found
        self.looked: dict[int, tuple[bool, bool, bool]] = {}
        """Of each point that was looked at: whether there are differences, allow the step, and tell a slope."""

    def believed(self, at: int) -> bool:
        """Whether the complex step is the slope at a point that is not in doubt, as differences were found to say."""
        slopes = self.slopes
        if slopes.trusted or slopes.distrusted:
            return slopes.trusted
        if at not in self.looked:
            self._look(self._undecided(at))
        there, allowed, telling = self.looked[at]
        if there:
            slopes.distrusted, slopes.trusted = not allowed, allowed and telling
        return there and allowed

    def _undecided(self, start: int) -> list[int]:
        """The points from here on up to the first with a slope that is not 0, at which differences can be telling."""
        points = []
        for at in range(start, len(self.found.finite)):
            if self.found.plain(at):
                points.append(at)
                if self.found.slopes.value[2 * at].any():
                    break
        return points

    def _look(self, points: Sequence[int]) -> None:
        found, slopes = self.found, self.slopes
        ways = [2 * at for at in points]
        here = {name: value[points] for name, value in found.points.items()}
        with np.errstate(all="ignore"):
            known, apart = differences_at(
                slopes.values, here, slopes.name, found.directions[ways], slopes.sides, found.moved[points]
            )
        there = np.flatnonzero(known).tolist()
        stepped = found.slopes.rows([ways[row] for row in there])
        apart = apart if len(there) == len(points) else apart.rows(there)
        allowed = stepped.agree(apart)
        telling = np.logical_or.reduce(stepped.value != 0, axis=1) & ~np.isnan(apart.errors(stepped.value))
        self.looked.update(dict.fromkeys(points, (False, False, False)))
        for row, at in enumerate(there):
            self.looked[points[at]] = True, bool(allowed[row]), bool(telling[row])
