"""Syntax from the grammar's rules."""

from __future__ import annotations

import re
import unicodedata
from typing import Any, NamedTuple

from lark import Token, Transformer

from mcalc.language.mistakes import Mistake
from mcalc.language.spelling import canonical_name, check_letters
from mcalc.language.syntax import (
    Syntax,
    is_row,
    is_scaled,
    leftmost,
    matrix_of_rows,
    unsigned,
)
from mcalc.problems import Problem, Span
from mcalc.table import CALLS
from mcalc.table.shapes import reduction

CANONICAL = {"⊗": "*", "⊙": "*", "∘": "*", ".*": "*", "⊘": "/", "./": "/", "·": ".", "⋅": ".", "**": "^", ".^": "^"}
CANONICAL |= {"≥": ">=", "≤": "<=", "−": "-"}


class Equation(NamedTuple):
    """``left = value``."""

    left: Token
    value: Syntax


def span_of(node: Syntax | Token, label: str = "") -> Span:
    """The place of a part in the text."""
    if isinstance(node, Token):
        return Span(node.start_pos or 0, node.end_pos or 0, label)
    return Span(node.start, node.end, label)


def _at(token: Token) -> tuple[tuple[str, Syntax]]:
    return (("at", Syntax("operator", str(token), (), token.start_pos or 0, token.end_pos or 0)),)


def name_of(token: Token) -> Syntax:
    """A name in its one spelling; raises Problem for a letter that no name may have."""
    text = str(token)
    span = span_of(token)
    if not text.isascii():
        check_letters(text, span)
    return Syntax("name", canonical_name(text), (), span.start, span.end)


Children = list[Any]
"""The parts of a rule as they stand in the grammar: tokens, syntax, and lists of it."""


class Builder(Transformer[Token, Syntax]):
    """Syntax from the grammar's rules, one method a rule; called as each rule is complete."""

    def start(self, parts: Children) -> Children:
        """The statements."""
        return parts

    def definition(self, parts: Children) -> tuple[Token, Syntax]:
        """``name = value``."""
        return parts[0], parts[2]

    def equation(self, parts: Children) -> Equation:
        """``left = value``; raises Problem where the left side is no derivative."""
        left, sign, value = parts
        if left.type == "NAME" and not re.match(r"d\w", left):
            hint = f"write the value alone; `d{left} {sign} …` is a differential"
            raise Problem(f"`{left} {sign}` is no left side.", [Span(left.start_pos or 0, sign.end_pos)], hint)
        return Equation(left, value)

    def partial(self, parts: Children) -> Syntax:
        """``∂u[i]/∂x`` is an entry of the value named ``∂u/∂x``; indices of x follow as those of any value do."""
        token = parts[0]
        (above, *places), (below,) = (side.rstrip("]").split("[") for side in token.replace("∂", "").split("/"))
        start, end = token.start_pos, token.end_pos
        name = Syntax("name", f"∂{canonical_name(above)}/∂{canonical_name(below)}", (), start, end)
        letters = [
            Syntax("number" if letter.isdigit() else "name", letter.strip(), (), start, end)
            for each in places
            for letter in each.split(",")
        ]
        return Syntax("index", "", (name, *letters), start, end) if letters else name

    def infix(self, parts: Children) -> Syntax:
        """``a + b``; raises `Mistake` where a division can be read in two ways."""
        left, token, right = parts
        value = CANONICAL.get(token, str(token))
        if value == "/" and is_scaled(right):
            number, factor = unsigned(right).children
            hint = "write `{0}/({1})` or `{0}/{2}*{3}`"
            pieces = [span_of(left), span_of(right), Span(right.start, number.end), span_of(factor)]
            raise Mistake("A division by `{1}` can be read in two ways.", hint, [span_of(right)], pieces)
        if token == "." and left.kind == "number" and left.end - left.start == len(left.value):
            hint = "write `{0}*{1}` or `{0}{1}`; a decimal fraction has digits after its point"
            raise Mistake(
                "A number has no dot product.", hint, [Span(left.start, token.end_pos)], [span_of(left), span_of(right)]
            )
        return Syntax("infix", value, (left, right), left.start, right.end, _at(token))

    def scaled(self, parts: Children) -> Syntax:
        """``2x``; raises `Mistake` where two numbers stand side by side."""
        token, factor = parts
        number = self.number([token])
        if leftmost(factor).kind == "number":
            raise Mistake(
                "Two numbers stand side by side: `{0}` and `{1}`.",
                "write `{0}*{1}`, or `{0}, {1}` for two entries of `[…]`",
                [Span(number.start, leftmost(factor).end)],
                [span_of(number), span_of(leftmost(factor))],
            )
        at = Syntax("operator", "", (), number.end, number.end)
        return Syntax("infix", "*", (number, factor), number.start, factor.end, (("at", at),))

    def prefix(self, parts: Children) -> Syntax:
        """``-a``."""
        sign, operand = parts
        return Syntax("prefix", CANONICAL.get(sign, str(sign)), (operand,), sign.start_pos, operand.end, _at(sign))

    def transpose(self, parts: Children) -> Syntax:
        """``A'``."""
        operand, token = parts
        return Syntax("transpose", "", (operand,), operand.start, token.end_pos, _at(token))

    def superscript(self, parts: Children) -> Syntax:
        """``x²``."""
        base, token = parts
        digits = unicodedata.normalize("NFKC", token)
        start, end = token.start_pos, token.end_pos
        exponent = Syntax("number", digits.lstrip("−"), (), end - len(digits.lstrip("−")), end)
        if digits.startswith("−"):
            sign = Syntax("operator", "⁻", (), start, start + 1)
            exponent = Syntax("prefix", "-", (exponent,), start, end, (("at", sign),))
        return Syntax("infix", "^", (base, exponent), base.start, end, _at(token))

    def index(self, parts: Children) -> Syntax:
        """``x[i]``, ``A[i,j]``."""
        base, _, *indices, close = parts
        if base.kind == "index" and base.children[0].value[:1] == "∂":
            return base._replace(children=(*base.children, *indices), end=close.end_pos)
        return Syntax("index", "", (base, *indices), base.start, close.end_pos)

    def slice(self, parts: Children) -> Syntax:
        """``2..n``."""
        return Syntax("slice", "", tuple(parts), parts[0].start, parts[-1].end)

    def whole(self, parts: Children) -> Syntax:
        """``:``, a whole axis."""
        return Syntax("slice", "", (), parts[0].start_pos, parts[0].end_pos)

    def number(self, parts: Children) -> Syntax:
        """A number as it is typed."""
        token = parts[0]
        return Syntax("number", str(token), (), token.start_pos, token.end_pos)

    def name(self, parts: Children) -> Syntax:
        """A name in its one spelling."""
        return name_of(parts[0])

    def fit(self, parts: Children) -> Syntax:
        """``1⃗`` or ``0⃗``, of the size that fits."""
        value = "ones" if parts[0][0] == "1" else "zeros"
        return Syntax("fit", value, (), parts[0].start_pos, parts[0].end_pos)

    def group(self, parts: Children) -> Syntax:
        """What is in parentheses, with the place of these."""
        opener, node, close = parts
        return Syntax(node.kind, node.value, node.children, opener.start_pos, close.end_pos, node.options)

    def call(self, parts: Children) -> Syntax:
        """``f(a, b, axis=0)``; raises Problem where a keyword is given twice, or before a plain argument."""
        function, _, *arguments, close = parts
        positional: list[Syntax] = []
        options: dict[str, Syntax] = {}
        for argument in arguments:
            if isinstance(argument, Syntax):
                if options:
                    raise Problem(
                        "A plain argument follows a named one.", [span_of(argument)], "put the named ones last"
                    )
                positional.append(argument)
            else:
                key = name_of(argument[0])
                if key.value in options:
                    raise Problem(f"`{key.value}=` is given twice.", [span_of(key)], "keep one of the two")
                options[key.value] = argument[1]
        name = name_of(function)
        return Syntax("call", name.value, tuple(positional), name.start, close.end_pos, tuple(options.items()))

    def derived(self, parts: Children) -> Syntax:
        """``f'(x)``, ``∂₁f(x, y)``: a call with what it is differentiated by, a prime each or the places."""
        function, *rest = parts
        text = function.rstrip("'’′")
        places = re.match(r"∂([₁-₉1-9]+)", text)
        marks = unicodedata.normalize("NFKC", places.group(1)) if places else "'" * (len(function) - len(text))
        start = function.start_pos + (places.end() if places else 0)
        name = Token("NAME", text[places.end() :] if places else text, start, end_pos=start + len(text))
        made = self.call([name, *rest])
        derivative = Syntax("text", marks, (), function.start_pos, function.end_pos)
        return made._replace(start=function.start_pos, options=(*made.options, ("derivative", derivative)))

    def loop(self, parts: Children) -> list[Syntax]:
        """``for i in 1..N``."""
        return [name_of(parts[1]), *parts[2].children]

    def comprehension(self, parts: Children) -> Syntax:
        """``sum(E for i in 1..N)``; raises Problem for functions other than sum and mean."""
        function, _, body, *loops, close = parts
        name = name_of(function)
        if not any(operator.shape is reduction for operator in CALLS.get(name.value, ())):
            message = f"`{function}` does not take a loop; a sum, a mean, a product, the largest or the least does."
            raise Problem(message, [span_of(function)], "write `sum(E for i in 1..N)` or `prod(E for i in 1..N)`")
        seen: dict[str, Syntax] = {}
        for variable, _, _ in loops:
            if variable.value in seen:
                spans = [span_of(seen[variable.value]), span_of(variable)]
                raise Problem(f"Two loops share the variable `{variable.value}`.", spans, "rename one of them")
            seen[variable.value] = variable
        result: Syntax = body
        for loop in reversed(loops):
            result = Syntax("comprehension", name.value, (result, *loop), name.start, close.end_pos)
        return result

    def row(self, parts: Children) -> Children:
        """The entries of a row."""
        return parts

    def stack(self, parts: Children) -> Syntax:
        """``[a; b]``, ``[a, b; c, d]``; raises Problem for brackets within brackets."""
        opener, *rows, close = parts
        start, end = opener.start_pos, close.end_pos
        single = len(rows) == 1
        entries = rows[0] if single else [row[0] for row in rows]
        nested = all(is_row(entry) for entry in entries) and (single or all(len(row) == 1 for row in rows))
        if nested and not single:
            hint = "write `[a, b; c, d]` for a matrix, `[a; b; c; d]` for a vector"
            raise Problem("Bracketed rows are separated by commas.", [Span(start, end)], hint)
        if nested:
            children = tuple(Syntax("row", "", entry.children, entry.start, entry.end) for entry in entries)
            return matrix_of_rows(children, start, end)
        if single or all(len(row) == 1 for row in rows):
            at = (("at", Syntax("operator", "[", (), start, start + 1)),)
            return Syntax("stack", "," if single else ";", tuple(entries), start, end, at)
        lines = (Syntax("row", "", tuple(row), row[0].start, row[-1].end) for row in rows)
        return matrix_of_rows(tuple(lines), start, end)

    def case(self, parts: Children) -> list[Syntax]:
        """A value and its condition."""
        return [part for part in parts if isinstance(part, Syntax)]

    def cases(self, parts: Children) -> Syntax:
        """``{a if c; b}``; raises Problem where a case has no condition."""
        opener, *cases, close = parts
        hint = "write `{a if c; b if d; e}`"
        if len(cases) == 1 and len(cases[0]) == 1:
            hint += "; brackets that only group are round"
            raise Problem("Braces hold cases, and this has no `if`.", [span_of(opener), span_of(close)], hint)
        for case in cases[:-1]:
            if len(case) == 1:
                raise Problem("Only the last case may do without `if`.", [span_of(case[0])], hint)
        children = tuple(part for case in cases for part in case)
        return Syntax("cases", "", children, opener.start_pos, close.end_pos)
