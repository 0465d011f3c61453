"""What can be declared of a variable: one record a property, with how values that have it are made."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from sympy.core.expr import Expr

from mcalc.table.records import Array, Numpy, Valued

Made = Callable[[Numpy, Array], Array]


def _same(np: Numpy, a: Array) -> Array:
    return a


def _turned(np: Numpy, a: Array) -> Array:
    return np.swapaxes(a, -1, -2)


def _orthogonalized(np: Numpy, a: Array) -> Array:
    """Newton's iteration to the nearest orthogonal matrix, from one that is it but for rounding."""
    for _ in range(4):
        a = a @ (3 * np.eye(a.shape[-1]) - _turned(np, a) @ a) / 2
    return a


class Property(NamedTuple):
    """A property: the shape that it needs, ``square``, ``vector`` or any, and what it does to numbers.

    ``says`` is the sentence about a variable, or about its every entry where any shape will do; ``made`` turns any
    numbers into some that have the property, one value or many along a first axis; ``whole`` turns one of small whole
    numbers into another; ``mended`` frees numbers that have it from rounding; the transpose is the value itself times
    ``turned``, where that is 1 or -1.
    """

    name: str
    needs: str
    says: str
    made: Made
    whole: Made
    mended: Made = _same
    turned: int = 0

    def fits(self, shape: Sequence[Expr]) -> bool:
        """Whether a variable of the shape can have the property."""
        if self.needs == "square":
            return len(shape) == 2 and bool(shape[0] == shape[1])
        return self.needs != "vector" or len(shape) == 1


def _symmetric(np: Numpy, a: Array) -> Array:
    return (a + _turned(np, a)) / 2


def _mirrored(np: Numpy, a: Array) -> Array:
    return np.triu(a) + np.triu(a, 1).T


def _skew(np: Numpy, a: Array) -> Array:
    return (a - _turned(np, a)) / 2


def _identity(np: Numpy, a: Array) -> Array:
    return np.eye(len(a))


def _positive_definite(np: Numpy, a: Array) -> Array:
    return a @ _turned(np, a) / a.shape[-1] + 1e-3 * np.eye(a.shape[-1])


def _orthogonal(np: Numpy, a: Array) -> Array:
    """Rotations and reflections: the first column is turned round where the first entry is negative."""
    q = np.linalg.qr(a)[0]
    return q * np.where((np.arange(a.shape[-1]) == 0) & (a[..., :1, :1] < 0), -1.0, 1.0)


def _diagonal(np: Numpy, a: Array) -> Array:
    return a * np.eye(a.shape[-1])


def _adding_up(np: Numpy, a: Array) -> Array:
    return a / np.sum(a, axis=-1, keepdims=True)


_DIAGONAL = "diagonal"
# A property that follows from another stands before it.
_RECORDS = (
    Property("symmetric", "square", "{} is symmetric", _symmetric, _mirrored, _symmetric, 1),
    Property("skew", "square", "{} is skew-symmetric", _skew, lambda np, a: np.triu(a, 1) - np.triu(a, 1).T, _skew, -1),
    Property("lower", "square", "{} is lower triangular", lambda np, a: np.tril(a), lambda np, a: np.tril(a)),
    Property("upper", "square", "{} is upper triangular", lambda np, a: np.triu(a), lambda np, a: np.triu(a)),
    Property(_DIAGONAL, "square", "{} is diagonal", _diagonal, _diagonal, turned=1),
    Property("orthogonal", "square", "{} is orthogonal", _orthogonal, _identity, _orthogonalized),
    Property("psd", "square", "{} is symmetric and positive definite", _positive_definite, _identity, _symmetric, 1),
    Property("positive", "", "{} is positive", lambda np, a: np.abs(a) + 1e-6, lambda np, a: np.abs(a) + 1),
    Property(
        "probability",
        "vector",
        "the entries of {} add up to 1",
        lambda np, a: _adding_up(np, np.abs(a) + 0.1),
        lambda np, a: np.eye(len(a))[int(np.sum(np.abs(a))) % len(a)],
        _adding_up,
    ),
)
PROPERTIES: dict[str, Property] = {record.name: record for record in _RECORDS}
SYMMETRIC, SKEW = (frozenset(record.name for record in _RECORDS if record.turned == sign) for sign in (1, -1))
"""The properties by which ``Aᵀ = A``, and those by which ``Aᵀ = -A``."""
ALSO_CALLED = {
    **dict.fromkeys(("antisymmetric", "skewsymmetric", "skew-symmetric", "anti-symmetric"), "skew"),
    **dict.fromkeys(("sym", "selfadjoint", "hermitian"), "symmetric"),
    **dict.fromkeys(("pd", "spd", "posdef", "definite", "positive-definite", "covariance"), "psd"),
    **dict.fromkeys(("simplex", "onehot", "one-hot", "one_hot", "distribution", "stochastic"), "probability"),
    **dict.fromkeys(("nonnegative", "nonneg", "pos"), "positive"),
    **dict.fromkeys(("diag",), _DIAGONAL),
    **dict.fromkeys(("rotation", "orthonormal", "unitary"), "orthogonal"),
    **dict.fromkeys(("tril", "lower-triangular"), "lower"),
    **dict.fromkeys(("triu", "upper-triangular"), "upper"),
}
"""What people call a property as well, for the message to them."""


def declared(variable: Valued) -> list[Property]:
    """The properties that were declared of a variable."""
    words = variable.parameters[1] if len(variable.parameters) > 1 else ()
    return [PROPERTIES[word] for word in sorted(words)]


def adds_up(node: Valued) -> bool:
    """Whether the entries were declared to add up to 1."""
    return node.operator.name == "variable" and any(record.name == "probability" for record in declared(node))
