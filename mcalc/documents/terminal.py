"""Text and ASCII: a page as rows of styled pieces; an answer stands between comments, so that the whole reads back."""

from __future__ import annotations

from collections.abc import Sequence

from mcalc.documents.at_length import checked
from mcalc.documents.blocks import (
    Block,
    Equations,
    Heading,
    Note,
    Page,
    Prose,
    Spans,
    Table,
    Where,
    capital,
)
from mcalc.documents.in_columns import rows_of_numbers
from mcalc.documents.in_text import Text
from mcalc.documents.options import Options
from mcalc.documents.rows import Piece, Row, plain, wrapped
from mcalc.notation.columns import width
from mcalc.notation.textlines import broken


def write(page: Page, options: Options, form: str = "text") -> str:
    """The page without colour, its lines as long as they are."""
    return plain(rows(page, form, 0, options))


def rows(page: Page, form: str, columns: int, options: Options) -> list[Row]:
    """The page; sentences are broken at `columns`, 0 for nowhere."""
    kind = AnswerInText if page.answer or page.commented else VerdictInText if page.verdict else Text
    kind = ReferenceInText if page.reference else kind
    return kind(form, columns, options, lambda inner, room: rows(inner, form, room, options)).page(page)


class AnswerInText(Text):
    """An answer: everything but its value stands behind `#`; what was assumed comes first."""

    indent = "# "

    def page(self, page: Page) -> list[Row]:
        """The names, how the text was read, and the answers."""
        first = [block for block in page.blocks if _is_assumed(block)]
        self.body([*first, *(block for block in page.blocks if block not in first)])
        return self.rows

    def told(self, text: str, style: str = "quiet", indent: str | None = None) -> None:
        """A comment."""
        for line in wrapped(text, self.columns - 2 if self.columns else 0):
            self.add(Piece("# " + line, "quiet"))

    def prose(self, block: Prose) -> None:
        """What is said of an answer; a caption stands over its table."""
        if block.role == "caption":
            self.add(Piece(self.said(block.spans), "heading"))
            return
        self.told(self.said(block.spans).removesuffix("."))

    def table(self, block: Table) -> None:
        """Numbers under their headings, and no comment; anything else behind `#`."""
        if not block.numbers:
            self.rows += self.cells_of(block.rows, block.styles, "# ")
            return
        cells = [[self.said(cell) for cell in row] for row in (checked(block).header, *block.rows)]
        groups = [(title, count) for title, _, count in block.groups]
        for row in rows_of_numbers(cells[0], cells[1:], groups):
            self.add(*(piece._replace(text=self.plainly(piece.text)) for piece in row))

    def result(self, block: Equations) -> None:
        """The value, its recurring parts before it; its left side where that is asked for, and before an entry."""
        if block.part:
            self.told(self.said(block.part))
        if self.options.label:
            self.told(self.options.label)
        for line in block.lines:
            for name, box in line.named:
                self.add(Piece(f"{self.math(name)} = {self.math(box)}", "result"))
            right = self.math(line.right)
            if line.role == "index" and not self.options.lhs and line.left is not None:
                self.told(self.math(line.left) + " =")
            sided = (self.options.lhs and "\n" not in right) or line.role == "entry"
            for text in (self.equation(line) if sided else right).split("\n"):
                self.add(Piece(text, "result"))
            if line.about is not None:
                for at, text in enumerate(self.said((line.about,)).split("\n")):
                    self.add(Piece(f"# {'      ' if at else 'about '}{text}", "quiet"))


class ReferenceInText(Text):
    """What mcalc knows: laws a little in, sentences at the margin."""

    indent = ""

    def heading(self, block: Heading) -> None:
        """A heading, an empty row before it."""
        if self.rows:
            self.add()
        self.add(Piece(self.said(block.spans), "heading"))

    def prose(self, block: Prose) -> None:
        """A law, or what is said of it."""
        if block.label:
            super().prose(block)
            return
        text = self.said(block.spans)
        if block.role == "law":
            lines = broken(text.strip("`"), self.columns - 2, "") if self.columns else [text.strip("`")]
            self.rows += [[Piece("  " + line, "result")] for line in lines]
            return
        if block.role in ("see", "after"):
            self.add()
        self.told(text, indent="  " if block.role in ("within", "after") else None)

    def table(self, block: Table) -> None:
        """Cells below one another, or what is said of a row below it; facts behind their labels."""
        if block.told:
            for first, *others in block.rows:
                self.add(Piece(self.said(first).strip("`")))
                for cell in others:
                    self.told(self.said(cell), indent="    ")
        elif block.styles[:1] == ("rule",):
            self.add()
            for label, *cells in block.rows:
                self.fact(capital(self.said(label)).ljust(_LABEL), cells, block.styles[1:])
        else:
            rows = self.cells_of(block.rows, block.styles, "  " if block.styles[:1] == ("within",) else "")
            narrow = self.columns and any(sum(width(piece.text) for piece in row) > self.columns for row in rows)
            below = rows[0][0] if rows[0][0].text else Piece("    ")
            self.rows += (
                [[below if at else row[0], piece] for row in rows for at, piece in enumerate(row[1:])]
                if narrow
                else rows
            )

    def fact(self, label: str, cells: Sequence[Spans], styles: Sequence[str]) -> None:
        """A label, and beside it a text, over several lines where it must be."""
        texts = "   ".join(self.said(cell).strip("`") for cell in cells)
        for line in wrapped(texts, self.columns - _LABEL if self.columns else 0):
            self.add(Piece(label, "rule"), Piece(line, *styles[:1]))
            label = " " * _LABEL


class VerdictInText(Text):
    """A verdict: its parts stand apart, and what was read as what stands behind `#` at the end."""

    def page(self, page: Page) -> list[Row]:
        """The verdicts one below the other."""
        starts = [at for at, block in enumerate(page.blocks) if isinstance(block, Prose) and block.role in _VERDICTS]
        for start, end in zip(starts, [*starts[1:], len(page.blocks)], strict=True):
            part = page.blocks[start:end]
            if self.rows:
                self.add()
            self.inside = False
            self.body([block for block in part if not _is_assumed(block)])
            self.add()
            for block in part:
                text = block.text() if isinstance(block, Where) else ""
                if isinstance(block, Note) and block.read:
                    text = f"Note: {self.said(block.spans)}"
                lines = wrapped(self.plainly(f"# {text}"), self.columns) if text else []
                self.rows += [[Piece(line, "quiet")] for line in lines]
        return self.rows

    def prose(self, block: Prose) -> None:
        """A sentence, or what begins a part."""
        if block.role in _TITLES:
            self.add()
            self.inside = True
            style = "rule" if block.role == "parting" else ""
            self.add(Piece(f"  {_TITLES[block.role]}  ", "heading"), Piece(self.said(block.spans), style))
        elif block.role in _VERDICTS:
            self.add(Piece(self.said(block.spans), block.role))
        elif block.role == "within":
            self.told(self.said(block.spans), indent="    ")
        elif block.role == "form":
            self.add()
            self.told(self.said(block.spans), indent="  ")
        else:
            self.told(self.said(block.spans), block.role)

    def note(self, block: Note) -> None:
        """What is to be noted of the answer."""
        self.told(self.said(block.spans))

    def table(self, block: Table) -> None:
        """The two forms; within an example their values."""
        if not self.inside:
            self.add()
        self.rows += self.cells_of(block.rows, block.styles, "    " if self.inside else "  ")

    def equations(self, block: Equations) -> None:
        """The equation of a step, or one of the two forms, and under it what the names in it stand for."""
        for line in block.lines:
            self.add(
                Piece("    "), Piece(self.equation(line)), Piece("   "), self.shape(line.shape if line.named else None)
            )
            for text in self.named(line):
                self.add(Piece("    "), Piece(text))


_LABEL = 13
"""The column of labels."""
_VERDICTS = ("good", "bad")
_TITLES = {"example": "For example", "parting": "It parts from the derivation here"}


def _is_assumed(block: Block) -> bool:
    return isinstance(block, Where) or (isinstance(block, Note) and block.read)
