"""A page of blocks as a document: one file a format."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from mcalc.formats import DOCUMENTS, FORMATS, Kind

if TYPE_CHECKING:
    from mcalc.documents.blocks import Page
    from mcalc.documents.options import Options

__all__ = ["DOCUMENTS", "write"]


def write(page: Page, form: str, options: Options) -> str:
    """The page in a format that is made of blocks."""
    module = import_module(f"mcalc.{FORMATS[form].module}")
    if FORMATS[form].kind is Kind.TERMINAL:
        return str(module.write(page, options, form))
    return str(module.write(page, options))
