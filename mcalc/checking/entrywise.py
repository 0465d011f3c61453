"""The derivative with its entries added up, and with a whole sum on the way taken term by term."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace as with_fields

from sympy.core.numbers import Integer

from mcalc.checking.factors import is_diagonal
from mcalc.checking.variants import Variant, Variants
from mcalc.derivation.derivation import Step
from mcalc.derivation.entries import Entries
from mcalc.notation.boxes import Size
from mcalc.notation.said import clipped, formula_of, shown_shape
from mcalc.table.records import LoopIndex, Shape, ShapeMismatch
from mcalc.table.sentences import Formula, Sentence, filled, linked
from mcalc.tree import build
from mcalc.tree.given_sizes import MOST_TERMS, for_sizes
from mcalc.tree.node import Node, replace, topological

_SUMMED, _ROWS_SUMMED, _BY_TERMS = 1.25, 1.45, 1.25
_FACTOR_BESIDE = 0.5
"""Who takes a sum term by term easily loses a constant too: what that counts, of what it counts alone."""
_PRODUCTS = ("dot", "matmul")


def entrywise(right: Node, shape: Shape, variants: Variants, alike: bool) -> Iterator[Variant]:
    """``Σⱼ Dⱼ``, ``Dⱼ(w·x → wⱼxⱼ)`` and ``Σⱼ Dⱼ(w·x → wⱼxⱼ)`` of a derivative D, those of the shape.

    Where the entries of D are all alike, or it is diagonal, an entry or the diagonal is as likely meant as ``Σⱼ Dⱼ``.
    """
    if len(right.axes) not in (1, 2):
        return
    for turned in (False, True)[: len(right.axes)]:
        found = _Entrywise(build.transpose(right) if turned else right, turned)
        same, summed = shape == right.shape, shape in (found.shape, (1, *found.shape)[: 2 * len(found.shape)])
        if summed and not same and not alike and not is_diagonal(right):
            cost = _ROWS_SUMMED if found.shape else _SUMMED
            yield Variant("extra-sum", cost, found.kept_apart, found.total(found.derivative), alone=True)
        for inner in found.inner():
            finding = "elementwise-for-product" if inner.operator.name in _PRODUCTS else "missing-sum"
            words, step = found.by_terms(inner), _step_with(inner, variants)
            changed = replace(found.derivative, {inner: found.term(inner)})
            if summed and not same:
                variant = Variant(finding, _BY_TERMS, words, found.total(changed), step, alone=True)
                yield with_fields(variant, also=(("extra-sum", found.kept_apart),), factor_cost=_FACTOR_BESIDE)
            elif same and len(right.axes) == 1 and found.index.size.is_Integer and found.index.size <= MOST_TERMS:
                variant = Variant(finding, _BY_TERMS, words, found.listed(changed, right.shape), step, alone=True)
                yield with_fields(variant, factor_cost=_FACTOR_BESIDE)


class _Entrywise:
    """A derivative by its last axis: ``j`` runs along it."""

    def __init__(self, derivative: Node, turned: bool) -> None:
        self.derivative, self.turned = derivative, turned
        taken = {node.parameters[0] for node in topological([derivative]) if node.operator.name == "loop_sum"}
        self.index = LoopIndex("j", derivative.axes[-1]).apart_from([*taken, LoopIndex("i", derivative.axes[-1])])
        self.shape: Shape = derivative.axes[:-1]

    def entry(self, whole: Node) -> Node:
        """``Dⱼ``: an entry of a row, a column of a matrix."""
        if not self.shape:
            return Entries([whole], whole=True).at(whole, (self.index,))
        return build.apply("element", build.transpose(whole), parameters=(self.index,))

    def total(self, whole: Node) -> Node:
        """``Σᵢ`` of the entries."""
        return build.apply("loop_sum", self.entry(whole), parameters=(self.index,))

    def listed(self, whole: Node, shape: Shape) -> Node:
        """The entries of a row or column, written out."""
        entry = self.entry(whole)
        places = range(1, int(self.index.size) + 1)
        stack = build.apply("stack", *(for_sizes(entry, {self.index: Integer(place)}) for place in places))
        return build.transpose(stack) if len(shape) == 2 and shape[0] == 1 else stack

    def inner(self) -> list[Node]:
        """The sums and products on the way that are added up over as many terms as the derivative has entries."""
        found = []
        for node in topological([self.derivative]):
            if node is self.derivative:
                continue
            try:
                term = self.term(node)
            except ShapeMismatch:
                continue
            if term is not node and term.shape == node.shape:
                found.append(node)
        return found

    def term(self, node: Node) -> Node:
        """``wⱼxⱼ`` of ``w·x``, ``tⱼ`` of ``sum(t)``; the node itself where it is no such sum."""
        name, size, args = node.operator.name, self.index.size, node.args
        if name == "dot" and args[0].axes == (size,):
            return build.apply("multiply", *(self._at(arg) for arg in args))
        if name == "matmul" and args[0].shape[-1] == size and args[1].shape[0] == size:
            column, row = self._at(build.transpose(args[0])), self._at(args[1])
            if column.shape and row.shape:
                return build.apply("outer", column, row)
            return build.apply("multiply", column, build.transpose(row) if row.shape else row)
        if name in ("sum", "mean") and not node.parameters and args[0].axes == (size,):
            return self._at(args[0])
        if name == "loop_sum" and node.parameters[0].size == size:
            return for_sizes(args[0], {node.parameters[0]: self.index})
        return node

    def _at(self, node: Node) -> Node:
        if len(node.axes) == 1:
            return Entries([node], whole=True).at(node, (self.index,))
        return build.apply("element", node, parameters=(self.index,))

    def _listed_terms(self, inner: Node) -> str:
        """``each w[j]*x[j]``; for two or three of them ``each of w[1]*x[1] and w[2]*x[2]``."""
        term, size = self.term(inner), self.index.size
        if not size.is_Integer or not 1 < size < 4:
            return filled("each {}", clipped(term))
        first, *terms = (formula_of(for_sizes(term, {self.index: Integer(place + 1)})) for place in range(int(size)))
        return Sentence("each of ", first, ", " if len(terms) > 1 else " and ", linked(" and ", terms))

    # In words

    @property
    def kept_apart(self) -> str:
        """The sentence that the entries belong apart."""
        if self.shape:
            rows = "column" if self.turned else "row"
            shape = self.derivative.shape[::-1] if self.turned else self.derivative.shape
            told = f"the answer adds up each {rows}, and the derivative, {{}}, keeps its entries apart"
            return filled(told, shown_shape(shape))
        row = len(self.derivative.shape) == 2
        apart = "side by side, in a row" if row else "one below the other, in a column"
        told = f"the answer adds up the entries of the derivative, which belong {apart} of {{}}"
        return filled(told, Formula(str(self.index.size), box=Size(self.index.size)))

    def by_terms(self, inner: Node) -> str:
        """Where the sum is whole in the derivative, and taken term by term in the answer."""
        whole, terms = clipped(inner), self._listed_terms(inner)
        noun = {"dot": "dot product ", "matmul": "product "}.get(inner.operator.name, "")
        around = [n for n in topological([self.derivative]) if n.operator.name == "add" and _within(inner, n.args)]
        if not around:
            told = f"the derivative is taken at the whole {noun}{{}}, and the answer takes {{}} by itself"
            return filled(told, whole, terms)
        told = f"there is one {{}}, which belongs to the whole {noun}{{}}; the answer has one for {{}}"
        return filled(told, clipped(around[0]), whole, terms)


def _within(inner: Node, nodes: tuple[Node, ...]) -> bool:
    return any(node.canon == inner.canon for node in topological(nodes))


def _step_with(inner: Node, variants: Variants) -> Step | None:
    """The step whose result holds the whole sum; where none does, the one that combines."""
    for step in variants.work.steps:
        after = step.after
        if step.stage != "differentiate" or not isinstance(after, Node):
            continue
        if _within(inner, (replace(after, variants.meaning),)):
            return step
    return variants.chain_step()
