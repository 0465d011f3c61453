"""``sum(x)/n``, ``x[2..n]``: an undeclared n, m, k or N that only counts is the length that nothing else names."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from sympy.core.expr import Expr

from mcalc.language.declarations import Declaration
from mcalc.language.parser import Program, Syntax
from mcalc.language.syntax import walk
from mcalc.tree.names import name_text
from mcalc.tree.node import Node, dimension

COUNTS = ("n", "m", "k", "N")
DIVIDED = ("n", "N")
"""Those that count where they are divided as well; m is a mass, k a constant."""
Shapes = dict[str, Declaration]


def with_length(
    program: Program,
    declared: Mapping[str, Declaration],
    wanted: Collection[str],
    names: Mapping[str, Node],
) -> tuple[Shapes, str] | None:
    """The shapes in which what counts is a dimension, and the note on it; None where nothing does."""
    spoken = {symbol for one in declared.values() for size in one.shape for symbol in size.free_symbols}
    found = [name for name in COUNTS if name not in declared and name not in wanted]
    ends = _last_places(program)
    counts = [name for name in found if name in names and not names[name].shape and _is_a_count(name, program)]
    counts += [name for name in found if name in ends and name not in names and dimension(name) not in spoken]
    open_sizes: dict[Expr, None] = {}
    for node in names.values():
        open_sizes.update(dict.fromkeys(size for size in node.shape if size.is_Symbol and size not in spoken))
    if len(counts) != 1 or len(open_sizes) != 1 or counts[0] == str(next(iter(open_sizes))):
        return None
    (name,), (size,) = counts, open_sizes
    renamed = {size: dimension(name)}
    shapes = dict(declared)
    for other, node in names.items():
        if size in node.shape:
            properties = node.parameters[1] if len(node.parameters) > 1 else frozenset()
            shapes[other] = Declaration(tuple(one.xreplace(renamed) for one in node.shape), properties)
    if name not in names:
        other = next(iter(ends[name]))
        return shapes, f"{name}, where a part of {other} ends, is taken for its length; -s {other}=m for another"
    first = next(other for other, node in names.items() if size in node.shape)
    kind = "length" if len(names[first].shape) == 1 else "size"
    return shapes, f"{name} is the {kind} of {name_text(first)}; -s {name}=scalar for any other number"


def _is_a_count(name: str, program: Program) -> bool:
    """Whether every place of the name is in a divisor, ``/n``, ``/(2n)``; n and N may be divided, ``n/sum(1/x)``."""
    seen = False
    stack = [(syntax, False) for syntax in _statements(program)]
    while stack:
        node, below = stack.pop()
        if node.kind == "name" and node.value == name:
            if not below:
                return False
            seen = True
        if node.kind == "infix" and node.value == "/":
            above, divisor = node.children
            stack += [(above, below or (name in DIVIDED and _is_product(above))), (divisor, _is_product(divisor))]
        else:
            kept = below and (node.kind == "prefix" or (node.kind == "infix" and node.value == "*"))
            stack += [(child, kept) for child in node.children]
    return seen


def _statements(program: Program) -> list[Syntax]:
    return [program.value, *(definition for _, definition, _ in program.bindings)]


def _is_product(syntax: Syntax) -> bool:
    """A product of numbers and names."""
    stack = [syntax]
    while stack:
        node = stack.pop()
        if node.kind == "prefix" or (node.kind == "infix" and node.value == "*"):
            stack += node.children
        elif node.kind not in ("name", "number"):
            return False
    return True


def _last_places(program: Program) -> dict[str, set[str]]:
    """The undeclared ends of parts, ``x[2..n]``, each with the vectors that end there."""
    found: dict[str, set[str]] = {}
    for node in (node for syntax in _statements(program) for node in walk(syntax)):
        if node.kind == "index" and len(node.children) == 2 and node.children[0].kind == "name":
            part = node.children[1]
            beginning = part.children[0].value if part.children else "1"
            if part.kind == "slice" and beginning != "1" and part.children[1].kind == "name":
                found.setdefault(part.children[1].value, set()).add(node.children[0].value)
    return found
