"""NumPy on arrays of numbers with bounds: what the operator table's ``numpy`` functions see as ``np``."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from types import FunctionType
from typing import Any

from mcalc.numbers.arrays import HELPERS
from mcalc.numbers.arrays import array_module as np
from mcalc.numbers.bounds import EXACTLY, Bounded, Operand, Unsure, joined
from mcalc.numbers.fields import FUNCTIONS, Field
from mcalc.table.records import Array
from mcalc.table.roles import EXPONENTIAL, LOGARITHM


def entries(value: Array) -> list[Bounded]:
    """All entries of an array, row by row; of a number itself."""
    return list(np.ravel(np.asarray(value, dtype=object)))


class BoundedModule:
    """NumPy on arrays of numbers with bounds."""

    def __init__(self, field: Field) -> None:
        self.field = field
        self.pi = field.rounded(field.context.mpf(field.context.pi), EXACTLY)
        self.linalg = _Linear(field)

    def __getattr__(self, name: str) -> Any:
        found = self._function(name)
        self.__dict__[name] = found
        return found

    def _function(self, name: str) -> Callable[..., Array]:
        if name in FUNCTIONS:
            return np.frompyfunc(lambda a: self.field.function(name, self.field.number(a)), 1, 1)
        if name in HELPERS:
            helper: Callable[..., Array] = HELPERS[name]
            return FunctionType(helper.__code__, {"np": self}, name, helper.__defaults__)
        return getattr(np, name)

    def array(self, value: Array | Operand, dtype: object = None) -> Array:
        """The value with a bound for each entry."""
        return np.frompyfunc(self.field.number, 1, 1)(np.array(value, dtype=object))

    def power(self, a: Array, b: Array, dtype: object = None) -> Array:
        """``a^b``, entry by entry."""
        number = self.field.number
        return np.frompyfunc(lambda one, other: self.field.power(number(one), number(other)), 2, 1)(a, b)

    def abs(self, a: Array) -> Array:
        """``|a|``, entry by entry."""
        return np.frompyfunc(lambda one: abs(self.field.number(one)), 1, 1)(a)

    def sign(self, a: Array) -> Array:
        """-1, 0 or 1, entry by entry; raises `Unsure` where the bound leaves it open."""

        def sign(one: Bounded) -> Bounded:
            one = self.field.number(one)
            return self.field.number(one.sign()) if one.is_number else one

        return np.frompyfunc(sign, 1, 1)(a)

    def _larger(self, a: Bounded, b: Bounded) -> Bounded:
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

    def maximum(self, a: Array, b: Array) -> Array:
        """The larger of two, entry by entry; raises `Unsure` where the bounds overlap."""
        return np.frompyfunc(self._larger, 2, 1)(a, b)

    def minimum(self, a: Array, b: Array) -> Array:
        """The smaller of two, entry by entry; raises `Unsure` where the bounds overlap."""
        return np.frompyfunc(lambda one, other: -self._larger(-self.field.number(one), -other), 2, 1)(a, b)

    def max(self, a: Array, axis: int | None = None, keepdims: bool = False) -> Array:
        """The largest entry, of all or along an axis."""
        return self._reduced(self.maximum, a, axis, keepdims)

    def min(self, a: Array, axis: int | None = None, keepdims: bool = False) -> Array:
        """The smallest entry, of all or along an axis."""
        return self._reduced(self.minimum, a, axis, keepdims)

    def _reduced(self, choose: Callable[[Array, Array], Array], a: Array, axis: int | None, keepdims: bool) -> Array:
        a = self.array(a)
        lines = np.moveaxis(a, axis, 0) if axis is not None else np.ravel(a)
        found = lines[0]
        for line in lines[1:]:
            found = choose(found, line)
        if keepdims:
            return np.expand_dims(found, axis) if axis is not None else np.array(found).reshape((1,) * np.ndim(a))
        return found

    def var(self, a: Array, axis: int | None = None) -> Array:
        """``mean((a − mean a)²)``, of all entries or along an axis."""
        mean = np.mean(a, axis=axis, keepdims=True)
        return np.mean((a - mean) * (a - mean), axis=axis)

    def logaddexp(self, a: Array, b: Array) -> Array:
        """``ln(eᵃ + eᵇ) = max(a, b) + ln(1 + e^−|a−b|)``."""
        return self.maximum(a, b) + self.log1p(self.exp(-self.abs(a - np.asarray(b, dtype=object))))

    def _log_total(self, line: Sequence[Bounded]) -> tuple[Bounded, Bounded]:
        """The largest entry, and ``log(Σ exp(a − top))``."""
        at = max(range(len(line)), key=lambda place: line[place].value)
        top = line[at]
        others = [self.field.function(EXPONENTIAL, one - top) for place, one in enumerate(line) if place != at]
        return top, self.field.function("log1p", sum(others, self.field.number(0)))

    def logsumexp(self, a: Array) -> Bounded:
        """``ln Σ exp(a)`` of all entries."""
        top, rest = self._log_total(entries(a))
        return top + rest

    def logsumexp_along(self, a: Array, axis: int | None) -> Array:
        """``ln Σ exp(a)`` along an axis."""
        return np.apply_along_axis(lambda line: self.logsumexp(line), axis, a)

    def log_softmax(self, a: Array) -> Array:
        """``a − ln Σ exp(a)`` of each row."""

        def lowered(line: Sequence[Bounded]) -> Array:
            top, rest = self._log_total(line)
            return np.array([(one - top) - rest for one in line], dtype=object)

        return np.apply_along_axis(lowered, -1, a)


class _Linear:
    """Inverse and determinant by elimination, with bounds."""

    def __init__(self, field: Field) -> None:
        self.field = field

    def _eliminated(self, matrix: Array, beside: Array) -> tuple[Bounded, Array | None]:
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

    def _about_singular(self, left: Array, determinant: Bounded) -> Bounded:
        """The determinant where no entry of the first column left is known to differ from 0."""
        if all(one.value == 0 and one.error == EXACTLY for one in left[:, 0]):
            return self.field.number(0)
        first = max(joined(one.size, one.error) for one in left[:, 0])
        others = max((joined(one.size, one.error) for one in entries(left[:, 1:])), default=0.0)
        count = len(left)
        bound = first + (count - 1) * max(others, 0.0) + count * count
        return Bounded(self.field, self.field.zero, joined(determinant.size, determinant.error) + bound)

    def inv(self, matrix: Array) -> Array:
        """``A⁻¹`` by elimination, no numbers where the matrix is singular; raises `Unsure` where that is open."""
        determinant, found = self._eliminated(matrix, np.eye(len(matrix), dtype=int))
        if found is None:
            if determinant.error != EXACTLY:
                raise Unsure
            found = np.empty(np.shape(matrix), dtype=object)
            found[...] = self.field.nan
        return found

    def det(self, matrix: Array) -> Bounded:
        """``det A`` by elimination."""
        return self._eliminated(matrix, np.zeros((len(matrix), 0), dtype=int))[0]

    def slogdet(self, matrix: Array) -> tuple[Bounded, Bounded]:
        """The sign of ``det A`` and ``ln|det A|``."""
        determinant = self.det(matrix)
        sign = determinant.sign() if determinant.is_number and determinant.is_real else 1
        return self.field.number(sign), self.field.function(LOGARITHM, abs(determinant))
