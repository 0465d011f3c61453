"""The graph of the data flow in DOT, for Graphviz."""

from __future__ import annotations

from collections.abc import Sequence

from mcalc.derivation.derivation import Derivation
from mcalc.derivation.graph import Edge, Graph, Vertex, carried, graph_of
from mcalc.notation.results import write_expression
from mcalc.notation.writing import write as write_node
from mcalc.tree.names import sizes_shown

_ROLES = {
    "variable": 'color="#0284c7", fontcolor="#075985", fillcolor="#e0f2fe"',
    "value": 'color="#64748b", fillcolor="#ffffff"',
    "result": 'color="#15803d", fontcolor="#14532d", fillcolor="#dcfce7", peripheries=2',
    "given": 'color="#94a3b8", fontcolor="#64748b", fillcolor="#f1f5f9", style="filled,rounded,dashed"',
}


def write(derivations: Sequence[Derivation], form: str = "dot") -> str:
    """A ``digraph`` for each variable."""
    return "\n\n".join(_digraph(graph_of(derivation), derivation) for derivation in derivations)


def _digraph(graph: Graph, derivation: Derivation) -> str:
    title = f"∂({write_node(derivation.value)})/∂{graph.at[graph.variable].shown()}"
    lines = [
        f"digraph {_quoted(title)} {{",
        "  rankdir=TB;",
        '  node [shape=box, style="filled,rounded", fontname="serif"];',
        '  edge [fontname="serif", color="#64748b", fontcolor="#92400e"];',
    ]
    for vertex in graph.vertices:
        lines.append(f"  {_quoted(vertex.name)} [label={_quoted(_definition(vertex))}, {_ROLES[vertex.role]}];")
    for edge in graph.edges:
        style = "" if edge.jacobian else ', style=dashed, color="#94a3b8", fontcolor="#64748b"'
        label = _quoted(_label(edge, graph), "\\l")
        lines.append(f"  {_quoted(edge.start)} -> {_quoted(edge.end)} [label={label}{style}];")
    return "\n".join([*lines, "}"])


def _definition(vertex: Vertex) -> str:
    return vertex.shown() + ("" if vertex.definition is None else f" = {write_node(vertex.definition)}")


def _label(edge: Edge, graph: Graph) -> list[str]:
    start, each = graph.at[edge.start], carried(graph.at[edge.start])
    lines = [f"{start.shown()}: {sizes_shown(start.shape)}{each}"]
    if edge.jacobian is not None:
        step = edge.jacobian
        equation = f"{write_expression(step.before)} = {write_expression(step.after)}"
        lines.append(f"{equation}: {sizes_shown(step.shape)}")
    return lines


def _quoted(text: str | Sequence[str], end: str = "") -> str:
    """A DOT string; of several lines each ends in `end`, ``\\l`` for flush left."""
    lines = [text] if isinstance(text, str) else text
    return '"' + "".join(line.replace("\\", "\\\\").replace('"', '\\"') + end for line in lines) + '"'
