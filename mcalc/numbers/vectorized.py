"""Sums over data as products of whole arrays: ``sum((w.X[i] - y[i])*X[i] for i in 1..N)`` is ``X'@(X@w - y)``.

What depends on the running index gets one axis more, in front: a scalar becomes a vector of N, a vector a matrix of
N rows. Where a part has no such form, the sum stays as it is.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress

from sympy.core.expr import Expr
from sympy.core.singleton import S

from mcalc.language.formulas import compared_as, read_value
from mcalc.table.records import LoopIndex, ShapeMismatch, Slice, lies
from mcalc.tree import build
from mcalc.tree.node import Node, topological
from mcalc.tree.operations import diagonal


class _NoForm(Exception):
    """A part that has no form with one axis more."""


def vectorized(roots: Sequence[Node]) -> list[Node]:
    """The same values, with every sum over a running index that has one as a product of arrays."""
    done: dict[Node, Node] = {}
    for node in topological(roots):
        args = [done[arg] for arg in node.args]
        same = node.func(*args) if args else node
        if node.operator.name == "loop_sum":
            with suppress(_NoForm, ShapeMismatch):
                same = _Sum(node.parameters[0]).total(args[0])
        done[node] = same
    return [done[root] for root in roots]


class _Sum:
    """Values over all places of one running index."""

    def __init__(self, loop: LoopIndex) -> None:
        if loop.size == 1:
            raise _NoForm
        self.loop = loop
        self.memory: dict[Node, Node] = {}
        self.everywhere = build.ones((loop.size,))

    def depends(self, node: Node) -> bool:
        """Whether the value changes with the running index."""
        return self.loop in node.loops

    # The sum

    def total(self, body: Node) -> Node:
        """``Σᵢ body``."""
        if not self.depends(body):
            return build.apply("multiply", build.size(self.loop.size), body)
        name = body.operator.name
        if name == "negative":
            return build.apply("negative", self.total(body.args[0]))
        if name == "transpose":
            return build.transpose(self.total(body.args[0]))
        if not body.axes:
            return self._scalar(body)
        if name == "add":
            return build.apply("add", *(self._as_wide(self.total(arg), arg, body) for arg in body.args))
        if name == "divide" and not body.args[1].axes:
            if not self.depends(body.args[1]):
                return build.apply("divide", self.total(body.args[0]), body.args[1])
            reciprocal = build.apply("divide", build.number(1), body.args[1])
            return self._product([reciprocal, body.args[0]], body)
        return self._product(body.args if name == "multiply" else [body], body)

    def _as_wide(self, total: Node, arg: Node, body: Node) -> Node:
        return total if arg.shape == body.shape or not arg.axes else build.transpose(total)

    def _scalar(self, body: Node) -> Node:
        factors = list(body.args) if body.operator.name == "multiply" else [body]
        moving = [factor for factor in factors if self.depends(factor)]
        still = [factor for factor in factors if not self.depends(factor)]
        if len(moving) == 1 and moving[0].operator.name == "power" and build.is_number(moving[0].args[1], 2):
            moving = [moving[0].args[0], moving[0].args[0]]
        lifted = [self.lift(factor) for factor in moving]
        if len(lifted) == 1:
            found = build.apply("sum", lifted[0])
        else:
            first = lifted[0] if len(lifted) == 2 else build.apply("multiply", *lifted[:-1])
            found = build.apply("dot", first, lifted[-1])
        return build.apply("multiply", *still, found) if still else found

    def _product(self, factors: Sequence[Node], body: Node) -> Node:
        """``Σᵢ sᵢ vᵢ = Vᵀs``, ``Σᵢ sᵢ uᵢ vᵢᵀ = Uᵀ diag(s) V``; what does not move with i comes in front."""
        minus = False
        parts: list[Node] = []
        for factor in _flattened(factors):
            while factor.operator.name == "negative":
                factor, minus = factor.args[0], not minus
            parts.append(factor)
        weights = [self.lift(part) for part in parts if self.depends(part) and not part.axes]
        still = [part for part in parts if not self.depends(part)]
        wide = [part for part in parts if self.depends(part) and part.axes]
        if not wide:
            found = self.total_of_weights(weights)
        elif len(body.axes) == 1:
            found = self._vector(weights, wide, body)
        else:
            found = self._matrix(weights, wide)
        found = build.apply("multiply", *still, found) if still else found
        return build.apply("negative", found) if minus else found

    def total_of_weights(self, weights: Sequence[Node]) -> Node:
        """``Σᵢ sᵢtᵢ`` of scalars."""
        return build.apply("sum", weights[0] if len(weights) == 1 else build.apply("multiply", *weights))

    def _vector(self, weights: Sequence[Node], wide: Sequence[Node], body: Node) -> Node:
        lifted = [self.lift(part) for part in wide]
        rows = lifted[0] if len(lifted) == 1 else build.apply("multiply", *lifted)
        if weights:
            weight = weights[0] if len(weights) == 1 else build.apply("multiply", *weights)
            found = build.apply("matmul", build.transpose(rows), weight)
        else:
            found = build.apply("sum", rows, parameters=(0,))
            found = found if len(found.shape) == 1 else build.transpose(found)
        return build.transpose(found) if lies(body.shape) else found

    def _matrix(self, weights: Sequence[Node], wide: Sequence[Node]) -> Node:
        if len(wide) != 1 or wide[0].operator.name not in ("outer", "matmul"):
            raise _NoForm
        left, right = wide[0].args
        if wide[0].operator.name == "matmul" and len(left.axes) == 2 and not self.depends(left):
            return build.apply("matmul", left, self._matrix(weights, [right]))
        if wide[0].operator.name == "matmul" and len(right.axes) == 2 and not self.depends(right):
            return build.apply("matmul", self._matrix(weights, [left]), right)
        if len(left.axes) > 1 or len(right.axes) > 1:
            raise _NoForm
        rows, columns = self._row_by_row(left), self._row_by_row(right)
        for weight in weights:
            columns = build.apply("multiply", self._across(weight, columns.shape[1]), columns)
        return build.apply("matmul", build.transpose(rows), columns)

    # Values with one axis more

    def lift(self, node: Node) -> Node:
        """The values at all places: of a scalar a vector, of a vector a matrix with a row for each place."""
        if node not in self.memory:
            self.memory[node] = self._lifted(node)
        return self.memory[node]

    def _lifted(self, node: Node) -> Node:
        name = node.operator.name
        if len(node.axes) > 1:
            raise _NoForm
        if node.operator.elementwise and name != "loop_sum":
            return build.apply(name, *(self._argument(arg, node) for arg in node.args), parameters=node.parameters)
        rule = getattr(self, "_of_" + name, None)
        if rule is not None:
            found: Node = rule(node)
            return found
        if node.operator.at_many == "entries" and node.operator.takes_axis and node.args[0].axes and not node.axes:
            return build.apply(name, self.lift(node.args[0]), parameters=(1,))
        if node.operator.at_many == "rows" and node.axes and not node.parameters:
            return build.apply(name, self.lift(node.args[0]))
        if node.operator.at_many == "entries" and node.operator.definition and not node.axes:
            return self.lift(compared_as(node) or read_value(node.operator.definition, {"a": node.args[0]}))
        raise _NoForm

    def _argument(self, arg: Node, node: Node) -> Node:
        """An element-wise argument with the shape of the whole."""
        if not arg.axes:
            if not self.depends(arg) or not node.axes:
                return self.lift(arg) if self.depends(arg) else arg
            return self._across(self.lift(arg), node.axes[0])
        return self._row_by_row(arg)

    def _row_by_row(self, vector: Node) -> Node:
        """N×n: the vector at each place, or at each the same."""
        if self.depends(vector):
            return self.lift(vector)
        return build.apply("outer", self.everywhere, _upright(vector))

    def _across(self, scalars: Node, size: Expr) -> Node:
        return build.apply("outer", scalars, build.ones((size,)))

    def _of_transpose(self, node: Node) -> Node:
        return self.lift(node.args[0])

    def _of_element(self, node: Node) -> Node:
        arg, places = node.args[0], list(node.parameters)
        if self.depends(arg) or any(size == 1 for size in arg.shape):
            raise _NoForm
        places += [None] * (len(arg.shape) - len(places))
        moving = [at for at, place in enumerate(places) if place == self.loop]
        if len(moving) == 2:
            return diagonal(self._cut(arg, 0) if arg.shape[0] != self.loop.size else arg)
        (at,) = moving
        whole = self._cut(arg, at)
        if len(places) == 1:
            return whole
        other = places[1 - at]
        if other is not None:
            chosen = [None, None]
            chosen[1 - at] = other
            found = build.apply("element", whole, parameters=tuple(chosen))
            if isinstance(other, Slice) and len(found.axes) == 2:
                return found if at == 0 else build.transpose(found)
            return _upright(found)
        return whole if at == 0 else build.transpose(whole)

    def _cut(self, arg: Node, at: int) -> Node:
        """The places 1..N of an axis."""
        if arg.shape[at] == self.loop.size:
            return arg
        chosen: list[Slice | None] = [None] * len(arg.shape)
        chosen[at] = Slice(S.One, self.loop.size)
        return build.apply("element", arg, parameters=tuple(chosen))

    def _of_dot(self, node: Node) -> Node:
        left, right = node.args
        if not self.depends(right):
            return build.apply("matmul", self.lift(left), _upright(right))
        if not self.depends(left):
            return build.apply("matmul", self.lift(right), _upright(left))
        return build.apply("sum", build.apply("multiply", self.lift(left), self.lift(right)), parameters=(1,))

    def _of_matmul(self, node: Node) -> Node:
        left, right = node.args
        if len(left.axes) == 2 and not self.depends(left):
            return build.apply("matmul", self.lift(right), build.transpose(left))
        if len(right.axes) == 2 and not self.depends(right):
            return build.apply("matmul", self.lift(left), right)
        if len(left.axes) == 1 and len(right.axes) == 1 and not node.axes:
            return self._of_dot(node)
        raise _NoForm

    def _of_stack(self, node: Node) -> Node:
        """``[X[i]; 1]`` for all i: the parts side by side."""
        rows = []
        for arg in node.args:
            if arg.axes:
                rows.append(build.transpose(self._row_by_row(arg)))
            else:
                one = self.lift(arg) if self.depends(arg) else build.apply("multiply", arg, self.everywhere)
                rows.append(build.apply("transpose", one))
        return build.transpose(build.apply("stack_rows", *rows))


def _flattened(factors: Sequence[Node]) -> list[Node]:
    found: list[Node] = []
    stack = list(factors)[::-1]
    while stack:
        factor = stack.pop()
        if factor.operator.name == "multiply":
            stack.extend(reversed(factor.args))
        elif factor.operator.name == "divide" and not factor.args[1].axes and not build.is_number(factor.args[0], 1):
            found.append(build.apply("divide", build.number(1), factor.args[1]))
            stack.append(factor.args[0])
        elif factor.operator.name == "negative":
            stack.append(factor.args[0])
            found.append(build.number(-1))
        else:
            found.append(factor)
    return found


def _upright(vector: Node) -> Node:
    return build.transpose(vector) if len(vector.shape) == 2 else vector
