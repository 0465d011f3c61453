"""Dimensions in generated code: each is read off the arrays that have it, ``n = x.shape[0]``."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from sympy.core.expr import Expr

from mcalc.code import source
from mcalc.code.source import Source


class SizeReader:
    """Writes dimensions, and keeps which are used; `axes` are the sizes at hand, each with where it is found."""

    def __init__(self, axes: Sequence[tuple[Expr, str]], free_name: Callable[[str], str]) -> None:
        self.axes, self.free_name = axes, free_name
        self.names: dict[Expr, str] = {}

    def write(self, size: Expr) -> Source:
        """A dimension in the code."""
        return _written(size, self._named)

    def _named(self, symbol: Expr) -> Source:
        if symbol not in self.names:
            self.names[symbol] = self.free_name(symbol.name)
        return Source(self.names[symbol])

    def read(self) -> dict[Expr, str]:
        """Where each dimension used is read off: ``x.shape[0]``, and where that is n + 1 ``x.shape[0] - 1``."""
        found: dict[Expr, Source] = {}
        for size, text in self.axes:
            if size.is_Symbol:
                found.setdefault(size, Source(text))
        waiting = [(size, text) for size, text in self.axes if not size.is_Symbol]
        for _ in range(len(waiting)):
            for size, text in waiting:
                unknown = [symbol for symbol in size.free_symbols if symbol not in found]
                if len(unknown) == 1 and (solved := _solved(size, unknown[0], Source(text), found)) is not None:
                    found[unknown[0]] = solved
        return {symbol: text.text for symbol, text in found.items() if symbol in self.names}

    def unread(self) -> dict[Expr, str]:
        """The dimensions that no array has: the function must be given them."""
        found = self.read()
        return {symbol: name for symbol, name in self.names.items() if symbol not in found}

    def lines(self) -> list[str]:
        """``n = x.shape[0]``, one line a size."""
        return sorted(f"{self.names[symbol]} = {text}" for symbol, text in self.read().items())


def _written(size: Expr, named: Callable[[Expr], Source]) -> Source:
    if isinstance(size, int) or size.is_Integer:
        return source.piece(int(size))
    if size.is_Symbol:
        return named(size)
    if size.is_Add:
        above, below = size.together().as_numer_denom()
        if below != 1:
            return _written(above, named) // _written(below, named)
        parts = sorted(size.args, key=lambda part: (part.is_number, part.could_extract_minus_sign(), str(part)))
        return source.total(*(_written(part, named) for part in parts))
    if size.could_extract_minus_sign():
        return -_written(-size, named)
    above, below = size.as_numer_denom()
    if below != 1:
        return _written(above, named) // _written(below, named)
    if size.is_Mul:
        return source.multiplied(*(_written(part, named) for part in size.args))
    if size.is_Pow:
        base, exponent = size.args
        return _written(base, named) ** _written(exponent, named)
    raise ValueError(f"the dimension {size} cannot be written as code")


def _solved(size: Expr, symbol: Expr, text: Source, known: dict[Expr, Source]) -> Source | None:
    """``(text - rest) // factor`` where the size is ``factor·symbol + rest``; None where it is no such sum."""
    size = size.expand()
    factor = size.coeff(symbol)
    rest = (size - factor * symbol).expand()
    if factor == 0 or symbol in rest.free_symbols or symbol in factor.free_symbols:
        return None
    found = text if rest == 0 else text - _written(rest, known.__getitem__)
    return found if factor == 1 else found // _written(factor, known.__getitem__)
