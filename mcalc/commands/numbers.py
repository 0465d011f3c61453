"""The commands that compute with numbers."""

from __future__ import annotations

from math import isfinite
from typing import TYPE_CHECKING, Any

import click

from mcalc.choices import PICTURES
from mcalc.commands.asking import asking
from mcalc.commands.documents import document_options
from mcalc.commands.options import AT, DIGITS, FORMAT, LAYOUT, NO_VERIFY, WRT, Command, Form, by_name, common
from mcalc.commands.text import painter, put, write
from mcalc.documents.options import Options
from mcalc.formats import FORMATS, LIBRARIES, TABLE, VALUE, Kind, showing
from mcalc.problems import Problem

if TYPE_CHECKING:
    from mcalc.question import Question


@click.command("eval", cls=Command)
@click.argument("expression")
@AT()
@WRT("The derivative by this variable, there.", default="")
@LAYOUT("The layout of the derivative.")
@click.option("--intermediate", is_flag=True, help="Every intermediate value with its shape.")
@DIGITS()
@NO_VERIFY("Skip the numeric check of the derivative.")
@FORMAT(type=Form(showing(VALUE)))
@common(formats=False)
@document_options
@asking
def evaluate(
    question: Question,
    at: tuple[str, ...],
    intermediate: bool,
    digits: int,
    form: str,
    document: Options,
    output: str | None,
    color: str,
) -> None:
    """The value at a point, or the derivative there: exact where the values are."""
    from mcalc.code.arrays import literal
    from mcalc.evaluating.values import evaluation
    from mcalc.numbers.values import read_assignments
    from mcalc.pages.evaluation import page

    found = evaluation(question, read_assignments(at), intermediate)
    code = dict.fromkeys(LIBRARIES, lambda: "\n".join(literal(one.number.array, form) for one in found.answers))
    put(lambda: page(found, digits, document.lhs), form, output, color, document, code)


@click.command("table", cls=Command)
@click.argument("expression")
@click.option(
    "--vary", "vary", multiple=True, required=True, metavar="NAME=START:STOP:STEP", help="What changes from row to row."
)
@AT()
@WRT("The derivative by each of these, as columns.", default="")
@click.option("--long", "long", is_flag=True, help="With two --vary: a row for each pair, not a table crosswise.")
@DIGITS()
@NO_VERIFY("Skip the numeric check of the derivatives.")
@FORMAT(type=Form(showing(TABLE)))
@common(formats=False)
@document_options
@asking
def table(
    question: Question,
    vary: tuple[str, ...],
    at: tuple[str, ...],
    long: bool,
    digits: int,
    form: str,
    document: Options,
    output: str | None,
    color: str,
) -> None:
    """The value, and derivatives, at each of many values."""
    from mcalc.evaluating.tables import tabulate
    from mcalc.numbers.ranges import read_varied
    from mcalc.numbers.values import read_assignments
    from mcalc.pages.table import page

    found = tabulate(question, read_varied(vary), read_assignments(at))
    put(lambda: page(found, digits, not long), form, output, color, document)


class Positive(click.FloatRange):
    """A finite number within a range; ``nan`` and ``inf`` are numbers to Python, and no rate."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The number; a usage error where it is not finite."""
        number = click.FLOAT.convert(value, param, ctx)
        if not isfinite(number):
            self.fail(f"{value} is not a finite number.", param, ctx)
        return super().convert(number, param, ctx)


@click.command("descend", cls=Command)
@click.argument("expression")
@WRT("What changes; it starts at its --at, else at zero.", required=True)
@AT()
@click.option("--rate", type=Positive(0, min_open=True), default=0.01, help="The learning rate η.")
@click.option("--steps", type=click.IntRange(0), default=100, help="At most so many steps.")
@click.option("--momentum", type=Positive(0, 1, max_open=True), default=0.0, help="With momentum, such as 0.9.")
@click.option("--adam", is_flag=True, help="By Adam's rule.")
@click.option("--tolerance", type=Positive(0), default=0.0, help="Stop where the gradient is this short.")
@click.option("--batch", type=click.IntRange(1), default=None, help="Each step looks at a sample of so many data.")
@click.option("--seed", type=int, default=None, help="Of the samples, to have the same ones again.")
@click.option(
    "--update",
    "updates",
    multiple=True,
    metavar="RULE",
    help='A rule of your own beside the right one: "w = w - lr*dw"; dw is the derivative, shaped like w, lr the rate.',
)
@click.option("--show", "shown", default="", metavar="EXPR,…", help="What to show of each step: w,b,w.x+b.")
@click.option("--every", type=click.IntRange(1), default=None, help="Show each so many steps.")
@DIGITS()
@NO_VERIFY("Skip the numeric check of the gradient.")
@FORMAT(type=Form(showing(TABLE)))
@common(formats=False)
@document_options
@asking
def descend(
    question: Question,
    at: tuple[str, ...],
    rate: float,
    steps: int,
    momentum: float,
    adam: bool,
    tolerance: float,
    batch: int | None,
    seed: int | None,
    updates: tuple[str, ...],
    shown: str,
    every: int | None,
    digits: int,
    form: str,
    document: Options,
    output: str | None,
    color: str,
) -> None:
    """Gradient descent with the derived gradient; -o FILE.csv or .json keeps every step, .svg draws them.

    \b
    mcalc descend "(w.x + b - z)^2" --wrt w,b --at x=-1,2 --at z=3 --rate 0.02
    mcalc descend "(w.x - z)^2" --wrt w --at x=-1,2 --at z=3 --update "w = w - lr*dw" --show w,w.x
    """
    from mcalc.commands.progress import progress_bar
    from mcalc.documents import write as write_page
    from mcalc.evaluating.descents import train
    from mcalc.numbers.descent import Method
    from mcalc.numbers.values import read_assignments
    from mcalc.pages.descent import page

    if adam and momentum:
        raise Problem("Adam has momentum of its own.", hint="give one of --adam and --momentum")
    values = read_assignments(at)
    suffix = output.rpartition(".")[2].lower() if output else ""
    draw = painter() if f".{suffix}" in PICTURES else None
    with progress_bar(steps) as progress:
        found = train(
            question,
            values,
            Method(rate, momentum, adam),
            steps,
            tolerance,
            batch or 0,
            seed,
            progress,
            updates,
            shown,
        )
    if output and draw is not None:
        from mcalc.pictures.losses import steps_scene

        draw(steps_scene(found), output)
        output = None
    if suffix in FORMATS and FORMATS[suffix].kind is Kind.DATA is not FORMATS[form].kind:
        write(write_page(page(found, every or 0, digits), suffix, document), output)
        output = None
    put(lambda: page(found, every or 0, digits), form, output, color, document)
    if found.fault is not None:
        if form == "json":
            raise SystemExit(found.fault.status)
        raise found.fault


commands = by_name(evaluate, table, descend)
