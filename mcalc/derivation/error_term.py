"""The error term: ``2(X·w + b − y)ᵀ·X/N`` is ``2eᵀ·X/N`` with ``e = X·w + b − y``."""

from __future__ import annotations

from typing import NamedTuple

from mcalc.derivation.derivation import Derivation
from mcalc.notation.writing import write
from mcalc.table.records import LoopIndex
from mcalc.tree import build
from mcalc.tree.folding import rectified
from mcalc.tree.node import Node, replace, topological, variables

_SHORT = 5
"""A difference of two names, x − y, is as short as any name for it."""


class ErrorTerm(NamedTuple):
    """``name = difference``, and the result with the name in place of the difference."""

    name: Node
    difference: Node
    result: Node


def error_term(derivation: Derivation) -> ErrorTerm | None:
    """The difference of the value that recurs in the result, named as the paper names it; None where there is none."""
    result = derivation.in_symbols
    if not isinstance(result, Node):
        return None
    known = _differences_of_the_value(derivation.value)
    found = [
        node
        for node in topological([result])
        if _is_difference(node) and node.key[0] >= _SHORT and node is not result and node in known
    ]
    if not found:
        return None
    difference = max(found, key=lambda node: node.key[0])
    if len(difference.loops) > 1 or (difference.loops and difference.shape):
        return None
    name = _named(derivation, difference)
    named = replace(result, {difference: name})
    shown = any(isinstance(step.before, Node) and write(step.before) == write(named) for step in derivation.steps)
    return None if shown else ErrorTerm(name, difference, named)


def _is_difference(node: Node) -> bool:
    return node.operator.name == "add" and any(arg.operator.name == "negative" for arg in node.args)


def _differences_of_the_value(value: Node) -> set[Node]:
    """The differences in the value, either way round, also where max(0, z) is z."""
    order = topological([value])
    active = {node: z for node in order if (z := rectified(node)) is not None}
    found: set[Node] = set()
    for node in order:
        if _is_difference(node):
            forms = {node, replace(node, active), build.negated(node), build.negated(replace(node, active))}
            forms |= {flat for form in forms if (flat := _flat(form)) is not form}
            found |= forms
    return found


def _flat(node: Node) -> Node:
    """``(a + b) − c`` as ``a + b − c``."""
    parts = [part for arg in node.args for part in (arg.args if arg.operator.name == "add" else (arg,))]
    return build.apply("add", *parts) if len(parts) != len(node.args) else node


def _named(derivation: Derivation, difference: Node) -> Node:
    """``e`` or, under a Σ over i, ``e[i]``; the user's own name where the difference has one."""
    own = next((line.name for line in derivation.lines if line.meaning is difference and "_" not in line.name), None)
    taken = {str(leaf.parameters[0]) for leaf in variables(derivation.value)} | {line.name for line in derivation.lines}
    taken |= set(derivation.reading.names)
    letters = ("E", "R", "D", "Error") if len(difference.axes) == 2 else ("e", "r", "d", "error", "error_term")
    name = own or next(letter for letter in letters if letter not in taken)
    if not difference.loops:
        return build.variable(name, difference.shape)
    (loop,) = difference.loops
    assert isinstance(loop, LoopIndex)
    return build.apply("element", build.variable(name, (loop.size,)), parameters=(loop,))
