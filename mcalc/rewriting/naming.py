"""Functions that were typed out get their names: ``exp(z)/sum(exp(z))`` in a value is ``softmax(z)``.

The rows of the table that give a function its name are applied to the value as it was typed, from the inside out; what
they do not touch stays as it is.
"""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from functools import cache
from typing import NamedTuple

from mcalc.rewriting.answers import Author, author_within
from mcalc.rewriting.engine import Engine
from mcalc.rewriting.forms import ALGEBRA, CHAIN, NUMBER, Form
from mcalc.rewriting.patterns import Row, is_name
from mcalc.rewriting.reading import raw
from mcalc.rewriting.table import Placed, place, rows_with, waiting
from mcalc.tree.node import Node, topological

_ARITHMETIC = ALGEBRA | {NUMBER, "variable", "ones"}
_JOINED = frozenset({"negative", "multiply", "divide", "add"})


class Naming(NamedTuple):
    """A part of a value as it was typed, by its name, and what a reader is told."""

    name: str
    sentence: str
    before: Node
    after: Node


Named = tuple[list[Naming], Mapping[Node, Node]]
"""What was named in a value, in order, and each part of it with its functions named."""


def functions_named(value: Node) -> Named:
    """The value with the functions that were typed out in it named."""
    with author_within([value]) as author:
        order = topological([value])
        inside = author.typed.heads_in(order)
        placed = _rows_about(frozenset(head for head, _ in inside))
        if not any(_may_fit(row.before, inside) for _, row in placed):
            return [], {value: value}
        return _named(order, [row for _, row in sorted(placed, key=place)], author)


def _named(order: Sequence[Node], rows: Sequence[Row], author: Author) -> Named:
    engine = Engine((), rows, author.typed.signs, author.typed.order)
    names = {row.name for row in rows}
    forms: dict[Node, Form] = {}
    found: list[Naming] = []
    done: dict[Node, Node] = {}
    for node in order:
        args = [done[arg] for arg in node.args]
        new = node.func(*args) if args else node
        start = len(engine.log)
        form = engine.simplify(raw([new], forms)[new])
        used = [entry for entry in engine.log[start:] if entry.name in names]
        if used:
            named = author.writer.show(form)
            found.append(Naming(used[0].name, used[0].sentence, new, named))
            new = named
        elif any(_is_joined(*pair) for pair in zip(node.args, args, strict=True)):
            new = author.writer.show(form)
        done[node], forms[new] = new, form
    return found, done


def is_definition(named: Node) -> bool:
    """Whether a value, all of it named, is one function of names: what was typed is its definition."""
    return bool(named.args) and not any(arg.args for arg in named.args)


def _is_joined(typed: Node, named: Node) -> bool:
    """Whether what a part stands in is to be written anew: ``2·2cosh(x)`` is ``4cosh(x)``."""
    return named.operator is not typed.operator and named.operator.name in _JOINED


def _rows_about(heads: frozenset[str]) -> list[Placed]:
    """The rows that name functions, of what has these heads, and of the functions so named."""
    present = heads | ALGEBRA
    while True:
        rows = (one for needed in waiting() if needed <= present for one in rows_with(needed))
        found = [(at, row) for at, row in rows if _names(row.before, row.after) and _functions(row.before) <= present]
        more = set().union(*(_functions(row.after) for _, row in found)) - present
        if not more:
            return found
        present |= more


def _may_fit(pattern: Form, inside: Container[tuple[str, str]]) -> bool:
    """Whether a pattern may fit forms with these heads, each with those right below it."""
    return all((pattern.head, arg.head) in inside for arg in pattern.args if not is_name(arg))


@cache
def _names(before: Form, after: Form) -> bool:
    """Whether a row gives a function its name: all that stands after it is inside of one that is not there before."""
    if before.head == CHAIN:
        return False
    named = _functions(after)
    return len(named) == 1 and named.isdisjoint(_functions(before)) and not _has_bare_name(after)


@cache
def _functions(form: Form) -> frozenset[str]:
    """The functions in a side of a row."""
    own: frozenset[str] = frozenset() if form.head in _ARITHMETIC else frozenset({form.head})
    return own.union(*map(_functions, form.args))


def _has_bare_name(form: Form) -> bool:
    """Whether a letter stands outside of all functions."""
    return is_name(form) or (form.head in _ARITHMETIC and any(map(_has_bare_name, form.args)))
