"""What varies, ``x=-5:5`` and ``w[1]=-1:1``, and the points given, ``x=-1,y=2``."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from sympy.core.numbers import Integer

from mcalc.language.assignments import assignments
from mcalc.language.declarations import Declaration
from mcalc.language.parser import canonical_name
from mcalc.notation.of_numbers import typed
from mcalc.notation.writing import write
from mcalc.numbers.fitting import Fitted
from mcalc.numbers.value import Value, of_numbers
from mcalc.numbers.values import read_value
from mcalc.pictures.scene import Label
from mcalc.problems import Problem
from mcalc.table.records import Array
from mcalc.tree import build
from mcalc.tree.node import Node

_PLACE = r"\s*([^\W\d]\w*)\s*(?:\[\s*(\d+)\s*(?:,\s*(\d+)\s*)?\])?\s*"
_VARY = re.compile(_PLACE + r"=(.*)", re.DOTALL)
_MOST_STEPS = 20_000


@dataclass(frozen=True)
class Place:
    """A scalar, or an element of a vector or matrix, counted from 1."""

    name: str
    index: tuple[int, ...] = ()

    def __str__(self) -> str:
        return f"{self.name}[{','.join(map(str, self.index))}]" if self.index else self.name

    def label(self, variable: Node) -> Label:
        """How it is written beside an axis."""
        node = variable
        if self.index:
            node = build.apply("element", variable, parameters=tuple(map(Integer, self.index)))
        return Label(write(node, "text"), write(node, "mathtext"))


@dataclass(frozen=True)
class Range:
    """A place, and the range that it goes through."""

    place: Place
    start: float
    stop: float
    step: float | None = None

    def values(self, count: int) -> Array:
        """Evenly spaced, both ends included; so many, unless a step was given."""
        if self.step is None:
            return np.linspace(self.start, self.stop, count)
        steps = round((self.stop - self.start) / self.step)
        return self.start + self.step * np.arange(steps + 1) if steps else np.array([self.start, self.stop])


def read_place(text: str) -> Place:
    """``x``, ``w[1]``; raises Problem."""
    match = re.fullmatch(_PLACE, text)
    if not match:
        raise Problem(f"`{text.strip()}` is not a name or an element.", hint="for example x or w[1]")
    return Place(canonical_name(match[1]), tuple(int(part) for part in match.groups()[1:] if part))


def read_range(text: str) -> Range:
    """``x=-5:5``, with a step ``x=-5:5:0.1``, of an element ``w[1]=-1:1``; raises Problem."""
    match = _VARY.fullmatch(text)
    parts = [part.strip() for part in match[4].split(":")] if match else []
    if not match or len(parts) not in (2, 3) or not all(parts):
        raise Problem(
            f"A range is given as NAME=FROM:TO, and this is `{text.strip()}`.",
            hint="for example --vary x=-5:5 or --vary w[1]=-1:1",
        )
    place = read_place(text.partition("=")[0])
    numbers = [_number(str(place), part) for part in parts]
    start, stop = numbers[:2]
    if not start < stop:
        raise Problem(
            f"The range of `{place}` does not go up: from {parts[0]} to {parts[1]}.", hint="write the smaller end first"
        )
    step = numbers[2] if len(numbers) == 3 else None
    if step is not None and not 0 < step <= stop - start:
        raise Problem(f"The step of `{place}` is {parts[2]}, and does not fit into its range.", hint="leave it out")
    if step is not None and (stop - start) / step > _MOST_STEPS:
        raise Problem(f"The range of `{place}` has more than {_MOST_STEPS} steps.", hint="leave the step out")
    return Range(place, start, stop, step)


def _number(name: str, text: str) -> float:
    try:
        value = read_value(name, text)
    except Problem:
        value = None
    if value is None or value.shape or value.array.dtype.kind == "c":
        raise Problem(f"`{text}` is not a number.", hint="for example --vary x=-5:5, --vary x=0:2*pi, --point x=1/2")
    return float(value.array)


@dataclass(frozen=True)
class Point:
    """A place on the axes, and a height of its own where it need not lie on the graph."""

    place: tuple[float, ...]
    height: float | None = None
    named: str = ""


def read_point(text: str, varied: Sequence[Range]) -> Point:
    """``x=-1,y=2``: a number for each name that varies, inside its range; ``x=-1,y=2,z=3`` lies at the height 3.

    Raises Problem.
    """
    example = ",".join(f"{one.place}=…" for one in varied)
    found: dict[Place, float] = {}
    for name, given in assignments(text, f"--point {example}", "A point is given as NAME=NUMBER", elements=True):
        place = read_place(name)
        if place in found:
            raise Problem(f"The point has two values of `{place}`.", hint=f"--point {example}")
        found[place] = _number(str(place), given)
    others = [place for place in found if place not in [one.place for one in varied]]
    missing = [one for one in varied if one.place not in found]
    if others and (missing or len(others) > 1 or others[0].index):
        more = "" if missing else f", or --point {example},z=… at a height of its own"
        raise Problem(
            f"`{others[-1]}` does not vary, and a point is a place on the axes.", hint=f"--point {example}{more}"
        )
    for one in missing:
        raise Problem(f"The point `{text.strip()}` has no value of `{one.place}`.", hint=f"--point {example}")
    for one in varied:
        if not one.start <= found[one.place] <= one.stop:
            raise Problem(
                f"The point `{text.strip()}` lies outside the range of `{one.place}`, "
                f"{typed(one.start)} to {typed(one.stop)}.",
                hint="give --vary a wider range",
            )
    where = tuple(found[one.place] for one in varied)
    return Point(where, found[others[0]], str(others[0])) if others else Point(where)


def with_ranges(
    varied: Sequence[Range], values: Mapping[str, Value], shapes: Mapping[str, Declaration]
) -> dict[str, Value]:
    """The values, and one for each name that varies: of a vector, the elements that stay."""
    if len({one.place for one in varied}) < len(varied):
        raise Problem(f"`{varied[0].place}` varies twice.", hint="give each axis a name of its own")
    found = dict(values)
    for name in dict.fromkeys(one.place.name for one in varied):
        places = [one.place for one in varied if one.place.name == name]
        found[name] = _base(name, places, values.get(name), shapes.get(name))
    return found


def _base(name: str, places: Sequence[Place], value: Value | None, declared: Declaration | None) -> Value:
    shape = None if declared is None else declared.shape
    if not all(place.index for place in places):
        if len(places) > 1:
            raise Problem(f"`{name}` varies both as a whole and in an element.", hint="keep one of the two")
        if value is not None:
            raise Problem(
                f"`{name}` has a value, and varies as well.", hint=f"leave out --at {name}=…, or --vary {name}=…"
            )
        if shape:
            raise Problem(
                f"`{name}` is not a scalar, and only a number can vary.", hint=f"vary an element: --vary {name}[1]=-1:1"
            )
        return of_numbers(name, 0.0)
    if value is None:
        sizes = [int(size) for size in shape or () if size.is_Integer]
        entries = np.zeros(sizes) if sizes and len(sizes) == len(shape or ()) else None
        if entries is None:
            raise Problem(
                f"The length of `{name}` is not known.",
                hint=f"give the elements that stay, --at {name}=0,0, or the length, -s {name}=2",
            )
        value = of_numbers(name, entries)
        if len(places) < entries.size:
            free = next(
                at for at in np.ndindex(entries.shape) if tuple(i + 1 for i in at) not in [p.index for p in places]
            )
            raise Problem(
                f"`{Place(name, tuple(i + 1 for i in free))}` has no value.",
                hint=f"give the elements that stay: --at {name}=" + ",".join(["0"] * entries.size),
            )
    for place in places:
        if len(place.index) != len(value.shape) or any(
            not 1 <= at <= size for at, size in zip(place.index, value.shape, strict=False)
        ):
            raise Problem(f"There is no `{place}`: `{name}` is {value.described}.", hint="elements are counted from 1")
    return replace(value, array=np.array(value.array, dtype=float), exact=None)


def varied_arrays(varied: Sequence[Range], fitted: Fitted, places: Array) -> dict[str, Array]:
    """The names that vary, the places as first axis."""
    found: dict[str, Array] = {}
    for column, one in zip(places.T, varied, strict=True):
        name, index = one.place.name, one.place.index
        if name in fitted.values:
            base = fitted.values[name].array
            array = found.setdefault(name, np.broadcast_to(base, (len(places), *base.shape)).copy())
            entry: tuple[slice | int, ...] = (slice(None), *(at - 1 for at in index))
            array[entry] = column
    return found or {"": places[:, 0]}
