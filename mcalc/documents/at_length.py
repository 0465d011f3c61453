"""Blocks as documents have them: answers together, whole sentences where a terminal has a few words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from mcalc.documents.blocks import Block, Either, Equations, Prose, Spans, capital, with_capital

LONGEST_BESIDE, _LONGEST_NAME = 44, 3
"""In a table of rules a longer reason stands below it, after the name of its rule, which has so many words at most."""


def together(blocks: Sequence[Block]) -> Iterator[Block]:
    """The answers by several variables as one, where the first of them stands."""
    answers = [block for block in blocks if isinstance(block, Equations) and block.role == "answer"]
    for block in blocks:
        if block not in answers:
            yield block
        elif block is answers[0]:
            yield replace(block, lines=tuple(line for one in answers for line in one.lines))


def plainly(blocks: Sequence[Block]) -> Iterator[Block]:
    """The blocks, of those that are either of two what documents say."""
    for block in blocks:
        yield from plainly(block.document) if isinstance(block, Either) else (block,)


def at_length(block: Prose) -> Prose:
    """A sentence as a document has it: a rule that is only named, what is held constant, before what it leads to."""
    if block.label and not block.spans:
        return Prose((f"By the {block.label}:" if "rule" in block.label else f"{capital(block.label)}:",))
    if block.label and not str(block.spans[-1]).endswith("."):
        return replace(block, spans=(*block.spans, "."))
    before = {"variable": "", "example": "For example, at ", "parting": "It parts from the derivation here, at "}
    if block.role in before:
        return Prose((*with_capital((before[block.role], *block.spans) if before[block.role] else block.spans), ":"))
    return block


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
