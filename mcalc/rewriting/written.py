"""What stands before and in a product as it is written: numbers, and the order of the factors."""

from __future__ import annotations

from collections.abc import Sequence

from sympy.core.numbers import Rational as Exact

from mcalc.rewriting.forms import Form
from mcalc.rewriting.rationals import Rational
from mcalc.tree import build
from mcalc.tree.node import Node

Powers = list[tuple[Node, Exact]]
"""Factors with their exponents."""


def exact(value: Rational) -> Exact:
    """The number as SymPy has it."""
    return Exact(value.numerator, value.denominator)


_LONG = 1000


def with_number(c: Rational, scalars: Sequence[tuple[Node, Rational]], body: Node | None) -> Node:
    """``c · Π scalars · body``; a number with a long denominator stands in front as the decimal that it is."""
    if c.denominator <= _LONG or _LONG**6 % c.denominator:
        return build.scaled(exact(c), scalars, body)
    rest = build.scaled(exact(1), scalars, body)
    factors = rest.args if rest.operator.name == "multiply" else (rest,)
    return build.apply("multiply", build.number(exact(c)), *factors)


def in_order(factors: Powers) -> Powers:
    """Factors in reading order, indicators last."""
    placed = sorted([(node.operator.indicator, node.key, at) for at, (node, _) in enumerate(factors)])
    return [factors[at] for *_, at in placed]


def reading_order(way: Sequence[Node]) -> tuple[object, ...]:
    """A differential stands last, as it is read off; else the rotation that comes first in order."""
    moving = [node.operator.name == "differential" for node in way]
    return (any(moving) and not moving[-1], [node.key for node in way])


def alike_inside(t: Form, args: list[Node]) -> list[Node]:
    """``max(a) ≤ a`` with both a's written alike: computed in two ways they would differ by a rounding error."""
    for at, a in enumerate(t.args):
        if args[at].operator.picks and len(a.args) == 1 and a.args[0] in t.args:
            args[t.args.index(a.args[0])] = args[at].args[0]
    return args
