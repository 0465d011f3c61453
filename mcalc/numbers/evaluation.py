"""The value of an expression at given values: exact where they are exact and few, complex where it is not real.

Decimals are numbers with bounds, of as many digits as it takes for twenty to be certain. Of very many numbers they
are floating-point numbers, and these are moved as rounding moves them, to see whether that spoils the result.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import sympy
from sympy.core.expr import Expr

from mcalc.networks.index_form import Expression
from mcalc.numbers.arithmetic import COMPLEX, REAL, Arithmetic, NotReal
from mcalc.numbers.arrays import Random
from mcalc.numbers.arrays import array_module as np
from mcalc.numbers.bounded_module import entries
from mcalc.numbers.bounds import TooFar, Unsure
from mcalc.numbers.certain import (
    LEVELS,
    Certain,
    Moved,
    approximation,
    certain,
    levels,
    plain,
    rising,
)
from mcalc.numbers.decimals import floating
from mcalc.numbers.definedness import pole, undefined
from mcalc.numbers.exact import EXACT
from mcalc.numbers.exact_numbers import TooLarge
from mcalc.numbers.fitting import Fitted
from mcalc.numbers.numeric import TensorProgram
from mcalc.numbers.program import Program
from mcalc.numbers.sizes import whole
from mcalc.numbers.work import trees, work
from mcalc.problems import Problem
from mcalc.table.records import Array
from mcalc.tree import build
from mcalc.tree.node import Node, topological

MOST_WORK = 1000
"""Operations on single numbers: beyond these, no exact values."""
MOST_CERTAIN, MOST_DIGITS, _MOST_BESIDE, _MOST_FEWER = 200_000, 4000, 20_000, 40_000
"""Beyond these: floating-point numbers; not all digits; no limits, which take them all; but the third level."""
_MOVED, _TOO_FAR = 1e-5, "The value is too large to be computed here: its exponent is itself a long number."
_LONG = "the exact value is too long to be worth having, and these are its decimals"
_ZERO = "what is shown as 0 is smaller than 1e-300: with decimals nobody can tell"


@dataclass(frozen=True, eq=False)
class Number:
    """A number, vector, matrix or larger array: in floating point, and as SymPy numbers where these are known.

    `precise` holds it with twenty digits, and exponents of any size, where that is known; `notes` what is to be said.
    One that is a `limit` has a formula that has no value itself.
    """

    array: Array
    exact: Array | None
    shape: tuple[int, ...]
    precise: Array | None = None
    notes: tuple[str, ...] = ()
    limit: bool = False

    @property
    def decimals(self) -> Array:
        """What is rounded for show, once; it may be too large or too small for floating-point numbers."""
        found = self.precise if self.precise is not None else self.exact
        return self.array if found is None else found

    @property
    def arithmetic(self) -> Arithmetic:
        """In which it was computed."""
        return EXACT if self.exact is not None else REAL if self.precise is None else certain(LEVELS[2], last=True)


@dataclass(frozen=True)
class Slope:
    """What an expression is the derivative of, and by which names: its formula may be 0/0 where it has a limit."""

    names: tuple[str, ...]


def values_of(expressions: Sequence[Expression], fitted: Fitted, slope: Slope | None = None) -> list[Number]:
    """The values of the expressions; raises Problem where one is not defined there."""
    return Evaluator(expressions, fitted, slope=slope).at(fitted)


def in_floats(expressions: Sequence[Expression], fitted: Fitted) -> list[Number]:
    """The values in floating point, infinite on the way as they may be; raises Problem where one is not defined."""
    return Evaluator(expressions, fitted).in_floats(fitted)


class Evaluator:
    """Expressions to be evaluated at many points, compiled once for each kind of number that is met."""

    def __init__(
        self, expressions: Sequence[Expression], fitted: Fitted, points: int = 1, slope: Slope | None = None
    ) -> None:
        self.expressions, self.sizes, self.slope = list(expressions), fitted.sizes, slope
        self.work = work(expressions, fitted.sizes)
        only_trees = all(isinstance(one, Node) for one in expressions)
        self.few = only_trees and points * self.work <= MOST_WORK * max(1, min(points, 4))
        self.certain = points * self.work <= MOST_CERTAIN
        self.programs: dict[Arithmetic, Callable[[Mapping[str, Array], Random | None], list[Array]]] = {}
        self.poles = False
        self.notes: tuple[str, ...] = ()

    def at(self, fitted: Fitted) -> list[Number]:
        """The values at this point; raises Problem where one is not defined there."""
        try:
            if fitted.exact and not fitted.rounded and self.few:
                found = self._exactly(fitted)
                if found is not None:
                    return found
            return self._certainly(fitted) if self.certain else self.in_floats(fitted)
        except NotReal as fault:
            raise _of_complex(fault) from None
        except TooFar:
            raise Problem(_TOO_FAR, hint="choose smaller values", status=3) from None

    def _run(self, arithmetic: Arithmetic, point: Mapping[str, Array], generator: Random | None = None) -> list[Array]:
        if arithmetic not in self.programs:
            self.programs[arithmetic] = self._compiled(arithmetic)
        self.poles = False
        with np.errstate(all="ignore", divide="call", call=self._met_pole):
            try:
                return self.programs[arithmetic](point, generator)
            except np.linalg.LinAlgError:
                raise Problem("A matrix that is inverted here is singular.", hint="its determinant is 0") from None

    def _compiled(self, arithmetic: Arithmetic) -> Callable[[Mapping[str, Array], Random | None], list[Array]]:
        nodes = [one for one in self.expressions if isinstance(one, Node)]
        program = Program(nodes, self.sizes, arithmetic=arithmetic)
        tensors = [
            None if isinstance(one, Node) else TensorProgram(one.tensor, self.sizes, arithmetic=arithmetic)
            for one in self.expressions
        ]

        def run(point: Mapping[str, Array], generator: Random | None) -> list[Array]:
            found = iter(program.run(point, generator=generator))
            return [next(found) if one is None else one.run(point, generator=generator) for one in tensors]

        return run

    def _met_pole(self, kind: str, flag: int) -> None:
        self.poles = True

    # Exact values

    def _exactly(self, fitted: Fitted) -> list[Number] | None:
        """The values as SymPy has them; None where these are too long, or a derivative is 0/0."""
        try:
            found = self._run(EXACT, fitted.point(EXACT))
            numbers = [_exact(*pair, fitted) for pair in zip(self.expressions, found, strict=True)]
        except TooLarge:
            self.few, self.notes = False, (_LONG,)
            return None
        for expression, number in zip(self.expressions, numbers, strict=True):
            if number is None and self.slope is None:
                raise undefined(expression, fitted, EXACT)
        return [number for number in numbers if number is not None] if None not in numbers else None

    # Numbers with bounds

    def _certainly(self, fitted: Fitted) -> list[Number]:
        real = all(value.array.dtype.kind == "f" for value in fitted.values.values())
        most = LEVELS[-1] if self.work <= MOST_DIGITS else LEVELS[3] if self.work <= _MOST_FEWER else LEVELS[2]
        found = self._rising(fitted, levels(most, True, self.slope is not None)) if real else None
        limit = None
        if found is None or not all(map(_is_whole, found)):
            limit = self._limit(fitted) if found is not None else None
            found = limit or self._rising(fitted, levels(most, False, self.slope is not None))
        for expression, one in zip(self.expressions, found, strict=True):
            if not _is_whole(one):
                if fitted.exact and self.few and (exactly := self._exactly(fitted)):
                    return exactly  # what bounds leave open may be decided exactly: x − x > 0
                raise undefined(expression, fitted, certain(most, False, True))
        notes = self.notes
        if limit is None and any(one.may_be_zero and not one.is_exact for each in found for one in entries(each)):
            if fitted.exact and self.few and (exactly := self._exactly(fitted)):
                return exactly
            notes = (*notes, _ZERO)
        return [
            _number(one, _shape(expression, fitted), notes, limit is not None)
            for expression, one in zip(self.expressions, found, strict=True)
        ]

    def _rising(self, fitted: Fitted, arithmetics: Iterator[Certain]) -> list[Array]:
        found = rising(lambda arithmetic: self._run(arithmetic, fitted.point(arithmetic)), arithmetics)
        if found is None:
            message = "No digit of the value is certain here, with all the digits that there is time for."
            raise Problem(message, hint="almost everything cancels: rewrite the expression", status=3)
        return found

    def _limit(self, fitted: Fitted) -> list[Array] | None:
        """Of a derivative that is 0/0 as a formula, its limit, if from all sides it is the same."""
        if self.slope is None or self.work > _MOST_BESIDE:
            return None
        found = approximation(
            lambda arithmetic, point, moved: self._run(arithmetic, point), fitted.point, self.slope.names
        )
        return found or approximation(self._beside, fitted.point, self.slope.names)

    def _beside(self, arithmetic: Certain, point: Mapping[str, Array], moved: Moved) -> list[Array]:
        """The values with what polynomials are of moved as well: their rules divide by what may be 0 everywhere."""
        values: dict[Node, Array] = {}
        for node in topological(trees(self.expressions)):
            below = node.args[0] if node.operator.polynomial else None
            if below is not None and below.args and not below.loops and below not in values:
                (found,) = Program([below], self.sizes, values, arithmetic=arithmetic).run(point, values)
                values[below] = moved(found)
                if len(below.axes) == 2:
                    values[build.transpose(below)] = np.transpose(values[below])
        with np.errstate(all="ignore"):
            return [
                Program([one], self.sizes, values, arithmetic=arithmetic).run(point, values)[0]
                if isinstance(one, Node)
                else TensorProgram(one.tensor, self.sizes, values, arithmetic=arithmetic).run(point, values)
                for one in self.expressions
            ]

    # Floating-point numbers

    def in_floats(self, fitted: Fitted) -> list[Number]:
        """The values in floating point, complex where they are not real."""
        real = all(value.array.dtype.kind == "f" for value in fitted.values.values())
        found = self._run(REAL, fitted.point()) if real else None
        arithmetic = REAL
        if found is None or any(np.isnan(one).any() for one in found):
            arithmetic = COMPLEX
            found = self._run(COMPLEX, fitted.point())
        poles = self.poles
        numbers = []
        for expression, one in zip(self.expressions, found, strict=True):
            if not np.isfinite(one).all():
                raise undefined(expression, fitted, arithmetic)
            if poles and isinstance(expression, Node):
                problem = pole(expression, fitted, arithmetic)
                if problem is not None:
                    raise problem
            shape = _shape(expression, fitted)
            numbers.append(Number(np.asarray(one).reshape(shape), None, shape, None, self.notes))
        moved = self._run(arithmetic, fitted.point(), np.random.default_rng(1))
        for one, other in zip(found, moved, strict=True):
            if np.max(np.abs(one - other), initial=0) > _MOVED * np.max(np.abs(one), initial=0):
                if self.work <= MOST_CERTAIN:
                    return self._certainly(fitted)
                message = "Nearly all digits cancel here, and there are too many numbers to compute with more digits."
                raise Problem(message, hint="take fewer data, or write the expression so that less cancels", status=3)
        return numbers


def _number(found: Array, shape: tuple[int, ...], notes: tuple[str, ...], limit: bool) -> Number:
    numbers = entries(found)
    values = np.empty(len(numbers), dtype=object)
    values[:] = [plain(one) for one in numbers]
    floats = np.array([floating(value) for value in values]).reshape(shape)
    return Number(floats, None, shape, values.reshape(shape), notes, limit)


def _is_whole(found: Array) -> bool:
    return all(entry.is_number for entry in entries(found))


def _exact(expression: Expression, found: Array, fitted: Fitted) -> Number | None:
    shape = _shape(expression, fitted)
    exact = np.array(found, dtype=object).reshape(shape)
    for place in np.ndindex(exact.shape):
        exact[place] = _simplest(exact[place])
    if any(entry is sympy.nan for entry in exact.ravel()):
        return None
    try:
        floats = np.array([floating(entry) for entry in exact.ravel()]).reshape(shape)
    except (Unsure, TooFar) as fault:
        raise TooLarge from fault
    return Number(floats, exact, shape)


def _simplest(number: Expr) -> Expr:
    """The shortest of the usual forms."""
    if number.is_Rational or number.is_Atom:
        return number
    powers = [power for power in number.atoms(sympy.Pow) if power.base.is_Add and abs(power.exp) > 3]
    if powers or number.count_ops() > 40:
        return number
    forms = [number, sympy.expand(number)]
    if number.is_algebraic and len(number.atoms(sympy.Pow)) <= 4:
        forms.append(sympy.radsimp(number))
    return min(forms, key=lambda form: form.count_ops())


def _shape(expression: Expression, fitted: Fitted) -> tuple[int, ...]:
    return tuple(whole(size, fitted.sizes) for size in expression.shape)


def _of_complex(fault: NotReal) -> Problem:
    operator = fault.operator
    symbol = operator.written_as or f"{operator.notation.ascii or operator.name}(…)"
    return Problem(f"`{symbol}` is of real numbers, and its argument is complex here.", hint="choose other values")
