"""What a factor of a derivative is: a constant, a diagonal matrix; and how a long one is shown."""

from __future__ import annotations

from mcalc.tree import build
from mcalc.tree.node import Node, topological, variables


def plain(factor: Node) -> bool:
    """A constant factor: a number, a dimension, a scalar variable."""
    return not factor.shape and not any(node.args for node in topological([factor]))


def is_diagonal(node: Node) -> bool:
    """Whether it is a diagonal matrix times numbers."""
    while node.operator.name in ("multiply", "negative", "divide"):
        node = next((arg for arg in node.args if arg.shape), node.args[0])
    return node.operator.name in ("diag", "eye")


def constant(local: Node) -> object:
    """The number of a local derivative that is one: 2, −1, 3I, 1/N."""
    if local.operator.name == "negative":
        inner = constant(local.args[0])
        return -inner if isinstance(inner, int) else inner
    if local.operator.name == "divide":
        return None if variables(local.args[1]) or constant(local.args[0]) is None else "1/…"
    if local.operator.name == "multiply":
        found = [constant(arg) for arg in local.args]
        return None if None in found else next((value for value in found if value != 1), 1)
    if build.is_number(local):
        value = local.parameters[0]
        return int(value) if value.is_Integer else "1/…"
    filled = local.args[0] if local.operator.name == "transpose" else local
    return 1 if filled.operator.name in ("eye", "ones") else None
