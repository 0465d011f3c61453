"""The value of an expression at given values: exact where they are exact and few, complex where it is not real."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice, product
from typing import Any

import sympy

from mcalc.calculus.index_form import Expression, IndexForm
from mcalc.expressions import build
from mcalc.expressions.notation import write
from mcalc.expressions.records import LoopIndex
from mcalc.expressions.tree import Node, depends, topological
from mcalc.numbers.arithmetic import COMPLEX, REAL, Arithmetic, NotReal
from mcalc.numbers.arrays import array_module as np
from mcalc.numbers.decimals import floating
from mcalc.numbers.exact import EXACT, TooLarge
from mcalc.numbers.fitting import Fitted
from mcalc.numbers.numeric import evaluate_tensor
from mcalc.numbers.program import Program, whole
from mcalc.problems import Problem

MOST_WORK = 3000
_MOST_PLACES = 500


@dataclass(frozen=True, eq=False)
class Number:
    """A number, vector, matrix or larger array: in floating point, and as SymPy numbers where these are known."""

    array: Any
    exact: Any
    shape: tuple[int, ...]

    @property
    def decimals(self) -> Any:
        """What is rounded for show: the floating-point numbers, unless they are too large for that."""
        return self.array if self.exact is None or np.isfinite(self.array).all() else self.exact


def values_of(expressions: Sequence[Expression], fitted: Fitted) -> list[Number]:
    """The values of the expressions; raises Problem where one is not defined there."""
    if fitted.exact and _work(expressions, fitted.sizes) <= MOST_WORK:
        try:
            return [_exactly(expression, fitted) for expression in expressions]
        except TooLarge:
            pass
        except NotReal as fault:
            raise _of_complex(fault) from None
    return [_in_floats(expression, fitted) for expression in expressions]


def _work(expressions: Sequence[Expression], sizes: Mapping[str, int]) -> float:
    """About how many operations on single numbers it takes."""
    total = 0.0
    for expression in expressions:
        if isinstance(expression, IndexForm):
            return MOST_WORK + 1.0
        times: dict[LoopIndex, int] = {}
        for node in topological([expression]):
            entries = 1.0
            for size in {size for arg in (node, *node.args) for size in arg.shape}:
                entries *= whole(size, sizes)
            if node.operator.name in ("det", "inv", "logdet"):
                entries *= 20
            if node.operator.name == "loop_sum":
                times[node.parameters[0]] = whole(node.parameters[0].size, sizes)
            for loop in node.loops:
                entries *= whole(loop.size, sizes)
            total += entries
    return total


def _exactly(expression: Expression, fitted: Fitted) -> Number:
    assert isinstance(expression, Node)
    found = Program([expression], fitted.sizes, arithmetic=EXACT).run(fitted.point(EXACT))[0]
    shape = _shape(expression, fitted)
    exact = np.array(found, dtype=object).reshape(shape)
    for place in np.ndindex(exact.shape):
        exact[place] = _simplest(exact[place])
    if any(entry is sympy.nan for entry in exact.ravel()):
        raise undefined(expression, fitted, EXACT)
    floats = np.array([floating(entry) for entry in exact.ravel()]).reshape(shape)
    return Number(floats, exact, shape)


def _simplest(number: Any) -> Any:
    """The shortest of the usual forms."""
    if number.is_Rational or number.is_Atom:
        return number
    forms = [number, sympy.expand(number)]
    if number.has(sympy.Pow) and number.count_ops() < 40:
        forms.append(sympy.radsimp(number))
    return min(forms, key=lambda form: form.count_ops())


def _in_floats(expression: Expression, fitted: Fitted) -> Number:
    shape = _shape(expression, fitted)
    complex_values = any(value.array.dtype.kind == "c" for value in fitted.values.values())
    found = None if complex_values else _run(expression, fitted, REAL)
    if found is None or np.isnan(found).any():
        try:
            found = _run(expression, fitted, COMPLEX)
        except NotReal as fault:
            raise _of_complex(fault) from None
    if not np.isfinite(found).all():
        raise undefined(expression, fitted, COMPLEX if np.iscomplexobj(found) else REAL)
    return Number(np.asarray(found).reshape(shape), None, shape)


def _run(expression: Expression, fitted: Fitted, arithmetic: Arithmetic) -> Any:
    point = fitted.point(arithmetic)
    with np.errstate(all="ignore"):
        try:
            if isinstance(expression, IndexForm):
                return evaluate_tensor(expression.tensor, point, fitted.sizes)
            return Program([expression], fitted.sizes, arithmetic=arithmetic).run(point)[0]
        except np.linalg.LinAlgError:
            raise Problem("A matrix that is inverted here is singular.", hint="its determinant is 0") from None


def _shape(expression: Expression, fitted: Fitted) -> tuple[int, ...]:
    return tuple(whole(size, fitted.sizes) for size in expression.shape)


def _of_complex(fault: NotReal) -> Problem:
    operator = fault.operator
    symbol = operator.written_as or f"{operator.notation.ascii or operator.name}(…)"
    return Problem(f"`{symbol}` is of real numbers, and its argument is complex here.", hint="choose other values")


# Where a value is not defined -----------------------------------------------------------------------------------------


def undefined(root: Expression, fitted: Fitted, arithmetic: Arithmetic) -> Problem:
    """The first part that has no value, in one sentence."""
    if isinstance(root, Node):
        found = _first_undefined(root, fitted, arithmetic, {})
        if found is not None:
            return Problem(_sentence(*found))
    return Problem("The value is not a finite number here.")


def _first_undefined(
    root: Node, fitted: Fitted, arithmetic: Arithmetic, running: dict[LoopIndex, int]
) -> tuple[Node, list[Any], dict[LoopIndex, int]] | None:
    """The first node without a finite value whose arguments have one, with their values, and the running indices."""
    order = [node for node in topological([root]) if node.loops <= set(running)]
    with np.errstate(all="ignore"):
        values = _all_values(order, fitted, arithmetic, running)
    finite = {node: _finite(value) for node, value in zip(order, values, strict=True)}
    found = dict(zip(order, values, strict=True))
    needed = {root}
    for node in reversed(order):
        if node in needed and not finite[node]:
            needed.update(arg for arg in node.args if not finite.get(arg, True))
    for node in order:
        if finite[node] or node not in needed or not all(finite.get(arg, True) for arg in node.args):
            continue
        if node.operator.name != "loop_sum":
            return node, [found[arg] for arg in node.args], running
        loop = node.parameters[0]
        for place in range(1, whole(loop.size, fitted.sizes) + 1):
            inside = _first_undefined(node.args[0], fitted, arithmetic, {**running, loop: place})
            if inside is not None:
                return inside
    return None


def _all_values(
    nodes: Sequence[Node], fitted: Fitted, arithmetic: Arithmetic, running: dict[LoopIndex, int]
) -> list[Any]:
    program = Program(nodes, fitted.sizes, active=running, arithmetic=arithmetic)
    return program.run(fitted.point(arithmetic), running=running)


def _finite(value: Any) -> bool:
    entries = np.ravel(np.asarray(value))
    if entries.dtype.kind == "O":
        return not any(entry is sympy.nan for entry in entries)
    return bool(np.isfinite(entries).all())


def _sentence(node: Node, values: Sequence[Any], running: Mapping[LoopIndex, int]) -> str:
    name, args = node.operator.name, [write(arg, "text") for arg in node.args]
    at = "".join(f" at {loop.name} = {place}" for loop, place in running.items())
    text = f"`{write(node, 'text')}` is not defined here{at}"
    if name == "divide":
        entries = "" if not node.args[1].axes else "an entry of "
        return f"{text}: {entries}the divisor `{args[1]}` is 0."
    zero = [arg for arg, value in zip(args, values, strict=True) if _has_zero(value)]
    if name in ("log", "power", "atanh") and zero:
        return f"{text}: `{zero[0]}` is 0."
    if name in ("inv", "logdet", "det"):
        return f"{text}: the matrix `{args[0]}` is singular."
    if all(np.asarray(value).dtype.kind != "O" for value in values) and name not in ("log", "atanh", "acosh"):
        return f"The value of `{write(node, 'text')}`{at} is too large for a floating-point number."
    return f"{text}."


def _has_zero(value: Any) -> bool:
    return any(entry == 0 for entry in np.ravel(np.asarray(value)))


# Kinks ---------------------------------------------------------------------------------------------------------------

_AT_ZERO = {
    "relu": "is taken to be 0",
    "abs": "is taken to be 0",
    "leaky_relu": "is taken to be 0.01",
    "norm1": "counts an entry that is 0 as 0",
    "sign": "is taken to be 0, though the value jumps",
    "step": "is taken to be 0, though the value jumps",
}
_WHERE_EQUAL = {
    "maximum": "is taken to be 0",
    "minimum": "is taken to be 0",
    **dict.fromkeys(("greater", "less", "greater_equal", "less_equal"), "is taken to be 0, though the value jumps"),
}
_WHERE_SEVERAL = ("max", "min", "norm_inf")


def kinks(value: Node, by: Iterable[Node], fitted: Fitted) -> list[str]:
    """A sentence for each part of the value that has no derivative by the variables at this point, but a convention."""
    moving = set().union(*(depends(value, variable) for variable in by))
    suspects = [
        node
        for node in topological([value])
        if node in moving and node.operator.name in (*_AT_ZERO, *_WHERE_EQUAL, *_WHERE_SEVERAL)
    ]
    return [sentence for node in suspects for sentence in [_kink(node, fitted)] if sentence]


def _kink(node: Node, fitted: Fitted) -> str:
    name = node.operator.name
    for values, running in _arguments(node, fitted):
        where = "".join(f", {loop.name} = {place}" for loop, place in running.items())
        text = write(node, "text")
        args = [write(arg, "text") for arg in node.args]
        if name in _AT_ZERO and _has_zero(values[0]):
            what = f"an entry of {args[0]} is 0" if node.args[0].axes else f"{args[0]} = 0"
            return f"{text} has a kink here ({what}{where}): its derivative {_AT_ZERO[name]}, by convention"
        if name in _WHERE_EQUAL and _has_zero(np.asarray(values[0]) - np.asarray(values[1])):
            first, second = args if not build.is_zero(node.args[0]) else args[::-1]
            what = f"an entry of {first} is {second}" if node.axes else f"{first} = {second}"
            rule = "the paper's convention" if build.rectified(node) is not None else "convention"
            return f"{text} has a kink here ({what}{where}): its derivative {_WHERE_EQUAL[name]}, by {rule}"
        if name in _WHERE_SEVERAL and _is_shared(name, values[0], node):
            shared = "is shared among them equally, by convention"
            return f"{text} has a kink here (several entries share it{where}): its derivative {shared}"
    return ""


def _is_shared(name: str, value: Any, node: Node) -> bool:
    array = np.asarray(value)
    if name == "norm_inf":
        array = abs(array)
    axis = node.parameters[0] if node.parameters and array.ndim == 2 else None
    lines = [array.ravel()] if axis is None else list(np.moveaxis(array, axis, -1))
    best = min if name == "min" else max
    return any(sum(1 for entry in line if entry == best(line)) > 1 for line in lines)


def _arguments(node: Node, fitted: Fitted) -> Iterator[tuple[list[Any], dict[LoopIndex, int]]]:
    """The values of a node's arguments; of one under sums for each running index, so far as these are not too many."""
    loops = sorted(node.loops, key=str)
    exact = fitted.exact and _work(node.args, fitted.sizes) <= MOST_WORK
    arithmetic = EXACT if exact else REAL
    try:
        program = Program(list(node.args), fitted.sizes, active=loops, arithmetic=arithmetic)
        ranges = (range(1, whole(loop.size, fitted.sizes) + 1) for loop in loops)
        for places in islice(product(*ranges), _MOST_PLACES):
            running = dict(zip(loops, places, strict=True))
            with np.errstate(all="ignore"):
                yield program.run(fitted.point(arithmetic), running=running), running
    except (TooLarge, NotReal, TypeError, np.linalg.LinAlgError):
        return
