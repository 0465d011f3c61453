"""Derivatives by differences, entry by entry along free directions, of a text read without what was declared of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np

from mcalc.ask import read
from mcalc.derivation import Derivation
from mcalc.networks import IndexForm
from mcalc.numbers import Program, evaluate_tensor

Point = dict[str, Any]
Value = Callable[[Point], Any]
_STENCIL = ((1, 8 / 12), (2, -1 / 12), (-1, -8 / 12), (-2, 1 / 12))


def value_of(text: str, shapes: Mapping[str, str], sizes: Mapping[str, int]) -> Value:
    """The value of the text at a point; nothing is known of its names but their shapes."""
    plain = {name: shape.split(":")[0] for name, shape in shapes.items()}
    program = Program([read(text, plain).value], sizes)

    def value(point: Point) -> Any:
        with np.errstate(all="ignore"):
            return np.asarray(program.run(point)[0], dtype=float)

    return value


def derivative(value: Value, name: str, step: float = 1e-3) -> Value:
    """``∂value/∂name``: the axes of the value first; each entry is moved by itself."""

    def slope(point: Point) -> Any:
        start = np.asarray(point[name], dtype=float)
        columns = []
        for place in np.ndindex(start.shape):
            change = np.zeros(start.shape)
            change[place] = step
            columns.append(sum(w * value({**point, name: start + times * change}) for times, w in _STENCIL) / step)
        return (
            np.moveaxis(
                np.array(columns).reshape(*start.shape, *np.shape(columns[0])), range(start.ndim), range(-start.ndim, 0)
            )
            if start.ndim
            else columns[0]
        )

    return slope


def answer_at(derivation: Derivation, point: Point, sizes: Mapping[str, int]) -> Any:
    """The answer at the point, in the shape of a derivative by differences."""
    with np.errstate(all="ignore"):
        if isinstance(derivation.natural, IndexForm):
            return evaluate_tensor(derivation.natural.tensor, point, sizes)
        return np.asarray(Program([derivation.natural], sizes).run(point)[0], dtype=float)


def points(shapes: Mapping[str, str], sizes: Mapping[str, int], seed: int = 0) -> Iterator[Point]:
    """Random points at which every name has what is declared of it."""
    generator = np.random.default_rng(seed)
    while True:
        yield {name: _drawn(shape, sizes, generator) for name, shape in shapes.items()}


def _drawn(shape: str, sizes: Mapping[str, int], generator: Any) -> Any:
    axes, _, declared = shape.partition(":")
    counts = [] if axes == "scalar" else [int(sizes.get(axis, axis)) for axis in axes.split(",")]
    value = generator.uniform(0.3, 1.4, counts) * generator.choice([-1, 1], counts)
    if declared == "symmetric":
        return (value + value.T) / 2 + 2 * np.eye(counts[0])
    if declared == "skew":
        return (value - value.T) / 2
    if declared == "psd":
        return value @ value.T + np.eye(counts[0])
    if declared == "diagonal":
        return np.diag(np.diag(value))
    if declared == "orthogonal":
        return np.linalg.qr(value)[0]
    return np.abs(value) if declared == "positive" else value


def agree(found: Any, expected: Any, near: float = 1e-5) -> bool:
    found, expected = np.asarray(found), np.asarray(expected)
    if found.shape != expected.shape:
        return False
    return bool(np.abs(found - expected).max() <= near * max(1.0, np.abs(expected).max()))
