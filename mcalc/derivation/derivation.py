"""A derivation is data: the steps from the problem to the answer, each an equation with its reason."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field

from mcalc.language.shapes import Reading
from mcalc.networks.index_form import Expression, IndexForm
from mcalc.notation.boxes import Box, Nabla, Name
from mcalc.notation.drawing import Drawn
from mcalc.notation.partials import derivative
from mcalc.notation.results import aligned, write_expression, write_together
from mcalc.notation.writing import write, written
from mcalc.table.records import Shape
from mcalc.table.roles import CASES
from mcalc.tree.letters import InUse, free_letter, in_use, letters_of
from mcalc.tree.node import Node, topological

STAGES = {
    "introduce": "Introduce intermediate variables",
    "differentiate": "Differentiate each by what it is made of",
    "combine": "Combine",
    "substitute": "Substitute back",
    "outline": "In outline",
    "collect": "Collect",
    "layout": "Layout",
    "components": "In components",
}
"""The stages of a derivation in order, the first four the paper's, with their titles."""


@dataclass(frozen=True)
class Step:
    """``before = after``: the two sides have one value and one shape.

    `stage` is one of the paper's four, introduce, differentiate, combine, substitute, or collect, layout, components;
    `rule` names the rule, `because` says why it applies here; `substeps` are the local equations used on the way.
    Of a chain rule `factors` are the shapes of the Jacobians along each path. A step that is shown away from its
    derivation has the `names` in it, each with what it stands for.
    """

    stage: str
    rule: str
    because: str
    before: Expression | Drawn
    after: Expression | Drawn
    shape: Shape
    substeps: tuple[Step, ...] = ()
    factors: tuple[tuple[Shape, ...], ...] = ()
    names: tuple[tuple[Node, Node], ...] = ()


@dataclass(frozen=True)
class Line:
    """An intermediate variable: ``name = definition``; `meaning` is its value in the names of the problem.

    The whole value is `alone` where it is differentiated without any.
    """

    name: str
    node: Node
    definition: Node
    meaning: Node
    alone: bool = False


@dataclass(frozen=True)
class Verified:
    """How well the answer agreed with differences of the expression: at how many points, and how closely.

    `kinks` tells of how many of the `existing` conditions in the expression both sides are among the points.
    """

    points: int
    error: float
    reason: str = ""
    kinks: int = 0
    existing: int = 0


@dataclass
class Derivation:
    """``∂value/∂variable``, derived. ``result`` is in `layout`; `natural` in the paper's, or in index notation.

    ``naming`` says whether recurring parts of the answer get names; None: where that makes it shorter.
    ``once`` is the variable by which the value was differentiated before, where this is the second derivative.
    ``detail`` is how much of it the steps tell: ``outline``, ``normal``, ``full``; nothing before that is chosen. One
    that ``goes_on`` from those before it begins with their steps, which are not told again.
    """

    source: str
    command: str
    reading: Reading
    by: tuple[Node, ...]
    layout: str
    steps: tuple[Step, ...]
    lines: tuple[Line, ...]
    natural: Expression
    result: Expression | Drawn
    notes: tuple[str, ...] = ()
    verified: Verified | None = None
    parts: tuple[Derivation, ...] = field(default=())
    naming: bool | None = None
    once: Node | None = None
    detail: str = ""
    goes_on: bool = False

    @property
    def value(self) -> Node:
        """What is differentiated."""
        return self.reading.value

    @property
    def is_second(self) -> bool:
        """Whether it was differentiated twice."""
        return self.once is not None

    @property
    def first(self) -> Node:
        """The variable of the first derivative."""
        return self.by[0] if self.once is None else self.once

    def apart(self) -> AbstractContextManager[None]:
        """What is written meanwhile keeps apart from the names of the whole text."""
        return in_use(letters_of_text(self.reading))

    @property
    def shape(self) -> Shape:
        """The shape of the result."""
        return self.result.shape

    @property
    def remarks(self) -> tuple[str, ...]:
        """The notes on the answer, without those on the reading."""
        return tuple(note for note in self.notes if note not in self.reading.notes)

    @property
    def in_symbols(self) -> Expression | Drawn:
        """The result as it was derived, where `result` is in components."""
        last = self.steps[-1] if self.steps else None
        return last.before if last is not None and last.stage == "components" else self.result

    @property
    def wrt(self) -> tuple[str, ...]:
        """The names differentiated by."""
        return tuple(str(node.parameters[0]) for node in self.by)

    @property
    def conditions(self) -> tuple[str, ...]:
        """The conditions of a piecewise result, in ASCII."""
        result = self.in_symbols
        if not isinstance(result, Node):
            return ()
        return tuple(write(node.args[0], "ascii") for node in topological([result]) if node.operator.name == CASES)

    @property
    def _results(self) -> list[Expression | Drawn]:
        """The result, or those by each of several variables."""
        return [part.result for part in self.parts or (self,)]

    def __str__(self) -> str:
        with self.apart():
            return write_together(self._results, "text")

    def ascii(self) -> str:
        """The answer in ASCII, which reads back."""
        with self.apart():
            return write_together(self._results, "ascii")

    def latex(self) -> str:
        """The answer in LaTeX, for amsmath; of several variables, and in index notation, with its left side."""
        with self.apart():
            if self.parts:
                lefts = [left_side(part, "latex", shared_name(self)) for part in self.parts]
                return aligned(lefts, self._results)
            left = f"{left_side(self, 'latex')} = " if isinstance(self.result, IndexForm) else ""
            return left + write_expression(self.result, "latex")

    def _repr_latex_(self) -> str:
        return "\n\n".join(f"$\\displaystyle {part.latex()}$" for part in self.parts or (self,))


def letters_of_text(reading: Reading) -> InUse:
    """All names of the text that was read, its dimensions and running indices, and what it calls its values."""
    roots = [reading.value, *reading.names.values(), *reading.bound.values()]
    given = {node: name for name, node in reading.bound.items() if node.args}
    return letters_of(roots, [*reading.names, *reading.bound])._replace(given=given)


def value_name(derivation: Derivation) -> str:
    """A name for what is differentiated: y, of a second derivative f, if the text has none such."""
    taken = letters_of_text(derivation.reading)
    names = ("f", "F", "y", "value") if derivation.is_second else ("y", "f", "Y", "value")
    return free_letter(taken.names | taken.running, names)


def own_name(derivation: Derivation) -> str:
    """What a value is called that is differentiated without intermediate variables; nothing where there are some."""
    return next((line.name for line in derivation.lines if line.alone), "")


def is_alone(step: Step, name: str) -> bool:
    """Whether a step begins with the derivative of the value of that name."""
    before = step.before
    is_leaf = isinstance(before, Node) and before.operator.name == "partial"
    return bool(name) and isinstance(before, Node) and is_leaf and before.parameters[0] == name


def shared_name(derivation: Derivation) -> str:
    """What the value is called beside the derivatives by each of several variables."""
    names = {own_name(part) or value_name(part) for part in derivation.parts or (derivation,)}
    return names.pop() if len(names) == 1 else value_name(derivation)


def left_box(derivation: Derivation, name: str = "") -> Box:
    """``∂y/∂x``, with its indices where the answer is in index notation; of several scalars together ``∇f``."""
    name, last = name or shared_name(derivation), derivation.by[-1]
    if len(set(derivation.by)) > 1 and not derivation.parts and not any(node.shape for node in derivation.by):
        return Nabla(Name(name), 2 if derivation.is_second else 1)
    above: list[str] = []
    below: list[tuple[Node, list[str]]] = [(last, [])]
    if isinstance(derivation.in_symbols, IndexForm):
        letters = derivation.in_symbols.letters()
        tensor = derivation.in_symbols.tensor
        above = [letters[index] for index in tensor.value]
        below = [(last, [letters[index] for index in tensor.variable])]
    if derivation.is_second:
        below, above = [(derivation.first, above), *below], []
    places = [(str(node.parameters[0]), len(node.axes), letters) for node, letters in below]
    rank = 0 if derivation.is_second else len(derivation.value.axes)
    return derivative((name, rank, above), places)


def left_side(derivation: Derivation, form: str, name: str = "") -> str:
    """The same, in a notation."""
    return written(left_box(derivation, name), form)


def chains(steps: Sequence[Step]) -> list[list[Step]]:
    """Steps that go on from one another, as rows of equations."""
    groups: list[list[Step]] = []
    for step in steps:
        if groups and groups[-1][-1].after is step.before:
            groups[-1].append(step)
        else:
            groups.append([step])
    return groups
