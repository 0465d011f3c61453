"""Equality by rewriting: the difference of the two, which the engine of `rewriting` simplifies, is zero.

That engine takes the shortest way to write a value; two values that are one are often told so only at length. So the
two are compared in several keys as well: by definition, multiplied out, and both. A key is the same value at greater
length, for comparing and for finding its terms; it simplifies nothing, and no answer is written in it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import product
from math import prod

from mcalc.checking.points import Indexed, Valued
from mcalc.language.formulas import compared_as
from mcalc.networks.index_form import IndexForm
from mcalc.networks.networks import Factor, Tensor
from mcalc.networks.terms import terms_of
from mcalc.rewriting.answers import simplify
from mcalc.rewriting.one_form import as_first_written, has_all_limits, is_one_form
from mcalc.table.records import LoopIndex, ShapeMismatch
from mcalc.tree import build
from mcalc.tree.given_sizes import LosesAxis, for_sizes
from mcalc.tree.node import Node, replaced, topological
from mcalc.tree.properties import adds_up
from mcalc.tree.stacks import unit

_LARGEST = 400
_MOST_TERMS = 60


def is_same(one: Valued, other: Valued) -> bool:
    """Whether the two are written alike but for order, brackets and places of numbers: at no point can they differ."""
    if isinstance(one, IndexForm) and isinstance(other, Indexed):
        return _has_terms(one, other)
    if not isinstance(one, Node) or not isinstance(other, Node) or one.shape != other.shape:
        return False
    return _is_one(one, other) or is_one_form(one, other)


def proved_equal(one: Valued, other: Valued) -> bool:
    """Whether rewriting shows that the two are one value; False says nothing."""
    if isinstance(one, IndexForm) and isinstance(other, Indexed):
        return is_same(one, other) or _has_entries(one, other)
    if not isinstance(one, Node) or not isinstance(other, Node) or one.shape != other.shape:
        return False
    if _is_one(one, other):
        return True
    if max(one.key[0], other.key[0]) > _LARGEST:
        return is_one_form(one, other)
    try:
        one, other = for_sizes(one, {}), for_sizes(other, {})
        return any(_vanishes(build.apply("add", key(one), build.negated(key(other)))) for key in _KEYS)
    except (LosesAxis, ShapeMismatch):
        return False


def _is_one(one: Node, other: Node) -> bool:
    return one.canon == other.canon and one.sign == other.sign


def _has_entries(form: IndexForm, given: Indexed) -> bool:
    """Whether a value at free indices is the form, once all its products are multiplied out."""
    return given.node.key[0] <= _LARGEST and _cancels(form.tensor, given.indices, [multiplied_out(given.node)])


def _has_terms(form: IndexForm, given: Indexed) -> bool:
    """Whether a value at free indices is the form, where the products of entries alone are multiplied out."""
    terms = _over_indices(given.node)
    if terms is None or not has_all_limits(form.nodes(), terms):
        return False
    entries = [arg for node in topological(terms, _at_indices) for arg in node.args if not arg.loops]
    first = as_first_written([*form.nodes(), *entries])
    written = replaced(terms, {entry: first[entry] for entry in entries})
    own = [
        term._replace(factors=tuple(f if f.node is None else f._replace(node=first[f.node]) for f in term.factors))
        for term in form.tensor.terms
    ]
    return _cancels(form.tensor._replace(terms=tuple(own)), given.indices, [written[term] for term in terms])


def _at_indices(node: Node) -> list[Node]:
    return [arg for arg in node.args if arg.loops]


def _cancels(form: Tensor, indices: Sequence[LoopIndex], terms: Sequence[Node]) -> bool:
    """Whether nothing is left of the form less the terms: as ``Σ A[i,k]·eᵢ·eₖ`` each of these is a network too."""
    if [loop.size for loop in indices] != [index.size for index in form.free]:
        return False
    places = tuple(Factor(unit(loop, loop.size), (index,)) for loop, index in zip(indices, form.free, strict=True))
    rest = list(form.terms)
    for term in (part for node in terms for part in terms_of(node, ())):
        one = term.under(indices)
        rest.append(one._replace(coefficient=-one.coefficient, factors=one.factors + places))
    return not IndexForm.of(form._replace(terms=tuple(rest))).tensor.terms


def _over_indices(node: Node) -> list[Node] | None:
    """``A[i,k]*(x[j] + y[j])`` as terms, each a product of entries; None where there are too many."""
    name = node.operator.name
    if not node.loops or name not in ("add", "negative", "multiply"):
        return [node]
    parts = [_over_indices(arg) for arg in node.args]
    known = [part for part in parts if part is not None]
    if len(known) < len(parts):
        return None
    if name == "add":
        return [term for part in known for term in part]
    if name == "negative":
        return [build.negated(term) for term in known[0]]
    if prod(map(len, known)) > _MOST_TERMS:
        return None
    return [build.apply("multiply", *chosen) for chosen in product(*known)]


def _vanishes(difference: Node) -> bool:
    for _ in range(3):
        simpler = simplify(difference)
        if build.is_zero(simpler):
            return True
        if simpler is difference:
            return False
        difference = simpler
    return False


def by_definition(root: Node) -> Node:
    """A key for comparing: masks as ``a > b``, functions by the exponential, cases as ``b + [c](a − b)``.

    What an operator is compared as stands in its record of the table.
    """
    done: dict[Node, Node] = {}
    for node in topological([root]):
        args = [done[arg] for arg in node.args]
        done[node] = _defined(node.func(*args) if args else node)
    return done[root]


def _defined(node: Node) -> Node:
    if node.operator.name == "sum" and not node.parameters and adds_up(node.args[0]):
        return build.number(1)
    return compared_as(node) or node


def multiplied_out(root: Node) -> Node:
    """A key for comparing: products, transposes and sums over sums as sums, ``(a − b)ᵀC = aᵀC − bᵀC``."""
    done: dict[Node, Node] = {}
    for node in topological([root]):
        args = [done[arg] for arg in node.args]
        done[node] = _distributed(node.func(*args) if args else node)
    return done[root]


def _distributed(node: Node) -> Node:
    name = node.operator.name
    if name == "power" and build.is_number(node.args[1], 2) and _is_sum(node.args[0]):
        node = build.apply("multiply", node.args[0], node.args[0])
        name = "multiply"
    if node.operator.value is None and name not in ("add", "loop_sum"):
        return node
    if name == "add":
        return _sum([part for arg in node.args for part in _parts(arg)], node)
    open_places = [at for at, arg in enumerate(node.args) if _is_sum(arg)]
    if name == "divide":
        open_places = [at for at in open_places if at == 0]
    elif node.operator.elementwise and name not in ("add", "negative", "multiply"):
        open_places = []
    if not open_places:
        return node
    at = open_places[0]
    parts = _parts(node.args[at])
    if len(parts) > _MOST_TERMS:
        return node
    opened = []
    for part in parts:
        minus = part.operator.name == "negative"
        inner = part.args[0] if minus else part
        if not inner.axes and node.args[at].axes and name != "multiply":
            inner = build.apply("multiply", inner, build.ones(node.args[at].shape))
        arguments = (*node.args[:at], inner, *node.args[at + 1 :])
        one = _distributed(build.apply(name, *arguments, parameters=node.parameters))
        opened += [build.negated(piece) for piece in _parts(one)] if minus else _parts(one)
    return _sum(opened, node)


def _is_sum(node: Node) -> bool:
    return node.operator.name == "add" or (node.operator.name == "negative" and node.args[0].operator.name == "add")


def _parts(node: Node) -> list[Node]:
    if node.operator.name == "negative" and node.args[0].operator.name == "add":
        return [build.negated(arg) for arg in node.args[0].args]
    return list(node.args) if node.operator.name == "add" else [node]


def _sum(parts: list[Node], whole: Node) -> Node:
    if len(parts) == 1:
        return parts[0]
    total = build.apply("add", *parts)
    return total if total.shape == whole.shape or len(parts) > _MOST_TERMS else whole


_KEYS: tuple[Callable[[Node], Node], ...] = (
    lambda node: node,
    multiplied_out,
    by_definition,
    lambda node: multiplied_out(by_definition(node)),
)
