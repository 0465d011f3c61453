"""What SymPy builds of each operator: its own function of matrices, or the numeric meaning entry by entry."""

from __future__ import annotations

from collections.abc import Callable
from functools import reduce
from operator import add
from typing import TypeAlias

import sympy
from sympy.core.basic import Basic
from sympy.core.expr import Expr

from mcalc.code.sympy_scalars import Scalars
from mcalc.code.values import COMPARED
from mcalc.problems import Problem
from mcalc.table.records import LoopIndex, Operator, Shape, Slice
from mcalc.tree.node import Node

ENTRY = sympy.Symbol("entry", real=True)
Place: TypeAlias = "Expr | LoopIndex | Slice | None"
"""Which entries an element is of, along one axis."""


def builder(operator: Operator) -> Callable[..., Basic] | None:
    """What builds the operator of its node and of its arguments; None where its meaning entry by entry does."""
    return globals().get("_" + operator.name)


def refused(what: str, why: str = "") -> Problem:
    """SymPy has no matrix expression for this."""
    told = f"{what}, the {why}" if why and why not in what else what
    return Problem(
        f"SymPy has no matrix expression for {told}.", hint="-f numpy, -f latex and -f json have them all", status=3
    )


def _sizes(shape: Shape) -> tuple[Expr, Expr]:
    rows, columns = (*shape, sympy.S.One, sympy.S.One)[:2]
    return rows, columns


def _full(value: Basic, shape: Shape) -> Basic:
    """A scalar expanded to a matrix; a matrix as it is."""
    return value if value.is_Matrix or not shape else value * sympy.OneMatrix(*_sizes(shape))


def _ones(node: Node, *_: Basic) -> Basic:
    return sympy.OneMatrix(*_sizes(node.shape)) if node.shape else sympy.S.One


def _zeros(node: Node) -> Basic:
    return sympy.ZeroMatrix(*_sizes(node.shape)) if node.shape else sympy.S.Zero


def _eye(node: Node) -> Basic:
    return sympy.Identity(node.shape[0]) if node.shape else sympy.S.One


def _unit(node: Node) -> Basic:
    return sympy.Identity(node.shape[0])[:, _before(node.parameters[0])] if node.shape else sympy.S.One


def _variable(node: Node) -> Basic:
    name = node.parameters[0]
    return sympy.MatrixSymbol(name, *_sizes(node.shape)) if node.shape else sympy.Symbol(name, real=True)


def _number(node: Node) -> Basic:
    return node.parameters[0]


def _pi(node: Node) -> Basic:
    return sympy.pi


def _dimension(node: Node) -> Basic:
    return node.parameters[0]


# Entry by entry -----------------------------------------------------------------------------------------------------


def _entries(function: Callable[[Basic], Basic], value: Basic) -> Basic:
    """The function of every entry."""
    formula = function(ENTRY)
    direct = formula.is_Function and formula.args == (ENTRY,)
    return value.applyfunc(formula.func if direct else sympy.Lambda(ENTRY, formula))


def entry_by_entry(node: Node, *arguments: Basic) -> Basic:
    """The operator's numeric meaning, of SymPy's functions of scalars; of two arrays where they are compared alone."""
    function = node.operator.numpy
    if not node.shape:
        return function(Scalars(), *arguments)
    if len(arguments) == 1:
        return _entries(lambda entry: function(Scalars(), entry), arguments[0])
    if node.operator.name not in COMPARED:
        raise refused(f"`{node.operator.name}` of the entries of two arrays", node.operator.title)
    return _of_difference(node, *arguments)


def _of_difference(node: Node, one: Basic, other: Basic) -> Basic:
    """The operator's numeric meaning of ``a − b`` beside 0."""
    difference = _full(one, node.shape) - _full(other, node.shape)
    return _entries(lambda entry: node.operator.numpy(Scalars(), entry, sympy.S.Zero), difference)


def _add(node: Node, *terms: Basic) -> Basic:
    return reduce(add, (_full(term, node.shape) for term in terms))


def _negative(node: Node, value: Basic) -> Basic:
    return -value


def _multiply(node: Node, *factors: Basic) -> Basic:
    wide = [factor for factor in factors if factor.is_Matrix]
    scalar = sympy.Mul(*(factor for factor in factors if not factor.is_Matrix))
    return scalar * (sympy.HadamardProduct(*wide) if len(wide) > 1 else wide[0]) if wide else scalar


def _divide(node: Node, above: Basic, below: Basic) -> Basic:
    return _multiply(node, above, _power(node, below, sympy.S.NegativeOne))


def _power(node: Node, base: Basic, exponent: Basic) -> Basic:
    """Of two matrices ``exp(b⊗log(a))``: SymPy's HadamardPower of them does not turn its exponent when it is turned.

    So too where matrices stand in the exponent of a number: SymPy's own powers fail to take a factor out of their sums.
    """
    if base.is_Matrix and exponent.is_Matrix:
        return _entries(sympy.exp, sympy.HadamardProduct(exponent, _entries(sympy.log, base)))
    if base.is_Matrix:
        return sympy.HadamardPower(base, exponent)
    if exponent.is_Matrix:
        return _entries(lambda entry: base**entry, exponent)
    return sympy.exp(exponent * sympy.log(base)) if exponent.has(sympy.MatrixSymbol) else base**exponent


def _maximum(node: Node, one: Basic, other: Basic) -> Basic:
    """``max(a, b) = b + max(a − b, 0)``, and so min."""
    return (
        _of_difference(node, one, other) + _full(other, node.shape) if node.shape else entry_by_entry(node, one, other)
    )


_minimum = _maximum


def _switch(entry: Basic) -> Basic:
    return sympy.Piecewise((1, sympy.Ne(entry, 0)), (0, True))


def _where(node: Node, condition: Basic, value: Basic, other: Basic) -> Basic:
    """``c⊗a + (1 − c)⊗b``, c being 1 or 0."""
    if not node.shape:
        return sympy.Piecewise((value, sympy.Ne(condition, 0)), (other, True))
    if not node.args[0].operator.indicator:
        condition = _entries(_switch, condition) if condition.is_Matrix else _switch(condition)
    value, other = _full(value, node.shape), _full(other, node.shape)
    opposite = _full(sympy.S.One, node.shape) - condition if condition.is_Matrix else 1 - condition
    return _multiply(node, condition, value) + _multiply(node, opposite, other)


# Products and structure ---------------------------------------------------------------------------------------------


def _matmul(node: Node, *factors: Basic) -> Basic:
    return factors[0] * factors[1]


def _dot(node: Node, one: Basic, other: Basic) -> Basic:
    return one.T * other if one.is_Matrix and other.is_Matrix else one * other


def _outer(node: Node, one: Basic, other: Basic) -> Basic:
    return one * (other.T if other.is_Matrix else other)


def _transpose(node: Node, value: Basic) -> Basic:
    return value.T if value.is_Matrix else value


def _tr(node: Node, value: Basic) -> Basic:
    return sympy.Trace(value) if value.is_Matrix else value


def _inv(node: Node, value: Basic) -> Basic:
    return sympy.Inverse(value) if value.is_Matrix else 1 / value


def _det(node: Node, value: Basic) -> Basic:
    return sympy.Determinant(value) if value.is_Matrix else value


def _diag(node: Node, value: Basic) -> Basic:
    return sympy.DiagMatrix(value) if value.is_Matrix else value


def _diagonal(node: Node, value: Basic) -> Basic:
    return sympy.DiagonalOf(value) if value.is_Matrix else value


def _kron(node: Node, one: Basic, other: Basic) -> Basic:
    return sympy.KroneckerProduct(one, other) if one.is_Matrix and other.is_Matrix else one * other


def _stack(node: Node, *parts: Basic) -> Basic:
    if not any(part.is_Matrix for part in parts):
        return sympy.ImmutableMatrix(list(parts))
    return sympy.BlockMatrix([[part if part.is_Matrix else sympy.ImmutableMatrix([[part]])] for part in parts])


_stack_rows = _stack


def _grid(node: Node, *parts: Basic) -> Basic:
    rows, columns = node.parameters
    return sympy.ImmutableMatrix(rows, columns, list(parts))


def _before(place: Expr | LoopIndex) -> Expr:
    """A place counted from 1, from 0."""
    if isinstance(place, LoopIndex):
        raise refused("a sum over data")
    return place - 1


def _element(node: Node, value: Basic) -> Basic:
    def index(place: Place) -> Expr | slice:
        if place is None:
            return slice(None)
        if isinstance(place, Slice):
            return slice(place.lower - 1, place.upper)
        return _before(place)

    given = [index(place) for place in node.parameters]
    shape = node.args[0].shape
    if len(given) == 1 and len(shape) == 2 and shape[0] == 1:
        given = [0, *given]
    rows, columns = (*given, 0 if len(shape) < 2 else slice(None))[:2]
    if not isinstance(rows, slice) and not isinstance(columns, slice):
        return value[rows, columns]
    found = value[_wide(rows), _wide(columns)]
    return found.T if len(node.shape) == 1 and not isinstance(rows, slice) else found


def _wide(place: Expr | slice) -> slice:
    return place if isinstance(place, slice) else slice(place, place + 1)


# Reductions ---------------------------------------------------------------------------------------------------------


def _sum(node: Node, value: Basic) -> Basic:
    return _summed(value, node.parameters[0] if node.parameters else None)


def _summed(value: Basic, axis: int | None = None) -> Basic:
    """``1ᵀA1``, down the columns ``Aᵀ1``, across the rows ``A1``."""
    if not value.is_Matrix:
        return value
    rows, columns = value.shape
    if columns == 1 and axis == 0:
        axis = None
    if axis is None:
        across = value if columns == 1 else value * sympy.OneMatrix(columns, 1)
        return sympy.Trace(sympy.OneMatrix(1, rows) * across)
    return value.T * sympy.OneMatrix(rows, 1) if axis == 0 else value * sympy.OneMatrix(columns, 1)


def _mean(node: Node, value: Basic) -> Basic:
    if not value.is_Matrix:
        return value
    axis = node.parameters[0] if node.parameters else None
    count = value.shape[0] * value.shape[1] if axis is None else value.shape[axis]
    return _summed(value, axis) / count


def _norm(node: Node, value: Basic) -> Basic:
    return sympy.sqrt(sympy.Trace(value.T * value)) if value.is_Matrix else sympy.Abs(value)


def _logsumexp(node: Node, value: Basic) -> Basic:
    if not value.is_Matrix:
        return value
    found = _summed(_entries(sympy.exp, value), node.parameters[0] if node.parameters else None)
    return _entries(sympy.log, found) if found.is_Matrix else sympy.log(found)


def _softmax(node: Node, value: Basic) -> Basic:
    if not value.is_Matrix:
        return sympy.S.One
    raised = _entries(sympy.exp, value)
    rows, columns = value.shape
    if columns == 1:
        return raised / _summed(raised)
    down = bool(node.parameters) and node.parameters[0] == 0
    sums = sympy.OneMatrix(rows, rows) * raised if down else raised * sympy.OneMatrix(columns, columns)
    return sympy.HadamardProduct(raised, sympy.HadamardPower(sums, -1))


def _log_softmax(node: Node, value: Basic) -> Basic:
    return _entries(sympy.log, _softmax(node, value)) if value.is_Matrix else sympy.S.Zero


def _repeat(node: Node, *_: Basic) -> Basic:
    """The identity with every row p times, ``I ⊗ 1``."""
    size, times = node.parameters[-2:]
    return sympy.KroneckerProduct(sympy.Identity(size), sympy.OneMatrix(times, 1))


def _tile(node: Node, *_: Basic) -> Basic:
    """The identity p times one below the other, ``1 ⊗ I``."""
    size, times = node.parameters[-2:]
    return sympy.KroneckerProduct(sympy.OneMatrix(times, 1), sympy.Identity(size))
