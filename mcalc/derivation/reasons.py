"""The words of a derivation: which rule, and why it applies."""

from __future__ import annotations

import re
from collections.abc import Sequence

from mcalc.table.records import LoopIndex
from mcalc.tree import build
from mcalc.tree.names import name_text
from mcalc.tree.node import Node, depends, variables

_TITLES_OF_SCALARS = {"multiply": "product rule", "divide": "quotient rule"}
_MOST_NAMED = 3
DIAGONAL = "element-wise diagonal condition: each element depends on its own alone"
EXPANDED = "the scalar moves every element: one input, so its derivative stands as a column"
CONSTANT = "a constant factor stays"
_APART = "; "
_BRACKETS = re.compile(r"[\[({]|[\])}]|; ")


def clauses(because: str) -> list[str]:
    """The single reasons of a sentence that gives several; the parts of ``[a; b]`` stay together."""
    depth, start, found = 0, 0, []
    for sign in _BRACKETS.finditer(because):
        if sign[0] != _APART:
            depth += 1 if sign[0] in "[({" else -1
        elif depth == 0:
            found.append(because[start : sign.start()])
            start = sign.end()
    return [clause for clause in (*found, because[start:]) if clause]


def joined(reasons: Sequence[str]) -> str:
    """Several reasons as one sentence, each once."""
    return _APART.join(dict.fromkeys(filter(None, reasons)))


def core(definition: Node, arg: Node) -> Node:
    """The definition without the constants that multiply it, the sign in front of it and the Σ around it."""
    while definition.operator.name in ("negative", "multiply", "divide", "loop_sum"):
        moving = [part for part in definition.args if arg in depends(part, arg)]
        if len(moving) != 1 or not moving[0].args:
            break
        if definition.operator.name == "divide" and moving[0] is not definition.args[0]:
            break
        if any(part.axes for part in definition.args if part is not moving[0]):
            break
        definition = moving[0]
    return definition


def rule_name(definition: Node, arg: Node) -> str:
    """The name of the rule by which a definition is differentiated by one of its variables."""
    definition = core(definition, arg)
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
    """Why the derivative of a definition by one of its variables is what it is: each reason a clause."""
    inner = core(definition, arg)
    around: list[str] = []
    while definition is not inner:
        (moving,) = (part for part in definition.args if arg in depends(part, arg))
        if definition.operator.name == "loop_sum":
            around.insert(0, definition.operator.sentence)
        definition = moving
    return joined([*_reasons(inner, arg), *around])


def first_reason(definition: Node, arg: Node) -> str:
    """The one reason that is told where there is room for no more."""
    return next(iter(clauses(because_local(definition, arg))), "")


def _reasons(definition: Node, arg: Node) -> list[str]:
    operator = definition.operator
    if operator.name == "stack" and not arg.axes and any(part.axes for part in definition.args):
        return [operator.sentence, "unit(k,n) is 1 at place k and 0 elsewhere"]
    if not operator.rules:
        return [operator.sentence or operator.doc]
    condition = _condition(definition, arg)
    if operator.name == "add":
        return [_held(definition, arg), condition]
    if operator.name == "multiply":
        return [condition] if condition else [_factors(definition, arg)]
    position = next((at for at, part in enumerate(definition.args) if part is arg or arg in depends(part, arg)), 0)
    found = [operator.rule(position).sentence]
    if operator.first_counts and definition.parameters:
        found.append("here the two are equal on an open set, and where they are the first counts")
    return [*found, condition]


def _held(definition: Node, arg: Node) -> str:
    """``b is held constant``: what is said of a sum by one of its terms."""
    moving = [part for part in definition.args if arg in depends(part, arg)]
    others = [part for part in definition.args if part not in moving]
    if len(moving) > 1 or not others:
        return definition.operator.rule(0).sentence
    return constant(others)


def _factors(definition: Node, arg: Node) -> str:
    others = [part for part in definition.args if arg not in depends(part, arg)]
    if len(others) == len(definition.args) - 1:
        return CONSTANT if not named(others) else constant(others)
    return definition.operator.rule(0).sentence


def named(parts: Sequence[Node]) -> list[str]:
    """The names in some values, those met first coming first."""
    return list(dict.fromkeys(str(leaf.parameters[0]) for part in parts for leaf in variables(part)))


def constant(parts: Sequence[Node]) -> str:
    """``y and b are held constant``."""
    names = named(parts)
    if not names:
        return "a constant does not move"
    if len(names) > _MOST_NAMED:
        return "the others are held constant"
    return f"{listed(names)} {'is' if len(names) == 1 else 'are'} held constant"


def _condition(definition: Node, arg: Node) -> str:
    """The element-wise diagonal condition, or the scalar's expansion, where one of them is used."""
    operator = definition.operator
    if not operator.elementwise or not definition.axes or operator.indicator:
        return ""
    return DIAGONAL if arg.axes else EXPANDED


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
    each = " and ".join(loop.name for loop in loops)
    added = len(paths) > 1 or bool(loops)
    if wide:
        order = "Jacobians are multiplied, the outermost first"
        if not added:
            return "vector chain rule", f"one path, with {_kinds(wide)}: {order}"
        if len(paths) == 1:
            return "vector chain rule", f"a path for every {each}: {order}, paths are added"
        return "vector chain rule", f"{_ways(paths, variable, value, each)}: {order}, and the paths are added"
    if len(paths) > 1:
        why = f"{_ways(paths, variable, value, each)}: the paths are added, the single-variable rule follows one alone"
        return "single-variable total-derivative chain rule", why
    if added:
        return "single-variable total-derivative chain rule", f"one path for every {each}: the paths are added"
    return "single-variable chain rule", "one path, scalars alone: the derivatives are multiplied"


def _ways(paths: Sequence[Sequence[str]], variable: str, value: str, each: str) -> str:
    """``x reaches u₂ directly and through u₁``."""
    if len(paths) > _MOST_NAMED:
        told = f"along {len(paths)} paths"
    else:
        ways = ["directly" if len(path) == 2 else "through " + listed(path[-2:0:-1]) for path in paths]
        last = "as well as" if any(" and " in way for way in ways) else "and"
        told = ways[0] if len(ways) == 1 else f"{', '.join(ways[:-1])} {last} {ways[-1]}"
    return f"{name_text(variable)} reaches {name_text(value)} {told}" + (f" for every {each}" if each else "")


def _kinds(nodes: Sequence[Node]) -> str:
    """``the vectors w and u₁``; of many only what they are."""
    ranks = {len(node.axes) for node in nodes}
    one, several = ("vector", "vectors") if ranks == {1} else ("matrix", "matrices")
    if len(ranks) == 2:
        several = "vectors and matrices"
    if len(nodes) > _MOST_NAMED:
        return several
    names = listed([str(node.parameters[0]) for node in nodes])
    return f"the {one if len(nodes) == 1 else several} {names}"
