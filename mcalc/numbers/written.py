"""Numbers and arrays in mcalc's notation, exact or rounded: ``1/3 + 2sqrt(2)``, ``[1; 2]``, ``[1, 2; 3, 4]``."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import sympy
from sympy.core.singleton import S

from mcalc.notation.writing import write
from mcalc.numbers.arrays import array_module as np
from mcalc.numbers.decimals import decimal
from mcalc.table import CALLS
from mcalc.tree import build
from mcalc.tree.node import Node
from mcalc.tree.operations import exponential, root

UNIT = "i = sqrt(-1)"
MOST_SHOWN, MOST_IN_LINE, _ENDS = 60, 100, 3


def node_of(number: Any) -> Node:
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
    name = "abs" if isinstance(number, sympy.Abs) else type(number).__name__
    if name in CALLS and number.args:
        return build.apply(CALLS[name][0].name, *map(node_of, number.args))
    raise ValueError(f"{number} has no notation")


def _place(term: Any) -> tuple[bool, bool, bool]:
    return bool(term.has(S.ImaginaryUnit)), bool(term.could_extract_minus_sign()), not term.is_Rational


def _factors(product: Any) -> list[Any]:
    """The factors, numbers before roots before what is imaginary."""
    return sorted(sympy.Mul.make_args(product), key=lambda factor: (factor is S.ImaginaryUnit, not factor.is_Pow))


def _power(factor: Any) -> tuple[Node, Any]:
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


def cells(array: Any, dialect: str, digits: int | None) -> list[str]:
    """Every entry as text: rounded to so many digits, or exact where that is None."""
    entries = list(np.ravel(np.asarray(array)))
    if digits is None:
        return [write(node_of(entry), dialect) for entry in entries]
    shown = [decimal(entry, digits) for entry in entries]
    if dialect == "text":
        return [text.replace("e-", "e~").replace("-", "−").replace("e~", "e-") for text in shown]
    return [_power_of_ten(text) for text in shown] if dialect == "latex" else shown


def _power_of_ten(text: str) -> str:
    number, mark, exponent = text.partition("e")
    return rf"{number} \cdot 10^{{{int(exponent)}}}" if mark and not exponent.endswith("i") else text


def written(array: Any, shape: Sequence[int], dialect: str = "text", digits: int | None = None) -> str:
    """A scalar, a column ``[a; b]``, a row ``[a, b]ᵀ`` or a matrix ``[a, b; c, d]``; a long one with its ends alone."""
    shape = tuple(shape)
    if all(size == 1 for size in shape):
        return cells(array, dialect, digits)[0]
    rows, columns = shape if len(shape) == 2 else (shape[0], 1)
    table = np.asarray(array).reshape(rows, columns)
    parts = [cells(table[row], dialect, digits) for row in range(rows)] if table.size <= MOST_SHOWN else []
    parts = parts or _ends(table, lambda row: _ends(row, lambda one: cells(one, dialect, digits)[0], dialect), dialect)
    if dialect == "latex":
        return r"\begin{bmatrix}" + r" \\ ".join(" & ".join(row) for row in parts) + r"\end{bmatrix}"
    if rows == 1:
        return f"[{', '.join(parts[0])}]" + ("'" if dialect == "ascii" else "ᵀ")
    line = f"[{'; '.join(', '.join(row) for row in parts)}]"
    if columns == 1 or len(line) <= MOST_IN_LINE:
        return line
    widths = [max(len(row[column]) for row in parts) for column in range(len(parts[0]))]
    lines = [", ".join(cell.rjust(wide) for cell, wide in zip(row, widths, strict=True)) for row in parts]
    return "[" + ";\n ".join(lines) + "]"


def _ends(items: Any, show: Callable[[Any], Any], dialect: str) -> list[Any]:
    """The first and last of many, and dots between them."""
    if len(items) <= 2 * _ENDS:
        return [show(item) for item in items]
    first, last = [show(item) for item in items[:_ENDS]], [show(item) for item in items[-_ENDS:]]
    dots: Any = {"text": "…", "latex": r"\cdots"}.get(dialect, "...")
    if isinstance(first[0], list):
        dots = [dots] * len(first[0])
    return [*first, dots, *last]
