"""Where an expression has no value, and where it has no derivative but a convention: in one sentence each."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice, product

import sympy

from mcalc.language.formulas import read_value
from mcalc.networks.index_form import Expression, IndexForm
from mcalc.notation.said import equated, formula_of
from mcalc.notation.writing import write
from mcalc.numbers.arithmetic import Arithmetic, NotReal
from mcalc.numbers.arrays import array_module as np
from mcalc.numbers.bounds import Bounded, TooFar, Unsure
from mcalc.numbers.exact_numbers import TooLarge
from mcalc.numbers.fitting import Fitted
from mcalc.numbers.program import Program
from mcalc.numbers.sizes import whole
from mcalc.numbers.ties import equal_on_an_open_set
from mcalc.problems import Problem
from mcalc.table.records import Array, LoopIndex
from mcalc.table.sentences import Formula, Sentence, filled
from mcalc.tree import build
from mcalc.tree.folding import rectified
from mcalc.tree.node import Node, depends, topological

_MOST_PLACES = 500


def undefined(root: Expression, fitted: Fitted, arithmetic: Arithmetic) -> Problem:
    """The first part that has no value, in one sentence."""
    for part in [root] if isinstance(root, Node) else _factors(root):
        found = _first_undefined(part, fitted, arithmetic, {})
        if found is not None:
            return Problem(_sentence(*found))
    return Problem("The value is not a finite number here.")


def _factors(form: IndexForm) -> Iterator[Node]:
    """What is multiplied in it, without a running index; what is divided by as such."""
    for term in form.tensor.terms:
        for factor in term.factors:
            if factor.node is not None and not factor.node.loops:
                divided = factor.power < 0
                yield build.apply("divide", build.number(1), factor.node) if divided else factor.node


def pole(root: Node, fitted: Fitted, arithmetic: Arithmetic) -> Problem | None:
    """A division by 0 on the way to a value that is finite again, ``1/(1/x)``; not in a case that does not hold."""
    needed, stack = {root}, [root]
    while stack:
        node = stack.pop()
        for arg in node.args[:1] if node.operator.is_cases else node.args:
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
) -> tuple[Node, list[Array], dict[LoopIndex, int]] | None:
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
) -> list[Array]:
    program = Program(nodes, fitted.sizes, active=running, arithmetic=arithmetic)
    return program.run(fitted.point(arithmetic), running=running)


def _finite(value: Array) -> bool:
    entries = np.ravel(np.asarray(value))
    if entries.dtype.kind == "O":
        return not any(entry is sympy.nan or getattr(entry, "is_number", True) is False for entry in entries)
    return bool(np.isfinite(entries).all())


def _sentence(node: Node, values: Sequence[Array], running: Mapping[LoopIndex, int]) -> str:
    name, args = node.operator.name, [write(arg, "text") for arg in node.args]
    at = "".join(f" at {loop.name} = {place}" for loop, place in running.items())
    text = f"`{write(node, 'text')}` is not defined here{at}"
    why = node.operator.no_value
    if name == "divide":
        entries = "" if not node.args[1].axes else "an entry of "
        return f"{text}: {entries}the divisor `{args[1]}` is 0."
    zero = [
        f"an entry of `{text}`" if arg.axes else f"`{text}`"
        for arg, text, value in zip(node.args, args, values, strict=True)
        if _has_zero(value)
    ]
    if why == "a is 0" and zero:
        return f"{text}: {zero[0]} is 0."
    if why == "A is singular":
        return f"{text}: the matrix `{args[0]}` is singular."
    if all(np.asarray(value).dtype.kind != "O" for value in values) and why in ("", "a is 0"):
        return f"The value of `{write(node, 'text')}`{at} is too large for a floating-point number."
    return f"{text}."


def _has_zero(value: Array) -> bool:
    return any(map(_is_zero, np.ravel(np.asarray(value))))


def _is_zero(entry: Array) -> bool:
    return entry.may_be_zero if isinstance(entry, Bounded) else bool(entry == 0)


# Kinks ---------------------------------------------------------------------------------------------------------------


def kinks(value: Node, by: Iterable[Node], fitted: Fitted, arithmetic: Arithmetic) -> list[Sentence]:
    """A sentence for each part of the value that has no derivative by the variables at this point, but a convention."""
    moving = set().union(*(depends(value, variable) for variable in by))
    suspects = [node for node in topological([value]) if node in moving and node.operator.convention]
    return [sentence for node in suspects for sentence in [_kink(node, fitted, arithmetic)] if sentence]


def _kink(node: Node, fitted: Fitted, arithmetic: Arithmetic) -> Sentence:
    convention = node.operator.convention
    assert convention is not None
    whole, args = formula_of(node), [formula_of(arg) for arg in node.args]
    looked_at = [read_value(convention.of, {"a": node.args[0]})] if convention.of != "a" else list(node.args)
    for values, running in _values(looked_at, node, fitted, arithmetic):
        if not _is_there(convention.where, values, node):
            continue
        where = Sentence(*(part for loop, place in running.items() for part in (", ", _index(loop.name, place))))
        what, rule = Sentence(equated(node.args[0], build.number(0))), "convention"
        if convention.where.startswith("several"):
            what = Sentence("several entries share it")
        elif convention.where == "both are equal":
            first, second = node.args if not build.is_zero(node.args[0]) else node.args[::-1]
            what = Sentence(equated(first, second))
            if node.axes:
                what = filled("an entry of {} is {}", formula_of(first), formula_of(second))
            rule = "the paper's convention" if rectified(node) is not None else rule
            if node.operator.first_counts and equal_on_an_open_set(node):
                told = "{} takes either argument here ({}{}): its derivative is that of {}, the first"
                return filled(told, whole, what, where, args[0])
        elif node.args[0].axes and convention.where == "an entry is 0":
            what = filled("an entry of {} is 0", args[0])
        told = f"{{}} has a kink here ({{}}{{}}): its derivative {convention.is_taken}, by {rule}"
        return filled(told, whole, what, where)
    return Sentence()


def _index(name: str, place: object) -> Formula:
    return Formula(f"{name} = {place}", own=True)


def _is_there(where: str, values: Sequence[Array], node: Node) -> bool:
    """Whether the condition of a convention holds of the values of its arguments."""
    first = np.asarray(values[0])
    if where == "an entry is 0":
        return _has_zero(first)
    if where == "all are 0":
        return not np.any(first != 0)
    if where == "both are equal":
        return _has_zero(first - np.asarray(values[1]))
    axis = node.parameters[0] if node.parameters and first.ndim == 2 else None
    lines = [first.ravel()] if axis is None else list(np.moveaxis(first, axis, -1))
    best = min if where == "several are the least" else max
    return any(sum(_is_zero(entry - best(line, key=_place)) for entry in line) > 1 for line in lines)


def _place(entry: Array) -> Array:
    return entry.value if isinstance(entry, Bounded) else entry


def _values(
    parts: Sequence[Node], node: Node, fitted: Fitted, arithmetic: Arithmetic
) -> Iterator[tuple[list[Array], dict[LoopIndex, int]]]:
    """The values of parts of a node; of one under sums for each running index, so far as these are not too many."""
    loops = sorted(node.loops, key=str)
    try:
        program = Program(list(parts), fitted.sizes, active=loops, arithmetic=arithmetic)
        ranges = (range(1, whole(loop.size, fitted.sizes) + 1) for loop in loops)
        for places in islice(product(*ranges), _MOST_PLACES):
            running = dict(zip(loops, places, strict=True))
            with np.errstate(all="ignore"):
                yield program.run(fitted.point(arithmetic), running=running), running
    except (TooLarge, TooFar, Unsure, NotReal, TypeError, np.linalg.LinAlgError):
        return
