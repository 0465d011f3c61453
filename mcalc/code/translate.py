"""Trees and networks as values over named axes. What a running index runs over is an axis like any other."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from mcalc.code.algebra import product, total
from mcalc.code.meanings import RULES, elementwise
from mcalc.code.operations import Axes, Meanings, called
from mcalc.code.values import ONE_TIME, Index, Reference, delta, fresh, lost, renamed
from mcalc.language.formulas import read_value
from mcalc.networks.networks import Tensor
from mcalc.numbers.program import UnboundIndex
from mcalc.tree.node import Node, topological


def translated(results: Sequence[Node | Tensor]) -> list[tuple[Reference, tuple[Index, ...]]]:
    """Each result, and its indices in the order of its axes; parts that they share are one value."""
    translator = Translator()
    found = []
    for result in results:
        if isinstance(result, Tensor):
            found.append(translator.tensor(result))
            continue
        for loop in result.loops:
            raise UnboundIndex(f"the index {loop.name} is used outside its sum")
        axes = tuple(map(fresh, result.axes))
        found.append((translator.reference(result, axes), axes))
    return found


class Translator(Meanings):
    """The value of each node met so far, on axes of its own."""

    def __init__(self) -> None:
        super().__init__()
        self.done: dict[Node, tuple[Reference, Axes]] = {}

    def reference(self, node: Node, axes: Axes) -> Reference:
        """The node on the indices given, one an axis."""
        if node not in self.done:
            for part in topological([node], lambda one: () if one in self.done else one.args):
                if part not in self.done:
                    own = tuple(map(fresh, part.axes))
                    self.done[part] = self._one(part, own), own
        found, own_axes = self.done[node]
        return renamed(found, dict(zip(own_axes, axes, strict=True)))

    def tensor(self, tensor: Tensor) -> tuple[Reference, tuple[Index, ...]]:
        """A network as a total of products, and its free indices in order."""
        names = {index: fresh(index.size) for index in tensor.free}
        free = tuple(names[index] for index in tensor.free)
        terms = []
        for term in tensor.terms:
            factors = []
            for factor in term.factors:
                ids = []
                for index in factor.indices:
                    if index not in names:
                        names[index] = fresh(index.size)
                    ids.append(names[index])
                one = delta(*ids) if factor.node is None else self.reference(factor.node, ids)
                factors.append((one, Fraction(int(factor.power.p), int(factor.power.q))))
            for loop in map(self.loop, term.loops):
                if not any(loop in one.ids for one, _ in factors):
                    factors.append((self.size(loop.size), ONE_TIME))
            inside = [names[index] for factor in term.factors for index in factor.indices if names[index] not in free]
            factors += lost(dict.fromkeys(inside), factors)
            weight = Fraction(int(term.coefficient.p), int(term.coefficient.q))
            terms.append((weight, product(1, factors, free)))
        return total(terms), free

    def _one(self, node: Node, axes: Axes) -> Reference:
        operator = node.operator
        rule = RULES.get(operator.name)
        if rule is not None:
            return rule(self, node, axes)
        if operator.by_definition:
            names = dict(zip(operator.argument_names, node.args, strict=True))
            return self.reference(read_value(operator.definition, names), axes)
        if operator.elementwise and operator.open is None:
            args = [self.reference(arg, axes if arg.axes else ()) for arg in node.args]
            return elementwise(operator.name, args)
        return called(self, node, axes)
