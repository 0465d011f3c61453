"""From expressions to a scene: every graph over the whole grid at once, from compiled NumPy code."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial

import numpy as np
from sympy.core.numbers import Integer

from mcalc.ask import answered
from mcalc.language.declarations import Declaration, declarations
from mcalc.notation.boxes import Name
from mcalc.notation.of_numbers import short
from mcalc.notation.writing import write, written
from mcalc.numbers.fitting import Fitted, fit
from mcalc.numbers.many_points import evaluate_at_points
from mcalc.numbers.sizes import dimensions
from mcalc.numbers.value import Value
from mcalc.pictures.blanks import TOO_LARGE, blank_note, without_jumps
from mcalc.pictures.limits import near
from mcalc.pictures.places import Place, Point, Range, read_place, varied_arrays, with_ranges
from mcalc.pictures.scene import Axis, Graph, Label, Mark, Path, Scene
from mcalc.problems import Problem
from mcalc.question import Question
from mcalc.table.records import Array
from mcalc.tree import build
from mcalc.tree.names import name_text
from mcalc.tree.node import Node

CURVE_SAMPLES, MAP_SAMPLES, SURFACE_SAMPLES, ARROWS = 601, 160, 80, 11
_LONGEST, MOST_GRAPHS, _BETWEEN, _NAMES = 56, 8, 12, "fghuvpqrstyz"


@dataclass(frozen=True)
class Request:
    """What is to be drawn, before any of it is computed: `others` beside what the question is of, and what it is by."""

    question: Question
    varied: tuple[Range, ...]
    values: Mapping[str, Value]
    others: tuple[str, ...] = ()
    kind: str = ""
    points: tuple[Point, ...] = ()
    paths: tuple[Array, ...] = ()
    panels: bool = False
    levels: tuple[float, ...] = ()


@dataclass
class _Line:
    """One graph to be: where its values stand among the roots that are computed for its expression."""

    fitted: Fitted
    root: Node
    place: tuple[int, ...]
    shape: tuple[int, ...]
    name: Label
    formula: Label | None
    function: int
    by: str = ""
    slopes: list[_Line] = field(default_factory=list)


def sampled(request: Request) -> tuple[Scene, str]:
    """The scene, and a sentence on what is left blank, or none; raises Problem."""
    lines = _lines(request)
    if len(lines) > MOST_GRAPHS:
        raise Problem(
            f"These are {len(lines)} graphs, and a picture takes at most {MOST_GRAPHS}.",
            hint="draw them in several pictures",
        )
    two = len(request.varied) == 2
    count = CURVE_SAMPLES if not two else SURFACE_SAMPLES if request.kind == "surface" else MAP_SAMPLES
    variables = {name: node for line in lines for name, node in line.fitted.reading.names.items()}
    letters = set(_NAMES) - {name for line in lines for name in line.fitted.reading.bound}
    axes = tuple(Axis(one.place.label(variables[one.place.name]), one.values(count)) for one in request.varied)
    places = np.array([point.place for point in request.points], dtype=float).reshape(-1, len(axes))
    grid = np.stack([part.ravel() for part in np.meshgrid(*(axis.values for axis in axes))], axis=1)
    coarse = [np.linspace(*axis.limits, 2 * ARROWS + 1)[1::2] for axis in axes]
    arrows = np.stack([part.ravel() for part in np.meshgrid(*coarse)], axis=1)
    between = _BETWEEN if request.kind in ("curve", "surface") else 1
    passed = [_subdivided(path, between) for path in request.paths]
    graphs: list[Graph] = []
    heights: list[list[Array]] = []
    notes: list[tuple[Label, _Line, Array]] = []
    cuts: list[str] = []
    for line in lines:
        values, *others = evaluated(request, line, [grid, places, *passed])
        heights.append(others)
        notes.append((line.formula or line.name, line, values))
        if request.kind == "surface":
            values, cut = _without_towers(values, line)
            cuts += cut
        shape = [len(axis.values) for axis in reversed(axes)]
        values = without_jumps(grid.reshape(*shape, -1), values.reshape(shape), partial(_at, request, line))
        arrow = None
        if line.slopes:
            arrow = (*arrows.T, *(evaluated(request, slope, [arrows])[0] for slope in line.slopes))
        lettered = line.name.text in letters and not request.question.wrt
        graphs.append(Graph(line.name, line.formula, values, line.function, line.by, arrow, lettered=lettered))
    marks = tuple(
        Mark(point.place, tuple(float(others[0][at]) for others in heights), point.height)
        for at, point in enumerate(request.points)
    )
    paths = tuple(
        Path(path, np.stack([others[1 + at] for others in heights], axis=1), between) for at, path in enumerate(passed)
    )
    scene = Scene(request.kind, axes, tuple(graphs), marks, paths, request.panels, request.levels)
    blank = blank_note(request.varied, [(label.text, line, values) for label, line, values in notes], grid)
    return scene, "\n".join([blank] * bool(blank) + cuts + _outside(request.paths, axes) + _without_levels(scene))


def _without_levels(scene: Scene) -> list[str]:
    """The graphs of which no level that was asked for is a value."""
    found = []
    for graph in scene.graphs if scene.levels and scene.kind in ("levels", "gradient", "descent") else ():
        finite = graph.values[np.isfinite(graph.values)]
        if finite.size and not any(finite.min() <= level <= finite.max() for level in scene.levels):
            low, high = short(float(finite.min())), short(float(finite.max()))
            where = f"its values are from {low} to {high}" if low != high else f"its value is {low} everywhere"
            found.append(f"{graph.name.text} has none of the levels: {where}.")
    return found


def _outside(paths: Sequence[Array], axes: Sequence[Axis]) -> list[str]:
    """That a descent leaves the picture, and with how many of its steps."""
    low, high = np.array([axis.limits for axis in axes]).T
    counts = [(int((~((path >= low) & (path <= high)).all(axis=1)).sum()), len(path)) for path in paths]
    return [
        f"{count} of the {steps} places of the descent lie outside the picture." for count, steps in counts if count
    ]


def _without_towers(values: Array, line: _Line) -> tuple[Array, list[str]]:
    """The values of a surface, cut off where a few would leave the rest flat; and that this was done."""
    low, high = near(values)
    kept = np.where((values < low) | (values > high), np.nan, values)
    finite = values[np.isfinite(values)]
    ends = [f"below {short(low, 3)}"] * bool((finite < low).any()) + [f"above {short(high, 3)}"] * bool(
        (finite > high).any()
    )
    return kept, [f"The surface of {(line.formula or line.name).text} is cut off {' and '.join(ends)}."] if ends else []


def evaluated(request: Request, line: _Line, places: Sequence[Array]) -> list[Array]:
    """The values at several lists of places, a place a row; NaN where there is none."""
    together = np.concatenate(list(places))
    (found,) = evaluate_at_points(
        [line.root], line.fitted.point(), varied_arrays(request.varied, line.fitted, together), line.fitted.sizes
    )
    place: tuple[slice | int, ...] = (slice(None), *line.place)
    values = found.reshape(len(together), *line.shape)[place]
    values = np.where(np.abs(values) < TOO_LARGE, values, np.nan)
    return list(np.split(values, np.cumsum([len(part) for part in places])[:-1]))


def _subdivided(places: Array, times: int) -> Array:
    """The places, and so many steps in a straight line from each to the next."""
    steps = np.arange((len(places) - 1) * times + 1) / times
    return np.stack([np.interp(steps, np.arange(len(places)), column) for column in places.T], axis=1)


def _at(request: Request, line: _Line, places: Array) -> Array:
    return evaluated(request, line, [places])[0]


# What is drawn of each expression -----------------------------------------------------------------------------------


def _lines(request: Request) -> list[_Line]:
    question = request.question
    several, shapes = bool(request.others), declarations(question.shapes)
    values = with_ranges(request.varied, request.values, shapes)
    if several:
        values = {name: replace(value, loose=True) for name, value in values.items()}
    fits = [fit(source, values, shapes) for source in (question.source, *request.others)]
    for name, value in values.items():
        if several and not request.values.get(name, value).loose and not any(name in one.values for one in fits):
            raise Problem(f"None of the expressions has a `{name}`.", hint="leave its value out")
    for one in request.varied:
        if not any(one.place.name in fitted.values for fitted in fits):
            raise Problem(f"None of the expressions has a `{one.place.name}`.", hint="vary one of their names")
    taken = {name for one in fits for name in (*one.reading.names, *one.reading.bound)}
    for point in request.points:
        if point.named in taken:
            raise Problem(
                f"`{point.named}` is a name of the expression that does not vary, and a point is a place on the axes.",
                hint="give the height of a point under a name of its own, such as `height`",
            )
    letters = iter([letter for letter in _NAMES if letter not in taken])
    functions = [line for one in fits for line in _functions(one, letters)]
    wanted = [read_place(name) for name in _by(question)]
    lines: list[_Line] = []
    for number, line in enumerate(functions):
        line.function = number
        lines += [line, *(slope for place in wanted for slope in _slopes(question, line, place))]
        if request.kind == "gradient":
            line.slopes = [_slopes(question, line, one.place)[0] for one in request.varied]
    return lines


def _by(question: Question) -> list[str]:
    """What is differentiated by: names, and elements, ``w[1]``, ``A[1,2]``."""
    given = re.split(r",(?![^\[]*\])", question.wrt) if isinstance(question.wrt, str) else question.wrt
    return [name.strip() for name in given if name.strip()]


def _functions(fitted: Fitted, letters: Iterator[str]) -> list[_Line]:
    """The value, or its elements: a name from the text, or the next free letter."""
    value, bound = fitted.reading.value, fitted.reading.bound
    if len(value.axes) == 2:
        raise Problem(
            "A graph is of a number, and this value is a matrix.",
            hint="take an element of it, or draw several as a vector: `[f; g]`",
            source=fitted.source,
        )
    shape = dimensions(value.axes, fitted.sizes)
    if not shape:
        return [_Line(fitted, value, (), (), _named(value, bound, letters), formula(value), 0)]
    whole = value.operator.name == "stack" and all(not arg.shape for arg in value.args)
    if shape[0] > MOST_GRAPHS:
        raise Problem(
            f"This value has {shape[0]} elements, and a picture takes at most {MOST_GRAPHS} graphs.",
            hint="take a part of it: `x[1..3]`", source=fitted.source,
        )  # fmt: skip
    parts = list(value.args) if whole else [_element(value, at + 1) for at in range(shape[0])]
    return [
        _Line(fitted, value, (at,), shape, _named(part, bound, letters), formula(part), 0)
        for at, part in enumerate(parts)
    ]


def _element(value: Node, at: int) -> Node:
    """The element of a column or of a row."""
    return build.apply("element", value, parameters=tuple(Integer(1 if size == 1 else at) for size in value.shape))


def _named(node: Node, bound: Mapping[str, Node], letters: Iterator[str]) -> Label:
    name = next((name for name, one in bound.items() if one is node), None) or next(letters, "f")
    return name_label(name)


def name_label(name: str) -> Label:
    """A name as a label."""
    return Label(name_text(name), written(Name(name), "mathtext"))


def formula(node: Node) -> Label | None:
    """The value as it is written, where that is short enough for a picture."""
    text = write(node, "text")
    return Label(text, write(node, "mathtext")) if len(text) <= _LONGEST else None


def _slopes(question: Question, line: _Line, place: Place) -> list[_Line]:
    """``∂f/∂x``, by every element where x is a vector; derived, and checked, as `mcalc jacobian` does."""
    fitted = line.fitted
    declared = {
        name: Declaration(node.shape, node.parameters[1] if len(node.parameters) > 1 else frozenset())
        for name, node in fitted.reading.names.items()
    }
    declared.setdefault(place.name, Declaration(()))
    derivation = answered(replace(question, source=fitted.source, wrt=[place.name], shapes=declared, told=False))
    by, natural = derivation.by[0], derivation.natural
    if not isinstance(natural, Node):
        raise Problem(
            "This derivative has three indices or more, and no form to be drawn.", hint="draw one element: `(…)[1]`",
            source=fitted.source, status=3,
        )  # fmt: skip
    own = dimensions(by.axes, fitted.sizes)
    shape = dimensions(derivation.value.axes, fitted.sizes) + own
    indices = [place.index] if place.index else [tuple(i + 1 for i in at) for at in np.ndindex(own)] if own else [()]
    found = []
    for index in indices:
        kept = tuple(at - 1 for at, size in zip(index, by.shape, strict=False) if size != 1)
        if len(index) != len(by.shape) or any(not 0 <= at < size for at, size in zip(kept, own, strict=False)):
            raise Problem(
                f"There is no `{Place(place.name, index)}` to differentiate by.", hint="elements are counted from 1"
            )
        below = Place(place.name, index).label(by)
        name = Label(f"∂{line.name.text}/∂{below.text}", rf"\partial {line.name.mathtext}/\partial {below.mathtext}")
        own_formula = formula(natural) if not shape else _entry(natural, line.place + kept)
        found.append(_Line(fitted, natural, line.place + kept, shape, name, own_formula, line.function, below.text))
    return found


def _entry(natural: Node, place: tuple[int, ...]) -> Label | None:
    """The formula of one entry of a derivative, where it is one by itself."""
    parts = natural.args[0] if natural.operator.name == "transpose" else natural
    if parts.operator.name == "stack" and len(place) == 1 and all(not arg.shape for arg in parts.args):
        return formula(parts.args[place[0]])
    return None
