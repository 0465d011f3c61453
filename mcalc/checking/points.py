"""Values at many points: sizes that differ and sizes of one, all sign regions, small and large, every branch."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import NamedTuple

from sympy.core.mul import Mul

from mcalc.networks.index_form import Expression, IndexForm
from mcalc.numbers.arithmetic import REAL, Arithmetic
from mcalc.numbers.arrays import Random
from mcalc.numbers.arrays import array_module as np
from mcalc.numbers.at_places import AtPlaces
from mcalc.numbers.conditions import counted, margin
from mcalc.numbers.digits import NoDigits
from mcalc.numbers.many_points import at_all
from mcalc.numbers.numeric import TensorProgram, draw_point, having_properties
from mcalc.numbers.program import Program, UnboundIndex
from mcalc.numbers.sizes import UnknownSize, dimensions
from mcalc.numbers.suitable_sizes import chosen_sizes
from mcalc.table.records import Array, LoopIndex, Shape
from mcalc.tree import build
from mcalc.tree.node import Node, topological
from mcalc.tree.operations import absolute, at_most
from mcalc.tree.properties import declared

_KINDS = (
    ("any", 8), ("positive", 4), ("unit", 3), ("square", 4), ("small", 3), ("above one", 3), ("mixed", 8),
    ("large", 5), ("huge", 3), ("uneven", 6),
)  # fmt: skip
_SCALES = {"large": 6.0, "huge": 60.0}
_EXPONENTS = {"uneven": (-1.5, 1.5), "far": (-2.0, 6.0)}
MODERATE = frozenset({"any", "positive", "unit", "square", "small", "above one", "mixed"})
REGION = "region"
"""The kind of spots that were looked for beside kinks."""
_MOVED, _SEED = 1e-10, 5


class Spot(NamedTuple):
    """Sizes for the dimensions and a value for every variable, drawn in one of several ways."""

    sizes: dict[str, int]
    point: dict[str, Array]
    kind: str


@dataclass(frozen=True)
class Indexed:
    """A value at free indices, ``A[i,k]*B[l,j]``: one number for each choice of them."""

    node: Node
    indices: tuple[LoopIndex, ...]


@dataclass(frozen=True)
class Stacked:
    """A derivative of order 3 or 4 as the Jacobian of vec(Y) by vec(X): the columns one below the other."""

    derivative: IndexForm

    @property
    def shape(self) -> Shape:
        """mn×pq of an m×n value and a p×q variable."""
        tensor = self.derivative.tensor
        return tuple(Mul(*(index.size for index in part)) for part in (tensor.value, tensor.variable))


class Computed(NamedTuple):
    """What a program computes, named as it is called: numbers at a spot, None where it has none."""

    shape: Shape
    name: str
    compute: Callable[[Spot], Array | None]


Valued = Expression | Indexed | Stacked | Computed


def shape_of(expression: Valued) -> Shape:
    """The shape of a value, of entries by their indices."""
    if isinstance(expression, Indexed):
        return tuple(loop.size for loop in expression.indices)
    return expression.shape


class Field:
    """An expression as a function of a spot; programs are compiled once for each choice of sizes."""

    def __init__(self, expression: Valued, arithmetic: Arithmetic = REAL) -> None:
        self.expression, self.arithmetic = expression, arithmetic
        self._programs: dict[tuple[object, ...], Program] = {}
        self._tensors: dict[tuple[object, ...], TensorProgram] = {}
        self._at_places: dict[tuple[object, ...], AtPlaces] = {}
        self._ahead: dict[tuple[int, bool], tuple[Spot, Array | None]] = {}

    def look_ahead(self, spots: Sequence[Spot], moved: bool = False) -> None:
        """Computes the value at all spots of the same sizes at once; with `moved` what rounding does there, too."""
        if not isinstance(self.expression, Node) or self.arithmetic is not REAL:
            return
        alike: dict[tuple[tuple[str, int], ...], list[Spot]] = {}
        for spot in spots:
            alike.setdefault(tuple(sorted(spot.sizes.items())), []).append(spot)
        for together in alike.values():
            generators = (None, np.random.default_rng(_SEED))[: 1 + moved]
            points = [spot.point for spot in together]
            with suppress(np.linalg.LinAlgError, UnknownSize, UnboundIndex, IndexError):  # else one by one
                for shaken, found in enumerate(at_all(self.expression, points, together[0].sizes, generators)):
                    for spot, value, within in zip(together, *found, strict=True):
                        known = within or shaken or spot.kind in MODERATE
                        finite = known and bool(np.isfinite(value).all())
                        kept = np.asarray(value, dtype=float) if finite else None
                        self._ahead[id(spot.point), bool(shaken)] = spot, kept

    def at(self, spot: Spot, generator: Random | None = None) -> Array | None:
        """The value as an array; None where it is not real and finite, or a size or an index is told by nothing."""
        known = self._ahead.get((id(spot.point), generator is not None))
        if known is not None:
            return known[1]
        try:
            with np.errstate(all="ignore"):
                value = self._value(spot, generator)
        except (np.linalg.LinAlgError, NoDigits, ZeroDivisionError, UnknownSize, UnboundIndex, IndexError):
            return None
        if value is None or not self.arithmetic.is_finite(value):
            return None
        return np.asarray(value, dtype=float) if self.arithmetic is REAL else value

    def _value(self, spot: Spot, generator: Random | None) -> Array | None:
        expression = self.expression
        if isinstance(expression, Computed):
            return expression.compute(spot)
        if isinstance(expression, IndexForm):
            return self._entries(expression, spot, generator)
        if isinstance(expression, Stacked):
            value = self._entries(expression.derivative, spot, generator)
            split = len(expression.derivative.tensor.value)
            order = (*range(split)[::-1], *range(split, value.ndim)[::-1])
            rows = int(np.prod(value.shape[:split]))
            return np.transpose(value, order).reshape(rows, -1)
        node, indices = (expression.node, expression.indices) if isinstance(expression, Indexed) else (expression, ())
        key = tuple(sorted(spot.sizes.items()))
        if indices:
            if key not in self._at_places:
                self._at_places[key] = AtPlaces(node, indices, spot.sizes, self.arithmetic)
            return self._at_places[key].run(spot.point, generator)
        if key not in self._programs:
            self._programs[key] = Program([node], spot.sizes, arithmetic=self.arithmetic)
        program = self._programs[key]
        if self.arithmetic is REAL and spot.kind not in MODERATE and generator is None:
            found = program.run_within(spot.point)
            return None if found is None else found[0]
        return program.run(spot.point, generator=generator)[0]

    def _entries(self, derivative: IndexForm, spot: Spot, generator: Random | None) -> Array:
        key = tuple(sorted(spot.sizes.items()))
        if key not in self._tensors:
            self._tensors[key] = TensorProgram(derivative.tensor, spot.sizes, (), self.arithmetic)
        return self._tensors[key].run(spot.point, None, generator)

    def largest(self, spot: Spot) -> float:
        """The largest value that is met on the way."""
        if not isinstance(self.expression, Node):
            return 0
        return Program([self.expression], spot.sizes, (), (), self.arithmetic).largest(spot.point)

    def uncertainty(self, spot: Spot, value: Array) -> float:
        """How far rounding may move the value: what moving every part of it by 1e-10 does, in proportion."""
        if isinstance(self.expression, Computed):
            return 0.0
        moved = self.at(spot, np.random.default_rng(_SEED))
        return float("inf") if moved is None else float(np.abs(moved - value).max(initial=0.0)) / _MOVED * 1e-13


def trees(expression: Valued) -> list[Node]:
    """The nodes that a value is made of."""
    if isinstance(expression, Computed):
        return []
    if isinstance(expression, Stacked):
        expression = expression.derivative
    if isinstance(expression, IndexForm):
        return [f.node for term in expression.tensor.terms for f in term.factors if f.node is not None]
    return [expression.node if isinstance(expression, Indexed) else expression]


def draw(variables: Sequence[Node], sizes: dict[str, int], kind: str, generator: Random) -> Spot:
    """A random value for each variable."""
    if kind in MODERATE:
        return Spot(sizes, draw_point(variables, sizes, kind, generator), kind)
    point = draw_point(variables, sizes, "any", generator)
    for variable in variables:
        scale = _SCALES.get(kind) or 10 ** generator.uniform(*_EXPONENTS[kind])
        name = variable.parameters[0]
        point[name] = having_properties(variable, point[name] * scale)
    return Spot(sizes, point, kind)


def size_choices(roots: Sequence[Node], variables: Sequence[Node]) -> list[dict[str, int]]:
    """Two choices in which no two dimensions are alike and what is inverted is regular, then all of one, all of two."""
    found = list(chosen_sizes(roots, variables))
    if found and found[0]:
        found += [dict.fromkeys(found[0], 1), dict.fromkeys(found[0], 2)]
    return found


def spots(variables: Sequence[Node], sizes: Sequence[dict[str, int]], seed: int = 3) -> Iterator[Spot]:
    """Points of every kind, for every choice of sizes."""
    generator = np.random.default_rng(seed)
    for at, choice in enumerate(sizes):
        for kind, count in _KINDS:
            for _ in range(count if at < 2 else (count + 1) // 2):
                yield draw(variables, choice, kind, generator)


def lattice(variables: Sequence[Node], sizes: dict[str, int], generator: Random, count: int) -> Iterator[Spot]:
    """Points of small whole numbers, the smallest first; with them kinks are met."""
    for at in range(count):
        low, high = ((1, 2), (-1, 2), (-2, 3), (0, 3))[at % 4]
        point: dict[str, Array] = {}
        for variable in variables:
            shape = dimensions(variable.axes, sizes)
            value = generator.integers(low, high + 1, shape) + 0.0
            for record in declared(variable):
                value = record.whole(np, value)
            point[variable.parameters[0]] = value
        yield Spot(sizes, point, "lattice")


class Tie:
    """Where both sides of a comparison are equal, and a derivative is a matter of convention."""

    def __init__(self, condition: Node) -> None:
        self.count = Field(counted(at_most(absolute(margin(condition)), build.number(0))))
        extreme = next((node for side in condition.args for node in topological([side]) if _is_extreme(node)), None)
        self.extreme = None if extreme is None or extreme.loops else Field(extreme)

    def at(self, spot: Spot) -> bool:
        """Whether an entry of one side is the other; of a largest element and what it is taken of, more than it."""
        count = self.count.at(spot)
        extreme = None if self.extreme is None else self.extreme.at(spot)
        return count is not None and bool(np.sum(count) > (0 if extreme is None else extreme.size))


def _is_extreme(node: Node) -> bool:
    return node.operator.convention is not None and node.operator.convention.where.startswith("several")
