"""What can be declared of a variable: one record a property, with how values that have it are made."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

Made = Callable[[Any, Any], Any]


def _same(np: Any, a: Any) -> Any:
    return a


def _orthogonalized(np: Any, a: Any) -> Any:
    """Newton's iteration to the nearest orthogonal matrix, from one that is it but for rounding."""
    for _ in range(4):
        a = a @ (3 * np.eye(len(a)) - a.T @ a) / 2
    return a


class Property(NamedTuple):
    """A property: the shape that it needs, ``square``, ``vector`` or any, and what it does to numbers.

    ``made`` turns any numbers into some that have the property, ``whole`` small whole ones into small whole ones;
    ``mended`` frees numbers that have it from rounding.
    """

    name: str
    needs: str
    made: Made
    whole: Made
    mended: Made = _same


def _symmetric(np: Any, a: Any) -> Any:
    return (a + a.T) / 2


def _skew(np: Any, a: Any) -> Any:
    return (a - a.T) / 2


def _identity(np: Any, a: Any) -> Any:
    return np.eye(len(a))


def _probabilities(np: Any, a: Any) -> Any:
    return (np.abs(a) + 0.1) / np.sum(np.abs(a) + 0.1)


_RECORDS = (
    Property("symmetric", "square", _symmetric, lambda np, a: np.triu(a) + np.triu(a, 1).T, _symmetric),
    Property("skew", "square", _skew, lambda np, a: np.triu(a, 1) - np.triu(a, 1).T, _skew),
    Property("diagonal", "square", lambda np, a: np.diag(np.diag(a)), lambda np, a: np.diag(np.diag(a))),
    Property("lower", "square", lambda np, a: np.tril(a), lambda np, a: np.tril(a)),
    Property("upper", "square", lambda np, a: np.triu(a), lambda np, a: np.triu(a)),
    Property("orthogonal", "square", lambda np, a: np.linalg.qr(a)[0], _identity, _orthogonalized),
    Property("psd", "square", lambda np, a: a @ a.T / len(a) + 0.1 * np.eye(len(a)), _identity, _symmetric),
    Property("positive", "", lambda np, a: np.abs(a) + 0.1, lambda np, a: np.abs(a) + 1),
    Property(
        "probability",
        "vector",
        _probabilities,
        lambda np, a: np.eye(len(a))[int(np.sum(np.abs(a))) % len(a)],
        lambda np, a: a / np.sum(a),
    ),
)
PROPERTIES: dict[str, Property] = {record.name: record for record in _RECORDS}


def declared(variable: Any) -> list[Property]:
    """The properties that were declared of a variable."""
    words = variable.parameters[1] if len(variable.parameters) > 1 else ()
    return [PROPERTIES[word] for word in sorted(words)]
