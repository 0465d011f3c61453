"""Numbers for a tree and for a network, and points at which they are computed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import permutations, product

from sympy.core.expr import Expr

from mcalc.networks.networks import Factor, Index, Tensor, Term
from mcalc.numbers.arithmetic import REAL, Arithmetic
from mcalc.numbers.arrays import Random
from mcalc.numbers.arrays import array_module as np
from mcalc.numbers.program import Point, Program, Sizes, Values, dimensions, places, whole
from mcalc.table.records import Array, Slice
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
    generator: Random | None = None,
) -> Array:
    """The entries of a sum of networks: the axes of the value first, then those of the variable."""
    return TensorProgram(tensor, sizes, values or (), arithmetic).run(point, values, generator)


class TensorProgram:
    """A sum of networks, compiled once, that runs at many points."""

    def __init__(self, tensor: Tensor, sizes: Sizes, given: Iterable[Node] = (), arithmetic: Arithmetic = REAL) -> None:
        self.tensor, self.sizes, self.arithmetic = tensor, sizes, arithmetic
        given = frozenset(given)
        self.terms = []
        for term in tensor.terms:
            nodes = [factor.node for factor in term.factors if factor.node is not None]
            self.terms.append((term, nodes, Program(nodes, sizes, given, term.loops, arithmetic)))

    def run(self, point: Point, values: Values = None, generator: Random | None = None) -> Array:
        """The entries; with a `generator` the value of every node below is moved a little, as by rounding."""
        sizes, free = self.sizes, self.tensor.free
        result = self.arithmetic.array(np.zeros(dimensions((index.size for index in free), sizes)))
        with np.errstate(all="ignore"):
            for term, nodes, program in self.terms:
                ranges = product(*(range(1, whole(loop.size, sizes) + 1) for loop in term.loops))
                every = (dict(zip(term.loops, running, strict=True)) for running in ranges)
                for found in program.run_each(point, every, values, generator):
                    own = contracted(term, dict(zip(nodes, found, strict=True)), free, sizes)
                    result = result + self.arithmetic.scalar(term.coefficient) * own
        return result


def contracted(
    term: Term, found: Mapping[Node, Array], free: Sequence[Index], sizes: Sizes, points: Index | None = None
) -> Array:
    """``Σ Π factors``, one summed index after the other; `points` counts those at which all nodes have values."""
    every = () if points is None else (points,)
    operands = [
        (_entries(factor, found, sizes), factor.indices if factor.node is None else (*every, *factor.indices))
        for factor in term.factors
    ]
    free = (*every, *free)
    carried = {index for _, indices in operands for index in indices}
    operands += [(np.ones(whole(index.size, sizes)), (index,)) for index in free if index not in carried]
    for index in dict.fromkeys(index for _, indices in operands for index in indices if index not in free):
        touching = [operand for operand in operands if index in operand[1]]
        operands = [operand for operand in operands if index not in operand[1]]
        kept = tuple(dict.fromkeys(other for _, indices in touching for other in indices if other is not index))
        operands.append((_summed(touching, kept), kept))
    return _summed(operands, free)


def _summed(operands: Sequence[tuple[Array, Sequence[Index]]], kept: Sequence[Index]) -> Array:
    numbers: dict[Index, int] = {}
    arguments: list[Array | list[int]] = []
    for array, indices in operands:
        arguments += [array, [numbers.setdefault(index, len(numbers)) for index in indices]]
    return np.einsum(*arguments, [numbers[index] for index in kept]) if arguments else np.float64(1)


def _entries(factor: Factor, found: Mapping[Node, Array], sizes: Sizes) -> Array:
    if factor.node is None:
        return np.eye(whole(factor.indices[0].size, sizes))
    value = found[factor.node]
    return value if factor.power == 1 else np.power(value, float(factor.power))


# Points ------------------------------------------------------------------------------------------------------------


def draw_sizes(symbols: Iterable[Expr], first: int = 0, order: Sequence[int] | None = None) -> dict[str, int]:
    """A small size for each dimension, no two alike: 3, 2, 4, 5, …, so that a transposed answer cannot pass."""
    names = list(dict.fromkeys(str(symbol) for symbol in symbols))
    numbers = [first + number for number in (3, 2, *range(4, len(names) + 2))][: len(names)]
    return {name: numbers[at] for name, at in zip(names, order or range(len(names)), strict=True)}


def fitting_sizes(roots: Sequence[Node], named: Sequence[Node] = ()) -> Iterator[dict[str, int]]:
    """Sizes for which every part that the trees take is there, small ones first."""
    nodes = topological([*named, *roots])
    needed: dict[Expr, None] = {}
    for node in nodes:
        needed.update(dict.fromkeys((size, 1) for size in node.axes if not size.is_Symbol and not size.is_Integer))
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
    symbols = dict.fromkeys(symbol for size in mentioned for symbol in sorted(size.free_symbols, key=str))
    count = len(symbols)
    orders = [tuple(range(count)), tuple(range(count))[::-1], *(permutations(range(count)) if count < 5 else ())]
    smallest = draw_sizes(symbols)
    largest = max((whole(least, smallest) for _, least in needed), default=0)
    for first, order in product((*range(12), largest), dict.fromkeys(orders)):
        sizes = draw_sizes(symbols, first, order)
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
    square = len(shape) == 2 and shape[0] == shape[1]
    value = generator.uniform(*_RANGES.get(kind, _ANY), shape)
    if square and kind == "square":
        return 2 * np.eye(shape[0]) + 0.2 * value * min(1, 5 / shape[0])
    if square and kind == "small":
        return 0.5 * np.eye(shape[0]) + value @ value.T
    return value


def having_properties(variable: Node, value: Array) -> Array:
    """What is declared of the variable, brought about; of one value, or of many along a first axis."""
    for record in declared(variable):
        value = record.made(np, value)
    return value
