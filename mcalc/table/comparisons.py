"""Comparisons, the larger and the smaller of two, and cases."""

from __future__ import annotations

from collections.abc import Callable
from operator import ge, gt, le, lt
from typing import Any

from mcalc.table import shapes
from mcalc.table.records import FLAT, Convention, Notation, Operator, Rule, Valued, called, infix

_LARGER, _SMALLER = (("1", "a - b"), ("0", "b - a")), (("1", "b - a"), ("0", "a - b"))


def comparison(
    name: str, text: str, ascii: str, latex: str, holds: Callable[[Any, Any], Any], **fields: Any
) -> Operator:
    """``a > b``: 1 where it holds, 0 elsewhere; its derivatives are 0."""
    return Operator(
        name,
        "a b",
        title="comparison",
        doc="1 where it holds, 0 elsewhere",
        shape=shapes.elementwise,
        notation=infix(text, ascii, latex, 10),
        rules=(Rule("a", "0", FLAT), Rule("b", "0", FLAT)),
        numpy=lambda np, a, b: np.where(holds(a, b), 1.0, 0.0),
        holds=holds,
        elementwise=True,
        indicator=True,
        exact=True,
        of_reals=True,
        convention=Convention("both are equal", "is taken to be 0, though the value jumps"),
        care="where {a} and {b} are equal the value jumps; the derivative is given as 0",
        example=f"w{ascii}x",
        written_as=f"a{ascii}b",
        **fields,
    )


def _at_ties(shared: str, strict: str) -> Callable[[Valued], str]:
    """Where the two arguments are equal on an open set, ``max(x, relu(x))``, the first counts there."""
    return lambda node: shared if node.parameters else strict


def _as_a_product(node: Valued) -> str:
    """``b + [c](a − b)``, where c is a condition."""
    if not node.args[0].operator.indicator:
        return ""
    return "b + (c*a - c*b)" if node.args[2].axes else "b + c*(a - b)"


OPERATORS = (
    comparison(
        "greater",
        " > ",
        " > ",
        " > ",
        holds=gt,
        mirrored="less",
        opposite="less_equal",
        branches=_LARGER,
    ),
    comparison(
        "less",
        " < ",
        " < ",
        " < ",
        holds=lt,
        mirrored="greater",
        opposite="greater_equal",
        branches=_SMALLER,
        compared_as="b > a",
    ),
    comparison(
        "greater_equal",
        " ≥ ",
        " >= ",
        r" \ge ",
        holds=ge,
        mirrored="less_equal",
        opposite="less",
        branches=_LARGER,
        compared_as="1 - (b > a)",
    ),
    comparison(
        "less_equal",
        " ≤ ",
        " <= ",
        r" \le ",
        holds=le,
        mirrored="greater_equal",
        opposite="greater",
        branches=_SMALLER,
        compared_as="1 - (a > b)",
    ),
    Operator(
        "maximum",
        "a b",
        title="maximum",
        doc="the larger of the two, element-wise",
        shape=shapes.elementwise,
        notation=called("max", r"\max"),
        calls=("max", "maximum"),
        example="max(w, x)",
        rules=(
            Rule("a", _at_ties("a >= b", "a > b"), "the maximum moves with the larger argument"),
            Rule("b", "b > a", "the maximum moves with the larger argument"),
        ),
        numpy=lambda np, a, b, *_: np.maximum(a, b),
        care="where {a} and {b} are equal, both derivatives are 0, as in the paper; where they are equal on an open set, the first counts there",
        kinks=("a > b",),
        branches=(("a", "a - b"), ("b", "b - a")),
        first_counts=True,
        exact=True,
        elementwise=True,
        commutative=True,
        of_reals=True,
        convention=Convention("both are equal", "is taken to be 0"),
        compared_as="b + (a > b)*(a - b)",
    ),
    Operator(
        "minimum",
        "a b",
        title="minimum",
        doc="the smaller of the two, element-wise",
        shape=shapes.elementwise,
        notation=called("min", r"\min"),
        calls=("min", "minimum"),
        example="min(w, x)",
        rules=(
            Rule(
                "a",
                _at_ties("a <= b", "a < b"),
                "the minimum moves with an argument only where that one is the smaller",
            ),
            Rule("b", "b < a", "the minimum moves with an argument only where that one is the smaller"),
        ),
        numpy=lambda np, a, b, *_: np.minimum(a, b),
        definition="-max(-a, -b)",
        care="where {a} and {b} are equal, both derivatives are 0; where they are equal on an open set, the first counts there",
        kinks=("a < b",),
        branches=(("a", "b - a"), ("b", "a - b")),
        first_counts=True,
        exact=True,
        elementwise=True,
        commutative=True,
        of_reals=True,
        convention=Convention("both are equal", "is taken to be 0"),
        compared_as="a - (a > b)*(a - b)",
    ),
    Operator(
        "where",
        "c a b",
        title="case distinction",
        doc="{a} where {c} holds, {b} elsewhere",
        shape=shapes.elementwise,
        notation=Notation("cases", "where", "where"),
        calls=("where",),
        example="where(x > w, x^2, w)",
        rules=(
            Rule("c", "0", FLAT),
            Rule("a", "where(c, 1, 0)", "where the condition holds, the value is a"),
            Rule("b", "where(c, 0, 1)", "where it does not, the value is {b}"),
        ),
        numpy=lambda np, c, a, b: np.where(c != 0, a, b),
        care="the condition is taken as fixed: where it switches, the value may jump, and has no derivative",
        exact=True,
        elementwise=True,
        compared_as=_as_a_product,
    ),
)
