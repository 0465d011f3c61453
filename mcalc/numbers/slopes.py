"""The slopes of a value, one at a time: by the complex step, once differences were found to agree with it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property

from mcalc.numbers.arrays import Random
from mcalc.numbers.arrays import array_module as np
from mcalc.numbers.at_once import NEARBY, STEADY, Slope
from mcalc.numbers.complex_step import ANALYTIC, EXACT, allowance, complex_step
from mcalc.numbers.differences import Estimate, differences, moved_by_rounding, one_side
from mcalc.numbers.lines import Asked
from mcalc.numbers.program import JITTER, Point, Program
from mcalc.numbers.sizes import Sizes
from mcalc.table.records import Array
from mcalc.tree.node import Node


class Slopes:
    """A value and its slopes by the variable `name`, compiled for one choice of sizes."""

    def __init__(self, value: Node, variables: Sequence[Node], name: str, sizes: Sizes, sides: Asked | None) -> None:
        self.value, self.name, self.sizes, self.sides = value, name, sizes, sides
        self.values = Program([value], sizes, varied=[str(variable.parameters[0]) for variable in variables])
        self.trusted = self.distrusted = self.on_a_kink = False

    @cached_property
    def program(self) -> Program:
        """The value at one point."""
        return Program([self.value], self.sizes)

    @cached_property
    def analytic(self) -> Program:
        """The value at one point that complex steps are taken from."""
        return Program([self.value], self.sizes, arithmetic=ANALYTIC)

    def believed(self, point: dict[str, Array], slope: Slope) -> bool:
        """Whether the complex step is the slope, as differences were found to say."""
        if self.trusted or self.distrusted:
            return self.trusted
        with np.errstate(all="ignore"):
            apart = differences(self.values, point, self.name, slope.direction, self.sides, slope.moved)
        return apart is not None and self._compared(slope.stepped, apart) is slope.stepped

    def steady(self, point: dict[str, Array], value: Array) -> bool:
        """Whether rounding leaves the value as it is, measured by itself or by the largest value on the way."""
        moved = moved_by_rounding(lambda at, generator: self.program.run(at, generator=generator)[0], point, value)
        if moved is None:
            return False
        most = JITTER * moved.max(initial=0.0)
        return bool(most <= STEADY * np.abs(value).max(initial=0.0) or most <= STEADY * self.program.largest(point))

    def estimate(self, point: Mapping[str, Array], direction: Array) -> Estimate | None:
        """The complex step, once it was found to agree with differences; else these. On a kink there is neither."""
        self.on_a_kink = False
        stepped = self._stepped(point, direction)
        if self.sides is not None and not one_side(point, self.name, NEARBY * direction, self.sides):
            apart = differences(self.values, point, self.name, direction, None)
            smooth = stepped is not None and apart is not None and stepped.agrees(apart)
            self.on_a_kink = not smooth
            return stepped if smooth else None
        if stepped is not None and self.trusted:
            return stepped
        apart = differences(self.values, point, self.name, direction, self.sides)
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

        def again(at: Point, generator: Random | None) -> Array | None:
            return complex_step(analytic, at, self.name, direction, generator)

        moved = moved_by_rounding(again, point, value)
        if moved is None:
            return None
        return Estimate(value, allowance(value, moved), EXACT)
