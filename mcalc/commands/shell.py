"""``mcalc shell``: the commands line by line, with shapes and the variable remembered."""

from __future__ import annotations

import contextlib
import gc
import re
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

import click

from mcalc.choices import COMMANDS
from mcalc.commands.faults import attempt
from mcalc.commands.options import Command, by_name
from mcalc.commands.text import declared_shapes
from mcalc.problems import Problem

PROMPT = "mcalc> "
HISTORY = Path("~/.mcalc_history")
_SIZE = r"(?:scalar|\d+|[^\W\d])"
_DECLARATIONS = re.compile(
    rf"(?:-s )?[^\W\d]\w*={_SIZE}(?:,{_SIZE})?(?::[a-z,]+)?(?:[ ,]+[^\W\d]\w*={_SIZE}(?:,{_SIZE})?)*"
)
_NAME = re.compile(r"[^\W\d]\w*")
HELP = """\
jacobian x'@A@x --wrt x    any command, without the leading mcalc; an expression needs no quotation marks
x'@A@x                     a bare expression: the last command by the last --wrt
shape A=m,n x=n            declares shapes, which remain; shape alone lists them, shape A= forgets one
help [COMMAND]             this page, or a command's options
quit                       or Ctrl-D
"""


class Session:
    """What remains from line to line: the declared shapes, the last command and its variable."""

    def __init__(self, run: Callable[[list[str]], None], commands: dict[str, click.Command]) -> None:
        self.run, self.commands = run, commands
        self.shapes: dict[str, str] = {}
        self.command, self.wrt = "jacobian", ""

    def line(self, text: str) -> None:
        """Carries out one line; raises what the command raises."""
        name, _, rest = text.partition(" ")
        if name == "shape":
            self.declare(rest)
        elif name == "help":
            self.help(rest.strip())
        elif name in self.commands and name != "shell" and not rest.lstrip().startswith("="):
            self.call(name, rest)
        elif _DECLARATIONS.fullmatch(text):
            raise Problem(
                "A shape is declared with the word `shape` before it.", hint=f"write `shape {text.removeprefix('-s ')}`"
            )
        else:
            self.call(self.command, text)

    def declare(self, text: str) -> None:
        """Keeps shapes, forgets one, or lists them all."""
        for part in text.split():
            name, _, shape = part.partition("=")
            if not shape:
                self.shapes.pop(name, None)
                continue
            for declared, one in declared_shapes((part,)).items():
                self.shapes[declared] = f"{declared}={one}"
        if not text.strip():
            click.echo("\n".join(self.shapes.values()) or "No shape is declared.")

    def help(self, name: str) -> None:
        """The page of the shell, or the options of a command."""
        if name in self.commands:
            self.run([name, "--help"])
        else:
            click.echo(HELP + "\nCommands: " + ", ".join(one for one in self.commands if one != "shell"))

    def call(self, name: str, text: str) -> None:
        """The command, with the shapes and the variable where the line gives none."""
        from mcalc.language.parser import canonical_name

        command = self.commands[name]
        known = {option for one in command.params for option in one.opts}
        words = arguments(text, any(isinstance(one, click.Argument) for one in command.params))
        given = [{"-w": "--wrt"}.get(word, word.partition("=")[0]) for word in words]
        if name in COMMANDS:
            self.command = name
        if "--wrt" in given:
            at = given.index("--wrt")
            self.wrt = words[at].removeprefix("-w").partition("=")[2] or "".join(words[at + 1 : at + 2])
        elif self.wrt and any("--wrt" in one.opts and one.default != "" for one in command.params):
            words += ["--wrt", self.wrt]
        if "--shape" in known:
            own = {word.partition("=")[0] for at, word in enumerate(words) if at and words[at - 1] in ("-s", "--shape")}
            used = {canonical_name(one) for one in _NAME.findall(text)} - own
            words += [word for one, shape in self.shapes.items() if one in used for word in ("-s", shape)]
        self.run([name, *words])


def arguments(text: str, has_expression: bool) -> list[str]:
    """The words of a line; up to the first option they are one expression, in which ' is a transpose."""
    text = text.strip()
    if text.startswith('"') or not has_expression:
        return _split(text)
    marks = (" --", " -s ", " -f ", " -o ", " -w ")
    end = min((at for mark in marks if (at := text.find(mark)) >= 0), default=len(text))
    expression = text[:end].strip()
    return ([expression] if expression else []) + _split(text[end:])


def _split(text: str) -> list[str]:
    """Words as the command line has them, but for ' within one: a quotation begins a word or is a transpose."""
    from shlex import shlex

    lexer = shlex(text, posix=True, punctuation_chars=False)
    lexer.whitespace_split, lexer.commenters, lexer.quotes, lexer.escape = True, "", '"', ""
    try:
        return list(lexer)
    except ValueError:
        raise Problem('A quotation mark `"` is not closed.') from None


@click.command("shell", cls=Command)
@click.pass_context
def shell(context: click.Context) -> None:
    """An interactive session: commands line by line, shapes declared once."""
    group = context.find_root().command
    assert isinstance(group, click.Group)

    def run(words: list[str]) -> None:
        with contextlib.suppress(SystemExit):
            group.main(words, prog_name="mcalc", standalone_mode=False)

    gc.enable()
    if hasattr(sys.stdin, "reconfigure"):
        sys.stdin.reconfigure(errors="replace")
    session = Session(run, dict(group.commands))
    interactive = sys.stdin.isatty()
    keep = _history() if interactive else None
    while True:
        try:
            line = input(PROMPT) if interactive else next(sys.stdin, None)
        except EOFError:
            line = None
        except KeyboardInterrupt:
            click.echo()
            continue
        if line is None or line.strip() in ("quit", "exit"):
            break
        if line.strip() and not line.lstrip().startswith("#"):
            attempt(partial(session.line, line.strip()))
    if keep is not None:
        keep()


def _history() -> Callable[[], None] | None:
    """Lines of earlier sessions, where Python has readline; what is returned keeps those of this one."""
    try:
        import readline
    except ImportError:
        return None
    path = HISTORY.expanduser()
    with contextlib.suppress(OSError):
        readline.read_history_file(path)
    readline.set_history_length(1000)

    def keep() -> None:
        with contextlib.suppress(OSError):
            readline.write_history_file(path)

    return keep


commands = by_name(shell)
