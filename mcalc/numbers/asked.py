"""What is asked at many points at once: which conditions hold there, and how far from their boundaries they lie."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from itertools import accumulate
from math import prod
from typing import NamedTuple

from mcalc.numbers.arrays import array_module as np
from mcalc.numbers.conditions import counted, margin
from mcalc.numbers.layout import ENTRIES_AT_ONCE
from mcalc.numbers.program import Program
from mcalc.numbers.sizes import Sizes
from mcalc.table.records import Array
from mcalc.tree import build
from mcalc.tree.node import Node
from mcalc.tree.operations import above

_TERNARY = 39
"""So many answers, each -1, 0 or 1, are digits of one whole number."""


class Answers(NamedTuple):
    """For each point a row: what holds, last whether the domain's values are finite; and the margins of conditions."""

    rows: Array
    margins: Array


class Asked:
    """What is asked at many points at once: conditions, the signs of `places`, and whether `domain` is finite."""

    def __init__(
        self,
        conditions: Sequence[Node],
        variables: Sequence[Node],
        sizes: Sizes,
        domain: Sequence[Node],
        places: Sequence[Node],
    ) -> None:
        self.conditions, self.variables = conditions, variables
        self.free = [at for at, condition in enumerate(conditions) if not condition.loops]
        self.holding = [
            *(counted(condition) for condition in conditions),
            *(above(place, build.number(0)) for place in places),
        ]
        self.measures = [*(margin(conditions[at]) for at in self.free), *places]
        names = [str(variable.parameters[0]) for variable in variables]
        self.program = Program([*domain, *self.holding, *self.measures], sizes, varied=names)
        self.columns, self.measured = self._ends(self.holding), self._ends(self.measures)
        """Where the columns of each condition, and of each margin, start and end."""
        digits = self.columns[-1] + 1
        plain = len(self.free) == len(self.holding) and digits <= _TERNARY
        self.weights = 3 ** np.arange(digits) if plain else np.random.default_rng(1).integers(1, 1 << 62, digits)

    def _ends(self, nodes: Sequence[Node]) -> list[int]:
        return [0, *accumulate(prod(self.program.shapes[node]) for node in nodes)]

    @cached_property
    def inner(self) -> Program:
        """The conditions alone."""
        return self.program.part([*self.holding, *self.measures])

    def at(self, points: Mapping[str, Array]) -> Answers:
        """What the conditions and their margins are at points, a row each."""
        return self._of(self.program, points)

    def codes(self, rows: Array) -> Array:
        """A whole number for each row, by which it is told from all others."""
        return rows @ self.weights

    def codes_at(self, points: Mapping[str, Array]) -> Array:
        """The whole number at each point, wherever the domain ends."""
        return self.codes(self._of(self.inner, points).rows)

    def _of(self, program: Program, points: Mapping[str, Array]) -> Answers:
        count = len(next(iter(points.values())))
        step = max(1, ENTRIES_AT_ONCE // program.entries)
        if count <= step:
            return self._at(program, points, count)
        pieces = []
        for start in range(0, count, step):
            here = {name: value[start : start + step] for name, value in points.items()}
            pieces.append(self._at(program, here, min(step, count - start)))
        return Answers(*map(np.concatenate, zip(*pieces, strict=True)))

    def _at(self, program: Program, points: Mapping[str, Array], count: int) -> Answers:
        rows = np.empty((count, self.columns[-1] + 1), np.int32)
        margins = np.empty((count, self.measured[-1]))
        finite = rows[:, -1]
        finite[...] = 1
        with np.errstate(all="ignore"):
            values = [value.reshape(count, -1) for value in program.run_all(points, count)]
        domain = len(values) - len(self.holding) - len(self.measures)
        for value in values[:domain]:
            finite &= np.logical_and.reduce(np.isfinite(value), axis=1)
        holding, measures = values[domain : domain + len(self.holding)], values[domain + len(self.holding) :]
        for at, value in enumerate(measures):
            margins[:, self.measured[at] : self.measured[at + 1]] = value
        for at, value in enumerate(holding):
            rows[:, self.columns[at] : self.columns[at + 1]] = value
        if np.isnan(margins).any():
            for at, value in zip(self.free, measures, strict=False):
                own = rows[:, self.columns[at] : self.columns[at + 1]]
                own[...] = np.where(np.isnan(value), -1, own)
        return Answers(rows, margins)
