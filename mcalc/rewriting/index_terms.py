"""Derivatives in index notation, written by the engine: factors simplified, terms that differ in one of them merged."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from itertools import combinations

from sympy.core.singleton import S

from mcalc.networks.index_form import IndexForm
from mcalc.networks.networks import Factor, Index, Term, expand
from mcalc.networks.pairs import is_selection
from mcalc.networks.terms import expand_at_ends
from mcalc.rewriting.answers import as_diagonal, simplify
from mcalc.rewriting.explaining import sentences_between
from mcalc.table.sentences import Sentence, linked, told
from mcalc.tree import build
from mcalc.tree.node import Node, topological

_MOST = 12
"""More terms stay as they are."""


_DIAGONAL = told("a diagonal matrix has its entries at a δ: {diag(v)[i,j] = δ[i,j]*v[i]}")
_MERGED = Sentence("terms that share all factors but one are united")


def in_indices(form: IndexForm) -> IndexForm:
    """The sum of products as an author writes it, ``2(I - P)[i,k]*X[i,l]`` for two terms; itself where it is so."""
    if any(map(is_selection, topological(form.nodes()))):
        return form  # its indices are pairs, and part in other ways
    simple = cache(_simple)  # terms share most of their factors
    terms = [_with_simple_factors(term, simple) for term in form.tensor.terms]
    if any(new is not old for new, old in zip(terms, form.tensor.terms, strict=True)):
        form = IndexForm.of(form.tensor._replace(terms=tuple(term for term in terms if term is not None)))
    merged = _merged(list(form.tensor.terms)) if 1 < len(form.tensor.terms) <= _MOST else None
    return form if merged is None else IndexForm.of(form.tensor._replace(terms=tuple(merged)))


def said_in_indices(form: IndexForm, after: IndexForm) -> Sentence:
    """What was done to a sum of products: the rows that its factors were simplified by, and whether terms merged."""
    said: dict[Sentence, None] = {}
    for node in dict.fromkeys(factor.node for term in form.tensor.terms for factor in term.factors if factor.indices):
        simple = None if node is None else _simple(node)
        if node is not None and simple is not None and simple is not node:
            said.update(dict.fromkeys(map(Sentence, sentences_between(node, simple))))
            if simple.operator.name == "diag":
                said[_DIAGONAL] = None
    merged = len(after.tensor.terms) < len(form.tensor.terms)
    return linked("; ", [*said, *([_MERGED] if merged or not said else [])])


def _simple(node: Node) -> Node:
    """The factor simplified, a diagonal matrix as one: with indices it is a δ."""
    return (as_diagonal(node) if len(node.axes) == 2 else None) or simplify(node)


def _with_simple_factors(term: Term, simplified: Callable[[Node], Node]) -> Term | None:
    """The term with what the engine makes of its factors opened in it; None is zero."""
    result, changed = Term(term.coefficient, (), term.loops), False
    for factor in term.factors:
        simple = None if factor.node is None or not factor.indices else simplified(factor.node)
        if simple is None or simple is factor.node or len(simple.axes) != len(factor.indices):
            result = result._replace(factors=(*result.factors, factor))
            continue
        opened = expand_at_ends(simple, factor.indices, factor.power)
        if opened is None:
            return None
        result, changed = result.within(opened), True
    return result if changed else term


def _merged(terms: list[Term]) -> list[Term] | None:
    """``A[i,k]*B[l,j] + C[i,k]*B[l,j] = (A + C)[i,k]*B[l,j]`` where that is shorter; None where nothing merges."""
    changed = False
    again = True
    while again:
        again = False
        for one, other in combinations(terms, 2):
            both = _as_one(one, other)
            if both is not None:
                terms = [term for term in terms if term is not one and term is not other] + both
                again = changed = True
                break
    return terms if changed else None


def _as_one(one: Term, other: Term) -> list[Term] | None:
    if one.loops or other.loops:
        return None
    mine, theirs = list(one.factors), list(other.factors)
    for factor in one.factors:
        twin = next((its for its in theirs if _same(factor, its)), None)
        if twin is not None:
            mine.remove(factor)
            theirs.remove(twin)
    if len(mine) != 1 or len(theirs) != 1 or not len(mine) < len(one.factors):
        return None
    places = mine[0].indices or theirs[0].indices
    nodes = [_matrix(factor, places) for factor in (mine[0], theirs[0])]
    if None in nodes or len(places) != 2:
        return None
    pairs = zip((one.coefficient, other.coefficient), nodes, strict=True)
    simple = simplify(build.total([build.scaled(c, [], node) for c, node in pairs]))
    rest = tuple(factor for factor in one.factors if factor is not mine[0])
    before = sum(_weight(factor.node) for factor in (*one.factors, *other.factors))
    if _weight(simple) + sum(_weight(factor.node) for factor in rest) > before:
        return None
    opened = expand(simple, places)
    return [] if opened is None else [Term(S.One, rest).within(opened)]


def _same(one: Factor, other: Factor) -> bool:
    if one.node is None or other.node is None:
        return one.node is other.node and set(one.indices) == set(other.indices)
    return one == other


def _matrix(factor: Factor, places: tuple[Index, ...]) -> Node | None:
    """The factor as a matrix whose rows and columns these indices count."""
    if factor.power != 1 or set(factor.indices) != set(places) or len(set(places)) != 2:
        return None
    if factor.node is None:
        return build.identity(places[0].size) if places[0].size == places[1].size else None
    return factor.node if factor.indices == places else build.transpose(factor.node)


def _weight(node: Node | None) -> int:
    return 1 if node is None else int(node.key[0])
