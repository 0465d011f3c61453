"""Exact arithmetic: arrays of SymPy numbers, and what the operator table sees as ``np`` when it computes with them.

``3 sin(1)`` stays ``3 sin(1)``. What has no value is ``nan``, whatever it is multiplied with; what cannot be
decided, or grows out of hand, raises `TooLarge`, and is left to floating-point numbers.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sympy
from sympy.core.expr import Expr
from sympy.core.singleton import S

from mcalc.numbers.arithmetic import Arithmetic, NotReal
from mcalc.numbers.arrays import array_module as np
from mcalc.numbers.bounds import TooFar, Unsure, magnitude
from mcalc.numbers.certain import LEVELS, certain
from mcalc.numbers.exact_module import ExactModule
from mcalc.numbers.exact_numbers import MOST_BITS, MOST_PARTS, MOST_TOGETHER, TooLarge, exact, parts_of, vanishes
from mcalc.table.records import Array, Operator, Parameter


class Exact(Arithmetic):
    """Values are SymPy numbers, and arrays of them."""

    has_axes = False

    module: Any = ExactModule()
    takes_exact = True

    def array(self, value: Array) -> Array:
        """The value as an array of SymPy's numbers."""
        result = np.array(value, dtype=object)
        for place in np.ndindex(result.shape):
            result[place] = exact(result[place])
        return result

    def scalar(self, value: Array | int) -> Array:
        """The value as one of SymPy's numbers; raises `TooLarge` where it has become long."""
        return _checked(exact(value))

    def call(self, operator: Operator, values: Sequence[Array], parameters: Sequence[Parameter]) -> Array:
        """The operator's meaning, exactly; raises `TooLarge`, and `NotReal` where it is of real numbers."""
        if operator.of_reals and any(_not_real(value) for value in values):
            raise NotReal(operator)
        try:
            if operator.name == "divide" and not isinstance(values[1], np.ndarray) and values[1] == 0:
                return values[0] * S.NaN
            found = operator.numpy(self.module, *values, *parameters)
        except (TypeError, AttributeError, OverflowError) as fault:
            raise TooLarge from fault
        if not isinstance(found, np.ndarray):
            return self.scalar(found)
        result = np.empty(found.shape, dtype=object)
        for place in np.ndindex(found.shape):
            result[place] = self.scalar(found[place])
        if parts_of(*result.ravel()) > MOST_TOGETHER + result.size:
            raise TooLarge
        return result


def _not_real(value: Array) -> bool:
    entries = np.ravel(np.asarray(value, dtype=object))
    return any(entry is not S.NaN and not entry.is_Rational and _is_complex(entry) for entry in entries)


def _is_complex(entry: Array) -> bool:
    try:
        found = certain(LEVELS[0], False).field.number(entry)
    except (Unsure, TooFar) as fault:
        raise TooLarge from fault
    if not found.is_real and found.error >= magnitude(found.value.imag):
        raise TooLarge
    return not found.is_real


def _checked(value: Expr) -> Expr:
    """The number, unless it has become long; a sum that is 0 as 0."""
    for count, part in enumerate(sympy.preorder_traversal(value)):
        if count > MOST_PARTS or (part.is_Rational and part.p.bit_length() + part.q.bit_length() > MOST_BITS):
            raise TooLarge
    return S.Zero if value.is_Add and vanishes(value) else value


EXACT = Exact()
