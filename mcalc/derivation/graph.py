"""The data flow of an expression as the graph that the chain rule walks, made from its derivation."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

from mcalc.derivation.derivation import Derivation, Step, chains
from mcalc.networks.index_form import IndexForm
from mcalc.notation.writing import write
from mcalc.table.records import LoopIndex, Shape
from mcalc.tree.names import name_text, size_text
from mcalc.tree.node import Node, topological, variables

_UNSHOWN = frozenset({"number", "pi", "dimension", "loop_index", "ones", "zeros", "eye", "unit"})


@dataclass(frozen=True)
class Vertex:
    """A value: the variable followed, a value made from it, the result, or one given, that does not move with it.

    `definition` is what the value is made of, in the names of other vertices; None where it is given.
    """

    name: str
    node: Node
    definition: Node | None
    role: str

    @property
    def shape(self) -> Shape:
        """The shape of its value."""
        return self.node.shape

    @property
    def loops(self) -> tuple[LoopIndex, ...]:
        """The running indices: there is such a value for each."""
        return tuple(sorted(self.node.loops, key=str))

    def shown(self, dialect: str = "text") -> str:
        """Its name, or the value where it has none."""
        if self.definition is None:
            return write(self.node, dialect)
        return name_text(self.name) if dialect == "text" else self.name


@dataclass(frozen=True)
class Edge:
    """The value of `start` flows into `end`; ``jacobian`` is the step ``∂end/∂start = …``, None for a given value."""

    start: str
    end: str
    jacobian: Step | None


@dataclass(frozen=True)
class Graph:
    """``∂result/∂variable``: multiply the Jacobians along each path from the variable, and add over the paths.

    `vertices` in the order of computation. A value that is used several times is one vertex with several edges.
    """

    vertices: tuple[Vertex, ...]
    edges: tuple[Edge, ...]
    variable: str
    result: str

    @cached_property
    def at(self) -> dict[str, Vertex]:
        """The vertices by name."""
        return {vertex.name: vertex for vertex in self.vertices}

    @property
    def followed(self) -> list[Edge]:
        """The edges on which the variable's changes travel: those that carry a Jacobian."""
        return [edge for edge in self.edges if edge.jacobian is not None]

    def inputs(self, name: str) -> list[Vertex]:
        """The given values that flow into a vertex."""
        return [self.at[edge.start] for edge in self.edges if edge.end == name and edge.jacobian is None]

    def count(self) -> int:
        """How many paths lead from the variable to the result."""
        ways = {vertex.name: 0 for vertex in self.vertices} | {self.variable: 1}
        for vertex in self.vertices:
            ways[vertex.name] += sum(ways[edge.start] for edge in self.followed if edge.end == vertex.name)
        return ways[self.result]

    def paths(self) -> list[list[str]]:
        """Every path from the variable to the result; there may be many, so `count` first."""
        found, open_paths = [], [[self.variable]]
        while open_paths:
            path = open_paths.pop(0)
            if path[-1] == self.result:
                found.append(path)
            open_paths += [[*path, edge.end] for edge in self.followed if edge.start == path[-1]]
        return found


def carried(vertex: Vertex) -> str:
    """For which running indices there is such a value: ``, i = 1..N``."""
    return "".join(f", {loop.name} = 1..{size_text(loop.size)}" for loop in vertex.loops)


def graph_of(derivation: Derivation) -> Graph:
    """The graph of a derivation by one variable, by Jacobians or in index notation."""
    (by,) = derivation.by
    variable = str(by.parameters[0])
    start = Vertex(variable, by, None, "variable")
    if not derivation.lines:
        if derivation.value is by:
            return Graph((start,), (), variable, variable)
        value = Vertex(write(derivation.value, "ascii"), derivation.value, None, "result")
        moves = by in topological([derivation.value])
        edges = (Edge(variable, value.name, derivation.steps[0]),) if moves else ()
        return Graph((start, value), edges, variable, value.name)
    found_by = chains([step for step in derivation.steps if step.stage == "differentiate"])
    jacobians = {_ends(group[0]): _as_one(group) for group in found_by}
    moving = {line.node for line in derivation.lines} | {
        leaf for line in derivation.lines for leaf in variables(line.definition) if leaf.parameters[0] == variable
    }
    result = derivation.lines[-1].name
    vertices, found = [start], []
    given: dict[Node, str] = {}
    for line in derivation.lines:
        for node in _operands(line.definition, moving):
            if node in moving:
                name = str(node.parameters[0])
                found.append(Edge(name, line.name, jacobians[line.name, name]))
                continue
            if node not in given:
                given[node] = write(node, "ascii")
                vertices.append(Vertex(given[node], node, None, "given"))
            found.append(Edge(given[node], line.name, None))
        role = "result" if line.name == result else "value"
        vertices.append(Vertex(line.name, line.node, line.definition, role))
    return Graph(tuple(vertices), tuple(found), variable, result)


def _as_one(steps: list[Step]) -> Step:
    """Steps that go on from one another, as the one from the first to the last value."""
    return steps[0] if len(steps) == 1 else replace(steps[0], after=steps[-1].after)


def _ends(step: Step) -> tuple[str, str]:
    """The names of ``∂end/∂start``."""
    before = step.before
    leaf = before.tensor.terms[0].factors[0].node if isinstance(before, IndexForm) else before
    assert isinstance(leaf, Node)
    return (str(leaf.parameters[0]), str(leaf.parameters[1]))


def _operands(definition: Node, moving: set[Node]) -> list[Node]:
    """The values that a definition takes: those that move by their names, of the others the largest parts."""
    touched: set[Node] = set()
    for node in topological([definition]):
        if node in moving or any(arg in touched for arg in node.args):
            touched.add(node)
    found: dict[Node, None] = {}
    stack = [definition]
    while stack:
        node = stack.pop()
        if node in touched and node not in moving:
            stack.extend(reversed(node.args))
        elif node.operator.name == "negative":
            stack.append(node.args[0])
        elif node.operator.name not in _UNSHOWN:
            found[node] = None
    return list(found)
