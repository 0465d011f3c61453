"""What each operator means, in NumPy, for real numbers and for the complex step.

Every value has a leading axis of points. A function that is not analytic goes by the real part, and reports how near
its argument is to a kink; two arguments that are equal with equal slopes are no kink.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

STEP = 1e-20
Array = Any


class Outside(Exception):
    """An argument is outside the domain of a function."""


class Kinks:
    """The least distance from a kink that was met."""

    def __init__(self) -> None:
        self.least = math.inf

    def at(self, difference: Array) -> None:
        real, slope = np.abs(np.real(difference)), np.abs(np.imag(difference))
        away = real[(real > 0) | (slope > 1e-9 * STEP)]
        if away.size:
            self.least = min(self.least, float(away.min()))


def _first_order(function: Callable[[Array], Array], slope: Callable[[Array], Array]) -> Callable[[Array], Array]:
    def extended(a: Array) -> Array:
        if not np.iscomplexobj(a):
            return function(a)
        return function(a.real) + 1j * slope(a.real) * a.imag

    return extended


_real_erf = np.vectorize(math.erf, otypes=[float])
_erf = _first_order(_real_erf, lambda a: 2 / math.sqrt(math.pi) * np.exp(-(a**2)))

ANALYTIC: dict[str, tuple[Callable[[Array], Array], str]] = {
    "exp": (np.exp, ""),
    "log": (np.log, "positive"),
    "sqrt": (np.sqrt, "positive"),
    "sin": (np.sin, ""),
    "cos": (np.cos, ""),
    "tan": (lambda a: np.sin(a) / np.cos(a), "small"),
    "cot": (lambda a: np.cos(a) / np.sin(a), "positive"),
    "asin": (np.arcsin, "unit"),
    "acos": (np.arccos, "unit"),
    "atan": (_first_order(np.arctan, lambda a: 1 / (1 + a**2)), ""),
    "sinh": (lambda a: (np.exp(a) - np.exp(-a)) / 2, ""),
    "cosh": (lambda a: (np.exp(a) + np.exp(-a)) / 2, ""),
    "tanh": (lambda a: 1 - 2 / (np.exp(2 * a) + 1), ""),
    "asinh": (_first_order(np.arcsinh, lambda a: 1 / np.sqrt(1 + a**2)), ""),
    "acosh": (_first_order(np.arccosh, lambda a: 1 / np.sqrt(a**2 - 1)), "above one"),
    "atanh": (_first_order(np.arctanh, lambda a: 1 / (1 - a**2)), "unit"),
    "sigmoid": (lambda a: 1 / (1 + np.exp(-a)), ""),
    "softplus": (lambda a: np.log(1 + np.exp(a)), ""),
    "gelu": (lambda a: a * (1 + _erf(a / math.sqrt(2))) / 2, ""),
    "silu": (lambda a: a / (1 + np.exp(-a)), ""),
    "erf": (_erf, ""),
    "log1p": (lambda a: np.log(1 + a), "positive"),
    "expm1": (lambda a: np.exp(a) - 1, ""),
    "rsqrt": (lambda a: 1 / np.sqrt(a), "positive"),
    "normcdf": (lambda a: (1 + _erf(a / math.sqrt(2))) / 2, ""),
    "normpdf": (lambda a: np.exp(-(a**2) / 2) / math.sqrt(2 * math.pi), ""),
}
"""Element-wise functions without a kink, and where their argument lies."""

PIECES: dict[str, Callable[[Array], Array]] = {
    "abs": lambda a: np.where(a.real < 0, -a, a),
    "sign": lambda a: np.sign(a.real),
    "relu": lambda a: np.where(a.real > 0, a, 0),
    "leaky_relu": lambda a: np.where(a.real > 0, a, a / 100),
    "elu": lambda a: np.where(a.real > 0, a, np.exp(np.where(a.real > 0, 0, a)) - 1),
    "step": lambda a: np.where(a.real > 0, 1.0, 0.0),
}
"""Element-wise functions in two pieces, which meet at 0."""

DOMAINS: dict[str, Callable[[Array], Array]] = {
    "positive": lambda a: a > 0,
    "unit": lambda a: np.abs(a) < 1,
    "small": lambda a: np.abs(a) < 1.5,
    "above one": lambda a: a > 1,
}

UNARY = {name: domain for name, (_, domain) in ANALYTIC.items()} | dict.fromkeys(PIECES, "")


def elementwise(name: str, a: Array, kinks: Kinks) -> Array:
    if name in PIECES:
        kinks.at(a)
        return PIECES[name](a)
    function, domain = ANALYTIC[name]
    inside(domain, a)
    return function(a)


def inside(domain: str, a: Array) -> None:
    """Raises Outside where the argument is not in the domain."""
    if domain and not DOMAINS[domain](a.real).all():
        raise Outside(domain)


def larger(a: Array, b: Array, kinks: Kinks, sign: int = 1) -> Array:
    kinks.at(a - b)
    return np.where(sign * (a - b).real >= 0, a, b)


def compared(name: str, a: Array, b: Array, kinks: Kinks) -> Array:
    difference = a - b
    kinks.at(difference)
    holds = {
        "greater": difference.real > 0,
        "less": difference.real < 0,
        "greater_equal": difference.real >= 0,
        "less_equal": difference.real <= 0,
    }[name]
    return np.where(holds, 1.0, 0.0)


def raised(a: Array, b: Array, exponent: str | None) -> Array:
    """``a^b``; a whole exponent multiplies, so that the base may be negative or 0."""
    if exponent is not None and exponent.isdigit():
        return math.prod([a] * int(exponent), start=np.ones_like(a))
    inside("positive", a)
    return np.exp(b * np.log(a))


# Along the last axis -------------------------------------------------------------------------------------------------


def _extreme(sign: int) -> Callable[[Array, Kinks], Array]:
    def extreme(a: Array, kinks: Kinks) -> Array:
        best = np.take_along_axis(a, np.argmax(sign * a.real, axis=-1)[..., None], -1)
        kinks.at(best - a)
        return best[..., 0]

    return extreme


def _logsumexp(a: Array, kinks: Kinks) -> Array:
    top = a.real.max(axis=-1, keepdims=True)
    return np.log(np.exp(a - top).sum(axis=-1)) + top[..., 0]


def _variance(a: Array, kinks: Kinks) -> Array:
    return ((a - a.mean(axis=-1, keepdims=True)) ** 2).mean(axis=-1)


REDUCTIONS: dict[str, Callable[[Array, Kinks], Array]] = {
    "sum": lambda a, kinks: a.sum(axis=-1),
    "mean": lambda a, kinks: a.mean(axis=-1),
    "max": _extreme(1),
    "min": _extreme(-1),
    "prod": lambda a, kinks: a.prod(axis=-1),
    "var": _variance,
    "std": lambda a, kinks: np.sqrt(_variance(a, kinks)),
    "norm": lambda a, kinks: np.sqrt((a * a).sum(axis=-1)),
    "norm1": lambda a, kinks: elementwise("abs", a, kinks).sum(axis=-1),
    "norm_inf": lambda a, kinks: _extreme(1)(elementwise("abs", a, kinks), kinks),
    "logsumexp": _logsumexp,
}


def _softmax(a: Array) -> Array:
    power = np.exp(a - a.real.max(axis=-1, keepdims=True))
    return power / power.sum(axis=-1, keepdims=True)


ALONG: dict[str, Callable[[Array], Array]] = {"softmax": _softmax, "log_softmax": lambda a: np.log(_softmax(a))}


# Matrices ------------------------------------------------------------------------------------------------------------


def _logdet(a: Array) -> Array:
    determinant = np.linalg.det(a)
    return np.log(determinant * np.where(determinant.real < 0, -1, 1))


OF_SQUARE: dict[str, Callable[[Array], Array]] = {
    "tr": lambda a: np.einsum("bii->b", a),
    "inv": np.linalg.inv,
    "det": np.linalg.det,
    "logdet": _logdet,
    "diagonal": lambda a: np.einsum("bii->bi", a),
}


def kron(a: Array, b: Array) -> Array:
    """Every entry of a times b; a vector is a column."""
    a, b = (one[..., None] if one.ndim == 2 else one for one in (a, b))
    product = np.einsum("bij,bkl->bikjl", a, b)
    return product.reshape(len(product), a.shape[1] * b.shape[1], a.shape[2] * b.shape[2])


def vec(a: Array) -> Array:
    """The columns, one below the other."""
    return np.swapaxes(a, 1, 2).reshape(len(a), -1)


def diag(a: Array) -> Array:
    return a[:, :, None] * np.eye(a.shape[1])


def repeat(size: int, times: int) -> Array:
    return np.array([[float(row // times == column) for column in range(size)] for row in range(size * times)])


def tile(size: int, times: int) -> Array:
    return np.array([[float(row % size == column) for column in range(size)] for row in range(size * times)])


def commutation(rows: int, columns: int) -> Array:
    """``K vec(X) = vec(X')``."""
    found = np.zeros((rows * columns, rows * columns))
    for row in range(rows):
        for column in range(columns):
            found[row * columns + column, column * rows + row] = 1
    return found


def angle(a: Array, b: Array, kinks: Kinks) -> Array:
    """The angle of the point (b, a) and how it moves; where b is negative it jumps at a = 0."""
    if np.any(b.real < 0):
        kinks.least = min(kinks.least, float(np.abs(a.real)[np.broadcast_to(b.real < 0, a.shape)].min(initial=np.inf)))
    found = np.arctan2(a.real, b.real)
    if not (np.iscomplexobj(a) or np.iscomplexobj(b)):
        return found
    return found + 1j * (b.real * np.imag(a) - a.real * np.imag(b)) / (a.real**2 + b.real**2)


STRUCTURE = frozenset(
    (
        *("variable", "number", "pi", "dimension", "loop_index", "ones", "zeros", "eye", "unit", "delta"),
        *(
            "add",
            "negative",
            "multiply",
            "divide",
            "power",
            "matmul",
            "dot",
            "outer",
            "transpose",
            "diag",
            "kron",
            "vec",
        ),
        *("greater", "less", "greater_equal", "less_equal", "maximum", "minimum", "where", "atan2"),
        *("stack", "stack_rows", "grid", "element", "loop_sum", "repeat", "tile", "commutation"),
    )
)
"""Operators whose meaning is in `values`."""

MEANT = STRUCTURE | UNARY.keys() | REDUCTIONS.keys() | ALONG.keys() | OF_SQUARE.keys()
