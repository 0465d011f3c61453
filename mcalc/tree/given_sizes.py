"""A value for given sizes: every dimension symbol and running index replaced by its number."""

from __future__ import annotations

from collections.abc import Mapping, Set

from sympy.core.basic import Basic
from sympy.core.expr import Expr
from sympy.core.numbers import Integer

from mcalc.problems import Problem
from mcalc.table.records import LoopIndex, Parameter, Slice
from mcalc.tree import build
from mcalc.tree.node import Node, topological

Numbers = Mapping[Expr, Integer]
"""A number for a dimension symbol, or for a running index inside the sum that is written out."""

MOST_TERMS = 36
"""The longest sum that is written out; longer ones stay ``sum(… for j in 1..n)``."""


_SIZES_FROM = 3


class LosesAxis(Exception):
    """A size is 1, and a vector or matrix would lose an axis."""


def symbols_of(root: Node) -> dict[str, Expr]:
    """The dimension symbols below `root` by their names."""
    found: dict[str, Expr] = {}
    for node in topological([root]):
        for entry in (*node.shape, *node.parameters):
            for size in _sizes_in(entry):
                found.update((symbol.name, symbol) for symbol in sorted(size.free_symbols, key=str))
    return found


def _sizes_in(entry: Parameter) -> list[Expr]:
    if isinstance(entry, LoopIndex):
        return _sizes_in(entry.size)
    if isinstance(entry, Slice):
        return [*_sizes_in(entry.lower), *_sizes_in(entry.upper)]
    return [entry] if isinstance(entry, Basic) else []


def settled(entry: Parameter, numbers: Numbers) -> Parameter:
    """A dimension, place or other parameter with its numbers put in."""
    if isinstance(entry, LoopIndex):
        return numbers[entry] if entry in numbers else LoopIndex(entry.name, settled(entry.size, numbers))
    if isinstance(entry, Slice):
        return Slice(settled(entry.lower, numbers), settled(entry.upper, numbers))
    if isinstance(entry, frozenset):
        return frozenset(settled(word, numbers) for word in entry if word not in numbers)
    if isinstance(entry, Basic):
        return entry.xreplace({symbol: numbers[symbol] for symbol in entry.free_symbols if symbol in numbers})
    return entry


def checked(root: Node, numbers: Numbers) -> None:
    """Raises Problem where the sizes leave a part empty, or an element outside."""
    for node in topological([root]):
        for size in node.shape:
            here = settled(size, numbers)
            if here.is_Integer and here < 1:
                raise Problem(f"A size of this expression, {size}, would be {here}.", hint="give larger sizes")
        if node.operator.name != "element":
            continue
        for place, size in zip(node.parameters, node.args[0].shape, strict=False):
            last = settled(place.upper if isinstance(place, Slice) else place, numbers)
            here = settled(size, numbers)
            if getattr(last, "is_Integer", False) and here.is_Integer and not 1 <= last <= here:
                raise Problem(
                    f"{node} takes element {last}, and for this size there are {here}", hint="give larger sizes"
                )


def for_sizes(root: Node, numbers: Numbers) -> Node:
    """`root` for the sizes given, sums over data written out; raises `LosesAxis` where a size is 1."""
    done: dict[Node, Node] = {}
    for node in topological([root]):
        name = node.operator.name
        shape = tuple(settled(size, numbers) for size in node.shape)
        if sum(size != 1 for size in shape) != len(node.axes):
            raise LosesAxis
        args = [done[arg] for arg in node.args]
        parameters = tuple(settled(parameter, numbers) for parameter in node.parameters)
        if name == "dimension":
            done[node] = build.size(parameters[0])
        elif name == "loop_index" and not isinstance(parameters[0], LoopIndex):
            done[node] = build.number(parameters[0])
        elif name == "loop_sum" and parameters[0].size.is_Integer and parameters[0].size <= MOST_TERMS:
            places = range(1, int(parameters[0].size) + 1)
            terms = [for_sizes(node.args[0], {**numbers, node.parameters[0]: Integer(place)}) for place in places]
            done[node] = terms[0] if len(terms) == 1 else build.apply("add", *terms)
        else:
            done[node] = Node(node.operator, args, parameters, shape)
    return done[root]


def direction(difference: Expr, sizes: Set[Expr]) -> int | None:
    """The sign of a difference of places, where the symbols of `sizes` are more than 3; None where it has none."""
    if difference.is_Integer:
        return int(bool(difference > 0)) - int(bool(difference < 0))
    large = difference.free_symbols & sizes
    coefficients = difference.xreplace({size: size + _SIZES_FROM for size in large}).expand().as_coefficients_dict()
    if all(coefficient > 0 for coefficient in coefficients.values()):
        return 1
    return -1 if all(coefficient < 0 for coefficient in coefficients.values()) else None
