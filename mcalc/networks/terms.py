"""Values as sums of products, each in normal form."""

from __future__ import annotations

from collections.abc import Sequence

from sympy.core.singleton import S

from mcalc.networks.inverses import with_inverses
from mcalc.networks.networks import Factor, Index, Term, expand
from mcalc.networks.normal_form import normalise
from mcalc.networks.running import without_running
from mcalc.tree import build
from mcalc.tree.node import Node

MANY_TERMS = 12
"""Longer sums stay whole."""


def terms_of(node: Node, indices: tuple[Index, ...], open_sums: bool = True, most: int = MANY_TERMS) -> list[Term]:
    """``node[indices]`` as a sum of products: the sums on top are opened, those inside a product stay."""
    result: list[Term] = []
    stack = [(node, S.One)]
    while stack:
        node, sign = stack.pop()
        if open_sums and node.operator.name == "add" and len(node.args) <= most:
            stack.extend((arg, sign) for arg in reversed(node.args))
        elif node.operator.name == "negative":
            stack.append((node.args[0], -sign))
        else:
            own = indices if node.axes else ()
            term = expand(node, own)
            if term is not None:
                result.append(term._replace(coefficient=sign * term.coefficient))
    return result


def tidy(terms: Sequence[Term], free: Sequence[Index]) -> list[Term]:
    """Each term in normal form; those that vanish are gone."""
    result = []
    for term in terms:
        cleaned = normalise(term, free)
        if cleaned is not None and cleaned.loops:
            cleaned = normalise(without_running(cleaned), free)
        if cleaned is not None:
            result.append(_alike(_turned(with_inverses(cleaned, free))))
    return result


def _alike(term: Term) -> Term:
    """A difference is written one way throughout: ``(y - z)(z - y)ᵀ`` is ``-(y - z)(y - z)ᵀ``."""
    written: dict[bytes, Node] = {}
    sign, factors = 1, []
    for factor in term.factors:
        if factor.node is not None and factor.node.operator.name == "add" and factor.power.is_Integer:
            known = written.setdefault(factor.node.canon, factor.node)
            if known.sign != factor.node.sign:
                sign *= -1 if build.odd(factor.power) else 1
                factor = factor._replace(node=known)
        factors.append(factor)
    return term._replace(coefficient=term.coefficient * sign, factors=tuple(factors))


def _turned(term: Term) -> Term:
    """A minus sign is taken into a difference: −2(y − z) is 2(z − y)."""
    if term.coefficient.p > 0:
        return term
    for at, (node, indices, power) in enumerate(term.factors):
        if node is not None and node.operator.name == "add" and build.odd(power):
            if sum(f.node is not None and f.node.canon == node.canon for f in term.factors) > 1:
                continue
            signs = [
                arg.operator.name == "negative" or (build.is_number(arg) and bool(arg.parameters[0] < 0))
                for arg in node.args
            ]
            if any(signs) and not any(
                build.is_number(arg) and not minus for arg, minus in zip(node.args, signs, strict=True)
            ):
                factors = (*term.factors[:at], Factor(build.negated(node), indices, power), *term.factors[at + 1 :])
                return Term(-term.coefficient, factors, term.loops)
    return term
