"""A value in SymPy's own terms: MatrixSymbol, Trace, Inverse, HadamardProduct."""

from __future__ import annotations

import sympy
from sympy.core.basic import Basic

from mcalc.code.sympy_operators import builder, entry_by_entry, refused
from mcalc.language.formulas import read_value
from mcalc.networks.index_form import Expression
from mcalc.notation.drawing import Drawn
from mcalc.problems import Problem
from mcalc.table.records import Shape
from mcalc.tree.node import Node, topological

_LARGEST = 2000
_SYMPY_FAULTS = (TypeError, ValueError, IndexError, NotImplementedError, ZeroDivisionError, AttributeError)


def expression(root: Expression | Drawn) -> Basic:
    """The value as an expression of SymPy: a column is n×1, a scalar no matrix; raises Problem with status 3."""
    if not isinstance(root, Node):
        raise refused("a derivative of order three or four")
    if root.key[0] > _LARGEST:
        raise refused("an expression as long as this one")
    root = _opened(root)
    done: dict[Node, Basic] = {}
    for node in topological([root]):
        handler = builder(node.operator)
        if handler is None and not node.operator.elementwise:
            raise refused(f"`{node.operator.name}`", node.operator.title)
        arguments = [done[arg] for arg in node.args]
        try:
            found = handler(node, *arguments) if handler else entry_by_entry(node, *arguments)
            done[node] = _shaped(found, node.shape)
        except _SYMPY_FAULTS as fault:
            raise _unbuilt(fault) from None
    return done[root]


def _opened(root: Node) -> Node:
    """The value with definitions for the operators that SymPy does not have, where it has what they are made of."""
    done: dict[Node, Node] = {}
    for node in topological([root]):
        args = [done[arg] for arg in node.args]
        same = node.func(*args) if args else node
        operator = node.operator
        if operator.definition and not (operator.elementwise or builder(node.operator) or node.parameters):
            made = read_value(operator.definition, dict(zip(operator.argument_names, args, strict=True)))
            if all(builder(part.operator) or part.operator.elementwise for part in topological([made])):
                same = made
        done[node] = same
    return done[root]


def _unbuilt(fault: Exception) -> Problem:
    """SymPy's constructors compute, and fail where they cannot: a singular matrix, a size compared with another."""
    return Problem(
        f"SymPy cannot build this answer: {str(fault).strip().rstrip('.')}.",
        hint="-f numpy, -f latex and -f json have it",
        status=3,
    )


def _shaped(found: Basic, shape: Shape) -> Basic:
    """A 1×1 matrix is a scalar: its trace."""
    return sympy.Trace(found) if not shape and getattr(found, "is_Matrix", False) else found
