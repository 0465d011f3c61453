"""The command line: a thin layer over `mcalc.api`. What is heavy is imported by the command that needs it."""

from __future__ import annotations

import contextlib
import gc
import os
import sys
from collections.abc import Callable
from typing import Any

import click

from mcalc import __version__
from mcalc.commands import numbers, reference
from mcalc.commands.checking import check
from mcalc.commands.derivatives import derivative_commands
from mcalc.commands.plots import plot
from mcalc.commands.shell import shell
from mcalc.options import Group, usage
from mcalc.problems import Problem, render_problem


@click.group(cls=Group, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="mcalc")
def cli() -> None:
    """Matrix calculus in the terminal: derivatives with their shapes, step by step, checked numerically.

    \b
    mcalc jacobian "max(0, w.x + b)" --wrt w
    mcalc explain  "max(0, w.x + b)" --wrt w
    """


_reference = (reference.shapes, reference.rules, reference.batch, shell)
for _command in (*derivative_commands(), check, *numbers.commands, plot, *_reference):
    cli.add_command(_command)


def main() -> None:
    """Run a command; every fault is one message on standard error and an exit status."""
    gc.disable()
    for stream, errors in ((sys.stdin, "strict"), (sys.stdout, "backslashreplace"), (sys.stderr, "backslashreplace")):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors=errors)
    status = attempt(lambda: cli.main(prog_name="mcalc", standalone_mode=False))
    if status:
        raise SystemExit(status)


def attempt(run: Callable[[], Any]) -> int:
    """The exit status of what is run; a fault is told on standard error."""
    try:
        status = int(run() or 0)
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
    return status


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
