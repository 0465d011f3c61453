"""An index over m·p places is two, one over m and one over p: ``(A ⊗ B)[(i,s),(j,t)] = A[i,j] B[s,t]``.

The first of the two changes after all places of the second. A selection, an identity with its rows repeated, is a δ of
one of the two, so where a summed index meets nothing but Kronecker products, columns of a matrix one below the other
and selections, all these go.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import NamedTuple, TypeGuard

from sympy.core.expr import Expr
from sympy.core.singleton import S

from mcalc.networks.networks import Factor, Index, Term, expand
from mcalc.table import REPETITIONS, shapes
from mcalc.table.records import lies
from mcalc.table.roles import INVERSE
from mcalc.tree import build
from mcalc.tree.folding import unstacked
from mcalc.tree.node import Node
from mcalc.tree.operations import kronecker


class Pair(NamedTuple):
    """The two indices that one over a product of dimensions is made of."""

    slow: Index
    fast: Index


Pairs = dict[Index, Pair]


def is_selection(node: Node | None) -> bool:
    """Whether it is an identity with its rows repeated."""
    return node is not None and node.operator.name in REPETITIONS


def selects_slow(selection: Node) -> bool:
    """Whether each row of the identity comes several times in a row: it selects by the index that changes slowly."""
    return selection.operator.spreads


def written_out(selection: Node) -> Node:
    """A selection as a Kronecker product of the identity and a column of ones."""
    size, times = selection.parameters
    identity, ones = build.identity(size), build.ones((times,))
    return kronecker(*((identity, ones) if selects_slow(selection) else (ones, identity)))


def is_of_rows(node: Node) -> bool:
    """Whether it is ``(Aᵀ ⊗ uᵀ)ᵀ``, which is written A ⊗ u."""
    if node.operator.name != "transpose" or node.args[0].operator.shape is not shapes.kron_shape:
        return False
    return any(lies(arg.shape) for arg in node.args[0].args)


def with_pairs(factors: Sequence[Factor], free: Collection[Index]) -> tuple[list[Factor], Pairs] | None:
    """The factors with a summed index that a selection has split in two, and what is split; None where none is."""
    for factor in factors:
        if is_selection(factor.node) and factor.indices[0] not in free:
            pairs = {factor.indices[0]: _pair_of(factor.node)}
            found = split(factors, pairs, free)
            if found is not None:
                return found, pairs
    return None


def split_summed(terms: Sequence[Term], free: Sequence[Index]) -> tuple[list[Term], Pairs] | None:
    """One term with a summed index in two, and what of its free indices is two then: ``(A ⊗ B)·vec(X)`` by X."""
    found = with_pairs(terms[0].factors, ()) if len(terms) == 1 else None
    if found is None:
        return None
    factors, pairs = found
    return [terms[0]._replace(factors=tuple(factors))], {index: pairs[index] for index in free if index in pairs}


def split_free(terms: Sequence[Term], free: Sequence[Index]) -> tuple[list[Term], Pairs] | None:
    """The terms with each free index that a selection has split in two in all of them; None where none is so."""
    if not any(f.node is not None and not REPETITIONS.isdisjoint(f.node.below) for term in terms for f in term.factors):
        return None
    pairs: Pairs = {}
    terms = [_opened(term) for term in terms]
    for index in free:
        selecting = (f for term in terms for f in term.factors if is_selection(f.node) and f.indices[0] is index)
        first = next(selecting, None)
        if first is not None:
            pairs[index] = _pair_of(first.node)
    if not pairs:
        return None
    result = []
    for term in terms:
        known = dict(pairs)
        factors = split(term.factors, known, [index for index in free if index not in pairs])
        if factors is None:
            return None
        result.append(term._replace(factors=tuple(factors)))
    return result, pairs


def _opened(term: Term) -> Term:
    """The term with the products of matrices in it opened in which there is a selection."""
    result = term._replace(factors=())
    for factor in term.factors:
        opened = expand(factor.node, factor.indices, factor.power) if _has_selection_inside(factor.node) else None
        result = result.within(opened or Term(S.One, (factor,)))
    return result


def _has_selection_inside(node: Node | None) -> TypeGuard[Node]:
    if node is None or is_selection(node):
        return False
    return not REPETITIONS.isdisjoint(node.below)


def _pair_of(selection: Node | None) -> Pair:
    """The sizes of the two, by a selection of one of them: its rows are those of the identity, repeated."""
    assert selection is not None
    size, times = selection.parameters
    return Pair(Index(size), Index(times)) if selects_slow(selection) else Pair(Index(times), Index(size))


def split(factors: Sequence[Factor], pairs: Pairs, kept: Collection[Index]) -> list[Factor] | None:
    """The factors with the paired indices split, and, where a product needs it, further ones but for those `kept`."""
    while True:
        known = len(pairs)
        found = [_split(factor, pairs, kept) for factor in factors]
        if None in found:
            return None
        if len(pairs) == known:
            return [one for several in found if several is not None for one in several]


def _split(factor: Factor, pairs: Pairs, kept: Collection[Index]) -> list[Factor] | None:
    """What a factor is with its paired indices split; None where it cannot be split."""
    node, indices, power = factor
    at = [place for place, index in enumerate(indices) if index in pairs]
    if not at:
        return [factor]
    if node is None:
        one, other = (pairs.get(index) for index in indices)
        if one is None or other is None or _sizes(one) != _sizes(other):
            return None
        return [Factor(None, (one.slow, other.slow)), Factor(None, (one.fast, other.fast))]
    if node.operator.name == "ones":
        return []
    pair = pairs[indices[at[0]]]
    if is_selection(node):
        own = _pair_of(node)
        if _sizes(own) != _sizes(pair) or at != [0]:
            return None
        return [Factor(None, (pair.slow if selects_slow(node) else pair.fast, indices[1]))]
    product = _kronecker_parts(node)
    if product is not None:
        return _split_product(*product, factor, pairs, kept)
    inner = unstacked(node) if len(indices) == 1 else None
    if inner is None or (inner.shape[1], inner.shape[0]) != _sizes(pair):
        return None
    return [Factor(inner, (pair.fast, pair.slow), power)]


def _sizes(pair: Pair) -> tuple[Expr, Expr]:
    return pair.slow.size, pair.fast.size


def _kronecker_parts(node: Node) -> tuple[Node, Node] | None:
    """A and B of ``A ⊗ B``; of the inverse of one, where both are square, the inverses."""
    if node.operator.shape is shapes.kron_shape:
        return node.args[0], node.args[1]
    if node.operator.name == INVERSE and node.args[0].operator.shape is shapes.kron_shape:
        one, other = node.args[0].args
        if all(len(part.shape) == 2 and part.shape[0] == part.shape[1] for part in (one, other)):
            return build.apply(INVERSE, one), build.apply(INVERSE, other)
    return None


def _split_product(
    one: Node, other: Node, factor: Factor, pairs: Pairs, kept: Collection[Index]
) -> list[Factor] | None:
    """``(A ⊗ B)[(i,s),(j,t)] = A[i,j] B[s,t]``."""
    places = list(factor.indices)
    own: tuple[list[Index], list[Index]] = [], []
    for slow, fast in zip((*one.shape, 1, 1)[:2], (*other.shape, 1, 1)[:2], strict=True):
        if slow == 1 and fast == 1:
            continue
        index = places.pop(0)
        if slow == 1 or fast == 1:
            if index in pairs:
                return None
            own[slow == 1].append(index)
            continue
        if index not in pairs:
            if index in kept:
                return None
            pairs[index] = Pair(Index(slow), Index(fast))
        if _sizes(pairs[index]) != (slow, fast):
            return None
        own[0].append(pairs[index].slow)
        own[1].append(pairs[index].fast)
    return [Factor(part, tuple(its), factor.power) for part, its in zip((one, other), own, strict=True)]
