"""Derivatives in index notation: what has no matrix form, ``∂Y[i,j]/∂X[k,l] = A[i,k]*B[l,j]``."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

from mcalc.networks.likeness import factors_of, likeness
from mcalc.networks.matrix_form import reduce
from mcalc.networks.networks import Factor, Index, Tensor, Term
from mcalc.networks.normal_form import gathered
from mcalc.networks.pairs import Pair, Pairs, is_selection, split_free, split_summed
from mcalc.networks.terms import tidy
from mcalc.table import TABLE
from mcalc.table.records import Shape
from mcalc.tree import build
from mcalc.tree.letters import further_letters, index_letters, letters_in_use, names_in, running_indices
from mcalc.tree.names import size_text
from mcalc.tree.node import Node, topological
from mcalc.tree.stacks import matching


def reduced(term: Term, free: Sequence[Index]) -> Term:
    """The term with every product of matrices on its inner indices carried out."""
    state = reduce(term, free)
    factors = [*(Factor(node, (), power) for node, power in state.scalars), *state.solids]
    factors += [Factor(None, tie) for tie in state.ties]
    for edge in state.edges:
        node, indices = edge.node(), (edge.start, edge.end)
        if node.operator.name == "transpose":
            node, indices = node.args[0], (edge.end, edge.start)
        factors.append(Factor(node, indices))
    for index, vectors in state.points.items():
        factors += [Factor(node, (index,), power) for node, power in vectors]
    return Term(state.coefficient, tuple(factors), term.loops)


def _in_order(term: Term, free: Sequence[Index]) -> Term:
    """Of tied free indices a factor has the first, and δ's tie that with each; symmetric matrices indexed in order."""
    order = {index: at for at, index in enumerate(free)}
    root = dict(zip(free, free, strict=True))
    for tie in (factor for factor in term.factors if factor.node is None):
        one, other = sorted((root[index] for index in tie.indices), key=order.__getitem__)
        root = {index: one if its is other else its for index, its in root.items()}
    sign, factors = 1, []
    for factor in (factor for factor in term.factors if factor.node is not None):
        factor = factor._replace(indices=tuple(root.get(index, index) for index in factor.indices))
        places = [order.get(index, len(free)) for index in factor.indices]
        parity = build.symmetry(factor.node) if len(places) == 2 and places[0] > places[1] else 0
        if parity:
            factor = factor._replace(indices=factor.indices[::-1])
            sign *= parity if build.odd(factor.power) else 1
        factors.append(factor)
    factors += [Factor(None, (first, index)) for index, first in root.items() if first is not index]
    return Term(term.coefficient * sign, tuple(gathered(factors)), term.loops)


def _place(term: Term, free: Sequence[Index]) -> list[list[list[int]]]:
    """Where the indices of its δ's, and of all its factors, stand among the free ones, the summed ones last."""
    at = {index: place for place, index in enumerate(free)}
    ties = [factor for factor in term.factors if factor.node is None]
    return [sorted(sorted(at.get(i, len(at)) for i in one.indices) for one in own) for own in (ties, term.factors)]


@dataclass(frozen=True, eq=False)
class IndexForm:
    """A sum of products with named indices: those of the value first, then those of the variable.

    `taken` are names of the text that is answered, which no index may have; `beside` is the form that this one is equal
    to, whose letters it has.
    """

    tensor: Tensor
    taken: frozenset[str] = field(default_factory=letters_in_use)
    beside: IndexForm | None = None

    @classmethod
    def of(cls, tensor: Tensor) -> IndexForm:
        """In normal form, like terms merged, in the order of their free indices: one form, whatever the way."""
        free = tensor.free
        merged: dict[object, tuple[Term, int]] = {}
        own = [_in_order(_merged_powers(reduced(term, free)), free).settled() for term in tidy(tensor.terms, free)]
        bags = [factors_of(term) for term in own]
        many = Counter(bags)
        for term, bag in zip(own, bags, strict=True):
            key, sign = likeness(term, free) if many[bag] > 1 else (bag, 1)
            if key not in merged:
                merged[key] = term, sign
                continue
            before, its = merged[key]
            merged[key] = before._replace(coefficient=before.coefficient + sign * its * term.coefficient), its
        terms = [term for term, _ in merged.values() if term.coefficient != 0]
        terms.sort(key=lambda term: _place(term, free))
        return cls(Tensor(tuple(terms), tensor.value, tensor.variable))

    @property
    def shape(self) -> Shape:
        """The sizes of the value, then those of the variable."""
        return tuple(index.size for index in self.tensor.free)

    def nodes(self) -> list[Node]:
        """The values whose entries are multiplied."""
        return [factor.node for term in self.tensor.terms for factor in term.factors if factor.node is not None]

    def weight(self) -> int:
        """How many values and operators its factors have."""
        return sum(node.key[0] for node in self.nodes())

    @property
    def opened(self) -> IndexForm:
        """The form as it is read: an index over n·p places is two, ``y[p*(i-1)+j]``, where selections would part it."""
        return self._parted[0]

    @cached_property
    def _parted(self) -> tuple[IndexForm, Pairs]:
        form, pairs = self, dict[Index, Pair]()
        while any(is_selection(node) for node in topological(form.nodes())):
            found = split_free(form.tensor.terms, form.tensor.free) or split_summed(form.tensor.terms, form.tensor.free)
            if found is None:
                return self, {}
            value, variable = (_parts(part, found[1]) for part in (form.tensor.value, form.tensor.variable))
            form = IndexForm.of(Tensor(tuple(found[0]), value, variable))
            pairs |= found[1]
        return form, pairs

    def places(self, index: Index) -> tuple[Index, ...]:
        """The indices of the opened form that an index is made of, the one that changes slowest first."""
        pair = self._parted[1].get(index)
        return (index,) if pair is None else (*self.places(pair.slow), *self.places(pair.fast))

    def letters(self) -> dict[Index, str]:
        """A letter an index, none that a name, a dimension or a running index has; ``p*(i-1)+j`` of one that is two."""
        form, pairs = self._parted
        names = form._letters()

        def place(index: Index) -> str:
            if index in names:
                return names[index]
            pair = pairs[index]
            width = size_text(pair.fast.size)
            return f"{f'({width})' if pair.fast.size.is_Add else width}*({place(pair.slow)}-1)+{place(pair.fast)}"

        return names | {index: place(index) for index in self.tensor.free if index in pairs}

    def _letters(self) -> dict[Index, str]:
        nodes = self.nodes()
        loops = {loop for term in self.tensor.terms for loop in term.loops} | set(running_indices(nodes))
        every = {index for term in self.tensor.terms for factor in term.factors for index in factor.indices}
        sizes = [index.size for index in {*self.tensor.free, *every}] + [loop.size for loop in loops]
        taken = self.taken | names_in(nodes) | {loop.name for loop in loops}
        taken |= {symbol.name for size in sizes for symbol in size.free_symbols}
        value, variable = self.tensor.value, self.tensor.variable
        counts = [min(2, len(part) - at) for part in (value, variable) for at in range(0, len(part) or 1, 2)]
        names = dict(zip((*value, *variable), index_letters(counts, taken), strict=True))
        if self.beside is not None:
            known = self.beside.letters()
            names |= {index: known[index] for index in self.tensor.free}
        rest = further_letters(taken | set(names.values()))
        for term in self.tensor.terms:
            for factor in term.factors:
                for index in factor.indices:
                    if index not in names:
                        names[index] = next(rest)
        return names


def _parts(places: Sequence[Index], pairs: Pairs) -> tuple[Index, ...]:
    """The places, for each that is two both: of a column the rows of what is stacked in it first."""
    parts: list[Index] = []
    for index in places:
        pair = pairs.get(index)
        parts += (index,) if pair is None else pair[::-1] if len(places) == 1 else pair
    return tuple(parts)


def _merged_powers(term: Term) -> Term:
    """``(x^a)^b`` as x^(ab), which holds for whole b, and x^a x^b of scalars as x^(a+b)."""
    factors: list[Factor] = []
    scalars: dict[Node, int] = {}
    for factor in term.factors:
        node, indices, power = factor
        while node is not None and _is_fixed_power(node) and power.is_Integer:
            base, exponent = node.args
            node, indices, power = base, matching(base, node, indices), power * exponent.parameters[0]
        if node is not None and not indices and node in scalars:
            at = scalars[node]
            factors[at] = factors[at]._replace(power=factors[at].power + power)
            continue
        if node is not None and not indices:
            scalars[node] = len(factors)
        factors.append(Factor(node, indices, power))
    return term._replace(factors=tuple(factor for factor in factors if factor.power != 0))


def _is_fixed_power(node: Node) -> bool:
    return node.operator.name == "power" and build.is_number(node.args[1])


Expression = Node | IndexForm


Arguments = tuple[tuple[str, int], ...]
"""What a value is a function of: names with their ranks."""


def partial(above: str | Node, below: str, shape: Shape, split: int = 0, arguments: Arguments = ()) -> Node:
    """The leaf ``∂above/∂below``; of its indices, the first `split` belong to the value.

    A total derivative has `arguments`: ``∂u₂(x, u₁)/∂x`` is where u₁ moves with x.
    """
    return Node(TABLE["partial"], (), (above, below, split, arguments), shape)
