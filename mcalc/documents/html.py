"""HTML with MathML: a fragment for a notebook or a page, or a whole document; no script, nothing to load."""

from __future__ import annotations

from html import escape

from mcalc.documents.blocks import (
    Block,
    Code,
    Equations,
    Graph,
    Heading,
    Note,
    Page,
    Prose,
    Spans,
    Table,
    Where,
    capital,
)
from mcalc.documents.document import Document, SetLine
from mcalc.documents.options import Options
from mcalc.documents.svg import picture
from mcalc.formats import FORMATS
from mcalc.notation.boxes import Box
from mcalc.notation.mathml import MathML, element
from mcalc.notation.widths import TEXT
from mcalc.notation.writing import written
from mcalc.tree.names import sizes_shown

_ROOM = 44.0
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
.mcalc.mcalc.mcalc td.right { white-space: nowrap; }
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
.mcalc.mcalc.mcalc table { margin-left: 0; }
.mcalc.mcalc.mcalc td { padding-right: 0.5em; }
.mcalc.mcalc.mcalc .lines, .mcalc.mcalc.mcalc .lines tbody { display: block; }
.mcalc.mcalc.mcalc .lines tr { display: flex; flex-wrap: wrap; align-items: center; margin-bottom: 0.4em; }
.mcalc.mcalc.mcalc .lines td { padding: 0.1em 0.4em 0.1em 0; }
.mcalc.mcalc.mcalc .lines td.left { min-width: 2.6em; }
.mcalc.mcalc.mcalc .lines td.right { overflow: auto hidden; max-width: calc(100% - 3.4em); }
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
    title = escape("".join(span if isinstance(span, str) else document.plain(span) for span in page.title))
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
        super().__init__(MathML(options.style), options, _ROOM, page)

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
        return element(self.setter.write(box, TEXT))

    def line(self, text: str) -> str:
        """One line of a formula."""
        return f"<div>{element(text, True)}</div>"

    def typed(self, text: str) -> str:
        """What is typed at a prompt."""
        return f"<code>{escape(text)}</code>"

    # Blocks

    def heading(self, block: Heading) -> list[str]:
        """A heading of its level."""
        text = self.said(block.spans)
        return [f"<h2>{text}</h2>"] if block.level == 1 else [f"<details open>\n<summary>{text}</summary>"]

    def prose(self, block: Prose) -> list[str]:
        """A sentence, after its label if it has one."""
        label = f'<span class="rule">{escape(capital(block.label))}</span>: ' if block.label else ""
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
        shapes = [line.shape for line in block.lines]
        rows = []
        for at, line in enumerate(lines):
            shape = shapes[at] if at < len(shapes) and len(lines) == len(shapes) else None
            rows += self.row(line, shape)
        table = ['<table class="lines">', *rows, "</table>"]
        name = "answer scroll" if block.role else "scroll"
        label = f' id="{escape(self.options.label)}"' if block.role and self.options.label else ""
        if self.options.numbered:
            self.number += 1
            table.append(f'<span class="equation">({self.number})</span>')
        return [f'<div class="{name}"{label}>', *table, "</div>"]

    def row(self, line: SetLine, shape: tuple[object, ...] | None) -> list[str]:
        """One row."""
        rows = [f'<tr><td class="left">{line.word}</td><td></td></tr>'] if line.word and not line.left else []
        left = "".join(self.line(text) for text in line.left) if not line.above else ""
        if line.above:
            rows.append(f'<tr><td colspan="3">{"".join(map(self.line, line.left))}</td></tr>')
        if line.word and line.left:
            left = f"{line.word} {left}"
        size = "" if shape is None else f'<td><span class="shape">{sizes_shown(shape)}</span></td>'
        if line.reason and len(line.right) == 1 and line.last + 2 + self.width(line.reason) < self.room:
            size += f'<td class="quiet">{self.said(line.reason)}</td>'
        elif line.reason:
            rows.append(f'<tr><td></td><td class="why" colspan="3">{self.above(line.reason)}</td></tr>')
        right = "".join(self.line(text) for text in line.right)
        return [*rows, f'<tr><td class="left">{left}</td><td class="right">{right}</td>{size}</tr>']

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
        title = "".join(span if isinstance(span, str) else self.plain(span) for span in self.page.title)
        return [f'<figure class="scroll">{picture([block], title)}</figure>']
