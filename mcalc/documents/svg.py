"""Graphs as a picture in SVG: no script, no fonts to load, no background of its own."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from html import escape

from mcalc.documents.diagram import LINE, MARGIN, ROOM, SIZE, SMALL, SMALL_LINE, Diagram, Held, Rect, SetWords
from mcalc.documents.flow import Graph, Words
from mcalc.documents.layers import Item
from mcalc.notation.boxes import Box, Name, Row, within
from mcalc.notation.textlines import broken
from mcalc.notation.writing import written
from mcalc.tree.names import name_text, sizes_shown

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


def as_text(formula: Box) -> str:
    """The formula in text; an equation's sides each as if it stood alone."""
    if isinstance(formula, Row) and formula.joins[1:] == ("equals",):
        return " = ".join(written(side) for side in formula.parts)
    return written(formula)


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


def picture(graphs: Sequence[Graph], title: str) -> str:
    """The pictures, one under the other."""
    bodies, width, height = [], 0.0, 0.0
    for graph in graphs:
        drawn = _Picture(graph)
        bodies.append(f'<g transform="translate({MARGIN} {height + MARGIN:g})">\n{drawn.body()}\n</g>')
        width, height = max(width, drawn.width), height + drawn.height + 2 * MARGIN
    width += 2 * MARGIN
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


class _Picture(Diagram):
    """One graph: its edges under its boxes and labels."""

    def __init__(self, graph: Graph) -> None:
        formulas = [card.formula for card in graph.cards]
        formulas += [words.formula for card in graph.cards for words in card.given]
        formulas += [words.formula for arrow in graph.arrows for words in arrow.lines]
        names = [box for box in within(formulas) if isinstance(box, Name)]
        self.ranks = {name_text(name.word): name.rank for name in names}
        super().__init__(graph, ROOM)

    def set(self, words: Words, small: bool) -> list[SetWords]:
        """Text, broken where it is long; the shape stands in the last line."""
        size, height = (SMALL, SMALL_LINE) if small else (SIZE, LINE)
        *lines, last = broken(as_text(words.formula), _LETTERS)
        shape = "" if words.shape is None else f": {sizes_shown(words.shape)}"
        plain = Words(words.formula, None, "", words.jacobian)
        found = [SetWords(line, measure(line, size), height, plain) for line in lines]
        return [*found, SetWords(last, measure(last + shape + words.more, size), height, words)]

    def body(self) -> str:
        """What is drawn."""
        return "\n".join([*self.edges(), *(self.card(item) for item in self.placed)])

    def edges(self) -> Iterable[str]:
        """The arrows."""
        for path in self.paths():
            style = ' class="from-variable"' if path.of_variable else ""
            steps = "".join(
                f"V{low:.1f}C{left:.1f} {middle:.1f} {right:.1f} {middle:.1f} {x:.1f} {y:.1f}"
                for low, (left, middle, right), (x, y) in path.curves
            )
            arrow = ' marker-end="url(#arrow)"' if path.pointed else ""
            yield f'<path{style} d="M{path.start[0]:.1f} {path.start[1]:.1f}{steps}"{arrow}/>'

    def card(self, item: Item) -> str:
        """A box drawn."""
        held, small, rect = item.content, item.port is not None, self.rect(item)
        assert isinstance(held, Held)
        parts = [f'<g class="{held.role}">']
        for shift in (6, 3) if held.stacked else ():
            moved = Rect(rect.left + shift, rect.top + shift, rect.width, rect.height)
            parts.append(_rect(moved, 8, ' class="behind"'))
        parts.append(_rect(rect, 5 if small else 8))
        line = SMALL_LINE if small else LINE
        parts += [self.text(words, left, top + line * 0.72) for words, left, top in self.lines(item)]
        parts.append("</g>")
        if held.given:
            parts.append('<g class="given">')
            for words, box, (start, end, low) in self.given(item):
                d = f"M{start:.1f} {low:.1f}H{end:.1f}"
                parts.append(f'<path class="from-given" d="{d}" marker-end="url(#arrow)"/>')
                parts.append(_rect(box, 5))
                parts.append(self.text(words, box.left + 8, low + SMALL_LINE * 0.25))
            parts.append("</g>")
        return "\n".join(parts)

    def text(self, line: SetWords, x: float, y: float) -> str:
        """A line of text drawn."""
        style = ' class="jacobian"' if line.words.jacobian else ""
        shown = _NAME.sub(self.name, escape(line.text, quote=False))
        if line.words.shape is not None:
            shown += f': <tspan class="shape">{escape(sizes_shown(line.words.shape))}</tspan>'
        return f'<text{style} x="{x:.1f}" y="{y:.1f}">{shown}{escape(line.words.more)}</text>'

    def name(self, match: re.Match[str]) -> str:
        """A vector bold, a scalar or matrix italic, a function upright, as in a book."""
        sign, name = "", match[0]
        if name not in self.ranks and name[0] == "d":
            sign, name = "d", name[1:]
        rank = 1 if match[0][0] in "01" else self.ranks.get(name)
        if rank is None:
            return match[0]
        return f'{sign}<tspan class="{"vector" if rank == 1 else "symbol"}">{name}</tspan>'


def _rect(rect: Rect, radius: int, more: str = "") -> str:
    x, y, width, height = rect
    return f'<rect{more} x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}" rx="{radius}"/>'
