"""The derivatives by several variables in one pass from the value down to all of them, as a backward pass has it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, replace

from mcalc.derivation.combine import Combination
from mcalc.derivation.derive import Work
from mcalc.derivation.joints import forks
from mcalc.derivation.locals import Local
from mcalc.derivation.meanings import replaced_names, written_out
from mcalc.networks.index_form import Expression
from mcalc.tree import node as tree
from mcalc.tree.node import Node, moving_with, variables

_MUCH = 5
"""With fewer intermediate variables in common each derivation is told alone."""
_MANY, _KEPT_WRITTEN_OUT, _KEPT_IN_A_SHORT_ONE = 12, 9, 20
"""Of so many lines, a longer derivative goes on by its name to those below; of fewer, one that is longer still."""


@dataclass
class OnePass(Work):
    """The intermediate variables between a value and the variable `by` and `others`."""

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

    def told_by_each(self) -> dict[Node, tuple[Work, Expression]]:
        """The derivations by the variables: each has all steps to its own, those that others have as well the same.

        Nothing where each is better told alone: with little in common, or where scalars fork on the way.
        """
        self._introduce()
        below = self._below()
        common = [line for line in self.lines[:-1] if below[line.node] & (below[line.node] - 1)]
        return self._within_names(self._all_told) if len(common) >= _MUCH else {}

    def _all_told(self) -> dict[Node, tuple[Work, Expression]]:
        introduced = list(zip(self.lines, self.steps, strict=True))
        local = self._differentiate()
        differentiated = list(zip(local, self.steps[len(introduced) :], strict=True))
        below = self._below()
        moved = {
            by: {str(name.parameters[0]) for name, bits in below.items() if bits & below[by]} for by in self.variables
        }
        if any(forks(self.lines, by, filter(own.issuperset, local)) for by, own in moved.items()):
            return {}
        longest = _KEPT_WRITTEN_OUT if len(self.lines) > _MANY else _KEPT_IN_A_SHORT_ONE
        combination = Combination(self.lines, [], self.variables, local, longest=longest)
        results = combination.results()
        values = written_out(combination.named)
        found: dict[Node, tuple[Work, Expression]] = {}
        made_of = {line.name: [str(leaf.parameters[0]) for leaf in variables(line.definition)] for line in self.lines}
        for by, own in moved.items():
            needed = _needed(made_of, own)
            work = Work(self.prepared, by, self.names, self.cases, method=self.method, known=self.known)
            work.lines = [line for line in self.lines if line.name in needed]
            work.steps = [step for line, step in introduced if line.name in needed]
            work.steps += [step for edge, step in differentiated if own.issuperset(edge)]
            on_the_way = [line.name for line in reversed(self.lines) if line.name in own]
            for name in (*on_the_way, str(by.parameters[0])):
                work.steps += combination.steps_to.get(name, ())
            found[by] = work, work.substituted(results[by], values)
        return found

    def _all_combined(self) -> dict[Node, Expression]:
        combination = Combination(self.lines, self.steps, self.variables, self._differentiate(), told=False)
        found = combination.results()
        values = written_out(combination.named)
        whole = {by: replaced_names(found[by], values) for by in self.variables}
        return {by: self._substitute(one, simple=one is found[by]) for by, one in whole.items()}

    def _differentiate(self) -> dict[tuple[str, str], Local]:
        """The Jacobians of each line; untold, what is held constant beside an argument is written out in them."""
        if self.told:
            return super()._differentiate()
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
        bits = moving_with(self.prepared.root, self.variables)
        named = {line.node for line in self.lines}
        return {by: bits[by] for by in self.variables} | {
            name: bits[node] for node, name in self.nodes.items() if name in named
        }


def _needed(made_of: dict[str, list[str]], names: Collection[str]) -> set[str]:
    """The names, and those of all that their lines are made of; `made_of` has the lines in order."""
    needed = set(names)
    for name, parts in reversed(made_of.items()):
        if name in needed:
            needed.update(parts)
    return needed
