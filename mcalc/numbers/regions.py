"""The regions that conditions cut the space of the variables into, and points in each of them.

Lines are followed to every kink on them. Samples lie between the kinks of a line, and close to each on both sides.
"""

from __future__ import annotations

import operator
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain, pairwise
from typing import NamedTuple

from mcalc.numbers.arrays import Random
from mcalc.numbers.arrays import array_module as np
from mcalc.numbers.lines import Asked, Brackets, Followed, Lines, follow
from mcalc.numbers.numeric import draw_free
from mcalc.numbers.sizes import Sizes
from mcalc.table.records import Array
from mcalc.tree.node import Node
from mcalc.tree.node import variables as variables_of

Pattern = tuple[tuple[int, ...], ...]
"""For each condition, entry by entry: 1 where it holds, 0 where it does not, -1 where it has no value.

Of a condition under a sum over an index, for how many of them it holds."""

BESIDE = (1e-7, 1e-3, 1e-2)
"""How far from a kink, of the distance along the line, samples are taken on both sides."""
_NEAREST = 1e-6
_PER_PATTERN, _PATTERNS, _PER_KINK, _KINKS = 3, 64, 2, 32
_GENERATIONS, _BASES, _BASES_AT_ONCE, _ENOUGH = 4, 12, 3, 32
_BASE_KINDS = ("any", "positive", "mixed", "square", "any", "unit", "mixed", "above one")


class Located(NamedTuple):
    """A point, which conditions hold there, and the kink that it lies beside, if any, at what relative distance."""

    point: dict[str, Array]
    pattern: Pattern
    kink: int | None = None
    distance: float = 0.0


class Kink(NamedTuple):
    """A point where conditions change, by their numbers."""

    conditions: tuple[int, ...]
    point: dict[str, Array]


@dataclass
class Regions:
    """Points in every region that was found, one of each first; the kinks on the way from one to another."""

    conditions: list[Node]
    spots: list[Located] = field(default_factory=list)
    kinks: list[Kink] = field(default_factory=list)

    @property
    def patterns(self) -> set[Pattern]:
        """Which conditions hold, for each region that was found."""
        return {spot.pattern for spot in self.spots}

    @property
    def unmet(self) -> list[tuple[int, bool]]:
        """The conditions that hold, or do not hold, nowhere among the points: by number, with the side not met."""
        met = {(at, entry > 0) for pattern in self.patterns for at, part in enumerate(pattern) for entry in part}
        return [(at, side) for at in range(len(self.conditions)) for side in (True, False) if (at, side) not in met]


def regions(
    conditions: Sequence[Node],
    variables: Sequence[Node],
    sizes: Sizes,
    generator: Random,
    domain: Sequence[Node] = (),
    places: Sequence[Node] = (),
) -> Regions:
    """Points in every combination of the conditions that exists, and close to every kink on both sides.

    The points lie where the values of `domain` are finite; whether they are is searched for as a condition is. The
    zeros of the scalars `places` are looked at as well, and tell no regions apart. Kinks nearer than 1e-6 count as
    one. What nothing asks costs nothing. Raises LinAlgError where a constant part has no value.
    """
    found = Regions(list(conditions))
    asked = [*conditions, *domain, *places]
    names = {node.parameters[0] for root in asked for node in variables_of(root)}
    moving = [variable for variable in variables if variable.parameters[0] in names]
    if moving:
        _Search(found, Asked(conditions, variables, sizes, domain, places), moving, sizes, generator).run()
    return found


class _Search:
    """Lines through random points, then through points of the regions that these have met, until none is new."""

    def __init__(self, found: Regions, asked: Asked, moving: list[Node], sizes: Sizes, generator: Random) -> None:
        self.found, self.asked, self.moving, self.sizes, self.generator = found, asked, moving, sizes, generator
        self.seen: dict[bytes, list[Located]] = {}
        self.based: set[bytes] = set()
        self.changing: dict[tuple[bytes, bytes], tuple[int, ...] | None] = {}
        self.crossed: dict[tuple[object, ...], int] = {}
        self.nearest: dict[int, tuple[float, dict[str, Array]]] = {}
        costly = asked.program.costly
        far = np.geomspace(1e-3, 1e7, 31 if costly else 61)
        self.grid = distinct(np.concatenate([-far, far, np.linspace(-4, 4, 9 if costly else 33)]))

    def run(self) -> None:
        """Follows lines until no new region comes up, or enough have been found."""
        self._follow(self._first_lines())
        single = self.asked.columns[-1] < 2 and self.asked.free
        for _ in range(0 if self.asked.program.costly or single else _GENERATIONS):
            bases = self._bases()
            for start in range(0, len(bases), _BASES_AT_ONCE):
                if self._complete() or len(self.seen) >= _ENOUGH:
                    break
                self._follow(self._further_lines(bases[start : start + _BASES_AT_ONCE]))
        kept = list(self.seen.values())
        more = [spot for spots in kept for spot in spots[1:]]
        self.found.spots = [*(spots[0] for spots in kept), *self.found.spots, *more]

    def _complete(self) -> bool:
        """Whether both answers of every entry were met with all answers of the others, and a kink of every condition.

        Where a condition has no value at a point, or is counted under a sum, there may always be another answer; of
        places it is their zeros that are looked for.
        """
        plain = len(self.asked.free) == len(self.asked.holding)
        if not plain or len(self.seen) != 2 ** self.asked.columns[-1]:
            return False
        answers = np.array([list(chain(*spots[0].pattern)) for spots in self.seen.values()])
        crossed = {at for kink in self.found.kinks for at in kink.conditions}
        return bool((answers >= 0).all()) and len(crossed) == len(self.asked.conditions)

    # Lines ------------------------------------------------------------------------------------------------------

    def _first_lines(self) -> Lines:
        """Through random points: along each variable, along all of them alike, and along all at different speeds."""
        several = len(self.moving) > 1
        ways = [[v] for v in self.moving[:4]] * (2 if len(self.moving) < 4 else 1) if several else []
        ways += [self.moving] * (4 if several else 6)
        rows = []
        for at, moving in enumerate(ways[-4:] if self.asked.program.costly else ways):
            kind = _BASE_KINDS[at % len(_BASE_KINDS)]
            base = {v.parameters[0]: draw_free(v, self.sizes, kind, self.generator) for v in self.asked.variables}
            rows.append((base, self._direction(moving, several and at % 2 == 1)))
        return Lines.of(rows)

    def _further_lines(self, bases: Sequence[Mapping[str, Array]]) -> Lines:
        """Through the points given: along one variable, along all, and along one entry."""
        rows = []
        for base in bases:
            few = len(self.moving) < 4
            ways = [[v] for v in self.moving] if few else [[self._one()] for _ in range(3)]
            rows += [(base, self._direction(moving, False)) for moving in ways]
            rows.append((base, self._direction(self.moving, len(self.moving) > 1)))
            rows += [(base, self._direction([self._one()], False, True)) for _ in range(2)]
        return Lines.of(rows)

    def _one(self) -> Node:
        return self.moving[self.generator.integers(len(self.moving))]

    def _direction(self, moving: Sequence[Node], uneven: bool, entry: bool = False) -> dict[str, Array]:
        found = {}
        for variable in self.asked.variables:
            value = np.asarray(draw_free(variable, self.sizes, "any", self.generator))
            value = value / max(np.abs(value).max(initial=0.0), 1e-9)
            if variable not in moving:
                value = np.zeros_like(value)
            elif entry and value.size:
                value = np.reshape(np.arange(value.size) == self.generator.integers(value.size), value.shape) + 0.0
            found[variable.parameters[0]] = value * (10 ** self.generator.uniform(-2, 2) if uneven else 1.0)
        return found

    def _bases(self) -> list[Mapping[str, Array]]:
        """A point of each pattern that is new, and where a condition not yet met on both sides is nearest to a tie."""
        fresh = [key for key in self.seen if key not in self.based][:_BASES]
        self.based.update(fresh)
        patterns = {spots[0].pattern for spots in self.seen.values()}
        one_sided = [
            self.nearest[measured][1]
            for measured, at in enumerate(self.asked.free)
            if measured in self.nearest and len({pattern[at] for pattern in patterns}) < 2
        ]
        return [*(self.seen[key][-1].point for key in fresh), *one_sided]

    def _follow(self, lines: Lines) -> None:
        """The kinks on the lines; samples between them and beside them."""
        found = follow(self.asked, lines, self.grid)
        self._keep(found.points, found.answers.rows, found.t)
        self._note_nearest(found)
        if len(found.kinks.line):
            self._sample(lines, found.kinks.chosen(np.lexsort((found.kinks.low, found.kinks.line))))

    def _note_nearest(self, found: Followed) -> None:
        """Where each margin comes nearest to 0, and is not 0."""
        for points, margins in ((found.points, found.answers.margins), *found.peaks):
            distance = np.where((margins == 0) | np.isnan(margins), np.inf, np.abs(margins))
            for measured, start in enumerate(self.asked.measured[:-1]):
                own = distance[:, start : self.asked.measured[measured + 1]].min(axis=1, initial=np.inf)
                at = int(np.argmin(own))
                if own[at] < self.nearest.get(measured, (np.inf,))[0]:
                    self.nearest[measured] = (float(own[at]), _point(points, at))

    # Samples ----------------------------------------------------------------------------------------------------

    def _sample(self, lines: Lines, brackets: Brackets) -> None:
        between: list[tuple[int, float]] = []
        beside: list[tuple[int, float]] = []
        kinks: list[tuple[int, float, tuple[int, ...]]] = []
        for line in distinct(brackets.line):
            own = brackets.chosen(brackets.line == line)
            roots = (own.low + own.high) / 2
            first = np.nonzero([True, *(np.diff(roots) > _NEAREST * (1 + np.abs(roots[1:])))])[0]
            last = np.array([*(first[1:] - 1), len(roots) - 1])
            ends = [roots[0] - 0.5 * (1 + abs(roots[0])), roots[-1] + 0.5 * (1 + abs(roots[-1]))]
            between += [(line, t) for t in (*((roots[first[1:]] + roots[last[:-1]]) / 2), *ends)]
            for low, high in zip(first, last, strict=True):
                before, after = own.before[low : high + 1], own.after[low : high + 1]
                answers = (before.tobytes(), after.tobytes())
                if answers not in self.changing:
                    self.changing[answers] = self._changing(before, after)
                changing = self.changing[answers]
                key = (changing, own.before[low].tobytes(), own.after[high].tobytes())
                self.crossed[key] = self.crossed.get(key, 0) + 1
                if (
                    self.crossed[key] <= _PER_KINK
                    and changing is not None
                    and len(self.found.kinks) + len(kinks) < _KINKS
                ):
                    kinks.append((line, (roots[low] + roots[high]) / 2, changing))
                    sides = ((roots[low], -1), (roots[high], 1))
                    beside += [(line, t + side * e * (1 + abs(t))) for e in BESIDE for t, side in sides]
        variables = self.asked.variables
        line, t = (np.array(part) for part in zip(*between, strict=True))
        points = lines.at(variables, line, t)
        self._keep(points, self.asked.at(points).rows, t)
        if kinks:
            points = lines.at(variables, *(np.array(part) for part in zip(*beside, strict=True)))
            rows = self.asked.at(points).rows
            start, each = len(self.found.kinks), 2 * len(BESIDE)
            answers = rows.tolist()
            self.found.spots += [
                Located(
                    _point(points, at),
                    self._pattern(answers[at]),
                    start + at // each,
                    BESIDE[at % each // 2] * (1 if at % 2 else -1),
                )
                for at in np.nonzero(rows[:, -1] > 0)[0].tolist()
            ]
            exact = lines.at(variables, *(np.array([kink[at] for kink in kinks]) for at in (0, 1)))
            self.found.kinks += [Kink(kink[2], _point(exact, at)) for at, kink in enumerate(kinks)]

    def _changing(self, before: Array, after: Array) -> tuple[int, ...] | None:
        """The conditions that change, by number; None where only the domain ends."""
        columns = np.nonzero((before != after).any(axis=0)[:-1])[0]
        if not len(columns):
            return None
        numbers = np.searchsorted(self.asked.columns, columns, side="right") - 1
        return tuple(int(n) for n in distinct(numbers) if n < len(self.found.conditions))

    def _pattern(self, row: Sequence[int]) -> Pattern:
        ends = self.asked.columns[: len(self.found.conditions) + 1]
        return tuple(tuple(row[a:b]) for a, b in pairwise(ends))

    def _keep(self, points: Mapping[str, Array], rows: Array, t: Array) -> None:
        """A few points of each pattern, the nearest ones."""
        inside = np.nonzero(rows[:, -1] > 0)[0]
        order = inside[np.argsort(np.abs(t[inside]), kind="stable")]
        for alike in sorted(_alike(rows[order, :-1]), key=operator.itemgetter(0)):
            key = rows[order[alike[0]], :-1].tobytes()
            known = self.seen.get(key, [])
            if known or len(self.seen) < _PATTERNS:
                for at in order[alike[: _PER_PATTERN - len(known)]]:
                    spot = Located(_point(points, at), self._pattern(rows[at].tolist()))
                    self.seen.setdefault(key, known).append(spot)


def _alike(rows: Array) -> list[Array]:
    """The places of rows that are equal, in order; as `np.unique` by an axis, see `distinct`."""
    if not rows.size:
        return [np.arange(len(rows))] if len(rows) else []
    places = np.lexsort(rows.T)
    ordered = rows[places]
    starts = np.flatnonzero((ordered[1:] != ordered[:-1]).any(axis=1)) + 1
    ends = [0, *starts.tolist(), len(rows)]
    return [places[start:end] for start, end in pairwise(ends)]


def distinct(numbers: Array) -> Array:
    """The numbers in order, each once; as `np.unique`, which loads all of `np.ma` when it is first called."""
    ordered = np.sort(numbers)
    return ordered[np.concatenate([[True], ordered[1:] != ordered[:-1]])] if len(ordered) else ordered


def _point(points: Mapping[str, Array], at: int | Array) -> dict[str, Array]:
    return {name: value[at] for name, value in points.items()}
