"""The answer in SymPy's terms has the value of the answer, and the module builds the same expression."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest
from cases_at_points import FIRST_ORDER, derivatives, point_of, read
from sympy_values import value_of
from test_libraries import EXAMPLES, MORE, of_value

import mcalc
from mcalc import Problem, tree
from mcalc.answers import Answer
from mcalc.code import sympy_expression as expression
from mcalc.numbers import KINDS, draw_point, evaluate, fitting_sizes
from mcalc.table import TABLE, Operator
from mcalc.tree import Node, dimension


def agree(node: Node, point: dict[str, Any], sizes: dict[str, int]) -> None:
    try:
        found = expression(node)
    except Problem as problem:
        assert problem.status == 3
        pytest.skip(problem.message)
    np.testing.assert_allclose(value_of(found, point, sizes), evaluate(node, point, sizes), rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("case", FIRST_ORDER, ids=lambda case: case["id"])
def test_the_corpus_in_sympy(case: dict[str, Any]) -> None:
    reading, found = derivatives(case["expr"], case["shapes"], case["wrt"])
    nodes = [one.node for _, one in found if one.node is not None]
    if not nodes:
        pytest.skip("the derivative has no matrix form")
    point, sizes = point_of(case, reading)
    for node in nodes:
        agree(node, point, sizes)


@pytest.mark.parametrize(("text", "shapes"), [*EXAMPLES, *MORE], ids=[row[0] for row in (*EXAMPLES, *MORE)])
def test_values_in_sympy(text: str, shapes: dict[str, str]) -> None:
    for _, node, point, sizes in of_value(text, shapes):
        assert isinstance(node, Node)
        agree(node, point, sizes)


@pytest.mark.parametrize("case", FIRST_ORDER, ids=lambda case: case["id"])
def test_the_module_builds_the_expression(case: dict[str, Any]) -> None:
    derivation = mcalc.jacobian(case["expr"], case["wrt"], case["shapes"], verify=False)
    try:
        text = derivation.write("sympy")
    except Problem as problem:
        assert problem.status == 3
        with pytest.raises(Problem, match=re.escape(problem.message)):
            Answer.of(derivation).to_sympy()
        return
    space: dict[str, Any] = {}
    exec(compile(text, "answer", "exec"), space)
    assert [line for line in text.splitlines() if "import" in line] == ["import sympy"]
    point, sizes = point_of(case, derivation.reading)
    parts = derivation.parts or (derivation,)
    built = space["jacobian"] if derivation.parts else (space["jacobian"],)
    for part, found in zip(parts, built, strict=True):
        assert isinstance(part.in_symbols, Node)
        expected = evaluate(part.in_symbols, point, sizes)
        np.testing.assert_allclose(value_of(found, point, sizes), expected, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize(
    ("text", "wrt", "expected"),
    [
        ("x'@A@x", "x", "sympy.Transpose(x)*(A + sympy.Transpose(A))"),
        ("norm(A@x)^2/3", "x", "(sympy.Rational(2, 3))*sympy.Transpose(x)*sympy.Transpose(A)*A"),
        ("logdet(X)", "X", "sympy.Inverse(sympy.Transpose(X))"),
        ("a^2*b", "a", "2*a*b"),
    ],
)
def test_the_module_is_readable(text: str, wrt: str, expected: str) -> None:
    assert mcalc.jacobian(text, wrt).write("sympy").splitlines()[-1] == f"jacobian = {expected}"


def test_names_that_python_keeps() -> None:
    text = mcalc.jacobian("lambda*sympy^2*entry", "lambda,sympy").write("sympy")
    space: dict[str, Any] = {}
    exec(text, space)
    assert "lambda_ = " in text and "sympy_ = " in text
    assert space["jacobian"] == mcalc.jacobian("lambda*sympy^2*entry", "lambda,sympy").to_sympy()


@pytest.mark.parametrize(
    ("text", "wrt"), [("A@X", "X"), ("prod(x)", "x"), ("sum(exp(w.X[i])*X[i] for i in 1..N)", "w")]
)
def test_what_sympy_does_not_have(text: str, wrt: str) -> None:
    with pytest.raises(Problem, match="SymPy has no matrix expression for") as caught:
        mcalc.jacobian(text, wrt).to_sympy()
    assert caught.value.status == 3


BUILT = [
    ("sinh(sinh(x))", "x", {"x": "n"}),
    ("log(1+x)*log(1+exp(x))", "x", {"x": "n"}),
    ("softplus(silu(x))", "x", {"x": "n"}),
    ("sum(sqrt(abs(tan(cos(X)))))", "X", {"X": "m,n"}),
    ("norm(ones(4).^y)", "y", {"y": "4"}),
    ("b^(y'@ones(m,q)@(x+1.5))", "x", {}),
    ("asin(a + det(([a; b] @ [a; b]')))", "a", {"a": "scalar", "b": "scalar"}),
    ("logsumexp([A; B], axis=1)[1]", "A", {"A": "m,n", "B": "n,n"}),
]
BUILT += [(one.example, name, {}) for one in TABLE.values() if one.example for name in read(one.example, {}).names]


@pytest.mark.parametrize(("text", "wrt", "shapes"), BUILT, ids=lambda row: str(row))
def test_the_module_has_the_value_or_is_refused(text: str, wrt: str, shapes: dict[str, str]) -> None:
    derivation = mcalc.jacobian(text, wrt, shapes, verify=False)
    try:
        source = derivation.write("sympy")
    except Problem as problem:
        assert problem.status == 3 and problem.message.startswith(("SymPy cannot build", "SymPy has no"))
        return
    space: dict[str, Any] = {}
    exec(compile(source, "answer", "exec"), space)
    node = derivation.in_symbols
    assert isinstance(node, Node)
    variables = list(derivation.reading.names.values())
    sizes = next(fitting_sizes([derivation.value, node], variables))
    for kind in KINDS:
        point = draw_point(variables, sizes, kind, np.random.default_rng(1))
        with np.errstate(all="ignore"):
            expected = evaluate(node, point, sizes)
        if np.isfinite(expected).all():
            np.testing.assert_allclose(value_of(space["jacobian"], point, sizes), expected, rtol=1e-9, atol=1e-9)
            return
    pytest.fail("there is no point at which the derivative is finite")


ELEMENTWISE = [one for one in TABLE.values() if one.elementwise and not one.variadic]


@pytest.mark.parametrize("operator", ELEMENTWISE, ids=lambda one: one.name)
def test_what_is_turned_has_the_value(operator: Operator) -> None:
    """The transpose of each operator on square matrices: SymPy turns what is inside."""
    n = dimension("n")
    matrices = [tree.variable(name, (n, n)) for name in "ABC"[: len(operator.argument_names)]]
    turned = tree.apply("transpose", tree.apply(operator.name, *matrices))
    whole = tree.apply("multiply", tree.number(2), turned)
    for value in (turned, tree.apply("matmul", whole, tree.variable("D", (n, n)))):
        start = 1 if operator.domain == "above one" else 0
        generator = np.random.default_rng(1)
        agree(value, {name: start + generator.uniform(0.2, 0.9, (2, 2)) for name in "ABCD"}, {"n": 2})


@pytest.mark.parametrize("text", ["norm(ones(4).^y)", "b^(y'@ones(4,3)@(x+1.5))", "tr(A^B@C)", "sum((A^B)'@C)"])
def test_powers_of_matrices_are_built(text: str) -> None:
    derivation = mcalc.jacobian(text, next(iter(read(text, {}).names)), verify=False)
    assert "jacobian = " in derivation.write("sympy")


def test_the_indices_of_sums_are_symbols_of_the_module() -> None:
    shapes = {"X": "m,n", "i": "n", "N": "m", "A": "m,m"}
    answer = mcalc.jacobian("atan2(unit(1, m)'@softmax(X, axis=1)@i, N'@A@N)", "A", shapes, verify=False)
    space: dict[str, Any] = {}
    exec(compile(answer.write("sympy"), "answer", "exec"), space)
    assert {one.name for one in space["jacobian"].free_symbols} <= {*shapes, "m", "n"}
