"""The answer read with the names, shapes and dimensions of the expression: those of the expression win."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product

from sympy.core.expr import Expr
from sympy.core.symbol import Dummy, Symbol

from mcalc.checking.points import Stacked
from mcalc.language.declarations import Declaration, Dimensions
from mcalc.language.elaborate import Elaborator, Mismatch
from mcalc.language.free_names import CALLS_ONLY, free_names, spelled_out
from mcalc.language.open_functions import with_open_functions
from mcalc.language.parser import Program, Syntax, parse
from mcalc.language.pasted.suggestions import suggested
from mcalc.language.shapes import Reading
from mcalc.language.single_entries import with_entries
from mcalc.language.syntax import turned_row, walk
from mcalc.networks.index_form import Expression, IndexForm
from mcalc.problems import Problem, Span, nearest
from mcalc.table.records import LoopIndex, Shape, ShapeMismatch
from mcalc.tree.letters import index_letters, names_in
from mcalc.tree.names import name_text, shape_words
from mcalc.tree.node import Node, topological

_MOST_UNKNOWN = 3
_LEFT_SIDE = re.compile(
    r"\s*(?:[∂∇][^=;<>]*|d[^\W\d_]?\w*(?:\([^()=]*\))?\s*/\s*\(?d[^=;<>]*|[^\W\d]\w*['’′]*(?:\([\w\s,]*\))?)\s*=(?!=)\s*(?=\S)"
)
"""``df/dx =``, ``∂f/∂x =``, ``∇f =``, ``f'(x) =``, or a name: what an answer may say of itself."""


@dataclass(frozen=True)
class Scope:
    """The names that an answer may use: variables and intermediate values, dimensions, free indices of an answer."""

    names: Mapping[str, Node]
    dimensions: frozenset[str]
    indices: Mapping[str, LoopIndex]
    expected: Shape
    source: str
    stacked: Shape = ()

    def read(self, syntax: Syntax) -> Node:
        """The value of the syntax; raises `Mismatch` where shapes do not fit, and Problem."""
        dimensions = Dimensions()
        fits: dict[int, Expr] = {}

        def fit(place: int) -> Expr:
            return fits.setdefault(place, Dummy(integer=True, positive=True))

        value = self._read(syntax, dimensions, fit)
        for expected in (self.expected, self.expected[::-1], self.expected[1:]):
            if len(expected) == len(value.shape):
                for one, other in zip(value.shape, expected, strict=True):
                    dimensions.same(one, other)
        if not fits:
            return value
        dimensions.settle()
        open_sizes = [size for size in map(dimensions.find, fits.values()) if isinstance(size, Dummy)]
        return self._fitted(syntax, dimensions, fits, list(dict.fromkeys(open_sizes)))

    def _fitted(self, syntax: Syntax, dimensions: Dimensions, fits: Mapping[int, Expr], unknown: list[Expr]) -> Node:
        """The value with a size for each identity: those with which the whole has the shape that is wanted."""
        sizes = list(dict.fromkeys(size for size in self.expected if size != 1))
        sizes += [Symbol(name) for name in sorted(self.dimensions) if Symbol(name) not in sizes]
        length = sizes[0] if sizes else Symbol("n")
        choices = product(sizes, repeat=len(unknown)) if len(unknown) <= _MOST_UNKNOWN else ()
        wanted = (self.expected, self.stacked, self.expected[::-1])
        known = dict(dimensions.known)
        for chosen in choices if unknown else ():
            dimensions.known = {**known, **dict(zip(unknown, chosen, strict=True))}
            try:
                value = self._read(syntax, dimensions, lambda place: dimensions.find(fits[place]))
            except Mismatch:
                continue
            if value.shape in wanted:
                return value
        dimensions.known = {**known, **dict.fromkeys(unknown, length)}
        return self._read(syntax, dimensions, lambda place: dimensions.find(fits[place]))

    def _read(self, syntax: Syntax, dimensions: Dimensions, fit: Callable[[int], Expr]) -> Node:
        reader = Elaborator(self.names, dimensions.same, fit, self.dimensions)
        reader.resolve, reader.source = dimensions.find, self.source
        reader.loops.update(self.indices)
        try:
            return with_entries(reader.read(syntax))
        except ShapeMismatch as problem:
            raise Mismatch(problem, syntax, []) from None


def scope(reading: Reading, right: Expression, source: str) -> Scope:
    """What the expression declares, and the index letters of a derivative that has no matrix form."""
    symbols = {symbol.name for node in reading.names.values() for size in node.shape for symbol in size.free_symbols}
    symbols |= names_in([reading.value])
    names = {**reading.bound, **reading.names}
    indices: dict[str, LoopIndex] = {}
    if isinstance(right, IndexForm):
        letters, tensor = right.letters(), right.tensor
        printed = {letters[index]: LoopIndex(letters[index], index.size) for index in tensor.free}
        usual = index_letters([len(tensor.value), len(tensor.variable)], names)
        indices = dict(zip(usual, printed.values(), strict=True)) | printed
    stacked = Stacked(right).shape if isinstance(right, IndexForm) else ()
    return Scope(names, frozenset(symbols) - set(names), indices, right.shape, source, stacked)


def running_indices(value: Node) -> dict[str, LoopIndex]:
    """The running indices of the sums over data in the expression."""
    sums = (node for node in topological([value]) if node.operator.name == "loop_sum")
    return {node.parameters[0].name: node.parameters[0] for node in sums}


def read_text(text: str, reading: Reading) -> Syntax:
    """The answer with its own definitions inserted, its names spelled as those of the question; raises Problem."""
    declared = set(reading.names) - set(reading.assumed)
    try:
        program = parse(without_left_side(text), declared, [*reading.bound, *reading.names])
        program = with_open_functions(program, reading.functions, reading.names)
    except Problem as problem:
        shapes = {name: Declaration(node.shape) for name, node in {**reading.bound, **reading.names}.items()}
        raise suggested(problem.with_source(text), text, shapes, reading.names) from None
    known: dict[str, Syntax] = {}
    for name, definition, _ in program.bindings:
        known[name] = inserted(definition, known)
    return inserted(program.value, known)


def without_left_side(text: str) -> str:
    """The answer with blanks in place of the left side of its last statement, so that places stay."""
    depth = start = 0
    for at, character in enumerate(text):
        depth += (character in "([{") - (character in ")]}")
        if depth == 0 and character in ";\n" and text[at + 1 :].strip():
            start = at + 1
    found = _LEFT_SIDE.match(text, start)
    return text if found is None else text[:start] + " " * (found.end() - start) + text[found.end() :]


def as_row(syntax: Syntax, shape: Shape) -> Syntax:
    """``[a, b]``, with commas, is the row where a row is wanted, and so is each term and each multiple of one."""
    if len(shape) != 2 or shape[0] != 1:
        return syntax
    if syntax.kind == "stack":
        return turned_row(syntax)
    if syntax.kind == "prefix" or (syntax.kind == "infix" and syntax.value in "+-*/"):
        return syntax._replace(children=tuple(as_row(child, shape) for child in syntax.children))
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
    near = nearest(name, known)
    shapes = ", ".join(f"{name_text(known)}: {shape_words(node.shape)}" for known, node in reading.names.items())
    message = f"The answer names `{name}`, and the expression has no `{name}`."
    if len(name) > 1 and all(letter in known for letter in name):
        values = {**reading.bound, **reading.names}
        numbers = all(letter in values and not values[letter].shape for letter in name)
        parted = "*".join(name) if numbers else spelled_out(name)
        whole = re.sub(rf"(?<![^\W\d]){name}\b", parted, within.source)
        for matrix in (known for known, value in values.items() if len(value.shape) == 2):
            whole = re.sub(rf"(?<![^\W\d]){re.escape(matrix)}\(", f"{matrix}@(", whole)
        return Problem(message, spans, f"`{name}` is one name; write `{whole}`")
    named = f"; a part of the answer is named before it: `{name} = …; …`"
    return Problem(message, spans, f"did you mean `{near[0]}`?" if near else f"its names are {shapes}{named}")


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
