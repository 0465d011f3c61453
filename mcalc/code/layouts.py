"""In which order of its axes each value is computed: as the results ask for it, handed down to their parts."""

from __future__ import annotations

from collections.abc import Sequence

from mcalc.code.program import Result
from mcalc.code.values import Value
from mcalc.table.roles import LOG_OF_SHARES, SHARES

Order = tuple[int, ...]
_GIVEN = frozenset({"variable", SHARES})


def wanted_orders(order: Sequence[Value], results: Sequence[Result]) -> dict[Value, Order]:
    """The order that is asked of a value; arguments come first in `order`."""
    wanted: dict[Value, Order] = {}
    for (value, ids), axes in results:
        if set(ids) == set(axes):
            wanted[value] = tuple(ids.index(index) for index in axes)
    for value in reversed(order):
        if value.operation in (SHARES, LOG_OF_SHARES):
            inner, ids = value.args[0]
            if inner.rank == value.rank:
                wanted.setdefault(inner, tuple(ids.index(index) for index in range(value.rank)))
        if not is_entrywise(value):
            continue
        if value not in wanted and value.rank > 1:
            given = next((ids for arg, ids in value.args if arg.operation in _GIVEN and arg.rank == value.rank), None)
            if given:
                wanted[value] = given
        if value in wanted:
            for arg, ids in value.args:
                if arg.rank > 1 and len(set(ids)) == arg.rank:
                    wanted.setdefault(arg, tuple(ids.index(index) for index in wanted[value] if index in ids))
    return wanted


def is_entrywise(value: Value) -> bool:
    """Whether each entry is made of entries in the same place."""
    return value.operation in ("total", "map") or (value.operation == "product" and not value.sums)
