"""Which name is what: of all shapes that fit the expression, those that a person of the field would have."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from itertools import chain, count
from typing import NamedTuple

from sympy.core.expr import Expr
from sympy.core.symbol import Dummy

from mcalc.language.conflicts import LETTERS, RANKS, Conflicts, Failure
from mcalc.language.declarations import Declaration, Dimensions
from mcalc.language.elaborate import Elaborator, Mismatch
from mcalc.language.evidence import Evidence
from mcalc.language.habits import MATRIX, SCALAR, SIGN, habit, is_number
from mcalc.language.parser import Program, Syntax
from mcalc.language.prices import Prices
from mcalc.language.ranks import rank_of
from mcalc.language.search import Search
from mcalc.language.single_entries import all_with_entries
from mcalc.language.syntax import walk
from mcalc.table.records import LoopIndex, Parameters, Same, Shape, ShapeMismatch
from mcalc.table.sentences import Sentence, as_typed, filled
from mcalc.tree import build
from mcalc.tree.names import unused
from mcalc.tree.node import Node, dimension
from mcalc.tree.open import Signature

_WORK, _TRIALS = 30_000, 50
Sum = tuple[Syntax, list[tuple[Syntax, Shape]], Shape]
"""A sum, its terms with their shapes, and its own."""


class Applied(NamedTuple):
    """An operator as it was applied in the text: to what, of which shapes, and the shape of the value."""

    syntax: Syntax
    operator: str
    parts: list[tuple[Syntax, Shape]]
    shape: Shape


@dataclass
class Reading:
    """A program with every name given its shape; `notes` say what a reader may have meant otherwise."""

    value: Node
    names: dict[str, Node]
    assumed: tuple[str, ...]
    bound: dict[str, Node] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    reader: Reader | None = None
    functions: Mapping[str, Signature] = field(default_factory=dict)

    @property
    def columns(self) -> frozenset[str]:
        """The vectors that were declared as matrices of one column."""
        declared = self.reader.declared.items() if self.reader else ()
        return frozenset(name for name, declaration in declared if declaration.column)


class Reader(Conflicts):
    """The readings of a program, from the likeliest on, tried until the dimensions fit as well."""

    def __init__(
        self,
        program: Program,
        declared: Mapping[str, Declaration],
        names: list[str],
        dimensions: frozenset[str],
        loops: Mapping[str, LoopIndex],
        expected: Shape | None,
    ) -> None:
        self.program, self.declared, self.names = program, declared, names
        self.open_names = [name for name in names if name not in declared]
        self.dimensions, self.loops, self.expected = dimensions, loops, expected
        self.definitions = {name: syntax for name, syntax, _ in program.bindings}
        self.applied: list[Applied] = []

    @cached_property
    def evidence(self) -> Evidence:
        """What speaks of the names in the text."""
        ranks = {name: rank_of(self.declared[name].shape) for name in self.names if name in self.declared}
        return Evidence([*self.definitions.items(), ("", self.program.value)], ranks, self.open_names)

    @cached_property
    def most(self) -> int:
        """How long the likeliest reading is searched for."""
        return max(60, _WORK // sum(1 for syntax in self.statements() for _ in walk(syntax)))

    @property
    def sums(self) -> list[Sum]:
        """The sums of the text, as they were applied."""
        return [(one.syntax, one.parts, one.shape) for one in self.applied if one.operator == "add"]

    def likeliest(self) -> tuple[dict[str, int], Reading]:
        """The likeliest reading that fits, with the ranks of the undeclared names; raises Problem."""
        failures: list[Failure] = []
        best = (
            self._declared()
            or self._plain(failures)
            or self._likeliest(failures)
            or self._likeliest(failures, lenient=True)
        )
        if best is None:
            raise self._conflict(failures)
        best[1].reader = self
        return best

    def _declared(self) -> tuple[dict[str, int], Reading] | None:
        """Where every name was declared: there is nothing to choose."""
        if self.open_names:
            return None
        try:
            return {}, self.attempt({})
        except Mismatch:
            return None

    def _plain(self, failures: list[Failure]) -> tuple[dict[str, int], Reading] | None:
        """Where nothing speaks of vectors all names are scalars, capitals alone matrices."""
        if not self.open_names or self.evidence.signs:
            return None
        capitals = all(habit(name) == MATRIX or is_number(name) for name in self.names)
        for rank in (MATRIX, SCALAR) if capitals else (SCALAR,):
            ranks = {name: SCALAR if is_number(name) else rank for name in self.open_names}
            try:
                return ranks, self.attempt(ranks)
            except Mismatch as problem:
                failures.append(Failure(ranks, problem, self.undeclared(*problem.places)))
        return None

    def _likeliest(self, failures: list[Failure], lenient: bool = False) -> tuple[dict[str, int], Reading] | None:
        """Best first; after a reading that failed none is taken that no one would write."""
        search = Search(Prices(self.evidence, lenient), self.most)
        first: float | None = None
        while (best := search.next()) is not None:
            first = best.price if first is None else first
            if best.price >= first + SIGN:
                break
            ranks = {name: best.ranks[name] for name in self.open_names}
            try:
                return ranks, self.attempt(ranks)
            except Mismatch as problem:
                involved = self.undeclared(*problem.places)
                failures.append(Failure(ranks, problem, involved))
                if len(failures) > _TRIALS or (lenient and len(failures) > 1):
                    break
                search.exclude(involved)
        return None

    def departures(self, ranks: Mapping[str, int]) -> tuple[str, ...]:
        """A note for each capital that is read as a vector."""
        notes = []
        for name in self.open_names:
            if habit(name) == MATRIX and ranks[name] == 1:
                try:
                    self.attempt({**ranks, name: MATRIX})
                    hint = ""
                except Mismatch as problem:
                    hint = self._hint(problem).replace("`", "")
                told = f"{{}} is read as {RANKS[1]}, since as a matrix the shapes do not fit"
                notes.append(Sentence(filled(told, as_typed(name)), f"; {hint}" * bool(hint)))
        return tuple(notes)

    def undeclared(self, *places: Syntax) -> list[str]:
        """The undeclared names below the places, through the names bound in the program."""
        found: dict[str, None] = {}
        stack, visited = list(reversed(places)), set()
        while stack:
            for node in walk(stack.pop()):
                if node.kind != "name":
                    continue
                if node.value in self.definitions and node.value not in visited:
                    visited.add(node.value)
                    stack.append(self.definitions[node.value])
                elif node.value in self.open_names:
                    found.setdefault(node.value)
        return list(found)

    def _shapes(self, ranks: Mapping[str, int]) -> dict[str, Shape]:
        """Given dimensions for the declared names, unknown ones for the others."""
        return {
            name: self.declared[name].shape
            if name in self.declared
            else tuple(Dummy(integer=True, positive=True) for _ in range(ranks[name]))
            for name in self.names
        }

    def attempt(self, ranks: Mapping[str, int]) -> Reading:
        """The reading in which the names have these ranks; raises Mismatch where the dimensions do not fit."""
        fits: dict[int, Expr] = {}

        def fit(place: int) -> Expr:
            if place not in fits:
                fits[place] = Dummy(integer=True, positive=True)
            return fits[place]

        shapes = self._shapes(ranks)
        dimensions = Dimensions(size for shape in shapes.values() for size in shape[::-1])
        nodes = self._nodes(shapes)
        try:
            value, bound = self._read(nodes, dimensions.same, fit, dimensions.find)
        except ShapeMismatch as problem:
            raise Mismatch(ShapeMismatch(problem.message), self.program.value, []) from None
        if self.expected is not None and len(value.shape) == len(self.expected):
            for one, other in zip(value.shape, self.expected, strict=True):
                dimensions.same(one, other)
        dimensions.settle()
        if dimensions.waiting:
            raise Mismatch(ShapeMismatch("No dimensions fit here."), self.program.value, [])
        if dimensions.known or fits or any([_is_open(size) for shape in shapes.values() for size in shape]):
            self._name(shapes, dimensions, fits)
            shapes = {name: tuple(dimensions.find(size) for size in shape) for name, shape in shapes.items()}
            fits = {place: dimensions.find(size) for place, size in fits.items()}
            nodes = self._nodes(shapes)
            value, bound = self._read(nodes, dimensions.same, lambda place: fits[place], dimensions.find)
        assumed = tuple(name for name in self.names if name not in self.declared)
        value, *values = all_with_entries([value, *bound.values()])
        return Reading(value, nodes, assumed, dict(zip(bound, values, strict=True)))

    def _nodes(self, shapes: Mapping[str, Shape]) -> dict[str, Node]:
        return {
            name: build.variable(
                name, _clean(shapes[name]), self.declared[name].properties if name in self.declared else frozenset()
            )
            for name in self.names
        }

    def _read(
        self, nodes: Mapping[str, Node], same: Same, fit: Callable[[int], Expr], resolve: Callable[[Expr], Expr]
    ) -> tuple[Node, dict[str, Node]]:
        reader = _Recorder(nodes, same, fit, self.dimensions)
        reader.resolve, reader.source, reader.applied = resolve, self.program.source, []
        for name, size in self.loops.items():
            reader.loops[name] = LoopIndex(name, size)
        bound: dict[str, Node] = {}
        for name, definition, _ in self.program.bindings:
            bound[name] = reader.names[name] = reader.read(definition)
        self.applied = reader.applied
        return reader.read(self.program.value), bound

    def _name(self, shapes: Mapping[str, Shape], dimensions: Dimensions, fits: Mapping[int, Expr]) -> None:
        """Dimensions still unknown are named n, m, k, p, … in order: vectors first, then columns, then rows."""
        taken = self._taken()
        for shape in shapes.values():
            for size in shape:
                taken |= {symbol.name for symbol in dimensions.find(size).free_symbols if not isinstance(symbol, Dummy)}
        letters = unused(chain(LETTERS, (f"n{number}" for number in count(1))), taken)
        vectors = [shape[0] for shape in shapes.values() if len(shape) == 1]
        matrices = [size for shape in shapes.values() if len(shape) == 2 for size in shape[::-1]]
        for size in [*vectors, *matrices, *fits.values()]:
            for symbol in sorted(dimensions.find(size).free_symbols, key=str):
                if isinstance(symbol, Dummy):
                    dimensions.known[symbol] = dimension(next(letters))


class _Recorder(Elaborator):
    """Keeps what was applied to what, for the notes."""

    applied: list[Applied]

    def _apply(self, syntax: Syntax, name: str, parts: list[tuple[Syntax, Node]], parameters: Parameters = ()) -> Node:
        value = super()._apply(syntax, name, parts, parameters)
        self.applied.append(Applied(syntax, name, [(part, node.shape) for part, node in parts], value.shape))
        return value


def _is_open(size: Expr) -> bool:
    """Whether the dimension, or a part of it, has no name yet."""
    return isinstance(size, Dummy) if size.is_Symbol or size.is_Integer else bool(size.atoms(Dummy))


def _clean(shape: Shape) -> Shape:
    """m×1 is a column; what has one entry stays the vector or matrix that it was declared."""
    return shape[:1] if len(shape) == 2 and shape[1] == 1 != shape[0] else shape
