"""Whether two values are equal: at many points that reach every branch, and by rewriting where that succeeds."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple, TypeAlias

from mcalc.checking.exact import DIGITS, Difference, precise_value
from mcalc.checking.points import (
    MODERATE,
    REGION,
    Field,
    Indexed,
    Spot,
    Tie,
    Valued,
    lattice,
    shape_of,
    size_choices,
    spots,
    trees,
)
from mcalc.numbers.arrays import array_module as np
from mcalc.numbers.conditions import conditions, counted
from mcalc.numbers.digits import digits
from mcalc.numbers.regions import regions
from mcalc.numbers.sizes import dimensions
from mcalc.table.records import Array
from mcalc.tree import build
from mcalc.tree.node import Node, topological, variables

_CLOSE = 1e-7
_STEADY = 1e-8
"""How far rounding may move a value, of its size, where values are compared: near singular matrices they are not."""
_MOST_REGIONS, _MOST_SUMS, _MOST_PARTS = 90, 6, 80
_DECIDING = 14
_FEWEST = 5
_NOTHING, _GENEROUS = 1e-30, 1e3
"""What is no number any more; how many times the rounding that is guessed a value may be that is zero."""
_NEAR = 1e3
_PLACES = 5000
_CONFIRMED, _A_SIDE, _MOST_EXACT, _ANYWHERE, _MOST_BEYOND = 24, 3, 60, 48, 12
_SHORT = 25
"""How many parts a value has that is computed with many digits at as many spots as one likes."""


Side: TypeAlias = "tuple[tuple[object, ...] | None, ...]"
"""What each condition is at a spot, entry by entry; None where it has no value there."""


def _places(expressions: Sequence[Valued], sizes: Sequence[dict[str, int]]) -> int:
    """At how many choices of free indices the largest of the values is computed, one by one."""
    found = [1]
    for one in expressions:
        if isinstance(one, Indexed) and sizes:
            sums = [node.parameters[0] for node in topological([one.node]) if node.operator.name == "loop_sum"]
            found.append(int(np.prod(dimensions((loop.size for loop in (*one.indices, *sums)), sizes[0]))))
    return max(found)


def _sums(roots: Sequence[Node]) -> list[Node]:
    """The sums of numbers: where they are zero there may be a peak, or the end of a domain."""
    nodes = topological(roots)
    return [n for n in nodes if n.operator.name == "add" and not n.shape and not n.loops and variables(n)][:_MOST_SUMS]


class Sample(NamedTuple):
    """The right value at a spot, and how far rounding may have moved it."""

    spot: Spot
    right: Array
    slack: float


@dataclass
class Ground:
    """Where values are compared: samples of the right derivative where expression and derivative are finite."""

    value: Node
    right: Valued
    variables: list[Node]
    sizes: list[dict[str, int]]
    samples: list[Sample] = field(default_factory=list)
    asked: list[Node] = field(default_factory=list)
    unmet: list[Node] = field(default_factory=list)
    beyond: list[Spot] = field(default_factory=list)
    """Spots at which floating-point numbers are too coarse or too small, and numbers of many digits may not be."""

    @classmethod
    def of(cls, value: Node, right: Valued, others: Sequence[Valued], variables: Sequence[Node]) -> Ground:
        """Points on which the value and the right derivative exist, in every region that the conditions leave."""
        roots = [value, *trees(right), *(node for other in others for node in trees(other))]
        asked = conditions(roots)
        ground = cls(value, right, list(variables), size_choices(roots, variables), [], asked)
        ground._fill(Field(value), Field(right), _places([right, *others], ground.sizes))
        return ground

    def _fill(self, value: Field, right: Field, places: int) -> None:
        rough: list[Sample] = []
        tries = _confirming(trees(self.right), _ANYWHERE)

        def add(spot: Spot) -> None:
            nonlocal tries
            found = None if value.at(spot) is None else right.at(spot)
            if found is None:
                self.beyond.append(spot)
                return
            slack = right.uncertainty(spot, found) if isinstance(self.right, Node) else 0.0
            sample = Sample(spot, found, slack)
            if sample.slack <= _STEADY * np.abs(found).max(initial=0.0):
                self.samples.append(sample)
                return
            seems_zero = sample.slack * _GENEROUS >= np.abs(found).max() and tries > 0
            tries -= seems_zero
            if seems_zero and self._is_zero(spot):
                self.samples.append(sample._replace(right=np.zeros_like(found)))
            else:
                rough.append(sample)

        def add_all(found: Sequence[Spot]) -> None:
            value.look_ahead(found)
            right.look_ahead(found, moved=True)
            for spot in found:
                add(spot)

        drawn = list(spots(self.variables, self.sizes))
        add_all(drawn[:: 1 + len(drawn) * places // _PLACES])
        self.unmet = self._search(add_all)
        for sample in rough if len(self.samples) < _FEWEST else ():
            exact = precise_value(self._precise, sample.spot, self.variables)
            if exact is not None:
                self.samples.append(sample._replace(right=exact))
        self.beyond += [sample.spot for sample in rough if len(self.samples) >= _FEWEST]

    def _is_zero(self, spot: Spot) -> bool:
        """Whether the derivative is zero, and floating-point numbers have the rounding of terms that cancel."""
        exact = precise_value(self._precise, spot, self.variables)
        return exact is not None and not np.any(np.abs(exact) > _NOTHING)

    def _search(self, add_all: Callable[[Sequence[Spot]], None]) -> list[Node]:
        """Spots on both sides of every kink that is found; the sides of conditions on which there is none."""
        roots = [self.value, *trees(self.right)]
        narrow = not any(variable.shape for variable in self.variables) and len(topological(roots)) <= _MOST_PARTS
        places = _sums(roots) if narrow else []
        missed: set[tuple[int, bool]] = set()
        for at, sizes in enumerate([*self.sizes[:1], *self.sizes[3:4]]):
            generator = np.random.default_rng(17)
            found = regions(self.asked, self.variables, sizes, generator, places=places)
            add_all([Spot(sizes, located.point, REGION) for located in found.spots[:_MOST_REGIONS]])
            missed = missed & set(found.unmet) if at else set(found.unmet)
        sides = ((self.asked[at], side) for at, side in sorted(missed))
        return [condition if side else build.opposite(condition) or condition for condition, side in sides]

    def side(self, spot: Spot) -> Side:
        """On which side of every kink the spot lies."""
        found = []
        for condition in self._conditions:
            holds = condition.at(spot)
            found.append(None if holds is None else tuple(np.ravel(holds)))
        return tuple(found)

    @cached_property
    def _precise(self) -> Field:
        return Field(self.right, digits(DIGITS))

    @cached_property
    def _conditions(self) -> list[Field]:
        return [Field(counted(condition)) for condition in self.asked]

    def values(self, expression: Valued, deciding: bool = False) -> list[Array | None]:
        """The values of an expression at the samples; None where it has none."""
        found = Field(expression)
        return [found.at(sample.spot) for sample in (self.deciding if deciding else self.samples)]

    @property
    def deciding(self) -> list[Sample]:
        """A few samples at sizes that differ, for a first look at a candidate."""
        wide = [s for s in self.samples if s.spot.kind in MODERATE and s.spot.sizes in self.sizes[:2]]
        chosen = wide[:: max(1, len(wide) // _DECIDING)]
        return chosen[:_DECIDING] or self.samples[:_DECIDING]


@dataclass
class Agreement:
    """At which samples an answer agrees, differs, or has no value; `exact` at how many spots it is equal to 50 digits.

    `strange` are the spots beyond the samples at which it differs.
    """

    agree: list[int] = field(default_factory=list)
    differ: list[int] = field(default_factory=list)
    undefined: list[int] = field(default_factory=list)
    doubtful: list[int] = field(default_factory=list)
    exact: int = 0
    strange: list[Spot] = field(default_factory=list)

    @property
    def right(self) -> bool:
        """Whether the two are equal wherever they were compared."""
        return bool(self.exact) and not self.wrong

    @property
    def wrong(self) -> bool:
        """Whether they differ, or one has no value where the other has."""
        return bool(self.differ or self.undefined or self.strange)


def agreement(ground: Ground, answer: Valued) -> Agreement:
    """The answer against the right derivative: at every sample, and to 50 digits where they seem to agree."""
    found = _roughly(ground, answer)
    difference = difference_of(ground, answer)
    if shape_of(answer) != shape_of(ground.right):
        return found
    seeming, found.differ = found.differ, []
    for at in seeming[:_CONFIRMED]:
        equal = difference.vanishes(ground.samples[at].spot)
        if equal is False:
            found.differ = seeming
            return found
        found.exact += equal is True
    for at in list(found.undefined):
        if difference.defined("answer", ground.samples[at].spot):
            found.undefined.remove(at)
            found.agree.append(at)
    found.agree += found.doubtful
    few = _confirming(difference.gaps or [*trees(ground.right), *trees(answer)], _ANYWHERE)
    for at in _telling(ground, found.agree, few):
        equal = difference.vanishes(ground.samples[at].spot)
        if equal is False:
            found.agree.remove(at)
            found.differ.append(at)
        found.exact += equal is True
    few = min(few, _MOST_BEYOND)
    for spot in ground.beyond[:: 1 + len(ground.beyond) // few]:
        if all(difference.defined(name, spot) for name in ("value", "right")):
            equal = difference.vanishes(spot)
            if equal is False:
                found.strange.append(spot)
            found.exact += equal is True
    return found


def difference_of(ground: Ground, answer: Valued) -> Difference:
    """``right − answer`` at spots."""
    return Difference(ground.value, ground.right, answer, ground.variables)


def _roughly(ground: Ground, answer: Valued) -> Agreement:
    """The two in floating-point numbers."""
    found = Agreement()
    evaluated = Field(answer)
    evaluated.look_ahead([sample.spot for sample in ground.samples])
    for at, sample in enumerate(ground.samples):
        value = evaluated.at(sample.spot)
        if value is None:
            if sample.spot.kind in MODERATE or (sample.spot.kind == REGION and _is_near(sample.spot)):
                found.undefined.append(at)
        elif value.shape != sample.right.shape:
            found.differ.append(at)
        elif close(value, sample.right, sample.slack):
            found.agree.append(at)
        else:
            moved = evaluated.uncertainty(sample.spot, value)
            steady = moved <= _STEADY * np.abs(value).max(initial=0.0)
            far = steady and not close(value, sample.right, sample.slack + moved)
            (found.differ if far else found.doubtful).append(at)
    return found


def _is_near(spot: Spot) -> bool:
    """Whether the numbers are so small that a value that is missing is missing for no other reason."""
    return all(np.abs(value).max(initial=0.0) < _NEAR for value in map(np.asarray, spot.point.values()))


def _confirming(roots: Sequence[Node], most: int) -> int:
    """At how many spots what is known is confirmed with many digits: at fewer where there is much to compute."""
    return max(_FEWEST, min(most, most * _SHORT // (1 + len(topological(roots)))))


def _telling(ground: Ground, among: Sequence[int], few: int) -> list[int]:
    """Samples enough to decide: of every combination of sides a few, of them all not too many."""
    ordered = sorted(among, key=lambda at: (sum(ground.samples[at].spot.sizes.values()), at))
    counts: dict[Side, int] = {}
    chosen: list[int] = []
    for at in ordered if ground.asked else ():
        side = ground.side(ground.samples[at].spot)
        counts[side] = counts.get(side, 0) + 1
        if counts[side] <= _A_SIDE:
            chosen.append(at)
    rest = [at for at in ordered if at not in chosen]
    return [*chosen[:_MOST_EXACT], *rest[:: 1 + len(rest) // few]]


def close(one: Array, other: Array, slack: float = 0.0) -> bool:
    """Equal but for rounding."""
    scale = max(np.abs(one).max(initial=0.0), np.abs(other).max(initial=0.0))
    return bool(np.abs(one - other).max(initial=0.0) <= _CLOSE * scale + slack)


def at_kinks(ground: Ground, right: Valued, answer: Valued) -> list[Node]:
    """The conditions at whose boundary, and only there, an answer differs that agrees everywhere else."""
    if not ground.asked:
        return []
    ours, theirs = Field(right), Field(answer)
    generator = np.random.default_rng(7)
    edges = [(condition, Tie(condition)) for condition in ground.asked]
    found: dict[Node, None] = {}
    for sizes in ground.sizes[:1]:
        for spot in lattice(ground.variables, sizes, generator, 60):
            one, other = ours.at(spot), theirs.at(spot)
            if one is None or (other is not None and (one.shape != other.shape or close(one, other, 1e-12))):
                continue
            for condition, edge in edges:
                if edge.at(spot):
                    found.setdefault(condition)
    return list(found)
