"""Entries that are equal by symmetry, of which floating-point numbers make two: ``max(inv(S))`` of a symmetric S.

Which entry is the largest is asked of ``(A + Aᵀ)/2``, the same matrix: an inverse, or a product, that is symmetric
is so only to its last digits, and of two entries that share the derivative one would have it all.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from mcalc.networks.networks import Factor, Tensor
from mcalc.rewriting.answers import is_symmetric
from mcalc.table import shapes as shape_rules
from mcalc.table.records import Operator
from mcalc.tree.node import Node, replaced, topological

MENDED = Operator(
    "mended",
    "a",
    title="symmetric part",
    doc="(a + a')/2 of a symmetric a: its mirrored entries are equal to the last digit",
    shape=shape_rules.square,
    numpy=lambda np, a: (a + a.T) / 2,
)


def mended(result: Node | Tensor) -> Node | Tensor:
    """The same value; where entries are asked whether they are the largest, those equal by symmetry are equal."""
    nodes = (
        [result]
        if isinstance(result, Node)
        else [factor.node for term in result.terms for factor in term.factors if factor.node is not None]
    )
    done = _mended(nodes)
    if isinstance(result, Node):
        return done[result]

    def of(factor: Factor) -> Factor:
        return factor if factor.node is None else factor._replace(node=done[factor.node])

    return result._replace(terms=tuple(t._replace(factors=tuple(map(of, t.factors))) for t in result.terms))


def _mended(roots: Sequence[Node]) -> dict[Node, Node]:
    done: dict[Node, Node] = {}
    for node in topological(roots):
        arguments = [done[arg] for arg in node.args]
        if node.operator.indicator and any(map(_takes_the_largest, topological(node.args))):
            sources = filter(_is_symmetric_but_for_rounding, topological(node.args))
            changed_to = replaced(node.args, {source: Node(MENDED, [source], (), source.shape) for source in sources})
            arguments = [changed_to[arg] for arg in node.args]
        changed = any(one is not other for one, other in zip(arguments, node.args, strict=True))
        done[node] = Node(node.operator, arguments, node.parameters, node.shape) if changed else node
    return done


def _takes_the_largest(node: Node) -> bool:
    return node.operator.picks or (bool(node.operator.kinks) and not node.operator.elementwise)


@lru_cache(maxsize=256)
def _is_symmetric_but_for_rounding(node: Node) -> bool:
    if len(node.axes) < 2 or node.shape[0] != node.shape[1] or node.loops or not node.args:
        return False
    return not node.operator.elementwise and node.operator.name != "transpose" and is_symmetric(node)
