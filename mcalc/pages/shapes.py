"""The tree of an expression as a page: each part with its shape, and what decided on what nobody declared."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping, Sequence

from mcalc.ask import read
from mcalc.documents.blocks import Block, Either, Note, Page, Prose, Spans, Tree
from mcalc.language.declarations import Declaration
from mcalc.language.reasons import reasons
from mcalc.language.shapes import Reading
from mcalc.notation.boxes import Box, Name, equation
from mcalc.notation.writing import box_of
from mcalc.pages.operator import shape_spans
from mcalc.pages.prose import spans
from mcalc.tree.node import Node


def page(source: str, shapes: Mapping[str, Declaration], typed: Sequence[str] | None = None) -> Page:
    """The parts, each below what it is a part of; a part that was met before is not opened again.

    With the declarations as they were `typed` it says what one can ask next.
    """
    reading = read(source, shapes)
    more = _next(source, reading, typed) if typed is not None else ()
    return Page((*_blocks(reading), *more), ("The shapes in ", box_of(reading.value)), commented=True)


def _next(source: str, reading: Reading, typed: Sequence[str]) -> tuple[Block, ...]:
    """What one can ask of the expression next, as commands."""
    if not reading.names:
        return ()
    name, quoted = next(iter(reading.names)), shlex.quote(source) if '"' in source else f'"{source}"'
    declared = "".join(f" -s {shlex.quote(one)}" for one in typed)
    command = "jacobian" if reading.value.axes else "gradient"
    asked = f"{quoted} --wrt {name}{declared}"
    lines = ("next", f"  mcalc {command} {asked}", f"  mcalc explain {asked}", "  mcalc --help")
    return (Either(tuple(Prose((line,)) for line in lines), ()),)


def _blocks(reading: Reading) -> Iterator[Block]:
    names = {node: Name(name, len(node.axes)) for name, node in reading.bound.items() if node.args}
    rows: list[tuple[int, tuple[Spans, ...]]] = []
    seen: set[Node] = set()
    stack = [(reading.value, 0)]
    while stack:
        node, depth = stack.pop()
        again = node in seen and bool(node.args)
        shown: Box = equation(names[node], box_of(node)) if node in names else box_of(node)
        part: Spans = (shown, *["  (as above)"] * again)
        rows.append((depth, (part, shape_spans(node), (node.operator.name if node.args else "",))))
        seen.add(node)
        if not again:
            stack += [(arg, depth + 1) for arg in reversed(node.args)]
    yield Tree((("part",), ("shape",), ("operator",)), tuple(rows), ("", "shape", "quiet"))
    why = reasons(reading)
    told = {name: Name(name, len(node.axes)) for name, node in reading.names.items()}
    assumed = [
        (told[name], ": ", *shape_spans(reading.names[name]), ", ", *spans(why[name], told)) for name in reading.assumed
    ]
    if assumed:
        listed = [span for at, one in enumerate(assumed) for span in (*(["; "] if at else []), *one)]
        declare = Prose(("assumed; declare with -s NAME=SHAPE",))
        yield Either((*map(Prose, assumed), declare), (Prose(("Assumed: ", *listed, ".")),))
    yield from (Note(spans(note, told)) for note in reading.notes)
