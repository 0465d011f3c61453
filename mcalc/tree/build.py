"""Constructors of values: those that only compute the shape, and those that write as a careful author does."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from math import prod
from operator import eq
from typing import Protocol

from sympy.core.expr import Expr
from sympy.core.numbers import Rational
from sympy.core.singleton import S

from mcalc.table import TABLE
from mcalc.table.records import LoopIndex, Parameter, Parameters, Same, Shape, lies
from mcalc.table.roles import ROOT
from mcalc.tree.known import declared
from mcalc.tree.node import Node, replaced
from mcalc.tree.properties import SKEW, SYMMETRIC

_LOOKED_INTO = 200
"""A value with more parts than this is turned as a whole, and taken as not symmetric."""


def apply(name: str, *args: Node, parameters: Parameters = ()) -> Node:
    """The operator applied, as typed; raises `ShapeMismatch` where the shapes do not fit."""
    operator = TABLE[name]
    return Node(operator, args, parameters, _shape(operator.shape, tuple([arg.shape for arg in args]), parameters))


class _Shaping(Protocol):
    def __call__(self, same: Same, shapes: Sequence[Shape], /, *parameters: Parameter) -> Shape: ...


@lru_cache(4096)
def _shape(of: _Shaping, shapes: tuple[Shape, ...], parameters: Parameters) -> Shape:
    return of(eq, shapes, *parameters)


def number(value: Rational | int) -> Node:
    """An exact number."""
    return Node(TABLE["number"], (), (value if isinstance(value, Rational) else Rational(value),), ())


def variable(
    name: str, shape: Shape = (), properties: frozenset[str] = frozenset(), loops: frozenset[LoopIndex] = frozenset()
) -> Node:
    """A name; an intermediate value under a Σ depends on the running indices `loops`."""
    parameters = (
        (name, properties, tuple(sorted(loops, key=str))) if loops else (name, properties) if properties else (name,)
    )
    return Node(TABLE["variable"], (), parameters, shape)


def size(dimension: Expr) -> Node:
    """A dimension as a number."""
    if dimension.is_Integer:
        return number(dimension)
    return Node(TABLE["dimension"], (), (dimension,), ())


def entries(node: Node) -> Node:
    """How many entries there are."""
    return size(prod(node.axes, start=S.One))


def ones(shape: Shape) -> Node:
    """1⃗ of the shape; of none, the number 1."""
    return apply("ones", parameters=shape) if shape else number(1)


def zeros(shape: Shape) -> Node:
    """0⃗ of the shape; of none, the number 0."""
    return apply("zeros", parameters=shape) if shape else number(0)


def identity(dimension: Expr) -> Node:
    """I of the size."""
    return apply("eye", parameters=(dimension,))


def is_number(node: Node, value: int | None = None) -> bool:
    """Whether it is a number, or this one."""
    return node.operator.name == "number" and (value is None or node.parameters[0] == value)


def odd(power: Rational) -> bool:
    """Whether it is a whole number, and odd."""
    return bool(power.q == 1 and power.p % 2)


def is_zero(node: Node) -> bool:
    """Whether it is 0 or 0⃗."""
    return is_number(node, 0) or node.operator.name == "zeros"


def opposite(condition: Node) -> Node | None:
    """``z ≤ 0`` of ``z > 0``."""
    name = condition.operator.opposite
    return apply(name, *condition.args) if name else None


@lru_cache(maxsize=4096)
def transpose(node: Node) -> Node:
    """``(AB)ᵀ = BᵀAᵀ``, ``(Aᵀ)ᵀ = A``, ``(c·A)ᵀ = c·Aᵀ``, and no transpose where there is nothing to turn."""
    around: list[tuple[Node, int]] = []
    while node.shape and not symmetry(node) and (at := _scaled_argument(node)) is not None:
        around.append((node, at))
        node = node.args[at]
    result = _turned(node)
    for outer, at in reversed(around):
        args = (*outer.args[:at], result, *outer.args[at + 1 :])
        result = apply(outer.operator.name, *args, parameters=outer.parameters)
    return result


def _scaled_argument(node: Node) -> int | None:
    """Which argument is turned in place of the whole: of a negative, a product or quotient with scalars."""
    name = node.operator.name
    shaped = [at for at, arg in enumerate(node.args) if arg.shape]
    if name == "negative" or (name == "multiply" and len(shaped) == 1):
        return shaped[0]
    return 0 if name == "divide" and shaped == [0] else None


def _turned(node: Node) -> Node:
    name = node.operator.name
    if not node.shape:
        return node
    parity = symmetry(node)
    if parity:
        return node if parity > 0 else negated(node)
    if name == "transpose":
        return node.args[0]
    if name in ("ones", "zeros") and len(node.shape) == 2:
        return apply(name, parameters=node.shape[::-1])
    if name == "outer":
        return apply("outer", *node.args[::-1])
    return apply("transpose", node)


def _transposes(parts: Sequence[Node]) -> int:
    return sum(part.operator.name == "transpose" for part in parts)


@lru_cache(maxsize=4096)
def symmetry(node: Node) -> int:
    """1 where ``Aᵀ = A``, −1 where ``Aᵀ = −A``, by what was declared and by how the matrix is made; else 0."""
    name = node.operator.name
    if len(node.shape) != 2 or node.shape[0] != node.shape[1] or node.key[0] > _LOOKED_INTO:
        return 0
    if name == "variable":
        return 1 if declared(node) & SYMMETRIC else -1 if declared(node) & SKEW else 0
    if name in ("eye", "diag", "ones", "zeros"):
        return 1
    if node.operator.turns_with_argument:
        return symmetry(node.args[0])
    if name == "add":
        return _symmetry_of_sum(node)
    if name == "multiply" or name == "divide":
        parities = [symmetry(arg) if arg.shape else 1 for arg in node.args]
        if all(parities) or name == "divide":
            return prod(parities)
        turned = [transpose(arg) if arg.shape else arg for arg in node.args]
        same = sorted(arg.canon for arg in node.args) == sorted(arg.canon for arg in turned)
        return prod(arg.sign for arg in (*node.args, *turned)) if same else 0
    if node.operator.elementwise:
        return int(all(not arg.shape or symmetry(arg) > 0 for arg in node.args))
    if name == "outer":
        return int(node.args[0].canon == node.args[1].canon)
    if name == "matmul":
        parts = row_of(node)
        turned = [transpose(part) for part in reversed(parts)]
        same = all(one.canon == other.canon for one, other in zip(parts, turned, strict=True))
        return prod(part.sign for part in (*parts, *turned)) if same else 0
    return 0


def _symmetry_of_sum(node: Node) -> int:
    """Each term has its transpose among the terms: with its own sign throughout, or with the other throughout."""
    turned = sorted((arg.canon, arg.sign) for arg in map(transpose, node.args))
    for parity in (1, -1):
        if turned == sorted((arg.canon, parity * arg.sign) for arg in node.args):
            return parity
    return 0


def is_symmetric(node: Node) -> bool:
    """Whether the matrix is its own transpose, sign and all."""
    return symmetry(node) > 0


def row_of(node: Node) -> list[Node]:
    """The factors of a product of matrices, in order."""
    row: list[Node] = []
    stack = [node]
    while stack:
        part = stack.pop()
        if part.operator.name == "matmul":
            stack += reversed(part.args)
        else:
            row.append(part)
    return row


def product(left: Node, right: Node) -> Node:
    """The product, written as a dot product or an outer product where it is one; by a scalar, a multiple."""
    if not left.shape or not right.shape:
        return apply("multiply", left, right)
    row = lies(left.shape)
    if row and len(right.shape) == 1 and left.operator.name == "transpose":
        return apply("dot", left.args[0], right)
    if len(left.shape) == 1 and len(right.shape) == 2 and right.operator.name == "transpose":
        return apply("outer", left, right.args[0])
    return apply("matmul", left, right)


def chain(factors: Sequence[Node]) -> Node:
    """The product of a row of factors, vectors first: ``A(Ax)``, ``(xᵀA)A``; of transposes alone ``(BA)ᵀ``."""
    parts = list(factors)
    if len(parts) > 1 and _transposes(parts) == len(parts):
        return apply("transpose", chain([part.args[0] for part in reversed(parts)]))
    if len(parts[-1].shape) == 1 and len(parts) > 1:
        result = parts[-1]
        for part in reversed(parts[:-1]):
            result = product(part, result)
        return result
    result = parts[0]
    for part in parts[1:]:
        result = product(result, part)
    return result


def raised(node: Node, power: Rational) -> Node:
    """``node^power`` for a positive power."""
    if power == 1:
        return node
    if power == S.Half:
        return apply(ROOT, node)
    return apply("power", node, number(power))


def elementwise_product(factors: Sequence[tuple[Node, Rational]]) -> Node:
    """``Π node^power``, element by element: one numerator over one denominator."""
    above = [node if power is S.One else raised(node, power) for node, power in factors if power.p > 0]
    below = [raised(node, -power) for node, power in factors if power.p < 0]
    top = above[0] if len(above) == 1 else apply("multiply", *above) if above else number(1)
    if not below:
        return top
    return apply("divide", top, below[0] if len(below) == 1 else apply("multiply", *below))


def _reciprocal(body: Node) -> Node | None:
    """The ``1/v`` that an array is, lying down or on a diagonal: what scales it goes above the bar, ``(c/v)ᵀ``."""
    inner = body.args[0] if body.operator.name in ("diag", "transpose") else body
    return inner if inner.operator.name == "divide" and inner.shape and is_number(inner.args[0], 1) else None


def scaled(coefficient: Rational, scalars: Sequence[tuple[Node, Rational]], body: Node | None) -> Node:
    """``coefficient · Π scalars · body``, the sign in front, one fraction bar."""
    sign, coefficient = (S.One, coefficient) if coefficient.p > 0 else (S.NegativeOne, -coefficient)
    above = [node if power is S.One else raised(node, power) for node, power in scalars if power.p > 0]
    below = [raised(node, -power) for node, power in scalars if power.p < 0]
    if body is not None:
        if (above or coefficient.p != 1) and not below and (inner := _reciprocal(body)) is not None:
            top = scaled(Rational(coefficient.p), [(node, S.One) for node in above], None)
            body = replaced([body], {inner: apply("divide", top, inner.args[1])})[body]
            above, coefficient = [], coefficient / coefficient.p
        above.append(body)
    if coefficient.p != 1 or not above:
        above.insert(0, number(coefficient.p))
    if coefficient.q != 1:
        below.insert(0, number(coefficient.q))
    result = above[0] if len(above) == 1 else apply("multiply", *above)
    if below:
        result = apply("divide", result, below[0] if len(below) == 1 else apply("multiply", *below))
    if sign > 0:
        return result
    return number(-result.parameters[0]) if is_number(result) else apply("negative", result)


def total(terms: Sequence[Node]) -> Node:
    """The sum in reading order: positive terms first, small before large, plain numbers last."""
    return terms[0] if len(terms) == 1 else apply("add", *sorted(terms, key=reading_place))


def reading_place(term: Node) -> tuple[object, ...]:
    """Where a term stands in a sum in reading order."""
    minus = term.operator.name == "negative" or (is_number(term) and bool(term.parameters[0] < 0))
    return (minus, is_number(term), term.key)


def negated(node: Node) -> Node:
    """``-node``, a difference turned round."""
    if node.operator.name == "negative":
        return node.args[0]
    if is_number(node):
        return number(-node.parameters[0])
    if node.operator.name == "add":
        turned = [negated(arg) for arg in node.args]
        return apply(
            "add",
            *sorted(
                turned,
                key=lambda arg: arg.operator.name == "negative" or (is_number(arg) and bool(arg.parameters[0] < 0)),
            ),
        )
    return apply("negative", node)
