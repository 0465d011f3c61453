"""The tree of an expression as a page: each part with its shape, and what decided on what nobody declared."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from mcalc.ask import read
from mcalc.documents.blocks import Block, Note, Page, Prose, Spans, Table
from mcalc.language.declarations import Declaration
from mcalc.language.reasons import reasons
from mcalc.language.shapes import Reading
from mcalc.notation.boxes import Box, Name, equation
from mcalc.notation.writing import box_of
from mcalc.pages.operator import shape_spans
from mcalc.pages.prose import spans
from mcalc.tree.node import Node

_STEP = "\u2003"
"""A part stands so much to the right of the one that it is a part of."""


def page(source: str, shapes: Mapping[str, Declaration]) -> Page:
    """The parts, each below what it is a part of; a part that was met before is not opened again."""
    reading = read(source, shapes)
    return Page(tuple(_blocks(reading)), ("The shapes in ", box_of(reading.value)))


def _blocks(reading: Reading) -> Iterator[Block]:
    names = {node: Name(name, len(node.axes)) for name, node in reading.bound.items() if node.args}
    rows: list[tuple[Spans, ...]] = []
    seen: set[Node] = set()
    stack = [(reading.value, 0)]
    while stack:
        node, depth = stack.pop()
        again = node in seen and bool(node.args)
        shown: Box = equation(names[node], box_of(node)) if node in names else box_of(node)
        part: Spans = (_STEP * depth, shown, *[" (as above)"] * again)
        rows.append((part, shape_spans(node), (node.operator.title if node.args else "",)))
        seen.add(node)
        if not again:
            stack += [(arg, depth + 1) for arg in reversed(node.args)]
    yield Table((("part",), ("shape",), ("operator",)), tuple(rows))
    why = reasons(reading)
    told = {name: Name(name, len(node.axes)) for name, node in reading.names.items()}
    assumed = [
        (told[name], ": ", *shape_spans(reading.names[name]), ", ", *spans(why[name], told)) for name in reading.assumed
    ]
    if assumed:
        listed = [span for at, one in enumerate(assumed) for span in (*(["; "] if at else []), *one)]
        yield Prose(("Assumed: ", *listed, "."))
    yield from (Note(spans(note, told)) for note in reading.notes)
