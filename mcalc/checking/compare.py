"""Whether two values are equal: at many points that reach every branch, and by rewriting where that succeeds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from mcalc.calculus.index_form import IndexForm
from mcalc.checking.points import (
    MODERATE,
    Field,
    Indexed,
    Spot,
    Stacked,
    Tie,
    Valued,
    draw,
    lattice,
    size_choices,
    spots,
)
from mcalc.expressions import build
from mcalc.expressions.tree import Node, topological
from mcalc.numbers.arrays import array_module as np
from mcalc.numbers.conditions import conditions, counted
from mcalc.numbers.program import dimensions

_CLOSE = 1e-7
_STEADY = 1e-8
"""How far rounding may move a value, of its size, where values are compared: near singular matrices they are not."""
_SEARCHED = 300
_DECIDING = 14
_FEWEST = 5
_PLACES = 5000


def trees(expression: Valued) -> list[Node]:
    """The nodes that a value is made of."""
    if isinstance(expression, Stacked):
        expression = expression.derivative
    if isinstance(expression, IndexForm):
        return [f.node for term in expression.tensor.terms for f in term.factors if f.node is not None]
    return [expression.node if isinstance(expression, Indexed) else expression]


def _places(expressions: Sequence[Valued], sizes: Sequence[dict[str, int]]) -> int:
    """At how many choices of free indices the largest of the values is computed, one by one."""
    found = [1]
    for one in expressions:
        if isinstance(one, Indexed) and sizes:
            sums = [node.parameters[0] for node in topological([one.node]) if node.operator.name == "loop_sum"]
            found.append(int(np.prod(dimensions((loop.size for loop in (*one.indices, *sums)), sizes[0]))))
    return max(found)


class Sample(NamedTuple):
    """The right value at a spot, and how far rounding may have moved it."""

    spot: Spot
    right: Any
    slack: float


@dataclass
class Ground:
    """Where values are compared: samples of the right derivative where expression and derivative are finite."""

    right: Valued
    variables: list[Node]
    sizes: list[dict[str, int]]
    samples: list[Sample] = field(default_factory=list)
    asked: list[Node] = field(default_factory=list)
    unmet: list[Node] = field(default_factory=list)

    @classmethod
    def of(cls, value: Node, right: Valued, others: Sequence[Valued], variables: Sequence[Node]) -> Ground:
        roots = [value, *trees(right), *(node for other in others for node in trees(other))]
        asked = conditions(roots)
        ground = cls(right, list(variables), size_choices(roots, variables), [], asked)
        ground._fill(Field(value), Field(right), _places([right, *others], ground.sizes))
        return ground

    def _fill(self, value: Field, right: Field, places: int) -> None:
        met: set[tuple[int, bool]] = set()
        rough: list[Sample] = []
        asked = [Field(counted(condition)) for condition in self.asked]

        def add(spot: Spot) -> None:
            if value.at(spot) is None:
                return
            found = right.at(spot)
            if found is None:
                return
            slack = right.uncertainty(spot, found)
            steady = slack <= _STEADY * np.abs(found).max(initial=0.0)
            (self.samples if steady else rough).append(Sample(spot, found, slack))

        def news(spot: Spot) -> set[tuple[int, bool]]:
            seen: set[tuple[int, bool]] = set()
            for at, condition in enumerate(asked):
                holds = condition.at(spot)
                if holds is not None:
                    seen |= {(at, bool(np.any(holds > 0))), (at, bool(np.all(holds > 0)))}
            return seen - met

        drawn = list(spots(self.variables, self.sizes))
        for spot in drawn[:: 1 + len(drawn) * places // _PLACES]:
            add(spot)
            met |= news(spot)
        generator = np.random.default_rng(17)
        kinds = ("uneven", "huge", "large", "mixed", "any", "small", "far", "far")
        for at in range(_SEARCHED if len(met) < 2 * len(asked) else 0):
            spot = draw(self.variables, self.sizes[at % len(self.sizes)], kinds[at % len(kinds)], generator)
            fresh = news(spot)
            if fresh:
                met |= fresh
                add(spot)
        self.unmet = [
            condition if side else build.opposite(condition) or condition
            for at, condition in enumerate(self.asked)
            for side in (True, False)
            if (at, side) not in met
        ]
        if len(self.samples) < _FEWEST:
            self.samples += [sample for sample in rough if sample.slack <= 1e-3 * np.abs(sample.right).max(initial=0.0)]

    def values(self, expression: Valued, deciding: bool = False) -> list[Any]:
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
    """At which samples an answer agrees, differs, or has no value."""

    agree: list[int] = field(default_factory=list)
    differ: list[int] = field(default_factory=list)
    undefined: list[int] = field(default_factory=list)

    @property
    def right(self) -> bool:
        return bool(self.agree) and not self.differ and not self.undefined


def agreement(ground: Ground, answer: Valued) -> Agreement:
    """The answer against the right derivative, at every sample."""
    found = Agreement()
    evaluated = Field(answer)
    for at, sample in enumerate(ground.samples):
        value = evaluated.at(sample.spot)
        if value is None:
            if sample.spot.kind in MODERATE:
                found.undefined.append(at)
        elif value.shape != sample.right.shape:
            found.differ.append(at)
        elif close(value, sample.right, sample.slack):
            found.agree.append(at)
        else:
            moved = evaluated.uncertainty(sample.spot, value)
            steady = moved <= _STEADY * np.abs(value).max(initial=0.0)
            if steady and not close(value, sample.right, sample.slack + moved):
                found.differ.append(at)
    return found


def close(one: Any, other: Any, slack: float = 0.0) -> bool:
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
            if one is None or other is None or one.shape != other.shape or close(one, other, 1e-12):
                continue
            for condition, edge in edges:
                if edge.at(spot):
                    found.setdefault(condition)
    return list(found)
