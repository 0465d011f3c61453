"""The answer read with the names, shapes and dimensions of the expression: those of the expression win."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sympy.core.symbol import Dummy, Symbol

from mcalc.calculus.index_form import Expression, IndexForm
from mcalc.derivations.derivation import shape_words
from mcalc.expressions.names import name_text
from mcalc.expressions.records import LoopIndex
from mcalc.expressions.tree import Node, Shape, topological
from mcalc.language.declarations import Dimensions
from mcalc.language.elaborate import Elaborator, Mismatch
from mcalc.language.parser import Program, Syntax, parse
from mcalc.language.ranks import walk
from mcalc.language.shapes import CALLS_ONLY, Reading, free_names
from mcalc.language.single_entries import with_entries
from mcalc.problems import Problem, Span


@dataclass(frozen=True)
class Scope:
    """The names that an answer may use: variables and intermediate values, dimensions, free indices of an answer."""

    names: Mapping[str, Node]
    dimensions: frozenset[str]
    indices: Mapping[str, Any]
    expected: Shape
    source: str
    equal: frozenset[frozenset[str]] = frozenset()

    def read(self, syntax: Syntax) -> Node:
        """The value of the syntax; raises `Mismatch` where shapes do not fit, and Problem."""
        dimensions = Dimensions()
        fits: dict[int, Any] = {}

        def fit(place: int) -> Any:
            return fits.setdefault(place, Dummy(integer=True, positive=True))

        value = self._read(syntax, dimensions, fit)
        for expected in (self.expected, self.expected[::-1], self.expected[1:]):
            if len(expected) == len(value.shape):
                for one, other in zip(value.shape, expected, strict=True):
                    dimensions.same(one, other)
        if not fits:
            return value
        dimensions.settle()
        for dummy in fits.values():
            if isinstance(dimensions.find(dummy), Dummy):
                length = next((size for size in self.expected if size != 1), None)
                dimensions.known[dimensions.find(dummy)] = length if length is not None else Symbol("n")
        return self._read(syntax, dimensions, lambda place: dimensions.find(fits[place]))

    def _read(self, syntax: Syntax, dimensions: Dimensions, fit: Any) -> Node:
        reader = Elaborator(self.names, dimensions.same, fit, self.dimensions)
        reader.resolve, reader.source = dimensions.find, self.source
        for name, size in self.indices.items():
            reader.loops[name] = LoopIndex(name, size)
        return with_entries(reader.read(syntax))


def scope(reading: Reading, right: Expression, source: str) -> Scope:
    """What the expression declares, and the index letters of a derivative that has no matrix form."""
    symbols = {symbol.name for node in reading.names.values() for size in node.shape for symbol in size.free_symbols}
    for node in topological([reading.value]):
        if node.operator.name == "loop_sum":
            symbols |= {symbol.name for symbol in node.parameters[0].size.free_symbols}
    indices = {}
    if isinstance(right, IndexForm):
        letters = right.letters()
        indices = {letters[index]: index.size for index in right.tensor.free}
    names = {**reading.bound, **reading.names}
    return Scope(names, frozenset(symbols) - set(names), indices, right.shape, source)


def running_indices(value: Node) -> dict[str, LoopIndex]:
    """The running indices of the sums over data in the expression."""
    sums = (node for node in topological([value]) if node.operator.name == "loop_sum")
    return {node.parameters[0].name: node.parameters[0] for node in sums}


def read_text(text: str, declared: Collection[str] = (), spelled: Collection[str] = ()) -> Syntax:
    """The answer with its own definitions inserted, its names spelled as those given are; raises Problem."""
    program = parse(text, declared, spelled)
    known: dict[str, Syntax] = {}
    for name, definition, _ in program.bindings:
        known[name] = inserted(definition, known)
    return inserted(program.value, known)


def as_row(syntax: Syntax, shape: Shape) -> Syntax:
    """``[a, b]``, with commas, is the row where a row is wanted."""
    if syntax.kind == "stack" and syntax.value == "," and len(shape) == 2 and shape[0] == 1:
        return Syntax("transpose", "", (syntax,), syntax.start, syntax.end)
    return syntax


def inserted(syntax: Syntax, known: Mapping[str, Syntax]) -> Syntax:
    """The syntax with names exchanged for their definitions."""
    if not known:
        return syntax
    if syntax.kind == "name" and syntax.value in known:
        return known[syntax.value]
    return syntax._replace(children=tuple(inserted(child, known) for child in syntax.children))


def unknown_names(syntax: Syntax, within: Scope, source: str) -> list[str]:
    """The names in the answer that the expression lacks."""
    values, sizes = free_names(Program((), syntax, source))
    known = {*within.names, *within.dimensions, *within.indices, "pi", "I"}
    return [name for name in (*values, *sorted(sizes)) if name not in known and name not in CALLS_ONLY]


def unknown_name(name: str, syntax: Syntax, reading: Reading, within: Scope) -> Problem:
    """What is said of a name that the expression lacks: which are there, and which was meant."""
    spans = [Span(node.start, node.end) for node in walk(syntax) if node.kind == "name" and node.value == name][:1]
    known = [*reading.names, *reading.bound, *sorted(within.dimensions)]
    near = difflib.get_close_matches(name, known, 1, 0.6)
    shapes = ", ".join(f"{name_text(known)}: {shape_words(node.shape)}" for known, node in reading.names.items())
    message = f"The answer names `{name}`, and the expression has no `{name}`."
    return Problem(message, spans, f"did you mean `{near[0]}`?" if near else f"its names are {shapes}")


def subtrees(syntax: Syntax, path: tuple[int, ...] = ()) -> Iterator[tuple[tuple[int, ...], Syntax]]:
    """Every part that has a value, with its place: the numbers of the children on the way to it."""
    yield path, syntax
    children: Sequence[tuple[int, Syntax]] = list(enumerate(syntax.children))
    if syntax.kind == "comprehension" or syntax.kind == "index" or (syntax.kind == "infix" and syntax.value == "^"):
        children = children[:1]
    elif syntax.kind == "call" and syntax.value in ("eye", "ones", "zeros", "identity", "unit"):
        children = []
    for at, child in children:
        if syntax.kind == "matrix":
            for inner, grandchild in enumerate(child.children):
                yield from subtrees(grandchild, (*path, at, inner))
        else:
            yield from subtrees(child, (*path, at))


def exchanged(syntax: Syntax, path: Sequence[int], new: Syntax) -> Syntax:
    """The syntax with the part at `path` exchanged."""
    if not path:
        return new
    children = list(syntax.children)
    children[path[0]] = exchanged(children[path[0]], path[1:], new)
    return syntax._replace(children=tuple(children))


__all__ = ["Mismatch", "Scope", "exchanged", "read_text", "scope", "subtrees", "unknown_names"]
