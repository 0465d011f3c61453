"""The ways from a value down to its variables: where one ends, its derivative is told, and the next ones begin."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from mcalc.derivation.derivation import Line
from mcalc.derivation.locals import Local
from mcalc.tree.node import Node, variables

_LONGEST_WAY, _MOST_TERMS = 12, 4
"""How many Jacobians a product has that is to be read in one line, and how many terms it has multiplied out."""

_DEEP = 24
"""So many values that stand on each other are many."""

Edges = Mapping[tuple[str, str], Local]
"""From a value to one that it is made of: the Jacobian."""


def is_deep(lines: Sequence[Line]) -> bool:
    """Whether many values stand on each other: in such a program nothing is rewritten twice that is not told."""
    depth: dict[Node, int] = {}
    for line in lines if len(lines) > _DEEP else ():
        depth[line.node] = 1 + max([depth.get(leaf, 0) for leaf in variables(line.definition)], default=0)
    return max(depth.values(), default=0) > _DEEP


@dataclass(frozen=True)
class Ways:
    """The edges by their ends; `users` are the lines that use a value, the last first, `stops` where ways end."""

    local: Edges
    root: Line
    users: Mapping[str, Sequence[Line]]
    stops: set[str]

    @classmethod
    def of(cls, lines: Sequence[Line], local: Edges, variables: Sequence[Node], parting: bool) -> Ways:
        """The ways to the variables: they end where values are used twice, or have no Jacobian that is a matrix.

        Where they are `parting` they end, too, and long ones at rests.
        """
        line_of = {line.name: line for line in lines}
        users: dict[str, list[Line]] = {}
        below: dict[str, set[str]] = {}
        for above, argument in local:
            users.setdefault(argument, []).append(line_of[above])
            below.setdefault(above, set()).add(argument)
        for found in users.values():
            found.reverse()
        stops = {lines[-1].name, *(str(by.parameters[0]) for by in variables)}
        in_indices = {name for edge, entry in local.items() if entry.node is None for name in edge}
        for line in lines:
            odd = len(line.node.axes) == 2 or line.name in in_indices
            parts = parting and len(below.get(line.name, ())) > 1
            if len(users.get(line.name, ())) > 1 or odd or parts:
                stops.add(line.name)
        ways = cls(local, lines[-1], users, stops)
        ways._rest(lines)
        return ways

    def _rest(self, lines: Sequence[Line]) -> None:
        """A long way without a fork gets stops too: a product is to be read in one line, and sums in it multiply."""
        length, terms = dict[str, int](), dict[str, int]()
        for line in reversed(lines):
            if line.name in self.users and line.name not in self.stops:
                above = self.users[line.name][0].name
                own = len(self.local[above, line.name].tensor.terms)
                if own * terms.get(above, 1) > _MOST_TERMS and above in length:
                    self.stops.add(above)
                    del length[above], terms[above]
                length[line.name] = 1 + length.get(above, 0)
                terms[line.name] = own * terms.get(above, 1)
                if length[line.name] > _LONGEST_WAY:
                    self.stops.add(line.name)
                    del length[line.name], terms[line.name]

    def ends_at(self, name: str) -> bool:
        """Whether ways from above end at the value."""
        return name in self.stops and name in self.users

    def to(self, name: str, total: Mapping[str, Local]) -> list[list[Local]]:
        """The Jacobians along each way to a value, the shortest first: from the root, or from where the way begins."""
        return sorted([self._path(line, name, total) for line in self.users[name]], key=len)

    def _path(self, line: Line, name: str, total: Mapping[str, Local]) -> list[Local]:
        path = [self.local[line.name, name]]
        while line.name not in self.stops:
            (user,) = self.users[line.name]
            path.insert(0, self.local[user.name, line.name])
            line = user
        if line.name != self.root.name:
            path.insert(0, total[line.name])
        return path
