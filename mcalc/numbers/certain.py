"""Arithmetic with bounds: a program runs on numbers ``v ± 2ᵉ``, with ever more digits until the result is certain."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

from mcalc.numbers.arithmetic import Arithmetic, NotReal
from mcalc.numbers.arrays import array_module as np
from mcalc.numbers.bounded_module import BoundedModule, entries
from mcalc.numbers.bounds import EXACTLY, Bounded, Operand, Unsure, joined
from mcalc.numbers.fields import Field
from mcalc.table import shapes
from mcalc.table.records import Array, Operator, Parameter

if TYPE_CHECKING:
    from mpmath import mpf
    from sympy.core.expr import Expr

LEVELS = (30, 80, 240, 720, 2200)
"""Digits: the fourth level tells a double from 0, the last one is for divisors and comparisons."""
_SETTLED, _SMALLEST = 66, -1090
_NEAR = ((LEVELS[2], 50), (LEVELS[-1], 450))
"""Digits, and the negative power of 10 of the steps at whose ends a limit is looked for."""
_AGREED, _APART = 340, -20
"""A limit is the same to so many digits; what differs by more than 2 to this power, beside it or beside 1, is none."""


class Certain(Arithmetic):
    """Numbers with bounds. The `last` of its kind calls undefined what it cannot decide.

    With `masks`, what a case multiplies that does not hold is 0, whether it has a value or not: as a derivative has it.
    """

    has_axes = False

    takes_exact = True

    def __init__(self, digits: int, real: bool = True, last: bool = False, masks: bool = False) -> None:
        self.digits, self.real, self.last, self.masks = digits, real, last, masks
        self.field = Field(digits, real, last)
        self.module = BoundedModule(self.field)

    def array(self, value: Array) -> Array:
        """The value with a bound for each entry."""
        return self.module.array(value)

    def scalar(self, value: Operand) -> Any:
        """The value as one number with its bound."""
        return self.field.number(value)

    def is_finite(self, value: Array) -> bool:
        """Whether every entry is a number."""
        return all(entry.is_number for entry in entries(self.module.array(value)))

    def call(self, operator: Operator, values: Sequence[Array], parameters: Sequence[Parameter]) -> Array:
        """The operator's meaning; raises `Unsure` where that takes more digits, and `NotReal`."""
        if operator.of_reals and not all(one.is_real for value in values for one in entries(value)):
            raise NotReal(operator)
        values = [np.array(value, dtype=object) if np.ndim(value) == 0 else value for value in values]
        try:
            found = self.module.array(operator.numpy(self.module, *values, *parameters))
        except Unsure:
            if not self.last:
                raise
            found = self._as_far_as_known(operator, values, parameters)
        if operator.indicator or operator.is_cases:
            found = self._of_numbers(operator, values, found)
            return self._masked(operator, values, found) if self.masks else found
        return found

    def _of_numbers(self, operator: Operator, values: Sequence[Array], found: Array) -> Array:
        """No number where what is compared, or the condition, is none."""
        asked = values[:1] if operator.is_cases else values

        def one(result: Bounded, *given: Bounded) -> Bounded:
            return result if all(number.is_number for number in given) else self.field.nan

        return np.frompyfunc(one, len(asked) + 1, 1)(found, *asked)

    def _as_far_as_known(self, operator: Operator, values: Sequence[Array], parameters: Sequence[Parameter]) -> Array:
        """The entries that are known; the others are none."""

        def one(*given: Bounded) -> Bounded:
            try:
                return self.field.number(operator.numpy(self.module, *(np.array(v, dtype=object) for v in given)))
            except Unsure:
                return self.field.nan

        if operator.elementwise:
            return np.frompyfunc(one, len(values), 1)(*values)
        shape = np.shape(values[0]) if operator.shape is shapes.square else ()
        found = np.empty(shape, dtype=object)
        found[...] = self.field.nan
        return found[()]

    def _masked(self, operator: Operator, values: Sequence[Array], found: Array) -> Array:
        """The zeros of a condition that clearly does not hold, and of a case that is clearly not chosen."""

        def one(result: Bounded, *given: Bounded) -> Bounded:
            again = Bounded(self.field, result.value, result.error)
            if operator.indicator:
                again.tied = not found_apart(given[0], given[1] if len(given) > 1 else self.field.number(0))
            else:
                again.tied = given[0].tied
            again.masked = not again.tied and result.value == 0 and result.error == EXACTLY
            return again

        return np.frompyfunc(one, len(values) + 1, 1)(found, *values)


def found_apart(one: Bounded, other: Bounded) -> bool:
    """Whether the bounds tell two numbers apart."""
    difference = one - other
    return difference.is_number and not difference.may_be_zero


@cache
def certain(digits: int, real: bool = True, last: bool = False, masks: bool = False) -> Certain:
    """The arithmetic of so many digits."""
    return Certain(digits, real, last, masks)


def levels(most: int, real: bool = True, masks: bool = False) -> Iterator[Certain]:
    """Arithmetics of more and more digits, up to so many."""
    wanted = [count for count in LEVELS if count <= most]
    for count in wanted:
        yield certain(count, real, count == wanted[-1], masks)


def is_settled(number: Bounded) -> bool:
    """Whether twenty digits are certain, or the number is none, or smaller than any floating-point number."""
    if number.error == EXACTLY or not number.is_number:
        return True
    size = number.size
    return number.error <= size - _SETTLED or joined(size, number.error) < _SMALLEST


def rising(run: Callable[[Certain], list[Array]], arithmetics: Iterator[Certain]) -> list[Array] | None:
    """What the run gives with as many digits as it takes; None where the last of them do not suffice."""
    for arithmetic in arithmetics:
        try:
            found = run(arithmetic)
        except Unsure:
            continue
        if all(is_settled(entry) for one in found for entry in entries(one)):
            return found
    return None


def digits_of(value: Expr) -> Bounded:
    """A number as SymPy has it, to twenty digits; raises `TooFar`, `Unsure`."""
    for count in LEVELS:
        try:
            found = certain(count, False).field.number(value)
        except Unsure:
            continue
        if is_settled(found):
            return found
    raise Unsure


def plain(number: Bounded) -> mpf:
    """The number without its bound; 0 where it is none but to all digits."""
    return number.field.zero if number.is_number and number.may_be_zero else number.value


Moved = Callable[[Array], Array]
"""An array, each entry moved by a tiny amount of its own."""


def approximation(
    run: Callable[[Certain, dict[str, Array], Moved], list[Array]],
    point_in: Callable[[Certain], dict[str, Array]],
    names: Sequence[str],
) -> list[Array] | None:
    """The limit of the values as the names move to where they are, if it is the same from several sides.

    A function that is continuous, and whose derivative has a limit, has this limit as its derivative. `run` is told
    how to move what else it may: a matrix that is singular wherever the names are.
    """
    for digits, power in _NEAR:
        found, values = _around(certain(digits, last=True, masks=True), power, run, point_in, names)
        if _are_apart(found):
            return None
    bound = -_AGREED * math.log2(10)
    for same in zip(*found, strict=True):
        for other in same:
            difference = same[0] - other
            if not difference.is_number or joined(difference.size, difference.error) > bound:
                return None
    return [np.frompyfunc(lambda one: Bounded(one.field, one.value, bound), 1, 1)(one) for one in values]


def _around(
    arithmetic: Certain,
    power: int,
    run: Callable[[Certain, dict[str, Array], Moved], list[Array]],
    point_in: Callable[[Certain], dict[str, Array]],
    names: Sequence[str],
) -> tuple[list[list[Bounded]], list[Array]]:
    """The entries of the values on both sides of the point, in two directions; and the last values themselves."""
    point, generator = point_in(arithmetic), np.random.default_rng(1)
    tiny = arithmetic.field.number(10) ** -power
    found: list[list[Bounded]] = []

    def steps(array: Array) -> Array:
        return generator.integers(11, 99, np.shape(array)) * generator.choice([-1, 1], np.shape(array))

    def moved(array: Array) -> Array:
        return np.asarray(arithmetic.array(array) + steps(array) * tiny)

    for _ in range(2):
        ways = {name: steps(point[name]) for name in names if name in point}
        for sign in (1, -1):
            there = {name: np.asarray(arithmetic.array(point[name]) + sign * ways[name] * tiny) for name in ways}
            values = run(arithmetic, {**point, **there}, moved)
            found.append([entry for one in values for entry in entries(one)])
    return found, values


def _are_apart(found: Sequence[Sequence[Bounded]]) -> bool:
    """Whether an entry clearly is not the same on all sides."""
    for same in zip(*found, strict=True):
        for other in same[1:]:
            difference = same[0] - other
            apart = max(same[0].size, other.size, 0) + _APART if difference.is_number else 0
            if difference.is_number and difference.size > max(apart, difference.error + 1):
                return True
    return False
