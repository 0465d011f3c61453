"""What is told beside an answer: the shapes of its names, what was assumed of them, how it was checked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from mcalc.derivation.derivation import STAGES, Derivation, Step
from mcalc.documents.blocks import Where
from mcalc.notation.boxes import Name, Size
from mcalc.notation.of_numbers import magnitude
from mcalc.notation.said import shown_shape
from mcalc.table.records import lies
from mcalc.table.sentences import Formula, Sentence, filled, linked
from mcalc.tree.names import name_text, size_words
from mcalc.tree.node import Node


def names_of(derivation: Derivation) -> Where:
    """What the names stand for, and which of their shapes were assumed."""
    reading = derivation.reading
    listed = []
    for name, node in reading.names.items():
        properties = tuple(sorted(node.parameters[1])) if len(node.parameters) > 1 else ()
        listed.append((Name(name, len(node.axes)), node.shape, properties))
    functions = tuple((Name(name), function) for name, function in reading.functions.items())
    return Where(tuple(listed), tuple(name for name in reading.assumed if name in reading.names), functions)


def names_line(derivation: Derivation) -> str:
    """The shapes of the names, and which of them were assumed."""
    return names_of(derivation).text()


def assumptions(derivation: Derivation) -> tuple[str, ...]:
    """What was assumed of the names, if anything was, and the notes on the reading."""
    reading = derivation.reading
    assumed = [names_line(derivation)] if any(name in reading.names for name in reading.assumed) else []
    return (*assumed, *reading.notes)


def verified_line(derivation: Derivation) -> str:
    """``agrees with finite differences at 3 random points, relative error 2e-16``."""
    found = derivation.verified
    assert found is not None
    if not found.points:
        return f"not checked numerically: {found.reason}"
    points = "point" if found.points == 1 else "points"
    if found.kinks:
        which = "the kink" if found.kinks == 1 else "every kink"
        if found.kinks < found.existing:
            which = f"{found.kinks} of {found.existing} kinks"
        error = "" if found.error == 0 else f", {magnitude(found.error)}"
        exactly = "" if found.error else "exactly "
        return f"agrees {exactly}with finite differences on both sides of {which} ({found.points} {points}{error})"
    if found.error == 0:
        return f"agrees exactly with finite differences at {found.points} random {points}"
    return f"agrees with finite differences at {found.points} random {points}, relative error {magnitude(found.error)}"


def layout_line(derivation: Derivation) -> Sentence:
    """``1×n in the paper layout: one output, n inputs, so a row``: the shape of the result, and where it comes from."""
    value, shape, layout = derivation.value, derivation.in_symbols.shape, derivation.layout
    told = filled(f"{{}} in the {layout} layout", shown_shape(shape))
    if derivation.is_second or any(len(node.axes) > 1 for node in (value, *derivation.by)):
        return told
    sides = Sentence(_counted([value], "output"), ", ", _counted(derivation.by, "input"))
    if not shape:
        return Sentence(shown_shape(shape), ": ", sides)
    if len(shape) == 1:
        return Sentence(told, ": ", sides, ", so a column")
    if lies(shape):
        return Sentence(told, ": ", sides, ", so a row")
    square = ", so square" if shape[0] == shape[1] else ""
    line = "column" if layout == "denominator" else "row"
    return Sentence(told, ": ", sides, f", a {line} for each output{square}")


def _counted(nodes: Sequence[Node], what: str) -> Sentence:
    """``n inputs``, ``one output``."""
    sizes = [size for node in nodes for size in node.shape if size != 1]
    one = size_words(sizes[0]) if sizes else "one"
    one = one if (one.isalpha() and len(one) > 1) or one.isdigit() else Formula(one, box=Size(sizes[0]))
    count = one if len(nodes) == 1 else "several" if sizes else str(len(nodes))
    return Sentence(count, f" {what}{'' if count == 'one' else 's'}")


def other_layout(derivation: Derivation) -> str:
    """``column: --layout denominator``, where the other layout turns the result."""
    result = derivation.in_symbols
    if len(set(derivation.by)) > 1 or derivation.is_second or not isinstance(result, Node) or len(result.shape) > 2:
        return ""
    value, by = derivation.value, derivation.by[0]
    if len(value.axes) + len(by.axes) == 0 or len(by.axes) == 2 or len(value.axes) == 2:
        return ""
    other = "denominator" if derivation.layout != "denominator" else "paper"
    row = lies(result.shape)
    column = len(result.shape) == 1 or result.shape[1] == 1
    return f"{'column' if row else 'row' if column else 'transposed'}: --layout {other}"


def by_variable(derivation: Derivation) -> list[Derivation]:
    """The derivation as the steps by each variable, and what is then made of them all."""
    order = list(STAGES)
    blocks: list[list[Step]] = [[]]
    for step in derivation.steps:
        before = blocks[-1][-1] if blocks[-1] else step
        apart = step.stage == before.stage and step is not before and step.before is not before.after
        apart = apart and (step.stage == "outline" or blocks[-1][0].stage == "differentiate" == step.stage)
        if apart or order.index(step.stage) < order.index(before.stage):
            blocks.append([])
        blocks[-1].append(step)
    if len(derivation.wrt) != len(blocks) or len(blocks) == 1:
        return [derivation]
    return [replace(derivation, by=(by,), steps=tuple(steps)) for by, steps in zip(derivation.by, blocks, strict=True)]


def held_constant(part: Derivation, derivation: Derivation) -> Sentence:
    """``by x, with y held constant``."""
    names = [Formula(name_text(name), own=True) for name in (part.wrt[0], *derivation.wrt)]
    others = [name for name, word in zip(names[1:], derivation.wrt, strict=True) if word not in part.wrt]
    return filled("by {}, with {} held constant", names[0], linked(" and ", others))
