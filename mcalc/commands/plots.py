"""The command that draws."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from mcalc.choices import PICTURES, PLOTS
from mcalc.commands.asking import question_of
from mcalc.commands.options import AT, WRT, Command, by_name, common
from mcalc.commands.text import columns, expression_text, painter, show
from mcalc.problems import Problem

if TYPE_CHECKING:
    from mcalc.pictures.places import Range
    from mcalc.table.records import Array


@click.command(cls=Command)
@click.argument("expression")
@common(formats=False)
@click.option(
    "--vary",
    "ranges",
    multiple=True,
    metavar="NAME=FROM:TO",
    help="What goes along an axis: x=-5:5, w[1]=0:1; one or two.",
)
@AT()
@click.option("--with", "others", multiple=True, metavar="EXPR", help="Another expression in the same picture.")
@WRT("Draw the derivatives by these names as well.", default="")
@click.option(
    "--kind",
    type=click.Choice(PLOTS),
    help="Of two names: surface, level curves, the gradient over them (arrows as long as √slope), a descent.",
)
@click.option(
    "--point",
    "points",
    multiple=True,
    metavar="NAME=NUMBER,…",
    help="Mark a point, on the graph, or with z=NUMBER as well at a height of its own.",
)
@click.option(
    "--path", "paths", multiple=True, metavar="FILE", help="Draw the steps that `mcalc descend -o FILE` wrote."
)
@click.option("--levels", default="", metavar="NUMBER,…", help="Draw these level curves.")
@click.option("--panels", is_flag=True, help="A panel for each curve.")
@click.option("--terminal", is_flag=True, help="Draw in the terminal, without matplotlib.")
def plot(
    expression: str,
    shapes: tuple[str, ...],
    output: str | None,
    color: str,
    ranges: tuple[str, ...],
    at: tuple[str, ...],
    others: tuple[str, ...],
    wrt: str,
    kind: str | None,
    points: tuple[str, ...],
    paths: tuple[str, ...],
    levels: str,
    panels: bool,
    terminal: bool,
) -> None:
    """Curves, surfaces, level curves, gradient fields and the way of a descent: -o FILE.png, .svg or .pdf.

    \b
    mcalc plot "x^2*sin(x)" --vary x=-5:5 --wrt x -o curve.png
    mcalc plot "f^2/3 + g^(3/2)" --vary f=-3:3 --vary g=0:5 --point f=-1,g=2 -o surface.svg
    mcalc plot "3x^2*y" --vary x=-2:2 --vary y=-2:2 --kind gradient -o field.pdf
    """
    _check(output, terminal, ranges)
    from mcalc.numbers.values import read_assignments
    from mcalc.pictures.places import read_point, read_range
    from mcalc.pictures.sampling import Request, sampled

    varied = tuple(read_range(text) for text in ranges)
    chosen = _kind(kind, len(varied), bool(paths))
    request = Request(
        question_of(expression, shapes, wrt=wrt),
        varied=varied,
        values=read_assignments(at),
        others=tuple(map(expression_text, others)),
        kind=chosen,
        points=tuple(read_point(text, varied) for text in points),
        paths=_read_paths(paths, varied),
        panels=panels,
        levels=_numbers(levels),
    )
    save = None if terminal else painter("; --terminal draws without it")
    scene, note = sampled(request)
    if terminal:
        from mcalc.pictures.terminal import rows

        show(rows(scene, columns(output)), output, color)
    elif save is not None and output is not None:
        save(scene, output)
    if note:
        click.echo(note, err=True)


def _check(output: str | None, terminal: bool, ranges: tuple[str, ...]) -> None:
    if not ranges:
        raise Problem("There is nothing to draw along an axis.", hint="say what varies: --vary x=-5:5")
    if len(ranges) > 2:
        raise Problem("A picture has one or two axes, and here are " + str(len(ranges)) + ".", hint="keep two --vary")
    if terminal:
        return
    if output is None:
        raise Problem("The picture has no place to go.", hint="-o FILE.png draws a file, --terminal draws here")
    if Path(output).suffix.lower() not in PICTURES:
        raise Problem(
            f"The file `{output}` is no kind of picture.",
            hint="its name ends in " + ", ".join(PICTURES[:-1]) + f" or {PICTURES[-1]}; --terminal draws in text",
        )


def _kind(kind: str | None, axes: int, with_path: bool) -> str:
    if axes == 1:
        if kind not in (None, "curve"):
            raise Problem(f"The kind `{kind}` needs two names that vary.", hint="add --vary y=-5:5")
        return "curve"
    if kind == "curve":
        raise Problem("A curve has one name that varies, and here are two.", hint="leave out one --vary, or --kind")
    if kind == "descent" and not with_path:
        raise Problem(
            "There is no descent to draw.", hint="`mcalc descend … -o steps.csv` writes one: --path steps.csv"
        )
    return kind or ("descent" if with_path else "surface")


def _numbers(text: str) -> tuple[float, ...]:
    try:
        return tuple(float(part) for part in text.replace("−", "-").split(",") if part.strip())
    except ValueError:
        raise Problem(f"Levels are numbers, and this is `{text}`.", hint="for example --levels 0,1,2,5") from None


def _read_paths(paths: tuple[str, ...], varied: Sequence[Range]) -> tuple[Array, ...]:
    if not paths:
        return ()
    from mcalc.pictures.paths import read_path

    return tuple(read_path(path, varied) for path in paths)


commands = by_name(plot)
