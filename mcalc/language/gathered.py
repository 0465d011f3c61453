"""``prod(1 - a[j] for j in 1..n)`` as ``prod(1 - a)``: the values over a range gathered in one vector."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from mcalc.table.records import LoopIndex, Parameters
from mcalc.table.roles import NORM, ROOT
from mcalc.tree import build
from mcalc.tree.node import Node, topological

_ACROSS = (1,)
"""Along each row."""


Apply = Callable[[str, Sequence[Node], Parameters], Node]
"""Makes a value of others; sizes that are not known yet become equal where they must be."""


def gathered(body: Node, loop: LoopIndex, apply: Apply) -> Node | None:
    """The vector of the numbers ``E`` for every value of the index, ``X@w`` of ``w.X[i]``; None where there is none.

    What depends on the index has one axis more, in front: a number becomes a vector, a vector the row of a matrix.
    """
    made: dict[Node, Node] = {}
    if body.shape:
        return None
    for node in topological([body]):
        if loop not in node.loops:
            made[node] = node
            continue
        found = _gathered(node, [made[arg] for arg in node.args], loop, apply)
        if found is None:
            return None
        made[node] = found
    if loop not in body.loops:
        return apply("multiply", (body, build.ones((loop.size,))), ())
    return made[body]


def _gathered(node: Node, args: list[Node], loop: LoopIndex, apply: Apply) -> Node | None:
    name = node.operator.name
    moved = [loop in arg.loops for arg in node.args]
    if name == "element":
        return _part(node, args[0], loop, apply) if not any(moved) else None
    if node.operator.elementwise and name != "loop_sum":
        if any(len(arg.shape) > 1 for arg in node.args):
            return None
        rows = [
            _repeated(arg, loop, apply) if arg.shape and not moves else arg
            for arg, moves in zip(args, moved, strict=True)
        ]
        return apply(name, rows, ())
    if name == "dot":
        if all(moved):
            return apply("sum", (apply("multiply", args, ()),), _ACROSS)
        matrix, vector = args if moved[0] else args[::-1]
        return apply("matmul", (matrix, vector), ())
    if len(args) == 1 and node.operator.takes_axis and not node.parameters and len(args[0].shape) == 2:
        return apply(name, args, _ACROSS)
    if name == NORM and len(args[0].shape) == 2:
        squares = apply("power", (args[0], build.number(2)), ())
        return apply(ROOT, (apply("sum", (squares,), _ACROSS),), ())
    return None


def _repeated(row: Node, loop: LoopIndex, apply: Apply) -> Node:
    """The vector as every row of a matrix; a minus sign stands in front."""
    if row.operator.name == "negative":
        return apply("negative", (_repeated(row.args[0], loop, apply),), ())
    return apply("outer", (build.ones((loop.size,)), row), ())


def _part(node: Node, base: Node, loop: LoopIndex, apply: Apply) -> Node | None:
    """``x`` of ``x[i]``, ``X`` of the row ``X[i]``, the column ``X[:,2]`` of ``X[i,2]``."""
    places = node.parameters
    if places.count(loop) != 1:
        return None
    if len(places) == len(base.shape) == 2:
        return apply("element", (base,), tuple(None if place == loop else place for place in places))
    return base
