"""``mcalc build FILE|DIR``: answers by name, a line each, written to files of their own where they changed.

# answers.mc
grad = gradient "max(0, w.x + b)" --wrt w
hess = hessian "x'@A@x" --wrt x
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import click

from mcalc.commands.options import Command, Form, by_name
from mcalc.commands.progress import progress_bar
from mcalc.commands.within import printed, same
from mcalc.formats import DERIVATION, FORMATS, showing
from mcalc.problems import Problem, Span

_LINE = re.compile(r"\s*([^\W\d][\w-]*)\s*=\s*(?=[a-z])")
_WORDS = ("Zero", "One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine")
_EXAMPLE = 'a line is `NAME = gradient "w.x + b" --wrt w`'


class Answer(NamedTuple):
    """A line of a list of answers: its name, the command, and the line itself."""

    name: str
    command: str
    line: str


def answers(text: str, file: str) -> Iterator[Answer]:
    """The lines that ask for something; raises Problem where one does not, or a name is given twice."""
    seen: set[str] = set()
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        match = _LINE.match(line)
        if match is None:
            span = [Span(len(line) - len(line.lstrip()), len(line.rstrip()))]
            raise Problem(f"In line {number} of {file}: no answer has a name here.", span, _EXAMPLE, line)
        name = match[1]
        if name in seen:
            span = [Span(*match.span(1))]
            raise Problem(f"In line {number} of {file}: `{name}` is given twice.", span, "rename one of them", line)
        seen.add(name)
        yield Answer(name, line[match.end() :].strip(), line)


def macro(name: str) -> str:
    """``\\gradWOne`` of ``grad_w1``: a name of LaTeX has letters alone."""
    first, *rest = re.split(r"[_-]+", name)
    word = first + "".join(part[:1].upper() + part[1:] for part in rest)
    return "\\" + "".join(_WORDS[int(character)] if character.isdecimal() else character for character in word)


@click.command("build", cls=Command)
@click.argument("path", type=click.Path(exists=True))
@click.option("-o", "--output", metavar="DIR", help="The folder of the files; by default that of the list.")
@click.option("-f", "--format", "form", type=Form(showing(DERIVATION)), default="latex",
              help="The format of the answers whose line names none.")  # fmt: skip
@click.option("--macros", metavar="FILE", help="All LaTeX answers as \\newcommand in one file.")
@click.pass_context
def build(context: click.Context, path: str, output: str | None, form: str, macros: str | None) -> int:
    """Many answers in one process, each in a file of its own; what did not change is left alone.

    The list has a line an answer, NAME = COMMAND "EXPR" OPTIONS; of a folder every list, *.mc, is taken.
    """
    lists = sorted(Path(path).glob("*.mc")) if Path(path).is_dir() else [Path(path)]
    if not lists:
        raise Problem(f"There is no list of answers, *.mc, in `{path}`.", hint=_EXAMPLE)
    todo = [(file, answer) for file in lists for answer in answers(_read(file), file.name)]
    commands: list[str] = []
    written = 0
    with progress_bar(len(todo)) as show:
        for done, (file, answer) in enumerate(todo, 1):
            try:
                text, given = printed(context, answer.command, (form,))
            except Problem as problem:
                raise _named(problem, answer, file) from None
            except click.ClickException as fault:
                raise _named(Problem(fault.format_message()), answer, file) from None
            folder = Path(output) if output else file.parent
            written += _updated(folder / f"{answer.name}{FORMATS[given].ending}", text + "\n")
            if given == "latex":
                commands.append(f"\\newcommand{{{macro(answer.name)}}}{{{_inline(text)}}}")
            if show is not None:
                show(done)
    if macros:
        written += _updated(Path(macros), "\n".join(commands) + "\n")
    click.echo(f"{len(todo)} answers, {written} files written", err=True)
    return 0


def _read(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, ValueError):
        raise Problem(f"The file `{file}` cannot be read as UTF-8 text.") from None


def _inline(text: str) -> str:
    """The formula without its comments, on one line."""
    return " ".join(line.strip() for line in text.splitlines() if not line.lstrip().startswith("%"))


def _updated(file: Path, text: str) -> bool:
    """Whether the file was written: one that says the same is left as it is, so that make sees no change."""
    try:
        if file.exists() and same(file.read_text(encoding="utf-8"), text):
            return False
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "it is not UTF-8 text"
        raise Problem(f"The file `{file}` cannot be written: {reason}.", status=4) from None
    return True


def _named(problem: Problem, answer: Answer, file: Path) -> Problem:
    at = answer.line.find(problem.source) if problem.source else -1
    if at < 0:
        spans = [Span(answer.line.find(answer.command), len(answer.line.rstrip()))]
    else:
        spans = [Span(at + span.start, at + span.end, span.label) for span in problem.spans]
    message = f"`{answer.name}` of {file.name}: {problem.message}"
    return Problem(message, spans, problem.hint, answer.line, problem.status)


commands = by_name(build)
