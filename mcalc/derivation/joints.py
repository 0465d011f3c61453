"""The values that every path from the variable passes: between two of them, what happens is a derivation of its own."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import NamedTuple

from mcalc.derivation.derivation import Line
from mcalc.tree.node import Node


class Fork(NamedTuple):
    """Several paths lead from `start` to the last of the `lines`, and all others lead through both."""

    start: Node
    lines: list[Line]


def forks(lines: Sequence[Line], by: Node, edges: Iterable[tuple[str, str]]) -> list[Fork]:
    """The forks of single variables that join again before the last line; `edges` lead from a value to an argument."""
    if sum(not line.node.axes for line in lines) < 2:
        return []
    nodes = {line.name: line.node for line in lines} | {str(by.parameters[0]): by}
    below: dict[str, list[str]] = {name: [] for name in nodes}
    for above, argument in edges:
        below[above].append(argument)
    first, last = str(by.parameters[0]), lines[-1].name
    order = [first, *(line.name for line in lines if line.name != first)]
    down = {first: 1}
    for name in order[1:]:
        down[name] = sum(down.get(argument, 0) for argument in below[name])
    up = dict.fromkeys(order, 0) | {last: 1}
    for name in reversed(order):
        for argument in below[name]:
            up[argument] += up[name]
    place = {name: at for at, name in enumerate(order)}
    line_of = {line.name: line for line in lines}
    joints = [name for name in order if down[name] * up[name] == down[last]]
    found = []
    for start, end in pairwise(joints[:-1]):
        own = [line_of[name] for name in order[place[start] + 1 : place[end] + 1] if up[name]]
        scalars = all(not node.axes and not node.loops for node in (nodes[start], *(line.node for line in own)))
        if len(own) > 1 and scalars and down[end] != down[start]:
            found.append(Fork(nodes[start], own))
    return found
