"""How much work a value is, before it is computed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import prod

from mcalc.networks.index_form import Expression
from mcalc.numbers.sizes import whole
from mcalc.tree.node import Node, topological


def work(expressions: Sequence[Expression], sizes: Mapping[str, int]) -> float:
    """About how many operations on single numbers it takes."""
    total = 0.0
    for expression in expressions:
        if isinstance(expression, Node):
            continue
        for term in expression.tensor.terms:
            indices = {index: whole(index.size, sizes) for factor in term.factors for index in factor.indices}
            loops = prod(whole(loop.size, sizes) for loop in term.loops)
            free = prod(whole(index.size, sizes) for index in expression.tensor.free)
            total += float(max(free, prod(indices.values()))) * (1 + len(term.factors)) * loops
    for node in topological(trees(expressions)):
        shapes = [[whole(size, sizes) for size in one.shape] for one in (node, *node.args)]
        count = float(max(prod(shape) for shape in shapes))
        if node.operator.name == "matmul":
            count = float(prod(shapes[1]) * (shapes[2][1] if len(shapes[2]) > 1 else 1))
        elif node.operator.at_many == "matrices":
            count = 5 * count**1.5
        for loop in node.loops:
            count *= whole(loop.size, sizes)
        total += count
    return total


def trees(expressions: Sequence[Expression]) -> list[Node]:
    """The expressions, and the parts of those that are in index notation."""
    trees = [one for one in expressions if isinstance(one, Node)]
    terms = [term for one in expressions if not isinstance(one, Node) for term in one.tensor.terms]
    return trees + [factor.node for term in terms for factor in term.factors if factor.node is not None]
