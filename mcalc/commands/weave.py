"""``mcalc weave FILE``: the marked blocks of a document replaced by what mcalc prints, in place, again and again.

    <!-- mcalc gradient "w.x + b" --wrt w -->      Markdown, HTML
    % mcalc gradient "w.x + b" --wrt w             LaTeX
    // mcalc gradient "w.x + b" --wrt w            Typst
    # mcalc gradient "w.x + b" --wrt w             Org

Each block ends with the same mark and ``/mcalc``; what stands between is replaced.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import click

from mcalc.commands.options import Command, by_name
from mcalc.commands.within import printed, same
from mcalc.formats import FORMATS, Kind, Source
from mcalc.problems import Problem, Span

KINDS: dict[str, tuple[Source, str]] = {
    ending: (source, one.name)
    for one in FORMATS.values()
    if one.kind is Kind.DOCUMENT
    for source in one.sources
    for ending in source.endings
}
"""The documents that can have marked blocks, by their endings, each with the format that suits it."""
_FENCED = re.compile(r"^ {0,3}(```+|~~~+)[^\n]*\n.*?(?:^ {0,3}\1[`~]*[ \t]*$|\Z)", re.MULTILINE | re.DOTALL)
"""Code shown in Markdown: what looks like a mark there is none."""


@dataclass(frozen=True)
class Block:
    """A marked block: its command, what stands in it now, and where: the command, the inside, the line."""

    line: str
    inside: str
    command: tuple[int, int]
    body: tuple[int, int]
    number: int
    indent: str


def blocks(text: str, kind: Source) -> list[Block]:
    """The marked blocks, in order; raises Problem where one is not closed."""
    opens, closes = re.escape(kind.opens), re.escape(kind.closes)
    mark = re.compile(rf"^([ \t]*){opens}[ \t]*(/?)mcalc\b[ \t]*(.*?)[ \t]*{closes}[ \t]*$", re.MULTILINE)
    found: list[Block] = []
    waiting: re.Match[str] | None = None
    shown = [found.span() for found in _FENCED.finditer(text)] if kind in FORMATS["markdown"].sources else []
    for match in mark.finditer(text):
        if any(start < match.start() < end for start, end in shown):
            continue
        closing = bool(match[2])
        if closing == (waiting is None) or (closing and match[3]):
            what = "There is no block to close here." if closing else "This block is not closed before the next."
            raise _unclosed(what, match if closing or waiting is None else waiting, text, kind)
        if not closing:
            waiting = match
            continue
        assert waiting is not None
        start = waiting.end() + 1
        body = (start, max(start, match.start()))
        number = text.count("\n", 0, waiting.start()) + 1
        found.append(Block(waiting[3], text[slice(*body)].rstrip("\n"), waiting.span(3), body, number, waiting[1]))
        waiting = None
    if waiting is not None:
        raise _unclosed("This block is not closed.", waiting, text, kind)
    return found


def _unclosed(message: str, match: re.Match[str], text: str, kind: Source) -> Problem:
    end = f"{kind.opens} /mcalc {kind.closes}".rstrip()
    return Problem(message, [Span(match.start() + len(match[1]), match.end())], f"a block ends with `{end}`", text)


def woven(context: click.Context, text: str, kind: Source, suits: str) -> tuple[str, list[Block]]:
    """The text with each block replaced by what its command prints, and the blocks that said something else."""
    pieces, after, changed = [], 0, []
    for block in blocks(text, kind):
        try:
            output, form = printed(context, block.line, (suits,), kind.options)
        except Problem as problem:
            raise _in_line(problem, block, text) from None
        except click.ClickException as fault:
            raise _in_line(Problem(fault.format_message()), block, text) from None
        output = _fitted(output, form, kind)
        output = "\n".join(block.indent + line if line else line for line in output.splitlines())
        if same(output, block.inside):
            continue
        changed.append(block)
        pieces += [text[after : block.body[0]], output, "\n"]
        after = block.body[1]
    return "".join(pieces) + text[after:], changed


def _fitted(output: str, form: str, kind: Source) -> str:
    """The output as such a file takes it: plain text between its marks, comments as it writes them."""
    if FORMATS[form].kind is Kind.TERMINAL:
        return "\n".join((kind.plain[0], output, kind.plain[1]))
    own = FORMATS[form].sources[:1]
    if not own or own[0] is kind or not kind.wrapped[0]:
        return output
    lines = output.splitlines()
    comments = [line for line in lines if line.startswith(own[0].opens)]
    rest = [line for line in lines if not line.startswith(own[0].opens)]
    if not rest[0].startswith(r"\begin{"):
        rest = [kind.wrapped[0], *rest, kind.wrapped[1]]
    return "\n".join([*(kind.comment(line.removeprefix(own[0].opens)) for line in comments), *rest])


def _in_line(problem: Problem, block: Block, text: str) -> Problem:
    """The problem in the document, its place marked there where the expression stands as it was typed."""
    start, end = block.command
    at = text.find(problem.source, start, end) if problem.source else -1
    if at < 0:
        spans = [Span(start, end)]
    else:
        spans = [Span(at + span.start, at + span.end, span.label) for span in problem.spans] or [Span(start, end)]
    line = text.count("\n", 0, start)
    first = text.rfind("\n", 0, start) + 1
    last = text.find("\n", end)
    shown = [Span(span.start - first, span.end - first, span.label) for span in spans]
    return Problem(
        f"In line {line + 1}: {problem.message}",
        shown,
        problem.hint,
        text[first : last if last >= 0 else len(text)],
        problem.status,
    )


@click.command("weave", cls=Command)
@click.argument("file", type=click.Path(exists=True, dir_okay=False))
@click.option("--check", "only", is_flag=True, help="Change nothing; exit status 1 where a block is out of date.")
@click.pass_context
def weave(context: click.Context, file: str, only: bool) -> int:
    """Replace the marked blocks of a document by what mcalc prints, in place.

    A block begins with a comment, <!-- mcalc gradient "w.x + b" --wrt w --> or % mcalc … (LaTeX), // mcalc … (Typst),
    # mcalc … (Org), and ends with /mcalc in a comment of the same kind.
    """
    path = Path(file)
    kind, suits = KINDS.get(path.suffix.lower(), (None, ""))
    if kind is None:
        known = ", ".join(KINDS)
        raise Problem(f"`{path.name}` is no document of a kind that mcalc knows.", hint=f"it knows {known}")
    try:
        text = path.read_bytes().decode("utf-8")
    except (OSError, ValueError):
        raise Problem(f"The file `{file}` cannot be read as UTF-8 text.") from None
    found, changed = woven(context, text.replace("\r\n", "\n"), kind, suits)
    count = len(blocks(found, kind))
    if not count:
        example = f'{kind.opens} mcalc gradient "w.x + b" --wrt w {kind.closes}'.rstrip()
        click.echo(f"{file}: no marked blocks; one begins with `{example}`", err=True)
        return 0
    if only:
        for block in changed:
            click.echo(f"{file}:{block.number}: out of date: {block.line}", err=True)
        return int(bool(changed))
    if changed:
        _write(path, found.replace("\n", "\r\n") if "\r\n" in text else found)
    click.echo(f"{file}: {len(changed)} of {count} blocks changed", err=True)
    return 0


def _write(path: Path, text: str) -> None:
    try:
        path.write_bytes(text.encode("utf-8"))
    except OSError as error:
        raise Problem(f"The file `{path}` cannot be written: {error.strerror}.", status=4) from None


commands = by_name(weave)
