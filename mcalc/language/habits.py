"""What the letter of a name says of its shape, where nothing else does."""

from __future__ import annotations

SCALAR, COLUMN, MATRIX, ROW = range(4)
"""The ranks of values; a price for each of the first three is a tuple."""

GREEK = "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi omicron pi rho sigma tau upsilon phi"
GREEK_NAMES = frozenset([*GREEK.split(), "chi", "psi", "omega"])
NUMBERS = frozenset({"eps", "epsilon", "lambda", "lam", "eta", "lr", "dt", "tol", "rate", "tau", "temp"})
"""Scalars by profession: no neighbour makes vectors of them, and with a subscript they are the same."""

SCALAR_LETTERS = frozenset("abcdefgijklmn")
DATA = frozenset({"X", "Phi"})
"""One example a row: beside `X@w` stands an intercept."""

MISFIT, SIGN, UNHEARD_OF, LIKE, CAPITAL, RAISED, VALUE = 1e11, 1e8, 1e6, 1e5, 1e4, 2e3, 1e3
"""Prices, each above any number of those after it.

Parts that do not fit; a scalar where vectors are meant; a small letter as a matrix; a name unlike what it stands
beside; a capital as a vector; a letter for scalars as a vector; a value that is no scalar.
"""

SCALE, STRETCHED, DIVISOR, LYING, TIE = RAISED + 4, RAISED + 2.5, 2.0, 1.0, 0.01
"""Among habits: g in g*(x - m)/s + b a scalar, log(b) stretched in a sum, a matrix as a divisor, a row, a rank more."""


def base(name: str) -> str:
    """``w`` of ``w_1``, ``w2``, ``w_hat``."""
    return name.split("_")[0].rstrip("0123456789") or name


def is_number(name: str) -> bool:
    """Whether a name is a number wherever it stands: N, eps, lambda, …"""
    return name == "N" or base(name) in NUMBERS


def is_greek(name: str) -> bool:
    """Whether its letter is Greek."""
    return base(name) in GREEK_NAMES


def is_plural(name: str) -> bool:
    """``logits``, ``scores``, ``weights``."""
    return len(base(name)) > 2 and name.endswith("s") and not name.endswith(("ss", "us", "is"))


def habit(name: str) -> int:
    """The rank that the letter has: ``a…g``, ``i…n``, small Greek and longer names scalars, capitals matrices."""
    head = base(name)
    if is_number(name) or head in GREEK_NAMES:
        return SCALAR
    if head[0].isupper():
        return MATRIX
    if len(head) == 1:
        return SCALAR if head in SCALAR_LETTERS else COLUMN
    return COLUMN if is_plural(name) else SCALAR


def prices(name: str) -> tuple[float, float, float]:
    """What a scalar, a vector and a matrix of this name cost."""
    usual = habit(name)
    if is_number(name):
        return 0, 14, UNHEARD_OF
    if usual == MATRIX:
        return 3, CAPITAL, 0
    if usual == COLUMN:
        return 2, 0, UNHEARD_OF
    return 0, RAISED + (3 if len(base(name)) == 1 else 2 if is_greek(name) else 1), UNHEARD_OF
