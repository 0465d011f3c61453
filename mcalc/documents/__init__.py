"""A page of blocks as a document: one file a format."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mcalc.documents.blocks import Page
    from mcalc.documents.options import Options

FORMATS = ("latex", "markdown", "html", "typst")


def write(page: Page, form: str, options: Options) -> str:
    """The page in one of `FORMATS`."""
    return str(import_module(f"mcalc.documents.{form}").write(page, options))
