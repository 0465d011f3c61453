"""How much of a derivation is shown: the key line, the paper's steps, or every rewriting with its reason."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from mcalc.derivation.derivation import Derivation, Line, Step, chains
from mcalc.derivation.outline import outline
from mcalc.derivation.statements import by_variable
from mcalc.networks.index_form import IndexForm
from mcalc.notation.writing import write
from mcalc.tree import node as tree
from mcalc.tree.names import name_text
from mcalc.tree.node import Node, variables


def at_detail(derivation: Derivation, detail: str) -> Derivation:
    """The derivation with the steps of that level, ``outline``, ``normal`` or ``full``: the same data at each."""
    if detail == "normal":
        return derivation
    choose = _outline if detail in ("outline", "brief") else _every_rewriting
    parts = tuple(at_detail(part, detail) for part in derivation.parts)
    return replace(derivation, steps=tuple(choose(derivation)), parts=parts)


def _outline(derivation: Derivation) -> Iterator[Step]:
    """What is known of each operator applied in a line, by each variable; over sums over data the key line alone."""
    for part in by_variable(derivation):
        named = {step.before for step in part.steps if step.stage == "introduce"}
        lines = tuple(line for line in part.lines if line.node in named)
        steps = list(outline(lines, part.by[-1]))
        if not steps:
            yield from _key_line(part)
            continue
        last = [step for step in part.steps if step.stage in ("combine", "substitute", "differentiate")]
        if isinstance(last[-1].after, IndexForm):
            steps[-1] = replace(steps[-1], after=last[-1].after)
        yield from steps
        if last[-1].after is not steps[-1].after:
            because = last[-1].because if last[-1].rule == "case distinction" else "written as the answer"
            before = steps[-1].after
            yield replace(last[-1], stage="outline", because=because, before=before, substeps=())
        yield from (step for step in part.steps if step.stage in ("collect", "layout", "components"))


def _key_line(derivation: Derivation) -> Iterator[Step]:
    """The chain rule that gives the derivative, or where there is none the one rule, and then the result."""
    own = [step for step in derivation.steps if step.stage in ("combine", "differentiate")]
    if not own:
        yield from derivation.steps
        return
    key = chains(own)[-1][0]
    yield replace(key, stage="combine")
    later = [step for step in derivation.steps if step.stage in ("differentiate", "combine", "substitute")]
    last = later[-1].after
    if last is not key.after:
        yield Step("combine", "result", "every derivative inserted", key.after, last, key.shape)
    yield from (step for step in derivation.steps if step.stage in ("collect", "layout", "components"))


def _every_rewriting(derivation: Derivation) -> Iterator[Step]:
    for step in derivation.steps:
        if step.rule == "substitute back" and isinstance(step.before, Node):
            yield from _name_by_name(step, derivation.lines)
        elif step.stage == "differentiate":
            yield from step.substeps
            yield replace(step, substeps=())
        else:
            yield step


def _name_by_name(step: Step, lines: tuple[Line, ...]) -> Iterator[Step]:
    """The intermediate variables replaced one after the other, the last one first."""
    now = step.before
    assert isinstance(now, Node)
    for line in reversed(lines):
        if line.node not in variables(now):
            continue
        then = tree.replace(now, {line.node: line.definition})
        yield replace(step, before=now, after=then, because=f"{name_text(line.name)} = {write(line.definition)}")
        now = then
    if now is not step.after:
        yield replace(step, before=now, rule="as typed", because="products written as in the expression")
