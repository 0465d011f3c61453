"""The text before the grammar reads it: one spelling of every name, no comments, sound brackets."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache

from mcalc.problems import Problem, Span
from mcalc.table import CALLS
from mcalc.table.sentences import as_typed, filled
from mcalc.tree.names import name_key

MAXIMUM_LENGTH = 200_000
MAXIMUM_NESTING = 200
GREEK = re.compile(r"GREEK (SMALL|CAPITAL) LETTER (?:FINAL )?([A-Z]+)")
ACCENTS = {"\u0302": "_hat", "\u0303": "_tilde", "\u0304": "_bar", "\u0305": "_bar", "\u0307": "_dot"}
_SAME_LETTER = "µϐϑϒϕϖϰϱϲϴϵ"
"""Of these Greek letters another form is meant, and the name is the same."""
_FULL_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F) if not chr(code).isalpha()}
CLOSERS = {"(": ")", "[": "]", "{": "}"}


def canonical_name(text: str) -> str:
    """The name in the one spelling used inside: letters and digits NFKC, Greek ones by name, `x̂` x_hat, `w₁` w_1."""
    return text if text.isascii() else _in_letters(text)


@lru_cache(1024)
def _in_letters(text: str) -> str:
    output: list[str] = []
    subscript = False
    for character in unicodedata.normalize("NFD", text):
        digit = "₀₁₂₃₄₅₆₇₈₉".find(character)
        if digit >= 0:
            output.append(("" if subscript or output[-1:] == ["_"] else "_") + str(digit))
        elif character == "\u0302":
            output.append("_hat")
        else:
            output += map(_letter, _plain(character))
        subscript = digit >= 0
    return unicodedata.normalize("NFC", "".join(output))


def own_name(name: str, names: Iterable[str]) -> str:
    """The name as it is spelled among `names`; itself where it is none of them."""
    key = name_key(name)
    return next((one for one in names if name_key(one) == key), name)


def _plain(character: str) -> str:
    """A letter or digit without its typography: of a ligature, a bold or a full-width one; signs stay what they are."""
    category = unicodedata.category(character)
    sign = category != "Nd" and category[0] != "L"
    if sign or _style(character) in ("<super>", "<sub>"):
        return character
    return unicodedata.normalize("NFKC", character)


def typography(names: Iterable[str]) -> tuple[str, ...]:
    """Notes on names that are read in other letters than they were typed in. Raises Problem where two become one."""
    notes: dict[str, None] = {}
    plain: dict[str, str] = {}
    for name in dict.fromkeys(unicodedata.normalize("NFC", name) for name in names):
        if any(_plain(letter) != letter and letter not in _SAME_LETTER for letter in name):
            notes.setdefault(filled("{} is read as {}", as_typed(name), as_typed(canonical_name(name))))
        other = plain.setdefault(canonical_name(name), name)
        if other != name and "<font>" in map(_style, name + other):
            raise Problem(f"`{other}` and `{name}` would be one name.", hint="give the two names of plain letters")
    return tuple(notes)


def _style(letter: str) -> str:
    return unicodedata.decomposition(letter).partition(" ")[0]


def _letter(character: str) -> str:
    greek = GREEK.fullmatch(unicodedata.name(character, ""))
    if not greek:
        return character
    word = greek[2].replace("LAMDA", "LAMBDA").lower()
    return word if greek[1] == "SMALL" else word.capitalize()


def check_letters(text: str, span: Span) -> None:
    """Raises Problem for a letter that no name may have, with the plain one in the hint."""
    for character in unicodedata.normalize("NFC", text):
        decomposition = unicodedata.decomposition(character)
        category = unicodedata.category(character)
        plain = unicodedata.normalize("NFKC", character)
        before = text.partition(character)[0]
        if category[0] == "L" and decomposition.startswith("<sub>"):
            hint = f"write `{before}[{plain}]` for an element, `{before}_{plain}` for a name"
        elif category[0] == "L" and decomposition.startswith("<super>"):
            hint = f"write `{before}^{plain}` for a power"
        elif category[0] == "L" or category == "Nd" or character in "_\u0302₀₁₂₃₄₅₆₇₈₉":
            continue
        elif category == "No":
            hint = f"write `({plain.replace(chr(0x2044), '/')})`, with `*` between factors"
        else:
            hint = f"write `{before}{ACCENTS.get(character, '_1')}`"
        raise Problem(f"{describe_character(character)} cannot be part of a name.", [span], hint)


def describe_character(character: str) -> str:
    """The character between backticks, with its code where it is not ASCII."""
    if unicodedata.category(character)[0] in "CMZ":
        name = unicodedata.name(character, "a control character")
        return f"The character U+{ord(character):04X} ({name})"
    return f"`{character}`" if character.isascii() else f"`{character}` (U+{ord(character):04X})"


_RUN = re.compile(
    r"(?:[-+−][ \t]*){N}|(?:['’′ᵀ][ \t]*){N}|(?:(?:\^|\*\*)(?:[^-+−*/@.·^<>=≤≥,;()\[\]{}\n]|\.[0-9])*){N}".replace(
        "{N}", f"{{{MAXIMUM_NESTING + 1}}}"
    )
)
_LANDMARK = re.compile(r"#[^\r\n]*|\r\n|[\r\n;()\[\]{}\\]")


def prepare(source: str) -> str:
    """Text of the same length for the grammar: no comments, one newline between statements, sound brackets."""
    if len(source) > MAXIMUM_LENGTH:
        raise Problem(f"The text has {len(source)} characters; mcalc reads up to {MAXIMUM_LENGTH}.")
    source = source.translate(_FULL_WIDTH)
    pieces: list[str] = []
    openers: list[int] = []
    after = 0
    for match in _LANDMARK.finditer(source):
        mark, start = match.group(), match.start()
        pieces.append(source[after:start])
        after = match.end()
        if mark == "\\":
            raise _latex(source, start)
        if mark in "([{":
            openers.append(start)
            if len(openers) > MAXIMUM_NESTING:
                message = f"Brackets are nested more than {MAXIMUM_NESTING} deep here."
                raise Problem(message, [Span(start, start + 1)], "name the inner parts: `u = …; f(u)`")
        elif mark in ")]}":
            _close(source, openers, start)
        elif mark[0] in "\r\n;":
            mark = mark if openers and mark == ";" else " " * (len(mark) - 1) + " \n"[not openers]
        pieces.append(" " * len(mark) if mark[0] == "#" else mark)
    pieces.append(source[after:])
    if openers:
        start = openers[-1]
        close = CLOSERS[source[start]]
        raise Problem(
            f"This `{source[start]}` is never closed.", [Span(start, start + 1)], f"add the missing `{close}`"
        )
    text = "".join(pieces)
    run = _RUN.search(text)
    if run:
        hint = "leave out the repetitions, or name the inner parts: `u = …; f(u)`"
        raise Problem(
            f"More than {MAXIMUM_NESTING} signs, transposes or powers follow each other.",
            [Span(*run.span())],
            hint,
        )
    text = re.sub(r"\n[\n\s]*\n", lambda gap: "\n".ljust(len(gap.group())), text)
    body = text.strip()
    if not body.strip("\ufeff"):
        raise Problem("There is no expression.", [], "write one, such as `sum(x^2)`; `mcalc rules` lists the functions")
    return " " * text.index(body[0]) + body


def _close(source: str, openers: list[int], start: int) -> None:
    mark = source[start]
    if not openers:
        raise Problem(
            f"This `{mark}` closes nothing.",
            [Span(start, start + 1)],
            f"remove it, or add the missing `{_opener(mark)}`",
        )
    opener = openers.pop()
    expected = CLOSERS[source[opener]]
    if mark != expected:
        spans = [Span(opener, opener + 1, "opened here"), Span(start, start + 1, f"`{expected}` expected")]
        raise Problem(
            f"`{source[opener]}` is closed by `{mark}`.",
            spans,
            f"write `{expected}`, or close the inner bracket first",
        )


def _latex(source: str, place: int) -> Problem:
    command = re.compile(r"\\[A-Za-z]*").match(source, place)
    end = command.end() if command else place + 1
    plain = {
        "frac": "a/b",
        "cdot": "w.x",
        "times": "a*b",
        "sum": "sum(E for i in 1..N)",
        "top": "A'",
        "odot": "a*b",
        "mathbf": "x",
        "left": "(a + b)",
        "hat": "y_hat",
        "bar": "y_bar",
        "tilde": "y_tilde",
    }
    word = source[place + 1 : end]
    shown = plain.get(word) or next((operator.example for operator in CALLS.get(word, ())), "")
    hint = f"write `{shown}`" if shown else "write the formula as on paper: `w.x + b`"
    return Problem("mcalc reads plain notation, not LaTeX.", [Span(place, end)], hint)


def _opener(closer: str) -> str:
    return next(opener for opener, mark in CLOSERS.items() if mark == closer)
