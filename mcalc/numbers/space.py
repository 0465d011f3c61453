"""The variables with all their entries in one row: many points as the rows of one array, and how they are drawn."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from itertools import accumulate, pairwise
from math import prod

from mcalc.numbers.arrays import Random
from mcalc.numbers.arrays import array_module as np
from mcalc.numbers.numeric import KINDS, having_properties, of_kind, range_of
from mcalc.numbers.sizes import Sizes, dimensions
from mcalc.table.records import Array
from mcalc.tree.node import Node
from mcalc.tree.properties import declared


class Space:
    """The variables at one choice of sizes, one after the other; `parts` are their places in a row."""

    def __init__(self, variables: Sequence[Node], sizes: Sizes) -> None:
        self.variables = variables
        self.names = [str(variable.parameters[0]) for variable in variables]
        self.shapes = [dimensions(variable.axes, sizes) for variable in variables]
        self.lengths = [prod(shape) for shape in self.shapes]
        self.ends = [*accumulate(self.lengths)]
        self.entries = self.ends[-1] if self.ends else 0
        self.parts = [slice(a, b) for a, b in pairwise([0, *self.ends])]
        self.square = [at for at, shape in enumerate(self.shapes) if len(shape) == 2 and shape[0] == shape[1]]
        self.bound = [bool(declared(variable)) for variable in variables]

    @cached_property
    def variable_of(self) -> Array:
        """The number of the variable that each entry is of."""
        return np.repeat(np.arange(len(self.lengths)), self.lengths)

    @cached_property
    def before_speeds(self) -> Array:
        """The places of the entries where each variable has one place more behind them."""
        return np.arange(self.entries) + self.variable_of

    def points(self, rows: Array) -> dict[str, Array]:
        """The values by the names of the variables, with what is declared of these brought about."""
        points = {}
        for name, part, shape, bound, variable in zip(
            self.names, self.parts, self.shapes, self.bound, self.variables, strict=True
        ):
            value = rows[:, part] if len(shape) == 1 else rows[:, part].reshape(len(rows), *shape)
            points[name] = having_properties(variable, value) if bound else value
        return points

    def row(self, point: Mapping[str, Array]) -> Array:
        """One point with all entries in a row."""
        return np.concatenate([np.reshape(point[name], -1) for name in self.names])

    def drawn(self, kind: str, count: int, generator: Random) -> Array:
        """Random rows, of the kind wanted for each variable, whatever is declared of it."""
        if kind == "mixed":
            return np.array([self._mixed(generator) for _ in range(count)])
        low, high = range_of(kind)
        rows = low + (high - low) * generator.random((count, self.entries))
        for at in self.square:
            for row in rows[:, self.parts[at]]:
                row[...] = of_kind(row.reshape(self.shapes[at]), kind).ravel()
        return rows

    def _mixed(self, generator: Random) -> Array:
        """Each variable of a kind of its own."""
        row = np.empty(self.entries)
        for shape, part, length in zip(self.shapes, self.parts, self.lengths, strict=True):
            kind = KINDS[generator.integers(len(KINDS) - 1)]
            low, high = range_of(kind)
            value = low + (high - low) * generator.random(length)
            row[part] = of_kind(value.reshape(shape), kind).ravel()
        return row
