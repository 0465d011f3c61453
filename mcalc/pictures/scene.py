"""What is drawn, as data: axes, graphs on them, points and paths."""

from __future__ import annotations

from dataclasses import dataclass

from mcalc.table.records import Array


@dataclass(frozen=True)
class Label:
    """A name or a formula, in text and as matplotlib sets it."""

    text: str
    mathtext: str


@dataclass(frozen=True)
class Axis:
    """What varies: ``values`` are where the graphs are sampled."""

    label: Label
    values: Array

    @property
    def limits(self) -> tuple[float, float]:
        """Its first value and its last."""
        return float(self.values[0]), float(self.values[-1])


@dataclass(frozen=True)
class Graph:
    """A value on the grid, NaN where it is left blank: by x, or by y and x (rows are y).

    `name` is short, ``f`` or ``∂f/∂x``; `formula` is what it is, where that is short enough to be read in a picture;
    `function` counts the functions: a derivative has the number of its function, and `by` is not empty.
    `field` are the partial derivatives on a coarse grid: x, y, ∂f/∂x, ∂f/∂y. Graphs of one `colour` go together.
    `lettered`: nobody gave it its name, and no other graph is called by it.
    """

    name: Label
    formula: Label | None
    values: Array
    function: int = 0
    by: str = ""
    field: tuple[Array, Array, Array, Array] | None = None
    colour: int | None = None
    lettered: bool = False


@dataclass(frozen=True)
class Mark:
    """A point given: its place on the axes, and the value of each graph there, or where it lies itself."""

    place: tuple[float, ...]
    heights: tuple[float, ...]
    height: float | None = None

    def at(self, graph: int) -> float:
        """How high it is drawn."""
        return self.heights[graph] if self.height is None else self.height


@dataclass(frozen=True)
class Path:
    """The places that a descent passed, one a row, and the value of each graph there, one column a graph.

    Every `every`-th place is a step; those between lie on the straight line from step to step.
    """

    places: Array
    heights: Array
    every: int = 1


@dataclass(frozen=True)
class Scene:
    """A picture before it is drawn; `heights`, if given, are the limits of y, and the legend then stands beside it."""

    kind: str
    axes: tuple[Axis, ...]
    graphs: tuple[Graph, ...]
    marks: tuple[Mark, ...] = ()
    paths: tuple[Path, ...] = ()
    panels: bool = False
    levels: tuple[float, ...] = ()
    logarithmic: bool = False
    heights: tuple[float, float] | None = None
