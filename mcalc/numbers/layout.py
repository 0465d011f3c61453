"""Which axes a value has in front of its own: one of the points, and one of each sum over data that is laid out."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from functools import cached_property
from math import prod

from mcalc.numbers.arithmetic import REAL, Arithmetic
from mcalc.numbers.axes import POINTS, Laid, way
from mcalc.numbers.sizes import Sizes, dimensions, whole
from mcalc.numbers.sums import OWN, Part, parts
from mcalc.table.records import LoopIndex, Shape
from mcalc.tree.node import Node, topological

ENTRIES_AT_ONCE = 2_000_000
"""How many entries there are of one value at once, and of data at most twice as many as are given."""
Loops = frozenset[LoopIndex]
Below = Callable[[Node], Sequence[Node]]


def loops_of(order: Iterable[Node], below: Below, given: Collection[Node]) -> dict[Node, Loops]:
    """The running indices on which each node depends and which it does not bind; arguments come first."""
    order = [*order]
    if not any(node.loops for node in order):
        return dict.fromkeys(order, frozenset())
    found: dict[Node, Loops] = {}
    for node in order:
        if node in given:
            found[node] = frozenset()
            continue
        loops: Loops = frozenset().union(*(found[arg] for arg in below(node)))
        if node.operator.name == "loop_sum":
            loops -= {node.parameters[0]}
        else:
            loops |= {parameter for parameter in node.parameters if isinstance(parameter, LoopIndex)}
        found[node] = loops
    return found


class Layout:
    """The nodes below `roots` in an order to compute them, and the axes that each has in front.

    A sum over data is laid out where all that depends on its index can be, without more numbers than there is room
    for: `sums` are then its parts, and what stands below it is what these need. The indices `kept` may be those of
    axes in front of the roots, those `active` never are.
    """

    def __init__(
        self,
        roots: Sequence[Node],
        sizes: Sizes,
        given: Collection[Node] = (),
        active: Collection[LoopIndex] = (),
        varied: Collection[str] = (),
        kept: Sequence[LoopIndex] = (),
        arithmetic: Arithmetic = REAL,
    ) -> None:
        self.roots, self.sizes, self.given, self.arithmetic = roots, sizes, given, arithmetic
        self.sums: dict[Node, list[Part]] = {}
        self.letters: dict[LoopIndex, str] = {}
        self.lengths: dict[str, int] = {POINTS: 1}
        self._settle(varied)
        if arithmetic.has_axes:
            bound = [node.parameters[0] for node in self.order if node.operator.name == "loop_sum"]
            for loop in dict.fromkeys([*bound, *kept]):
                if loop.size != 1 and loop not in active:
                    self._lay(loop, varied)

    def below(self, node: Node) -> Sequence[Node]:
        """What is to be computed first: nothing of what is given."""
        if self.given and node in self.given:
            return ()
        if self.sums and node in self.sums:
            return [factor for part in self.sums[node] for factor, _ in part.factors]
        return node.args

    def _settle(self, varied: Collection[str]) -> None:
        self.order = topological(self.roots, self.below)
        self.loops = loops_of(self.order, self.below, self.given)
        known: dict[Shape, tuple[int, ...]] = {}
        self.shapes: dict[Node, tuple[int, ...]] = {}
        for node in self.order:
            if node.shape not in known:
                known[node.shape] = dimensions(node.axes, self.sizes)
            self.shapes[node] = known[node.shape]
        self.many: set[Node] = set()
        for node in self.order if varied else ():
            if node.operator.name == "variable":
                moves = node.parameters[0] in varied and node not in self.given
            else:
                moves = not self.many.isdisjoint(self.below(node))
            if moves:
                self.many.add(node)

    def _lay(self, loop: LoopIndex, varied: Collection[str]) -> None:
        """Gives the index an axis, if that is possible."""
        before = self.sums
        letter = chr(ord(POINTS) + 1 + len(self.letters))
        over = {
            node: parts(node.args[0], lambda below: loop in self.loops.get(below, below.loops))
            for node in self.order
            if node.operator.name == "loop_sum" and node.parameters[0] == loop
        }
        self.sums = {**before, **over}
        self.letters[loop], self.lengths[letter] = letter, whole(loop.size, self.sizes)
        if over:
            self._settle(varied)
        if letter == "Z" or not all(self._has_room(node, loop) for node in self.order):
            self.sums = before
            del self.letters[loop], self.lengths[letter]
            if over:
                self._settle(varied)

    def _has_room(self, node: Node, loop: LoopIndex) -> bool:
        if loop not in self.loops[node]:
            return True
        name = node.operator.name
        if name == "element" and loop not in self.loops[node.args[0]]:
            return True  # as the numbers lie there
        plain = name in ("element", "unit", "loop_index", "loop_sum")
        if not plain and (way(node) is None or not self.arithmetic.lays(node.operator)):
            return False
        data = max((prod(self.shapes[leaf]) for leaf in self.order if leaf.operator.name == "variable"), default=0)
        entries = prod(self.lengths[letter] for letter in self.ahead(node)) * prod(self.shapes[node])
        return entries <= max(ENTRIES_AT_ONCE, 2 * data)

    def ahead(self, node: Node) -> str:
        """The letters of the axes in front: of the points first, then of the indices as they are laid out."""
        if not self.letters:
            return POINTS if node in self.many else ""
        loops = self.loops[node]
        return (POINTS if node in self.many else "") + "".join(
            letter for loop, letter in self.letters.items() if loop in loops
        )

    def laid(self, node: Node, slots: Mapping[Node, int]) -> Laid:
        """Where the value is found, and with which axes."""
        return Laid(slots[node], self.ahead(node), self.shapes[node])

    def lengths_within(self, node: Node) -> dict[str, int]:
        """How long the axes are of what the parts of a sum multiply, by their letters."""
        own = {
            letter: length
            for part in self.sums[node]
            for factor, letters in part.factors
            for letter, length in zip(letters, self.shapes[factor], strict=True)
        }
        return {**self.lengths, **dict(zip(OWN, self.shapes[node], strict=False)), **own}

    @cached_property
    def entries(self) -> int:
        """The most entries that a value has at one point, of those that differ from point to point."""
        sizes = (
            prod(self.shapes[node]) * prod(self.lengths[letter] for letter in self.ahead(node)) for node in self.many
        )
        return max(sizes, default=1)
