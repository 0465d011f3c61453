"""Conditions of an answer and of the derivative: taken away, turned round, exchanged."""

from __future__ import annotations

from collections.abc import Iterator

from mcalc.notation.said import formula_of
from mcalc.table.sentences import filled
from mcalc.tree import build
from mcalc.tree.node import Node, replace, topological


def masks(root: Node) -> list[Node]:
    """The comparisons that stand in the tree, each once."""
    found: dict[bytes, Node] = {}
    for node in topological([root]):
        if node.operator.indicator and len(node.args) == 2:
            found.setdefault(node.canon, node)
    return list(found.values())


def unmasked(root: Node) -> list[Node]:
    """The value with every condition taken to hold; where cases have two branches, with either of them."""
    asked = masks(root)
    cases = [node for node in topological([root]) if node.operator.is_cases]
    if not asked and not cases:
        return []
    found = []
    for branch in (1, 2) if cases else (1,):
        done: dict[Node, Node] = {}
        for node in topological([root]):
            args = [done[arg] for arg in node.args]
            if node.operator.indicator and len(node.args) == 2:
                done[node] = build.ones(node.shape)
            elif node.operator.is_cases:
                chosen, other = args[branch], args[3 - branch]
                if build.is_zero(chosen):
                    chosen = other
                if not chosen.shape and node.shape:
                    chosen = build.apply("multiply", chosen, build.ones(node.shape))
                done[node] = chosen
            else:
                done[node] = node.func(*args) if args else node
        if done[root] not in found:
            found.append(done[root])
    return found


def exchanged_masks(answer: Node, right: Node) -> Iterator[tuple[str, Node]]:
    """The answer with one of its conditions exchanged for one of the derivative, or for the opposite."""
    wanted = masks(right)
    for mask in masks(answer):
        others = [*wanted, *(opposite for one in wanted if (opposite := build.opposite(one)) is not None)]
        opposite = build.opposite(mask)
        if opposite is not None:
            others.append(opposite)
        for other in others:
            if other.shape == mask.shape and other.canon != mask.canon:
                words = filled("{} stands where {} belongs", formula_of(mask), formula_of(other))
                yield words, replace(answer, {mask: other})
