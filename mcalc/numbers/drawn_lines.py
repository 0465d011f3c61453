"""Lines to follow, drawn at random: through random points or through given ones, along some of the variables."""

from __future__ import annotations

from collections.abc import Sequence

from mcalc.numbers.arrays import Random
from mcalc.numbers.arrays import array_module as np
from mcalc.numbers.lines import Lines
from mcalc.numbers.numeric import range_of
from mcalc.numbers.space import Space
from mcalc.table.records import Array

_WHOLE_ENTRY = (1.0, 0.5)
"""What is drawn for an entry that alone moves, and for the others: the top of the range, and its middle, which is 0."""


class DrawnLines:
    """Lines as they are drawn, one after the other; `lines` are all of them, computed together."""

    def __init__(self, space: Space, generator: Random) -> None:
        self.space, self.generator = space, generator
        self.bases: list[Array] = []
        self.directions: list[Array] = []
        self.speeds: list[list[float]] = []

    def add(self, base: Array, moving: Sequence[int], uneven: bool = False) -> None:
        """The line through the base along the variables of these numbers; `uneven`: each at its own speed."""
        space = self.space
        speeds = [float(at in moving) for at in range(len(space.names))]
        row = self.generator.random(space.entries + uneven * len(speeds))
        if uneven:  # each variable's entries, and then its speed
            drawn, row = row.tolist(), row[space.before_speeds]
            speeds = [own * 10 ** (4 * drawn[space.ends[at] + at] - 2) for at, own in enumerate(speeds)]
        self._keep(base, row, speeds)

    def add_entry(self, base: Array, moving: int) -> None:
        """The line through the base along one entry of the variable of this number."""
        space, generator = self.space, self.generator
        row = np.empty(space.entries)
        for at, (part, length) in enumerate(zip(space.parts, space.lengths, strict=True)):
            row[part] = generator.random(length)
            if at == moving and length:
                row[part] = np.where(np.arange(length) == generator.integers(length), *_WHOLE_ENTRY)
        self._keep(base, row, [float(at == moving) for at in range(len(space.names))])

    def _keep(self, base: Array, row: Array, speeds: list[float]) -> None:
        self.bases.append(base)
        self.directions.append(row)
        self.speeds.append(speeds)

    def lines(self) -> Lines:
        """All of them; the largest entry of a direction is 1, or the speed of its variable."""
        space = self.space
        low, high = range_of("any")
        rows = low + (high - low) * np.array(self.directions)
        speeds = np.array(self.speeds)
        if space.entries:
            variable = space.variable_of
            starts = [part.start for part in space.parts if part.start < part.stop]
            kept = [at for at, length in enumerate(space.lengths) if length]
            largest = np.zeros(speeds.shape)
            largest[:, kept] = np.maximum.reduceat(np.abs(rows), starts, axis=1)
            rows = rows / np.maximum(largest, 1e-9)[:, variable] * speeds[:, variable]
        return Lines(space, np.array(self.bases), rows)
