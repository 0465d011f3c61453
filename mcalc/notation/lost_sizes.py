"""Identities and vectors of ones whose size nothing beside them tells: the text must say it, ``tr(eye(n))``."""

from __future__ import annotations

from collections.abc import Sequence

from mcalc.table.records import LoopIndex
from mcalc.table.roles import KRONECKER
from mcalc.tree.node import Node, topological

Symbols = frozenset[LoopIndex]
_NAMED = ("variable", "partial", "differential")


def without_size(root: Node) -> frozenset[Node]:
    """The constants that would lose their size as I or 1⃗: no name of that size stands in the same sum or product."""
    order = topological([root])
    constants = [node for node in order if not node.args and node.shape and node.operator.name not in _NAMED]
    if not constants:
        return frozenset()
    told: dict[Node, Symbols] = {}
    for node in order:
        told[node] = (
            _symbols(node)
            if node.operator.name in _NAMED or node.operator.open is not None
            else frozenset().union(*(told[arg] for arg in node.args if arg.shape))
        )
    tied = {node for node in order if not node.shape and node.operator.name in ("dot", "matmul")}
    tops = {root, *tied} | {
        arg for node in order if _hides_sizes(node) and node not in tied for arg in node.args if arg.shape
    }
    lost: set[Node] = set()
    for top in tops:
        known = told[top] | (_symbols(top) if top is root else frozenset())
        if all(_symbols(constant) <= known for constant in constants):
            continue
        inside = set(topological([top], _beside))
        lost |= {constant for constant in constants if constant in inside and not _symbols(constant) <= known}
    return frozenset(lost)


def _hides_sizes(node: Node) -> bool:
    """Whether the size of the value does not give those of the arguments: a scalar, a Kronecker product, a part."""
    return not node.shape or node.operator.name in (KRONECKER, "element")


def _beside(node: Node) -> Sequence[Node]:
    """The arguments whose sizes are those of the value; of a Kronecker product none."""
    return () if node.operator.name == KRONECKER else [arg for arg in node.args if arg.shape]


def _symbols(node: Node) -> Symbols:
    """What its sizes are made of: dimensions, and numbers above 1."""
    numbers = frozenset(size for size in node.shape if size.is_Integer and size > 1)
    return numbers.union(*(size.free_symbols for size in node.shape))
