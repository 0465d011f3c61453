"""Answers whose sizes are all numbers: the matrix itself, where it is about as short as with unit vectors."""

from __future__ import annotations

from math import prod

from mcalc.derivation.expansion import in_components
from mcalc.networks.index_form import Expression
from mcalc.notation.writing import write
from mcalc.problems import Problem
from mcalc.rewriting.answers import beside_each_other
from mcalc.tree.node import Node, topological

ENTRIES = "written out entry by entry"
"""What a reader is told."""
_ARITHMETIC = ("add", "multiply", "negative")
_MOST_ENTRIES = 16
_LONGER = 1.25
"""How much longer the matrix may be: its entries are read one by one."""
_LONGEST_ENTRY = 60
"""So many characters an entry may have."""


def written_out(value: Expression) -> Node | None:
    """``[−sin(t), 0; cos(t), 0]`` of ``(cos(t)*unit(2,2) − sin(t)*unit(1,2))·unit(1,2)ᵀ``; None where that is long."""
    if not isinstance(value, Node) or not value.axes or value.loops:
        return None
    if not all(size.is_Integer for size in value.shape) or prod(map(int, value.shape)) > _MOST_ENTRIES:
        return None
    if not any(map(_is_of_entries, topological([value]))):
        return None
    try:
        grid = in_components(value, {})
    except Problem:
        return None
    if not isinstance(grid, Node):
        return None
    whole = _simplified(grid)
    short = whole.key[0] <= _LONGER * value.key[0]
    return whole if short or _reads_as_well(whole, value) else None


def _is_of_entries(node: Node) -> bool:
    """A unit vector, or arithmetic with a column or matrix given entry by entry: ``a*[b; c] + [d; e]``."""
    if node.operator.name in _ARITHMETIC:
        given = (arg for arg in node.args if arg.operator.name in ("stack", "grid"))
        return any(not any(entry.shape for entry in arg.args) for arg in given)
    return node.operator.name == "unit"


def _reads_as_well(whole: Node, value: Node) -> bool:
    """Whether the matrix, with short entries, is about as long to read as what unit vectors make of it."""
    entries = whole.args[0].args if whole.operator.name == "transpose" else whole.args
    return all(len(write(entry)) <= _LONGEST_ENTRY for entry in entries) and (
        len(write(whole)) <= _LONGER * len(write(value))
    )


def _simplified(grid: Node) -> Node:
    """Every entry as an author writes it."""
    if grid.operator.name == "transpose":
        return grid.func(_simplified(grid.args[0]))
    if not grid.args or not all(not arg.shape for arg in grid.args):
        return grid
    return Node(grid.operator, beside_each_other(grid.args), grid.parameters, grid.shape)
