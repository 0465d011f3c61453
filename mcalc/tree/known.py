"""What is known of a value by what was declared of its names."""

from __future__ import annotations

from functools import lru_cache

from mcalc.tree.node import Node

_LOOKED_INTO = 200
"""Of a value with more parts than this nothing is known."""


def declared(node: Node) -> frozenset[str]:
    """What was declared of a name, beside its shape."""
    known = node.operator.name == "variable" and len(node.parameters) > 1
    return node.parameters[1] if known else frozenset()


@lru_cache(maxsize=4096)
def is_positive(node: Node) -> bool:
    """Whether every entry is positive, by what was declared and by how the value is made."""
    operator = node.operator
    if node.key[0] > _LOOKED_INTO:
        return False
    if operator.name == "number":
        return bool(node.parameters[0] > 0)
    if operator.positive == "of positive":
        return all(map(is_positive, node.args[:1] if operator.name == "power" else node.args))
    return operator.positive == "always" or "positive" in declared(node)


@lru_cache(maxsize=4096)
def is_finite(node: Node) -> bool:
    """Whether every entry is finite wherever those of its names are: no quotient, root, logarithm or exponential."""
    operator, args = node.operator, node.args
    if node.key[0] > _LOOKED_INTO or operator.open is not None or operator.overflows:
        return False
    if operator.name in ("divide", "power"):
        base, number = args
        whole = number.operator.name == "number" and number.parameters[0]
        return bool(whole and (operator.name == "divide" or (whole.is_Integer and whole > 0)) and is_finite(base))
    return operator.domain == "any" and not operator.no_value and all(map(is_finite, args))
