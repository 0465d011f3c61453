"""Arrays declared with one entry, ``x: 1`` and ``A: 1×1``: the calculus takes the entry, ``x[1]``, a number."""

from __future__ import annotations

from collections.abc import Sequence

from sympy.core.singleton import S

from mcalc.language.formulas import read_value
from mcalc.table import TABLE
from mcalc.table.shapes import has_one_entry
from mcalc.tree import build
from mcalc.tree.folding import folded
from mcalc.tree.node import Node, topological


def _is_single(node: Node) -> bool:
    return bool(node.shape) and has_one_entry(node.shape)


def with_entries(root: Node) -> Node:
    """`root` with every vector of one element and 1×1 matrix as the number in it; only names keep their shapes."""
    return all_with_entries([root])[0]


def all_with_entries(roots: Sequence[Node]) -> Sequence[Node]:
    """The same of several values, what they share once."""
    order = topological(roots)
    if not any(_is_single(node) for node in order):
        return roots
    done: dict[Node, Node] = {}
    for node in order:
        args = [done[arg] for arg in node.args]
        single = [_is_single(arg) for arg in node.args]
        if node.operator.name == "variable" and _is_single(node):
            done[node] = build.apply("element", node, parameters=(S.One,) * len(node.shape))
        elif not args and _is_single(node) and node.operator.of_one:
            done[node] = read_value(node.operator.of_one, {})
        elif node.operator.elementwise or node.operator.name == "loop_sum":
            done[node] = Node(node.operator, args, node.parameters, () if has_one_entry(node.shape) else node.shape)
        elif not any(single):
            done[node] = node.func(*args) if args else node
        elif len(args) == 1 and node.operator.name != "stack":
            done[node] = _of_one(node, args[0])
        elif node.operator.name in ("stack", "stack_rows", "grid"):
            done[node] = Node(TABLE["stack" if all(single) else node.operator.name], args, node.parameters, node.shape)
        else:
            done[node] = _scaled(node, args)
    return [done[root] for root in roots]


def _of_one(node: Node, entry: Node) -> Node:
    """An operator of one argument at a number: an element is the number itself, a sum is of one entry."""
    if node.operator.of_one:
        return read_value(node.operator.of_one, {node.operator.argument_names[0]: entry})
    return build.apply(node.operator.name, entry) if node.operator.keywords or not node.shape else entry


def _scaled(node: Node, args: list[Node]) -> Node:
    """A product with a number: ``a·B``, and ``a·bᵀ`` where the other factor is turned."""
    factors = [
        build.transpose(arg) if arg.shape and len(arg.shape) != len(node.shape) and arg.shape != node.shape else arg
        for arg in args
    ]
    return folded("multiply", *factors)
