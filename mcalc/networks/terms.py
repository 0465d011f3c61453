"""Values as sums of products, each in normal form."""

from __future__ import annotations

from collections.abc import Sequence

from sympy.core.numbers import Rational
from sympy.core.singleton import S

from mcalc.networks.networks import ONE, Factor, Index, Term, expand
from mcalc.networks.normal_form import normalise
from mcalc.networks.running import without_running
from mcalc.tree import build
from mcalc.tree.node import Node

MANY_TERMS = 12
"""Longer sums stay whole."""
_FEW = 4
_CLOSED = frozenset({"diag", "transpose"})
"""What stays as it is inside of a product of matrices, besides what has no formula of its own."""


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


def expand_at_ends(node: Node, indices: tuple[Index, ...], power: Rational = S.One) -> Term | None:
    """As `expand`; a product of matrices stays one, but for a diagonal at an end: ``v[i] (A·diag(u)·B)[i,j]``."""
    row = build.row_of(node)
    closed = [len(part.axes) == 2 and (not part.operator.value or part.operator.name in _CLOSED) for part in row]
    at_ends = [row[at].operator.name == "diag" for at in (0, -1)]
    if not all(closed) or power != 1 or len(row) < 2 + sum(at_ends):
        return expand(node, indices, power)
    first, last = at_ends[0], len(row) - at_ends[1]
    inner = build.chain(row[first:last])
    above, below = (Index(size) if opens else i for opens, size, i in zip(at_ends, inner.axes, indices, strict=True))
    term = Term(S.One, (Factor(inner, (above, below)),))
    for opens, end, places in zip(at_ends, (row[0], row[-1]), ((indices[0], above), (below, indices[1])), strict=True):
        part = expand(end, places) if opens else ONE
        if part is None:
            return None
        term = term.times(part)
    return term


def tidy(terms: Sequence[Term], free: Sequence[Index]) -> list[Term]:
    """Each term in normal form; those that vanish are gone."""
    result = []
    for term in terms:
        cleaned = normalise(term, free)
        if cleaned is not None and cleaned.loops:
            whole = _in_matrices(cleaned, free) if len(cleaned.loops) > 1 else None
            if whole is not None:
                result += whole
                continue
            cleaned = normalise(without_running(cleaned), free)
        if cleaned is not None:
            result.append(cleaned)
    return result


def _in_matrices(term: Term, free: Sequence[Index]) -> list[Term] | None:
    """The term of several Σ's with none of them, as it stands or with a sum in it opened; None where one stays."""
    filled = normalise(without_running(term, filling=True), free)
    if filled is None or not filled.loops:
        return [] if filled is None else [filled]
    return _with_open_sum(filled, free)


def _with_open_sum(term: Term, free: Sequence[Index]) -> list[Term] | None:
    """``Σᵢ r[i,k] (x[i] − m[k])`` with the sum opened, where that leaves no Σ; None where it has several sums."""
    sums = [f for f in term.factors if f.node is not None and f.node.operator.name == "add" and f.node.loops]
    if len(sums) != 1 or sums[0].power != 1 or sums[0].node is None or len(sums[0].node.args) > _FEW:
        return None
    rest = term._replace(factors=tuple(f for f in term.factors if f is not sums[0]))
    parts = terms_of(sums[0].node, sums[0].indices) if len(sums[0].node.axes) == len(sums[0].indices) else []
    opened = [normalise(without_running(rest.within(part), filling=True), free) for part in parts]
    found = [one for one in opened if one is not None]
    return found if parts and not any(one.loops for one in found) else None
