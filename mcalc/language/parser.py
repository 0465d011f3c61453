"""parse: the text of a program to a tree of Syntax nodes, or a Problem that says what to write."""

from __future__ import annotations

import functools
import os
import re
import unicodedata
from collections.abc import Collection
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple, cast

from lark import Lark, Token, Transformer
from lark.exceptions import UnexpectedInput

from mcalc.language.mistakes import Mistake, explain
from mcalc.language.spelling import canonical_name, check_letters, own_name, prepare, typography
from mcalc.language.syntax import (
    Program,
    Syntax,
    bind,
    is_row,
    is_scaled,
    leftmost,
    matrix_of_rows,
    spelled_alike,
    unsigned,
)
from mcalc.problems import Problem, Span

__all__ = ["Program", "Syntax", "canonical_name", "own_name", "parse", "parse_expression"]

_NAME = re.compile(r"[^\W\d_²³¹⁰⁴-⁹ᵀ₀-₉](?:[^\W²³¹⁰⁴-⁹ᵀ]+|[\u0300-\u036f])*")
CANONICAL = {"⊗": "*", "⊙": "*", ".*": "*", "⊘": "/", "./": "/", "·": ".", "⋅": ".", "**": "^", ".^": "^"}
CANONICAL |= {"≥": ">=", "≤": "<=", "−": "-"}


class _Equation(NamedTuple):
    left: Token
    value: Syntax


def parse(source: str, declared: Collection[str] = (), known: Collection[str] = ()) -> Program:
    """The program in the text; where `T` is declared, `x.T` is no transpose.

    Names are spelled as those declared and known are, ``x1`` as ``x_1``, else as they are first. Raises Problem.
    """
    try:
        text = prepare(source)
        try:
            statements = cast(list[Syntax], _grammar("T" in declared).parse(text))
        except UnexpectedInput as error:
            explain(text, error)
        except Mistake as mistake:
            raise mistake.problem(text) from None
        typed = list(dict.fromkeys(_NAME.findall(text)))
        program = spelled_alike(_program(statements, source), typed, (*declared, *known))
        return program if text.isascii() else replace(program, notes=typography(typed))
    except Problem as problem:
        raise problem.with_source(source) from None


def parse_expression(source: str) -> Syntax:
    """The one expression in the text; raises Problem."""
    program = parse(source)
    if program.bindings:
        message = "One expression is expected here, without definitions."
        raise Problem(message, [program.bindings[0][2]], source=source)
    return program.value


@functools.cache
def _grammar(named: bool) -> Lark:
    """The grammar's tables, `named`: with T as a name; kept beside the compiled bytecode, where Python keeps it."""
    here = Path(__file__)
    text = here.with_name("grammar.lark").read_text(encoding="utf-8")
    if named:
        text = re.sub(r"^TRANSPOSE.*$", "TRANSPOSE.3: /['’′ᵀ]/", text, flags=re.MULTILINE)
    compiled = here.with_name("__pycache__")
    tables = str(compiled / f"grammar{'_named' * named}.tables") if os.access(compiled, os.W_OK) else False
    return Lark(text, parser="lalr", maybe_placeholders=False, transformer=_Builder(), cache=tables)


def _span(node: Syntax | Token, label: str = "") -> Span:
    if isinstance(node, Token):
        return Span(node.start_pos or 0, node.end_pos or 0, label)
    return Span(node.start, node.end, label)


def _at(token: Token) -> tuple[tuple[str, Syntax]]:
    return (("at", Syntax("operator", str(token), (), token.start_pos or 0, token.end_pos or 0)),)


def _name(token: Token) -> Syntax:
    text = str(token)
    span = _span(token)
    if not text.isascii():
        check_letters(text, span)
    return Syntax("name", canonical_name(text), (), span.start, span.end)


class _Builder(Transformer[Token, Any]):
    """Syntax from the grammar's rules, one method a rule; called as each rule is complete."""

    def start(self, parts: list[Any]) -> list[Any]:
        return parts

    def definition(self, parts: list[Any]) -> tuple[Token, Syntax]:
        return parts[0], parts[2]

    def equation(self, parts: list[Any]) -> _Equation:
        left, sign, value = parts
        if left.type == "NAME" and not re.match(r"d\w", left):
            hint = f"write the value alone; `d{left} {sign} …` is a differential"
            raise Problem(f"`{left} {sign}` is no left side.", [Span(left.start_pos or 0, sign.end_pos)], hint)
        return _Equation(left, value)

    def partial(self, parts: list[Any]) -> Syntax:
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

    def infix(self, parts: list[Any]) -> Syntax:
        left, token, right = parts
        value = CANONICAL.get(token, str(token))
        if value == "/" and is_scaled(right):
            number, factor = unsigned(right).children
            hint = "write `{0}/({1})` or `{0}/{2}*{3}`"
            pieces = [_span(left), _span(right), Span(right.start, number.end), _span(factor)]
            raise Mistake("A division by `{1}` can be read in two ways.", hint, [_span(right)], pieces)
        if token == "." and left.kind == "number" and left.end - left.start == len(left.value):
            hint = "write `{0}*{1}` or `{0}{1}`; a decimal fraction has digits after its point"
            raise Mistake(
                "A number has no dot product.", hint, [Span(left.start, token.end_pos)], [_span(left), _span(right)]
            )
        return Syntax("infix", value, (left, right), left.start, right.end, _at(token))

    def scaled(self, parts: list[Any]) -> Syntax:
        token, factor = parts
        number = self.number([token])
        if leftmost(factor).kind == "number":
            raise Mistake(
                "Two numbers stand side by side: `{0}` and `{1}`.",
                "write `{0}*{1}`, or `{0}, {1}` for two entries of `[…]`",
                [Span(number.start, leftmost(factor).end)],
                [_span(number), _span(leftmost(factor))],
            )
        at = Syntax("operator", "", (), number.end, number.end)
        return Syntax("infix", "*", (number, factor), number.start, factor.end, (("at", at),))

    def prefix(self, parts: list[Any]) -> Syntax:
        sign, operand = parts
        return Syntax("prefix", CANONICAL.get(sign, str(sign)), (operand,), sign.start_pos, operand.end, _at(sign))

    def transpose(self, parts: list[Any]) -> Syntax:
        operand, token = parts
        return Syntax("transpose", "", (operand,), operand.start, token.end_pos, _at(token))

    def superscript(self, parts: list[Any]) -> Syntax:
        base, token = parts
        digits = unicodedata.normalize("NFKC", token)
        start, end = token.start_pos, token.end_pos
        exponent = Syntax("number", digits.lstrip("−"), (), end - len(digits.lstrip("−")), end)
        if digits.startswith("−"):
            sign = Syntax("operator", "⁻", (), start, start + 1)
            exponent = Syntax("prefix", "-", (exponent,), start, end, (("at", sign),))
        return Syntax("infix", "^", (base, exponent), base.start, end, _at(token))

    def index(self, parts: list[Any]) -> Syntax:
        base, _, *indices, close = parts
        if base.kind == "index" and base.children[0].value[:1] == "∂":
            return base._replace(children=(*base.children, *indices), end=close.end_pos)
        return Syntax("index", "", (base, *indices), base.start, close.end_pos)

    def slice(self, parts: list[Any]) -> Syntax:
        return Syntax("slice", "", tuple(parts), parts[0].start, parts[-1].end)

    def whole(self, parts: list[Any]) -> Syntax:
        return Syntax("slice", "", (), parts[0].start_pos, parts[0].end_pos)

    def number(self, parts: list[Any]) -> Syntax:
        token = parts[0]
        return Syntax("number", str(token), (), token.start_pos, token.end_pos)

    def name(self, parts: list[Any]) -> Syntax:
        return _name(parts[0])

    def fit(self, parts: list[Any]) -> Syntax:
        value = "ones" if parts[0][0] == "1" else "zeros"
        return Syntax("fit", value, (), parts[0].start_pos, parts[0].end_pos)

    def group(self, parts: list[Any]) -> Syntax:
        opener, node, close = parts
        return Syntax(node.kind, node.value, node.children, opener.start_pos, close.end_pos, node.options)

    def call(self, parts: list[Any]) -> Syntax:
        function, _, *arguments, close = parts
        positional: list[Syntax] = []
        options: dict[str, Syntax] = {}
        for argument in arguments:
            if isinstance(argument, Syntax):
                if options:
                    raise Problem("A plain argument follows a named one.", [_span(argument)], "put the named ones last")
                positional.append(argument)
            else:
                key = _name(argument[0])
                if key.value in options:
                    raise Problem(f"`{key.value}=` is given twice.", [_span(key)], "keep one of the two")
                options[key.value] = argument[1]
        name = _name(function)
        return Syntax("call", name.value, tuple(positional), name.start, close.end_pos, tuple(options.items()))

    def derived(self, parts: list[Any]) -> Syntax:
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

    def loop(self, parts: list[Any]) -> list[Syntax]:
        return [_name(parts[1]), *parts[2].children]

    def comprehension(self, parts: list[Any]) -> Syntax:
        function, _, body, *loops, close = parts
        name = _name(function)
        if name.value not in ("sum", "mean"):
            message = f"`{function}` does not take a loop; only `sum` and `mean` do."
            raise Problem(message, [_span(function)], "write `sum(E for i in 1..N)` or `mean(E for i in 1..N)`")
        seen: dict[str, Syntax] = {}
        for variable, _, _ in loops:
            if variable.value in seen:
                spans = [_span(seen[variable.value]), _span(variable)]
                raise Problem(f"Two loops share the variable `{variable.value}`.", spans, "rename one of them")
            seen[variable.value] = variable
        result: Syntax = body
        for loop in reversed(loops):
            result = Syntax("comprehension", name.value, (result, *loop), name.start, close.end_pos)
        return result

    def row(self, parts: list[Any]) -> list[Any]:
        return parts

    def stack(self, parts: list[Any]) -> Syntax:
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

    def case(self, parts: list[Any]) -> list[Syntax]:
        return [part for part in parts if isinstance(part, Syntax)]

    def cases(self, parts: list[Any]) -> Syntax:
        opener, *cases, close = parts
        hint = "write `{a if c; b if d; e}`"
        if len(cases) == 1 and len(cases[0]) == 1:
            hint += "; brackets that only group are round"
            raise Problem("Braces hold cases, and this has no `if`.", [_span(opener), _span(close)], hint)
        for case in cases[:-1]:
            if len(case) == 1:
                raise Problem("Only the last case may do without `if`.", [_span(case[0])], hint)
        children = tuple(part for case in cases for part in case)
        return Syntax("cases", "", children, opener.start_pos, close.end_pos)


def _program(statements: list[Any], source: str) -> Program:
    bindings: dict[str, tuple[str, Syntax, Span]] = {}
    *lines, value = statements
    left = ""
    if isinstance(value, _Equation):
        left, value = str(value.left), value.value
    for line in lines:
        if isinstance(line, Syntax | _Equation):
            line = line.value if isinstance(line, _Equation) else line
            hint = "give it a name, `u = …`; or write `[a; b]` for a vector of both"
            raise Problem("Only the last line is a value without a name.", [_span(line)], hint)
        name = _name(line[0])
        bind(bindings, name, line[1])
    if not isinstance(value, Syntax):
        name = _name(value[0])
        bind(bindings, name, value[1])
        hint = f"add the value as a last line: `; {source[name.start : name.end]}`"
        raise Problem("The text ends with a definition and has no value.", [_span(name)], hint)
    return Program(tuple(bindings.values()), value, source, left=left)
