"""What a value is by how it is made: without entries below 0, or the same when two of its axes are exchanged."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from fractions import Fraction

from mcalc.code.values import Ids, Value, is_indicator, remembered
from mcalc.table import TABLE
from mcalc.table.records import Operator
from mcalc.table.roles import (
    DELTA,
    DETERMINANT,
    DIAGONAL,
    INVERSE,
    LARGEST,
    LEAST,
    LOG_OF_DETERMINANT,
    LOG_OF_SHARES,
    LOG_OF_SUM,
    SHARES,
)
from mcalc.table.shapes import elementwise

_MANY = 6
"""Above so many summed indices no exchange of two of them is tried."""


_OTHER = Operator("", "", title="", doc="", shape=elementwise, numpy=lambda np, a: a, domain="none")
"""Of what the table does not have nothing is known."""


def _operator(name: str) -> Operator:
    return TABLE.get(name, _OTHER)


def parity(value: Value, i: int, j: int) -> int:
    """What exchanging the axes i and j does: 1 nothing, -1 the sign turns, 0 it is not known."""
    key = ("parity", min(i, j), max(i, j))
    if key not in value.memory:
        value.memory[key] = 0 if value.sizes[i] != value.sizes[j] else _parity(value, i, j)
    found: int = value.memory[key]
    return found


def _parity(value: Value, i: int, j: int) -> int:
    if value.operation == "variable":
        return int(value.parameters[1] and value.rank == 2)
    if value.operation == DELTA:
        return 1
    if value.operation == "map":
        return _of_map(value, i, j)
    if value.operation in ("product", "total", "fill", INVERSE):
        return _of_arguments(value, i, j)
    return 0


def _of_map(value: Value, i: int, j: int) -> int:
    if len(value.args) > 1:
        return int(all(placed(*arg) == placed(arg.value, _exchanged(arg.ids, {i: j, j: i})) for arg in value.args))
    (inner, ids), name = value.args[0], value.parameters[0]
    found = parity(inner, ids.index(i), ids.index(j)) if i in ids and j in ids else 0
    if found != -1:
        return found
    return {"even": 1, "odd": -1}.get(_operator(name).parity, 0)


def _of_arguments(value: Value, i: int, j: int) -> int:
    """Whether the arguments are the same after it, in another order, perhaps with two summed indices exchanged."""
    weights = value.weights if value.operation in ("product", "total") else (Fraction(1),) * len(value.args)

    def exchanged(names: Mapping[int, int]) -> list[tuple[int, Ids, int, Fraction]]:
        found = []
        for (arg, ids), weight in zip(value.args, weights, strict=True):
            order, sign = placed(arg, _exchanged(ids, names))
            found.append((arg.serial, order, sign, weight))
        return found

    before = exchanged({})
    if value.operation == "total":
        terms = sorted((serial, ids, sign * weight) for serial, ids, sign, weight in before)
    factors = sorted((serial, ids, weight) for serial, ids, _, weight in before)
    for extra in _exchanges(value):
        turned = exchanged({**extra, i: j, j: i})
        if value.operation == "total":
            for whole in (1, -1):
                if sorted((serial, ids, whole * sign * weight) for serial, ids, sign, weight in turned) == terms:
                    return whole
        elif sorted((serial, ids, weight) for serial, ids, _, weight in turned) == factors:
            signs = [one[2] * other[2] for one, other in zip(before, turned, strict=True)]
            if any(sign < 0 and weight.denominator != 1 for sign, weight in zip(signs, weights, strict=True)):
                return 0
            odd = sum(sign < 0 and weight % 2 == 1 for sign, weight in zip(signs, weights, strict=True))
            return -1 if odd % 2 else 1
    return 0


def _exchanges(value: Value) -> Iterator[dict[int, int]]:
    """No summed indices exchanged, and each two that run over the same."""
    yield {}
    summed = range(value.rank, len(value.sizes))
    if len(summed) <= _MANY:
        for one in summed:
            for other in summed:
                if one < other and value.sizes[one] == value.sizes[other]:
                    yield {one: other, other: one}


def _exchanged(ids: Ids, names: Mapping[int, int]) -> Ids:
    return tuple(names.get(index, index) for index in ids)


def placed(value: Value, ids: Ids, first: Collection[int] = ()) -> tuple[Ids, int]:
    """The indices in a fixed order wherever an exchange does not matter, and the sign that this costs."""
    sign, found = 1, list(ids)
    for x in range(len(found)):
        for y in range(x + 1, len(found)):
            if value.sizes[x] != value.sizes[y] or found[x] == found[y]:
                continue
            if (found[y] in first, -found[y]) > (found[x] in first, -found[x]) and (turned := parity(value, x, y)):
                found[x], found[y] = found[y], found[x]
                sign *= turned
    return tuple(found), sign


def is_symmetric(value: Value) -> bool:
    """Whether the matrix is its own transpose."""
    return value.rank == 2 and parity(value, 0, 1) == 1


def is_nonnegative(value: Value) -> bool:
    """Whether no entry is below 0, by how it is made."""
    found: bool = remembered(value, "nonnegative", _nonnegative)
    return found


def _nonnegative(value: Value) -> bool:
    def known(arg: Value) -> bool:
        return bool(arg.memory["nonnegative"])

    operation = value.operation
    if operation == "number":
        return bool(value.parameters[0] >= 0)
    if operation in ("dimension", "pi", DELTA, SHARES, "places"):
        return True
    if operation == "map":
        return _operator(value.parameters[0]).nonnegative or is_indicator(value)
    if operation == "product":  # a root is not below 0 either
        even = [power.denominator == 2 or power % 2 == 0 for power in value.weights]
        return value.coefficient >= 0 and all(
            fine or known(arg) for fine, (arg, _) in zip(even, value.args, strict=True)
        )
    if operation == "total":
        if all(weight >= 0 and known(arg) for weight, (arg, _) in zip(value.weights, value.args, strict=True)):
            return True
        return len(value.args) == 2 and _below_one(value)
    return False


def _below_one(value: Value) -> bool:
    """``1 − σ``, ``1 − softmax``, ``1 − tanh²``."""
    parts = {arg: weight for weight, (arg, _) in zip(value.weights, value.args, strict=True)}
    ones = [arg for arg in parts if arg.operation == "number" and parts[arg] * arg.parameters[0] == 1]
    others = [arg for arg in parts if arg not in ones]
    return len(ones) == len(others) == 1 and parts[others[0]] == -1 and _at_most_one(others[0])


def _at_most_one(value: Value) -> bool:
    if value.operation == "map":
        return _operator(value.parameters[0]).bounds == (0, 1)
    if value.operation != "product" or value.parameters != (1, (2,)):
        return value.operation == SHARES
    inner = value.args[0].value
    return not value.sums and inner.operation == "map" and _operator(inner.parameters[0]).bounds == (-1, 1)


def is_finite(value: Value) -> bool:
    """Whether finite arguments give finite entries: there is no quotient, exponential or logarithm."""
    found: bool = remembered(value, "finite", _finite)
    return found


_OF_FINITE = frozenset({
    "variable", "number", "dimension", "pi", "places", DELTA, "total", SHARES, LARGEST, LEAST, "part", DIAGONAL,
    "fill",
})  # fmt: skip


def _finite(value: Value) -> bool:
    if value.operation == "map":
        operator = _operator(value.parameters[0])
        own = (operator.domain == "any" and not operator.overflows) or is_indicator(value)
    elif value.operation == "product":
        powers = zip(value.args, value.weights, strict=True)
        own = all(power in (1, 2, 3) or _counts(arg.value) for arg, power in powers)
    else:
        own = value.operation in _OF_FINITE
    return own and all(arg.memory["finite"] for arg, _ in value.args)


def _counts(value: Value) -> bool:
    """How many entries take a value: at least one does."""
    return value.operation == "product" and value.sums and all(is_indicator(arg) for arg, _ in value.args)


def is_floating(value: Value) -> bool:
    """Whether its entries are floating-point numbers even where whole numbers are given."""
    found: bool = remembered(value, "floating", _floating)
    return found


_ALWAYS_FLOATS = frozenset({
    "places", "pi", DELTA, SHARES, LOG_OF_SHARES, LOG_OF_SUM, INVERSE, DETERMINANT,
    LOG_OF_DETERMINANT, "solve", "adjugate",
})  # fmt: skip


def _floating(value: Value) -> bool:
    if value.operation in _ALWAYS_FLOATS:
        return True
    inside = any(arg.memory["floating"] for arg, _ in value.args)
    if value.operation == "map":
        operator = _operator(value.parameters[0])
        return inside or not (operator.exact or operator.name == "power")
    if value.operation == "product":
        whole = value.coefficient.denominator == 1 and all(
            power.denominator == 1 and power > 0 for power in value.weights
        )
        return inside or not whole
    return inside
