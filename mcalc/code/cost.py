"""What a value costs, in nanoseconds at sizes that are guessed: for choosing between programs, not for foretelling."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from math import prod

from sympy.core.expr import Expr

from mcalc.code.values import Value, current, size_of
from mcalc.table import TABLE
from mcalc.table.roles import (
    DELTA,
    DETERMINANT,
    DIAGONAL,
    INVERSE,
    LOG_OF_DETERMINANT,
    LOG_OF_SHARES,
    LOG_OF_SUM,
    SHARES,
)

MULTIPLY_ADD, LOOPED, READ, WRITE, ADD, ROOT, SOLVED, A_COLUMN, INVERTED, A_CALL = (
    0.06, 0.6, 0.3, 1.0, 0.7, 8.0, 0.084, 0.12, 0.24, 300.0,
)  # fmt: skip
A_CHOICE = 3.0
_ALONG_ROWS = 10.0
_FREE = frozenset({"variable", "number", "dimension", "pi", DELTA, "places", DIAGONAL})
DATA, PLAIN, INNER = 2000, 300, 30
"""The guesses: a size named by a capital, any other, one that is the first axis of no parameter (a rank, classes)."""


def magnitude(size: Expr) -> float:
    """The guessed size."""
    held = current()
    found = held.magnitudes.get(size)
    if found is None:
        found = held.magnitudes[size] = _magnitude(size, held.inner)
    return found


def is_of_data(size: Expr) -> bool:
    """Whether a dimension counts data, by its name: ``N``."""
    return bool(size.is_Symbol) and size.name[:1].isupper()


def _magnitude(size: Expr, inner: Collection[Expr]) -> float:
    if size.is_Integer:
        return int(size)
    if size.is_Symbol:
        return INNER if size in inner else DATA if is_of_data(size) else PLAIN
    return max(1.0, float(size.subs({symbol: magnitude(symbol) for symbol in size.free_symbols})))


def volume(value: Value) -> float:
    """The entries that it has."""
    return prod(map(magnitude, value.axes))


def volume_over(indices: Iterable[int]) -> float:
    """The product of the sizes of the indices."""
    return prod(magnitude(size_of(index)) for index in indices)


def cost(value: Value) -> float:
    """Of this value alone, its arguments given."""
    if "cost" not in value.memory:
        value.memory["cost"] = _cost(value) + A_CALL
    found: float = value.memory["cost"]
    return found


def _cost(value: Value) -> float:
    operation, entries = value.operation, volume(value)
    if operation in _FREE:
        return 0.0
    read = sum(volume(arg) for arg, _ in value.args)
    if operation == "product":
        return _of_product(value, entries, read)
    if operation == "total":
        return READ * read + WRITE * entries * len(value.args) * ADD
    if operation == "fill":
        return 0.6 * WRITE * entries + read
    if operation == "map":
        return READ * read + entries * (TABLE[name].price if (name := value.parameters[0]) in TABLE else A_CHOICE)
    if operation in (SHARES, LOG_OF_SHARES, LOG_OF_SUM):
        return _ALONG_ROWS * read
    if operation == INVERSE:
        return INVERTED * read**1.5
    if operation in (DETERMINANT, LOG_OF_DETERMINANT):
        return SOLVED * read**1.5
    if operation == "solve":
        matrix = value.args[0].value
        return SOLVED * volume(matrix) ** 1.5 + A_COLUMN * prod(map(magnitude, value.sizes))
    return READ * read + WRITE * entries


def _of_product(value: Value, entries: float, read: float) -> float:
    if not value.sums:
        plain = [power.denominator == 1 and abs(power) < 4 for power in value.weights]
        return READ * read + WRITE * entries * sum(0.5 if one else 0.5 + ROOT for one in plain)
    if len(value.args) == 1:
        return READ * read
    every = prod(map(magnitude, value.sizes))
    if is_matrix_product(value):
        return MULTIPLY_ADD * every * (0.5 if is_squared(value) else 1) + READ * read + 0.5 * WRITE * entries
    return LOOPED * every


def is_squared(value: Value) -> bool:
    """Whether it is a product of an array with itself, of which one triangle is enough."""
    one, other = value.args[0], value.args[-1]
    return len(value.args) == 2 and one.value is other.value and all(power == 1 for power in value.weights)


def is_matrix_product(value: Value) -> bool:
    """Whether no index of the value is in both factors."""
    one, other = value.args[0].ids, value.args[1].ids
    return len(value.args) == 2 and not any(index < value.rank for index in set(one) & set(other))
