"""Combine: the Jacobians along each path from the value to the variable multiplied, the paths added."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from mcalc.calculus.differentiate import contract, tensor_of
from mcalc.derivation.derivation import Line, Step
from mcalc.derivation.factors import product_of, shorter_as_product
from mcalc.derivation.joints import Fork, forks
from mcalc.derivation.locals import (
    Local,
    closed,
    closed_sum,
    leaf_of,
    leaf_tensor,
    matrix_or_indices,
    matrix_read_off,
    moved,
    node_of,
    paths_of,
    symbol_of,
    with_indices,
)
from mcalc.derivation.reasons import chain_rule
from mcalc.derivation.rewritten import rewriting_steps
from mcalc.derivation.ways import Ways, is_deep
from mcalc.networks.common import common_to
from mcalc.networks.index_form import Expression, IndexForm
from mcalc.networks.networks import Tensor, Term, fresh
from mcalc.rewriting.index_terms import in_indices, said_in_indices
from mcalc.table.records import LoopIndex
from mcalc.table.sentences import Sentence, linked, told
from mcalc.tree import build
from mcalc.tree.node import Node, variables

Sums = dict[tuple[object, ...], tuple[Expression, Local, Node | None, list[list[Local]]]]
"""By value, variable and paths: the derivative, how it goes on, what its name stands for; the paths are kept alive."""

_KEPT_WRITTEN_OUT, _KEPT_IN_A_DEEP_ONE = 60, 4
"""A longer derivative goes on by its name, so that derivations grow with the program; in a deep one nearly all do."""


@dataclass
class Combination:
    """The intermediate variables with the Jacobians between them; `result` appends its steps to `steps`.

    A derivative of more than `longest` tokens goes on by its name, or, what is not the `whole` derivative, as it is;
    in a deep program it is rewritten with the whole where it is not told.
    """

    lines: list[Line]
    steps: list[Step]
    by: tuple[Node, ...]
    local: dict[tuple[str, str], Local]
    by_indices: bool = False
    told: bool = True
    known: Sums | None = None
    longest: int = 0
    whole: bool = True
    named: dict[Node, Node] = field(default_factory=dict)
    steps_to: dict[str, list[Step]] = field(default_factory=dict)
    total: dict[str, Local] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not self.longest:
            self.longest = _KEPT_IN_A_DEEP_ONE if is_deep(self.lines) else _KEPT_WRITTEN_OUT

    def result(self) -> Expression:
        """The derivative by the variable, in the intermediate variables and the derivatives in `named`."""
        (by,) = self.by
        self._join(forks(self.lines, by, self.local))
        return self.results()[by]

    def results(self) -> dict[Node, Expression]:
        """The derivatives by the variables, found on the way down from the value; where they part, told ones rest."""
        self.line_of = {line.name: line for line in self.lines}
        ways = Ways.of(self.lines, self.local, self.by, parting=self.told and len(self.by) > 1)
        results: dict[Node, Expression] = {}
        for target in [*(line.node for line in reversed(self.lines[:-1])), *self.by]:
            name = str(target.parameters[0])
            if ways.ends_at(name):
                start = len(self.steps)
                results[target] = self._added(self.lines[-1], target, ways.to(name, self.total), self.total)
                self.steps_to[name] = self.steps[start:]
        return results

    def _join(self, joined: Sequence[Fork]) -> None:
        """The total derivative at the end of each fork of single variables, found first: from there one path leads."""
        edges: dict[str, list[tuple[str, str]]] = {}
        for edge in self.local if joined else ():
            edges.setdefault(edge[0], []).append(edge)
        self.local, passed = dict(self.local), set[str]()
        for fork in joined:
            own = {edge: self.local.pop(edge) for line in fork.lines for edge in edges.get(line.name, ())}
            rest = (self.by_indices, self.told, self.known, self.longest, False)
            inner = Combination(fork.lines, self.steps, (fork.start,), own, *rest)
            inner.result()
            self.named |= inner.named
            start = str(fork.start.parameters[0])
            self.local[fork.lines[-1].name, start] = closed_sum(inner.total[start])
            passed.update(line.name for line in fork.lines[:-1])
        self.lines = [line for line in self.lines if line.name not in passed]

    def _added(self, root: Line, target: Node, paths: list[list[Local]], total: dict[str, Local]) -> Expression:
        """The sum over the paths, if it is known, from another variable's derivative."""
        if self.known is None:
            return self._add_paths(root, target, paths, total)
        place = (root.node, target, target in self.by, *(tuple(map(id, path)) for path in paths))
        name = str(target.parameters[0])
        if place not in self.known:
            result = self._add_paths(root, target, paths, total)
            self.known[place] = result, total[name], self.named.get(total[name].leaf), paths
        result, total[name], value, _ = self.known[place]
        if value is not None:
            self.named[total[name].leaf] = value
        return result

    def _add_paths(self, root: Line, target: Node, paths: list[list[Local]], total: dict[str, Local]) -> Expression:
        name = str(target.parameters[0])
        leaf = leaf_of(root.node, root.name, target, self._arguments(root, name) if len(paths) > 1 else ())
        terms: list[Term] = []
        value, variable = fresh(root.node), fresh(target)
        for path in paths:
            tensor = path[0].tensor
            for entry, left in zip(path[1:], self._left(path, target), strict=True):
                tensor = closed(contract(tensor, entry.tensor), left)
            terms += with_indices(tensor, value, variable)
        tensor = Tensor(tuple(terms), value, variable)
        goes_on_by_name = target not in self.by
        later = self.longest == _KEPT_IN_A_DEEP_ONE and (goes_on_by_name or not self.whole)
        written = self.told or not later
        result = matrix_or_indices(tensor, None if written else self.longest)
        alone = len(paths) == 1 and self._multiplies(paths[0]) and not self._summed(paths[0], target)
        by_name = self.told and isinstance(result, Node) and "partial" in result.below
        if alone and isinstance(result, Node) and (len(terms) > 1 or by_name):
            result = shorter_as_product(result, [entry.tensor for entry in paths[0]])
        if not isinstance(result, Node):
            total[name] = Local(leaf, result.tensor, None)
        elif result.key[0] > self.longest and goes_on_by_name and not result.loops:
            self.named[leaf] = result
            total[name] = Local(leaf, leaf_tensor(leaf, value, variable), leaf)
        else:
            total[name] = Local(leaf, tensor_of(result, value, variable), result)
        if self.told and len(paths) == 1 == len(paths[0]):
            if self.by_indices and leaf.shape and isinstance(result, Node) and target in self.by:
                self.steps.append(matrix_read_off(leaf, result))
        elif self.told:
            if isinstance(result, Node) and all(self._multiplies(path) for path in paths):
                self._matrix_steps(leaf, paths, target, result, root)
            else:
                self._index_steps(leaf, paths, target, tensor, result, root)
        return result

    def _arguments(self, root: Line, name: str) -> list[Node]:
        """What the value is made of, where that is told apart: where its partial derivative by the name was shown."""
        inner = [arg for arg in variables(root.definition) if (root.name, str(arg.parameters[0])) in self.local]
        return inner if name in {str(arg.parameters[0]) for arg in inner} else []

    def _multiplies(self, path: Sequence[Local]) -> bool:
        """Whether the chain rule along the path is a product of matrices.

        No value on the way may be a matrix, and where the value itself is one, none may be a vector. Right behind
        a column, as a scalar on the way makes it, stands no matrix.
        """
        if self.by_indices:
            return False
        widest = 0 if len(self.lines[-1].node.axes) == 2 else 1
        too_wide = any(len(self.line_of[entry.leaf.parameters[1]].node.axes) > widest for entry in path[:-1])
        wide = [entry.leaf for entry in path if entry.leaf.shape]
        torn = any(len(left.shape) == 1 and len(right.axes) == 2 for left, right in pairwise(wide))
        return not too_wide and not torn and all(entry.node is not None for entry in path)

    def _summed(self, path: Sequence[Local], target: Node) -> tuple[LoopIndex, ...]:
        """The running indices that the path passes through and the target does not have."""
        loops: list[LoopIndex] = []
        for entry in path:
            line = self.line_of.get(entry.leaf.parameters[1])
            if line is not None:
                loops += [loop for loop in sorted(line.node.loops - target.loops, key=str) if loop not in loops]
        return tuple(loops)

    def _left(self, path: Sequence[Local], target: Node) -> list[list[LoopIndex]]:
        """The running indices that are left behind with each further Jacobian of the path: there their Σ closes."""
        passed = [self.line_of[entry.leaf.parameters[1]].node.loops for entry in path[:-1]] + [target.loops]
        return [sorted(before - after, key=str) for before, after in pairwise(passed)]

    def _matrix_steps(self, leaf: Node, paths: list[list[Local]], target: Node, result: Node, root: Line) -> None:
        wide = self._vectors(paths, target, root)
        loops = tuple(dict.fromkeys(loop for path in paths for loop in self._summed(path, target)))
        rule, because = chain_rule(paths_of(paths), str(target.parameters[0]), root.name, wide, loops)
        symbols = self._total([self._under_sum([entry.leaf for entry in path], path, target) for path in paths])
        self.steps.append(
            Step(
                "combine",
                rule,
                because,
                leaf,
                symbols,
                leaf.shape,
                factors=tuple(tuple(entry.leaf.shape for entry in path) for path in paths),
            )
        )
        values = self._total([self._under_sum([node_of(entry) for entry in path], path, target) for path in paths])
        named = any(entry.node is entry.leaf for path in paths for entry in path)
        because = "the Jacobians are inserted" if named else "each factor is replaced by its value"
        self.steps.append(Step("combine", "insert the Jacobians", because, symbols, values, leaf.shape))
        self.steps += rewriting_steps("combine", values, result)

    def _vectors(self, paths: list[list[Local]], target: Node, root: Line) -> list[Node]:
        """The names on the paths that stand for vectors or matrices, the variable first."""
        passed = {entry.leaf.parameters[0] for path in paths for entry in path} | {root.name}
        nodes = [line.node for line in self.lines if line.name in passed and line.node is not target]
        return [node for node in (target, *nodes) if node.axes]

    def _under_sum(self, factors: Sequence[Node], path: Sequence[Local], target: Node) -> Node:
        """The product; from the first factor that depends on a running index on, under its Σ."""
        loops = self._summed(path, target)
        if not loops:
            return product_of(factors)
        inside = next((at for at, factor in enumerate(factors) if factor.loops), len(factors))
        known = [at for at, entry in enumerate(path) if self._depends(entry, loops)]
        inside = min([inside, *known[:1]])
        body = product_of(factors[inside:])
        for loop in reversed(loops):
            body = build.apply("loop_sum", body, parameters=(loop,))
        return product_of([*factors[:inside], body])

    def _depends(self, entry: Local, loops: Sequence[LoopIndex]) -> bool:
        lines = (self.line_of.get(name) for name in entry.leaf.parameters[:2])
        return any(line is not None and line.node.loops & set(loops) for line in lines)

    def _total(self, products: list[Node]) -> Node:
        return products[0] if len(products) == 1 else build.apply("add", *products)

    def _index_steps(
        self, leaf: Node, paths: list[list[Local]], target: Node, tensor: Tensor, result: Expression, root: Line
    ) -> None:
        """The chain rule in index notation, for a Jacobian with more than two indices."""
        over = tuple(dict.fromkeys(loop for path in paths for loop in self._summed(path, target)))
        rule, because = chain_rule(
            paths_of(paths), str(target.parameters[0]), root.name, self._vectors(paths, target, root), over
        )
        symbols: list[Term] = []
        for path in paths:
            joined = symbol_of(path[0])
            for entry, left in zip(path[1:], self._left(path, target), strict=True):
                inner = symbol_of(entry)
                products = (one.times(other) for one in joined.terms for other in moved(inner, joined.variable))
                joined = closed(Tensor(tuple(products), joined.value, inner.variable), left)
            symbols += with_indices(joined, tensor.value, tensor.variable)
        contracted = IndexForm.of(tensor)
        before = IndexForm(leaf_tensor(leaf, tensor.value, tensor.variable), beside=contracted)
        chained = IndexForm(Tensor(tuple(symbols), tensor.value, tensor.variable), beside=contracted)
        self.steps.append(Step("combine", rule, because, before, chained, leaf.shape))
        because = told("the Jacobians are inserted; a {δ} leaves only the terms where its two indices are equal")
        if common_to(contracted.tensor.terms, tensor.free) is not None:
            because = linked("; ", [because, Sentence("a common factor is taken out")])
        self.steps.append(Step("combine", "contract", because, chained, contracted, leaf.shape))
        simple = in_indices(contracted)
        if simple.weight() < contracted.weight():
            said = said_in_indices(contracted, simple)
            self.steps.append(Step("combine", "simplify", said, contracted, simple, leaf.shape))
        if isinstance(result, Node):
            self.steps.append(matrix_read_off(leaf, result))
