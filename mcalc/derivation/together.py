"""Derivatives by several scalars as one value: ``∇f = [∂f/∂x, ∂f/∂y]``, and the whole Hessian matrix."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace as with_fields

from mcalc.derivation.derivation import Derivation, Step, Verified
from mcalc.notation.said import formula_of
from mcalc.table.sentences import as_typed, filled, linked
from mcalc.tree import build
from mcalc.tree.names import name_text
from mcalc.tree.node import Node


def row_of_scalars(parts: Sequence[Derivation], layout: str) -> Derivation:
    """One column for each of the scalars: a row, of a vector a matrix."""
    first = parts[0]
    nodes = [part.natural for part in parts if isinstance(part.natural, Node)]
    assert len(nodes) == len(parts)
    if not first.value.axes:
        natural = build.apply("transpose", build.apply("stack", *nodes))
    elif all(node.operator.name == "stack" and all(not arg.shape for arg in node.args) for node in nodes):
        height = len(nodes[0].args)
        natural = build.apply(
            "grid", *(node.args[row] for row in range(height) for node in nodes), parameters=(height, len(nodes))
        )
    else:
        natural = build.apply(
            "transpose", build.apply("stack_rows", *(build.apply("transpose", node) for node in nodes))
        )
    result = natural if layout != "denominator" else _turned(natural)
    names = linked(", ", (as_typed(name_text(part.wrt[0])) for part in parts))
    because = filled("one column for each of {}", names)
    collect = Step("collect", "collect", because, natural, natural, natural.shape)
    steps = [collect]
    if result is not natural:
        steps.append(layout_step(natural, result, layout))
    by = tuple(part.by[0] for part in parts)
    return _collected(parts, by, layout, natural, result, steps)


def whole_hessian(by: Sequence[Node], parts: Mapping[tuple[Node, Node], Derivation], layout: str) -> Derivation:
    """``∂²f/∂x∂y`` in row x and column y: of scalars, the one matrix, from the entries on and above its diagonal."""
    entries = {pair: part.natural for pair, part in parts.items()}
    nodes = [entries.get((one, other)) or entries[other, one] for one in by for other in by]
    natural = build.apply("grid", *(node for node in nodes if isinstance(node, Node)), parameters=(len(by), len(by)))
    names = linked(", ", map(formula_of, by))
    because = filled("one row and one column for each of {}; the mixed derivatives are equal in either order", names)
    steps = [Step("collect", "collect", because, natural, natural, natural.shape)]
    return _collected(list(parts.values()), tuple(by), layout, natural, natural, steps)


def layout_step(natural: Node, result: Node, layout: str) -> Step:
    """The transpose as it is written before it is carried out; a transpose is not transposed again."""
    raised = result if natural.operator.name == "transpose" else build.apply("transpose", natural)
    because = f"the {layout} layout writes the transpose"
    return Step("layout", f"{layout} layout", because, raised, result, result.shape)


def _collected(
    parts: Sequence[Derivation], by: tuple[Node, ...], layout: str, natural: Node, result: Node, steps: Sequence[Step]
) -> Derivation:
    checks = [part.verified for part in parts if part.verified is not None]
    verified = None
    if len(checks) == len(parts):
        verified = Verified(
            min(check.points for check in checks),
            max(check.error for check in checks),
            next((check.reason for check in checks if check.reason), ""),
            min(check.kinks for check in checks),
            max(check.existing for check in checks),
        )
    return with_fields(
        parts[0],
        layout=layout,
        by=by,
        steps=(*(step for part in parts for step in part.steps), *steps),
        lines=tuple(line for part in parts for line in part.lines),
        natural=natural,
        result=result,
        notes=tuple(dict.fromkeys(note for part in parts for note in part.notes)),
        verified=verified,
    )


def _turned(node: Node) -> Node:
    if node.operator.name == "grid":
        rows, columns = node.parameters
        return build.apply(
            "grid",
            *(node.args[row * columns + column] for column in range(columns) for row in range(rows)),
            parameters=(columns, rows),
        )
    return build.transpose(node)
