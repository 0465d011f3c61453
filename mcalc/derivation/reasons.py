"""The words of a derivation: which rule, and why it applies."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache

from mcalc.notation.writing import write
from mcalc.table.records import LoopIndex
from mcalc.table.roles import NORM
from mcalc.table.sentences import Formula, Sentence, linked, told
from mcalc.tree import build
from mcalc.tree.names import name_text
from mcalc.tree.node import Node, ValueName, depends, topological, variables

_TITLES_OF_SCALARS = {"multiply": "product rule", "divide": "quotient rule"}
_MOST_NAMED = 3
DIAGONAL = "element-wise diagonal condition: each element depends on its own alone"
EXPANDED = "the scalar stands beside every element: one input, so its derivative stands as a column"
CONSTANT = "a constant factor stays"
BOTH = "both factors move: each in turn, the other held"
QUOTIENT = "numerator and denominator move: the quotient rule"
_TERMS = "a sum is differentiated term by term"
_PRODUCTS = frozenset({"multiply", "matmul", "dot", "outer"})
ORDERED = "Jacobians are multiplied, the outermost first"
ADDED = "the paths are added"
ALONE = "the single-variable rule follows one alone"
_APART = "; "
_BRACKETS = re.compile(r"[\[({]|[\])}]|; ")


def clauses(because: str) -> list[str]:
    """The single reasons of a sentence that gives several; the parts of ``[a; b]`` stay together."""
    depth, start, found = 0, 0, []
    for sign in _BRACKETS.finditer(because):
        if sign[0] != _APART:
            depth += 1 if sign[0] in "[({" else -1
        elif depth == 0:
            found.append(_part(because, start, sign.start()))
            start = sign.end()
    return [clause for clause in (*found, _part(because, start, len(because))) if clause]


def _part(because: str, start: int, end: int) -> str:
    return because.cut(start, end) if isinstance(because, Sentence) else because[start:end]


def joined(reasons: Sequence[str]) -> str:
    """Several reasons as one sentence, each once."""
    return linked(_APART, dict.fromkeys(filter(None, reasons)))


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


def is_square_of_norm(node: Node) -> bool:
    """``‖a‖²``, which is a·a."""
    return node.operator.name == "power" and build.is_number(node.args[1], 2) and node.args[0].operator.name == NORM


def squared(definition: Node) -> str:
    """What the square of a norm is."""
    is_matrix = len(definition.args[0].args[0].axes) == 2
    law = Formula("‖A‖² = tr(Aᵀ·A)" if is_matrix else "‖a‖² = a·a")
    return Sentence(law, ", where both factors vary alike")


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


def of_several(definition: Node, moving: Sequence[Node]) -> str:
    """What is told of an operator by all that moves in it at once."""
    name = definition.operator.name
    if len(moving) == 1:
        touched = depends(definition, moving[0])
        products = [node for node in topological([definition]) if node.operator.name in _PRODUCTS]
        several = any(sum(arg in touched for arg in node.args) > 1 for node in products)
        return BOTH if several else first_reason(definition, moving[0])
    if name in _PRODUCTS:
        return BOTH
    return QUOTIENT if name == "divide" else first_reason(definition, moving[0]) if name != "add" else _TERMS


def _reasons(definition: Node, arg: Node) -> list[str]:
    operator = definition.operator
    if is_square_of_norm(definition) and definition.args[0].args[0] is arg:
        return [squared(definition)]
    if operator.name == "stack" and not arg.axes and any(part.axes for part in definition.args):
        return [operator.sentence, told("{unit(k,n)} is 1 at place {k} and 0 elsewhere")]
    if not operator.rules:
        return [operator.sentence or operator.doc]
    condition = _condition(definition, arg)
    if operator.name in _PRODUCTS and sum(arg in depends(part, arg) for part in definition.args) > 1:
        return [BOTH, condition]
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
    places = _places_of_names(definition).get(arg, [])
    others = [part for at, part in enumerate(definition.args) if at not in places]
    if len(places) > 1 or not others:
        return definition.operator.rule(0).sentence
    return constant(others)


@lru_cache(maxsize=16)
def _places_of_names(definition: Node) -> Mapping[Node, Sequence[int]]:
    """In which of its arguments each name of a value stands."""
    found: dict[Node, list[int]] = {}
    for at, part in enumerate(definition.args):
        for leaf in variables(part):
            found.setdefault(leaf, []).append(at)
    return found


def _factors(definition: Node, arg: Node) -> str:
    others = [part for part in definition.args if arg not in depends(part, arg)]
    if len(others) == len(definition.args) - 1:
        return CONSTANT if not named(others) else constant(others)
    return definition.operator.rule(0).sentence


def named(parts: Sequence[Node]) -> list[str]:
    """The names in some values, those met first coming first; where there are many, enough to tell so."""
    found: dict[str, None] = {}
    for part in parts:
        found.update(dict.fromkeys(str(leaf.parameters[0]) for leaf in variables(part)))
        if len(found) > _MOST_NAMED:
            break
    return list(found)


def constant(parts: Sequence[Node], names: Sequence[str] | None = None) -> str:
    """``y and b are held constant``, in the order of the names where it is given."""
    names = named(parts) if names is None else names
    if not names:
        return "a constant does not move"
    if len(names) > _MOST_NAMED:
        return "the others are held constant"
    return Sentence(listed(names), f" {'is' if len(names) == 1 else 'are'} held constant")


def _condition(definition: Node, arg: Node) -> str:
    """The element-wise diagonal condition, or the scalar's expansion, where one of them is used."""
    operator = definition.operator
    if not operator.elementwise or not definition.axes or operator.indicator:
        return ""
    within = [node for node in topological([definition]) if node.args and node in depends(definition, arg)]
    moved = any(not node.operator.elementwise for node in within)
    return EXPANDED if not arg.axes else "" if moved else DIAGONAL


def listed(names: Sequence[str]) -> str:
    """``u₁, u₂ and u₃``."""
    shown = [own(name) for name in names]
    return Sentence(shown[0] if len(shown) == 1 else linked(" and ", [linked(", ", shown[:-1]), shown[-1]]))


def own(name: str) -> Formula:
    """A name of the problem, within a sentence."""
    return Formula(name_text(name), own=True)


def chain_rule(
    paths: Sequence[Sequence[str]],
    variable: str,
    value: str,
    wide: Sequence[Node],
    loops: Sequence[LoopIndex] = (),
) -> tuple[str, str]:
    """Which of the paper's three chain rules it is, and the reason; `wide` are the vectors and matrices passed."""
    each = linked(" and ", [own(loop.name) for loop in loops])
    added = len(paths) > 1 or bool(loops)
    if wide:
        if not added:
            return "vector chain rule", joined([Sentence("one path, with ", _kinds(wide)), ORDERED])
        ways = Sentence("a path for every ", each) if len(paths) == 1 else _ways(paths, variable, value, each)
        return "vector chain rule", joined([ways, ORDERED, ADDED])
    if len(paths) > 1:
        ways = _ways(paths, variable, value, each)
        return "single-variable total-derivative chain rule", joined([ways, ADDED, ALONE])
    if added:
        return "single-variable total-derivative chain rule", joined([Sentence("a path for every ", each), ADDED])
    return "single-variable chain rule", joined(["one path, scalars alone", "the derivatives are multiplied"])


def _ways(paths: Sequence[Sequence[str]], variable: str, value: str, each: str) -> Sentence:
    """``x reaches u₂ directly and through u₁``."""
    if len(paths) > _MOST_NAMED:
        along = Sentence(f"along {len(paths)} paths")
    else:
        ways = [Sentence("directly" if len(path) == 2 else "through ", *_through(path)) for path in paths]
        last = " as well as " if any(" and " in way for way in ways) else " and "
        along = ways[0] if len(ways) == 1 else linked(last, [linked(", ", ways[:-1]), ways[-1]])
    every = (" for every ", each) if each else ()
    return Sentence(own(variable), " reaches ", own(value), " ", along, *every)


def _through(path: Sequence[str]) -> tuple[str, ...]:
    return () if len(path) == 2 else (listed(path[-2:0:-1]),)


def _kinds(nodes: Sequence[Node]) -> str:
    """``the vectors w and u₁``; of many only what they are."""
    ranks = {len(node.axes) for node in nodes}
    one, several = ("vector", "vectors") if ranks == {1} else ("matrix", "matrices")
    if len(ranks) == 2:
        several = "vectors and matrices"
    if len(nodes) > _MOST_NAMED:
        return several
    names = listed([str(node.parameters[0]) for node in nodes])
    return Sentence(f"the {one if len(nodes) == 1 else several} ", names)


def short_name(value: Node) -> str:
    """A constant by what it is, ``∂(99)/∂x``; anything longer is f."""
    text = write(value) if value.key[0] < 12 else ""
    return ValueName(text, value) if 0 < len(text) < 12 and "_" not in text else "f"
