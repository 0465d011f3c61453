"""Which name is what: of all shapes that fit the expression, those that depart least from the habit of the field."""

from __future__ import annotations

import difflib
import heapq
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain, count
from typing import Any

from sympy.core.symbol import Dummy

from mcalc.expressions import build
from mcalc.expressions.operators import CALLS
from mcalc.expressions.records import LoopIndex
from mcalc.expressions.tree import Node, Shape, dimension
from mcalc.language.calls import OF_SIZES
from mcalc.language.conflicts import LETTERS, RANKS, Conflicts, Failure, walk
from mcalc.language.declarations import (
    GREEK_NAMES,
    Declaration,
    Dimensions,
    declaration,
    habit,
    parse_declarations,
)
from mcalc.language.elaborate import Elaborator, Mismatch, is_delta
from mcalc.language.parser import Program, Syntax, canonical_name
from mcalc.language.single_entries import with_entries
from mcalc.problems import Problem, Span

_TRIALS = 2000
_WORK = 60_000


@dataclass
class Reading:
    """A program with every name given its shape."""

    value: Node
    names: dict[str, Node]
    assumed: tuple[str, ...]
    bound: dict[str, Node] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


def free_names(program: Program, declared: Iterable[str] = ()) -> tuple[list[str], set[str]]:
    """Names that stand for values, in order of appearance, and names that are dimensions."""
    bound = {name for name, _, _ in program.bindings}
    delta_is_a_name = "delta" in bound or "delta" in declared
    values: dict[str, None] = {}
    sizes: set[str] = set()
    for syntax in [definition for _, definition, _ in program.bindings] + [program.value]:
        stack: list[tuple[Syntax, frozenset[str], bool]] = [(syntax, frozenset(), False)]
        while stack:
            node, loops, sizing = stack.pop()
            children = [(child, loops, sizing) for child in node.children]
            if node.kind == "name":
                if sizing and node.value not in loops:
                    sizes.add(node.value)
                elif node.value[0] == "∂" and node.value not in declared:
                    continue
                elif node.value not in loops and node.value not in bound and not sizing:
                    values.setdefault(node.value)
            elif node.kind == "comprehension":
                body, name, lower, upper = node.children
                inside = loops | {name.value}
                children = [(body, inside, sizing), (lower, loops, True), (upper, loops, True)]
            elif node.kind == "index":
                children = [(node.children[0], loops, sizing), *((child, loops, True) for child in node.children[1:])]
                if is_delta(node) and not delta_is_a_name:
                    children = children[1:]
            elif node.kind == "call" and node.value in OF_SIZES:
                children = [(child, loops, True) for child in node.children]
            stack.extend(reversed(children))
    return list(values), sizes


def read_program(
    program: Program,
    declared: Mapping[str, Declaration],
    wanted: Sequence[str] = (),
    scalar: bool = False,
    free_indices: Mapping[str, Any] | None = None,
    expected: Shape | None = None,
) -> Reading:
    """The program with shapes; `scalar`: only a reading with a scalar value will do, if there is one.

    Raises Problem where no shapes fit, the two uses in conflict marked.
    """
    declared = {canonical_name(name): declaration for name, declaration in declared.items()}
    names, sizes = free_names(program, declared)
    for declared_name in declared:
        for size in declared[declared_name].shape:
            sizes |= {symbol.name for symbol in size.free_symbols}
    loops = dict(free_indices or {})
    bound = {name for name, _, _ in program.bindings}
    names += [
        extra for extra in dict.fromkeys(wanted) if extra in declared and extra not in names and extra not in bound
    ]
    dimensions = frozenset(size for size in sizes if size not in declared and size not in bound)
    names = [
        name
        for name in names
        if name not in loops
        and (
            name in declared or not (name in dimensions or name in ("pi", "I") or name in CALLS_ONLY or name[0] == "∂")
        )
    ]
    open_names = [name for name in names if name not in declared]
    reading = _Search(program, declared, names, open_names, dimensions, loops, expected).run(scalar)
    for extra in wanted:
        if extra not in names:
            raise _not_a_variable(extra, program, names, dimensions)
    unused = [name for name in declared if name not in names]
    reading.notes += tuple(f"{name} is declared, and is not a name of the expression" for name in unused)
    return reading


def _not_a_variable(wanted: str, program: Program, names: Sequence[str], dimensions: frozenset[str]) -> Problem:
    """What is asked for is no variable of the program: what it is instead, or which name was meant."""
    for name, _, span in program.bindings:
        if name == wanted:
            hint = "leave its definition out to differentiate by it" + (
                f"; the variables are {', '.join(names)}" if names else ""
            )
            return Problem(f"`{wanted}` is defined in the text, and not a variable.", [span], hint)
    found: dict[str, Span] = {}
    for syntax in [program.value, *(definition for _, definition, _ in program.bindings)]:
        for node in walk(syntax):
            if node.kind == "name":
                found.setdefault(node.value, Span(node.start, node.end))
    if wanted in dimensions:
        hint = f"give the dimension another name, or declare the variable: -s {wanted}=scalar"
        return Problem(
            f"`{wanted}` is a dimension here, and not a variable.", [found[wanted]] if wanted in found else [], hint
        )
    if wanted in found and wanted in ("pi", "I"):
        meaning = "the identity matrix" if wanted == "I" else "the number π"
        return Problem(
            f"`{wanted}` is {meaning} here, and not a variable.",
            [found[wanted]],
            f"declare a variable of that name: -s {wanted}={'n,n' if wanted == 'I' else 'scalar'}",
        )
    if wanted in found and wanted not in names:
        return Problem(f"`{wanted}` is a running index here, and not a variable.", [found[wanted]])
    message = f"There is no `{wanted}` in the expression to differentiate by."
    for name in names:
        if len(wanted) == 1 < len(name) <= 5 and wanted in name and name.isascii() and name.isalpha():
            return Problem(message, [found[name]], f"`{name}` is one name; write `{_spelled_out(name)}`")
    near = difflib.get_close_matches(wanted, names, 1, 0.6)
    if near:
        return Problem(message, [found[near[0]]] if near[0] in found else [], f"did you mean `{near[0]}`?")
    return Problem(message, hint="its names are " + ", ".join(names) if names else "it has no names")


def _spelled_out(name: str) -> str:
    """``xTAx`` as ``x'@A@x``."""
    factors = re.findall("(.)(T(?=.))?", name)
    text = ""
    for at, (letter, transposed) in enumerate(factors):
        scalar = habit(letter) == 0
        if at:
            text += "*" if scalar or habit(factors[at - 1][0]) == 0 else "@"
        turned = not scalar and (
            transposed or (habit(letter) == 1 and at + 1 < len(factors) and not (at and text[-1] == "@"))
        )
        text += letter + "'" * bool(turned)
    return text


CALLS_ONLY = frozenset(call for call in CALLS if len(call) > 2 or call in ("ln", "tr")) - GREEK_NAMES


class _Search(Conflicts):
    """Best first over the ranks of the undeclared names; a conflict is settled by the names that took part in it."""

    def __init__(
        self,
        program: Program,
        declared: Mapping[str, Declaration],
        names: list[str],
        open_names: list[str],
        dimensions: frozenset[str],
        loops: Mapping[str, Any],
        expected: Shape | None,
    ) -> None:
        self.program, self.declared, self.names, self.open_names = program, declared, names, open_names
        self.dimensions, self.loops, self.expected = dimensions, loops, expected
        self.habits = {name: habit(name) for name in open_names}
        self.definitions = {name: syntax for name, syntax, _ in program.bindings}

    def run(self, scalar: bool) -> Reading:
        """First the readings in order of departure from habit; where these are too many, those that get furthest."""
        failures: list[Failure] = []
        not_scalar: dict[str, int] | None = None
        order = count()
        waiting: list[tuple[tuple[int, ...], int, int, dict[str, int]]] = [((0, 0), next(order), 0, dict(self.habits))]
        seen = {tuple(self.habits.values())}
        size = sum(1 for syntax in self._statements() for _ in walk(syntax))
        most = max(20, min(_TRIALS, _WORK // size))
        by_departure = most // 3
        for trial in range(most):
            if not waiting:
                break
            if trial == by_departure:
                waiting = [((-reached, *cost), number, reached, ranks) for cost, number, reached, ranks in waiting]
                heapq.heapify(waiting)
            _, _, reached, ranks = heapq.heappop(waiting)
            involved: Iterable[str] = self.open_names
            try:
                reading = self._try(ranks)
                if not scalar or not reading.value.shape:
                    reading.notes += self._departures(ranks, failures, not_scalar)
                    return reading
                not_scalar = not_scalar or ranks
            except Mismatch as problem:
                involved = self._involved(*problem.places)
                failures.append(Failure(ranks, problem, involved))
                reached = problem.places[-1].start
            except Problem:
                if ranks == self.habits:
                    raise
            cost = sum(abs(ranks[name] - usual) for name, usual in self.habits.items())
            for name in involved:
                for rank in range(3):
                    changed = {**ranks, name: rank}
                    if tuple(changed.values()) not in seen:
                        seen.add(tuple(changed.values()))
                        departure = cost + abs(rank - self.habits[name]) - abs(ranks[name] - self.habits[name])
                        key = (departure, sum(changed.values()))
                        heapq.heappush(
                            waiting, (key if trial < by_departure else (-reached, *key), next(order), reached, changed)
                        )
        if not_scalar is not None:
            return self._try(not_scalar)
        raise self._conflict(failures)

    def _departures(self, ranks: Mapping[str, int], failures: Sequence[Failure], not_scalar: object) -> tuple[str, ...]:
        """A note for each capital that is read as something other than a matrix."""
        notes = []
        for name in self.open_names:
            if self.habits[name] == 2 != ranks[name]:
                if not_scalar:
                    notes.append(f"{name} is read as {RANKS[ranks[name]]}, so that the value is a scalar")
                    continue
                hint = next(
                    (
                        self._hint(failure.problem)
                        for failure in failures
                        if failure.ranks[name] == 2 and name in failure.involved
                    ),
                    "",
                )
                notes.append(
                    f"{name} is read as {RANKS[ranks[name]]}, since as a matrix the shapes do not fit"
                    + (f"; {hint.replace('`', '')}" if hint else "")
                )
        return tuple(notes)

    def _involved(self, *places: Syntax) -> list[str]:
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
                elif node.value in self.habits:
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

    def _try(self, ranks: Mapping[str, int]) -> Reading:
        fits: dict[int, Any] = {}

        def fit(place: int) -> Any:
            if place not in fits:
                fits[place] = Dummy(integer=True, positive=True)
            return fits[place]

        shapes = self._shapes(ranks)
        dimensions = Dimensions(size for shape in shapes.values() for size in shape[::-1])
        value = self._read(shapes, dimensions.same, fit, dimensions.find)[0]
        if self.expected is not None and len(value.shape) == len(self.expected):
            for one, other in zip(value.shape, self.expected, strict=True):
                dimensions.same(one, other)
        dimensions.settle()
        self._name(shapes, dimensions, fits)
        shapes = {name: tuple(dimensions.find(size) for size in shape) for name, shape in shapes.items()}
        fits = {place: dimensions.find(size) for place, size in fits.items()}
        value, bound, notes = self._read(shapes, dimensions.same, lambda place: fits[place], dimensions.find)
        nodes = self._nodes(shapes)
        assumed = tuple(name for name in self.names if name not in self.declared)
        bound = {name: with_entries(node) for name, node in bound.items()}
        return Reading(with_entries(value), nodes, assumed, bound, tuple(dict.fromkeys(notes)))

    def _nodes(self, shapes: Mapping[str, Shape]) -> dict[str, Node]:
        return {
            name: build.variable(
                name, _clean(shapes[name]), self.declared[name].properties if name in self.declared else frozenset()
            )
            for name in self.names
        }

    def _read(
        self, shapes: Mapping[str, Shape], same: Any, fit: Any, resolve: Any
    ) -> tuple[Node, dict[str, Node], list[str]]:
        reader = Elaborator(self._nodes(shapes), same, fit, self.dimensions)
        reader.resolve, reader.source = resolve, self.program.source
        for name, size in self.loops.items():
            reader.loops[name] = LoopIndex(name, size)
        bound: dict[str, Node] = {}
        for name, definition, _ in self.program.bindings:
            bound[name] = reader.names[name] = reader.read(definition)
        return reader.read(self.program.value), bound, reader.notes

    def _name(self, shapes: Mapping[str, Shape], dimensions: Dimensions, fits: Mapping[int, Any]) -> None:
        """Dimensions still unknown are named n, m, k, p, … in order: vectors first, then columns, then rows."""
        taken = self._taken()
        for shape in shapes.values():
            for size in shape:
                taken |= {symbol.name for symbol in dimensions.find(size).free_symbols if not isinstance(symbol, Dummy)}
        letters = (letter for letter in chain(LETTERS, (f"n{number}" for number in count(1))) if letter not in taken)
        vectors = [shape[0] for shape in shapes.values() if len(shape) == 1]
        matrices = [size for shape in shapes.values() if len(shape) == 2 for size in shape[::-1]]
        for size in [*vectors, *matrices, *fits.values()]:
            for symbol in sorted(dimensions.find(size).free_symbols, key=str):
                if isinstance(symbol, Dummy):
                    dimensions.known[symbol] = dimension(next(letters))


def _clean(shape: Shape) -> Shape:
    """m×1 is a column; what has one entry stays the vector or matrix that it was declared."""
    return shape[:1] if len(shape) == 2 and shape[1] == 1 != shape[0] else shape


__all__ = ["Declaration", "Reading", "declaration", "free_names", "parse_declarations", "read_program"]
