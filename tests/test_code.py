"""Generated code: it computes what `evaluate` does, and reads as a person would have written it."""

from __future__ import annotations

import ast
import inspect
from typing import Any

import numpy as np
import pytest
from cases_at_points import FIRST_ORDER, derivatives, point_of, read

from mcalc import tree
from mcalc.calculus import derivative
from mcalc.calculus import differentiated as differentiate
from mcalc.checking import example_of
from mcalc.code import emitted as module
from mcalc.code import functions
from mcalc.networks import Tensor
from mcalc.numbers import KINDS, draw_point, evaluate, evaluate_tensor, fitting_sizes
from mcalc.table import TABLE


def run(text: str, name: str = "jacobian") -> Any:
    return functions(text, "numpy")[name]


def agree(result: Any, variables: list[Any], point: dict[str, Any], sizes: dict[str, int]) -> None:
    function = run(module("jacobian", variables, result, "A derivative."))
    arguments = [point[node.parameters[0]] for node in variables]
    arguments += [sizes[name] for name in list(inspect.signature(function).parameters)[len(variables) :]]
    with np.errstate(all="ignore"):
        found = function(*(float(one) if isinstance(one, np.float64) else one for one in arguments))
    form = evaluate_tensor if isinstance(result, Tensor) else evaluate
    expected = form(result, point, sizes)
    assert np.shape(found) == np.shape(expected)
    assert np.asarray(found).dtype == float
    np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("case", FIRST_ORDER, ids=lambda case: case["id"])
def test_code_of_the_corpus(case: dict[str, Any]) -> None:
    reading, found = derivatives(case["expr"], case["shapes"], case["wrt"])
    point, sizes = point_of(case, reading)
    for _, one in found:
        for form in (one.tensor, one.node):
            if form is not None:
                agree(form, list(reading.names.values()), point, sizes)


@pytest.mark.parametrize("operator", [one for one in TABLE.values() if one.example], ids=lambda operator: operator.name)
def test_code_of_every_operator(operator: Any) -> None:
    reading = example_of(operator)
    variables = list(reading.names.values())
    sizes = next(fitting_sizes([reading.value], variables))
    for kind in KINDS:
        point = draw_point(variables, sizes, kind, np.random.default_rng(1))
        if np.isfinite(evaluate(reading.value, point, sizes)).all():
            agree(reading.value, variables, point, sizes)
            return


MORE = [
    ("sum(i*x[i] for i in 1..n)", {"x": "n"}),
    ("sum(tanh(W@X[i]).y for i in 1..N)", {"W": "m,n", "X": "N,n", "y": "m"}),
    ("sum(norm(W@X[i] - Y[i])^2 for i in 1..N)", {"W": "m,n", "X": "N,n", "Y": "N,m"}),
    ("sum(sum(A[i,j]*x[j] for j in 1..n)^2 for i in 1..m)", {"A": "m,n", "x": "n"}),
    ("[a; x] + z", {"a": "scalar", "x": "n"}),
    ("x[1]^2*x[3]", {"x": "n"}),
    ("A[1..2, 2]", {"A": "m,n"}),
    ("where(x > w, x^2, -w)", {"x": "n", "w": "n"}),
    ("ones(m, n)@x", {"x": "n"}),
    ("softmax(x')", {"x": "n"}),
    ("[1, 2; 3, 4]", {"x": "n"}),
    ("a - (b - a) - (-a*b) + 2^-a/(a/b)", {"a": "scalar", "b": "scalar"}),
    ("(A@x)*y/(y*y)@(y')", {"A": "m,n", "x": "n", "y": "m"}),
    ("-(A@B)@x - -x", {"A": "n,m", "B": "m,n", "x": "n"}),
    ("x*x^2/3 - 1/3", {"x": "n"}),
    ("sum(x', axis=1)*sum(x', axis=0)", {"x": "n"}),
]


@pytest.mark.parametrize(("text", "shapes"), MORE, ids=[row[0] for row in MORE])
def test_code_of_values(text: str, shapes: dict[str, str]) -> None:
    reading = read(text, shapes, tuple(shapes))
    variables = list(reading.names.values())
    sizes = next(fitting_sizes([reading.value], variables))
    agree(reading.value, variables, draw_point(variables, sizes, "positive", np.random.default_rng(3)), sizes)


def code_of(text: str, shapes: dict[str, str], wrt: str) -> str:
    reading = read(text, shapes, (wrt,))
    found = derivative(differentiate(reading.value, reading.names[wrt]))
    result = found.tensor if found.node is None else found.node
    return module("jacobian", list(reading.names.values()), result, "The derivative.")


SHOWN = [
    (
        "a*sum(sum(delta[i,j] for j in 1..3) for i in 1..3)",
        {"a": "scalar"},
        "a",
        ["return 3.0"],
    ),
    ("norm(A@x)^2", {"A": "m,n", "x": "n"}, "x", ["return 2 * (A @ x @ A)"]),
    ("max(0, w.x + b)", {"w": "n", "x": "n", "b": "scalar"}, "w", ["return x * (w @ x + b > 0)"]),
    (
        "A@B",
        {"A": "m,n", "B": "n,p"},
        "A",
        ["t1 = np.zeros((m, p, m, n), dtype=dtype)", "np.einsum('ijik->ijk', t1)[:] += B.T", "return t1"],
    ),
    ("w.x", {"w": "n", "x": "n"}, "x", ["return w"]),
    ("b", {"b": "scalar", "A": "m,n"}, "A", ["return np.zeros((m, n), dtype=dtype)"]),
    ("sum(x)", {"x": "n"}, "x", ["return np.ones(n, dtype=dtype)"]),
]


@pytest.mark.parametrize(("text", "shapes", "wrt", "last"), SHOWN, ids=[row[0] for row in SHOWN])
def test_code_is_readable(text: str, shapes: dict[str, str], wrt: str, last: list[str]) -> None:
    assert [line.strip() for line in code_of(text, shapes, wrt).splitlines()[-len(last) :]] == last


def test_only_numpy_is_imported() -> None:
    text = code_of("softmax(A@x)", {"A": "m,n", "x": "n"}, "x")
    assert "import numpy as np" in text and "def softmax(a):" in text
    assert [node.names[0].name for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Import)] == ["numpy"]
    assert "import math" in code_of("gelu(x)", {"x": "n"}, "x")


def test_names_that_python_keeps() -> None:
    shapes = {"lambda": "scalar", "np": "n", "sum": "n", "t1": "n"}
    reading = read("sum(np*sum)*lambda*t1", shapes)
    text = module("gradient", list(reading.names.values()), reading.value, "The value.")
    assert "def gradient(np_, sum_, lambda_, t1):" in text
    assert "The parameter lambda_ is the lambda of the expression." in text
    found = run(text, "gradient")(np.array([1.0, 2.0]), np.array([3.0, 4.0]), 2.0, np.array([1.0, 2.0]))
    np.testing.assert_allclose(found, [22, 44])


def test_a_dimension_is_read_off_the_arrays() -> None:
    text = code_of("mean(A@x)", {"A": "m,n", "x": "n"}, "x")
    assert "m = A.shape[0]" in text and "n =" not in text
    reading = read("[a; w]*z", {"a": "scalar", "w": "q"})
    z = reading.names["z"]
    text = module("jacobian", [z], tree.size(z.shape[0] - 1), "Of z alone, q is read off.")
    assert "q = z.shape[0] - 1" in text


def test_shared_parts_are_computed_once() -> None:
    reading = read("u = tanh(W@x + b); v = exp(u)*u; v/norm(v)", {"W": "m,n", "x": "n", "b": "m"})
    text = module("jacobian", list(reading.names.values()), reading.value, "The value.")
    assert text.count("np.tanh") == 1 and text.count("np.exp") == 1


def test_several_results_are_a_tuple() -> None:
    reading = read("(w.x + b)^2", {"w": "n", "x": "n", "b": "scalar"})
    results = [derivative(differentiate(reading.value, reading.names[name])).node for name in "wb"]
    function = run(module("jacobian", list(reading.names.values()), results, "Both."))
    by_w, by_b = function(np.array([1.0, 2.0]), np.array([3.0, 4.0]), 1.0)
    np.testing.assert_allclose(by_w, [72, 96])
    assert by_b == 24


def test_a_long_program_compiles() -> None:
    steps = [f"u{i} = tanh({'x' if i == 0 else f'u{i - 1}'}) + {'x' if i < 2 else f'u{i - 2}'}" for i in range(1500)]
    reading = read("; ".join([*steps, "u1499"]), {"x": "n"})
    found = run(module("jacobian", list(reading.names.values()), reading.value, "Long."))(np.ones(2))
    np.testing.assert_allclose(found, evaluate(reading.value, {"x": np.ones(2)}, {"n": 2}))
    total = read(" + ".join(f"{i}*x" for i in range(1, 1500)), {"x": "n"})
    found = run(module("jacobian", list(total.names.values()), total.value, "Long."))(np.ones(2))
    np.testing.assert_allclose(found, [1124250, 1124250])


def test_the_docstring_is_safe() -> None:
    reading = read("x^2", {"x": "n"})
    function = run(
        module("jacobian", list(reading.names.values()), reading.value, 'Says """hello"""\\n\nin two lines"')
    )
    assert '"""hello"""' in function.__doc__
