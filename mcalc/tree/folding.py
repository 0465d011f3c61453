"""Values of formulas and of answers with arithmetic carried out, and the arguments that known forms were made of."""

from __future__ import annotations

from sympy.core.numbers import Rational
from sympy.core.singleton import S

from mcalc.table import shapes
from mcalc.table.records import Parameters
from mcalc.tree import build
from mcalc.tree.node import Node

_RECTIFIED, _LARGER = (("a", "a"), ("0", "-a")), (("a", "a - b"), ("b", "b - a"))
"""The branches of ``relu(a)`` and of ``max(a, b)``."""


def folded(name: str, *args: Node, parameters: Parameters = ()) -> Node:
    """Like `apply`, but arithmetic on numbers is carried out, and units and zeros of it vanish."""
    values: list[Rational] = [arg.parameters[0] for arg in args if build.is_number(arg)]
    if args and len(values) == len(args):
        if name == "add":
            return build.number(sum(values, S.Zero))
        if name == "multiply":
            total = S.One
            for value in values:
                total *= value
            return build.number(total)
        if name == "negative":
            return build.number(-values[0])
        if name == "divide" and values[1] != 0:
            return build.number(values[0] / values[1])
        if name == "power" and (values[0] ** values[1]).is_Rational and not (values[0] == 0 and values[1] < 0):
            return build.number(values[0] ** values[1])
    if name == "power" and build.is_number(args[1], 1):
        return args[0]
    if name == "multiply" and len(args) == 2:
        for one, other in (args, args[::-1]):
            if build.is_number(one, 1):
                return other
    return build.apply(name, *args, parameters=parameters)


def rectified(node: Node) -> Node | None:
    """``z`` of ``relu(z)`` or ``max(0, z)``."""
    if node.operator.branches == _RECTIFIED:
        return node.args[0]
    if node.operator.branches == _LARGER:
        first, second = node.args
        return second if build.is_zero(first) else first if build.is_zero(second) else None
    return None


def unstacked(node: Node) -> Node | None:
    """A of ``vec(A)``, and so of an element-wise function of such; None where a vector is anything else."""
    if node.operator.shape is shapes.vec_shape:
        return node.args[0]
    if not node.operator.elementwise:
        return None
    parts = [unstacked(arg) if arg.shape else arg for arg in node.args]
    return None if None in parts else build.apply(node.operator.name, *(part for part in parts if part is not None))
