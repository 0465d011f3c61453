"""Formulas as the tables' sentences have them between braces, ``{d(Aᵀ) = dAᵀ}``, as boxes; names as they are typed.

They are set without being understood: side by side as they stand, so that nothing can change their meaning.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from typing import NamedTuple

from sympy.core.numbers import Rational

from mcalc.notation.boxes import (
    Box,
    Decimal,
    Differential,
    Fence,
    Index,
    Mark,
    Nabla,
    Name,
    Number,
    Power,
    Root,
    Row,
    Sign,
    Word,
)
from mcalc.table import CALLS, COMPARISONS, TABLE
from mcalc.table.records import Operator
from mcalc.table.roles import NORM
from mcalc.tree.names import CAPITALS, GREEK

_WORD = r"[^\W\d_⁰¹²³⁴-⁹₀-₉ᵀ]+\u0302?(?:_[a-z0-9]+)?[₀-₉ᵢⱼₖₗₙ]*"
_TOKEN = re.compile(
    rf"1⃗|0⃗|\.\.|norm[12](?=\()|\d+(?:\.\d+)?|{_WORD}|⁻[¹ᵀ]|[⁰¹²³⁴-⁹]+|\s+|->|<=|>=|.",
    re.DOTALL,
)
_SUBSCRIPT = str.maketrans("₀₁₂₃₄₅₆₇₈₉ᵢⱼₖₗₙ", "0123456789ijkln")
_SUPERSCRIPT = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")
_OPERATORS = {
    "+": "plus", "−": "minus", "-": "minus", "·": "dot", "⊗": "hadamard", "⊙": "odot", "⊘": "oslash", "*": "thin",
    "/": "slash", "=": "equals", "↦": "maps", "→": "to", "×": "times", "@": "", ".": "dot", "..": "range", "≠": "neq",
    ",": "comma", ";": "semicolon", ":": "colon",
    **COMPARISONS, **{TABLE[name].notation.text.strip(): name for name in COMPARISONS.values()},
}  # fmt: skip
_LETTERS = {letter: word for word, letter in (GREEK | CAPITALS).items()}
_MARKS = ("ᵀ", "⁻¹", "⁻ᵀ", "′", "'", "^")


class _Token(NamedTuple):
    text: str
    start: int


class Reader:
    """Reads a formula in the signs of the text notation; what is found is set side by side as it stands."""

    def __init__(self, text: str, names: Mapping[str, Box]) -> None:
        self.text, self.names = text, names
        self.tokens = [_Token(match[0], match.start()) for match in _TOKEN.finditer(text)]
        self.at = 0

    @property
    def end(self) -> int:
        """Where the token at hand begins, or the text ends."""
        return self.tokens[self.at].start if self.at < len(self.tokens) else len(self.text)

    def peek(self, ahead: int = 0) -> str:
        """A token ahead, nothing behind the last."""
        at = self.at + ahead
        return self.tokens[at].text if at < len(self.tokens) else ""

    def take(self) -> str:
        """The token at hand, which is passed."""
        self.at += 1
        return self.tokens[self.at - 1].text

    def formula(self) -> Box | None:
        """Factors with operators between them."""
        parts: list[Box] = []
        joins: list[str] = []
        join = ""
        if self.peek() in ("−", "-"):
            join = "minus"
            self.take()
        while True:
            signed = bool(parts) and self.peek() in ("−", "-")
            if signed:
                self.take()
            part = self.factor()
            if part is None:
                return None
            if join == "dot" and (_is_matrix(parts[-1]) or _is_matrix(part)):
                join = ""
            parts.append(Row("flat", (part,), ("minus",)) if signed else part)
            joins.append(join)
            found = self.operator()
            if found is None:
                break
            join = found
        return parts[0] if len(parts) == 1 and not joins[0] else Row("flat", tuple(parts), tuple(joins))

    def operator(self) -> str | None:
        """The operator between this factor and the next; None where the formula ends."""
        mark = self.at
        spaced = self.peek().isspace()
        if spaced:
            self.take()
        token = self.peek()
        if token in _OPERATORS:
            self.take()
            if self.peek().isspace():
                self.take()
            return _OPERATORS[token]
        if spaced and self.beside():
            return "space"
        if not spaced and self.peek() in "([" and self.peek():
            return ""
        self.at = mark
        return None

    def beside(self) -> bool:
        """Whether what comes, after a space, is a further factor: ``p pᵀ``, ``det(A) A⁻ᵀ``, ``inv(A) dA``."""
        return self.peek()[:1].isalpha() or self.peek() == "("

    def factor(self) -> Box | None:
        """An atom with its marks: ``Aᵀ``, ``inv(A)``, ``x²``, ``dA``."""
        token = self.peek()
        box: Box | None
        if token in ("1⃗", "0⃗"):
            box = Sign("ones" if token == "1⃗" else "zeros", ("",))
            self.take()
        elif re.fullmatch(r"[\d.]+", token or "x"):
            box = Decimal(self.take()) if "." in token else Number(Rational(self.take()))
            beside = self.peek(1)[:1]
            following = self.factor() if self.peek()[:1].isalpha() and (beside == "ᵀ" or not beside.isalpha()) else None
            box = box if following is None else Row("flat", (box, following), ("", ""))
        elif token in ("(", "[", "‖"):
            box = self.bracket()
        elif token in ("∂", "∇"):
            self.take()
            self.at += self.peek().isspace()
            inner = self.factor()
            box = None if inner is None else Differential(inner, "d") if token == "∂" else Nabla(inner, 1)
        elif token[:1].isalpha() and token[0] not in "ᵀ":
            box = self.word()
        else:
            return None
        if box is not None and self.peek() == "[":
            box = self.indexed(box)
        while box is not None and (self.peek() in _MARKS or _is_superscript(self.peek())):
            mark = self.take()
            if mark == "^":
                negative = self.peek() == "-"
                self.at += negative
                exponent = self.factor()
                inner = exponent.inner if isinstance(exponent, Fence) else exponent
                inner = Row("flat", (inner,), ("minus",)) if negative and inner is not None else inner
                box = None if inner is None else Power(box, inner)
            elif mark in ("ᵀ", "⁻¹"):
                box = Mark(box, "T" if mark == "ᵀ" else "inverse")
            elif mark == "⁻ᵀ":
                box = Mark(Mark(box, "inverse"), "T")
            elif mark in "′'":
                box = Row("flat", (box, Sign("prime")), ("", ""))
            else:
                box = Power(box, Number(Rational(mark.translate(_SUPERSCRIPT))))
        return box

    def indexed(self, box: Box) -> Box:
        """``A[k,l]``: an entry, where between the brackets are indices alone."""
        mark = self.at
        self.take()
        inside = ""
        while self.peek() and self.peek() != "]":
            inside += self.take()
        if self.peek() != "]" or not re.fullmatch(r"[\w:.+]+(,\s*[\w:.+]+)*", inside):
            self.at = mark
            return box
        self.take()
        return Index(box, tuple(place.strip() for place in inside.split(",")))

    def bracket(self) -> Box | None:
        """What is in brackets; None where they do not close."""
        opening = self.take()
        inner = self.formula()
        if inner is None or self.peek() != {"(": ")", "[": "]"}.get(opening, opening):
            return None
        self.take()
        return Fence({"(": "group", "[": "square"}.get(opening, NORM), inner)

    def word(self) -> Box | None:
        """A name, a differential, a call; None for a plain word."""
        token = self.peek()
        plain = unicodedata.normalize("NFD", token)
        if token == "d" and self.peek(1) == "(":
            self.take()
            return Sign("total")
        if token == "d" and self.peek(1).isspace() and self.peek(3) == "(":
            self.at += 2
            inner = self.factor()
            return None if inner is None else Differential(inner)
        if token in self.names:
            self.take()
            return self.names[token]
        if token == "pi":
            self.take()
            return Sign("pi")
        if token == "axis" and self.peek(1) == "=":
            self.take()
            return Word("axis")
        if self.peek(1) == "(" and (len(token) > 1 or token == "σ"):
            self.take()
            inner = self.bracket()
            return None if inner is None or not isinstance(inner, Fence) else _called(token, inner.inner)
        if token in CALLS:
            self.take()
            return Word(_spoken(token))
        stem = plain.rstrip("₀₁₂₃₄₅₆₇₈₉ᵢⱼₖₗₙ")
        below = plain[len(stem) :].translate(_SUBSCRIPT)
        if stem.startswith("d") and (len(stem) == 2 or token[1:] in self.names):
            self.take()
            inside = self.names.get(token[1:]) or Name(_spelt(stem[1:]) + (f"_{below}" if below else ""))
            return Differential(inside)
        if len(stem) == 1 or (len(stem) == 2 and stem[1] == "\u0302"):
            self.take()
            return Name(_spelt(stem[0]) + ("_hat" if len(stem) == 2 else "") + (f"_{below}" if below else ""))
        return None


def _is_matrix(part: Box) -> bool:
    """Whether a product with it is one of matrices, which stand side by side: ``Aᵀ·A``, ``1⃗ᵀ·diag(v)``."""
    if isinstance(part, Name):
        return part.word[:1].isupper()
    called = isinstance(part, Row) and isinstance(part.parts[0], Word)
    return isinstance(part, Mark) or called or (isinstance(part, Differential) and _is_matrix(part.of))


def _is_superscript(token: str) -> bool:
    return token.translate(_SUPERSCRIPT).isdecimal() and not token.isdecimal()


def _spelt(letter: str) -> str:
    return _LETTERS.get(letter, letter)


def _spoken(word: str) -> str:
    if word == "σ":
        return "sigma"
    operator = _operator(word)
    return operator.notation.spoken or word if operator is not None else word


def _operator(word: str) -> Operator | None:
    return TABLE.get(word) or (CALLS[word][0] if word in CALLS else None)


def _called(word: str, inner: Box) -> Box:
    if word in ("ones", "zeros"):
        column = Sign(word, ("",))
        matrix = isinstance(inner, Row) and "comma" in inner.joins
        return Row("flat", (column, Mark(column, "T")), ("", "")) if matrix and word == "ones" else column
    operator = _operator(word)
    kind = operator.notation.kind if operator is not None else ""
    if kind == "fence" and operator is not None:
        return Fence(operator.name, inner)
    if kind == "root":
        return Root(inner)
    if kind == "inverse":
        return Mark(inner if isinstance(inner, Name) else Fence("group", inner), "inverse")
    return Row("flat", (Word(_spoken(word)), Fence("group", inner)), ("", ""))
