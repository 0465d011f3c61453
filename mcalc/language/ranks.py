"""The rank of a value by the ranks of its parts: what the elaborator makes of stand-ins with unknown dimensions.

So an operator's shape rule is the one place that says what fits, and a new operator needs nothing here.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence

from sympy.core.expr import Expr
from sympy.core.numbers import Integer
from sympy.core.symbol import Dummy

from mcalc.language.calls import SIZED
from mcalc.language.elaborate import Elaborator, Mismatch, is_delta
from mcalc.language.habits import COLUMN, MATRIX, ROW, SCALAR
from mcalc.language.open_functions import is_of_vectors
from mcalc.language.parser import Syntax
from mcalc.problems import Problem
from mcalc.table import CALLS, OF_TWO_SIZES
from mcalc.table.records import Operator, Shape, ShapeMismatch
from mcalc.tree import build
from mcalc.tree.node import Node

_COUNTED = frozenset((*SIZED, "unit", *OF_TWO_SIZES))


def rank_of(shape: Shape) -> int:
    """0 a scalar, 1 a column, 2 a matrix, 3 a row."""
    if len(shape) == 2:
        return ROW if shape[0] == 1 else MATRIX
    return len(shape)


def operator_of(node: Syntax) -> Operator | None:
    """The operator of a call, by its name and the number of its arguments."""
    if node.kind != "call" or node.value not in CALLS:
        return None
    fit = [one for one in CALLS[node.value] if len(one.argument_names) == len(node.children)]
    return (fit or CALLS[node.value])[0]


def of_vectors(node: Syntax) -> bool:
    """Whether the operator is one of vectors and matrices: a reduction, a transpose, the trace."""
    operator = operator_of(node)
    return node.kind == "transpose" or (operator is not None and bool(node.children) and not operator.elementwise)


def is_sign(node: Syntax) -> bool:
    """Whether it speaks of vectors: transposes, indices, products, reductions and functions of matrices."""
    if node.kind == "name":
        return node.value == "I"
    if node.kind == "infix":
        return node.value in "@."
    if node.kind == "open":
        return is_of_vectors(node)
    return node.kind in ("index", "fit") or of_vectors(node) or (node.kind == "call" and node.value in _COUNTED)


def parts_of(node: Syntax) -> Sequence[Syntax]:
    """The parts that have a value; of a sum all terms, so that it is flat."""
    if node.kind in ("index", "comprehension"):
        return () if node.kind == "index" and is_delta(node) else node.children[:1]
    if node.kind == "slice" or (node.kind == "call" and node.value in _COUNTED):
        return ()
    if node.kind == "matrix":
        return [child for row in node.children for child in row.children]
    return terms(node) or node.children


def is_sum(node: Syntax) -> bool:
    """Whether it is a sum or a difference."""
    return node.kind == "infix" and node.value in "+-"


def terms(node: Syntax) -> list[Syntax]:
    """The summands of a sum or difference; of anything else nothing."""
    found = []
    while is_sum(node):
        found.append(node.children[1])
        node = node.children[0]
    return [node, *reversed(found)] if found else []


def value_rank(node: Syntax, ranks: Sequence[int]) -> int | None:
    """The rank of the value where its parts have these ranks, in turn; None where they do not fit."""
    if node.kind == "comprehension":
        return ranks[0]
    options = tuple((key, one.value) for key, one in node.options if key != "at")
    places = tuple(_place(one) for one in node.children[1:]) if node.kind == "index" else ()
    rows = tuple(len(row.children) for row in node.children) if node.kind == "matrix" else ()
    return _rank(node.kind, node.value, options, places, rows, tuple(ranks))


def _place(index: Syntax) -> str:
    return "1" if index.kind != "slice" else ".." if index.children else ":"


@functools.cache
def _rank(
    kind: str,
    value: str,
    options: tuple[tuple[str, str], ...],
    places: tuple[str, ...],
    rows: tuple[int, ...],
    ranks: tuple[int, ...],
) -> int | None:
    names = {f"#{at}": _stand_in(at, rank) for at, rank in enumerate(ranks)}
    children: list[Syntax] = [Syntax("name", name, (), 0, 0) for name in names]
    one, two = Syntax("number", "1", (), 0, 0), Syntax("number", "2", (), 0, 0)
    spans = {"1": one, "..": Syntax("slice", "", (one, two), 0, 0), ":": Syntax("slice", "", (), 0, 0)}
    children += [spans[place] for place in places]
    if rows:
        entries = iter(children)
        children = [Syntax("row", "", tuple(next(entries) for _ in range(width)), 0, 0) for width in rows]
    named = tuple((key, Syntax("number", text, (), 0, 0)) for key, text in options)
    reader = Elaborator(names, _all_fit, lambda place: Dummy(integer=True, positive=True))
    try:
        return rank_of(reader.read(Syntax(kind, value, tuple(children), 0, 0, named)).shape)
    except (Mismatch, Problem, ShapeMismatch):
        return None


def _all_fit(one: Expr, other: Expr) -> bool:
    return True


@functools.cache
def _stand_in(at: int, rank: int) -> Node:
    sizes = [Dummy(integer=True, positive=True) for _ in range(2)]
    return build.variable(
        f"_{at}", {SCALAR: (), COLUMN: (sizes[0],), MATRIX: tuple(sizes), ROW: (Integer(1), sizes[0])}[rank]
    )


def counted_rank(node: Syntax) -> int | None:
    """The rank of ``ones(m,n)``, ``eye(n)``, ``unit(k,n)``: of what is made of sizes alone."""
    reader = Elaborator({}, _all_fit, lambda place: Dummy(integer=True, positive=True))
    try:
        return rank_of(reader.read(node).shape)
    except (Mismatch, Problem, ShapeMismatch):
        return None
