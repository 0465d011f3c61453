"""Leaves as boxes: names, numbers, constants, indices; and the making of each box once, from the leaves up."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Iterable, Sequence

from sympy.core.expr import Expr

from mcalc.networks.index_form import Arguments
from mcalc.notation.boxes import (
    Box,
    Derivative,
    Differential,
    Index,
    Name,
    Number,
    Of,
    Row,
    Said,
    Sign,
    Size,
)
from mcalc.notation.lost_sizes import without_size
from mcalc.table.records import LoopIndex, Parameter, Slice, lies
from mcalc.table.roles import DELTA
from mcalc.tree.letters import Loops, names_in, names_in_use, running_letters
from mcalc.tree.names import size_text
from mcalc.tree.node import Node, ValueName, loops_below, topological


class Leaves(ABC):
    """What is written of no other value; `made` are the names of a derivation's intermediates."""

    def __init__(self, made: Iterable[str] = ()) -> None:
        self.made = frozenset(made)
        self.done: dict[Node, Box] = {}
        self.links: dict[Node, tuple[Node, ...]] = {}
        self.lost: frozenset[Node] = frozenset()
        self.names: frozenset[str] = names_in_use()
        self.letters: dict[LoopIndex, str] = {}
        self.named: set[Node] = set()

    def build(self, root: Node) -> Box:
        """The value as a box."""
        self.prepare([root])
        return self.box(root)

    def prepare(self, roots: Collection[Node], taken: Collection[str] = (), together: Collection[Loops] = ()) -> None:
        """Chooses the letters of running indices for all that is written, and where identities keep their sizes."""
        self.names |= names_in(roots)
        letters = running_letters(roots, {*self.names, *taken}, together)
        other = {loop for loop, letter in letters.items() if self.letters.get(loop, letter) != letter}
        if other:  # what was written with their letters so far is written anew
            kept = {node for node in self.done if node in self.named or other.isdisjoint(loops_below([node]))}
            self.done = {node: box for node, box in self.done.items() if node in kept}
        self.letters |= letters
        self.lost |= frozenset(node for root in roots for node in without_size(root))

    def box(self, root: Node) -> Box:
        """The box, letters and sizes as they were prepared."""
        for node in topological([root], self.made_first):
            if node not in self.done:
                make: Callable[[Node], Box] = getattr(self, "_" + node.operator.notation.kind)
                self.done[node] = make(node)
        return self.done[root]

    @abstractmethod
    def parts_of(self, node: Node) -> Sequence[Node]:
        """What is written of a node."""

    def made_first(self, node: Node) -> Sequence[Node]:
        """What is made before the box of a node, if that is not made yet."""
        return () if node in self.done else self.parts_of(node)

    def name(self, word: str | ValueName, rank: int) -> Box:
        """A name; of a value that is named by what it is, that value."""
        if isinstance(word, ValueName):
            return Said(str(word), self.box(word.value))
        return Name(str(word), rank, word in self.made)

    def name_part(self, node: Node, name: Name) -> None:
        """From now on the node is written by its name, within a product of matrices too."""
        self.done[node] = name
        self.named.add(node)
        self.links.pop(node, None)

    def _name(self, node: Node) -> Box:
        return self.name(node.parameters[0], len(node.axes))

    def _number(self, node: Node) -> Box:
        value = node.parameters[0]
        plain = Number(abs(value))
        return plain if value >= 0 else Row("sum", (plain,), ("minus",), (0,))

    def _constant(self, node: Node) -> Box:
        return Sign(node.operator.name, renamed="pi" in self.names)

    def _dimension(self, node: Node) -> Box:
        size = node.parameters[0]
        return Size(self.place(size) if isinstance(size, LoopIndex) else size)

    def _partial(self, node: Node) -> Box:
        above, below, split, arguments = node.parameters
        value = self.box(above) if isinstance(above, Node) else self.of(self.name(above, split), arguments)
        return Derivative(value, (self.name(below, len(node.axes) - split),))

    def of(self, value: Box, arguments: Arguments) -> Box:
        """``u₂(x, u₁)``; the value itself where nothing is said of its arguments."""
        if not arguments:
            return value
        return Of(value, tuple(self.name(name, rank) for name, rank in arguments))

    def _differential(self, node: Node) -> Box:
        return Differential(self.name(node.parameters[0], len(node.axes)))

    def _filled(self, node: Node) -> Box:
        row = lies(node.shape)
        return Sign(node.operator.name, tuple(node.shape), node in self.lost, row)

    def _identity(self, node: Node) -> Box:
        return Sign("eye", tuple(node.shape[:1]), node in self.lost, renamed="I" in self.names)

    def _unit(self, node: Node) -> Box:
        place, size = node.parameters
        return Sign("unit", (self.place(place), size))

    def _delta(self, node: Node) -> Box:
        size = next((place.size for place in node.parameters if isinstance(place, LoopIndex)), None)
        return self.delta([self.place(place) for place in node.parameters], size)

    def delta(self, places: Sequence[str], size: Expr) -> Box:
        """Kronecker's δ; where the text has a name `delta`, an entry of the identity."""
        if DELTA in self.names:
            return Index(Sign("eye", (size,), True, renamed="I" in self.names), tuple(places))
        return Sign(DELTA, tuple(places))

    def place(self, place: Parameter) -> str:
        """An index: a part, a running index, a number."""
        if isinstance(place, Slice):
            return f"{size_text(place.lower)}..{size_text(place.upper)}"
        if isinstance(place, LoopIndex):
            return self.letters.get(place, place.name)
        return size_text(place)
