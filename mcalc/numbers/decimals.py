"""Numbers as a person reads them: ``3.16176``, ``4.3``, ``2.12132i``."""

from __future__ import annotations

import math
from typing import Any

DIGITS = 6
_WHOLE_DIGITS = 15


def decimal(value: Any, digits: int = DIGITS) -> str:
    """The number to so many significant digits, with all digits before the point; ``3 + 2i`` where it is complex."""
    if hasattr(value, "evalf"):
        found = floating(value)
        if found in (math.inf, -math.inf):
            return str(value.evalf(digits)).replace("*I", "i")
        value = found
    real, imaginary = value.real, value.imag
    if imaginary == 0 or abs(imaginary) < 1e-14 * abs(real):
        return _real(real, digits)
    shown = _real(abs(imaginary), digits)
    unit = "i" if shown == "1" else f"{shown}i"
    if real == 0 or abs(real) < 1e-14 * abs(imaginary):
        return f"-{unit}" if imaginary < 0 else unit
    return f"{_real(real, digits)} {'-' if imaginary < 0 else '+'} {unit}"


def _real(value: Any, digits: int) -> str:
    number = float(value)
    if math.isinf(number) or math.isnan(number) or number == 0:
        return "0" if number == 0 else str(number)
    exponent = math.floor(math.log10(abs(number)))
    return f"{number:.{max(digits, exponent + 1) if exponent < _WHOLE_DIGITS else digits}g}"


def floating(value: Any) -> Any:
    """A SymPy number as a float or a complex number; infinite where it is too large for one."""
    about = value.evalf(25)
    real, imaginary = about.as_real_imag()
    try:
        found = complex(float(real), float(imaginary))
    except OverflowError:
        return math.inf
    return found if found.imag else found.real
