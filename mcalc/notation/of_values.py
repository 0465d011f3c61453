"""Values as boxes: flattened sums, products and chains, with the letters of running indices chosen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from sympy.core.expr import Expr
from sympy.core.singleton import S

from mcalc.networks.pairs import is_of_rows, is_selection, written_out
from mcalc.notation.boxes import (
    BigSum,
    Box,
    Call,
    Cases,
    Dot,
    Fence,
    Fraction,
    Grid,
    Index,
    Mark,
    Name,
    Number,
    Power,
    Root,
    Row,
    negated,
)
from mcalc.notation.of_leaves import Leaves
from mcalc.table.records import Shape, Slice, lies
from mcalc.tree import build
from mcalc.tree.known import is_finite
from mcalc.tree.node import Node

_CHAINED = ("matmul", "outer")


class Builder(Leaves):
    """Makes the box of each node once, from the leaves up; `made` are the names of a derivation's intermediates."""

    def parts_of(self, node: Node) -> Sequence[Node]:
        """What is written of a node: its arguments, and turned ones in the place of some."""
        if node in self.done and not node.args:
            return ()
        name = node.operator.name
        if is_selection(node):
            return (written_out(node),)
        if is_of_rows(node):
            return tuple(map(build.transpose, node.args[0].args))
        if name == "outer":
            return (node.args[0], self._lying(node.args[1]))
        if name == "dot":
            return (*node.args, self._lying(node.args[0]))
        if node.operator.is_cases:
            opposite = build.opposite(node.args[0])
            return node.args if opposite is None else (*node.args, opposite)
        return tuple(node.args)

    def made_first(self, node: Node) -> Sequence[Node]:
        """Of a long product of matrices its factors: the products inside it are no boxes of their own."""
        if node.operator.name == "matmul" and node not in self.done:
            return self._row_of(node)
        return super().made_first(node)

    def _row_of(self, product: Node) -> list[Node]:
        """The factors, those products among them that have a box, or a name, already."""
        row: list[Node] = []
        stack = list(reversed(product.args))
        while stack:
            part = stack.pop()
            if part.operator.name == "matmul" and part not in self.done:
                stack += reversed(part.args)
            else:
                row.append(part)
        return row

    # Arithmetic

    def _sum(self, node: Node) -> Box:
        parts: list[Box] = []
        joins: list[str] = []
        ranks: list[int] = []
        for arg in node.args:
            term = self.done[arg]
            if isinstance(term, Row) and term.kind == "sum":
                parts += term.parts
                joins += [term.joins[0] or "plus", *term.joins[1:]]
                ranks += term.ranks
            else:
                parts.append(term)
                joins.append("plus")
                ranks.append(len(arg.axes))
        first = "" if joins[0] == "plus" else joins[0]
        return Row("sum", tuple(parts), (first, *joins[1:]), tuple(ranks))

    def _negative(self, node: Node) -> Box:
        return Row("sum", (self.done[node.args[0]],), ("minus",), (len(node.axes),))

    def _product(self, node: Node) -> Box:
        parts: list[Box] = []
        joins: list[str] = []
        ranks: list[int] = []
        signed = False
        for arg in node.args:
            part = self.done[arg]
            inner = None if parts else _opposite(arg, part)
            if inner is not None:
                part, signed = inner, True
            joins.append("hadamard" if any(ranks) and arg.axes else "scalar" if parts else "")
            parts.append(part)
            ranks.append(len(arg.axes))
        row = Row("product", tuple(parts), tuple(joins), tuple(ranks))
        return Row("sum", (row,), ("minus",), (max(ranks),)) if signed else row

    def _quotient(self, node: Node) -> Box:
        above, below = node.args
        kind = "oslash" if below.axes else "quotient"
        inner = negated(self.done[above])
        if inner is not None:
            return Row(
                "sum", (Fraction(inner, self.done[below], kind, len(above.axes)),), ("minus",), (len(node.axes),)
            )
        return Fraction(self.done[above], self.done[below], kind, len(above.axes))

    def _power(self, node: Node) -> Box:
        base, exponent = (self.done[arg] for arg in node.args)
        return Power(base, exponent, len(node.axes))

    # Products, transposes, comparisons

    def _infix(self, node: Node) -> Box:
        name = node.operator.name
        left, right = node.args
        if name == "matmul":
            return self.chain(node, self._row_of(node))
        if name == "dot":
            turned = self.chain(node, (self._lying(left), right))
            if right.operator.name == "matmul":
                return turned
            self.links[node] = ()
            names = [arg.args[0] if arg.operator.name == "element" else arg for arg in (left, right)]
            plain = all(name.operator.name == "variable" for name in names) and names[1].parameters[0] != "T"
            return Dot(self.done[left], self.done[right], turned, plain)
        ranks = len(left.axes), len(right.axes)
        relation = Row("relation", (self.done[left], self.done[right]), ("", name), ranks)
        return Fence("truth", relation, len(node.axes))

    def _outer(self, node: Node) -> Box:
        return self.chain(node, (node.args[0], self._lying(node.args[1])))

    def _lying(self, column: Node) -> Node:
        """The column as a row; ``tᵀ`` of a named part, and ``(Kx)ᵀ`` of a skew K: ``−xᵀK`` would have a sign inside."""
        row = build.transpose(column)
        named = isinstance(self.done.get(column), Name) and bool(column.args)
        signed = row.operator.name == "negative" and column.operator.name != "negative"
        return build.apply("transpose", column) if signed or named else row

    def chain(self, node: Node, parts: Sequence[Node]) -> Box:
        """A product from the left to the right; where it meets a scalar on the way, several: ``(yᵀ·x)*(vᵀ·W·y)``."""
        links = [link for part in parts for link in (self.links.get(part) or (part,))]
        self.links[node] = tuple(links)
        signed, scalars = False, list[Box]()
        while True:
            minus, factors, first = self._front(links[0])
            opened = self.links.get(first) or (first,)
            signed, scalars = signed != minus, scalars + factors
            if opened == (links[0],):
                break
            links[:1] = opened
        row = self._runs(links, node)
        if scalars:
            ranks = (*[0] * len(scalars), len(node.axes))
            row = Row("product", (*scalars, row), ("", *["scalar"] * len(scalars)), ranks)
        return Row("sum", (row,), ("minus",), (len(node.axes),)) if signed else row

    def _front(self, first: Node) -> tuple[bool, list[Box], Node]:
        """Sign and scalar factors of the first factor, which stand before the whole: ``(−b*X)·w`` is ``−b*X·w``."""
        signed, scalars = False, list[Box]()
        while isinstance(self.done[first], Row):
            with_axes = [arg for arg in first.args if arg.axes]
            if first.operator.name == "negative":
                signed = not signed
            elif first.operator.name != "multiply" or len(with_axes) != 1 or len(first.args) == 1:
                break
            else:
                for arg in (arg for arg in first.args if not arg.axes):
                    inner = _opposite(arg, self.done[arg])
                    signed = signed != (inner is not None)
                    scalars.append(self.done[arg] if inner is None else inner)
            first = with_axes[0]
        return signed, scalars, first

    def _runs(self, links: Sequence[Node], node: Node) -> Box:
        """The product, links in a row; where it meets a scalar on the way, several such rows."""
        groups: list[list[Node]] = [[]]
        shape: Shape | None = None
        for link in links:
            if shape == ():
                groups.append([])
            turned = len(link.shape) == 1 and shape is not None and lies(shape)
            shape = link.shape if not shape else () if turned else _product_shape(shape, link.shape)
            groups[-1].append(link)
        rows = [self._chain_of(group) for group in groups]
        if len(rows) == 1:
            return rows[0]
        ranks = (*[0] * (len(rows) - 1), len(node.axes))
        return Row("runs", tuple(rows), ("", *["scalar"] * (len(rows) - 1)), ranks)

    def _chain_of(self, links: Sequence[Node]) -> Box:
        if len(links) == 1:
            return self.done[links[0]]
        boxes = tuple(self.done[link] for link in links)
        return Row("chain", boxes, ("", *["matrix"] * (len(boxes) - 1)), tuple(len(link.axes) for link in links))

    def _postfix(self, node: Node) -> Box:
        if is_of_rows(node):
            return Call(node.args[0].operator, tuple(self.done[build.transpose(arg)] for arg in node.args[0].args))
        return Mark(self.done[node.args[0]], "T")

    # Functions

    def _call(self, node: Node) -> Box:
        if is_selection(node):
            return self.done[written_out(node)]
        axis = node.parameters[0] if node.parameters and node.operator.keywords else None
        return Call(node.operator, tuple(self.done[arg] for arg in node.args), axis)

    def _inverse(self, node: Node) -> Box:
        return Mark(self.done[node.args[0]], "inverse")

    def _fence(self, node: Node) -> Box:
        return Fence(node.operator.name, self.done[node.args[0]], len(node.args[0].axes))

    def _root(self, node: Node) -> Box:
        return Root(self.done[node.args[0]], len(node.axes))

    def _cases(self, node: Node) -> Box:
        condition, value, other = node.args
        opposite = build.opposite(condition)
        zero = other.operator.name == "zeros" and value.operator.name != "zeros" and value.shape == node.shape
        against = None if opposite is None else bare(self.done[opposite])
        branches = self.done[value], self.done[other]
        factored = self._factored(node, condition, value, other)
        return Cases(bare(self.done[condition]), *branches, against, zero, len(condition.axes), factored)

    def _factored(self, node: Node, condition: Node, value: Node, other: Node) -> Box | None:
        """``(z > 0)*a`` of a that is 0 elsewhere: not of ``log(z)``, as 0·∞ is no number."""
        opposite = build.opposite(condition)
        if build.is_zero(value) and opposite is not None:
            condition, value, other = opposite, other, value
        shapes = {condition.shape, value.shape} - {()}
        if opposite is None or not build.is_zero(other) or not is_finite(value) or shapes - {node.shape}:
            return None
        part = self.done[value]
        inner = negated(part) or part
        if isinstance(inner, Number) and inner.value == 1 and condition.shape == node.shape:
            whole = self.done[condition]
        elif not shapes and node.shape:
            return None
        else:
            whole = _multiplied(self.done[condition], len(condition.axes), inner, len(value.axes))
        return whole if inner is part else Row("sum", (whole,), ("minus",), (len(node.axes),))

    # Structure

    def _stack(self, node: Node) -> Box:
        rows = tuple((self.done[arg],) for arg in node.args)
        return Grid(rows, "stack", tuple(len(arg.axes) for arg in node.args))

    def _grid(self, node: Node) -> Box:
        columns = node.parameters[1]
        parts = [self.done[arg] for arg in node.args]
        return Grid(tuple(tuple(parts[at : at + columns]) for at in range(0, len(parts), columns)), "grid")

    def _element(self, node: Node) -> Box:
        base, given = node.args[0], node.parameters
        row = base.operator.name == "element" and isinstance(self.done[base], Index)
        if row and len(given) == 1 and len(base.args[0].shape) == 2 and len(base.axes) == 1:
            first, *others = base.parameters
            given = (*given, *others) if first is None or isinstance(first, Slice) else (first, *given)
            base = base.args[0]
        places = tuple(":" if place is None else self.place(place) for place in given)
        return Index(self.done[base], places, len(node.axes))

    def _loop(self, node: Node) -> Box:
        loop = node.parameters[0]
        return BigSum(self.place(loop), loop.size, self.done[node.args[0]])


def _multiplied(condition: Box, rank: int, value: Box, own: int) -> Box:
    """The condition as a factor, behind a number and above a bar."""
    if isinstance(value, Fraction):
        return replace(value, above=_multiplied(condition, rank, value.above, own))
    product = isinstance(value, Row) and value.kind == "product"
    parts, ranks = (value.parts, value.ranks) if isinstance(value, Row) and product else ((value,), (own,))
    at = int(isinstance(parts[0], Number))
    joins = ("", *["hadamard" if rank and own else "scalar"] * len(parts))
    return Row("product", (*parts[:at], condition, *parts[at:]), joins, (*ranks[:at], rank, *ranks[at:]))


def bare(part: Box) -> Box:
    """A comparison as a condition, not as a value."""
    return part.inner if isinstance(part, Fence) and part.kind == "truth" else part


def _opposite(factor: Node, box: Box) -> Box | None:
    """What stands behind the sign of a factor that may lose it; −1 that is inserted for a factor stays ``(−1)``."""
    inner = negated(box)
    if factor.operator.name == "negative":
        return inner
    return inner if isinstance(inner, Number) and inner.value != 1 else None


def _product_shape(left: Sequence[Expr], right: Sequence[Expr]) -> Shape:
    """The shape of the product of a matrix or column and a factor that fits it."""
    rows = left[0] if left else S.One
    return (rows,) if len(right) == 1 else (rows, right[1])
