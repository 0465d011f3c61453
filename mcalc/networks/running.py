"""Sums over a running index: put round a body, and carried out at a unit vector: ``Σᵢ y[i] unit(i, n)[k] = y[k]``."""

from __future__ import annotations

from sympy.core.singleton import S

from mcalc.networks.networks import Factor, Index, Term
from mcalc.table.records import LoopIndex, Parameter, Shape
from mcalc.table.roles import DELTA, DIAGONAL, NORM, ROOT
from mcalc.tree import build
from mcalc.tree.node import Node, loops_below, topological, with_loop
from mcalc.tree.stacks import unit


def without_running(term: Term, filling: bool = False) -> Term:
    """The term with the Σ's carried out that are products of matrices: ``Σᵢ y[i] X[i,k]`` is Xᵀy.

    So are those with a unit vector at the running index; of a single Σ over the rows of data only those of bare
    entries, for one that was typed over functions of a row is easier to read as it was typed. With `filling`, what
    does not run is a matrix with equal rows beside what does: ``x[i] − m`` are the rows of ``X − 1⃗·mᵀ``.
    """
    return _without(term, len(term.loops) > 1, filling)


def _without(term: Term, several: bool, filling: bool) -> Term:
    places = {loop: next((f.indices[0] for f in term.factors if _is_unit(f, loop)), None) for loop in term.loops}
    for loop in sorted(term.loops, key=lambda loop: places[loop] is None):
        index = places[loop]
        if index is not None and index.size != loop.size:
            continue
        moving = [f for f in term.factors if f.node is not None and loop in f.node.loops]
        if index is None and (not moving or not (several or all(map(_is_bare, moving)))):
            continue
        place = Index(loop.size) if index is None else index
        factors = [_at(factor, loop, place, filling) for factor in term.factors]
        if None not in factors:
            kept = tuple(factor for factor in factors if factor is not None and not _is_trivial(factor))
            if not any(place in factor.indices for factor in kept):  # Σᵢ 1 counts
                kept = (*kept, Factor(build.ones((loop.size,)), (place,)))
            rest = tuple(other for other in term.loops if other != loop)
            return _without(Term(term.coefficient, kept, rest), several, filling)
    return term


def _is_bare(factor: Factor) -> bool:
    """An entry, a row or a column of a name."""
    return factor.node is not None and factor.node.operator.name == "element" and not factor.node.args[0].args


def _is_unit(factor: Factor, loop: LoopIndex) -> bool:
    node = factor.node
    return node is not None and node.operator.name == "unit" and node.parameters[0] == loop and factor.power == 1


def _is_trivial(factor: Factor) -> bool:
    return factor.node is None and factor.indices[0] is factor.indices[1]


def _at(factor: Factor, loop: LoopIndex, index: Index, filling: bool) -> Factor | None:
    """The factor with an index in place of the running one; None where it has no such form."""
    if factor.node is None or loop not in factor.node.loops:
        return factor
    if _is_unit(factor, loop):
        return Factor(None, (index, factor.indices[0]))
    if factor.node.operator.name == DELTA and factor.power > 0:
        one, other = factor.node.parameters
        place = other if one == loop else one
        if isinstance(place, LoopIndex) and place.size == loop.size:  # else one of them runs further than the other
            return Factor(None, (index, index)) if place == loop else Factor(unit(place, loop.size), (index,))
    if not factor.indices:
        column = _column(factor.node, loop, filling)
        return None if column is None else Factor(column, (index,), factor.power)
    if len(factor.indices) != 1:
        return None
    found = _whole(factor.node, loop)
    if found is not None and len(found[0].shape) == 2 and len(found[1]) == 2 and None in found[1]:
        pair = (index, *factor.indices) if found[1][0] == loop else (*factor.indices, index)
        return Factor(found[0], pair, factor.power)
    rows = _rows(factor.node, loop, filling)
    return None if rows is None else Factor(rows, (index, *factor.indices), factor.power)


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


def _column(node: Node, loop: LoopIndex, filling: bool) -> Node | None:
    """The column of what a scalar is at each place of the running index."""
    name = node.operator.name
    if name == "element":
        whole, places = node.args[0], node.parameters
        if loop in whole.loops or len(whole.axes) != len(whole.shape) or len(places) != len(whole.shape):
            return None
        if places == (loop,):
            return whole
        if places == (loop, loop):
            return build.apply(DIAGONAL, whole)
        return build.apply("element", whole, parameters=tuple(None if place == loop else place for place in places))
    if name == "dot":
        moving = [arg for arg in node.args if loop in arg.loops]
        rows = [found for arg in moving if (found := _rows(arg, loop, filling)) is not None]
        if len(rows) < len(moving):
            return None
        if len(moving) == 1:
            return build.product(rows[0], node.args[0] if moving[0] is node.args[1] else node.args[1])
        return build.apply("sum", build.apply("multiply", *rows), parameters=(1,))
    if name == NORM:
        inside = _rows(node.args[0], loop, filling)
        squares = None if inside is None else build.apply("sum", build.raised(inside, S(2)), parameters=(1,))
        return None if squares is None else build.apply(ROOT, squares)
    if not node.operator.elementwise:
        return None
    args = [_column(arg, loop, filling) if loop in arg.loops else arg for arg in node.args]
    known = [arg for arg in args if arg is not None]
    return build.apply(name, *known, parameters=node.parameters) if len(known) == len(args) else None


def _rows(node: Node, loop: LoopIndex, filling: bool) -> Node | None:
    """The matrix whose rows are what a column is at each place of the running index."""
    if loop not in node.loops or len(node.shape) != 1:
        return None
    found = _whole(node, loop)
    if found is not None and len(found[1]) == 2:
        return found[0] if found[1][0] == loop else build.transpose(found[0])
    if node.operator.name == "matmul" and loop not in node.args[0].loops:
        rows = _rows(node.args[1], loop, filling)
        return None if rows is None else build.product(rows, build.transpose(node.args[0]))
    if not node.operator.elementwise:
        return None
    args = [_rows_of_part(arg, loop, filling, node.axes) for arg in node.args]
    known = [arg for arg in args if arg is not None]
    return build.apply(node.operator.name, *known, parameters=node.parameters) if len(known) == len(args) else None


def _rows_of_part(part: Node, loop: LoopIndex, filling: bool, axes: Shape) -> Node | None:
    """The rows of an argument; where they may be filled, ``1⃗·vᵀ`` of a vector that stays, ``s·1⃗ᵀ`` of what moves."""
    if part.shape and loop in part.loops:
        return _rows(part, loop, filling)
    if not part.shape and loop not in part.loops:
        return part
    if not filling:
        return None
    column = build.ones((loop.size,)) if part.shape else _column(part, loop, filling)
    return None if column is None else build.apply("outer", column, part if part.shape else build.ones(axes))


def under_sum(body: Node, loop: LoopIndex) -> Node:
    """``Σ body`` over a running index; a name that a Σ inside of it has already is not used again."""
    if any(node.operator.name == "loop_sum" and node.parameters[0] == loop for node in topological([body])):
        other = loop.apart_from(loops_below([body]))
        body, loop = with_loop(body, loop, other), other
    return build.apply("loop_sum", body, parameters=(loop,))
