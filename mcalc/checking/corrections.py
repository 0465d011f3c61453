"""Local corrections of an answer, each with the finding that it would prove if it made the answer right."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from mcalc.checking.answer import Mismatch, Scope, exchanged, subtrees
from mcalc.checking.changes import Change, Changes, call, infix, turned
from mcalc.language.calls import SIZED
from mcalc.language.parser import Syntax
from mcalc.problems import Problem
from mcalc.tree.node import Node

_MOST_REPAIRS = 400
_WORK = 80_000
"""How many parts are read again before no further change is tried."""
_PRODUCTS = ("@", ".")
_EXCHANGED = (("elementwise-for-product", "*", "@"), ("product-for-elementwise", "@.", "*"))


@dataclass(frozen=True)
class Correction:
    """The answer with one part changed: what the change would show, in words about that part."""

    finding: str
    cost: float
    words: str
    syntax: Syntax
    node: Node
    part: tuple[int, int] = (0, 0)


class Corrector(Changes):
    """The changes of one answer, made."""

    def __init__(self, scope: Scope, source: str, sizes: Sequence[str]) -> None:
        super().__init__(scope, source, sizes)
        self.left = _WORK

    def corrections(self, syntax: Syntax, most: float = 99.0) -> Iterator[Correction]:
        """Every change of one part that costs at most so much and leaves the shapes sound."""
        parts = list(subtrees(syntax))
        for path, part in parts:
            for change in self.changes(part, not path):
                if change.cost > most:
                    continue
                self.left -= len(parts)
                if self.left < 0:
                    return
                whole = exchanged(syntax, path, change.new)
                try:
                    node = self.scope.read(whole)
                except Mismatch as problem:
                    if change.finding in {name for name, _, _ in _EXCHANGED} and change.cost < 1.4:
                        yield from self._fitted(whole, problem.syntax, change, (part.start, part.end))
                    continue
                except Problem:
                    continue
                yield Correction(change.finding, change.cost, change.words, whole, node, (part.start, part.end))
        yield from self._every_product(syntax)
        yield from self._every_datum(syntax)

    def _fitted(self, whole: Syntax, at: Syntax, change: Change, place: tuple[int, int]) -> Iterator[Correction]:
        """The answer after a change of a product, with what the new shapes ask for in its neighbourhood."""
        for new, other in self._repairs(whole, at):
            self.left -= 8
            try:
                node = self.scope.read(new)
            except (Mismatch, Problem):
                continue
            yield Correction(change.finding, change.cost + other.cost / 2, change.words, new, node, place)

    def _every_product(self, syntax: Syntax) -> Iterator[Correction]:
        """All element-wise products of the answer as matrix products, or the reverse."""
        for finding, symbols, new in _EXCHANGED:
            changed, count = self._all(syntax, symbols, new)
            if count < 2:
                continue
            try:
                node = self.scope.read(changed)
            except (Mismatch, Problem):
                continue
            words = f"in `{self.text(syntax)}` at {count} places"
            yield Correction(finding, 1.5, words, changed, node, (syntax.start, syntax.end))

    def _all(self, syntax: Syntax, symbols: str, new: str) -> tuple[Syntax, int]:
        parts = [self._all(child, symbols, new) for child in syntax.children]
        count = sum(number for _, number in parts)
        changed = syntax._replace(children=tuple(child for child, _ in parts))
        operands = (*syntax.children, *changed.children)
        if syntax.kind == "infix" and syntax.value in symbols and not any(map(self._is_scalar, operands)):
            return infix(new, changed.children[0], changed.children[1], syntax), count + 1
        return changed, count

    def _every_datum(self, syntax: Syntax) -> Iterator[Correction]:
        """An answer for one datum, ``X[1]``, as the sum over all of them."""
        places = {
            part.children[1].value
            for _, part in subtrees(syntax)
            if part.kind == "index" and part.children[1].kind == "number"
        }
        if len(places) != 1:
            return
        (place,) = places
        index = next(letter for letter in "ijkpq" if letter not in self.scope.names and letter not in self.sizes)
        for size in sorted(self.scope.dimensions):
            body = _reindexed(syntax, place, index)
            at, one, top = (self._leaf(text, syntax) for text in (index, "1", size))
            whole = Syntax("comprehension", "sum", (body, at, one, top), syntax.start, syntax.end)
            try:
                node = self.scope.read(whole)
            except (Mismatch, Problem):
                continue
            words = f"the answer is for the one index {place}, and the derivative is the sum over all"
            yield Correction("missing-sum", 1.6, words, whole, node, (syntax.start, syntax.end))

    def repaired(self, syntax: Syntax) -> Iterator[Correction]:
        """The answer with its shapes made to fit, by changes of products, transposes and diagonals: fewest first."""
        waiting: list[tuple[Syntax, tuple[Change, ...]]] = [(syntax, ())]
        tried, most = 0, max(60, min(_MOST_REPAIRS, _WORK // (1 + sum(1 for _ in subtrees(syntax))) // 8))
        while waiting and tried < most:
            current, done = waiting.pop(0)
            tried += 1
            try:
                node = self.scope.read(current)
            except Mismatch as problem:
                if len(done) < 3:
                    changes = self._repairs(current, problem.syntax)
                    waiting += [(new, (*done, change)) for new, change in changes if not _undoes(change, done)]
                continue
            except Problem:
                continue
            if done:
                worst = max(done, key=lambda change: change.cost)
                words = "; ".join(dict.fromkeys(change.words for change in done))
                cost = worst.cost + 0.3 * (len(done) - 1)
                yield Correction(worst.finding, cost, words, current, node, (worst.new.start, worst.new.end))

    def _repairs(self, whole: Syntax, at: Syntax) -> Iterator[tuple[Syntax, Change]]:
        place = next((path for path, part in subtrees(whole) if part is at), None)
        if place is None:
            return
        if at.kind == "call" or (at.kind == "infix" and at.value in ("+", "-")):
            for inside, part in subtrees(at):
                if part.kind == "infix" and len(inside) <= 3 and part.value in ("*", *_PRODUCTS):
                    found = self._as_product(part) if part.value == "*" else self._as_elementwise(part)
                    for change in found:
                        yield exchanged(whole, (*place, *inside), change.new), change
        part, path = at, place
        while True:
            for change in self._fitting(part):
                yield exchanged(whole, path, change.new), change
            if part.kind != "infix" or part.children[0].kind != "infix" or part.value not in "*+-@./":
                return
            part, path = part.children[0], (*path, 0)

    def _fitting(self, part: Syntax) -> Iterator[Change]:
        for inside, filled in subtrees(part):
            if filled.kind == "call" and filled.value in SIZED and len(filled.children) == 1:
                for size in self.sizes:
                    other = filled._replace(children=(self._leaf(size, filled),))
                    words = f"`{self.text(filled)}` where `{filled.value}({size})` belongs"
                    if size != self.text(filled.children[0]):
                        yield Change("shape", 1.2, words, exchanged(part, inside, other))
        if part.kind == "infix" and part.value in ("*", *_PRODUCTS):
            if part.value == "*":
                yield from self._as_product(part)
                left, right = part.children
                for pair in ((turned(left), right), (left, turned(right))):
                    yield Change("transposed", 1.4, self._turn(part, pair), infix("*", *pair, part))
            else:
                left, right = part.children
                for pair in ((turned(left), right), (left, turned(right))):
                    yield Change("transposed", 1.3, self._turn(part, pair), infix("@", *pair, part))
                words = f"in `{self.text(part)}` the factors stand in the wrong order"
                yield Change("wrong", 1.25, words, infix("@", right, left, part))
                yield from self._ordered(part)
                yield from self._as_elementwise(part)
            yield from self._with_diag(part)
        elif part.kind == "infix" and part.value in ("+", "-"):
            left, right = part.children
            for pair in ((turned(left), right), (left, turned(right))):
                yield Change("transposed", 1.3, self._turn(part, pair), infix(part.value, *pair, part))
            for pair in ((call("diag", left), right), (left, call("diag", right))):
                changed = left if pair[1] is right else right
                words = f"`{self.text(changed)}` where `diag({self.text(changed)})` belongs"
                yield Change("missing-diag", 1.3, words, infix(part.value, *pair, part))
        elif part.kind == "infix" and part.value == "/":
            yield from (change for change in self._products(part, False))
        elif part.kind == "call" and part.children:
            yield Change(
                "transposed",
                1.5,
                f"`{self.text(part.children[0])}` must be transposed",
                part._replace(children=(turned(part.children[0]), *part.children[1:])),
            )

    def _turn(self, part: Syntax, pair: tuple[Syntax, Syntax]) -> str:
        changed = part.children[0] if pair[1] is part.children[1] else part.children[1]
        if changed.kind == "transpose":
            return f"`{self.text(changed.children[0])}` stands transposed, and should not be"
        return f"`{self.text(changed)}` must be transposed"


def _undoes(change: Change, done: Sequence[Change]) -> bool:
    """Whether a product is to be made what an earlier change has just made it not to be."""
    kinds = {name for name, _, _ in _EXCHANGED}
    return change.finding in kinds and any(one.finding in kinds - {change.finding} for one in done)


def _reindexed(syntax: Syntax, place: str, index: str) -> Syntax:
    """``X[1]`` as ``X[i]``, everywhere."""
    children = tuple(_reindexed(child, place, index) for child in syntax.children)
    if syntax.kind == "index" and syntax.children[1].kind == "number" and syntax.children[1].value == place:
        children = (children[0], syntax.children[1]._replace(kind="name", value=index), *children[2:])
    return syntax._replace(children=children)
