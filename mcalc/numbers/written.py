"""Numbers and arrays in mcalc's notation, exact or rounded: ``1/3 + 2sqrt(2)``, ``[1; 2]``, ``[1, 2; 3, 4]``."""

from __future__ import annotations

import re
from collections.abc import Sequence

import sympy
from sympy.core.expr import Expr
from sympy.core.singleton import S

from mcalc.notation.boxes import Box, Decimal, Grid, Name, Row, Sign
from mcalc.notation.of_numbers import DIGITS
from mcalc.notation.writing import box_of
from mcalc.notation.writing import written as set_in
from mcalc.numbers.arrays import array_module as np
from mcalc.numbers.decimals import decimal
from mcalc.table import CALLS
from mcalc.table.records import Array
from mcalc.table.roles import ABSOLUTE
from mcalc.table.sentences import Formula
from mcalc.tree import build
from mcalc.tree.node import Node
from mcalc.tree.operations import exponential, root

UNIT = "i = sqrt(-1)"
MOST_SHOWN, _ENDS, _LONGEST_EXACT = 60, 3, 160


def node_of(number: Expr) -> Node:
    """An exact number as a value of the language; raises ValueError where it has no notation there."""
    if number.is_Rational:
        return build.number(number)
    if number is S.Pi:
        return build.apply("pi")
    if number is S.ImaginaryUnit:
        return build.variable("i")
    if number is S.Exp1:
        return exponential(build.number(1))
    if number.is_Add:
        terms = sorted(number.args, key=_place)
        return build.apply("add", *map(node_of, terms))
    if number.is_Mul:
        coefficient, rest = number.as_coeff_Mul()
        if coefficient.is_Rational:
            return build.scaled(coefficient, [_power(factor) for factor in _factors(rest)], None)
    if number.is_Pow:
        return build.scaled(S.One, [_power(number)], None)
    name = ABSOLUTE if isinstance(number, sympy.Abs) else type(number).__name__
    if name in CALLS and number.args:
        return build.apply(CALLS[name][0].name, *map(node_of, number.args))
    raise ValueError(f"{number} has no notation")


def _place(term: Expr) -> tuple[bool, bool, bool]:
    return bool(term.has(S.ImaginaryUnit)), bool(term.could_extract_minus_sign()), not term.is_Rational


def _factors(product: Expr) -> list[Expr]:
    """The factors, numbers before roots before what is imaginary."""
    return sorted(sympy.Mul.make_args(product), key=lambda factor: (factor is S.ImaginaryUnit, not factor.is_Pow))


def _power(factor: Expr) -> tuple[Node, Expr]:
    if factor is S.ImaginaryUnit:
        return node_of(factor), S.One
    base, exponent = factor.as_base_exp()
    if base is S.Exp1:
        return exponential(node_of(exponent)), S.One
    if not exponent.is_Rational:
        return build.apply("power", node_of(base), node_of(exponent)), S.One
    if exponent < 0:
        return (root(node_of(base)), S.NegativeOne) if exponent == -S.Half else (node_of(base), exponent)
    return node_of(base), exponent


def written(array: Array, shape: Sequence[int], dialect: str = "text", digits: int | None = None) -> str:
    """A scalar, a column ``[a; b]``, a row ``[a, b]ᵀ`` or a matrix ``[a, b; c, d]``; a long one with its ends alone."""
    return set_in(box(array, shape, digits), dialect)


def rounded(value: Array | float, digits: int = DIGITS) -> Formula:
    """A number in a sentence, rounded."""
    return Formula(decimal(value, digits), box=_entry(value, digits))


def exact(number: Expr, dialect: str, rounded: bool) -> str:
    """The exact value, where there is one that is worth reading; the decimals stand for a rounded one."""
    if number.exact is None or rounded or len(number.shape) > 2:
        return ""
    try:
        text = written(number.exact, number.shape, dialect)
    except ValueError:
        return ""
    return text if dialect not in ("text", "ascii") or len(text) <= _LONGEST_EXACT else ""


def box(array: Array, shape: Sequence[int], digits: int | None = None) -> Box:
    """A scalar, a column, a row or a matrix as boxes, rounded to so many digits; a long one with its ends alone."""
    shape = tuple(shape)
    if all(size == 1 for size in shape):
        return _entry(np.ravel(np.asarray(array))[0], digits)
    rows, columns = shape if len(shape) == 2 else (shape[0], 1)
    table = np.asarray(array).reshape(rows, columns)
    down, across = (_kept(size) if table.size > MOST_SHOWN else list(range(size)) for size in (rows, columns))
    cells = tuple(tuple(_dots_or(table, row, column, digits) for column in across) for row in down)
    return Grid(cells, "numbers")


def _kept(size: int) -> list[int]:
    """Which of many are shown: the first, dots, the last."""
    ends = list(range(size))
    return ends if size <= 2 * _ENDS else [*ends[:_ENDS], -1, *ends[-_ENDS:]]


def _dots_or(table: Array, row: int, column: int, digits: int | None) -> Box:
    if row < 0 or column < 0:
        return Sign("aslant" if row == column else "down" if row < 0 else "across")
    return _entry(table[row, column], digits)


_COMPLEX = re.compile(r"(?P<real>.*?)(?P<join>(?:^| )[+-]? ?)(?P<digits>[\d.]+(?:e[+-]?\d+)?)?i")


def _entry(entry: Expr, digits: int | None) -> Box:
    if digits is None:
        return box_of(node_of(entry))
    text = decimal(entry, digits)
    found = _COMPLEX.fullmatch(text) if text.endswith("i") else None
    if found is None:
        return _signed(text)
    size, unit = found["digits"], Name("i")
    imaginary = unit if size is None else Row("product", (Decimal(size), unit), ("", "scalar"), (0, 0))
    join = "minus" if "-" in found["join"] else "plus"
    if not found["real"]:
        return Row("sum", (imaginary,), ("minus",), (0,)) if join == "minus" else imaginary
    return Row("sum", (_signed(found["real"].strip()), imaginary), ("", join), (0, 0))


def _signed(text: str) -> Box:
    plain = text.removeprefix("-")
    box: Box = Sign("infinity") if plain == "inf" else Decimal(plain)
    return Row("sum", (box,), ("minus",), (0,)) if text.startswith("-") else box
