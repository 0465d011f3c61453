"""The words of a derivation: which rule, and why it applies."""

from __future__ import annotations

from collections.abc import Sequence

from mcalc.table.records import LoopIndex
from mcalc.tree import build
from mcalc.tree.folding import rectified
from mcalc.tree.names import name_text, size_text
from mcalc.tree.node import Node, depends, topological

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


def simplification(before: Node, after: Node) -> str:
    """What was done between two forms of one value."""
    reasons = []
    gone, new = _new(before, after), _new(after, before)
    cancelled = any(_is_sum_of_distances(node) for node in gone)
    entries = after.operator.name in ("stack", "grid", "stack_rows") and before.operator.name != after.operator.name
    if any(rectified(node) is not None for node in gone):
        reasons.append("where the condition holds, max(0, z) is z")
    averaged = _count(before, "mean") > _count(after, "mean") and _count(before, "sum") < _count(after, "sum")
    if averaged:
        reasons.append("the mean is the sum over the number of elements")
    if cancelled:
        reasons.append("the distances from the mean add up to 0")
    elif _terms(before) > _terms(after) and not entries:
        taken_out = any(node.operator.name == "add" for node in new)
        reasons.append("the common factor is taken out" if taken_out and _terms(after) == 1 else "like terms are added")
    fewer = _count(before, "divide") > _count(after, "divide") or _powers(before) != _powers(after)
    inverted = [node for node in gone if node.operator.name == "inv" and node.args[0].operator.name == "matmul"]
    if inverted:
        reasons.append("the inverse of a product, multiplied out, cancels its neighbours")
    elif fewer and not cancelled and not averaged:
        reasons.append("equal factors are united")
    turned = set(topological([before]))
    if any(build.negated(node) in turned for node in new if node.operator.name == "add"):
        reasons.append("the minus sign turns the difference round")
    if entries:
        reasons.append("written out entry by entry")
    return "; ".join(reasons) or _arrangement(before, after, gone, new)


def _arrangement(before: Node, after: Node, gone: Sequence[Node], new: Sequence[Node]) -> str:
    """What was done where only factors moved."""
    products = [node for node in gone if node.operator.name in ("matmul", "dot")]
    if any(arg.operator.name == "unit" for node in products for arg in node.args):
        return "the unit vector picks out its element"
    if any(arg.operator.name == "stack_rows" for node in products for arg in node.args):
        return "each part of the row meets its own block"
    if _count(before, "diag") > _count(after, "diag") and any(_is_row_of_products(node) for node in new):
        return "uᵀ·A·diag(v) = (Aᵀ·u ⊗ v)ᵀ"
    if _numbers(before) > _numbers(after):
        return "the numbers are multiplied and stand in front"
    if _ones(before) > _ones(after):
        return "factors of 1 are dropped"
    if _count(before, "negative") != _count(after, "negative"):
        return "the sign stands in front"
    if any(_has_number_inside(node) for node in gone):
        return "the numbers stand in front"
    return "the factors are put in order"


def _is_row_of_products(node: Node) -> bool:
    """``(Aᵀ·u ⊗ v)ᵀ``."""
    if node.operator.name != "transpose" or node.args[0].operator.name != "multiply":
        return False
    return any(arg.operator.name == "matmul" for arg in node.args[0].args)


def _has_number_inside(node: Node) -> bool:
    """A product with a number after another factor."""
    if node.operator.name != "multiply":
        return False
    return any(
        build.is_number(arg) or (arg.operator.name == "multiply" and build.is_number(arg.args[0]))
        for arg in node.args[1:]
    )


def _is_sum_of_distances(node: Node) -> bool:
    """``sum(x − mean(x))``."""
    if node.operator.name != "sum" or node.args[0].operator.name != "add":
        return False
    parts = node.args[0].args
    means = [part.args[0].args[0] for part in parts if part.operator.name == "negative" and _is_mean(part.args[0])]
    return len(parts) == 2 and any(part in means for part in parts)


def _is_mean(node: Node) -> bool:
    return node.operator.name == "mean"


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


def _numbers(node: Node) -> int:
    """How many numbers other than 1 are written."""
    arguments = [node, *(arg for part in topological([node]) for arg in part.args)]
    return sum(build.is_number(arg) and not build.is_number(arg, 1) for arg in arguments)
