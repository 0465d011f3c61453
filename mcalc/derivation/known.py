"""What the derivatives by several variables have in common: found by one, it is known to the others.

The value is differentiated down to each variable in turn; the ways to two of them are one way at first.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from mcalc.calculus.differentiate import differentiate_by_all
from mcalc.derivation.combine import Sums
from mcalc.derivation.derivation import Line
from mcalc.derivation.locals import Local, by_name, leaf_of, named_form, rule_by_name
from mcalc.tree.node import Node, replaced


class Known:
    """Names of intermediates, their local derivatives, sums over paths, and values with the names written out."""

    def __init__(self) -> None:
        self.sums: Sums = {}
        self._local: dict[tuple[Node, ...], list[Local]] = {}
        self._numbers: dict[tuple[str, Node], int] = {}
        self._meaning: dict[Node, Node] = {}
        self._written_out: dict[Node, Node] = {}
        self._as_it_stands: dict[Node, Node] = {}

    def number(self, letter: str, node: Node) -> int:
        """The number of an intermediate value without a name, one for all derivatives."""
        return self._numbers.setdefault((letter, node), len(self._numbers) + 1)

    def local(self, line: Line, args: Sequence[Node]) -> list[Local]:
        """The derivatives of a line by each of the names in it, in one pass."""
        place = (line.node, line.definition, *args)
        if place not in self._local:
            leaves = [leaf_of(line.node, line.name, arg) for arg in args]
            found = differentiate_by_all(line.definition, args, rule_by_name(line))
            tensors = [by_name(tensor, line) for tensor in found]
            self._local[place] = [
                Local(leaf, tensor, named_form(leaf, tensor)) for leaf, tensor in zip(leaves, tensors, strict=True)
            ]
        return self._local[place]

    def substituted_by(self, meaning: Mapping[Node, Node]) -> dict[Node, Node]:
        """What values became in which the names had these meanings; nothing where one had another."""
        self._mean(meaning)
        return self._written_out

    def inserted(self, result: Node, meaning: Mapping[Node, Node]) -> Node:
        """The value with the names replaced by their meanings, and nothing else done."""
        self._mean(meaning)
        self._as_it_stands |= meaning
        self._as_it_stands |= replaced([result], self._as_it_stands)
        return self._as_it_stands[result]

    def _mean(self, meaning: Mapping[Node, Node]) -> None:
        """What was found where a name had another meaning is no longer known."""
        if any(self._meaning.get(leaf, value) is not value for leaf, value in meaning.items()):
            self._meaning, self._written_out, self._as_it_stands = {}, {}, {}
        self._meaning |= meaning
