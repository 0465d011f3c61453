"""A value and its derived gradient, compiled into one program for a descent."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from math import isfinite, isnan

from mcalc.numbers.arrays import array_module as np
from mcalc.numbers.complex_step import ANALYTIC, complex_step
from mcalc.numbers.fitting import Fitted
from mcalc.numbers.program import Program
from mcalc.numbers.samples import axes_of, data_index, sampled
from mcalc.numbers.sizes import whole
from mcalc.table.records import Array
from mcalc.tree.node import Node

_MOST_ENTRIES, _DIFFERENCE, _AGREE = 1000, 1e-6, 1e-3
_LEFT_OVER = 1e-40
"""A complex step of 10^-30 leaves 10^-60 of the third derivative where the first is 0."""


class Compiled:
    """A scalar and its derivatives by some of its names: called with the arrays of these, it gives both."""

    def __init__(self, fitted: Fitted, wrt: Sequence[str], gradients: Sequence[Node], batch: int = 0) -> None:
        """`gradients` have the shapes of the paper's layout; `batch` is how many places of the data a call looks at."""
        self.wrt, self.gradients = tuple(wrt), tuple(gradients)
        self.data = {name: array for name, array in fitted.point().items() if name not in wrt}
        self.shapes = {name: _shape(fitted.reading.names[name], fitted) for name in wrt}
        self.batch = batch
        roots: Sequence[Node] = [fitted.reading.value, *gradients]
        sizes = dict(fitted.sizes)
        self.along: dict[str, int] = {}
        if batch:
            index = data_index(fitted.reading.value)
            self.count = sizes[index.name]
            self.batch = min(batch, self.count)
            self.along = axes_of(index, fitted)
            roots = [sampled(root, index, self.count, self.batch) for root in roots]
            sizes[index.name] = self.batch
        self.function: Callable[..., Sequence[Array]] | None = None
        self.order: tuple[str, ...] = ()
        self.array = (np.ndarray, np.generic)
        self.program = Program(roots, sizes)
        self.alone = Program(roots[:1], sizes)
        self.analytic = self.alone.with_arithmetic(ANALYTIC)

    def run_by(self, function: Callable[..., Sequence[Array]] | None, order: Sequence[str]) -> None:
        """Takes the value and the derivatives from a function of the names in this order, which is faster."""
        self.function, self.order = function, tuple(order)

    def _run(self, point: Mapping[str, Array]) -> Sequence[Array]:
        if self.function is None or self.batch:
            return self.program.run(point)
        return self.function(*[point[name] for name in self.order])

    def __call__(self, parameters: Mapping[str, Array], places: Array | None = None) -> tuple[float, dict[str, Array]]:
        """The value and its derivative by each name, shaped like it; with a batch, of the data at these places."""
        with np.errstate(all="ignore"):
            return self.measured(parameters, places)[:2]

    def measured(
        self, parameters: Mapping[str, Array], places: Array | None = None
    ) -> tuple[float, dict[str, Array], float]:
        """The same and the sum of the squares of the derivatives, within ``np.errstate`` of one's own."""
        data = self.data
        if places is not None:
            data = {
                name: np.take(array, places, axis=self.along[name]) if name in self.along else array
                for name, array in data.items()
            }
        found: Sequence[Array]
        try:
            one, *found = self._run({**data, **parameters})
            value = float(one)
        except np.linalg.LinAlgError:
            value, found = self.value(parameters), [np.full(self.shapes[name], np.nan) for name in self.wrt]
        square = squares(found)
        if isnan(square) and isfinite(value):
            found = self._without_formula({**data, **parameters}, value, found)
            square = squares(found)
        gradients = {
            name: one if isinstance(one, self.array) and one.shape == shape else np.reshape(one, shape)
            for (name, shape), one in zip(self.shapes.items(), found, strict=True)
        }
        return value, gradients, square

    def _without_formula(self, point: Mapping[str, Array], value: float, found: Sequence[Array]) -> Sequence[Array]:
        """The derivatives where their formula has no value but they exist: of ``prod`` at a 0, ``det`` at 0.

        By complex steps, taken only where differences on both sides agree with them: not at a kink.
        """
        if sum(np.size(point[name]) for name in self.wrt) > _MOST_ENTRIES:
            return found
        slopes = []
        for name in self.wrt:
            here = np.asarray(point[name], dtype=float)
            slope = np.zeros(here.shape)
            for place in np.ndindex(*here.shape):
                direction = np.zeros(here.shape)
                direction[place] = 1.0
                one = complex_step(self.analytic, {**self.data, **point}, name, direction)
                step = _DIFFERENCE * max(1.0, abs(float(here[place])))
                sides = [
                    sign * (self.value({**point, name: here + sign * step * direction}) - value) / step
                    for sign in (1, -1)
                ]
                if one is None or not np.allclose(sides, float(one), rtol=_AGREE, atol=_AGREE * (1 + abs(value))):
                    return found
                slope[place] = one if abs(one) > _LEFT_OVER else 0.0
            slopes.append(slope)
        return slopes

    def value(self, parameters: Mapping[str, Array]) -> float:
        """The value alone, which may be there where the derivatives are not; NaN where there is none."""
        try:
            with np.errstate(all="ignore"):
                (value,) = self.alone.run({**self.data, **parameters})
        except np.linalg.LinAlgError:
            return float("nan")
        return float(value)


def _shape(node: Node, fitted: Fitted) -> tuple[int, ...]:
    given = fitted.values.get(node.parameters[0])
    return given.shape if given is not None else tuple(whole(size, fitted.sizes) for size in node.shape)


def squares(arrays: Iterable[Array]) -> float:
    """The sum of the squares of all entries: not a number where one is none."""
    vdot = np.vdot
    return float(sum([vdot(one, one) for one in arrays]))
