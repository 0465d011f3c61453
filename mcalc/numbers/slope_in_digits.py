"""The last word on a difference that floating-point numbers show: both sides of it with many digits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from mcalc.networks.index_form import Expression, IndexForm
from mcalc.numbers.arithmetic import NotReal
from mcalc.numbers.arrays import array_module as np
from mcalc.numbers.bounded_module import entries
from mcalc.numbers.bounds import Bounded, joined
from mcalc.numbers.certain import certain
from mcalc.numbers.digits import digits
from mcalc.numbers.fitting import Fitted
from mcalc.numbers.numeric import TensorProgram
from mcalc.numbers.program import Program
from mcalc.numbers.sizes import Sizes
from mcalc.table.records import Array
from mcalc.tree.node import Node

if TYPE_CHECKING:
    from mcalc.numbers.evaluation import Number

_DIGITS, _STEP, _AGREES, _NOTHING = 200, -60, 1e-15, -40
"""Steps of 10^-60 leave eighty digits of a difference, and err by 10^-120 of its curvature, ``sin(x^30)`` included."""
_CLOSE, _AT_A_POINT, _AT_A_LIMIT = -40, (80, -25, -130), (240, -100, -100)
"""At one point twelve digits alike, or both below a power of 2: digits, the power of 10 of the step, and that one."""


def agree_in_digits(
    value: Node, answer: Expression, sizes: Sizes, point: Mapping[str, Array], name: str, direction: Array
) -> bool:
    """Whether ``(f(x + hv) − f(x − hv))/2h`` is ``∂f/∂x · v`` to fifteen digits; not where there are no such numbers.

    Where a value saturates or runs out of exponents, floating-point numbers differ though the answer is right.
    """
    many = digits(_DIGITS)
    there = {one: many.array(given) for one, given in point.items()}
    step, nothing = (many.context.mpf(10) ** power for power in (_STEP, _NOTHING))
    along = many.array(direction)
    try:
        program = Program([value], sizes, arithmetic=many)
        sides = [program.run({**there, name: there[name] + side * step * along})[0] for side in (1, -1)]
        slope = np.asarray((sides[0] - sides[1]) / (2 * step), dtype=object)
        found = _value(answer, sizes, there)
        axes = np.ndim(along)
        expected = np.asarray(np.tensordot(found, along, axes) if axes else found * along, dtype=object)
    except (ArithmeticError, np.linalg.LinAlgError):  # no such digits, a division by 0
        return False
    if not (many.is_finite(slope) and many.is_finite(expected)) or slope.shape != expected.shape:
        return False
    pairs = zip(np.ravel(slope), np.ravel(expected), strict=True)
    return all(abs(one - other) <= _AGREES * max(abs(one), abs(other)) + nothing for one, other in pairs)


def agrees_here(fitted: Fitted, names: Sequence[str], number: Number) -> bool:
    """Whether the number is ``(f(x + hv) − f(x − hv))/2h`` here, by bounds on both; not at a kink, nor if that is open.

    `number` is ``∂f/∂x`` in the paper's layout, of several scalars in one row; v has small whole numbers, so that no
    entry goes unseen.
    """
    digits, power, nothing = _AT_A_LIMIT if number.limit else _AT_A_POINT
    few = certain(digits, not np.iscomplexobj(number.array))
    point, random = fitted.point(few), np.random.default_rng(3)
    along = {name: random.integers(1, 10, np.shape(point[name])) for name in names}
    step = few.field.number(10) ** power
    try:
        program = Program([fitted.reading.value], fitted.sizes, arithmetic=few)
        sides = []
        for side in (1, -1):
            there = {name: few.array(point[name]) + side * along[name] * step for name in names}
            sides.append(entries(few.array(program.run({**point, **there})[0])))
        slopes = [few.field.number(entry) for entry in np.ravel(np.asarray(number.decimals, dtype=object))]
        rows = np.array(slopes, dtype=object).reshape(len(sides[0]), -1)
        direction = np.concatenate([np.ravel(one) for one in along.values()])
        return all(
            _is_slope((one - other) / (2 * step), row * direction, nothing)
            for one, other, row in zip(*sides, rows, strict=True)
        )
    except (NotReal, ArithmeticError, np.linalg.LinAlgError):
        return False


def _is_slope(found: Bounded, products: Array, nothing: float) -> bool:
    """Whether a difference is the sum of these products, as far as their sizes let it be seen."""
    distance = found - sum(products[1:], products[0])
    size = max(one.size for one in products)
    return distance.is_number and joined(distance.size, distance.error) < max(size + _CLOSE, nothing)


def _value(answer: Expression, sizes: Sizes, point: dict[str, Array]) -> Array:
    many = digits(_DIGITS)
    if isinstance(answer, IndexForm):
        return TensorProgram(answer.tensor, sizes, arithmetic=many).run(point)
    return Program([answer], sizes, arithmetic=many).run(point)[0]
