"""Differentiation is contraction: derivatives accumulate over the tree from its value down to the variable."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from sympy.core.singleton import S

from mcalc.calculus.local_rules import local_rule
from mcalc.networks.networks import Factor, Index, Tensor, Term, counted, delta, fresh
from mcalc.networks.terms import terms_of, tidy
from mcalc.rewriting.answers import matrix_form
from mcalc.table.records import LoopIndex, Shape, is_one
from mcalc.tree.node import Node, depends, topological

_TERMS_KEPT_OPEN = 4


def renamed(terms: Sequence[Term], old: Sequence[Index], new: Sequence[Index]) -> list[Term]:
    """The terms with some indices exchanged for others."""
    change = dict(zip(old, new, strict=True))
    if all(one is other for one, other in change.items()):
        return list(terms)
    now = change.get
    return [
        Term(
            term.coefficient,
            tuple([Factor(f.node, tuple([now(i, i) for i in f.indices]), f.power) for f in term.factors]),
            term.loops,
        )
        for term in terms
    ]


def _products(
    outer: Sequence[Term], inner: Sequence[Term], summed: Sequence[Index], free: Sequence[Index]
) -> list[Term]:
    gone = [index for index in summed if index not in free]
    return [counted(one.times(other), gone) for one in outer for other in inner]


def contract(outer: Tensor, inner: Tensor) -> Tensor:
    """The chain rule: the variable's indices of `outer` are summed with the value's indices of `inner`."""
    inside = renamed(inner.terms, inner.value, outer.variable)
    variable = inner.variable
    free = outer.value + variable
    terms = tidy(_products(outer.terms, inside, outer.variable, free), free)
    return Tensor(tuple(terms), outer.value, variable)


Rule = Callable[[Node, int, tuple[Index, ...]], tuple[list[Term], tuple[Index, ...]]]


def differentiate(root: Node, variable: Node, rule_of: Rule = local_rule) -> Tensor:
    """``∂root/∂variable`` as a sum of networks, by reverse accumulation: each node is visited once.

    `rule_of` gives the local derivatives: those of the operator table, unless it is asked what others would make.
    """
    return differentiate_by_all(root, [variable], rule_of)[0]


def differentiate_by_all(root: Node, by: Sequence[Node], rule_of: Rule = local_rule) -> list[Tensor]:
    """The derivative by each of the variables, all in one pass."""
    value = fresh(root)
    variables = frozenset(by)
    if any(arg.args for arg in root.args):
        touched = depends(root, *by)
        order = topological([root], lambda node: [arg for arg in node.args if arg in touched])
    else:
        touched, order = {arg for arg in root.args if arg in variables}, [root]
    here = fresh(root)
    found: dict[Node, tuple[list[Term], tuple[Index, ...]]] = {root: ([Term(S.One, delta(value, here))], here)}
    is_tidy: dict[Node, bool] = {}
    for node in reversed(order):
        if node in variables or node not in found:
            continue
        terms, indices = found[node]
        if node is not root:
            terms, indices = _settled(tidy(terms, value + indices), value, indices)
        for position, arg in enumerate(node.args):
            if arg not in touched:
                continue
            rule, own = rule_of(node, position, indices)
            products = _products(terms, rule, indices, value + own)
            if left := sorted(_summed_or_free(node) - arg.loops - root.loops, key=str):
                products = [term.under(left) for term in products]
            passed = tidy(products, value + own)
            is_tidy[arg] = arg not in found and not any(term.loops for term in passed) and set(own).isdisjoint(value)
            if arg in found:
                before, common = found[arg]
                before.extend(aligned(passed, own, common, value))
            else:
                common = fresh(arg)
                found[arg] = (aligned(passed, own, common, value), common)
    arrived = [(variable, *(found.get(variable) or ([], fresh(variable)))) for variable in by]
    return [
        Tensor(tuple(terms if is_tidy.get(variable) else tidy(terms, value + indices)), value, indices)
        for variable, terms, indices in arrived
    ]


def _summed_or_free(node: Node) -> frozenset[LoopIndex]:
    """The running indices of a value, and the one that it sums over: where an argument has it not, its Σ closes."""
    return node.loops | ({node.parameters[0]} if node.operator.name == "loop_sum" else set())


def aligned(
    terms: Sequence[Term], own: tuple[Index, ...], common: tuple[Index, ...], value: Sequence[Index]
) -> list[Term]:
    """The terms with the indices under which the other paths have arrived."""
    if not any(index in value for index in own):
        return renamed(terms, own, common)
    tied = [(index, other) for index, other in zip(own, common, strict=True) if index in value]
    free = [(index, other) for index, other in zip(own, common, strict=True) if index not in value]
    terms = renamed(terms, [index for index, _ in free], [other for _, other in free])
    return [term._replace(factors=term.factors + tuple(Factor(None, pair) for pair in tied)) for term in terms]


def _settled(
    terms: list[Term], value: tuple[Index, ...], indices: tuple[Index, ...]
) -> tuple[list[Term], tuple[Index, ...]]:
    """Many terms become one value, so that cost grows with the program and not with the number of its paths."""
    if len(terms) <= _TERMS_KEPT_OPEN:
        return terms, indices
    places = matrix_places(value, indices)
    if places is None:
        return terms, indices
    node = matrix_form(terms, *places)
    if node is None:
        return terms, indices
    return list(tensor_of(node, value, indices).terms), indices


Places = tuple[Index | None, Index | None]


def matrix_places(value: Sequence[Index], variable: Sequence[Index]) -> Places | None:
    """Which index is the row and which the column of ``∂value/∂variable``; None for results of order 3 and 4."""
    if len(value) + len(variable) > 2:
        return None
    if len(value) == 1:
        return value[0], (variable[0] if variable else None)
    if len(variable) == 1:
        return None, variable[0]
    both = tuple(value) + tuple(variable)
    return (both[0], both[1]) if both else (None, None)


def tensor_of(node: Node, value: tuple[Index, ...], variable: tuple[Index, ...]) -> Tensor:
    """A derivative in matrix form, as a sum of networks again."""
    indices = tuple(index for index in (matrix_places(value, variable) or ()) if index is not None)
    opened = node.operator.name != "add" or len(node.args) <= _TERMS_KEPT_OPEN
    return Tensor(tuple(terms_of(node, indices, open_sums=opened)), value, variable)


class Derivative(NamedTuple):
    """``∂value/∂variable``: as networks, and in matrix form where it has one."""

    tensor: Tensor
    node: Node | None


def derivative(tensor: Tensor) -> Derivative:
    """The derivative with its matrix form, where it has one."""
    places = matrix_places(tensor.value, tensor.variable)
    return Derivative(tensor, None if places is None else matrix_form(tensor.terms, *places))


def derivative_shape(value: Shape, variable: Shape) -> Shape:
    """The shape in the paper's layout; of order 3 and 4, all indices in order."""
    rows = tuple([size for size in value if not is_one(size)])
    columns = tuple([size for size in variable if not is_one(size)])
    if not rows and len(columns) == 1:
        return (S.One, columns[0])
    return rows + columns
