"""Identities and vectors of ones whose size nothing beside them tells: the text must say it, ``tr(eye(n))``.

The shape rules of the operators tell: each constant is given sizes that are not known yet, and those that the rules
do not make equal to a size of a name or of the whole value are lost.
"""

from __future__ import annotations

from collections.abc import Iterator

from sympy.core.expr import Expr
from sympy.core.symbol import Dummy

from mcalc.table import TABLE
from mcalc.table import shapes as shape_rules
from mcalc.table.records import Shape
from mcalc.tree import build
from mcalc.tree.node import Node, topological

_NAMED = ("variable", "partial", "differential")
_LEAVES = frozenset(name for name, operator in TABLE.items() if not operator.argument_names and name not in _NAMED)


def without_size(root: Node) -> frozenset[Node]:
    """The constants that would lose their size as I or 1⃗: no name's size and no size of the whole is equal to it.

    One that lies down where it is printed, as the row of an outer product, is the same constant.
    """
    order = topological([root]) if not _LEAVES.isdisjoint(root.below) else []
    if not any(_is_constant(node) for node in order):
        return frozenset()
    lost: set[Node] = set()
    for node in order:
        if node is root or (node.args and not node.shape):
            lost |= _Sizes().lost_in(node, node is root)
        elif (along := _reduced_axis(node)) is not None:
            lost |= _Sizes().lost_along(node.args[0], along)
    return frozenset(lost | set(map(build.transpose, lost)))


def _reduced_axis(node: Node) -> int | None:
    """The axis of its matrix that a sum, a mean, a largest element goes along: its size is in nothing beside it."""
    along = node.parameters[0] if node.parameters and node.operator.shape is shape_rules.reduction else None
    return int(along) if along is not None and len(node.args[0].axes) == 2 else None


def _is_constant(node: Node) -> bool:
    return not node.args and bool(node.shape) and node.operator.name not in _NAMED


class _Sizes:
    """The sizes in one value, as far as its names tell them."""

    def __init__(self) -> None:
        self.equal: dict[Expr, Expr] = {}
        self.uses: list[tuple[Node, Shape]] = []
        self.whole: Shape = ()

    def lost_along(self, matrix: Node, axis: int) -> set[Node]:
        """The constants that have the size of an axis, where nothing within the matrix tells that."""
        self.lost_in(matrix, False)
        size = self._known(self.whole[axis])
        if not size.has(Dummy):
            return set()
        return {node for node, shape in self.uses if any(self._known(one) == size for one in shape)}

    def lost_in(self, top: Node, is_whole: bool) -> set[Node]:
        """The constants without a size, of those that no scalar inside the value hides."""
        shapes: dict[Node, Shape] = {}
        nameless: set[Node] = set()
        for node in topological([top], lambda node: tuple(_seen(node, top))):
            if node.operator.name in _NAMED or node.operator.open is not None or (node is not top and not node.shape):
                shapes[node] = node.shape
            elif node.args:
                if all(_is_constant(arg) or arg in nameless or not arg.shape for arg in node.args):
                    nameless.add(node)
                    if node is not top:  # each use of it is looked at by itself
                        continue
                inner = [self._of_nameless(arg, nameless) or shapes[arg] for arg in node.args]
                shapes[node] = node.operator.shape(self._same, inner, *node.parameters)
        self.whole = whole = self._of_constant(top) if _is_constant(top) else shapes[top]
        if is_whole and len(whole) == len(top.shape):
            for one, other in zip(whole, top.shape, strict=True):
                self._same(one, other)
        return {node for node, shape in self.uses if any(self._known(size).has(Dummy) for size in shape)}

    def _of_nameless(self, node: Node, nameless: set[Node]) -> Shape | None:
        """The shape of what is made of constants alone, in sizes of its own for this use; None where it has names."""
        if _is_constant(node):
            return self._of_constant(node)
        if node not in nameless:
            return None
        inner = [self._of_nameless(arg, nameless) or arg.shape for arg in node.args]
        return node.operator.shape(self._same, inner, *node.parameters)

    def _of_constant(self, node: Node) -> Shape:
        """Its shape, in sizes of its own for this use: one for the two of a square one."""
        own = {size: Dummy(integer=True, positive=True) if size != 1 else size for size in node.shape}
        if len(node.shape) == 2 and node.operator.name != "eye":
            own_second = Dummy(integer=True, positive=True) if node.shape[1] != 1 else node.shape[1]
            shape: Shape = (own[node.shape[0]], own_second)
        else:
            shape = tuple(own[size] for size in node.shape)
        self.uses.append((node, shape))
        return shape

    def _known(self, size: Expr) -> Expr:
        while size in self.equal:
            size = self.equal[size]
        return size

    def _same(self, one: Expr, other: Expr) -> bool:
        one, other = self._known(one), self._known(other)
        for size, further in ((one, other), (other, one)):
            if isinstance(size, Dummy) and size != further and further != 1:
                self.equal[size] = further
                break
        return True


def _seen(node: Node, top: Node) -> Iterator[Node]:
    """The arguments whose sizes count here: not those of a scalar further in, of which each is looked at by itself."""
    if node is top or (node.shape and node.operator.open is None):
        yield from node.args
