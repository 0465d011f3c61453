"""The price of a reading: every part of a text has one for each rank that it can have; the least sum is the best."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from mcalc.language.evidence import Evidence
from mcalc.language.habits import COLUMN, DIVISOR, LYING, MATRIX, MISFIT, ROW, SCALAR, SIGN, VALUE
from mcalc.language.parser import Syntax
from mcalc.language.ranks import counted_rank, of_vectors, operator_of, parts_of, value_rank
from mcalc.language.sums import Price, Table, beside
from mcalc.language.syntax import walk

Given = Mapping[str, frozenset[int]]
"""The ranks that are left to a name."""


class Best(NamedTuple):
    """The cheapest reading; where places of one name disagree, its price is a lower bound, and `torn` the name."""

    price: float
    ranks: dict[str, int]
    torn: str


class Prices:
    """The prices of the readings of a program; `lenient`: parts that do not fit are dear, and no end."""

    def __init__(self, evidence: Evidence, lenient: bool = False) -> None:
        self.evidence, self.lenient = evidence, lenient
        self.used = [
            tuple(dict.fromkeys(node.value for node in walk(syntax) if node.kind == "name"))
            for _, syntax in evidence.statements
        ]
        self.memo: dict[tuple[object, ...], tuple[Table, dict[int, Table]]] = {}

    def best(self, given: Given) -> Best | None:
        """The cheapest reading within the ranks given; None where there is none."""
        bound: dict[str, Table] = {}
        total, done, roots = 0.0, {}, []
        for (name, syntax), used in zip(self.evidence.statements, self.used, strict=True):
            key = (id(syntax), *((given.get(one), tuple(bound.get(one, ()))) for one in used))
            if key not in self.memo:
                self.memo[key] = self._read(syntax, given, bound)
            table, tables = self.memo[key]
            if name:
                table = {rank: found for rank, found in table.items() if rank in given.get(name, (rank,))}
                bound[name] = {rank: (0.0, ()) for rank in table}
            else:
                table = {rank: (price + (VALUE if rank else 0), picks) for rank, (price, picks) in table.items()}
            if not table:
                return None
            rank = min(table, key=lambda one: table[one][0])
            total += table[rank][0]
            done.update(tables)
            roots.append((name, syntax, rank))
        return self._picked(total, roots, done, given)

    def _picked(
        self,
        total: float,
        roots: list[tuple[str, Syntax, int]],
        tables: dict[int, Table],
        given: Given,
    ) -> Best:
        """The ranks of the names along the cheapest parts, and the first name whose places disagree."""
        ranks = {name: rank for name, _, rank in roots if name}
        torn = dict.fromkeys(
            name for scales in self.evidence.scales.values() for name in scales if len(given.get(name, range(3))) > 1
        )
        for _, syntax, top in roots:
            stack = [(syntax, top)]
            while stack:
                node, rank = stack.pop()
                if node.kind == "name" and ranks.setdefault(node.value, rank) != rank:
                    torn[node.value] = None
                picks = tables[id(node)][rank][1]
                if picks:
                    stack += zip(parts_of(node), picks, strict=True)
        for name in self.evidence.open_names:
            if not self.evidence.places[name]:
                ranks[name] = SCALAR
            elif name not in ranks:
                ranks[name] = min(given.get(name, range(3)), key=lambda rank: self.evidence.costs[name][rank])
        return Best(total, ranks, next(iter(torn), ""))

    def _read(self, root: Syntax, given: Given, bound: Mapping[str, Table]) -> tuple[Table, dict[int, Table]]:
        """The table of a statement, and those of its parts; a loop, so that depth costs nothing."""
        done: dict[int, Table] = {}
        stack = [(root, False)]
        while stack:
            node, ready = stack.pop()
            parts = parts_of(node)
            if not ready and parts:
                stack += [(node, True), *((part, False) for part in parts)]
                continue
            table = (
                self._fold(node, parts, [done[id(part)] for part in parts], given)
                if parts
                else self._leaf(node, given, bound)
            )
            if not table:
                return {}, {}
            done[id(node)] = table
        return done[id(root)], done

    def _leaf(self, node: Syntax, given: Given, bound: Mapping[str, Table]) -> Table:
        name = node.value
        if node.kind == "call":
            rank = counted_rank(node)
            return {SCALAR if rank is None else rank: (0.0, ())}
        if node.kind == "fit":
            return {COLUMN: (0.0, ())}
        if node.kind != "name":
            return {SCALAR: (0.0, ())}
        if name in bound:
            return {rank: (0.0, ()) for rank in bound[name] if rank in given.get(name, (rank,))}
        if name in self.evidence.declared:
            return {self.evidence.declared[name]: (0.0, ())}
        if name in self.evidence.places:
            count = self.evidence.places[name]
            return {rank: (self.evidence.costs[name][rank] / count, ()) for rank in given.get(name, range(3))}
        return {MATRIX if name == "I" else SCALAR: (0.0, ())}

    def _fold(self, node: Syntax, parts: Sequence[Syntax], tables: Sequence[Table], given: Given) -> Table:
        """The parts together, at each rank that they can have."""
        if (node.kind == "infix" and node.value in "+-") or _compares(node):
            return beside(self.evidence, node, parts, tables, given, self.lenient)
        states: dict[tuple[int, ...], Price] = {(): (0.0, ())}
        in_order = len(parts) < 5
        for table in tables:
            following: dict[tuple[int, ...], Price] = {}
            for ranks, (price, picks) in states.items():
                for rank, (more, _) in table.items():
                    key = (*ranks, rank) if in_order else tuple(sorted({*ranks, rank}))
                    if key not in following or price + more < following[key][0]:
                        following[key] = (price + more, (*picks, rank))
            states = following
        result: Table = {}
        for ranks, (price, picks) in states.items():
            value = value_rank(node, ranks if in_order else [ranks[at % len(ranks)] for at in range(len(parts))])
            if value is None and self.lenient:
                value, price = max(ranks), price + MISFIT
            if value is None:
                continue
            price += self._oddity(node, ranks)
            if value not in result or price < result[value][0]:
                result[value] = (price, picks)
        return result

    def _oddity(self, node: Syntax, ranks: Sequence[int]) -> float:
        """What a person would not write, though it fits."""
        if of_vectors(node) and SCALAR in ranks:
            return SIGN
        if of_vectors(node) and ranks == (ROW,) and node.kind == "call":
            return LYING
        if node.kind == "infix" and node.value == "." and ranks != (COLUMN, COLUMN):
            return LYING
        if (
            node.kind == "infix"
            and node.value == "/"
            and ranks[1] == MATRIX
            and self.evidence.reach(node.children[1])[0]
        ):
            return DIVISOR
        return 0


def _compares(node: Syntax) -> bool:
    """Whether its operands are held against one another."""
    if node.kind == "infix":
        return node.value in ("<", ">", "<=", ">=")
    operator = operator_of(node)
    return operator is not None and operator.first_counts
