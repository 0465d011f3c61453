"""The options that the commands share, and how a command line is read."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

import click

from mcalc.choices import LAYOUTS, SYMMETRIC
from mcalc.commands.clipboard import asked
from mcalc.commands.typed import typed
from mcalc.formats import DERIVATION, FORMATS, GRAPH, OTHERWISE, by_ending, showing
from mcalc.problems import Problem

_ATTACHED = re.compile(r"-s[^\W\d]\w*=[\w,: ]+\Z|-f(" + "|".join(FORMATS) + r")\Z")
_SIZES = re.compile(r"[^\W\d]\w*=")


class Form(click.Choice[str]):
    """A format by its name, or by the ending that its files have."""

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """The name; fails where the command has no such format, with what leads to other kinds of files."""
        if value.lower() in OTHERWISE and value not in self.choices:
            raise Problem(f"There is no format `{value}`.", hint=OTHERWISE[value.lower()])
        return super().convert(by_ending(value), param, ctx)


class Command(click.Command):
    """A command whose expression may begin with a minus sign."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """The options first, then the expression; raises Problem where several words stand for one expression."""
        options = {
            name: param
            for param in self.params
            if isinstance(param, click.Option)
            for name in (*param.opts, *param.secondary_opts)
        }
        options["--help"] = options["-h"] = click.Option(["--help"], is_flag=True)
        kept: list[str] = []
        positional: list[str] = []
        rest = args[::-1]
        while rest:
            arg = rest.pop()
            name, attached, _ = arg.partition("=")
            if arg == "--":
                positional.extend(rest[::-1])
                break
            if name in options:
                kept.append(arg)
                optional = name == "--expand" and not (rest and _SIZES.match(rest[-1]))
                if not attached and not options[name].is_flag and not optional:
                    if not rest:
                        what = (options[name].help or "").rstrip(".")
                        raise Problem(f"`{name}` needs a value after it.", hint=what[:1].lower() + what[1:])
                    kept.append(rest.pop())
            elif _ATTACHED.match(arg) or (arg.startswith("--") and arg[2:3].isalpha()):
                kept.append(arg)
            else:
                positional.append(arg)
        most = sum(isinstance(param, click.Argument) for param in self.params)
        if len(positional) > most > 0:
            super().parse_args(ctx, [*kept, "--", *positional[:most]])
            pieces = " ".join(f"`{piece}`" for piece in positional[:6])
            told = f"One expression is expected, and here are {len(positional)}: {pieces}."
            hint = "put the expression in quotation marks"
            first, *others = positional
            if "--wrt" in options and len(others) == 1 and re.fullmatch(r"[^\W\d][\w,]*", others[0]):
                hint = f"write `{ctx.command_path} {typed(first)} --wrt {others[0]}`"
            elif all(_SIZES.match(other) for other in others) and ("--at" in options or "--shape" in options):
                option = "--at" if "--at" in options else "-s"
                given = " ".join(f"{option} {typed(other)}" for other in others)
                hint = f"write `{' '.join([ctx.command_path, typed(first), given, *map(typed, kept)])}`"
            elif most == 1 and not any(piece.startswith("-") and len(piece) > 1 for piece in others):
                whole = typed(" ".join(positional))
                hint = f"write `{' '.join([ctx.command_path, whole, *map(typed, kept)])}`"
            raise Problem(told, hint=hint)
        return super().parse_args(ctx, [*kept, "--", *positional])


Decorated = TypeVar("Decorated", bound=Callable[..., object])


@dataclass(frozen=True)
class Option:
    """An option that several commands have: how it is typed, what it takes, and what it is for.

    A command that has it may say in its own words what for, and may settle anything that Click takes otherwise.
    """

    flags: tuple[str, ...]
    help: str
    settings: Mapping[str, Any] = field(default_factory=dict)

    def __call__(self, help: str = "", **settings: Any) -> Callable[[Decorated], Decorated]:
        """What gives a command the option."""
        return click.option(*self.flags, help=help or self.help, **{**self.settings, **settings})


SHAPE = Option(
    ("-s", "--shape", "shapes"),
    "Declare a shape: x=n, A=m,n, b=scalar, S=n,n:symmetric.",
    {"multiple": True, "metavar": "NAME=SHAPE"},
)
OUTPUT = Option(("-o", "--output"), "Write to a file.", {"type": click.Path(dir_okay=False)})
COLOR = Option(
    ("--color",),
    "Colour; NO_COLOR is honoured.",
    {"type": click.Choice(["auto", "always", "never"]), "default": "auto"},
)
WRT = Option(
    ("--wrt", "-w"), "Differentiate by this variable; by the only one, if left out.", {"metavar": "NAME[,NAME]"}
)
LAYOUT = Option(
    ("--layout",),
    "Where the indices of value and variable stand.",
    {"type": click.Choice(LAYOUTS), "default": "paper"},
)
FORMAT = Option(("-f", "--format", "form"), "What to print.", {"default": "text"})
EXPAND = Option(
    ("--expand",),
    "Show components, with … or for given sizes.",
    {"is_flag": False, "flag_value": "", "default": None, "metavar": "[n=3]"},
)
SYMMETRIC_BY = Option(
    ("--symmetric",),
    "By a symmetric matrix: entry by entry, (G+Gᵀ)/2, or G+Gᵀ−diag(diag(G)).",
    {"type": click.Choice(SYMMETRIC), "default": "free"},
)
NAMING = Option(("--cse/--no-cse", "naming"), "Name the parts that recur.", {"default": None})
COPY = Option(("--copy",), "Put it on the clipboard too.", {"is_flag": True, "expose_value": False, "callback": asked})
NO_VERIFY = Option(("--no-verify",), "Skip the numeric check.", {"is_flag": True})
ORDER = Option(("--order",), "2: the second derivative.", {"type": click.IntRange(1, 2), "default": 1})
AT = Option(
    ("--at", "at"),
    "A value: x=1,2, A=[1,2;3,4], c=sqrt(2), X=@data.npy; or @FILE with names.",
    {"multiple": True, "metavar": "NAME=VALUE"},
)
DIGITS = Option(("--digits",), "To how many digits decimals are shown.", {"type": click.IntRange(1, 15), "default": 6})


def common(formats: bool = True) -> Callable[[Callable[..., object]], Callable[..., object]]:
    """The options that every command shares; with `formats` those of the commands that differentiate."""
    options = [SHAPE(), OUTPUT(), COPY(), COLOR()]
    if formats:
        printed = {"type": Form(dict.fromkeys((*showing(DERIVATION), *showing(GRAPH))))}
        form = FORMAT("What to print; dot and svg are for explain --graph.", **printed)
        options += [WRT(), LAYOUT(), form, EXPAND(), SYMMETRIC_BY(), NAMING(), NO_VERIFY()]

    def add(function: Callable[..., object]) -> Callable[..., object]:
        for option in reversed(options):
            function = option(function)
        return function

    return add


def by_name(*commands: click.Command) -> dict[str, click.Command]:
    """The commands of a file, as `mcalc.commands.group` asks for them."""
    return {str(command.name): command for command in commands}
