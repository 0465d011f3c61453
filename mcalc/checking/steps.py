"""The step of the derivation from which a wrong answer departs."""

from __future__ import annotations

import re

from mcalc.checking.findings import SIGN
from mcalc.checking.variants import Variants
from mcalc.derivation.derivation import Step
from mcalc.tree import build
from mcalc.tree.node import Node, replace, topological, variables


def step_for(variants: Variants, finding: str, words: str, part: str = "") -> Step | None:
    """The step whose equation has what the finding speaks of: the names of the part, a number, a sign, a condition."""
    steps = [step for step in variants.work.steps if step.stage == "differentiate" and isinstance(step.after, Node)]
    if finding in ("missing-term", "extra-term", "only-symmetric", "shape", "wrong"):
        return variants.chain_step() or (steps[-1] if steps else None)
    if finding in ("other-layout", "missing-sum", "extra-sum"):
        return None
    scored = [(_score(variants, step, finding, part or words), -at, step) for at, step in enumerate(steps)]
    if not scored:
        return None
    score, _, step = max(scored, key=lambda row: row[:2])
    return step if score > 0 else variants.chain_step() or step


def _score(variants: Variants, step: Step, finding: str, words: str) -> float:
    assert isinstance(step.after, Node)
    after = topological([step.after])
    if finding in ("missing-mask", "wrong-mask", "only-part-of-domain"):
        return float(any(map(_is_condition, after)))
    if finding == SIGN:
        return float(
            any(
                node.operator.name == "negative" or (build.is_number(node) and bool(node.parameters[0] < 0))
                for node in after
            )
        )
    if finding == "factor":
        return float(any(build.is_number(node) or node.operator.name == "dimension" for node in after))
    meaning = {line.node: line.meaning for line in variants.work.lines}
    names = {str(leaf.parameters[0]) for leaf in variables(replace(step.after, meaning))}
    wanted = set(re.findall(r"[^\W\d]\w*", words)) & {str(name) for name in variants.reading.names}
    if not names or not wanted:
        return 0.0
    return len(names & wanted) / len(names | wanted)


def _is_condition(node: Node) -> bool:
    return node.operator.indicator or node.operator.is_cases or node.operator.is_step
