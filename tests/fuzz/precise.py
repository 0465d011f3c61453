"""The value of a program and its first derivatives to hundreds of digits, by mpmath: nothing of mcalc computes here.

A derivative is a central difference with a step of 10⁻¹⁶⁰ in numbers of 600 digits; what two precisions do not give
alike is not judged.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import mpmath
import numpy as np

from fuzz.meanings import DOMAINS, OF_SQUARE, PIECES, REDUCTIONS, UNARY, Outside
from fuzz.terms import Program, Term, whole
from fuzz.values import Array, Machine

DIGITS, MORE, STEP, TIE, LARGEST = 450, 600, -160, -100, 60


class NotJudged(Exception):
    """A tie, a kink beside the point, or digits that two precisions do not share."""


def _of_numbers(mp: Any) -> dict[str, Callable[[Any], Any]]:
    half = mp.mpf(1) / 2
    return {
        **{name: getattr(mp, name) for name in ("exp", "log", "sqrt", "sin", "cos", "tan", "cot")},
        **{
            name: getattr(mp, name)
            for name in ("asin", "acos", "atan", "sinh", "cosh", "tanh", "asinh", "acosh", "atanh", "erf", "sign")
        },
        "sigmoid": lambda a: 1 / (1 + mp.exp(-a)),
        "softplus": lambda a: mp.log(1 + mp.exp(a)),
        "gelu": lambda a: a * (1 + mp.erf(a * mp.sqrt(half))) / 2,
        "silu": lambda a: a / (1 + mp.exp(-a)),
        "log1p": lambda a: mp.log(1 + a),
        "expm1": lambda a: mp.exp(a) - 1,
        "rsqrt": lambda a: 1 / mp.sqrt(a),
        "normcdf": lambda a: (1 + mp.erf(a * mp.sqrt(half))) / 2,
        "normpdf": lambda a: mp.exp(-a * a / 2) / mp.sqrt(2 * mp.pi),
        "abs": abs,
        "relu": lambda a: a if a > 0 else mp.mpf(0),
        "leaky_relu": lambda a: a if a > 0 else a / 100,
        "elu": lambda a: a if a > 0 else mp.exp(a) - 1,
        "step": lambda a: mp.mpf(1 if a > 0 else 0),
    }


class Precise(Machine):
    """The fuzz's machine, on numbers of many digits."""

    def __init__(self, mp: Any, sizes: dict[str, int], names: dict[str, Array], points: int) -> None:
        super().__init__(sizes, names, points)
        self.mp, self.functions, self.ties = mp, _of_numbers(mp), False

    def value(self, term: Term) -> Array:
        found = self._of(term, [] if term.kind == "loop_sum" else [self.value(arg) for arg in term.args])
        shape = (self.points, *(whole(size, self.sizes) for size in term.shape))
        return np.broadcast_to(self._numbers(found), shape)

    def _numbers(self, found: Any) -> Array:
        own = self.mp.mpf
        return np.frompyfunc(lambda one: one if isinstance(one, own) else own(float(one)), 1, 1)(
            np.array(found, dtype=object)
        )

    def each(self, function: Callable[..., Any], *arrays: Array) -> Array:
        return np.frompyfunc(function, len(arrays), 1)(*arrays)

    def near(self, difference: Any) -> None:
        self.ties = self.ties or self.mp.mag(difference) < TIE * 3

    def _of(self, term: Term, args: list[Array]) -> Array:
        kind = term.kind
        if kind in UNARY:
            return self.each(lambda a: self._function(kind, a), args[0])
        if kind in REDUCTIONS:
            lines = self._along(term, args[0])
            found = [getattr(self, f"_{kind}_of", None) or REDUCED[kind]]
            flat = lines.reshape(-1, lines.shape[-1])
            if kind == "logsumexp":
                self.each(self.bounded, flat)
            return np.array([found[0](self, list(line)) for line in flat], dtype=object).reshape(lines.shape[:-1])
        if kind in ("softmax", "log_softmax"):
            turned = term.data == ("0",) and args[0].ndim == 3
            self.each(self.bounded, args[0])
            powers = self.each(self.mp.exp, np.swapaxes(args[0], 1, 2) if turned else args[0])
            found = powers / powers.sum(axis=-1, keepdims=True)
            found = self.each(self.mp.log, found) if kind == "log_softmax" else found
            return np.swapaxes(found, 1, 2) if turned else found
        if kind in OF_SQUARE and kind not in ("tr", "diagonal"):
            found = [self._of_matrix(kind, matrix) for matrix in args[0]]
            return np.array(found, dtype=object)
        if kind == "tr":
            return np.trace(args[0], axis1=1, axis2=2)
        if kind == "diagonal":
            return np.diagonal(args[0], axis1=1, axis2=2)
        return getattr(self, "_" + kind)(term, *args)

    def _function(self, kind: str, a: Any) -> Any:
        if kind in PIECES:
            self.near(a)
        elif UNARY[kind] not in ("", "small") and not DOMAINS[UNARY[kind]](a):
            raise Outside(kind)
        self.bounded(a)
        return self.functions[kind](a)

    def bounded(self, a: Any) -> None:
        if self.mp.mag(a) > LARGEST:
            raise NotJudged("an exponent that is a long number")

    def _of_matrix(self, kind: str, rows: Array) -> Any:
        matrix = self.mp.matrix(rows.tolist())
        determinant = self.mp.det(matrix)
        scale = self.mp.norm(matrix, self.mp.inf) ** len(rows)
        if determinant != 0 and abs(determinant) < scale * self.mp.mpf(10) ** TIE:
            raise NotJudged("nearly singular")
        if kind == "det":
            return determinant
        if determinant == 0:
            raise ZeroDivisionError
        if kind == "logdet":
            return self.mp.log(abs(determinant))
        return np.array(self.mp.inverse(matrix).tolist(), dtype=object).reshape(rows.shape)

    def _number(self, term: Term) -> Array:
        value = Fraction(term.data[0])
        return np.full(self.points, self.mp.mpf(value.numerator) / value.denominator, dtype=object)

    def _pi(self, term: Term) -> Array:
        return np.full(self.points, +self.mp.pi, dtype=object)

    def _exactly(self, array: Array) -> Array:
        return self.each(lambda one: self.mp.mpf(float(one)), array)

    def _dimension(self, term: Term) -> Array:
        return self._exactly(super()._dimension(term))

    def _loop_index(self, term: Term) -> Array:
        return self._exactly(super()._loop_index(term))

    def _multiply(self, term: Term, *args: Array) -> Array:
        first, *others = self._spread(*args)
        for other in others:
            first = first * other
        return first

    def _power(self, term: Term, *args: Array) -> Array:
        exponent = term.args[1].data[0] if term.args[1].kind == "number" else None

        def raised(a: Any, b: Any) -> Any:
            if exponent is not None and exponent.isdigit():
                return a ** int(exponent)
            if not a > 0:
                raise Outside("power")
            self.bounded(b * self.mp.log(a))
            return self.mp.exp(b * self.mp.log(a))

        return self.each(raised, *self._spread(*args))

    def _compare(self, term: Term, *args: Array) -> Array:
        def compared(a: Any, b: Any) -> Any:
            self.near(a - b)
            holds = {"greater": a > b, "less": a < b, "greater_equal": a >= b, "less_equal": a <= b}[term.kind]
            return self.mp.mpf(1 if holds else 0)

        return self.each(compared, *self._spread(*args))

    _greater = _less = _greater_equal = _less_equal = _compare

    def _extreme(self, term: Term, *args: Array) -> Array:
        def chosen(a: Any, b: Any) -> Any:
            self.near(a - b)
            return max(a, b) if term.kind == "maximum" else min(a, b)

        return self.each(chosen, *self._spread(*args))

    _maximum = _minimum = _extreme

    def _atan2(self, term: Term, *args: Array) -> Array:
        return self.each(self.mp.atan2, *self._spread(*args))

    def _where(self, term: Term, *args: Array) -> Array:
        return self.each(lambda c, a, b: a if c != 0 else b, *np.broadcast_arrays(*self._spread(*args)))


def _extreme_of(sign: int) -> Callable[[Precise, list[Any]], Any]:
    def extreme(machine: Precise, line: list[Any]) -> Any:
        ordered = sorted((sign * one for one in line), reverse=True)
        if len(ordered) > 1:
            machine.near(ordered[0] - ordered[1])
        return sign * ordered[0]

    return extreme


def _variance(machine: Precise, line: list[Any]) -> Any:
    mean = sum(line) / len(line)
    return sum((one - mean) ** 2 for one in line) / len(line)


def _absolute(machine: Precise, line: list[Any]) -> list[Any]:
    for one in line:
        machine.near(one)
    return [abs(one) for one in line]


REDUCED: dict[str, Callable[[Precise, list[Any]], Any]] = {
    "sum": lambda machine, line: sum(line),
    "mean": lambda machine, line: sum(line) / len(line),
    "max": _extreme_of(1),
    "min": _extreme_of(-1),
    "prod": lambda machine, line: machine.mp.fprod(line),
    "var": _variance,
    "std": lambda machine, line: machine.mp.sqrt(_variance(machine, line)),
    "norm": lambda machine, line: machine.mp.sqrt(sum(one * one for one in line)),
    "norm1": lambda machine, line: sum(_absolute(machine, line)),
    "norm_inf": lambda machine, line: _extreme_of(1)(machine, _absolute(machine, line)),
    "logsumexp": lambda machine, line: machine.mp.log(sum(machine.mp.exp(one) for one in line)),
}

Point = dict[str, Any]
"""Arrays of fractions by name."""


def _at(program: Program, point: Point, digits: int, name: str) -> Array:
    """The value; with a name the derivative, of shape variable × value."""
    mp = mpmath.MPContext()
    mp.dps = digits
    exactly = np.frompyfunc(lambda one: mp.mpf(one.numerator) / one.denominator, 1, 1)
    moved = {key: np.asarray(exactly(value), dtype=object)[None] for key, value in point.items()}
    points = 1
    if name:
        start = moved[name][0]
        shape, count = np.shape(start), int(np.size(start))
        step = mp.mpf(10) ** STEP
        both = []
        for sign in (1, -1):
            for at in range(count):
                flat = np.array(start, dtype=object).reshape(-1).copy()
                flat[at] = flat[at] + sign * step
                both.append(flat)
        moved[name], points = np.concatenate(both).reshape(2 * count, *shape), 2 * count
    machine = Precise(mp, program.sizes, moved, points)
    for key, array in moved.items():
        machine.names[key] = np.broadcast_to(array, (points, *array.shape[1:]))
    found = machine.run(program)
    if name and machine.ties:
        raise NotJudged("a kink")
    if not all(mp.isfinite(one) for one in found.ravel()):
        raise ZeroDivisionError
    return (found[: points // 2] - found[points // 2 :]) / (2 * step) if name else found


def truth(program: Program, point: Point, name: str = "") -> Array:
    """The entries, each certain to forty digits or below 10⁻¹²⁰; raises Outside, ZeroDivisionError, NotJudged."""
    few, many = (_at(program, point, digits, name) for digits in (DIGITS, MORE))
    if name:
        largest = max(abs(one) for one in _at(program, point, DIGITS, "").ravel())
        if largest * mpmath.mpf(10) ** (-DIGITS - STEP) > mpmath.mpf(10) ** -160:
            raise NotJudged("too large beside the step")
    for one, other in zip(few.ravel(), many.ravel(), strict=True):
        scale = max(abs(other), mpmath.mpf(10) ** -60)
        if abs(one - other) > scale * mpmath.mpf(10) ** -40:
            raise NotJudged("too few digits")
    return many
