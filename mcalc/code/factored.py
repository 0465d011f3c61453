"""Systems of one matrix by one factorization of it, of SciPy: of LU, or of Cholesky where it is positive definite."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import NamedTuple

from mcalc.code.printer import Printer, Written
from mcalc.code.signs import is_nonnegative
from mcalc.code.source import Source
from mcalc.code.values import Reference, Value
from mcalc.table.roles import INVERSE, LOG_OF_DETERMINANT
from mcalc.tree.node import Node
from mcalc.tree.properties import declared


class Factor(NamedTuple):
    """The name of a factorization, as SciPy returns it, and whether it is Cholesky's."""

    name: str
    cholesky: bool

    def solution(self, right: Source, turned: bool = False) -> Source:
        """``A⁻¹ b``, or of Aᵀ."""
        if self.cholesky:
            return Source(f"scipy.linalg.cho_solve({self.name}, {right})", rank=right.rank)
        return Source(f"scipy.linalg.lu_solve({self.name}, {right}{', trans=1' * turned})", rank=right.rank)

    def logdet(self, alias: str) -> Source:
        """``log|det A|``."""
        logarithms = f"{alias}.log({alias}.abs({alias}.diag({self.name}[0])))"
        return Source(f"{'2 * ' * self.cholesky}{alias}.sum({logarithms})", rank=0)


def solved(printer: Printer, value: Value) -> Written | None:
    """The solution of a system; None where one factorization is of no use."""
    turned, (row, summed) = value.parameters
    matrix, right = value.args
    columns = [index for index in range(value.rank) if index != row]
    if len(columns) > 1:
        return None
    factor = _factor(printer, matrix, [summed, row] if turned else [row, summed], value)
    if factor is None:
        return None
    return factor.solution(printer.full(right, [summed, *columns], value), turned), [row, *columns]


def of_square(printer: Printer, value: Value) -> Written | None:
    """The inverse, or the logarithm of the determinant; None where one factorization is of no use."""
    matrix = value.parameters[-1][0]
    batch = [index for index in range(value.rank) if index not in matrix]
    if batch or value.operation not in (INVERSE, LOG_OF_DETERMINANT):
        return None
    factor = _factor(printer, value.args[0], list(matrix), value)
    if factor is None:
        return None
    if value.operation == LOG_OF_DETERMINANT:
        return factor.logdet(printer.target.alias), ()
    size = printer.sizes.write(value.sizes[matrix[0]])
    if factor.cholesky:
        return _from_triangle(printer, factor.name, str(size)), list(matrix)
    return factor.solution(Source(str(printer.module.eye(size)), rank=2)), list(matrix)


def _from_triangle(printer: Printer, factor: str, size: str) -> Source:
    """The inverse by LAPACK's potri, which makes one triangle of it of Cholesky's: a third of the work of solving."""
    half = printer.new_name()
    printer.lines.append(f'{half} = scipy.linalg.get_lapack_funcs("potri", {factor}[:1])(*{factor})[0]')
    alias = printer.target.alias
    return Source(f"{alias}.where({alias}.tri({size}, {size}, 0, {alias}.bool_), {half}.T, {half})", rank=2)


def _factor(printer: Printer, matrix: Reference, axes: Sequence[int], value: Value) -> Factor | None:
    """The factorization of the matrix, made once; None where it would be used once, and is not of Cholesky's kind."""
    if sorted(matrix.ids) != sorted(axes):
        return None
    known = printer.factors.get(matrix.value)
    if known is not None:
        return Factor(*known)
    cholesky = _is_definite(matrix.value, printer.parameters)
    users = [one for one in printer.order if one.operation in ("solve", INVERSE, LOG_OF_DETERMINANT)]
    if not cholesky and sum(one.args[0].value == matrix.value for one in users) < 2:
        return None
    array = printer.full(Reference(matrix.value, matrix.ids), list(axes), value)
    name = printer.new_name()
    kind = "cho_factor" if cholesky else "lu_factor"
    printer.lines.append(f"{name} = scipy.linalg.{kind}({array})")
    printer.factors[matrix.value] = name, cholesky
    return Factor(name, cholesky)


def _is_definite(value: Value, parameters: Sequence[Node]) -> bool:
    """Whether the matrix is symmetric and positive definite: declared, or a sum of such and of s·I with s ≥ 0."""
    if value.operation == "variable":
        return _declared(value, "psd", parameters)
    if value.operation != "total" or value.rank != 2:
        return False
    terms = list(zip(value.weights, value.args, strict=True))
    rest = [one for one in terms if not _is_ridge(*one, parameters)]
    return bool(rest) and all(weight > 0 and _is_definite(one.value, parameters) for weight, one in rest)


def _is_ridge(weight: Fraction, one: Reference, parameters: Sequence[Node]) -> bool:
    """``s·I`` with s ≥ 0."""
    if weight <= 0 or one.value.operation != "fill" or one.value.args[0].ids:
        return False
    factor = one.value.args[0].value
    return is_nonnegative(factor) or _declared(factor, "positive", parameters)


def _declared(value: Value, word: str, parameters: Sequence[Node]) -> bool:
    """Whether it is a parameter of which that was declared."""
    node = next((one for one in parameters if value.parameters[:1] == one.parameters[:1]), None)
    return value.operation == "variable" and node is not None and any(one.name == word for one in declared(node))
