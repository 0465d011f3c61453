"""Numbers as programs read them, and columns of them as text: exact or rounded as one, points under one another."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Any

from sympy.core.numbers import Rational

from mcalc.numbers.arrays import array_module as np
from mcalc.numbers.decimals import decimal
from mcalc.numbers.evaluation import Number
from mcalc.numbers.written import written
from mcalc.table.records import Array


def column_of(numbers: Sequence[Number | None], rounded: bool, varied: bool, digits: int) -> list[str]:
    """A column as text: exact where it is one of fractions, or of the values that were asked for.

    Fractions and decimals do not mix: where one number is a decimal, all are.
    """
    known = [number.exact for number in numbers if number is not None]
    fractions = all(isinstance(entry, Rational) for entry in known)
    if not rounded and (fractions or (varied and all(entry is not None for entry in known))):
        exact = [None if number is None else number.exact for number in numbers]
        texts = ["undefined" if entry is None else written(entry, (), "ascii") for entry in exact]
        mixed = any("." in text for text in texts) and any("/" in text for text in texts)
        if not mixed or not fractions:
            return level(texts)
    return level(["undefined" if one is None else decimals_of(one, digits) for one in numbers])


def decimals_of(number: Number, digits: int) -> str:
    """The number to so many significant digits."""
    found = number.decimals
    return decimal(found[()] if isinstance(found, np.ndarray) else found, digits)


def level(column: Sequence[str]) -> list[str]:
    """Decimal points under one another; zeros behind where all are short decimals."""
    if not all(is_decimal(text) for text in column):
        return list(column)
    behind = [len(text.partition(".")[2]) for text in column]
    most = max(behind)
    fill = "0" if most <= 4 else " "
    return [
        text + (("." if fill == "0" else " ") if most and not own else "") + fill * (most - own)
        for text, own in zip(column, behind, strict=True)
    ]


def is_decimal(text: str) -> bool:
    """Whether the text is that of a decimal without an exponent."""
    return text.lstrip("-").replace(".", "", 1).isdigit()


# For programs -----------------------------------------------------------------------------------------------------


def numbers(array: Array) -> Any:
    """An array for JSON: nested lists; a complex number as {"re", "im"}."""
    if isinstance(array, list):
        return [numbers(entry) for entry in array]
    if hasattr(array, "tolist"):
        return numbers(array.tolist())
    if isinstance(array, complex):
        return {"re": numbers(array.real), "im": numbers(array.imag)}
    return None if isinstance(array, float) and not math.isfinite(array) else array


def full(found: Number | float | None) -> str:
    """A number with all its digits; nothing where there is none, or none that a double can hold."""
    value = found.array if isinstance(found, Number) else found
    if value is None or not np.isfinite(value):
        return ""
    return decimal(value, 17) if np.iscomplexobj(value) else repr(float(value))


def lost(found: Iterable[Number | None]) -> int:
    """How many of the numbers are too large for a double."""
    return sum(int(np.sum(~np.isfinite(one.array))) for one in found if one is not None)
