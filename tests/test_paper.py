"""The formulas of Parr and Howard, "The Matrix Calculus You Need For Deep Learning", row by row, in their order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import pytest

import mcalc
from mcalc.ask import read
from mcalc.derivation import Derivation, Step
from mcalc.notation import write_expression
from mcalc.numbers import draw_point, evaluate
from mcalc.tree import Node, dimension

SIZES = {"n": 3, "m": 2, "k": 4, "N": 5}
SCALARS = "x=scalar y=scalar"
VECTORS = "w=n x=n"
SCALAR_AND_VECTOR = "x=n z=scalar"
NEURON = "w=n x=n b=scalar"
ERROR = "w=n x=n b=scalar y=scalar"
DATA = "w=n b=scalar X=N,n y=N"
SINGLE = "single-variable chain rule"
TOTAL = "single-variable total-derivative chain rule"
VECTOR = "vector chain rule"
COST = "sum((y[i] - max(0, w.X[i] + b))^2 for i in 1..N)/N"
DOT = ["u₁ = w ⊗ x", "u₂ = sum(u₁)"]
AFFINE = [*DOT, "u₃ = u₂ + b"]


class Row(NamedTuple):
    """``∂expression/∂wrt`` is `value`, of this `shape`, printed as `text`; by these `lines` and this chain rule."""

    number: str
    expression: str
    wrt: str
    declared: str
    value: str
    shape: str
    text: str
    lines: Sequence[str] = ()
    rule: str = ""
    layout: str = "paper"

    @property
    def shapes(self) -> dict[str, str]:
        return declarations(self.declared)


def declarations(text: str) -> dict[str, str]:
    return dict(part.split("=") for part in text.split())


# fmt: off
ROWS = [
    # Scalars: the rules, gradients, Jacobians
    Row("3", "99", "x", "x=scalar", "0", "", "0"),
    Row("3", "3x", "x", "x=scalar", "3", "", "3"),
    Row("3", "x^3", "x", "x=scalar", "3*x^2", "", "3x²"),
    Row("3", "x^2 + 3x", "x", "x=scalar", "2*x + 3", "", "2x + 3"),
    Row("3", "x^2 - 3x", "x", "x=scalar", "2*x - 3", "", "2x − 3"),
    Row("3", "x^2*x", "x", "x=scalar", "x^2 + x*2*x", "", "3x²"),
    Row("3", "ln(x^2)", "x", "x=scalar", "2/x", "", "2/x"),
    Row("4", "9(x + x^2)", "x", "x=scalar", "9 + 18*x", "", "9 + 18x"),
    Row("5", "3x^2*y", "x", SCALARS, "6*y*x", "", "6x*y"),
    Row("5", "3x^2*y", "y", SCALARS, "3*x^2", "", "3x²"),
    Row("5", "3x^2*y", "x,y", SCALARS, "[6*y*x, 3*x^2]'", "1,2", "[6x*y, 3x²]"),
    Row("6", "2x + y^8", "x,y", SCALARS, "[2, 8*y^7]'", "1,2", "[2, 8y⁷]"),
    Row("7", "[3x^2*y; 2x + y^8]", "x,y", SCALARS, "[6*y*x, 3*x^2; 2, 8*y^7]", "2,2", "[6x*y, 3x²; 2, 8y⁷]"),
    Row(
        "7", "[3x^2*y; 2x + y^8]", "x,y", SCALARS, "[6*y*x, 2; 3*x^2, 8*y^7]", "2,2",
        "[6x*y, 2; 3x², 8y⁷]", layout="denominator",
    ),
    # The shapes of ∂(scalar, vector)/∂(scalar, vector)
    Row("8", "x^2", "x", "x=scalar", "2*x", "", "2x"),
    Row("8", "sum(x^2)", "x", "x=n", "2*x'", "1,n", "2xᵀ"),
    Row("8", "w*x", "x", "w=m x=scalar", "w", "m", "w"),
    Row("8", "W@x", "x", "W=m,n x=n", "W", "m,n", "W"),
    # Element-wise operators and scalar expansion
    Row("9", "x", "x", "x=n", "eye(n)", "n,n", "I"),
    Row("10", "exp(w)*sin(x)", "w", VECTORS, "diag(exp(w)*sin(x))", "n,n", "diag(exp(w) ⊗ sin(x))"),
    Row("11", "w + x", "w", VECTORS, "eye(n)", "n,n", "I"),
    Row("11", "w + x", "x", VECTORS, "eye(n)", "n,n", "I"),
    Row("11", "w - x", "w", VECTORS, "eye(n)", "n,n", "I"),
    Row("11", "w - x", "x", VECTORS, "-1*eye(n)", "n,n", "−I"),
    Row("11", "w*x", "w", VECTORS, "diag(x)", "n,n", "diag(x)"),
    Row("11", "w*x", "x", VECTORS, "diag(w)", "n,n", "diag(w)"),
    Row("11", "w/x", "w", VECTORS, "diag(1/x)", "n,n", "diag(1/x)"),
    Row("11", "w/x", "x", VECTORS, "diag(-w/x^2)", "n,n", "−diag(w ⊘ x²)"),
    Row("11", "max(w, x)", "w", VECTORS, "diag(where(w > x, ones(n), zeros(n)))", "n,n", "diag(w > x)"),
    Row("11", "max(w, x)", "x", VECTORS, "diag(where(w > x, zeros(n), ones(n)))", "n,n", "diag(x > w)"),
    Row("11", "w > x", "w", VECTORS, "zeros(n,n)", "n,n", "zeros(n,n)"),
    Row("11", "w > x", "x", VECTORS, "zeros(n,n)", "n,n", "zeros(n,n)"),
    Row("12", "x + z", "x", SCALAR_AND_VECTOR, "eye(n)", "n,n", "I"),
    Row("12", "x + z", "z", SCALAR_AND_VECTOR, "ones(n)", "n", "1⃗"),
    Row("12", "x*z", "x", SCALAR_AND_VECTOR, "z*eye(n)", "n,n", "z*I"),
    Row("12", "x*z", "z", SCALAR_AND_VECTOR, "x", "n", "x"),
    # Sums
    Row("13", "sum(sin(x))", "x", "x=n", "cos(x)'", "1,n", "cos(x)ᵀ"),
    Row("14", "sum(x)", "x", "x=n", "ones(n)'", "1,n", "1⃗ᵀ"),
    Row("14", "sum(x*z)", "x", SCALAR_AND_VECTOR, "z*ones(n)'", "1,n", "z*1⃗ᵀ"),
    Row("14", "sum(x*z)", "z", SCALAR_AND_VECTOR, "sum(x)", "", "sum(x)"),
    # The chain rules
    Row("16", "sin(x^2)", "x", "x=scalar", "2*x*cos(x^2)", "", "2x*cos(x²)", ["u₁ = x²", "u₂ = sin(u₁)"], SINGLE),
    Row(
        "17", "ln(sin(x^3)^2)", "x", "x=scalar", "6*x^2*cos(x^3)/sin(x^3)", "",
        "6x²*cos(x³)/sin(x³)", ["u₁ = x³", "u₂ = sin(u₁)", "u₃ = u₂²", "u₄ = ln(u₃)"], SINGLE,
    ),
    Row("19", "x + x^2", "x", "x=scalar", "1 + 2*x", "", "1 + 2x", ["u₁ = x²", "u₂ = x + u₁"], TOTAL),
    Row(
        "20", "sin(x + x^2)", "x", "x=scalar", "cos(x + x^2)*(1 + 2*x)", "",
        "(1 + 2x)*cos(x + x²)", ["u₁ = x²", "u₂ = x + u₁", "u₃ = sin(u₂)"], TOTAL,
    ),
    Row("21", "x*x^2", "x", "x=scalar", "x^2 + x*2*x", "", "3x²", ["u₁ = x²", "u₂ = x*u₁"], TOTAL),
    Row(
        "22", "[ln(x^2); sin(3x)]", "x", "x=scalar", "[2/x; 3*cos(3*x)]", "2",
        "[2/x; 3cos(3x)]", ["u₁ = [x²; 3x]", "u₂ = [ln(u₁[1]); sin(u₁[2])]"], VECTOR,
    ),
    Row(
        "23–25", "sin(x^2)", "x", "x=n", "diag(cos(x^2))@diag(2*x)", "n,n",
        "2diag(x ⊗ cos(x²))", ["u₁ = x²", "u₂ = sin(u₁)"], VECTOR,
    ),
    Row("26", "w.x", "w", VECTORS, "ones(n)'@diag(x)", "1,n", "xᵀ", DOT, VECTOR),
    Row("26", "w.x", "x", VECTORS, "w'", "1,n", "wᵀ", DOT, VECTOR),
    Row("26", "sum(w*x)", "w", VECTORS, "x'", "1,n", "xᵀ", DOT, VECTOR),
    Row("26", "sum(w*x)", "x", VECTORS, "w'", "1,n", "wᵀ", DOT, VECTOR),
    Row("26", "w'@x", "w", VECTORS, "x'", "1,n", "xᵀ", DOT, VECTOR),
    Row("26", "w'@x", "x", VECTORS, "w'", "1,n", "wᵀ", DOT, VECTOR),
    Row("27", "w.x + b", "w", NEURON, "x' + zeros(n)'", "1,n", "xᵀ", AFFINE, VECTOR),
    Row("27", "w.x + b", "b", NEURON, "0 + 1", "", "1", ["f = w·x + b"]),
    Row("28", "max(0, z)", "z", "z=scalar", "where(z > 0, 1, 0)", "", "{ 0 if z ≤ 0; 1 if z > 0 }", ["u₁ = max(0, z)"]),
    Row(
        "28", "max(0, x)", "x", "x=n", "diag(where(x > 0, ones(n), zeros(n)))", "n,n",
        "diag(x > 0)", ["u₁ = max(0, x)"],
    ),
    # A neuron, and its cost over the data
    Row(
        "29", "max(0, w.x + b)", "w", NEURON, "where(w.x + b > 0, x', zeros(n)')", "1,n",
        "{ 0⃗ᵀ if w·x + b ≤ 0; xᵀ if w·x + b > 0 }", [*AFFINE, "u₄ = max(0, u₃)"], VECTOR,
    ),
    Row(
        "29", "max(0, w.x + b)", "b", NEURON, "where(w.x + b > 0, 1, 0)", "",
        "{ 0 if w·x + b ≤ 0; 1 if w·x + b > 0 }", ["u₁ = w·x + b", "u₂ = max(0, u₁)"], SINGLE,
    ),
    Row(
        "31", "y - max(0, w.x + b)", "w", ERROR, "where(w.x + b > 0, -x', zeros(n)')", "1,n",
        "{ 0⃗ᵀ if w·x + b ≤ 0; −xᵀ if w·x + b > 0 }", rule=VECTOR,
    ),
    Row(
        "31", COST, "w", DATA,
        "sum(where(w.X[i] + b > 0, -2*(y[i] - (w.X[i] + b))*X[i]', zeros(n)') for i in 1..N)/N", "1,n",
        "2sum((w·X[i] + b − y[i])*(w·X[i] + b > 0)*X[i]ᵀ for i in 1..N)/N", rule=VECTOR,
    ),
    Row(
        "32", "u = max(0, w.x + b); v = y - u; v^2", "w", ERROR,
        "where(w.x + b > 0, 2*(w.x + b - y)*x', zeros(n)')", "1,n",
        "{ 0⃗ᵀ if w·x + b ≤ 0; 2(w·x + b − y)*xᵀ if w·x + b > 0 }",
        [*AFFINE, "u = max(0, u₃)", "v = y − u", "u₄ = v²"], VECTOR,
    ),
    Row(
        "34", "y - max(0, w.x + b)", "b", ERROR, "where(w.x + b > 0, -1, 0)", "",
        "{ 0 if w·x + b ≤ 0; −1 if w·x + b > 0 }", rule=SINGLE,
    ),
    Row(
        "34", COST, "b", DATA, "2/N*sum((w.X[i] + b - y[i])*(w.X[i] + b > 0) for i in 1..N)", "",
        "2sum((w·X[i] + b − y[i])*(w·X[i] + b > 0) for i in 1..N)/N", rule=TOTAL,
    ),
    # The bias as one more weight
    Row("36", "[w; b].[x; 1]", "w", NEURON, "x'", "1,n", "xᵀ", rule=VECTOR),
    Row("36", "[w; b].[x; 1]", "b", NEURON, "1", "", "1", rule=VECTOR),
    Row("36", "w_hat.x_hat", "w_hat", "w_hat=n x_hat=n", "x_hat'", "1,n", "x̂ᵀ", rule=VECTOR),
]
# fmt: on


def name(row: Row) -> str:
    return f"{row.number}: {row.expression} by {row.wrt}, {row.layout}"


each_row = pytest.mark.parametrize("row", ROWS, ids=name)


def derived(expression: str, wrt: str, declared: str, layout: str = "paper") -> Derivation:
    return mcalc.jacobian(expression, wrt, declarations(declared), layout=layout)


def value_of(node: Node, points: Sequence[Mapping[str, Any]]) -> np.ndarray:
    return np.array([evaluate(node, point, SIZES) for point in points])


def assert_equal(one: Node, other: Node, names: Sequence[Node]) -> None:
    """The two values are equal wherever the names have values; some points lie on either side of each condition."""
    generator = np.random.default_rng(1)
    points = [draw_point(names, SIZES, "any", generator) for _ in range(12)]
    found, expected = value_of(one, points), value_of(other, points)
    assert found.shape == expected.shape
    np.testing.assert_allclose(found, expected, rtol=1e-12, atol=1e-12)


def shape(text: str) -> tuple[Any, ...]:
    return tuple(dimension(part) for part in text.split(",")) if text else ()


def chain_rules(derivation: Derivation) -> list[str]:
    return [step.rule for step in derivation.steps if step.rule in (SINGLE, TOTAL, VECTOR)]


def identities(derivation: Derivation) -> list[str]:
    return [used.because for step in derivation.steps if step.stage == "combine" for used in step.substeps]


def local(derivation: Derivation) -> list[Step]:
    return [step for step in derivation.steps if step.stage == "differentiate"]


@each_row
def test_value(row: Row) -> None:
    derivation = derived(row.expression, row.wrt, row.declared, row.layout)
    expected = read(row.value, row.shapes).value
    assert isinstance(derivation.result, Node)
    assert_equal(derivation.result, expected, list(derivation.reading.names.values()))


@each_row
def test_shape(row: Row) -> None:
    assert derived(row.expression, row.wrt, row.declared, row.layout).shape == shape(row.shape)


@each_row
def test_text(row: Row) -> None:
    assert str(derived(row.expression, row.wrt, row.declared, row.layout)) == row.text


@pytest.mark.parametrize(
    "row", [row for row in ROWS if row.lines], ids=lambda row: f"{row.number}: {row.expression} by {row.wrt}"
)
def test_intermediate_variables(row: Row) -> None:
    lines = derived(row.expression, row.wrt, row.declared).lines
    written = [f"{write_expression(line.node)} = {write_expression(line.definition)}" for line in lines]
    assert written == list(row.lines)


@pytest.mark.parametrize(
    "row", [row for row in ROWS if row.rule], ids=lambda row: f"{row.number}: {row.expression} by {row.wrt}"
)
def test_chain_rule(row: Row) -> None:
    rules = chain_rules(derived(row.expression, row.wrt, row.declared))
    assert rules == ([TOTAL, SINGLE] if row.number == "20" else [row.rule])


@pytest.mark.parametrize("activation", ["z", "max(0, z)"])
def test_row_1_a_neuron_is_a_scalar(activation: str) -> None:
    forms = [read(activation.replace("z", form), declarations(NEURON)) for form in ("(sum(w*x) + b)", "(w.x + b)")]
    for form in forms:
        assert form.value.shape == ()
        assert_equal(form.value, forms[0].value, list(form.names.values()))


@pytest.mark.parametrize("expression", ["w + x", "w*x", "w/x", "max(w, x)", "exp(w)*sin(x)"])
def test_row_10_says_why_an_elementwise_jacobian_is_diagonal(expression: str) -> None:
    for step in local(derived(expression, "w", VECTORS)):
        assert "element-wise diagonal condition: each element depends on its own alone" in step.because


def test_row_21_adds_the_paths_though_the_operator_multiplies() -> None:
    (step,) = [step for step in derived("x*x^2", "x", "x=scalar").steps if step.rule == TOTAL]
    assert write_expression(step.before) == "∂u₂(x, u₁)/∂x"
    assert write_expression(step.after) == "∂u₂/∂x + ∂u₂/∂u₁*∂u₁/∂x"
    assert "x reaches u₂ directly and through u₁; the paths are added" in step.because


def combined(derivation: Derivation) -> list[str]:
    return [write_expression(step.after) for step in derivation.steps if step.stage == "combine"]


def test_row_22_multiplies_two_jacobians() -> None:
    equal = combined(derived("[ln(x^2); sin(3x)]", "x", "x=scalar"))
    assert equal[:2] == ["∂u₂/∂u₁·∂u₁/∂x", "diag([1/u₁[1]; cos(u₁[2])])·[2x; 3]"]


SHAPES_OF_FACTORS = [
    ("sin(x^2)", "x=scalar", ["", ""], ""),
    ("sum(x*w)", "x=scalar w=n", ["1,n", "n"], ""),
    ("exp(x)*w", "x=scalar w=m", ["m", ""], "m"),
    ("W@(w*x)", "x=scalar W=m,n w=n", ["m,n", "n"], "m"),
    ("sin(w.x)", "x=n w=n", ["", "1,n", "n,n"], "1,n"),
    ("sum(W@x)", "x=n W=m,n", ["1,m", "m,n"], "1,n"),
    ("w*sum(x)", "x=n w=m", ["m", "1,n"], "m,n"),
    ("V@(W@x)", "x=n W=m,n V=k,m", ["k,m", "m,n"], "k,n"),
]


@pytest.mark.parametrize(("expression", "declared", "factors", "result"), SHAPES_OF_FACTORS)
def test_rows_23_to_25_shapes_of_the_factors(expression: str, declared: str, factors: list[str], result: str) -> None:
    (step,) = [step for step in derived(expression, "x", declared).steps if "chain rule" in step.rule]
    assert list(step.factors) == [tuple(shape(factor) for factor in factors)]
    assert step.shape == shape(result)


def test_rows_23_to_25_the_product_of_diagonals_is_diagonal() -> None:
    assert "diag(u)·diag(v) = diag(u ⊗ v)" in identities(derived("sin(x^2)", "x", "x=n"))


def test_row_26_ones_times_a_diagonal_is_a_row() -> None:
    derivation = derived("w.x", "w", VECTORS)
    assert combined(derivation) == ["∂u₂/∂u₁·∂u₁/∂w", "1⃗ᵀ·diag(x)", "xᵀ"]
    assert identities(derivation) == ["1⃗ᵀ·diag(v) = vᵀ"]


def test_row_30_the_cost_is_a_mean_over_the_data() -> None:
    reading = read(COST, declarations(DATA))
    assert reading.value.shape == ()
    generator = np.random.default_rng(4)
    point = draw_point(list(reading.names.values()), SIZES, "any", generator)
    active = np.maximum(0, point["X"] @ point["w"] + point["b"])
    assert evaluate(reading.value, point, SIZES) == pytest.approx(np.mean((point["y"] - active) ** 2), rel=1e-12)


def test_rows_31_and_32_only_the_masked_form_holds_on_random_data() -> None:
    derivation = derived(COST, "w", DATA)
    unmasked = read("2/N*sum((w.X[i] + b - y[i])*X[i]' for i in 1..N)", declarations(DATA)).value
    with pytest.raises(AssertionError):
        assert_equal(derivation.result, unmasked, list(derivation.reading.names.values()))


@pytest.mark.parametrize(
    ("expression", "wrt", "declared", "said"),
    [
        ("max(0, x)", "x", "x=n", "as a column"),
        (COST, "w", DATA, "pulls the cases out of the Σ"),
        (COST, "b", DATA, "pulls the cases out of the Σ"),
        ("[w; b].[x; 1]", "w", NEURON, "without that transpose"),
    ],
)
def test_notes_where_the_print_slips(expression: str, wrt: str, declared: str, said: str) -> None:
    (note,) = derived(expression, wrt, declared).notes
    assert said in note


@pytest.mark.parametrize(
    ("expression", "wrt", "declared"),
    [("w.x + b", "w", NEURON), ("max(0, z)", "z", "z=scalar"), ("x*x^2", "x", "x=scalar")],
)
def test_no_note_where_the_print_is_right(expression: str, wrt: str, declared: str) -> None:
    assert derived(expression, wrt, declared).notes == ()
