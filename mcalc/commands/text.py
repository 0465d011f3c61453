"""What a command reads and writes: the expression, the declarations, the answer."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import click

from mcalc.commands.clipboard import copy
from mcalc.documents.options import PLAIN, Options
from mcalc.formats import FORMATS, Kind
from mcalc.problems import Problem

if TYPE_CHECKING:
    from mcalc.derivation.derivation import Derivation
    from mcalc.documents.blocks import Page
    from mcalc.documents.rows import Row
    from mcalc.language.declarations import Declaration
    from mcalc.pictures.scene import Scene


def put(
    page: Callable[[], Page],
    form: str,
    output: str | None,
    color: str = "never",
    document: Options = PLAIN,
    others: Mapping[str, Callable[[], str]] = {},
    rows: Callable[[str, int], list[Row]] | None = None,
) -> None:
    """The page in the format, or code and drawings of `others`, to the file, or to standard output.

    `rows` are what a terminal of so many columns shows, where that is not the page. The notes of the page go to
    standard error in every format in which they are not among the rows.
    """
    kind = FORMATS[form].kind
    if kind is Kind.TERMINAL:
        from mcalc.documents.rows import page_in_ascii
        from mcalc.documents.terminal import rows as rows_of_page

        if rows is None:
            show(rows_of_page(page(), form, columns(output), document), output, color)
        else:
            found = rows(form, columns(output))
            show(page_in_ascii(found) if form == "ascii" else found, output, color)
        return
    from mcalc.documents import write as write_page
    from mcalc.documents.data import beyond_doubles

    found_page = page()
    write(others[form]() if form in others else write_page(found_page, form, document), output)
    lost = (
        beyond_doubles(found_page.data.lost, FORMATS[form].instead) if found_page.data and FORMATS[form].instead else []
    )
    tell_notes([*found_page.notes, *lost])


def expression_text(text: str) -> str:
    """The text itself, of ``@FILE`` what is in the file, of ``-`` standard input; raises Problem."""
    if text != "-" and not text.startswith("@"):
        return text
    try:
        return sys.stdin.read() if text == "-" else Path(text[1:]).read_text(encoding="utf-8")
    except (OSError, ValueError) as error:
        what = "Standard input" if text == "-" else f"The file `{text[1:]}`"
        reason = getattr(error, "strerror", None) or "it is not UTF-8 text"
        raise Problem(
            f"{what} cannot be read: {reason}.", hint="give an expression, - for standard input, or @FILE"
        ) from None


def legible(text: str, shapes: tuple[str, ...]) -> str:
    """The text of the expression; raises the Problem of one that cannot be read before SymPy is imported."""
    from mcalc.language.first_look import look

    source = expression_text(text)
    look(source, {name.strip(): shape for name, _, shape in (one.partition("=") for one in shapes)})
    return source


def declared_shapes(shapes: tuple[str, ...]) -> dict[str, Declaration]:
    """The declarations of all ``-s`` by name; raises Problem where one is given twice."""
    from mcalc.language.declarations import parse_declarations
    from mcalc.language.parser import canonical_name, own_name

    found: dict[str, Declaration] = {}
    for text in shapes:
        for name, declaration in parse_declarations(text):
            own = canonical_name(name)
            if own_name(own, found) in found:
                raise Problem(f"The shape of `{name}` is declared twice.", hint="keep one of the two")
            found[own] = declaration
    return found


def columns(output: str | None) -> int:
    """The terminal's width; 0, for no wrapping, where the output is not a terminal."""
    if output is not None or not sys.stdout.isatty():
        return 0
    import shutil

    return shutil.get_terminal_size().columns


def write(text: str, output: str | None) -> None:
    """To the file, or to standard output; raises Problem where the file cannot be written.

    A file that says the same already is left alone, so that nothing that is made of it is made again.
    """
    _put(text, output)
    copy(text)


def _put(text: str, output: str | None) -> None:
    if output is None:
        click.echo(text)
        return
    try:
        path, found = Path(output), f"{text}\n".encode()
        if not path.is_file() or path.read_bytes() != found:
            path.write_bytes(found)
    except OSError as error:
        raise Problem(f"The file `{output}` cannot be written: {error.strerror}.") from None


def show(rows: list[Row], output: str | None, color: str) -> None:
    """The page, in colour where that is asked for or the terminal shows it; its comments are not copied."""
    from mcalc.documents.rows import plain

    coloured = color == "always" or (
        color == "auto" and sys.stdout.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
    )
    if output is not None or not coloured:
        _put(plain(rows), output)
    else:
        from mcalc.documents.colour import show as show_in_colour

        show_in_colour(rows)
    answer = [row for row in rows if not row or not row[0].text.startswith("# ")]
    copy(plain(answer or rows))


def tell(derivation: Derivation) -> None:
    """What was assumed, and the notes on the reading, on standard error: for every format but text."""
    from mcalc.derivation.statements import assumptions

    tell_notes(assumptions(derivation))


def tell_notes(notes: Iterable[str]) -> None:
    """A line each on standard error."""
    for note in notes:
        click.echo(f"note: {note}", err=True)


def painter(otherwise: str = "") -> Callable[[Scene, str], None]:
    """What draws a scene into a file; raises Problem where matplotlib is missing."""
    try:
        import matplotlib  # noqa: F401
    except ImportError:
        raise Problem(
            "Pictures are drawn with matplotlib, which is not installed.",
            hint="pip install matplotlib installs it" + otherwise,
            status=3,
        ) from None
    import logging

    for library in ("matplotlib", "fontTools"):
        logging.getLogger(library).setLevel(logging.ERROR)
    from mcalc.pictures.picture import save

    return save
