"""The derivatives by several variables in one pass from the value down to all of them, as a backward pass has it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace

from mcalc.derivation.combine import Combination
from mcalc.derivation.derive import Work
from mcalc.derivation.locals import Local
from mcalc.derivation.meanings import replaced_names, written_out
from mcalc.networks.index_form import Expression
from mcalc.tree import node as tree
from mcalc.tree.node import Node, topological, variables


@dataclass
class OnePass(Work):
    """The intermediate variables between a value and the variable `by` and `others`; it is not told."""

    others: tuple[Node, ...] = ()

    @property
    def variables(self) -> tuple[Node, ...]:
        """The variables that the value is differentiated by."""
        return (self.by, *self.others)

    def derive_all(self) -> dict[Node, Expression] | None:
        """The derivatives in the paper's layout; None where each is better found alone.

        That is so where paths between scalars fork and join again.
        """
        self._introduce()
        uses = Counter(arg for line in self.lines for arg in variables(line.definition))
        if any(uses[line.node] > 1 and not line.node.axes for line in self.lines):
            return None
        return self._within_names(self._all_combined)

    def _all_combined(self) -> dict[Node, Expression]:
        combination = Combination(self.lines, self.steps, self.variables, self._differentiate(), told=False)
        found = combination.results()
        values = written_out(combination.named)
        return {by: self._substitute(replaced_names(found[by], values)) for by in self.variables}

    def _differentiate(self) -> dict[tuple[str, str], Local]:
        """The Jacobians of each line; what is held constant beside an argument is written out in them."""
        below = self._below()
        values = {name: node for node, name in self.nodes.items() if name in below}
        found: dict[tuple[str, str], Local] = {}
        for line in self.lines:
            args = [leaf for leaf in variables(line.definition) if leaf in below]
            alike: dict[Node, list[Node]] = {}
            for arg in args:
                constant = {one: values[one] for one in args if not below[one] & below[arg] and one in values}
                definition = tree.replace(line.definition, constant) if constant else line.definition
                alike.setdefault(definition, []).append(arg)
            for definition, some in alike.items():
                edges = [(line.name, str(arg.parameters[0])) for arg in some]
                local = self.known.local(replace(line, definition=definition), some)
                found |= zip(edges, local, strict=True)
        return found

    def _below(self) -> dict[Node, int]:
        """Which of the variables each name moves with: a bit for each of them."""
        bits = {by: 1 << at for at, by in enumerate(self.variables)}
        for node in topological([self.prepared.root]):
            for arg in node.args:
                bits[node] = bits.get(node, 0) | bits.get(arg, 0)
        named = {line.node for line in self.lines}
        return {by: bits[by] for by in self.variables} | {
            name: bits[node] for node, name in self.nodes.items() if name in named
        }
