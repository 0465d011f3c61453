"""A program at many points at once: what varies has the points as its first axis.

The operator table's own ``numpy`` functions are run on arrays with one axis more; those that cannot take one are
run point by point.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from itertools import product
from math import prod
from typing import Any

from sympy.core.numbers import Integer

from mcalc.networks.networks import Index, Tensor
from mcalc.numbers.arithmetic import REAL, Arithmetic
from mcalc.numbers.arrays import Random
from mcalc.numbers.arrays import array_module as np
from mcalc.numbers.numeric import contracted
from mcalc.numbers.program import Loops, Program, Running, Sizes, State, along_row, dimensions, meaning, whole
from mcalc.table.records import Array, LoopIndex, Numpy
from mcalc.tree.node import Node, depends, variables

ENTRIES_AT_ONCE = 2_000_000
_FEW_ENTRIES = 2_000
"""Up to how many entries at a point a product is summed as it stands, without a call of the linear algebra."""


def evaluate_at_points(
    roots: Sequence[Node], fixed: Mapping[str, Array], varied: Mapping[str, Array], sizes: Sizes
) -> list[Array]:
    """The values of the roots, each of shape ``(points, *value.axes)``; NaN where a value is not real.

    `fixed` has one array a name, `varied` one a name with the points as its first axis.
    """
    program = PointsProgram(roots, sizes, varied)
    count = len(next(iter(varied.values())))
    at_once = max(1, ENTRIES_AT_ONCE // program.entries)
    pieces: list[list[Array]] = []
    with np.errstate(all="ignore"):
        for start in range(0, count, at_once):
            here = {name: values[start : start + at_once] for name, values in varied.items()}
            pieces.append(program.run_all({**fixed, **here}, min(at_once, count - start)))
    return [np.concatenate(parts) for parts in zip(*pieces, strict=True)]


class PointsProgram(Program):
    """A program in which the nodes that depend on the names `varied` have one value for each point.

    It is `costly` where a node is computed point by point.
    """

    def __init__(
        self,
        roots: Sequence[Node],
        sizes: Sizes,
        varied: Collection[str],
        active: Iterable[LoopIndex] = (),
        arithmetic: Arithmetic = REAL,
    ) -> None:
        self.roots = roots
        self.many: set[Node] = set()
        self.costly = False
        self.per_point = _PerPoint(arithmetic.module)
        for root in roots:
            for node in variables(root):
                if node.parameters[0] in varied:
                    self.many |= depends(root, node)
        super().__init__(roots, sizes, active=active, arithmetic=arithmetic)
        self.entries = max((prod(self.shapes[node]) for node in self.many), default=1)

    def run_all(
        self, point: Mapping[str, Array], count: int, generator: Random | None = None, running: Running = None
    ) -> list[Array]:
        """The values of the roots at `count` points; what does not vary is the same at each."""
        return [
            value if root in self.many else np.broadcast_to(value, (count, *np.shape(value)))
            for root, value in zip(self.roots, self.run(point, None, running, generator), strict=True)
        ]

    def _compute(self, node: Node, active: Loops) -> tuple[Callable[[State], Array], bool]:
        name, shape = node.operator.name, self.shapes[node]
        if node not in self.many or name == "loop_sum":
            return super()._compute(node, active)
        if name == "variable":
            array = self.arithmetic.array
            return lambda state: array(state.point[node.parameters[0]]).reshape(-1, *shape), False
        if name == "element":
            return self._element(node), False
        at_once = self._at_once(node)
        self.costly = self.costly or at_once is None
        return at_once or self._one_by_one(node), False

    def _element(self, node: Node) -> Callable[[State], Array]:
        if node not in self.many:
            return super()._element(node)
        slot, shape = self.slots[node.args[0]], self.shapes[node]
        place = self._places(node)

        def compute(state: State) -> Array:
            return state.memory[slot][(slice(None), *place(state))].reshape(-1, *shape)

        return compute

    def _at_once(self, node: Node) -> Callable[[State], Array] | None:
        """What computes all points in one go, where there is such a way."""
        name, shape = node.operator.name, self.shapes[node]
        slots = [self.slots[arg] for arg in node.args]
        ranks = [len(self.shapes[arg]) for arg in node.args]
        many = [arg in self.many for arg in node.args]
        module, per_point = self.arithmetic.module, self.per_point
        function, axis = node.operator.numpy, node.parameters[0] if node.operator.keywords and node.parameters else None

        def over(state: State, rank: int) -> list[Array]:
            """The arguments, the axes of one point aligned to the right."""
            values = [state.memory[slot] for slot in slots]
            return [
                value.reshape(len(value), *[1] * (rank - own), *value.shape[1:]) if varies else value
                for value, own, varies in zip(values, ranks, many, strict=True)
            ]

        if node.operator.elementwise:
            return lambda state: function(module, *over(state, len(shape)))
        if node.operator.at_many == "matrices" and ranks == [2] and not node.operator.no_value:
            return lambda state: function(module, state.memory[slots[0]])
        if name in ("matmul", "dot", "outer"):
            signature = _contraction(node, many)
            large = max(prod(self.shapes[arg]) for arg in node.args) > _FEW_ENTRIES
            return lambda state: np.einsum(signature, *(state.memory[slot] for slot in slots), optimize=large)
        if name == "transpose":
            return lambda state: np.swapaxes(state.memory[slots[0]], 1, -1)
        if node.operator.at_many == "rows" and axis is None:
            return lambda state: function(module, state.memory[slots[0]])
        if node.operator.at_many == "entries" and not along_row(node):
            along = [axis] if node.operator.takes_axis else []
            return lambda state: function(per_point, state.memory[slots[0]], *along)
        if node.operator.at_many == "matrices" and ranks == [2]:

            def of_stack(state: State) -> Array:
                matrices = state.memory[slots[0]]
                singular = np.linalg.det(matrices) == 0
                if not singular.any():
                    return function(module, matrices)
                where = np.reshape(singular, (-1, 1, 1))
                found = function(module, np.where(where, np.eye(matrices.shape[-1]), matrices))
                return np.where(np.reshape(singular, (-1, *[1] * len(shape))), np.nan, found)

            return of_stack
        if name in ("stack", "grid"):

            def stacked(state: State) -> Array:
                values = over(state, 1)
                count = next(len(value) for value, varies in zip(values, many, strict=True) if varies)
                columns = [
                    np.broadcast_to(value, (count, np.shape(value)[-1] if np.ndim(value) else 1)) for value in values
                ]
                return np.concatenate(columns, axis=1).reshape(count, *shape)

            return stacked
        return None

    def _one_by_one(self, node: Node) -> Callable[[State], Array]:
        compute, _ = self._ordinary(node)
        array = self.arithmetic.array
        arguments, shape = [(self.slots[arg], arg in self.many) for arg in node.args], self.shapes[node]

        def run(state: State) -> Array:
            memory = state.memory.copy()
            inner = State(memory, state.point, state.values, state.running)
            varied = [slot for slot, varies in arguments if varies]
            found = []
            for values in zip(*(state.memory[slot] for slot in varied), strict=True):
                for slot, value in zip(varied, values, strict=True):
                    memory[slot] = value
                try:
                    found.append(compute(inner))
                except np.linalg.LinAlgError:
                    found.append(np.full(shape, np.nan))
            return array(np.array(found))

        return run


def _contraction(node: Node, many: Sequence[bool]) -> str:
    """The product for `numpy.einsum`: axes of size one are left out, ``p`` counts the points."""
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
    shown = ["".join(letter for letter in part if sizes.get(letter) != 1) for part in letters]
    points = ["p" if varies else "" for varies in many]
    return f"{points[0]}{shown[0]},{points[1]}{shown[1]}->p{shown[2]}"


class PointsTensor:
    """A sum of networks at many points at once, as a `PointsProgram` is of trees."""

    def __init__(self, tensor: Tensor, sizes: Sizes, varied: Collection[str]) -> None:
        self.tensor, self.sizes = tensor, sizes
        self.terms = []
        for term in tensor.terms:
            nodes = [factor.node for factor in term.factors if factor.node is not None]
            self.terms.append((term, nodes, PointsProgram(nodes, sizes, varied, term.loops)))
        indices = ({index for factor in term.factors for index in factor.indices} for term in tensor.terms)
        entries = [prod(dimensions((index.size for index in own), sizes)) for own in indices]
        self.entries = max([*entries, *(program.entries for _, _, program in self.terms)], default=1)

    def run_all(self, point: Mapping[str, Array], count: int) -> list[Array]:
        """The entries at `count` points."""
        sizes, free, points = self.sizes, self.tensor.free, Index(Integer(count))
        result = np.zeros((count, *dimensions((index.size for index in free), sizes)))
        for term, nodes, program in self.terms:
            for running in product(*(range(1, whole(loop.size, sizes) + 1) for loop in term.loops)):
                found = program.run_all(point, count, running=dict(zip(term.loops, running, strict=True)))
                own = contracted(term, dict(zip(nodes, found, strict=True)), free, sizes, points)
                result = result + float(term.coefficient) * own
        return [result]


def _of_each(reduction: Callable[[Numpy], Callable[..., Array]]) -> Callable[..., Array]:
    """A reduction that leaves the first axis alone, that of the points."""

    def reduced(self: _PerPoint, values: Array, axis: int | None = None) -> Array:
        return reduction(self.module)(values, axis=tuple(range(1, np.ndim(values))) if axis is None else axis + 1)

    return reduced


class _PerPoint:
    """What a module has, with reductions that leave the first axis alone."""

    def __init__(self, module: Numpy) -> None:
        self.module = module

    sum = _of_each(lambda module: module.sum)
    mean = _of_each(lambda module: module.mean)
    max = _of_each(lambda module: module.max)
    min = _of_each(lambda module: module.min)
    prod = _of_each(lambda module: module.prod)
    var = _of_each(lambda module: module.var)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.module, name)

    def logsumexp(self, values: Array) -> Array:
        """``ln Σ exp(a)`` of the entries at each point."""
        return self.module.logsumexp_along(values.reshape(len(values), -1), 1)

    def logsumexp_along(self, values: Array, axis: int) -> Array:
        """``ln Σ exp(a)`` along an axis of the value at each point."""
        return self.module.logsumexp_along(values, axis + 1)
