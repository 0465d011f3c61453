"""Whether the two arguments of a maximum or minimum are equal on an open set, ``max(a, max(0, a))`` where a > 0.

Each inner case distinction is taken in each of its branches, and the difference of the two arguments, now without
cases, is asked whether it is 0 throughout. Branches that exclude one another are left out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import chain, cycle, islice, product
from random import Random
from typing import NamedTuple

from sympy.core.expr import Expr
from sympy.core.numbers import Integer

from mcalc.language.formulas import read_value
from mcalc.numbers.arrays import array_module as np
from mcalc.numbers.numeric import KINDS, draw_point, fitting_sizes
from mcalc.numbers.program import Program
from mcalc.numbers.sizes import Sizes, whole
from mcalc.numbers.steps import Point
from mcalc.table.records import Array, LoopIndex, ShapeMismatch
from mcalc.tree import build
from mcalc.tree.node import Node, have_names_in_common, replaced, topological, variables

_MOST_CASES = 256
_MOST_DECIDED, _DRAWN = 10, 6
_MOST_PICKED = 4
_PICKED = 3
"""Of an axis without a number for its length, that many entries are tried as the largest."""
_FEW, _MEETINGS = 4, 12
"""With more case distinctions than that, it is seen first whether the two meet at some points."""
_POINTS, _TRIES = 3, 40
_MOST_PLACES = 16
_NEAR, _LAST = 1e-11, 1e-15


Values = Sequence[Array]
Run = tuple[dict[str, Array], Values, Callable[[dict[str, Array]], Values]]


class Case(NamedTuple):
    """The two arguments without case distinctions, and what is positive in this case."""

    first: Node
    second: Node
    conditions: tuple[Node, ...]


@lru_cache(maxsize=1024)
def equal_on_an_open_set(node: Node) -> bool:
    """Whether the first two arguments are equal throughout in some case that can occur."""
    first, second = node.args
    if not have_names_in_common(first, second):
        return False
    whole = Case(first, second, ())
    many = sum(map(_is_branching, topological([first, second]))) > _FEW
    try:
        return (many and _met(whole)) or any(map(_holds, islice(_cases(whole), _MOST_CASES)))
    except ShapeMismatch:
        return False


def tied_by_rounding(conditions: Sequence[Node], point: Point, sizes: Sizes) -> bool:
    """Whether both sides of a comparison are equal at the point to their last digits, and are so on no open set.

    ``softplus(x) > x`` holds everywhere, and at x = 40 floating-point numbers do not say so.
    """
    for condition in conditions:
        if condition.loops:
            continue
        with np.errstate(all="ignore"):
            one, other = Program(condition.args, sizes).run(point)
            tied = np.abs(one - other) <= _LAST * np.maximum(np.abs(one), np.abs(other))
        if np.any(tied) and not equal_on_an_open_set(condition):
            return True
    return False


def _cases(whole: Case) -> Iterator[Case]:
    """The case distinctions decided, the inner ones first: in every way, or, of too many, in some drawn by lot."""
    count = sum(map(_is_branching, topological([whole.first, whole.second])))
    if count > _MOST_DECIDED:
        lot = Random(count)
        for _ in range(_DRAWN):
            case = whole
            while following := _decided(case):
                case = lot.choice(following)
            yield case
        return
    waiting = [whole]
    while waiting:
        case = waiting.pop()
        following = _decided(case)
        if following:
            waiting += reversed(following)
        else:
            yield case


def _decided(case: Case) -> list[Case]:
    """The case with its innermost distinction decided in each way; none where there is nothing to decide."""
    branching = next(filter(_is_branching, topological([case.first, case.second])), None)
    found = []
    for value, condition in () if branching is None else _branches(branching):
        assert branching is not None
        new = replaced([case.first, case.second, *case.conditions], {branching: value})
        conditions = [new[known] for known in case.conditions]
        found.append(Case(new[case.first], new[case.second], (*conditions, *condition)))
    return found


def _is_branching(node: Node) -> bool:
    return bool(node.operator.branches) or (node.operator.picks and bool(node.args[0].axes))


def _branches(node: Node) -> Iterator[tuple[Node, list[Node]]]:
    """What the value is in each case, and what is positive then."""
    if node.operator.picks:
        for picked in _picked(node):
            yield picked, []
        return
    names = dict(zip(node.operator.argument_names, node.args, strict=True))
    for value, condition in node.operator.branches:
        found = read_value(value, names)
        if found.shape != node.shape:
            found = build.apply("multiply", found, build.ones(node.shape))
        yield found, [read_value(condition, names)] if condition else []


def _picked(node: Node) -> Iterator[Node]:
    """The entries that may be the largest: of all, of each column, of each row."""
    (arg,) = node.args
    axis = node.parameters[0] if node.parameters else None
    counts = [min(int(size), _MOST_PICKED) if size.is_Integer else _PICKED for size in arg.shape]
    ranges = [
        [None] if axis is not None and len(arg.axes) > 1 and at != axis else list(map(Integer, range(1, count + 1)))
        for at, count in enumerate(counts)
    ]
    for places in product(*ranges):
        yield build.apply("element", arg, parameters=places)


def _met(case: Case) -> bool:
    """Whether the two, with all their cases, meet in an entry at some point and beside it, where they have moved on."""
    for point, (first, second), beside in chain.from_iterable(islice(runs, _MEETINGS) for runs in _all_runs(case)):
        moved = beside({name: entry * (1 + 1e-6 * (at + 1)) for at, (name, entry) in enumerate(point.items())})
        if np.any(_equal(first, second) & _equal(*moved) & (first != moved[0])):
            return True
    return False


def _holds(case: Case) -> bool:
    """Whether the two are equal in some entry at every point drawn, and the conditions do not exclude one another.

    Of values without a name in common that is so only where both are constant: no slope is lost there.
    """
    return have_names_in_common(case.first, case.second) and any(_hold(case, runs) for runs in _all_runs(case))


def _hold(case: Case, runs: Iterator[Run]) -> bool:
    equal: Array | None = None
    excluded = [[True] * len(case.conditions) for _ in case.conditions]
    points = 0
    for _, (first, second, *conditions), _ in islice(runs, _POINTS):
        equal = _equal(first, second) if equal is None else equal & _equal(first, second)
        if not np.any(equal):
            return False
        for one, row in enumerate(excluded):
            for other in range(one):
                row[other] = row[other] and _opposite(conditions[one], conditions[other])
        points += 1
    return points == _POINTS and not any(row[other] for one, row in enumerate(excluded) for other in range(one))


def _all_runs(case: Case) -> Iterator[Iterator[Run]]:
    """The runs at each choice of the running indices: the first places, the last one, and those that are named.

    Where every size is 1 as well: there a vector's sum, its mean and its largest element are one number.
    """
    roots = [case.first, case.second, *case.conditions]
    names = list(dict.fromkeys(name for root in roots for name in variables(root)))
    loops = sorted({loop for root in roots for loop in root.loops}, key=str)
    usual = next(iter(fitting_sizes(roots, names)), None)
    if usual is None:
        return
    for sizes in (usual, dict.fromkeys(usual, 1)) if usual else (usual,):
        yield from _runs_of_sizes(roots, names, loops, sizes)


def _runs_of_sizes(
    roots: Sequence[Node], names: Sequence[Node], loops: Sequence[LoopIndex], sizes: Sizes
) -> Iterator[Iterator[Run]]:
    elements = [node for node in topological(roots) if node.operator.name == "element"]
    fixed = {place for node in elements for place in node.parameters if isinstance(place, Expr)}
    named = {1, 2, *(whole(place, sizes) for place in fixed)}
    choices = [
        sorted(place for place in {*named, last} if place <= last)
        for last in (whole(loop.size, sizes) for loop in loops)
    ]
    program = Program(roots, sizes, active=loops)
    for places in islice(product(*choices), _MOST_PLACES):
        yield _runs(program, names, sizes, dict(zip(loops, places, strict=True)))


def _runs(program: Program, names: Sequence[Node], sizes: Sizes, running: Mapping[LoopIndex, int]) -> Iterator[Run]:
    """Points at which all is finite, the values there, and what gives them at another point."""
    generator = np.random.default_rng(3)

    def values(point: dict[str, Array]) -> Values:
        with np.errstate(all="ignore"):
            return program.run(point, running=running)

    for kind in islice(cycle(KINDS), _TRIES):
        point = draw_point(names, sizes, kind, generator)
        try:
            found = values(point)
        except (np.linalg.LinAlgError, IndexError):  # an element beyond a size of 1
            continue
        if all(np.isfinite(value).all() for value in found):
            yield point, found, values


def _equal(one: Array, other: Array) -> Array:
    return np.abs(one - other) <= _NEAR * np.maximum(np.abs(one), np.abs(other))


def _opposite(one: Array, other: Array) -> bool:
    """Whether one is positive where the other is negative; two that are 0 throughout exclude nothing."""
    if np.shape(one) != np.shape(other) or not np.any(one):
        return False
    return bool(np.all(np.abs(one + other) <= _NEAR * np.abs(one)))
