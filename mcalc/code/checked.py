"""Emitted code is run before it is shown: it must have the value of the answer, at random points, in its shape."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from importlib import import_module
from importlib.util import find_spec
from inspect import signature
from itertools import islice
from math import prod
from typing import Any

from mcalc.code.companions import Output, combined
from mcalc.code.printer import identifier
from mcalc.code.running import functions
from mcalc.networks.networks import Tensor
from mcalc.notation.of_numbers import magnitude
from mcalc.numbers.arrays import Random
from mcalc.numbers.arrays import array_module as np
from mcalc.numbers.jitter import JITTER
from mcalc.numbers.numeric import KINDS, draw_point, evaluate_tensor, fitting_sizes
from mcalc.numbers.program import Program
from mcalc.numbers.sizes import Sizes, dimensions, whole
from mcalc.problems import Problem
from mcalc.table.records import Array, Shape
from mcalc.tree import build
from mcalc.tree.node import Node, topological

_SIZES, _POINTS, _DRAWS, _LARGEST = 2, 2, 14, 200_000
_ROUNDING = 1e-13
"""What rounding may leave, of the largest value on the way, where an answer cancels to 0."""
_CERTAIN = 1e-3
_FAULTS = (
    ArithmeticError,
    AttributeError,
    LookupError,
    NameError,
    RuntimeError,
    SyntaxError,
    TypeError,
    ValueError,
)
Result = Node | Tensor


def check_code(
    texts: Mapping[str, str],
    name: str,
    value: Node,
    parameters: Sequence[Node],
    results: Sequence[Result],
    shapes: Sequence[Shape],
    outputs: Sequence[Output] = (),
    structured: bool = False,
) -> None:
    """Raises Problem with status 1 where a function `name` differs from the results; `texts` has one a library.

    With `outputs` it returns these, and a `structured` one two functions, of which the first takes the last parameter.
    `value` is what was differentiated, and has every dimension. A library that is not installed is passed over; any
    but NumPy is run at one point alone, as it is slow to start.
    """
    for library, text in texts.items():
        if library != "numpy" and find_spec(library) is None:
            continue
        points = _points(value, parameters, results, shapes, outputs)
        try:
            function = functions(text, library)[name]
            for found in points if library == "numpy" else islice(points, 1):
                _compare(function, library, parameters, found, structured, _open_functions(results))
        except _FAULTS as fault:
            raise _failed(f"{type(fault).__name__}: {fault}") from None


class _Point:
    """Sizes and values, and what each result is there: its entries, in their shape, and how far rounding may go."""

    def __init__(self, sizes: Sizes, point: dict[str, Array], expected: list[tuple[Array, float]]) -> None:
        self.sizes, self.point, self.expected = sizes, point, expected


def _points(
    value: Node,
    parameters: Sequence[Node],
    results: Sequence[Result],
    shapes: Sequence[Shape],
    outputs: Sequence[Output],
) -> Iterator[_Point]:
    """Points at which every result is real and finite, and rounding leaves its first digits: no matrix is singular."""
    generator = np.random.default_rng(3)
    nodes = [value, *(node for one in results for node in _nodes(one))]
    for sizes in islice(fitting_sizes(nodes, parameters), _SIZES):
        wanted = [dimensions(shape, sizes) for shape in shapes]
        if sum(map(prod, wanted)) > _LARGEST:
            return
        found = 0
        for kind in islice((kind for _ in range(_DRAWS) for kind in KINDS), _DRAWS * len(KINDS)):
            point = draw_point(parameters, sizes, kind, generator)
            try:
                with np.errstate(all="ignore"):
                    expected = [_value(one, point, sizes, generator) for one in results]
            except np.linalg.LinAlgError:
                continue
            if all(np.isfinite(entries).all() and _is_certain(entries, slack) for entries, slack in expected):
                found += 1
                expected = combined(expected, outputs, point) if outputs else expected
                shaped = zip(expected, wanted, strict=True)
                yield _Point(sizes, point, [(np.reshape(entries, shape), slack) for (entries, slack), shape in shaped])
            if found == _POINTS:
                break


def _is_certain(entries: Array, slack: float) -> bool:
    return slack <= _CERTAIN * (1 + np.abs(entries).max(initial=0.0))


def _nodes(result: Result) -> list[Node]:
    if isinstance(result, Node):
        return [result]
    return [factor.node for term in result.terms for factor in term.factors if factor.node is not None]


def _value(result: Result, point: dict[str, Array], sizes: Sizes, generator: Random) -> tuple[Array, float]:
    """The entries, and how far another order of the operations may be from them."""
    if isinstance(result, Node):
        program = Program([result], sizes)
        (value,), (moved,) = program.run(point), program.run(point, generator=generator)
        rounding = _ROUNDING * program.largest(point)
        return value, 1e-8 * float(np.abs(value).max()) + 10 * float(np.abs(moved - value).max()) + rounding
    near = {name: value * (1 + JITTER * generator.uniform(-1, 1, np.shape(value))) for name, value in point.items()}
    nodes = [f.node for term in result.terms for f in term.factors if f.node is not None and not f.node.loops]
    value = evaluate_tensor(result, point, sizes)
    slack = _ROUNDING * Program([*nodes, build.number(1)], sizes).largest(point)
    for term in result.terms:
        alone = result._replace(terms=(term,))
        part = evaluate_tensor(alone, point, sizes)
        moved = evaluate_tensor(alone, near, sizes)
        slack += 1e-8 * float(np.abs(part).max()) + 10 * float(np.abs(moved - part).max())
    return value, slack


def _open_functions(results: Sequence[Result]) -> dict[str, Node]:
    """A node for each open function in use, by the name of its parameter."""
    nodes = topological([node for result in results for node in _nodes(result)])
    return {node.operator.open.in_code: node for node in nodes if node.operator.open is not None}


def _callable(node: Node, sizes: Sizes, array: Callable[[Array], Array]) -> Callable[..., Array | float]:
    """The smooth function by which an open one is checked, on arrays of any library."""
    output = [whole(size, sizes) for size in node.parameters]

    def call(*args: Array) -> Array | float:
        found = node.operator.numpy(np, *map(np.asarray, args), *output)
        return array(np.asarray(found, dtype=float)) if np.ndim(found) else float(found)

    return call


def _compare(
    function: Callable[..., Any],
    library: str,
    parameters: Sequence[Node],
    at: _Point,
    structured: bool,
    opened: Mapping[str, Node],
) -> None:
    array, precise = _arrays_of(library)
    with np.errstate(all="ignore"), precise:
        arguments: list[Array | float] = []
        for node in parameters:
            value = at.point[node.parameters[0]]
            arguments.append(array(np.reshape(value, dimensions(node.shape, at.sizes))) if node.shape else float(value))
        given = arguments[:-1] if structured else arguments
        extra = list(signature(function).parameters)[len(given) :]
        named = {name: opened.get(name) or opened.get(name.rstrip("_")) for name in extra}
        more = [
            _callable(node, at.sizes, array) if node else _dimension(name, at.sizes) for name, node in named.items()
        ]
        returned = function(*given, *more)
        if structured:
            returned = returned[0](arguments[-1]), returned[1]()
        found = [np.asarray(one) for one in (returned if isinstance(returned, tuple) else (returned,))]
    for one, (expected, slack) in zip(found, at.expected, strict=True):
        if one.shape != expected.shape:
            raise _failed(f"its result has the shape {one.shape}, and the answer {expected.shape}")
        if one.dtype.kind not in "fiu" or not np.isfinite(one).all():
            raise _failed("its result is not finite where the answer is")
        if expected.size and np.abs(one - expected).max() > slack:
            raise _failed(f"it differs from the answer by {magnitude(np.abs(one - expected).max(), 2)}")


def _dimension(name: str, sizes: Sizes) -> int:
    """The size that a parameter stands for: its name may have got an underscore, to differ from a variable's."""
    named = {identifier(symbol): size for symbol, size in sizes.items()}
    return named[name] if name in named else named[name.rstrip("_")]


def _arrays_of(library: str) -> tuple[Callable[[Array], Array], AbstractContextManager[object]]:
    """How the library makes an array, and what holds it at 64 bits meanwhile."""
    if library == "torch":
        return import_module("torch").from_numpy, nullcontext()
    if library == "jax":
        jax = import_module("jax")
        with_64_bits = jax.enable_x64 if hasattr(jax, "enable_x64") else jax.experimental.enable_x64
        return jax.numpy.asarray, with_64_bits(True)
    return np.asarray, nullcontext()


def _failed(how: str) -> Problem:
    return Problem(
        f"The code failed its own check: {how.rstrip('.')}.",
        hint="this is a fault of mcalc, and nothing that you typed is wrong; please report the expression",
        status=1,
    )
