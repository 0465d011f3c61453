"""What a value divides by, and the norms among its divisors: by the norm of a vector that is 0 it would be 0/0."""

from __future__ import annotations

from mcalc.networks.networks import Tensor
from mcalc.table.roles import NORM
from mcalc.tree.node import Node, topological

Result = Node | Tensor


def norms_divided_by(result: Result, value: Node) -> list[Node]:
    """The norms that the derivative divides by, and the value does not."""
    if isinstance(result, Node) and NORM not in result.below:
        return []
    given = frozenset(node for divisor in divisors([value]) for node in norms(divisor))
    if isinstance(result, Node):
        dividing = divisors([result])
    else:
        factors = [f for term in result.terms for f in term.factors if f.node is not None]
        dividing = [f.node for f in factors if f.node is not None and f.power < 0]
        dividing += divisors([f.node for f in factors if f.node is not None])
    return list(dict.fromkeys(node for divisor in dividing for node in norms(divisor) if node not in given))


def divided_by(node: Node) -> int | None:
    """Which argument of the node it divides by."""
    if node.operator.name == "divide":
        return 1
    if node.operator.name == "power" and node.args[1].operator.name == "number" and node.args[1].parameters[0] < 0:
        return 0
    return None


def divisors(roots: list[Node]) -> list[Node]:
    """What is divided by, anywhere below the roots."""
    found = [(node, divided_by(node)) for node in topological(roots)]
    return [node.args[at] for node, at in found if at is not None]


def norms(divisor: Node) -> list[Node]:
    """The norms among the factors of a divisor."""
    return [node for node in topological([divisor], factors_of) if node.operator.name == NORM]


def factors_of(node: Node) -> tuple[Node, ...]:
    """The factors of a product, the base of a power."""
    if node.operator.name == "power":
        return node.args[:1]
    return node.args if node.operator.name in ("multiply", "negative") else ()
