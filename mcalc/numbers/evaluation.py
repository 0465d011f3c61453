"""The value of an expression at given values: exact where they are exact and few, complex where it is not real."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import prod
from typing import Any

import sympy

from mcalc.calculus.index_form import Expression, IndexForm
from mcalc.expressions.tree import Node, topological
from mcalc.numbers.arithmetic import COMPLEX, REAL, Arithmetic, NotReal
from mcalc.numbers.arrays import array_module as np
from mcalc.numbers.decimals import floating
from mcalc.numbers.definedness import pole, undefined
from mcalc.numbers.exact import EXACT, TooLarge
from mcalc.numbers.fitting import Fitted
from mcalc.numbers.numeric import evaluate_tensor
from mcalc.numbers.program import Program, whole
from mcalc.numbers.vectorized import vectorized
from mcalc.problems import Problem

MOST_WORK = 3000
_CUBIC = ("det", "inv", "logdet")


@dataclass(frozen=True, eq=False)
class Number:
    """A number, vector, matrix or larger array: in floating point, and as SymPy numbers where these are known."""

    array: Any
    exact: Any
    shape: tuple[int, ...]

    @property
    def decimals(self) -> Any:
        """What is rounded for show: the floating-point numbers, unless they are too large for that."""
        return self.array if self.exact is None or np.isfinite(self.array).all() else self.exact


def values_of(expressions: Sequence[Expression], fitted: Fitted) -> list[Number]:
    """The values of the expressions; raises Problem where one is not defined there."""
    return Evaluator(expressions, fitted).at(fitted)


class Evaluator:
    """Expressions to be evaluated at many points, compiled once for each kind of number that is met."""

    def __init__(self, expressions: Sequence[Expression], fitted: Fitted, points: int = 1) -> None:
        self.expressions, self.sizes = list(expressions), fitted.sizes
        self.few = points * _work(expressions, fitted.sizes) <= MOST_WORK * max(1, min(points, 4))
        self.programs: dict[Arithmetic, Program] = {}
        self.poles = False

    def at(self, fitted: Fitted) -> list[Number]:
        """The values at this point; raises Problem where one is not defined there."""
        try:
            if fitted.exact and self.few:
                try:
                    return [
                        _exactly(expression, found, fitted)
                        for expression, found in zip(self.expressions, self._run(EXACT, fitted), strict=True)
                    ]
                except TooLarge:
                    self.few = False
            return self._in_floats(fitted)
        except NotReal as fault:
            raise _of_complex(fault) from None

    def _run(self, arithmetic: Arithmetic, fitted: Fitted) -> list[Any]:
        nodes = [one for one in self.expressions if isinstance(one, Node)]
        if arithmetic not in self.programs:
            roots = vectorized(nodes) if arithmetic is REAL else nodes
            self.programs[arithmetic] = Program(roots, self.sizes, arithmetic=arithmetic)
        point = fitted.point(arithmetic)
        self.poles = False
        with np.errstate(all="ignore", divide="call", call=self._met_pole):
            try:
                found = iter(self.programs[arithmetic].run(point))
                return [
                    next(found) if isinstance(one, Node) else evaluate_tensor(one.tensor, point, self.sizes)
                    for one in self.expressions
                ]
            except np.linalg.LinAlgError:
                raise Problem("A matrix that is inverted here is singular.", hint="its determinant is 0") from None

    def _met_pole(self, kind: str, flag: int) -> None:
        self.poles = True

    def _in_floats(self, fitted: Fitted) -> list[Number]:
        real = all(value.array.dtype.kind == "f" for value in fitted.values.values())
        if not real and not all(isinstance(one, Node) for one in self.expressions):
            message = "A derivative of order 3 or 4 is evaluated at real values only, and one is complex here."
            raise Problem(message, hint="differentiate by one entry, or choose real values", status=3)
        found = self._run(REAL, fitted) if real else None
        arithmetic = REAL
        if found is None or any(np.isnan(one).any() for one in found):
            arithmetic = COMPLEX
            found = self._run(COMPLEX, fitted)
        numbers = []
        for expression, one in zip(self.expressions, found, strict=True):
            if not np.isfinite(one).all():
                raise undefined(expression, fitted, arithmetic)
            if self.poles and isinstance(expression, Node):
                problem = pole(expression, fitted, arithmetic)
                if problem is not None:
                    raise problem
            numbers.append(
                Number(np.asarray(one).reshape(_shape(expression, fitted)), None, _shape(expression, fitted))
            )
        return numbers


def _work(expressions: Sequence[Expression], sizes: Mapping[str, int]) -> float:
    """About how many operations on single numbers it takes."""
    total = 0.0
    for expression in expressions:
        if isinstance(expression, IndexForm):
            return MOST_WORK + 1.0
        for node in topological([expression]):
            shapes = [[whole(size, sizes) for size in one.shape] for one in (node, *node.args)]
            entries = float(max(prod(shape) for shape in shapes))
            if node.operator.name == "matmul":
                entries = float(prod(shapes[1]) * (shapes[2][1] if len(shapes[2]) > 1 else 1))
            elif node.operator.name in _CUBIC:
                entries = 5 * entries**1.5
            for loop in node.loops:
                entries *= whole(loop.size, sizes)
            total += entries
    return total


def _exactly(expression: Expression, found: Any, fitted: Fitted) -> Number:
    shape = _shape(expression, fitted)
    exact = np.array(found, dtype=object).reshape(shape)
    for place in np.ndindex(exact.shape):
        exact[place] = _simplest(exact[place])
    if any(entry is sympy.nan for entry in exact.ravel()):
        raise undefined(expression, fitted, EXACT)
    floats = np.array([floating(entry) for entry in exact.ravel()]).reshape(shape)
    return Number(floats, exact, shape)


def _simplest(number: Any) -> Any:
    """The shortest of the usual forms."""
    if number.is_Rational or number.is_Atom:
        return number
    powers = [power for power in number.atoms(sympy.Pow) if power.base.is_Add and abs(power.exp) > 3]
    if powers or number.count_ops() > 40:
        return number
    forms = [number, sympy.expand(number)]
    if number.is_algebraic:
        forms.append(sympy.radsimp(number))
    return min(forms, key=lambda form: form.count_ops())


def _shape(expression: Expression, fitted: Fitted) -> tuple[int, ...]:
    return tuple(whole(size, fitted.sizes) for size in expression.shape)


def _of_complex(fault: NotReal) -> Problem:
    operator = fault.operator
    symbol = operator.written_as or f"{operator.notation.ascii or operator.name}(…)"
    return Problem(f"`{symbol}` is of real numbers, and its argument is complex here.", hint="choose other values")
