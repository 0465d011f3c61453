"""What is declared of a name, used in a value that is already derived: ``(S⁻¹)ᵀ`` is ``S⁻¹`` where S is symmetric."""

from __future__ import annotations

from collections.abc import Mapping

from mcalc.networks.index_form import Expression, IndexForm
from mcalc.networks.networks import Term
from mcalc.networks.running import under_sum
from mcalc.rewriting.answers import simplify
from mcalc.rewriting.index_terms import in_indices
from mcalc.tree import build
from mcalc.tree.node import Node, replaced, topological

_OPENED = frozenset({"add", "matmul", "outer", "dot"})
"""What a declaration may shorten inside of a value: a sum of equal terms, a product with I in it."""


def as_declared(value: Expression, declared: Mapping[Node, Node]) -> Expression:
    """The value with its free variables exchanged for the declared ones, and simplified by what is known of these."""
    if isinstance(value, Node):
        return _declared(value, declared)
    terms = tuple(_term(term, declared) for term in value.tensor.terms)
    return in_indices(IndexForm.of(value.tensor._replace(terms=terms)))


def _declared(value: Node, declared: Mapping[Node, Node]) -> Node:
    if value.operator.is_cases:
        return value.func(*(_declared(arg, declared) for arg in value.args))
    found = _rebuilt(value, declared)
    return value if found is value else simplify(found)


def _term(term: Term, declared: Mapping[Node, Node]) -> Term:
    factors = (f if f.node is None else f._replace(node=_rebuilt(f.node, declared)) for f in term.factors)
    return term._replace(factors=tuple(factors))


def _rebuilt(value: Node, declared: Mapping[Node, Node]) -> Node:
    """The value made anew from its leaves, sums and products inside of it simplified where a name in them changed."""
    plain = replaced([value], dict(declared))
    if plain[value] is value:
        return value
    done = dict(declared)
    for node in topological([value], lambda node: () if node in declared else node.args):
        if node in done or plain[node] is node:
            done.setdefault(node, node)
            continue
        args = [done[arg] for arg in node.args]
        if node.operator.name == "transpose":
            done[node] = build.transpose(args[0])
        elif node.operator.name == "loop_sum":
            done[node] = under_sum(args[0], node.parameters[0])
        else:
            done[node] = node.func(*args)
            if node.operator.name in _OPENED and node is not value:
                done[node] = min(done[node], simplify(done[node]), key=lambda way: way.key[0])
    return done[value]
