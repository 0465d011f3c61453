"""The smallest counter-example: small sizes, small whole numbers, what the answer gives and what is right."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import chain, islice, product

from sympy.core.expr import Expr
from sympy.core.numbers import Rational

from mcalc.checking.compare import Ground, close
from mcalc.checking.points import Field, Indexed, Spot, Tie, Valued, lattice, trees
from mcalc.networks.index_form import IndexForm
from mcalc.notation.of_numbers import nearest
from mcalc.notation.writing import write
from mcalc.numbers.arrays import array_module as np
from mcalc.numbers.conditions import conditions
from mcalc.numbers.numeric import fitting_sizes
from mcalc.numbers.sizes import dimensions
from mcalc.numbers.written import box
from mcalc.numbers.written import written as set_numbers
from mcalc.table.records import Array
from mcalc.table.sentences import Formula
from mcalc.tree import build
from mcalc.tree.names import name_text
from mcalc.tree.node import Node
from mcalc.tree.properties import declared

_TRIED = 48
_LARGEST = 12


@dataclass(frozen=True)
class Example:
    """A point by name, and there the answer and the right derivative, in mcalc's notation."""

    point: tuple[tuple[str, str], ...]
    answer: str
    right: str


def smallest(
    ground: Ground,
    value: Node,
    answer: Valued,
    right: Valued,
    differing: Sequence[Spot] = (),
    layout_alone: bool = True,
    form: str = "text",
) -> Example | None:
    """The simplest point found at which the two differ; if there is none, one of `differing`.

    Unless the layout alone is wrong, they must differ in their numbers, and not as a row differs from a column. On a
    kink the derivative is a matter of convention: a point is taken there only if there is no other.
    """
    roots = [value, *trees(right), *trees(answer)]
    ties = [Tie(condition) for condition in conditions(roots)]
    for kinks in (ties, []) if ties else ([],):
        compared = _Compared(Field(answer), Field(right), Field(value), layout_alone, kinks)
        generator = np.random.default_rng(41)
        for sizes in _sizes(ground, roots):
            few = _few_numbers(ground.variables, sizes)
            found = compared.best(chain(few, lattice(ground.variables, sizes, generator, _TRIED)))
            if found is not None:
                return _example(ground, found, answer, right, form)
        found = compared.best(
            sorted((_as_shown(ground, spot) for spot in differing), key=lambda spot: sum(spot.sizes.values()))[:_TRIED]
        )
        if found is not None:
            return _example(ground, found, answer, right, form)
    return None


def _as_shown(ground: Ground, spot: Spot) -> Spot:
    """The spot with the numbers that are printed; what has a declared property is left as it is."""
    point = {
        node.parameters[0]: np.vectorize(lambda entry: float(simple(float(entry))), otypes=[float])(value)
        for node in ground.variables
        if not declared(node) and np.size(value := spot.point[node.parameters[0]])
    }
    return spot._replace(point={**spot.point, **point})


class _Compared:
    """The answer and the right derivative where the expression has a value."""

    def __init__(self, answer: Field, right: Field, value: Field, layout_alone: bool, ties: Sequence[Tie]) -> None:
        self.answer, self.right, self.value, self.layout_alone, self.ties = answer, right, value, layout_alone, ties

    def best(self, spots: Iterable[Spot]) -> tuple[Spot, Array, Array] | None:
        """The simplest of the spots at which they differ, with both values."""
        best: tuple[float, tuple[Spot, Array, Array]] | None = None
        for spot in spots:
            one, other = self.answer.at(spot), self.right.at(spot)
            if one is None or other is None or self.value.at(spot) is None:
                continue
            shapes = (_numeric_shape(self.answer.expression, one), _numeric_shape(self.right.expression, other))
            if one.size == other.size == 1:
                one, other = one.reshape(()), other.reshape(())
            if shapes[0] == shapes[1] and one.shape == other.shape and close(one, other, 1e-9):
                continue
            zero = not np.any(one) and not np.any(other)
            if not self.layout_alone and (
                zero or any(one.shape == form.shape and close(one, form, 1e-9) for form in (other, other.T))
            ):
                continue
            if any(tie.at(spot) for tie in self.ties):
                continue
            cost = _cost(one) + _cost(other) + sum(_cost(number) for number in spot.point.values()) / 4
            cost += 0.5 if not np.any(other) else 0.0
            if best is None or cost < best[0]:
                best = (cost, (spot, one, other))
        return None if best is None else best[1]


def _example(ground: Ground, found: tuple[Spot, Array, Array], answer: Valued, right: Valued, form: str) -> Example:
    spot, one, other = found
    return Example(shown_point(ground, spot, form), _shown(one, answer, form), _shown(other, right, form))


def shown_point(ground: Ground, spot: Spot, form: str = "text") -> tuple[tuple[str, str], ...]:
    """The values of the variables as they are written."""
    return tuple(
        (name_text(node.parameters[0]), written(np.asarray(spot.point[node.parameters[0]]), node.shape, form))
        for node in ground.variables
    )


def _sizes(ground: Ground, roots: Sequence[Node]) -> Iterator[dict[str, int]]:
    """Sizes from 1 on, the smallest sum first, as the expression allows."""
    fitting = next(fitting_sizes(roots, ground.variables), None)
    if not fitting:
        yield {}
        return
    names = list(fitting)
    choices = sorted(product((1, 2, 3), repeat=len(names)), key=lambda choice: (sum(choice), choice[::-1]))
    for choice in choices[:_LARGEST]:
        yield dict(zip(names, choice, strict=True))
    yield fitting


def _few_numbers(variables: Sequence[Node], sizes: dict[str, int]) -> Iterator[Spot]:
    """Every point of small whole numbers, where there are at most three of them to choose."""
    shapes = [dimensions(node.axes, sizes) for node in variables]
    counts = [int(np.prod(shape)) for shape in shapes]
    names = [node.parameters[0] for node in variables]
    if sum(counts) > 3 or any(len(node.parameters) > 1 and node.parameters[1] for node in variables):
        return
    for numbers in product((0.0, 1.0, -1.0, 2.0), repeat=sum(counts)):
        rest = iter(numbers)
        values = [
            np.array(list(islice(rest, count))).reshape(shape) for count, shape in zip(counts, shapes, strict=True)
        ]
        names = [node.parameters[0] for node in variables]
        yield Spot(sizes, dict(zip(names, values, strict=True)), "lattice")


def _numeric_shape(expression: Valued, value: Array) -> tuple[int, ...]:
    """The shape in numbers: a row of two entries is (1, 2), a column (2,); where there is one entry, ()."""
    if value.size == 1:
        return ()
    shape: tuple[object, ...] = getattr(expression, "shape", ())
    if value.ndim == 1 and len(shape) == 2 and shape[0] == 1:
        return (1, *value.shape)
    return tuple(value.shape)


def _cost(value: Array) -> float:
    """Whole and small is simple."""
    value = np.asarray(value, dtype=float)
    odd = np.abs(value - np.round(value)) > 1e-9
    size = np.minimum(np.abs(value), 50) / 10
    return float(np.sum(size + np.where(odd, 3.0, 0.0) + 0.2 * (value < 0) + 0.15 * (value == 0)))


def _shown(value: Array, expression: Valued, form: str) -> str:
    shape = () if isinstance(expression, IndexForm | Indexed) else expression.shape
    if isinstance(expression, IndexForm | Indexed) and value.size > 1:
        return _nested(value)
    return written(value, shape, form)


def _nested(value: Array) -> str:
    if value.ndim == 0:
        return write(shown_number(float(value)))
    return "[" + ", ".join(_nested(part) for part in value) + "]"


def written(value: Array, shape: Sequence[Expr], form: str = "text") -> str:
    """Numbers in mcalc's notation: ``[1; 2]`` a column, ``[1, 2]ᵀ`` a row, ``[1, 2; 3, 4]`` a matrix."""
    numbers = np.array([simple(float(number)) for number in np.ravel(value)], dtype=object)
    row = np.ndim(value) == 1 and len(shape) == 2 and shape[0] == 1
    sizes = (1, len(numbers)) if row else np.shape(value)
    return Formula(set_numbers(numbers, sizes, form), box=box(numbers, sizes))


def simple(value: float) -> Expr:
    """The number as it is shown: a simple fraction, or four digits."""
    simple = Fraction(value).limit_denominator(24)
    if abs(float(simple) - value) < 1e-9 * max(1.0, abs(value)):
        return Rational(simple.numerator, simple.denominator)
    return nearest(value, 4)


def shown_number(value: float) -> Node:
    """A rounded number as a value."""
    return build.number(simple(value))
