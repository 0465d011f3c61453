"""Stacks and their parts: unit vectors, selections, elements."""

from __future__ import annotations

from sympy.core.expr import Expr
from sympy.core.singleton import S

from mcalc.table.records import Parameter, ShapeMismatch, Slice, lies
from mcalc.tree import build
from mcalc.tree.node import Node


def unit(place: Expr, dimension: Expr) -> Node:
    """eᵢ, with 1 at the place, of the dimension."""
    return build.apply("unit", parameters=(place, dimension))


def stacked_height(part: Node) -> Expr:
    """How many entries, or rows, an argument of a stack fills."""
    return part.shape[0] if part.shape else S.One


def selection(length: Expr, lower: Expr, upper: Expr) -> Node:
    """The columns `lower..upper` of the identity: E with (Eᵀx) = x[lower..upper]."""
    return build.apply("element", build.identity(length), parameters=(None, Slice(lower, upper)))


def is_selection(node: Node | None) -> bool:
    """Whether it is ``I[:, a..b]``, whose product with a vector is a part of it."""
    return (
        node is not None
        and node.operator.name == "element"
        and node.args[0].operator.name == "eye"
        and node.parameters[0] is None
        and isinstance(node.parameters[1], Slice)
    )


def among_zeros(chosen: Node, column: Node) -> Node:
    """``I[:, a..b]·v = [0⃗; v; 0⃗]``: v stands in the places a..b."""
    place = chosen.parameters[1]
    before, after = place.lower - 1, chosen.args[0].shape[0] - place.upper
    return build.apply("stack", *_zeros(before), column, *_zeros(after))


def _zeros(count: Expr) -> list[Node]:
    few = count.is_Integer and count <= _FEW
    return [build.number(0)] * int(count) if few else [build.zeros((count,))]


_FEW = 3
"""So many zeros are written one by one."""


def entry(node: Node) -> Node | None:
    """What stands at a place of a stack, where that is one of its arguments; a row or column of I is a unit vector."""
    if node.operator.name == "element" and node.args[0].operator.name == "eye" and len(node.axes) == 1:
        places = [place for place in node.parameters if place is not None]
        whole = len(places) == 1 and not isinstance(places[0], Slice)
        return unit(places[0], node.args[0].shape[0]) if whole else None
    if node.operator.name == "element" and node.args[0].operator.name == "stack" and len(node.parameters) == 1:
        found = part(node.args[0], 0, node.parameters[0])
        return None if found is node else found
    return None


def part(node: Node, axis: int, place: Expr) -> Node | None:
    """An element or a part of a vector, a row or rows of a matrix; of a stack, the argument that stands there."""
    if lies(node.shape):
        node = build.transpose(node)
    if node.operator.name == "stack" and axis == 0:
        before = S.Zero
        for arg in node.args:
            height = stacked_height(arg)
            if isinstance(place, Slice):
                if place.lower == before + 1 and place.upper == before + height:
                    return arg
            elif place == before + 1 and height == 1 and len(arg.shape) < 2:
                return arg
            before = before + height
    if node.operator.name == "unit" and not isinstance(place, Slice):
        here = node.parameters[0]
        if here == place:
            return build.number(1)
        if getattr(here, "is_Integer", False) and getattr(place, "is_Integer", False):
            return build.number(0)
    of_matrix = None if isinstance(place, Slice) else _entry_of_matrix(node, place)
    if of_matrix is not None:
        return of_matrix
    places: list[Expr] = [None] * len(node.axes)
    places[axis] = place
    try:
        return build.apply("element", node, parameters=tuple(places))
    except ShapeMismatch:
        return None


def _entry_of_matrix(node: Node, place: Expr) -> Node | None:
    """``A[i,j]`` for an entry of the row ``A[i,:]`` or of the column ``A[:,j]``."""
    if node.operator.name != "element" or len(node.axes) != 1 or len(node.args[0].axes) != 2:
        return None
    places = (*node.parameters, None)[:2]
    if places.count(None) != 1 or any(isinstance(one, Slice) for one in places):
        return None
    return build.apply("element", node.args[0], parameters=tuple(place if one is None else one for one in places))


def matching(arg: Node, node: Node, indices: tuple[Parameter, ...]) -> tuple[Parameter, ...]:
    """The indices of an element-wise argument: none for a scalar that is expanded."""
    return indices if arg.axes else ()
