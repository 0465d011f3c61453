"""Inverses within one product: ``A⁻¹A = I``, ``(cA)⁻¹ = A⁻¹/c``, ``B (AB)⁻¹ = A⁻¹``, ``QᵀQ = I``."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import combinations, pairwise

from sympy.core.singleton import S

from mcalc.networks.networks import Factor, Index, Term, expand
from mcalc.networks.normal_form import normalise
from mcalc.table.roles import INVERSE
from mcalc.tree import build
from mcalc.tree.known import is_orthogonal
from mcalc.tree.node import Node


def with_inverses(term: Term, free: Iterable[Index]) -> Term:
    """The term with what an inverse stands beside taken up into it."""
    free = set(free)
    joined = _orthogonal(term, free)
    if joined is not None:
        cleaned = normalise(joined, free)
        return term if cleaned is None else with_inverses(cleaned, free)
    for at, factor in enumerate(term.factors):
        if factor.node is None or factor.node.operator.name != INVERSE or factor.power != 1:
            continue
        others = term.factors[:at] + term.factors[at + 1 :]
        found = _opened(factor) or _beside(factor, others, free)
        if found is not None:
            new, used = found
            rest = Term(term.coefficient, tuple(f for f in others if f is not used), term.loops).within(new)
            cleaned = normalise(rest, free)
            return term if cleaned is None else with_inverses(cleaned, free)
    return term


def _orthogonal(term: Term, free: set[Index]) -> Term | None:
    """``QᵀQ = QQᵀ = I``: two factors Q that share a summed index in the same place are a δ of the other two."""
    known = [f for f in term.factors if f.node is not None and is_orthogonal(f.node) and f.power == 1]
    for one, other in combinations([f for f in known if f.indices[0] is not f.indices[1]], 2):
        for place in (0, 1):
            joint = one.indices[place]
            used = sum(joint in f.indices for f in term.factors)
            if one.node is other.node and joint is other.indices[place] and joint not in free and used == 2:
                rest = tuple(f for f in term.factors if f is not one and f is not other)
                tie = Factor(None, (one.indices[1 - place], other.indices[1 - place]))
                return term._replace(factors=(*rest, tie))
    return None


Found = tuple[Term, Factor | None]


def _opened(factor: Factor) -> Found | None:
    """``(cA)⁻¹ = A⁻¹/c``, ``(Aᵀ)⁻¹ = (A⁻¹)ᵀ``, ``Q⁻¹ = Qᵀ``, ``(B A A⁻¹)⁻¹ = B⁻¹``."""
    assert factor.node is not None
    inner = factor.node.args[0]
    if is_orthogonal(inner):
        return Term(S.One, (Factor(inner, factor.indices[::-1]),)), None
    if inner.operator.name == "transpose":
        return Term(S.One, (Factor(build.apply(INVERSE, inner.args[0]), factor.indices[::-1]),)), None
    if inner.operator.name == "eye":
        return Term(S.One, (Factor(None, factor.indices),)), None
    shorter = _cancelled(inner)
    if shorter is not inner:
        return Term(S.One, (factor._replace(node=build.apply(INVERSE, shorter)),)), None
    scalars = [part for part in inner.args if not part.shape]
    matrices = [part for part in inner.args if part.shape]
    name = inner.operator.name
    if len(matrices) != 1 or not (name == "negative" or (name in ("multiply", "divide") and scalars)):
        return None
    if name == "divide" and inner.args[1] is matrices[0]:
        return None
    result = Term(S.NegativeOne if name == "negative" else S.One, ())
    for scalar in scalars:
        part = expand(scalar, (), S.One if name == "divide" else S.NegativeOne)
        if part is None or part.loops:
            return None
        result = result.times(part)
    return result.times(Term(S.One, (factor._replace(node=build.apply(INVERSE, matrices[0])),))), None


def _cancelled(product: Node) -> Node:
    """A product of matrices without neighbours that are inverse to one another."""
    row = build.row_of(product)
    for at, (one, other) in enumerate(pairwise(row)):
        for matrix, inverse in ((one, other), (other, one)):
            if inverse.operator.name == INVERSE and inverse.args[0] is matrix:
                rest = [*row[:at], *row[at + 2 :]]
                return _cancelled(build.chain(rest)) if rest else build.identity(product.shape[0])
    return product


def _beside(factor: Factor, others: Iterable[Factor], free: set[Index]) -> Found | None:
    """A factor that is the first or the last of the product whose inverse stands beside it."""
    assert factor.node is not None
    row = build.row_of(factor.node.args[0])
    others = tuple(others)
    for other in others:
        if other.node is None or other.power != 1 or len(other.indices) != 2 or other.node.shape != factor.node.shape:
            continue
        for end, joint in ((-1, factor.indices[0]), (0, factor.indices[1])):
            used = sum(joint in f.indices for f in (factor, *others))
            if joint in free or used != 2 or other.indices.count(joint) != 1 or factor.indices.count(joint) != 1:
                continue
            if not _stands_so(row[end], other, joint, at_end=end == -1):
                continue
            outer = other.indices[1 - other.indices.index(joint)]
            left = row[:-1] if end == -1 else row[1:]
            if any(part.shape != factor.node.shape for part in left):
                continue
            indices = (outer, factor.indices[1]) if end == -1 else (factor.indices[0], outer)
            node = build.apply(INVERSE, build.chain(left)) if left else None
            return Term(S.One, (Factor(node, indices),)), other
    return None


def _stands_so(part: Node, other: Factor, joint: Index, at_end: bool) -> bool:
    """Whether the factor is `part` and not its transpose: ``B (AB)⁻¹`` sums over the column of B."""
    turned = part.operator.name == "transpose"
    base = part.args[0] if turned else part
    if other.node is None or other.node is not base:
        return False
    if build.is_symmetric(base):
        return True
    return other.indices.index(joint) == (1 if at_end != turned else 0)
