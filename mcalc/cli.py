"""The command line: a thin layer over `mcalc.api`. What is heavy is imported by the command that needs it."""

from __future__ import annotations

import contextlib
import gc
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from mcalc import __version__
from mcalc.choices import COMMANDS, METHODS
from mcalc.options import Group, common, usage
from mcalc.problems import Problem, render_problem


@click.group(cls=Group, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="mcalc")
def cli() -> None:
    """Matrix calculus in the terminal: derivatives with their shapes, step by step, checked numerically.

    \b
    mcalc jacobian "max(0, w.x + b)" --wrt w
    mcalc explain  "max(0, w.x + b)" --wrt w
    """


def _expression(text: str) -> str:
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


def _declared(shapes: tuple[str, ...]) -> dict[str, Any]:
    from mcalc.shapes import parse_declaration

    found: dict[str, Any] = {}
    for text in shapes:
        name, declaration = parse_declaration(text)
        if name in found:
            raise Problem(f"The shape of `{name}` is declared twice.", hint="keep one of the two")
        found[name] = declaration
    return found


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
    wrt: str,
    layout: str,
    form: str,
    expand: str | None,
    standalone: bool,
    no_verify: bool,
    symmetric: str,
    naming: bool | None,
    method: str | None = None,
) -> None:
    """Derive, and print in the format asked for."""
    try:
        from mcalc.api import derive

        declared = _declared(shapes)
        derivation = derive(
            _expression(expression), wrt, declared, command, layout, not no_verify, method or "", symmetric
        )
        derivation.naming = naming
        if expand is not None:
            from mcalc.components import expanded

            derivation = expanded(derivation, expand)
        if standalone and form != "latex":
            raise Problem("With --standalone the answer is a whole LaTeX document.", hint="add -f latex")
        if form in ("text", "ascii"):
            from mcalc.render.text import rows

            _show(rows(derivation, form, _columns(output)), output, color)
        elif standalone:
            from mcalc.render.latex import standalone as document

            _write(document(derivation), output)
        else:
            from mcalc.render import write

            _write(write(derivation, form), output)
    except Problem as problem:
        if form == "json":
            import json

            click.echo(json.dumps({"error": problem.as_json()}, ensure_ascii=False))
            raise SystemExit(problem.status) from None
        raise


for _name, _help in COMMANDS.items():
    _run = common()(_differentiate(_name))
    if _name == "explain":
        _run = click.option(
            "--method",
            type=click.Choice(METHODS),
            help="By Jacobians, by differentials, or in index notation.",
        )(_run)
    cli.command(_name, help=_help)(click.argument("expression")(_run))


@cli.command()
@click.argument("expression")
@common(formats=False)
def shapes(expression: str, shapes: tuple[str, ...], output: str | None, color: str) -> None:
    """The tree, each node with its shape."""
    from mcalc.render.tree import rows

    _show(rows(_expression(expression), _declared(shapes)), output, color)


@cli.command()
@click.argument("name", required=False)
@click.option("--color", type=click.Choice(["auto", "always", "never"]), default="auto")
@click.option("-f", "--format", "form", type=click.Choice(["text", "markdown"]), default="text", help="What to print.")
def rules(name: str | None, color: str, form: str) -> None:
    """The table of operators and their Jacobians; with NAME, one of them in full."""
    from mcalc.render.rules import markdown, rows

    if form == "markdown":
        _write(markdown(name), None)
    else:
        _show(rows(name), None, color)


@cli.command()
def batch() -> None:
    """JSON lines in, JSON lines out: one request a line, one reply a line, in order."""
    from mcalc.batch import serve

    if hasattr(sys.stdin, "reconfigure"):
        sys.stdin.reconfigure(errors="replace")
    serve(sys.stdin, sys.stdout)


# Output ----------------------------------------------------------------------------------------------------------


def _columns(output: str | None) -> int:
    """The terminal's width; 0, for no wrapping, where the output is not a terminal."""
    if output is not None or not sys.stdout.isatty():
        return 0
    import shutil

    return shutil.get_terminal_size().columns


def _write(text: str, output: str | None) -> None:
    if output is None:
        click.echo(text)
        return
    try:
        Path(output).write_text(text + "\n", encoding="utf-8")
    except OSError as error:
        raise Problem(f"The file `{output}` cannot be written: {error.strerror}.") from None


def _show(rows: list[Any], output: str | None, color: str) -> None:
    from mcalc.render.layout import plain

    coloured = color == "always" or (
        color == "auto" and sys.stdout.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
    )
    if output is not None or not coloured:
        _write(plain(rows), output)
        return
    from mcalc.render.terminal import show

    show(rows)


def main() -> None:
    """Run a command; every fault is one message on standard error and an exit status."""
    gc.disable()
    for stream, errors in ((sys.stdin, "strict"), (sys.stdout, "backslashreplace"), (sys.stderr, "backslashreplace")):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors=errors)
    try:
        status = cli.main(prog_name="mcalc", standalone_mode=False)
    except Problem as problem:
        status = _tell(problem)
    except click.exceptions.NoArgsIsHelpError as fault:
        click.echo(fault.format_message(), err=True)
        status = 2
    except click.ClickException as fault:
        status = _tell(usage(fault))
    except (click.Abort, KeyboardInterrupt):
        status = 130
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        status = 1
    except (RecursionError, MemoryError):
        status = _tell(
            Problem("This expression is larger than mcalc can take.", hint="name its parts: `u = …; f(u)`", status=3)
        )
    except Exception as fault:
        status = _tell(
            Problem(
                f"mcalc has a fault here: {type(fault).__name__}: {str(fault).rstrip('.')}.",
                hint="please report the command",
                status=3,
            )
        )
    if status:
        raise SystemExit(status)


def _tell(problem: Problem) -> int:
    click.echo(render_problem(problem), err=True)
    return problem.status


def run() -> None:
    """The command as a process: what it holds in memory is left to the system, which is faster than taking it down."""
    status = 0
    try:
        main()
    except SystemExit as leaving:
        status = leaving.code if isinstance(leaving.code, int) else int(leaving.code is not None)
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError, ValueError):
            stream.flush()
    os._exit(status)


if __name__ == "__main__":
    run()
