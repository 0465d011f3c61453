"""The product of the Jacobians along a path as it is first written: numbers and scalars in front, the rest in order."""

from __future__ import annotations

from collections.abc import Sequence

from sympy.core.numbers import Rational
from sympy.core.singleton import S

from mcalc.derivation.locals import matrix_or_indices
from mcalc.networks.networks import Tensor
from mcalc.rewriting.answers import author_within, simplify
from mcalc.tree import build
from mcalc.tree.node import Node

_LONG, _CLEARLY = 25, 0.8
"""How many parts a derivative has beside which a product of Jacobians is looked at, and how much shorter it must be.

Of one by its name, ``∂y/∂u·W``, the product is looked at in any case.
"""


def product_of(factors: Sequence[Node]) -> Node:
    """The factors multiplied in order, nothing in them rewritten: ``−2*1⃗ᵀ·diag(u)·X/N`` of 1⃗ᵀ/N, −2diag(u) and X.

    In a row of matrices no number, sign or scalar stands before one of them; then, and where a factor is a number that
    is not 1, all is over one fraction bar.
    """
    shaped = [factor for factor in factors if factor.shape]
    numbers = any(_is_number(factor) and not build.is_number(factor, 1) for factor in factors) and len(factors) > 1
    signs = bool(shaped) and any(_split(factor)[0] != 1 for factor in factors[1:])
    inside = len(shaped) > 1 and any(_split(factor)[3] is not factor for factor in shaped)
    if not (numbers or signs or inside):
        return _in_order(factors)
    number, above, below, row = S.One, list[Node](), list[Node](), list[Node]()
    for factor in factors:
        own, over, under, rest = _split(factor)
        number *= own
        above += over
        below += under
        if factor.shape:
            row.append(rest)
        elif not build.is_number(rest, 1):
            above.append(rest)
    if number.q != 1:
        below.insert(0, build.number(number.q))
    if abs(number.p) != 1 or not (above or row):
        above.insert(0, build.number(abs(number.p)))
    whole = _in_order([*above, *row])
    if below:
        whole = build.apply("divide", whole, below[0] if len(below) == 1 else build.apply("multiply", *below))
    return build.negated(whole) if number < 0 else whole


def _is_number(factor: Node) -> bool:
    return build.is_number(factor.args[0] if factor.operator.name == "negative" else factor)


Parts = tuple[Rational, list[Node], list[Node], Node]


def _split(factor: Node) -> Parts:
    """The number in front, the scalars above and below the fraction bar, and what they multiply."""
    name, args = factor.operator.name, factor.args
    if build.is_number(factor) and not build.is_zero(factor):
        return factor.parameters[0], [], [], build.number(1)
    if name == "negative":
        number, above, below, rest = _split(args[0])
        return -number, above, below, rest
    if name == "divide" and not args[1].shape:
        number, above, below, rest = _split(args[0])
        own, over, under, last = _split(args[1])
        below = [*below, *over, *([] if build.is_number(last, 1) else [last])]
        return number / own, [*above, *under], below, rest
    if name == "multiply":
        shaped = [arg for arg in args if arg.shape]
        if len(shaped) <= 1:
            number, above, below, row = S.One, list[Node](), list[Node](), build.number(1)
            for arg in args:
                own, over, under, rest = _split(arg)
                number, above, below = number * own, [*above, *over], [*below, *under]
                if arg.shape:
                    row = rest
                elif not build.is_number(rest, 1):
                    above.append(rest)
            if not factor.shape and above:
                row = above.pop()
            return number, above, below, row
    return S.One, [], [], factor


def _in_order(factors: Sequence[Node]) -> Node:
    """The factors multiplied as they stand."""
    groups: list[Node] = []
    for factor in factors:
        if groups and groups[-1].shape and factor.shape:
            groups[-1] = build.apply("matmul", groups[-1], factor)
        else:
            groups.append(factor)
    if sum(bool(group.shape) for group in groups) > 1:
        whole = _in_order([factor for factor in factors if factor.shape])
        groups = [*(factor for factor in factors if not factor.shape), whole]
    return groups[0] if len(groups) == 1 else build.apply("multiply", *groups)


def shorter_as_product(result: Node, jacobians: Sequence[Tensor]) -> Node:
    """``∂y/∂u·∂u/∂x`` as it stands, where that is shorter than the result, which its entries add up to."""
    by_name = "partial" in result.below
    if result.key[0] < _LONG and not by_name:
        return result
    matrices = [found for tensor in jacobians if isinstance(found := matrix_or_indices(tensor), Node)]
    product = product_of(matrices)
    if product.key[0] > (1 if by_name else _CLEARLY) * result.key[0]:
        return result
    with author_within(matrices):
        found = simplify(product)
    return found if found.key[0] < result.key[0] else result
