"""Operands side by side: in a sum like stands with like, save intercepts; of what is compared, save thresholds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from mcalc.language.evidence import Evidence, is_constant
from mcalc.language.habits import COLUMN, LIKE, MISFIT, SCALAR, SCALE, STRETCHED, TIE
from mcalc.language.parser import Syntax
from mcalc.language.ranks import value_rank

Price = tuple[float, tuple[int, ...]]
Table = dict[int, Price]
"""rank → its least price, and the ranks of the parts that have it"""


class Facts(NamedTuple):
    """What is known of the operands so far, or of one of them."""

    line: bool = False
    stretched: bool = False
    shaped: bool = False
    present: bool = False

    def and_also(self, other: Facts) -> Facts:
        """What one or the other says."""
        return Facts(*(one or two for one, two in zip(self, other, strict=True)))


Chain = tuple["Chain", int] | tuple[()]
"""The ranks picked, the last one outermost."""


def beside(
    evidence: Evidence,
    node: Syntax,
    operands: Sequence[Syntax],
    tables: Sequence[Table],
    given: Mapping[str, frozenset[int]],
    lenient: bool,
) -> Table:
    """One pass over the operands for each rank of the whole, with an intercept's line among them and without."""
    summed = node.kind == "infix" and node.value in "+-"
    silent = not summed or id(node) in evidence.guards
    sides = [_Operand(evidence, operand, summed, silent, lenient) for operand in operands]
    pair = Syntax("infix", node.value if node.kind == "infix" else "+", (), 0, 0)
    result: Table = {}
    for whole in dict.fromkeys(rank for table in tables for rank in table):
        for line in (False, True) if whole and any(side.line for side in sides) else (False,):
            states: dict[Facts, tuple[float, Chain]] = {Facts(): (0.0, ())}
            for side, table in zip(sides, tables, strict=True):
                after: dict[Facts, tuple[float, Chain]] = {}
                for facts, price, rank in side.steps(table, whole, line, pair):
                    for before, (so_far, picks) in states.items():
                        key = before.and_also(facts)
                        if key not in after or so_far + price < after[key][0]:
                            after[key] = (so_far + price, (picks, rank))
                states = after
            for facts, (price, picks) in states.items():
                if facts.line != line or not facts.present:
                    continue
                if whole and facts.stretched and not facts.shaped and not (silent and summed):
                    price += LIKE
                if whole not in result or price < result[whole][0]:
                    result[whole] = (price, _ranks(picks))
    if COLUMN in result and any(side.scalar_by_habit for side in sides):
        price, ranks = result[COLUMN]
        scalars = [one for one in evidence.scales.get(id(node), ()) if given.get(one) == frozenset({SCALAR})]
        result[COLUMN] = (price + SCALE * len(scalars), ranks)
    return result


class _Operand:
    """One of the operands: the name that it is, or is made of, and what it costs to stretch it."""

    def __init__(self, evidence: Evidence, syntax: Syntax, summed: bool, silent: bool, lenient: bool) -> None:
        self.name, self.alone = evidence.reach(syntax)
        self.line = summed and not self.alone and evidence.is_line(syntax)
        self.constant, self.lenient = is_constant(syntax), lenient
        self.priced = self.name in evidence.places and not silent and not evidence.is_number(self.name)
        self.usually_scalar = self.name in evidence.places and evidence.costs[self.name][SCALAR] < TIE

    @property
    def scalar_by_habit(self) -> bool:
        """Whether it is a name alone, and usually a number."""
        return self.alone and self.usually_scalar

    def steps(self, table: Table, whole: int, line: bool, pair: Syntax) -> Iterator[tuple[Facts, float, int]]:
        """The ranks that it may have in a whole of this rank, beside a line or not: each with its price."""
        for rank, (price, _) in table.items():
            if rank == whole or (rank and value_rank(pair, (whole, rank)) == whole):
                lined = bool(rank) and self.line
                if line or not lined:
                    yield Facts(lined, False, bool(rank) and not self.alone, rank == whole), price, rank
            elif not rank:
                if self.priced and not (line and self.usually_scalar):
                    price += LIKE if self.alone else STRETCHED
                yield Facts(stretched=not self.alone and not self.constant), price, rank
            elif self.lenient:
                yield Facts(shaped=not self.alone), price + MISFIT, rank


def _ranks(picks: Chain) -> tuple[int, ...]:
    found = []
    while picks:
        picks, rank = picks
        found.append(rank)
    return tuple(reversed(found))
