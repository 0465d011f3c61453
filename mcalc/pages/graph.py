"""The graph of the data flow as a page: the problem, the picture, what is to be done with its Jacobians, the result."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from mcalc.derivation.derivation import Derivation, value_name
from mcalc.derivation.graph import Edge, Vertex, carried, graph_of
from mcalc.derivation.graph import Graph as Flow
from mcalc.derivation.statements import assumptions
from mcalc.documents.blocks import Block, Page, Prose, Spans, joined
from mcalc.documents.flow import Arrow, Card, Graph, Words
from mcalc.networks.index_form import IndexForm
from mcalc.notation.boxes import Box, Name, equation
from mcalc.notation.partials import derivative
from mcalc.notation.writing import box_of
from mcalc.pages.derivation import DerivationPage
from mcalc.tree.node import Node

_LARGEST, _FEW_PATHS = 150, 3


def page(derivations: Sequence[Derivation]) -> Page:
    """A picture for each variable, between the problem and the result."""
    first = derivations[0]
    by = joined([box_of(node) for one in derivations for node in one.by])
    title: Spans = ("The data flow of ", box_of(first.value), ", followed from ", *by)
    blocks = tuple(block for derivation in derivations for block in _blocks(derivation))
    return Page(blocks, title, assumptions(first))


def _blocks(derivation: Derivation) -> Iterator[Block]:
    with derivation.apart():
        shown, flow = DerivationPage(derivation), graph_of(derivation)
        yield from shown.opening()
        yield picture(derivation)
        told = paths_told(flow)
        if told:
            yield Prose(told)
        yield from shown.closing(again=True)


def picture(derivation: Derivation) -> Graph:
    """The cards, the arrows, and the derivative of the last card."""
    flow, made = graph_of(derivation), [line.name for line in derivation.lines]
    cards = tuple(_card(vertex, flow, made) for vertex in flow.vertices if vertex.role != "given")
    arrows = tuple(Arrow(edge.start, edge.end, _flows(edge, flow, made)) for edge in flow.followed)
    return Graph(cards, arrows, _answer(derivation, flow, made))


def vertex_box(vertex: Vertex) -> Box:
    """Its name, or the value where it has none."""
    if vertex.definition is None:
        return box_of(vertex.node)
    return Name(vertex.name, len(vertex.node.axes), True)


def _words(vertex: Vertex) -> Words:
    return Words(vertex_box(vertex), vertex.shape)


def _card(vertex: Vertex, flow: Flow, made: list[str]) -> Card:
    formula = vertex_box(vertex)
    if vertex.definition is not None:
        formula = equation(formula, box_of(vertex.definition, made))
    given = tuple(map(_words, flow.inputs(vertex.name)))
    return Card(vertex.name, formula, vertex.role, given, bool(vertex.loops))


def _flows(edge: Edge, flow: Flow, made: list[str]) -> tuple[Words, ...]:
    start, step = flow.at[edge.start], edge.jacobian
    assert step is not None and isinstance(step.before, Node | IndexForm) and isinstance(step.after, Node | IndexForm)
    local = equation(box_of(step.before, made), box_of(step.after, made))
    return Words(vertex_box(start), start.shape, carried(start)), Words(local, step.shape, jacobian=True)


def _answer(derivation: Derivation, flow: Flow, made: list[str]) -> tuple[Words, ...]:
    """The last value, and its derivative: named only where it is too large for a picture."""
    value, natural, by = flow.at[flow.result], derivation.natural, derivation.by[0]
    above: list[str] = []
    below: list[str] = []
    if isinstance(natural, IndexForm):
        letters, tensor = natural.letters(), natural.tensor
        above, below = [letters[index] for index in tensor.value], [letters[index] for index in tensor.variable]
    name = value.name if value.definition is not None else value_name(derivation)
    places = (name, len(value.node.axes), above), (derivation.wrt[0], len(by.axes), below)
    quotient: Box = derivative(places[0], [places[1]])
    if isinstance(natural, IndexForm) or natural.key[0] <= _LARGEST:
        quotient = equation(quotient, box_of(natural, made))
    return _words(value), Words(quotient, natural.shape, jacobian=True)


def paths_told(flow: Flow) -> Spans:
    """What is to be done with the Jacobians."""
    count, variable, result = flow.count(), vertex_box(flow.at[flow.variable]), vertex_box(flow.at[flow.result])
    ends: Spans = ("from ", variable, " to ", result)
    if count == 0:
        return ("No path leads ", *ends, ": the value does not move with ", variable, ".")
    if not flow.followed:
        return ()
    if count == 1:
        return ("One path leads ", *ends, ": multiply the Jacobians along it, the last first.")
    told: Spans = (f"{count} paths lead ", *ends)
    if count <= _FEW_PATHS:
        paths = [joined([vertex_box(flow.at[name]) for name in path], " → ") for path in flow.paths()]
        told += tuple(span for at, path in enumerate(paths) for span in ("; " if at else ": ", *path))
    return (*told, ". Multiply the Jacobians along each, the last first, and add over the paths.")
