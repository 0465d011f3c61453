"""``--copy``: what is printed goes to the clipboard too, through the program that the system has for it."""

from __future__ import annotations

import os
from typing import NamedTuple

import click

from mcalc.problems import Problem

_KEY = "mcalc.copy"


class Program(NamedTuple):
    """What puts standard input on the clipboard; it needs a variable of the environment, or is there without one."""

    command: tuple[str, ...]
    needs: str = ""
    encoding: str = "utf-8"


PROGRAMS = (
    Program(("pbcopy",)),
    Program(("wl-copy",), "WAYLAND_DISPLAY"),
    Program(("xclip", "-selection", "clipboard"), "DISPLAY"),
    Program(("xsel", "--clipboard", "--input"), "DISPLAY"),
    Program(("clip.exe",), "", "utf-16"),
)


def asked(context: click.Context, _: click.Parameter, value: bool) -> None:
    """Remembers that the output is to be copied."""
    context.meta[_KEY] = value


def copy(text: str) -> None:
    """The text to the clipboard, if the command was asked to; raises Problem where there is no clipboard."""
    context = click.get_current_context(silent=True)
    if context is None or not context.meta.get(_KEY):
        return
    import shutil
    import subprocess

    for program in PROGRAMS:
        if shutil.which(program.command[0]) and (not program.needs or os.environ.get(program.needs)):
            run = subprocess.run(
                program.command,
                input=text.encode(program.encoding),
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                timeout=10,
                check=False,
            )
            if run.returncode:
                raise Problem(f"`{program.command[0]}` could not copy it to the clipboard.", status=4)
            return
    names = ", ".join(program.command[0] for program in PROGRAMS)
    raise Problem(
        "It is not copied: there is no clipboard here.", hint=f"one of {names} is needed, and a screen", status=4
    )
