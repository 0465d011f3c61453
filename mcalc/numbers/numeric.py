"""Numbers for a tree and for a network, and points at which they are computed."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import permutations, product
from math import prod
from operator import attrgetter

from sympy.core.expr import Expr

from mcalc.networks.networks import Index, Tensor, Term
from mcalc.numbers.arithmetic import REAL, Arithmetic
from mcalc.numbers.arrays import Random
from mcalc.numbers.arrays import array_module as np
from mcalc.numbers.axes import POINTS, places
from mcalc.numbers.jitter import Jitter
from mcalc.numbers.products import contraction
from mcalc.numbers.program import Program
from mcalc.numbers.sizes import Sizes, dimensions, whole
from mcalc.numbers.steps import Point, Values
from mcalc.table.records import Array, LoopIndex, Slice
from mcalc.tree.node import Node, topological
from mcalc.tree.properties import declared

KINDS = ("any", "positive", "unit", "square", "small", "above one", "mixed")
_RANGES = {"positive": (0.3, 1.7), "unit": (0.1, 0.8), "small": (-0.2, 0.2), "above one": (1.2, 2.5)}
_ANY = (-1.5, 1.5)


def evaluate(node: Node, point: Point, sizes: Sizes, values: Values = None) -> Array:
    """The value of the tree at a point: variables by name, dimensions by `sizes`, nodes of `values` as given."""
    with np.errstate(all="ignore"):
        return Program([node], sizes, values or ()).run(point, values)[0]


def evaluate_tensor(
    tensor: Tensor,
    point: Point,
    sizes: Sizes,
    values: Values = None,
    arithmetic: Arithmetic = REAL,
    generator: Random | Jitter | None = None,
) -> Array:
    """The entries of a sum of networks: the axes of the value first, then those of the variable."""
    return TensorProgram(tensor, sizes, values or (), arithmetic).run(point, values, generator)


class TensorProgram:
    """A sum of networks, compiled once, that runs at many points; what depends on the names `varied` at all at once."""

    def __init__(
        self,
        tensor: Tensor,
        sizes: Sizes,
        given: Iterable[Node] = (),
        arithmetic: Arithmetic = REAL,
        varied: Collection[str] = (),
    ) -> None:
        self.free, self.sizes, self.arithmetic = dimensions((one.size for one in tensor.free), sizes), sizes, arithmetic
        given = frozenset(given)
        alike: dict[tuple[LoopIndex, ...], list[Term]] = {}
        for term in tensor.terms:
            alike.setdefault(tuple(term.loops), []).append(term)
        self.sums = [_Products(terms, tensor.free, sizes, given, arithmetic, varied) for terms in alike.values()]
        self.entries = max((terms.entries for terms in self.sums), default=1)

    def run(self, point: Point, values: Values = None, generator: Random | Jitter | None = None) -> Array:
        """The entries; with a `generator` the value of every node below is moved a little, as by rounding."""
        return self._total(self.free, point, values, generator)

    def run_all(self, point: Mapping[str, Array], count: int) -> list[Array]:
        """The entries at `count` points."""
        return [self._total((count, *self.free), point, None, None)]

    def _total(self, shape: tuple[int, ...], point: Point, values: Values, generator: Random | Jitter | None) -> Array:
        result = self.arithmetic.array(np.zeros(shape))
        with np.errstate(all="ignore"):
            for terms in self.sums:
                for found in terms.run(point, values, generator):
                    result = result + found
        return result


class _Products:
    """Terms over the same running indices: the values of their factors are computed once for all of them."""

    def __init__(
        self,
        terms: Sequence[Term],
        free: Sequence[Index],
        sizes: Sizes,
        given: frozenset[Node],
        arithmetic: Arithmetic,
        varied: Collection[str],
    ) -> None:
        loops, factors = terms[0].loops, (factor for term in terms for factor in term.factors)
        nodes = list(dict.fromkeys(factor.node for factor in factors if factor.node is not None))
        self.program = Program(nodes, sizes, given, (), arithmetic, varied, loops)
        self.sizes = sizes
        self.stay = [loop for loop in loops if loop not in self.program.layout.letters]
        self.terms = [_Product(term, free, sizes, arithmetic, bool(varied), nodes, self.program) for term in terms]
        self.entries = max([self.program.entries, *(term.entries for term in self.terms)])

    def run(self, point: Point, values: Values, generator: Random | Jitter | None) -> Iterator[Array]:
        """The products at each choice of the running indices that have no axis."""
        every = product(*(range(1, whole(loop.size, self.sizes) + 1) for loop in self.stay))
        running = (dict(zip(self.stay, chosen, strict=True)) for chosen in every)
        for found in self.program.run_each(point, running, values, generator):
            for term in self.terms:
                yield term.of(found)


class _Product:
    """``c Σ Π factors``, the values of the factors with all axes that they may have in front."""

    def __init__(
        self,
        term: Term,
        free: Sequence[Index],
        sizes: Sizes,
        arithmetic: Arithmetic,
        at_once: bool,
        nodes: Sequence[Node],
        program: Program,
    ) -> None:
        layout, letters = program.layout, _Letters(sizes)
        known = {node: at for at, node in enumerate(nodes)}
        self.factors: list[tuple[int | Array, float]] = []
        parts = []
        for factor in term.factors:
            own = letters.of(factor.indices)
            if factor.node is None:
                self.factors.append((arithmetic.array(np.eye(letters.lengths[own[0]])), 1.0))
                parts.append(own)
            else:
                self.factors.append((known[factor.node], float(factor.power)))
                parts.append(layout.ahead(factor.node) + own)
        kept = (POINTS if at_once else "") + letters.of(free)
        lengths = {**layout.lengths, **letters.lengths}
        self.contraction = contraction(parts, kept, lengths) if parts else None
        unseen = {letter for loop, letter in layout.letters.items() if loop in term.loops}.difference(*parts)
        self.coefficient = arithmetic.scalar(term.coefficient * prod(lengths[letter] for letter in unseen))
        own_lengths = [prod(lengths[letter] for letter in part) for part in parts]
        self.entries = max([prod(letters.lengths.values()), *own_lengths])

    def of(self, found: Sequence[Array]) -> Array:
        """The product of the values of its factors, with its coefficient."""
        factors = [(found[at] if isinstance(at, int) else at, power) for at, power in self.factors]
        arrays = [value if power == 1 else np.power(value, power) for value, power in factors]
        return self.coefficient if self.contraction is None else self.coefficient * self.contraction(arrays)


class _Letters:
    """A letter for each index, and how far it runs."""

    def __init__(self, sizes: Sizes) -> None:
        self.sizes, self.known = sizes, dict[Index, str]()
        self.lengths: dict[str, int] = {}

    def of(self, indices: Sequence[Index]) -> str:
        """The letters of some, one after the other."""
        for index in indices:
            letter = self.known.setdefault(index, chr(ord("a") + len(self.known)))
            self.lengths[letter] = whole(index.size, self.sizes)
        return "".join(self.known[index] for index in indices)


# Points ------------------------------------------------------------------------------------------------------------


def draw_sizes(symbols: Iterable[Expr | str], first: int = 0, order: Sequence[int] | None = None) -> dict[str, int]:
    """A small size for each dimension, no two alike: 3, 2, 4, 5, …, so that a transposed answer cannot pass."""
    names = list(dict.fromkeys(str(symbol) for symbol in symbols))
    numbers = [first + number for number in (3, 2, *range(4, len(names) + 2))][: len(names)]
    return {name: numbers[at] for name, at in zip(names, order or range(len(names)), strict=True)}


def fitting_sizes(roots: Sequence[Node], named: Sequence[Node] = ()) -> Iterator[dict[str, int]]:
    """Sizes for which every part that the trees take is there, small ones first."""
    nodes = topological([*named, *roots])
    lengths = {id(size): size for node in nodes for size in node.shape}.values()
    needed = dict.fromkeys((size, 1) for size in lengths if not size.is_Symbol and not size.is_Integer)
    for node in nodes:
        if node.operator.name == "element":
            for place, size in zip(places(node), node.args[0].axes, strict=True):
                lower, upper = (place.lower, place.upper) if isinstance(place, Slice) else (place, place)
                if hasattr(upper, "free_symbols"):
                    needed.update({(lower, 1): None, (size, upper): None})
        elif node.operator.name == "unit" and hasattr(node.parameters[0], "free_symbols"):
            needed[(node.parameters[1], node.parameters[0])] = None
    mentioned = [size for node in nodes for size in (*node.shape, *node.parameters) if hasattr(size, "free_symbols")]
    mentioned += [node.parameters[0].size for node in nodes if node.operator.name == "loop_sum"]
    mentioned += [loop.size for root in roots for loop in sorted(root.loops, key=str)]
    every = {id(size): size for size in mentioned}.values()
    names = list(dict.fromkeys(one.name for size in every for one in sorted(size.free_symbols, key=attrgetter("name"))))
    count = len(names)
    orders = [tuple(range(count)), tuple(range(count))[::-1], *(permutations(range(count)) if count < 5 else ())]
    smallest = draw_sizes(names)
    largest = max((whole(least, smallest) for _, least in needed), default=0)
    for first, order in product((*range(12), largest), dict.fromkeys(orders)):
        sizes = draw_sizes(names, first, order)
        if all(whole(size, sizes) >= whole(least, sizes) for size, least in needed):
            yield sizes


def draw_point(variables: Sequence[Node], sizes: Sizes, kind: str, generator: Random) -> dict[str, Array]:
    """A random value for each variable, of the kind wanted and with the properties declared."""
    return {v.parameters[0]: having_properties(v, draw_free(v, sizes, kind, generator)) for v in variables}


def draw_free(variable: Node, sizes: Sizes, kind: str, generator: Random) -> Array:
    """A random value of the variable's shape, whatever is declared of it."""
    shape = dimensions(variable.axes, sizes)
    if kind == "mixed":
        kind = KINDS[generator.integers(len(KINDS) - 1)]
    return of_kind(generator.uniform(*range_of(kind), shape), kind)


def range_of(kind: str) -> tuple[float, float]:
    """Between which numbers values of the kind are drawn."""
    return _RANGES.get(kind, _ANY)


def of_kind(value: Array, kind: str) -> Array:
    """The value as it is drawn; a square matrix is near a multiple of the unit matrix where that is its kind."""
    if kind not in ("square", "small") or value.ndim != 2 or value.shape[0] != value.shape[1]:
        return value
    unit = np.eye(len(value))
    return 2 * unit + 0.2 * value * min(1, 5 / len(value)) if kind == "square" else 0.5 * unit + value @ value.T


def having_properties(variable: Node, value: Array) -> Array:
    """What is declared of the variable, brought about; of one value, or of many along a first axis."""
    for record in declared(variable):
        value = record.made(np, value)
    return value
