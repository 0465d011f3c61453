"""Sums over a running index: put round a body, and carried out at a unit vector: ``Σᵢ y[i] unit(i, n)[k] = y[k]``."""

from __future__ import annotations

from mcalc.networks.networks import Factor, Index, Term
from mcalc.table.records import LoopIndex, Parameter
from mcalc.tree import build
from mcalc.tree.node import Node, loops_below, topological, with_loop


def without_running(term: Term) -> Term:
    """The term with each Σ carried out that a unit vector at its running index makes a choice."""
    for loop in term.loops:
        index = next((f.indices[0] for f in term.factors if _is_unit(f, loop)), None)
        if index is not None and index.size == loop.size:
            factors = [_at(factor, loop, index) for factor in term.factors]
            if None not in factors:
                kept = tuple(factor for factor in factors if factor is not None and not _is_trivial(factor))
                rest = tuple(other for other in term.loops if other != loop)
                return without_running(Term(term.coefficient, kept, rest))
    return term


def _is_unit(factor: Factor, loop: LoopIndex) -> bool:
    node = factor.node
    return node is not None and node.operator.name == "unit" and node.parameters[0] == loop and factor.power == 1


def _is_trivial(factor: Factor) -> bool:
    return factor.node is None and factor.indices[0] is factor.indices[1]


def _at(factor: Factor, loop: LoopIndex, index: Index) -> Factor | None:
    """The factor with an index in place of the running one; None where it has no such form."""
    if factor.node is None or loop not in factor.node.loops:
        return factor
    if _is_unit(factor, loop):
        return Factor(None, (index, factor.indices[0]))
    if not factor.indices:
        column = _column(factor.node, loop)
        return None if column is None else Factor(column, (index,), factor.power)
    found = _whole(factor.node, loop)
    if found is None or len(factor.indices) != 1:
        return None
    whole, places = found
    if len(whole.shape) != 2 or len(places) != 2 or None not in places:
        return None
    pair = (index, *factor.indices) if places[0] == loop else (*factor.indices, index)
    return Factor(whole, pair, factor.power)


def _whole(node: Node, loop: LoopIndex) -> tuple[Node, tuple[Parameter, ...]] | None:
    """The value whose row, column or element at the running index this is, and the places taken of it."""
    if (
        node.operator.name != "element"
        or loop in node.args[0].loops
        or len(node.args[0].axes) != len(node.args[0].shape)
    ):
        return None
    places = (*node.parameters, *[None] * (len(node.args[0].shape) - len(node.parameters)))
    return (node.args[0], places) if places.count(loop) == 1 else None


def _column(node: Node, loop: LoopIndex) -> Node | None:
    """The column of what a scalar is at each place of the running index."""
    name = node.operator.name
    if name == "element":
        found = _whole(node, loop)
        if found is None:
            return None
        whole, places = found
        if len(places) == 1:
            return whole
        taken = tuple(None if place == loop else place for place in places)
        return build.apply("element", whole, parameters=taken)
    if name == "dot":
        moving = [arg for arg in node.args if loop in arg.loops]
        rows = _whole(moving[0], loop) if len(moving) == 1 else None
        if rows is None or len(rows[1]) != 2:
            return None
        whole, places = rows
        fixed = node.args[0] if moving[0] is node.args[1] else node.args[1]
        return build.product(whole if places[0] == loop else build.transpose(whole), fixed)
    if not node.operator.elementwise:
        return None
    args = [_column(arg, loop) if loop in arg.loops else arg for arg in node.args]
    known = [arg for arg in args if arg is not None]
    return build.apply(name, *known, parameters=node.parameters) if len(known) == len(args) else None


def under_sum(body: Node, loop: LoopIndex) -> Node:
    """``Σ body`` over a running index; a name that a Σ inside of it has already is not used again."""
    if any(node.operator.name == "loop_sum" and node.parameters[0] == loop for node in topological([body])):
        other = loop.apart_from(loops_below([body]))
        body, loop = with_loop(body, loop, other), other
    return build.apply("loop_sum", body, parameters=(loop,))
