"""A local derivative by its name, as a tensor and as a matrix, and what tensors are contracted into."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import replace as with_fields

from sympy.core.singleton import S

from mcalc.calculus.differentiate import Rule, derivative_shape, matrix_places, renamed
from mcalc.calculus.local_rules import local_rule
from mcalc.derivation.derivation import Line, Step
from mcalc.networks.index_form import IndexForm, partial
from mcalc.networks.networks import Factor, Index, Tensor, Term
from mcalc.networks.terms import terms_of
from mcalc.rewriting.answers import has_matrix_form, matrix_form
from mcalc.table.records import LoopIndex, lies
from mcalc.tree.node import Node, replace


@dataclass
class Local:
    """A Jacobian: its leaf ``∂u/∂x``, its networks, and its matrix form where it has one.

    Of one that is not told the leaf stands for the form.
    """

    leaf: Node
    tensor: Tensor
    node: Node | None


def leaf_of(value: Node, name: str, variable: Node, arguments: Sequence[Node] = ()) -> Node:
    """The leaf ``∂name/∂variable``; a total derivative, over several paths, has the arguments of the value."""
    shape = derivative_shape(value.shape, variable.shape)
    of = tuple((str(node.parameters[0]), len(node.axes)) for node in arguments)
    return partial(name, str(variable.parameters[0]), shape, len(value.axes), of)


def matrix_or_indices(tensor: Tensor, longest: int | None = None) -> Node | IndexForm:
    """In matrix notation where there is such a form, else in index notation; not simplified where it is longer."""
    places = matrix_places(tensor.value, tensor.variable)
    node = None if places is None else matrix_form(tensor.terms, *places, longest)
    return IndexForm.of(tensor) if node is None else node


def named_form(leaf: Node, tensor: Tensor) -> Node | None:
    """The leaf, where the derivative has a matrix form."""
    places = matrix_places(tensor.value, tensor.variable)
    return leaf if places is not None and has_matrix_form(tensor.terms, *places) else None


def closed(tensor: Tensor, loops: Sequence[LoopIndex]) -> Tensor:
    """Summed over running indices that were free so far."""
    return tensor._replace(terms=tuple(term.under(loops) for term in tensor.terms)) if loops else tensor


def node_of(entry: Local) -> Node:
    """``∂u/∂v`` as a matrix, of one that has such a form."""
    assert entry.node is not None
    return entry.node


def symbol_of(entry: Local) -> Tensor:
    """``∂u/∂v`` as a factor by its name, on indices of its own."""
    value = tuple(Index(index.size) for index in entry.tensor.value)
    variable = tuple(Index(index.size) for index in entry.tensor.variable)
    return leaf_tensor(entry.leaf, value, variable)


def leaf_tensor(leaf: Node, value: tuple[Index, ...], variable: tuple[Index, ...]) -> Tensor:
    """``∂u[i]/∂v[k]``: one factor, with the indices of the value and of the variable."""
    return Tensor((Term(S.One, (Factor(leaf, value + variable),)),), value, variable)


def moved(inner: Tensor, onto: Sequence[Index]) -> list[Term]:
    """The terms with the value's indices renamed to those of the variable that it is contracted with."""
    return renamed(inner.terms, inner.value, onto)


def with_indices(tensor: Tensor, value: Sequence[Index], variable: Sequence[Index]) -> list[Term]:
    """The terms under the given free indices; where one index is both, a δ ties the two."""
    terms = renamed(tensor.terms, tensor.value, value)
    change = dict(zip(tensor.value, value, strict=True))
    own = [change.get(index, index) for index in tensor.variable]
    tied = [(one, other) for one, other in zip(own, variable, strict=True) if one in value]
    plain = [(one, other) for one, other in zip(own, variable, strict=True) if one not in value]
    terms = renamed(terms, [one for one, _ in plain], [other for _, other in plain])
    return [term._replace(factors=term.factors + tuple(Factor(None, pair) for pair in tied)) for term in terms]


def rule_by_name(line: Line) -> Rule:
    """The rules of the operator table, in which the value of the line goes by its name."""

    def rule(node: Node, position: int, indices: tuple[Index, ...]) -> tuple[list[Term], tuple[Index, ...]]:
        return local_rule(node, position, indices, line.node if node is line.definition else None)

    return rule


def by_name(tensor: Tensor, line: Line) -> Tensor:
    """The value of the line, where its own derivative contains it, by its name."""
    mine, operator = {line.definition: line.node}, line.definition.operator.name

    def named(factor: Factor) -> Factor:
        inside = factor.node is not None and operator in factor.node.below
        return factor._replace(node=replace(factor.node, mine)) if inside and factor.node is not None else factor

    return tensor._replace(
        terms=tuple([term._replace(factors=tuple(map(named, term.factors))) for term in tensor.terms])
    )


def closed_sum(entry: Local) -> Local:
    """The derivative at the end of a fork, a sum of its ways: it goes on as one factor, as it would double at each."""
    places = matrix_places(entry.tensor.value, entry.tensor.variable)
    if entry.node is None or places is None:
        return entry
    indices = tuple(index for index in places if index is not None)
    terms = tuple(terms_of(entry.node, indices, open_sums=False))
    return with_fields(entry, tensor=entry.tensor._replace(terms=terms))


def paths_of(paths: Sequence[Sequence[Local]]) -> list[list[str]]:
    """Each path as the names that it passes through, the value first."""
    return [[entry.leaf.parameters[0] for entry in path] + [path[-1].leaf.parameters[1]] for path in paths]


def matrix_read_off(leaf: Node, result: Node) -> Step:
    """The step from a derivative's entries to the matrix that has them."""
    because = "the first index counts rows, the second columns"
    if len(leaf.axes) == 1:
        because = "the entries side by side" if lies(leaf.shape) else "the entries below each other"
    return Step("combine", "matrix form", because, leaf, result, leaf.shape)
