"""The search for the least mistake that explains an answer: versions of it, and of the derivative, that are equal."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence
from typing import Any, NamedTuple

from sympy.core.singleton import S

from mcalc.checking.compare import Ground, Sample, close
from mcalc.checking.corrections import Correction
from mcalc.checking.points import Field, Valued, shape_of, trees
from mcalc.checking.proof import proved_equal
from mcalc.checking.relation import Factor, Relation, Scalars, relation
from mcalc.checking.variants import Variant
from mcalc.numbers.arrays import array_module as np
from mcalc.problems import Problem
from mcalc.table.records import Array, Shape
from mcalc.tree import build
from mcalc.tree.node import Node, topological, variables

_WORK = 1500
"""How many versions are looked at; large ones count more, so that the time is bounded."""


class Values:
    """The values of an expression at samples, found as they are asked for."""

    def __init__(self, expression: Valued, samples: Sequence[Sample]) -> None:
        self.field, self.samples = Field(expression), samples
        self.found: list[Any] = []

    def first(self, count: int) -> list[Any]:
        """The values at the first samples."""
        while len(self.found) < min(count, len(self.samples)):
            self.found.append(self.field.at(self.samples[len(self.found)].spot))
        return self.found[:count]

    def all(self) -> list[Any]:
        """The values at all samples."""
        return self.first(len(self.samples))


class Entry(NamedTuple):
    """A version of the answer, or of the right derivative, with its values at the deciding samples."""

    cost: float
    origin: Correction | Variant | None
    expression: Valued
    values: Values


class Hit(NamedTuple):
    """A version of the answer that is, up to a factor and a transpose, a version of the right derivative."""

    cost: float
    answer: Entry
    right: Entry
    relation: Relation


def turned_shape(shape: Shape) -> Shape:
    """Of the transpose: of a column a row, of a row a column; a value of order 3 or 4 has none."""
    if len(shape) == 1:
        return (S.One, *shape)
    if len(shape) == 2:
        return shape[1:] if shape[0] == 1 else shape[::-1]
    return () if not shape else (S.Zero,)


class Search:
    """The least mistake that turns the right derivative into the answer."""

    def __init__(self, ground: Ground, answer: Valued | None, scalars: Scalars) -> None:
        self.ground, self.answer, self.scalars = ground, answer, scalars
        self.samples = ground.deciding
        self.spots = [sample.spot for sample in self.samples]
        self.left = _WORK
        self.generator = np.random.default_rng(23)
        self.weights: dict[tuple[int, ...], Array] = {}
        self.known: dict[Hashable, Values] = {}
        self.cheapest: dict[Hashable, float] = {}
        self.answers: list[Entry] = []
        self.rights: list[Entry] = []

    def _news(self, expression: Valued, cost: float, side: str) -> bool:
        """Whether no version that is the same costs as little, and its shape can be met."""
        if not isinstance(expression, Node):
            return True
        shapes = {shape_of(right.expression) for right in self.rights if not _alone(right)}
        if side == "answer" and not any(expression.shape in (shape, turned_shape(shape)) for shape in shapes):
            return False
        key = (side, expression.canon, expression.sign, expression.shape)
        if self.cheapest.get(key, 99.0) <= cost:
            return False
        self.cheapest[key] = cost
        return True

    def entry(self, expression: Valued, cost: float = 0.0, origin: Correction | Variant | None = None) -> Entry:
        """An expression with its values; what was evaluated before is not evaluated again."""
        key = (expression.canon, expression.sign, expression.shape) if isinstance(expression, Node) else id(expression)
        if key not in self.known:
            self.left -= 1 + sum(node.key[0] for node in trees(expression)) // 40 + 4 * _loops(expression)
            self.known[key] = Values(expression, self.samples)
        return Entry(cost, origin, expression, self.known[key])

    def add_answers(self, corrections: Iterable[Correction], wrap: Callable[[Node], Valued]) -> None:
        """Versions of the answer, until the work allowed is used up."""
        for correction in corrections:
            if self.left < 0:
                return
            expression = wrap(correction.node)
            if self._news(expression, correction.cost, "answer"):
                self.answers.append(self.entry(expression, correction.cost, correction))

    def add_rights(self, variants: Iterable[Variant]) -> None:
        """Versions of the derivative, until the work allowed is used up."""
        for variant in variants:
            if self.left < 0:
                return
            if self._news(variant.expression, variant.cost, "right"):
                self.rights.append(self.entry(variant.expression, variant.cost, variant))

    # Matching: a number for each version that a factor and a sign do not change

    def _mark(self, found: Values, turned: bool = False) -> tuple[object, ...] | None:
        marks: list[object] = []
        for value in found.first(4):
            if value is None:
                return None
            if turned:
                value = value.T
            if value.shape not in self.weights:
                self.weights[value.shape] = self.generator.uniform(0.5, 1.5, value.shape)
            marks.append(value.shape)
            with np.errstate(over="ignore"):  # what is too large to square has no mark of its own
                size = float(np.sum(value * value))
            if not 0 < size < float("inf"):
                marks.append(0.0)
                continue
            marks.append(abs(float(np.sum(value * self.weights[value.shape]))) / size**0.5)
        return tuple(marks) if any(isinstance(mark, float) and mark > 0 for mark in marks) else None

    def hits(self, limit: float) -> list[Hit]:
        """Every pair of versions that are the same and cost less than the limit, least cost first."""
        by_mark: dict[Hashable, list[tuple[Entry, bool]]] = {}
        for right in self.rights:
            for turned in (False, True):
                mark = self._mark(right.values, turned)
                if mark is not None:
                    by_mark.setdefault(_rounded(mark), []).append((right, turned))
        found: list[Hit] = []
        for answer in self.answers:
            mark = self._mark(answer.values)
            if mark is None:
                continue
            seen = set()
            for near in _neighbours(mark):
                for right, turned in by_mark.get(near, ()):
                    if (id(right), turned) in seen or answer.cost + right.cost >= limit:
                        continue
                    seen.add((id(right), turned))
                    if answer.origin is not None and _alone(right):
                        continue
                    hit = self.hit(answer, right, turned)
                    if hit is not None and hit.cost < limit:
                        found.append(hit)
        return sorted(found, key=lambda hit: hit.cost)

    def hit(self, answer: Entry, right: Entry, turned: bool) -> Hit | None:
        """How the two are related, None where they are not."""
        one, other = shape_of(answer.expression), shape_of(right.expression)
        if (one != turned_shape(other)) if turned else (one != other):
            return None
        if turned and len(other) not in (1, 2):
            return None
        found = relation(answer.values.all(), right.values.all(), self.spots, self.scalars, turned)
        if found is None:
            return None
        beside = right.origin.factor_cost if isinstance(right.origin, Variant) else 1.0
        return Hit(answer.cost + right.cost + beside * cost_of(found), answer, right, found)

    def confirmed(self, hit: Hit) -> int:
        """At how many samples of the whole ground the hit holds; 0 where one speaks against it."""
        count = 0
        ours, theirs = Field(hit.answer.expression), Field(hit.right.expression)
        factor = None if hit.relation.factor is None else Field(hit.relation.factor.node)
        for sample in self.ground.samples:
            one, other = ours.at(sample.spot), theirs.at(sample.spot)
            scale = 1.0 if factor is None else factor.at(sample.spot)
            if one is None or other is None or scale is None:
                continue
            other = scale * (other.T if hit.relation.turned else other)
            if one.shape != other.shape:
                return 0
            if not close(one, other, sample.slack) and not close(
                one, other, sample.slack + ours.uncertainty(sample.spot, one) + theirs.uncertainty(sample.spot, other)
            ):
                return 0
            count += 1
        return count

    def proven(self, hit: Hit) -> bool:
        """Whether rewriting shows that the two versions are equal."""
        one, other = hit.answer.expression, hit.right.expression
        if not isinstance(one, Node) or not isinstance(other, Node):
            return False
        try:
            if hit.relation.turned:
                other = build.transpose(other)
            if hit.relation.factor is not None:
                other = build.apply("multiply", hit.relation.factor.node, other)
        except Problem:
            return False
        return proved_equal(one, other)


def _alone(right: Entry) -> bool:
    return isinstance(right.origin, Variant) and right.origin.alone


def _loops(expression: Valued) -> int:
    return sum(node.operator.name == "loop_sum" for node in topological(trees(expression)))


def cost_of(found: Relation) -> float:
    """What a transpose and a factor add: a sign is likelier than a number, a number than a scalar."""
    cost = 1.0 if found.turned else 0.0
    factor = found.factor
    if factor is None:
        return cost
    if factor.number == -1 and not factor.powers:
        return cost + 1.1
    cost += 0.6 if factor.number < 0 else 0.0
    if not variables_of(factor):
        return cost + 1.5 + 0.1 * len(factor.powers)
    plain = all(not node.args for node, _ in factor.powers)
    return cost + (1.7 if plain else 2.4)


def variables_of(factor: Factor) -> list[Node]:
    """The variables in a factor."""
    return [leaf for node, _ in factor.powers for leaf in variables(node)]


def _rounded(mark: tuple[object, ...]) -> tuple[object, ...]:
    return tuple(round(part, 5) if isinstance(part, float) else part for part in mark)


def _neighbours(mark: tuple[object, ...]) -> list[tuple[object, ...]]:
    found: list[tuple[object, ...]] = [()]
    for part in mark:
        near = (
            [part]
            if not isinstance(part, float)
            else list(dict.fromkeys(round(part + step, 5) for step in (0, -4e-6, 4e-6)))
        )
        found = [(*before, one) for before in found for one in near]
    return found
