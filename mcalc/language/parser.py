"""parse: the text of a program to a tree of Syntax nodes, or a Problem that says what to write."""

from __future__ import annotations

import functools
import re
from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import cast

from lark import Lark
from lark.exceptions import UnexpectedInput

from mcalc.language.abbreviations import written_out
from mcalc.language.builder import Builder, Equation, name_of, span_of
from mcalc.language.mistakes import Mistake, explain
from mcalc.language.spelling import canonical_name, own_name, prepare, typography
from mcalc.language.syntax import (
    Program,
    Syntax,
    bind,
    spelled_alike,
)
from mcalc.language.tables import grammar
from mcalc.problems import Problem, Span

__all__ = ["Program", "Syntax", "canonical_name", "own_name", "parse", "parse_expression"]

_NAME = re.compile(r"[^\W\d_²³¹⁰⁴-⁹ᵀ₀-₉](?:[^\W²³¹⁰⁴-⁹ᵀ]+|[\u0300-\u036f])*")


def parse(source: str, declared: Collection[str] = (), known: Collection[str] = ()) -> Program:
    """The program in the text; where `T` is declared, `x.T` is no transpose.

    Names are spelled as those declared and known are, ``x1`` as ``x_1``, else as they are first. Raises Problem.
    """
    try:
        text = prepare(source)
        try:
            statements = _statements(text, "T" in declared)
        except UnexpectedInput as error:
            explain(text, error)
        except Mistake as mistake:
            raise mistake.problem(text) from None
        typed = list(dict.fromkeys(_NAME.findall(text)))
        program = written_out(_program(statements, source), declared, _formula)
        program = spelled_alike(program, typed, (*declared, *known))
        return program if text.isascii() else replace(program, notes=typography(typed))
    except Problem as problem:
        raise problem.with_source(source) from None


@functools.lru_cache(32)
def _statements(text: str, named: bool) -> Sequence[Syntax]:
    """The statements of a text; one text is often asked about by one name after the other."""
    return tuple(cast(list[Syntax], _grammar(named).parse(text)))


@functools.cache
def _formula(text: str) -> Syntax:
    """The formula of an abbreviation."""
    return _statements(text, False)[0]


def parse_expression(source: str) -> Syntax:
    """The one expression in the text; raises Problem."""
    program = parse(source)
    if program.bindings:
        message = "One expression is expected here, without definitions."
        raise Problem(message, [program.bindings[0][2]], source=source)
    return program.value


@functools.cache
def _grammar(named: bool) -> Lark:
    """The parser, `named`: with T as a name."""
    return grammar(named, Builder())


def _program(statements: Sequence[Syntax], source: str) -> Program:
    bindings: dict[str, tuple[str, Syntax, Span]] = {}
    *lines, value = statements
    left = ""
    if isinstance(value, Equation):
        left, value = str(value.left), value.value
    for line in lines:
        if isinstance(line, Syntax | Equation):
            line = line.value if isinstance(line, Equation) else line
            hint = "give it a name, `u = …`; or write `[a; b]` for a vector of both"
            raise Problem("Only the last line is a value without a name.", [span_of(line)], hint)
        name = name_of(line[0])
        bind(bindings, name, line[1])
    if not isinstance(value, Syntax):
        name = name_of(value[0])
        bind(bindings, name, value[1])
        hint = f"add the value as a last line: `; {source[name.start : name.end]}`"
        raise Problem("The text ends with a definition and has no value.", [span_of(name)], hint)
    return Program(tuple(bindings.values()), value, source, left=left)
