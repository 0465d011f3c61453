"""Gradient descent, ``w ← w − η ∂f/∂w``, on a value and its derived gradient compiled into one program."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sympy.core.numbers import Rational

from mcalc.expressions import build
from mcalc.expressions.tree import Node, topological
from mcalc.numbers.arrays import array_module as np
from mcalc.numbers.fitting import Fitted
from mcalc.numbers.program import Program, whole
from mcalc.numbers.vectorized import vectorized
from mcalc.problems import Problem

_GROWING, _MOST_KEPT = 10, 20_000_000


class Compiled:
    """A scalar and its derivatives by some of its names: called with the arrays of these, it gives both."""

    def __init__(self, fitted: Fitted, wrt: Sequence[str], gradients: Sequence[Node], batch: int = 0) -> None:
        """`gradients` have the shapes of the paper's layout; `batch` is how many places of the data a call looks at."""
        self.wrt = tuple(wrt)
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
            self.along = _axes_of(index, fitted)
            roots = [_sampled(root, index, self.count, self.batch) for root in roots]
            sizes[index.name] = self.batch
        self.program = Program(vectorized(roots), sizes)

    def __call__(self, parameters: Mapping[str, Any], places: Any = None) -> tuple[float, dict[str, Any]]:
        """The value and its derivative by each name, shaped like it; with a batch, of the data at these places."""
        data = self.data
        if places is not None:
            data = {
                name: np.take(array, places, axis=self.along[name]) if name in self.along else array
                for name, array in data.items()
            }
        with np.errstate(all="ignore"):
            value, *found = self.program.run({**data, **parameters})
        gradients = {name: np.reshape(one, self.shapes[name]) for name, one in zip(self.wrt, found, strict=True)}
        return float(value), gradients


def _shape(node: Node, fitted: Fitted) -> tuple[int, ...]:
    given = fitted.values.get(node.parameters[0])
    return given.shape if given is not None else tuple(whole(size, fitted.sizes) for size in node.shape)


# Samples of the data --------------------------------------------------------------------------------------------------


def data_index(value: Node) -> Any:
    """The size ``N`` of the one sum over data, ``sum(… for i in 1..N)``; raises Problem."""
    loops = {
        node.parameters[0].size for node in topological([value]) if node.operator.name == "loop_sum" and not node.loops
    }
    sizes = [size for size in loops if size.is_Symbol]
    if len(sizes) != 1 or len(loops) != 1:
        raise Problem(
            "A batch is a sample of the data of one sum, and this loss is not one.",
            hint="write the loss as a sum over data, `sum((y[i] - w.X[i])^2 for i in 1..N)/N`",
        )
    index = sizes[0]
    for node in topological([value]):
        whole_of_it = index in node.shape and node.operator.name != "variable"
        taken = node.operator.name != "element" and any(index in arg.shape for arg in node.args)
        inner = node.operator.name == "loop_sum" and node.loops and node.parameters[0].size == index
        if whole_of_it or taken or inner:
            raise Problem(
                f"A batch takes some of the {index} places of the data, and this loss uses all of them at once.",
                hint="use the data by its running index alone, as in `X[i]` and `y[i]`",
            )
    return index


def _axes_of(index: Any, fitted: Fitted) -> dict[str, int]:
    return {
        name: node.shape.index(index)
        for name, node in fitted.reading.names.items()
        if index in node.shape and name in fitted.values
    }


def _sampled(root: Node, index: Any, count: int, batch: int) -> Node:
    """The sum over all the data, as the sum over a sample tells it: ``N/batch`` times as much."""
    done: dict[Node, Node] = {}
    for node in topological([root]):
        same = node.func(*(done[arg] for arg in node.args)) if node.args else node
        if node.operator.name == "dimension":
            numbers = {index: Rational(count)}
            same = build.size(node.parameters[0].xreplace(numbers))
        elif node.operator.name == "loop_sum" and node.parameters[0].size == index:
            same = build.apply("multiply", build.number(Rational(count, batch)), same)
        done[node] = same
    return done[root]


# The descent ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Method:
    """How a gradient moves the parameters: plainly, with momentum, or by Adam's rule."""

    rate: float = 0.01
    momentum: float = 0.0
    adam: bool = False
    decay: tuple[float, float] = (0.9, 0.999)
    small: float = 1e-8

    def mover(self, names: Sequence[str]) -> Callable[[str, Any, int], Any]:
        """What is subtracted from a parameter, by its name, its gradient and the number of the step."""
        first: dict[str, Any] = dict.fromkeys(names, 0.0)
        second: dict[str, Any] = dict.fromkeys(names, 0.0)
        one, two = self.decay

        def plain(name: str, gradient: Any, step: int) -> Any:
            return self.rate * gradient

        def with_momentum(name: str, gradient: Any, step: int) -> Any:
            first[name] = self.momentum * first[name] + gradient
            return self.rate * first[name]

        def by_adam(name: str, gradient: Any, step: int) -> Any:
            first[name] = one * first[name] + (1 - one) * gradient
            second[name] = two * second[name] + (1 - two) * gradient * gradient
            mean, square = first[name] / (1 - one**step), second[name] / (1 - two**step)
            return self.rate * mean / (np.sqrt(square) + self.small)

        return by_adam if self.adam else with_momentum if self.momentum else plain


@dataclass
class History:
    """What happened: the value, the norm of the gradient and the parameters before each step, and at the end.

    `status` is ``finished`` after all steps, ``converged`` where the gradient became as small as asked, ``flat`` where
    it is 0 from the start, and ``diverged`` from the step `began` on. Parameters that are large are kept for the first
    and the last step alone.
    """

    wrt: tuple[str, ...]
    values: list[float] = field(default_factory=list)
    norms: list[float] = field(default_factory=list)
    parameters: dict[int, dict[str, Any]] = field(default_factory=dict)
    status: str = "finished"
    began: int = 0

    @property
    def steps(self) -> int:
        return len(self.values) - 1

    @property
    def result(self) -> dict[str, Any]:
        """The parameters at the end."""
        return self.parameters[self.steps]

    def path(self, name: str) -> Any:
        """The values that a parameter took, one below the other."""
        return np.array([found[name] for _, found in sorted(self.parameters.items())])


def descend(
    loss: Compiled,
    start: Mapping[str, Any],
    method: Method,
    steps: int,
    tolerance: float = 0.0,
    seed: int | None = None,
    progress: Callable[[int], None] | None = None,
) -> History:
    """``w ← w − η ∂f/∂w`` for all names at once, at most `steps` times.

    Stops where the norm of the gradient is at most `tolerance`, and where the value is no finite number or has grown
    for many steps on end. With a batch, each step looks at a random sample of the data.
    """
    history = History(loss.wrt)
    here = {name: np.array(start[name], dtype=float) for name in loss.wrt}
    keep = steps * sum(array.size for array in here.values()) <= _MOST_KEPT
    move = method.mover(loss.wrt)
    random = np.random.default_rng(seed)
    for step in range(steps + 1):
        places = random.choice(loss.count, loss.batch, replace=False) if loss.batch else None
        value, gradients = loss(here, places)
        norm = _norm(gradients)
        history.values.append(value)
        history.norms.append(norm)
        if keep or step == 0:
            history.parameters[step] = {name: array.copy() for name, array in here.items()}
        if _ended(history, value, norm, tolerance, bool(loss.batch)) or step == steps:
            break
        here = {name: array - move(name, gradients[name], step + 1) for name, array in here.items()}
        if progress is not None:
            progress(step + 1)
    history.parameters[history.steps] = {name: array.copy() for name, array in here.items()}
    return history


def _norm(gradients: Mapping[str, Any]) -> float:
    with np.errstate(all="ignore"):
        return float(np.sqrt(sum(float(np.sum(one * one)) for one in gradients.values())))


def _ended(history: History, value: float, norm: float, tolerance: float, sampled: bool) -> bool:
    """Whether to stop here, and the reason for it in the history."""
    values = history.values
    if not (np.isfinite(value) and np.isfinite(norm)):
        history.status, history.began = "diverged", _growth(values)
        return True
    if norm == 0 and history.steps == 0 and not sampled:
        history.status = "flat"
        return True
    if norm <= tolerance and (tolerance or not sampled):
        history.status = "converged"
        return True
    began = _growth(values)
    far = value > values[0] + abs(values[0]) * 1e6 if sampled else value > values[0]
    if far and history.steps - began >= _GROWING:
        history.status, history.began = "diverged", began
        return True
    return False


def _growth(values: Sequence[float]) -> int:
    """The step from which on the value has only grown."""
    step = len(values) - 1
    while step > 0 and not values[step] <= values[step - 1]:
        step -= 1
    return step
