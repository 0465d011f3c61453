"""The entries of a value that is written with running indices: all places at once, as far as there can be axes."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product

from mcalc.numbers.arithmetic import REAL, Arithmetic
from mcalc.numbers.arrays import Random
from mcalc.numbers.arrays import array_module as np
from mcalc.numbers.program import Program
from mcalc.numbers.sizes import Sizes, dimensions
from mcalc.numbers.steps import Point
from mcalc.table.records import Array, LoopIndex
from mcalc.tree.node import Node


class AtPlaces:
    """``A[i,k]`` of a scalar that depends on the `indices` i and k, compiled once, at many points."""

    def __init__(self, entry: Node, indices: Sequence[LoopIndex], sizes: Sizes, arithmetic: Arithmetic = REAL) -> None:
        self.program = Program([entry], sizes, arithmetic=arithmetic, ahead=indices)
        self.indices, self.arithmetic = indices, arithmetic
        self.shape = dimensions((loop.size for loop in indices), sizes)
        layout = self.program.layout
        self.letters, self.found = layout.letters, layout.ahead(entry)

    def run(self, point: Point, generator: Random | None = None) -> Array:
        """The entries, with an axis for each index; with a `generator` every value that rounds is moved a little."""
        result = self.arithmetic.array(np.zeros(self.shape))
        ranges = [
            (None,) if loop in self.letters else range(size)
            for loop, size in zip(self.indices, self.shape, strict=True)
        ]
        places = list(product(*ranges))
        every = (
            {loop: at + 1 for loop, at in zip(self.indices, place, strict=True) if at is not None} for place in places
        )
        for place, (entry,) in zip(places, self.program.run_each(point, every, generator=generator), strict=True):
            result[tuple(slice(None) if at is None else at for at in place)] = self._placed(entry)
        return result

    def _placed(self, entry: Array) -> Array:
        """The axes in front in the order of the indices, and one of length 1 for each on which nothing depends."""
        if not self.letters:
            return entry
        letters = [self.letters[loop] for loop in self.indices if loop in self.letters]
        order = [self.found.index(letter) for letter in letters if letter in self.found]
        return np.transpose(entry, order)[tuple(slice(None) if one in self.found else None for one in letters)]
