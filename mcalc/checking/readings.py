"""An answer that is right where names are read otherwise: only names that habit alone settled."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from mcalc.ask import read
from mcalc.derivation.derivation import Derivation
from mcalc.language.declarations import Given
from mcalc.language.habits import MATRIX
from mcalc.language.ranks import rank_of
from mcalc.language.reasons import by_habit, differing, otherwise, price_of
from mcalc.language.shapes import Reading
from mcalc.networks.index_form import IndexForm
from mcalc.notation.results import write_expression
from mcalc.notation.said import formula_of, shown_shape
from mcalc.problems import Problem
from mcalc.table.records import Shape
from mcalc.table.sentences import Sentence, filled, linked
from mcalc.tree.names import shape_words
from mcalc.tree.node import Node

if TYPE_CHECKING:
    from mcalc.checking.verdict import Check

MOST = 6
_NOUNS = (("a scalar", "scalars"), ("a vector", "vectors"), ("a matrix", "matrices"))


def right_elsewhere(
    derivation: Derivation, shapes: Mapping[str, Given] | None, checked: Callable[[Mapping[str, Given]], Check]
) -> Check | None:
    """The verdict in the likeliest reading in which the answer is right, with its condition; None if there is none."""
    for other in _readings(derivation):
        try:
            declared = _declarations(derivation, other, shapes or {})
            found = checked({**(shapes or {}), **declared})
        except Problem:
            continue
        if found.right:
            changes = differing(derivation.reading, other)
            options = " ".join(f"-s {name}={shape}" for name, shape in declared.items())
            return replace(
                found,
                where=filled("{} ({})", _condition(derivation, changes), options),
                taken=_taken(derivation, changes),
            )
    return None


def _readings(derivation: Derivation) -> Iterator[Reading]:
    """Readings in which names that habit alone settled are otherwise, the likeliest first."""
    reading = derivation.reading
    habitual = by_habit(reading)
    found: list[tuple[dict[str, int], Reading]] = []
    for name in habitual:
        for rank in range(MATRIX + 1):
            if rank == rank_of(reading.names[name].shape):
                continue
            for other in otherwise(reading, name, rank):
                ranks = {one: rank_of(shape) for one, shape in differing(reading, other).items()}
                if set(ranks) <= set(habitual) and all(ranks != known for known, _ in found):
                    found.append((ranks, other))
    found.sort(key=lambda one: (price_of(reading, one[1]), len(one[0])))
    yield from (other for _, other in found[:MOST])


def _declarations(derivation: Derivation, other: Reading, shapes: Mapping[str, Given]) -> dict[str, str]:
    """The fewest declarations with which the expression is read so."""
    declared = differing(derivation.reading, other)
    while True:
        told = {name: ",".join(map(str, shape)) or "scalar" for name, shape in declared.items()}
        further = differing(read(derivation.source, {**shapes, **told}), other)
        if not further.keys() - declared.keys():
            return told
        declared |= further


def _condition(derivation: Derivation, changes: Mapping[str, Shape]) -> Sentence:
    """``w and x are vectors``."""
    told, known = [], derivation.reading.names
    for rank, (one, several) in enumerate(_NOUNS):
        names = [formula_of(known[name]) for name, shape in changes.items() if rank_of(shape) == rank]
        if names:
            told.append(Sentence(_listed(names), f" are {several}" if len(names) > 1 else f" is {one}"))
    return _listed(told)


def _taken(derivation: Derivation, changes: Mapping[str, Shape]) -> str:
    """What the derivative is as the expression was read."""
    names = derivation.reading.names
    read = linked(", ", (filled("{}: {}", formula_of(names[name]), shape_words(names[name].shape)) for name in changes))
    result = derivation.result
    shown = (
        formula_of(result)
        if isinstance(result, Node | IndexForm)
        else write_expression(result, "text").replace("\n", "; ")
    )
    told = "As it is read here, with {}, it is wrong: the derivative is {}, {}."
    return filled(told, read, shown, shown_shape(derivation.shape))


def _listed(words: Sequence[str]) -> Sentence:
    *first, last = words
    return Sentence(linked(", ", first), " and ", last) if first else Sentence(last)
