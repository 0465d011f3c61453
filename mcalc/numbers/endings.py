"""Where a descent ended, looked at from there: at a kink, on a way down without end, at a rate that is too large."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import pairwise

from mcalc.numbers.arrays import array_module as np
from mcalc.numbers.compiled import Compiled
from mcalc.numbers.descent import History, Method
from mcalc.table.records import Array

Place = Mapping[str, Array]
_MOST_DIRECTIONS, _WIDE, _NARROW = 16, 1e-3, 1e-5
_DECADES, _BISECTIONS, _PROGRESS, _TRIALS, _TRIAL_STEPS = 15, 60, 1e-6, 12, 1000


@dataclass(frozen=True)
class Surroundings:
    """What the value does near a place: a kink, no lower value near by, or less on either side along some line."""

    kink: bool
    lowest: bool
    concave: bool


def surroundings(loss: Compiled, here: Place) -> Surroundings:
    """``|f(x + hd) + f(x − hd) − 2f(x)|/h`` shrinks with h where f is smooth, and does not where it has a kink."""
    value, kink, lowest, concave = loss.value(here), False, True, False
    floor = 1e-9 * (1 + abs(value))
    for direction in _directions(here):
        bends = []
        for step in (_WIDE, _NARROW):
            sides = [loss.value(moved(here, direction, sign * step)) - value for sign in (1, -1)]
            lowest = lowest and not min(sides) < -floor * step
            concave = concave or sum(sides) < -floor
            bends.append(abs(sum(sides)) / step)
        kink = kink or bool(bends[1] > max(bends[0] / 2, floor))
    return Surroundings(kink, lowest, concave)


def moved(here: Place, direction: Place, times: float) -> dict[str, Array]:
    """``x + t·d`` for each name."""
    with np.errstate(all="ignore"):
        return {name: array + times * direction[name] for name, array in here.items()}


def _directions(here: Place) -> list[dict[str, Array]]:
    """Along the first entries, and some others, of the length of the place itself where that is more than 1."""
    random = np.random.default_rng(0)
    nothing = {name: np.zeros(np.shape(array)) for name, array in here.items()}
    found = []
    for name, array in here.items():
        for place in list(np.ndindex(*np.shape(array)))[: _MOST_DIRECTIONS // 2]:
            one = {key: zeros.copy() for key, zeros in nothing.items()}
            one[name][place] = max(1.0, abs(float(array[place])))
            found.append(one)
    found = found[: _MOST_DIRECTIONS // 2]
    while len(found) < _MOST_DIRECTIONS:
        found.append({name: random.normal(size=np.shape(array)) for name, array in here.items()})
    return found


def falls_without_end(loss: Compiled, history: History) -> tuple[float, str] | None:
    """The value far away, and which way: where each ten times longer way leads down by no less than the last.

    Against the gradient; and the way of the last steps, for along a kink the gradient of one side leads across it.
    """
    last = next(
        (
            step
            for step in range(history.steps, -1, -1)
            if np.isfinite([history.values[step], history.norms[step]]).all()
        ),
        None,
    )
    if last is None or last not in history.parameters or not history.norms[last]:
        return None
    here = history.parameters[last]
    _, gradients = loss(here)
    ways = [({name: -gradients[name] for name in here}, "against the gradient")]
    before = history.parameters.get(last // 2)
    if before is not None and last > 2:
        ways.append(({name: here[name] - before[name] for name in here}, "the way of the last steps"))
    for way, said in ways:
        far = _far_below(loss, here, history.values[last], way)
        if far is not None:
            return far, said
    return None


def _far_below(loss: Compiled, here: Place, value: float, way: Place) -> float | None:
    with np.errstate(over="ignore"):
        length = float(np.sqrt(sum(np.sum(one * one) for one in way.values())))
    if not 0 < length < np.inf:
        return None
    size = max(1.0, *(float(np.max(np.abs(array))) for array in here.values()))
    down = {name: one / length * size for name, one in way.items()}
    values = [value, *(loss.value(moved(here, down, 10.0**power)) for power in range(_DECADES))]
    drops = [before - after for before, after in pairwise(values)]
    floor = 1e-9 * (1 + abs(values[0]))
    for before, after in pairwise(drops):
        if not (before > floor and after >= 0.9 * before):
            return None
    return values[-1]


def crossed_kink(loss: Compiled, history: History) -> dict[str, Array] | None:
    """The kink across which the last steps go to and fro, if they do: found by halving the last step.

    Between its ends the slope along it changes its sign; at a kink it still jumps where the ends all but meet, be it
    from one side to the 0 that a convention puts there.
    """
    last, values = history.steps, history.values
    if last < 3 or last - 1 not in history.parameters:
        return None
    if values[last] < values[last - 2] - _PROGRESS * (values[0] - min(values)):
        return None
    before, after = history.parameters[last - 1], history.parameters[last]
    step = {name: after[name] - before[name] for name in before}

    def slope(share: float) -> float:
        _, gradients = loss(moved(before, step, share))
        return sum(float(np.sum(gradients[name] * step[name])) for name in step)

    low, high = 0.0, 1.0
    below, above = slope(low), slope(high)
    least = (above - below) / 4
    if not below < 0 < above:
        return None
    for _ in range(_BISECTIONS):
        middle = (low + high) / 2
        here = slope(middle)
        if np.isnan(here):
            return moved(before, step, middle)
        if here < 0:
            low, below = middle, here
        else:
            high, above = middle, here
    return moved(before, step, high) if above - below > least else None


def working_rate(
    descent: Callable[[Method, int], History], method: Method, history: History, steps: int
) -> tuple[float, History] | None:
    """A smaller rate, to one digit, by which the value falls: tried, from the same start."""
    rate = _expected_rate(method, history)
    for _ in range(_TRIALS):
        found = descent(Method(rate, method.momentum, method.adam), min(steps, _TRIAL_STEPS))
        if found.status in ("finished", "converged") and found.values[-1] < found.values[0]:
            return rate, found
        rate = float(f"{rate / 10:.0e}")
    return None


def _expected_rate(method: Method, history: History) -> float:
    """The rate at which a quadratic function that grows like this would fall fastest."""
    norms = [norm for norm in history.norms[history.began :] if np.isfinite(norm) and norm > 0]
    ratios = [after / before for before, after in pairwise(norms)]
    plain = ratios and not method.momentum and not method.adam
    smaller = method.rate / (1 + float(np.median(ratios))) if plain else method.rate / 10
    return float(f"{smaller if smaller > 1e-12 * method.rate else method.rate / 10:.0e}")
