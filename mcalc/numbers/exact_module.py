"""What the operator table sees as ``np`` when it computes with SymPy's numbers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import sympy
from sympy.core.expr import Expr
from sympy.core.singleton import S
from sympy.matrices.dense import Matrix
from sympy.polys.domains import QQ
from sympy.polys.matrices import DomainMatrix

from mcalc.numbers.arrays import array_module as np
from mcalc.numbers.exact_numbers import MOST_BITS, TooLarge, exact, parts_of, sign
from mcalc.table.records import Array

_MOST_INVERTED = 60
_LARGEST_EXPONENT = 10**300


def _by_entry(function: Callable[..., Array]) -> Callable[..., Array]:
    def apply(*arguments: Array, **_: object) -> Array:
        if not any(isinstance(argument, np.ndarray) for argument in arguments):
            return exact(function(*map(exact, arguments)))
        wide = np.broadcast_arrays(*(np.asarray(argument, dtype=object) for argument in arguments))
        result = np.empty(wide[0].shape, dtype=object)
        for place in np.ndindex(result.shape):
            result[place] = exact(function(*(exact(array[place]) for array in wide)))
        return result

    return staticmethod(apply)


def _larger(one: Expr, other: Expr) -> Expr:
    if S.NaN in (one, other):
        return S.NaN
    return one if sign(one - other) >= 0 else other


def _smaller(one: Expr, other: Expr) -> Expr:
    return -_larger(-one, -other)


def _raised(base: Expr, exponent: Expr) -> Expr:
    if base == 0 and sign(sympy.re(exponent)) < 0:
        return S.NaN
    if base.is_Rational and exponent.is_Rational:
        bits = max(base.p.bit_length(), base.q.bit_length()) if abs(base) != 1 else 0
        if bits * abs(exponent) > MOST_BITS:
            raise TooLarge
    return base**exponent


def _reduced(function: Callable[[Sequence[Expr]], Expr]) -> Callable[..., Array]:
    def apply(a: Array, axis: int | None = None) -> Array:
        a = np.asarray(a, dtype=object)
        if axis is None:
            return exact(function(list(a.ravel())))
        lines = np.moveaxis(a, axis, -1)
        result = np.empty(lines.shape[:-1], dtype=object)
        for place in np.ndindex(result.shape):
            result[place] = exact(function(list(lines[place])))
        return result

    return staticmethod(apply)


def _extreme(choose: Callable[[Expr, Expr], Expr]) -> Callable[[Sequence[Expr]], Expr]:
    def extreme(entries: Sequence[Expr]) -> Expr:
        best = entries[0]
        for entry in entries[1:]:
            best = choose(best, entry)
        return best

    return extreme


def _total(entries: Sequence[Expr]) -> Expr:
    return sympy.Add(*entries)


def _mean(entries: Sequence[Expr]) -> Expr:
    return sympy.Add(*entries) / len(entries)


def _variance(entries: Sequence[Expr]) -> Expr:
    mean = _mean(entries)
    return _mean([(entry - mean) ** 2 for entry in entries])


def _logsumexp(entries: Sequence[Expr]) -> Expr:
    return sympy.log(sympy.Add(*map(_of_exponent(sympy.exp), entries)))


def _of_exponent(function: Callable[[Expr], Expr]) -> Callable[[Expr], Expr]:
    """``exp`` and what is made of it; of ``exp(exp(10⁸))`` SymPy would look for the sign for minutes."""

    def bounded(exponent: Expr) -> Expr:
        if exponent.is_comparable and not exponent.is_Rational and abs(exponent.evalf(5)) > _LARGEST_EXPONENT:
            raise TooLarge
        return function(exponent)

    return bounded


def _filled(value: Expr) -> Callable[..., Array]:
    def fill(*sizes: int) -> Array:
        shape = sizes[0] if sizes and isinstance(sizes[0], tuple) else sizes
        result = np.empty(shape, dtype=object)
        result[...] = value
        return result

    return staticmethod(fill)


def _eye(size: int) -> Array:
    result = _filled(S.Zero)(size, size)
    for at in range(size):
        result[at, at] = S.One
    return result


def _chosen(condition: Expr, one: Expr, other: Expr) -> Expr:
    if condition is S.NaN:
        return S.NaN
    return one if bool(condition) else other


class _Linear:
    """``np.linalg``, exactly: of fractions by elimination, of other numbers where these are short."""

    @staticmethod
    def inv(a: Array) -> Array:
        """``A⁻¹``, not a number where A is singular; raises `TooLarge` where it is not worth having."""
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
    def det(a: Array) -> Array:
        """``det A``; raises `TooLarge` where it is not worth having."""
        matrix = _Linear._matrix(a)
        if matrix is None:
            return S.NaN
        if isinstance(matrix, DomainMatrix):
            return QQ.to_sympy(matrix.charpoly()[-1]) * (-1) ** len(a)
        return matrix.det(method="berkowitz")

    @staticmethod
    def slogdet(a: Array) -> tuple[Expr, Expr]:
        """The sign of ``det A``, and ``ln|det A|``."""
        found = _Linear.det(a)
        return sign(found), sympy.log(sympy.Abs(found))

    @staticmethod
    def _matrix(a: Array) -> Matrix:
        """The matrix; None where an entry is no number."""
        entries = list(np.ravel(a))
        if any(entry is S.NaN for entry in entries):
            return None
        if all(entry.is_Rational for entry in entries):
            return DomainMatrix([[QQ.from_sympy(entry) for entry in row] for row in a], np.shape(a), QQ)
        if len(a) > 3 or parts_of(*entries) > _MOST_INVERTED:
            raise TooLarge
        return sympy.Matrix(a)


class ExactModule:
    """The functions that the table uses, of SymPy numbers; what only moves entries about is NumPy's."""

    pi = S.Pi
    linalg = _Linear

    exp, log, sqrt = (_by_entry(one) for one in (_of_exponent(sympy.exp), sympy.log, sympy.sqrt))
    sin, cos, tan = (_by_entry(function) for function in (sympy.sin, sympy.cos, sympy.tan))
    sinh, cosh, tanh = (_by_entry(_of_exponent(function)) for function in (sympy.sinh, sympy.cosh, sympy.tanh))
    arcsin, arccos, arctan = (_by_entry(function) for function in (sympy.asin, sympy.acos, sympy.atan))
    arcsinh, arccosh, arctanh = (_by_entry(function) for function in (sympy.asinh, sympy.acosh, sympy.atanh))
    abs, sign, erf = _by_entry(sympy.Abs), _by_entry(sign), _by_entry(sympy.erf)
    maximum, minimum, where = _by_entry(_larger), _by_entry(_smaller), _by_entry(_chosen)
    raised = _by_entry(_raised)
    logaddexp = _by_entry(lambda a, b: _logsumexp([a, b]))

    sum, mean, var = _reduced(_total), _reduced(_mean), _reduced(_variance)
    max, min = _reduced(_extreme(_larger)), _reduced(_extreme(_smaller))
    prod = _reduced(lambda entries: sympy.Mul(*entries))
    logsumexp = logsumexp_along = _reduced(_logsumexp)

    ones, zeros, eye = _filled(S.One), _filled(S.Zero), staticmethod(_eye)

    def __getattr__(self, name: str) -> Any:
        return getattr(np, name)

    @staticmethod
    def grid(*parts: Array) -> Array:
        """The entries as a matrix; the last two arguments are its rows and columns."""
        return np.array(parts[:-2], dtype=object).reshape(parts[-2:])

    @staticmethod
    def softmax(a: Array) -> Array:
        """``exp(a)/Σ exp(a)`` of each row."""
        raised = ExactModule.exp(a)
        return raised / ExactModule.sum(raised, axis=-1)[..., None]

    @staticmethod
    def log_softmax(a: Array) -> Array:
        """``a − ln Σ exp(a)`` of each row."""
        return a - ExactModule.logsumexp(a, axis=-1)[..., None]
