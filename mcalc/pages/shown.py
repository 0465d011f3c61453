"""A derivation in any format: its page, or code of it."""

from __future__ import annotations

from importlib import import_module

from mcalc.code.wanted import Wanted
from mcalc.derivation.derivation import Derivation
from mcalc.derivation.statements import assumptions
from mcalc.documents import write as write_page
from mcalc.documents.options import PLAIN, Options
from mcalc.documents.rows import Row
from mcalc.documents.terminal import rows as rows_of_page
from mcalc.formats import FORMATS, Kind
from mcalc.pages.derivation import page


def write(derivation: Derivation, form: str, wanted: Wanted | None = None, options: Options = PLAIN) -> str:
    """The derivation in a format: the answer alone, or for `explain` all of its steps.

    `wanted` is for code, `options` for documents.
    """
    with derivation.apart():
        if FORMATS[form].kind is not Kind.CODE:
            return write_page(page(derivation, options.lhs), form, options)
        module = import_module("mcalc.code.wrapped" if wanted and wanted.wrap else f"mcalc.{FORMATS[form].module}")
        text = str(module.write(derivation, form, *(() if wanted is None else (wanted,))))
        return "\n".join([*FORMATS[form].comments(assumptions(derivation)), text])


def standalone(derivation: Derivation, form: str) -> str:
    """A whole document, in one of `DOCUMENTS`."""
    return write(derivation, form, None, Options(standalone=True))


def rows(derivation: Derivation, form: str = "text", columns: int = 0, options: Options = PLAIN) -> list[Row]:
    """The derivation as styled rows for a terminal of so many columns; 0: none is broken."""
    with derivation.apart():
        return rows_of_page(page(derivation, options.lhs), form, columns, options)
