"""What a search for regions has found: points with the conditions that hold there, and kinks between them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from mcalc.table.records import Array
from mcalc.tree.node import Node

Pattern = tuple[tuple[int, ...], ...]
"""For each condition, entry by entry: 1 where it holds, 0 where it does not, -1 where it has no value.

Of a condition under a sum over an index, for how many of them it holds."""

BESIDE = (1e-7, 1e-3, 1e-2)
"""How far from a kink, of the distance along the line, samples are taken on both sides."""
SIDES = tuple(side * e for e in BESIDE for side in (-1, 1))


class Located(NamedTuple):
    """One of many points, which conditions hold there, and the kink beside it, if any, at what relative distance."""

    points: Mapping[str, Array]
    at: int
    pattern: Pattern
    kink: int | None = None
    distance: float = 0.0

    @property
    def point(self) -> dict[str, Array]:
        """The values of the variables."""
        return point_at(self.points, self.at)


class Kink(NamedTuple):
    """One of many points where conditions change, by their numbers."""

    conditions: tuple[int, ...]
    points: Mapping[str, Array]
    at: int

    @property
    def point(self) -> dict[str, Array]:
        """The values of the variables."""
        return point_at(self.points, self.at)


class Beside(NamedTuple):
    """Points beside kinks, as many for each as there are `SIDES`: the number of the first kink, and their patterns.

    A point where the value is not finite has none.
    """

    first: int
    points: dict[str, Array]
    patterns: list[Pattern | None]

    def located(self, distances: Sequence[int]) -> Iterator[Located | None]:
        """Of each kink the points at some of the distances, by their numbers among `SIDES`."""
        each = len(SIDES)
        for start in range(0, len(self.patterns), each):
            for at in distances:
                pattern = self.patterns[start + at]
                if pattern is None:
                    yield None
                else:
                    kink = self.first + start // each
                    yield Located(self.points, start + at, pattern, kink, SIDES[at])


class Regions:
    """Points in every region that was found, one of each first; the kinks on the way from one to another."""

    def __init__(self, conditions: Sequence[Node]) -> None:
        self.conditions = list(conditions)
        self.kinks: list[Kink] = []
        self.inside: list[Located] = []
        self.more: list[Located] = []
        self.beside: list[Beside] = []

    @property
    def spots(self) -> list[Located]:
        """All points: one of each region, those beside kinks, and others."""
        beside = [spot for one in self.beside for spot in one.located(range(len(SIDES))) if spot is not None]
        return [*self.inside, *beside, *self.more]

    def passed(self, distance: float) -> Iterator[tuple[Located, Located]]:
        """The points so far from a kink on both sides, where the value is finite on both."""
        sides = [SIDES.index(-distance), SIDES.index(distance)]
        for one in self.beside:
            found = one.located(sides)
            for low, high in zip(found, found, strict=True):
                if low is not None and high is not None:
                    yield low, high

    @property
    def patterns(self) -> set[Pattern]:
        """Which conditions hold, for each region that was found."""
        inside = {spot.pattern for spot in self.inside}
        return inside.union(*({pattern for pattern in one.patterns if pattern is not None} for one in self.beside))

    @property
    def unmet(self) -> list[tuple[int, bool]]:
        """The conditions that hold, or do not hold, nowhere among the points: by number, with the side not met."""
        met = {(at, entry > 0) for pattern in self.patterns for at, part in enumerate(pattern) for entry in part}
        return [(at, side) for at in range(len(self.conditions)) for side in (True, False) if (at, side) not in met]


def point_at(points: Mapping[str, Array], at: int | Array) -> dict[str, Array]:
    """The values of the names at one of the points, or at several of them."""
    return {name: value[at] for name, value in points.items()}
