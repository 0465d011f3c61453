"""What mcalc answers, as numbers: the tree, each printed form read back by mcalc's own reader, the emitted code run."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from sympy import Mul

from fuzz.terms import Declared
from mcalc.derivation import Derivation
from mcalc.language import Declaration, canonical_name, declaration, parse, read_program
from mcalc.networks import IndexForm
from mcalc.numbers import Program, evaluate, evaluate_tensor, whole
from mcalc.pages import write
from mcalc.problems import Problem
from mcalc.table import LoopIndex
from mcalc.tree import Node

HEADING = re.compile(r"^# (?:∂|d|D)")
GROUP = re.compile(r"([^\W\d]\w*?[₀-₉\u0302]*)\[([^\]]*)\]")
MAP = re.compile(r"^# d(\S+) (?:↦|->) (.*)$")
VEC = re.compile(r"^# [∂d]vec\(.*\)/[∂d]vec\(.*\) = (.*)$")
SIZES = re.compile(r"^# (.*), (?:paper|numerator|denominator) layout")
Array = Any


class Unreadable(Exception):
    """mcalc does not read what it has printed, or reads it as something of another shape."""


SIZED = re.compile(r"\b(?:ones|zeros|eye|unit|repeat|tile|commutation)(\([^()]*\))")


@dataclass(frozen=True)
class Scene:
    """The point at which everything is evaluated, and what is declared there."""

    declared: dict[str, Declared]
    point: dict[str, Array]
    sizes: dict[str, int]
    known: dict[Any, Array] = field(default_factory=dict)
    """The values of the trees that were read before."""

    def declarations(self, text: str) -> dict[str, Declaration]:
        """Those of the names; a dimension that is no name's size is a number like another: in ``x + n``."""
        told = {word for one in self.declared.values() for word in re.findall(r"\w+", str(one))} | self.declared.keys()
        as_values = set(re.findall(r"[^\W\d]\w*", SIZED.sub("", text))) - set(re.findall(r"\.\.\s*(\w+)", text))
        as_values -= {word for sizes in SIZED.findall(text) for word in re.findall(r"\w+", sizes)}
        return {name: declaration(str(one)) for name, one in self.declared.items()} | {
            name: declaration("scalar") for name in self.sizes.keys() & as_values - told
        }

    def numbers(self) -> dict[str, Any]:
        """The values by name, of dimensions too: an axis of size one is none, to mcalc."""
        return {**self.sizes, **{name: np.squeeze(value)[()] for name, value in self.point.items()}}


def of_tree(derivation: Derivation, scene: Scene) -> Array:
    result = derivation.result
    point = scene.numbers()
    if isinstance(result, IndexForm):
        return evaluate_tensor(result.tensor, point, scene.sizes)
    scene.known[result, ()] = evaluate(result, point, scene.sizes)
    return scene.known[result, ()]


# Printed -----------------------------------------------------------------------------------------------------------


def of_text(page: str, derivation: Derivation, scene: Scene) -> Array:
    """The value of the page's lines that are no comment; of an index answer the heading names the free indices."""
    lines = page.split("\n")
    text = "\n".join(line for line in lines if not line.startswith("#"))
    sizes = [size for size in derivation.result.shape if size != 1]
    heading = next((line for line in lines if HEADING.match(line) and line.endswith("=")), None)
    if heading is None:
        if len(sizes) > 2 or isinstance(derivation.result, IndexForm):
            raise Unreadable("an answer in index notation has no heading")
        return value_of(text, scene, derivation.result.shape)
    places = [place.strip() for _, group in GROUP.findall(heading) for place in group.split(",")]
    if len(places) != len(sizes):
        raise Unreadable("a heading has another number of indices than the answer")
    parts = [letters_of(place, size) for place, size in zip(places, sizes, strict=True)]
    found = value_of(text, scene, None, {letter: size for part in parts for letter, size in part.items()})
    return found.reshape([int(np.prod([whole(size, scene.sizes) for size in part.values()])) for part in parts])


def letters_of(place: str, size: Any) -> dict[str, Any]:
    """The letters of an index over so many places, with the sizes of each: ``n*(j-1)+i`` is j, then i, n of them."""
    at = place.find("*(")
    if at < 0:
        return {place: size}
    depth, end = 1, at + 2
    while depth:
        depth += {"(": 1, ")": -1}.get(place[end], 0)
        end += 1
    slow, width = place[at + 2 : end - 3], declaration(place[:at]).shape[0]
    if place[end - 3 : end + 1] != "-1)+":
        raise Unreadable(f"a heading has the index {place}")
    return letters_of(slow, size / width) | letters_of(place[end + 1 :], width)


def value_of(text: str, scene: Scene, shape: Any, free: dict[str, Any] | None = None) -> Array:
    """The text, read where the names are declared, at the point."""
    try:
        declared = scene.declarations(text)
        read = read_program(parse(text, declared), declared, free_indices=free, expected=shape).value
    except Problem as problem:
        raise Unreadable(problem.message) from None
    key = (read, tuple((free or {}).items()))
    if key not in scene.known:
        try:
            point = scene.numbers()
            scene.known[key] = (
                _at_places(read, point, scene.sizes, free) if free else evaluate(read, point, scene.sizes)
            )
        except np.linalg.LinAlgError:
            raise
        except (KeyError, ValueError) as fault:
            raise Unreadable(f"what was read has no value: {fault}") from None
    return scene.known[key]


def _at_places(node: Node, point: dict[str, Array], sizes: dict[str, int], free: dict[str, Any]) -> Array:
    loops = [LoopIndex(letter, size) for letter, size in free.items()]
    program = Program([node], sizes, active=frozenset(loops))
    found = np.zeros([whole(loop.size, sizes) for loop in loops])
    with np.errstate(all="ignore"):
        for place in np.ndindex(*found.shape):
            found[place] = program.run(point, running=dict(zip(loops, (at + 1 for at in place), strict=True)))[0]
    return found


def sizes_of(page: str, scene: Scene) -> list[int] | None:
    """The sizes that the last line states, ``m×k^2``."""
    stated = next((found[1] for line in page.split("\n") if (found := SIZES.match(line))), None)
    if stated is None:
        return None
    dimensions = dict.fromkeys(scene.sizes, Declared(()))
    named = Scene(dimensions, {name: np.array(size) for name, size in scene.sizes.items()}, scene.sizes)
    return [round(float(value_of(text, named, ()))) for text in re.split("[×x]", stated)]


def sections_of(page: str) -> list[str]:
    """The lines of each derivative of a page that has several, what several of them share among them."""
    shared, *sections = re.split(r"(?m)^# by .*\n", page)
    names = "".join(line for line in shared.splitlines(keepends=True) if not line.startswith("#"))
    return [names + section for section in sections]


def headed(page: str, scene: Scene, names: Sequence[str]) -> bool:
    """Whether the indices of the heading stand at the variables to which they belong, in their order."""
    heading = next((line for line in page.split("\n") if HEADING.match(line) and line.endswith("=")), None)
    if heading is None:
        return True
    groups = [(canonical_name(name), group.split(",")) for name, group in GROUP.findall(heading.partition("/")[2])]
    names = [canonical_name(name) for name in names]
    wanted = [(name, [size for size in scene.declared[name].shape if size != "1"]) for name in names]
    wanted = [(name, sizes) for name, sizes in wanted if sizes]
    return len(groups) == len(wanted) and all(
        found.replace("_", "") in (name.replace("_", ""), "d" + name.replace("_", "")) and len(letters) == len(sizes)
        for (found, letters), (name, sizes) in zip(groups, wanted, strict=True)
    )


def other_lines(page: str, derivation: Derivation, scene: Scene, expected: Array) -> Iterator[tuple[str, Array, Array]]:
    """The lines ``dX ↦ …`` and ``∂vec(y)/∂vec(X) = …``, with the value each has and the one it should have."""
    change = np.cos(np.arange(float(np.asarray(scene.point[derivation.wrt[-1]]).size)) + 1)
    change = change.reshape(np.shape(scene.point[derivation.wrt[-1]]))
    rank = change.ndim
    sizes = derivation.result.shape
    by = derivation.by[-1].shape
    split = len(sizes) - len(derivation.by[-1].axes)
    for line in page.split("\n"):
        if found := MAP.match(line):
            name = canonical_name(f"d{found[1]}")
            if name in scene.declared:
                continue
            moved = Scene(
                scene.declared | {name: replace(scene.declared[derivation.wrt[-1]], word="")},  # a change is free
                {**scene.point, name: change},
                scene.sizes,
            )
            wanted = np.tensordot(expected, change, rank) if rank else expected * change
            yield "map", value_of(found[2], moved, sizes[:split]), wanted
        elif found := VEC.match(line):
            outer = int(np.prod(expected.shape[: expected.ndim - rank]))
            columns = expected.reshape(outer, -1) if rank == 0 else _columns(expected, expected.ndim - rank)
            shape = (Mul(*sizes[:split]), Mul(*by))
            yield "vec", value_of(found[1], scene, shape), columns


def _columns(expected: Array, split: int) -> Array:
    """∂vec(Y)/∂vec(X): the entries of both with the first index fastest."""
    value, variable = range(split), range(split, expected.ndim)
    turned = np.transpose(expected, [*reversed(value), *reversed(variable)])
    return turned.reshape(int(np.prod([expected.shape[at] for at in value])), -1)


# Code --------------------------------------------------------------------------------------------------------------


def of_code(derivation: Derivation, scene: Scene) -> Array:
    """The emitted NumPy function at the point, called with arrays as they were declared."""
    text = write(derivation, "numpy")
    space: dict[str, Any] = {}
    exec(compile(text, "<emitted>", "exec"), space)
    function = space[derivation.command]
    names = list(derivation.reading.names)
    given = [np.asarray(scene.point[name] if name in scene.point else scene.sizes[name]) for name in names]
    arguments = [value if value.ndim else float(value) for value in given]
    more = list(inspect.signature(function).parameters)[len(names) :]
    with np.errstate(all="ignore"):
        return function(*arguments, *(scene.sizes[name] for name in more))
