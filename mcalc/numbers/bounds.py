"""Numbers that know how far they are from the truth: ``v ± 2ᵉ``, of many digits, carried through every operation.

The bound of a sum is the sum of the bounds, that of a product ``|a|·δb + |b|·δa``, that of a function ``|f′|·δ``; the
rounding of the operation itself comes on top. What is exact stays exact. What the bound leaves undecided (whether a
divisor is 0, which of two numbers is the larger) raises `Unsure`: it takes more digits, not a guess.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Protocol, TypeAlias

from mcalc.numbers.arrays import array_module as np

if TYPE_CHECKING:
    from mpmath import MPContext, mpf
    from sympy.core.expr import Expr

Operand: TypeAlias = "Bounded | complex | Expr | mpf"
"""What a number with a bound is made of, and computed with."""
EXACTLY = -math.inf


class Unsure(ArithmeticError):
    """The bound of a number leaves open what is asked of it."""


class TooFar(ArithmeticError):
    """A number whose exponent is itself too long a number."""


def joined(one: float, other: float) -> float:
    """``log₂(2ᵃ + 2ᵇ)``."""
    if one < other:
        one, other = other, one
    if other == EXACTLY:
        return one
    return one + math.log2(1 + 2.0 ** (other - one)) if one - other < 60 else one + 1e-15


def magnitude(value: mpf) -> float:
    """``log₂|v|``."""
    if hasattr(value, "_mpf_"):
        _, mantissa, exponent, count = value._mpf_
        if count > 60:
            return float(exponent + count - 60) + math.log2(mantissa >> (count - 60))
        return exponent + math.log2(mantissa) if mantissa else EXACTLY
    real, imaginary = value._mpc_
    parts = [exponent + count if mantissa else EXACTLY for _, mantissa, exponent, count in (real, imaginary)]
    return max(parts) + 0.5


class Field(Protocol):
    """All numbers of so many digits: what a number asks of those that it belongs to."""

    context: MPContext
    bits: int
    last: bool
    zero: mpf
    nan: Bounded

    def rounded(self, value: mpf, error: float, exact: bool = False) -> Bounded:
        """A value that an operation has rounded, `error` being the logarithm of what its arguments leave open."""

    def number(self, value: Operand) -> Bounded:
        """Any number, with the bound that its conversion leaves."""

    def power(self, a: Bounded, b: Bounded) -> Bounded:
        """``a^b``."""


class Bounded:
    """A number and the logarithm to base 2 of its bound. One that is `masked` is the 0 of a case that does not hold."""

    __slots__ = ("error", "field", "masked", "tied", "value")

    def __init__(self, field: Field, value: mpf, error: float = EXACTLY, masked: bool = False) -> None:
        self.field, self.value, self.error, self.masked, self.tied = field, value, error, masked, False

    # What it is

    @property
    def size(self) -> float:
        """``log₂|v|``."""
        return magnitude(self.value)

    @property
    def is_exact(self) -> bool:
        """Whether nothing is left open."""
        return self.error == EXACTLY

    @property
    def is_number(self) -> bool:
        """Whether it is finite."""
        return bool(self.field.context.isfinite(self.value))

    @property
    def is_zero(self) -> bool:
        """Whether it is 0; raises `Unsure`."""
        if self.value == 0 and self.error == EXACTLY:
            return True
        if not self.is_number:
            return False
        if self.error >= self.size:
            raise Unsure
        return False

    @property
    def may_be_zero(self) -> bool:
        """Whether 0 lies within the bound."""
        return self.is_number and (self.error >= self.size or self.value == 0)

    @property
    def is_real(self) -> bool:
        """Whether it has no imaginary part."""
        return hasattr(self.value, "_mpf_")

    def sign(self) -> int:
        """-1, 0 or 1; raises `Unsure`."""
        return 0 if self.is_zero else 1 if self.value > 0 else -1

    def conjugate(self) -> Bounded:
        """``a − ib`` of ``a + ib``."""
        return Bounded(self.field, self.field.context.conj(self.value), self.error)

    # Operations

    def __neg__(self) -> Bounded:
        return Bounded(self.field, -self.value, self.error, self.masked)

    def __abs__(self) -> Bounded:
        return Bounded(self.field, abs(self.value), self.error)

    def __add__(self, other: Operand) -> Bounded:
        if isinstance(other, np.ndarray):
            return NotImplemented
        other = self.field.number(other)
        return self.field.rounded(
            self.value + other.value,
            joined(self.error, other.error),
            self.error == other.error == EXACTLY and _exact_sum(self.value, other.value, self.field.bits),
        )

    __radd__ = __add__

    def __sub__(self, other: Operand) -> Bounded:
        if other is self and self.is_number:
            return Bounded(self.field, self.field.zero)
        return NotImplemented if isinstance(other, np.ndarray) else self + (-self.field.number(other))

    def __rsub__(self, other: Operand) -> Bounded:
        return -self + other

    def __mul__(self, other: Operand) -> Bounded:
        if isinstance(other, np.ndarray):
            return NotImplemented
        other = self.field.number(other)
        if self.masked or other.masked:
            return Bounded(self.field, self.field.zero, EXACTLY, True)
        error = EXACTLY
        if self.error != EXACTLY or other.error != EXACTLY:
            mine, others = self.size, other.size
            if (mine == EXACTLY and self.error == EXACTLY) or (others == EXACTLY and other.error == EXACTLY):
                return Bounded(self.field, self.value * other.value)
            error = joined(joined(mine + other.error, others + self.error), self.error + other.error)
        exact = error == EXACTLY and bits_of(self.value) + bits_of(other.value) <= self.field.bits
        return self.field.rounded(self.value * other.value, error, exact)

    __rmul__ = __mul__

    def __truediv__(self, other: Operand) -> Bounded:
        if isinstance(other, np.ndarray):
            return NotImplemented
        other = self.field.number(other)
        if self.masked:
            return Bounded(self.field, self.field.zero, EXACTLY, True)
        if not (self.is_number and other.is_number) or other.is_zero:
            return self.field.nan
        size = other.size
        if other.error > size - 1:
            raise Unsure
        found = self.value / other.value
        error = joined(self.error, magnitude(found) + other.error) - size + 1
        exact = error == EXACTLY and bits_of(found) + bits_of(other.value) <= self.field.bits
        return self.field.rounded(found, error, exact and found * other.value == self.value)

    def __rtruediv__(self, other: Operand) -> Bounded:
        return self.field.number(other) / self

    def __pow__(self, other: Operand) -> Bounded:
        return NotImplemented if isinstance(other, np.ndarray) else self.field.power(self, self.field.number(other))

    def __rpow__(self, other: Operand) -> Bounded:
        return self.field.power(self.field.number(other), self)

    # Comparisons

    def _less(self, other: Operand) -> int:
        """The sign of ``other − self``; 0 where no digit tells two numbers apart that are not 0; -2 for no number."""
        other = self.field.number(other)
        difference = other - self
        try:
            return difference.sign() if difference.is_number else -2
        except Unsure:
            if not self.field.last or self.may_be_zero or other.may_be_zero:
                raise
            return 0

    def __lt__(self, other: Operand) -> bool:
        return self._less(other) == 1

    def __gt__(self, other: Operand) -> bool:
        return self._less(other) == -1

    def __le__(self, other: Operand) -> bool:
        return self._less(other) in (0, 1)

    def __ge__(self, other: Operand) -> bool:
        return self._less(other) in (0, -1)

    def __eq__(self, other: object) -> bool:
        return self._less(other) == 0

    def __ne__(self, other: object) -> bool:
        return not self == other

    def __hash__(self) -> int:
        return hash(self.value)

    def __repr__(self) -> str:
        return f"{self.field.context.nstr(self.value, 8)} ± 2^{self.error:.0f}"


def bits_of(value: mpf) -> int:
    """How many bits the digits of a number take."""
    if hasattr(value, "_mpf_"):
        return int(value._mpf_[3])
    return int(value._mpc_[0][3] + value._mpc_[1][3])


def _exact_sum(one: mpf, other: mpf, bits: int) -> bool:
    """Whether a sum has room for all bits of its terms."""
    parts = [part for value in (one, other) for part in _parts(value) if part[1]]
    if not parts:
        return True
    return bool(max(part[2] + part[3] for part in parts) + 1 - min(part[2] for part in parts) <= bits)


def _parts(value: mpf) -> tuple[tuple[int, int, int, int], ...]:
    return (value._mpf_,) if hasattr(value, "_mpf_") else tuple(value._mpc_)
