"""The normal form of one product: no δ on a summed index, selections carried out, equal factors united."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sympy.core.singleton import S

from mcalc.networks.networks import ONE, Factor, Index, Term, counted, expand
from mcalc.networks.pairs import is_selection, with_pairs
from mcalc.tree import stacks
from mcalc.tree.node import Node


def normalise(term: Term, free: Iterable[Index]) -> Term | None:
    """Without δ's on summed indices, selections carried out, equal factors united; None is zero."""
    free = set(free)
    coefficient, factors = term.coefficient, list(term.factors)
    summed = {index for factor in factors for index in factor.indices} - free
    changed = any([_selects(f.node) for f in factors if f.node is not None and f.node.operator.name != "variable"])
    if not changed:
        factors = _without_ties(factors, free, summed)
    while changed:
        changed = False
        for at, factor in enumerate(factors):
            if factor.node is None:
                one, other = factor.indices
                gone, kept = (one, other) if one not in free else (other, one)
                if one is other or gone not in free:
                    if one is not other:
                        summed.discard(gone)
                    del factors[at]
                    factors = [
                        Factor(f.node, tuple(kept if i is gone else i for i in f.indices), f.power) for f in factors
                    ]
                    changed = True
                    break
            else:
                done = _select(factors, at, free)
                if done is not None:
                    summed.discard(factor.indices[0])
                    coefficient, factors, changed = coefficient * done.coefficient, list(done.factors), True
                    break
        found = None if changed else with_pairs(factors, free)
        if found is not None:
            factors, pairs = found
            summed = (summed - pairs.keys()).union(*pairs.values())
            changed = True
    if not coefficient:
        return None
    return counted(Term(coefficient, tuple(gathered(factors)), term.loops), summed)


def _selects(node: Node) -> bool:
    """Whether it picks a part of what it is multiplied with, a unit vector, an identity with its rows repeated."""
    return node.operator.name == "unit" or stacks.is_selection(node) or is_selection(node)


def _without_ties(factors: Sequence[Factor], free: set[Index], summed: set[Index]) -> list[Factor]:
    """The factors without δ's on summed indices, all in one pass: of two indices that are tied, one stands for both."""
    now: dict[Index, Index] = {}
    kept: list[Factor] = []

    def of(index: Index) -> Index:
        while index in now:
            index = now[index]
        return index

    for factor in factors:
        if factor.node is not None:
            kept.append(factor)
            continue
        one, other = map(of, factor.indices)
        gone, stays = (one, other) if one not in free else (other, one)
        if one is other:
            continue
        if gone in free:
            kept.append(factor)
        else:
            summed.discard(gone)
            now[gone] = stays
    if not now:
        return kept
    return [Factor(f.node, tuple([of(index) for index in f.indices]), f.power) for f in kept]


def gathered(factors: Sequence[Factor]) -> list[Factor]:
    """Equal factors at the same indices as one power: a product is a bag of factors."""
    powers: dict[tuple[Node | None, object], Factor] = {}
    for factor in factors:
        key = (factor.node, frozenset(factor.indices) if factor.node is None else factor.indices)
        before = powers.get(key)
        if before is not None and factor.node is not None:
            factor = factor._replace(power=before.power + factor.power)
        powers[key] = factor
    return [factor for factor in powers.values() if factor.power]


def _select(factors: list[Factor], at: int, free: set[Index]) -> Term | None:
    """Σᵢ v[i] e[i] reads an element of v, and Σᵢ v[i] E[i,k] a part of it."""
    node, indices, _ = factors[at]
    if node is None:
        return None
    index: Index | None = None
    if node.operator.name == "unit":
        summed, place = indices[0], node.parameters[0]
    elif stacks.is_selection(node):
        summed, place, index = indices[0], node.parameters[1], indices[1]
    else:
        return None
    others = [factor for number, factor in enumerate(factors) if number != at and summed in factor.indices]
    if summed in free or any(factor.node is None for factor in others):
        return None
    result = ONE
    for number, factor in enumerate(factors):
        if number == at:
            continue
        if summed not in factor.indices:
            result = result.times(Term(S.One, (factor,)))
            continue
        assert factor.node is not None
        chosen, kept = factor.node, list(factor.indices)
        while summed in kept:
            axis = kept.index(summed)
            part = stacks.part(chosen, axis, place)
            if part is None:
                return None
            chosen = part
            kept[axis : axis + 1] = [] if index is None else [index]
        expanded = expand(chosen, tuple(kept), factor.power)
        if expanded is None:
            return Term(S.Zero, ())
        if expanded.loops:
            expanded = Term(S.One, (Factor(chosen, tuple(kept), factor.power),))
        result = result.times(expanded)
    return result
