"""The command line: a thin layer over `mcalc.ask`. What is heavy is imported by the command that needs it."""

from __future__ import annotations

import contextlib
import gc
import os
import sys

import click

from mcalc import __version__
from mcalc.commands.core_first import core_first
from mcalc.commands.faults import attempt
from mcalc.commands.group import Commands, Group


@click.group(cls=Group, commands=Commands(), context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="mcalc")
def cli() -> None:
    """Matrix calculus in the terminal: derivatives with their shapes, step by step, checked numerically.

    \b
    mcalc jacobian "max(0, w.x + b)" --wrt w
    mcalc explain  "max(0, w.x + b)" --wrt w
    """


def main() -> None:
    """Run a command; every fault is one message on standard error and an exit status."""
    gc.disable()
    core_first()
    for stream, errors in ((sys.stdin, "strict"), (sys.stdout, "backslashreplace"), (sys.stderr, "backslashreplace")):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors=errors)
    status = attempt(lambda: cli.main(prog_name="mcalc", standalone_mode=False))
    if status:
        raise SystemExit(status)


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
