"""Whether two values differ by a constant factor and a transpose: which constant it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations
from typing import NamedTuple

from sympy.core.expr import Expr
from sympy.core.numbers import Rational

from mcalc.checking.compare import close
from mcalc.checking.points import Field, Spot
from mcalc.numbers.arrays import array_module as np
from mcalc.table.records import Array
from mcalc.tree import build
from mcalc.tree.node import Node, topological, variables

_ARITHMETIC = ("add", "negative", "multiply", "divide")


@dataclass(frozen=True)
class Factor:
    """A constant: a number times powers of dimensions, of variables, of scalars of the expression."""

    number: Expr
    powers: tuple[tuple[Node, int], ...] = ()

    @property
    def node(self) -> Node:
        """The factor as a value."""
        return build.scaled(self.number, [(node, Rational(power)) for node, power in self.powers], None)

    @property
    def inverse(self) -> Factor:
        """``1/c``."""
        return Factor(1 / self.number, tuple((node, -power) for node, power in self.powers))

    @property
    def too_little(self) -> bool:
        """Whether what is multiplied by it lacks something, 1/2 or 1/N, rather than having it too often."""
        return abs(self.number) < 1 or (abs(self.number) == 1 and any(power < 0 for _, power in self.powers))


class Relation(NamedTuple):
    """``answer = factor · right``, transposed or not; a factor of None is 1."""

    turned: bool
    factor: Factor | None


def relation(
    found: Sequence[Array | None], wanted: Sequence[Array], spots: Sequence[Spot], scalars: Scalars, turned: bool
) -> Relation | None:
    """The constant by which the values differ everywhere; None where it is none."""
    ratios: list[float] = []
    used: list[int] = []
    for at, (one, other) in enumerate(zip(found, wanted, strict=True)):
        if one is None:
            continue
        if turned:
            other = other.T
        if one.shape != other.shape:
            return None
        size = float(np.sum(other * other))
        if size == 0 or not np.isfinite(size):
            if np.abs(one).max(initial=0.0) > 1e-9:
                return None
            continue
        ratio = float(np.sum(one * other)) / size
        if ratio == 0 or not close(one, ratio * other, 1e-10 * abs(ratio)):
            return None
        ratios.append(ratio)
        used.append(at)
    if len(ratios) < 3:
        return None
    if all(abs(ratio - 1) < 1e-6 for ratio in ratios):
        return Relation(turned, None)
    factor = scalars.constant(np.array(ratios), spots, used)
    return None if factor is None else Relation(turned, factor)


Powers = tuple[tuple[Node, int], ...]


class Scalars:
    """What a constant factor may be made of: numbers, dimensions, and the scalars of the expression."""

    def __init__(self, dimensions: Sequence[Expr], nodes: Sequence[Node]) -> None:
        sizes = [build.size(size) for size in dimensions]
        single = [((size, power),) for size in sizes for power in (1, -1)]
        double = [((size, power),) for size in sizes for power in (2, -2)]
        mixed = [((one, p), (other, q)) for one, other in combinations(sizes, 2) for p in (1, -1) for q in (1, -1)]
        powers = [((node, power),) for node in nodes for power in (1, -1, 2, -2)]
        self.products: list[Powers] = [(), *single, *double, *mixed, *powers]
        self.fields = {node: Field(node) for node in (*sizes, *nodes)}
        self._tables: dict[tuple[int, ...], Array] = {}
        self._kept: list[Sequence[Spot]] = []

    def table(self, spots: Sequence[Spot]) -> Array:
        """The value of each product at each spot, a row a product."""
        key = tuple(map(id, spots))
        if key not in self._tables:
            self._kept.append(list(spots))
            values = {
                node: np.array([np.nan if (found := evaluated.at(spot)) is None else float(found) for spot in spots])
                for node, evaluated in self.fields.items()
            }
            rows = [np.ones(len(spots)) for _ in self.products]
            with np.errstate(all="ignore"):
                for row, product in zip(rows, self.products, strict=True):
                    for node, power in product:
                        row *= values[node] ** power
            self._tables[key] = np.array(rows)
        return self._tables[key]

    def constant(self, ratios: Array, spots: Sequence[Spot], used: Sequence[int]) -> Factor | None:
        """The number, the product of dimensions or the power of a scalar that all the ratios are."""
        with np.errstate(all="ignore"):
            rest = ratios / self.table(spots)[:, used]
            first = rest[:, :1]
            constant = np.all(np.abs(rest - first) <= 1e-6 * np.abs(first), axis=1)
        for at in np.flatnonzero(constant):
            number = _number(float(rest[at, 0]))
            if number is not None:
                return Factor(number, self.products[at])
        return None


def _number(value: float) -> Expr:
    """The simple fraction that it is; None where it is none."""
    if not np.isfinite(value):
        return None
    for largest in (48, 1000):
        simple = Fraction(value).limit_denominator(largest)
        if simple != 0 and abs(float(simple) - value) <= 1e-6 * abs(value):
            return Rational(simple.numerator, simple.denominator)
    return None


def is_composed(value: Node, by: Sequence[Node]) -> bool:
    """Whether a function is taken of something that is made of the variable: in ``sin(x²)``, not in ``x³*y``."""
    functions = (node for node in topological([value]) if node.operator.name not in _ARITHMETIC)
    inner = (arg for node in functions for arg in node.args if arg.args)
    return any(not set(by).isdisjoint(variables(arg)) for arg in inner)
