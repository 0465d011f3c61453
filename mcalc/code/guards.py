"""What code divides by: the norm of a vector that is 0 would give 0/0, and by convention the derivative is 0 there."""

from __future__ import annotations

from mcalc.networks.networks import Tensor
from mcalc.table import shapes as shape_rules
from mcalc.table.records import Operator
from mcalc.tree.node import Node, topological

Result = Node | Tensor

NONZERO = Operator(
    "nonzero",
    "a",
    title="divisor",
    doc="a, and infinity where a is 0: what is divided by it is 0 there",
    shape=shape_rules.elementwise,
    numpy=lambda np, a: np.where(a != 0, a, np.inf),
    elementwise=True,
)


def norms_divided_by(result: Result, value: Node) -> list[Node]:
    """The norms that the derivative divides by, and the value does not."""
    given = frozenset(node for divisor in _divisors([value]) for node in _norms(divisor))
    if isinstance(result, Node):
        divisors = _divisors([result])
    else:
        factors = [f for term in result.terms for f in term.factors if f.node is not None]
        divisors = [f.node for f in factors if f.node is not None and f.power < 0]
        divisors += _divisors([f.node for f in factors if f.node is not None])
    return list(dict.fromkeys(node for divisor in divisors for node in _norms(divisor) if node not in given))


def guarded(result: Result, value: Node) -> Result:
    """The derivative of `value`, where norms that it divides by may be 0; those that the value divides by may not."""
    given = frozenset(node for divisor in _divisors([value]) for node in _norms(divisor))
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
        at = _divided_by(node)
        if at is not None:
            arguments[at] = _safe(arguments[at], given)
        changed = any(one is not other for one, other in zip(arguments, node.args, strict=True))
        done[node] = Node(node.operator, arguments, node.parameters, node.shape) if changed else node
    return done


def _divided_by(node: Node) -> int | None:
    """Which argument of the node it divides by."""
    if node.operator.name == "divide":
        return 1
    if node.operator.name == "power" and node.args[1].operator.name == "number" and node.args[1].parameters[0] < 0:
        return 0
    return None


def _divisors(roots: list[Node]) -> list[Node]:
    found = [(node, _divided_by(node)) for node in topological(roots)]
    return [node.args[at] for node, at in found if at is not None]


def _norms(divisor: Node) -> list[Node]:
    """The norms among the factors of a divisor."""
    return [node for node in topological([divisor], _factors) if node.operator.name == "norm"]


def _factors(node: Node) -> tuple[Node, ...]:
    if node.operator.name == "power":
        return node.args[:1]
    return node.args if node.operator.name in ("multiply", "negative") else ()


def _safe(divisor: Node, given: frozenset[Node]) -> Node:
    done: dict[Node, Node] = {}
    for node in topological([divisor], _factors):
        if node.operator.name == "norm" and node not in given:
            done[node] = Node(NONZERO, [node], (), ())
        else:
            arguments = [done.get(arg, arg) if arg in _factors(node) else arg for arg in node.args]
            changed = any(one is not other for one, other in zip(arguments, node.args, strict=True))
            done[node] = Node(node.operator, arguments, node.parameters, node.shape) if changed else node
    return done[divisor]
