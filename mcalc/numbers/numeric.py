"""Numbers for a tree and for a network, and the check of a derivative against differences of the expression."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice, permutations, product
from typing import Any

from mcalc.calculus.networks import Factor, Index, Tensor, Term
from mcalc.expressions.records import Slice
from mcalc.expressions.tree import Node, topological
from mcalc.numbers.arrays import array_module as np
from mcalc.numbers.program import JITTER, Point, Program, Sizes, UnboundIndex, Values, dimensions, places, whole

KINDS = ("any", "positive", "unit", "square", "small", "above one", "mixed")
_RANGES = {"positive": (0.3, 1.7), "unit": (0.1, 0.8), "small": (-0.2, 0.2), "above one": (1.2, 2.5)}
_ANY = (-1.5, 1.5)
_DRAWS = [kind for kind in KINDS for _ in range(40 if kind == "mixed" else 6)]
_POINTS, _POINTS_ALL_ZERO, _DIRECTIONS, _LARGEST = 3, 8, 2, 2_000_000


def evaluate(node: Node, point: Point, sizes: Sizes, values: Values = None) -> Any:
    """The value of the tree at a point: variables by name, dimensions by `sizes`, nodes of `values` as given."""
    with np.errstate(all="ignore"):
        return Program([node], sizes, values or ()).run(point, values)[0]


def evaluate_tensor(tensor: Tensor, point: Point, sizes: Sizes, values: Values = None) -> Any:
    """The entries of a sum of networks: the axes of the value first, then those of the variable."""
    result = np.zeros(dimensions((index.size for index in tensor.free), sizes))
    with np.errstate(all="ignore"):
        for term in tensor.terms:
            nodes = [factor.node for factor in term.factors if factor.node is not None]
            program = Program(nodes, sizes, values or (), term.loops)
            for running in product(*(range(1, whole(loop.size, sizes) + 1) for loop in term.loops)):
                found = program.run(point, values, dict(zip(term.loops, running, strict=True)))
                result = result + _contracted(term, dict(zip(nodes, found, strict=True)), tensor.free, sizes)
    return result


def _contracted(term: Term, found: Mapping[Node, Any], free: Sequence[Index], sizes: Sizes) -> Any:
    """``Σ coefficient · Π factors``, one summed index after the other."""
    operands = [(_entries(factor, found, sizes), factor.indices) for factor in term.factors]
    carried = {index for _, indices in operands for index in indices}
    operands += [(np.ones(whole(index.size, sizes)), (index,)) for index in free if index not in carried]
    for index in dict.fromkeys(index for _, indices in operands for index in indices if index not in free):
        touching = [operand for operand in operands if index in operand[1]]
        operands = [operand for operand in operands if index not in operand[1]]
        kept = tuple(dict.fromkeys(other for _, indices in touching for other in indices if other is not index))
        operands.append((_summed(touching, kept), kept))
    return float(term.coefficient) * _summed(operands, free)


def _summed(operands: Sequence[tuple[Any, Sequence[Index]]], kept: Sequence[Index]) -> Any:
    numbers: dict[Index, int] = {}
    arguments: list[Any] = []
    for array, indices in operands:
        arguments += [array, [numbers.setdefault(index, len(numbers)) for index in indices]]
    return np.einsum(*arguments, [numbers[index] for index in kept]) if arguments else np.float64(1)


def _entries(factor: Factor, found: Mapping[Node, Any], sizes: Sizes) -> Any:
    if factor.node is None:
        return np.eye(whole(factor.indices[0].size, sizes))
    value = found[factor.node]
    return value if factor.power == 1 else np.power(value, float(factor.power))


# Points ------------------------------------------------------------------------------------------------------------


def draw_sizes(symbols: Iterable[Any], first: int = 0, order: Sequence[int] | None = None) -> dict[str, int]:
    """A small size for each dimension, no two alike: 3, 2, 4, 5, …, so that a transposed answer cannot pass."""
    names = list(dict.fromkeys(str(symbol) for symbol in symbols))
    numbers = [first + number for number in (3, 2, *range(4, len(names) + 2))][: len(names)]
    return {name: numbers[at] for name, at in zip(names, order or range(len(names)), strict=True)}


def fitting_sizes(roots: Sequence[Node], named: Sequence[Node] = ()) -> Iterator[dict[str, int]]:
    """Sizes for which every part that the trees take is there, small ones first."""
    nodes = topological([*named, *roots])
    needed: dict[Any, None] = {}
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
    symbols = dict.fromkeys(symbol for size in mentioned for symbol in sorted(size.free_symbols, key=str))
    count = len(symbols)
    orders = [tuple(range(count)), tuple(range(count))[::-1], *(permutations(range(count)) if count < 5 else ())]
    for first, order in product(range(12), dict.fromkeys(orders)):
        sizes = draw_sizes(symbols, first, order)
        if all(whole(size, sizes) >= whole(least, sizes) for size, least in needed):
            yield sizes


def draw_point(variables: Sequence[Node], sizes: Sizes, kind: str, generator: Any) -> dict[str, Any]:
    """A random value for each variable, of the kind wanted and with the properties declared."""
    return {v.parameters[0]: having_properties(v, draw_free(v, sizes, kind, generator)) for v in variables}


def draw_free(variable: Node, sizes: Sizes, kind: str, generator: Any) -> Any:
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


def having_properties(variable: Node, value: Any) -> Any:
    """What is declared of the variable, brought about; of one value, or of many along a first axis."""
    for word in sorted(variable.parameters[1]) if len(variable.parameters) > 1 else ():
        value = _with_property(value, word)
    return value


def _with_property(value: Any, word: str) -> Any:
    turned = np.swapaxes(value, -1, -2) if np.ndim(value) > 1 else value
    if word == "positive":
        return np.abs(value) + 0.1
    if word == "symmetric":
        return (value + turned) / 2
    if word == "psd":
        return value @ turned / value.shape[-1] + 0.1 * np.eye(value.shape[-1])
    if word == "diagonal":
        return value * np.eye(value.shape[-1])
    return np.linalg.qr(value)[0] if word == "orthogonal" else value


# The check ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Verification:
    """At how many points a derivative agreed, and the largest relative error; without a point, why there is none."""

    points: int
    error: float
    reason: str = ""


def verify(
    value: Node, variables: Sequence[Node], by: Node, derivative: Callable[[dict[str, Any], Sizes], Any]
) -> Verification:
    """``(f(x + hv) - f(x - hv))/2h`` against ``∂f/∂x · v``, at random points in random directions."""
    every = list(dict.fromkeys([*variables, by]))
    generator = np.random.default_rng(2)
    errors: list[float] = []
    telling = False
    reason = "no small sizes fit the parts that the expression takes"
    for sizes in islice(fitting_sizes([value], every), 2):
        shape = dimensions(value.axes + by.axes, sizes)
        if np.prod(shape) > _LARGEST:
            reason = "the derivative has too many entries to check"
            break
        reason = "no random point was found where the value and its derivative are real and finite"
        program = Program([value], sizes)
        for kind in _DRAWS:
            point = draw_point(every, sizes, kind, generator)
            try:
                with np.errstate(all="ignore"):
                    found = _error_at(program, point, by.parameters[0], derivative, shape, generator)
            except np.linalg.LinAlgError:
                continue
            if found is None:
                continue
            errors.append(found[0])
            telling = telling or found[1]
            if len(errors) >= (_POINTS if telling else _POINTS_ALL_ZERO):
                return Verification(len(errors), max(errors))
    return Verification(len(errors), max(errors)) if errors else Verification(0, 0.0, reason)


def _error_at(
    program: Program, point: dict[str, Any], name: str, derivative: Any, shape: tuple[int, ...], generator: Any
) -> tuple[float, bool] | None:
    """The relative error at one point, and whether the derivative is not zero there; None if it cannot be had."""
    (value,) = program.run(point)
    if not np.isfinite(value).all():
        return None
    try:
        answer = np.asarray(derivative(point, program.sizes))
    except UnboundIndex:
        return float("inf"), True
    if answer.shape != shape:
        return float("inf"), True
    if answer.dtype.kind == "c" or not np.isfinite(answer).all():
        return None
    moved = np.abs(program.run(point, generator=generator)[0] - value).max()
    if moved > 1e-6 * np.abs(value).max() and moved > 1e-6 * program.largest(point):
        return None
    floor = 1e-4 * moved / JITTER if np.isfinite(moved) else 0.0
    worst = 0.0
    for _ in range(_DIRECTIONS):
        direction = generator.uniform(-1, 1, np.shape(point[name]))
        expected = np.tensordot(answer, direction, np.ndim(direction)) if np.ndim(direction) else answer * direction
        best: float | None = None
        for step in (1e-3, 1e-4):
            error = _difference(program, point, name, step, direction, expected, floor)
            if error is not None and (best is None or error < best):
                best = error
            if best is not None and best < 1e-8:
                break
        if best is None:
            return None
        worst = max(worst, best)
    return worst, bool(np.any(answer))


def _difference(
    program: Program, point: dict[str, Any], name: str, step: float, direction: Any, expected: Any, floor: float
) -> float | None:
    """The relative distance of central differences of two step sizes, extrapolated, from what is expected."""
    start = point[name]

    def slope(step: float) -> Any:
        (above,), (below,) = (program.run({**point, name: start + side * step * direction}) for side in (1, -1))
        return (above - below) / (2 * step)

    coarse, fine = slope(step), slope(step / 2)
    found = (4 * fine - coarse) / 3
    scale = max(np.abs(found).max(), np.abs(expected).max(), floor)
    own = max(np.abs(found).max(), 1e-6 * np.abs(expected).max(), floor)
    if not np.isfinite(scale) or np.abs(fine - coarse).max() > 1e-3 * own:
        return None
    return float(np.abs(found - expected).max() / scale) if scale else 0.0
