"""The derivative of one operator by one of its arguments, as the operator table has it."""

from __future__ import annotations

from sympy.core.numbers import Integer
from sympy.core.singleton import S

from mcalc.language.formulas import read_value
from mcalc.networks.networks import ONE, Factor, Index, Term, delta, expand, fresh, instantiate, row_and_column
from mcalc.table.records import Slice
from mcalc.tree import build, stacks
from mcalc.tree.node import Node
from mcalc.tree.open import derivative
from mcalc.tree.stacks import matching


def local_rule(
    node: Node, position: int, indices: tuple[Index, ...], name: Node | None = None
) -> tuple[list[Term], tuple[Index, ...]]:
    """``∂node[indices]/∂argument``: its terms, and the indices of the argument; the value itself goes by its name."""
    value = node if name is None else name
    operator, arg = node.operator, node.args[position]
    if operator.name == "loop_sum":
        return [ONE], indices
    if operator.name in ("stack", "stack_rows", "grid"):
        return _part_of_stack(node, position, indices)
    if operator.name == "element":
        return _element_rule(node, indices)
    if operator.open is not None:
        return _open_rule(node, position, indices)
    rule = operator.rule(position)
    text = rule.formula if isinstance(rule.formula, str) else rule.formula(node)
    if operator.elementwise:
        names = dict(zip(operator.argument_names, node.args, strict=False))
        if operator.variadic:
            names = {"a": arg}
        if operator.variadic and "b" in text:
            others = node.args[:position] + node.args[position + 1 :]
            names["b"] = build.apply(operator.name, *others) if len(others) > 1 else others[0]
        slope = read_value(text, names | {"y": value})
        term = expand(slope, matching(slope, node, indices))
        return ([] if term is None else [term]), matching(arg, node, indices)
    own = fresh(arg)
    rows, columns = row_and_column(indices, node.shape)
    k, l = row_and_column(own, arg.shape)
    if len(own) == 1 and k is None:
        k = l
    names = dict(zip(operator.argument_names, node.args, strict=True)) | {"y": value}
    return instantiate(text, names, {"i": rows, "j": columns, "k": k, "l": l}), own


def _open_rule(node: Node, position: int, indices: tuple[Index, ...]) -> tuple[list[Term], tuple[Index, ...]]:
    """The derivative by its name, ``f'(x)``: the axes of the value, then those of the argument."""
    slope, arg = derivative(node, position), node.args[position]
    if node.operator.elementwise:
        return [Term(S.One, (Factor(slope, matching(slope, node, indices)),))], matching(arg, node, indices)
    own = fresh(arg)
    return [Term(S.One, (Factor(slope, indices + own),))], own


def _part_of_stack(node: Node, position: int, indices: tuple[Index, ...]) -> tuple[list[Term], tuple[Index, ...]]:
    """The rows that an argument fills: a selection, read off the identity."""
    if node.operator.name == "grid":
        columns = node.parameters[1]
        places = [divmod(position, columns)[at] + 1 for at, size in enumerate(node.shape) if size != 1]
        if len(node.shape) == 1:
            places = [position + 1]
        factors = tuple(
            Factor(stacks.unit(Integer(place), index.size), (index,))
            for place, index in zip(places, indices, strict=True)
        )
        return [Term(S.One, factors)], ()
    arg = node.args[position]
    height = stacks.stacked_height
    before = sum((height(other) for other in node.args[:position]), S.Zero)
    if height(arg) == 1 and len(arg.shape) != 2:
        return [Term(S.One, (Factor(stacks.unit(before + 1, node.shape[0]), indices[:1]),))], ()
    own = fresh(arg)
    if len(arg.shape) == 2 and height(arg) == 1:
        return [
            Term(S.One, (Factor(stacks.unit(before + 1, node.shape[0]), indices[:1]), *delta(indices[1:], own)))
        ], own
    chosen = stacks.selection(node.shape[0], before + 1, before + height(arg))
    return [Term(S.One, (Factor(chosen, (indices[0], own[0])), *delta(indices[1:], own[1:])))], own


def _element_rule(node: Node, indices: tuple[Index, ...]) -> tuple[list[Term], tuple[Index, ...]]:
    (arg,) = node.args
    own, rest = fresh(arg), list(indices)
    factors: list[Factor] = []
    for at, index in enumerate(own):
        place = node.parameters[at] if at < len(node.parameters) else None
        if place is None:
            factors.append(Factor(None, (rest.pop(0), index)))
        elif isinstance(place, Slice):
            chosen = stacks.selection(index.size, place.lower, place.upper)
            if place.lower == place.upper:
                factors.append(Factor(stacks.unit(place.lower, index.size), (index,)))
            else:
                factors.append(Factor(chosen, (index, rest.pop(0))))
        else:
            factors.append(Factor(stacks.unit(place, index.size), (index,)))
    return [Term(S.One, tuple(factors))], own
