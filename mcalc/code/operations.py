"""What the rules of the operators build on: values of whole arrays, and of what goes along their rows."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence

from sympy.core.expr import Expr

from mcalc.code.algebra import product, total
from mcalc.code.values import ONE_TIME, Index, Reference, fresh, leaf, make, number, of_size, size_of
from mcalc.table.records import LoopIndex, Parameters
from mcalc.tree.node import Node

Axes = Sequence[Index]


class Meanings(ABC):
    """What the rules ask of a translation: the values of arguments, and an index for each running index."""

    def __init__(self) -> None:
        self.loops: dict[LoopIndex, Index] = {}

    @abstractmethod
    def reference(self, node: Node, axes: Axes) -> Reference:
        """The value of a node, its axes by indices."""

    def loop(self, loop: LoopIndex) -> Index:
        """The index that a running index is."""
        if loop not in self.loops:
            self.loops[loop] = fresh(loop.size)
        return self.loops[loop]

    def whole(self, node: Node) -> tuple[Reference, Axes]:
        """The node on new axes."""
        axes = tuple(map(fresh, node.axes))
        return self.reference(node, axes), axes

    def size(self, size: Expr) -> Reference:
        """A dimension as a number: ``n*k + 1``."""
        if size.is_Integer or size.is_Symbol:
            return of_size(size)
        if size.is_Rational:
            return number(size)
        if size.is_Mul:
            return product(1, [(self.size(part), ONE_TIME) for part in size.args], ())
        if size.is_Add:
            return total([(ONE_TIME, self.size(part)) for part in size.args])
        return Reference(leaf("dimension", (), (size,)), ())


def called(translator: Meanings, node: Node, axes: Axes) -> Reference:
    """Any other operator of the table, on whole arrays; under a sum, one for each place of the running index."""
    args = [translator.whole(arg) for arg in node.args]
    loops = [translator.loop(place) for place in node.parameters if isinstance(place, LoopIndex)]
    return ordered("call", args, axes, (node,), list(map(places_along, loops)))


def ordered(
    operation: str,
    args: Sequence[tuple[Reference, Sequence[int]]],
    axes: Sequence[int],
    parameters: Parameters,
    more: Sequence[Reference] = (),
) -> Reference:
    """An operation on whole arrays: its last parameter has the axes that each argument must have, in order.

    An index that an argument carries besides, of a running index, is an axis in front of the value's.
    """
    own = {index for _, whole in args for index in whole}
    carried = [index for one in (*(found for found, _ in args), *more) for index in one.ids]
    batch = list(dict.fromkeys(index for index in carried if index not in own))
    names = [*batch, *axes]
    names += [index for _, whole in args for index in whole if index not in names]
    local = {index: place for place, index in enumerate(names)}
    references = [Reference(value, tuple(local[index] for index in ids)) for (value, ids), _ in args]
    references += [Reference(value, tuple(local[index] for index in ids)) for value, ids in more]
    spread = tuple(tuple(local[index] for index in whole) for _, whole in args)
    outside = (*batch, *axes)
    value = make(operation, references, (*parameters, spread), [size_of(index) for index in names], len(outside))
    return Reference(value, outside)


def places_along(index: Index) -> Reference:
    """The places 1, 2, … along an index."""
    return Reference(leaf("places", (index.size,)), (index,))


def of_rows(name: str, one: Reference, along: int) -> Reference:
    """An operator of each row, its row along the last axis."""
    out = [*(index for index in one.ids if index != along), along]
    place = {index: at for at, index in enumerate(out)}
    arg = Reference(one.value, tuple(place[index] for index in one.ids))
    return Reference(make(name, [arg], (), map(size_of, out), len(out)), tuple(out))
