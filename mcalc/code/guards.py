"""What code divides by: the norm of a vector that is 0 would give 0/0, and by convention the derivative is 0 there."""

from __future__ import annotations

from typing import TypeVar

from mcalc.networks.divisors import divided_by, divisors, factors_of, norms
from mcalc.networks.networks import Tensor
from mcalc.table import shapes as shape_rules
from mcalc.table.records import Operator
from mcalc.table.roles import NORM
from mcalc.tree.node import Node, topological

Derived = TypeVar("Derived", Node, Tensor)
NONZERO = Operator(
    "nonzero",
    "a",
    title="divisor",
    doc="a, and infinity where a is 0: what is divided by it is 0 there",
    shape=shape_rules.elementwise,
    numpy=lambda np, a: np.where(a != 0, a, np.inf),
    elementwise=True,
)


def guarded(result: Derived, value: Node) -> Derived:
    """The derivative of `value`, where norms that it divides by may be 0; those that the value divides by may not."""
    given = frozenset(node for divisor in divisors([value]) for node in norms(divisor))
    if isinstance(result, Node):
        return _rewritten([result], given)[result]
    nodes = [factor.node for term in result.terms for factor in term.factors if factor.node is not None]
    done = _rewritten(nodes, given)
    terms = []
    for term in result.terms:
        factors = []
        for factor in term.factors:
            if factor.node is not None:
                node = done[factor.node]
                factor = factor._replace(node=_safe(node, given) if factor.power < 0 else node)
            factors.append(factor)
        terms.append(term._replace(factors=tuple(factors)))
    return result._replace(terms=tuple(terms))


def _rewritten(roots: list[Node], given: frozenset[Node]) -> dict[Node, Node]:
    done: dict[Node, Node] = {}
    for node in topological(roots):
        arguments = [done[arg] for arg in node.args]
        at = divided_by(node)
        if at is not None:
            arguments[at] = _safe(arguments[at], given)
        changed = any(one is not other for one, other in zip(arguments, node.args, strict=True))
        done[node] = Node(node.operator, arguments, node.parameters, node.shape) if changed else node
    return done


def _safe(divisor: Node, given: frozenset[Node]) -> Node:
    done: dict[Node, Node] = {}
    for node in topological([divisor], factors_of):
        if node.operator.name == NORM and node not in given:
            done[node] = Node(NONZERO, [node], (), ())
        else:
            arguments = [done.get(arg, arg) if arg in factors_of(node) else arg for arg in node.args]
            changed = any(one is not other for one, other in zip(arguments, node.args, strict=True))
            done[node] = Node(node.operator, arguments, node.parameters, node.shape) if changed else node
    return done[divisor]
