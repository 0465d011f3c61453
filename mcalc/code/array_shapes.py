"""The shapes that values have as arrays: a row made of vectors is 1-D, one declared is a matrix of one row."""

from __future__ import annotations

from mcalc.table.records import Shape
from mcalc.tree.node import Node, topological


def array_shape(root: Node) -> Shape:
    """The shape of the value where each name is an array of the shape declared, as NumPy and JAX have it.

    It is the value's own, but for axes of size one: those are there only where an array that was given has one.
    """
    done: dict[Node, Shape] = {}
    for node in topological([root]):
        found = node.shape if node.operator.name == "variable" else _of(node, [done[arg] for arg in node.args])
        done[node] = found if tuple(size for size in found if size != 1) == node.axes else node.axes
    return done[root]


def _of(node: Node, shapes: list[Shape]) -> Shape:
    if all(1 not in shape for shape in shapes):
        return node.axes
    if node.operator.name == "transpose":
        return shapes[0][::-1]
    if node.operator.name == "matmul":
        left, right = shapes
        return left[:-1] + (right[:-2] + right[-1:] if len(right) > 1 else ())
    if node.operator.elementwise:
        return _broadcast(shapes)
    axis = node.parameters[0] if node.operator.keywords and node.parameters else None
    if axis is not None and node.shape != node.args[0].shape and int(axis) < len(shapes[0]):
        return shapes[0][: int(axis)] + shapes[0][int(axis) + 1 :]
    if not node.shape and node.operator.name != "loop_sum":
        return ()
    own = [shape for shape, arg in zip(shapes, node.args, strict=True) if arg.shape == node.shape]
    return own[0] if len(shapes) == 1 and own else node.shape


def _broadcast(shapes: list[Shape]) -> Shape:
    """Aligned at their last axes; where one is of size one, the other's counts."""
    width = max(map(len, shapes))
    padded = [(1,) * (width - len(shape)) + tuple(shape) for shape in shapes]
    return tuple(next((size for size in sizes if size != 1), sizes[0]) for sizes in zip(*padded, strict=True))
