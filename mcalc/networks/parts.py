"""Vectors and matrices given piece by piece: ``a e₁ + b e₂`` is ``[a; b]``, and so for rows and for entries."""

from __future__ import annotations

from collections.abc import Sequence

from sympy.core.expr import Expr
from sympy.core.singleton import S

from mcalc.networks.matrix_form import Piece
from mcalc.networks.networks import Index
from mcalc.table.records import LoopIndex
from mcalc.tree import build, stacks
from mcalc.tree.node import Node

_LARGEST = 12


def _place(node: Node | None) -> int | None:
    if (
        node is None
        or node.operator.name != "unit"
        or isinstance(node.parameters[0], LoopIndex)
        or not node.parameters[0].is_Integer
    ):
        return None
    return int(node.parameters[0])


def by_parts(pieces: Sequence[Piece], row: Index | None, column: Index | None) -> Node | None:
    """The sum of the terms written out; None unless each of them fills a place of its own."""
    if row is None and column is None:
        return None
    if row is None or column is None:
        index = row if row is not None else column
        assert index is not None
        stacked = _vector(pieces, index.size)
        return stacked if stacked is None or row is not None else build.apply("transpose", stacked)
    return _entries(pieces, row.size, column.size) or _rows(pieces, row.size, column.size)


def _small(size: Expr) -> bool:
    return bool(getattr(size, "is_Integer", False) and size <= _LARGEST)


def _vector(pieces: Sequence[Piece], size: Expr) -> Node | None:
    if not _small(size):
        return None
    places: dict[int, list[Node]] = {}
    for piece in pieces:
        body = piece.body
        place = _place(body.args[0] if body is not None and body.operator.name == "transpose" else body)
        if place is None:
            return None
        places.setdefault(place, []).append(build.scaled(piece.coefficient, piece.scalars, None))
    return build.apply("stack", *(_at(places, at) for at in range(1, int(size) + 1)))


def _at(places: dict[Expr, list[Node]], place: Expr) -> Node:
    return build.total(places[place]) if place in places else build.number(0)


def _entries(pieces: Sequence[Piece], height: Expr, width: Expr) -> Node | None:
    if not (_small(height) and _small(width)):
        return None
    places: dict[tuple[int, int], list[Node]] = {}
    for piece in pieces:
        body = piece.body
        if body is None or body.operator.name != "outer":
            return None
        above, across = (_place(arg) for arg in body.args)
        if above is None or across is None:
            return None
        places.setdefault((above, across), []).append(build.scaled(piece.coefficient, piece.scalars, None))
    every = [(above, across) for above in range(1, int(height) + 1) for across in range(1, int(width) + 1)]
    if height == width and all(above == across for above, across in places):
        return build.apply("diag", build.apply("stack", *(_at(places, (at, at)) for at in range(1, int(height) + 1))))
    return build.apply("grid", *(_at(places, place) for place in every), parameters=(int(height), int(width)))


def _rows(pieces: Sequence[Piece], height: Expr, width: Expr) -> Node | None:
    """Rows, or blocks of rows, that follow one another; None where one row among zeros is ``unit(k,n)·row``."""
    blocks: dict[Expr, tuple[Expr, list[Node]]] = {}
    for piece in pieces:
        body = piece.body
        if body is None:
            return None
        place = _place(body.args[0]) if body.operator.name == "outer" else None
        if place is not None:
            start, end, rest = S(place), S(place), build.transpose(body.args[1])
        else:
            parts = build.row_of(body)
            if not stacks.is_selection(parts[0]):
                return None
            where = parts[0].parameters[1]
            start, end = where.lower, where.upper
            rest = build.chain(parts[1:]) if len(parts) > 1 else build.identity(end - start + 1)
        blocks.setdefault(start, (end, []))[1].append(build.scaled(piece.coefficient, piece.scalars, rest))
    if len(blocks) == 1 and all(start == end for start, (end, _) in blocks.items()) and height != 1:
        return None
    rows: list[Node] = []
    start = S.One
    while blocks:
        if start not in blocks:
            missing = [at for at in blocks if (at - start).is_positive]
            if not missing or len(missing) < len(blocks):
                return None
            nearest = min(missing, key=lambda at: str(at - start))
            rows.append(build.zeros((nearest - start, width)))
            start = nearest
            continue
        end, nodes = blocks.pop(start)
        rows.append(build.total(nodes))
        start = end + 1
    if (height - start + 1) != 0:
        rows.append(build.zeros((height - start + 1, width)))
    return build.apply("stack_rows", *rows) if len(rows) > 1 else rows[0]
