"""A Python module that imports only SymPy and builds the answer, of MatrixSymbol, Trace, Inverse, HadamardProduct."""

from __future__ import annotations

import keyword
import re
from typing import Any

import sympy
from sympy.core.basic import Basic
from sympy.core.expr import Expr
from sympy.printing.str import StrPrinter

from mcalc.code.as_sympy import expression
from mcalc.code.sympy_operators import ENTRY
from mcalc.derivation.derivation import Derivation
from mcalc.notation.results import write_expression
from mcalc.tree.names import sizes_shown

_COMPARISONS = {">": "Gt", "<": "Lt", ">=": "Ge", "<=": "Le", "==": "Eq", "!=": "Ne"}
_CALLED = re.compile(r"(?<![\w.])([^\W\d]\w*)\(")


def write(derivation: Derivation, form: str = "sympy") -> str:
    """The symbols, and the answer by the name of the command."""
    parts = derivation.parts or (derivation,)
    found = [expression(part.in_symbols) for part in parts]
    symbols = _symbols(found)
    printer = _Printer(_names(symbols))
    value = write_expression(derivation.value, "ascii").replace("\\", "\\\\").replace('"""', r"\"\"\"")
    shapes = " and ".join(sizes_shown(part.in_symbols.shape) for part in parts)
    lines = [f'"""Derivative of {value} by {", ".join(derivation.wrt)}: {shapes}, {derivation.layout} layout."""', ""]
    lines += ["import sympy", "", *(f"{printer.names[one]} = {_declared(one, printer)}" for one in symbols)]
    name = "jacobian" if derivation.command == "explain" else derivation.command
    return "\n".join([*lines, f"{printer.free(name)} = {', '.join(map(printer.source, found))}"])


def _symbols(found: list[Any]) -> list[Any]:
    """The dimensions first, then what is made of them."""
    named = {symbol for one in found for symbol in one.free_symbols}
    named |= {symbol for one in found for total in one.atoms(sympy.Sum) for symbol in total.bound_symbols}
    if any(one.has(ENTRY, sympy.Lambda) for one in found):
        named.add(ENTRY)
    matrices = [one for one in named if one.is_Matrix]
    sizes = {symbol for one in matrices for size in one.shape for symbol in size.free_symbols}
    return sorted(named | sizes, key=lambda one: (one.is_Matrix, not one.is_integer, one.name))


def _names(symbols: list[Any]) -> dict[Any, str]:
    names: dict[Any, str] = {}
    for symbol in symbols:
        name = symbol.name if symbol.name.isidentifier() else re.sub(r"\W", "_", symbol.name)
        while name in names.values() or name == "sympy" or keyword.iskeyword(name):
            name += "_"
        names[symbol] = name
    return names


def _declared(symbol: Expr, printer: _Printer) -> str:
    if symbol.is_Matrix:
        rows, columns = map(printer.doprint, symbol.shape)
        return f'sympy.MatrixSymbol("{symbol.name}", {rows}, {columns})'
    if isinstance(symbol, sympy.Dummy):  # an index of a sum
        return f'sympy.Symbol("{symbol.name}", integer=True)'
    kind = "integer=True, positive=True" if symbol.is_integer else "real=True"
    return f'sympy.Symbol("{symbol.name}", {kind})'


class _Printer(StrPrinter):
    """Source that builds the expression again; what is called is SymPy's, as a variable is not."""

    def __init__(self, names: dict[Any, str]) -> None:
        super().__init__({"order": "none"})
        self.names = names

    def source(self, printed: Basic) -> str:
        """Of the whole: a number of Python's is made one of SymPy's."""
        if printed.is_Integer:
            return f"sympy.Integer({printed})"
        return _CALLED.sub(r"sympy.\1(", self.doprint(printed))

    def free(self, name: str) -> str:
        """The name, with a stroke behind it where SymPy's names have it."""
        return name + "_" * (name in self.names.values())

    def _called(self, printed: Basic) -> str:
        return f"{type(printed).__name__}({', '.join(map(self._print, printed.args))})"

    _print_HadamardProduct = _print_HadamardPower = _print_KroneckerProduct = _print_Trace = _called
    _print_Determinant = _print_OneMatrix = _print_ZeroMatrix = _print_Identity = _called
    _print_DiagMatrix = _print_DiagonalOf = _print_Abs = _called

    def _print_Symbol(self, printed: Basic) -> str:
        return self.names[printed]

    _print_MatrixSymbol = _print_Dummy = _print_Symbol

    def _print_Lambda(self, printed: Basic) -> str:
        """Of one entry, whatever name SymPy gave it where it joined two functions."""
        (argument,) = printed.variables
        return f"Lambda({self._print(ENTRY)}, {self._print(printed.expr.xreplace({argument: ENTRY}))})"

    def _print_Inverse(self, printed: Basic) -> str:
        return f"Inverse({self._print(printed.arg)})"

    def _print_Rational(self, printed: Basic) -> str:
        return f"Rational({printed.p}, {printed.q})"

    _print_Half = _print_Rational

    def _print_Transpose(self, printed: Basic) -> str:
        return f"Transpose({self._print(printed.arg)})"

    def _print_ElementwiseApplyFunction(self, printed: Basic) -> str:
        function, formula = printed.function, printed.function.expr
        direct = formula.is_Function and formula.args == tuple(function.variables)
        shown = f"sympy.{formula.func.__name__}" if direct else self._print(function)
        inner = self._print(printed.expr)
        return f"{inner if inner.isidentifier() else f'({inner})'}.applyfunc({shown})"

    def _print_ImmutableDenseMatrix(self, printed: Basic) -> str:
        rows = ", ".join("[" + ", ".join(map(self._print, row)) + "]" for row in printed.tolist())
        return f"ImmutableMatrix([{rows}])"

    def _print_BlockMatrix(self, printed: Basic) -> str:
        rows = ", ".join("[" + ", ".join(map(self._print, row)) + "]" for row in printed.blocks.tolist())
        return f"BlockMatrix([{rows}])"

    def _print_Relational(self, printed: Basic) -> str:
        return f"{_COMPARISONS[printed.rel_op]}({self._print(printed.lhs)}, {self._print(printed.rhs)})"

    def _constant(self, printed: Basic) -> str:
        return "sympy." + StrPrinter().doprint(printed)

    _print_Pi = _print_Exp1 = _print_Infinity = _print_NegativeInfinity = _print_NaN = _constant
    _print_ComplexInfinity = _print_ImaginaryUnit = _constant
