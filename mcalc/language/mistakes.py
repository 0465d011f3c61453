"""explain: what is wrong with a text that the grammar refuses, in a sentence, and what to write instead."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from typing import NoReturn

from lark.exceptions import UnexpectedInput, UnexpectedToken

from mcalc.language.spelling import CLOSERS, describe_character
from mcalc.problems import Problem, Span

CHARACTERS = {
    "|": (
        "mcalc has no bars.",
        "write `abs(x)` for absolute values, `norm(x)` for a length, a dimension symbol such as `n` for a count",
    ),
    "‖": ("mcalc has no bars.", "write `norm(x)`"),
    "!": (
        "`!` is not part of the notation.",
        "compare with `<`, `>`, `<=` or `>=`; `1 - c` is the opposite of a condition",
    ),
    "&": ("`&` is not part of the notation.", "multiply conditions: `(a > 0)*(b > 0)`"),
    "×": (
        "`×` could mean two products.",
        "write `*` for the element-wise product, `@` for the matrix product",
    ),
    "÷": ("`÷` is not part of the notation.", "write `/`"),
    "√": ("`√` is not part of the notation.", "write `sqrt(x)`"),
    "∑": ("`∑` is not part of the notation.", "write `sum(x)` or `sum(E for i in 1..N)`"),
    "∂": ("`∂` is not part of the notation.", "write the expression only; `--wrt x` names the variable"),
    "∇": ("`∇` is not part of the notation.", "write the expression only; `--wrt x` names the variable"),
    "$": ("mcalc reads plain notation, not LaTeX.", "leave the `$` out: `w'x` is written `w'@x` or `w.x`"),
    "_": ("A name begins with a letter.", "write `x_1` rather than `_1`"),
    "%": ("`%` is not part of the notation.", "a comment begins with `#`; per cent is `/100`"),
    "…": ("`…` is not part of the notation.", "write a range with two dots: `1..n`"),
    "⊤": ("`⊤` is not part of the notation.", "write `A'` or `A.T` for the transpose"),
}
CHARACTERS |= {
    quote: (
        "mcalc has no quotation marks.",
        "leave them out; the transpose is `A'`, with a straight quote after its operand",
    )
    for quote in '“”‘„«»"`'
}
LOOP = "write `sum(E for i in 1..N)`"
CASES = "write `{a if c; b}` or `where(c, a, b)`"
KEYWORDS = {
    "FOR": ("`for` belongs inside `sum(…)` or `mean(…)`, after what is summed.", LOOP),
    "_IN": ("`in` belongs to a loop.", LOOP),
    "_IF": ("`if` belongs between the value and the condition of a case, in braces.", CASES),
    "OTHERWISE": ("`otherwise` belongs after the last value in braces.", CASES),
}
ENDS = {"$END", "_NEWLINE", "_SEMICOLON", "_COMMA", "RIGHT_ROUND", "RIGHT_SQUARE", "RIGHT_BRACE"}
OPERANDS = {"NAME", "NUMBER", "FIT", "LEFT_ROUND", "LEFT_SQUARE", "LEFT_BRACE"}
OPERATORS = {"SIGN", "TIMES", "POWER", "DOT", "COMPARE"}
SYMBOLS = "+-−*/@^.·⋅⊗⊙⊘<>≤≥="
EMPTY = {
    "(": (
        "There is nothing between these parentheses.",
        "write an expression inside; a function needs its argument",
    ),
    "[": ("There is nothing between these brackets.", "write an index, `x[1]`, or the entries, `[a, b]`"),
    "{": ("There is nothing between these braces.", CASES),
}
_LAST = re.compile(r"(?:[\w\u0300-\u036f\u20d7]+(?:\.T\b)?['’′]*|\.\.|\*\*|\.[*/^]|[<>=]=|.)\Z", re.DOTALL)
_NEXT = re.compile(r"[01]\u20d7|[^\W\d][\w\u0300-\u036f]*\(?|\d+(?:\.\d+)?|\.\d+|\.\.|\*\*|\.[*/^]|[<>=]=|.", re.DOTALL)


def explain(text: str, error: UnexpectedInput) -> NoReturn:
    """Raises the Problem for a text that the grammar refuses, from the tokens on both sides of the place."""
    kind = error.token.type if isinstance(error, UnexpectedToken) else ""
    place = len(text) if kind == "$END" else error.pos_in_stream or 0
    before = text[:place].rstrip(" \t")
    found = _LAST.search(before, max(0, len(before) - 60))
    last = found.group() if found else "\n"
    last_span = Span(len(before) - len(last), len(before))
    following = _NEXT.match(text, place)
    token = following.group() if following else ""
    here = Span(place, place + max(1, len(token.rstrip("("))))
    opener = _enclosing(text, place)
    bracket = text[opener : opener + 1]
    is_start = last in ("\n", "(", "[", "{", ",", ";")
    is_operator = last[-1] in SYMBOLS or last in ("if", "in", "for")

    if kind in KEYWORDS and not (kind == "_IN" and last == "for"):
        message, hint = KEYWORDS[kind]
        conditional = re.fullmatch(r"\s*(.+?)\s+if\s+(.+?)\s+else\s+(.+?)\s*", text)
        if kind == "_IF" and conditional is not None:
            hint = "write `{{{} if {}; {}}}`".format(*conditional.groups())
        raise Problem(message, [here], hint)
    loop = text.rfind("for ", opener + 1, place) if bracket == "(" else -1
    if loop >= 0 and ".." not in text[loop:place]:
        raise Problem("A loop names a variable and its range.", [Span(loop, here.end)], LOOP)
    if not kind:
        _unknown(text, place)
    if kind == "EQUAL" or (last in ("=", "==") and token[:1] in ("=", ">")):
        _equals(text, place, last, bracket)
    if kind in ENDS and is_operator:
        where = "line" if kind == "_NEWLINE" else "part" if bracket else "expression"
        hint = f"write what comes after `{last}`, or remove it"
        if last == "." and before[-2:-1].isdecimal():
            hint = "write a number as `3` or `3.0`"
        hint += "; a line goes on only inside brackets" if kind == "_NEWLINE" else ""
        raise Problem(f"The {where} ends after `{last}`.", [last_span], hint)
    if kind in ENDS and is_start:
        if last in EMPTY and token in CLOSERS.values():
            message, hint = EMPTY[last]
            raise Problem(message, [Span(last_span.start, place + 1)], hint)
        after = f" after `{last}`" if last in (",", ";") else ""
        at = last_span if after else here
        raise Problem(
            f"There is nothing{after or ' before `' + token + '`'}.",
            [at],
            "write the missing part, or remove the separator",
        )
    if kind == "_COMMA":
        message = "A comma separates the arguments of a function or the entries of `[…]`."
        close = text.find(")", place)
        if bracket == "(" and close > 0 and not text[:opener].strip() and text.rstrip().endswith(")"):
            inside = text.strip()[1:-1].strip()
            raise Problem(message, [here], f"write `[{inside}]` for a vector")
        raise Problem(message, [here], CASES if bracket == "{" else "write `[a, b]` for a vector")
    if kind == "_SEMICOLON":
        hint = "write `[a; b]` for a vector; definitions stand outside brackets"
        raise Problem("A semicolon does not fit here.", [here], "write `A[i, j]`" if bracket == "[" else hint)
    if kind == "_RANGE" or token == "..":
        hint = "write `x[1..n]` or `for i in 1..n`; the dot product is `w.x`"
        raise Problem("`..` writes a range, inside an index or a loop only.", [here], hint)
    if kind == "COLON":
        hint = "write a range as `1..n`" if bracket == "[" else "write `u = …` to give a name"
        raise Problem("`:` stands alone, as an index: `A[:, 1]`.", [here], hint)
    if kind == "TRANSPOSE" and re.match(r"[\d.]", last[0]):
        raise Problem("A number has no transpose.", [here], "put the part to transpose in parentheses: `(x^2)'`")
    if kind == "TRANSPOSE" and token in "'’′":
        message, hint = CHARACTERS['"']
        raise Problem(message, [here], hint)
    if kind in OPERANDS and not is_start and not is_operator:
        _side_by_side(text, before, last_span, place, token, bracket)
    if kind == "COMPARE" and not is_start and not is_operator:
        if re.search("[<>≤≥]", text[opener + 1 if bracket else 0 : place]):
            raise Problem("Comparisons do not chain.", [here], "write `(a < b)*(b < c)`")
        raise Problem("A comparison does not fit here.", [here], "put it in parentheses")
    if kind in OPERATORS | {"TRANSPOSE", "SUPERSCRIPT"} and (is_start or is_operator):
        left = "nothing" if is_start else f"only `{last}`"
        hint = f"write the part before `{token}`, or remove it"
        if last == "." or token == ".":
            hint = "write `w.(-x)`" if token in "-−+" else "a dot product has one dot: `w.x`"
        raise Problem(f"`{token}` has {left} on its left.", [here], hint)
    raise Problem(f"`{token}` does not fit here.", [here], "`mcalc --help` shows the notation")


def _enclosing(text: str, place: int) -> int:
    """The offset of the innermost bracket open at a place, or the length of the text."""
    openers = [len(text)]
    for match in re.compile(r"[()\[\]{}]").finditer(text, 0, place):
        if match.group() in CLOSERS:
            openers.append(match.start())
        else:
            openers.pop()
    return openers[-1]


def _side_by_side(text: str, before: str, last_span: Span, place: int, token: str, bracket: str) -> NoReturn:
    last = before[last_span.start :]
    left = {")": "(…)", "]": "[…]", "}": "{…}"}.get(last, last)
    right = token + "…)" if token.endswith("(") else token
    right = {"[": "[…]", "{": "{…}"}.get(right, right)
    span = Span(last_span.start, place + len(token.rstrip("(") or token))
    message = f"There is no operator between `{last}` and `{token.rstrip('(') or token}`."
    base = re.search(r"([\w.]*)\s*([/⊘^])\s*\Z", before[max(0, last_span.start - 40) : last_span.start])
    numbers = left[0].isdecimal(), right[0] in ".0123456789" and "\u20d7" not in right
    product = f"{left}{right}" if numbers == (True, False) else f"{left}*{right}"
    if token == "{" and last.endswith("_"):
        hint = f"write `{last}1` for a name, `{last[:-1]}[1]` for an element"
    elif base and base[2] == "^" and last == "T":
        hint = f"`^T` transposes: write `{base[1]}^T@{right}`"
    elif base and base[2] == "^":
        hint = f"write `{base[1]}^({product})` or `{base[1]}^{left}*{right}`"
    elif base:
        hint = f"write `{base[1]}/{left}*{right}` or `{base[1]}/({product})`"
    elif bracket == "[":
        hint = f"write `{left}, {right}` for two entries, `{left}*{right}` for a product"
    elif all(numbers):
        hint = f"write `{left}*{right}`"
    elif right[0] == ".":
        hint = f"write `{left}*0{right}`, or `{left}*{right[1:]}`; a dot product has no plain number"
    elif numbers[1]:
        hint = f"write `{right}*{left}` or `{left}^{right}`"
    else:
        hint = f"write `{left}*{right}` (element by element) or `{left}@{right}` (the matrix product)"
        if left.isidentifier() and right.isidentifier():
            hint += f"; a function's argument is in parentheses: `{left}({right})`"
    raise Problem(message, [span], hint)


def _equals(text: str, place: int, last: str, bracket: str) -> NoReturn:
    if last == "=" or text[place : place + 2] == "==":
        start = place - 1 if last == "=" else place
        hint = "compare with `<`, `>`, `<=` or `>=`; a single `=` after a name defines it"
        raise Problem(f"`{text[start : start + 2]}` is not part of the notation.", [Span(start, start + 2)], hint)
    message = "`=` only gives a name to a result, at the start of a line."
    if re.fullmatch(r"\s*[^\W\d]\w*\([\w\s,]*\)\s*", text[:place]):
        raise Problem(
            message, [Span(place, place + 1)], f"leave the left side out: write `{text[place + 1 :].strip()}`"
        )
    hint = (
        "write `u = …` on a line of its own, then use `u`"
        if bracket
        else "put one plain name before `=`: `u = x^2; sum(u)`"
    )
    raise Problem(message, [Span(place, place + 1)], hint)


def _unknown(text: str, place: int) -> NoReturn:
    character = text[place]
    span = Span(place, place + 1)
    if text[place + 1 : place + 2] == "\u20d7" and character.isalnum():
        raise Problem(
            "A name carries no arrow.",
            [Span(place, place + 2)],
            f"write `{character}`; capitals are matrices, small letters vectors",
        )
    closing = text.find("|", place + 1)
    if character == "|" and closing > place + 1 and "\n" not in text[place:closing]:
        span = Span(place, closing + 1)
    if text[place : place + 2] in ("&&", "||", "!="):
        span = Span(place, place + 2)
    message, hint = CHARACTERS.get(
        character, (f"{describe_character(character)} is not part of the notation.", "remove it")
    )
    if unicodedata.category(character) == "No":
        plain = unicodedata.normalize("NFKC", character).replace("\u2044", "/")
        message, hint = f"{describe_character(character)} cannot stand here.", f"write `({plain})`"
    raise Problem(message, [span], hint)


class Mistake(Exception):
    """A Problem whose sentences quote the text: {0}, {1}, … stand for the pieces."""

    def __init__(self, message: str, hint: str, spans: Sequence[Span], pieces: Sequence[Span]) -> None:
        super().__init__(message)
        self.message, self.hint, self.spans, self.pieces = message, hint, spans, pieces

    def problem(self, text: str) -> Problem:
        """The mistake as a Problem, its pieces quoted from the text."""
        pieces = [_quote(text[piece.start : piece.end]) for piece in self.pieces]
        return Problem(self.message.format(*pieces), self.spans, self.hint.format(*pieces))


def _quote(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= 30 else text[:12] + "…" + text[-12:]
