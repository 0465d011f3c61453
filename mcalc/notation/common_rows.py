"""Rows of factors that products of matrices have in common: ``B·x`` of ``A·B·x`` and ``xᵀ·Bᵀ·C``."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from heapq import heapify, heappop, heappush
from itertools import pairwise

from mcalc.notation.tokens import saving, weighed
from mcalc.table.records import lies
from mcalc.tree import build
from mcalc.tree.node import Node

_LONGEST = 8
"""How many factors are looked at together; what is longer has shorter rows in common as well."""
_SHORT = 3
"""How many tokens a row has that needs no name, ``A·B``."""

Factors = tuple[Node, ...]
Place = tuple[Node, int, bool]
"""A product, where in it the row begins, and whether it is turned over there."""


def common_rows(
    rows: Mapping[Node, Sequence[Node]], elsewhere: Mapping[Node, int], but: Collection[Node] = ()
) -> dict[Node, list[Node]]:
    """The products that hold what others hold too, with it as one factor; and these factors, each with its own.

    What spares the reader most comes first; where it stands, nothing else is looked for. A factor that stands in other
    places too, of rows or, so often, `elsewhere`, has a name of its own. Those of `but` are no factors.
    """
    places = _places(rows)
    weight = weighed(list(dict.fromkeys(factor for row in places for factor in row)))
    stands = Counter(elsewhere) + Counter(upright(factor) for row in rows.values() for factor in row)
    length: dict[Factors, int] = {}
    for row, stood in places.items():
        named = [weight[part] > 1 and stands[upright(part)] > len(stood) for part in row]
        length[row] = len(row) - 1 + sum(1 if one else weight[part] for one, part in zip(named, row, strict=True))
    taken: dict[Node, list[tuple[int, int, Node]]] = {}
    found: dict[Node, list[Node]] = {}

    def free(row: Factors) -> list[Place]:
        """Where the row stands beside itself and what is taken."""
        there: list[Place] = []
        for node, at, over in places[row]:
            others = [(start, end) for start, end, _ in taken.get(node, ())]
            others += [(start, start + len(row)) for one, start, _ in there if one is node]
            if all(at + len(row) <= start or end <= at for start, end in others):
                there.append((node, at, over))
        return there

    longer = (row for row in places if length[row] > _SHORT)
    heap = [(-saving(len(free(row)), length[row]), number, row) for number, row in enumerate(longer)]
    heapify(heap)
    while heap and heap[0][0] < 0:
        before, number, row = heappop(heap)
        there = free(row)
        spared = saving(len(there), length[row])
        whole = build.chain(row)
        if spared < -before:
            heappush(heap, (-spared, number, row))
        elif whole.axes and whole not in but:
            found[whole] = list(row)
            for node, at, over in there:
                if node is not whole:
                    part = build.apply("transpose", whole) if over else whole
                    taken.setdefault(node, []).append((at, at + len(row), part))
    for node, parts in taken.items():
        factors = list(rows[node])
        for start, end, part in sorted(parts, key=lambda one: -one[0]):
            factors[start:end] = [part]
        found[node] = factors
    return found


def _places(rows: Mapping[Node, Sequence[Node]]) -> dict[Factors, list[Place]]:
    """Where each row of neighbours stands that is met more than once, also turned over."""
    pairs = Counter(_as_column(pair)[0] for row in rows.values() for pair in pairwise(row))
    places: dict[Factors, list[Place]] = {}
    for node, row in rows.items():
        for start, end in _runs([pairs[_as_column(pair)[0]] > 1 for pair in pairwise(row)]):
            for at in range(start, end):
                for upto in range(at + 2, min(at + _LONGEST, end + 1) + 1):
                    known, over = _as_column(tuple(row[at:upto]))
                    places.setdefault(known, []).append((node, at, over))
    return {row: at for row, at in places.items() if len(at) > 1}


def _runs(repeated: Sequence[bool]) -> Iterator[tuple[int, int]]:
    """From where to where all are repeated."""
    start: int | None = None
    for at, again in enumerate((*repeated, False)):
        if again and start is None:
            start = at
        elif not again and start is not None:
            yield start, at
            start = None


def upright(factor: Node) -> Node:
    """What a factor is, or is the transpose of."""
    return factor.args[0] if factor.operator.name == "transpose" else factor


def _as_column(row: Factors) -> tuple[Factors, bool]:
    """The row or its turn: what is a column rather than a row, and has fewer transposes; and whether it is turned."""
    over = tuple(map(build.transpose, reversed(row)))
    return (over, True) if _key(over) < _key(row) else (row, False)


def _key(row: Factors) -> tuple[object, ...]:
    transposes = sum(factor.operator.name == "transpose" for factor in row)
    return lies(row[0].shape), transposes, [factor.key for factor in row]
