"""The commands that show what mcalc reads and knows, and the one that serves programs."""

from __future__ import annotations

import sys

import click

from mcalc.commands.options import COLOR, FORMAT, Command, Form, common
from mcalc.commands.text import columns, declared_shapes, expression_text, show, write
from mcalc.documents import FORMATS
from mcalc.documents import write as write_page
from mcalc.documents.options import PLAIN


@click.command(cls=Command)
@click.argument("expression")
@common(formats=False)
@click.option("--lead-on", is_flag=True, hidden=True, help="Say what one can ask of the expression.")
def shapes(expression: str, shapes: tuple[str, ...], output: str | None, color: str, lead_on: bool) -> None:
    """The tree, each node with its shape."""
    from mcalc.render.tree import questions, rows

    text, declared = expression_text(expression), declared_shapes(shapes)
    page = rows(text, declared)
    show(page + questions(text, declared, shapes) if lead_on else page, output, color)


@click.command(cls=Command)
@click.argument("name", required=False)
@COLOR()
@FORMAT(type=Form(["text", *FORMATS]))
@click.option(
    "--rewritings", is_flag=True, help="The rewritings by which answers are simplified, each with its sentence."
)
@click.option("--names", is_flag=True, help="The rules that derivations name, each with its law.")
def rules(name: str | None, color: str, form: str, rewritings: bool, names: bool) -> None:
    """The table of operators and their Jacobians; with NAME, an operator or a rule in full: "vector chain rule"."""
    from mcalc.pages import rules as pages
    from mcalc.render import rule_page
    from mcalc.render.rewritings import lines
    from mcalc.render.rules import operators_page, rows
    from mcalc.table.records import Operator

    if form != "text":
        found = pages.find(name) if name else None
        if rewritings or names:
            page = pages.rewritings_page() if rewritings else pages.names_page()
        elif found is None or isinstance(found, Operator):
            page = operators_page(found)
        else:
            page = pages.page(found)
        write(write_page(page, form, PLAIN), None)
    elif rewritings:
        write("\n".join(lines()), None)
    elif names:
        show(rule_page.names(), None, color)
    elif name is None:
        show(rows(columns(None)), None, color)
    else:
        show(rule_page.rows(name, columns(None)), None, color)


@click.command(cls=Command)
def batch() -> None:
    """JSON lines in, JSON lines out: one request a line, one reply a line, in order."""
    from mcalc.commands.batch import serve

    if hasattr(sys.stdin, "reconfigure"):
        sys.stdin.reconfigure(errors="replace")
    serve(sys.stdin, sys.stdout)
