"""The value of a program, and its derivatives entry by entry: by the complex step, and differences of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from fuzz import meanings
from fuzz.meanings import ALONG, OF_SQUARE, REDUCTIONS, STEP, UNARY, Kinks
from fuzz.terms import Program, Term, whole

Array = Any
LARGEST, NEAR, SHIFT, SINGULAR = 1e4, 4e-3, 1e-3, 1e10


class Unreliable(Exception):
    """No derivative can be had at this point: a kink is near, or rounding errors are magnified."""


@dataclass
class Machine:
    """Evaluates terms at all points at once."""

    sizes: dict[str, int]
    names: dict[str, Array]
    points: int
    kinks: Kinks = field(default_factory=Kinks)
    running: dict[str, int] = field(default_factory=dict)
    largest: float = 0.0

    def run(self, program: Program) -> Array:
        for name, term in program.definitions:
            self.names[name] = self.value(term)
        return self.value(program.value)

    def value(self, term: Term) -> Array:
        found = self._of(term, [] if term.kind == "loop_sum" else [self.value(arg) for arg in term.args])
        found = np.broadcast_to(found, (self.points, *(whole(size, self.sizes) for size in term.shape)))
        size = float(np.abs(found).max()) if found.size else 0.0
        if not size <= LARGEST:
            raise Unreliable("too large")
        self.largest = max(self.largest, size)
        return found

    def _of(self, term: Term, args: list[Array]) -> Array:
        kind = term.kind
        if kind in UNARY:
            return meanings.elementwise(kind, args[0], self.kinks)
        if kind in REDUCTIONS:
            return REDUCTIONS[kind](self._along(term, args[0]), self.kinks)
        if kind in ALONG:
            turned = term.data == ("0",) and args[0].ndim == 3
            found = ALONG[kind](np.swapaxes(args[0], 1, 2) if turned else args[0])
            return np.swapaxes(found, 1, 2) if turned else found
        if kind in OF_SQUARE:
            if kind in ("det", "logdet") and np.linalg.cond(args[0]).max(initial=0) > SINGULAR:
                raise Unreliable("a determinant of a singular matrix, whose derivative by the inverse has no value")
            return OF_SQUARE[kind](args[0])
        return getattr(self, "_" + kind)(term, *args)

    def _along(self, term: Term, a: Array) -> Array:
        """The axis to be reduced last; all entries in one where there is none."""
        if not term.data:
            return a.reshape(len(a), -1)
        return np.moveaxis(a, 1 + int(term.data[0]), -1)

    def _spread(self, *args: Array) -> list[Array]:
        """A scalar is stretched over the other's shape."""
        rank = max(arg.ndim for arg in args)
        return [arg.reshape(len(arg), *[1] * (rank - 1)) if arg.ndim == 1 else arg for arg in args]

    def _variable(self, term: Term) -> Array:
        return self.names[term.data[0]]

    def _number(self, term: Term) -> Array:
        return np.full(self.points, float(term.data[0]))

    def _pi(self, term: Term) -> Array:
        return np.full(self.points, np.pi)

    def _dimension(self, term: Term) -> Array:
        return np.full(self.points, float(self.sizes[term.data[0]]))

    def _loop_index(self, term: Term) -> Array:
        return np.full(self.points, float(self.running[term.data[0]]))

    def _sizes(self, term: Term) -> list[int]:
        return [whole(size, self.sizes) for size in term.data]

    def _ones(self, term: Term) -> Array:
        return np.ones((1, *self._sizes(term)))

    def _zeros(self, term: Term) -> Array:
        return np.zeros((1, *self._sizes(term)))

    def _eye(self, term: Term) -> Array:
        return np.eye(self._sizes(term)[0])[None]

    def _unit(self, term: Term) -> Array:
        place, size = self._place(term.data[0]), whole(term.data[1], self.sizes)
        return np.eye(size)[None, place]

    def _repeat(self, term: Term) -> Array:
        return meanings.repeat(*self._sizes(term))[None]

    def _tile(self, term: Term) -> Array:
        return meanings.tile(*self._sizes(term))[None]

    def _commutation(self, term: Term) -> Array:
        return meanings.commutation(*self._sizes(term))[None]

    def _delta(self, term: Term) -> Array:
        one, other = map(self._place, term.data)
        return np.full(self.points, float(one == other))

    def _add(self, term: Term, *args: Array) -> Array:
        return sum(self._spread(*args))

    def _negative(self, term: Term, a: Array) -> Array:
        return -a

    def _multiply(self, term: Term, *args: Array) -> Array:
        spread = self._spread(*args)
        return np.prod(np.broadcast_arrays(*spread), axis=0)

    def _divide(self, term: Term, *args: Array) -> Array:
        a, b = self._spread(*args)
        return a / b

    def _power(self, term: Term, *args: Array) -> Array:
        exponent = term.args[1].data[0] if term.args[1].kind == "number" else None
        return meanings.raised(*self._spread(*args), exponent)

    def _matmul(self, term: Term, a: Array, b: Array) -> Array:
        left = a[:, :, None] if a.ndim == 2 else a
        right = b[:, :, None] if b.ndim == 2 else b
        return (left @ right).reshape(self.points, *(whole(size, self.sizes) for size in term.shape))

    def _dot(self, term: Term, a: Array, b: Array) -> Array:
        return (a * b).sum(axis=1)

    def _outer(self, term: Term, a: Array, b: Array) -> Array:
        return a[:, :, None] * b[:, None, :]

    def _transpose(self, term: Term, a: Array) -> Array:
        return a[:, None, :] if a.ndim == 2 else np.swapaxes(a, 1, 2).reshape(len(a), *self._axes(term))

    def _axes(self, term: Term) -> list[int]:
        return [whole(size, self.sizes) for size in term.shape]

    def _greater(self, term: Term, *args: Array) -> Array:
        a, b = self._spread(*args)
        return meanings.compared(term.kind, a, b, self.kinks)

    _less = _greater_equal = _less_equal = _greater

    def _maximum(self, term: Term, *args: Array) -> Array:
        a, b = np.broadcast_arrays(*self._spread(*args))
        return meanings.larger(a, b, self.kinks, 1 if term.kind == "maximum" else -1)

    _minimum = _maximum

    def _atan2(self, term: Term, *args: Array) -> Array:
        return meanings.angle(*np.broadcast_arrays(*self._spread(*args)), self.kinks)

    def _where(self, term: Term, *args: Array) -> Array:
        condition, one, other = self._spread(*args)
        return np.where(condition.real != 0, one, other)

    def _diag(self, term: Term, a: Array) -> Array:
        return meanings.diag(a)

    def _kron(self, term: Term, a: Array, b: Array) -> Array:
        return meanings.kron(a, b).reshape(len(a), *self._axes(term))

    def _vec(self, term: Term, a: Array) -> Array:
        return meanings.vec(a)

    def _stack(self, term: Term, *args: Array) -> Array:
        return np.concatenate([arg.reshape(len(arg), -1) for arg in args], axis=1)

    def _stack_rows(self, term: Term, *args: Array) -> Array:
        return np.concatenate(args, axis=1)

    def _grid(self, term: Term, *args: Array) -> Array:
        return np.stack(args, axis=1).reshape(self.points, *self._axes(term))

    def _place(self, text: str) -> int:
        return (self.running[text] if text in self.running else whole(text, self.sizes)) - 1

    def _element(self, term: Term, a: Array) -> Array:
        places: list[Any] = [slice(None)]
        for text in term.data:
            if ".." in text:
                lower, upper = (whole(size, self.sizes) for size in text.split(".."))
                if upper > a.shape[len(places)]:
                    raise IndexError(text)
                places.append(slice(lower - 1, upper))
            else:
                places.append(slice(None) if text == ":" else self._place(text))
        return a[tuple(places)]

    def _loop_sum(self, term: Term) -> Array:
        letter, size = term.data
        before, count = self.running.get(letter), whole(size, self.sizes)
        hidden = self.names.pop(letter, None)
        total: Any = 0
        for self.running[letter] in range(1, count + 1):
            total = total + self.value(term.args[0])
        del self.running[letter]
        if before is not None:
            self.running[letter] = before
        if hidden is not None:
            self.names[letter] = hidden
        return total / count if term.spelled == "mean" else total


Point = dict[str, Array]


def _at(program: Program, moved: Point, points: int) -> tuple[Array, Machine]:
    with np.errstate(all="ignore"):
        machine = Machine(program.sizes, dict(moved), points)
        try:
            found = machine.run(program)
        except (np.linalg.LinAlgError, meanings.Outside):
            raise Unreliable("singular, or outside a domain") from None
    if not np.isfinite(found).all():
        raise Unreliable("not finite")
    return found, machine


@dataclass(frozen=True)
class Expected:
    """A derivative, of shape value.shape + variable.shape, and how large its rounding errors may be."""

    array: Array
    tolerance: float

    def agrees(self, found: Array) -> bool:
        return bool(np.abs(found - self.array).max(initial=0) <= self.tolerance)


def first(program: Program, point: Point, name: str) -> Expected:
    """``Im f(x + ih)/h``; once more at a point beside it, which must give nearly the same."""
    start = np.asarray(point[name], dtype=float)
    count = start.size
    beside = 1 + 1e-7 * np.cos(np.arange(count) + 1.0).reshape(start.shape)
    moved = {key: np.asarray(value, dtype=float)[None] for key, value in point.items()}
    steps = 1j * STEP * np.eye(count).reshape(count, *start.shape)
    moved[name] = np.concatenate([start + steps, start * beside + steps])
    found, machine = _at(program, moved, 2 * count)
    if machine.kinks.least < NEAR:
        raise Unreliable("a kink is near")
    slopes = np.moveaxis(found.imag / STEP, 0, -1)
    here, there = slopes[..., :count], slopes[..., count:]
    return _trusted(here.reshape((*found.shape[1:], *start.shape)), np.abs(here - there).max(initial=0), machine, 1e-7)


def second(program: Program, point: Point, one: str, other: str) -> Expected:
    """Central differences of the complex step, of two step sizes, extrapolated."""
    sizes = [np.asarray(point[name], dtype=float) for name in (one, other)]
    rows, columns = (start.size for start in sizes)
    shifts = [SHIFT, -SHIFT, SHIFT / 2, -SHIFT / 2]
    count = rows * columns * len(shifts)
    moved = {key: np.asarray(value, dtype=float)[None] for key, value in point.items()}
    step = (1j * STEP * np.eye(rows)).reshape(1, 1, rows, *sizes[0].shape)
    shift = np.multiply.outer(np.array(shifts), np.eye(columns)).reshape(len(shifts), columns, 1, *sizes[1].shape)
    if one == other:
        moved[one] = (sizes[0] + step + shift).reshape(count, *sizes[0].shape)
    else:
        moved[one] = np.broadcast_to(sizes[0] + step, (len(shifts), columns, rows, *sizes[0].shape))
        moved[one] = moved[one].reshape(count, *sizes[0].shape)
        moved[other] = np.broadcast_to(sizes[1] + shift, (len(shifts), columns, rows, *sizes[1].shape))
        moved[other] = moved[other].reshape(count, *sizes[1].shape)
    found, machine = _at(program, moved, count)
    if machine.kinks.least < NEAR:
        raise Unreliable("a kink is near")
    slopes = (found.imag / STEP).reshape(len(shifts), columns, rows)
    coarse = (slopes[0] - slopes[1]) / (2 * SHIFT)
    fine = (slopes[2] - slopes[3]) / SHIFT
    array = ((4 * fine - coarse) / 3).T.reshape((*sizes[0].shape, *sizes[1].shape))
    return _trusted(array, float(np.abs(fine - coarse).max(initial=0)), machine, 1e-5)


def _trusted(array: Array, change: float, machine: Machine, precision: float) -> Expected:
    if not np.isfinite(array).all():
        raise Unreliable("not finite")
    size = float(np.abs(array).max(initial=0))
    if size > LARGEST or change > 1e-4 * max(size, 1.0):
        raise Unreliable("ill-conditioned")
    return Expected(array, precision * size + 1e-9 * max(1.0, machine.largest) + 1e-3 * change * (precision > 1e-6))
