"""Pieces of Python source that behave as arrays do: adding two of them writes ``a + b``, with few parentheses."""

from __future__ import annotations

from typing import TypeAlias

from sympy.core.numbers import Rational

Operand: TypeAlias = "Source | float"
"""What stands beside a piece of source in an operation."""
Subscript: TypeAlias = "Source | slice | int | None"
COMPARISON, ADDITION, PRODUCT, NEGATION, POWER, ATOM = 10, 20, 30, 40, 50, 60


class Source:
    """A piece of source, how tightly it binds, and how many axes its value has; None where only a call knows."""

    __slots__ = ("condition", "less_one", "level", "negated", "rank", "symbol", "text")
    __hash__ = None  # type: ignore[assignment]

    def __init__(
        self, text: str, level: int = ATOM, symbol: str = "", rank: int | None = 0, less_one: str = ""
    ) -> None:
        self.text, self.level, self.symbol, self.rank, self.less_one = text, level, symbol, rank, less_one
        self.negated: Source | None = None
        self.condition: Source | None = None

    def __str__(self) -> str:
        return self.text

    @property
    def small(self) -> bool:
        """Whether writing it twice costs nothing."""
        return (self.level == ATOM and "(" not in self.text) or self.text.lstrip("-").replace(".", "").isdigit()

    def of_rank(self, rank: int) -> Source:
        """The same source, now that the axes of its value are known; what it is the negative of has as many."""
        self.rank = rank
        if self.negated is not None:
            self.negated.rank = rank
        return self

    def above(self, level: int) -> str:
        """The text, in parentheses where it binds no closer than `level`."""
        return self.text if self.level > level else f"({self.text})"

    def _infix(self, symbol: str, other: Operand, level: int) -> Source:
        mixed = self.level == level and self.symbol != symbol and "@" in (symbol, self.symbol)
        left, right = f"({self.text})" if mixed else self.above(level - 1), piece(other)
        rank = _of_product(self.rank, right.rank) if symbol == "@" else _wider(self.rank, right.rank)
        return Source(f"{left} {symbol} {right.above(NEGATION)}", level, symbol, rank)

    def __add__(self, other: Operand) -> Source:
        term = piece(other)
        if term.negated is not None:
            return self - term.negated
        text = f"{self.above(ADDITION - 1)} + {term.above(ADDITION)}"
        return Source(text, ADDITION, rank=_wider(self.rank, term.rank))

    def __radd__(self, other: Operand) -> Source:
        return total(piece(other), self)

    def __sub__(self, other: Operand) -> Source:
        if self.less_one and isinstance(other, int) and other == 1:
            return Source(self.less_one)
        if self.text.isdigit() and isinstance(other, int):
            return Source(str(int(self.text) - other))
        term = piece(other)
        text = f"{self.above(ADDITION - 1)} - {term.above(ADDITION)}"
        return Source(text, ADDITION, rank=_wider(self.rank, term.rank))

    def __rsub__(self, other: Operand) -> Source:
        return piece(other) - self

    def __mul__(self, other: Operand) -> Source:
        return self._infix("*", other, PRODUCT)

    def __rmul__(self, other: Operand) -> Source:
        return piece(other) * self

    def __truediv__(self, other: Operand) -> Source:
        return self._infix("/", other, PRODUCT)

    def __rtruediv__(self, other: Operand) -> Source:
        return piece(other) / self

    def __floordiv__(self, other: Operand) -> Source:
        return self._infix("//", other, PRODUCT)

    def __matmul__(self, other: Operand) -> Source:
        return self._infix("@", other, PRODUCT)

    def __pow__(self, other: Operand) -> Source:
        exponent = piece(other)
        shown = exponent.text if exponent.level > POWER or exponent.text.lstrip("-").isdigit() else f"({exponent.text})"
        return Source(f"{self.above(POWER)} ** {shown}", POWER, rank=_wider(self.rank, exponent.rank))

    def __neg__(self) -> Source:
        if self.negated is not None:
            return self.negated
        product = self.level == PRODUCT and self.symbol != "@"
        shown = f"({self.text})" if self.symbol == "@" and self.level == PRODUCT else self.above(ADDITION)
        found = Source(f"-{shown}", PRODUCT if product else NEGATION, self.symbol if product else "", self.rank)
        found.negated = self
        return found

    def _compared(self, symbol: str, other: Operand) -> Source:
        right = piece(other)
        text = f"{self.above(COMPARISON)} {symbol} {right.above(COMPARISON)}"
        return Source(text, COMPARISON, rank=_wider(self.rank, right.rank))

    def __gt__(self, other: Operand) -> Source:
        return self._compared(">", other)

    def __lt__(self, other: Operand) -> Source:
        return self._compared("<", other)

    def __ge__(self, other: Operand) -> Source:
        return self._compared(">=", other)

    def __le__(self, other: Operand) -> Source:
        return self._compared("<=", other)

    def __ne__(self, other: Operand) -> Source:  # type: ignore[override]
        return self.condition if self.condition is not None else self._compared("!=", other)

    @property
    def T(self) -> Source:
        """The transpose; raises TypeError where the axes are not known."""
        if self.rank is None:
            raise TypeError(f"the axes of {self.text} are not known")
        if self.rank < 2:
            return self
        base = self.above(POWER)
        return Source(base.removesuffix(".T") if base.endswith(".T") else base + ".T", rank=2)

    def __getitem__(self, index: Subscript | tuple[Subscript, ...]) -> Source:
        parts = index if isinstance(index, tuple) else (index,)
        change = sum(1 if part is None else 0 if isinstance(part, slice) else -1 for part in parts)
        rank = None if self.rank is None else self.rank + change
        return Source(f"{self.above(POWER)}[{', '.join(_subscript(part) for part in parts)}]", rank=rank)


def _wider(one: int | None, other: int | None) -> int | None:
    return None if one is None or other is None else max(one, other)


def _of_product(one: int | None, other: int | None) -> int | None:
    """A matrix product takes one axis of each."""
    return None if not one or not other else one + other - 2


def _subscript(part: Subscript) -> str:
    if not isinstance(part, slice):
        return str(part)
    lower, upper = ("" if end is None else str(end) for end in (part.start, part.stop))
    return f"{lower}:{upper}"


def piece(value: Operand) -> Source:
    """A Python number as source, and source as it is."""
    if isinstance(value, Source):
        return value
    found = Source(repr(value), ATOM if value >= 0 else NEGATION)
    if value < 0:
        found.negated = Source(repr(-value))
    return found


def number(value: Rational) -> Source:
    """An exact number: ``3``, ``0.5``, ``1 / 3``."""
    if value < 0:
        return -number(-value)
    if value.is_Integer:
        return Source(str(value))
    shown = repr(float(value))
    return Source(shown) if Rational(shown) == value else Source(f"{value.p} / {value.q}", PRODUCT, "/")


def total(*terms: Source) -> Source:
    """``a + b + …``."""
    result = piece(terms[0])
    for term in terms[1:]:
        result = result + term
    return result


def multiplied(*factors: Source) -> Source:
    """``a * b * …``."""
    result = piece(factors[0])
    for factor in factors[1:]:
        result = result * factor
    return result
