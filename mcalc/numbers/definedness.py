"""Where an expression has no value, and where it has no derivative but a convention: in one sentence each."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice, product
from typing import Any

import sympy

from mcalc.networks.index_form import Expression
from mcalc.notation.writing import write
from mcalc.numbers.arithmetic import Arithmetic, NotReal
from mcalc.numbers.arrays import array_module as np
from mcalc.numbers.bounds import Bounded, TooFar, Unsure
from mcalc.numbers.exact import TooLarge
from mcalc.numbers.fitting import Fitted
from mcalc.numbers.program import Program, whole
from mcalc.numbers.ties import equal_on_an_open_set
from mcalc.problems import Problem
from mcalc.table.records import LoopIndex
from mcalc.tree import build
from mcalc.tree.folding import rectified
from mcalc.tree.node import Node, depends, topological

_MOST_PLACES = 500


def undefined(root: Expression, fitted: Fitted, arithmetic: Arithmetic) -> Problem:
    """The first part that has no value, in one sentence."""
    if isinstance(root, Node):
        found = _first_undefined(root, fitted, arithmetic, {})
        if found is not None:
            return Problem(_sentence(*found))
    return Problem("The value is not a finite number here.")


def pole(root: Node, fitted: Fitted, arithmetic: Arithmetic) -> Problem | None:
    """A division by 0 on the way to a value that is finite again, ``1/(1/x)``; not in a case that does not hold."""
    needed, stack = {root}, [root]
    while stack:
        node = stack.pop()
        for arg in node.args[:1] if node.operator.name == "where" else node.args:
            if arg not in needed:
                needed.add(arg)
                stack.append(arg)
    order = [node for node in topological([root]) if not node.loops]
    with np.errstate(all="ignore"):
        values = dict(zip(order, _all_values(order, fitted, arithmetic, {}), strict=True))
    for node in order:
        known = all(arg in values and _finite(values[arg]) for arg in node.args)
        if node in needed and known and node.operator.name != "loop_sum" and not _finite(values[node]):
            args = [values[arg] for arg in node.args]
            if any(map(_has_zero, args)):
                return Problem(_sentence(node, args, {}))
    return None


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
        return not any(entry is sympy.nan or getattr(entry, "is_number", True) is False for entry in entries)
    return bool(np.isfinite(entries).all())


def _sentence(node: Node, values: Sequence[Any], running: Mapping[LoopIndex, int]) -> str:
    name, args = node.operator.name, [write(arg, "text") for arg in node.args]
    at = "".join(f" at {loop.name} = {place}" for loop, place in running.items())
    text = f"`{write(node, 'text')}` is not defined here{at}"
    if name == "divide":
        entries = "" if not node.args[1].axes else "an entry of "
        return f"{text}: {entries}the divisor `{args[1]}` is 0."
    zero = [
        f"an entry of `{text}`" if arg.axes else f"`{text}`"
        for arg, text, value in zip(node.args, args, values, strict=True)
        if _has_zero(value)
    ]
    if name in ("log", "power", "atanh") and zero:
        return f"{text}: {zero[0]} is 0."
    if name in ("inv", "logdet", "det"):
        return f"{text}: the matrix `{args[0]}` is singular."
    if all(np.asarray(value).dtype.kind != "O" for value in values) and name not in ("log", "atanh", "acosh"):
        return f"The value of `{write(node, 'text')}`{at} is too large for a floating-point number."
    return f"{text}."


def _has_zero(value: Any) -> bool:
    return any(map(_is_zero, np.ravel(np.asarray(value))))


def _is_zero(entry: Any) -> bool:
    return entry.may_be_zero if isinstance(entry, Bounded) else bool(entry == 0)


# Kinks ---------------------------------------------------------------------------------------------------------------

_AT_ZERO = {
    "relu": "is taken to be 0",
    "abs": "is taken to be 0",
    "leaky_relu": "is taken to be 0.01",
    "norm": "is taken to be 0",
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


def kinks(value: Node, by: Iterable[Node], fitted: Fitted, arithmetic: Arithmetic) -> list[str]:
    """A sentence for each part of the value that has no derivative by the variables at this point, but a convention."""
    moving = set().union(*(depends(value, variable) for variable in by))
    suspects = [
        node
        for node in topological([value])
        if node in moving and node.operator.name in (*_AT_ZERO, *_WHERE_EQUAL, *_WHERE_SEVERAL)
    ]
    return [sentence for node in suspects for sentence in [_kink(node, fitted, arithmetic)] if sentence]


def _kink(node: Node, fitted: Fitted, arithmetic: Arithmetic) -> str:
    name = node.operator.name
    for values, running in _arguments(node, fitted, arithmetic):
        where = "".join(f", {loop.name} = {place}" for loop, place in running.items())
        text = write(node, "text")
        args = [write(arg, "text") for arg in node.args]
        whole_norm = name == "norm"
        if name in _AT_ZERO and (not np.any(np.asarray(values[0]) != 0) if whole_norm else _has_zero(values[0])):
            entry = node.args[0].axes and not whole_norm
            what = f"an entry of {args[0]} is 0" if entry else f"{args[0]} = 0"
            return f"{text} has a kink here ({what}{where}): its derivative {_AT_ZERO[name]}, by convention"
        if name in _WHERE_EQUAL and _has_zero(np.asarray(values[0]) - np.asarray(values[1])):
            first, second = args if not build.is_zero(node.args[0]) else args[::-1]
            what = f"an entry of {first} is {second}" if node.axes else f"{first} = {second}"
            if node.operator.first_counts and equal_on_an_open_set(node):
                return (
                    f"{text} takes either argument here ({what}{where}): its derivative is that of {args[0]}, the first"
                )
            rule = "the paper's convention" if rectified(node) is not None else "convention"
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
    return any(sum(_is_zero(entry - best(line, key=_place)) for entry in line) > 1 for line in lines)


def _place(entry: Any) -> Any:
    return entry.value if isinstance(entry, Bounded) else entry


def _arguments(node: Node, fitted: Fitted, arithmetic: Arithmetic) -> Iterator[tuple[list[Any], dict[LoopIndex, int]]]:
    """The values of a node's arguments; of one under sums for each running index, so far as these are not too many."""
    loops = sorted(node.loops, key=str)
    try:
        program = Program(list(node.args), fitted.sizes, active=loops, arithmetic=arithmetic)
        ranges = (range(1, whole(loop.size, fitted.sizes) + 1) for loop in loops)
        for places in islice(product(*ranges), _MOST_PLACES):
            running = dict(zip(loops, places, strict=True))
            with np.errstate(all="ignore"):
                yield program.run(fitted.point(arithmetic), running=running), running
    except (TooLarge, TooFar, Unsure, NotReal, TypeError, np.linalg.LinAlgError):
        return
