"""The part of the domain, between kinks, on which a wrong answer is right."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from mcalc.checking.compare import Agreement, Ground, difference_of
from mcalc.checking.findings import Finding
from mcalc.checking.points import Tie, Valued
from mcalc.notation.said import formula_of
from mcalc.numbers.arrays import array_module as np
from mcalc.table.sentences import linked
from mcalc.tree import build

_CONFIRMED = 8

Sides = Mapping[int, bool | None]
"""Of each condition whether it holds for all entries, for none (False), or for some (None)."""


def where_right(ground: Ground, answer: Valued, found: Agreement) -> Finding | None:
    """``x − 5 ≤ 0``, where an answer is right on one side of kinks and nowhere else; None where it is not so.

    Where both are zero there, that says nothing about the answer.
    """
    alike = [at for at in found.agree if at not in found.doubtful]
    if not ground.asked or not any(np.any(ground.samples[at].right) for at in alike):
        return None
    within = [_sides(ground, at) for at in alike]
    ties = [Tie(condition) for condition in ground.asked]
    off_kinks = [at for at in found.differ if not any(tie.at(ground.samples[at].spot) for tie in ties)]
    beyond = [_sides(ground, at) for at in off_kinks]
    asked = {at: side for at, side in within[0].items() if side is not None and all(s[at] == side for s in within)}
    if not _parted(asked, beyond):
        return None
    for at in list(asked)[::-1]:
        fewer = {other: side for other, side in asked.items() if other != at}
        if _parted(fewer, beyond):
            asked = fewer
    words = []
    for at, side in asked.items():
        condition = ground.asked[at] if side else build.opposite(ground.asked[at])
        if condition is None:
            return None
        words.append(formula_of(condition))
    difference = difference_of(ground, answer)
    if any(difference.vanishes(ground.samples[at].spot) is False for at in alike[:_CONFIRMED]):
        return None
    return Finding("only-part-of-domain", linked(" and ", words), False, len(alike))


def _sides(ground: Ground, at: int) -> Sides:
    values = ground.side(ground.samples[at].spot)
    plain = {number: value for number, value in enumerate(values) if not ground.asked[number].loops}
    return {
        number: None if value is None else all(value) or (False if not any(value) else None)
        for number, value in plain.items()
    }


def _parted(asked: Sides, beyond: Sequence[Sides]) -> bool:
    """Whether what is asked fails at every point of those beyond."""
    return bool(asked and beyond) and all(any(sides[at] != side for at, side in asked.items()) for sides in beyond)
