"""Dimensions in whole numbers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sympy.core.expr import Expr
from sympy.core.numbers import Integer

Sizes = Mapping[str, int]
"""The dimensions by their names."""


class UnknownSize(LookupError):
    """A dimension that has no size here."""


def whole(size: Expr, sizes: Sizes) -> int:
    """A dimension in numbers: ``n + 1`` is 4 where n is 3; raises `UnknownSize` where n is not among the sizes."""
    if isinstance(size, int) or size.is_Integer:
        return int(size)
    names = [size] if size.is_Symbol else list(size.free_symbols)
    for one in names:
        if one.name not in sizes:
            raise UnknownSize(f"{one.name} has no size")
    if size.is_Symbol:
        return sizes[size.name]
    return int(size.xreplace({symbol: Integer(sizes[symbol.name]) for symbol in names}))


def dimensions(axes: Iterable[Expr], sizes: Sizes) -> tuple[int, ...]:
    """The sizes of axes as whole numbers."""
    return tuple(whole(size, sizes) for size in axes)
