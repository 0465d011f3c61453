"""``sum(x)/n``: an undeclared n, m, k or N that only divides is the length of the one axis that nothing else names."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from sympy.core.expr import Expr

from mcalc.language.declarations import Declaration
from mcalc.language.parser import Program, Syntax
from mcalc.tree.names import name_text
from mcalc.tree.node import Node, dimension

COUNTS = ("n", "m", "k", "N")
Shapes = dict[str, Declaration]


def with_length(
    program: Program,
    declared: Mapping[str, Declaration],
    wanted: Collection[str],
    names: Mapping[str, Node],
) -> tuple[Shapes, str] | None:
    """The shapes in which the divisor is a dimension, and the note on it; None where there is no such divisor."""
    found = [name for name in COUNTS if name in names and name not in declared and name not in wanted]
    found = [name for name in found if not names[name].shape and _only_divides(name, program)]
    spoken = {symbol for one in declared.values() for size in one.shape for symbol in size.free_symbols}
    open_sizes: dict[Expr, None] = {}
    for node in names.values():
        open_sizes.update(dict.fromkeys(size for size in node.shape if size.is_Symbol and size not in spoken))
    if len(found) != 1 or len(open_sizes) != 1:
        return None
    (name,), (size,) = found, open_sizes
    renamed = {size: dimension(name)}
    shapes = dict(declared)
    for other, node in names.items():
        if size in node.shape:
            properties = node.parameters[1] if len(node.parameters) > 1 else frozenset()
            shapes[other] = Declaration(tuple(one.xreplace(renamed) for one in node.shape), properties)
    first = next(other for other, node in names.items() if size in node.shape)
    kind = "length" if len(names[first].shape) == 1 else "size"
    return shapes, f"{name} is the {kind} of {name_text(first)}; -s {name}=scalar for any other number"


def _only_divides(name: str, program: Program) -> bool:
    """Whether every place of the name is in a divisor: ``/n``, ``/(2n)``."""
    seen = False
    stack = [(syntax, False) for syntax in (program.value, *(definition for _, definition, _ in program.bindings))]
    while stack:
        node, below = stack.pop()
        if node.kind == "name" and node.value == name:
            if not below:
                return False
            seen = True
        if node.kind == "infix" and node.value == "/":
            stack += [(node.children[0], below), (node.children[1], _is_count(node.children[1]))]
        else:
            kept = below and node.kind == "infix" and node.value == "*"
            stack += [(child, kept) for child in node.children]
    return seen


def _is_count(syntax: Syntax) -> bool:
    """A product of numbers and names."""
    stack = [syntax]
    while stack:
        node = stack.pop()
        if node.kind == "infix" and node.value == "*":
            stack += node.children
        elif node.kind not in ("name", "number"):
            return False
    return True
