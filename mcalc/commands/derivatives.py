"""The commands that differentiate."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import click

from mcalc.choices import COMMANDS, DETAILS, METHODS, PRODUCTS, WRAPPERS
from mcalc.commands.documents import document_options
from mcalc.commands.options import ORDER, Command, common
from mcalc.commands.text import columns, declared_shapes, legible, show, tell, write
from mcalc.documents.options import Options
from mcalc.formats import FORMATS, LIBRARIES, Kind
from mcalc.problems import Problem


def _differentiate(command: str) -> Callable[..., None]:
    def run(expression: str, **options: Any) -> None:
        options["expression"] = expression
        derivation_command(command, **options)

    return run


def derivation_command(
    command: str,
    expression: str,
    shapes: tuple[str, ...],
    output: str | None,
    color: str,
    wrt: str | None,
    layout: str,
    form: str,
    expand: str | None,
    document: Options,
    no_verify: bool,
    symmetric: str,
    naming: bool | None,
    method: str | None = None,
    graph: bool = False,
    detail: str = "normal",
    order: int = 1,
    product: str | None = None,
    with_value: bool = False,
    structured: bool = False,
    wrap: str | None = None,
    scipy: bool = False,
) -> None:
    """Derive, and print in the format asked for."""
    try:
        if (product or with_value or structured or wrap or scipy) and form not in LIBRARIES:
            named = {
                "--product": product,
                "--with-value": with_value,
                "--structured": structured,
                "--wrap": wrap,
                "--scipy": scipy,
            }
            option = next(
                f"{name} {choice}" if isinstance(choice, str) else name for name, choice in named.items() if choice
            )
            raise Problem(f"{option} is for code.", hint="add -f numpy, -f jax or -f torch")
        kind = FORMATS[form].kind
        if graph or kind is Kind.DRAWING:
            from mcalc.commands.graph import draw

            choices = {
                "expand": expand is not None,
                "cse": naming is not None,
                "standalone": document.standalone and kind is not Kind.DOCUMENT,
                "order": order > 1,
            }
            refused = [name for name, given in choices.items() if given]
            draw(
                expression,
                wrt or "",
                shapes,
                layout,
                form,
                method,
                not no_verify,
                symmetric,
                output,
                color,
                document,
                refused,
                graph,
            )
            return
        source = legible(expression, shapes)
        from mcalc.ask import derive

        declared = declared_shapes(shapes)
        derivation = derive(
            source,
            wrt or "",
            declared,
            command,
            layout,
            not no_verify,
            method or "",
            symmetric,
            order,
            form,
            told=command == "explain" or form == "json",
        )
        derivation.naming = naming
        if detail != "normal":
            from mcalc.derivation.detail import at_detail

            derivation = at_detail(derivation, detail)
        if expand is not None:
            from mcalc.derivation.expansion import expanded

            derivation = expanded(derivation, expand)
        if kind is Kind.TERMINAL:
            from mcalc.render.text import rows

            with derivation.apart():
                page = rows(derivation, form, columns(output), document.lhs)
            show(page, output, color)
        else:
            from mcalc.render import write as written

            write(written(derivation, form, _wanted(product, with_value, structured, wrap, scipy), document), output)
            tell(derivation)
    except Problem as problem:
        if form == "json":
            import json

            click.echo(json.dumps({"error": problem.as_json()}, ensure_ascii=False))
            raise SystemExit(problem.status) from None
        raise


def _wanted(product: str | None, with_value: bool, structured: bool, wrap: str | None, scipy: bool) -> Any:
    if not (product or with_value or structured or wrap or scipy):
        return None
    from mcalc.render.companions import Wanted

    return Wanted(product or "", with_value, structured, wrap or "", scipy)


def _for_code(function: Callable[..., Any]) -> Callable[..., Any]:
    """The options of code: a product with the derivative, the value beside it, functions that apply it."""
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
        function = option(function)
    return function


def derivative_commands() -> Iterator[click.Command]:
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
