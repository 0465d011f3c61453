"""A page of blocks as a document: one file a format."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from mcalc.door import door
from mcalc.formats import DOCUMENTS, FORMATS, Kind

if TYPE_CHECKING:
    from mcalc.documents.blocks import Equations, Page
    from mcalc.documents.diagram import MARGIN, SIZE, SMALL
    from mcalc.documents.html import STYLE as STYLE_SHEET
    from mcalc.documents.latex import Tex
    from mcalc.documents.latex import words as latex_words
    from mcalc.documents.options import PLAIN, Options
    from mcalc.documents.rows import Row, plain
    from mcalc.documents.svg import measure
    from mcalc.documents.terminal import rows as terminal_rows

__all__ = ["DOCUMENTS", "write"]


def write(page: Page, form: str, options: Options) -> str:
    """The page in a format that is made of blocks."""
    module = import_module(f"mcalc.{FORMATS[form].module}")
    if FORMATS[form].kind is Kind.TERMINAL:
        return str(module.write(page, options, form))
    return str(module.write(page, options))


__getattr__ = door(__name__)
