"""Samples of the data: a sum over all of it, as the sum over some of it tells."""

from __future__ import annotations

from sympy.core.numbers import Rational

from mcalc.numbers.fitting import Fitted
from mcalc.problems import Problem
from mcalc.table.records import LoopIndex
from mcalc.tree import build
from mcalc.tree.node import Node, topological


def data_index(value: Node) -> LoopIndex:
    """The size ``N`` of the one sum over data, ``sum(… for i in 1..N)``; raises Problem."""
    loops = {
        node.parameters[0].size for node in topological([value]) if node.operator.name == "loop_sum" and not node.loops
    }
    sizes = [size for size in loops if size.is_Symbol]
    if len(sizes) != 1 or len(loops) != 1:
        raise Problem(
            "A batch is a sample of the data of one sum, and this loss is not one.",
            hint="write the loss as a sum over data, `sum((y[i] - w.X[i])^2 for i in 1..N)/N`",
        )
    index = sizes[0]
    for node in topological([value]):
        whole_of_it = index in node.shape and node.operator.name != "variable"
        taken = node.operator.name != "element" and any(index in arg.shape for arg in node.args)
        inner = node.operator.name == "loop_sum" and node.loops and node.parameters[0].size == index
        if whole_of_it or taken or inner:
            raise Problem(
                f"A batch takes some of the {index} places of the data, and this loss uses all of them at once.",
                hint="use the data by its running index alone, as in `X[i]` and `y[i]`",
            )
    return index


def axes_of(index: LoopIndex, fitted: Fitted) -> dict[str, int]:
    """The axis of the data in each array that has one."""
    return {
        name: node.shape.index(index)
        for name, node in fitted.reading.names.items()
        if index in node.shape and name in fitted.values
    }


def sampled(root: Node, index: LoopIndex, count: int, batch: int) -> Node:
    """The sum over all the data, as the sum over a sample tells it: ``N/batch`` times as much."""
    done: dict[Node, Node] = {}
    for node in topological([root]):
        same = node.func(*(done[arg] for arg in node.args)) if node.args else node
        if node.operator.name == "dimension":
            numbers = {index: Rational(count)}
            same = build.size(node.parameters[0].xreplace(numbers))
        elif node.operator.name == "loop_sum" and node.parameters[0].size == index:
            same = build.apply("multiply", build.number(Rational(count, batch)), same)
        done[node] = same
    return done[root]
