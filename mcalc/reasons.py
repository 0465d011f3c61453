"""The words of a derivation: which rule, and why it applies."""

from __future__ import annotations

from collections.abc import Sequence

from mcalc import build
from mcalc.notation import name_text
from mcalc.tree import Node, depends

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
        return operator.doc
    position = next((at for at, part in enumerate(definition.args) if arg in depends(part, arg)), 0)
    sentence = operator.rule(position).sentence
    if operator.elementwise and definition.axes and arg.axes:
        sentence += "; element i of the result depends on element i alone, so the Jacobian is diagonal"
    elif operator.elementwise and definition.axes and not arg.axes:
        sentence += "; the scalar is expanded, so every element moves with it"
    return sentence


def chain_rule(paths: Sequence[Sequence[str]], variable: str, value: str, wide: bool) -> tuple[str, str]:
    """Which of the paper's three chain rules it is, and the reason."""
    shown, top = name_text(variable), name_text(value)
    if len(paths) == 1:
        if wide:
            return (
                "vector chain rule",
                f"{shown} reaches {top} along one path, so the Jacobians are multiplied, the outermost first",
            )
        return (
            "single-variable chain rule",
            f"{shown} reaches {top} along one path, and all on it are scalars: the derivatives are multiplied",
        )
    ways = ", ".join(
        "directly" if len(path) == 2 else "through " + ", ".join(name_text(name) for name in reversed(path[1:-1]))
        for path in paths
    )
    if wide:
        return (
            "vector chain rule",
            f"{shown} reaches {top} along {len(paths)} paths ({ways}): "
            "the Jacobians along each are multiplied, and the paths are added",
        )
    return (
        "single-variable total-derivative chain rule",
        f"{shown} reaches {top} along {len(paths)} paths ({ways}), and each contributes: the contributions are added",
    )
