"""What is said where no shapes fit: the parts in conflict, each with its shape, and what to write instead."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import chain, count
from typing import NamedTuple

from sympy.core.expr import Expr
from sympy.core.symbol import Dummy, Symbol

from mcalc.language.declarations import Declaration
from mcalc.language.elaborate import Mismatch
from mcalc.language.parser import Program, Syntax
from mcalc.language.syntax import walk
from mcalc.problems import Problem, Span
from mcalc.table.records import Shape
from mcalc.tree.names import unused

LETTERS = ("n", "m", "k", "p", "q", "r", "s", "t")
RANKS = ("a scalar", "a vector", "a matrix")


class Failure(NamedTuple):
    """Ranks that do not fit, where, and the undeclared names that took part."""

    ranks: dict[str, int]
    problem: Mismatch
    involved: list[str]


class Conflicts:
    """The part of the search for shapes that explains why it found none."""

    program: Program
    declared: Mapping[str, Declaration]
    names: list[str]
    dimensions: frozenset[str]
    definitions: dict[str, Syntax]

    def _conflict(self, failures: Sequence[Failure]) -> Problem:
        """The mismatch as it stands in the text, each part with its shape; or the two uses of a name in conflict."""
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
                    Span(
                        failure.problem.places[0].start,
                        failure.problem.places[-1].end,
                        f"{name} cannot be {RANKS[failure.ranks[name]]} here",
                    )
                    for failure in (first, second)
                ]
                if (
                    changed == [name]
                    and name in second.involved
                    and (spans[0].start, spans[0].end) != (spans[1].start, spans[1].end)
                ):
                    return Problem(
                        f"No shape of `{name}` fits both of its uses.",
                        spans,
                        "give two things two names",
                        self.program.source,
                    )
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
        return (
            f"({text})"
            if operand and syntax.kind in ("infix", "prefix") and (not grouped or syntax.kind == "prefix")
            else text
        )

    def _taken(self) -> set[str]:
        loops = {
            node.children[1].value
            for syntax in self.statements()
            for node in walk(syntax)
            if node.kind == "comprehension"
        }
        sizes = {
            symbol.name
            for declaration in self.declared.values()
            for size in declaration.shape
            for symbol in size.free_symbols
        }
        return loops | sizes | set(self.names) | set(self.definitions) | set(self.dimensions)

    def statements(self) -> list[Syntax]:
        """The definitions of the program and its value."""
        return [*self.definitions.values(), self.program.value]


def _advice(problem: Mismatch) -> str:
    """What to write in place of an element-wise operation of a matrix and a column."""
    shapes = {position: problem.parts[position][1] or () for position in problem.cause.positions}
    positions = sorted(shapes, key=lambda position: len(shapes[position]))
    if problem.syntax.kind != "infix" or [len(shapes[position]) for position in positions] != [1, 2]:
        return ""
    column, matrix = positions
    (length,), (rows, columns) = shapes[column], shapes[matrix]
    down = length == rows != columns
    if problem.syntax.value == "*":
        return (
            f"the row times the matrix is `{{{column}}}' @ {{{matrix}}}`"
            if down
            else f"the matrix product is `{{{matrix}}} @ {{{column}}}`"
        )
    if problem.syntax.value in "+-":
        side = (
            f"`{{{column}}} @ ones({_named(columns, 'n')})'` has it in every column"
            if down
            else f"`ones({_named(rows, 'm')}) @ {{{column}}}'` has it in every row"
        )
        return f"a column is not expanded to a matrix: {side}"
    return ""


def _named(size: Expr, otherwise: str) -> str:
    return otherwise if isinstance(size, Dummy) else str(size)


class _Shown:
    """Shapes for a message: dimensions without a name are given letters."""

    def __init__(self, taken: set[str]) -> None:
        self.names: dict[Expr, str] = {}
        self.letters = unused(chain(LETTERS, (f"n{number}" for number in count(1))), taken)

    def shape(self, shape: Shape) -> str:
        """``n×2``, unknown dimensions by letters that are free."""
        if not shape:
            return "scalar"
        parts = []
        for size in shape:
            unnamed = {
                symbol: Symbol(self._letter(symbol)) for symbol in size.free_symbols if isinstance(symbol, Dummy)
            }
            parts.append(str(size.xreplace(unnamed)))
        return "×".join(parts)

    def _letter(self, symbol: Expr) -> str:
        if symbol not in self.names:
            self.names[symbol] = next(self.letters)
        return self.names[symbol]
