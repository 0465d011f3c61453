"""Problem: what went wrong, where in the text, and what to write instead."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

WINDOW = 70
_NEWLINE = re.compile(r"\r\n|\n|\r")


@dataclass(frozen=True)
class Span:
    """The characters source[start:end], with a label to print under them."""

    start: int
    end: int
    label: str = ""


def nearest(word: str, known: Iterable[str], likeness: float = 0.6, most: int = 1) -> list[str]:
    """The known words that are most like this one, at least by the ratio of difflib given; the likest first."""
    from difflib import get_close_matches

    return get_close_matches(word, list(known), most, likeness)


class Problem(Exception):
    """One sentence on what is wrong, the places concerned, and a hint.

    status: 2 the input is at fault, 3 valid but not supported, 1 an answer failed its check.
    """

    def __init__(
        self, message: str, spans: Sequence[Span] = (), hint: str = "", source: str = "", status: int = 2
    ) -> None:
        super().__init__(message)
        self.message = message
        self.spans = tuple(spans)
        self.hint = hint
        self.source = source
        self.status = status

    def __str__(self) -> str:
        return render_problem(self).removeprefix("error: ")

    def with_source(self, source: str) -> Problem:
        """The same problem, in this text."""
        return type(self)(self.message, self.spans, self.hint, source, self.status)

    def as_json(self) -> dict[str, object]:
        """{"message", "hint", "spans": [[start, end, label], ...]}"""
        spans = [[span.start, span.end, span.label] for span in self.spans]
        return {"message": self.message, "hint": self.hint, "spans": spans}


def among(kind: str, given: object, known: Sequence[str]) -> str:
    """The word, which is one of those known of its kind; else raises Problem, with the near one or all of them."""
    if isinstance(given, str) and given in known:
        return given
    near = nearest(str(given).lower(), known)
    hint = f"did you mean `{near[0]}`?" if near else "it is one of " + ", ".join(f"`{word}`" for word in known)
    raise Problem(f"There is no {kind} `{str(given)[:60]}`.", hint=hint)


def render_problem(problem: Problem) -> str:
    """`error: …`, the lines concerned with carets under each span, then `hint: …`; no newline at the end."""
    output = [f"error: {problem.message}"]
    output += _draw_source(problem.source, problem.spans)
    if problem.hint:
        output.append(f"hint: {problem.hint}")
    return "\n".join(line.rstrip() for line in output)


def _draw_source(source: str, spans: Sequence[Span]) -> list[str]:
    if not source.strip():
        return []
    lines = _split_lines(source)
    by_line: dict[int, list[Span]] = {}
    for span in sorted(spans, key=lambda span: (span.start, span.end)):
        number = max(index for index, (start, _) in enumerate(lines) if start <= max(span.start, 0))
        start, text = lines[number]
        first = min(max(span.start - start, 0), len(text))
        last = max(min(span.end - start, len(text)), first)
        by_line.setdefault(number, []).append(Span(first, last, span.label))
    digits = len(str(max(by_line, default=0) + 1))
    output = []
    for number, marks in sorted(by_line.items()):
        head, margin = "  ", "  "
        if len(lines) > 1:
            head, margin = f" {number + 1:>{digits}} | ", f" {'':{digits}} | "
        for text, window_marks in _windows(lines[number][1], marks):
            shown = _printable(text)
            output.append(head + shown)
            output += [margin + row for row in _caret_rows(shown, window_marks)]
    return output


def _split_lines(source: str) -> list[tuple[int, str]]:
    """(offset, text) of each line, without the blank lines that end the source."""
    lines = []
    start = 0
    for match in _NEWLINE.finditer(source):
        lines.append((start, source[start : match.start()]))
        start = match.end()
    lines.append((start, source[start:]))
    while len(lines) > 1 and not lines[-1][1].strip():
        lines.pop()
    return lines


def _windows(text: str, marks: list[Span]) -> list[tuple[str, list[Span]]]:
    """The whole line, or about WINDOW characters around each group of neighbouring marks."""
    if len(text) <= WINDOW + 8:
        return [(text, marks)]
    groups: list[list[Span]] = []
    for mark in marks:
        if groups and mark.end - groups[-1][0].start <= WINDOW - 10:
            groups[-1].append(mark)
        else:
            groups.append([mark])
    windows = []
    for group in groups:
        first, last = group[0].start, max(mark.end for mark in group)
        room = max(WINDOW - (last - first), 20) // 2
        start = max(0, min(first - room, len(text) - WINDOW))
        while start > 0 and _width(text[start]) == 0:
            start -= 1
        end = min(len(text), start + WINDOW)
        before, after = "…" if start > 0 else "", "…" if end < len(text) else ""
        shift = len(before) - start
        shown = [Span(mark.start + shift, min(mark.end, end) + shift, mark.label) for mark in group]
        windows.append((before + text[start:end] + after, shown))
    return windows


def _caret_rows(text: str, marks: list[Span]) -> list[str]:
    columns = [_columns(text, mark) for mark in marks]
    rows: list[list[Span]] = []
    for column in sorted(set(columns), key=lambda span: (span.start, span.end)):
        for row in rows:
            if row[-1].end <= column.start:
                row.append(column)
                break
        else:
            rows.append([column])
    return [line for row in rows for line in _draw_row(row)]


def _draw_row(row: list[Span]) -> list[str]:
    """Carets with the last label beside them and the other labels hanging below, rightmost first."""
    carets = ""
    for mark in row:
        carets = carets.ljust(mark.start) + "^" * (mark.end - mark.start)
    lines = [f"{carets} {row[-1].label}"]
    hanging = [mark for mark in row[:-1] if mark.label]
    if hanging:
        lines.append(_bars(hanging))
    while hanging:
        mark = hanging.pop()
        lines.append(_bars(hanging).ljust(mark.start) + mark.label)
    return lines


def _bars(marks: list[Span]) -> str:
    line = ""
    for mark in marks:
        line = line.ljust(mark.start) + "|"
    return line


def _columns(text: str, mark: Span) -> Span:
    start = mark.start
    while 0 < start < len(text) and _width(text[start]) == 0:
        start -= 1
    first = sum(map(_width, text[:start]))
    width = sum(map(_width, text[start : mark.end]))
    return Span(first, first + max(width, 1), mark.label)


def _width(character: str) -> int:
    if unicodedata.category(character) in ("Mn", "Me"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in ("W", "F") else 1


def _printable(text: str) -> str:
    """The text with blanks as spaces, and `�` for what would move or recolour the terminal."""
    if text.isascii() and text.isprintable():
        return text
    shown = []
    for character in text:
        category = unicodedata.category(character)
        if character == "\t" or category == "Zs":
            shown.append(" ")
        else:
            shown.append("\ufffd" if category[0] == "C" or category in ("Zl", "Zp") else character)
    return "".join(shown)
