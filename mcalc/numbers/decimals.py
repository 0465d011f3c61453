"""Numbers as a person reads them: ``3.16176``, ``4.3``, ``2.12132i``, ``5.07596e-435``."""

from __future__ import annotations

import math
from typing import Any

from mcalc.numbers.certain import digits_of, plain

DIGITS = 6
_WHOLE_DIGITS = 15


def decimal(value: Any, digits: int = DIGITS) -> str:
    """The number to so many significant digits, with all digits before the point; ``3 + 2i`` where it is complex."""
    if hasattr(value, "is_Rational"):
        value = plain(digits_of(value))
    real, imaginary = value.real, value.imag
    if imaginary == 0 or abs(imaginary) < 1e-14 * abs(real):
        return _real(real, digits)
    shown = _real(abs(imaginary), digits)
    unit = "i" if shown == "1" else f"{shown}i"
    if real == 0 or abs(real) < 1e-14 * abs(imaginary):
        return f"-{unit}" if imaginary < 0 else unit
    return f"{_real(real, digits)} {'-' if imaginary < 0 else '+'} {unit}"


def _real(value: Any, digits: int) -> str:
    if hasattr(value, "_mpf_"):
        return _precise(value, digits)
    number = float(value)
    if math.isinf(number) or math.isnan(number) or number == 0:
        return "0" if number == 0 else str(number)
    exponent = math.floor(math.log10(abs(number)))
    return f"{number:.{max(digits, exponent + 1) if exponent < _WHOLE_DIGITS else digits}g}"


def _precise(value: Any, digits: int) -> str:
    """As a floating-point number is written, but rounded once."""
    if value == 0:
        return "0"
    import mpmath

    exponent = int(mpmath.floor(mpmath.log10(abs(value))))
    count = max(digits, exponent + 1) if 0 <= exponent < _WHOLE_DIGITS else digits
    text = mpmath.nstr(value, count, min_fixed=-5, max_fixed=count)
    number, mark, power = text.partition("e")
    number = number.removesuffix(".0")
    return f"{number}e{power[0]}{power[1:].rjust(2, '0')}" if mark else number


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
