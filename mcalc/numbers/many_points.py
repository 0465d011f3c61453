"""Values at many points at once, as many at a time as there is room for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from mcalc.numbers import layout
from mcalc.numbers.arrays import array_module as np
from mcalc.numbers.program import Program
from mcalc.numbers.sizes import Sizes
from mcalc.table.records import Array
from mcalc.tree.node import Node


def evaluate_at_points(
    roots: Sequence[Node], fixed: Mapping[str, Array], varied: Mapping[str, Array], sizes: Sizes
) -> list[Array]:
    """The values of the roots, each of shape ``(points, *value.axes)``; NaN where a value is not real.

    `fixed` has one array a name, `varied` one a name with the points as its first axis.
    """
    program = Program(roots, sizes, varied=varied)
    count = len(next(iter(varied.values())))
    at_once = max(1, layout.ENTRIES_AT_ONCE // program.entries)
    pieces: list[list[Array]] = []
    with np.errstate(all="ignore"):
        for start in range(0, count, at_once):
            here = {name: values[start : start + at_once] for name, values in varied.items()}
            pieces.append(program.run_all({**fixed, **here}, min(at_once, count - start)))
    return [np.concatenate(parts) for parts in zip(*pieces, strict=True)]
