"""Lines of rewriting: from a value to its simplified form, a line for each run of the engine's log."""

from __future__ import annotations

from dataclasses import replace

from mcalc.derivation.derivation import Step
from mcalc.notation.writing import alike, write
from mcalc.rewriting.explaining import Run, runs_between, said_of
from mcalc.rewriting.naming import Naming
from mcalc.tree.node import Node

_SHORT = 60
"""A local equation that is longer is told in words alone."""
_MOST_LINES = 8


def rewriting_steps(stage: str, before: Node, after: Node) -> list[Step]:
    """The steps from a value to its simplified form: none that changes nothing, none twice."""
    if alike(before, after):
        return []
    runs = runs_between(before, after)
    if not runs or len(runs) > _MOST_LINES or before.operator.name != after.operator.name == "stack":
        return [Step(stage, "simplify", said_of(runs, before, after), before, after, after.shape)]
    steps: list[Step] = []
    for run in runs:
        if alike(before, run.whole):
            continue
        used = _local(stage, run)
        steps.append(Step(stage, "simplify", run.sentence, before, run.whole, after.shape, used))
        before = run.whole
    if steps:
        steps[-1] = replace(steps[-1], after=after)
    return steps


def recognized(naming: Naming) -> Step:
    """A function that was typed out, by its name, before anything else is done."""
    return Step("introduce", naming.name, naming.sentence, naming.before, naming.after, naming.after.shape)


def _local(stage: str, run: Run) -> tuple[Step, ...]:
    """The local equation of a run, where it is short."""
    if run.before.key[0] + run.after.key[0] > _SHORT or len(write(run.before)) + len(write(run.after)) > _SHORT:
        return ()
    return (Step(stage, run.name, run.sentence, run.before, run.after, run.after.shape),)
