"""The command that checks an answer."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

import click

from mcalc.commands.asking import asking
from mcalc.commands.documents import document_options
from mcalc.commands.options import FORMAT, LAYOUT, NO_VERIFY, ORDER, SYMMETRIC_BY, WRT, Command, Form, by_name, common
from mcalc.commands.text import expression_text, put
from mcalc.documents.options import Options
from mcalc.formats import VERDICT, showing
from mcalc.problems import Problem

if TYPE_CHECKING:
    from mcalc.question import Question


def _refuse(given: Mapping[str, Any]) -> None:
    answer, backward = given["answer"], given["backward"]
    if (answer is None) == (backward is None):
        told = "Missing option `--answer`." if answer is None else "Here are an answer and a function."
        raise Problem(told, hint="give --answer ANSWER, or --backward FILE.py:function")
    if given["expression"] == answer == "-":
        raise Problem("Standard input holds the expression or the answer, and not both.", hint="use @FILE for one")


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
@partial(asking, refuse=_refuse)
def check(
    question: Question,
    answer: str | None,
    backward: str | None,
    form: str,
    document: Options,
    output: str | None,
    color: str,
) -> None:
    """Is my answer the derivative? If not: how is it wrong. Exit status 0 for right, 1 for wrong."""
    if backward is not None:
        from mcalc.checking.backward import check_backward

        found = check_backward(question, backward)
    elif answer is not None:
        from mcalc.checking.examine import check as checked

        found = checked(question, expression_text(answer))
    from mcalc.pages.verdict import page

    put(lambda: page(found), form, output, color, document)
    if not found.right:
        raise SystemExit(1)


commands = by_name(check)
