"""How names, numbers and dimensions are written."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sympy.core.expr import Expr

GREEK = {
    unicodedata.name(chr(code)).split()[-1].lower(): chr(code) for code in range(0x3B1, 0x3CA) if code != 0x3C2
} | {"lambda": "λ"}  # fmt: skip
CAPITALS = {
    unicodedata.name(letter).split()[-1].replace("LAMDA", "LAMBDA").capitalize(): letter for letter in "ΓΔΘΛΞΠΣΥΦΨΩ"
}
"""The Greek capitals that LaTeX has; the others look as Latin ones do."""
ACCENTS = {"hat": "\u0302", "tilde": "\u0303", "bar": "\u0304", "dot": "\u0307"}
SUPERSCRIPTS = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
_SUBSCRIPTS = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")


def name_parts(name: str) -> list[str]:
    """The base and what stands below it: of ``w_1`` and ``w1`` alike w and 1."""
    base, *rest = name.split("_")
    letters = base.rstrip("0123456789")
    return [letters, base[len(letters) :], *rest] if letters and letters != base else [base, *rest]


@lru_cache(4096)
def name_key(name: str) -> str:
    """What names in two spellings have in common: of x_1 and x1, theta_1 and theta1."""
    return re.sub(r"(?<=[^\W\d_])_(?=\d)", "", name) if "_" in name else name


def unused(candidates: Iterable[str], taken: Iterable[str]) -> Iterator[str]:
    """The candidates that are none of the names taken, in either spelling."""
    keys = set(map(name_key, taken))
    return (name for name in candidates if name_key(name) not in keys)


def without_subscripts(candidates: Iterable[str], taken: Iterable[str]) -> Iterator[str]:
    """The candidates that no name taken has a subscript below: neither t_1, nor t1, nor t_hat where it is t."""
    names = list(taken)

    def subscripted(name: str, letter: str) -> bool:
        rest = name.removeprefix(letter)
        return rest != name and (rest.startswith("_") or rest[:1].isdigit())

    return (letter for letter in candidates if not any(subscripted(name, letter) for name in names))


@lru_cache(4096)
def name_text(name: str) -> str:
    """``w_1`` as w₁, ``x_hat`` as x̂, ``eta`` as η."""
    base, *rest = name_parts(name)
    base, digits = GREEK.get(base, base), False
    for part in rest:
        if part in ACCENTS:
            base = unicodedata.normalize("NFC", base + ACCENTS[part])
        elif part.isdigit() and not digits and not base.endswith("_"):
            base += part.translate(_SUBSCRIPTS)
        else:
            base += "_" + part
        digits = part.isdigit()
    return base


@lru_cache(512)
def size_text(size: Expr) -> str:
    """A dimension without blanks, ``n^2``."""
    return str(size).replace(" ", "").replace("**", "^")


def size_words(size: Expr) -> str:
    """A dimension as one reads it: ``2n``, ``k^2*n``; a number stands directly before a name, a power does not."""
    return re.sub(r"(?<![\w^])(\d+)\*(?=[^\W\d])", r"\1", size_text(size))


def size_shown(size: Expr) -> str:
    """A dimension beside a ×: ``(n+1)``."""
    text = size_words(size)
    return f"({text})" if "+" in text or "-" in text else text


def sizes_shown(shape: Sequence[Expr]) -> str:
    """``1×n``; a scalar is 1×1, a column m×1."""
    if not shape:
        return "1×1"
    parts = [size_shown(size) for size in shape]
    return "×".join(parts) if len(parts) > 1 else f"{parts[0]}×1"


def shape_words(shape: Sequence[object]) -> str:
    """``scalar``, ``n``, ``m×n``."""
    if not shape:
        return "scalar"
    return sizes_shown(shape) if len(shape) == 2 else size_words(shape[0])
