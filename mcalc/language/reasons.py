"""What spoke for the shape of a name: the price of reading it otherwise, and the place in the text."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from mcalc.language.elaborate import Mismatch
from mcalc.language.habits import LIKE, SCALAR, SIGN, habit
from mcalc.language.parser import Syntax
from mcalc.language.prices import Given, Prices
from mcalc.language.ranks import is_sign, rank_of
from mcalc.language.search import Search
from mcalc.language.syntax import walk
from mcalc.problems import Problem
from mcalc.table.records import Shape

if TYPE_CHECKING:
    from mcalc.language.shapes import Reader, Reading


def reasons(reading: Reading) -> dict[str, str]:
    """``b: as W·x stands beside it``, of each name that was not declared."""
    found = _Reasons(reading)
    return {name: found.of(name) for name in reading.assumed}


def by_habit(reading: Reading) -> list[str]:
    """The names that habit alone settled: no sign in the text, and nothing that they stand beside."""
    found = _Reasons(reading)
    return [name for name in reading.assumed if found.weight(name) < LIKE / 2]


def otherwise(reading: Reading, name: str, rank: int) -> list[Reading]:
    """The readings in which the name has the rank: the likeliest, and that in which all others stay what they are."""
    reader = _reader(reading)
    ranks = {one: rank_of(reading.names[one].shape) for one in reader.open_names}
    best = Search(Prices(reader.evidence), reader.most, {name: frozenset({rank})}).next()
    tried = [{one: best.ranks[one] for one in reader.open_names}] if best is not None and best.price < SIGN else []
    found = []
    for one in (*tried, {**ranks, name: rank}):
        with suppress(Mismatch, Problem):
            found.append(reader.attempt(one))
    return found


def price_of(reading: Reading, other: Reading) -> float:
    """How far the other reading of the same text is from what a person of the field would read."""
    reader = _reader(reading)
    fixed = {name: frozenset({rank_of(other.names[name].shape)}) for name in reader.open_names}
    best = Prices(reader.evidence).best(fixed)
    return best.price if best is not None else 2 * SIGN


def differing(one: Reading, other: Reading) -> dict[str, Shape]:
    """The names that are of another rank in the other reading, with their shapes there."""
    return {
        name: node.shape for name, node in other.names.items() if rank_of(node.shape) != rank_of(one.names[name].shape)
    }


def _reader(reading: Reading) -> Reader:
    assert reading.reader is not None
    return reading.reader


class _Reasons:
    def __init__(self, reading: Reading) -> None:
        self.reading, self.reader = reading, _reader(reading)
        self.evidence = self.reader.evidence
        self.prices = Prices(self.evidence)
        self.ranks = {name: rank_of(reading.names[name].shape) for name in reading.assumed}
        self.price = self._price({})

    def _price(self, otherwise: Given) -> float:
        """The least price where the other names are as they are."""
        fixed = {name: frozenset({rank}) for name, rank in self.ranks.items()}
        best = self.prices.best({**fixed, **otherwise})
        return best.price if best is not None else 2 * SIGN

    def weight(self, name: str) -> float:
        """How much dearer it is to read a scalar as no scalar, and the other way round."""
        if not self.evidence.signs:
            return 0.0
        return self._price({name: frozenset({SCALAR}) if self.ranks[name] else frozenset({1, 2})}) - self.price

    def of(self, name: str) -> str:
        """``as W·x stands beside it``, or what its letter says."""
        if not self.evidence.signs:
            return "as nothing in the text speaks of vectors"
        if self.weight(name) < LIKE / 2:
            return self._habit(name)
        beside = self._beside(name)
        for node in (node for syntax in self.reader.statements() for node in walk(syntax)):
            place = self._sign(node, name) if self.ranks[name] else ""
            if place:
                return place
        return f"as {beside} stands beside it" if beside else "as the parts around it need"

    def _habit(self, name: str) -> str:
        if name in self.evidence.held and self.ranks[name]:
            return f"as {self.evidence.held[name]} holds a vector"
        if self.ranks[name] == habit(name):
            return "by its letter"
        return "so that the value is a scalar" if not self.reading.value.shape else "as the likelier reading"

    def _sign(self, node: Syntax, name: str) -> str:
        """How the node shows that the name is no scalar."""
        if not is_sign(node) or not any(child.kind == "name" and child.value == name for child in node.children):
            return ""
        if node.kind == "transpose":
            return "as it is transposed"
        if node.kind == "index":
            return "as it is indexed" if node.children[0].value == name else ""
        if node.kind == "call":
            return f"as the argument of {node.value}"
        return f"as a factor of {self.reader.program.source[node.start : node.end]}"

    def _beside(self, name: str) -> str:
        """The first term, no bare name if there is another, that stands in a sum with the name."""
        for _, parts, _ in self.reader.sums:
            reached = [self.evidence.reach(part) for part, _ in parts]
            if (name, True) not in reached:
                continue
            rank = self.ranks[name]
            beside = [
                (alone, part)
                for (part, own), (one, alone) in zip(parts, reached, strict=True)
                if one != name and rank_of(own) == rank and (one or part.kind != "number")
            ]
            if beside:
                part = min(beside, key=lambda one: one[0])[1]
                return self.reader.program.source[part.start : part.end]
        return ""
