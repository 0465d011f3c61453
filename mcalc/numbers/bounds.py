"""Numbers that know how far they are from the truth: ``v ± 2ᵉ``, of many digits, carried through every operation.

The bound of a sum is the sum of the bounds, that of a product ``|a|·δb + |b|·δa``, that of a function ``|f′|·δ``; the
rounding of the operation itself comes on top. What is exact stays exact. What the bound leaves undecided (whether a
divisor is 0, which of two numbers is the larger) raises `Unsure`: it takes more digits, not a guess.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from mcalc.numbers.arrays import array_module as np

EXACTLY = -math.inf
_LINEAR, _NEAR = -8, 4
_LARGEST = 300
_NOTHING = -1e80


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


def magnitude(value: Any) -> float:
    """``log₂|v|``."""
    if hasattr(value, "_mpf_"):
        _, mantissa, exponent, count = value._mpf_
        if count > 60:
            return float(exponent + count - 60) + math.log2(mantissa >> (count - 60))
        return exponent + math.log2(mantissa) if mantissa else EXACTLY
    real, imaginary = value._mpc_
    parts = [exponent + count if mantissa else EXACTLY for _, mantissa, exponent, count in (real, imaginary)]
    return max(parts) + 0.5


class Bounded:
    """A number and the logarithm to base 2 of its bound. One that is `masked` is the 0 of a case that does not hold."""

    __slots__ = ("error", "field", "masked", "tied", "value")

    def __init__(self, field: Field, value: Any, error: float = EXACTLY, masked: bool = False) -> None:
        self.field, self.value, self.error, self.masked, self.tied = field, value, error, masked, False

    # What it is

    @property
    def size(self) -> float:
        return magnitude(self.value)

    @property
    def is_exact(self) -> bool:
        return self.error == EXACTLY

    @property
    def is_number(self) -> bool:
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
        return self.is_number and (self.error >= self.size or self.value == 0)

    @property
    def is_real(self) -> bool:
        return hasattr(self.value, "_mpf_")

    def sign(self) -> int:
        """-1, 0 or 1; raises `Unsure`."""
        return 0 if self.is_zero else 1 if self.value > 0 else -1

    def conjugate(self) -> Bounded:
        return Bounded(self.field, self.field.context.conj(self.value), self.error)

    # Operations

    def __neg__(self) -> Bounded:
        return Bounded(self.field, -self.value, self.error, self.masked)

    def __abs__(self) -> Bounded:
        return Bounded(self.field, abs(self.value), self.error)

    def __add__(self, other: Any) -> Any:
        if isinstance(other, np.ndarray):
            return NotImplemented
        other = self.field.number(other)
        return self.field.rounded(
            self.value + other.value,
            joined(self.error, other.error),
            self.error == other.error == EXACTLY and _exact_sum(self.value, other.value, self.field.bits),
        )

    __radd__ = __add__

    def __sub__(self, other: Any) -> Any:
        return NotImplemented if isinstance(other, np.ndarray) else self + (-self.field.number(other))

    def __rsub__(self, other: Any) -> Any:
        return -self + other

    def __mul__(self, other: Any) -> Any:
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
        exact = error == EXACTLY and _bits(self.value) + _bits(other.value) <= self.field.bits
        return self.field.rounded(self.value * other.value, error, exact)

    __rmul__ = __mul__

    def __truediv__(self, other: Any) -> Any:
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
        exact = error == EXACTLY and _bits(found) + _bits(other.value) <= self.field.bits
        return self.field.rounded(found, error, exact and found * other.value == self.value)

    def __rtruediv__(self, other: Any) -> Any:
        return self.field.number(other) / self

    def __pow__(self, other: Any) -> Any:
        return NotImplemented if isinstance(other, np.ndarray) else self.field.power(self, self.field.number(other))

    def __rpow__(self, other: Any) -> Any:
        return self.field.power(self.field.number(other), self)

    # Comparisons

    def _less(self, other: Any) -> int:
        """The sign of ``other − self``; 0 where no digit tells two numbers apart that are not 0; -2 for no number."""
        other = self.field.number(other)
        difference = other - self
        try:
            return difference.sign() if difference.is_number else -2
        except Unsure:
            if not self.field.last or self.may_be_zero or other.may_be_zero:
                raise
            return 0

    def __lt__(self, other: Any) -> bool:
        return self._less(other) == 1

    def __gt__(self, other: Any) -> bool:
        return self._less(other) == -1

    def __le__(self, other: Any) -> bool:
        return self._less(other) in (0, 1)

    def __ge__(self, other: Any) -> bool:
        return self._less(other) in (0, -1)

    def __eq__(self, other: Any) -> bool:
        return self._less(other) == 0

    def __ne__(self, other: Any) -> bool:
        return not self == other

    def __hash__(self) -> int:
        return hash(self.value)

    def __repr__(self) -> str:
        return f"{self.field.context.nstr(self.value, 8)} ± 2^{self.error:.0f}"


def _bits(value: Any) -> int:
    if hasattr(value, "_mpf_"):
        return int(value._mpf_[3])
    return int(value._mpc_[0][3] + value._mpc_[1][3])


def _exact_sum(one: Any, other: Any, bits: int) -> bool:
    """Whether a sum has room for all bits of its terms."""
    parts = [part for value in (one, other) for part in _parts(value) if part[1]]
    if not parts:
        return True
    return bool(max(part[2] + part[3] for part in parts) + 1 - min(part[2] for part in parts) <= bits)


def _parts(value: Any) -> tuple[Any, ...]:
    return (value._mpf_,) if hasattr(value, "_mpf_") else tuple(value._mpc_)


# Functions -----------------------------------------------------------------------------------------------------------

# The slope of each function of a number, and how far the slope changes little: a sixteenth of the second, or of 1.
Slope = tuple[Callable[[Any, Any, Any], Any], Callable[[Any, Any, Any], Any] | None]
_SLOPES: dict[str, Slope] = {
    "exp": (lambda c, x, y: y, None),
    "log": (lambda c, x, y: 1 / x, lambda c, x, y: x),
    "log1p": (lambda c, x, y: 1 / (1 + x), lambda c, x, y: 1 + x),
    "sqrt": (lambda c, x, y: 1 / y, lambda c, x, y: x),
    "sin": (lambda c, x, y: c.cosh(c.im(x)), None),
    "cos": (lambda c, x, y: c.cosh(c.im(x)), None),
    "tan": (lambda c, x, y: 1 + abs(y) ** 2, lambda c, x, y: 1 / (1 + abs(y))),
    "arcsin": (lambda c, x, y: 1 / c.sqrt(1 - x * x), lambda c, x, y: (1 - x * x) / (1 + abs(x))),
    "arccos": (lambda c, x, y: 1 / c.sqrt(1 - x * x), lambda c, x, y: (1 - x * x) / (1 + abs(x))),
    "arctan": (lambda c, x, y: 1 / (1 + x * x), lambda c, x, y: (1 + x * x) / (1 + abs(x))),
    "sinh": (lambda c, x, y: c.cosh(c.re(x)), None),
    "cosh": (lambda c, x, y: c.cosh(c.re(x)), None),
    "tanh": (lambda c, x, y: 1 + abs(y) ** 2, lambda c, x, y: 1 / (1 + abs(y))),
    "arcsinh": (lambda c, x, y: 1 / c.sqrt(1 + x * x), lambda c, x, y: (1 + x * x) / (1 + abs(x))),
    "arccosh": (lambda c, x, y: 1 / c.sqrt(x * x - 1), lambda c, x, y: (x * x - 1) / (1 + abs(x))),
    "arctanh": (lambda c, x, y: 1 / (1 - x * x), lambda c, x, y: (1 - x * x) / (1 + abs(x))),
    "erf": (lambda c, x, y: 2 * c.exp(-x * x), lambda c, x, y: 1 / (1 + abs(x))),
}
FUNCTIONS = frozenset(_SLOPES)
_CUT = frozenset(("log", "sqrt", "log1p"))


class Field:
    """All numbers of so many digits: real ones, or complex ones where there is no real one."""

    def __init__(self, digits: int, real: bool = True, last: bool = False) -> None:
        import mpmath

        self.context = mpmath.MPContext()
        self.context.dps = digits
        self.bits = int(self.context.prec)
        self.real, self.last = real, last
        self.zero = self.context.mpf(0)
        self.nan = Bounded(self, self.context.nan)
        self.functions = {name: getattr(self.context, name.replace("arc", "a")) for name in FUNCTIONS}

    def rounded(self, value: Any, error: float, exact: bool = False) -> Bounded:
        """A value that an operation has rounded."""
        if hasattr(value, "_mpc_"):
            if value.imag == 0:
                value = value.real
            elif self.real:
                return self.nan
        if not self.context.isfinite(value):
            return self.nan
        return Bounded(self, value, error if exact else joined(error, magnitude(value) - self.bits + 1))

    def number(self, value: Any) -> Bounded:
        """Any number, with the bound that its conversion leaves."""
        if isinstance(value, Bounded):
            return value
        if isinstance(value, np.ndarray):
            return self.number(value[()])
        if isinstance(value, np.generic):
            value = value.item()
        if isinstance(value, (bool, int)):
            found = self.context.mpf(value)
            return self.rounded(found, EXACTLY, int(found) == value)
        if isinstance(value, (float, complex)):
            return self.rounded(self.context.convert(value), EXACTLY, True)
        if hasattr(value, "is_Rational") and value.is_Rational:
            return self.number(int(value.p)) / int(value.q)
        return self.of_expression(value)

    def of_expression(self, value: Any) -> Bounded:
        """A number as SymPy has it."""
        if value.is_Rational:
            return self.number(value)
        if value.is_Float:
            return self.number(float(value))
        name = type(value).__name__
        if name in ("Pi", "Exp1"):
            return self.rounded(self.context.mpf(self.context.pi if name == "Pi" else self.context.e), EXACTLY)
        if name == "ImaginaryUnit":
            return Bounded(self, self.context.mpc(0, 1))
        if not value.args:
            return self.nan
        args = [self.of_expression(arg) for arg in value.args]
        if name == "Add":
            return sum(args[1:], args[0])
        if name == "Mul":
            return math.prod(args[1:], start=args[0])
        if name == "Pow":
            return self.power(*args)
        if name == "Abs":
            return abs(args[0])
        name = "arc" + name[1:] if name[0] == "a" else name
        if name not in FUNCTIONS:
            raise TooFar(f"{name} has no digits")
        return self.function(name, args[0])

    def function(self, name: str, x: Bounded) -> Bounded:
        """``f(x) ± |f′(x)|·δ``."""
        context, value = self.context, x.value
        if not x.is_number:
            return self.nan
        size = x.size
        if size > _LARGEST and x.is_real and name in ("exp", "sinh", "cosh", "tan", "sin", "cos", "tanh", "erf"):
            if name == "exp" and value < 0:
                return Bounded(self, self.zero, _NOTHING)
            if name in ("tanh", "erf"):
                return Bounded(self, context.sign(value), _NOTHING)
            raise TooFar
        slope, distance = _SLOPES[name]
        if name in _CUT and not x.is_real and x.error >= magnitude(value.imag) and value.real < 0:
            raise Unsure
        if name in ("log", "sqrt") and x.may_be_zero:
            if x.error == EXACTLY:
                return x if name == "sqrt" else self.nan
            if name == "sqrt":
                return Bounded(self, self.zero, (joined(size, x.error) + 1) / 2)
            raise Unsure
        try:
            found = self.functions[name](value)
        except (ValueError, ZeroDivisionError):
            return self.nan
        if not context.isfinite(found) or (self.real and hasattr(found, "_mpc_") and found.imag != 0):
            if x.error != EXACTLY and distance is not None and x.error > magnitude(distance(context, value, found)):
                raise Unsure
            return self.nan
        if x.error == EXACTLY:
            square = name == "sqrt" and found * found == value and _bits(found) * 2 <= self.bits
            return self.rounded(found, EXACTLY, square or found == 0 or (value == 0 and name != "arccos"))
        near = _LINEAR if distance is None else magnitude(context.convert(distance(context, value, found))) - _NEAR
        if x.error > near:
            raise Unsure
        return self.rounded(found, magnitude(context.convert(slope(context, value, found))) + 1 + x.error)

    def power(self, a: Bounded, b: Bounded) -> Bounded:
        """``aᵇ``."""
        context = self.context
        if not (a.is_number and b.is_number):
            return self.nan
        if b.error == EXACTLY and b.is_real and b.value == int(b.value):
            return self._whole_power(a, int(b.value))
        if a.value == 0 and a.error == EXACTLY:
            return a if context.re(b.value) > 0 and b.error < b.size else self.nan
        if a.may_be_zero:
            if a.is_real and b.is_real and b.value > 0 and b.error == EXACTLY:
                return Bounded(self, self.zero, float(b.value) * (joined(a.size, a.error) + 1))
            raise Unsure
        if a.is_real and a.value < 0 and (b.error != EXACTLY):
            nearest = context.nint(b.value)
            if b.is_real and magnitude(b.value - nearest) <= b.error:
                raise Unsure
        if not a.is_real and a.error >= magnitude(a.value.imag) and a.value.real < 0:
            raise Unsure
        if b.size + max(0.0, math.log2(abs(a.size) + 1)) > _LARGEST:
            raise TooFar
        found = context.power(a.value, b.value)
        if self.real and hasattr(found, "_mpc_") and found.imag != 0:
            return self.nan
        relative = EXACTLY
        if a.error != EXACTLY:
            relative = b.size + a.error - a.size + 1
        if b.error != EXACTLY:
            relative = joined(relative, magnitude(context.convert(context.log(a.value))) + b.error + 1)
        if relative > _LINEAR:
            raise Unsure
        root = b.error == a.error == EXACTLY and 2 * b.value == 1 and found * found == a.value
        return self.rounded(found, magnitude(found) + relative, root and _bits(found) * 2 <= self.bits)

    def _whole_power(self, a: Bounded, count: int) -> Bounded:
        if count == 0:
            return self.number(1)
        if count < 0:
            return self.nan if a.is_zero else self.number(1) / self._whole_power(a, -count)
        if a.masked:
            return a
        if math.log2(count) + max(0.0, math.log2(abs(a.size) + 1)) > _LARGEST and a.value != 0:
            raise TooFar
        found = a.value**count
        if a.error == EXACTLY:
            return self.rounded(found, EXACTLY, _bits(a.value) * count <= self.bits)
        if a.error + math.log2(count) > a.size - _NEAR:
            if a.error + math.log2(count) > a.size + 1 or not math.isfinite(a.size):
                return Bounded(self, self.zero, count * joined(a.size, a.error) + 1)
            raise Unsure
        return self.rounded(found, math.log2(count) + magnitude(found) - a.size + a.error + 1)
