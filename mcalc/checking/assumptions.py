"""Where a wrong answer is right after all: for symmetric matrices, on part of the domain, where a condition holds."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from functools import partial
from typing import NamedTuple

from mcalc.checking.compare import Ground, Sample, Side, close
from mcalc.checking.findings import KINDS
from mcalc.checking.points import Field, Spot, Valued, draw, shape_of, trees
from mcalc.checking.relation import Relation, Scalars, relation
from mcalc.checking.search import turned_shape
from mcalc.notation.said import formula_of
from mcalc.numbers.arrays import array_module as np
from mcalc.numbers.conditions import conditions, counted
from mcalc.table.records import Array
from mcalc.table.sentences import filled, linked
from mcalc.tree import build
from mcalc.tree.node import Node
from mcalc.tree.properties import PROPERTIES, declared

_DRAWS = 260
_WANTED = 10
_OPEN, _THIN, _BY_ITSELF, _NOT_DECLARED = 0.97, 1.3, 1.9, 2.1
"""What it costs to suppose a property that holds on an open set, one that does not, such a one of the variable of the
derivative, and what cannot be declared or would not make the answer right."""


class Assumption(NamedTuple):
    """A part of all points: what it is called, in words, and samples of the right derivative there."""

    finding: str
    cost: float
    words: str
    samples: list[Sample]
    of: Node | None = None
    declared: str = ""
    """The property of the variable that this part of the points has."""

    @property
    def undeclared_cost(self) -> float:
        """Its cost, where what it assumes could be declared and is not."""
        return max(self.cost, _NOT_DECLARED) if self.declared else self.cost


def assumptions(ground: Ground, answer: Valued, by: Collection[str] = ()) -> Iterator[Assumption]:
    """Those that the variables, the conditions of the derivative and those of the answer suggest."""
    yield from _of_properties(ground, answer, by)
    yield from _of_conditions(ground, answer)
    yield from _of_negatives(ground)


def holds_there(ground: Ground, answer: Valued, there: Assumption, scalars: Scalars) -> Relation | None:
    """How the answer relates to the derivative under an assumption: equal, or up to a factor and a transpose."""
    if len(there.samples) < 3:
        return None
    values = [Field(answer).at(sample.spot) for sample in there.samples]
    wanted = [sample.right for sample in there.samples]
    spots = [sample.spot for sample in there.samples]
    if sum(value is not None for value in values) < 3:
        return None
    for turned in (False, True):
        one, other = shape_of(answer), shape_of(ground.right)
        if (one != turned_shape(other)) if turned else (one != other):
            continue
        found = relation(values, wanted, spots, scalars, turned)
        if found is not None:
            return found
        if all(
            value is not None and close(value, other.T if turned else other, sample.slack)
            for value, other, sample in zip(values, wanted, there.samples, strict=True)
        ):
            return Relation(turned, None)
    return None


def _resampled(ground: Ground, change: Callable[[Spot], Spot | None]) -> list[Sample]:
    right = Field(ground.right)
    found = []
    for sample in ground.deciding:
        spot = change(sample.spot)
        value = None if spot is None else right.at(spot)
        if spot is not None and value is not None:
            found.append(Sample(spot, value, right.uncertainty(spot, value)))
    return found


def _changed(name: str, change: Callable[[Array], Array]) -> Callable[[Spot], Spot]:
    return lambda spot: spot._replace(point={**spot.point, name: change(spot.point[name])})


def _sides_of_agreement(ground: Ground, answer: Valued) -> set[Side]:
    """The sides of every kink on which the answer is right already, without any assumption."""
    if not ground.asked or shape_of(answer) != shape_of(ground.right):
        return set()
    values = zip(ground.samples, ground.values(answer), strict=True)
    alike = [sample for sample, value in values if value is not None and close(value, sample.right, sample.slack)]
    return {ground.side(sample.spot) for sample in alike}


def _of_properties(ground: Ground, answer: Valued, by: Collection[str]) -> Iterator[Assumption]:
    """Every property that could be declared of a variable, and is not.

    One that holds on no open set explains nothing where it only keeps to a side of a kink: there the answer is right
    without it as well.
    """
    known = _sides_of_agreement(ground, answer)
    for variable in ground.variables:
        name = str(variable.parameters[0])
        for record in PROPERTIES.values():
            if not record.fits(variable.shape) or record in declared(variable):
                continue
            samples = _resampled(ground, _changed(name, partial(record.made, np)))
            if samples and not any(np.any(sample.spot.point[name]) for sample in samples):
                continue
            if record.needs and known:
                samples = [sample for sample in samples if ground.side(sample.spot) not in known]
            words = filled(record.says, _each(variable) if not record.needs else formula_of(variable))
            finding = f"only-{record.name}" if f"only-{record.name}" in KINDS else "only-part-of-domain"
            cost = _OPEN if not record.needs else _BY_ITSELF if name in by else _THIN
            yield Assumption(finding, cost, words, samples, variable, record.name)


def _of_negatives(ground: Ground) -> Iterator[Assumption]:
    for variable in ground.variables:
        name = str(variable.parameters[0])
        samples = _resampled(ground, _changed(name, lambda value: -np.abs(value) - 1e-3))
        words = filled("{} is negative", _each(variable))
        yield Assumption("only-part-of-domain", _NOT_DECLARED, words, samples)


def _each(variable: Node) -> str:
    name = formula_of(variable)
    return filled("every entry of {}", name) if variable.shape else name


def _of_conditions(ground: Ground, answer: Valued) -> Iterator[Assumption]:
    ours = {node.canon: node for node in conditions(trees(ground.right))}
    theirs = {node.canon: node for node in conditions(trees(answer))}
    every = {**ours, **theirs, **{node.canon: node for node in ground.asked}}
    if not every:
        return
    regions: list[tuple[str, float, str, list[tuple[Node, bool]]]] = []
    missing = [node for canon, node in ours.items() if canon not in theirs]
    strange = [node for canon, node in theirs.items() if canon not in ours]
    both = [(node, True) for node in {**ours, **theirs}.values()]
    if missing and not strange:
        listed = _listed(missing)
        regions.append(("missing-mask", 1.05, filled("the derivative asks {}", listed), both))
        for node in missing:
            regions.append(
                (
                    "missing-mask",
                    1.15,
                    filled("the derivative asks {}", formula_of(node)),
                    [(node, True)],
                )
            )
    elif strange:
        words = (
            filled(
                "the answer asks {}, and the derivative asks {}",
                _listed(strange),
                _listed(missing or list(ours.values())),
            )
            if ours
            else filled("the answer asks {}, and the derivative has no condition", _listed(strange))
        )
        regions.append(("wrong-mask", 1.25, words, both))
    for node in every.values():
        for side in (True, False):
            asked = node if side else build.opposite(node) or node
            regions.append(("only-part-of-domain", 2.0, formula_of(asked), [(node, side)]))
    for finding, cost, told, asked_of in regions:
        yield Assumption(finding, cost, told, _region(ground, asked_of))


def _listed(nodes: list[Node]) -> str:
    return linked(" and ", map(formula_of, nodes))


def _region(ground: Ground, asked: list[tuple[Node, bool]]) -> list[Sample]:
    """Samples at which every condition holds, or fails, for all entries."""
    fields = []
    for node, side in asked:
        whole = build.apply("add", build.ones(node.shape), build.negated(node)) if not side else node
        below = build.apply("add", build.ones(whole.shape), build.negated(whole))
        fields.append(Field(counted(below)))

    def inside(spot: Spot) -> bool:
        values = [one.at(spot) for one in fields]
        return all(value is not None and not np.any(value > 1e-9) for value in values)

    found = [sample for sample in ground.samples if inside(sample.spot)][:_WANTED]
    if len(found) >= _WANTED:
        return found
    right = Field(ground.right)
    generator = np.random.default_rng(31)
    for at in range(_DRAWS):
        spot = draw(ground.variables, ground.sizes[at % len(ground.sizes)], ("mixed", "uneven")[at % 2], generator)
        if inside(spot):
            value = right.at(spot)
            if value is not None:
                found.append(Sample(spot, value, right.uncertainty(spot, value)))
                if len(found) >= _WANTED:
                    break
    return found
