"""The graph of the data flow drawn in characters: from the variable down to the result."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from mcalc.derivation.derivation import Derivation
from mcalc.derivation.graph import Edge, Graph, Vertex, carried, graph_of
from mcalc.documents.blocks import Page
from mcalc.documents.layers import Item, arrange, connect
from mcalc.documents.options import PLAIN
from mcalc.documents.rows import Piece, Row, plain, wrapped
from mcalc.documents.terminal import rows as rows_of_page
from mcalc.notation.columns import width
from mcalc.notation.results import write_expression
from mcalc.notation.textlines import broken
from mcalc.notation.writing import written
from mcalc.pages.derivation import DerivationPage
from mcalc.pages.graph import paths_told
from mcalc.tree.names import sizes_shown

WIDTH = 80
_UP, _DOWN, _LEFT, _RIGHT = 1, 2, 4, 8
_LINES = dict(enumerate(" ╵╷│╴╯╮┤╶╰╭├─┴┬┼"))
_PLAIN = "╵| ╷| │| ║| ─- ╴- ╶- ═= ╌- ▼v ◂< ×x →>"
_ASCII = str.maketrans({pair[0]: pair[1] for pair in _PLAIN.split()} | dict.fromkeys("╯╮┤╰╭├┴┬┼╔╗╚╝╤", "+"))


def write(derivations: Sequence[Derivation], form: str = "text") -> str:
    """The graphs, one below the other."""
    return plain(rows(derivations, form))


def rows(derivations: Sequence[Derivation], form: str = "text", columns: int = 0) -> list[Row]:
    """A page for each variable: the picture between the problem and the result."""
    page: list[Row] = []
    for derivation in derivations:
        with derivation.apart():
            shown, graph = DerivationPage(derivation), graph_of(derivation)
            opening, closing = (
                rows_of_page(Page(tuple(blocks)), form, columns, PLAIN)
                for blocks in (shown.opening(), shown.closing(again=True))
            )
            told = _told(graph, form, columns)
            drawn = [*picture(graph, form, columns or WIDTH), *([[]] * bool(told)), *told]
        if form == "ascii":
            drawn = [[Piece(piece.text.translate(_ASCII), piece.style) for piece in row] for row in drawn]
        page += [[]] * bool(page) + opening + [[]] + drawn + closing
    return page


def _told(graph: Graph, form: str, columns: int) -> list[Row]:
    """What is to be done with the Jacobians."""
    told = "".join(span if isinstance(span, str) else written(span, form) for span in paths_told(graph))
    return [[Piece(line, "quiet")] for line in wrapped(told, columns)] if told else []


# What stands in the boxes and beside the edges ------------------------------------------------------------------------


@dataclass
class _Box:
    vertex: Vertex
    lines: list[str]
    beside: list[str]


def picture(graph: Graph, form: str = "text", columns: int = WIDTH) -> list[Row]:
    """The boxes with the edges between them, no wider than `columns` where that can be."""
    placed = arrange(_items(graph, form, columns), columns, 2, 1)
    if placed.width > columns:
        placed = arrange(_items(graph, form, columns), columns, 1, 1)
    return _Canvas(placed.layers).rows()


def _items(graph: Graph, form: str, columns: int) -> list[Item]:
    boxes: dict[str, Item] = {}
    labels: list[Item] = []
    for vertex in graph.vertices:
        if vertex.role != "given":
            boxes[vertex.name] = _box(vertex, graph, form, columns)
    for edge in graph.followed:
        label = _label(_edge_lines(edge, graph, form, columns - 6))
        connect(boxes[edge.start], label)
        connect(label, boxes[edge.end])
        labels.append(label)
    last = _label([_value_line(graph.at[graph.result], form)])
    connect(boxes[graph.result], last)
    return [*boxes.values(), *labels, last]


def _box(vertex: Vertex, graph: Graph, form: str, columns: int) -> Item:
    shown = vertex.shown(form)
    if vertex.definition is not None:
        shown += f" = {write_expression(vertex.definition, form)}"
    beside = [f"◂╌╌ {part.shown(form)}: {sizes_shown(part.shape)}" for part in graph.inputs(vertex.name)]
    room = columns - 6 - max(map(width, beside), default=0)
    lines = broken(shown, max(room, 20))
    lines += [""] * (len(beside) - len(lines))
    body = max(map(width, lines)) + 4
    return Item(_Box(vertex, lines, beside), body + max(map(width, beside), default=0), len(lines) + 2, None, body - 1)


def _label(lines: list[Row]) -> Item:
    return Item(lines, 3 + max(sum(width(piece.text) for piece in line) for line in lines), len(lines), 1)


def _value_line(vertex: Vertex, form: str) -> Row:
    """The value that an edge carries, with its shape."""
    shape = Piece(sizes_shown(vertex.shape), "shape")
    return [Piece(vertex.shown(form) + ": "), shape, Piece(carried(vertex), "quiet")]


def _edge_lines(edge: Edge, graph: Graph, form: str, columns: int) -> list[Row]:
    assert edge.jacobian is not None
    step = edge.jacobian
    equation = f"{write_expression(step.before, form)} = {write_expression(step.after, form)}"
    lines: list[Row] = [[Piece(line, "rule")] for line in broken(equation, columns - width(sizes_shown(step.shape)))]
    lines[-1] += [Piece(": "), Piece(sizes_shown(step.shape), "shape")]
    return [_value_line(graph.at[edge.start], form), *lines]


# Drawing --------------------------------------------------------------------------------------------------------------


@dataclass
class _Bundle:
    """Edges that share a horizontal line: those that leave one box sideways, or enter one."""

    owner: Item
    tops: list[int] = field(default_factory=list)
    bottoms: list[int] = field(default_factory=list)
    track: int = -1

    @property
    def reach(self) -> tuple[int, int]:
        """The columns from which and to which it goes."""
        return min(self.tops + self.bottoms), max(self.tops + self.bottoms)


class _Canvas:
    def __init__(self, layers: list[list[Item]]) -> None:
        self.layers = layers
        self.cells: dict[tuple[int, int], tuple[str, str]] = {}
        self.strokes: dict[tuple[int, int], dict[Item, int]] = {}
        for layer in layers:
            for item in layer:
                item.left = int(item.left + 0.5)
        top = 0
        for layer in layers:
            bottom = top + max(int(item.height) for item in layer)
            for item in layer:
                self.item(item, top, bottom)
            top = bottom + self.channel(layer, bottom)

    # Items

    def put(self, row: int, column: int, shown: str, style: str = "") -> None:
        """Text from a place on; a combining mark shares its letter's cell."""
        for letter in shown:
            if width(letter) == 0:
                before, _ = self.cells[row, column - 1]
                self.cells[row, column - 1] = (before + letter, style)
            else:
                self.cells[row, column] = (letter, style)
                column += 1

    def item(self, item: Item, top: int, bottom: int) -> None:
        """A box, or the label of an edge."""
        left = int(item.left) if isinstance(item.content, _Box) else int(item.middle)
        if isinstance(item.content, _Box):
            self.box(item, item.content, top, left)
            for other in item.below:
                self.vertical(_port(item, other), top + int(item.height), bottom, item)
            return
        for row, line in enumerate(item.content if isinstance(item.content, list) else []):
            column = left + 2
            for piece in line:
                self.put(top + row, column, piece.text, piece.style)
                column += width(piece.text)
        if item.below:
            self.vertical(left, top, bottom, item)
        else:
            self.put(top, left, "▼", "result")

    def box(self, item: Item, box: _Box, top: int, left: int) -> None:
        """A box with its lines."""
        corners, across, side = ("╔╗╚╝", "═", "║") if box.vertex.role == "result" else ("╭╮╰╯", "─", "│")
        style = {"variable": "variable", "result": "result", "given": "quiet"}.get(box.vertex.role, "")
        inside = int(item.body) - 1
        end = top + int(item.height) - 1
        self.put(top, left, corners[0] + across * inside + corners[1], style)
        self.put(end, left, corners[2] + across * inside + corners[3], style)
        for row, line in enumerate(box.lines, top + 1):
            self.put(row, left, side, style)
            self.put(row, left + 2, line, style)
            self.put(row, left + 1 + inside, side, style)
        for row, given in enumerate(box.beside, top + 1):
            self.put(row, left + int(item.body) + 1, given, "quiet")
        for other in item.above:
            self.put(top, _port(item, other), "▼", style)
        for other in item.below:
            self.put(end, _port(item, other), "╤" if across == "═" else "┬", style)

    # Edges

    def stroke(self, row: int, column: int, owner: Item, direction: int) -> None:
        """A piece of a line that goes on in a direction."""
        owners = self.strokes.setdefault((row, column), {})
        owners[owner] = owners.get(owner, 0) | direction

    def vertical(self, column: int, top: int, bottom: int, owner: Item) -> None:
        """A line down a column."""
        for row in range(top, bottom):
            self.stroke(row, column, owner, _UP | _DOWN)

    def channel(self, layer: list[Item], top: int) -> int:
        """The edges to the next layer; returns how many rows they take."""
        bundles: dict[Item, _Bundle] = {}
        straight: list[tuple[int, Item]] = []
        for item in layer:
            for other in item.below:
                start, end = _port(item, other), _port(other, item)
                if start == end:
                    straight.append((start, item))
                    continue
                owner = other if isinstance(other.content, _Box) else item
                bundle = bundles.setdefault(owner, _Bundle(owner))
                bundle.tops.append(start)
                bundle.bottoms.append(end)
        height = _tracks(list(bundles.values()))
        for column, owner in straight:
            self.vertical(column, top, top + height, owner)
        for bundle in bundles.values():
            self.bundle(bundle, top, height)
        return height

    def bundle(self, bundle: _Bundle, top: int, height: int) -> None:
        """The lines that leave one item, side by side."""
        row, (first, last) = top + bundle.track, bundle.reach
        for column in range(first, last + 1):
            direction = _LEFT * (column > first) | _RIGHT * (column < last)
            self.stroke(row, column, bundle.owner, direction)
        for column in bundle.tops:
            self.stroke(row, column, bundle.owner, _UP)
            self.vertical(column, top, row, bundle.owner)
        for column in bundle.bottoms:
            self.stroke(row, column, bundle.owner, _DOWN)
            self.vertical(column, row + 1, top + height, bundle.owner)

    def rows(self) -> list[Row]:
        """The picture, line by line."""
        for place, owners in self.strokes.items():
            masks = list(owners.values())
            crossing = len(masks) > 1
            self.cells.setdefault(place, ("│" if crossing else _LINES[masks[0]], ""))
        found: list[Row] = []
        for row in range(max(row for row, _ in self.cells) + 1):
            columns = [column for at, column in self.cells if at == row]
            line: Row = []
            for column in range(max(columns, default=-1) + 1):
                letter, style = self.cells.get((row, column), (" ", ""))
                if line and line[-1].style == style:
                    line[-1] = Piece(line[-1].text + letter, style)
                else:
                    line.append(Piece(letter, style))
            found.append(line)
        return found


def _port(item: Item, other: Item) -> int:
    return int(item.meets(other, 1))


def _tracks(bundles: list[_Bundle]) -> int:
    """A line for each bundle such that no two lines touch; returns how many lines there are."""
    waiting = list(bundles)
    done: list[_Bundle] = []
    while waiting:
        free = [b for b in waiting if not any(a is not b and set(a.tops) & set(b.bottoms) for a in waiting)]
        bundle = (free or waiting)[0]
        waiting.remove(bundle)
        first, last = bundle.reach
        above = [other.track for other in done if set(other.tops) & set(bundle.bottoms)]
        beside = {other.track for other in done if other.reach[0] <= last + 1 and first <= other.reach[1] + 1}
        bundle.track = next(at for at in range(max(above, default=-1) + 1, len(bundles)) if at not in beside)
        done.append(bundle)
    return max((bundle.track for bundle in bundles), default=-1) + 1
