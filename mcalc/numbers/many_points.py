"""Values at many points at once, as many at a time as there is room for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from mcalc.numbers import layout
from mcalc.numbers.arrays import Random
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


def at_all(
    root: Node, points: Sequence[Mapping[str, Array]], sizes: Sizes, generators: Sequence[Random | None] = (None,)
) -> Iterator[tuple[Array, Array]]:
    """The value at every point, and whether all values on the way to it are finite numbers there, for each generator.

    With a generator every value that rounds is moved a little.
    """
    together = {name: np.array([point[name] for point in points], dtype=float) for name in points[0]}
    program = Program([root], sizes, varied=together)
    at_once = max(1, layout.ENTRIES_AT_ONCE // program.entries)
    for generator in generators:
        pieces = []
        with np.errstate(all="ignore"):
            for start in range(0, len(points), at_once):
                here = {name: values[start : start + at_once] for name, values in together.items()}
                pieces.append(_within(program, here, min(at_once, len(points) - start), generator))
        values, within = (np.concatenate(parts) for parts in zip(*pieces, strict=True))
        yield values, within


def _within(program: Program, point: Mapping[str, Array], count: int, generator: Random | None) -> tuple[Array, Array]:
    finite, many = np.ones(count, bool), program.layout.many
    found = program.everything(point, generator=generator)
    for node, value in zip(program.order, found, strict=True):
        if value is not None:
            rows = np.isfinite(value)
            finite &= rows.reshape(count, -1).all(axis=1) if node in many else rows.all()
    (root,), value = program.roots, found[program.results[0]]
    return (value if root in many else np.broadcast_to(value, (count, *np.shape(value)))), finite
