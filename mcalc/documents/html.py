"""HTML with MathML: a fragment for a notebook or a page, or a whole document; no script, nothing to load."""

from __future__ import annotations

from html import escape
from math import ceil

from mcalc.documents.at_length import titled
from mcalc.documents.blocks import Block, Code, Equations, Heading, Note, Page, Prose, Spans, Table, Where
from mcalc.documents.document import Document, SetLine
from mcalc.documents.flow import Graph
from mcalc.documents.options import Options
from mcalc.documents.svg import picture
from mcalc.formats import FORMATS
from mcalc.notation.boxes import Box
from mcalc.notation.fitting import widest_part
from mcalc.notation.mathml import MathML, pieces
from mcalc.notation.widths import TEXT
from mcalc.notation.writing import written
from mcalc.table.records import Shape
from mcalc.tree.names import sizes_shown

_ROOM, _WHOLE, _PHONE = 44.0, 52.0, 16.0
"""The room of a formula, that of the page, and that of a part of a formula on a phone, in em of its formulas."""
_DIGIT, _GAP, _QUIET = 0.5, 1.1, 0.84
"""The width of a letter of a shape, of the room between columns, and how much smaller a reason is."""
_PAGE = "body { margin: 2rem; color-scheme: light dark; } @media (max-width: 40rem) { body { margin: 0.8rem; } }"
# The class of a table's rules stands three times: so they count more than those of a notebook, whichever comes last.
STYLE = """
.mcalc { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; }
.mcalc h2, .mcalc summary { line-height: 1.3; font-weight: 600; }
.mcalc h2 { font-size: 1.3em; margin: 0 0 0.4em; }
.mcalc summary { font-size: 1.05em; margin: 1.2em 0 0.4em; cursor: pointer; }
.mcalc math { font-size: 1.1em; }
.mcalc .scroll, .mcalc p, .mcalc h2 { overflow: auto hidden; }
.mcalc.mcalc.mcalc table { border-collapse: collapse; margin: 0.3em 0 0.3em 1.2em; }
.mcalc.mcalc.mcalc table { font-size: inherit; table-layout: auto; }
.mcalc.mcalc.mcalc tbody tr:nth-child(n) { background: none; }
.mcalc.mcalc.mcalc td, .mcalc.mcalc.mcalc th { padding: 0.25em 1.2em 0.25em 0; border: 0; text-align: left; }
.mcalc.mcalc.mcalc td, .mcalc.mcalc.mcalc th { background: none; vertical-align: baseline; line-height: inherit; }
.mcalc.mcalc.mcalc td.left { text-align: right; padding-right: 0.4em; }
.mcalc td.left > div:only-child { display: inline-block; }
.mcalc .right > div { padding-left: 2em; text-indent: -2em; }
.mcalc .right > div::after { content: ""; padding-right: 2em; }
.mcalc span:has(> math) { display: inline-block; text-indent: 0; }
.mcalc .right > div > .shape, .mcalc .right > div > .quiet { margin-left: 1.2em; }
.mcalc.mcalc.mcalc td.number, .mcalc.mcalc.mcalc th.number { text-align: right; }
.mcalc.mcalc.mcalc td.why { padding: 0.4em 0 0; }
.mcalc .shape { color: #0d9488; white-space: nowrap; }
.mcalc .rule { color: #b45309; font-weight: 600; }
.mcalc .why, .mcalc .quiet { opacity: 0.72; font-size: 0.92em; }
.mcalc .good { color: #15803d; font-weight: 600; } .mcalc .bad { color: #b91c1c; font-weight: 600; }
.mcalc div:has(> .equation) { display: flex; justify-content: space-between; align-items: center; }
.mcalc figure { margin: 0.6em 0; }
.mcalc .answer { border-left: 4px solid #2563eb; padding: 0.3em 0 0.3em 1em; margin: 0.6em 0; }
@media (max-width: 40rem) {
.mcalc .right > div { padding-left: 1.2em; text-indent: -1.2em; }
.mcalc .right > div::after { padding-right: 0; }
.mcalc .wide math { font-size: min(1.1em, calc((100vw - 4.2rem) / var(--em))); }
.mcalc.mcalc.mcalc table { margin-left: 0; }
.mcalc.mcalc.mcalc td { padding-right: 0.5em; }
.mcalc.mcalc.mcalc .lines, .mcalc.mcalc.mcalc .lines tbody { display: block; }
.mcalc.mcalc.mcalc .lines tr { display: flex; flex-wrap: wrap; align-items: center; margin-bottom: 0.4em; }
.mcalc.mcalc.mcalc .lines td { padding: 0.1em 0.4em 0.1em 0; }
.mcalc.mcalc.mcalc .lines td.left { min-width: 2.6em; }
.mcalc.mcalc.mcalc .lines td.right { flex: 1 1 12em; max-width: 100%; }
.mcalc.mcalc.mcalc .lines td.quiet, .mcalc.mcalc.mcalc .lines td.why { flex-basis: 100%; }
}
""".strip()


def write(page: Page, options: Options) -> str:
    """A fragment with its style, or a whole document."""
    document = Html(page, options)
    comments = FORMATS["html"].comments(page.assumed)
    body = ['<article class="mcalc">', f"<style>\n{STYLE}\n</style>", *document.body(page.blocks), "</article>"]
    if not options.standalone:
        return "\n".join([*comments, *body])
    title = escape("".join(span if isinstance(span, str) else document.plain(span) for span in page.headline))
    return "\n".join(
        [
            '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            f"<title>{title}</title>",
            f"<style>{_PAGE}</style>",
            "</head>\n<body>",
            *comments,
            *body,
            "</body>\n</html>",
        ]
    )


class Html(Document):
    """Every heading of the second level begins a part that folds."""

    def __init__(self, page: Page, options: Options) -> None:
        self.number = 0
        super().__init__(MathML(options.style), options, _ROOM, page, _PHONE)

    def body(self, blocks: tuple[Block, ...]) -> list[str]:  # type: ignore[override]
        """All blocks, one after the other."""
        lines: list[str] = []
        opened = False
        for block in blocks:
            if isinstance(block, Heading) and opened:
                lines.append("</details>")
                opened = False
            lines += super().body([block])
            opened = opened or (isinstance(block, Heading) and block.level > 1)
        return [*lines, "</details>"] if opened else lines

    def plain(self, box: Box) -> str:
        """A formula in text."""
        return written(box)

    def words(self, text: str) -> str:
        """Words, with the signs of the format made harmless."""
        return escape(text)

    def inline(self, box: Box) -> str:
        """A formula within a sentence."""
        run = self.setter.whole_run(box, TEXT)
        shown, widest = pieces(self.setter.line(run, True), False), widest_part(run)
        return f'<span class="wide" style="--em: {ceil(widest)}">{shown}</span>' if widest > _PHONE else shown

    def line(self, text: str, widest: float, more: str = "") -> str:
        """One line of a formula, and what is said behind it; `widest` is the width of what it cannot break."""
        wide = f' class="wide" style="--em: {ceil(widest)}"' if widest > _PHONE else ""
        return f"<div{wide}>{pieces(text)}{more}</div>"

    def typed(self, text: str) -> str:
        """What is typed at a prompt."""
        return f"<code>{escape(text)}</code>"

    # Blocks

    def heading(self, block: Heading) -> list[str]:
        """A heading of its level."""
        text = self.titled(block)
        return [f"<h2>{text}</h2>"] if block.level == 1 else [f"<details open>\n<summary>{text}</summary>"]

    def prose(self, block: Prose) -> list[str]:
        """A sentence, after its label if it has one."""
        label = f'<span class="rule">{escape(titled(block.label))}</span>: ' if block.label else ""
        role = f' class="{block.role}"' if block.role else ""
        return [f"<p{role}>{label}{self.said(block.spans)}</p>"]

    def note(self, block: Note) -> list[str]:
        """What is to be noted."""
        return [f'<p class="quiet">Note: {self.said(block.spans)}</p>']

    def where(self, block: Where) -> list[str]:
        """What the names stand for; nothing where there is none."""
        if not block.names:
            return []
        listed = ", ".join(self.said(spans) for spans in self.declared(block))
        return [f'<p class="quiet">where {listed}{self.assumed(block)}.</p>']

    def equations(self, block: Equations) -> list[str]:
        """Equations below one another, with their reasons."""
        lines = self.set_lines(block)
        shapes: list[Shape | None] = [line.shape for line in block.lines]
        if len(lines) != len(shapes):
            shapes = [None] * len(lines)
        columns = self.has_columns(lines, shapes)
        rows = [row for line, shape in zip(lines, shapes, strict=True) for row in self.row(line, shape, columns)]
        table = ['<table class="lines">', *rows, "</table>"]
        answer = block.role == "answer"
        name = "answer scroll" if answer else "scroll"
        label = f' id="{escape(self.options.label)}"' if answer and self.options.label else ""
        if self.options.numbered:
            self.number += 1
            table.append(f'<span class="equation">({self.number})</span>')
        return [f'<div class="{name}"{label}>', *table, "</div>"]

    def has_columns(self, lines: list[SetLine], shapes: list[Shape | None]) -> bool:
        """Whether shapes and reasons have room in columns of their own."""
        formulas = max(line.last if len(line.right) == 1 else self.room for line in lines)
        sizes = max(_DIGIT * len(sizes_shown(shape)) + _GAP if shape is not None else 0.0 for shape in shapes)
        reasons = max(_QUIET * self.width(line.reason) + _GAP if line.reason else 0.0 for line in lines)
        return formulas + sizes + reasons + _GAP <= _WHOLE

    def row(self, line: SetLine, shape: Shape | None, columns: bool) -> list[str]:
        """One row; without `columns` shape and reason stand behind the formula, a long reason above it."""
        rows = [f'<tr><td class="left">{line.word}</td><td></td></tr>'] if line.word and not line.left else []
        left = "".join(self.line(text, 0.0) for text in line.left)
        if line.above:
            rows.append(f'<tr><td colspan="3">{left}</td></tr>')
            left = ""
        if line.word and line.left:
            left = f"{line.word} {left}"
        size = "" if shape is None else f'<span class="shape">{sizes_shown(shape)}</span>'
        beside = f'<span class="quiet">{self.said(line.reason)}</span>' if line.reason else ""
        if line.reason and not columns and not self.is_beside(line):
            rows.append(f'<tr><td></td><td class="why" colspan="3">{self.above(line.reason)}</td></tr>')
            beside = ""
        *front, last = line.right
        more = "" if columns else " ".join(["", *filter(None, [size, beside])])
        right = "".join(self.line(text, line.widest) for text in front) + self.line(last, line.widest, more)
        if not columns:
            return [*rows, f'<tr><td class="left">{left}</td><td class="right">{right}</td></tr>']
        told = f"<td>{size}</td>" * bool(size) + f'<td class="quiet">{beside}</td>' * bool(beside)
        return [*rows, f'<tr><td class="left">{left}</td><td class="right">{right}</td>{told}</tr>']

    def table(self, block: Table) -> list[str]:
        """Rows of cells below a header."""
        kind = ' class="number"' if block.numbers else ""
        header = [self.cells("th", block.header, kind)] if block.header else []
        rows = [self.cells("td", row, kind) for row in block.rows]
        return ['<div class="scroll">', "<table>", *header, *rows, "</table>", "</div>"]

    def cells(self, tag: str, row: tuple[Spans, ...], kind: str) -> str:
        """The cells of a row."""
        return "<tr>" + "".join(f"<{tag}{kind}>{self.said(cell)}</{tag}>" for cell in row) + "</tr>"

    def code(self, block: Code) -> list[str]:
        """Text as it is, line by line."""
        return [f"<pre><code>{escape(block.text)}</code></pre>"]

    def graph(self, block: Graph) -> list[str]:
        """The picture within the page."""
        title = "".join(span if isinstance(span, str) else self.plain(span) for span in self.page.headline)
        return [f'<figure class="scroll">{picture([block], title)}</figure>']
