"""What is known of a value, as a text to tell it by."""

from __future__ import annotations

from functools import lru_cache

from sympy.core.expr import Expr
from sympy.core.numbers import Rational
from sympy.core.symbol import Dummy, Symbol

from mcalc.table.records import Parameter, Parameters, Shape


def mark(known: Parameter | Parameters | Shape) -> str:
    """What is known of a value besides its arguments, as SymPy's printer writes it, which is slow and long to load."""
    if isinstance(known, tuple):
        return f"({', '.join(map(mark, known))}{',' * (len(known) == 1)})"
    if isinstance(known, Symbol):
        return f"_{known.name}" if isinstance(known, Dummy) else str(known.name)
    if isinstance(known, Rational):
        return str(known.p) if known.q == 1 else f"{known.p}/{known.q}"
    return _printed(known) if isinstance(known, Expr) else repr(known)


@lru_cache(4096)
def _printed(size: Expr) -> str:
    return str(size)
