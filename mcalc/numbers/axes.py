"""Values with axes in front of their own: an axis for many points, and one for each index that a sum runs over.

The operator table's own ``numpy`` functions are run on arrays with these axes; what has an axis of the kind depends
on it, and what does not is there once.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from math import prod
from typing import NamedTuple, Protocol

from sympy.core.singleton import S

from mcalc.numbers.arithmetic import Arithmetic
from mcalc.numbers.arrays import array_module as np
from mcalc.numbers.products import Contraction, contraction, product
from mcalc.numbers.sums import OWN, Part
from mcalc.table import TABLE
from mcalc.table.records import Array, LoopIndex, Operator, Parameter, lies
from mcalc.tree.node import Node

POINTS = "A"
"""The letter of the axis of many points; running indices have those after it."""


class Run(Protocol):
    """What a run of a program has so far."""

    memory: list[Array]
    running: dict[LoopIndex, int]
    arithmetic: Arithmetic


Compute = Callable[[Run], Array]


class Laid(NamedTuple):
    """A value, or an argument: where it is found, the letters of the axes in front, and the shape of its own."""

    slot: int
    ahead: str
    shape: tuple[int, ...]

    @property
    def rank(self) -> int:
        """How many axes of its own it has."""
        return len(self.shape)


def meaning(node: Node) -> Operator:
    """The operator whose ``numpy`` function is meant: where rows are 1-D, a column times a row is an outer product."""
    if node.operator.name == "matmul" and len(node.args[0].shape) == 1 and len(node.args[1].shape) == 2:
        return TABLE["outer"]
    return node.operator


def along_row(node: Node) -> bool:
    """Whether the operator works along an axis of a row, which as an array has one axis less."""
    return bool(
        node.operator.keywords and node.parameters and node.parameters[0] is not None and lies(node.args[0].shape)
    )


def places(node: Node) -> list[Parameter]:
    """The indices of an element, one for each axis that its argument has as an array; None takes the whole axis."""
    given = (*node.parameters, *[None] * (len(node.args[0].shape) - len(node.parameters)))
    return [place for place, size in zip(given, node.args[0].shape, strict=True) if size is not S.One]


Way = Callable[[Node, Arithmetic, Laid, Sequence[Laid]], Compute]


def way(node: Node) -> Way | None:
    """How the operator is computed with axes in front; None where it is not, but place by place."""
    operator, name = node.operator, node.operator.name
    if operator.elementwise:
        return _elementwise
    ranks = [len(arg.axes) for arg in node.args]
    axis = node.parameters[0] if operator.keywords and node.parameters else None
    if name in ("matmul", "dot", "outer"):
        return _multiplied
    if name == "transpose":
        return _turned
    if operator.at_many == "rows" and axis is None:
        return _plainly
    if operator.at_many == "entries" and not along_row(node):
        return _reduced
    if operator.at_many == "matrices" and ranks == [2]:
        return _of_matrices if operator.no_value else _plainly
    if name == "diag" and ranks == [1]:
        return _diagonal
    return _stacked if name in ("stack", "grid") else None


def aligned(args: Sequence[Laid], ahead: str, rank: int) -> Callable[[Sequence[Array]], list[Array]]:
    """The values of the arguments, with the axes in front at their places and their own to the right."""
    indices: list[tuple[int, tuple[slice | None, ...] | None]] = []
    for arg in args:
        if (arg.ahead == ahead and len(arg.shape) == rank) or not (arg.ahead or arg.shape):
            indices.append((arg.slot, None))
            continue
        index = [
            *(slice(None) if letter in arg.ahead else None for letter in ahead),
            *[None] * (rank - arg.rank),
            *[slice(None)] * arg.rank,
        ]
        while index and index[0] is None:
            index = index[1:]
        indices.append((arg.slot, tuple(index) if None in index else None))
    if all([index is None for _, index in indices]):
        slots = [slot for slot, _ in indices]
        if len(slots) == 1:
            (alone,) = slots
            return lambda memory: [memory[alone]]
        if len(slots) == 2:
            first, second = slots
            return lambda memory: [memory[first], memory[second]]
        return lambda memory: [memory[slot] for slot in slots]
    return lambda memory: [memory[slot] if index is None else memory[slot][index] for slot, index in indices]


def _elementwise(node: Node, arithmetic: Arithmetic, laid: Laid, args: Sequence[Laid]) -> Compute:
    values, operator = aligned(args, laid.ahead, laid.rank), node.operator
    if arithmetic.calls_plainly:
        function = operator.numpy
        return lambda state: function(state.arithmetic.module, *values(state.memory))
    return lambda state: state.arithmetic.call(operator, values(state.memory), ())


def _multiplied(node: Node, arithmetic: Arithmetic, laid: Laid, args: Sequence[Laid]) -> Compute:
    """By the letters of the axes; those of size one are left out."""
    left, right = (arg.shape for arg in node.args)
    name = meaning(node).name
    if name == "dot":
        letters = ["i", "i", ""]
    elif name == "outer":
        letters = ["i", "j", "ij"]
    else:
        letters = ["ik", "kj"[: len(right)], "ij" if len(right) == 2 else "i"]
    sizes = dict(zip(letters[0], left, strict=False)) | dict(zip(letters[1], right, strict=False))
    if name == "outer" and len(right) == 2:
        sizes["j"] = right[1]
    shown = ["".join(letter for letter in part if sizes.get(letter) is not S.One) for part in letters]
    first, second = (arg.ahead + part for arg, part in zip(args, shown, strict=False))
    times = product(first, second, laid.ahead + shown[2], max(prod(arg.shape) for arg in args))
    one, other = (arg.slot for arg in args)
    return lambda state: times(state.memory[one], state.memory[other])


def _turned(node: Node, arithmetic: Arithmetic, laid: Laid, args: Sequence[Laid]) -> Compute:
    (arg,) = args
    if arg.rank < 2:
        return lambda state: state.memory[arg.slot]
    return lambda state: np.swapaxes(state.memory[arg.slot], -1, -2)


def _plainly(node: Node, arithmetic: Arithmetic, laid: Laid, args: Sequence[Laid]) -> Compute:
    (arg,) = args
    function = node.operator.numpy
    return lambda state: function(state.arithmetic.module, state.memory[arg.slot])


def _reduced(node: Node, arithmetic: Arithmetic, laid: Laid, args: Sequence[Laid]) -> Compute:
    (arg,) = args
    function = node.operator.numpy
    along = [node.parameters[0] if node.parameters else None] if node.operator.takes_axis else []
    if len(arg.ahead) == 1:
        return lambda state: function(state.arithmetic.per_place, state.memory[arg.slot], *along)
    count, own = len(arg.ahead), laid.shape

    def compute(state: Run) -> Array:
        value = state.memory[arg.slot]
        found = function(state.arithmetic.per_place, value.reshape(-1, *arg.shape), *along)
        return found.reshape(*value.shape[:count], *own)

    return compute


def _of_matrices(node: Node, arithmetic: Arithmetic, laid: Laid, args: Sequence[Laid]) -> Compute:
    """Of many points, those where the matrix is singular are blank; a sum that meets one has no value."""
    (arg,) = args
    function = node.operator.numpy
    if POINTS not in laid.ahead:
        return _plainly(node, arithmetic, laid, args)
    rank = laid.rank

    def compute(state: Run) -> Array:
        matrices, module = state.memory[arg.slot], state.arithmetic.module
        singular = np.linalg.det(matrices) == 0
        if not singular.any():
            return function(module, matrices)
        found = function(module, np.where(singular[..., None, None], np.eye(matrices.shape[-1]), matrices))
        return np.where(singular[(..., *[None] * rank)], np.nan, found)

    return compute


def _diagonal(node: Node, arithmetic: Arithmetic, laid: Laid, args: Sequence[Laid]) -> Compute:
    (arg,) = args
    ones = np.eye(arg.shape[0])
    return lambda state: state.memory[arg.slot][..., None] * ones


def _stacked(node: Node, arithmetic: Arithmetic, laid: Laid, args: Sequence[Laid]) -> Compute:
    lengths = [prod(arg.shape) for arg in args]
    values = aligned(args, laid.ahead, 1)
    own, count = laid.shape, len(laid.ahead)

    def compute(state: Run) -> Array:
        found = values(state.memory)
        ahead = np.broadcast_shapes(*(np.shape(value)[:-1] for value in found))
        columns = [np.broadcast_to(value, (*ahead, length)) for value, length in zip(found, lengths, strict=True)]
        return np.concatenate(columns, axis=count).reshape(*ahead, *own)

    return compute


Taken = slice | int | LoopIndex | tuple[str, int]
"""What an element takes of an axis: a part, one place, a running one, or the first so many for an axis in front."""


def chosen(laid: Laid, arg: Laid, taken: Sequence[Taken]) -> Compute:
    """``A[i,3]`` of all i: what is `taken` of each axis, with the axes in front in their order."""
    own = iter(OWN)
    letters = [
        place[0] if isinstance(place, tuple) else next(own) if isinstance(place, slice) else "" for place in taken
    ]
    start, front = arg.ahead + "".join(letters), [slice(None)] * len(arg.ahead)
    kept = laid.ahead + "".join(letter for letter in letters if letter and letter in OWN)
    fixed = [slice(place[1]) if isinstance(place, tuple) else place for place in taken]
    whole = all(
        place == (slice(length) if isinstance(asked, tuple) else slice(None))
        for place, asked, length in zip(fixed, taken, arg.shape, strict=True)
    )
    slot = arg.slot

    def at(state: Run) -> Array:
        if whole:
            return state.memory[slot]
        index = [state.running[place] - 1 if isinstance(place, LoopIndex) else place for place in fixed]
        return state.memory[slot][(*front, *index)]

    if len(set(start)) < len(start):
        signature = f"{start}->{kept}"
        return lambda state: np.einsum(signature, at(state))
    order = [start.index(letter) for letter in kept]
    return at if order == sorted(order) else lambda state: np.transpose(at(state), order)


def totalled(
    terms: Sequence[tuple[Part, Sequence[Laid]]], laid: Laid, summed: str, lengths: Mapping[str, int]
) -> Compute:
    """``Σ ± Π factors`` over the axis `summed`, each factor found where it is laid; `lengths` are those of all axes."""
    kept = laid.ahead + OWN[: laid.rank]
    runs: list[tuple[int, list[int], list[int], Contraction | None]] = []
    covered: set[str] = set()
    for (sign, factors), places in terms:
        letters = [place.ahead + here for (_, here), place in zip(factors, places, strict=True)]
        wide = [at for at, one in enumerate(letters) if one]
        single = [place.slot for place, one in zip(places, letters, strict=True) if not one]
        run = contraction([letters[at] for at in wide], kept, lengths) if wide else None
        times = sign * (1 if any(summed in one for one in letters) else lengths[summed])
        runs.append((times, [places[at].slot for at in wide], single, run))
        covered |= set("".join(letters))
    missing = None if set(OWN[: laid.rank]) <= covered else np.zeros(laid.shape)

    def compute(state: Run) -> Array:
        memory, found = state.memory, []
        for times, wide, single, run in runs:
            one = np.float64(times) if run is None else run([memory[slot] for slot in wide])
            for slot in single:
                one = memory[slot] * one
            found.append(one if times == 1 or run is None else times * one)
        total: Array = found[0] if missing is None else missing + found[0]
        for one in found[1:]:
            total = total + one
        return total

    return compute
