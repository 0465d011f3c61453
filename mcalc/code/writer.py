"""Python source for a result, by running the operator table's ``numpy`` functions on pieces of source."""

from __future__ import annotations

import keyword
import re
from collections.abc import Collection, Iterable, Sequence
from typing import Any

from mcalc.code import source
from mcalc.code.contractions import product
from mcalc.code.library import SourceModule
from mcalc.code.sizes import SizeReader
from mcalc.code.source import ADDITION, Source
from mcalc.code.targets import DTYPE, LIKE, Target
from mcalc.networks.networks import Factor, Index, Tensor, Term
from mcalc.numbers.arrays import HELPERS
from mcalc.numbers.program import Loops, UnboundIndex, along_row, meaning, places, running_indices
from mcalc.table.records import LoopIndex, Shape, Slice
from mcalc.tree.node import Node, topological

_LONG, _INDENT, _TERMS_A_LINE = 88, "    ", 12
Result = Node | Tensor


class FunctionWriter:
    """The function under construction: its lines so far, and the source of each node."""

    def __init__(
        self, target: Target, parameters: Sequence[Node], results: Sequence[Result], columns: Collection[str] = ()
    ) -> None:
        self.target, self.parameters = target, list(parameters)
        self.numbers: set[str] = set()
        self.module = SourceModule(target, self._number_names, any(node.shape for node in parameters))
        self.trial = SourceModule(target, self._number_names, False)
        self.lines: list[str] = []
        self.depth = ""
        self.done: dict[Node, Source] = {}
        roots = [node for result in results for node in _nodes(result)]
        self.order = topological(roots)
        self.loops = running_indices(self.order)
        self.uses = _uses(self.order, roots)
        self.taken = {target.alias, "jax", "math", "sum", "range", "float", LIKE, DTYPE, *HELPERS, *keyword.kwlist}
        self.names = {node: self._free_name(node.parameters[0]) for node in self.parameters}
        self.columns = [name for node, name in self.names.items() if node.parameters[0] in columns]
        self.running: dict[LoopIndex, str] = {}
        axes = [
            (size, f"{name}.shape[{at}]") for node, name in self.names.items() for at, size in enumerate(node.shape)
        ]
        self.sizes = SizeReader(axes, self._free_name)
        self.temporaries = 0

    def _free_name(self, wanted: str) -> str:
        name = identifier(wanted)
        while name in self.taken:
            name += "_"
        self.taken.add(name)
        return name

    def signature(self) -> list[str]:
        return [*self.names.values(), *self.sizes.unread().values()]

    def _number_names(self) -> set[str]:
        return {*self.sizes.names.values(), *self.running.values(), *self.numbers}

    def typed(self, body: Sequence[str]) -> list[str]:
        """The lines before `body` that give the parameters one type of floating-point numbers, where that is needed."""
        used = set(re.findall(r"\w+", "\n".join(body)))
        scalars = [name for node, name in self.names.items() if not node.shape and name in used]
        arrays = [name for node, name in self.names.items() if node.shape]
        given = [name for name in arrays if name in used]
        alias = self.target.alias
        if self.target.of_tensors:
            lines = [f"{', '.join(given)} = {', '.join(f'{name}.to(**{LIKE})' for name in given)}"] if given else []
            lines += [f"{name} = {alias}.as_tensor({name}, **{LIKE})" for name in scalars]
            return [self._like(arrays), *lines] if lines or LIKE in used else []
        lines = []
        if self.module.of_floats and given:
            made = ", ".join(f"{alias}.asarray({name}, {DTYPE})" for name in given)
            lines.append(f"{', '.join(given)} = {made}")
        if self.module.typed_scalars and arrays:
            lines += [f"{name} = {alias}.asarray({name}, {DTYPE})" for name in scalars]
        head = f"{DTYPE} = {alias}.result_type({', '.join([*arrays, f'{alias}.float32'])})"
        return [head, *lines] if lines or DTYPE in used else []

    def _like(self, arrays: Sequence[str]) -> str:
        """The type of all tensors together, a floating-point one, and the device of the first."""
        if not arrays:
            return f'{LIKE} = {{"dtype": torch.float64}}'
        kind = f"torch.result_type({arrays[0]}, 1.0)"
        for name in arrays[1:]:
            kind = f"torch.promote_types({kind}, {name}.dtype)"
        return f'{LIKE} = {{"dtype": {kind}, "device": {arrays[0]}.device}}'

    # Results

    def result(self, result: Result, shape: Shape | None = None) -> str:
        if isinstance(result, Tensor):
            found, axes = self._tensor(result), tuple(index.size for index in result.free)
        else:
            for loop in self.loops[result]:
                raise UnboundIndex(f"the index {loop.name} is used outside its sum")
            self._block([node for node in topological([result]) if not self.loops[node]], frozenset())
            found, axes = self.done[result], result.axes
        found = self.module.tensor(Source(f"{found.text}.0") if found.text.isdigit() else found)
        if shape is None or len(shape) == len(axes):
            return found.text
        if not axes:
            return self.module.single(found, len(shape)).text
        return found[with_ones(shape)].text

    def _block(self, nodes: Iterable[Node], active: Loops) -> None:
        """The source of each node, arguments first; what is used again or long gets a line and a name."""
        for node in nodes:
            if node not in self.done:
                found = self._source(node, active)
                again = self.uses[node] > 1 and not found.small
                self.done[node] = self._named(found) if again or len(found.text) > _LONG else found

    def _named(self, found: Source) -> Source:
        if found.text.isidentifier():
            return found
        if found.negated is not None:
            return -self._named(found.negated)
        self.temporaries += 1
        name = self._free_name(f"t{self.temporaries}")
        self.lines.append(f"{self.depth}{name} = {found.text}")
        (self.numbers.add if self.module.is_number(found) else self.numbers.discard)(name)
        return Source(name, rank=found.rank)

    def _source(self, node: Node, active: Loops) -> Source:
        name = node.operator.name
        if name == "variable":
            return Source(self.names[node], rank=len(node.axes))
        if name == "number":
            return source.number(node.parameters[0])
        if name == "dimension":
            return self.sizes.write(node.parameters[0])
        if name == "loop_index":
            return self._counted(node.parameters[0])
        if name in ("ones", "eye") and not node.axes:
            return Source("1.0")
        if name == "element":
            found = self._element(node)
        elif name == "loop_sum":
            found = self._loop_sum(node, active)
        else:
            found = self._ordinary(node)
        return found.of_rank(len(node.axes))

    def _ordinary(self, node: Node) -> Source:
        function = meaning(node).numpy
        parameters = self._parameters(node)
        arguments = self._shortened([self.done[arg] for arg in node.args])
        probes = [Source(f"\0{at}\0", rank=len(arg.axes)) for at, arg in enumerate(node.args)]
        if node.operator.name not in ("add", "multiply", "stack", "stack_rows", "grid"):
            trial = str(function(self.trial, *probes, *parameters))
            arguments = [
                self._named(one) if trial.count(probe.text) > 1 and not one.small else one
                for one, probe in zip(arguments, probes, strict=True)
            ]
        if along_row(node):
            arguments[0] = arguments[0][None, :]
        if node.operator.name in ("add", "multiply"):
            while len(arguments) > _TERMS_A_LINE:
                first = self._named(function(self.module, *arguments[:_TERMS_A_LINE]))
                arguments = [first, *arguments[_TERMS_A_LINE:]]
        found = function(self.module, *arguments, *parameters)
        if along_row(node) and len(node.shape) != 1:
            found = found[0]
        return found if isinstance(found, Source) else Source(str(found))

    def _parameters(self, node: Node) -> list[Any]:
        if node.operator.keywords or node.operator.name == "grid":
            return [None if parameter is None else int(parameter) for parameter in node.parameters]
        if node.operator.name == "unit":
            return [self._counted(node.parameters[0]), self.sizes.write(node.parameters[1])]
        return [
            self._counted(parameter) if isinstance(parameter, LoopIndex) else self.sizes.write(parameter)
            for parameter in node.parameters
            if parameter != 1
        ]

    def _shortened(self, parts: Sequence[Source]) -> list[Source]:
        """The parts of one line; where it would be long, the long ones among them by name."""
        if sum(len(part.text) for part in parts) <= _LONG or len(parts) == 1:
            return list(parts)
        return [self._named(part) if len(part.text) > _LONG // 2 else part for part in parts]

    # Elements and sums over a running index

    def _counted(self, place: Any) -> Source:
        """A place counted from 1, as in the expression; less one, it is the place in an array."""
        before = Source(self.running[place]) if isinstance(place, LoopIndex) else self.sizes.write(place - 1)
        return Source(f"{before} + 1", ADDITION, less_one=before.text)

    def _element(self, node: Node) -> Source:
        index: list[Any] = []
        for place in places(node):
            if place is None:
                index.append(slice(None))
            elif isinstance(place, Slice):
                lower = None if place.lower == 1 else self.sizes.write(place.lower - 1)
                index.append(slice(lower, self.sizes.write(place.upper)))
            else:
                index.append(self._counted(place) - 1)
        while index and index[-1] == slice(None):
            index.pop()
        found = self.done[node.args[0]]
        return found[tuple(index)] if index else found

    def _loop_sum(self, node: Node, active: Loops) -> Source:
        loop, body = node.parameters[0], node.args[0]
        nodes = [below for below in topological([body]) if loop in self.loops[below]]
        inside = active | {loop}
        nodes = [below for below in nodes if self.loops[below] <= inside]

        def write() -> Source:
            for below in nodes:
                self.done.pop(below, None)
            self._block(nodes, inside)
            return self.done[body]

        return self._summed_over((loop,), write)

    def _summed_over(self, loops: Sequence[LoopIndex], write: Any) -> Source:
        """``sum(… for i in range(N))``, or a loop where the body needs lines of its own."""
        kept_lines, kept_depth = self.lines, self.depth
        kept_taken, kept_running = set(self.taken), dict(self.running)
        for loop in loops:
            self.running[loop] = self._free_name(loop.name)
            self.numbers.add(self.running[loop])
        ranges = [f"for {self.running[loop]} in range({self.sizes.write(loop.size)})" for loop in loops]
        self.lines, self.depth = [], kept_depth + _INDENT * len(loops)
        body = write()
        inner, self.lines, self.depth = self.lines, kept_lines, kept_depth
        if not inner:
            found = Source(f"sum({body.text} {' '.join(ranges)})")
            self.taken = kept_taken | {name for name in self.sizes.names.values()}
        else:
            self.temporaries += 1
            total = self._free_name(f"t{self.temporaries}")
            self.lines.append(f"{self.depth}{total} = 0.0")
            self.lines += [f"{self.depth}{_INDENT * at}{head}:" for at, head in enumerate(ranges)]
            self.lines += inner
            self.lines.append(f"{self.depth}{_INDENT * len(ranges)}{total} = {source.total(Source(total), body)}")
            (self.numbers.add if self.module.is_number(body) else self.numbers.discard)(total)
            found = Source(total)
        self.running = kept_running
        return found

    # Networks

    def _tensor(self, tensor: Tensor) -> Source:
        if not tensor.terms:
            sizes = [self.sizes.write(index.size) for index in tensor.free]
            return self.module.zeros(sizes) if sizes else Source("0.0")
        return source.total(*self._shortened([self._term(term, tensor.free) for term in tensor.terms]))

    def _term(self, term: Term, free: Sequence[Index]) -> Source:
        roots = [factor.node for factor in term.factors if factor.node is not None]
        active = frozenset(term.loops)
        nodes = topological(roots)
        self._block([node for node in nodes if not self.loops[node]], frozenset())

        def write() -> Source:
            inner = [node for node in nodes if self.loops[node] and self.loops[node] <= active]
            for node in inner:
                self.done.pop(node, None)
            self._block(inner, active)
            return product(term, free, self._operand, self.module, self.sizes.write)

        return self._summed_over(term.loops, write) if term.loops else write()

    def _operand(self, factor: Factor) -> Source:
        if factor.node is None:
            identity: Source = self.module.eye(self.sizes.write(factor.indices[0].size))
            return identity
        found = self.done[factor.node]
        return found if factor.power == 1 else self.module.raised(found, source.number(factor.power))


def identifier(wanted: str) -> str:
    """A name as Python takes it."""
    return wanted if wanted.isidentifier() else "".join(c if c.isalnum() else "_" for c in wanted)


def without_ones(shape: Shape) -> tuple[Any, ...]:
    """The index that takes the axes of size one away: ``A[0]``, ``A[:, 0]``."""
    index: list[Any] = [0 if size == 1 else slice(None) for size in shape]
    while len(index) > 1 and index[-1] == slice(None):
        index.pop()
    return tuple(index)


def with_ones(shape: Shape) -> tuple[Any, ...]:
    """The index that gives the axes of size one back: ``t[None, :]``."""
    return tuple(None if size == 1 else slice(None) for size in shape)


def _nodes(result: Result) -> list[Node]:
    if isinstance(result, Node):
        return [result]
    return [factor.node for term in result.terms for factor in term.factors if factor.node is not None]


def _uses(order: Sequence[Node], roots: Sequence[Node]) -> dict[Node, int]:
    uses = dict.fromkeys(order, 0)
    for used in (*roots, *(arg for node in order for arg in node.args)):
        uses[used] += 1
    return uses
