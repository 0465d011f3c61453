"""Where the paper's print slips, and what is right; shown where it applies."""

from __future__ import annotations

from mcalc.derivation.derivation import Derivation
from mcalc.networks.divisors import norms_divided_by
from mcalc.networks.index_form import IndexForm
from mcalc.notation.said import formula_of
from mcalc.notation.writing import write
from mcalc.table.sentences import as_typed, filled, linked, told
from mcalc.tree import build
from mcalc.tree.folding import rectified
from mcalc.tree.names import name_text
from mcalc.tree.node import Node, depends, topological
from mcalc.tree.open import OpenFunction


def notes_on(derivation: Derivation) -> tuple[str, ...]:
    """Remarks on the result: how it differs from what Parr and Howard print."""
    value, by = derivation.value, derivation.by[0]
    found: list[str] = []
    if rectified(value) is by and len(by.axes) == 1:
        found.append(
            told(
                "The paper prints {∂max(0, x)/∂x} as a column; "
                "the Jacobian of a vector by a vector is the diagonal matrix of those entries.",
                own=True,
            )
        )
    if isinstance(derivation.natural, Node) and not value.axes:
        below = topological([derivation.natural]) if "loop_sum" in derivation.natural.below else ()
        sums = [node for node in below if node.operator.name == "loop_sum"]
        masks = [node for total in sums for node in topological(total.args) if node.operator.indicator and node.loops]
        if masks:
            found.append(
                told(
                    "The condition depends on the running index; the paper pulls the cases out of the {Σ}, right only "
                    "where all terms fall in one case."
                )
            )
    natural = derivation.natural
    for norm in norms_divided_by(natural.tensor if isinstance(natural, IndexForm) else natural, value):
        if any(node.operator.branches or node.operator.picks for node in topological(norm.args)):
            zero = "Where {} is 0, the derivative of the norm is 0, by convention."
            found.append(filled(zero, formula_of(norm)))
    if _stacked_weights(value, by) and not isinstance(derivation.natural, IndexForm):
        found.append(
            told(
                "By the stacked {ŵ = [w; b]} as a whole the gradient is the row {x̂ᵀ = [x; 1]ᵀ}; "
                "the paper prints {x̂} without that transpose.",
                own=True,
            )
        )
    if derivation.command == "explain":
        found += _where_element_by_element(derivation)
    return tuple(found)


def _where_element_by_element(derivation: Derivation) -> list[str]:
    """The paper's diagonal case, ``diag(f′)·diag(g′)``, of open functions that are not declared to be such."""
    value, by = derivation.value, derivation.by[0]
    calls = [node for node in topological([value]) if _is_full(node)] if by.axes else []
    moving = depends(value, by) if calls else set()
    calls = [node for node in calls if node in moving]
    if not calls:
        return []
    names = list(dict.fromkeys(name_text(node.operator.open.name) for node in reversed(calls)))
    slopes = [f"diag({name_text(node.operator.open.name)}'({write(node.args[0])}))" for node in calls]
    acts = "acts" if len(names) == 1 else "act"
    declared = " ".join(f"-s {name}=elementwise" for name in names)
    listed = linked(" and ", map(as_typed, names))
    where = filled(f"Where {{}} {acts} element by element ({declared})", listed)
    nested = next((node for node in calls if _is_full(node.args[0]) and node.args[0] in moving), None)
    if nested is None:
        every = linked(" and ", map(as_typed, dict.fromkeys(slopes)))
        return [filled("{}, its Jacobian is diagonal: {}.", where, every)]
    outer, inner = slopes[calls.index(nested)], slopes[calls.index(nested.args[0])]
    both = f"diag({outer[5:-1]} ⊗ {inner[5:-1]})"
    product = as_typed(f"{outer}·{inner} = {both}")
    return [filled("{}, the Jacobians are diagonal, and so is their product: {}.", where, product)]


def _is_full(node: Node) -> bool:
    """An open function of one vector that is a vector, of which nothing more is known."""
    function = node.operator.open
    own = isinstance(function, OpenFunction) and not function.elementwise and len(node.args) == 1
    return own and len(node.args[0].shape) == 1 == len(node.shape) and not any(function.orders)


def _stacked_weights(value: Node, by: Node) -> bool:
    """A dot product of ``[w; b]`` and ``[x; 1]``, differentiated by a part of the first."""
    dots = [
        node
        for node in (topological([value]) if {"dot", "stack"} <= value.below else ())
        if node.operator.name == "dot" and all(arg.operator.name == "stack" for arg in node.args)
    ]
    return any(
        by in stack.args and build.is_number(other.args[-1], 1)
        for dot in dots
        for stack, other in (dot.args, dot.args[::-1])
    )
