"""Numbers of every kind as decimals and as floating-point numbers."""

from __future__ import annotations

import math
from typing import Any

from mcalc.notation.of_numbers import DIGITS, rounded
from mcalc.numbers.certain import digits_of, plain


def decimal(value: Any, digits: int = DIGITS) -> str:
    """The number to so many significant digits, whatever kind of number it is: of an exact one as many as are asked."""
    return rounded(plain(digits_of(value)) if hasattr(value, "is_Rational") else value, digits)


def floating(value: Any) -> Any:
    """A number as a float or a complex number; infinite where it is too large for one."""
    if hasattr(value, "is_Rational"):
        value = plain(digits_of(value))
    if not hasattr(value, "context"):
        return value
    real, imaginary = (_nearest(part) for part in (value.real, value.imag))
    return complex(real, imaginary) if imaginary else real


def _nearest(value: Any) -> float:
    if value and value.context.mag(value) > 1025:
        return math.copysign(math.inf, value)
    return float(value)
