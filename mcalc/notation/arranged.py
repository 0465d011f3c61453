"""What typeset notations do with boxes before they set them: a sign in front, a coefficient before a fraction."""

from __future__ import annotations

from dataclasses import replace

from sympy.core.numbers import Rational

from mcalc.notation.boxes import (
    BigSum,
    Box,
    Call,
    Dot,
    Fraction,
    Index,
    Name,
    Number,
    Row,
    Sign,
    Size,
    negated,
    within,
)
from mcalc.table.roles import KRONECKER

ONE = Number(Rational(1))


def same(one: Box, other: Box) -> bool:
    """Whether two factors are one: names are compared by what they say."""
    return one is other or (isinstance(one, Name) and isinstance(other, Name) and one.word == other.word)


def is_scaled(factor: Box) -> bool:
    """``2cA``: what needs no bracket before a further matrix."""
    if not isinstance(factor, Row) or factor.kind != "product" or less(factor) is not None:
        return False
    return "hadamard" not in factor.joins and not isinstance(factor.parts[-1], BigSum | Dot)


def is_row_slice(part: Index) -> bool:
    """``A[2,:]``, which is a column as a value, and lies on the page."""
    return part.rank == 1 and len(part.places) == 2 and part.places[1] == ":" and ":" not in part.places[0]


def reads_as_kronecker(box: Box) -> bool:
    """Whether a ⊗ would be read as Kronecker's: it is one, or it stands between matrices or under a sum."""
    if isinstance(box, Call):
        inside = within(box.args) if box.operator.name == "sum" else []
        return box.operator.name == KRONECKER or any(
            isinstance(part, Row) and "hadamard" in part.joins for part in inside
        )
    return isinstance(box, Row) and "hadamard" in box.joins and box.ranks.count(2) > 1


def in_every_entry(term: Box) -> Box:
    """A scalar beside a matrix: in every entry of an all-ones matrix."""
    ones = Sign("ones", ("", ""))
    minus = negated(term)
    if minus is not None:
        return Row("sum", (in_every_entry(minus),), ("minus",), (2,))
    if isinstance(term, Number) and term.value == 1:
        return ones
    return Row("product", (term, ones), ("", "scalar"), (0, 2))


def less(part: Box) -> Box | None:
    """What stands behind a minus sign at the front; the 1 of ``(−1)·a`` is not written."""
    inner = negated(part)
    if inner is not None:
        return inner
    if isinstance(part, Fraction) and part.kind != "oslash":
        above = less(part.above)
        return None if above is None else Fraction(above, part.below, part.kind, part.rank)
    if isinstance(part, Row) and part.kind == "product":
        first = negated(part.parts[0])
        if first is not None:
            drop = isinstance(first, Number) and first.value == 1
            parts = part.parts[1:] if drop else (first, *part.parts[1:])
            if len(parts) == 1:
                return parts[0]
            start = 1 if drop else 0
            return replace(part, parts=parts, joins=("", *part.joins[start + 1 :]), ranks=part.ranks[start:])
    return None


def coefficient_of(part: Box) -> tuple[Box, Box | None]:
    """The numbers and names at the front of a product, and the rest: 2 and ΣE of 2ΣE; None: nothing but a number."""
    if isinstance(part, Number | Size | Name):
        return part, None
    if not isinstance(part, Row) or part.kind not in ("product", "entries"):
        return ONE, part
    at = 0
    while at < len(part.parts) - 1 and isinstance(part.parts[at], Number | Size | Name) and not part.ranks[at]:
        at += 1
    if at == 0:
        return ONE, part
    front = part.parts[0]
    if at > 1:
        front = replace(part, parts=part.parts[:at], joins=part.joins[:at], ranks=part.ranks[:at])
    if at == len(part.parts) - 1:
        return front, part.parts[-1]
    return front, replace(part, parts=part.parts[at:], joins=("", *part.joins[at + 1 :]), ranks=part.ranks[at:])
