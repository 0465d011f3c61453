"""A command within a document or a list of answers: run in this process, its output a text."""

from __future__ import annotations

import contextlib
import io
import re
from collections.abc import Mapping, Sequence

import click

from mcalc.commands.shell import arguments
from mcalc.formats import FORMATS, by_ending
from mcalc.problems import Problem

COMMANDS = ("jacobian", "gradient", "hessian", "explain", "check", "eval", "table", "descend", "shapes", "rules")
"""What prints an answer and writes no file."""
_FIGURE = re.compile(r"(relative error |[(,] ?)\d(\.\d+)?e-\d+")
"""Agreement to the last digits differs from machine to machine."""


def printed(context: click.Context, line: str, formats: Sequence[str], needed: Sequence[str] = ()) -> tuple[str, str]:
    """What the command prints, and in which format: what `line` asks for, else the first of `formats` that it has.

    `needed` is an option with its value, for a command that has it and is not given it.

    Raises Problem, and what click raises.
    """
    group = context.find_root().command
    assert isinstance(group, click.Group)
    name, _, rest = line.strip().partition(" ")
    if name not in COMMANDS:
        raise Problem(f"`{name}` is no command that prints an answer.", hint=f"these are: {', '.join(COMMANDS)}")
    command = group.commands[name]
    words = arguments(rest, any(isinstance(one, click.Argument) for one in command.params))
    for word in words:
        if word == "-o" or word.partition("=")[0] == "--output":
            raise Problem(f"`{word}` has no place here: the answer is put where it was asked for.")
        if word == "--copy":
            raise Problem("`--copy` has no place here: nothing is put on the clipboard.")
        if word == "-":
            raise Problem("Nothing is piped in here: the expression stands in the line itself.")
    form = by_ending(_asked(words))
    if not form:
        form = next((one for one in formats if one in _choices(command)), "text")
        words += ["-f", form] if _choices(command) else []
        known = {name for one in command.params for name in one.opts}
        if needed and needed[0] in known and not any(word.partition("=")[0] == needed[0] for word in words):
            words += needed
    output = io.StringIO()
    with contextlib.redirect_stdout(output), contextlib.redirect_stderr(io.StringIO()):
        status = group.main([name, *words], prog_name="mcalc", standalone_mode=False)
    if status and name != "check":
        raise Problem(f"`{name}` did not come to an answer.", status=1)
    return output.getvalue().rstrip("\n"), form


def _asked(words: Sequence[str]) -> str:
    """The format that the words ask for."""
    for at, word in enumerate(words):
        if word in ("-f", "--format"):
            return "".join(words[at + 1 : at + 2])
        if word.startswith("-f") and by_ending(word[2:]) in FORMATS:
            return word[2:]
        if word.startswith("--format="):
            return word.partition("=")[2]
    return ""


def _choices(command: click.Command) -> Sequence[str]:
    found: Mapping[str, click.Parameter] = {name: one for one in command.params for name in one.opts}
    kind = found["-f"].type if "-f" in found else None
    return tuple(map(str, kind.choices)) if isinstance(kind, click.Choice) else ()


def same(one: str, other: str) -> bool:
    """Whether two outputs say the same, on whatever machine each was made."""
    return _FIGURE.sub(r"\1", one) == _FIGURE.sub(r"\1", other)
