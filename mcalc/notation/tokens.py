"""What a reader reads of a formula: names, numbers and signs, not brackets, commas or spaces."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from mcalc.tree.node import Node, topological

_TOKEN = re.compile(r"[^\W\d]\w*|\d+(?:\.\d+)?|[^\s()\[\],;]")
_SUM, _NEGATIVE = "sum", "negative"
_AXIS = 3
"""``axis``, ``=`` and a number."""


def tokens(text: str) -> int:
    """How many names, numbers and signs a text has."""
    return len(_TOKEN.findall(text))


def saving(times: int, length: int) -> int:
    """What a name spares where a part of that length stands so often: each but a token, and its line ``t = …``."""
    return times * (length - 1) - length - 2


def weighed(roots: Sequence[Node], into: Callable[[Node], Sequence[Node]] | None = None) -> dict[Node, int]:
    """About how many tokens each value below the roots has."""
    found: dict[Node, int] = {}
    for node in topological(roots, into):
        below = node.args if into is None else into(node)
        found[node] = own_tokens(node) + sum(map(found.__getitem__, below))
    return found


def own_tokens(node: Node) -> int:
    """What is read of a value beside its arguments."""
    count, kind = len(node.args), node.operator.notation.kind
    if kind == _SUM:
        return count - 1 - sum(arg.operator.name == _NEGATIVE for arg in node.args)
    if kind == "product":
        return count - 1 - (node.args[0].operator.name == "number")
    if kind == "number":
        return 1 if node.parameters[0].is_Integer else 3
    if kind in ("infix", "outer", "quotient", "power"):
        return count - 1 + (kind == "outer")
    if kind == "element":
        return len(node.parameters)
    if kind == "unit":
        return 3
    if kind == "loop":
        return 6
    if kind in ("stack", "grid"):
        return 0
    return 1 + _AXIS * bool(node.parameters and node.operator.keywords)
