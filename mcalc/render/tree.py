"""The tree of an expression, each node with its shape."""

from __future__ import annotations

from collections.abc import Mapping

from mcalc.ask import read
from mcalc.language.declarations import Declaration
from mcalc.language.reasons import reasons
from mcalc.notation.writing import write
from mcalc.render.layout import Piece, Row, table
from mcalc.tree.names import name_text, shape_words
from mcalc.tree.node import Node


def rows(source: str, shapes: Mapping[str, Declaration]) -> list[Row]:
    """A line a node: the expression below it, its shape, its operator. A node met before is not opened again."""
    reading = read(source, shapes)
    names = {node: name for name, node in reading.bound.items() if node.args}
    lines: list[Row] = []
    seen: set[Node] = set()
    stack: list[tuple[Node, str, str]] = [(reading.value, "", "")]
    while stack:
        node, lead, below = stack.pop()
        again = node in seen and bool(node.args)
        text = write(node) + ("  (as above)" if again else "")
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
