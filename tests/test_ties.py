"""Where two arguments of max or min are equal on an open set the first counts; at isolated kinks the slope is 0."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import islice

import numpy as np
import pytest
from differences import agree, answer_at, derivative, points, value_of
from running import assigned

import mcalc
from mcalc.ask import derive, read
from mcalc.networks import IndexForm
from mcalc.numbers import equal_on_an_open_set, tied_by_rounding
from mcalc.table import TABLE
from mcalc.tree import Node, topological

SIZES = {"n": 3, "m": 2}
SCALAR, VECTOR = {"x": "scalar"}, {"x": "n"}

OPEN = [
    ("max(a, max(0,a))", "a", {"a": "scalar"}),
    ("sum(max(x, relu(x)))", "x", VECTOR),
    ("max(max(b,a),a)", "a", {"a": "scalar", "b": "scalar"}),
    ("max(max(b,a),a)", "b", {"a": "scalar", "b": "scalar"}),
    ("max(a,max(b,a))", "a", {"a": "scalar", "b": "scalar"}),
    ("max(x,where(x>0,x,0))", "x", SCALAR),
    ("max(abs(x),max(x,0))", "x", SCALAR),
    ("sum(min(diag(A), max(A,axis=1)))", "A", {"A": "n,n"}),
    ("sum(min(diag(A), max(A,axis=0)))", "A", {"A": "n,n"}),
    ("max(min(x[1..2]), x[2])", "x", VECTOR),
    ("max(x[2], min(x[1..2]))", "x", VECTOR),
    ("sum(min(max(x,0),max(x,1)))", "x", VECTOR),
    ("max(norm_inf(x), max(x))", "x", VECTOR),
    ("min(norm1(x), sum(x))", "x", VECTOR),
    ("max(x, leaky_relu(x))", "x", SCALAR),
    ("max(elu(x), x)", "x", SCALAR),
    ("max(x*step(x), x)", "x", SCALAR),
    ("max(relu(x - 20), x - 20)", "x", SCALAR),
    ("sum(max(x[i], max(0, x[i])) for i in 1..n)", "x", VECTOR),
    ("sum(maximum(x[1], x[l]) for l in 1..n)^2", "x", VECTOR),
    ("sum(maximum(x[2], x[l]) for l in 1..n)^2", "x", VECTOR),
    ("sum(maximum(x[l], x[4]) for l in 1..5)", "x", {"x": "5"}),
    ("sum(sum(min(A[i]*x[2], A[2]*x[i])) for i in 1..n)", "x", {"x": "n", "A": "n,m"}),
    ("sum(max(x', x')^2)", "x", VECTOR),
    ("sum(min(x', x')^2)", "x", VECTOR),
    ("prod(maximum(x', x'))", "x", VECTOR),
    ("sum(min(x', relu(x')))", "x", VECTOR),
    ("max(w.x, relu(w.x))", "w", {"w": "n", "x": "n"}),
    ("max(max(max(x,x), relu(x)), max(max(x,x), x))", "x", SCALAR),
    ("max(min(relu(max(max(x,x), x))[1..2]), relu(max(max(x,x), x))[2])", "x", VECTOR),
]
ISOLATED = [
    ("max(x, -x)", SCALAR, 0.0, 0.0),
    ("max(-x, x)", SCALAR, 0.0, 0.0),
    ("max(x, 2x)", SCALAR, 0.0, 0.0),
    ("max(2x, x)", SCALAR, 0.0, 0.0),
    ("max(0, x)", SCALAR, 0.0, 0.0),
    ("max(x, 0)", SCALAR, 0.0, 0.0),
    ("min(x, x^2)", SCALAR, 1.0, 0.0),
    ("max(x^2, x)", SCALAR, 1.0, 0.0),
    ("max(relu(x) + x, relu(-x) + x)", SCALAR, 0.0, 0.0),
    ("max(relu(x - 1), relu(2x - 2))", SCALAR, 1.0, 0.0),
]


@pytest.mark.parametrize(("text", "wrt", "shapes"), OPEN)
@pytest.mark.parametrize("order", [1, 2])
def test_ties_on_an_open_set(text: str, wrt: str, shapes: Mapping[str, str], order: int) -> None:
    derivation = derive(text, wrt, shapes, order=order)
    value = value_of(text, shapes, SIZES)
    slope = derivative(value, wrt) if order == 1 else derivative(derivative(value, wrt), wrt)
    for scale in (1.0, 1.0, 30.0):
        for point in islice(points(shapes, SIZES, 7), 3):
            for sign in (1, -1):
                place = {name: sign * scale * entry for name, entry in point.items()}
                assert agree(answer_at(derivation, place, SIZES), np.squeeze(slope(place)), 1e-4), (text, place)


@pytest.mark.parametrize(("text", "shapes", "at", "expected"), ISOLATED)
def test_isolated_kinks(text: str, shapes: Mapping[str, str], at: float, expected: float) -> None:
    """0 where the two meet, in either order of the arguments."""
    assert answer_at(derive(text, "x", shapes), {"x": at}, SIZES) == expected


def test_what_the_paper_has_and_rows_as_columns() -> None:
    assert str(derive("max(0, w.x + b)", "w")) == "{ 0⃗ᵀ if w·x + b ≤ 0; xᵀ if w·x + b > 0 }"
    assert str(derive("max(x', x')", "x", {"x": "n"})) == "I"
    assert str(derive("max(w, x)", "w", {"w": "n", "x": "n"})) == "diag(w > x)"


def test_where_both_are_constant_no_slope_is_lost() -> None:
    """Two rectified values are both 0 on an open set, and so are both slopes: nothing is decided there."""
    assert "≥" not in str(derive("sum(max(relu(A@x), relu(B@x)))", "x"))


@pytest.mark.parametrize(("text", "wrt", "shapes"), OPEN)
def test_the_mark_at_a_tie_is_not_seen(text: str, wrt: str, shapes: Mapping[str, str]) -> None:
    """What is derived is marked; the answer, and what is shown on the way, is as it was typed."""
    derivation = derive(text + "^2" if text.startswith("m") else text, wrt, shapes, verify=False)
    shown = [derivation.natural, *(line.meaning for line in derivation.lines)]
    roots = [root for root in shown if isinstance(root, Node)]
    terms = [root.tensor.terms for root in shown if isinstance(root, IndexForm)]
    roots += [factor.node for some in terms for term in some for factor in term.factors if factor.node is not None]
    assert not any(node.operator.first_counts and node.parameters for node in topological(roots))


@pytest.mark.parametrize("name", [name for name, operator in TABLE.items() if operator.branches or operator.picks])
def test_branches_are_values(name: str) -> None:
    """Each piecewise operator is equal on an open set to one of its own branches, in either order."""
    operator = TABLE[name]
    reading = read(operator.example)
    whole = reading.value
    names = dict(zip(operator.argument_names, whole.args, strict=True))
    from mcalc.language import read_value

    for text in [value for value, _ in operator.branches] or ["a"]:
        branch = read_value(text, names)
        if not set(map(str, names.values())) & {str(leaf) for leaf in topological([branch]) if not leaf.args}:
            continue
        for pair in ((whole, branch), (branch, whole)):
            if pair[0].shape == pair[1].shape:
                tied = Node(TABLE["maximum"], pair, (), whole.shape)
                assert equal_on_an_open_set(tied)


def test_the_derivative_of_a_norm_is_0_where_the_norm_is() -> None:
    """Said beside an answer whose norm may be 0 on an open set, and at a point where it is."""
    assert any("norm(relu(x)) is 0" in note for note in derive("norm(relu(x))", "x", VECTOR).notes)
    assert not any("norm" in note for note in derive("norm(x)", "x", VECTOR).notes)
    for text, at, note in (("norm(relu(a))", "a=-1", True), ("norm(x)", "x=0,0", True), ("norm(x)", "x=0,3", False)):
        (answer,) = mcalc.evaluate(text, assigned(at), at[0]).answers
        assert np.all(np.asarray(answer.number.array) == (0 if note else [0, 1]))
        assert bool(answer.notes) == note


@pytest.mark.parametrize(
    ("text", "at", "tied"),
    [
        ("softplus(x) > relu(x)", 40.0, True),
        ("softplus(x) > relu(x)", 3.0, False),
        ("tanh(x) < 1", 30.0, True),
        ("exp(x) > 0", -800.0, True),
        ("x >= max(x, 0)", 40.0, False),
        ("max(0, x) > x", 2.0, False),
        ("x > 1", 1.0 + 1e-9, False),
    ],
)
def test_equal_by_rounding_or_throughout(text: str, at: float, tied: bool) -> None:
    assert tied_by_rounding([read(text, SCALAR).value], {"x": np.array(at)}, {}) == tied


@pytest.mark.parametrize(("text", "expected"), [("max(x, mean(x))", 1.0), ("maximum(sum(x), max(x))*x", 1.4)])
def test_of_one_entry_the_first_wins(text: str, expected: float) -> None:
    """A vector's sum, its mean and its largest element are one number where it has one entry: no slope is lost."""
    slope = mcalc.jacobian(text, "x", {"x": "n"}).function("numpy")(np.array([0.7]))
    assert np.allclose(np.squeeze(slope), expected)
