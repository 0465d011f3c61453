"""Arithmetic with bounds: a program runs on numbers ``v ± 2ᵉ``, with ever more digits until the result is certain."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from types import FunctionType
from typing import TYPE_CHECKING, Any

from mcalc.expressions.records import Operator
from mcalc.numbers.arithmetic import OF_REALS, Arithmetic, NotReal
from mcalc.numbers.arrays import HELPERS
from mcalc.numbers.arrays import array_module as np
from mcalc.numbers.bounds import EXACTLY, FUNCTIONS, Bounded, Field, Unsure, joined

if TYPE_CHECKING:
    from mcalc.numbers.fitting import Fitted

LEVELS = (30, 80, 240, 720, 2200)
"""Digits: the fourth level tells a double from 0, the last one is for divisors and comparisons."""
_SETTLED, _SMALLEST = 66, -1090
_TINY, _AGREED = 450, 340
"""Limits are taken at 10 to these negative powers: a step, and what is left of the difference between two of them."""


class Certain(Arithmetic):
    """Numbers with bounds. The `last` of its kind calls undefined what it cannot decide.

    With `masks`, what a case multiplies that does not hold is 0, whether it has a value or not: as a derivative has it.
    """

    takes_exact = True

    def __init__(self, digits: int, real: bool = True, last: bool = False, masks: bool = False) -> None:
        self.digits, self.real, self.last, self.masks = digits, real, last, masks
        self.field = Field(digits, real, last)
        self.module = _Module(self.field)

    def array(self, value: Any) -> Any:
        return self.module.array(value)

    def scalar(self, value: Any) -> Any:
        return self.field.number(value)

    def is_finite(self, value: Any) -> bool:
        return all(entry.is_number for entry in entries(self.module.array(value)))

    def call(self, operator: Operator, values: Sequence[Any], parameters: Sequence[Any]) -> Any:
        if operator.name in OF_REALS and not all(one.is_real for value in values for one in entries(value)):
            raise NotReal(operator)
        values = [np.array(value, dtype=object) if np.ndim(value) == 0 else value for value in values]
        try:
            found = self.module.array(operator.numpy(self.module, *values, *parameters))
        except Unsure:
            if not self.last:
                raise
            found = self._as_far_as_known(operator, values, parameters)
        if operator.indicator or operator.name == "where":
            found = self._of_numbers(operator, values, found)
            return self._masked(operator, values, found) if self.masks else found
        return found

    def _of_numbers(self, operator: Operator, values: Sequence[Any], found: Any) -> Any:
        """No number where what is compared, or the condition, is none."""
        asked = values[:1] if operator.name == "where" else values

        def one(result: Bounded, *given: Bounded) -> Bounded:
            return result if all(number.is_number for number in given) else self.field.nan

        return np.frompyfunc(one, len(asked) + 1, 1)(found, *asked)

    def _as_far_as_known(self, operator: Operator, values: Sequence[Any], parameters: Sequence[Any]) -> Any:
        """The entries that are known; the others are none."""

        def one(*given: Any) -> Any:
            try:
                return self.field.number(operator.numpy(self.module, *(np.array(v, dtype=object) for v in given)))
            except Unsure:
                return self.field.nan

        if operator.elementwise:
            return np.frompyfunc(one, len(values), 1)(*values)
        shape = np.shape(values[0]) if operator.name == "inv" else ()
        found = np.empty(shape, dtype=object)
        found[...] = self.field.nan
        return found if shape else self.field.nan

    def _masked(self, operator: Operator, values: Sequence[Any], found: Any) -> Any:
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
    difference = one - other
    return difference.is_number and not difference.may_be_zero


@cache
def certain(digits: int, real: bool = True, last: bool = False, masks: bool = False) -> Certain:
    """The arithmetic of so many digits."""
    return Certain(digits, real, last, masks)


def entries(value: Any) -> list[Any]:
    return list(np.ravel(np.asarray(value, dtype=object)))


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


def rising(run: Callable[[Certain], list[Any]], arithmetics: Iterator[Certain]) -> list[Any] | None:
    """What the run gives with as many digits as it takes; None where the last of them do not suffice."""
    for arithmetic in arithmetics:
        try:
            found = run(arithmetic)
        except Unsure:
            continue
        if all(is_settled(entry) for one in found for entry in entries(one)):
            return found
    return None


def digits_of(value: Any) -> Bounded:
    """A number as SymPy has it, to twenty digits; raises `TooFar`, `Unsure`."""
    for count in LEVELS:
        try:
            found = certain(count, False).field.number(value)
        except Unsure:
            continue
        if is_settled(found):
            return found
    raise Unsure


def plain(number: Bounded) -> Any:
    """The number without its bound; 0 where it is none but to all digits."""
    return number.field.zero if number.is_number and number.may_be_zero else number.value


def approximation(
    run: Callable[[Certain, dict[str, Any]], list[Any]], fitted: Fitted, names: Sequence[str]
) -> list[Any] | None:
    """The limit of the values as the names move to where they are, if it is the same from several sides.

    A function that is continuous, and whose derivative has a limit, has this limit as its derivative.
    """
    arithmetic = certain(LEVELS[-1], last=True, masks=True)
    point = fitted.point(arithmetic)
    generator = np.random.default_rng(1)
    found: list[list[Any]] = []
    for sign in (1, -1, 1, -1):
        if sign == 1:
            steps = {
                name: generator.integers(11, 99, point[name].shape) * generator.choice([-1, 1], point[name].shape)
                for name in names
                if name in point
            }
        tiny = arithmetic.field.number(sign) / arithmetic.field.number(10) ** _TINY
        moved = {name: np.asarray(arithmetic.array(point[name]) + step * tiny) for name, step in steps.items()}
        values = run(arithmetic, {**point, **moved})
        found.append([entry for one in values for entry in entries(one)])
    bound = -_AGREED * math.log2(10)
    for same in zip(*found, strict=True):
        for other in same:
            difference = same[0] - other
            if not difference.is_number or joined(difference.size, difference.error) > bound:
                return None
    field = arithmetic.field
    return [np.frompyfunc(lambda one: Bounded(field, one.value, bound), 1, 1)(one) for one in values]


class _Module:
    """NumPy on arrays of numbers with bounds."""

    def __init__(self, field: Field) -> None:
        self.field = field
        self.pi = field.rounded(field.context.mpf(field.context.pi), EXACTLY)
        self.linalg = _Linear(field)

    def __getattr__(self, name: str) -> Any:
        found = self._function(name)
        self.__dict__[name] = found
        return found

    def _function(self, name: str) -> Any:
        if name in FUNCTIONS:
            return np.frompyfunc(lambda a: self.field.function(name, self.field.number(a)), 1, 1)
        if name in HELPERS:
            helper: Any = HELPERS[name]
            return FunctionType(helper.__code__, {"np": self}, name, helper.__defaults__)
        return getattr(np, name)

    def array(self, value: Any, dtype: Any = None) -> Any:
        found = np.array(value, dtype=object)
        return np.frompyfunc(self.field.number, 1, 1)(found) if found.shape else self.field.number(found[()])

    def power(self, a: Any, b: Any, dtype: Any = None) -> Any:
        number = self.field.number
        return np.frompyfunc(lambda one, other: self.field.power(number(one), number(other)), 2, 1)(a, b)

    def abs(self, a: Any) -> Any:
        return np.frompyfunc(lambda one: abs(self.field.number(one)), 1, 1)(a)

    def sign(self, a: Any) -> Any:
        def sign(one: Any) -> Any:
            one = self.field.number(one)
            return self.field.number(one.sign()) if one.is_number else one

        return np.frompyfunc(sign, 1, 1)(a)

    def _larger(self, a: Any, b: Any) -> Bounded:
        """The larger of the two; where that is open, what holds for either."""
        a, b = self.field.number(a), self.field.number(b)
        difference = a - b
        if not difference.is_number:
            return self.field.nan
        try:
            return a if difference.sign() >= 0 else b
        except Unsure:
            gap = joined(difference.size, difference.error)
            return Bounded(self.field, a.value, joined(joined(a.error, b.error), gap))

    def maximum(self, a: Any, b: Any) -> Any:
        return np.frompyfunc(self._larger, 2, 1)(a, b)

    def minimum(self, a: Any, b: Any) -> Any:
        return np.frompyfunc(lambda one, other: -self._larger(-self.field.number(one), -other), 2, 1)(a, b)

    def max(self, a: Any, axis: Any = None, keepdims: bool = False) -> Any:
        return self._reduced(self.maximum, a, axis, keepdims)

    def min(self, a: Any, axis: Any = None, keepdims: bool = False) -> Any:
        return self._reduced(self.minimum, a, axis, keepdims)

    def _reduced(self, choose: Callable[[Any, Any], Any], a: Any, axis: Any, keepdims: bool) -> Any:
        a = self.array(a)
        lines = np.moveaxis(a, axis, 0) if axis is not None else np.ravel(a)
        found = lines[0]
        for line in lines[1:]:
            found = choose(found, line)
        if keepdims:
            return np.expand_dims(found, axis) if axis is not None else np.array(found).reshape((1,) * np.ndim(a))
        return found

    def var(self, a: Any, axis: Any = None) -> Any:
        mean = np.mean(a, axis=axis, keepdims=True)
        return np.mean((a - mean) * (a - mean), axis=axis)

    def logaddexp(self, a: Any, b: Any) -> Any:
        return self.maximum(a, b) + self.log1p(self.exp(-self.abs(a - np.asarray(b, dtype=object))))

    def _log_total(self, line: Any) -> tuple[Any, Any]:
        """The largest entry, and ``log(Σ exp(a − top))``."""
        at = max(range(len(line)), key=lambda place: line[place].value)
        top = line[at]
        others = [self.field.function("exp", one - top) for place, one in enumerate(line) if place != at]
        return top, self.field.function("log1p", sum(others, self.field.number(0)))

    def logsumexp(self, a: Any) -> Any:
        top, rest = self._log_total(entries(a))
        return top + rest

    def logsumexp_along(self, a: Any, axis: Any) -> Any:
        return np.apply_along_axis(lambda line: self.logsumexp(line), axis, a)

    def log_softmax(self, a: Any) -> Any:
        def lowered(line: Any) -> Any:
            top, rest = self._log_total(line)
            return np.array([(one - top) - rest for one in line], dtype=object)

        return np.apply_along_axis(lowered, -1, a)


class _Linear:
    """Inverse and determinant by elimination, with bounds."""

    def __init__(self, field: Field) -> None:
        self.field = field

    def _eliminated(self, matrix: Any, beside: Any) -> tuple[Any, Any]:
        """The determinant, and what stands beside the matrix when it has become the identity."""
        number = np.frompyfunc(self.field.number, 1, 1)
        rows = number(np.concatenate([np.asarray(matrix, dtype=object), np.asarray(beside, dtype=object)], axis=1))
        size, determinant = len(rows), self.field.number(1)
        if not all(one.is_number for one in entries(rows)):
            return self.field.nan, number(np.full((size, np.shape(beside)[1]), np.nan))
        for at in range(size):
            pivot = at + max(range(size - at), key=lambda below, at=at: rows[at + below, at].size)  # type: ignore[misc]
            if rows[pivot, at].may_be_zero:
                return self._about_singular(rows[at:, at:size], determinant), None
            if pivot != at:
                rows[[at, pivot]] = rows[[pivot, at]]
                determinant = -determinant
            determinant = determinant * rows[at, at]
            rows[at, at:] = rows[at, at:] / rows[at, at]
            for other in range(size):
                if other != at:
                    rows[other, at:] = rows[other, at:] - rows[other, at] * rows[at, at:]
        return determinant, rows[:, size:]

    def _about_singular(self, left: Any, determinant: Any) -> Bounded:
        """The determinant where no entry of the first column left is known to differ from 0."""
        if all(one.value == 0 and one.error == EXACTLY for one in left[:, 0]):
            return self.field.number(0)
        first = max(joined(one.size, one.error) for one in left[:, 0])
        others = max((joined(one.size, one.error) for one in entries(left[:, 1:])), default=0.0)
        count = len(left)
        bound = first + (count - 1) * max(others, 0.0) + count * count
        return Bounded(self.field, self.field.zero, joined(determinant.size, determinant.error) + bound)

    def inv(self, matrix: Any) -> Any:
        determinant, found = self._eliminated(matrix, np.eye(len(matrix), dtype=int))
        if found is None:
            if determinant.error != EXACTLY:
                raise Unsure
            found = np.empty(np.shape(matrix), dtype=object)
            found[...] = self.field.nan
        return found

    def det(self, matrix: Any) -> Any:
        return self._eliminated(matrix, np.zeros((len(matrix), 0), dtype=int))[0]

    def slogdet(self, matrix: Any) -> tuple[Any, Any]:
        determinant = self.det(matrix)
        sign = determinant.sign() if determinant.is_number and determinant.is_real else 1
        return self.field.number(sign), self.field.function("log", abs(determinant))
