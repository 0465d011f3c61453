"""Which name is what: of all shapes that fit the expression, those that depart least from the habit of the field."""

from __future__ import annotations

import difflib
import heapq
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain, count
from typing import Any

from sympy.core.numbers import Integer
from sympy.core.symbol import Dummy, Symbol

from mcalc.elaborate import Elaborator, Mismatch
from mcalc.operators import CALLS
from mcalc.parser import Program, Syntax, canonical_name
from mcalc.problems import Problem, Span
from mcalc.records import LoopIndex
from mcalc.tree import Node, Shape, dimension
from mcalc import build

PROPERTIES = frozenset({"symmetric", "positive", "psd", "diagonal", "orthogonal"})
SQUARE = PROPERTIES - {"positive"}
_LETTERS = ("n", "m", "k", "p", "q", "r", "s", "t")
_RANKS = ("a scalar", "a vector", "a matrix")
_TRIALS = 3000


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
        if not (part.isdecimal() and int(part) > 0) and not part.isidentifier():
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
        while size in self.known:
            size = self.known[size]
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
    "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi omicron pi rho sigma tau upsilon phi chi psi omega".split()
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
    if wanted in dimensions:
        return Problem(f"`{wanted}` is a dimension here, and not a variable.", hint=f"give the dimension another name, or declare the variable: -s {wanted}=scalar")
    for name, _, span in program.bindings:
        if name == wanted:
            hint = "leave its definition out to differentiate by it" + (f"; the variables are {', '.join(names)}" if names else "")
            return Problem(f"`{wanted}` is defined in the text, and not a variable.", [span], hint)
    found: dict[str, Span] = {}
    for syntax in [program.value, *(definition for _, definition, _ in program.bindings)]:
        for node in _walk(syntax):
            if node.kind == "name":
                found.setdefault(node.value, Span(node.start, node.end))
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
        failures: list[tuple[dict[str, int], Mismatch]] = []
        not_scalar: dict[str, int] | None = None
        order = count()
        queue: list[tuple[tuple[int, int], int, dict[str, int]]] = [((0, 0), next(order), dict(self.habits))]
        seen = {tuple(self.habits.values())}
        for _ in range(_TRIALS):
            if not queue:
                break
            _, _, ranks = heapq.heappop(queue)
            involved: Iterable[str] = self.open_names
            try:
                reading = self._try(ranks)
                if not scalar or not reading.value.shape:
                    reading.notes += self._departures(ranks, failures, not_scalar)
                    return reading
                not_scalar = not_scalar or ranks
            except Mismatch as problem:
                failures.append((ranks, problem))
                involved = self._involved(problem.syntax)
            except Problem:
                if ranks == self.habits:
                    raise
            for name in involved:
                for rank in range(3):
                    changed = {**ranks, name: rank}
                    if tuple(changed.values()) not in seen:
                        seen.add(tuple(changed.values()))
                        cost = sum(abs(changed[n] - self.habits[n]) for n in changed)
                        heapq.heappush(queue, ((cost, sum(changed.values())), next(order), changed))
        if not_scalar is not None:
            return self._try(not_scalar)
        raise self._conflict(failures)

    def _departures(self, ranks: Mapping[str, int], failures: Sequence[tuple[dict[str, int], Mismatch]], not_scalar: object) -> tuple[str, ...]:
        """A note for each capital that is read as something other than a matrix."""
        notes = []
        for name in self.open_names:
            if self.habits[name] == 2 != ranks[name]:
                hint = next((self._hint(problem) for tried, problem in failures if tried[name] == 2 and name in self._involved(problem.syntax)), "")
                why = "so that the value is a scalar" if not_scalar else "since as a matrix the shapes do not fit"
                notes.append(f"{name} is read as a {('scalar', 'vector')[ranks[name]]}, {why}" + (f"; {hint.replace('`', '')}" if hint else ""))
        return tuple(notes)

    def _involved(self, syntax: Syntax) -> list[str]:
        """The undeclared names below a place, through the names bound in the program."""
        found: dict[str, None] = {}
        stack, visited = [syntax], set()
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
        reader.resolve = resolve
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

    def _conflict(self, failures: Sequence[tuple[dict[str, int], Mismatch]]) -> Problem:
        """The mismatch as it stands in the text, each part with its shape; or the two uses of a name that do not go together."""
        ranks, problem = failures[0]
        two_uses = self._two_uses(failures)
        if two_uses is not None:
            return two_uses
        shown = _Shown(self._taken())
        spans = []
        positions = [position for position in problem.cause.positions or range(len(problem.parts)) if position < len(problem.parts)]
        for position in positions:
            syntax, shape = problem.parts[position]
            label = "" if shape is None else f"{self._text(syntax) or 'this'}: {shown.shape(shape)}"
            spans.append(Span(syntax.start, syntax.end, label))
        if len(spans) == 2 and spans[0].start == spans[1].start:
            spans = spans[:1]
        hint = self._hint(problem)
        if not hint:
            example = next((name for position in positions for name in self._involved(problem.parts[position][0])), None)
            if example is not None:
                hint = f"declare what is meant, for example -s {example}={('n', 'scalar', 'n')[ranks[example]]}"
        return Problem(problem.cause.message, spans or [Span(problem.syntax.start, problem.syntax.end)], hint, self.program.source)

    def _two_uses(self, failures: Sequence[tuple[dict[str, int], Mismatch]]) -> Problem | None:
        """The two places where a name fails, once as what it is by habit and once as anything else."""
        first_ranks, first = failures[0]
        shown = _Shown(self._taken())
        for name in self._involved(first.syntax):
            for ranks, second in failures[1:]:
                changed = [other for other in ranks if ranks[other] != first_ranks[other]]
                if changed != [name] or (second.syntax.start, second.syntax.end) == (first.syntax.start, first.syntax.end) or name not in self._involved(second.syntax):
                    continue
                spans = [
                    Span(place.syntax.start, place.syntax.end, f"{name} cannot be {_RANKS[tried[name]]} here")
                    for tried, place in ((first_ranks, first), (ranks, second))
                ]
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
    ranks = [len(shape or ()) for _, shape in problem.parts]
    if problem.syntax.kind != "infix" or sorted(ranks[:2]) != [1, 2] or len(ranks) != 2:
        return ""
    matrix, column = ranks.index(2), ranks.index(1)
    (rows, columns), (length,) = problem.parts[matrix][1] or (), problem.parts[column][1] or ()
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
    return tuple(size if not isinstance(size, int) else Integer(size) for size in shape)
