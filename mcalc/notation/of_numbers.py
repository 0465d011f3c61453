"""Numbers as a person reads them, all that mcalc prints: ``1/3``, ``0.25``, ``3.16176``, ``2.12132i``, ``5e-435``.

A number that is known exactly is a fraction where that is simple, else a decimal where that is exact; one that is
rounded has so many significant digits, and all those before the point.
"""

from __future__ import annotations

import math
from typing import Any

from sympy.core.numbers import Rational

DIGITS = 6
"""How many significant digits a rounded number has."""
_WHOLE_DIGITS = 15
_SIMPLE_DENOMINATORS = (1, 2, 3, 4, 6, 8)


def rational(value: Rational) -> str:
    """``1/3`` where the denominator is a simple one, ``0.05`` where that is exact, else ``3/70``."""
    if value.q in _SIMPLE_DENOMINATORS:
        return str(value.p) if value.q == 1 else f"{value.p}/{value.q}"
    odd = value.q
    for prime in (2, 5):
        while odd % prime == 0:
            odd //= prime
    if odd > 1:
        return str(value)
    digits = 0
    while value.q and (value * 10**digits).q != 1:
        digits += 1
    whole = str(abs((value * 10**digits).p)).rjust(digits + 1, "0")
    return ("-" if value < 0 else "") + whole[:-digits] + "." + whole[-digits:]


def rounded(value: Any, digits: int = DIGITS) -> str:
    """The number to so many significant digits, with all digits before the point; ``3 + 2i`` where it is complex."""
    real, imaginary = value.real, value.imag
    if imaginary == 0 or abs(imaginary) < 1e-14 * abs(real):
        return _real(real, digits)
    shown = _real(abs(imaginary), digits)
    unit = "i" if shown == "1" else f"{shown}i"
    if real == 0 or abs(real) < 1e-14 * abs(imaginary):
        return f"-{unit}" if imaginary < 0 else unit
    return f"{_real(real, digits)} {'-' if imaginary < 0 else '+'} {unit}"


def typed(value: float) -> str:
    """A number as one types it, in an option that is offered: ``1e-05``."""
    return f"{value:g}"


def short(value: float, digits: int = DIGITS) -> str:
    """A number beside a mark of a picture or in a sentence, as short as may be: ``0.5``, ``−2``, ``1e7``."""
    mantissa, mark, exponent = f"{value:.{digits}g}".partition("e")
    text = f"{mantissa}e{int(exponent)}" if mark else mantissa
    return text.replace("-", "−") if value else "0"


def magnitude(value: float, digits: int = 1) -> str:
    """How large an error is: ``2e-16``."""
    return f"{value:.{digits - 1}e}"


def nearest(value: float, digits: int) -> Rational:
    """The number that has so many significant digits, and no more: 0.3333 of 1/3."""
    return Rational(f"{value:.{digits}g}")


def percent(share: float) -> str:
    """``27 %``, ``less than 1 %``, ``all``."""
    return "all" if share == 1 else f"{100 * share:.0f} %" if share >= 0.01 else "less than 1 %"


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
