"""Dimensions in generated code: each is read off the arrays that have it, ``n = x.shape[0]``."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from mcalc.code import source
from mcalc.code.source import Source


class SizeReader:
    """Writes dimensions, and keeps which are used; `axes` are the sizes at hand, each with where it is found."""

    def __init__(self, axes: Sequence[tuple[Any, str]], free_name: Callable[[str], str]) -> None:
        self.axes, self.free_name = axes, free_name
        self.names: dict[Any, str] = {}

    def write(self, size: Any) -> Source:
        """A dimension in the code."""
        if isinstance(size, int) or size.is_Integer:
            return source.piece(int(size))
        for symbol in sorted(size.free_symbols, key=str):
            if symbol not in self.names:
                self.names[symbol] = self.free_name(symbol.name)
        if size.is_Symbol:
            return Source(self.names[size])
        if size.is_Add:
            parts = sorted(size.args, key=lambda part: (part.is_number, part.could_extract_minus_sign(), str(part)))
            return source.total(*map(self.write, parts))
        if size.is_Mul and size.could_extract_minus_sign():
            return -self.write(-size)
        if size.is_Mul:
            return source.multiplied(*map(self.write, size.args))
        raise ValueError(f"the dimension {size} cannot be written as code")

    def read(self) -> dict[Any, str]:
        """Where each dimension used is read off: ``x.shape[0]``, and where that is n + 1 ``x.shape[0] - 1``."""
        found: dict[Any, str] = {}
        for size, text in self.axes:
            if size in self.names:
                found.setdefault(size, text)
        for size, text in self.axes:
            if len(size.free_symbols) == 1 and (symbol := next(iter(size.free_symbols))) in self.names:
                factor = size.coeff(symbol)
                rest = size - factor * symbol
                if symbol not in found and factor.is_Integer and factor > 0 and rest.is_Integer:
                    less = text if rest == 0 else f"{text} {'-' if rest > 0 else '+'} {abs(rest)}"
                    found[symbol] = less if factor == 1 else f"({less}) // {factor}"
        return found

    def unread(self) -> dict[Any, str]:
        """The dimensions that no array has: the function must be given them."""
        found = self.read()
        return {symbol: name for symbol, name in self.names.items() if symbol not in found}

    def lines(self) -> list[str]:
        return sorted(f"{self.names[symbol]} = {text}" for symbol, text in self.read().items())
