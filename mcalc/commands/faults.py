"""Where faults end: whatever goes wrong is one message on standard error and an exit status."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from typing import TypeVar

import click

from mcalc.problems import Problem, nearest, render_problem

Result = TypeVar("Result")


def attempt(run: Callable[[], int | None]) -> int:
    """The exit status of what is run; a fault is told on standard error."""
    try:
        status = int(guarded(run) or 0)
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
    return status


def guarded(run: Callable[[], Result]) -> Result:
    """What is run; what it raises is a Problem, or what Click and the terminal have to say."""
    try:
        return run()
    except (Problem, click.ClickException, click.Abort, BrokenPipeError):
        raise
    except (RecursionError, MemoryError):
        hint = "name its parts: `u = …; f(u)`"
        raise Problem("This expression is larger than mcalc can take.", hint=hint, status=3) from None
    except Exception as fault:
        told = f"mcalc has a fault here: {type(fault).__name__}: {str(fault).rstrip('.')}."
        raise Problem(told, hint="please report the command", status=3) from fault


def _tell(problem: Problem) -> int:
    click.echo(render_problem(problem), err=True)
    return problem.status


def usage(fault: click.ClickException) -> Problem:
    """What Click says of the options, as one sentence and a hint; of an unknown option in mcalc's own words."""
    context = getattr(fault, "ctx", None)
    message, near = fault.format_message().replace("'", "`"), ""
    if isinstance(fault, click.NoSuchOption):
        message = f"No such option `{fault.option_name}`."
        known = [name for param in context.command.params for name in param.opts] if context else []
        near = next(iter(nearest(fault.option_name, known)), "")
    hint = (
        f"did you mean `{near}`?" if near else f"`{context.command_path} --help` lists the options" if context else ""
    )
    return Problem(message if message.endswith(".") else message + ".", hint=hint)
