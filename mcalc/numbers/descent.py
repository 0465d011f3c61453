"""Gradient descent, ``w ← w − η ∂f/∂w``, on a value and its derived gradient compiled into one program."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from math import inf, isfinite, isnan, sqrt
from typing import Protocol

from mcalc.numbers.arrays import array_module as np
from mcalc.numbers.compiled import Compiled, squares
from mcalc.table.records import Array

_GROWING, MOST_KEPT, _SMALL = 10, 20_000_000, 1e-6


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

    @property
    def is_plain(self) -> bool:
        """Whether nothing is remembered from step to step."""
        return not self.adam and not self.momentum

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

        if self.is_plain:
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
        if isinstance(rule, Method) and rule.is_plain and watch is None and keep and not loss.batch:
            here = _while_plain(loss, history, here, rule.rate, steps, tolerance, progress)
        for step in range(len(history.values), steps + 1):
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


def _while_plain(
    loss: Compiled,
    history: History,
    here: dict[str, Array],
    rate: float,
    steps: int,
    tolerance: float,
    progress: Callable[[int], None] | None,
) -> dict[str, Array]:
    """As many steps of ``w − ηg`` as have nothing to be looked at, and where they lead; the next is left to `descend`.

    On small data a step takes microseconds, and most of them were spent on what is the same in each.
    """
    function, first, vdot, number = loss.function, inf, np.vdot, np.float64
    if function is None or set(here) != set(loss.wrt):
        return here
    arrays = [here[name] for name in loss.wrt]
    given = [{**loss.data, **here}[name] for name in loss.order]
    places = [loss.order.index(name) for name in loss.wrt]
    try:
        for step in range(steps):
            one, *slopes = function(*given)
            value, square = float(one), 0.0
            for slope in slopes:
                square += slope * slope if isinstance(slope, number) else vdot(slope, slope)
            norm = sqrt(square)
            if not (tolerance < norm < inf and -inf < value <= first):
                break
            if step == 0:
                first = value
                if [np.shape(slope) for slope in slopes] != [array.shape for array in arrays]:
                    break
            history.values.append(value)
            history.norms.append(norm)
            history.parameters[step] = dict(zip(loss.wrt, arrays, strict=True))
            arrays = [array - rate * slope for array, slope in zip(arrays, slopes, strict=True)]
            for place, array in zip(places, arrays, strict=True):
                given[place] = array
            if progress is not None:
                progress(step + 1)
    except np.linalg.LinAlgError:
        pass
    return dict(zip(loss.wrt, arrays, strict=True))


def _norm(square: float, gradients: Mapping[str, Array]) -> float:
    """The root; where the squares are too large, of smaller numbers."""
    if square < inf or isnan(square):
        return sqrt(square)
    largest = max(float(np.max(np.abs(one))) for one in gradients.values())
    return largest * sqrt(squares(one / largest for one in gradients.values())) if largest < inf else inf


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
