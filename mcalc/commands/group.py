"""Which commands there are: each is loaded when it is run, and which one is meant where none is typed."""

from __future__ import annotations

import re
from collections.abc import Iterator, MutableMapping

import click

from mcalc.choices import COMMANDS
from mcalc.commands.typed import typed
from mcalc.later import Later
from mcalc.problems import Problem, nearest

_ABOUT = {
    **COMMANDS,
    "check": "Is my answer the derivative? If not: how is it wrong.",
    "eval": "The value at a point, or the derivative there: exact where the values are.",
    "table": "The value, and derivatives, at each of many values.",
    "descend": "Gradient descent with the derived gradient; -o FILE.csv or .json keeps every step, .svg draws them.",
    "plot": "Curves, surfaces, level curves, gradient fields and the way of a descent: -o FILE.png, .svg or .pdf.",
    "build": "Many answers in one process, each in a file of its own; what did not change is left alone.",
    "weave": "Replace the marked blocks of a document by what mcalc prints, in place.",
    "shapes": "The tree, each node with its shape.",
    "rules": "The table of operators and their Jacobians; with NAME, an operator or a rule in full: "
    '"vector chain rule".',
    "batch": "JSON lines in, JSON lines out: one request a line, one reply a line, in order.",
    "shell": "An interactive session: commands line by line, shapes declared once.",
}
"""What `mcalc --help` says of a command: as its own help begins."""
_FILES = {
    Later("mcalc.commands.derivatives"): tuple(COMMANDS),
    Later("mcalc.commands.numbers"): ("eval", "table", "descend"),
    Later("mcalc.commands.reference"): ("shapes", "rules", "batch"),
    Later("mcalc.commands.checking"): ("check",),
    Later("mcalc.commands.plots"): ("plot",),
    Later("mcalc.commands.build"): ("build",),
    Later("mcalc.commands.weave"): ("weave",),
    Later("mcalc.commands.shell"): ("shell",),
}
"""The files of the commands."""
_MEANT = {
    **dict.fromkeys(("diff", "differentiate", "derivative", "derive", "der", "d", "D"), "jacobian"),
    **dict.fromkeys(("grad", "nabla"), "gradient"),
    **dict.fromkeys(("steps", "derivation", "why", "show"), "explain"),
    **dict.fromkeys(("evaluate", "value", "compute", "calc"), "eval"),
    **dict.fromkeys(("verify", "test", "correct"), "check"),
    **dict.fromkeys(("functions", "operators", "list"), "rules"),
    **dict.fromkeys(("train", "minimize", "minimise", "optimize"), "descend"),
    **dict.fromkeys(("draw", "graph"), "plot"),
    **dict.fromkeys(("repl", "interactive"), "shell"),
}
"""What people type for a command of another name."""
_ASKED_BY = {"--answer": "check", "--wrt": "jacobian", "-w": "jacobian", "--at": "eval"}
_WHAT = {
    "check": "an answer is checked by `mcalc check`",
    "jacobian": "a derivative is `mcalc jacobian`",
    "eval": "a value is `mcalc eval`",
}
"""The option that tells which command is meant where none is typed, and what is said of it."""


class Commands(MutableMapping[str, click.Command]):
    """The commands by their names, each loaded when it is asked for."""

    def __init__(self) -> None:
        self._loaded: dict[str, click.Command] = {}

    def __getitem__(self, name: str) -> click.Command:
        if name not in self._loaded and name in _ABOUT:
            (file,) = [file for file, names in _FILES.items() if name in names]
            self._loaded[name] = file.commands[name]
        return self._loaded[name]

    def __setitem__(self, name: str, command: click.Command) -> None:
        self._loaded[name] = command

    def __delitem__(self, name: str) -> None:
        del self._loaded[name]

    def __contains__(self, name: object) -> bool:
        return name in _ABOUT or name in self._loaded

    def __iter__(self) -> Iterator[str]:
        return iter(dict.fromkeys((*_ABOUT, *self._loaded)))

    def __len__(self) -> int:
        return sum(1 for _ in self)


class Group(click.Group):
    """The commands; a text that is none of them is an expression, of which the shapes are shown."""

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """What there is, from `_ABOUT`: no command is loaded for it."""
        room = formatter.width - 6 - max(map(len, _ABOUT))
        with formatter.section("Commands"):
            formatter.write_dl(
                [(name, click.Command(name, help=_ABOUT[name]).get_short_help_str(room)) for name in sorted(_ABOUT)]
            )

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """A text such as ``-x^2`` begins with a minus sign, and is no option."""
        if args and re.match(r"-[^-].", args[0]):
            args = ["shapes", "--lead-on", *args]
        return super().parse_args(ctx, args)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command that is meant, and its arguments; raises Problem for a word that is none."""
        name = args[0]
        if name == "help":
            wanted = next((word for word in args[1:] if word in self.commands), "")
            if not wanted:
                click.echo(ctx.get_help())
                ctx.exit()
            return super().resolve_command(ctx, [wanted, "--help"])
        if name in self.commands or (name.startswith("-") and name not in ("-", "--")):
            return super().resolve_command(ctx, args)
        if re.fullmatch(r"[A-Za-z][A-Za-z0-9_-]*", name):
            near = _MEANT.get(name) or next(iter(nearest(name, self.commands, 0.6)), "")
            hint = f"did you mean `{near}`?" if near else "`mcalc --help` lists the commands"
            if near and len(args) > 1:
                hint = f"write `mcalc {near} {' '.join(map(typed, args[1:]))}`"
            raise Problem(f"No such command `{name}`.", hint=hint)
        asks = next((command for option, command in _ASKED_BY.items() if option in args), "")
        if asks:
            hint = f"write `mcalc {asks} {' '.join(map(typed, args))}`"
            raise Problem(f"`mcalc` with an expression alone shows its shapes; {_WHAT[asks]}.", hint=hint)
        return super().resolve_command(ctx, ["shapes", "--lead-on", *args])
