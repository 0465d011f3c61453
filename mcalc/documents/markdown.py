"""Markdown for GitHub, for pandoc, for Quarto and MyST: formulas fenced as each of them reads them."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

from mcalc.documents.blocks import Code, Equations, Heading, Note, Page, Prose, Spans, Table, Where
from mcalc.documents.blocks import capital as with_capital
from mcalc.documents.document import Document
from mcalc.documents.options import Options
from mcalc.notation.boxes import Box
from mcalc.notation.latex import Latex
from mcalc.notation.widths import TEXT

_ROOM = 60.0
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
        super().__init__(Latex(replace(options.style, functions="mathop")), options, _ROOM, page)

    def words(self, text: str) -> str:
        """Words, with the signs of the format made harmless."""
        return text.translate(_ESCAPED).replace("\u2003", "&emsp;")

    def inline(self, box: Box) -> str:
        """A formula within a sentence."""
        text = self.setter.write(box, TEXT)
        return f"$`{text}`$" if self.github else f"${text}$"

    def displayed(self, lines: list[str]) -> list[str]:
        """A formula on lines of its own."""
        opening, closing = ("```math", "```") if self.github else ("$$", "$$")
        label = f" {{#{self.options.label}}}" if self.options.label and self.options.flavour == "quarto" else ""
        return [opening, *lines, closing + label, ""]

    def typed(self, text: str) -> str:
        """What is typed at a prompt."""
        return f"`{text}`".replace("|", "\\|")

    # Blocks

    def heading(self, block: Heading) -> list[str]:
        """A heading of its level."""
        return ["#" * (block.level + 1) + " " + self.said(block.spans), ""]

    def prose(self, block: Prose) -> list[str]:
        """A sentence, after its label if it has one."""
        label = f"**{with_capital(self.words(block.label))}**: " if block.label else ""
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
        lines = self.set_lines(block)
        alone = len(lines) == 1 and len(lines[0].right) == 1 and not lines[0].above
        if alone:
            shown = [" ".join([*lines[0].left, *lines[0].right])]
        else:
            rows: list[str] = []
            for line in lines:
                rows += [rf"& \text{{{line.word}}}"] if line.word else []
                rows += [f"& {text}" for text in line.left] if line.above else []
                left = line.left[0] if line.left and not line.above else ""
                rows += [f"{left if not at else ''} & {text}".strip() for at, text in enumerate(line.right)]
            pairs = pairwise(rows)
            roomy = [r" \\[3pt]" if r"\frac" in one and r"\frac" in two else r" \\" for one, two in pairs]
            ends = [*roomy, ""]
            shown = [r"\begin{aligned}", *(row + end for row, end in zip(rows, ends, strict=True)), r"\end{aligned}"]
        rules = {(line.rule,) for line in block.lines}
        reasons = [line.reason for line in lines if line.reason and line.reason not in rules]
        told = list(dict.fromkeys(f"- {self.said(reason)}" for reason in reasons))
        return [*self.displayed(shown), *told, *([""] if told else [])]

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
