"""The names of a derivation replaced by what they stand for, under whatever running index they stand."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from mcalc.networks.index_form import Expression, IndexForm
from mcalc.rewriting.answers import simplified_within
from mcalc.table.records import LoopIndex
from mcalc.tree import build, stacks
from mcalc.tree.node import Node, replace, replaced, topological, variables, with_loop


def known_leaves(meaning: Mapping[Node, Node], roots: Iterable[Node]) -> dict[Node, Node]:
    """The meanings of the names below, and of those whose running indices have other names there: ``u[j]`` of u[i]."""
    by_name = {(leaf.operator.name, leaf.parameters[0]): leaf for leaf in meaning if leaf.loops}
    found = dict(meaning)
    for leaf in topological(roots) if by_name else ():
        line = None if leaf.args or not leaf.loops else by_name.get((leaf.operator.name, leaf.parameters[0]))
        if line is not None and leaf not in found:
            found[leaf] = _moved(meaning[line], line.parameters[-1], leaf.parameters[-1])
    return found


def _moved(value: Node, old: Sequence[LoopIndex], new: Sequence[LoopIndex]) -> Node:
    """The value for other running indices, all exchanged at once."""
    between = [LoopIndex(f"{loop.name}_{at}_", loop.size) for at, loop in enumerate(old)]
    for one, other in (*zip(old, between, strict=True), *zip(between, new, strict=True)):
        value = with_loop(value, one, other)
    return value


def substituted(result: Node, meaning: dict[Node, Node], done: dict[Node, Node]) -> Node:
    """The meanings inserted, and the sums that they make simplified from the inside out; what is done is kept.

    A sum in which one part alone has a meaning, as ``1 − u²``, is simplified with the whole.
    """
    whole = meaning.get(result, result)
    done |= meaning
    for node in topological([result], lambda node: () if node in done else node.args):
        if node in done and node is not result:
            continue
        args = [done[arg] for arg in node.args]
        changed = sum(new is not old for new, old in zip(args, node.args, strict=True))
        new = node.func(*args) if changed else node
        if node is result:
            return whole if result in meaning else new
        done[node] = simplified_within(new) if changed > 1 and node.operator.name == "add" else new
    return whole


def replaced_names(result: Expression, meaning: dict[Node, Node]) -> Expression:
    """The names replaced by what they stand for; the same object where there is none of them."""
    if isinstance(result, Node):
        return replace(result, meaning)
    terms = []
    plain = replaced(result.nodes(), meaning)
    for term in result.tensor.terms:
        own = [f.node for f in term.factors if f.node is not None]
        values = replaced(own, _outside(meaning, term.loops)) if term.loops else plain
        nodes = [f.node and values[f.node] for f in term.factors]
        pairs = zip(term.factors, nodes, strict=True)
        terms.append(term._replace(factors=tuple(f._replace(node=node) for f, node in pairs)))
    if all(one.factors == other.factors for one, other in zip(terms, result.tensor.terms, strict=True)):
        return result
    return IndexForm.of(result.tensor._replace(terms=tuple(terms)))


def written_out(named: Mapping[Node, Node]) -> dict[Node, Node]:
    """What the names of derivatives stand for, without the names of those before."""
    values: dict[Node, Node] = {}
    for leaf, value in named.items():
        values[leaf] = replace(value, values)
    return values


def _outside(meaning: dict[Node, Node], loops: Sequence[LoopIndex]) -> dict[Node, Node]:
    """The meanings with their own Σ's renamed apart from these."""
    changed = dict(meaning)
    for loop in loops:
        changed = {leaf: _rebound(node, loop) for leaf, node in changed.items()}
    return changed


def apart(result: Node, meaning: dict[Node, Node]) -> dict[Node, Node]:
    """The meanings with their own Σ's renamed, where they stand under a Σ over the same index."""
    changed = dict(meaning)
    for total in topological([result]) if "loop_sum" in result.below else ():
        if total.operator.name != "loop_sum":
            continue
        loop = total.parameters[0]
        for leaf in variables(total.args[0]):
            if leaf in meaning:
                changed[leaf] = _rebound(changed[leaf], loop)
    return changed


def _rebound(node: Node, loop: LoopIndex) -> Node:
    sums = [part for part in topological([node]) if part.operator.name == "loop_sum" and part.parameters[0] == loop]
    new: dict[Node, Node] = {}
    for part in sums:
        other = loop.apart_from({loop, *part.args[0].loops})
        body = with_loop(part.args[0], loop, other)
        new[part] = build.apply("loop_sum", body, parameters=(other,))
    return replace(node, new) if new else node


def with_entries(node: Node) -> Node:
    """Elements of a stack read off: ``[f; g][1]`` is f."""
    parts = topological([node]) if "element" in node.below else ()
    entries = {part: found for part in parts if (found := stacks.entry(part)) is not None}
    return with_entries(replace(node, entries)) if entries else node


def roots(result: Expression) -> list[Node]:
    """The values that a derivative is made of."""
    if isinstance(result, Node):
        return [result]
    return [f.node for term in result.tensor.terms for f in term.factors if f.node is not None]
