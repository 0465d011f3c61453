"""Index formulas of the table, read: ``y[i] δ[i,k] - y[i] y[k]`` as signed products of pieces."""

from __future__ import annotations

import re
from functools import cache
from typing import NamedTuple

from sympy.core.numbers import Rational
from sympy.core.singleton import S


class Piece(NamedTuple):
    """One factor of a formula of the table: the text of its base, its index letters, its power."""

    base: str
    letters: tuple[str, ...]
    power: str


_FACTOR = re.compile(r"(\[(?P<letters>[a-z,]+)\])?(\^(?P<power>-?[\w/]+))?\s*")


@cache
def parse_formula(formula: str) -> tuple[tuple[Rational, tuple[Piece, ...]], ...]:
    """``"y[i] δ[i,k] - y[i] y[k]"`` as signed products of pieces."""
    terms: list[tuple[Rational, tuple[Piece, ...]]] = []
    pieces: list[Piece] = []
    sign, at = S.One, 0
    while at < len(formula):
        if formula[at] in "+-":
            if pieces:
                terms.append((sign, tuple(pieces)))
            sign, pieces, at = (S.One if formula[at] == "+" else S.NegativeOne), [], at + 1
        elif formula[at] == " ":
            at += 1
        else:
            end, depth = at, 0
            while end < len(formula) and (depth or formula[end] not in " [^"):
                depth += {"(": 1, ")": -1}.get(formula[end], 0)
                end += 1
            match = _FACTOR.match(formula, end)
            assert match is not None
            letters = tuple((match["letters"] or "").split(",")) if match["letters"] else ()
            pieces.append(Piece(formula[at:end], letters, match["power"] or "1"))
            at = match.end()
    terms.append((sign, tuple(pieces)))
    return tuple(terms)
