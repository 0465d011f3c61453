"""The conditions that decide which branch of an expression holds: read off the trees and the operator table."""

from __future__ import annotations

from collections.abc import Sequence

from mcalc.language.formulas import read_value
from mcalc.tree import build
from mcalc.tree.node import Node, topological


def conditions(roots: Sequence[Node]) -> list[Node]:
    """The comparisons in the trees, and those that the derivatives of their parts ask, each once."""
    order = topological(roots)
    asked = [condition for node in order for condition in asked_by(node)]
    found: dict[bytes, Node] = {}
    for node in topological([*roots, *asked]) if asked else order:
        if node.operator.indicator:
            condition = node if len(node.args) == 2 else asked_by(node)[0]
            found.setdefault(condition.canon, condition)
    return list(found.values())


def asked_by(node: Node) -> list[Node]:
    """The conditions at which the operator of a node has a kink or a jump, of the node's own arguments."""
    operator = node.operator
    if not operator.kinks:
        return []
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
    if build.is_zero(right):
        return left
    return build.negated(right) if build.is_zero(left) else build.apply("add", left, build.negated(right))


def boundaries(conditions: Sequence[Node]) -> list[Node]:
    """One condition for each boundary: of ``a > b``, ``b > a`` and ``a >= b`` the first."""
    found: dict[tuple[bytes, frozenset[object]], Node] = {}
    for condition in conditions:
        found.setdefault((margin(condition).canon, condition.loops), condition)
    return list(found.values())
