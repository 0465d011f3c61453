"""The words of a derivation: which rule, and why it applies."""

from __future__ import annotations

from collections.abc import Sequence

from mcalc.table.records import LoopIndex
from mcalc.tree import build
from mcalc.tree.names import name_text, size_text
from mcalc.tree.node import Node, depends

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
    if operator.name == "stack" and not arg.axes and any(part.axes for part in definition.args):
        return f"{operator.sentence}; unit(k,n) is 1 at place k and 0 elsewhere"
    if not operator.rules:
        return operator.sentence or operator.doc
    if operator.name == "add" and any(part.operator.name == "negative" for part in definition.args):
        sentence = "each term is differentiated by itself, with its sign"
        return sentence + _condition(definition, arg)
    position = next((at for at, part in enumerate(definition.args) if arg in depends(part, arg)), 0)
    sentence = operator.rule(position).sentence
    if operator.first_counts and definition.parameters:
        sentence += "; here the two are equal on an open set, and where they are the first counts"
    return sentence + _condition(definition, arg)


def _condition(definition: Node, arg: Node) -> str:
    """The element-wise diagonal condition, or the scalar's expansion, where one of them is used."""
    operator = definition.operator
    if not operator.elementwise or not definition.axes or operator.indicator:
        return ""
    if arg.axes:
        return (
            "; the element-wise diagonal condition holds: "
            "element i of the result depends on element i alone, so the Jacobian is diagonal"
        )
    return "; the scalar is expanded, so every element moves with it"


def listed(names: Sequence[str]) -> str:
    """``u₁, u₂ and u₃``."""
    shown = [name_text(name) for name in names]
    return shown[0] if len(shown) == 1 else ", ".join(shown[:-1]) + " and " + shown[-1]


def chain_rule(
    paths: Sequence[Sequence[str]],
    variable: str,
    value: str,
    wide: Sequence[Node],
    loops: Sequence[LoopIndex] = (),
) -> tuple[str, str]:
    """Which of the paper's three chain rules it is, and the reason; `wide` are the vectors and matrices passed."""
    ways = "; ".join("directly" if len(path) == 2 else "through " + listed(path[-2:0:-1]) for path in paths)
    reaches = f"{name_text(variable)} reaches {name_text(value)} along "
    reaches += f"{len(paths)} paths ({ways})" if len(paths) > 1 else "one path"
    if loops:
        reaches += " for every " + " and ".join(f"{loop.name} = 1..{size_text(loop.size)}" for loop in loops)
    added = len(paths) > 1 or bool(loops)
    if wide:
        kind = _kinds(wide)
        how = "the derivatives are Jacobians, multiplied in order, the outermost first"
        return "vector chain rule", f"{reaches}; {kind}, so {how}{', and the paths are added' if added else ''}"
    if added:
        return (
            "single-variable total-derivative chain rule",
            f"{reaches}; the single-variable rule would follow one of them alone, so the products along each are added",
        )
    return (
        "single-variable chain rule",
        f"{reaches}, and all on it are scalars: the single-variable rule is enough, the derivatives are multiplied",
    )


def _kinds(nodes: Sequence[Node]) -> str:
    """``w and u₁ are vectors``."""
    names = listed([str(node.parameters[0]) for node in nodes])
    ranks = {len(node.axes) for node in nodes}
    if len(nodes) == 1:
        return f"{names} is a {'vector' if ranks == {1} else 'matrix'}"
    return f"{names} are {'vectors' if ranks == {1} else 'matrices' if ranks == {2} else 'vectors and matrices'}"
