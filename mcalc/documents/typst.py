"""Typst: a formula between dollar signs, a derivation in aligned lines with sentences between; a whole document."""

from __future__ import annotations

from mcalc.documents.at_length import titled
from mcalc.documents.blocks import Code, Equations, Heading, Note, Page, Prose, Spans, Table, Where
from mcalc.documents.document import Document, SetLine
from mcalc.documents.flow import Graph
from mcalc.documents.options import Options
from mcalc.documents.typeset_diagram import TypstDiagram
from mcalc.formats import FORMATS
from mcalc.notation.boxes import Box
from mcalc.notation.typst import Typst
from mcalc.notation.widths import TEXT

_AIR = 0.915
_EM = 10.0
_ESCAPED = str.maketrans({letter: "\\" + letter for letter in "*_`<@#$[]\\=~"})
_BREAK = " \\\n  "


def write(page: Page, options: Options) -> str:
    """What is pasted into a document, or a whole one."""
    document = TypstPage(page, options)
    comments = FORMATS["typst"].comments(page.assumed)
    if options.standalone:
        margin = max(10, round((210 - options.width * 0.3515) / 2))
        setup = [f'#set page(paper: "a4", margin: (x: {margin}mm, y: 25mm))', "#set text(size: 10pt)"]
        setup += ["#show math.equation: set block(breakable: true)", ""]
        lines = [*setup, *document.body(page.blocks)]
    elif page.answer:
        lines = document.body([block for block in page.blocks if isinstance(block, Equations)])
        if options.where:
            lines += [line for block in page.blocks if isinstance(block, Where) for line in document.where(block)]
    else:
        lines = document.body(page.blocks)
    while lines and not lines[-1]:
        lines.pop()
    return "\n".join([*comments, *lines])


class TypstPage(Document):
    """One formula of aligned lines for each row of equations."""

    def __init__(self, page: Page, options: Options) -> None:
        self.pasted = page.answer and not options.standalone
        super().__init__(Typst(options.style), options, _AIR * options.width / _EM, page)

    def words(self, text: str) -> str:
        """Words, with the signs of the format made harmless."""
        return text.translate(_ESCAPED).replace("//", "\\/\\/")

    def inline(self, box: Box) -> str:
        """A formula within a sentence."""
        return f"${self.setter.write(box, TEXT)}$"

    def typed(self, text: str) -> str:
        """What is typed at a prompt."""
        return f"`{text}`"

    # Blocks

    def heading(self, block: Heading) -> list[str]:
        """A heading of its level."""
        if not self.is_short(block) or block.below is None:
            return ["=" * block.level + " " + self.titled(block), ""]
        return ["=" * block.level + " " + self.said(block.short), "", *self.equations(Equations((block.below,)))]

    def prose(self, block: Prose) -> list[str]:
        """A sentence, after its label if it has one."""
        label = f"_{self.words(titled(block.label))}_: " if block.label else ""
        return [label + self.said(block.spans), ""]

    def note(self, block: Note) -> list[str]:
        """What is to be noted."""
        return ["_Note._ " + self.said(block.spans), ""]

    def where(self, block: Where) -> list[str]:
        """What the names stand for; nothing where there is none."""
        if not block.names:
            return []
        return ["where " + ", ".join(map(self.said, self.declared(block))) + self.assumed(block) + ".", ""]

    def equations(self, block: Equations) -> list[str]:
        """Equations below one another, with their reasons."""
        rows: list[str] = []
        lines: list[str] = []
        numbered = self.options.numbered or bool(self.options.label)
        label = f" <{self.options.label}>" if self.options.label and block.role == "answer" else ""

        def close() -> None:
            if rows:
                math = f"$ {_BREAK.join(rows)} ${label}"
                lines.extend([f'#[#set math.equation(numbering: "(1)")\n{math}]' if numbered else math, ""])
                rows.clear()

        alone = not any(line.left is not None for line in block.lines)
        for line in self.set_lines(block):
            right = list(line.right)
            if self.is_beside(line):
                right[0] += f" quad #[({self.said(line.reason)})]"
            elif line.reason:
                close()
                lines += [f"#text(size: 0.9em)[{self.above(line.reason)}]", ""]
            rows += self.row(line, right, alone)
        close()
        return lines

    def row(self, line: SetLine, right: list[str], alone: bool) -> list[str]:
        """One row."""
        rows = [f'& "{line.word}"'] if line.word else []
        rows += [f"& {text}" for text in line.left] if line.above else []
        left = line.left[0] if line.left and not line.above else ""
        if alone and len(right) == 1 and not line.word:
            return [*rows, right[0]]
        return rows + [f"{left if not at else ''} & {text}".strip() for at, text in enumerate(right)]

    def table(self, block: Table) -> list[str]:
        """Rows of cells below a header."""
        columns = max(len(row) for row in (*block.rows, block.header))
        align = "right" if block.numbers else "left"
        cells = [self.cells(row) for row in (*([block.header] if block.header else []), *block.rows)]
        return [f"#table(columns: {columns}, align: {align}, stroke: none,", *cells, ")", ""]

    def cells(self, row: tuple[Spans, ...]) -> str:
        """The cells of a row."""
        return "  " + " ".join(f"[{self.said(cell)}]," for cell in row)

    def code(self, block: Code) -> list[str]:
        """Text as it is, line by line."""
        return [f"```{block.language}", block.text, "```", ""]

    def graph(self, block: Graph) -> list[str]:
        """A picture of rectangles and curves."""
        drawn = TypstDiagram(block, self.setter, self.options.width)
        return ["#align(center)[", *drawn.picture(self.options.width), "]", ""]
