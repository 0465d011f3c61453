"""Rational numbers of Python's, whole ones as machine words."""

from __future__ import annotations

from fractions import Fraction

from sympy.core.numbers import Rational as Exact

Rational = int | Fraction
"""Whole numbers are ``int``, so that most arithmetic is that of machine words."""


def rational(value: Exact | Rational) -> Rational:
    """A rational number of SymPy or Python; whole ones as ``int``."""
    if isinstance(value, int):
        return value
    above, below = (value.p, value.q) if isinstance(value, Exact) else (value.numerator, value.denominator)
    return int(above) if below == 1 else Fraction(int(above), int(below))


def over(one: Rational, other: Rational) -> Rational:
    """``one/other``; the other is not 0."""
    if type(one) is int and type(other) is int and one % other == 0:
        return one // other
    return rational(Fraction(one) / other)


def whole(value: Rational) -> bool:
    """Whether it is a whole number."""
    return value.denominator == 1


def odd(value: Rational) -> bool:
    """Whether it is a whole number, and odd."""
    return value.denominator == 1 and bool(value % 2)


def power_of(base: Rational, exponent: int) -> Rational:
    """``base^exponent``; of a negative exponent the base is not 0."""
    return base**exponent if exponent >= 0 else rational(Fraction(base) ** exponent)


def root_of(base: Rational, exponent: Rational) -> Rational | None:
    """``base^exponent`` where it is a rational number."""
    from sympy.core.numbers import Rational as Exact

    if base <= 0:
        return None
    value = Exact(base.numerator, base.denominator) ** Exact(exponent.numerator, exponent.denominator)
    return rational(value) if value.is_Rational else None


def absolute(value: Rational) -> Rational:
    """``|value|``."""
    return -value if value < 0 else value


def coefficient_cost(value: Rational, alone: bool = False) -> int:
    """What a number before a term takes to read, or one that is a term."""
    if value < 0:
        value = -value
    return (1 if value.numerator != 1 or alone else 0) + (2 if value.denominator != 1 else 0)
