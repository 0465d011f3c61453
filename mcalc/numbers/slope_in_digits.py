"""The last word on a difference that floating-point numbers show: both sides of it with many digits."""

from __future__ import annotations

from collections.abc import Mapping

from mcalc.networks.index_form import Expression, IndexForm
from mcalc.numbers.arrays import array_module as np
from mcalc.numbers.digits import NoDigits, digits
from mcalc.numbers.numeric import TensorProgram
from mcalc.numbers.program import Program, Sizes, UnboundIndex
from mcalc.table.records import Array
from mcalc.tree.node import Node

_DIGITS, _STEP, _AGREES = 150, -40, 1e-15
"""Steps of 10^-40 leave seventy digits of a difference, and err by 10^-80 of its curvature."""


def agree_in_digits(
    value: Node, answer: Expression, sizes: Sizes, point: Mapping[str, Array], name: str, direction: Array
) -> bool:
    """Whether ``(f(x + hv) − f(x − hv))/2h`` is ``∂f/∂x · v`` to fifteen digits; not where there are no such numbers.

    Where a value saturates or runs out of exponents, floating-point numbers differ though the answer is right.
    """
    many = digits(_DIGITS)
    there = {one: many.array(given) for one, given in point.items()}
    step = many.context.mpf(10) ** _STEP
    along = many.array(direction)
    try:
        program = Program([value], sizes, arithmetic=many)
        sides = [program.run({**there, name: there[name] + side * step * along})[0] for side in (1, -1)]
        slope = np.asarray((sides[0] - sides[1]) / (2 * step), dtype=object)
        found = _value(answer, sizes, there)
        axes = np.ndim(along)
        expected = np.asarray(np.tensordot(found, along, axes) if axes else found * along, dtype=object)
    except (NoDigits, UnboundIndex, ArithmeticError, ValueError, TypeError, np.linalg.LinAlgError):
        return False
    if not (many.is_finite(slope) and many.is_finite(expected)) or slope.shape != expected.shape:
        return False
    pairs = zip(np.ravel(slope), np.ravel(expected), strict=True)
    return all(abs(one - other) <= _AGREES * max(abs(one), abs(other)) + step for one, other in pairs)


def _value(answer: Expression, sizes: Sizes, point: dict[str, Array]) -> Array:
    many = digits(_DIGITS)
    if isinstance(answer, IndexForm):
        return TensorProgram(answer.tensor, sizes, arithmetic=many).run(point)
    return Program([answer], sizes, arithmetic=many).run(point)[0]
