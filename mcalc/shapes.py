"""Which name is what: of all shapes that fit the expression, those that depart least from the habit of the field."""

from __future__ import annotations

import difflib
import heapq
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain, count
from typing import Any, NamedTuple

from sympy.core.numbers import Integer
from sympy.core.symbol import Dummy, Symbol

from mcalc import build
from mcalc.elaborate import Elaborator, Mismatch, is_delta
from mcalc.operators import CALLS
from mcalc.parser import Program, Syntax, canonical_name
from mcalc.problems import Problem, Span
from mcalc.records import LoopIndex, matrix_shape
from mcalc.tree import Node, Shape, dimension

PROPERTIES = frozenset({"symmetric", "positive", "psd", "diagonal", "orthogonal"})
SQUARE = PROPERTIES - {"positive"}
_LETTERS = ("n", "m", "k", "p", "q", "r", "s", "t")
_RANKS = ("a scalar", "a vector", "a matrix")
_TRIALS = 3000
_WORK = 100_000


@dataclass(frozen=True)
class Declaration:
    """A declared shape and properties: ``n,n:symmetric``."""

    shape: Shape
    properties: frozenset[str] = frozenset()


@dataclass
class Reading:
    """A program with every name given its shape."""

    value: Node
    names: dict[str, Node]
    assumed: tuple[str, ...]
    bound: dict[str, Node] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


def parse_declaration(text: str) -> tuple[str, Declaration]:
    """``A=m,n`` or ``S=n,n:symmetric``; raises Problem."""
    name, separator, shape = (part.strip() for part in text.partition("="))
    if not separator or not name or not shape:
        raise Problem(f"A shape is declared as NAME=SHAPE, and this is `{text}`.", hint="for example -s x=n -s A=m,n -s b=scalar -s S=n,n:symmetric")
    if not canonical_name(name).isidentifier():
        raise Problem(f"A shape is declared for a name, and this is `{name}`.", hint="one -s for each name: -s x=n -s A=m,n")
    return name, declaration(shape)


def declaration(text: str) -> Declaration:
    """``m,n``, with properties after a colon or a blank; raises Problem."""
    sizes, _, tail = text.partition(":")
    words = tail.replace(",", " ").split()
    parts = [part.strip() for part in sizes.strip().strip("()").split(",")]
    *last, word = parts[-1].split() or [""]
    while last and word in PROPERTIES:
        words.append(word)
        *last, word = last
    parts[-1] = " ".join([*last, word])
    properties = frozenset(words)
    unknown = sorted(properties - PROPERTIES)
    if unknown:
        near = difflib.get_close_matches(unknown[0], PROPERTIES, 1)
        hint = f"did you mean `{near[0]}`?" if near else "the properties are " + ", ".join(sorted(PROPERTIES))
        raise Problem(f"There is no property named `{unknown[0]}`.", hint=hint)
    parts = [canonical_name(part) for part in parts if part]
    if parts in (["scalar"], ["1"], ["1", "1"]) or sizes.strip() == "()":
        return Declaration((), properties)
    if not parts or len(parts) > 2:
        raise Problem(f"A shape is `scalar`, `n` or `m,n`, and this is `{text.strip()}`.", hint="values are scalars, vectors and matrices")
    for part in parts:
        if not (part.isdecimal() and len(part) < 19 and int(part) > 0) and not part.isidentifier():
            raise Problem(f"A dimension is a name or a whole number from 1 on, and this is `{part}`.", hint="for example -s A=m,n or -s x=3")
    shape = tuple(dimension(part) for part in parts)
    if len(shape) == 2 and shape[1] == 1:
        shape = shape[:1]
    square = sorted(properties & SQUARE)
    if square and (len(shape) != 2 or shape[0] != shape[1]):
        raise Problem(f"Only a square matrix is {square[0]}, and this is `{','.join(parts)}`.", hint=f"for example -s S=n,n:{square[0]}")
    return Declaration(shape, properties)


class Dimensions:
    """Dimensions made equal: a symbol stands for whatever it was found equal to."""

    def __init__(self) -> None:
        self.known: dict[Any, Any] = {}

    def find(self, size: Any) -> Any:
        passed = []
        while size in self.known:
            passed.append(size)
            size = self.known[size]
        for known in passed[:-1]:
            self.known[known] = size
        if size.is_Symbol or size.is_Integer:
            return size
        return size.xreplace({symbol: self.find(symbol) for symbol in size.free_symbols})

    def same(self, one: Any, other: Any) -> bool:
        one, other = self.find(one), self.find(other)
        if one == other:
            return True
        for this, that in ((one, other), (other, one)):
            if isinstance(this, Dummy) and this not in that.free_symbols:
                self.known[this] = that
                return True
        for this, that in ((one, other), (other, one)):
            unknown = [symbol for symbol in this.free_symbols if isinstance(symbol, Dummy)]
            if len(unknown) == 1 and not this.is_Symbol:
                rest = this - unknown[0]
                if unknown[0] not in rest.free_symbols and unknown[0] not in that.free_symbols:
                    value = that - rest
                    if not value.is_Integer or value > 0:
                        self.known[unknown[0]] = value
                        return True
        return False


def habit(name: str) -> int:
    """0 for a scalar, 1 for a vector, 2 for a matrix."""
    base = name.rstrip("0123456789").split("_")[0]
    if base.lower() in _GREEK_NAMES:
        return 0
    if len(base) == 1:
        return 0 if base in "abcdefgijklmnN" else 2 if base.isupper() else 1
    return 2 if base[0].isupper() else 1


_GREEK_NAMES = frozenset(
    ["alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta", "iota", "kappa", "lambda", "mu", "nu", "xi", "omicron", "pi", "rho", "sigma", "tau", "upsilon", "phi", "chi", "psi", "omega"]
)


def _walk(syntax: Syntax) -> Iterable[Syntax]:
    stack = [syntax]
    while stack:
        node = stack.pop()
        yield node
        stack.extend(reversed(node.children))


def _free_names(program: Program) -> tuple[list[str], set[str]]:
    """Names that stand for values, in order of appearance, and names that are dimensions."""
    bound = {name for name, _, _ in program.bindings}
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
                elif node.value not in loops and node.value not in bound and not sizing:
                    values.setdefault(node.value)
            elif node.kind == "comprehension":
                body, name, lower, upper = node.children
                inside = loops | {name.value}
                children = [(body, inside, sizing), (lower, loops, True), (upper, loops, True)]
            elif node.kind == "index":
                children = [(node.children[0], loops, sizing), *((child, loops, True) for child in node.children[1:])]
                if is_delta(node) and "delta" not in bound:
                    children = children[1:]
            elif node.kind == "call" and node.value in ("eye", "ones", "zeros", "identity", "unit"):
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
    names, sizes = _free_names(program)
    for declared_name in declared:
        for size in declared[declared_name].shape:
            sizes |= {symbol.name for symbol in size.free_symbols}
    loops = dict(free_indices or {})
    bound = {name for name, _, _ in program.bindings}
    names += [extra for extra in dict.fromkeys(wanted) if extra in declared and extra not in names and extra not in bound]
    dimensions = frozenset(size for size in sizes if size not in declared and size not in bound)
    names = [
        name for name in names if name not in loops and (name in declared or not (name in dimensions or name in ("pi", "I") or name in CALLS_ONLY))
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
            hint = "leave its definition out to differentiate by it" + (f"; the variables are {', '.join(names)}" if names else "")
            return Problem(f"`{wanted}` is defined in the text, and not a variable.", [span], hint)
    found: dict[str, Span] = {}
    for syntax in [program.value, *(definition for _, definition, _ in program.bindings)]:
        for node in _walk(syntax):
            if node.kind == "name":
                found.setdefault(node.value, Span(node.start, node.end))
    if wanted in dimensions:
        hint = f"give the dimension another name, or declare the variable: -s {wanted}=scalar"
        return Problem(f"`{wanted}` is a dimension here, and not a variable.", [found[wanted]] if wanted in found else [], hint)
    if wanted in found and wanted in ("pi", "I"):
        meaning = "the identity matrix" if wanted == "I" else "the number π"
        return Problem(f"`{wanted}` is {meaning} here, and not a variable.", [found[wanted]], f"declare a variable of that name: -s {wanted}={'n,n' if wanted == 'I' else 'scalar'}")
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
        turned = not scalar and (transposed or (habit(letter) == 1 and at + 1 < len(factors) and not (at and text[-1] == "@")))
        text += letter + "'" * bool(turned)
    return text


CALLS_ONLY = frozenset(call for call in CALLS if len(call) > 2 or call in ("ln", "tr")) - _GREEK_NAMES


class Failure(NamedTuple):
    """Ranks that do not fit, where, and the undeclared names that took part."""

    ranks: dict[str, int]
    problem: Mismatch
    involved: list[str]


class _Search:
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
        """First the readings in order of their departure from habit; where these are too many, those that get furthest."""
        failures: list[Failure] = []
        not_scalar: dict[str, int] | None = None
        order = count()
        waiting: list[tuple[tuple[int, ...], int, int, dict[str, int]]] = [((0, 0), next(order), 0, dict(self.habits))]
        seen = {tuple(self.habits.values())}
        size = sum(1 for syntax in self._statements() for _ in _walk(syntax))
        most = max(20, min(_TRIALS, _WORK // size))
        for trial in range(most):
            if not waiting:
                break
            if trial == most // 2:
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
                        heapq.heappush(waiting, (key if trial < most // 2 else (-reached, *key), next(order), reached, changed))
        if not_scalar is not None:
            return self._try(not_scalar)
        raise self._conflict(failures)

    def _departures(self, ranks: Mapping[str, int], failures: Sequence[Failure], not_scalar: object) -> tuple[str, ...]:
        """A note for each capital that is read as something other than a matrix."""
        notes = []
        for name in self.open_names:
            if self.habits[name] == 2 != ranks[name]:
                if not_scalar:
                    notes.append(f"{name} is read as {_RANKS[ranks[name]]}, so that the value is a scalar")
                    continue
                hint = next((self._hint(failure.problem) for failure in failures if failure.ranks[name] == 2 and name in failure.involved), "")
                notes.append(f"{name} is read as {_RANKS[ranks[name]]}, since as a matrix the shapes do not fit" + (f"; {hint.replace('`', '')}" if hint else ""))
        return tuple(notes)

    def _involved(self, *places: Syntax) -> list[str]:
        """The undeclared names below the places, through the names bound in the program."""
        found: dict[str, None] = {}
        stack, visited = list(reversed(places)), set()
        while stack:
            for node in _walk(stack.pop()):
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
            name: self.declared[name].shape if name in self.declared else tuple(Dummy(integer=True, positive=True) for _ in range(ranks[name]))
            for name in self.names
        }

    def _try(self, ranks: Mapping[str, int]) -> Reading:
        dimensions = Dimensions()
        fits: dict[int, Any] = {}

        def fit(place: int) -> Any:
            if place not in fits:
                fits[place] = Dummy(integer=True, positive=True)
            return fits[place]

        shapes = self._shapes(ranks)
        value = self._read(shapes, dimensions.same, fit, dimensions.find)[0]
        if self.expected is not None and len(value.shape) == len(self.expected):
            for one, other in zip(value.shape, self.expected, strict=True):
                dimensions.same(one, other)
        self._name(shapes, dimensions, fits)
        shapes = {name: tuple(dimensions.find(size) for size in shape) for name, shape in shapes.items()}
        fits = {place: dimensions.find(size) for place, size in fits.items()}
        value, bound, notes = self._read(shapes, dimensions.same, lambda place: fits[place], dimensions.find)
        nodes = self._nodes(shapes)
        assumed = tuple(name for name in self.names if name not in self.declared)
        return Reading(value, nodes, assumed, bound, tuple(dict.fromkeys(notes)))

    def _nodes(self, shapes: Mapping[str, Shape]) -> dict[str, Node]:
        return {
            name: build.variable(name, _clean(shapes[name]), self.declared[name].properties if name in self.declared else frozenset())
            for name in self.names
        }

    def _read(self, shapes: Mapping[str, Shape], same: Any, fit: Any, resolve: Any) -> tuple[Node, dict[str, Node], list[str]]:
        reader = Elaborator(self._nodes(shapes), same, fit, self.dimensions)
        reader.resolve, reader.source = resolve, self.program.source
        for name, size in self.loops.items():
            reader.loops[name] = LoopIndex(name, size)
        bound: dict[str, Node] = {}
        for name, definition, _ in self.program.bindings:
            bound[name] = reader.names[name] = reader.read(definition)
        return reader.read(self.program.value), bound, reader.notes

    def _name(self, shapes: Mapping[str, Shape], dimensions: Dimensions, fits: Mapping[int, Any]) -> None:
        """Dimensions that are still unknown are named n, m, k, p, … in order: vectors first, then columns, then rows."""
        taken = self._taken()
        for shape in shapes.values():
            for size in shape:
                taken |= {symbol.name for symbol in dimensions.find(size).free_symbols if not isinstance(symbol, Dummy)}
        letters = (letter for letter in chain(_LETTERS, (f"n{number}" for number in count(1))) if letter not in taken)
        vectors = [shape[0] for shape in shapes.values() if len(shape) == 1]
        matrices = [size for shape in shapes.values() if len(shape) == 2 for size in shape[::-1]]
        for size in [*vectors, *matrices, *fits.values()]:
            for symbol in sorted(dimensions.find(size).free_symbols, key=str):
                if isinstance(symbol, Dummy):
                    dimensions.known[symbol] = dimension(next(letters))

    def _conflict(self, failures: Sequence[Failure]) -> Problem:
        """The mismatch as it stands in the text, each part with its shape; or the two uses of a name that do not go together."""
        two_uses = self._two_uses(failures)
        if two_uses is not None:
            return two_uses
        ranks, problem, involved = failures[0]
        shown = _Shown(self._taken())
        spans = []
        for syntax, shape in problem.marked:
            label = "" if shape is None else f"{self._text(syntax) or 'this'}: {shown.shape(shape)}"
            spans.append(Span(syntax.start, syntax.end, label))
        if len(spans) == 2 and spans[0].start == spans[1].start:
            spans = spans[:1]
        hint = self._hint(problem)
        if not hint and involved:
            hint = f"declare what is meant, for example -s {involved[0]}={('n', 'scalar', 'n')[ranks[involved[0]]]}"
        return Problem(problem.cause.message, spans, hint, self.program.source)

    def _two_uses(self, failures: Sequence[Failure]) -> Problem | None:
        """The two places where a name fails, once as what it is by habit and once as something else."""
        first = failures[0]
        for name in first.involved:
            for second in failures[1:]:
                changed = [other for other, rank in second.ranks.items() if rank != first.ranks[other]]
                spans = [
                    Span(failure.problem.places[0].start, failure.problem.places[-1].end, f"{name} cannot be {_RANKS[failure.ranks[name]]} here")
                    for failure in (first, second)
                ]
                if changed == [name] and name in second.involved and (spans[0].start, spans[0].end) != (spans[1].start, spans[1].end):
                    return Problem(f"No shape of `{name}` fits both of its uses.", spans, "give two things two names", self.program.source)
        return None

    def _hint(self, problem: Mismatch) -> str:
        texts = [self._text(syntax, operand=True) or "(…)" for syntax, _ in problem.parts]
        return (problem.cause.hint or _advice(problem)).format(*texts)

    def _text(self, syntax: Syntax, operand: bool = False) -> str:
        """The text of a part where it is short; as an operand, in parentheses where it needs them."""
        text = self.program.source[syntax.start : syntax.end]
        if len(text) >= 24 or "\n" in text:
            return ""
        grouped = not syntax.children or syntax.start < syntax.children[0].start
        return f"({text})" if operand and syntax.kind in ("infix", "prefix") and (not grouped or syntax.kind == "prefix") else text

    def _taken(self) -> set[str]:
        loops = {node.children[1].value for syntax in self._statements() for node in _walk(syntax) if node.kind == "comprehension"}
        sizes = {symbol.name for declaration in self.declared.values() for size in declaration.shape for symbol in size.free_symbols}
        return loops | sizes | set(self.names) | set(self.definitions) | set(self.dimensions)

    def _statements(self) -> list[Syntax]:
        return [*self.definitions.values(), self.program.value]


def _advice(problem: Mismatch) -> str:
    """What to write in place of an element-wise operation of a matrix and a column."""
    positions = problem.cause.positions
    shapes = {len(problem.parts[position][1] or ()): (position, problem.parts[position][1]) for position in positions}
    if problem.syntax.kind != "infix" or sorted(shapes) != [1, 2]:
        return ""
    (matrix, (rows, columns)), (column, (length,)) = shapes[2], shapes[1]
    down = length == rows != columns
    if problem.syntax.value == "*":
        return f"the row times the matrix is `{{{column}}}' @ {{{matrix}}}`" if down else f"the matrix product is `{{{matrix}}} @ {{{column}}}`"
    if problem.syntax.value in "+-":
        side = f"`{{{column}}} @ ones(n)'` has it in every column" if down else f"`ones(m) @ {{{column}}}'` has it in every row"
        return f"a column is not expanded to a matrix: {side}"
    return ""


class _Shown:
    """Shapes for a message: dimensions without a name are given letters."""

    def __init__(self, taken: set[str]) -> None:
        self.names: dict[Any, str] = {}
        self.letters = (letter for letter in chain(_LETTERS, (f"n{number}" for number in count(1))) if letter not in taken)

    def shape(self, shape: Shape) -> str:
        if not shape:
            return "scalar"
        parts = []
        for size in shape:
            unnamed = {symbol: Symbol(self._letter(symbol)) for symbol in size.free_symbols if isinstance(symbol, Dummy)}
            parts.append(str(size.xreplace(unnamed)))
        return "×".join(parts)

    def _letter(self, symbol: Any) -> str:
        if symbol not in self.names:
            self.names[symbol] = next(self.letters)
        return self.names[symbol]


def _clean(shape: Shape) -> Shape:
    """m×1 is a column, 1×1 a scalar."""
    return matrix_shape(*shape) if len(shape) == 2 else () if shape == (1,) else shape
