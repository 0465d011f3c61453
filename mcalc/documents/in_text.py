"""Blocks in text and ASCII, as rows of styled pieces."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from mcalc.documents.blocks import (
    Aside,
    Block,
    Code,
    Either,
    Entries,
    Equations,
    Example,
    Heading,
    Line,
    Note,
    Page,
    Prose,
    Shortened,
    Span,
    Spans,
    Table,
    Tree,
    Where,
)
from mcalc.documents.in_columns import Equation, labelled, rows_of_equations, rows_of_table
from mcalc.documents.in_entries import EntryText, rows_of_cases, rows_of_entries
from mcalc.documents.options import Options
from mcalc.documents.rows import Piece, Row, in_ascii, table, wrapped
from mcalc.notation.boxes import Box, Said, Typed
from mcalc.notation.columns import width
from mcalc.notation.drawing import beside, drawn
from mcalc.notation.signs import ASCII, TEXT
from mcalc.notation.writing import written
from mcalc.table.records import Shape
from mcalc.tree.names import sizes_shown

_MOST_PATHS = 3
"""Of more paths the shapes of their Jacobians are not listed."""


class Text:
    """One method a block; `indent` is where sentences begin."""

    indent = "  "

    def __init__(self, form: str, columns: int, options: Options, shown: Callable[[Page, int], list[Row]]) -> None:
        self.form, self.columns, self.options, self.shown = form, columns, options, shown
        self.signs = ASCII if form == "ascii" else TEXT
        self.rows: list[Row] = []

    def page(self, page: Page) -> list[Row]:
        """The rows of the blocks."""
        self.body(page.blocks)
        while self.rows and not self.rows[-1]:
            self.rows.pop()
        return self.rows

    def body(self, blocks: Sequence[Block]) -> None:
        """Each block below the one before."""
        for block in blocks:
            printer: Callable[[Block], None] = getattr(self, type(block).__name__.lower())
            printer(block)

    def add(self, *pieces: Piece) -> None:
        """A row of pieces."""
        self.rows.append(list(pieces))

    def plainly(self, text: str) -> str:
        """The text in ASCII where that is asked for."""
        return in_ascii(text) if self.form == "ascii" else text

    def math(self, box: Box) -> str:
        """A formula; a drawing takes several lines."""
        if isinstance(box, Said):
            return self.plainly(box.text)
        return drawn(box, self.form)

    def said(self, spans: Spans) -> str:
        """A sentence."""
        return "".join(self.span(span) for span in spans)

    def span(self, span: Span) -> str:
        """Words, or a formula, of a sentence."""
        if isinstance(span, Box) and not isinstance(span, Said | Typed):
            return written(span, self.form)
        return self.plainly(written(span) if isinstance(span, Box) else span)

    def told(self, text: str, style: str = "quiet", indent: str | None = None) -> None:
        """A sentence over several lines."""
        start = self.indent if indent is None else indent
        for line in wrapped(text, self.columns - len(start) if self.columns else 0):
            self.add(*([Piece(start)] if start else []), Piece(line, style))

    def labelled(self, label: Sequence[Piece], mathematics: Piece, tail: Sequence[Piece] = ()) -> None:
        """A label, and beside it mathematics."""
        self.rows += labelled(label, mathematics, tail, self.columns)

    # Words

    def heading(self, block: Heading) -> None:
        """A heading, an empty row before it; what stands below the last of them is not set in."""
        if block.level > 1 and block.spans == ("Result",):
            self.add()
            self.indent = ""
            return
        if self.rows:
            self.add()
        self.indent = "  "
        at = next((at for at, span in enumerate(block.spans) if isinstance(span, Box)), None)
        if at is None:
            number = f"{block.number}  " if block.number else ""
            self.add(Piece(number + self.said(block.spans), "heading"))
            return
        formula = block.spans[at]
        assert isinstance(formula, Box)
        label = Piece(self.said(block.spans[:at]), "heading")
        tail = [
            Piece(self.span(span), "heading" if isinstance(span, str) else "variable") for span in block.spans[at + 1 :]
        ]
        self.labelled([label], Piece(self.math(formula), "result"), tail)

    def prose(self, block: Prose) -> None:
        """A sentence; of a rule after its name."""
        if not block.label:
            self.told(self.said(block.spans), block.role)
            return
        rule = block.label + (": " if block.spans else "")
        lines = wrapped(rule + self.said(block.spans), self.columns - 6 if self.columns else 0)
        self.add(Piece("  "), Piece(rule, "rule"), Piece(lines[0][len(rule) :], "quiet"))
        self.rows += [[Piece("      "), Piece(line, "quiet")] for line in lines[1:]]

    def where(self, block: Where) -> None:
        """The names with their shapes."""
        self.told(self.plainly(block.text()))

    def note(self, block: Note) -> None:
        """What is to be noted."""
        self.told(f"Note: {self.said(block.spans)}", "quiet" if block.read else "")

    def either(self, block: Either) -> None:
        """What is said in a few words."""
        self.body(block.terminal)

    def example(self, block: Example) -> None:
        """A command, and what it prints, a little in."""
        if self.rows[-1][0].style != "heading":
            self.add()
        if block.command:
            self.add(Piece("  $ ", "quiet"), Piece(block.command))
        inner = self.shown(block.page, self.columns - 2 if self.columns else 0)
        self.rows += [[Piece("  "), *row] if row else row for row in inner]

    def code(self, block: Code) -> None:
        """Text as it is, line by line."""
        for line in block.text.split("\n"):
            self.add(Piece(self.indent), Piece(line))

    # Equations

    def equations(self, block: Equations) -> None:
        """Equations below one another, with their reasons."""
        if block.role in ("definitions", "rules"):
            for lines in rows_of_table([self.cells(line, block) for line in block.lines], self.columns):
                self.rows += lines
        elif block.role == "cases":
            cells = [(self.said(line.reason), self.equation(line), self.shape(line.shape).text) for line in block.lines]
            self.rows += rows_of_cases(cells, self.columns)
        elif block.role == "answer":
            self.result(block)
        elif block.role == "common":
            self.rows += [[Piece(self.equation(line), "result")] for line in block.lines]
        elif block.role == "forms":
            for line in block.lines:
                self.told(self.equation(line), indent="  ")
        elif "\n" in self.math(block.lines[0].right):
            for line in block.lines:
                left = f"    {self.math(line.left)} = " if line.left is not None else "    "
                self.rows += [[Piece(text)] for text in beside(left, self.math(line.right).split("\n"))]
        else:
            last = len(block.lines) - 1
            found = [self.row(line, at == last) for at, line in enumerate(block.lines)]
            self.rows += rows_of_equations(found, self.columns)

    def equation(self, line: Line) -> str:
        """``left = right`` in one line."""
        left = "" if line.left is None else self.math(line.left) + self.signs[line.sign]
        return left + self.math(line.right)

    def cells(self, line: Line, block: Equations) -> Row:
        """An equation, its shape, and what is said of it; in full the name of its rule too."""
        cells = [Piece(self.equation(line)), self.shape(line.shape)]
        if line.reason:
            cells += [Piece(line.rule, "rule")] if block.in_full else []
            return [*cells, Piece(self.said(line.reason), "quiet")]
        return [*cells, Piece(line.rule, "rule")] if line.rule else cells

    def shape(self, shape: Shape | None) -> Piece:
        """A shape."""
        return Piece("" if shape is None else self.plainly(sizes_shown(shape)), "shape")

    def row(self, line: Line, last: bool) -> Equation:
        """A line of a chain of equations: its shape where it ends, or where Jacobians are multiplied."""
        shape = self.factors(line) if line.factors else self.shape(line.shape).text if last else ""
        left = "" if line.left is None else self.math(line.left)
        return Equation(left, self.math(line.right), self.said(line.reason), self.named(line), shape)

    def named(self, line: Line) -> list[str]:
        """What the names of its recurring parts stand for."""
        found = [f"{self.math(name)} = {self.math(box)}" for name, box in line.named]
        return [("      " if at else "where ") + text for at, text in enumerate(found)]

    def factors(self, line: Line) -> str:
        """``(1×1)(1×n) = 1×n``: the shapes of the Jacobians along the paths, and of what comes out."""
        if len(line.factors) > _MOST_PATHS or not any(shape for path in line.factors for shape in path):
            return ""
        own = self.shape(line.shape).text
        if len(line.factors) == 1 and len(line.factors[0]) == 1:
            return own
        products = ["".join(f"({sizes_shown(shape)})" for shape in path) for path in line.factors]
        return f"{self.plainly(' + '.join(products))} = {own}"

    def result(self, block: Equations) -> None:
        """The result of a derivation."""
        for line in block.lines:
            tail = [Piece("   " + self.shape(line.shape).text, "shape")] if line.shape is not None else []
            self.labelled([Piece("Result  ", "heading")], Piece(self.equation(line), "result"), tail)
            for text in self.named(line):
                self.labelled([Piece("        ")], Piece(text, "result"))

    def shortened(self, block: Shortened) -> None:
        """``with e = …:`` before the result in which e stands."""
        name = Piece(f"  with {self.math(block.name)} = ", "quiet")
        part, result = Piece(self.math(block.part) + ": ", "quiet"), Piece(self.math(block.result))
        if not self.columns or width(name.text + part.text + result.text) <= self.columns:
            self.add(name, part, result)
        else:
            self.labelled([name], part)
            self.labelled([Piece(" " * 10)], result)

    def aside(self, block: Aside) -> None:
        """A sentence that ends in a value."""
        self.told(self.said((*block.words, block.value)))

    # Tables

    def table(self, block: Table) -> None:
        """Cells below one another."""
        every = [block.header, *block.rows] if block.header else list(block.rows)
        self.rows += self.cells_of(every, block.styles)

    def entries(self, block: Entries) -> None:
        """A list of operators."""
        self.rows += rows_of_entries(
            [
                EntryText(
                    one.name,
                    self.said(one.written).strip("`"),
                    self.said(one.shapes),
                    [(self.said(equation), self.said(sentence)) for equation, sentence in one.told],
                )
                for one in block.entries
            ],
            self.columns,
        )

    def tree(self, block: Tree) -> None:
        """Cells below one another, with branches from each row to what is a part of it."""
        leads, deeper = [], [deep for deep, _ in block.rows]
        for at, deep in enumerate(deeper):
            lead = ""
            for level in range(1, deep + 1):
                after = next((other for other in deeper[at + 1 :] if other <= level), 0)
                goes_on = after == level
                lead += ("├─ " if goes_on else "└─ ") if level == deep else "│  " if goes_on else "   "
            leads.append(lead)
        rows = [((lead, *cells[0]), *cells[1:]) for lead, (_, cells) in zip(leads, block.rows, strict=True)]
        self.rows += self.cells_of(rows, block.styles, "")

    def cells_of(self, every: Sequence[tuple[Spans, ...]], styles: Sequence[str], indent: str = "  ") -> list[Row]:
        """Rows of cells, each in the style of its column."""
        named = [*styles, *[""] * max(map(len, every))]
        cells = [[Piece(self.said(cell), style) for cell, style in zip(row, named, strict=False)] for row in every]
        return table(cells, indent)
