"""The check of mcalc's own answers: it enters every branch, tells no falsehood, and lets no wrong answer pass."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from cases_at_points import read

import mcalc
from mcalc import tree
from mcalc.calculus import differentiated as differentiate
from mcalc.derivation import verified_line
from mcalc.networks import IndexForm
from mcalc.numbers import (
    ANALYTIC,
    KINDS,
    Program,
    Verification,
    chosen_sizes,
    draw_point,
    evaluate_tensor,
    fitting_sizes,
    margin,
    verify,
    verify_answer,
)
from mcalc.numbers import slope_by_complex_step as complex_step
from mcalc.numbers import slope_by_differences as differences
from mcalc.table import TABLE
from mcalc.tree import Node, dimension, replace, topological

SCALARS = {"x": "scalar", "y": "scalar"}


def checked(value: str, by: str, answer: str, shapes: dict[str, str]) -> Verification:
    reading = read(value, {name: shape for name, shape in shapes.items() if name in value})
    other = read(answer, {name: shape for name, shape in shapes.items() if name in answer})
    variables = list({**other.names, **reading.names}.values())
    return verify_answer(reading.value, variables, reading.names[by], other.value)


BRANCHES = [
    ("abs(x)/2 + x/2", "1", "x > 0"), ("abs(x) + abs(x - 5)", "sign(x) - 1", "sign(x) + sign(x - 5)"),
    ("relu(x) - relu(x - 1)", "x > 0", "(x > 0)*(x < 1)"), ("max(0, 1 - x) + x", "1", "x > 1"),
    ("max(x, 1) - x", "-1", "(x > 1) - 1"), ("abs(x + 1) - abs(x - 1)", "2", "sign(x + 1) - sign(x - 1)"),
    ("relu(x - 1000)", "0*x", "x > 1000"), ("x + relu(x - 1000) - relu(x - 1001)", "1", "1 + (x > 1000)*(x < 1001)"),
    ("x + abs(x - 20)", "2", "1 + sign(x - 20)"), ("where(sin(x) > 0.9999, x, 0)", "0*x", "sin(x) > 0.9999"),
    ("where(exp(x) > 1e6, x^2, x)", "1", "where(exp(x) > 1e6, 2x, 1)"),
    ("where(x*y > 1e4, x^2, x)", "1", "where(x*y > 1e4, 2x, 1)"),
    ("relu(x - 1000)*relu(y + 500)", "0*x", "(x > 1000)*relu(y + 500)"),
    ("relu(1 - abs(x - 777))", "0*x", "-sign(x - 777)*(abs(x - 777) < 1)"),
    ("x^2", "2x + (x > 1000)", "2x"), ("x^2", "where(abs(x - 50) < 0.5, 3x, 2x)", "2x"),
    ("abs(abs(abs(x - 1) - 2) - 3)", "sign(x - 1)*sign(abs(x - 1) - 2)",
     "sign(x - 1)*sign(abs(x - 1) - 2)*sign(abs(abs(x - 1) - 2) - 3)"),
    ("1e9*x + sin(x)", "1e9", "1e9 + cos(x)"), ("x^2 + 1e-7*x", "2x", "2x + 1e-7"),
]  # fmt: skip


@pytest.mark.parametrize(("value", "wrong", "right"), BRANCHES, ids=[row[0] + " by " + row[1] for row in BRANCHES])
def test_a_wrong_branch_fails_and_the_right_ones_pass(value: str, wrong: str, right: str) -> None:
    good = checked(value, "x", right, SCALARS)
    assert good.points >= 3 and not good.failed, good
    assert checked(value, "x", wrong, SCALARS).failed


@pytest.mark.parametrize(
    ("value", "wrong"),
    [("relu(w.x) - w.x", "-x'"), ("where(w.x > 500, w.x, 0)", "0*x'"), ("relu(norm(w) - 1000)", "0*w'"),
     ("norm(w)^2 + relu(norm(w - x) - 300)", "2w'")],
)  # fmt: skip
def test_a_branch_of_vectors(value: str, wrong: str) -> None:
    shapes = {"w": "n", "x": "n"}
    reading = read(value, {name: shape for name, shape in shapes.items() if name in value})
    tensor = differentiate(reading.value, reading.names["w"])
    good = verify_answer(reading.value, list(reading.names.values()), reading.names["w"], IndexForm.of(tensor))
    assert not good.failed and good.kinks == good.existing == 1
    assert checked(value, "w", wrong, shapes).failed


FORMULAS = [
    ("max(0, w.x + b)", "w"), ("sum(relu(A@x - y))", "x"), ("norm1(A@x - y) + norm(x)^2", "x"), ("max(A@x)", "A"),
    ("sum(max(A, axis=1))", "A"), ("sum(log(1 + exp(-y*(A@x)))) + b*norm(x)^2/2", "x"), ("relu(A@x + y)", "A"),
    ("where(w.x > 20, norm(w), w.x)", "w"), ("relu(b - 100)*w", "b"), ("logdet(A@A' + I)*b", "A"),
    ("sum(relu(x - 50)^2) + sum(x)", "x"), ("tr(inv(A@A' + I))", "A"), ("norm_inf(w - x)", "w"), ("elu(w.x)*w", "w"),
]  # fmt: skip
SHAPES = {"w": "n", "x": "n", "b": "scalar", "A": "m,n", "y": "m"}


def damaged(right: Node) -> Iterator[tuple[str, Node]]:
    """Wrong answers made of a right one: its sign, a factor, a term, a branch, the place of a kink."""
    yield "a sign", tree.negated(right)
    yield "a factor", tree.apply("multiply", tree.number(2), right)
    for node in topological([right]):
        if node.operator.name == "add":
            for at in range(len(node.args)):
                rest = [arg for place, arg in enumerate(node.args) if place != at]
                yield "a term", replace(right, {node: rest[0] if len(rest) == 1 else tree.apply("add", *rest)})
        if node.operator.indicator and len(node.args) == 2 and not node.loops:
            same = tree.apply("multiply", tree.number(0), margin(node))
            one = tree.apply("equal", same, same) if "equal" in TABLE else tree.apply("greater_equal", same, same)
            yield "a branch", replace(right, {node: one})
            yield "the other branch", replace(right, {node: same})
            moved = tree.apply("add", node.args[0], tree.number(1))
            yield "the place of a kink", replace(right, {node: tree.apply(node.operator.name, moved, node.args[1])})


@pytest.mark.parametrize(("text", "by"), FORMULAS, ids=[row[0] for row in FORMULAS])
def test_damaged_answers_fail(text: str, by: str) -> None:
    derivation = mcalc.jacobian(
        text, by, {n: shape for n, shape in SHAPES.items() if n in text.replace("max", "")}, verify=False
    )
    value, variables = derivation.value, list(derivation.reading.names.values())
    natural = derivation.natural
    good = verify_answer(value, variables, derivation.by[0], natural)
    assert not good.failed and good.points >= 3
    if isinstance(natural, IndexForm):
        for factor in (-1, 2, 0, 1.001):
            assert verify(
                value, variables, derivation.by[0], lambda p, s, f=factor: f * evaluate_tensor(natural.tensor, p, s)
            ).failed
        return
    for kind, wrong in damaged(natural):
        found = verify_answer(value, variables, derivation.by[0], wrong)
        assert found.failed or (not found.points and "derivative" in found.reason), (kind, wrong)


QUIET = [
    ("jacobian", "var(max(y, logsumexp(A)))", "A", {"y": "n", "A": "q,m"}),
    ("jacobian", "gelu(-exp(a)^2)", "a", {"a": "scalar"}),
    ("jacobian", "gelu(sum(A)*norm(A))", "A", {"A": "m,n"}),
    ("jacobian", "gelu(-x'@A'@A@x)", "x", {"A": "m,n", "x": "n"}),
    ("jacobian", "prod(sin(x))", "x", {"x": "200"}),
    ("jacobian", "*".join(f"sin(x[{i}] + {i})" for i in range(1, 61)), "x", {"x": "n"}),
    ("jacobian", "asinh(prod(kron(cosh(x), cosh(y))))", "x", {"x": "n", "y": "m"}),
    ("jacobian", "norm(w - inv(X'@X)@X'@y)^2", "X", {"X": "m,n", "w": "n", "y": "m"}),
    ("jacobian", "norm(w - inv(X@X')@X@y)^2", "X", {"X": "m,n", "w": "m", "y": "n"}),
    ("jacobian", "u = y - X@b; g = Z'@u/n; S = Z'@diag(u^2)@Z/n; g'@inv(S)@g", "b", {"X": "n,k", "b": "k", "Z": "n,m"}),
    ("jacobian", "logdet(E@V@V'@E') - logdet(V@V' + I)", "V", {"E": "k,m", "V": "m,n"}),
    ("jacobian", "norm(x/norm(x))", "x", {"x": "n"}),
    ("jacobian", "logdet(X@inv(X))", "X", {"X": "n,n"}),
    ("jacobian", "log(x - 5)", "x", {"x": "scalar"}),
    ("jacobian", "relu(log(x - 1000))", "x", {"x": "scalar"}),
    ("jacobian", "sigmoid(100*x)*tanh(50*x)", "x", {"x": "n"}),
    ("hessian", "logsumexp(A@x)", "x", {"A": "m,n", "x": "n"}),
    ("hessian", "gelu(w.x) + softplus(w.x)", "w", {"w": "n", "x": "n"}),
    ("hessian", "max(softmax(Y, axis=0))", "Y", {"Y": "n,m"}),
    ("hessian", "max(softmax(Y, axis=0))", "Y", {"Y": "2,n"}),
    ("hessian", "norm_inf(softmax(Y))", "Y", {"Y": "n,m"}),
    ("hessian", "norm_inf(softmax(Y))", "Y", {"Y": "2,n"}),
    ("hessian", "sum(log(cosh(A@x)))", "x", {"A": "m,n", "x": "n"}),
]  # fmt: skip


@pytest.mark.parametrize(("command", "text", "by", "shapes"), QUIET, ids=[row[1][:40] for row in QUIET])
def test_no_false_alarm(command: str, text: str, by: str, shapes: dict[str, str]) -> None:
    verified = getattr(mcalc, command)(text, by, shapes).verified
    assert verified is not None and verified.points >= 3 and verified.error < 1e-6


@pytest.mark.parametrize(
    ("text", "shapes", "matrix"),
    [
        ("inv(ones(n,n))@x", {"x": "n"}, "1⃗·1⃗ᵀ"),
        ("inv(x@x')@x", {"x": "n"}, "x·xᵀ"),
        ("logdet(A@A')*logdet(A'@A)", {"A": "m,n"}, ""),
    ],
)
def test_a_singular_matrix_is_a_reason(text: str, shapes: dict[str, str], matrix: str) -> None:
    verified = mcalc.jacobian(text, min(shapes), shapes).verified
    assert verified is not None and not verified.points
    reason = f"the matrix {matrix} is singular at the sizes tried, and has no inverse"
    assert verified.reason == reason or not matrix


@pytest.mark.parametrize(
    ("text", "shapes", "line"),
    [
        ("max(0, w.x + b)", {}, "agrees with finite differences on both sides of the kink (6 points, "),
        ("abs(w.x) + relu(w.x - 1000)", {}, "agrees with finite differences on both sides of every kink (9 points, "),
        ("w.x", {}, "agrees with finite differences at 3 random points, relative error "),
        ("w.x + where(norm(x) > -1, 1, 2)", {}, "agrees with finite differences at "),
    ],
)
def test_what_is_said(text: str, shapes: dict[str, str], line: str) -> None:
    assert verified_line(mcalc.jacobian(text, "w", shapes)).startswith(line)


def test_the_count_is_that_of_points_on_both_sides() -> None:
    """Every point that the check uses is seen by the answer; both sides of the kink are among them, near and far."""
    reading = read("max(0, w.x + b)", {"w": "n", "x": "n", "b": "scalar"})
    tensor = differentiate(reading.value, reading.names["w"])
    seen: list[float] = []

    def answer(point: dict[str, Any], sizes: Any) -> Any:
        seen.append(float(point["w"] @ point["x"] + point["b"]))
        return evaluate_tensor(tensor, point, sizes)

    found = verify(reading.value, list(reading.names.values()), reading.names["w"], answer)
    assert found.points == len(seen) == 6 and found.kinks == found.existing == 1
    for side in (-1, 1):
        own = [abs(z) for z in seen if z * side > 0]
        assert len(own) == 3 and min(own) < 0.1


@pytest.mark.parametrize(
    ("value", "wrong"),
    [("kron(S, x)", "kron(S', x)"), ("S@x", "S'@x"), ("tr(A@S)*x", "tr(A@S')*x")],
)
def test_a_declared_property_does_not_bind_the_steps(value: str, wrong: str) -> None:
    """The points are symmetric, and yet the derivative is entry by entry: that of the transpose is another one."""
    shapes = {"S": "n,n", "x": "n", "A": "n,n"}
    reading = read(value, {name: shape for name, shape in shapes.items() if name in value})
    declared = read("S", {"S": "n,n:symmetric"}).value
    by = reading.names["S"]
    variables = [declared, *(variable for name, variable in reading.names.items() if name != "S")]
    other = read(wrong, {name: shape for name, shape in shapes.items() if name in wrong})
    symmetric: list[bool] = []

    def answer(tensor: Any) -> Any:
        def at(point: dict[str, Any], sizes: Any) -> Any:
            symmetric.append(np.array_equal(point["S"], point["S"].T))
            return evaluate_tensor(tensor, point, sizes)

        return at

    assert not verify(reading.value, variables, by, answer(differentiate(reading.value, by))).failed
    assert verify(reading.value, variables, by, answer(differentiate(other.value, other.names["S"]))).failed
    assert all(symmetric)


@pytest.mark.parametrize("operator", [o for o in TABLE.values() if o.example], ids=lambda operator: operator.name)
def test_the_complex_step_is_the_slope_of_every_operator(operator: Any) -> None:
    """Of each example by each of its variables, at a point of its domain: the same as differences."""
    reading = read(operator.example, {})
    variables = list(reading.names.values())
    sizes = next(fitting_sizes([reading.value], variables))
    plain, analytic = Program([reading.value], sizes), Program([reading.value], sizes, arithmetic=ANALYTIC)
    generator = np.random.default_rng(4)
    for kind in KINDS:
        point = draw_point(variables, sizes, kind, generator)
        with np.errstate(all="ignore"):
            if np.isfinite(plain.run(point)[0]).all():
                break
    for variable in variables:
        direction = generator.uniform(-1, 1, np.shape(point[variable.parameters[0]]))
        stepped = complex_step(analytic, point, variable.parameters[0], direction)
        values = Program([reading.value], sizes, varied=[other.parameters[0] for other in variables])
        apart = differences(values, point, variable.parameters[0], direction, None)
        assert stepped is not None and apart is not None
        np.testing.assert_allclose(stepped, apart.value, rtol=1e-6, atol=1e-9)


def test_sizes_suit_the_formula() -> None:
    for text, shapes in (
        ("inv(X'@X)", {"X": "m,n"}),
        ("inv(X@X')", {"X": "m,n"}),
        ("det(A@B)*det(B@A + I)", {"A": "m,n", "B": "n,m"}),
    ):
        reading = read(text, shapes)
        sizes = next(chosen_sizes([reading.value], list(reading.names.values())))
        assert (sizes["m"] >= sizes["n"]) == (text == "inv(X'@X)"), (text, sizes)


def test_random_piecewise_formulas() -> None:
    """Right derivatives pass; those of the formula with one kink's place moved fail."""
    source = random.Random(5)
    for _ in range(20):
        place, factor = source.choice((1, 7, 12, 300, 2000)), source.choice((2, -3))
        function = source.choice(("relu", "abs", "elu", "leaky_relu"))
        inner = source.choice(("x", "x*y", "2x - y", "x^2", "sinh(x)"))
        text = f"{factor}*{function}({inner} - {place}) + x^2*y"
        reading = read(text, SCALARS)
        x = reading.names["x"]
        variables = list(reading.names.values())
        right = IndexForm.of(differentiate(reading.value, x))
        wrong = read(text.replace(f"- {place}", f"- ({place} + 3)"), SCALARS)
        assert not verify_answer(reading.value, variables, x, right).failed, text
        assert verify_answer(reading.value, variables, x, IndexForm.of(differentiate(wrong.value, x))).failed, text


@pytest.mark.parametrize("name", [name for name, operator in TABLE.items() if operator.exact and operator.picks])
def test_what_is_chosen_is_not_moved_by_rounding(name: str) -> None:
    """The largest entry stays equal to one of the entries when values are moved as by rounding."""
    x = tree.variable("x", (dimension("n"),))
    entries = tree.apply("exp", x)
    program = Program([entries, tree.apply(name, entries)], {"n": 4})
    for seed in range(5):
        generator = np.random.default_rng(seed)
        moved, chosen = program.run({"x": generator.normal(size=4)}, generator=generator)
        assert chosen in moved


@pytest.mark.parametrize(
    "text", ["logdet(A)", "logdet(A)*tr(A)", "sum(A*logdet(A))", "det(A)", "logdet(2*A)", "tr(inv(A))"]
)
def test_a_singular_matrix_has_no_complex_step(text: str) -> None:
    program = Program([read(text, {"A": "n,n"}).value], {"n": 2}, arithmetic=ANALYTIC)
    found = complex_step(program, {"A": np.ones((2, 2))}, "A", np.ones((2, 2)))
    assert found is None or np.isfinite(found).all()


@pytest.mark.parametrize(
    ("text", "by", "shapes", "command"),
    [
        (
            "softmax(outer(min(M, axis=0), mean(cosh(W[k]) for k in 1..m)), axis=0)[1..2,1]",
            "M",
            {"M": "n,m", "W": "m,n"},
            "jacobian",
        ),
        (
            "u = exp(mean(max(A[l]) for l in 1..m))^mean([y; p]); norm1(u*gelu(y[1]))",
            "A",
            {"A": "m,m", "y": "m", "p": "scalar"},
            "gradient",
        ),
        ("mean(max(sigmoid(B), axis=1))", "B", {"B": "d,d"}, "hessian"),
        ("var(max(log_softmax(E, axis=0), axis=1))", "E", {"E": "m,m"}, "hessian"),
        (
            "sum(kron((zeros(m, n) + ones(m, n)*max(e))@max(S + ones(n, n), axis=1), sin((d + v)^diagonal(X))))",
            "v,e",
            {"e": "n,m", "S": "n,n", "d": "scalar", "v": "n", "X": "n,n"},
            "hessian",
        ),
    ],
)
def test_what_saturates_or_underflows_is_no_alarm(text: str, by: str, shapes: dict[str, str], command: str) -> None:
    """Far out, floating-point numbers differ though the answer is right: there many digits decide."""
    verified = getattr(mcalc, command)(text, by, shapes).verified
    assert verified is not None and verified.points
