"""Where the paper's print slips, and what is right; shown where it applies."""

from __future__ import annotations

from mcalc.derivation.derivation import Derivation
from mcalc.networks.divisors import norms_divided_by
from mcalc.networks.index_form import IndexForm
from mcalc.notation.writing import write
from mcalc.tree import build
from mcalc.tree.folding import rectified
from mcalc.tree.node import Node, topological


def notes_on(derivation: Derivation) -> tuple[str, ...]:
    """Remarks on the result: how it differs from what Parr and Howard print."""
    value, by = derivation.value, derivation.by[0]
    found = []
    if rectified(value) is by and len(by.axes) == 1:
        found.append(
            "The paper prints ∂max(0, x)/∂x as a column; "
            "the Jacobian of a vector by a vector is the diagonal matrix of those entries."
        )
    if isinstance(derivation.natural, Node) and not value.axes:
        sums = [node for node in topological([derivation.natural]) if node.operator.name == "loop_sum"]
        masks = [node for total in sums for node in topological(total.args) if node.operator.indicator and node.loops]
        if masks:
            found.append(
                "The condition depends on the running index; the paper pulls the cases out of the Σ, right only where "
                "all terms fall in one case."
            )
    natural = derivation.natural
    for norm in norms_divided_by(natural.tensor if isinstance(natural, IndexForm) else natural, value):
        if any(node.operator.branches or node.operator.picks for node in topological(norm.args)):
            found.append(f"Where {write(norm, 'text')} is 0, the derivative of the norm is 0, by convention.")
    if _stacked_weights(value, by) and not isinstance(derivation.natural, IndexForm):
        found.append(
            "By the stacked ŵ = [w; b] as a whole the gradient is the row x̂ᵀ = [x; 1]ᵀ; "
            "the paper prints x̂ without that transpose."
        )
    return tuple(found)


def _stacked_weights(value: Node, by: Node) -> bool:
    """A dot product of ``[w; b]`` and ``[x; 1]``, differentiated by a part of the first."""
    dots = [
        node
        for node in topological([value])
        if node.operator.name == "dot" and all(arg.operator.name == "stack" for arg in node.args)
    ]
    return any(
        by in stack.args and build.is_number(other.args[-1], 1)
        for dot in dots
        for stack, other in (dot.args, dot.args[::-1])
    )
