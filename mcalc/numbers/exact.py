"""Exact arithmetic: arrays of SymPy numbers, and what the operator table sees as ``np`` when it computes with them.

``3 sin(1)`` stays ``3 sin(1)``. What has no value is ``nan``, whatever it is multiplied with; what cannot be
decided, or grows out of hand, raises `TooLarge`, and is left to floating-point numbers.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any

import sympy
from sympy.core.singleton import S
from sympy.polys.domains import QQ
from sympy.polys.matrices import DomainMatrix

from mcalc.numbers.arithmetic import Arithmetic, NotReal
from mcalc.numbers.arrays import array_module as np
from mcalc.numbers.bounds import TooFar, Unsure, magnitude
from mcalc.numbers.certain import LEVELS, certain, digits_of
from mcalc.table.records import Operator

MOST_PARTS, MOST_TOGETHER, MOST_BITS = 100, 1200, 4000
"""The size of one number, of all numbers of an array, and of whole numbers: what is larger is not worth having."""
_MOST_SIMPLIFIED, _MOST_INVERTED = 24, 60
_NO_NUMBERS = (S.NaN, S.Infinity, S.NegativeInfinity, S.ComplexInfinity, sympy.AccumBounds)


class TooLarge(Exception):
    """An exact value that is not worth having."""


def exact(value: Any) -> Any:
    """A number as SymPy has it: a float that is whole is a whole number, any other the decimal that it prints as."""
    if isinstance(value, sympy.Basic):
        return S.NaN if value.has(*_NO_NUMBERS) else value
    if isinstance(value, (bool, np.bool_)):
        return S.One if value else S.Zero
    if isinstance(value, (float, np.floating)):
        number = float(value)
        return sympy.Integer(int(number)) if number.is_integer() else sympy.Rational(repr(number))
    return sympy.Integer(int(value))


def _entry_by_entry(function: Callable[..., Any]) -> Callable[..., Any]:
    def apply(*arguments: Any, **_: Any) -> Any:
        if not any(isinstance(argument, np.ndarray) for argument in arguments):
            return exact(function(*map(exact, arguments)))
        wide = np.broadcast_arrays(*(np.asarray(argument, dtype=object) for argument in arguments))
        result = np.empty(wide[0].shape, dtype=object)
        for place in np.ndindex(result.shape):
            result[place] = exact(function(*(exact(array[place]) for array in wide)))
        return result

    return apply


def sign(value: Any) -> Any:
    """-1, 0 or 1; raises `TooLarge` where that cannot be decided."""
    if value is S.NaN or value.is_Rational:
        return value if value is S.NaN else sympy.Integer((value.p > 0) - (value.p < 0))
    if _vanishes(value):
        return S.Zero
    try:
        return S.One if digits_of(value).value > 0 else S.NegativeOne
    except (Unsure, TooFar, TypeError) as fault:
        raise TooLarge from fault


def _vanishes(value: Any) -> bool:
    """Whether the number is 0: what its digits do not tell from 0 is simplified, if it is short."""
    if value.is_Rational:
        return bool(value == 0)
    try:
        for count in LEVELS[:3]:
            with suppress(Unsure):
                if not certain(count, False).field.number(value).may_be_zero:
                    return False
    except TooFar as fault:
        raise TooLarge from fault
    if _parts(value) > _MOST_SIMPLIFIED or not (value.equals(0) if value.is_algebraic else sympy.expand(value) == 0):
        raise TooLarge
    return True


def _parts(*values: Any) -> int:
    """How many numbers, functions and operations they are made of."""
    return sum(1 for value in values for _ in sympy.preorder_traversal(value))


def _larger(one: Any, other: Any) -> Any:
    if S.NaN in (one, other):
        return S.NaN
    return one if sign(one - other) >= 0 else other


def _smaller(one: Any, other: Any) -> Any:
    return -_larger(-one, -other)


def _raised(base: Any, exponent: Any) -> Any:
    if base == 0 and sign(sympy.re(exponent)) < 0:
        return S.NaN
    if base.is_Rational and exponent.is_Rational:
        bits = max(base.p.bit_length(), base.q.bit_length()) if abs(base) != 1 else 0
        if bits * abs(exponent) > MOST_BITS:
            raise TooLarge
    return base**exponent


def _reduced(function: Callable[[Sequence[Any]], Any]) -> Callable[..., Any]:
    def apply(a: Any, axis: Any = None) -> Any:
        a = np.asarray(a, dtype=object)
        if axis is None:
            return exact(function(list(a.ravel())))
        lines = np.moveaxis(a, axis, -1)
        result = np.empty(lines.shape[:-1], dtype=object)
        for place in np.ndindex(result.shape):
            result[place] = exact(function(list(lines[place])))
        return result

    return apply


def _extreme(choose: Callable[[Any, Any], Any]) -> Callable[[Sequence[Any]], Any]:
    def extreme(entries: Sequence[Any]) -> Any:
        best = entries[0]
        for entry in entries[1:]:
            best = choose(best, entry)
        return best

    return extreme


def _total(entries: Sequence[Any]) -> Any:
    return sympy.Add(*entries)


def _mean(entries: Sequence[Any]) -> Any:
    return sympy.Add(*entries) / len(entries)


def _variance(entries: Sequence[Any]) -> Any:
    mean = _mean(entries)
    return _mean([(entry - mean) ** 2 for entry in entries])


def _logsumexp(entries: Sequence[Any]) -> Any:
    return sympy.log(sympy.Add(*map(sympy.exp, entries)))


def _filled(value: Any) -> Callable[..., Any]:
    def fill(*sizes: Any) -> Any:
        shape = sizes[0] if sizes and isinstance(sizes[0], tuple) else sizes
        result = np.empty(shape, dtype=object)
        result[...] = value
        return result

    return fill


def _eye(size: int) -> Any:
    result = _filled(S.Zero)(size, size)
    for at in range(size):
        result[at, at] = S.One
    return result


def _chosen(condition: Any, one: Any, other: Any) -> Any:
    if condition is S.NaN:
        return S.NaN
    return one if bool(condition) else other


class _Linear:
    """``np.linalg``, exactly: of fractions by elimination, of other numbers where these are short."""

    @staticmethod
    def inv(a: Any) -> Any:
        matrix = _Linear._matrix(a)
        if matrix is None:
            return _filled(S.NaN)(*np.shape(a))
        determinant = _Linear.det(a)
        if sign(determinant) == 0:
            return _filled(S.NaN)(*np.shape(a))
        if isinstance(matrix, DomainMatrix):
            return np.array(matrix.inv().to_Matrix().tolist(), dtype=object)
        return np.array((matrix.adjugate(method="berkowitz") / determinant).tolist(), dtype=object)

    @staticmethod
    def det(a: Any) -> Any:
        matrix = _Linear._matrix(a)
        if matrix is None:
            return S.NaN
        if isinstance(matrix, DomainMatrix):
            return QQ.to_sympy(matrix.charpoly()[-1]) * (-1) ** len(a)
        return matrix.det(method="berkowitz")

    @staticmethod
    def slogdet(a: Any) -> tuple[Any, Any]:
        found = _Linear.det(a)
        return sign(found), sympy.log(sympy.Abs(found))

    @staticmethod
    def _matrix(a: Any) -> Any:
        """The matrix; None where an entry is no number."""
        entries = list(np.ravel(a))
        if any(entry is S.NaN for entry in entries):
            return None
        if all(entry.is_Rational for entry in entries):
            return DomainMatrix([[QQ.from_sympy(entry) for entry in row] for row in a], np.shape(a), QQ)
        if len(a) > 3 or _parts(*entries) > _MOST_INVERTED:
            raise TooLarge
        return sympy.Matrix(a)


class _ExactModule:
    """The functions that the table uses, of SymPy numbers; what only moves entries about is NumPy's."""

    pi = S.Pi
    linalg = _Linear

    def __init__(self) -> None:
        by_entry: dict[str, Callable[..., Any]] = {
            "arcsin": sympy.asin,
            "arccos": sympy.acos,
            "arctan": sympy.atan,
            "arcsinh": sympy.asinh,
            "arccosh": sympy.acosh,
            "arctanh": sympy.atanh,
            "abs": sympy.Abs,
            "sign": sign,
            "maximum": _larger,
            "minimum": _smaller,
            "where": _chosen,
            "raised": _raised,
            "logaddexp": lambda a, b: sympy.log(sympy.exp(a) + sympy.exp(b)),
            "erf": sympy.erf,
        }
        for name in ("exp", "log", "sqrt", "sin", "cos", "tan", "sinh", "cosh", "tanh"):
            by_entry[name] = getattr(sympy, name)
        reductions = {"sum": _total, "mean": _mean, "max": _extreme(_larger), "min": _extreme(_smaller)}
        reductions |= {"prod": lambda entries: sympy.Mul(*entries), "var": _variance, "logsumexp": _logsumexp}
        found = {name: _entry_by_entry(function) for name, function in by_entry.items()}
        found |= {name: _reduced(function) for name, function in reductions.items()}
        found |= {"ones": _filled(S.One), "zeros": _filled(S.Zero), "eye": _eye}
        found |= {"logsumexp_along": found["logsumexp"], "softmax": self._softmax, "log_softmax": self._log_softmax}
        found["grid"] = lambda *parts: np.array(parts[:-2], dtype=object).reshape(parts[-2:])
        self.__dict__.update(found)

    def __getattr__(self, name: str) -> Any:
        return getattr(np, name)

    def _softmax(self, a: Any) -> Any:
        raised = self.exp(a)
        return raised / self.sum(raised, axis=-1)[..., None]

    def _log_softmax(self, a: Any) -> Any:
        return a - self.logsumexp(a, axis=-1)[..., None]


class Exact(Arithmetic):
    """Values are SymPy numbers, and arrays of them."""

    module: Any = _ExactModule()
    takes_exact = True

    def array(self, value: Any) -> Any:
        result = np.array(value, dtype=object)
        for place in np.ndindex(result.shape):
            result[place] = exact(result[place])
        return result

    def scalar(self, value: Any) -> Any:
        return _checked(exact(value))

    def call(self, operator: Operator, values: Sequence[Any], parameters: Sequence[Any]) -> Any:
        if operator.of_reals and any(_not_real(value) for value in values):
            raise NotReal(operator)
        try:
            if operator.name == "divide" and not isinstance(values[1], np.ndarray) and values[1] == 0:
                return values[0] * S.NaN
            found = operator.numpy(self.module, *values, *parameters)
        except (TypeError, AttributeError, OverflowError) as fault:
            raise TooLarge from fault
        if not isinstance(found, np.ndarray):
            return self.scalar(found)
        result = np.empty(found.shape, dtype=object)
        for place in np.ndindex(found.shape):
            result[place] = self.scalar(found[place])
        if _parts(*result.ravel()) > MOST_TOGETHER + result.size:
            raise TooLarge
        return result


def _not_real(value: Any) -> bool:
    entries = np.ravel(np.asarray(value, dtype=object))
    return any(entry is not S.NaN and not entry.is_Rational and _is_complex(entry) for entry in entries)


def _is_complex(entry: Any) -> bool:
    try:
        found = certain(LEVELS[0], False).field.number(entry)
    except (Unsure, TooFar) as fault:
        raise TooLarge from fault
    if not found.is_real and found.error >= magnitude(found.value.imag):
        raise TooLarge
    return not found.is_real


def _checked(value: Any) -> Any:
    """The number, unless it has become long; a sum that is 0 as 0."""
    for count, part in enumerate(sympy.preorder_traversal(value)):
        if count > MOST_PARTS or (part.is_Rational and part.p.bit_length() + part.q.bit_length() > MOST_BITS):
            raise TooLarge
    return S.Zero if value.is_Add and _vanishes(value) else value


EXACT = Exact()
