"""The operators on vectors and matrices, along every axis: values, derivatives, code, and reading back."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from test_code import agree
from test_reading_back import check as check_reading_back

import mcalc
from mcalc import Problem
from mcalc.calculus import derivative
from mcalc.calculus import differentiated as differentiate
from mcalc.language import Reading, declaration, parse, read_program
from mcalc.notation import write, write_expression
from mcalc.numbers import dimensions, draw_point, evaluate, evaluate_tensor, fitting_sizes
from mcalc.table import CALLS, TABLE

SHAPES = {"A": "m,n", "B": "p,q", "x": "n", "w": "p", "v": "m", "c": "scalar", "S": "n,n"}
Values = dict[str, Any]


def exps(a: Any, axis: int | None = None) -> Any:
    return np.log(np.exp(a).sum(axis=axis))


def share(a: Any, axis: int) -> Any:
    return np.exp(a) / np.exp(a).sum(axis=axis, keepdims=True)


REDUCTIONS: dict[str, Callable[..., Any]] = {
    "sum": lambda a, axis=None: a.sum(axis=axis),
    "mean": lambda a, axis=None: a.sum(axis=axis) / (a.size if axis is None else a.shape[axis]),
    "max": lambda a, axis=None: np.sort(a, axis=axis).take(-1, axis=-1 if axis is None else axis),
    "min": lambda a, axis=None: np.sort(a, axis=axis).take(0, axis=-1 if axis is None else axis),
    "prod": lambda a, axis=None: np.exp(np.log(np.abs(a)).sum(axis=axis)) * np.sign(a).prod(axis=axis),
    "var": lambda a, axis=None: (a**2).mean(axis=axis) - a.mean(axis=axis) ** 2,
    "logsumexp": exps,
}
ARGUMENTS: list[tuple[str, tuple[int | None, ...], Callable[[Values], Any]]] = [
    ("A", (None, 0, 1), lambda at: at["A"]),
    ("x", (0,), lambda at: at["x"]),
    ("x'", (None, 0, 1), lambda at: at["x"][None, :]),
    ("A@x", (None,), lambda at: at["A"] @ at["x"]),
    ("A*A - A", (0, 1), lambda at: at["A"] ** 2 - at["A"]),
    ("c", (None,), lambda at: np.array([at["c"]])),
]
CASES: dict[str, Callable[[Values], Any]] = {}


def reduced(
    function: Callable[..., Any], argument: Callable[[Values], Any], axis: int | None
) -> Callable[[Values], Any]:
    return lambda at: function(argument(at), axis=axis)


for _name, _function in REDUCTIONS.items():
    for _text, _axes, _argument in ARGUMENTS:
        for _axis in _axes:
            _typed = f"{_name}({_text}{'' if _axis is None else f', axis={_axis}'})"
            CASES[_typed] = reduced(_function, _argument, _axis)
CASES |= {
    "norm_inf(x)": lambda at: max(abs(entry) for entry in at["x"]),
    "norm_inf(A)": lambda at: max(abs(entry) for entry in at["A"].flat),
    "norm_inf(x')": lambda at: max(abs(entry) for entry in at["x"]),
    "norm_inf(c)": lambda at: abs(at["c"]),
    "norm_inf(A@x - v)": lambda at: max(abs(at["A"] @ at["x"] - at["v"])),
    "softmax(A)": lambda at: share(at["A"], 1),
    "softmax(A, axis=0)": lambda at: share(at["A"], 0),
    "softmax(A, axis=1)": lambda at: share(at["A"], 1),
    "softmax(x, axis=0)": lambda at: share(at["x"], 0),
    "softmax(x', axis=0)": lambda at: np.ones(len(at["x"])),
    "softmax(x', axis=1)": lambda at: share(at["x"], 0),
    "log_softmax(A)": lambda at: np.log(share(at["A"], 1)),
    "log_softmax(A, axis=0)": lambda at: np.log(share(at["A"], 0)),
    "log_softmax(A, axis=1)": lambda at: np.log(share(at["A"], 1)),
    "log_softmax(x', axis=0)": lambda at: np.zeros(len(at["x"])),
    "log_softmax(x', axis=1)": lambda at: np.log(share(at["x"], 0)),
    "softmax(A', axis=0)@v": lambda at: share(at["A"].T, 0) @ at["v"],
    "vec(A)": lambda at: np.concatenate([at["A"][:, j] for j in range(at["A"].shape[1])]),
    "vec(A')": lambda at: np.concatenate([at["A"][i] for i in range(at["A"].shape[0])]),
    "vec(x)": lambda at: at["x"],
    "vec(x')": lambda at: at["x"],
    "vec(c)": lambda at: at["c"],
    "kron(c, A)": lambda at: at["c"] * at["A"],
    "kron(A, S@S)": lambda at: blocks(at["A"], at["S"] @ at["S"]),
    "sum(kron(A, B), axis=0)": lambda at: blocks(at["A"], at["B"]).sum(axis=0),
    "norm(vec(A))": lambda at: np.sqrt((at["A"] ** 2).sum()),
    "vec(A)*vec(A)": lambda at: at["A"].T.reshape(-1) ** 2,
    "max(A, axis=0).x": lambda at: at["A"].max(axis=0) @ at["x"],
    "max(max(A, axis=1))": lambda at: at["A"].max(),
    "sum((A - ones(m)@mean(A, axis=0)')^2)/m": lambda at: at["A"].var(axis=0).sum(),
}


def paired(left: str, right: str) -> Callable[[Values], Any]:
    return lambda at: np.squeeze(blocks(two_axes(at, left), two_axes(at, right)))


for _pair in ("A,B", "A,A", "A,x", "A,x'", "w,A", "w',A", "w,x", "w,x'", "w',x", "w',x'", "x,x"):
    CASES[f"kron({_pair.replace(',', ', ')})"] = paired(*_pair.split(","))


def two_axes(at: Values, text: str) -> Any:
    value = at[text.strip("'")]
    return value if value.ndim == 2 else value[None, :] if text.endswith("'") else value[:, None]


def blocks(a: Any, b: Any) -> Any:
    return np.block([[entry * b for entry in row] for row in a])


def names_in(text: str) -> dict[str, str]:
    """The declared names of a text, with their shapes."""
    found = re.findall(r"\b[A-Za-z]\b", text)
    return {name: shape for name, shape in SHAPES.items() if name in found}


def read(text: str) -> Reading:
    declared = {name: declaration(shape) for name, shape in names_in(text).items()}
    return read_program(parse(text), declared, [], False)


def points(reading: Reading) -> tuple[list[Any], dict[str, Any], dict[str, int]]:
    variables = list(reading.names.values())
    sizes = next(fitting_sizes([reading.value], variables))
    return variables, draw_point(variables, sizes, "any", np.random.default_rng(4)), sizes


@pytest.mark.parametrize("text", CASES)
def test_values_are_those_of_numpy(text: str) -> None:
    reading = read(text)
    variables, point, sizes = points(reading)
    found = evaluate(reading.value, point, sizes)
    expected = CASES[text]({name: np.asarray(value) for name, value in point.items()})
    assert np.shape(found) == dimensions(reading.value.axes, sizes)
    np.testing.assert_allclose(found, np.reshape(expected, np.shape(found)), rtol=1e-10, atol=1e-12)
    assert np.size(found) == np.size(expected)
    agree(reading.value, variables, point, sizes)


@pytest.mark.parametrize("text", CASES)
def test_derivatives_agree_with_differences(text: str) -> None:
    """As networks, as a matrix, as code, and read back; the check that mcalc itself does agrees too."""
    reading = read(text)
    variables, point, sizes = points(reading)
    for name, by in reading.names.items():
        found = mcalc.jacobian(text, name, names_in(text))
        assert found.verified is not None and found.verified.points >= 3 and found.verified.error < 1e-6
        check_reading_back(found)
        one = derivative(differentiate(reading.value, by))
        for form in (one.tensor, one.node):
            if form is not None:
                agree(form, variables, point, sizes)
        entries = evaluate_tensor(one.tensor, point, sizes)
        assert np.shape(entries) == dimensions(reading.value.axes + by.axes, sizes)
        np.testing.assert_allclose(entries, slopes(reading, by, point, sizes), rtol=1e-5, atol=1e-7)


def slopes(reading: Reading, by: Any, point: dict[str, Any], sizes: dict[str, int]) -> Any:
    """Entry by entry, by central differences."""
    name, step = by.parameters[0], 1e-6
    start = np.asarray(point[name], dtype=float)
    columns = []
    for place in np.ndindex(start.shape):
        moved = np.zeros(start.shape)
        moved[place] = step
        above, below = (evaluate(reading.value, {**point, name: start + sign * moved}, sizes) for sign in (1, -1))
        columns.append((above - below) / (2 * step))
    return np.stack(columns, axis=-1).reshape(np.shape(columns[0]) + start.shape)


@pytest.mark.parametrize("text", CASES)
def test_values_read_back(text: str) -> None:
    reading = read(text)
    _, point, sizes = points(reading)
    declared = {name: declaration(SHAPES[name]) for name in reading.names}
    for dialect in ("text", "ascii"):
        again = read_program(parse(write(reading.value, dialect)), declared, expected=reading.value.shape).value
        assert again.shape == reading.value.shape
        np.testing.assert_allclose(evaluate(again, point, sizes), evaluate(reading.value, point, sizes))


HESSIANS = [
    ("max(x*x)", "x"),
    ("prod(x)", "x"),
    ("var(x)", "x"),
    ("sum(var(A, axis=0))", "A"),
    ("logsumexp(A, axis=1).v", "A"),
    ("norm_inf(A@x)", "x"),
    ("vec(A).vec(A)", "A"),
    ("sum(kron(A, A))", "A"),
    ("sum(softmax(A, axis=0)*A)", "A"),
]


@pytest.mark.parametrize(("text", "wrt"), HESSIANS, ids=[row[0] for row in HESSIANS])
def test_second_derivatives(text: str, wrt: str) -> None:
    found = mcalc.hessian(text, wrt, names_in(text))
    assert found.verified is not None and found.verified.points >= 3 and found.verified.error < 1e-6


GRADIENTS = [
    ("max(x)", "x", {"x": "n"}, "(x ≥ max(x))ᵀ/sum(x ≥ max(x))"),
    ("var(x)", "x", {"x": "n"}, "2(x − mean(x))ᵀ/n"),
    ("logsumexp(A, axis=1).v", "A", {"A": "m,n", "v": "m"}, "diag(v)·softmax(A)"),
    ("prod(c)", "c", {"c": "scalar"}, "1"),
    ("var(c)", "c", {"c": "scalar"}, "0"),
    ("max(c)", "c", {"c": "scalar"}, "1"),
    ("sum(log(p^y))", "p", {"p": "n", "y": "n"}, "(y ⊘ p)ᵀ"),
    ("-log(prod(p^y*(1 - p)^(1 - y)))", "p", {"p": "n", "y": "n"}, "((1 − y ⊘ p) ⊘ (1 − p))ᵀ"),
    ("sum(a^y)", "a", {"a": "scalar", "y": "n"}, "y·a^(y − 1)"),
    ("sum(exp(-X@w))", "w", {"X": "m,n", "w": "n"}, "−exp(−X·w)ᵀ·X"),
    ("logsumexp(b*X@q)/b", "q", {"b": "scalar", "X": "m,n", "q": "n"}, "softmax(b*X·q)ᵀ·X"),
    ("exp(-2*(w.x)/b)", "b", {"w": "n", "x": "n", "b": "scalar"}, "2w·x*exp(−2w·x/b)/b²"),
    ("atan2(a, b)", "a", {"a": "scalar", "b": "scalar"}, "b/(a² + b²)"),
    ("sum(atan2(x, y))", "y", {"x": "n", "y": "n"}, "−(x ⊘ (x² + y²))ᵀ"),
]


@pytest.mark.parametrize("angle", range(-175, 180, 25))
def test_the_angle_of_a_point_is_numpys(angle: int) -> None:
    """In all four quadrants, on the axes and where one of the two is tiny."""
    a, b = np.sin(np.deg2rad(angle)), np.cos(np.deg2rad(angle))
    for first, second in ((a, b), (1e-18 * a, b), (a, 1e-18 * b), (np.sign(a), 0.0), (0.0, np.sign(b))):
        assert TABLE["atan2"].numpy(np, first, second) == pytest.approx(np.arctan2(first, second), rel=1e-15, abs=0)


@pytest.mark.parametrize(("text", "wrt", "shapes", "shown"), GRADIENTS, ids=[row[0] for row in GRADIENTS])
def test_gradients_as_a_textbook_has_them(text: str, wrt: str, shapes: dict[str, str], shown: str) -> None:
    assert write_expression(mcalc.jacobian(text, wrt, shapes).result) == shown


LISTED = """
exp log ln sqrt abs sign sin cos tan asin acos atan sinh cosh tanh asinh acosh atanh sigmoid softplus relu leaky_relu
elu gelu silu erf step max min where atan2 sum mean norm norm1 norm_inf logsumexp prod var dot tr det logdet softmax
log_softmax inv diag outer kron vec norm2 trace transpose hadamard arcsin arccos arctan diagonal frobenius variance
average determinant inverse maximum minimum lse
"""


@pytest.mark.parametrize("name", LISTED.split())
def test_every_function_of_the_language_is_there(name: str) -> None:
    assert name in CALLS


ALIASES = [
    ("variance(x)", "var(x)"),
    ("average(A, axis=1)", "mean(A, axis=1)"),
    ("lse(x)", "logsumexp(x)"),
    ("maximum(x)", "max(x)"),
    ("minimum(x, 0)", "min(x, 0)"),
    ("product(x)", "prod(x)"),
    ("softmax(A, axis=1)", "softmax(A)"),
    ("softmax(x, axis=0)", "softmax(x)"),
]


@pytest.mark.parametrize(("typed", "meant"), ALIASES, ids=[row[0] for row in ALIASES])
def test_other_names(typed: str, meant: str) -> None:
    assert read(typed).value is read(meant).value


@pytest.mark.parametrize("name", ["expm", "logm", "cholesky", "svd", "pinv"])
def test_what_is_refused_says_why(name: str) -> None:
    with pytest.raises(Problem) as caught:
        mcalc.jacobian(f"{name}(S)", "S", {"S": "n,n"})
    assert caught.value.status == 3
    assert name in caught.value.message and caught.value.hint


@pytest.mark.parametrize("text", ["max(x, axis=1)", "softmax(x, axis=1)", "var(c, axis=0)", "max(A, axis=2)"])
def test_an_axis_that_is_not_there(text: str) -> None:
    with pytest.raises(Problem, match="axis"):
        read(text)


def test_extremes_at_a_point() -> None:
    """The derivative of a largest entry is 1 where it is taken, and 0 elsewhere."""
    reading = read("max(A, axis=0)")
    tensor = differentiate(reading.value, reading.names["A"])
    found = evaluate_tensor(tensor, {"A": np.array([[1.0, 5.0, 2.0], [3.0, 4.0, 0.0]])}, {"m": 2, "n": 3})
    expected = np.zeros((3, 2, 3))
    expected[0, 1, 0] = expected[1, 0, 1] = expected[2, 0, 2] = 1
    np.testing.assert_array_equal(found, expected)


TIES = [
    ("max([a; b; a])", "a", 2.0, 1.0, 1.0),
    ("min([a; b; a; a])", "a", 1.0, 2.0, 1.0),
    ("norm_inf([-a; b; a])", "a", 2.0, 1.0, 1.0),
    ("max(a + ones(3))", "a", 2.0, 1.0, 1.0),
    ("sum(max([a, b; a, b], axis=1))", "a", 2.0, 1.0, 2.0),
    ("sum(max([a, b; a, b], axis=0))", "a", 2.0, 1.0, 1.0),
]


@pytest.mark.parametrize(("text", "wrt", "a", "b", "expected"), TIES, ids=[row[0] for row in TIES])
def test_entries_that_are_always_equal_share(text: str, wrt: str, a: float, b: float, expected: float) -> None:
    reading = read_program(
        parse(text), {name: declaration("scalar") for name in re.findall(r"\b[ab]\b", text)}, [], False
    )
    tensor = differentiate(reading.value, reading.names[wrt])
    assert evaluate_tensor(tensor, {"a": a, "b": b}, {}) == pytest.approx(expected)
