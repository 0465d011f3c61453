"""A derivation in a few lines: what is known of each operator is applied to what it is made of, the outermost first.

``∂/∂w max(0, w·x + b) = (w·x + b > 0)*∂(w·x + b)/∂w = (w·x + b > 0)*xᵀ``
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from sympy.core.singleton import S

from mcalc.calculus.differentiate import aligned, contract, derivative_shape, differentiate
from mcalc.derivation.derivation import Line, Step
from mcalc.derivation.locals import matrix_or_indices
from mcalc.derivation.meanings import replaced_names, with_entries
from mcalc.derivation.reasons import joined, of_several, rule_name
from mcalc.networks.index_form import Expression, IndexForm, partial
from mcalc.networks.networks import Factor, Index, Tensor, Term, delta, fresh
from mcalc.notation.said import equated
from mcalc.rewriting.answers import author_within, simplify
from mcalc.table.sentences import Sentence
from mcalc.tree.node import Node, topological, variables

_LINEAR = "it is linear in what moves: what multiplies that stays"
MOST = 7
"""More lines are no outline: what is left then comes in one."""


def outline(lines: Sequence[Line], by: Node) -> Iterator[Step]:
    """The derivation as equations from ``∂f/∂x`` to the result, each reached by what is known of one operator.

    What is linear in what it is made of is known as a whole: ``∂(W·x + b)/∂x = W``. Nothing where there are sums over
    data, as their paths have running indices of their own.
    """
    if lines and not any(line.node.loops or line.definition.operator.name == "loop_sum" for line in lines):
        with author_within([lines[-1].meaning]):
            yield from list(_Outline(tuple(lines), by).steps())


@dataclass
class _Outline:
    """How far the value has been followed down: of each value reached, the terms that multiply its derivative."""

    lines: tuple[Line, ...]
    by: Node
    reached: dict[Node, tuple[list[Term], tuple[Index, ...]]] = field(default_factory=dict)

    def steps(self) -> Iterator[Step]:
        """One line after the other, each equal to the one before."""
        root, named = self.lines[-1], {line.node for line in self.lines}
        leaves = {leaf for line in self.lines for leaf in variables(line.definition)} - named
        self.by = next(leaf for leaf in leaves if leaf.parameters[0] == self.by.parameters[0])
        moving = named | {self.by}
        self.inner = {line.node: [leaf for leaf in variables(line.definition) if leaf in moving] for line in self.lines}
        self.value, self.variable, here = fresh(root.node), fresh(self.by), fresh(root.node)
        self.reached[root.node] = [Term(S.One, delta(self.value, here))], here
        shown, told, count = self._shown(), list[str](), 0
        reached = shown
        while waiting := [line for line in reversed(self.lines) if line.node in self.reached]:
            first = waiting[0]
            linear = self._is_linear(first)
            if self._leaf(first) in _nodes(reached):
                told.append(self._because(first, linear))
            self._apply(first)
            for line in waiting[1:] if count >= MOST else self.lines[::-1] if linear else ():
                if line.node in self.reached and (count >= MOST or self._is_linear(line)):
                    self._apply(line)
            after = reached = self._shown()
            more = any(line.node in self.reached for line in self.lines)
            if after is shown or (more and (linear or isinstance(after, IndexForm))):
                continue
            count += 1
            yield Step(
                "outline",
                rule_name(first.definition, self.inner[first.node][0]),
                joined(told) or _LINEAR,
                shown,
                after,
                after.shape,
            )
            shown, told = after, []

    def _because(self, line: Line, linear: bool) -> str:
        """What is known: the rule of the operator; of what is linear its derivative, ``∂(W·x + b)/∂x = W``."""
        if not linear:
            return of_several(line.definition, self.inner[line.node])
        known = matrix_or_indices(differentiate(line.meaning, self.by))
        if line is self.lines[-1] or isinstance(known, IndexForm) or self.by in variables(known):
            return ""
        return Sentence(equated(self._leaf(line), known))

    def _is_linear(self, line: Line) -> bool:
        """Whether the definition is linear in all that moves: its derivatives do not contain it."""
        moving = self.inner[line.node]
        return all(
            factor.node is None or not set(moving) & set(variables(factor.node))
            for inner in moving
            for term in self._local(line, inner).terms
            for factor in term.factors
        )

    def _local(self, line: Line, inner: Node) -> Tensor:
        return differentiate(line.definition, inner)

    def _leaf(self, line: Line) -> Node:
        """``∂(w·x + b)/∂w``, the derivative still to be taken, by what it is of."""
        shape = derivative_shape(line.node.shape, self.by.shape)
        return partial(line.meaning, str(self.by.parameters[0]), shape, len(line.node.axes))

    def _apply(self, line: Line) -> None:
        """The value's derivative replaced by those of what it is made of."""
        terms, indices = self.reached.pop(line.node)
        for inner in self.inner[line.node]:
            found = contract(Tensor(tuple(terms), self.value, indices), self._local(line, inner))
            before, common = self.reached.setdefault(inner, ([], fresh(inner)))
            before.extend(aligned(found.terms, found.variable, common, self.value))

    def _shown(self) -> Expression:
        """The derivative as it stands: what multiplies each derivative that is still to be taken, added up."""
        terms: list[Term] = []
        lines = {line.node: line for line in self.lines}
        for node, (own, indices) in self.reached.items():
            if node is self.by:
                terms += aligned(own, indices, self.variable, self.value)
                continue
            left = fresh(node)
            factor = Factor(self._leaf(lines[node]), left + self.variable)
            inner = Tensor((Term(S.One, (factor,)),), left, self.variable)
            terms += contract(Tensor(tuple(own), self.value, indices), inner).terms
        found = matrix_or_indices(Tensor(tuple(terms), self.value, self.variable))
        full = replaced_names(found, {line.node: line.meaning for line in self.lines})
        return simplify(with_entries(full)) if isinstance(full, Node) else full


def _nodes(shown: Expression) -> list[Node]:
    return topological([shown] if isinstance(shown, Node) else shown.nodes())
