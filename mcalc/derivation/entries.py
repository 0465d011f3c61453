"""``(A·x)[1] = A[1,1]*x[1] + A[1,2]*x[2]``: an entry of a value, pushed down to the elements of its variables.

What an entry is comes from the operator table: an element-wise operator acts on the entries of its arguments, a
product or a sum is its index formula with numbers for the indices. What has neither keeps its index: ``softmax(x)[1]``.
An entry is put together as it stands, and written by the engine as every value is.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import product
from math import prod

from sympy.core.expr import Expr
from sympy.core.numbers import Integer, Rational
from sympy.core.singleton import S

from mcalc.networks.networks import Factor, Index, Term, counted, expand, fresh
from mcalc.networks.terms import terms_of, tidy
from mcalc.rewriting.answers import Author, matrix_form
from mcalc.rewriting.cases import in_each_case
from mcalc.rewriting.reading import raw
from mcalc.table.records import LoopIndex, Parameter, Slice
from mcalc.tree import build
from mcalc.tree.given_sizes import MOST_TERMS, Numbers, direction, settled
from mcalc.tree.names import unused
from mcalc.tree.node import Node, topological

Places = tuple[Parameter, ...]
_LETTERS = "jkilpqrstuv"


def element(node: Node, places: Places) -> Node:
    """``node[places]``, as it stands."""
    if not places:
        return node
    rest = iter(places)
    return build.apply("element", node, parameters=tuple(S.One if size == 1 else next(rest) for size in node.shape))


class Entries:
    """The entries of the values below `roots`; where `whole`, scalars inside an entry stay as they are written."""

    def __init__(self, roots: Iterable[Node], numbers: Numbers | None = None, whole: bool = False) -> None:
        self.numbers: Numbers = numbers or {}
        self.whole = whole
        self.taken = {
            str(node.parameters[0]) for node in topological(roots) if node.operator.name in ("variable", "loop_sum")
        }
        self.sizes = {symbol for node in topological(roots) for size in node.shape for symbol in size.free_symbols}
        self.author = Author(typed=False)
        self.memory: dict[tuple[Node, Places], Node] = {}
        self.networks: dict[Node, tuple[tuple[Index, ...], list[Term] | None]] = {}

    def at(self, node: Node, places: Places) -> Node:
        """The entry of `node` at `places`, one a axis, counted from 1."""
        return self._written(self._entry(node, places))

    def every(self, node: Node, places: Sequence[Places]) -> list[Node]:
        """The entries that stand beside each other in a matrix written out: of two opposites one has a minus sign."""
        entries = [self._entry(node, one) for one in places]
        self.author.beside(entries)
        return [self._written(entry) for entry in entries]

    def sum_at(self, terms: Iterable[Term], free: Mapping[Index, Parameter]) -> Node:
        """A sum of products with `free` indices at their places."""
        return self._written(self._sum(terms, free))

    def _written(self, entry: Node) -> Node:
        self.author.learn([entry])
        written = self.author.simplified(raw([entry])[entry])
        if not any(node.operator.is_cases for node in topological([written])):
            return written
        done: dict[Node, Node] = {}
        for node in topological([written]):
            args = [done[arg] for arg in node.args]
            done[node] = in_each_case(node.func(*args) if args else node)
        return done[written]

    def _entry(self, node: Node, places: Places) -> Node:
        if self.whole and not places:
            return node
        key = (node, places)
        if key not in self.memory:
            self.memory[key] = self._at(node, places)
        return self.memory[key]

    def _at(self, node: Node, places: Places) -> Node:
        operator = node.operator
        own = getattr(self, "_of_" + operator.name, None)
        if own is not None:
            found: Node | None = own(node, places)
            return element(node, places) if found is None else found
        if operator.value is not None:
            indices, terms = self._network(node)
            if terms is not None:
                return self._sum(terms, dict(zip(indices, places, strict=True)))
        if operator.elementwise:
            return node.func(*(self._entry(arg, places if arg.axes else ()) for arg in node.args))
        return element(node, places)

    def _network(self, node: Node) -> tuple[tuple[Index, ...], list[Term] | None]:
        """The index formula of a value; None where it is no product."""
        if node not in self.networks:
            indices = fresh(node)
            term = expand(node, indices)
            terms = [] if term is None else tidy([term], indices)
            itself = len(terms) == 1 and any(factor.node is node for factor in terms[0].factors)
            self.networks[node] = (indices, None if itself else terms)
        return self.networks[node]

    # Places

    def _sign(self, difference: Expr) -> int | None:
        return direction(difference, self.sizes)

    def _equal(self, one: Expr, other: Expr) -> bool | None:
        """Whether two places are one; None where that cannot be told."""
        if one == other:
            return True
        if isinstance(one, LoopIndex) or isinstance(other, LoopIndex):
            return None
        sign = self._sign(one - other)
        return None if sign is None else sign == 0

    # Structure

    def _of_dimension(self, node: Node, places: Places) -> Node:
        return build.size(settled(node.parameters[0], self.numbers))

    def _of_unit(self, node: Node, places: Places) -> Node | None:
        same = self._equal(settled(node.parameters[0], self.numbers), places[0])
        return None if same is None else build.number(1 if same else 0)

    def _of_element(self, node: Node, places: Places) -> Node:
        """``x[2..n][1] = x[2]``: the places of the part, counted in the whole."""
        (arg,) = node.args
        rest, inner = list(places), []
        for at, size in enumerate(arg.shape):
            place = node.parameters[at] if at < len(node.parameters) else None
            if size == 1:
                continue
            if place is None or (isinstance(place, Slice) and place.lower != place.upper):
                here = rest.pop(0)
                before = S.Zero if place is None else settled(place.lower, self.numbers) - 1
                if place is not None and isinstance(here, LoopIndex):
                    return element(node, places)
                inner.append(here if place is None else here + before)
            else:
                inner.append(settled(place.lower if isinstance(place, Slice) else place, self.numbers))
        return self._entry(arg, tuple(inner))

    def _of_stack(self, node: Node, places: Places) -> Node | None:
        before: Expr = S.Zero
        for arg in node.args:
            place = places[0]
            height = settled(arg.shape[0] if arg.shape else S.One, self.numbers)
            if isinstance(place, LoopIndex):
                return None
            above, below = self._sign(place - before - 1), self._sign(before + height - place)
            if above is None or below is None:
                return None
            if above >= 0 and below >= 0:
                own = (place - before,) if arg.shape and arg.shape[0] != 1 else ()
                return self._entry(arg, own + places[1:])
            before = before + height
        return None

    _of_stack_rows = _of_stack

    def _of_grid(self, node: Node, places: Places) -> Node | None:
        if not all(getattr(place, "is_Integer", False) for place in places):
            return None
        rest = iter(places)
        row, column = (1 if count == 1 else int(next(rest)) for count in node.parameters)
        return self._entry(node.args[(row - 1) * node.parameters[1] + column - 1], ())

    def _of_loop_sum(self, node: Node, places: Places) -> Node:
        return build.apply("loop_sum", self._entry(node.args[0], places), parameters=node.parameters)

    # Products and sums of products

    def _sum(self, terms: Iterable[Term], free: Mapping[Index, Parameter]) -> Node:
        return _total([self._term(term, free) for term in terms])

    def _term(self, term: Term, free: Mapping[Index, Parameter]) -> Node:
        """A product of factors with `free` indices at their places, summed over the others."""
        chosen = self._selected(term, free)
        if chosen is None:
            return build.number(0)
        kept, free = chosen
        traces = [f for f in kept if f.node is None and f.indices[0] is f.indices[1]]
        rest = term._replace(factors=tuple(f for f in kept if f not in traces))
        term = counted(rest, [factor.indices[0] for factor in traces if factor.indices[0] not in free])
        factors: list[tuple[Node, Rational]] = []
        bundles: list[list[Factor]] = []
        for factor in term.factors:
            if all(index in free for index in factor.indices):
                factors.append((self._factor(factor, free), factor.power))
                continue
            inner = {index for index in factor.indices if index not in free}
            joined = [
                bundle for bundle in bundles if any(index in inner for other in bundle for index in other.indices)
            ]
            bundles = [bundle for bundle in bundles if bundle not in joined]
            bundles.append([*(other for bundle in joined for other in bundle), factor])
        factors += [(self._bundle(bundle, free, term.loops), S.One) for bundle in bundles]
        if not term.loops:
            return build.scaled(term.coefficient, factors, None)
        return build.scaled(term.coefficient, [], _under_sums(build.scaled(S.One, factors, None), term.loops))

    def _selected(
        self, term: Term, free: Mapping[Index, Parameter]
    ) -> tuple[list[Factor], Mapping[Index, Parameter]] | None:
        """``Σⱼ I[:,2..n][3,j] x[j] = x[2]``: without the parts of an identity, whose places they give; None is zero."""
        places, kept = dict(free), []
        for factor in term.factors:
            kept.append(factor)
            if factor.node is None or not _is_selection(factor.node):
                continue
            place, chosen = places.get(factor.indices[0]), factor.node.parameters[1]
            if place is None or factor.indices[1] in places or isinstance(place, LoopIndex):
                continue
            lower, upper = settled(chosen.lower, self.numbers), settled(chosen.upper, self.numbers)
            above, below = self._sign(place - lower), self._sign(upper - place)
            if above == -1 or below == -1:
                return None
            if above is not None and below is not None:
                places[factor.indices[1]] = place - lower + 1
                kept.pop()
        return kept, places

    def _factor(self, factor: Factor, places: Mapping[Index, Parameter]) -> Node:
        chosen = tuple(places[index] for index in factor.indices)
        if factor.node is not None:
            return self._entry(factor.node, chosen)
        same = self._equal(*chosen)
        if same is None:
            return element(build.identity(factor.indices[0].size), chosen)
        return build.number(1 if same else 0)

    def _bundle(self, bundle: Sequence[Factor], free: Mapping[Index, Parameter], loops: Sequence[LoopIndex]) -> Node:
        """``Σⱼ A[1,j] x[j]``: written out where the sizes are numbers, else under a sum."""
        if self.whole and not any(index in free for factor in bundle for index in factor.indices):
            closed = matrix_form([Term(S.One, tuple(bundle))], None, None)
            if closed is not None:
                return closed
        products = self._rows_by_vectors(bundle, free) if self.whole and not loops else None
        if products is not None:
            return products
        sizes: dict[Index, Expr] = {}
        for factor in bundle:
            for at, index in enumerate(factor.indices):
                if index not in free:
                    sizes.setdefault(index, factor.node.axes[at] if factor.node is not None else index.size)
        counts = {index: settled(size, self.numbers) for index, size in sizes.items()}
        short = [index for index, count in counts.items() if count.is_Integer]
        if prod(int(counts[index]) for index in short) > MOST_TERMS:
            short = []
        running = {place for place in (*free.values(), *loops) if isinstance(place, LoopIndex)}
        used = (
            self.taken
            | {loop.name for loop in running}
            | {loop.name for f in bundle if f.node is not None for loop in f.node.loops}
        )
        letters = unused((*_LETTERS, *(f"j_{number}" for number in range(1, 99))), used)
        sums = {index: LoopIndex(next(letters), sizes[index]) for index in sizes if index not in short}
        terms = []
        for chosen in product(*(range(1, int(counts[index]) + 1) for index in short)):
            places = {**free, **sums, **{index: Integer(place) for index, place in zip(short, chosen, strict=True)}}
            factors = [(self._factor(factor, places), factor.power) for factor in bundle]
            terms.append(build.scaled(S.One, factors, None))
        return _under_sums(_total(terms), tuple(sums.values()))

    def _rows_by_vectors(self, bundle: Sequence[Factor], free: Mapping[Index, Parameter]) -> Node | None:
        """``Σⱼ (A[1,j] + B[1,j]) x[j] = A[1]·x + B[1]·x``; None where a sum would stay."""
        for at, (node, indices, power) in enumerate(bundle):
            if node is not None and node.operator.name == "add" and power == 1 and len(bundle) == 2:
                opened = [term.times(Term(S.One, (bundle[1 - at],))) for term in terms_of(node, indices)]
                result = self._sum(tidy(opened, tuple(free)), free)
                return None if any(below.operator.name == "loop_sum" for below in topological([result])) else result
        return self._row_by_vector(bundle, free)

    def _row_by_vector(self, bundle: Sequence[Factor], free: Mapping[Index, Parameter]) -> Node | None:
        """``Σⱼ A[1,j] x[j] = A[1]·x``, a row or column of a variable by another or by a vector."""
        vectors = []
        for node, indices, power in bundle:
            inner = [index for index in indices if index not in free]
            if node is None or node.operator.name != "variable" or power != 1 or len(inner) != 1:
                return None
            if len(indices) == 1:
                vectors.append(node)
                continue
            places = [free.get(index) for index in indices]
            vectors.append(build.apply("element", node, parameters=tuple(places[:1] if places[1] is None else places)))
        if len(vectors) != 2 or any(len(vector.shape) != 1 for vector in vectors):
            return None
        return build.apply("dot", *vectors)


def _total(terms: Sequence[Node]) -> Node:
    if len(terms) < 2:
        return terms[0] if terms else build.number(0)
    return build.apply("add", *terms)


def _under_sums(body: Node, loops: Sequence[LoopIndex]) -> Node:
    for loop in reversed(loops):
        body = build.apply("loop_sum", body, parameters=(loop,))
    return body


def _is_selection(node: Node) -> bool:
    return node.operator.name == "element" and node.args[0].operator.name == "eye" and node.parameters[0] is None
