"""A result in a format: `write` finds the file by the format's record. Formats never reach into each other."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from mcalc.documents import write as write_page
from mcalc.door import door
from mcalc.formats import FORMATS, Kind

if TYPE_CHECKING:
    from mcalc.code.wanted import Wanted
    from mcalc.derivation.derivation import Derivation
    from mcalc.documents.options import Options
    from mcalc.documents.rows import Row
    from mcalc.render.code import function
    from mcalc.render.code import write as write_code
    from mcalc.render.evaluation import evaluation as evaluation_of
    from mcalc.render.rules import readme_table
    from mcalc.render.rules import rows as table_rows
    from mcalc.render.tables import tabulate
    from mcalc.render.training import Descent, compiled, train
    from mcalc.render.verdict import record as verdict_record
    from mcalc.render.verdict import write as write_verdict


def write(derivation: Derivation, form: str, wanted: Wanted | None = None, options: Options | None = None) -> str:
    """The derivation in a format: the answer alone, or for `explain` all of its steps.

    `wanted` is for code, `options` for documents.
    """
    if FORMATS[form].kind in (Kind.DOCUMENT, Kind.TERMINAL):
        return _paged(derivation, form, options)
    module = import_module("mcalc.render.wrapped" if wanted and wanted.wrap else f"mcalc.{FORMATS[form].module}")
    with derivation.apart():
        more = () if wanted is None else (wanted,)
        return _commented(derivation, form, str(module.write(derivation, form, *more)))


def standalone(derivation: Derivation, form: str) -> str:
    """A whole document, in one of `DOCUMENTS`."""
    from mcalc.documents.options import Options

    return _paged(derivation, form, Options(standalone=True))


def rows(derivation: Derivation, form: str = "text", columns: int = 0, options: Options | None = None) -> list[Row]:
    """The derivation as styled rows for a terminal of so many columns; 0: none is broken."""
    from mcalc.documents.options import PLAIN
    from mcalc.documents.terminal import rows as rows_of_page
    from mcalc.pages.derivation import page

    chosen = options or PLAIN
    with derivation.apart():
        return rows_of_page(page(derivation, chosen.lhs), form, columns, chosen)


def _paged(derivation: Derivation, form: str, options: Options | None) -> str:
    from mcalc.documents.options import PLAIN
    from mcalc.pages.derivation import page

    chosen = options or PLAIN
    with derivation.apart():
        return write_page(page(derivation, chosen.lhs), form, chosen)


def _commented(derivation: Derivation, form: str, text: str) -> str:
    """The text below comments that say what was assumed and how the expression was read."""
    from mcalc.derivation.statements import assumptions

    return "\n".join([*FORMATS[form].comments(assumptions(derivation)), text])


__getattr__ = door(__name__)
