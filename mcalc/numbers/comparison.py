"""Two descents from one start, by a rule of one's own and along the gradient: where the own one goes wrong."""

from __future__ import annotations

from collections.abc import Sequence

from mcalc.numbers.arrays import array_module as np
from mcalc.numbers.descent import History
from mcalc.numbers.written import rounded
from mcalc.table.sentences import Sentence, filled

_SAME, _FAR, _MOST = 1e-9, 1e-3, 4
Pair = tuple[str, Sequence[float], Sequence[float]]
"""A heading, and its values step by step by the own rule and by the right one."""


def compared(own: History, right: History, pairs: Sequence[Pair]) -> list[str]:
    """Sentences on the loss and on each column of the table."""
    both = [(own.values, right.values), *((mine, theirs) for _, mine, theirs in pairs)]
    if own.steps == right.steps and all(_close(mine, theirs) for mine, theirs in both):
        return ["The own rule takes the same steps as the gradient"]
    found = _of_the_loss(own, right)
    if not own.values[-1] <= right.values[-1]:
        found += [sentence for pair in pairs for sentence in _of_a_column(*pair)][:_MOST]
    return found


def _close(mine: Sequence[float], theirs: Sequence[float]) -> bool:
    with np.errstate(all="ignore"):
        return bool(np.allclose(mine, theirs, rtol=_SAME, atol=_SAME * (1 + np.max(np.abs(theirs))), equal_nan=True))


def _of_the_loss(own: History, right: History) -> list[str]:
    """Where the value first grows, and where it ends; then where it ends along the gradient."""
    values, steps = own.values, own.steps
    first = next((step for step in range(1, len(values)) if not values[step] <= values[step - 1]), None)
    after = f"after {steps} step{'s' * (steps != 1)}"
    if not np.isfinite(values[-1]):
        told = f"By the own rule the value grows from step {own.began} on, and is no finite number at step {steps}"
        said = Sentence(told)
    elif own.status in ("converged", "flat"):
        return [filled(f"By the own rule the gradient is {{}} at step {steps}", rounded(own.norms[-1]))]
    elif first is not None and values[first] - values[first - 1] > _SAME * (1 + abs(values[first])):
        told = f"By the own rule the value grows at step {first}, from {{}} to {{}}, and is {{}} {after}"
        said = filled(told, rounded(values[first - 1]), rounded(values[first]), rounded(values[-1]))
    else:
        still = "still " if values[-1] - right.values[-1] > _FAR * abs(values[0] - right.values[-1]) else ""
        said = filled(f"By the own rule the value is {still}{{}} {after}", rounded(values[-1]))
    told = f"Along the gradient it is {{}} after {right.steps} step{'s' * (right.steps != 1)}"
    return [said, filled(told, rounded(right.values[-1]))]


def _of_a_column(heading: str, mine: Sequence[float], theirs: Sequence[float]) -> list[str]:
    """That a column moves away from where the right descent takes it."""
    start, end, target = mine[0], mine[-1], theirs[-1]
    before, after = abs(start - target), abs(end - target)
    stays = all(one == theirs[0] for one in theirs)
    if stays or after <= before * (1 + _FAR) or np.isnan(end) or not np.isfinite(target):
        return []
    told = "{} moves away: from {} to {}, where the gradient takes it to {}"
    return [filled(told, heading, rounded(start), rounded(end), rounded(target))]
