"""Products with a derivative, and the value beside it: one more factor, or one more result, of the same program."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from mcalc.code.algebra import product, total
from mcalc.code.program import Result
from mcalc.code.values import ONE_TIME, Reference, leaf, lost
from mcalc.numbers.arrays import array_module as np
from mcalc.table.records import Array
from mcalc.tree.node import Node

_ROUNDING = 1e-9


class Block(NamedTuple):
    """A result times a vector that stands at its last axes, or at its first; without a vector the result itself."""

    result: int
    vector: Node | None = None
    last: bool = True


Output = tuple[Block, ...]
"""What a function returns: the total of its blocks."""


def arranged(results: Sequence[Result], outputs: Sequence[Output]) -> list[Result]:
    """``J v``, ``v J``: the network of J with one more factor."""
    found = []
    for output in outputs:
        done = [_times(results[block.result], block) for block in output]
        axes = done[0][1]
        terms = []
        for (value, ids), own in done:
            names: dict[int, int] = dict(zip(own, axes, strict=True))
            terms.append((ONE_TIME, Reference(value, tuple(names[index] for index in ids))))
        found.append((total(terms) if len(terms) > 1 else terms[0][1], axes))
    return found


def _times(result: Result, block: Block) -> Result:
    one, axes = result
    if block.vector is None:
        return result
    count = len(block.vector.axes)
    rest = axes[: len(axes) - count] if block.last else axes[count:]
    met = axes[len(axes) - count :] if block.last else axes[:count]
    vector = Reference(leaf("variable", [index.size for index in met], (block.vector.parameters[0], False)), met)
    factors = [(one, ONE_TIME), (vector, ONE_TIME)]
    return product(1, [*factors, *lost(met, factors)], rest), rest


def combined(
    entries: Sequence[tuple[Array, float]], outputs: Sequence[Output], point: Mapping[str, Array]
) -> list[tuple[Array, float]]:
    """The numbers that the outputs have, from those of the results, each with what rounding may leave."""
    found = []
    for output in outputs:
        value: Array = np.float64(0)
        slack = 0.0
        for block in output:
            array, own = entries[block.result]
            if block.vector is None:
                value, slack = value + array, slack + own
                continue
            count = len(block.vector.axes)
            vector = np.asarray(point[block.vector.parameters[0]]).reshape(_met(np.shape(array), count, block.last))
            pair = (array, vector) if block.last else (vector, array)
            value = value + np.tensordot(*pair, axes=count)
            slack += own * float(np.abs(vector).sum()) + 1e-9 * float(
                np.abs(array).sum() * np.abs(vector).max(initial=0)
            )
        found.append((value, slack))
    return found


def _met(shape: tuple[int, ...], count: int, last: bool) -> tuple[int, ...]:
    return shape[len(shape) - count :] if last else shape[:count]
