"""The check of a derivative against the expression's own values: in every region, on both sides of every kink.

An answer is compared with the complex step where the expression can take one, and that has been found to agree
with differences; else with differences themselves. Either is believed as far as its uncertainty allows, which is
measured: how far a small change of every intermediate value moves it, and how far two step sizes lie apart.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import chain, islice
from math import prod

from mcalc.networks.index_form import Expression, IndexForm
from mcalc.numbers.arrays import Random
from mcalc.numbers.arrays import array_module as np
from mcalc.numbers.asked import Asked
from mcalc.numbers.at_once import AtOnce
from mcalc.numbers.complex_step import allowance
from mcalc.numbers.conditions import boundaries, conditions
from mcalc.numbers.differences import moved_by_rounding
from mcalc.numbers.located import BESIDE, Located, Pattern, Regions
from mcalc.numbers.numeric import KINDS, TensorProgram
from mcalc.numbers.program import Program, UnboundIndex
from mcalc.numbers.regions import searched
from mcalc.numbers.sizes import Sizes, dimensions
from mcalc.numbers.slope_in_digits import agree_in_digits
from mcalc.numbers.slopes import Slopes
from mcalc.numbers.space import Space
from mcalc.numbers.suitable_sizes import chosen_sizes, singular
from mcalc.numbers.ties import tied_by_rounding
from mcalc.table.records import Array
from mcalc.tree.node import Node

TOLERANCE = 1e-5
"""The relative error from which on an answer fails."""
_DRAWS = {kind: 40 if kind == "mixed" else 6 for kind in KINDS}
_POINTS, _POINTS_ALL_ZERO, _DIRECTIONS, _LARGEST = 3, 8, 2, 2_000_000
_DOUBTED, _EVIDENT = 1e-8, 1e-10
"""From which relative error on rounding is measured more exactly, and from which what is larger than it excludes."""
_LEAST = 1e-16
"""Agreement to the last digit differs from machine to machine, and is not told."""
_REGIONS, _BESIDE, _FEW = 16, 8, 3
"""How many regions are entered, and how many kinks passed; of so few regions each has a second point."""
_NEAR = BESIDE[1]


@dataclass(frozen=True)
class Verification:
    """At how many points a derivative agreed, and the largest relative error; without a point, why there is none.

    `kinks` are the conditions that hold at some of these points and not at others, of `existing` ones. An answer is
    `excluded` by a difference, however small, that is larger than rounding can make it.
    """

    points: int
    error: float
    reason: str = ""
    kinks: int = 0
    existing: int = 0
    excluded: bool = False

    @property
    def failed(self) -> bool:
        """Whether the answer and the differences disagree at a point."""
        return bool(self.points) and (self.excluded or not self.error <= TOLERANCE)


def verify_answer(value: Node, variables: Sequence[Node], by: Node, answer: Expression) -> Verification:
    """`verify` of a tree, or of entries in index notation; it is compiled once for each choice of sizes."""
    if isinstance(answer, IndexForm):
        parts = [f.node for term in answer.tensor.terms for f in term.factors if f.node is not None]
    else:
        parts = [answer]
    programs: dict[int, TensorProgram | Program] = {}

    def at(point: dict[str, Array], sizes: Sizes, generator: Random | None = None) -> Array:
        if id(sizes) not in programs:
            programs[id(sizes)] = (
                TensorProgram(answer.tensor, sizes) if isinstance(answer, IndexForm) else Program([answer], sizes)
            )
        program = programs[id(sizes)]
        found = program.run(point, generator=generator)
        return found[0] if isinstance(found, list) else found

    def agrees(sizes: Sizes, point: dict[str, Array], direction: Array) -> bool:
        return agree_in_digits(value, answer, sizes, point, by.parameters[0], direction)

    return verify(value, variables, by, at, parts, at, agrees, answer)


def verify(
    value: Node,
    variables: Sequence[Node],
    by: Node,
    derivative: Callable[[dict[str, Array], Sizes], Array],
    parts: Sequence[Node] = (),
    shaken: Callable[[dict[str, Array], Sizes, Random], Array] | None = None,
    agrees: Callable[[Sizes, dict[str, Array], Array], bool] | None = None,
    answer: Expression | None = None,
) -> Verification:
    """``∂f/∂x · v`` against ``Im f(x + ihv)/h`` and ``(f(x + hv) − f(x − hv))/2h``, the variable's entries free.

    `parts` are the trees that the derivative is made of: their branches are entered as those of the value are.
    `shaken` gives the derivative with every value on the way moved by `JITTER`, by which its own rounding is judged,
    and `agrees` says of a point and a direction whether both sides are equal with many digits: then all is well there.
    The `answer` itself, where it is given, is looked at in many points at once.
    """
    named = {variable.parameters[0]: variable for variable in variables}
    every = list({by.parameters[0]: by, **named}.values())
    asked = boundaries(conditions([value, *parts]))
    best = Verification(0, 0.0, "no small sizes fit the parts that the expression takes")
    for sizes in chosen_sizes([value, *parts], every):
        if prod(dimensions(value.axes + by.axes, sizes)) > _LARGEST:
            best = best if best.points else Verification(0, 0.0, "the derivative has too many entries to check")
            break
        try:
            found = _Check(value, every, by, derivative, sizes, asked, shaken, agrees, answer).run()
        except np.linalg.LinAlgError:
            found = Verification(0, 0.0, "a matrix that is inverted is singular")
        if found.failed or found.points >= _POINTS:
            return found
        best = max(found, best, key=lambda one: (one.points > 0, one.kinks, one.points))
    return best if best.points else replace(best, reason=singular(value, every) or best.reason)


class _Check:
    """One choice of sizes."""

    def __init__(
        self,
        value: Node,
        variables: Sequence[Node],
        by: Node,
        derivative: Callable[[dict[str, Array], Sizes], Array],
        sizes: Sizes,
        asked: Sequence[Node],
        shaken: Callable[[dict[str, Array], Sizes, Random], Array] | None,
        agrees: Callable[[Sizes, dict[str, Array], Array], bool] | None,
        answer: Expression | None,
    ) -> None:
        self.value, self.variables, self.by, self.sizes, self.derivative = value, variables, by, sizes, derivative
        self.name = by.parameters[0]
        self.shape = dimensions(value.axes + by.axes, sizes)
        self.shaken, self.agrees = shaken, agrees
        self.asked = asked
        self.space = Space(variables, sizes)
        self.sides = Asked(asked, variables, sizes, [value], ()) if asked else None
        self.slopes = Slopes(value, variables, self.name, sizes, self.sides)
        self.at_once = None if answer is None else AtOnce(self.slopes.values, answer, variables, by, self.sides)
        self.generator = np.random.default_rng(2)
        self.errors: list[float] = []
        self.excluded = False
        self.reason = "no random point was found where the value is finite"
        self.telling = False
        self.patterns: set[Pattern] = set()

    def run(self) -> Verification:
        """Points of every region where conditions decide; else random ones, and if these fail, points of the domain."""
        existing = self._regions() if self.asked else set()
        if len(self.errors) < _POINTS or not self.telling:
            self._ordinary()
        if len(self.errors) < _POINTS and not self.asked:
            self._regions()
        if not self.errors:
            return Verification(0, 0.0, self.reason)
        met = _two_sided(self.patterns) & existing
        error = max(*self.errors, _LEAST) if self.telling else max(self.errors)
        return Verification(len(self.errors), error, "", len(met), len(existing), self.excluded)

    def _regions(self) -> set[int]:
        """Points in each; the conditions that have two sides."""
        sides = self.sides or Asked((), self.variables, self.sizes, [self.value], ())
        found = searched(sides, self.space, self.generator)
        if spots := self._worth(found):
            points = {name: np.array([spot.points[name][spot.at] for spot in spots]) for name in self.space.names}
            for spot, added in zip(spots, self._add_all(points, len(spots)), strict=True):
                if added:
                    self.patterns.add(spot.pattern)
        return _two_sided(found.patterns)

    def _ordinary(self) -> None:
        for kind, draws in _DRAWS.items():
            points = self.space.points(self.space.drawn(kind, draws, self.generator))
            for _ in chain([False], self._add_all(points, draws)):
                if len(self.errors) >= (_POINTS if self.telling else _POINTS_ALL_ZERO):
                    return

    def _worth(self, found: Regions) -> list[Located]:
        """Points of as many regions as there are, then such as lie close to a kink, on both sides of it."""
        first: dict[Pattern, list[Located]] = {}
        for spot in chain(found.inside, found.more):
            first.setdefault(spot.pattern, []).append(spot)
        each = 1 if len(first) > _FEW else 2 if self.asked else _POINTS
        inside = [spot for own in islice(_covering(first), _REGIONS) for spot in first[own][:each]]
        passed: dict[tuple[object, ...], tuple[Located, Located]] = {}
        for low, high in found.passed(_NEAR):
            passed.setdefault((low.pattern, high.pattern), (low, high))
        near = {spot.pattern: spot for pair in islice(passed.values(), _BESIDE) for spot in pair}
        return [*inside, *(near.values() if len(first) <= _FEW else chain(*islice(passed.values(), _BESIDE)))]

    def _add_all(self, points: dict[str, Array], count: int) -> Iterator[bool]:
        """Whether each of the points could be used: all at once, and one by one where something is in doubt."""
        found = None if self.at_once is None else self.at_once.at(points, count, self.generator)
        beside = None if found is None else self.slopes.beside(found)
        for at in range(count):
            if found is not None and not found.finite[at]:
                yield False
            elif found is None or beside is None or not (found.plain(at) and beside.believed(at)):
                yield self._add({name: value[at] for name, value in points.items()})
            else:
                self.errors.append(found.error[at])
                self.telling = self.telling or found.telling[at]
                yield True

    def _add(self, point: dict[str, Array]) -> bool:
        try:
            with np.errstate(all="ignore"):
                error = self._error_at(point)
        except np.linalg.LinAlgError:
            return False
        if error is not None:
            self.errors.append(error)
        return error is not None

    def _error_at(self, point: dict[str, Array]) -> float | None:
        """The relative error at one point; None if it cannot be had."""
        (value,) = self.slopes.program.run(point)
        moved = self.slopes.moved(point, value) if np.isfinite(value).all() else None
        if moved is None:
            return None
        try:
            answer = np.asarray(self.derivative(point, self.sizes))
        except UnboundIndex:
            return float("inf")
        if answer.shape != self.shape:
            return float("inf")
        if answer.dtype.kind == "c" or not np.isfinite(answer).all():
            self.reason = "no random point was found where the value and its derivative are finite"
            return None
        self.reason = "at the random points tried, rounding leaves nothing of the differences to compare with"
        start = np.asarray(point[self.name], dtype=float)
        worst = 0.0
        for _ in range(_DIRECTIONS):
            direction = self.generator.uniform(-1, 1, np.shape(start)) * max(1.0, np.abs(start).max(initial=0.0))
            estimate = self.slopes.estimate(point, direction, moved)
            if estimate is None:
                self.reason = "each random point tried lies on a kink" if self.slopes.on_a_kink else self.reason
                return None
            expected = _along(answer, direction)
            error = estimate.error(expected)
            if self.shaken is not None and (estimate.excludes(expected) or (error or 0.0) > _DOUBTED):
                swayed = moved_by_rounding(partial(self._shaken, direction), point, expected)
                own = np.inf if swayed is None else allowance(expected, swayed)
                estimate = replace(estimate, uncertainty=estimate.uncertainty + own)
                error = estimate.error(expected)
            excluded = error is not None and error > _EVIDENT and estimate.excludes(expected)
            if error is None or ((excluded or error > TOLERANCE) and self._explained(point, direction)):
                return None
            self.excluded = self.excluded or excluded
            worst = max(worst, error)
        self.telling = self.telling or bool(np.any(answer))
        return worst

    def _explained(self, point: dict[str, Array], direction: Array) -> bool:
        """Whether floating-point numbers differ where both sides, with all their digits, do not."""
        if not np.isfinite(self.slopes.program.largest(point)):  # exp(b) overflows in log(exp(b))
            return True
        agrees = self.agrees is not None and self.agrees(self.sizes, point, direction)
        return agrees or tied_by_rounding(self.asked, point, self.sizes)

    def _shaken(self, direction: Array, point: dict[str, Array], generator: Random) -> Array:
        assert self.shaken is not None
        return _along(np.asarray(self.shaken(point, self.sizes, generator)), direction)


def _along(derivative: Array, direction: Array) -> Array:
    return np.tensordot(derivative, direction, direction.ndim) if direction.ndim else derivative * direction


def _two_sided(patterns: set[Pattern]) -> set[int]:
    """The conditions of which an entry holds in one of the patterns, and one does not."""
    seen: dict[int, set[bool]] = {}
    for pattern in patterns:
        for at, part in enumerate(pattern):
            seen.setdefault(at, set()).update(entry > 0 for entry in part)
    return {at for at, sides in seen.items() if len(sides) == 2}


def _covering(patterns: Mapping[Pattern, Sequence[Located]]) -> Iterator[Pattern]:
    """The patterns in an order in which every entry of every condition is soon met on both sides."""
    bits: dict[tuple[int, int], int] = {}
    left = []
    for pattern in patterns:
        every = enumerate(chain(*pattern))
        left.append((pattern, sum(1 << bits.setdefault(entry, len(bits)) for entry in every)))
    met = 0
    while left:
        best = max(range(len(left)), key=lambda at: (left[at][1] & ~met).bit_count())
        pattern, entries = left.pop(best)
        met |= entries
        yield pattern
