"""The formulas of the operator table, read as values."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache, lru_cache

from mcalc.language.elaborate import read_formula
from mcalc.language.parser import parse_expression
from mcalc.language.syntax import Syntax
from mcalc.tree import build
from mcalc.tree.node import Node

_MEASURES: dict[str, Callable[[Node], Node]] = {
    "size": build.entries,
    "height": lambda node: build.size(node.shape[0]),
    "width": lambda node: build.size(node.shape[1]),
}


@lru_cache(maxsize=1024)
def _read(text: str, names: tuple[tuple[str, Node], ...]) -> Node:
    """A formula in which names stand for values; those of the table are read with the same values again and again."""
    return read_formula(_formula_syntax(text), dict(names))


@cache
def _formula_syntax(text: str) -> Syntax:
    return parse_expression(text)


def read_value(text: str, names: Mapping[str, Node]) -> Node:
    """A formula of the operator table with its argument names read as values; numbers are folded."""
    measure, _, name = text[:-1].partition("(")
    if measure in _MEASURES and name in names:
        return _MEASURES[measure](names[name])
    return _read(text, tuple(names.items()))


def compared_as(node: Node) -> Node | None:
    """What stands for the node when two forms of one value are compared, ``sqrt(sum(a*a))`` for a norm, if anything."""
    operator = node.operator
    formula = operator.compared_as if isinstance(operator.compared_as, str) else operator.compared_as(node)
    return read_value(formula, dict(zip(operator.argument_names, node.args, strict=True))) if formula else None
