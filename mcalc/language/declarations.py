"""Declared shapes and properties, ``A=m,n`` and ``S=n,n:symmetric``, and dimensions made equal."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sympy.core.symbol import Dummy

from mcalc.expressions.tree import Shape, dimension
from mcalc.language.parser import canonical_name
from mcalc.problems import Problem

PROPERTIES = frozenset({"symmetric", "positive", "psd", "diagonal", "orthogonal"})
SQUARE = PROPERTIES - {"positive"}


@dataclass(frozen=True)
class Declaration:
    """A declared shape and properties: ``n,n:symmetric``."""

    shape: Shape
    properties: frozenset[str] = frozenset()


def parse_declaration(text: str) -> tuple[str, Declaration]:
    """``A=m,n`` or ``S=n,n:symmetric``; raises Problem."""
    name, separator, shape = (part.strip() for part in text.partition("="))
    if not separator or not name or not shape:
        raise Problem(
            f"A shape is declared as NAME=SHAPE, and this is `{text}`.",
            hint="for example -s x=n -s A=m,n -s b=scalar -s S=n,n:symmetric",
        )
    if not canonical_name(name).isidentifier():
        raise Problem(
            f"A shape is declared for a name, and this is `{name}`.", hint="one -s for each name: -s x=n -s A=m,n"
        )
    return name, declaration(shape)


def declaration(text: str) -> Declaration:
    """``m,n``, with properties after a colon or a blank; raises Problem."""
    sizes, _, tail = text.partition(":")
    words = tail.replace(",", " ").split()
    parts = [part.strip() for part in sizes.strip().strip("()").split(",")]
    *last, word = parts[-1].split() or [""]
    while last and word in PROPERTIES:
        words.append(word)
        *last, word = last
    parts[-1] = " ".join([*last, word])
    properties = frozenset(words)
    unknown = sorted(properties - PROPERTIES)
    if unknown:
        near = difflib.get_close_matches(unknown[0], PROPERTIES, 1)
        hint = f"did you mean `{near[0]}`?" if near else "the properties are " + ", ".join(sorted(PROPERTIES))
        raise Problem(f"There is no property named `{unknown[0]}`.", hint=hint)
    parts = [canonical_name(part) for part in parts if part]
    if parts in (["scalar"], ["1"], ["1", "1"]) or sizes.strip() == "()":
        return Declaration((), properties)
    if not parts or len(parts) > 2:
        raise Problem(
            f"A shape is `scalar`, `n` or `m,n`, and this is `{text.strip()}`.",
            hint="values are scalars, vectors and matrices",
        )
    for part in parts:
        if not (part.isdecimal() and len(part) < 19 and int(part) > 0) and not part.isidentifier():
            raise Problem(
                f"A dimension is a name or a whole number from 1 on, and this is `{part}`.",
                hint="for example -s A=m,n or -s x=3",
            )
    shape = tuple(dimension(part) for part in parts)
    if len(shape) == 2 and shape[1] == 1:
        shape = shape[:1]
    square = sorted(properties & SQUARE)
    if square and (len(shape) != 2 or shape[0] != shape[1]):
        raise Problem(
            f"Only a square matrix is {square[0]}, and this is `{','.join(parts)}`.",
            hint=f"for example -s S=n,n:{square[0]}",
        )
    return Declaration(shape, properties)


class Dimensions:
    """Dimensions made equal: a symbol stands for whatever it was found equal to.

    Products of dimensions are made equal factor by factor, in the order of `sizes`.
    """

    def __init__(self, sizes: Iterable[Any] = ()) -> None:
        self.known: dict[Any, Any] = {}
        self.order: dict[Any, int] = {}
        for size in sizes:
            self.order.setdefault(size, len(self.order))

    def find(self, size: Any) -> Any:
        passed = []
        while size in self.known:
            passed.append(size)
            size = self.known[size]
        for known in passed[:-1]:
            self.known[known] = size
        if size.is_Symbol or size.is_Integer:
            return size
        return size.xreplace({symbol: self.find(symbol) for symbol in size.free_symbols})

    def same(self, one: Any, other: Any) -> bool:
        one, other = self.find(one), self.find(other)
        if one == other:
            return True
        for this, that in ((one, other), (other, one)):
            if isinstance(this, Dummy) and this not in that.free_symbols:
                self.known[this] = that
                return True
        for this, that in ((one, other), (other, one)):
            unknown = [symbol for symbol in this.free_symbols if isinstance(symbol, Dummy)]
            if len(unknown) == 1 and not this.is_Symbol:
                rest = this - unknown[0]
                if unknown[0] not in rest.free_symbols and unknown[0] not in that.free_symbols:
                    value = that - rest
                    if not value.is_Integer or value > 0:
                        self.known[unknown[0]] = value
                        return True
        factors, others = self._factors(one), self._factors(other)
        if len(factors) == len(others) > 1 and any(isinstance(factor, Dummy) for factor in factors + others):
            return all([self.same(*pair) for pair in zip(factors, others, strict=True)])
        return False

    def _factors(self, size: Any) -> list[Any]:
        """The factors of a product of dimensions, in the order in which the text has them; else nothing."""
        powers = size.as_powers_dict()
        if not all(base.is_Symbol and power.is_Integer for base, power in powers.items()):
            return []
        found = [base for base, power in powers.items() for _ in range(int(power))]
        return sorted(found, key=lambda base: self.order.get(base, len(self.order)))
