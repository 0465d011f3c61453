"""The derivation by differentials: every line holds for small changes, and the derivative read off is the same."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from mcalc.ask import derive
from mcalc.derivation import Derivation, leaf
from mcalc.networks import IndexForm
from mcalc.notation import write_expression
from mcalc.numbers import draw_point, draw_sizes, evaluate
from mcalc.tree import Node


def deep(count: int) -> str:
    """Values that are each used twice: written out, their differentials double with every line."""
    lines = [
        f"u_{at} = tanh({before}@{before}')" for at, before in enumerate(["X", *map("u_{}".format, range(1, count))], 1)
    ]
    return "; ".join([*lines, f"sum(u_{count}^2)"])


PROBLEMS = [
    ("tr(A@X)", "X"),
    ("tr(X'@B@X)", "X"),
    ("logdet(A + X@X')", "X"),
    ("det(X)", "X"),
    ("a'@inv(X)@b", "X"),
    ("inv(X)@b", "X"),
    ("norm(Y - A@X)^2", "X"),
    ("sum(tanh(A@X)*Y)", "X"),
    ("tr(X@X@X)", "X"),
    ("det(A + t*B)", "t"),
    ("x'@A@x", "x"),
    ("softmax(A@x)", "x"),
    ("max(0, w.x + b)", "w"),
    ("A@X@B", "X"),
    ("sum(X)^2", "X"),
    ("[cos(x[1]); sin(x[1])]", "x"),
    ("x + d*[x[2]; -sin(x[1])]", "x"),
    (deep(6), "X"),
]
SHAPES = {"t": "scalar", "a": "n", "b": "n"}


def _changes(derivation: Derivation, point: dict[str, Any], sizes: dict[str, int], by: Node) -> dict[Node, Any]:
    """The values of u and du, by differences in one direction."""
    generator = np.random.default_rng(5)
    direction = generator.uniform(-1, 1, np.shape(point[by.parameters[0]]))
    step = 1e-5
    values: dict[Node, Any] = {leaf(by): direction}
    for line in derivation.lines:
        ahead = evaluate(line.meaning, {**point, by.parameters[0]: point[by.parameters[0]] + step * direction}, sizes)
        behind = evaluate(line.meaning, {**point, by.parameters[0]: point[by.parameters[0]] - step * direction}, sizes)
        values[line.node] = evaluate(line.meaning, point, sizes)
        values[leaf(line.node)] = (np.asarray(ahead) - np.asarray(behind)) / (2 * step)
    return values


@pytest.mark.parametrize(("expression", "wrt"), PROBLEMS)
def test_every_line_holds(expression: str, wrt: str) -> None:
    shapes = {name: shape for name, shape in SHAPES.items() if name in expression} if "w" not in expression else {}
    derivation = derive(expression, wrt, shapes, "explain", method="differential")
    plain = derive(expression, wrt, shapes, "explain", method="chain")
    assert write_expression(derivation.result) == write_expression(plain.result)
    names = derivation.reading.names
    symbols = sorted({s for node in names.values() for size in node.shape for s in size.free_symbols}, key=str)
    sizes = draw_sizes(symbols)
    point = draw_point(list(names.values()), sizes, "square", np.random.default_rng(2))
    values = _changes(derivation, point, sizes, names[wrt])
    checked = 0
    for step in derivation.steps:
        if step.stage not in ("differentiate", "combine") or isinstance(step.before, IndexForm | str):
            continue
        if step.before.operator.name == "partial" or isinstance(step.after, IndexForm):
            continue
        before = evaluate(step.before, point, sizes, values)
        after = evaluate(step.after, point, sizes, values)
        np.testing.assert_allclose(before, after, rtol=1e-6, atol=1e-6, err_msg=str((step.before, step.after)))
        checked += 1
    assert checked >= 1


@pytest.mark.parametrize(
    ("expression", "wrt"), [("x'@A@x", "x"), ("max(0, w.x + b)", "w"), ("A@x", "x"), ("softmax(x)", "x")]
)
def test_index_notation_gives_the_same(expression: str, wrt: str) -> None:
    by_indices = derive(expression, wrt, command="explain", method="index")
    plain = derive(expression, wrt, command="explain", method="chain")
    assert write_expression(by_indices.result) == write_expression(plain.result)
    assert any(isinstance(step.before, IndexForm) for step in by_indices.steps)


OTHERS = [
    ("a'@X@X@X@b", "X"),
    ("inv(A)@inv(A)", "A"),
    ("[l.cos(L@q); l.sin(L@q)]", "q"),
    ("x'@(A + diag(x))@(A + diag(x))@x", "x"),
    ("Ky = K + sigma^2*I; -1/2*y'@inv(Ky)@y - 1/2*logdet(Ky)", "sigma"),
    ("x'@(A + norm(x)^2*I)@x/(x'@x)", "x"),
]


@pytest.mark.parametrize("method", ["", "differential", "index"])
@pytest.mark.parametrize(("expression", "wrt"), [*PROBLEMS, *OTHERS])
def test_the_last_line_is_the_answer(expression: str, wrt: str, method: str) -> None:
    shapes = {name: shape for name, shape in SHAPES.items() if name in expression} if "w" not in expression else {}
    answer = derive(expression, wrt, shapes, verify=False)
    derivation = derive(expression, wrt, shapes, "explain", method=method, verify=False)
    assert write_expression(derivation.result) == write_expression(answer.result)
    assert derivation.steps[-1].after is derivation.result or not isinstance(derivation.result, Node)


def test_into_a_long_differential_all_that_is_left_is_inserted_at_once() -> None:
    """Derivations of deep programs have no more lines for that, once a differential is longer than anyone compares."""
    counts = []
    for depth in (6, 12):
        steps = derive(deep(depth), "X", {"X": "n,n"}, "explain", method="differential", verify=False).steps
        inserted = [step for step in steps if step.rule == "insert"]
        counts.append(len(inserted))
        assert "one in the next" in inserted[-1].because
    assert counts[1] <= counts[0] < 12
