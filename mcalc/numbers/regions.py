"""The regions that conditions cut the space of the variables into, and points in each of them.

Lines are followed to every kink on them. Samples lie between the kinks of a line, and close to each on both sides.
"""

from __future__ import annotations

import operator
from collections.abc import Mapping, Sequence
from functools import cache
from itertools import chain, pairwise

from mcalc.numbers.arrays import Random
from mcalc.numbers.arrays import array_module as np
from mcalc.numbers.asked import Asked
from mcalc.numbers.drawn_lines import DrawnLines
from mcalc.numbers.lines import Brackets, Lines, follow
from mcalc.numbers.located import BESIDE, SIDES, Beside, Kink, Located, Pattern, Regions, point_at
from mcalc.numbers.sizes import Sizes
from mcalc.numbers.space import Space
from mcalc.table.records import Array
from mcalc.tree.node import Node, topological
from mcalc.tree.node import variables as variables_of

_NEAREST = 1e-6
_PER_PATTERN, _PATTERNS, _PER_KINK, _KINKS = 3, 64, 2, 32
_GENERATIONS, _BASES, _BASES_AT_ONCE, _ENOUGH = 4, 12, 3, 32
_BASE_KINDS = ("any", "positive", "mixed", "square", "any", "unit", "mixed", "above one")


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
    if any(variables_of(root) for root in (*conditions, *domain, *places)):
        return searched(Asked(conditions, variables, sizes, domain, places), Space(variables, sizes), generator)
    return Regions(conditions)


def searched(asked: Asked, space: Space, generator: Random) -> Regions:
    """`regions` of what is asked, compiled."""
    found = Regions(asked.conditions)
    below = topological(asked.program.roots)
    names = {node.parameters[0] for node in below if node.operator.name == "variable"}
    moving = [at for at, variable in enumerate(space.variables) if variable.parameters[0] in names]
    if moving:
        _Search(found, asked, moving, space, generator).run()
    return found


class _Search:
    """Lines through random points, then through points of the regions that these have met, until none is new."""

    def __init__(self, found: Regions, asked: Asked, moving: list[int], space: Space, generator: Random) -> None:
        self.found, self.asked, self.moving, self.space, self.generator = found, asked, moving, space, generator
        self.seen: dict[int, list[Located]] = {}
        self.patterns: dict[int, Pattern] = {}
        self.based: set[int] = set()
        self.crossed: dict[tuple[object, ...], int] = {}
        self.looked: list[tuple[dict[str, Array], Array]] = []
        """Points with their margins, where the nearest to a kink has not been looked for yet."""
        self.nearest: dict[int, tuple[float, dict[str, Array]]] = {}
        self.grid = _grid(asked.program.costly)

    def run(self) -> None:
        """Follows lines until no new region comes up, or enough have been found."""
        self._follow(self._first_lines())
        single = self.asked.columns[-1] < 2 and self.asked.free
        for _ in range(0 if self.asked.program.costly or single else _GENERATIONS):
            if self._complete():
                break
            bases = self._bases()
            for start in range(0, len(bases), _BASES_AT_ONCE):
                if (start and self._complete()) or len(self.seen) >= _ENOUGH:
                    break
                self._follow(self._further_lines(bases[start : start + _BASES_AT_ONCE]))
        kept = self.seen.values()
        self.found.inside = [spots[0] for spots in kept]
        self.found.more = [spot for spots in kept for spot in spots[1:]]

    def _complete(self) -> bool:
        """Whether both answers of every entry were met with all answers of the others, and a kink of every condition.

        Where a condition has no value at a point, or is counted under a sum, there may always be another answer; of
        places it is their zeros that are looked for.
        """
        plain = len(self.asked.free) == len(self.asked.holding)
        if not plain or len(self.seen) != 2 ** self.asked.columns[-1]:
            return False
        crossed = {at for kink in self.found.kinks for at in kink.conditions}
        if len(crossed) != len(self.asked.conditions):
            return False
        return all(entry >= 0 for spots in self.seen.values() for entry in chain(*spots[0].pattern))

    # Lines ------------------------------------------------------------------------------------------------------

    def _first_lines(self) -> Lines:
        """Through random points: along each variable, along all of them alike, and along all at different speeds."""
        several = len(self.moving) > 1
        ways = [[at] for at in self.moving[:4]] * (2 if len(self.moving) < 4 else 1) if several else []
        ways += [self.moving] * (4 if several else 6)
        drawn = DrawnLines(self.space, self.generator)
        for at, moving in enumerate(ways[-4:] if self.asked.program.costly else ways):
            (base,) = self.space.drawn(_BASE_KINDS[at % len(_BASE_KINDS)], 1, self.generator)
            drawn.add(base, moving, uneven=several and at % 2 == 1)
        return drawn.lines()

    def _further_lines(self, bases: Sequence[Mapping[str, Array]]) -> Lines:
        """Through the points given: along one variable, along all, and along one entry."""
        drawn = DrawnLines(self.space, self.generator)
        for base in map(self.space.row, bases):
            few = len(self.moving) < 4
            for moving in [[at] for at in self.moving] if few else [[self._one()] for _ in range(3)]:
                drawn.add(base, moving)
            drawn.add(base, self.moving, uneven=len(self.moving) > 1)
            for _ in range(2):
                drawn.add_entry(base, self._one())
        return drawn.lines()

    def _one(self) -> int:
        return self.moving[self.generator.integers(len(self.moving))]

    def _bases(self) -> list[Mapping[str, Array]]:
        """A point of each pattern that is new, and where a condition not yet met on both sides is nearest to a tie."""
        fresh = [key for key in self.seen if key not in self.based][:_BASES]
        self.based.update(fresh)
        self._note_nearest()
        patterns = {spots[0].pattern for spots in self.seen.values()}
        one_sided = [
            self.nearest[measured][1]
            for measured, at in enumerate(self.asked.free)
            if measured in self.nearest and len({pattern[at] for pattern in patterns}) < 2
        ]
        return [*(self.seen[key][-1].point for key in fresh), *one_sided]

    def _note_nearest(self) -> None:
        """Where each margin comes nearest to 0, and is not 0."""
        for points, margins in self.looked:
            distance = np.where((margins == 0) | np.isnan(margins), np.inf, np.abs(margins))
            for measured, (start, end) in enumerate(pairwise(self.asked.measured)):
                own = distance[:, start:end].min(axis=1, initial=np.inf)
                at = int(np.argmin(own))
                if own[at] < self.nearest.get(measured, (np.inf,))[0]:
                    self.nearest[measured] = (float(own[at]), point_at(points, at))
        self.looked = []

    def _follow(self, lines: Lines) -> None:
        """The kinks on the lines; samples between them and beside them."""
        found = follow(self.asked, lines, self.grid)
        self._keep(found.points, found.answers.rows, found.codes, found.t)
        self.looked += [(found.points, found.answers.margins), *found.peaks]
        if len(found.kinks.line):
            self._sample(lines, found.kinks.chosen(np.lexsort((found.kinks.low, found.kinks.line))))

    # Samples ----------------------------------------------------------------------------------------------------

    def _sample(self, lines: Lines, brackets: Brackets) -> None:
        line, roots = brackets.line, (brackets.low + brackets.high) / 2
        other = line[1:] != line[:-1]
        apart = other | (np.diff(roots) > _NEAREST * (1 + np.abs(roots[1:])))
        first = np.flatnonzero(np.concatenate([[True], apart]))
        last = np.concatenate([first[1:] - 1, [len(roots) - 1]])
        start, end = roots[first], roots[last]
        within = line[first[1:]] == line[last[:-1]]
        starts = np.flatnonzero(np.concatenate([[True], ~within]))
        ends = np.concatenate([starts[1:] - 1, [len(first) - 1]])
        outer = start[starts] - 0.5 * (1 + np.abs(start[starts])), end[ends] + 0.5 * (1 + np.abs(end[ends]))
        between = np.concatenate([((start[1:] + end[:-1]) / 2)[within], *outer])
        of_line = np.concatenate([line[first[1:]][within], line[first[starts]], line[first[starts]]])
        crossed = self._newly_crossed(brackets, first, last)
        kinks = [at for at, _ in crossed]
        lower, upper, own = start[kinks], end[kinks], line[first[kinks]]
        sides = np.stack([lower, upper] * len(BESIDE), axis=1)
        beside = sides + np.array(SIDES) * (1 + np.abs(sides))
        t = np.concatenate([between, beside.ravel()])
        points = lines.at(np.concatenate([of_line, np.repeat(own, len(SIDES))]), t)
        rows = self.asked.at(points).rows
        codes, count = self.asked.codes(rows), len(between)
        self._keep(points, rows[:count], codes[:count], t[:count])
        if crossed:
            patterns = [
                self._pattern(code, rows[at]) if finite else None
                for at, (code, finite) in enumerate(
                    zip(codes[count:].tolist(), rows[count:, -1].tolist(), strict=True), count
                )
            ]
            there = {name: value[count:] for name, value in points.items()}
            self.found.beside.append(Beside(len(self.found.kinks), there, patterns))
            exact = lines.at(own, (lower + upper) / 2)
            self.found.kinks += [Kink(conditions, exact, at) for at, (_, conditions) in enumerate(crossed)]

    def _newly_crossed(self, brackets: Brackets, first: Array, last: Array) -> list[tuple[int, tuple[int, ...]]]:
        """The kinks that are of use, by number, with the conditions that change there.

        Of those where the same happens a few are; of those where only the domain ends none.
        """
        differ = np.logical_or.reduceat((brackets.before != brackets.after)[:, :-1], first, axis=0)
        before, after = self.asked.codes(brackets.before[first]), self.asked.codes(brackets.after[last])
        found: list[tuple[int, tuple[int, ...]]] = []
        conditions = self._changing(differ)
        for at, key in enumerate(zip(before.tolist(), after.tolist(), conditions, strict=True)):
            changing = key[2]
            self.crossed[key] = passed = self.crossed.get(key, 0) + 1
            if passed <= _PER_KINK and changing is not None and len(self.found.kinks) + len(found) < _KINKS:
                found.append((at, changing))
        return found

    def _changing(self, differ: Array) -> list[tuple[int, ...] | None]:
        """The conditions that change at each kink, by number; None where only the domain ends."""
        if not differ.shape[1]:
            return [None] * len(differ)
        count = len(self.found.conditions)
        which = np.logical_or.reduceat(differ, self.asked.columns[:-1], axis=1)[:, :count].tolist()
        any_of = np.logical_or.reduce(differ, axis=1).tolist()
        return [
            tuple(at for at, changes in enumerate(row) if changes) if some else None
            for row, some in zip(which, any_of, strict=True)
        ]

    def _pattern(self, code: int, row: Array) -> Pattern:
        if code not in self.patterns:
            ends, entries = self.asked.columns[: len(self.found.conditions) + 1], row.tolist()
            self.patterns[code] = tuple(tuple(entries[a:b]) for a, b in pairwise(ends))
        return self.patterns[code]

    def _keep(self, points: Mapping[str, Array], rows: Array, codes: Array, t: Array) -> None:
        """A few points of each pattern, the nearest ones."""
        inside = np.flatnonzero(rows[:, -1])
        order = inside[np.argsort(np.abs(t[inside]), kind="stable")]
        for alike in sorted(_alike(codes[order]), key=operator.itemgetter(0)):
            places = order[alike]
            key = int(codes[places[0]])
            known = self.seen.get(key, [])
            if known or len(self.seen) < _PATTERNS:
                for at in places[: _PER_PATTERN - len(known)].tolist():
                    known.append(Located(points, at, self._pattern(key, rows[at])))
                self.seen[key] = known


@cache
def _grid(costly: bool) -> Array:
    """Where a line is asked first: evenly near its base, and ever more seldom far from it."""
    far = np.geomspace(1e-3, 1e7, 31 if costly else 61)
    return _distinct(np.concatenate([-far, far, np.linspace(-4, 4, 9 if costly else 33)]))


def _alike(codes: Array) -> list[Array]:
    """The places of codes that are equal, in order."""
    places = np.argsort(codes, kind="stable")
    ordered = codes[places]
    ends = [0, *(np.flatnonzero(ordered[1:] != ordered[:-1]) + 1).tolist(), len(codes)]
    return [places[start:end] for start, end in pairwise(ends)] if len(codes) else []


def _distinct(numbers: Array) -> Array:
    """The numbers in order, each once; as `np.unique`, which loads all of `np.ma` when it is first called."""
    ordered = np.sort(numbers)
    return ordered[np.concatenate([[True], ordered[1:] != ordered[:-1]])] if len(ordered) else ordered
