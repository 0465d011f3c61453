"""The tree of an expression, each node with its shape."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence

from mcalc.ask import read
from mcalc.documents.rows import Piece, Row, table
from mcalc.language.declarations import Declaration
from mcalc.language.reasons import reasons
from mcalc.notation.writing import write
from mcalc.tree.names import name_text, shape_words
from mcalc.tree.node import Node


def questions(source: str, shapes: Mapping[str, Declaration], typed: Sequence[str]) -> list[Row]:
    """What one can ask of the expression next, as commands."""
    reading = read(source, shapes)
    if not reading.names:
        return []
    name, quoted = next(iter(reading.names)), shlex.quote(source) if '"' in source else f'"{source}"'
    declared = "".join(f" -s {shlex.quote(one)}" for one in typed)
    command = "jacobian" if reading.value.axes else "gradient"
    asked = f"{quoted} --wrt {name}{declared}"
    lines = (f"mcalc {command} {asked}", f"mcalc explain {asked}", "mcalc --help")
    return [[Piece("# next", "quiet")], *([Piece("#   " + line, "quiet")] for line in lines)]


def rows(source: str, shapes: Mapping[str, Declaration], form: str = "text") -> list[Row]:
    """A line a node: the expression below it, its shape, its operator. A node met before is not opened again."""
    reading = read(source, shapes)
    names = {node: name for name, node in reading.bound.items() if node.args}
    lines: list[Row] = []
    seen: set[Node] = set()
    stack: list[tuple[Node, str, str]] = [(reading.value, "", "")]
    while stack:
        node, lead, below = stack.pop()
        again = node in seen and bool(node.args)
        text = write(node, form) + ("  (as above)" if again else "")
        if node in names:
            text = f"{names[node]} = {text}"
        lines.append(
            [
                Piece(lead + text),
                Piece(shape_words(node.shape), "shape"),
                Piece(node.operator.name if node.args else "", "quiet"),
            ]
        )
        seen.add(node)
        if not again:
            for at, arg in reversed(list(enumerate(node.args))):
                last = at == len(node.args) - 1
                stack.append((arg, below + ("└─ " if last else "├─ "), below + ("   " if last else "│  ")))
    found = table(lines, indent="")
    why = reasons(reading)
    for name in reading.assumed:
        told = f"# {name_text(name)}: {shape_words(reading.names[name].shape)}, {why[name]}"
        found.append([Piece(told, "quiet")])
    if reading.assumed:
        found.append([Piece("# assumed; declare with -s NAME=SHAPE", "quiet")])
    found += [[Piece(f"# Note: {note}", "quiet")] for note in reading.notes]
    return found
