"""The expression as it is differentiated: rows laid upright, products grouped vectors first, ``w·x`` by w opened."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sympy.core.numbers import Integer

from mcalc.numbers.ties import equal_on_an_open_set
from mcalc.table import WITH_TIES
from mcalc.table.records import lies
from mcalc.tree import build
from mcalc.tree.node import Node, depends, topological


@dataclass(frozen=True)
class Prepared:
    """`root` is what is differentiated; `origin` gives a node as it is shown in the answer.

    `place` says where a value of the program stands now, `inline` which values get no name of their own; `dots` are the
    sums that dot products became. It is the same `by_any` variable where nothing in it depends on which one it is.
    """

    root: Node
    origin: Mapping[Node, Node]
    place: Mapping[Node, Node]
    inline: frozenset[Node] = frozenset()
    dots: Mapping[Node, Node] = field(default_factory=dict)
    by_any: bool = False


def prepare(root: Node, by: Sequence[Node], named: frozenset[Node] = frozenset()) -> Prepared:
    """The value with ``xᵀAx`` read as ``x·(Ax)`` and ``w·x`` as ``sum(w ⊗ x)``; values with a name stay one value.

    By several variables at once dot products stay, and a stack is one function.
    """
    grouped: dict[Node, Node] = {}
    moving = depends(root, *by) if _has_ties(root) else frozenset()
    for node in topological(
        [root], lambda node: _factors(node, named) if node.operator.name == "matmul" else node.args
    ):
        tied = node in moving and node.operator.first_counts and equal_on_an_open_set(node)
        marked = build.apply(node.operator.name, *node.args, parameters=(Integer(1),)) if tied else node
        grouped[node] = _grouped(marked, grouped, named)
    origin: dict[Node, Node] = {}
    opened: dict[Node, Node] = {}
    dots: dict[Node, Node] = {}
    top = _upright(grouped[root])
    touched = depends(top, *by) if len(by) == 1 and "dot" in top.below else frozenset()
    shown = _unmarked(top)
    for node in topological([top]):
        result = node.func(*[opened[arg] for arg in node.args]) if touched and node.args else node
        if result.operator.name == "dot" and [arg for arg in node.args if arg in touched] == [*by]:
            result = build.apply("sum", build.apply("multiply", *result.args))
            dots[result] = shown[node]
        opened[node] = result
        origin.setdefault(result, shown[node])
    place = {node: opened[_upright(new)] for node, new in grouped.items() if _upright(new) in opened}
    new = opened[top]
    split = _split_stack(new, by[0], named) if len(by) == 1 else None
    if split is None:
        by_any = not _has_ties(root) and "dot" not in top.below and new.operator.name != "stack"
        return Prepared(new, origin, place, dots=dots, by_any=by_any)
    outer, inner = split
    origin[outer] = origin[new]
    origin.update({_element(inner, at): origin.get(arg, arg) for at, arg in enumerate(inner.args, 1)})
    return Prepared(
        outer,
        origin,
        place,
        frozenset({*inner.args, *outer.args, *(_element(inner, at) for at in range(1, len(inner.args) + 1))}),
    )


def _has_ties(root: Node) -> bool:
    """Whether there is a maximum of several values, which may be equal."""
    return not WITH_TIES.isdisjoint(root.below)


def _unmarked(top: Node) -> dict[Node, Node]:
    """Each node below as the user wrote it, without the mark at the ties of a maximum."""
    if not _has_ties(top):
        return {node: node for node in topological([top])}
    done: dict[Node, Node] = {}
    for node in topological([top]):
        args = [done[arg] for arg in node.args]
        parameters = () if node.operator.first_counts else node.parameters
        done[node] = Node(node.operator, args, parameters, node.shape) if args else node
    return done


def _split_stack(root: Node, by: Node, named: frozenset[Node]) -> tuple[Node, Node] | None:
    """``[ln(x²); sin(3x)]`` as ``[ln g₁; sin g₂]`` of ``g = [x²; 3x]``: the outer and the inner function."""
    if root.operator.name != "stack" or any(part.shape or part in named for part in root.args):
        return None
    touched = depends(root, by)
    for part in root.args:
        if len(part.args) != 1 or not part.operator.elementwise or part.operator.name == "negative":
            return None
        if not part.args[0].args or part.args[0] in named or part.args[0] not in touched:
            return None
    if all(part.args[0].operator.name == "element" for part in root.args):
        return None
    inner = build.apply("stack", *(part.args[0] for part in root.args))
    return build.apply("stack", *(part.func(_element(inner, at)) for at, part in enumerate(root.args, 1))), inner


def _element(vector: Node, at: int) -> Node:
    return build.apply("element", vector, parameters=(Integer(at),))


def _upright(node: Node) -> Node:
    """A row as the column that it is the transpose of."""
    if lies(node.shape):
        return node.args[0] if node.operator.name == "transpose" else build.apply("transpose", node)
    return node


def _grouped(node: Node, done: Mapping[Node, Node], named: frozenset[Node]) -> Node:
    if not node.args:
        return node
    name = node.operator.name
    if name == "matmul":
        return _product(_factors(node, named), done)
    args = [done[arg] for arg in node.args]
    operator = node.operator
    if operator.linear and not operator.elementwise and not args[0].shape and name != "loop_sum":
        return args[0]
    if name == "transpose":
        return build.transpose(args[0]) if len(args[0].shape) == 2 else node.func(*args)
    if lies(node.shape) and node.operator.elementwise:
        columns = [_upright(arg) for arg in args]
        return build.apply("transpose", build.apply(name, *columns, parameters=node.parameters))
    if name == "element" and lies(args[0].shape) and args[0].axes:
        return _of_row(node, _upright(args[0]))
    if name in ("sum", "mean") and lies(args[0].shape) and node.parameters and node.parameters[0] == 0:
        return _upright(args[0])
    if operator.at_many == "rows" and lies(node.shape) and 0 not in node.parameters:
        return build.apply("transpose", build.apply(name, _upright(args[0])))
    if name in ("sum", "mean") and lies(args[0].shape):
        return build.apply(name, _upright(args[0]))
    if operator.at_many == "entries" and lies(args[0].shape) and not node.shape:
        return build.apply(name, _upright(args[0]))
    return node.func(*args)


def _of_row(node: Node, column: Node) -> Node:
    """An element or a part of a row, as one of the column."""
    first, second = (*node.parameters, None)[:2]
    chosen = column if second is None else build.apply("element", column, parameters=(second,))
    return build.apply("transpose", chosen) if first is None and chosen.shape else chosen


def _factors(node: Node, named: frozenset[Node]) -> list[Node]:
    """The row of factors of a product; a value with a name is one factor."""
    parts: list[Node] = []
    stack = [node]
    while stack:
        part = stack.pop()
        if part.operator.name == "matmul" and (part is node or part not in named):
            stack.extend(reversed(part.args))
        else:
            parts.append(part)
    return parts


def _product(parts: list[Node], done: Mapping[Node, Node]) -> Node:
    """Vectors first: the cheap order, and the one whose Jacobians are matrices."""
    factors = [done[part] for part in parts]
    last = factors[-1]
    if len(last.shape) == 1:
        result = last
        for factor in reversed(factors[1:-1]):
            result = _joined(factor, result)
        return _joined(factors[0], result)
    if lies(factors[0].shape):
        column = _upright(factors[0])
        for factor in factors[1:]:
            column = _joined(build.transpose(factor), column)
        return build.apply("transpose", column)
    result = factors[0]
    for factor in factors[1:]:
        result = _joined(result, factor)
    return result


def _joined(left: Node, right: Node) -> Node:
    if not left.shape or not right.shape:
        return build.apply("multiply", left, right)
    if lies(left.shape) and len(right.shape) == 1:
        return build.apply("dot", _upright(left), right)
    return build.product(left, right)
