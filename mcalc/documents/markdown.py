"""Markdown for GitHub, for pandoc, for Quarto and MyST: formulas fenced as each of them reads them."""

from __future__ import annotations

from dataclasses import replace
from itertools import groupby, pairwise

from mcalc.documents.at_length import titled
from mcalc.documents.blocks import Code, Equations, Heading, Note, Page, Prose, Span, Spans, Table, Where
from mcalc.documents.document import Document, SetLine
from mcalc.documents.flow import Graph, Words
from mcalc.documents.latex import words as latex_words
from mcalc.documents.options import Options
from mcalc.documents.svg import as_text, picture
from mcalc.documents.typeset_diagram import Tikz
from mcalc.notation.boxes import Box, Typed
from mcalc.notation.latex import Latex
from mcalc.notation.widths import TEXT
from mcalc.notation.writing import written
from mcalc.tree.names import sizes_shown

_ROOM = 48.0
"""On GitHub; elsewhere the page may become one of LaTeX's."""
_AIR, _EM = 0.96, 10.0
_HIGHEST, _LONGEST = 36.0, 4000
"""How high a display may be, in em, to fit on a page, and how many characters KaTeX expands at once."""
_BELOW = 0.7
"""The share of a line that a sentence in a row of its own fills: it begins where the right sides do."""
_SPACE = 0.3
"""What stands between two rows of fractions, in em."""
_CODES = str.maketrans({letter: f"#{ord(letter)};" for letter in '"<>&#'})
"""What Mermaid has instead of its own signs."""
_ESCAPED = str.maketrans({letter: "\\" + letter for letter in "*_`<|$[]"})


def write(page: Page, options: Options) -> str:
    """The page; of an answer its formula, its shape and its check."""
    document = Markdown(page, options)
    blocks = [block for block in page.blocks if not (page.answer and isinstance(block, Where | Note))]
    if options.where or not page.answer:
        blocks = list(page.blocks)
    lines = document.body(blocks)
    while lines and not lines[-1]:
        lines.pop()
    return "\n".join(lines)


class Markdown(Document):
    """Dollar signs, and fences for GitHub, which refuses `\\operatorname` and eats `\\|`."""

    def __init__(self, page: Page, options: Options) -> None:
        self.github = options.flavour == "github"
        self.number = 0
        super().__init__(
            Latex(replace(options.style, functions="mathop")),
            options,
            _ROOM if self.github else _AIR * options.width / _EM,
            page,
        )

    def words(self, text: str) -> str:
        """Words, with the signs of the format made harmless."""
        return text.translate(_ESCAPED).replace("\u2003", "&emsp;")

    def inline(self, box: Box) -> str:
        """A formula within a sentence."""
        text = self.setter.write(box, TEXT)
        return f"$`{text}`$" if self.github else f"${text}$"

    def displayed(self, lines: list[str], answer: bool) -> list[str]:
        """A formula on lines of its own; an answer has its label, and may stand in the line."""
        label = self.options.label if answer else ""
        if answer and self.options.style.size == "inline" and len(lines) == 1:
            return [f"$`{lines[0]}`$" if self.github else f"${lines[0]}$", ""]
        if self.options.numbered:
            self.number += 1
            lines = [*lines[:-1], rf"{lines[-1]} \tag{{{self.number}}}"]
        opening, closing = ("```math", "```") if self.github else ("$$", "$$")
        mark = f" {{#{label}}}" if label and self.options.flavour == "quarto" else ""
        anchor = f'<a id="{label}"></a>' if self.github else f"[]{{#{label}}}"
        before = [anchor, ""] if label and not mark else []
        return [*before, opening, *lines, closing + mark, ""]

    def typed(self, text: str) -> str:
        """What is typed at a prompt."""
        return f"`{text}`".replace("|", "\\|")

    # Blocks

    def heading(self, block: Heading) -> list[str]:
        """A heading of its level."""
        sign = "#" * (block.level + 1) + " "
        if not self.is_short(block) or block.below is None:
            return [sign + self.titled(block), ""]
        return [sign + self.said(block.short), "", *self.equations(Equations((block.below,)))]

    def prose(self, block: Prose) -> list[str]:
        """A sentence, after its label if it has one."""
        label = f"**{self.words(titled(block.label))}**: " if block.label else ""
        return [label + self.said(block.spans), ""]

    def note(self, block: Note) -> list[str]:
        """What is to be noted."""
        return ["> " + self.said(block.spans), ""]

    def where(self, block: Where) -> list[str]:
        """What the names stand for; nothing where there is none."""
        if not block.names:
            return []
        return ["where " + ", ".join(map(self.said, self.declared(block))) + self.assumed(block) + ".", ""]

    def equations(self, block: Equations) -> list[str]:
        """Equations below one another, with their reasons."""
        lines, answer = self.set_lines(block), block.role == "answer"
        if len(lines) == 1 and len(lines[0].right) == 1 and not lines[0].above and not lines[0].reason:
            return self.displayed([" ".join([*lines[0].left, *lines[0].right])], answer)
        shown: list[str] = []
        for rows in self.displays(lines):
            roomy = [r" \\[3pt]" if r"\frac" in one and r"\frac" in two else r" \\" for one, two in pairwise(rows)]
            ended = [row + end for row, end in zip(rows, [*roomy, ""], strict=True)]
            shown += self.displayed([r"\begin{aligned}", *ended, r"\end{aligned}"], answer and not shown)
        return shown

    def displays(self, lines: list[SetLine]) -> list[list[str]]:
        """The rows of the lines, in as many displays as it takes."""
        displays: list[list[str]] = [[]]
        high, long = 0.0, 0
        for line in lines:
            rows = self.rows(line)
            tall = (line.tall + _SPACE * len(line.right)) / len(line.right)
            fits = high + tall * len(rows) <= _HIGHEST and long + sum(map(len, rows)) <= _LONGEST
            for at, row in enumerate(rows):
                full = not fits if not at else high + tall > _HIGHEST or long + len(row) > _LONGEST
                if displays[-1] and full:
                    displays.append([])
                    high, long = 0.0, 0
                displays[-1].append(row)
                high, long = high + tall, long + len(row)
        return displays

    def rows(self, line: SetLine) -> list[str]:
        """The rows of a line; a reason stands behind it, or above it where there is no room."""
        rows = [rf"& \text{{{line.word}}}"] if line.word else []
        right = list(line.right)
        if self.is_beside(line):
            right[0] += rf" \qquad {self.within(('(', *line.reason, ')'))}"
        elif line.reason:
            told = self.wrapped(self.begun(line.reason), _BELOW * self.room)
            rows += [rf"& {text}" for one in told for text in self.row_of(one)]
        rows += [f"& {text}" for text in line.left] if line.above else []
        left = line.left[0] if line.left and not line.above else ""
        return rows + [f"{left if not at else ''} & {text}".strip() for at, text in enumerate(right)]

    def row_of(self, spans: Spans) -> list[str]:
        """A line of a sentence as rows: several where a formula in it is wider than a line."""
        formula, *words = spans
        if self.width(spans) <= _BELOW * self.room or not isinstance(formula, Box):
            return [self.within(spans)]
        *rows, last = self.fitting.fit(formula, _BELOW * self.room, naming=False).lines
        return [*rows, last + self.within(tuple(words))]

    def within(self, spans: Spans) -> str:
        """A sentence within a formula."""
        found = []
        for formula, group in groupby(spans, lambda span: isinstance(span, Box) and not isinstance(span, Typed)):
            parts = list(group)
            if formula:
                found += [self.setter.write(part, TEXT) for part in parts if isinstance(part, Box)]
            else:
                found.append(rf"\text{{{''.join(map(self.text, parts))}}}")
        return "".join(found)

    def text(self, span: Span) -> str:
        """Words within a formula."""
        return rf"\texttt{{{latex_words(span.text)}}}" if isinstance(span, Typed) else latex_words(str(span))

    def table(self, block: Table) -> list[str]:
        """Rows of cells below a header."""
        columns = max(len(row) for row in (*block.rows, block.header))
        header = block.header or ((),) * columns
        rule = "|" + ("---:|" if block.numbers else "---|") * columns
        return [self.row(header), rule, *map(self.row, block.rows), ""]

    def row(self, cells: tuple[Spans, ...]) -> str:
        """One row."""
        return "| " + " | ".join(self.said(cell) for cell in cells) + " |"

    def code(self, block: Code) -> list[str]:
        """Text as it is, line by line."""
        return [f"```{block.language}", block.text, "```", ""]

    def graph(self, block: Graph) -> list[str]:
        """For GitHub a Mermaid chart; for pandoc and Quarto a picture for LaTeX and one for browsers."""
        if self.github:
            return ["```mermaid", *chart(block), "```", ""]
        title = "".join(span if isinstance(span, str) else written(span) for span in self.page.headline)
        width = self.options.width
        drawn = Tikz(block, Latex(self.options.style, tuple(self.setter.names)), width).picture(width)
        return [
            "```{=latex}", r"\begin{center}", *drawn, r"\end{center}", "```", "",
            "```{=html}", f"<figure>{picture([block], title)}</figure>", "```", "",
        ]  # fmt: skip


def chart(graph: Graph) -> list[str]:
    """A graph for Mermaid, in text."""
    names = {card.name: f"v{at}" for at, card in enumerate(graph.cards)}
    shapes = {"variable": ('(["', '"])'), "value": ('["', '"]'), "result": ('[["', '"]]')}
    lines = ["flowchart TD"]
    for card in graph.cards:
        opens, closes = shapes[card.role]
        lines.append(f"  {names[card.name]}{opens}{as_text(card.formula).translate(_CODES)}{closes}")
        for at, given in enumerate(card.given):
            own = f"{names[card.name]}g{at}"
            lines += [f'  {own}["{_said(given)}"]', f"  {own} -.-> {names[card.name]}"]
    for arrow in graph.arrows:
        said = "<br>".join(map(_said, arrow.lines))
        lines.append(f'  {names[arrow.start]} -->|"{said}"| {names[arrow.end]}')
    said = "<br>".join(map(_said, graph.answer))
    return [*lines, f'  {names[graph.cards[-1].name]} --> answer["{said}"]']


def _said(words: Words) -> str:
    shape = "" if words.shape is None else f": {sizes_shown(words.shape)}"
    return (as_text(words.formula) + shape + words.more).translate(_CODES)
