"""Moves: what no row can say in advance is shorter, and what is done only where it is.

A move gives its first line as it stands, for the engine to go on from; it is taken only where the form that the rows
alone make of it costs less.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from mcalc.rewriting.branches import one_distinction
from mcalc.rewriting.cancelling import out_of_fraction, proportional
from mcalc.rewriting.common_factor import common_factor
from mcalc.rewriting.fixed import as_column, as_grid, before_column, from_columns
from mcalc.rewriting.forms import CHAIN, PRODUCT, SUM, Form
from mcalc.rewriting.opening import (
    WITH_PARENTHESES,
    Reduce,
    multiplies_in_vain,
    multiply_out,
    one_denominator,
    one_inverse,
)
from mcalc.rewriting.outlook import Rows
from mcalc.rewriting.sides import beside_its_transpose, both_sides, multiples


class Move(NamedTuple):
    """A move: its name, the sentence that a reader is told, the heads it is about, and what finds it.

    It is not sought where it is seen to be `in_vain`.
    """

    name: str
    sentence: str
    heads: frozenset[str]
    find: Callable[[Form, Reduce, Reduce], Form | None]
    in_vain: Callable[[Form, Rows], bool] | None = None


_SUM, _PRODUCT, _CHAIN = frozenset({SUM}), frozenset({PRODUCT}), frozenset({CHAIN})
MOVES = (
    Move(
        "columns of a matrix",
        "columns of a matrix, each times a row, are the matrix times the rows",
        _SUM,
        from_columns,
    ),
    Move("entries of a matrix", "columns times rows that are given entry by entry are one matrix", _SUM, as_grid),
    Move("both sides", "what all terms have first and last is taken out", _SUM, both_sides),
    Move("common factor", "a common factor is taken out", _SUM, common_factor),
    Move("multiples", "multiples of one vector or matrix are added", _SUM, multiples),
    Move("one distinction", "terms that differ by the same cases are one case distinction", _SUM, one_distinction),
    Move("unit vectors", "multiples of unit vectors are written as one column", _SUM, as_column),
    Move(
        "before a column",
        "what all entries of a column share stands before it",
        frozenset({CHAIN, PRODUCT, "stack"}),
        before_column,
    ),
    Move(
        "beside its transpose",
        "a common factor is taken out, where its transpose stands on the other side",
        _CHAIN,
        beside_its_transpose,
    ),
    Move("one inverse", "the product of two inverses is the inverse of the product, turned round", _CHAIN, one_inverse),
    Move("out of a fraction", "what is below the fraction bar cancels in a part of the sum", _PRODUCT, out_of_fraction),
    Move("proportional", "what is above the fraction bar is a multiple of what is below", _PRODUCT, proportional),
    Move("one denominator", "the terms are brought over one fraction bar", _SUM, one_denominator),
    Move("multiply out", "the parentheses are multiplied out", WITH_PARENTHESES, multiply_out, multiplies_in_vain),
)
