"""Letters that mcalc adds, a running index, a free index, the name of a part: none that the text has already."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache
from itertools import chain, count
from types import MappingProxyType
from typing import NamedTuple

from sympy.core.expr import Expr

from mcalc.table.records import LoopIndex, Shape, Slice
from mcalc.tree.names import unused
from mcalc.tree.node import Node, topological

_RUNNING = "ijkpqrstuvabc"
_GROUPS = ("ij", "kl", "pq", "rs", "uv", "ab", "gh")
"""Letters of free indices, those of one value together."""


class InUse(NamedTuple):
    """The names of a text, variables and dimensions; the letters of its running indices; the values that it names."""

    names: frozenset[str] = frozenset()
    running: frozenset[str] = frozenset()
    given: Mapping[Node, str] = MappingProxyType({})


_NONE = InUse()
_in_use: ContextVar[InUse] = ContextVar("names_in_use", default=_NONE)


@contextmanager
def in_use(text: InUse) -> Iterator[None]:
    """While it lasts, what is written keeps apart from the names of the whole text that is answered."""
    before = _in_use.get()
    own = {**before.given, **text.given}
    token = _in_use.set(InUse(before.names | text.names, before.running | text.running, own))
    try:
        yield
    finally:
        _in_use.reset(token)


def text_in_use() -> InUse:
    """All that the text that is answered has in use."""
    return _in_use.get()


def names_in_use() -> frozenset[str]:
    """The names that an index by its own letter may not have: a running index of the text has its own."""
    return _in_use.get().names


def names_given() -> Mapping[Node, str]:
    """What the text itself calls its values: a part of an answer has no other name."""
    return _in_use.get().given


def letters_in_use() -> frozenset[str]:
    """All that a new letter may not be."""
    return _in_use.get().names | _in_use.get().running


def names_in(roots: Iterable[Node]) -> frozenset[str]:
    """The names of variables, differentials and dimensions below `roots`; running indices are no names."""
    return _names_in(tuple(roots))


@lru_cache(4)
def _names_in(roots: tuple[Node, ...]) -> frozenset[str]:
    found: set[str] = set()
    shapes: dict[int, Shape] = {}
    sizes: set[Expr] = set()
    for node in topological(roots):
        name = node.operator.name
        shapes[id(node.shape)] = node.shape
        if name in ("variable", "differential"):
            found.add(str(node.parameters[0]))
        elif name == "partial":
            above, below = node.parameters[:2]
            found |= {str(below)} | (names_in([above]) if isinstance(above, Node) else {str(above)})
        else:
            for place in node.parameters:
                sizes.update(_sizes(place))
    sizes.update(size for shape in shapes.values() for size in shape)
    return frozenset(found | {symbol.name for size in sizes for symbol in size.free_symbols})


def letters_of(roots: Iterable[Node], names: Iterable[str] = ()) -> InUse:
    """What a text with the values `roots`, and with further names, has in use."""
    return _letters_of(tuple(roots), tuple(names))


@lru_cache(4)
def _letters_of(roots: tuple[Node, ...], names: tuple[str, ...]) -> InUse:
    with_sums = [root for root in roots if "loop_sum" in root.below]
    loops = {node.parameters[0].name for node in topological(with_sums) if node.operator.name == "loop_sum"}
    return InUse(names_in(roots) | frozenset(names), frozenset(loops))


def _sizes(place: Expr | LoopIndex) -> tuple[Expr, ...]:
    if isinstance(place, LoopIndex):
        return (place.size,)
    parts = (place.lower, place.upper) if isinstance(place, Slice) else (place,)
    return tuple(part for part in parts if hasattr(part, "free_symbols"))


Loops = Collection[LoopIndex]


def running_indices(roots: Iterable[Node], together: Iterable[Loops] = ()) -> dict[LoopIndex, frozenset[LoopIndex]]:
    """The running indices below `roots`, outer ones first, each with those beside which it stands under a Σ.

    Those of each group of `together` stand side by side as well: some of the roots are factors under the same Σ.
    """
    below: dict[Node, frozenset[LoopIndex]] = {}
    beside: dict[LoopIndex, frozenset[LoopIndex]] = {}
    for node in topological(roots):
        below[node] = frozenset().union(*(below[arg] for arg in node.args))
        if node.operator.name == "loop_sum":
            loop = node.parameters[0]
            others = (below[node] | node.args[0].loops) - {loop}
            beside = {loop: others | beside.pop(loop, frozenset())} | beside
            below[node] |= {loop}
    for root in roots:
        for loop in root.loops:
            beside = {loop: beside.pop(loop, frozenset()) | below[root] | root.loops - {loop}} | beside
    for group in together:
        beside |= {loop: beside.get(loop, frozenset()) | frozenset(group) - {loop} for loop in group}
    return beside


def running_letters(
    roots: Collection[Node], taken: Collection[str], together: Iterable[Loops] = ()
) -> dict[LoopIndex, str]:
    """A letter for each running index, its own where nothing else has that; two under one Σ have different ones."""
    if not any(root.loops or "loop_sum" in root.below for root in roots):
        return {}
    beside = running_indices(roots, together)
    letters: dict[LoopIndex, str] = {}
    for loop, others in beside.items():
        near = others | {other for other, theirs in beside.items() if loop in theirs}
        used = {*taken, *(letters[other] for other in near if other in letters)}
        letters[loop] = next(unused([loop.name], used), "") or free_letter(used | _in_use.get().running)
    return letters


def free_letter(taken: Collection[str], preferred: Iterable[str] = _RUNNING) -> str:
    """The first of `preferred` that is not taken, else i1, i2, …"""
    return next(unused(chain(preferred, (f"i{number}" for number in count(1))), taken))


def index_letters(counts: Iterable[int], taken: Collection[str]) -> list[str]:
    """Letters for groups of free indices, ``ij`` of the value and ``kl`` of the variable; each group from one pair."""
    found: list[str] = []
    for start, wanted in enumerate(counts):
        used = {*taken, *found}
        groups = (*_GROUPS[start:], *_GROUPS[:start])
        whole = next((group for group in groups if not used & set(group[:wanted]) and len(group) >= wanted), None)
        names = list((whole or "")[:wanted])
        while len(names) < wanted:
            names.append(free_letter({*used, *names}, ()))
        found += names
    return found


def further_letters(taken: Collection[str]) -> Iterator[str]:
    """Letters for summed indices, one after the other."""
    return unused(chain("".join(_GROUPS) + "c", (f"i{number}" for number in count(1))), taken)
