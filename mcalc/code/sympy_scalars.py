"""What the operator table sees as ``np`` when SymPy builds functions of scalars."""

from __future__ import annotations

import re
from typing import Any

import sympy
from sympy.core.expr import Expr


class Scalars:
    """What the table's element-wise ``numpy`` functions see as ``np``, of SymPy's functions of scalars."""

    def __getattr__(self, name: str) -> Any:
        return getattr(sympy, re.sub("^arc", "a", name))

    def abs(self, a: Expr) -> Expr:
        """``|a|``."""
        return sympy.Abs(a)

    def maximum(self, a: Expr, b: Expr) -> Expr:
        """The larger of the two."""
        return sympy.Max(a, b)

    def minimum(self, a: Expr, b: Expr) -> Expr:
        """The smaller of the two."""
        return sympy.Min(a, b)

    def where(self, condition: Expr, value: Expr, other: Expr) -> Expr:
        """Piecewise, the first where the condition holds."""
        return sympy.Piecewise((sympy.nsimplify(value), condition), (sympy.nsimplify(other), True))

    def logaddexp(self, a: Expr, b: Expr) -> Expr:
        """``ln(eᵃ + eᵇ)``."""
        return sympy.log(sympy.exp(a) + sympy.exp(b))

    def total(self, *terms: Expr) -> Expr:
        """``a + b + …``."""
        return sympy.Add(*terms)

    def multiplied(self, *factors: Expr) -> Expr:
        """``a b …``."""
        return sympy.Mul(*factors)

    def raised(self, a: Expr, b: Expr) -> Expr:
        """``a^b``."""
        return a**b
