"""The commands that compute with numbers."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import click

from mcalc.choices import LAYOUTS
from mcalc.commands.text import declared_shapes, expression_text, show, write
from mcalc.options import Command, common
from mcalc.problems import Problem
from mcalc.render import FORMATS

at_option = click.option(
    "--at",
    "at",
    multiple=True,
    metavar="NAME=VALUE",
    help="A value: x=1,2, A=[1,2;3,4], c=sqrt(2), X=@data.npy; or @FILE with names.",
)
digits_option = click.option(
    "--digits", type=click.IntRange(1, 15), default=6, help="To how many digits decimals are shown."
)


def format_option(*formats: str) -> Callable[..., Any]:
    return click.option("-f", "--format", "form", type=click.Choice(formats), default="text", help="What to print.")


@contextmanager
def problems_as(form: str) -> Iterator[None]:
    """With ``-f json`` a problem is an object too."""
    try:
        yield
    except Problem as problem:
        if form != "json":
            raise
        click.echo(json.dumps({"error": problem.as_json()}, ensure_ascii=False))
        raise SystemExit(problem.status) from None


@click.command("eval", cls=Command)
@click.argument("expression")
@at_option
@click.option("--wrt", default="", metavar="NAME[,NAME]", help="The derivative by this variable, there.")
@click.option("--layout", type=click.Choice(LAYOUTS), default="paper", help="The layout of the derivative.")
@click.option("--intermediate", is_flag=True, help="Every intermediate value with its shape.")
@digits_option
@click.option("--no-verify", is_flag=True, help="Skip the numeric check of the derivative.")
@format_option(*FORMATS)
@common(formats=False)
def evaluate(
    expression: str,
    at: tuple[str, ...],
    wrt: str,
    layout: str,
    intermediate: bool,
    digits: int,
    no_verify: bool,
    form: str,
    shapes: tuple[str, ...],
    output: str | None,
    color: str,
) -> None:
    """The value at a point, or the derivative there: exact where the values are."""
    with problems_as(form):
        from mcalc.numbers import report
        from mcalc.numbers.values import read_assignments

        found = report.evaluation(
            expression_text(expression),
            read_assignments(at),
            declared_shapes(shapes),
            wrt,
            layout,
            intermediate,
            not no_verify,
        )
        if form in ("text", "ascii"):
            show(report.text_rows(found, form, digits), output, color)
        elif form == "json":
            write(report.as_json(found), output)
        elif form == "numpy":
            write(report.numpy(found), output)
        else:
            write((report.latex if form == "latex" else report.markdown)(found, digits), output)


@click.command("table", cls=Command)
@click.argument("expression")
@click.option(
    "--vary", "vary", multiple=True, required=True, metavar="NAME=START:STOP:STEP", help="What changes from row to row."
)
@at_option
@click.option("--wrt", default="", metavar="NAME[,NAME]", help="The derivative by each of these, as columns.")
@click.option("--long", "long", is_flag=True, help="With two --vary: a row for each pair, not a table crosswise.")
@digits_option
@click.option("--no-verify", is_flag=True, help="Skip the numeric check of the derivatives.")
@format_option("text", "markdown", "csv", "json")
@common(formats=False)
def table(
    expression: str,
    vary: tuple[str, ...],
    at: tuple[str, ...],
    wrt: str,
    long: bool,
    digits: int,
    no_verify: bool,
    form: str,
    shapes: tuple[str, ...],
    output: str | None,
    color: str,
) -> None:
    """The value, and derivatives, at each of many values."""
    with problems_as(form):
        from mcalc.numbers import tables
        from mcalc.numbers.ranges import read_varied
        from mcalc.numbers.values import read_assignments

        varied, values = read_varied(vary), read_assignments(at)
        found = tables.tabulate(
            expression_text(expression), varied, values, declared_shapes(shapes), wrt, not no_verify
        )
        if form == "text":
            show(tables.text_rows(found, digits, not long), output, color)
        elif form == "markdown":
            write(tables.markdown(found, digits, not long), output)
        else:
            write((tables.as_csv if form == "csv" else tables.as_json)(found), output)


commands = (evaluate, table)
