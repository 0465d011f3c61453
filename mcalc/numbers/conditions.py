"""The conditions that decide which branch of an expression holds: read off the trees and the operator table."""

from __future__ import annotations

from collections.abc import Sequence

from mcalc.expressions import build
from mcalc.expressions.tree import Node, topological
from mcalc.language.formulas import read_value


def conditions(roots: Sequence[Node]) -> list[Node]:
    """The comparisons in the trees, and those that the derivatives of their parts ask, each once."""
    asked = [condition for node in topological(roots) for condition in asked_by(node)]
    found: dict[bytes, Node] = {}
    for node in topological([*roots, *asked]):
        if node.operator.indicator:
            condition = node if len(node.args) == 2 else asked_by(node)[0]
            found.setdefault(condition.canon, condition)
    return list(found.values())


def asked_by(node: Node) -> list[Node]:
    """The conditions at which the operator of a node has a kink or a jump, of the node's own arguments."""
    operator = node.operator
    names = dict(zip(operator.argument_names, node.args, strict=False)) | {"y": node}
    formulas = (kink if isinstance(kink, str) else kink(node) for kink in operator.kinks)
    return [read_value(formula, names) for formula in formulas if formula]


def counted(condition: Node) -> Node:
    """The condition as a value without running indices: for how many of them it holds."""
    for loop in sorted(condition.loops, key=str):
        condition = build.apply("loop_sum", condition, parameters=(loop,))
    return condition


def margin(condition: Node) -> Node:
    """``a − b`` for a comparison of ``a`` and ``b``: it changes its sign where the comparison changes."""
    left, right = condition.args
    return left if build.is_zero(right) else build.apply("add", left, build.negated(right))
