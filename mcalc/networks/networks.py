"""Networks: a derivative is a sum of products of factors with named indices, ``2 A[i,k] x[k] δ[k,j]``.

The chain rule contracts such a product with the next local rule; a δ vanishes by renaming an index.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import count
from typing import NamedTuple

from sympy.core.expr import Expr
from sympy.core.numbers import Rational
from sympy.core.singleton import S

from mcalc.language.formulas import read_value
from mcalc.networks.formulas import parse_formula
from mcalc.table.records import LoopIndex
from mcalc.table.roles import ROOT
from mcalc.tree import build, stacks
from mcalc.tree.known import is_positive
from mcalc.tree.node import Node, loops_below, topological, with_loop

_numbers = count()


class Index:
    """A named index that runs over a dimension; two are the same only if they are one object."""

    __slots__ = ("number", "size")

    def __init__(self, size: Expr) -> None:
        self.size = size
        self.number = next(_numbers)

    def __repr__(self) -> str:
        return f"i{self.number}"


class Factor(NamedTuple):
    """``node[indices]^power``; a node of None is a δ."""

    node: Node | None
    indices: tuple[Index, ...]
    power: Rational = S.One


class Term(NamedTuple):
    """``coefficient · Π factors``, summed over every index that is not free, and over the running indices `loops`."""

    coefficient: Rational
    factors: tuple[Factor, ...]
    loops: tuple[LoopIndex, ...] = ()

    def times(self, other: Term) -> Term:
        """The product; the running indices that either sums over are renamed apart from all that the other has."""
        if not self.loops and not other.loops:
            number = other.coefficient
            if number is S.One:
                number = self.coefficient
            elif self.coefficient is not S.One:
                number = self.coefficient * number
            return Term(number, self.factors + other.factors)
        one = self._apart_from(other)
        return one.within(other._apart_from(one))

    def within(self, other: Term) -> Term:
        """The product with what stands under the Σ's of this term: their running indices mean the same there."""
        for loop in other.loops:
            other = other.with_loop(loop, self._new_loop(loop, other)) if loop in self.loops else other
        return Term(self.coefficient * other.coefficient, self.factors + other.factors, self.loops + other.loops)

    def under(self, loops: Iterable[LoopIndex]) -> Term:
        """The term under further Σ's, whose indices stand for what is still to come; its own are renamed apart."""
        term = self
        for loop in loops:
            if loop in term.loops:
                term = term.with_loop(loop, term._new_loop(loop))
            term = term._replace(loops=(*term.loops, loop))
        return term

    def with_loop(self, old: LoopIndex, new: LoopIndex) -> Term:
        """The term with a running index renamed."""
        factors = tuple(f if f.node is None else f._replace(node=with_loop(f.node, old, new)) for f in self.factors)
        return Term(self.coefficient, factors, tuple(new if loop == old else loop for loop in self.loops))

    def settled(self) -> Term:
        """The term with its Σ's by names that no Σ inside of a factor has."""
        inside = topological(f.node for f in self.factors if f.node and self.loops)
        return self._away_from({node.parameters[0] for node in inside if node.operator.name == "loop_sum"})

    def _apart_from(self, other: Term) -> Term:
        """The term with its own Σ's by names that `other` has nowhere outside of its own."""
        free = (loop for f in other.factors if f.node is not None for loop in f.node.loops)
        return self._away_from({*other.loops, *free}, other) if self.loops else self

    def _away_from(self, used: set[LoopIndex], *others: Term) -> Term:
        term = self
        for loop in self.loops:
            if loop in used:
                term = term.with_loop(loop, term._new_loop(loop, *others))
        return term

    def _new_loop(self, loop: LoopIndex, *others: Term) -> LoopIndex:
        """A running index over the same range that neither this term nor the others have, bound or free."""
        terms = (self, *others)
        below = loops_below(f.node for term in terms for f in term.factors if f.node)
        return loop.apart_from(below.union(*(term.loops for term in terms)))


class Tensor(NamedTuple):
    """A sum of terms with free indices: first those of the value, then those of the variable."""

    terms: tuple[Term, ...]
    value: tuple[Index, ...]
    variable: tuple[Index, ...]

    @property
    def free(self) -> tuple[Index, ...]:
        """The indices that are not summed: those of the value, then those of the variable."""
        return self.value + self.variable


ONE = Term(S.One, ())


def fresh(node: Node) -> tuple[Index, ...]:
    """New indices, one an axis."""
    return tuple([Index(size) for size in node.axes])


def delta(one: Sequence[Index], other: Sequence[Index]) -> tuple[Factor, ...]:
    """``δ[i,k] δ[j,l]``: a factor each for the indices that stand at one place."""
    return tuple(Factor(None, pair) for pair in zip(one, other, strict=True))


def counted(term: Term, summed: Collection[Index]) -> Term:
    """A summed index that no factor carries counts its dimension: ``Σᵢ 1 = n``."""
    if not summed:
        return term
    carried = {index for factor in term.factors for index in factor.indices}
    for index in summed:
        if index not in carried:
            size = build.size(index.size)
            if build.is_number(size):
                term = term._replace(coefficient=term.coefficient * size.parameters[0])
            else:
                term = term._replace(factors=(*term.factors, Factor(size, ())))
    return term


# Index formulas of the table ------------------------------------------------------------------------------------


def row_and_column(indices: Sequence[Index], shape: Sequence[Expr]) -> tuple[Index | None, Index | None]:
    """Row and column index of a value; None where it has no such axis."""
    rest = iter(indices)
    rows = next(rest) if shape and shape[0] is not S.One else None
    columns = next(rest) if len(shape) == 2 and shape[1] is not S.One else None
    return rows, columns


def instantiate(
    formula: str, names: Mapping[str, Node], letters: dict[str, Index | None], power: Rational = S.One, depth: int = 0
) -> list[Term]:
    """The terms of a formula with its argument names read as nodes and its letters as indices."""
    terms = []
    for sign, pieces in parse_formula(formula):
        term: Term | None = Term(sign**power, ())
        bound = dict(letters)
        for piece in pieces:
            assert term is not None
            if piece.base == "δ":
                one, other = (bound.get(letter) for letter in piece.letters)
                if one is not None and other is not None:
                    term = term.times(Term(S.One, (Factor(None, (one, other)),)))
                continue
            if piece.base.isdigit():
                term = Term(term.coefficient * int(piece.base), term.factors, term.loops)
                continue
            node = names[piece.base] if piece.base in names else read_value(piece.base, names)
            indices = _read_letters(node, piece.letters, bound)
            exponent = names[piece.power].parameters[0] if piece.power in names else Rational(piece.power)
            part = expand(node, indices, exponent * power, depth + 1)
            if part is None:
                term = None
                break
            term = term.times(part)
        if term is not None and term.coefficient != 0:
            made = [index for letter, index in bound.items() if letter not in letters and index is not None]
            terms.append(counted(term, made))
    return terms


def _read_letters(node: Node, letters: Sequence[str], bound: dict[str, Index | None]) -> tuple[Index, ...]:
    """The indices of a node by its letters; a letter not met before is a summed index."""
    axes = node.axes
    if len(letters) > len(axes):
        letters = [letter for letter, size in zip(letters, (*node.shape, S.One), strict=False) if size != 1]
    indices = []
    for letter, size in zip(letters, axes, strict=True):
        index = bound.get(letter)
        if index is None:
            index = bound[letter] = Index(size)
        indices.append(index)
    return tuple(indices)


# Values as networks ----------------------------------------------------------------------------------------------

_DEEPEST = 150
_LARGEST_POWER = 1000


def expand(node: Node, indices: tuple[Index, ...], power: Rational = S.One, depth: int = 0) -> Term | None:
    """``node[indices]^power`` as one product of factors; None is zero. Sums and other results stay whole."""
    name = node.operator.name
    if name == "number":
        value = node.parameters[0]
        if value == 0 and power > 0:
            return None
        if value != 0 and power.is_Integer and abs(power) <= _LARGEST_POWER:
            base, times = (value, int(power)) if power > 0 else (1 / value, -int(power))
            return Term(Rational(base.p**times, base.q**times), ())
    elif name == "zeros":
        return None
    elif node.operator.indicator and len(node.args) == 2 and node.args[0] is node.args[1]:
        return Term(S.One, ()) if node.operator.holds and node.operator.holds(0, 0) else None
    elif node.operator.where_positive and is_positive(node.args[0]):
        return expand(read_value(node.operator.where_positive, {"a": node.args[0]}), indices, power, depth + 1)
    elif node.operator.holds is not None and build.is_zero(node.args[1]) and is_positive(node.args[0]):
        return ONE if node.operator.holds(1, 0) else None
    elif name == "element" and (part := stacks.entry(node)) is not None:
        return expand(part, indices, power, depth + 1)
    elif _is_product(node) and power.is_Integer:
        return _expand_product(node, indices, power, depth)
    elif name == "loop_sum" and power == 1 and depth < _DEEPEST:
        body = expand(node.args[0], indices, power, depth + 1)
        if body is None:
            return None
        if node.parameters[0] not in body.loops:
            return Term(body.coefficient, body.factors, (node.parameters[0], *body.loops))
    elif name == "matmul" and power == 1 and depth < _DEEPEST:
        return _expand_row(node, indices, depth)
    elif node.operator.value and not node.operator.elementwise and depth < _DEEPEST and (power == 1 or name == "ones"):
        return _expand_value(node, indices, power, depth)
    return Term(S.One, (Factor(node, indices, power),))


def _is_product(node: Node) -> bool:
    """Whether the value is a product of powers of its arguments, entry by entry."""
    if node.operator.name == "power":
        return node.args[1].operator.name == "number"
    return node.operator.elementwise and node.operator.value is not None


def _powers(node: Node) -> list[tuple[Node, Rational]]:
    """The arguments of a product, each with its power."""
    if node.operator.name == "power":
        return [(node.args[0], node.args[1].parameters[0])]
    if node.operator.name == "divide":
        return [(node.args[0], S.One), (node.args[1], S.NegativeOne)]
    return [(arg, S.Half if node.operator.name == ROOT else S.One) for arg in node.args]


def _expand_product(node: Node, indices: tuple[Index, ...], power: Rational, depth: int) -> Term | None:
    """Products of products as one; a value used many times is met once, with the sum of its powers."""
    powers: dict[Node, Rational] = {node: power}
    term = ONE
    for part in reversed(topological([node], lambda node: node.args if _is_product(node) else ())):
        exponent = powers.get(part, S.Zero)
        if exponent == 0:
            continue
        if _is_product(part) and exponent.is_Integer:
            if part.operator.name == "negative":
                term = term._replace(coefficient=term.coefficient * S.NegativeOne**exponent)
            for arg, times in _powers(part):
                powers[arg] = powers.get(arg, S.Zero) + exponent * times
            continue
        own = stacks.matching(part, node, indices)
        found = expand(part, own, exponent, depth + 1)
        if found is None:
            return None
        if found.loops and (exponent != 1 or set(found.loops) & set(term.loops)):
            found = Term(S.One, (Factor(part, own, exponent),))
        term = term.times(found)
    return term


def _expand_row(node: Node, indices: tuple[Index, ...], depth: int) -> Term | None:
    """``A[i,p] B[p,q] C[q,j]``: a product of matrices with all its factors, so that a long row is read once."""
    row = build.row_of(node)
    first, last = row_and_column(indices, node.shape)
    widths = [(*part.shape, S.One)[1] for part in row[:-1]]
    joints = [None if width is S.One else Index(width) for width in widths]
    term = ONE
    for part, above, below in zip(row, [first, *joints], [*joints, last], strict=True):
        own = [above] if len(part.shape) == 1 else [above, below]
        found = expand(part, tuple(index for index in own if index is not None), S.One, depth + 1)
        if found is None or found.coefficient == 0:
            return None
        term = term.times(found)
    return counted(term, [index for index in joints if index is not None])


def _expand_value(node: Node, indices: tuple[Index, ...], power: Rational, depth: int) -> Term | None:
    operator = node.operator
    assert operator.value is not None
    formula = operator.value if isinstance(operator.value, str) else operator.value(node)
    rows, columns = row_and_column(indices, node.shape)
    names = dict(zip(operator.argument_names, node.args, strict=True))
    terms = instantiate(formula, names, {"i": rows, "j": columns}, power, depth)
    return terms[0] if terms else None
