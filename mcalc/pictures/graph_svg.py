"""The graph of the data flow as a picture in SVG: one file, no script, no fonts to load, no background of its own."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from mcalc.derivation.derivation import Derivation
from mcalc.derivation.graph import Edge, Vertex, carried, graph_of
from mcalc.networks.index_form import IndexForm
from mcalc.notation.partials import write_partial
from mcalc.notation.results import write_expression
from mcalc.pictures.layers import Item, arrange, connect
from mcalc.render.layout import broken
from mcalc.tree.names import name_text, sizes_shown

ROOM, GAP, MARGIN = 900, 28, 14
SIZE, SMALL, LINE, SMALL_LINE = 16, 13, 22, 18
_CHIP, _LARGEST = 38, 150
_LETTERS, _NARROW, _WIDE = 46, set(" .,:;'|[]()ijlft/′·"), set("mwMWGOQ⊗⊘≤≥+−=<>×→∂∑Σ∞∇@")
_NAME = re.compile(r"[^\W\dᵀ_](?:[^\Wᵀ⁰¹²³⁴-⁹]|[\u0302-\u0304\u0307])*|[01]\u20d7")

STYLE = """
  text { font-family: "STIX Two Text", "STIX Two Math", Cambria, "Cambria Math", "Times New Roman", "DejaVu Serif", serif; font-size: 16px; fill: #1e293b; white-space: pre; }
  .label text, .given text { font-size: 13px; }
  .vector { font-weight: bold; } .symbol { font-style: italic; }
  rect { fill: #ffffff; stroke: #64748b; stroke-width: 1.5; }
  path { fill: none; stroke: #718096; stroke-width: 1.8; }
  .variable rect { fill: #dbeafe; stroke: #2563eb; stroke-width: 2; } .variable text { fill: #1d4ed8; }
  .result rect { fill: #dcfce7; stroke: #16a34a; stroke-width: 2; } .result text { fill: #14532d; }
  .given rect { fill: #f1f5f9; stroke: #94a3b8; stroke-width: 1; stroke-dasharray: 3 2; } .given text { fill: #64748b; }
  .label rect { fill: #fffbeb; stroke: #e7c873; stroke-width: 1; }
  .label .jacobian, .label .jacobian tspan { fill: #92400e; }
  text .shape, .label .jacobian .shape { fill: #0f766e; }
  .answer rect { fill: #f0fdf4; stroke: #16a34a; stroke-width: 1; } .answer .jacobian, .answer .jacobian tspan { fill: #14532d; }
  path.from-variable { stroke: #2563eb; } path.from-given { stroke: #94a3b8; stroke-width: 1.2; stroke-dasharray: 4 3; }
""".strip("\n")  # fmt: skip  # noqa: E501


@dataclass(frozen=True)
class Words:
    """A line of a box or label: mathematics, then in other styles its shape and what is quiet."""

    mathematics: str
    shape: str = ""
    more: str = ""
    style: str = ""

    def width(self, size: float) -> float:
        """How wide it is set, in pixels."""
        return measure(self.mathematics + (f": {self.shape}" if self.shape else "") + self.more, size)


@dataclass(frozen=True)
class Card:
    """What one box holds: its lines, its role, and the given values that enter it."""

    lines: list[Words]
    role: str
    given: tuple[Words, ...] = ()
    stacked: bool = False


def measure(text: str, size: float) -> float:
    """The width in a wide serif, so that it is enough in any."""
    ems = 0.0
    for letter in text:
        if unicodedata.combining(letter):
            continue
        kind = unicodedata.category(letter)
        if letter in _NARROW:
            ems += 0.38
        elif letter in _WIDE:
            ems += 0.93
        else:
            ems += 0.45 if kind in ("Lm", "No") else 0.79 if kind == "Lu" else 0.66
    return ems * size


def write(derivations: Sequence[Derivation], form: str = "svg") -> str:
    """The pictures for each variable, one under the other."""
    bodies, width, height = [], 0.0, 0.0
    for derivation in derivations:
        drawn = _Picture(derivation)
        bodies.append(f'<g transform="translate({MARGIN} {height + MARGIN:g})">\n{drawn.body}\n</g>')
        width, height = max(width, drawn.width), height + drawn.height + 2 * MARGIN
    width += 2 * MARGIN
    names = ", ".join(name_text(name) for derivation in derivations for name in derivation.wrt)
    title = f"The data flow of {write_expression(derivations[0].value)}, followed from {names}"
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height:g}" width="{width:g}" '
            f'height="{height:g}" role="img">',
            f"<title>{escape(title)}</title>",
            f"<style>\n{STYLE}\n</style>",
            '<defs><marker id="arrow" viewBox="0 0 10 10" refX="8.5" refY="5" markerWidth="6.5" markerHeight="6.5" '
            'orient="auto"><path d="M0 0L10 5L0 10z" style="fill:#64748b;stroke:none"/></marker></defs>',
            *bodies,
            "</svg>",
        ]
    )


class _Picture:
    """One graph: its edges under its boxes and labels."""

    def __init__(self, derivation: Derivation) -> None:
        self.graph = graph_of(derivation)
        names = {**derivation.reading.names, **{line.name: line.node for line in derivation.lines}}
        self.ranks = {name_text(name): len(node.axes) for name, node in names.items()}
        placed = arrange(self.items(derivation), ROOM, GAP, 2)
        self.tops: dict[Item, float] = {}
        self.bottoms: list[float] = []
        top = 0.0
        for layer in placed.layers:
            for item in layer:
                self.tops[item] = top
            top += max(item.height for item in layer)
            self.bottoms.append(top)
            top += self.channel(layer)
        self.width, self.height = placed.width, self.bottoms[-1]
        every = [item for layer in placed.layers for item in layer]
        edges = [path for item in every if isinstance(item.content, Card) for path in self.edges(item)]
        self.body = "\n".join([*edges, *(self.card(item) for item in every if isinstance(item.content, Card))])

    # Items

    def items(self, derivation: Derivation) -> list[Item]:
        """The boxes and the labels between them."""
        graph = self.graph
        boxes = {vertex.name: self.box(vertex) for vertex in graph.vertices if vertex.role != "given"}
        labels = []
        for edge in graph.followed:
            label = self.label(self.flow(edge), "label")
            connect(boxes[edge.start], label)
            connect(label, boxes[edge.end])
            labels.append(label)
        value = graph.at[graph.result]
        natural = derivation.natural
        above: list[str] = []
        below: list[str] = []
        if isinstance(natural, IndexForm):
            letters, tensor = natural.letters(), natural.tensor
            above, below = [letters[index] for index in tensor.value], [letters[index] for index in tensor.variable]
        name = value.name if value.definition is not None else "y"
        quotient = write_partial(name, derivation.wrt[0], above, below, "text")
        answer = [Words(quotient, sizes_shown(natural.shape), style="jacobian")]
        if isinstance(natural, IndexForm) or natural.key[0] <= _LARGEST:
            answer = _equation(quotient, write_expression(natural), sizes_shown(natural.shape))
        last = self.label([Words(value.shown(), sizes_shown(value.shape)), *answer], "label answer")
        connect(boxes[graph.result], last)
        return [*boxes.values(), *labels, last]

    def box(self, vertex: Vertex) -> Item:
        """The box of a vertex."""
        shown = vertex.shown()
        if vertex.definition is not None:
            shown += f" = {write_expression(vertex.definition)}"
        lines = [Words(line) for line in broken(shown, _LETTERS)]
        given = tuple(Words(part.shown(), sizes_shown(part.shape)) for part in self.graph.inputs(vertex.name))
        card = Card(lines, vertex.role, given, bool(vertex.loops))
        body = max(48.0, max(line.width(SIZE) for line in lines) + 28)
        beside = max((line.width(SMALL) + 16 + _CHIP for line in given), default=0.0)
        height = max(len(lines) * LINE + 14, len(given) * (SMALL_LINE + 14) - 4)
        return Item(card, body + beside + 6 * card.stacked, height + 6 * card.stacked, None, body)

    def label(self, lines: list[Words], role: str) -> Item:
        """The label of an edge."""
        width = max(line.width(SMALL) for line in lines) + 20
        return Item(Card(lines, role), width, len(lines) * SMALL_LINE + 10, width / 2)

    def flow(self, edge: Edge) -> list[Words]:
        """What flows along an edge, and its Jacobian."""
        start, step = self.graph.at[edge.start], edge.jacobian
        assert step is not None
        equation = _equation(write_expression(step.before), write_expression(step.after), sizes_shown(step.shape))
        return [Words(start.shown(), sizes_shown(start.shape), carried(start)), *equation]

    # Edges

    def channel(self, layer: list[Item]) -> float:
        """The room for the edges to the next layer: more where they run further sideways."""
        far = max((abs(_port(item, other) - _port(other, item)) for item in layer for other in item.below), default=0)
        return 22 + min(54.0, 0.2 * far)

    def edges(self, item: Item) -> list[str]:
        """From a box to its labels, and from a label on to the box, through what stands between."""
        assert isinstance(item.content, Card)
        found = []
        style = ' class="from-variable"' if item.content.role == "variable" else ""
        for other in item.below:
            steps = [f"M{_port(item, other):.1f} {self.tops[item] + item.height - 6 * item.content.stacked:.1f}"]
            last = item
            while True:
                start, end = _port(last, other), _port(other, last)
                above, below = self.bottoms[last.layer], self.tops[other]
                middle = (above + below) / 2
                steps.append(f"V{above:.1f}C{start:.1f} {middle:.1f} {end:.1f} {middle:.1f} {end:.1f} {below:.1f}")
                if other.content is not None:
                    break
                last, other = other, other.below[0]
            arrow = "" if other.port is not None else ' marker-end="url(#arrow)"'
            found.append(f'<path{style} d="{"".join(steps)}"{arrow}/>')
        return found

    # Cards

    def card(self, item: Item) -> str:
        """A box drawn."""
        card = item.content
        assert isinstance(card, Card)
        small = item.port is not None
        left, top = item.left, self.tops[item]
        wide = item.width if small else item.body
        high = item.height - 6 * card.stacked
        parts = [f'<g class="{card.role}">']
        for shift in (6, 3) if card.stacked else ():
            parts.append(_rect(left + shift, top + shift, wide, high, 8, ' class="behind"'))
        parts.append(_rect(left, top, wide, high, 5 if small else 8))
        line = SMALL_LINE if small else LINE
        first = top + (high - line * len(card.lines)) / 2 + line * 0.72
        for at, words in enumerate(card.lines):
            place = left + (10 if small else (wide - card.lines[0].width(SIZE)) / 2)
            parts.append(self.text(words, place, first + at * line))
        parts.append("</g>")
        if card.given:
            parts.append(self.given(card, left + wide, top, high))
        return "\n".join(parts)

    def given(self, card: Card, right: float, top: float, high: float) -> str:
        """What is given stands on the right, each with its arrow."""
        parts = ['<g class="given">']
        each = SMALL_LINE + 14
        start = top + (high - each * len(card.given)) / 2
        for at, words in enumerate(card.given):
            middle = start + at * each + each / 2
            left = right + _CHIP
            tail = right + 6 * card.stacked + 2
            parts.append(f'<path class="from-given" d="M{left:.1f} {middle:.1f}H{tail:.1f}" marker-end="url(#arrow)"/>')
            parts.append(_rect(left, middle - SMALL_LINE / 2 - 3, words.width(SMALL) + 16, SMALL_LINE + 6, 5))
            parts.append(self.text(words, left + 8, middle + SMALL_LINE * 0.25))
        return "\n".join([*parts, "</g>"])

    def text(self, words: Words, x: float, y: float) -> str:
        """A line of text drawn."""
        style = f' class="{words.style}"' if words.style else ""
        shown = _NAME.sub(self.name, escape(words.mathematics, quote=False))
        if words.shape:
            shown += f': <tspan class="shape">{escape(words.shape)}</tspan>'
        return f'<text{style} x="{x:.1f}" y="{y:.1f}">{shown}{escape(words.more)}</text>'

    def name(self, match: re.Match[str]) -> str:
        """A vector bold, a scalar or matrix italic, a function upright, as in a book."""
        sign, name = "", match[0]
        if name not in self.ranks and name[0] == "d":
            sign, name = "d", name[1:]
        rank = 1 if match[0][0] in "01" else self.ranks.get(name)
        if rank is None:
            return match[0]
        return f'{sign}<tspan class="{"vector" if rank == 1 else "symbol"}">{name}</tspan>'


def _equation(before: str, after: str, shape: str) -> list[Words]:
    *lines, last = broken(f"{before} = {after}", _LETTERS)
    return [*(Words(line, style="jacobian") for line in lines), Words(last, shape, style="jacobian")]


def _rect(x: float, y: float, width: float, height: float, radius: int, more: str = "") -> str:
    return f'<rect{more} x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}" rx="{radius}"/>'


def _port(item: Item, other: Item) -> float:
    return item.meets(other, 12)
