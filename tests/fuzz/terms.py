"""Expressions of the fuzz's own, and how a user types them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from math import prod

COMPARISON, SUM, PRODUCT, NEGATION, DOT, POWER, POSTFIX, ATOM = 10, 20, 30, 35, 40, 50, 60, 100
COMPARISONS = {"greater": ">", "less": "<", "greater_equal": ">=", "less_equal": "<="}
INFIX = {"multiply": "*", "divide": "/", "matmul": "@", "outer": "@"}
Shape = tuple[str, ...]


@dataclass(frozen=True)
class Term:
    """An operator of the table applied to terms.

    `data` holds what is no term: a name, a number, an axis, places, sizes; `spelled` is how it is typed where there
    are several ways. A shape is of texts: ``("m", "n")``, ``("n + 1",)``; a row is ``("1", "n")``.
    """

    kind: str
    args: tuple[Term, ...] = ()
    data: tuple[str, ...] = ()
    shape: Shape = ()
    spelled: str = ""

    def walk(self) -> Iterator[Term]:
        yield self
        for arg in self.args:
            yield from arg.walk()

    @property
    def is_call(self) -> bool:
        """Whether it is typed as a call where it has a sign as well."""
        return self.spelled.isascii() and self.spelled.isalpha()

    @property
    def is_row(self) -> bool:
        return len(self.shape) == 2 and self.shape[0] == "1"


@dataclass(frozen=True)
class Declared:
    """A variable's shape, and the property declared of it."""

    shape: Shape
    word: str = ""

    def __str__(self) -> str:
        sizes = ",".join(size.replace(" ", "") for size in self.shape) or "scalar"
        return sizes + (f":{self.word}" if self.word else "")


@dataclass(frozen=True)
class Program:
    """Definitions, the value, what is declared, and the size that each dimension has at the point."""

    definitions: tuple[tuple[str, Term], ...]
    value: Term
    declared: dict[str, Declared]
    sizes: dict[str, int]
    positive: bool = False

    def text(self) -> str:
        lines = [f"{name} = {write(term)[0]}" for name, term in self.definitions]
        return "; ".join([*lines, write(self.value)[0]])

    def terms(self) -> Iterator[Term]:
        for _, term in self.definitions:
            yield from term.walk()
        yield from self.value.walk()

    def kinds(self) -> set[str]:
        return {named(term) for term in self.terms()}

    def used(self) -> list[str]:
        """The variables, in order of first appearance."""
        names = [term.data[0] for term in self.terms() if term.kind == "variable"]
        return [name for name in dict.fromkeys(names) if name in self.declared]

    def trimmed(self) -> Program:
        """Without definitions and declarations that nothing uses."""
        definitions = self.definitions
        while True:
            program = replace(self, definitions=definitions)
            named_terms = {term.data[0] for term in program.terms() if term.kind == "variable"}
            kept = tuple(one for one in definitions if one[0] in named_terms)
            if kept == definitions:
                break
            definitions = kept
        return replace(program, declared={name: self.declared[name] for name in program.used()})

    def is_spoken(self) -> bool:
        """Whether each dimension that is used as a number is declared of a variable: else its name is read by habit."""
        sizes = " ".join(size for one in self.declared.values() for size in one.shape)
        spoken = set(re.findall(r"[^\W\d]\w*", sizes))
        return all(term.data[0] in spoken for term in self.terms() if term.kind == "dimension")

    def length(self) -> int:
        return sum(1 for _ in self.terms())


def named(term: Term) -> str:
    """The operator, told apart where it works along an axis."""
    return f"{term.kind} axis={term.data[0]}" if term.data[:1] in (("0",), ("1",)) and term.args else term.kind


def whole(size: str, sizes: dict[str, int]) -> int:
    """A dimension in numbers: ``n + 1`` is 4 where n is 3."""
    return sum(
        prod(int(factor) if factor.strip().isdigit() else sizes[factor.strip()] for factor in part.split("*"))
        for part in size.split("+")
    )


def times(one: str, other: str) -> str:
    """The product of two dimensions, without brackets: ``k + d`` and ``n`` give ``k*n + d*n``."""
    return " + ".join(f"{a}*{b}" for a in one.split(" + ") for b in other.split(" + "))


# How it is typed ---------------------------------------------------------------------------------------------------


def write(term: Term) -> tuple[str, int]:
    """The text of a term and how tightly it binds."""
    kind, data, args = term.kind, term.data, term.args
    if kind in ("variable", "number", "dimension", "loop_index"):
        return data[0], ATOM
    if kind == "pi":
        return "pi", ATOM
    if kind in ("ones", "zeros", "eye", "unit", "repeat", "tile", "commutation"):
        return term.spelled or f"{kind}({', '.join(data)})", ATOM
    if kind == "delta":
        return f"delta[{','.join(data)}]", POSTFIX
    if kind == "add":
        return _sum(term), SUM
    if kind == "negative":
        return "-" + within(args[0], DOT), NEGATION
    if term.spelled == "scaled" and not (factor := within(args[1], DOT))[0].isdigit():
        return args[0].data[0] + factor, NEGATION
    if kind in ("multiply", "divide", "matmul", "outer") and (term.spelled == "scaled" or not term.is_call):
        return _product(term), PRODUCT
    if kind == "dot" and not term.is_call:
        return (term.spelled or ".").join(within(arg, POWER) for arg in args), DOT
    if kind in COMPARISONS:
        return f" {term.spelled or COMPARISONS[kind]} ".join(within(arg, SUM) for arg in args), COMPARISON
    if kind == "power" and not term.is_call:
        return _power(term)
    if kind == "transpose" and not term.is_call:
        return within(args[0], POSTFIX) + (term.spelled or "'"), POSTFIX
    if kind == "element":
        return f"{within(args[0], POSTFIX)}[{','.join(data)}]", POSTFIX
    if kind in ("stack", "stack_rows"):
        return f"[{'; '.join(write(arg)[0] for arg in args)}]", ATOM
    if kind == "grid":
        rows, columns = map(int, data)
        cells = [write(arg)[0] for arg in args]
        return "[" + "; ".join(", ".join(cells[row * columns :][:columns]) for row in range(rows)) + "]", ATOM
    if kind == "loop_sum":
        letter, size = data
        return f"{term.spelled or 'sum'}({write(args[0])[0]} for {letter} in 1..{size})", ATOM
    if kind == "where" and term.spelled == "cases":
        condition, one, other = (write(arg)[0] for arg in args)
        return f"{{{one} if {condition}; {other} otherwise}}", ATOM
    axis = [f"axis={data[0]}"] if data else []
    return f"{term.spelled or kind}({', '.join([*(write(arg)[0] for arg in args), *axis])})", ATOM


def within(term: Term, least: int) -> str:
    text, level = write(term)
    return text if level >= least else f"({text})"


def _sum(term: Term) -> str:
    text = within(term.args[0], PRODUCT)
    for arg in term.args[1:]:
        if arg.kind == "negative":
            text += " - " + within(arg.args[0], PRODUCT)
        else:
            text += " + " + within(arg, PRODUCT)
    return text


def _product(term: Term) -> str:
    sign = INFIX[term.kind] if term.spelled in ("", "scaled") else term.spelled
    if sign == "*" and any(arg.kind in ("transpose", "inv") and not arg.is_row for arg in term.args):
        sign = "⊗"
    sign = sign if sign == "@" else f" {sign} "
    args = term.args
    if term.kind == "outer":
        args = (args[0], Term("transpose", (args[1],)))
    return sign.join([within(args[0], PRODUCT), *(within(arg, DOT) for arg in args[1:])])


_RAISED = "⁰¹²³⁴⁵⁶⁷⁸⁹"


def _power(term: Term) -> tuple[str, int]:
    base, exponent = term.args
    left = within(base, POSTFIX)
    if term.spelled == "²":
        left = f"({left})" if left[-1] in _RAISED else left
        return left + _RAISED[int(exponent.data[0])], POSTFIX
    return f"{left}{term.spelled or '^'}{within(exponent, POSTFIX)}", POWER
