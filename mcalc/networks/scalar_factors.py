"""Scalars of a product in matrix notation: dot products, sums, traces, and equal ones as one power."""

from __future__ import annotations

from collections.abc import Sequence

from sympy.core.expr import Expr
from sympy.core.numbers import Rational
from sympy.core.singleton import S

from mcalc.table.roles import DIAGONAL, NORM, TRACE
from mcalc.tree import build
from mcalc.tree.node import Node

Power = tuple[Node, Rational]


def sorted_powers(vectors: Sequence[Power]) -> list[Power]:
    """Conditions last, the others in reading order."""
    return sorted(vectors, key=lambda pair: (pair[0].operator.indicator, pair[0].key))


def column_of(vectors: Sequence[Power], size: Expr) -> Node:
    """The vectors on one point as one column."""
    if not vectors:
        return build.ones((size,))
    return build.elementwise_product(sorted_powers(vectors))


def summed_over(vectors: Sequence[Power], size: Expr) -> Power:
    """Σᵢ over a point without edges: a dimension, a sum or a dot product."""
    if not vectors:
        return build.size(size), S.One
    powers = [power for _, power in vectors]
    if powers == [1]:
        return _sum(vectors[0][0]), S.One
    if powers == [2]:
        return _square(vectors[0][0])
    if len(vectors) == 2 and all(power.is_Integer and power.p > 0 for power in powers):
        return _dot(*(build.raised(node, power) for node, power in sorted_powers(vectors))), S.One
    return build.apply("sum", column_of(vectors, size)), S.One


def _sum(node: Node) -> Node:
    """``Σ softmax(z) = 1``, ``Σ diag(A) = tr(A)``; a sum over all entries needs no transpose."""
    if node.operator.adds_up:
        return build.number(1)
    links = _links(node)
    if len(links) > 1 and links[-1].operator.name == "ones":
        whole = build.chain(links[:-1])
        return build.apply("sum", build.transpose(whole) if whole.operator.name == "transpose" else whole)
    return trace((node.args[0],)) if node.operator.name == DIAGONAL else build.apply("sum", node)


def _square(node: Node) -> Power:
    """x·x of a name, ‖v‖² of anything longer."""
    if node.args:
        return build.apply(NORM, node), S(2)
    return build.apply("dot", node, node), S.One


def _links(node: Node) -> tuple[Node, ...]:
    """A matrix-vector product as its row of factors."""
    parts: list[Node] = []
    while node.operator.name == "matmul" and len(node.shape) == 1:
        parts.append(node.args[0])
        node = node.args[1]
    return (*parts, node)


def _dot(left: Node, right: Node) -> Node:
    """uᵀMv in the direction with the fewer transposes."""
    first, second = _links(left), _links(right)
    forward = tuple(build.transpose(node) for node in reversed(first[:-1])) + second[:-1]
    backward = tuple(build.transpose(node) for node in reversed(forward))
    if not forward:
        return build.apply("dot", *sorted((left, right), key=lambda node: node.key))

    def cost(row: tuple[Node, ...], start: Node) -> tuple[object, ...]:
        return (sum(node.operator.name == "transpose" for node in row), start.key, [node.key for node in row])

    ways = [
        (cost(forward, first[-1]), first[-1], forward, second[-1]),
        (cost(backward, second[-1]), second[-1], backward, first[-1]),
    ]
    _, start, row, end = min(ways, key=lambda way: way[0])
    return build.chain((build.apply("transpose", start), build.chain((*row, end))))


def trace(factors: tuple[Node, ...]) -> Node:
    """tr(ABC) from the rotation, or its transpose, with the fewest transposes."""
    factors = tuple(part for factor in factors for part in build.row_of(factor))
    turned = tuple(build.transpose(node) for node in reversed(factors))
    ways = [row[at:] + row[:at] for row in (factors, turned) for at in range(len(row))]
    best = min(
        ways, key=lambda row: (sum(node.operator.name == "transpose" for node in row), [node.key for node in row])
    )
    return build.apply(TRACE, build.chain(best))


def united(one: Node, power: Rational, other: Node, times: Expr) -> tuple[Node, int]:
    """The base of ``one^power·other^times``, equal up to the sign, and the sign: ``(a - b)(b - a) = -(a - b)²``.

    A base under a root keeps its own sign: ``(b - a)·√(a - b) = -(a - b)^(3/2)``.
    """
    if one.sign == other.sign:
        return one, 1
    if times.is_Integer:
        return one, -1 if build.odd(times) else 1
    return other, -1 if build.odd(power) else 1


def gathered(scalars: Sequence[Power]) -> tuple[int, list[Power]]:
    """Equal scalars as one power, and the sign that uniting ``a - b`` with ``b - a`` leaves."""
    sign = 1
    found: dict[bytes, Power] = {}
    for node, power in _as_norms(scalars):
        canon = node.canon
        if canon in found:
            kept, before = found[canon]
            node, turned = united(kept, before, node, power)
            sign, power = sign * turned, power + before
        found[canon] = (node, power)
    return sign, [pair for pair in found.values() if pair[1] != 0]


def _as_norms(scalars: Sequence[Power]) -> Sequence[Power]:
    """``x·x`` as ``‖x‖²`` where that norm is a factor too."""
    norms = {node.args[0]: node for node, _ in scalars if node.operator.name == NORM}
    if not norms:
        return scalars
    squares = {build.apply("dot", arg, arg): norm for arg, norm in norms.items() if len(arg.shape) == 1}
    squares |= {build.apply("sum", build.raised(arg, S(2))): norm for arg, norm in norms.items()}
    return [(squares[node], 2 * power) if node in squares else (node, power) for node, power in scalars]
