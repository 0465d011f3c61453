"""Gradient descent, ``w ← w − η ∂f/∂w``, on a value and its derived gradient compiled into one program."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from math import inf, isfinite, isnan, sqrt
from typing import Protocol

from mcalc.numbers.arrays import array_module as np
from mcalc.numbers.complex_step import ANALYTIC, complex_step
from mcalc.numbers.fitting import Fitted
from mcalc.numbers.program import Program
from mcalc.numbers.samples import axes_of, data_index, sampled
from mcalc.numbers.sizes import whole
from mcalc.table.records import Array
from mcalc.tree.node import Node

_GROWING, MOST_KEPT, _SMALL = 10, 20_000_000, 1e-6
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
        self.array = (np.ndarray, np.generic)
        self.program = Program(roots, sizes)
        self.alone = Program(roots[:1], sizes)
        self.analytic = Program(roots[:1], sizes, arithmetic=ANALYTIC)

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
        square = _squares(found)
        if isnan(square) and isfinite(value):
            found = self._without_formula({**data, **parameters}, value, found)
            square = _squares(found)
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


# The descent ----------------------------------------------------------------------------------------------------------


Arrays = Mapping[str, Array]
Move = Callable[[Arrays, Arrays, int], dict[str, Array]]
"""The parameters after a step, from those before it, their derivatives and the number of the step, from 1."""


class Rule(Protocol):
    """What moves the parameters."""

    def mover(self, names: Sequence[str]) -> Move:
        """What makes one step after the other, remembering what it needs of those before."""


@dataclass(frozen=True)
class Method:
    """How a gradient moves the parameters: plainly, with momentum, or by Adam's rule."""

    rate: float = 0.01
    momentum: float = 0.0
    adam: bool = False
    decay: tuple[float, float] = (0.9, 0.999)
    small: float = 1e-8

    def mover(self, names: Sequence[str]) -> Move:
        """``w − ηg``; with momentum ``w − ηv``, ``v = μv + g``; by Adam ``w − η m̂/(√v̂ + ε)``."""
        first: dict[str, Array | float] = dict.fromkeys(names, 0.0)
        second: dict[str, Array | float] = dict.fromkeys(names, 0.0)
        one, two = self.decay

        def with_momentum(name: str, gradient: Array, step: int) -> Array | float:
            first[name] = self.momentum * first[name] + gradient
            return self.rate * first[name]

        def by_adam(name: str, gradient: Array, step: int) -> Array:
            first[name] = one * first[name] + (1 - one) * gradient
            second[name] = two * second[name] + (1 - two) * gradient * gradient
            mean, square = first[name] / (1 - one**step), second[name] / (1 - two**step)
            return self.rate * mean / (np.sqrt(square) + self.small)

        if not self.adam and not self.momentum:
            rate = self.rate
            return lambda here, gradients, step: {name: one - rate * gradients[name] for name, one in here.items()}
        less = by_adam if self.adam else with_momentum
        return lambda here, gradients, step: {name: here[name] - less(name, gradients[name], step) for name in here}


@dataclass
class History:
    """What happened: the value, the norm of the gradient and the parameters before each step, and at the end.

    `status` is ``converged`` where the gradient became as small as asked, or a millionth of what it was, ``flat`` where
    it is 0 from the start, ``stopped`` where it has no value though the function has one, ``diverged`` from the step
    `began` on, ``unbounded`` where the value falls without end, else ``finished``. Parameters that are large are kept
    for the first and the last step alone; `watched` is what was asked to be looked at before each step.
    """

    wrt: tuple[str, ...]
    values: list[float] = field(default_factory=list)
    norms: list[float] = field(default_factory=list)
    parameters: dict[int, dict[str, Array]] = field(default_factory=dict)
    watched: list[list[Array]] = field(default_factory=list)
    status: str = "finished"
    began: int = 0

    @property
    def steps(self) -> int:
        """How many steps were made."""
        return len(self.values) - 1

    @property
    def result(self) -> dict[str, Array]:
        """The parameters at the end."""
        return self.parameters[self.steps]

    def path(self, name: str) -> Array:
        """The values that a parameter took, one below the other."""
        return np.array([found[name] for _, found in sorted(self.parameters.items())])


def descend(
    loss: Compiled,
    start: Mapping[str, Array],
    rule: Rule,
    steps: int,
    tolerance: float = 0.0,
    seed: int | None = None,
    progress: Callable[[int], None] | None = None,
    watch: Callable[[Arrays, Arrays], list[Array]] | None = None,
    patient: bool = False,
) -> History:
    """``w ← w − η ∂f/∂w`` for all names at once, or what another rule says, at most `steps` times.

    Stops where the norm of the gradient is at most `tolerance`, and where the value is no finite number or, unless
    `patient`, has grown for many steps on end. With a batch, each step looks at a random sample of the data.
    """
    history = History(loss.wrt)
    here = {name: np.array(one, dtype=float) for name, one in start.items()}
    keep = steps * sum(array.size for array in here.values()) <= MOST_KEPT
    move = rule.mover(loss.wrt)
    random = np.random.default_rng(seed)
    with np.errstate(all="ignore"):
        for step in range(steps + 1):
            places = random.choice(loss.count, loss.batch, replace=False) if loss.batch else None
            value, gradients, square = loss.measured(here, places)
            norm = _norm(square, gradients)
            history.values.append(value)
            history.norms.append(norm)
            if watch is not None:
                history.watched.append(watch(here, gradients))
            if keep or step == 0:
                history.parameters[step] = here
            going = tolerance < norm < inf and -inf < value <= history.values[0]
            ended = not going and _ended(history, value, norm, tolerance, bool(loss.batch), patient)
            if ended or step == steps:
                break
            here = move(here, gradients, step + 1)  # new arrays: those before are kept
            if progress is not None:
                progress(step + 1)
    history.parameters[history.steps] = {name: array.copy() for name, array in here.items()}
    if history.status == "finished" and not loss.batch and norm <= _SMALL * history.norms[0]:
        history.status = "converged"
    return history


def _squares(arrays: Iterable[Array]) -> float:
    """The sum of the squares of all entries: not a number where one is none."""
    vdot = np.vdot
    return float(sum([vdot(one, one) for one in arrays]))


def _norm(square: float, gradients: Mapping[str, Array]) -> float:
    """The root; where the squares are too large, of smaller numbers."""
    if square < inf or isnan(square):
        return sqrt(square)
    largest = max(float(np.max(np.abs(one))) for one in gradients.values())
    return largest * sqrt(_squares(one / largest for one in gradients.values())) if largest < inf else inf


def _ended(history: History, value: float, norm: float, tolerance: float, sampled: bool, patient: bool) -> bool:
    """Whether to stop here, and the reason for it in the history."""
    values = history.values
    if not isfinite(value) or (not isfinite(norm) and _growth(values) < history.steps):
        history.status, history.began = ("unbounded" if value == -np.inf else "diverged"), _growth(values)
        return True
    if not isfinite(norm):
        history.status = "stopped"
        return True
    if norm == 0 and history.steps == 0 and not sampled:
        history.status = "flat"
        return True
    if norm <= tolerance and (tolerance or not sampled):
        history.status = "converged"
        return True
    far = value > values[0] + abs(values[0]) * 1e6 if sampled else value > values[0]
    if far and not patient and history.steps - (began := _growth(values)) >= _GROWING:
        history.status, history.began = "diverged", began
        return True
    return False


def _growth(values: Sequence[float]) -> int:
    """The step from which on the value has only grown."""
    step = len(values) - 1
    while step > 0 and not values[step] <= values[step - 1]:
        step -= 1
    return step
