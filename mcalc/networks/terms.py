"""Values as sums of products, each in normal form."""

from __future__ import annotations

from collections.abc import Sequence

from sympy.core.singleton import S

from mcalc.networks.networks import Index, Term, expand
from mcalc.networks.normal_form import normalise
from mcalc.networks.running import without_running
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
            result.append(cleaned)
    return result
