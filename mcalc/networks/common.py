"""What all terms of an index notation have in common: ``s[i]*δ[i,k] − s[i]*s[k]`` is ``s[i]*(δ[i,k] − s[k])``."""

from __future__ import annotations

from collections.abc import Sequence

from sympy.core.numbers import Rational
from sympy.core.singleton import S

from mcalc.networks.networks import Factor, Index, Term


def is_partial(factor: Factor) -> bool:
    """Whether it is the name of a derivative, ``∂u[i]/∂x[k]``."""
    return factor.node is not None and factor.node.operator.name == "partial"


def common_to(terms: Sequence[Term], free: Sequence[Index]) -> Term | None:
    """The number and the factors that all terms have, none under a Σ; None where there is nothing to take out."""
    if len(terms) < 2:
        return None
    every = [factor for term in terms for factor in term.factors]
    if any(term.loops for term in terms) or any(is_partial(factor) for factor in every):
        return None
    if any(index not in free for factor in every for index in factor.indices):
        return None
    shared = tuple(found for factor in terms[0].factors if (found := _in_all(factor, terms)) is not None)
    sizes = {abs(term.coefficient) for term in terms}
    number = sizes.pop() if len(sizes) == 1 else Rational(1)
    if all(term.coefficient < 0 for term in terms):
        number = -number
    return Term(number, shared) if shared or abs(number) != 1 else None


def _in_all(factor: Factor, terms: Sequence[Term]) -> Factor | None:
    """The power of its base that all terms have."""
    its = [_power_in(factor, term) for term in terms]
    if any(power is None or power * factor.power <= 0 for power in its):
        return None
    return factor._replace(power=min((power for power in its if power is not None), key=abs))


def _power_in(factor: Factor, term: Term) -> Rational | None:
    if factor.node is None:
        return next((one.power for one in term.factors if one == factor), None)
    return next((one.power for one in term.factors if one.node is factor.node and one.indices == factor.indices), None)


def without(term: Term, common: Term) -> Term:
    """What is left of a term without these factors."""
    gone = {(factor.node, factor.indices): factor.power for factor in common.factors}
    factors = (one._replace(power=one.power - gone.get((one.node, one.indices), S.Zero)) for one in term.factors)
    return Term(term.coefficient / common.coefficient, tuple(one for one in factors if one.power != 0))
