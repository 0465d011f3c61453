"""The command that checks an answer."""

from __future__ import annotations

import click

from mcalc.commands.documents import document_options
from mcalc.commands.options import FORMAT, LAYOUT, NO_VERIFY, ORDER, SYMMETRIC_BY, WRT, Command, Form, common
from mcalc.commands.text import Shown, declared_shapes, expression_text, legible, put, tell
from mcalc.documents.options import Options
from mcalc.formats import FORMATS, VERDICT, Kind, showing
from mcalc.problems import Problem


@click.command(cls=Command)
@click.argument("expression")
@WRT("The variable of the derivative; the only one, if left out.", metavar="NAME")
@click.option("--answer", metavar="ANSWER", help="The answer to check; - for standard input, or @FILE.")
@click.option(
    "--backward",
    metavar="FILE.py:function",
    help="Check a function that computes the derivative, with NumPy, torch or jax: your file is run, in a process of "
    "its own, and the function is called with arrays by the names of the expression. One more parameter is the "
    "gradient that comes from above; a torch.autograd.Function and a jax.custom_vjp are asked for their own backward.",
)
@LAYOUT("The layout of the answer, where it is to be in no other.", default=None)
@ORDER("2: the answer is the second derivative.")
@SYMMETRIC_BY("By a symmetric matrix, as elsewhere.")
@NO_VERIFY("Skip the numeric check of the derivative, not that of the answer.")
@FORMAT(type=Form(showing(VERDICT)))
@common(formats=False)
@document_options
def check(
    expression: str,
    wrt: str | None,
    answer: str | None,
    backward: str | None,
    layout: str | None,
    order: int,
    symmetric: str,
    no_verify: bool,
    form: str,
    document: Options,
    shapes: tuple[str, ...],
    output: str | None,
    color: str,
) -> None:
    """Is my answer the derivative? If not: how is it wrong. Exit status 0 for right, 1 for wrong."""
    try:
        if (answer is None) == (backward is None):
            told = "Missing option `--answer`." if answer is None else "Here are an answer and a function."
            raise Problem(told, hint="give --answer ANSWER, or --backward FILE.py:function")
        if expression == answer == "-":
            raise Problem("Standard input holds the expression or the answer, and not both.", hint="use @FILE for one")
        text = legible(expression, shapes)
        asked = layout, symmetric, order, not no_verify
        if backward is not None:
            from mcalc.checking.backward import check_backward

            found = check_backward(text, wrt or "", backward, declared_shapes(shapes), *asked)
        elif answer is not None:
            from mcalc.checking.examine import check as checked

            found = checked(text, wrt or "", expression_text(answer), declared_shapes(shapes), *asked)
        from mcalc.pages.verdict import page
        from mcalc.render import verdict as report

        shown = Shown(
            lambda form, columns: report.rows(found, columns, form),
            lambda: page(found),
            {"json": lambda: report.as_json(found)},
        )
        put(shown, form, output, color, document)
        if FORMATS[form].kind is not Kind.TERMINAL:
            tell(found.derivation)
    except Problem as problem:
        if form == "json":
            import json

            click.echo(json.dumps({"error": problem.as_json()}, ensure_ascii=False))
            raise SystemExit(problem.status) from None
        raise
    if not found.right:
        raise SystemExit(1)
