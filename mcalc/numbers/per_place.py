"""A module whose reductions are of each place along a first axis: of many points, or of the data of a sum."""

from __future__ import annotations

from collections.abc import Callable

from mcalc.numbers.arrays import array_module as np
from mcalc.table.records import Array, Numpy


def _of_each(reduction: Callable[[Numpy], Callable[..., Array]]) -> Callable[..., Array]:
    """A reduction that leaves the first axis alone."""

    def reduced(self: PerPlace, values: Array, axis: int | None = None) -> Array:
        return reduction(self.module)(values, axis=tuple(range(1, np.ndim(values))) if axis is None else axis + 1)

    return reduced


class PerPlace:
    """What a module has, with reductions that leave the first axis alone, that of the points or of the data."""

    def __init__(self, module: Numpy) -> None:
        self.module = module

    sum = _of_each(lambda module: module.sum)
    mean = _of_each(lambda module: module.mean)
    max = _of_each(lambda module: module.max)
    min = _of_each(lambda module: module.min)
    prod = _of_each(lambda module: module.prod)
    var = _of_each(lambda module: module.var)

    def __getattr__(self, name: str) -> Numpy:
        return getattr(self.module, name)

    def traced(self, values: Array) -> Array:
        """The trace of the matrix at each place; a scalar is its own."""
        return self.module.trace(values, axis1=1, axis2=2) if values.ndim == 3 else values

    def diag(self, values: Array) -> Array:
        """The diagonal of the matrix at each place."""
        return self.module.diagonal(values, axis1=1, axis2=2)

    def logsumexp(self, values: Array) -> Array:
        """``ln Σ exp(a)`` of the entries at each place."""
        return self.module.logsumexp_along(values.reshape(len(values), -1), 1)

    def logsumexp_along(self, values: Array, axis: int) -> Array:
        """``ln Σ exp(a)`` along an axis of the value at each place."""
        return self.module.logsumexp_along(values, axis + 1)
