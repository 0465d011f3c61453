"""Arithmetic of many digits: what a program computes with where two values must be told apart to the last digit.

The operator table's own ``numpy`` functions run on arrays of mpmath's numbers. A function that mpmath knows is found
by its name; what is not real, or divided by zero, is not a number, as with floating-point numbers.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from types import FunctionType
from typing import TYPE_CHECKING, Any

from mcalc.numbers.arithmetic import Arithmetic
from mcalc.numbers.arrays import HELPERS
from mcalc.numbers.arrays import array_module as np
from mcalc.table.records import Array, Operator, Parameter

if TYPE_CHECKING:
    from mpmath import mpf

_LARGEST = 5000
"""Functions are taken of numbers below two to this power: the digits of exp(exp(1000)) fill no memory."""


class NoDigits(ArithmeticError):
    """A value that has no digits: a function of too large a number, or one that is known to floating point alone."""


class Digits(Arithmetic):
    """Real numbers of so many decimal digits, with any exponent."""

    def __init__(self, digits: int) -> None:
        import mpmath

        self.digits = digits
        self.context = mpmath.MPContext()
        self.context.dps = digits
        convert = self.context.npconvert

        def converted(value: Array) -> Any:
            """A number of NumPy's. An array is none, which mpmath would find out only after having printed it."""
            if isinstance(value, np.ndarray):
                raise TypeError("an array is no number")
            return convert(value)

        self.context.npconvert = converted
        self.module = _DigitsModule(self.context)

    def lays(self, operator: Operator) -> bool:
        """Only entry by entry: linear algebra is done of one matrix at a time."""
        return operator.elementwise

    def array(self, value: Array) -> Array:
        """The value as an array of numbers of so many digits."""
        return self.module.array(value)

    def scalar(self, value: Array | int) -> Array:
        """The value as one number of so many digits."""
        return self.module.number(value)

    def call(self, operator: Operator, values: Sequence[Array], parameters: Sequence[Parameter]) -> Array:
        """The operator's meaning, entry by entry where an entry is divided by 0."""
        values = [np.array(value, dtype=object) if np.ndim(value) == 0 else value for value in values]
        try:
            found = operator.numpy(self.module, *values, *parameters)
        except ZeroDivisionError:
            if not operator.elementwise:
                raise
            each = np.frompyfunc(lambda *one: self._unless_by_zero(operator, one), len(values), 1)
            found = each(*values)
        except (TypeError, AttributeError) as problem:
            raise NoDigits(f"{operator.name} has no value of many digits") from problem
        return self.module.array(found)

    def is_finite(self, value: Array) -> bool:
        """Whether every entry is a finite number."""
        return all(map(self.context.isfinite, np.ravel(np.array(value, dtype=object))))

    def _unless_by_zero(self, operator: Operator, values: Sequence[Array]) -> Array:
        try:
            return operator.numpy(self.module, *values)
        except ZeroDivisionError:
            return self.context.nan


@cache
def digits(count: int) -> Digits:
    """The arithmetic of so many digits."""
    return Digits(count)


class _DigitsModule:
    """NumPy on arrays of numbers with many digits; functions of numbers are mpmath's."""

    def __init__(self, context: Any) -> None:
        self.context = context
        self.pi = context.mpf(context.pi)
        self.linalg = _Linear(self)

    def __getattr__(self, name: str) -> Any:
        found = self._function(name)
        self.__dict__[name] = found
        return found

    def _function(self, name: str) -> Callable[..., Array]:
        ours = getattr(self.context, name.replace("arc", "a"), None)
        if ours is not None and (name in HELPERS or isinstance(getattr(np, name), np.ufunc)):
            return np.frompyfunc(lambda a: self._real(ours, a), 1, 1)
        if name in HELPERS:
            helper: Callable[..., Array] = HELPERS[name]
            return FunctionType(helper.__code__, {"np": self}, name, helper.__defaults__)
        return getattr(np, name)

    def _real(self, function: Callable[[Array], Array], value: Array) -> Array:
        """The value of a function where it is real."""
        context = self.context
        value = self.number(value)
        if context.isfinite(value) and context.mag(value) > _LARGEST:
            raise NoDigits("a function of too large a number")
        try:
            found = function(value)
        except (ValueError, ZeroDivisionError):
            return context.nan
        return found if isinstance(found, context.mpf) else context.nan

    def number(self, value: Any) -> Any:
        """Any number with so many digits: fractions are divided, floats taken as they are."""
        if isinstance(value, self.context.mpf):
            return value
        if hasattr(value, "is_Rational") and value.is_Rational:
            return self.context.mpf(int(value.p)) / int(value.q)
        if isinstance(value, np.ndarray):
            return self.number(value[()])
        return self.context.convert(value.item() if isinstance(value, np.generic) else value)

    def array(self, value: Array, dtype: object = None) -> Array:
        """The value as an array of such numbers."""
        found = np.array(value, dtype=object)
        return np.frompyfunc(self.number, 1, 1)(found) if found.shape else self.number(found[()])

    def power(self, a: Array, b: Array, dtype: object = None) -> Array:
        """``a^b``, entry by entry."""
        return np.frompyfunc(self._raised, 2, 1)(a, b)

    def _raised(self, a: Array, b: Array) -> Array:
        context = self.context
        a, b = self.number(a), self.number(b)
        if not context.isfinite(a) or not context.isfinite(b):
            return context.nan
        if a == 0 and b < 0:
            return context.nan
        if context.mag(b) + max(0, context.mag(a)).bit_length() > _LARGEST:
            raise NoDigits("a power with too large an exponent")
        found = context.power(a, b)
        return found if isinstance(found, context.mpf) else context.nan

    def logaddexp(self, a: Array, b: Array) -> Array:
        """``ln(eᵃ + eᵇ)``, the larger taken out."""
        top, low = np.maximum(a, b), np.minimum(a, b)
        return top + self.log(1 + self.exp(low - top))


class _Linear:
    """Inverse and determinant by elimination."""

    def __init__(self, module: _DigitsModule) -> None:
        self.module = module

    def _eliminated(self, matrix: Array, beside: Array) -> tuple[Array, mpf]:
        """The determinant, and what stands beside the matrix when it has become the identity."""
        rows = np.concatenate([self.module.array(matrix), self.module.array(beside)], axis=1)
        size, determinant = len(rows), self.module.number(1)
        for at in range(size):
            pivot = at + max(range(size - at), key=lambda below, at=at: abs(rows[at + below, at]))  # type: ignore[misc]
            if rows[pivot, at] == 0:
                return self.module.number(0), None
            if pivot != at:
                rows[[at, pivot]] = rows[[pivot, at]]
                determinant = -determinant
            determinant = determinant * rows[at, at]
            rows[at] = rows[at] / rows[at, at]
            for other in range(size):
                if other != at:
                    rows[other] = rows[other] - rows[other, at] * rows[at]
        return determinant, rows[:, size:]

    def inv(self, matrix: Array) -> Array:
        """``A⁻¹`` by elimination; raises `LinAlgError` where A is singular."""
        _, found = self._eliminated(matrix, np.eye(len(matrix)))
        if found is None:
            raise np.linalg.LinAlgError("singular")
        return found

    def det(self, matrix: Array) -> Array:
        """``det A`` by elimination."""
        return self._eliminated(matrix, np.zeros((len(matrix), 0)))[0]

    def slogdet(self, matrix: Array) -> tuple[Array, Array]:
        """The sign of ``det A``, and ``ln|det A|``."""
        determinant = self.det(matrix)
        return np.sign(determinant), self.module.log(abs(determinant))
