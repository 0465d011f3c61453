"""What the operator table is made of: a record an operator, a rule an argument, and the shape rules."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mcalc.expressions.tree import Node


@dataclass(frozen=True)
class LoopIndex:
    """The running index ``i`` of ``sum(… for i in 1..N)``."""

    name: str
    size: Any

    def __str__(self) -> str:
        return self.name

    def apart_from(self, taken: Collection[LoopIndex]) -> LoopIndex:
        """A running index over the same range, by a name of its own."""
        names = {loop.name for loop in taken}
        letters = (letter for letter in ("i", "j", "k", "l", "p", "q", "r", "s", "t") if letter not in names)
        return LoopIndex(next(letters, self.name + "_1"), self.size)


@dataclass(frozen=True)
class Slice:
    """``lower..upper``, both included, counted from 1."""

    lower: Any
    upper: Any

    def __str__(self) -> str:
        return f"{self.lower}..{self.upper}"


class ShapeMismatch(Exception):
    """The shapes do not fit: a sentence, the positions of the arguments in conflict, and what to write.

    In the hint ``{0}``, ``{1}`` stand for the text of the arguments.
    """

    def __init__(self, message: str, positions: Sequence[int] = (), hint: str = "") -> None:
        super().__init__(message)
        self.message, self.positions, self.hint = message, tuple(positions), hint


@dataclass(frozen=True)
class Rule:
    """``∂y/∂argument``: the formula as a textbook prints it, and the sentence that explains it.

    An element-wise operator's formula is a scalar expression in its arguments and its value ``y``. Any
    other is in index notation: the value carries ``i, j``, the argument ``k, l``, repeated indices are summed.
    """

    argument: str
    formula: str | Callable[[Any], str]
    sentence: str


@dataclass(frozen=True)
class Notation:
    """How an operator is written: a kind that the printers know, its symbols and its precedence."""

    kind: str
    text: str = ""
    ascii: str = ""
    latex: str = ""
    level: int = 100
    right: int = 0


@dataclass(frozen=True)
class Operator:
    """Everything there is to know about an operator, in one place.

    `definition` is the operator in terms of others, of arguments shaped as in its example: ``exp(a)/sum(exp(a))``.
    `care` says what holds at its kinks and at the ends of its domain. `of_one` is its value at a vector of one element
    or a 1×1 matrix, in terms of the entry, where the operator does not take a scalar.
    """

    name: str
    arguments: str
    title: str
    doc: str
    shape: Callable[..., Any]
    numpy: Callable[..., Any]
    rules: tuple[Rule, ...] = ()
    notation: Notation = Notation("call")
    calls: tuple[str, ...] = ()
    value: str | Callable[[Any], str] | None = None
    elementwise: bool = False
    variadic: bool = False
    commutative: bool = False
    indicator: bool = False
    domain: str = "any"
    example: str = ""
    keywords: tuple[str, ...] = ()
    written_as: str = ""
    sentence: str = ""
    opposite: str = ""
    definition: str = ""
    care: str = ""
    of_one: str = ""

    @property
    def argument_names(self) -> tuple[str, ...]:
        return tuple(self.arguments.split())

    def rule(self, position: int) -> Rule:
        return self.rules[0 if self.variadic else position]

    def free_loops(self, node: Node) -> frozenset[Any]:
        free: frozenset[Any] = frozenset().union(*(arg.loops for arg in node.args)) if node.args else frozenset()
        if self.name == "loop_sum":
            return free - {node.parameters[0]}
        if self.name == "variable" and len(node.parameters) > 2:
            return frozenset(node.parameters[2])
        if self.name == "differential":
            return frozenset(node.parameters[1])
        return free | {place for place in node.parameters if isinstance(place, LoopIndex)}
