"""What the grammar makes of a text: a tree of Syntax nodes, and a Program of definitions and a value."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import NamedTuple

from mcalc.language.spelling import canonical_name
from mcalc.problems import Problem, Span
from mcalc.tree.names import name_key


class Syntax(NamedTuple):
    """A node of the text: its kind, its value, its children, and source[start:end]."""

    kind: str
    value: str
    children: tuple[Syntax, ...]
    start: int
    end: int
    options: tuple[tuple[str, Syntax], ...] = ()


@dataclass(frozen=True, slots=True)
class Program:
    """Names bound in order, each with its definition and the Span of the name; then the value.

    `left` is what stands before its `=` or `↦`, if anything: ``∂y[i]/∂X[k,l]``, ``dX``.
    """

    bindings: tuple[tuple[str, Syntax, Span], ...]
    value: Syntax
    source: str
    notes: tuple[str, ...] = ()
    left: str = ""


def bind(bindings: dict[str, tuple[str, Syntax, Span]], name: Syntax, definition: Syntax) -> None:
    """Defines a name; raises Problem where it is defined already."""
    if name.value in bindings:
        spans = [bindings[name.value][2], Span(name.start, name.end, "and again here")]
        spans[0] = Span(spans[0].start, spans[0].end, "defined here")
        raise Problem(f"`{name.value}` is defined twice.", spans, "give the second one another name")
    bindings[name.value] = (name.value, definition, Span(name.start, name.end))


def spelled_alike(program: Program, typed: Collection[str], known: Collection[str]) -> Program:
    """One spelling for each name."""
    names = list(dict.fromkeys([*known, *map(canonical_name, typed)]))
    spelled: dict[str, str] = {}
    for name in names:
        spelled.setdefault(name_key(name), name)
    other = {name: spelled[name_key(name)] for name in names if spelled[name_key(name)] != name}
    if not other:
        return program
    bindings: dict[str, tuple[str, Syntax, Span]] = {}
    for name, definition, span in program.bindings:
        name = other.get(name, name)
        bind(bindings, Syntax("name", name, (), span.start, span.end), _renamed(definition, other))
    return Program(tuple(bindings.values()), _renamed(program.value, other), program.source, left=program.left)


def _renamed(syntax: Syntax, other: Mapping[str, str]) -> Syntax:
    """The syntax with names exchanged; no recursion, so depth costs nothing."""
    order, stack = [], [syntax]
    while stack:
        node = stack.pop()
        order.append(node)
        stack += node.children
    done: dict[int, Syntax] = {}
    for node in reversed(order):
        value = other.get(node.value, node.value) if node.kind == "name" else node.value
        done[id(node)] = node._replace(value=value, children=tuple(done[id(child)] for child in node.children))
    return done[id(syntax)]


def with_rows(program: Program) -> Program:
    """The program with every ``[a, b]`` a row, as it is printed; where `[a, b]` is typed a column is meant as often."""
    if "[" not in program.source:
        return program
    bindings = ((name, _with_rows(definition), span) for name, definition, span in program.bindings)
    return replace(program, bindings=tuple(bindings), value=_with_rows(program.value))


def is_lying(program: Program) -> bool:
    """Whether the value is a row, ``[a, b]``: a question derives it as the column that it is."""
    return is_row(program.value) and len(program.value.children) > 1


def _with_rows(syntax: Syntax) -> Syntax:
    """The syntax with its rows transposed columns; no recursion, so depth costs nothing."""
    order, stack = [], [syntax]
    while stack:
        node = stack.pop()
        order.append(node)
        stack += node.children
    done: dict[int, Syntax] = {}
    for node in reversed(order):
        new = node._replace(children=tuple(done[id(child)] for child in node.children))
        done[id(node)] = turned_row(new) if node.kind == "stack" and len(node.children) > 1 else new
    return done[id(syntax)]


def turned_row(node: Syntax) -> Syntax:
    """``[a, b]`` as the transpose of the column; any other stack as it is."""
    return Syntax("transpose", "", (node,), node.start, node.end) if node.value == "," else node


def leftmost(node: Syntax) -> Syntax:
    """The part that the text of this one begins with."""
    while node.children and node.children[0].start == node.start and node.kind != "stack":
        node = node.children[0]
    return node


def is_scaled(node: Syntax) -> bool:
    """Whether the node is a number put directly before something, such as 2x, but not (2x)."""
    while node.kind == "prefix" and node.options[0][1].start == node.start:
        node = node.children[0]
    return node.kind == "infix" and not node.options[0][1].value and node.start == node.children[0].start


def unsigned(node: Syntax) -> Syntax:
    """The part without signs before it."""
    while node.kind == "prefix":
        node = node.children[0]
    return node


def is_row(node: Syntax) -> bool:
    """Whether it is ``[a, b]``, entries side by side."""
    return node.kind == "stack" and node.value == "," and node.options[0][1].start == node.start


def matrix_of_rows(rows: tuple[Syntax, ...], start: int, end: int) -> Syntax:
    """``[a, b; c, d]``; raises Problem where the rows have different lengths."""
    lengths = [len(row.children) for row in rows]
    usual = max(lengths, key=lengths.count)
    for row, length in zip(rows, lengths, strict=True):
        if length != usual:
            message = f"A row has {length} {'entry' if length == 1 else 'entries'}, where the others have {usual}."
            raise Problem(
                message,
                [Span(row.start, row.end, f"{length}, not {usual}")],
                "give every row of a matrix the same length",
            )
    return Syntax("matrix", "", rows, start, end)


def walk(syntax: Syntax) -> Iterable[Syntax]:
    """Every part of a text, those before their own parts."""
    stack = [syntax]
    while stack:
        node = stack.pop()
        yield node
        stack.extend(reversed(node.children))
