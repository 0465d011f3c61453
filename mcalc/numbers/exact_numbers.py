"""Numbers as SymPy has them: their signs, and whether they are worth having."""

from __future__ import annotations

from contextlib import suppress
from functools import cache

import sympy
from sympy.core.expr import Expr
from sympy.core.singleton import S

from mcalc.numbers.arrays import array_module as np
from mcalc.numbers.bounds import TooFar, Unsure
from mcalc.numbers.certain import LEVELS, certain, digits_of

MOST_PARTS, MOST_TOGETHER, MOST_BITS = 100, 1200, 4000
"""The size of one number, of all numbers of an array, and of whole numbers: what is larger is not worth having."""
_MOST_SIMPLIFIED = 24


class TooLarge(Exception):
    """An exact value that is not worth having."""


@cache
def _no_numbers() -> tuple[object, ...]:
    return S.NaN, S.Infinity, S.NegativeInfinity, S.ComplexInfinity, sympy.AccumBounds


def exact(value: Expr) -> Expr:
    """A number as SymPy has it: a float that is whole is a whole number, any other the decimal that it prints as."""
    if isinstance(value, sympy.Basic):
        return S.NaN if value.has(*_no_numbers()) else value
    if isinstance(value, (bool, np.bool_)):
        return S.One if value else S.Zero
    if isinstance(value, (float, np.floating)):
        number = float(value)
        return sympy.Integer(int(number)) if number.is_integer() else sympy.Rational(repr(number))
    return sympy.Integer(int(value))


def sign(value: Expr) -> Expr:
    """-1, 0 or 1; raises `TooLarge` where that cannot be decided."""
    if value is S.NaN or value.is_Rational:
        return value if value is S.NaN else sympy.Integer((value.p > 0) - (value.p < 0))
    if vanishes(value):
        return S.Zero
    try:
        return S.One if digits_of(value).value > 0 else S.NegativeOne
    except (Unsure, TooFar, TypeError) as fault:
        raise TooLarge from fault


def vanishes(value: Expr) -> bool:
    """Whether the number is 0: what its digits do not tell from 0 is simplified, if it is short."""
    if value.is_Rational:
        return bool(value == 0)
    try:
        for count in LEVELS[:3]:
            with suppress(Unsure):
                if not certain(count, False).field.number(value).may_be_zero:
                    return False
    except TooFar as fault:
        raise TooLarge from fault
    if parts_of(value) > _MOST_SIMPLIFIED or not (
        value.equals(0) if _is_algebraic(value) else sympy.expand(value) == 0
    ):
        raise TooLarge
    return True


def _is_algebraic(value: Expr) -> bool:
    """Whether it is made of rational numbers, i and roots alone; SymPy would look for digits, as many as it takes."""
    parts = sympy.preorder_traversal(value)
    return all(
        part.is_Rational
        or part is S.ImaginaryUnit
        or part.is_Add
        or part.is_Mul
        or (part.is_Pow and part.exp.is_Rational)
        for part in parts
    )


def parts_of(*values: Expr) -> int:
    """How many numbers, functions and operations they are made of."""
    return sum(1 for value in values for _ in sympy.preorder_traversal(value))
