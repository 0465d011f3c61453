"""A result with one scalar condition as a factor is written by cases, ``{ 0⃗ᵀ if z ≤ 0; xᵀ if z > 0 }``."""

from __future__ import annotations

from mcalc.networks.networks import fresh
from mcalc.networks.terms import terms_of, tidy
from mcalc.rewriting.answers import matrix_form, orientation
from mcalc.table import INDICATORS
from mcalc.table.roles import CASES
from mcalc.tree import build
from mcalc.tree.folding import folded
from mcalc.tree.node import Node


def by_cases(node: Node) -> Node | None:
    """The case distinction; None where there is not one scalar condition that every term has."""
    if CASES in node.below:
        return _with_zeros(node)
    indices = fresh(node)
    if len(indices) > 2 or INDICATORS.isdisjoint(node.below):
        return None
    terms = tidy(terms_of(node, indices), indices)
    if not terms or any(term.loops for term in terms):
        return None
    conditions = [
        f.node
        for f in terms[0].factors
        if f.node is not None and f.node.operator.indicator and len(f.node.args) == 2 and not f.indices
    ]
    if len(conditions) != 1:
        return None
    condition = conditions[0]
    rest = []
    for term in terms:
        masks = [f for f in term.factors if f.node is not None and f.node.operator.indicator and not f.indices]
        if len(masks) != 1 or masks[0].node is None or masks[0].node.canon != condition.canon:
            return None
        factors = tuple(f for f in term.factors if f is not masks[0])
        rest.append(term._replace(factors=factors))
    value = matrix_form(rest, *orientation(node.shape, indices))
    if value is None:
        return None
    return build.apply(CASES, condition, value, build.zeros(node.shape))


def _with_zeros(node: Node) -> Node | None:
    """``3x²*{ 0 if x ≤ 0; 1 if x > 0 }`` as one case distinction."""
    name = node.operator.name
    inner = _with_zeros(node.args[0]) if name in ("negative", "divide") else None
    found = in_each_case(node if inner is None else node.func(inner, *node.args[1:]))
    return found if found is not node and any(map(build.is_zero, found.args[1:])) else None


def in_each_case(node: Node) -> Node:
    """``{ 0 if c ≤ 0; 1 if c > 0 }*xᵀ`` as ``{ 0⃗ᵀ if c ≤ 0; xᵀ if c > 0 }``, a sign and a divisor likewise."""
    name = node.operator.name
    within = node.args if name == "multiply" else node.args[:1] if name in ("negative", "divide") else ()
    chosen = [arg for arg in within if arg.operator.is_cases and not arg.axes]
    if len(chosen) != 1 or not any(map(build.is_number, chosen[0].args[1:])):
        return node

    def beside(branch: Node) -> Node:
        if build.is_zero(branch):
            return build.zeros(node.shape)
        others = [arg for arg in node.args if arg is not chosen[0]]
        if name == "multiply":
            rest = others[0] if len(others) == 1 else build.apply(name, *others)
            return folded(name, branch, rest)
        return folded(name, branch, *others)

    condition, *branches = chosen[0].args
    return build.apply(chosen[0].operator.name, condition, *map(beside, branches))
