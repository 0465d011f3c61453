"""The commands that differentiate."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields, replace
from functools import partial, wraps
from typing import TYPE_CHECKING, Any

import click

from mcalc.choices import COMMANDS, DETAILS, METHODS, PRODUCTS, WRAPPERS
from mcalc.code.wanted import Wanted
from mcalc.commands.asking import asking
from mcalc.commands.documents import document_options
from mcalc.commands.options import ORDER, Command, by_name, common
from mcalc.commands.text import put, tell, write
from mcalc.documents.options import Options
from mcalc.formats import FORMATS, LIBRARIES, Kind
from mcalc.problems import Problem

if TYPE_CHECKING:
    from mcalc.question import Question


def _differentiate(command: str) -> Callable[..., None]:
    @partial(asking, refuse=refuse)
    def run(question: Question, **options: Any) -> None:
        derivation_command(
            replace(question, command=command, told=command == "explain" or question.form == "json"), **options
        )

    return run


def refuse(given: Mapping[str, Any]) -> None:
    """Raises the Problem of options that are for code, or not for a graph."""
    form = given["form"]
    wanted: Wanted | None = given.get("wanted")
    if wanted is not None and form not in LIBRARIES:
        name, value = next(iter(wanted.named.items()))
        option = "--" + name.replace("_", "-") + (f" {value}" if isinstance(value, str) else "")
        raise Problem(f"{option} is for code.", hint="add -f numpy, -f jax or -f torch")
    if given.get("graph") or FORMATS[form].kind is Kind.DRAWING:
        from mcalc.commands.graph import refuse as refuse_graph

        refuse_graph(given)


def derivation_command(
    question: Question,
    form: str,
    output: str | None,
    color: str,
    document: Options,
    expand: str | None,
    naming: bool | None,
    detail: str = "normal",
    graph: bool = False,
    wanted: Wanted | None = None,
) -> None:
    """Derive, and print in the format asked for."""
    if graph:
        from mcalc.commands.graph import draw

        draw(question, form, output, color, document)
        return
    from mcalc.ask import answered

    derivation = answered(question)
    derivation.naming = naming
    if detail != "normal":
        from mcalc.derivation.detail import at_detail

        derivation = at_detail(derivation, detail)
    if expand is not None:
        from mcalc.derivation.expansion import expanded

        derivation = expanded(derivation, expand)
    from mcalc.pages.derivation import page
    from mcalc.pages.shown import write as code

    if FORMATS[form].kind is Kind.CODE:
        write(code(derivation, form, wanted), output)
        tell(derivation)
        return
    with derivation.apart():
        put(lambda: page(derivation, document.lhs), form, output, color, document)


def _for_code(function: Callable[..., object]) -> Callable[..., object]:
    """The options of code: a product with the derivative, the value beside it, functions that apply it."""

    @wraps(function)
    def packed(**given: Any) -> None:
        chosen: dict[str, Any] = {part.name: given.pop(part.name) for part in fields(Wanted)}
        wanted = Wanted(**{name: value for name, value in chosen.items() if value})
        function(**given, wanted=wanted if wanted.named else None)

    for option in (
        click.option(
            "--wrap",
            type=click.Choice(WRAPPERS),
            help="Code: fun, jac and hess for scipy's minimize, or a function with this derivative for autograd.",
        ),
        click.option("--scipy", is_flag=True, help="Code: with SciPy beside NumPy, a matrix is factored once."),
        click.option("--structured", is_flag=True, help="Code: two functions, matvec(v) and todense()."),
        click.option("--with-value", is_flag=True, help="Code: the value, and the derivative."),
        click.option(
            "--product", type=click.Choice(PRODUCTS), help="Code: the derivative times a vector, without forming it."
        ),
    ):
        packed = option(packed)
    return packed


def _derivative_commands() -> Iterator[click.Command]:
    """``jacobian``, ``gradient``, ``hessian`` and ``explain``: one function, as they differ in what they print."""
    for name, about in COMMANDS.items():
        function = common()(document_options(_differentiate(name)))
        if name != "explain":
            function = _for_code(function)
        if name == "explain":
            function = click.option(
                "--graph", is_flag=True, help="The data flow, with the Jacobians beside its edges; also -f dot, -f svg."
            )(function)
            function = ORDER("2: the gradient, and the gradient's derivative.")(function)
            function = click.option(
                "--detail",
                type=click.Choice(DETAILS),
                default="normal",
                help="A few lines (or brief), the paper's steps, or every rewriting with its reason.",
            )(function)
            function = click.option(
                "--method",
                type=click.Choice(METHODS),
                help="By Jacobians, by differentials, or in index notation.",
            )(function)
        yield click.command(name, cls=Command, help=about)(click.argument("expression")(function))


commands = by_name(*_derivative_commands())
