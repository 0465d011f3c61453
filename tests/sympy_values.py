"""The value of an expression of SymPy's at a point: explicit matrices in the place of its symbols."""

from __future__ import annotations

from typing import Any

import numpy as np
import sympy

FILLED = (sympy.OneMatrix, sympy.ZeroMatrix, sympy.Identity, sympy.BlockMatrix)


def value_of(found: Any, point: dict[str, Any], sizes: dict[str, int]) -> Any:
    """The expression with explicit matrices in the place of its symbols, without axes of size one."""
    numbers = {sympy.Symbol(name, integer=True, positive=True): sympy.Integer(size) for name, size in sizes.items()}
    sized = found.xreplace(numbers)
    given: dict[Any, Any] = {}
    for symbol in sized.free_symbols:
        entries = [sympy.Float(entry, 30) for entry in np.ravel(point[symbol.name]).tolist()]
        given[symbol] = sympy.ImmutableMatrix(*symbol.shape, entries) if symbol.is_Matrix else entries[0]
    explicit = sized.xreplace(given)
    for _ in range(3):
        explicit = explicit.replace(lambda one: isinstance(one, FILLED), lambda one: one.as_explicit())
        explicit = explicit.replace(sympy.HadamardPower, lambda *args: sympy.HadamardPower(*args).doit().as_explicit())
        explicit = explicit.replace(sympy.DiagonalOf, lambda one: one.doit().as_explicit().diagonal().T).doit()
    if not explicit.is_Matrix:
        return np.float64(sympy.N(explicit, 15))
    return np.squeeze(np.array(explicit.as_explicit().doit().evalf(15).tolist(), dtype=float))
