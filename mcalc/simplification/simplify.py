"""A value as a careful author writes it, again and again until nothing changes."""

from __future__ import annotations

from collections.abc import Sequence

from sympy.core.singleton import S

from mcalc.networks.networks import Index, Term, counted, fresh
from mcalc.networks.terms import terms_of
from mcalc.simplification.factoring import matrix_form, sum_of
from mcalc.table.records import Shape
from mcalc.tree.node import Node

_ANY = 10**6
"""The sum on top is opened however long it is."""
_FEW = 4
"""Factors of a scalar that is multiplied out on trial."""
_ROUNDS = 4
_MOST_MULTIPLIED = 24
_WRITTEN_OUT = frozenset({"stack", "stack_rows", "grid", "diag"})


def simplify(node: Node) -> Node:
    """The same value, as a careful author writes it; simplified again, it stays as it is."""
    for _ in range(_ROUNDS):
        before, node = node, _simplified(node)
        if node is before:
            break
    return node


def _simplified(node: Node) -> Node:
    if node.operator.name in _WRITTEN_OUT and not (
        node.operator.name == "diag" and node.args[0].operator.name != "stack"
    ):
        return node.func(*(simplify(arg) for arg in node.args))
    indices = fresh(node)
    if len(indices) > 2:
        return node
    result = matrix_form(terms_of(node, indices, most=_ANY), *orientation(node.shape, indices))
    return node if result is None else _opened(result)


def _opened(node: Node) -> Node:
    """``e^x (a − t/e^x) = a e^x − t``: a sum is multiplied out where that makes the whole shorter."""
    indices = fresh(node)
    terms = terms_of(node, indices)
    for at, term in enumerate(terms):
        for place, factor in enumerate(term.factors):
            if factor.node is None or factor.node.operator.name != "add" or factor.power != 1:
                continue
            rest = term._replace(factors=term.factors[:place] + term.factors[place + 1 :])
            parts = terms_of(factor.node, factor.indices)
            if not any(_cancel(rest, part) for part in parts) and (indices or len(term.factors) > _FEW):
                continue
            summed = [index for index in factor.indices if index not in indices]
            products = [counted(rest.within(part), summed) for part in parts]
            shorter = matrix_form([*terms[:at], *products, *terms[at + 1 :]], *orientation(node.shape, indices))
            if shorter is not None and shorter.key[0] < node.key[0]:
                return _opened(shorter)
    return node


def multiplied_out(node: Node) -> Node:
    """The same value with its products of sums multiplied out and no factor taken out; the node where that is long."""
    indices = fresh(node)
    if len(indices) > 2:
        return node
    done: list[Term] = []
    waiting = terms_of(node, indices)
    while waiting:
        term = waiting.pop()
        parts = ((f, terms_of(f.node, f.indices)) for f in term.factors if f.node is not None and f.power == 1)
        opened, inside = next(((f, some) for f, some in parts if len(some) > 1), (None, []))
        if opened is None:
            done.append(term)
            continue
        rest = term._replace(factors=tuple(f for f in term.factors if f is not opened))
        summed = [index for index in opened.indices if index not in indices]
        waiting += [counted(rest.within(part), summed) for part in inside]
        if len(done) + len(waiting) > _MOST_MULTIPLIED:
            return node
    return sum_of(done, *orientation(node.shape, indices)) or node


def _cancel(one: Term, other: Term) -> bool:
    """Whether a factor of the one divides what the other multiplies by."""
    known = {(f.node.canon, f.indices): f.power for f in one.factors if f.node is not None}
    return any(
        f.node is not None and known.get((f.node.canon, f.indices), S.Zero).p * f.power.p < 0 for f in other.factors
    )


def orientation(shape: Shape, indices: Sequence[Index]) -> tuple[Index | None, Index | None]:
    """Row index and column index of a value's indices; None for one that it does not have."""
    if len(indices) == 2:
        return indices[0], indices[1]
    if len(indices) == 1:
        return (None, indices[0]) if len(shape) == 2 and shape[0] == 1 else (indices[0], None)
    return None, None
