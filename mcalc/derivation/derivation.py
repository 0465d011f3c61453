"""A derivation is data: the steps from the problem to the answer, each an equation with its reason."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Any

from mcalc.language.shapes import Reading
from mcalc.networks.index_form import Expression, IndexForm, write_expression
from mcalc.notation.drawing import Drawn
from mcalc.notation.writing import write
from mcalc.tree.letters import InUse, in_use, letters_of
from mcalc.tree.names import name_text, size_shown, size_words
from mcalc.tree.node import Node, Shape, topological

STAGES = {
    "introduce": "Introduce intermediate variables",
    "differentiate": "Differentiate each by what it is made of",
    "combine": "Combine",
    "substitute": "Substitute back",
    "collect": "Collect",
    "layout": "Layout",
    "components": "In components",
}
"""The stages of a derivation in order, the first four the paper's, with their titles."""


@dataclass(frozen=True)
class Step:
    """``before = after``: the two sides have one value and one shape.

    `stage` is one of the paper's four, introduce, differentiate, combine, substitute, or collect, layout, components;
    `rule` names the rule, `because` says why it applies here; `substeps` are the identities used on the way,
    and `forms` the whole after each of them.
    """

    stage: str
    rule: str
    because: str
    before: Expression | Drawn
    after: Expression | Drawn
    shape: Shape
    substeps: tuple[Step, ...] = ()
    factors: tuple[Shape, ...] = ()
    forms: tuple[Node, ...] = ()


@dataclass(frozen=True)
class Line:
    """An intermediate variable: ``name = definition``; `meaning` is its value in the names of the problem."""

    name: str
    node: Node
    definition: Node
    meaning: Node


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

    @property
    def value(self) -> Node:
        return self.reading.value

    @property
    def is_second(self) -> bool:
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
        return tuple(str(node.parameters[0]) for node in self.by)

    @property
    def conditions(self) -> tuple[str, ...]:
        """The conditions of a piecewise result, in ASCII."""
        result = self.in_symbols
        if not isinstance(result, Node):
            return ()
        return tuple(write(node.args[0], "ascii") for node in topological([result]) if node.operator.name == "where")

    def __str__(self) -> str:
        if self.parts:
            return "\n".join(str(part) for part in self.parts)
        with self.apart():
            return write_expression(self.result, "text")

    def ascii(self) -> str:
        with self.apart():
            return write_expression(self.result, "ascii")

    def latex(self) -> str:
        """The answer in LaTeX, for amsmath; of several variables, and in index notation, with its left side."""
        from mcalc.derivation.headings import left_side

        with self.apart():
            if self.parts:
                rows = [
                    f"{left_side(part, 'latex')} &= {write_expression(part.result, 'latex')}" for part in self.parts
                ]
                return "\\begin{aligned}\n" + " \\\\\n".join(rows) + "\n\\end{aligned}"
            left = f"{left_side(self, 'latex')} = " if isinstance(self.result, IndexForm) else ""
            return left + write_expression(self.result, "latex")

    def to_sympy(self) -> Any:
        """The answer as an expression of SymPy's: a column is n×1, a scalar no matrix; of several parts a tuple.

        Raises `mcalc.problems.Problem` with status 3 where SymPy has no such expression.
        """
        from mcalc.code.as_sympy import expression

        return tuple(part.to_sympy() for part in self.parts) if self.parts else expression(self.in_symbols)

    def function(self, library: str = "numpy") -> Callable[..., Any]:
        """The derivative as a function of arrays, of the library ``numpy``, ``jax`` or ``torch``: that of ``-f numpy``.

        Its parameters are the names of the expression in order of first appearance, its result has the shape
        value.shape + variable.shape. Raises `mcalc.problems.Problem` where the library is unknown or not installed.
        """
        from mcalc.render.code import function

        return function(self, library)

    def _repr_latex_(self) -> str:
        return "\n\n".join(f"$\\displaystyle {part.latex()}$" for part in self.parts or (self,))

    def _repr_html_(self) -> str:
        from mcalc.render.html import write

        return write(self)


def letters_of_text(reading: Reading) -> InUse:
    """All names of the text that was read, its dimensions and running indices."""
    roots = [reading.value, *reading.names.values(), *reading.bound.values()]
    return letters_of(roots, [*reading.names, *reading.bound])


def sizes_shown(shape: Sequence[Any]) -> str:
    """``1×n``; a scalar is 1×1, a column m×1."""
    if not shape:
        return "1×1"
    parts = [size_shown(size) for size in shape]
    return "×".join(parts) if len(parts) > 1 else f"{parts[0]}×1"


def chains(steps: Sequence[Step]) -> list[list[Step]]:
    """Steps that go on from one another, as rows of equations."""
    groups: list[list[Step]] = []
    for step in steps:
        if groups and groups[-1][-1].after is step.before:
            groups[-1].append(step)
        else:
            groups.append([step])
    return groups


def names_line(derivation: Derivation) -> str:
    """The shapes of the names, and which of them were assumed."""
    names = derivation.reading.names
    shown = ", ".join(f"{name_text(name)}: {_declared(node)}" for name, node in names.items())
    assumed = [name for name in derivation.reading.assumed if name in names]
    if not assumed:
        return shown
    which = "" if len(assumed) == len(names) else ", ".join(name_text(name) for name in assumed) + " "
    return f"{shown} ({which}assumed; declare with -s NAME=SHAPE)"


def assumptions(derivation: Derivation) -> tuple[str, ...]:
    """What was assumed of the names, if anything was, and the notes on the reading."""
    reading = derivation.reading
    assumed = [names_line(derivation)] if any(name in reading.names for name in reading.assumed) else []
    return (*assumed, *reading.notes)


def _declared(node: Node) -> str:
    properties = node.parameters[1] if len(node.parameters) > 1 else ()
    return " ".join([shape_words(node.shape), *sorted(properties)])


def shape_words(shape: Sequence[object]) -> str:
    if not shape:
        return "scalar"
    return sizes_shown(shape) if len(shape) == 2 else size_words(shape[0])


def verified_line(derivation: Derivation) -> str:
    found = derivation.verified
    assert found is not None
    if not found.points:
        return f"not checked numerically: {found.reason}"
    points = "point" if found.points == 1 else "points"
    if found.kinks:
        which = "the kink" if found.kinks == 1 else "every kink"
        if found.kinks < found.existing:
            which = f"{found.kinks} of {found.existing} kinks"
        error = "" if found.error == 0 else f", {found.error:.0e}"
        exactly = "" if found.error else "exactly "
        return f"agrees {exactly}with finite differences on both sides of {which} ({found.points} {points}{error})"
    if found.error == 0:
        return f"agrees exactly with finite differences at {found.points} random {points}"
    return f"agrees with finite differences at {found.points} random {points}, relative error {found.error:.0e}"
