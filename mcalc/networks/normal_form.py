"""The normal form of one product: no δ on a summed index, selections carried out, equal factors united."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sympy.core.singleton import S

from mcalc.networks.networks import ONE, Factor, Index, Term, counted, expand
from mcalc.networks.pairs import with_pairs
from mcalc.networks.scalar_factors import united
from mcalc.tree import stacks


def normalise(term: Term, free: Iterable[Index]) -> Term | None:
    """Without δ's on summed indices, selections carried out, equal factors united; None is zero."""
    free = set(free)
    coefficient, factors = term.coefficient, list(term.factors)
    summed = {index for factor in factors for index in factor.indices} - free
    changed = True
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
    sign, factors = _gathered(factors)
    coefficient *= sign
    if coefficient == 0:
        return None
    return counted(Term(coefficient, tuple(factors), term.loops), summed)


def _gathered(factors: Sequence[Factor]) -> tuple[int, list[Factor]]:
    """Equal factors at the same indices as one power, and the sign that uniting ``a - b`` with ``b - a`` leaves."""
    sign = 1
    gathered: dict[tuple[object, ...], Factor] = {}
    for factor in factors:
        if factor.node is None:
            gathered[(None, frozenset(factor.indices))] = factor
            continue
        key = (factor.node.canon, factor.indices)
        if key in gathered:
            kept = gathered[key]
            assert kept.node is not None
            node, turned = united(kept.node, kept.power, factor.node, factor.power)
            sign *= turned
            factor = Factor(node, factor.indices, kept.power + factor.power)
        gathered[key] = factor
    kept_factors = []
    for factor in gathered.values():
        if factor.power != 0:
            mask = factor.node is not None and factor.node.operator.indicator and factor.power.p > 0
            kept_factors.append(factor._replace(power=S.One) if mask else factor)
    return sign, kept_factors


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
