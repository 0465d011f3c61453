"""The commands that show what mcalc reads and knows, and the one that serves programs."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from mcalc.commands.documents import document_options
from mcalc.commands.options import COLOR, COPY, FORMAT, OUTPUT, Command, Form, by_name, common
from mcalc.commands.text import declared_shapes, legible, put
from mcalc.documents.options import Options
from mcalc.formats import RULES, SHAPES, showing

if TYPE_CHECKING:
    from mcalc.documents.blocks import Page


@click.command(cls=Command)
@click.argument("expression")
@FORMAT(type=Form(showing(SHAPES)))
@common(formats=False)
@document_options
@click.option("--lead-on", is_flag=True, hidden=True, help="Say what one can ask of the expression.")
def shapes(
    expression: str,
    form: str,
    document: Options,
    shapes: tuple[str, ...],
    output: str | None,
    color: str,
    lead_on: bool,
) -> None:
    """The tree, each node with its shape."""
    text = legible(expression, shapes)
    from mcalc.pages.shapes import page

    declared = declared_shapes(shapes)

    put(lambda: page(text, declared, shapes if lead_on else None), form, output, color, document)


@click.command(cls=Command)
@click.argument("name", required=False)
@OUTPUT()
@COPY()
@COLOR()
@FORMAT(type=Form(showing(RULES)))
@click.option(
    "--rewritings", is_flag=True, help="The rewritings by which answers are simplified, each with its sentence."
)
@click.option("--names", is_flag=True, help="The rules that derivations name, each with its law.")
@click.option("--sheet", is_flag=True, help="A cheat sheet of two pages, to be printed.")
@document_options
def rules(
    name: str | None,
    output: str | None,
    color: str,
    form: str,
    document: Options,
    rewritings: bool,
    names: bool,
    sheet: bool,
) -> None:
    """The table of operators and their Jacobians; with NAME, an operator or a rule in full: "vector chain rule"."""
    from mcalc.pages import rules as pages

    def page() -> Page:
        if sheet:
            from mcalc.pages.sheet import page as sheet_page

            return sheet_page()
        if rewritings or names:
            return pages.rewritings_page() if rewritings else pages.names_page()
        return pages.page(pages.find(name)) if name else pages.operators_page()

    put(page, form, output, color, document)


@click.command(cls=Command)
def batch() -> None:
    """JSON lines in, JSON lines out: one request a line, one reply a line, in order."""
    from mcalc.commands.batch import serve

    if hasattr(sys.stdin, "reconfigure"):
        sys.stdin.reconfigure(errors="replace")
    serve(sys.stdin, sys.stdout)


commands = by_name(shapes, rules, batch)
