"""What the operator table asks of NumPy and NumPy does not have, and NumPy itself, imported when first used.

The helpers are written against the name ``np`` alone, so that generated code can carry their source; a helper that
another library lacks as well uses only what all of them have, with positional arguments.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from types import ModuleType
from typing import TYPE_CHECKING, Any, TypeAlias


class ArrayModule:
    """The helpers below first, NumPy otherwise: what the table's ``numpy`` functions see as ``np``."""

    def __getattr__(self, name: str) -> Any:
        found = HELPERS[name] if name in HELPERS else getattr(_numpy(), name)
        self.__dict__[name] = found
        return found


def _numpy() -> ModuleType:
    import numpy

    return numpy


array_module = ArrayModule()

if TYPE_CHECKING:
    import numpy as np

    from mcalc.table.records import Array
else:
    np = array_module

Random: TypeAlias = "np.random.Generator"
"""What numbers are drawn from."""


def softmax(a: Array) -> Array:
    """exp(a)/sum(exp(a)) along the last axis, without overflow."""
    raised = np.exp(a - np.max(a, axis=-1, keepdims=True))
    return raised / np.sum(raised, axis=-1, keepdims=True)


def log_softmax(a: Array) -> Array:
    """a - log(sum(exp(a))) along the last axis, without overflow."""
    lowered = a - np.max(a, axis=-1, keepdims=True)
    return lowered - np.log(np.sum(np.exp(lowered), axis=-1, keepdims=True))


def logsumexp(a: Array) -> Array:
    """log(sum(exp(a))) over all entries, without overflow."""
    top = np.max(a)
    return top + np.log(np.sum(np.exp(a - top)))


def logsumexp_along(a: Array, axis: int) -> Array:
    """log(sum(exp(a))) along an axis, without overflow."""
    top = np.max(a, axis=axis, keepdims=True)
    return np.squeeze(top, axis=axis) + np.log(np.sum(np.exp(a - top), axis=axis))


def erf(a: Array) -> Array:
    """The error function, element by element."""
    return np.vectorize(math.erf, otypes=[np.result_type(np.asarray(a), np.float32)])(a)


def products_of_others(a: Array) -> Array:
    """Along the last axis, the product of all entries but the one in this place, without dividing by it."""
    one = np.ones_like(a[..., :1])
    before = np.cumprod(np.concatenate([one, a[..., :-1]], -1), -1)
    after = np.cumprod(np.concatenate([one, np.flip(a[..., 1:], (-1,))], -1), -1)
    return before * np.flip(after, (-1,))


def products_of_pairs(a: Array) -> Array:
    """Along the last axis, the product of all entries but those in two places, 0 where these are one."""
    other = 1 - np.eye(a.shape[-1], dtype=a.dtype)
    return products_of_others(a[..., None, :] * other + (1 - other)) * other


def adjugate(a: Array) -> Array:
    """det(a) inv(a), also of a singular matrix: by its singular values, without dividing by them."""
    u, s, v = np.linalg.svd(a)
    scaled = products_of_others(s)[..., None] * np.swapaxes(u, -1, -2)
    return np.linalg.det(u @ v)[..., None, None] * (np.swapaxes(v, -1, -2) @ scaled)


def total(*terms: Array) -> Array:
    """The sum of the terms; scalars are expanded."""
    result = terms[0]
    for term in terms[1:]:
        result = result + term
    return result


def multiplied(*factors: Array) -> Array:
    """The element-wise product of the factors; scalars are expanded."""
    result = factors[0]
    for factor in factors[1:]:
        result = result * factor
    return result


def raised(a: Array, b: Array) -> Array:
    """a**b of real numbers: not a number where it is not real."""
    return np.power(a, b, dtype=float)


def stacked(*parts: Array) -> Array:
    """Scalars and vectors, one below the other."""
    return np.concatenate([np.atleast_1d(part) for part in parts])


def grid(*parts: Array) -> Array:
    """A matrix of scalars, row by row; the last two arguments count rows and columns."""
    *entries, rows, columns = parts
    return np.array(entries, dtype=float).reshape(rows, columns)


def traced(a: Array) -> Array:
    """The trace; of a scalar itself."""
    return np.trace(a) if np.ndim(a) == 2 else a


HELPERS: dict[str, Callable[..., Array]] = {
    helper.__name__: helper
    for helper in (
        softmax,
        log_softmax,
        logsumexp,
        logsumexp_along,
        erf,
        products_of_others,
        products_of_pairs,
        adjugate,
        total,
        multiplied,
        raised,
        stacked,
        grid,
        traced,
    )
}
