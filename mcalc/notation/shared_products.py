"""Products that recur inside longer ones: ``A·B·C·D`` is ``t·D`` where ``t = A·B·C`` stands elsewhere in the answer.

The engine knows products flat, and writes each in full: of a net of many layers every layer would show all those
below. Which factors go together does not change a value, so the parts that have names are put back.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from itertools import chain
from operator import attrgetter, itemgetter

from mcalc.notation.common_rows import common_rows, upright
from mcalc.tree import build
from mcalc.tree.node import Node, topological

_LEAST, _SMALL = 12, 4
"""How many parts a product has that is worth a name inside another one, and one that recurs in any case."""
_ENTRIES = "multiply"
_MATRICES = ("matmul", "dot", "outer")
_PRODUCTS = frozenset({_ENTRIES, *_MATRICES})
_key = attrgetter("key")


def with_shared_products(
    roots: Sequence[Node], but: Collection[Node] = ()
) -> tuple[Mapping[Node, Node], Mapping[Node, Node]]:
    """What becomes of the values, and the products that are factors of others in them: as they were, and as they stand.

    A product whose factors hold another product of the values has that product as a factor: of products of matrices the
    longest row that stands inside, also turned over, then what their rows have in common; of products of entries the
    one with the most factors. Equal products that were put together differently become one. Those of `but` stay within
    others as they are.
    """
    order = topological(roots)
    if sum([node.operator.name in _PRODUCTS for node in order]) < 2:  # none stands in another
        return {root: root for root in roots}, {}
    return _Sharing(roots, order, frozenset(but)).run()


class _Sharing:
    """The products of some values, and by which factors one is looked for in another, of a row by its first two."""

    def __init__(self, roots: Sequence[Node], order: Sequence[Node], but: frozenset[Node]) -> None:
        self.roots, self.order, self.but = roots, order, but
        self.rows: dict[Node, tuple[Node, ...]] = {}
        self.by_start: dict[tuple[Node, ...], list[tuple[tuple[Node, ...], Node, bool]]] = {}
        self.factors: dict[Node, Counter[Node]] = {}
        self.by_largest: dict[Node, list[Node]] = {}
        self.first: dict[object, Node] = {}
        self.held: set[Node] = set()
        self.place = {node: at for at, node in enumerate(self.order)}
        self.flat: dict[Node, Sequence[Node]] = {}
        for node in self.order:
            if node.operator.name == _ENTRIES:
                self.flat[node] = self._flattened(node)
        self.uses = Counter(chain.from_iterable([node.args for node in self.order]))
        self.alone = _wholes(roots, self.order)
        whole = self.alone | {node for node, count in self.uses.items() if count > 1}
        for node in self.order:
            if node in whole and node.operator.name in _PRODUCTS and not node.loops:
                self._note(node)
        for rows in self.by_start.values():
            rows.sort(key=lambda known: -len(known[0]))
        often = Counter(chain.from_iterable([self.factors[node] for node in chain(*self.by_largest.values())]))
        self.by_rarest = {factor: self._by_rarest(products, often) for factor, products in self.by_largest.items()}

    def _by_rarest(self, products: Sequence[Node], often: Counter[Node]) -> dict[Node, list[tuple[int, Node]]]:
        """The products with their places, those of the most factors first, by the factor that is in the fewest."""
        found: dict[Node, list[tuple[int, Node]]] = {}
        for place, node in enumerate(sorted(products, key=lambda node: -self.factors[node].total())):
            found.setdefault(min(self.factors[node], key=often.__getitem__), []).append((place, node))
        return found

    def _held_in(self, factors: Mapping[Node, int], largest: Node, node: Node) -> Node | None:
        """The product of the most factors that stands in another, by its largest one; None where there is none."""
        known = self.by_rarest[largest]
        near = chain.from_iterable([products for rarest, products in known.items() if rarest in factors])
        held = (one for _, one in sorted(near, key=itemgetter(0)) if one is not node)
        return next((one for one in held if _holds(factors, self.factors[one])), None)

    def _note(self, node: Node) -> None:
        """A product, as one that others may hold."""
        if node.operator.name in _MATRICES:
            row = self.rows[node] = tuple(_row_of(node))
            if self._has_name(node) and self.first.setdefault(row, node) is node:
                self.by_start.setdefault(row[:2], []).append((row, node, False))
                over = tuple(build.transpose(part) for part in reversed(row))
                self.by_start.setdefault(over[:2], []).append((over, node, True))
        else:
            factors = self.factors[node] = Counter(self.flat[node])
            key = frozenset(factors.items())
            if self._has_name(node) and self.first.setdefault(key, node) is node:
                self.by_largest.setdefault(max(factors, key=_key), []).append(node)

    def _flattened(self, node: Node) -> Sequence[Node]:
        """The factors of a product of entries, those of products inside it as well."""
        if not any([part in self.flat for part in node.args]):
            return node.args
        return list(chain.from_iterable([self.flat.get(part, (part,)) for part in node.args]))

    def _has_name(self, node: Node) -> bool:
        return node not in self.but and node.key[0] >= (_SMALL if self.uses[node] > 1 else _LEAST)

    def run(self) -> tuple[Mapping[Node, Node], Mapping[Node, Node]]:
        """The values, their products made anew of those that they hold, and these."""
        if len(self.rows) < 2 and not self.by_start and not self.by_largest:
            return {root: root for root in self.roots}, {}
        parts: dict[Node, Sequence[Node]] = {node: self._parts(node) for node in (*self.rows, *self.factors)}
        rows = {node: parts[node] for node in self.rows if node in self.alone and len(parts[node]) > 1}
        others = [node for node in self.order if node.operator.name not in (*_MATRICES, "transpose")]
        elsewhere = Counter(upright(arg) for node in others for arg in node.args)
        common = common_rows(rows, elsewhere, self.but)
        parts |= common
        self.held.update(
            part for row in common.values() for factor in row for part in (factor, *factor.args) if part in common
        )
        done: dict[Node, Node] = {}

        def into(node: Node) -> Sequence[Node]:
            found = parts.get(node)
            return node.args if found is None else found

        for node in topological(self.roots, into):
            below = into(node)
            if node not in parts:
                done[node] = node.func(*(done[arg] for arg in below)) if below else node
            elif tuple(below) == self.rows.get(node) and all(done[part] is part for part in below):
                done[node] = node
            elif len(below) == 1:
                done[node] = done[below[0]]
            elif node in self.factors:
                done[node] = build.apply(_ENTRIES, *(done[part] for part in below))
            else:
                made = build.chain([done[part] for part in below])
                done[node] = made if made.shape == node.shape else node
        return done, {node: done[node] for node in self.held if node in done}

    def _parts(self, node: Node) -> Sequence[Node]:
        """The factors of a product, some of them products that stand elsewhere."""
        return self._row(node) if node in self.rows else self._product(node)

    def _row(self, node: Node) -> list[Node]:
        row, at = self.rows[node], 0
        found: list[Node] = []
        while at < len(row):
            for known, whole, over in self.by_start.get(row[at : at + 2], ()):
                shorter = len(known) < len(row) or self.place[whole] < self.place[node]
                if shorter and row[at : at + len(known)] == known:
                    found.append(build.apply("transpose", whole) if over else whole)
                    self.held.add(whole)
                    at += len(known)
                    break
            else:
                found.append(row[at])
                at += 1
        return found

    def _product(self, node: Node) -> Sequence[Node]:
        left: Mapping[Node, int] = self.factors[node]
        first = self.first.get(frozenset(left.items()), node)
        if first is not node:
            return [first]
        held: list[Node] = []
        for factor in sorted([part for part in left if part in self.by_largest], key=_key, reverse=True):
            known = self._held_in(left, factor, node) if factor in left else None
            if known is not None:
                left = _without(left, self.factors[known])
                held.append(known)
        self.held.update(held)
        return self._in_order(node, held, left) if held else node.args

    def _in_order(self, node: Node, held: list[Node], left: Mapping[Node, int]) -> list[Node]:
        """Each product that is held in the place of its first factor, after the numbers."""
        found: list[Node] = []
        factors = self.flat[node]
        numbers = [factor for factor in factors if factor.operator.name == "number"]
        again = dict(left)
        for factor in (*numbers, *[factor for factor in factors if factor.operator.name != "number"]):
            if factor in again and again[factor] > 0:
                again[factor] -= 1
                found.append(factor)
            elif held:
                found += [h for h in held if factor in self.factors[h]]
                held = [h for h in held if factor not in self.factors[h]]
        return found


def _holds(factors: Mapping[Node, int], known: Mapping[Node, int]) -> bool:
    """Whether all that is known stands among the factors, as often."""
    if known.items() <= factors.items():
        return True
    return known.keys() <= factors.keys() and all([factors[part] >= count for part, count in known.items()])


def _without(factors: Mapping[Node, int], known: Mapping[Node, int]) -> dict[Node, int]:
    """The factors that are left."""
    rest = {part: count for part, count in factors.items() if part not in known}
    return rest | {part: factors[part] - count for part, count in known.items() if factors[part] > count}


def _wholes(roots: Sequence[Node], order: Sequence[Node]) -> set[Node]:
    """What stands in something else than a product of its own kind."""
    return set(roots).union(*map(_apart, order))


def _apart(node: Node) -> list[Node]:
    """The arguments whose factors do not stand in a row with the others."""
    name = node.operator.name
    if name not in _MATRICES:
        return [arg for arg in node.args if arg.operator is not node.operator]
    alone = None if name == "matmul" else node.args[name == "outer"]
    return [arg for arg in node.args if arg is alone or arg.operator.name not in _MATRICES]


def _row_of(node: Node) -> list[Node]:
    """The factors of a product of matrices, of dot and outer products among them too, as they are written."""
    row: list[Node] = []
    stack = [node]
    while stack:
        part = stack.pop()
        name = part.operator.name
        if name == "dot":
            row.append(build.transpose(part.args[0]))
            stack.append(part.args[1])
        elif name == "outer":
            stack += (build.transpose(part.args[1]), part.args[0])
        elif name == "matmul":
            stack += reversed(part.args)
        else:
            row.append(part)
    return row
