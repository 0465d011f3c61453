"""Blocks as documents have them: answers together, whole sentences where a terminal has a few words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from mcalc.documents.blocks import Block, Either, Equations, Line, Prose, Spans, Table, capital, with_capital
from mcalc.notation.boxes import Box, Row, Said
from mcalc.problems import Problem
from mcalc.table import CALLS

MOST_COLUMNS = 24
LONGEST_BESIDE, _LONGEST_NAME = 44, 3
"""In a table of rules a longer reason stands below it, after the name of its rule, which has so many words at most."""


def together(blocks: Sequence[Block]) -> Iterator[Block]:
    """The answers by several variables as one, where the first of them stands, below what they have in common."""
    answers = [block for block in blocks if isinstance(block, Equations) and block.role in ("common", "answer")]
    for block in blocks:
        if block not in answers:
            yield block
        elif block is answers[0]:
            yield replace(answers[-1], lines=tuple(line for one in answers for line in one.lines))


def plainly(blocks: Sequence[Block]) -> Iterator[Block]:
    """The blocks, of those that are either of two what documents say."""
    for block in blocks:
        yield from plainly(block.document) if isinstance(block, Either) else (block,)


def at_length(block: Prose | Table) -> Prose | Table:
    """A sentence as a document has it: a rule that is only named, what is held constant, before what it leads to.

    Of a table of numbers each has its own minus sign, and a heading the name of its group.
    """
    if isinstance(block, Table):
        return _of_numbers(block) if block.numbers else block
    if block.label and not block.spans:
        return Prose((f"By the {block.label}:" if "rule" in block.label else f"{titled(block.label)}:",))
    if block.label and not str(block.spans[-1]).endswith("."):
        return replace(block, spans=(*block.spans, "."))
    if block.role in ("quiet", "within") and not str(block.spans[-1]).endswith((".", ":")):
        return replace(block, spans=(*with_capital(block.spans), "."))
    before = {"variable": "", "example": "For example, at ", "parting": "It parts from the derivation here, at "}
    if block.role in before:
        return Prose((*with_capital((before[block.role], *block.spans) if before[block.role] else block.spans), ":"))
    return block


def checked(block: Table) -> Table:
    """The table; raises Problem where it has too many columns to be read."""
    count = max((count for *_, count in block.groups), default=len(block.header))
    if count > MOST_COLUMNS:
        told = f"This table has {len(block.header)} columns, and at most {MOST_COLUMNS} are shown."
        raise Problem(told, hint="-f csv and -f json have them all")
    return block


def titled(label: str) -> str:
    """The name of a rule in front of its sentence; one that goes by a function as it is written, ``sin``, stays so."""
    operator = CALLS[label][0] if label in CALLS else None
    written = operator is not None and (operator.notation.text or operator.name) == label
    return label if written else capital(label)


def _of_numbers(block: Table) -> Table:
    """The table with typographic signs, its columns named by their groups."""
    checked(block)
    names = [name for _, name, count in block.groups for _ in range(count)] or [""] * len(block.header)
    header = tuple(
        (name + " ", *cell) if name else _signed(cell) for name, cell in zip(names, block.header, strict=True)
    )
    return replace(block, header=header, rows=tuple(tuple(map(_signed, row)) for row in block.rows))


def _signed(cell: Spans) -> Spans:
    if len(cell) > 1 or not isinstance(cell[0], str):
        return cell
    shown = cell[0].strip()
    return ("−" + shown[1:] if shown.startswith("-") else shown,)


def with_decimals(line: Line) -> Box:
    """The right side; of an exact number with what it is about behind it."""
    right, about = (box.inner if isinstance(box, Said) else box for box in (line.right, line.about))
    assert right is not None
    return right if about is None else Row("relation", (right, about), ("", "about"))


def named(rule: str, reason: Spans) -> tuple[str, Spans]:
    """A rule that says its own name in front, ``diagonal condition: …``, goes by that."""
    first = reason[0] if reason else ""
    if not isinstance(first, str):
        return rule, reason
    head, colon, rest = first.partition(": ")
    if not colon or ";" in first or head.count(" ") >= _LONGEST_NAME:
        return rule, reason
    return head, (rest, *reason[1:])


def letters(spans: Spans) -> int:
    """About how long a sentence is."""
    return sum(len(span if isinstance(span, str) else getattr(span, "text", "x")) for span in spans)
