"""Back to matrix notation: series-parallel reduction of a network.

An index is a point, a matrix an edge, a vector sits on a point. Two edges between the same points are an
element-wise product, an inner point with two edges a matrix product, with one a matrix-vector product, with
none a scalar. What is left between the free points is the matrix expression.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from sympy.core.expr import Expr
from sympy.core.numbers import Rational
from sympy.core.singleton import S

from mcalc.networks.networks import Factor, Index, Term
from mcalc.networks.running import under_sum
from mcalc.table.roles import DIAGONAL, TRACE
from mcalc.tree import build
from mcalc.tree.node import Node

Power = tuple[Node, Rational]


class Edge(NamedTuple):
    """The product of a row of matrices, from one point to another."""

    factors: tuple[Node, ...]
    start: Index
    end: Index

    def turned(self) -> Edge:
        """The other way round; the factors of a skew part carry a minus sign, see `Graph.unsigned`."""
        return Edge(tuple(build.transpose(node) for node in reversed(self.factors)), self.end, self.start)

    def node(self) -> Node:
        """The product of its factors."""
        return build.chain(self.factors)


@dataclass
class Graph:
    """A term as points and edges, with the scalars set apart; what has three indices and more stays as it is."""

    coefficient: Rational
    scalars: list[Power] = field(default_factory=list)
    points: dict[Index, list[Power]] = field(default_factory=dict)
    edges: list[Edge] = field(default_factory=list)
    ties: list[tuple[Index, Index]] = field(default_factory=list)
    solids: list[Factor] = field(default_factory=list)

    def unsigned(self, edge: Edge) -> Edge:
        """The edge without the minus signs of its factors, which go into the coefficient."""
        if "negative" not in [node.operator.name for node in edge.factors]:
            return edge
        factors = []
        for node in edge.factors:
            while node.operator.name == "negative":
                node = node.args[0]
                self.coefficient = -self.coefficient
            factors.append(node)
        return edge._replace(factors=tuple(factors))


def graph(term: Term) -> Graph:
    """The product as a graph: indices as points, matrices as edges, vectors at their points."""
    result = Graph(term.coefficient)
    for node, indices, power in term.factors:
        for index in indices:
            result.points.setdefault(index, [])
        if node is None:
            result.ties.append((indices[0], indices[1]))
        elif len(indices) > 2:
            result.solids.append(Factor(node, indices, power))
        elif not indices:
            result.scalars.append((node, power))
        elif len(indices) == 1:
            upright = build.transpose(node) if len(node.shape) == 2 else node
            result.points[indices[0]].append((upright, power))
        elif indices[0] is indices[1]:
            result.points[indices[0]].append((build.apply(DIAGONAL, node), power))
        else:
            whole = build.elementwise_product([(node, power)]) if power != 1 else node
            result.edges.append(Edge((whole,), indices[0], indices[1]))
    return result


def reduce(term: Term, free: Sequence[Index]) -> Graph:
    """Every inner point that can go is gone; what stays lies between the free points."""
    state = graph(term)
    for index in free:
        state.points.setdefault(index, [])
    inner = [index for index in state.points if index not in free]
    changed = True
    while changed:
        changed = False
        for index in inner:
            if index in state.points and _remove_point(state, index, set(free)):
                changed = True
        if not changed:
            changed = _join_parallel(state)
    return state


def _remove_point(state: Graph, index: Index, free: set[Index]) -> bool:
    """Remove an inner point: with no edge it is a scalar, with one a product with a vector, with two of matrices."""
    if any(index in tie for tie in state.ties) or any(index in solid.indices for solid in state.solids):
        return False
    touching = [edge for edge in state.edges if index in (edge.start, edge.end)]
    vectors = state.points[index]
    if len(touching) > 2:
        return False
    if not touching:
        node = _summed_over(vectors, index.size)
        if build.is_number(node):
            state.coefficient *= node.parameters[0]
        else:
            state.scalars.append((node, S.One))
    elif len(touching) == 1:
        edge = state.unsigned(touching[0] if touching[0].end is index else touching[0].turned())
        state.edges.remove(touching[0])
        if not vectors and _is_alone(state, edge.start, free):
            del state.points[index], state.points[edge.start]
            state.scalars.append((build.apply("sum", edge.node()), S.One))
            return True
        column = _column_of(vectors, index.size)
        state.points[edge.start].append((build.chain((*edge.factors, column)), S.One))
    else:
        first, second = touching
        into = first if first.end is index else first.turned()
        out = second if second.start is index else second.turned()
        if into.start is out.end:
            other = into.start
            if other in free or state.points[other] or len([e for e in state.edges if other in (e.start, e.end)]) > 2:
                return False
            if first.start is second.start and not vectors:
                return False
        into, out = state.unsigned(into), state.unsigned(out)
        state.edges = [edge for edge in state.edges if edge is not first and edge is not second]
        middle = (build.apply("diag", _column_of(vectors, index.size)),) if vectors else ()
        factors = into.factors + middle + out.factors
        if into.start is out.end:
            del state.points[index], state.points[into.start]
            state.scalars.append((build.apply(TRACE, build.chain(factors)), S.One))
            return True
        state.edges.append(Edge(factors, into.start, out.end))
    del state.points[index]
    return True


def _sorted_powers(vectors: Sequence[Power]) -> list[Power]:
    """Conditions last, the others in reading order."""
    return sorted(vectors, key=lambda pair: (pair[0].operator.indicator, pair[0].key))


def _column_of(vectors: Sequence[Power], size: Expr) -> Node:
    """The vectors on one point as one column."""
    return build.elementwise_product(_sorted_powers(vectors)) if vectors else build.ones((size,))


def _summed_over(vectors: Sequence[Power], size: Expr) -> Node:
    """Σᵢ over a point without edges: a dimension, a dot product or a sum."""
    if not vectors:
        return build.size(size)
    if len(vectors) == 2 and all(power == 1 for _, power in vectors):
        return build.apply("dot", *(node for node, _ in _sorted_powers(vectors)))
    return build.apply("sum", _column_of(vectors, size))


def _is_alone(state: Graph, index: Index, free: set[Index]) -> bool:
    """Whether nothing else stands at a summed point whose last edge is gone."""
    taken = {i for tie in state.ties for i in tie}.union(*(solid.indices for solid in state.solids))
    edges = any(index in (edge.start, edge.end) for edge in state.edges)
    return index not in free and index not in taken and not state.points[index] and not edges


def _join_parallel(state: Graph) -> bool:
    """Two edges between the same points are the element-wise product of the two."""
    for at, edge in enumerate(state.edges):
        for other in state.edges[at + 1 :]:
            if {edge.start, edge.end} == {other.start, other.end}:
                turned = state.unsigned(other if other.start is edge.start else other.turned())
                parts = _hadamard_parts(edge.node()) + _hadamard_parts(turned.node())
                above = [part for part, power in parts if power.p > 0]
                below = [part for part, power in parts if power.p < 0]
                joined = build.elementwise_product(
                    [(p, S.One) for p in _sorted_nodes(above)] + [(p, S.NegativeOne) for p in _sorted_nodes(below)]
                )
                state.edges = [e for e in state.edges if e is not edge and e is not other]
                state.edges.append(Edge((joined,), edge.start, edge.end))
                return True
    return False


def _hadamard_parts(node: Node) -> list[Power]:
    if node.operator.name == "multiply":
        return [(part, S.One) for part in node.args]
    if node.operator.name == "divide":
        return _hadamard_parts(node.args[0]) + [(part, -power) for part, power in _hadamard_parts(node.args[1])]
    if build.is_number(node, 1):
        return []
    return [(node, S.One)]


def _sorted_nodes(nodes: list[Node]) -> list[Node]:
    return sorted(nodes, key=lambda node: node.key)


# The matrix between the free points ----------------------------------------------------------------------------------


class Piece(NamedTuple):
    """A term in matrix form: a number, scalars with their powers, and the vector or matrix (None: a scalar)."""

    coefficient: Rational
    scalars: tuple[Power, ...]
    body: Node | None


def matrix_of(term: Term, row: Index | None, column: Index | None) -> Piece | None:
    """The term with `row` for its rows and `column` for its columns; None where it has no matrix form."""
    free = [index for index in (row, column) if index is not None]
    tied = (
        row is not None
        and column is not None
        and any({row, column} == set(f.indices) for f in term.factors if f.node is None)
    )
    if tied:
        assert row is not None
        factors = tuple(
            Factor(f.node, tuple(row if i is column else i for i in f.indices), f.power)
            for f in term.factors
            if f.node is not None or set(f.indices) != {row, column}
        )
        state = reduce(term._replace(factors=factors), [row])
    else:
        state = reduce(term, free)
    if any(index not in free for index in state.points) or state.ties or state.solids:
        return None
    body: Node | None = None
    if tied:
        assert row is not None
        vectors = state.points[row]
        body = build.apply("diag", _column_of(vectors, row.size)) if vectors else build.identity(row.size)
    elif row is not None and column is not None:
        left, right = state.points[row], state.points[column]
        if state.edges:
            edge = state.unsigned(state.edges[0] if state.edges[0].start is row else state.edges[0].turned())
            factors_ = edge.factors
            if left:
                factors_ = (build.apply("diag", _column_of(left, row.size)), *factors_)
            if right:
                factors_ = (*factors_, build.apply("diag", _column_of(right, column.size)))
            body = build.chain(factors_)
        elif not left and not right:
            body = build.ones((row.size, column.size))
        else:
            body = _outer(_column_of(left, row.size), _column_of(right, column.size))
    elif row is not None:
        body = _column_of(state.points[row], row.size)
    elif column is not None:
        body = build.transpose(_column_of(state.points[column], column.size))
    return _loops(state, body, term)


def _outer(left: Node, right: Node) -> Node:
    """u vᵀ, where a factor of a longer column is written out: A x yᵀ."""
    return build.apply("outer", left, right)


def _loops(state: Graph, body: Node | None, term: Term) -> Piece:
    """What depends on a running index goes under its Σ."""
    scalars, coefficient = state.scalars, state.coefficient
    if body is not None and body.operator.name == "negative":
        coefficient, body = -coefficient, body.args[0]
    for loop in term.loops:
        inside = [pair for pair in scalars if loop in pair[0].loops]
        outside = [pair for pair in scalars if loop not in pair[0].loops]
        if body is not None and loop in body.loops:
            body = under_sum(build.scaled(S.One, _sorted_powers(inside), body), loop)
            scalars = outside
        elif inside:
            whole = under_sum(build.scaled(S.One, _sorted_powers(inside), None), loop)
            scalars = [*outside, (whole, S.One)]
        else:
            scalars = [*outside, (build.size(loop.size), S.One)]
    return Piece(coefficient, tuple(_sorted_powers(scalars)), body)
