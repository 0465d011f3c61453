"""Results in components: the same numbers as the result itself, what is written reads back, and the drawings."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from sympy.core.numbers import Integer

from mcalc import Problem, tree
from mcalc.ask import derive, read
from mcalc.derivation import Derivation, component, expanded
from mcalc.networks import IndexForm
from mcalc.notation import Slices, write, write_expression
from mcalc.numbers import draw_point, evaluate, evaluate_tensor
from mcalc.pages import write as written
from mcalc.tree import Node, dimension, variables

SIZES = {"n": 3, "m": 2, "k": 4, "p": 3, "N": 3}

EXPRESSIONS = [
    ("w.x", "w"),
    ("x*y", "x"),
    ("x/y", "y"),
    ("max(0, x)", "x"),
    ("max(0, w.x + b)", "w"),
    ("max(0, w.x + b)", "b"),
    ("A@x", "x"),
    ("A@x*b", "b"),
    ("diag(x)@A@x", "x"),
    ("x'@A@x", "x"),
    ("x'@A@y + b'@y", "y"),
    ("sum(x)*x", "x"),
    ("mean(x^2)", "x"),
    ("x - mean(x)", "x"),
    ("norm(x)", "x"),
    ("norm(A@x - b)^2", "x"),
    ("x/norm(x)", "x"),
    ("softmax(x)", "x"),
    ("log_softmax(x)", "x"),
    ("logsumexp(x)", "x"),
    ("sigmoid(W@x + c)", "x"),
    ("sum(sigmoid(W@x + c))", "x"),
    ("sum(log(1 + exp(-y*(X@w))))", "w"),
    ("sum((X[i].w - y[i])^2 for i in 1..N)/N", "w"),
    ("sum(max(0, X[i].w + b - y[i]) for i in 1..N)", "w"),
    ("A@exp(B@x)", "x"),
    ("V@tanh(W@x)", "x"),
    ("where(x > 0, x^2, 0)", "x"),
    ("where(sum(x) > 0, x, x^2)", "x"),
    ("abs(x)", "x"),
    ("x[1]*x", "x"),
    ("x[2..n]", "x"),
    ("[x^2*y; x*y]", "x"),
    ("[a; x*a]", "a"),
    ("[a; x*a]", "x"),
    ("[x; y].[y; x]", "x"),
    ("outer(x, y)@z", "x"),
    ("det(A)", "A"),
    ("logdet(A)", "A"),
    ("tr(A@X)", "X"),
    ("tr(A@X@B)", "X"),
    ("a'@X@b", "X"),
    ("sum(A^2)", "A"),
    ("norm(A)", "A"),
    ("inv(A)@b", "b"),
    ("x^2*y", "x,y"),
    ("sum(A, axis=0)'.x", "x"),
]
SHAPES = {
    "b'": {"b": "n", "y": "n"},
    "b)^2": {"b": "m"},
    "a'@X@b": {"a": "n", "b": "m"},
    "x^2*y": {"x": "scalar", "y": "scalar"},
    "x[2..n]": {"x": "n"},
    "x*a": {"x": "n"},
    **{part: {"x": "n", "y": "n"} for part in ("x*y", "x/y")},
    **{part: {"x": "n"} for part in ("max(0, x)", "where(x > 0", "abs(x)")},
}


def derivation_of(expression: str, by: str, layout: str = "paper") -> Derivation:
    shapes = next((shapes for part, shapes in SHAPES.items() if part in expression), {})
    shapes = {"b": "n"} | shapes if expression == "inv(A)@b" else shapes
    return derive(expression, by, shapes, layout=layout, verify=False)


def sizes_of(derivation: Derivation) -> dict[str, int]:
    """The sizes of the dimensions that the names have."""
    names = [
        symbol.name for node in derivation.reading.names.values() for size in node.shape for symbol in size.free_symbols
    ]
    return {name: SIZES[name] for name in names}


def point_of(derivation: Derivation, kind: str = "positive") -> dict[str, Any]:
    return draw_point(list(derivation.reading.names.values()), SIZES, kind, np.random.default_rng(7))


def same(one: Any, other: Any) -> None:
    assert np.allclose(np.squeeze(one), np.squeeze(other), rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("layout", ["paper", "denominator"])
@pytest.mark.parametrize(("expression", "by"), EXPRESSIONS)
def test_components_have_the_numbers_of_the_result(expression: str, by: str, layout: str) -> None:
    derivation = derivation_of(expression, by, layout)
    sizes = sizes_of(derivation)
    found = expanded(derivation, ",".join(f"{name}={size}" for name, size in sizes.items()))
    result = found.result
    assert isinstance(result, Node) and isinstance(derivation.result, Node)
    assert all(size.is_Integer for size in result.shape)
    assert "sum(" not in write(result)
    for kind in ("positive", "any"):
        point = point_of(derivation, kind)
        with np.errstate(all="ignore"):
            expected = evaluate(derivation.result, point, SIZES)
            same(np.nan_to_num(evaluate(result, point, SIZES)), np.nan_to_num(expected))


@pytest.mark.parametrize("dialect", ["text", "ascii"])
@pytest.mark.parametrize(("expression", "by"), EXPRESSIONS)
def test_components_read_back(expression: str, by: str, dialect: str) -> None:
    derivation = derivation_of(expression, by)
    result = expanded(derivation, ",".join(f"{name}={size}" for name, size in sizes_of(derivation).items())).result
    assert isinstance(result, Node)
    names = derivation.reading.names
    shown = write(result, dialect)
    shapes = {
        name: ",".join(str(SIZES.get(str(size), size)) for size in node.shape) or "scalar"
        for name, node in names.items()
        if name in {leaf.parameters[0] for leaf in variables(result)}
    }
    again = read(shown, shapes).value
    point = point_of(derivation)
    same(evaluate(again, point, SIZES), evaluate(result, point, SIZES))


@pytest.mark.parametrize(("expression", "by"), [one for one in EXPRESSIONS if "," not in one[1]])
def test_an_entry_for_symbolic_sizes(expression: str, by: str) -> None:
    result = derivation_of(expression, by).result
    assert isinstance(result, Node)
    first = tuple(Integer(1) for _ in result.axes)
    last = tuple(result.axes)
    sizes = {name: size + 4 for name, size in SIZES.items()}
    names = list(derivation_of(expression, by).reading.names.values())
    point = draw_point(names, sizes, "positive", np.random.default_rng(3))
    value = evaluate(result, point, sizes)
    for places, index in ((first, 0), (last, -1)):
        entry = component(result, places)
        assert entry.shape == ()
        same(evaluate(entry, point, sizes), value[(index,) * np.ndim(value)])


def drawn(expression: str, by: str, dialect: str = "text", sizes: str = "", **options: Any) -> str:
    shapes = {"x": "n"} if "x" in expression else {}
    return write_expression(expanded(derive(expression, by, shapes, verify=False, **options), sizes).result, dialect)


DRAWINGS = [
    ("w.x", "w", "text", ["[ x[1]  x[2]  ⋯  x[n] ]"]),
    ("w.x", "w", "ascii", ["[ x[1]  x[2]  ...  x[n] ]"]),
    ("w.x", "w", "latex", [r"\begin{bmatrix}x_1 & x_2 & \cdots & x_n\end{bmatrix}"]),
    (
        "x*y",
        "y",
        "text",
        [
            "⎡ x[1]  0     ⋯  0    ⎤",
            "⎢ 0     x[2]  ⋯  0    ⎥",
            "⎢ ⋮     ⋮     ⋱  ⋮    ⎥",
            "⎣ 0     0     ⋯  x[n] ⎦",
        ],
    ),
    (
        "x*y",
        "y",
        "ascii",
        [
            "| x[1]  0     ...  0    |",
            "| 0     x[2]  ...  0    |",
            "| ...   ...   ...  ...  |",
            "| 0     0     ...  x[n] |",
        ],
    ),
    (
        "A@x",
        "x",
        "text",
        [
            "⎡ A[1,1]  A[1,2]  ⋯  A[1,n] ⎤",
            "⎢ A[2,1]  A[2,2]  ⋯  A[2,n] ⎥",
            "⎢ ⋮       ⋮       ⋱  ⋮      ⎥",
            "⎣ A[m,1]  A[m,2]  ⋯  A[m,n] ⎦",
        ],
    ),
    (
        "A@x",
        "x",
        "latex",
        [
            r"\begin{bmatrix}A_{1,1} & A_{1,2} & \cdots & A_{1,n} \\ A_{2,1} & A_{2,2} & \cdots & A_{2,n} \\ "
            r"\vdots & \vdots & \ddots & \vdots \\ A_{m,1} & A_{m,2} & \cdots & A_{mn}\end{bmatrix}"
        ],
    ),
    (
        "max(0, x)",
        "x",
        "text",
        [
            "⎡ x[1] > 0  0         ⋯  0        ⎤",
            "⎢ 0         x[2] > 0  ⋯  0        ⎥",
            "⎢ ⋮         ⋮         ⋱  ⋮        ⎥",
            "⎣ 0         0         ⋯  x[n] > 0 ⎦",
        ],
    ),
    ("A@x*b", "b", "text", ["⎡ A[1]·x ⎤", "⎢ A[2]·x ⎥", "⎢ ⋮      ⎥", "⎣ A[m]·x ⎦"]),
    ("[a; x*a]", "a", "text", ["⎡ 1    ⎤", "⎢ x[1] ⎥", "⎢ x[2] ⎥", "⎢ ⋮    ⎥", "⎣ x[n] ⎦"]),
    (
        "max(0, w.x + b)",
        "w",
        "text",
        ["{ [ 0  0  ⋯  0 ] if w·x + b ≤ 0; [ x[1]  x[2]  ⋯  x[n] ] if w·x + b > 0 }"],
    ),
    (
        "[x; a]",
        "x",
        "text",
        ["⎡ 1  0  ⋯  0 ⎤", "⎢ 0  1  ⋯  0 ⎥", "⎢ ⋮  ⋮  ⋱  ⋮ ⎥", "⎢ 0  0  ⋯  1 ⎥", "⎣ 0  0  ⋯  0 ⎦"],
    ),
]


@pytest.mark.parametrize(("expression", "by", "dialect", "lines"), DRAWINGS)
def test_drawing(expression: str, by: str, dialect: str, lines: list[str]) -> None:
    assert drawn(expression, by, dialect).split("\n") == lines


def test_a_drawing_of_cases_in_columns() -> None:
    assert drawn("max(0, w.x + b)", "w", layout="denominator").split("\n") == [
        "⎧ ⎡ 0 ⎤",
        "⎪ ⎢ 0 ⎥     if w·x + b ≤ 0",
        "⎪ ⎢ ⋮ ⎥",
        "⎨ ⎣ 0 ⎦",
        "⎪ ⎡ x[1] ⎤",
        "⎪ ⎢ x[2] ⎥  if w·x + b > 0",
        "⎪ ⎢ ⋮    ⎥",
        "⎩ ⎣ x[n] ⎦",
    ]


IN_FULL = [
    ("w.x", "w", "n=3", "[x[1], x[2], x[3]]"),
    ("x*y", "y", "n=2", "[x[1], 0; 0, x[2]]"),
    ("max(0, x)", "x", "n=2", "[x[1] > 0, 0; 0, x[2] > 0]"),
    ("A@x*b", "b", "n=3,m=1", "A[1,1]*x[1] + A[1,2]*x[2] + A[1,3]*x[3]"),
    ("x - mean(x)", "x", "n=2", "[1/2, −1/2; −1/2, 1/2]"),
    ("softmax(x)", "x", "n=1", "softmax(x)[1] − softmax(x)[1]²"),
    ("x*norm(x)^2", "x", "n=2", "[3x[1]² + x[2]², 2x[1]*x[2]; 2x[1]*x[2], x[1]² + 3x[2]²]"),
    ("sin(x)*exp(x)", "x", "n=1", "exp(x[1])*(cos(x[1]) + sin(x[1]))"),
    ("exp(x)/(1 + exp(x))", "x", "n=1", "σ(x[1])*(1 − σ(x[1]))"),
    ("where(x > 0, x^2, 0)*a", "x", "n=1", "{ 0 if x[1] ≤ 0; 2a*x[1] if x[1] > 0 }"),
    (
        "where(b > 0, w.x, 0)",
        "w",
        "n=2",
        "{ [0, 0] if b ≤ 0; [x[1], x[2]] if b > 0 }",
    ),
]


@pytest.mark.parametrize(("expression", "by", "sizes", "text"), IN_FULL)
def test_in_full(expression: str, by: str, sizes: str, text: str) -> None:
    assert drawn(expression, by, sizes=sizes) == text


def test_some_sizes_given() -> None:
    assert drawn("A@x", "x", sizes="n=2").split("\n")[0] == "⎡ A[1,1]  A[1,2] ⎤"
    assert drawn("A@x", "x", sizes="n=2").split("\n")[2] == "⎢ ⋮       ⋮      ⎥"


def test_declared_numbers_are_sizes() -> None:
    derivation = derive("w.x", "w", {"x": "2"}, verify=False)
    assert write_expression(expanded(derivation).result) == "[x[1], x[2]]"


def test_a_place_that_is_a_name_is_left_open() -> None:
    assert "unit(i," in drawn("x[i]*x", "x", sizes="n=3")


def test_an_inner_sum_stays_a_value() -> None:
    n, m = dimension("n"), dimension("m")
    entry = component(tree.apply("matmul", tree.variable("A", (m, n)), tree.variable("x", (n,))), (Integer(1),))
    assert write(entry) == "sum(A[1,j]*x[j] for j in 1..n)"
    j_taken = tree.apply("matmul", tree.variable("A", (m, n)), tree.variable("j", (n,)))
    assert write(component(j_taken, (m,))) == "sum(A[m,k]*j[k] for k in 1..n)"


@pytest.mark.parametrize("places", [(1, 1), (1, 2), (2, "n"), ("n", "n")])
def test_identity(places: tuple[Any, Any]) -> None:
    row, column = (dimension("n") if place == "n" else Integer(place) for place in places)
    assert component(tree.identity(dimension("n")), (row, column)) is tree.number(int(row == column))


@pytest.mark.parametrize(("expression", "by"), [("A@x", "A"), ("A@X", "X"), ("outer(x, y)", "x"), ("A^2", "A")])
def test_orders_three_and_four_are_slices(expression: str, by: str) -> None:
    derivation = derivation_of(expression, by)
    assert expanded(derivation).result is derivation.result
    sizes = dict.fromkeys(sizes_of(derivation), 2)
    found = expanded(derivation, ",".join(f"{name}=2" for name in sizes)).result
    assert isinstance(found, Slices) and isinstance(derivation.result, IndexForm)
    point = draw_point(list(derivation.reading.names.values()), sizes, "any", np.random.default_rng(1))
    whole = evaluate_tensor(derivation.result.tensor, point, sizes)
    for places, node in found.parts:
        same(evaluate(node, point, sizes), whole[(..., *(place - 1 for place in places))])


def test_slices_are_listed() -> None:
    assert drawn("A@x", "A", sizes="n=2,m=1").split("\n") == ["∂y/∂A[1,1] = x[1]", "∂y/∂A[1,2] = x[2]"]


def test_explain_ends_with_the_components() -> None:
    derivation = expanded(derive("A@exp(x)", "x", command="explain", verify=False))
    steps = [step for step in derivation.steps if step.stage == "components"]
    assert [write_expression(step.before) for step in steps] == ["∂u₁/∂x", "∂u₂/∂u₁", "A·diag(exp(x))"]
    assert steps[-1].after is derivation.result
    assert write_expression(derivation.in_symbols) == "A·diag(exp(x))"


def test_several_variables() -> None:
    derivation = expanded(derive("x*y", "x,y", {"x": "n"}, verify=False), "n=2")
    assert str(derivation) == "[y[1], 0; 0, y[2]]\n[x[1], 0; 0, x[2]]"


BAD = [
    ("n=0", "whole number from 1 on", 2),
    ("n=x", "whole number from 1 on", 2),
    ("n=2.5", "whole number from 1 on", 2),
    ("n=-1", "whole number from 1 on", 2),
    ("q=3", "no dimension `q`", 2),
    ("3", "sizes such as", 2),
    ("n=", "The value of `n` is missing", 2),
    ("n=2,n=3", "twice", 2),
    ("n=13", "at most 144", 2),
    ("n=99999999999999999999", "at most 144", 2),
]


@pytest.mark.parametrize(("sizes", "words", "status"), BAD)
def test_bad_sizes(sizes: str, words: str, status: int) -> None:
    with pytest.raises(Problem) as caught:
        expanded(derive("x*y", "x", {"x": "n"}, verify=False), sizes)
    assert words in caught.value.message and caught.value.hint and caught.value.status == status


@pytest.mark.parametrize(
    ("expression", "by", "sizes", "status"),
    [("A@x", "A", "n=2", 3), ("x[3]*x", "x", "n=2", 2), ("softmax(A@x)", "x", "n=12,m=12", 3)],
)
def test_what_cannot_be_written(expression: str, by: str, sizes: str, status: int) -> None:
    derivation = derivation_of(expression, by)
    with pytest.raises(Problem) as caught:
        expanded(derivation, sizes)
    assert caught.value.status == status and caught.value.hint


def test_explain_prints_a_drawing_beside_its_name() -> None:
    shown = written(expanded(derive("x*y", "y", {"x": "n"}, command="explain", verify=False)), "text").split("\n")
    at = shown.index("3  In components")
    assert shown[at + 1 : at + 5] == [
        "             ⎡ x[1]  0     ⋯  0    ⎤",
        "    ∂u₁/∂y = ⎢ 0     x[2]  ⋯  0    ⎥",
        "             ⎢ ⋮     ⋮     ⋱  ⋮    ⎥",
        "             ⎣ 0     0     ⋯  x[n] ⎦",
    ]
    assert "Result  diag(x)   n×n" in shown
