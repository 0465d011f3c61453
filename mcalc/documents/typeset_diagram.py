"""Graphs in TikZ and in Typst: the formulas are those of the page, measured by its printer."""

from __future__ import annotations

from collections.abc import Iterator

from mcalc.documents.diagram import LINE, SIZE, SMALL, SMALL_LINE, Diagram, Held, Rect, SetWords
from mcalc.documents.flow import Graph, Words
from mcalc.notation.fitting import INDENT
from mcalc.notation.pieces import broken, tallest
from mcalc.notation.said import size_box
from mcalc.notation.typeset import Typeset
from mcalc.notation.widths import DISPLAY, TEXT, width_of

POINT = 0.625
"""A pixel in points: the letters of a card are 16 pixels high, and those of the page 10 points."""
TALLEST = 500.0
"""A picture that is taller, in points, is made smaller: a page has no more."""
_WIDEST, _SMALL_IS_WIDER = 20.0, 1.09
"""In em; the letters of TeX's small fonts are wider for their height."""
_COLOURS = {
    "variable": ("dbeafe", "2563eb"), "value": ("ffffff", "64748b"), "result": ("dcfce7", "16a34a"),
    "given": ("f1f5f9", "94a3b8"), "label": ("fffbeb", "e7c873"), "label answer": ("f0fdf4", "16a34a"),
}  # fmt: skip
"""What fills a rectangle, and its line."""
ARROW = "718096"


class TypesetDiagram(Diagram):
    """A graph whose formulas a typesetter's printer writes."""

    def __init__(self, graph: Graph, setter: Typeset, room: float) -> None:
        self.setter = setter
        super().__init__(graph, room / POINT)

    def set(self, words: Words, small: bool) -> list[SetWords]:
        """Formulas over as many lines as they need: derivatives as in a display, else they could not be read."""
        size, least = (SMALL, SMALL_LINE) if small else (SIZE, LINE)
        level = DISPLAY if words.jacobian else TEXT
        runs = broken(self.setter.whole_run(words.formula, level), width_of, (_WIDEST, _WIDEST - INDENT), INDENT)
        texts = [self.setter.line(run, not at) for at, run in enumerate(runs)]
        wide = [width_of(run) + INDENT * bool(at) for at, run in enumerate(runs)]
        high = [max(least, 2 * tallest(run) * size + 4) for run in runs]
        if words.shape is not None:
            shape = self.setter.whole_run(size_box(words.shape), TEXT)
            texts[-1] += f"{self.colon} {self.setter.text(shape)}"
            wide[-1] += width_of(shape) + 0.6
        texts = [self.formula(text, level == DISPLAY) for text in texts]
        texts[-1] += self.words(words.more)
        wide[-1] += 0.5 * len(words.more)
        em = size * _SMALL_IS_WIDER if small else size
        lines = zip(texts, wide, high, strict=True)
        return [SetWords(text, width * em, height, words) for text, width, height in lines]

    colon = r"\colon"

    def formula(self, text: str, displayed: bool) -> str:
        """A formula within words."""
        return rf"$\displaystyle {text}$" if displayed else f"${text}$"

    def words(self, text: str) -> str:
        """Words beside it."""
        return text.replace("..", r"\dots ")

    def share(self, line: float) -> float:
        """How much smaller it must be for a line of so many points, and for a page."""
        return min(1.0, 0.98 * line / (self.width * POINT), TALLEST / (self.height * POINT))

    def rectangles(self) -> Iterator[tuple[str, Rect, bool]]:
        """Every rectangle with its role, from the lowest to the uppermost; whether it is a small one."""
        for item in self.placed:
            held, rect = item.content, self.rect(item)
            assert isinstance(held, Held)
            for shift in (6, 3) if held.stacked else ():
                yield held.role, Rect(rect.left + shift, rect.top + shift, rect.width, rect.height), False
            yield held.role, rect, item.port is not None
            yield from (("given", box, True) for _, box, _ in self.given(item))

    def texts(self) -> Iterator[tuple[SetWords, float, float, bool]]:
        """Every line of words: where it begins, the middle of its room, whether it is small."""
        for item in self.placed:
            small = item.port is not None
            yield from ((line, left, top + line.height / 2, small) for line, left, top in self.lines(item))
            yield from ((line, box.left + 8, low, True) for line, box, (_, _, low) in self.given(item))

    def from_given(self) -> Iterator[tuple[float, float, float]]:
        """The arrows of given values: from where to where, and how low."""
        for item in self.placed:
            yield from (arrow for _, _, arrow in self.given(item))


class Tikz(TypesetDiagram):
    """A `tikzpicture`; where it is wider than the line it is made smaller."""

    def picture(self, line: float) -> list[str]:
        """The lines of the picture, for a line of so many points."""
        colours = sorted({colour for pair in _COLOURS.values() for colour in pair} | {ARROW})
        found = [rf"\definecolor{{mcalc-{colour}}}{{HTML}}{{{colour.upper()}}}%" for colour in colours]
        found += [rf"\begin{{tikzpicture}}[x={POINT}pt, y=-{POINT}pt, line width=0.6pt]"]
        for path in self.paths():
            colour = _COLOURS["variable"][1] if path.of_variable else ARROW
            way = _at(*path.start)
            x = path.start[0]
            for low, (left, middle, right), end in path.curves:
                way += f" -- {_at(x, low)} .. controls {_at(left, middle)} and {_at(right, middle)} .. {_at(*end)}"
                x = end[0]
            found.append(rf"\draw[mcalc-{colour}{', ->' * path.pointed}] {way};")
        dashed = f"mcalc-{_COLOURS['given'][1]}, dashed, ->"
        found += [rf"\draw[{dashed}] {_at(start, low)} -- {_at(end, low)};" for start, end, low in self.from_given()]
        for role, (left, top, wide, high), small in self.rectangles():
            fill, drawn = _COLOURS[role]
            style = f"fill=mcalc-{fill}, draw=mcalc-{drawn}, rounded corners={3 if small else 5}pt"
            found.append(rf"\filldraw[{style}] {_at(left, top)} rectangle {_at(left + wide, top + high)};")
        for words, left, middle, small in self.texts():
            font = r"\footnotesize" if small else r"\normalsize"
            style = rf"anchor=mid west, inner sep=0pt, font={font}"
            found.append(rf"\node[{style}] at {_at(left, middle)} {{{words.text}}};")
        found.append(r"\end{tikzpicture}")
        share = self.share(line)
        return found if share == 1 else [rf"\scalebox{{{share:.3f}}}{{%", *found[:-1], found[-1] + "}"]


class TypstDiagram(TypesetDiagram):
    """A box of Typst's with rectangles and curves; where it is wider than the line it is made smaller."""

    colon = ":"

    def formula(self, text: str, displayed: bool) -> str:
        """A formula within words."""
        return f"$#math.display($ {text} $)$" if displayed else f"${text}$"

    def words(self, text: str) -> str:
        """Words beside it."""
        return text

    def picture(self, line: float) -> list[str]:
        """The lines of the picture, for a line of so many points."""
        found = [f"#box(width: {_pt(self.width)}, height: {_pt(self.height + 4)})["]
        for path in self.paths():
            colour = _COLOURS["variable"][1] if path.of_variable else ARROW
            way, x, y = [f"curve.move(({_pt(path.start[0])}, {_pt(path.start[1])}))"], *path.start
            for low, (left, middle, right), (x, y) in path.curves:
                way.append(f"curve.line(({_pt(left)}, {_pt(low)}))")
                ends = ((left, middle), (right, middle), (x, y))
                way.append(f"curve.cubic({', '.join(f'({_pt(a)}, {_pt(b)})' for a, b in ends)})")
            found.append(f'#place(curve(stroke: 0.7pt + rgb("{colour}"), {", ".join(way)}))')
            if path.pointed:
                found.append(_point(((x, y), (x - 4, y - 9), (x + 4, y - 9)), colour))
        colour = _COLOURS["given"][1]
        for start, end, low in self.from_given():
            stroke = f'(paint: rgb("{colour}"), thickness: 0.6pt, dash: "dashed")'
            from_to = f"start: ({_pt(start)}, {_pt(low)}), end: ({_pt(end + 8)}, {_pt(low)})"
            found.append(f"#place(line({from_to}, stroke: {stroke}))")
            found.append(_point(((end, low), (end + 8, low - 4), (end + 8, low + 4)), colour))
        for role, (left, top, wide, high), small in self.rectangles():
            fill, drawn = _COLOURS[role]
            style = f'fill: rgb("{fill}"), stroke: 0.7pt + rgb("{drawn}"), radius: {3 if small else 5}pt'
            place = f"dx: {_pt(left)}, dy: {_pt(top)}"
            found.append(f"#place({place}, rect(width: {_pt(wide)}, height: {_pt(high)}, {style}))")
        for words, left, middle, small in self.texts():
            high = words.height
            size = "#set text(size: 0.81em); " if small else ""
            place = f"dx: {_pt(left)}, dy: {_pt(middle - high / 2)}"
            found.append(f"#place({place}, box(height: {_pt(high)}, align(horizon)[{size}{words.text}]))")
        found.append("]")
        share = self.share(line)
        if share < 1:
            found = [f"#scale({100 * share:.1f}%, origin: left + top, reflow: true)[", *found, "]"]
        return found


def _at(x: float, y: float) -> str:
    return f"({x:.1f}, {y:.1f})"


def _pt(pixels: float) -> str:
    return f"{POINT * pixels:.1f}pt"


def _point(corners: tuple[tuple[float, float], ...], colour: str) -> str:
    placed = ", ".join(f"({_pt(x)}, {_pt(y)})" for x, y in corners)
    return f'#place(polygon(fill: rgb("{colour}"), {placed}))'
