"""The words of a derivation: which rule, and why it applies."""

from __future__ import annotations

from collections.abc import Sequence

from mcalc.expressions import build
from mcalc.expressions.names import name_text, size_text
from mcalc.expressions.records import LoopIndex
from mcalc.expressions.tree import Node, depends, topological

_TITLES_OF_SCALARS = {"multiply": "product rule", "divide": "quotient rule"}


def rule_name(definition: Node, arg: Node) -> str:
    """The name of the rule by which a definition is differentiated by one of its variables."""
    name = definition.operator.name
    if name == "multiply" and any(build.is_number(part) for part in definition.args):
        others = [part for part in definition.args if not build.is_number(part)]
        if len(others) == 1:
            return "constant multiple"
    if name == "divide" and not depends(definition.args[1], arg):
        return "constant multiple"
    if name == "add" and definition.axes and not arg.axes:
        return "scalar expansion"
    if name == "add" and any(part.operator.name == "negative" for part in definition.args):
        return "difference rule"
    if not definition.axes and name in _TITLES_OF_SCALARS:
        return _TITLES_OF_SCALARS[name]
    return definition.operator.title


def because_local(definition: Node, arg: Node) -> str:
    """The sentence of the operator table, and the element-wise diagonal condition where it applies."""
    operator = definition.operator
    if not operator.rules:
        return operator.sentence or operator.doc
    if operator.name == "add" and any(part.operator.name == "negative" for part in definition.args):
        return "each term is differentiated by itself, with its sign"
    position = next((at for at, part in enumerate(definition.args) if arg in depends(part, arg)), 0)
    sentence = operator.rule(position).sentence
    if operator.elementwise and definition.axes and arg.axes:
        sentence += "; element i of the result depends on element i alone, so the Jacobian is diagonal"
    elif operator.elementwise and definition.axes and not arg.axes:
        sentence += "; the scalar is expanded, so every element moves with it"
    return sentence


def _listed(names: Sequence[str]) -> str:
    shown = [name_text(name) for name in names]
    return shown[0] if len(shown) == 1 else ", ".join(shown[:-1]) + " and " + shown[-1]


def chain_rule(
    paths: Sequence[Sequence[str]], variable: str, value: str, wide: bool, loops: Sequence[LoopIndex] = ()
) -> tuple[str, str]:
    """Which of the paper's three chain rules it is, and the reason."""
    shown, top = name_text(variable), name_text(value)
    reaches = f"{shown} reaches {top}"
    ways = "; ".join("directly" if len(path) == 2 else "through " + _listed(path[-2:0:-1]) for path in paths)
    several = f"along {len(paths)} paths ({ways})" if len(paths) > 1 else "along one path"
    if loops:
        every = " and ".join(f"{loop.name} = 1..{size_text(loop.size)}" for loop in loops)
        several += f" for every {every}"
    added = len(paths) > 1 or bool(loops)
    if wide:
        how = "the Jacobians along each are multiplied, the outermost first, and the paths are added"
        return (
            "vector chain rule",
            f"{reaches} {several}: {how if added else how[: how.index(', and')].replace(' along each', '')}",
        )
    if added:
        return (
            "single-variable total-derivative chain rule",
            f"{reaches} {several}: each contributes, and the contributions are added",
        )
    return (
        "single-variable chain rule",
        f"{reaches} {several}, and all on it are scalars: the derivatives are multiplied",
    )


def simplification(before: Node, after: Node) -> str:
    """What was done between two forms of one value."""
    reasons = []
    if any(build.rectified(node) is not None for node in _new(before, after)):
        reasons.append("where the condition holds, max(0, z) is z")
    if _terms(before) > _terms(after):
        taken_out = any(node.operator.name == "add" for node in _new(after, before))
        reasons.append("the common factor is taken out" if taken_out and _terms(after) == 1 else "like terms are added")
    if _count(before, "divide") > _count(after, "divide") or _powers(before) > _powers(after):
        reasons.append("equal factors are united")
    if any(
        build.negated(node) in set(topological([before])) for node in _new(after, before) if node.operator.name == "add"
    ):
        reasons.append("the minus sign turns the difference round")
    if after.operator.name in ("stack", "grid", "stack_rows") and before.operator.name != after.operator.name:
        reasons.append("written out entry by entry")
    if not reasons and _ones(before) > _ones(after):
        reasons.append("factors of 1 are dropped")
    return "; ".join(reasons) or "numbers and scalars stand in front"


def _new(one: Node, other: Node) -> list[Node]:
    """The nodes of `one` that `other` does not have."""
    known = set(topological([other]))
    return [node for node in topological([one]) if node not in known]


def _terms(node: Node) -> int:
    return len(node.args) if node.operator.name == "add" else 1


def _count(node: Node, name: str) -> int:
    return sum(part.operator.name == name for part in topological([node]))


def _powers(node: Node) -> int:
    return _count(node, "power") + _count(node, "sqrt")


def _ones(node: Node) -> int:
    return sum(
        build.is_number(arg, 1) for part in topological([node]) if part.operator.name == "multiply" for arg in part.args
    )
