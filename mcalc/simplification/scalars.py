"""Sums and products of scalars, like factors and like terms united: ``a·a = a²``, ``a + a = 2a``, ``0·a = 0``.

The order of the factors and of the terms is kept, so that entries read as the sums they come from.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sympy.core.numbers import Rational
from sympy.core.singleton import S

from mcalc.table import TABLE
from mcalc.table.records import LoopIndex, Parameters
from mcalc.table.roles import CASES
from mcalc.tree import build
from mcalc.tree.folding import folded
from mcalc.tree.node import Node


def product_of(coefficient: Rational, factors: Iterable[tuple[Node, Rational]]) -> Node:
    """``coefficient · Π node^power``: numbers gathered in front, equal factors as one power."""
    powers: dict[Node, Rational] = {}
    stack = list(factors)[::-1]
    while stack:
        node, power = stack.pop()
        name = node.operator.name
        if name == "number" and _has_power(node.parameters[0], power):
            coefficient = coefficient * node.parameters[0] ** power
        elif name == "negative" and power.is_Integer:
            coefficient = coefficient * S.NegativeOne**power
            stack.append((node.args[0], power))
        elif name == "multiply" and power.is_Integer:
            stack.extend((arg, power) for arg in reversed(node.args))
        elif name == "divide" and power.is_Integer:
            stack += [(node.args[1], -power), (node.args[0], power)]
        elif name == "power" and power.is_Integer and build.is_number(node.args[1]):
            stack.append((node.args[0], node.args[1].parameters[0] * power))
        else:
            powers[node] = powers.get(node, S.Zero) + power
    if coefficient == 0:
        return build.number(0)
    for node, power in powers.items():
        if node.operator.is_cases and power == 1 and any(build.is_number(arg) for arg in node.args[1:]):
            rest = [factor for factor in powers.items() if factor[0] is not node]
            return applied(
                CASES, [node.args[0], *(product_of(coefficient, [(arg, S.One), *rest]) for arg in node.args[1:])]
            )
    if not any(powers.values()):
        return build.number(coefficient)
    united = [(node, S.One if node.operator.indicator and power > 0 else power) for node, power in powers.items()]
    return build.scaled(coefficient, [(node, power) for node, power in united if power != 0], None)


def _has_power(value: Rational, power: Rational) -> bool:
    """Whether ``value^power`` is a rational number."""
    return bool((value != 0 or power > 0) and (value**power).is_Rational)


def split(term: Node) -> tuple[Rational, Node]:
    """The number in front of a term, and the rest."""
    name = term.operator.name
    if name == "number":
        return term.parameters[0], build.number(1)
    if name == "negative":
        coefficient, rest = split(term.args[0])
        return -coefficient, rest
    if name == "multiply" and build.is_number(term.args[0]):
        rest = term.args[1:]
        return term.args[0].parameters[0], rest[0] if len(rest) == 1 else build.apply("multiply", *rest)
    if name == "divide" and build.is_number(term.args[1]) and not build.is_zero(term.args[1]):
        coefficient, rest = split(term.args[0])
        return coefficient / term.args[1].parameters[0], rest
    return S.One, term


def sum_of(terms: Sequence[Node]) -> Node:
    """The sum, like terms united; those with a minus sign come last."""
    found: dict[bytes, tuple[Rational, Node]] = {}
    stack = list(terms)[::-1]
    while stack:
        term = stack.pop()
        if term.operator.name == "add":
            stack.extend(reversed(term.args))
            continue
        if term.operator.name == "negative" and term.args[0].operator.name == "add":
            stack.extend(build.negated(arg) for arg in reversed(term.args[0].args))
            continue
        coefficient, rest = split(term)
        before, kept = found.get(rest.canon, (S.Zero, rest))
        found[rest.canon] = before + coefficient * kept.sign * rest.sign, kept
    whole = [product_of(coefficient, [(rest, S.One)]) for coefficient, rest in found.values() if coefficient != 0]
    if not whole:
        return build.number(0)
    ordered = sorted(whole, key=_place)
    return ordered[0] if len(ordered) == 1 else build.apply("add", *ordered)


def _place(term: Node) -> tuple[bool, bool]:
    number = build.is_number(term)
    return term.operator.name == "negative" or (number and bool(term.parameters[0] < 0)), number


def applied(name: str, args: Sequence[Node], parameters: Parameters = ()) -> Node:
    """An element-wise operator on scalars: sums and products united, conditions on numbers decided."""
    if name == "add":
        return sum_of(args)
    if name == "negative":
        return build.negated(args[0])
    if name == "multiply":
        return product_of(S.One, [(arg, S.One) for arg in args])
    if name == "divide":
        return product_of(S.One, [(args[0], S.One), (args[1], S.NegativeOne)])
    if name == CASES and build.is_number(args[0]):
        return args[2] if build.is_zero(args[0]) else args[1]
    if name == CASES and args[1] is args[2]:
        return args[1]
    holds = TABLE[name].holds
    if holds is not None and all(build.is_number(arg) for arg in args):
        return build.number(int(bool(holds(args[0].parameters[0], args[1].parameters[0]))))
    return folded(name, *args, parameters=parameters)


def under_sum(body: Node, loop: LoopIndex) -> Node:
    """``sum(body for i in 1..n)``; what does not change with the index is counted."""
    if build.is_zero(body):
        return body
    if loop not in body.loops:
        return product_of(S.One, [(build.size(loop.size), S.One), (body, S.One)])
    return build.apply("loop_sum", body, parameters=(loop,))
