"""`mcalc eval`: exact where the values are, complex where the mathematics is, a sentence where no value is."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import sympy
from cases_at_points import FIRST_ORDER, derivatives, point_of
from running import Run, assigned

import mcalc
from mcalc import Problem
from mcalc.checking import example_of
from mcalc.evaluating import evaluation
from mcalc.language import parse, read_program
from mcalc.numbers import (
    COMPLEX,
    EXACT,
    KINDS,
    REAL,
    Program,
    TooLarge,
    draw_point,
    fit,
    fitting_sizes,
    node_of,
    of_numbers,
    read_assignments,
    values_of,
)
from mcalc.question import Question
from mcalc.table import TABLE


def value(expression: str, *at: str, wrt: str = "") -> Any:
    return mcalc.evaluate(expression, assigned(*at), wrt).answers[0].number


# The notebook's figures


def test_an_exact_value_with_its_decimals(run: Run) -> None:
    out, _, status = run("eval", "f^2/3 + g^(3/2)", "--at", "f=-1, g=2")
    assert (out, status) == ("1/3 + 2sqrt(2)\n# about 3.16176\n", 0)


def test_an_exact_gradient_by_two_names(run: Run) -> None:
    out, _, _ = run("eval", "f^2/3 + g^(3/2)", "--at", "f=-1, g=2", "--wrt", "f,g")
    assert out == "[−2/3, 3sqrt(2)/2]ᵀ\n# about [−0.666667, 2.12132]ᵀ\n# 1×2, paper layout\n"
    found = value("f^2/3 + g^(3/2)", "f=-1, g=2", wrt="f,g")
    assert list(found.exact.ravel()) == [-sympy.Rational(2, 3), 3 / sympy.sqrt(2)]


def test_a_complex_gradient() -> None:
    found = value("f^2/3 + g^(3/2)", "f=0, g=-2", wrt="f,g")
    assert list(found.exact.ravel()) == [0, 3 * sympy.sqrt(2) * sympy.I / 2]


def test_a_complex_gradient_is_printed_with_its_unit(run: Run) -> None:
    out, _, _ = run("eval", "f^2/3 + g^(3/2)", "--at", "f=0, g=-2", "--wrt", "f,g")
    assert out.splitlines()[:2] == ["i = sqrt(-1)", "[0, 3sqrt(2)*i/2]ᵀ"]
    reading = read_program(parse(out), {})
    found = Program([reading.value], {}, arithmetic=EXACT).run({})[0]
    assert list(found) == [0, 3 * sympy.sqrt(2) * sympy.I / 2]


@pytest.mark.parametrize(
    ("expression", "at", "expected"),
    [
        ("w*x", ("w=.5,.6,.7", "x=1,2,3"), [0.5, 1.2, 2.1]),
        ("w.x + b", ("w=.5,.6,.7", "x=1,2,3", "b=.5"), 4.3),
        ("f^2/3 + g^(3/2)", ("f=1.5, g=4",), 8.75),
        ("w.x + b", ("w=0.9449794122289528,0.48551359173806574", "x=-1,2", "b=.5"), 0.526048),
        ("w.x + b - z", ("w=0.9449794122289528,0.48551359173806574", "x=-1,2", "b=.5", "z=1/3+2*sqrt(2)"), -2.63571),
    ],
)
def test_figures(expression: str, at: tuple[str, ...], expected: Any) -> None:
    np.testing.assert_allclose(value(expression, *at).array, expected, rtol=2e-6)


def test_the_error_times_the_data() -> None:
    at = ("w=0.9449794122289528,0.48551359173806574", "x=-1,2", "b=.5", "z=1/3+2*sqrt(2)")
    np.testing.assert_allclose(value("(w.x + b - z)^2", *at, wrt="w").array, [[5.27142, -10.54284]], rtol=2e-6)
    wrong = "(w[1]*x[1] + b - z)*x[1] + (w[2]*x[2] + b - z)*x[2]"
    np.testing.assert_allclose(value(wrong, *at).array, 0.225274, rtol=5e-6)


# Exact, floating, complex: one meaning


@pytest.mark.parametrize("operator", [one for one in TABLE.values() if one.example], ids=lambda operator: operator.name)
def test_every_operator_is_the_same_in_all_arithmetics(operator: Any) -> None:
    reading = example_of(operator)
    variables = list(reading.names.values())
    sizes = next(fitting_sizes([reading.value], variables))
    for kind in KINDS:
        point = draw_point(variables, sizes, kind, np.random.default_rng(1))
        point = {name: np.round(array, 1) for name, array in point.items()}
        with np.errstate(all="ignore"):
            (expected,) = Program([reading.value], sizes).run(point)
        if np.isfinite(expected).all():
            break
    (in_complex,) = Program([reading.value], sizes, arithmetic=COMPLEX).run(point)
    np.testing.assert_allclose(in_complex, expected, rtol=1e-12)
    exactly = {name: np.vectorize(lambda x: sympy.Rational(str(x)), otypes=[object])(a) for name, a in point.items()}
    (exact,) = Program([reading.value], sizes, arithmetic=EXACT).run(exactly)
    found = np.array([float(entry.evalf()) for entry in np.ravel(np.asarray(exact, dtype=object))])
    np.testing.assert_allclose(found, np.ravel(expected), rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("expression", ["sqrt(x)", "x^(1/3)", "log(x)", "asin(x)", "acosh(x)", "atanh(x)", "sum(x^x)"])
def test_complex_values_are_those_of_sympy(expression: str) -> None:
    fitted = fit(expression, read_assignments(["x=-3,-2,5"]))
    (exact,) = values_of([fitted.reading.value], fitted)
    with np.errstate(all="ignore"):
        (floats,) = Program([fitted.reading.value], fitted.sizes, arithmetic=COMPLEX).run(fitted.point(REAL))
    assert exact.exact is not None
    np.testing.assert_allclose(floats, exact.array, rtol=1e-12)


def test_shared_parts_are_computed_once() -> None:
    lines = ["x_1 = sin(x)", *(f"x_{i} = sin(x_{i - 1}) + x_{i - 1}*cos(x_{i - 1})" for i in range(2, 40)), "x_39"]
    found = value("; ".join(lines), "x=1")
    assert found.exact is None
    here = np.sin(1.0)
    for _ in range(2, 40):
        here = np.sin(here) + here * np.cos(here)
    np.testing.assert_allclose(found.array, here, rtol=1e-9)


def test_large_arrays_are_floating() -> None:
    found = value("sum(x)", "x=ones(1500)")
    assert found.exact is not None or found.array == 1500
    fitted = fit("sum(x*x)", read_assignments(["x=ones(2500)"]))
    assert values_of([fitted.reading.value], fitted)[0].array == 2500


@pytest.mark.parametrize(
    "text",
    (
        *("1/3 + 2*sqrt(2)", "-sqrt(2)/3", "exp(2)/3 + 1", "pi/4", "log(2)*sin(1)", "2^(1/3)", "exp(1/2)/(1 + exp(1))"),
        *("2 - sqrt(3)", "-1/2 - sqrt(2)", "1/sqrt(3)", "sqrt(1 + sqrt(2))", "atan(2)/pi", "-exp(-2)", "erf(1/2)"),
    ),
)
def test_what_is_printed_reads_back(text: str, run: Run) -> None:
    out, _, _ = run("eval", "a", "--at", f"a={text}")
    (before,) = Program([read_program(parse(text), {}).value], {}, arithmetic=EXACT).run({})
    for form in ("text", "ascii"):
        out, _, _ = run("eval", "a", "--at", f"a={text}", "-f", form)
        (after,) = Program([read_program(parse(out), {}).value], {}, arithmetic=EXACT).run({})
        assert (before - after).equals(0)
    assert node_of(before).operator.name


def test_what_cannot_be_decided_is_left_to_floating_point() -> None:
    assert value("max(a, b)", "a=sqrt(2)*sqrt(3)", "b=sqrt(6)").array == pytest.approx(6**0.5)
    with pytest.raises(TooLarge):
        EXACT.scalar(sympy.Add(*(sympy.sqrt(prime) for prime in sympy.primerange(3000))))


# Derivatives, kinks, layouts, intermediate values


def test_the_layout_turns_the_answer(run: Run) -> None:
    out, _, _ = run("eval", "w.x", "--at", "w=1,2", "--at", "x=3,4", "--wrt", "w", "--layout", "denominator")
    assert out == "[3; 4]\n# 2×1, denominator layout\n"


def test_a_derivative_of_order_four_is_shown_entry_by_entry(run: Run) -> None:
    out, _, _ = run("eval", "inv(A)", "--at", "A=[1,2;3,4]", "--wrt", "A")
    assert out.splitlines()[1] == "∂y/∂A[1,2] = [3, −1; −2.25, 0.75]"
    inverse = np.linalg.inv([[1.0, 2.0], [3.0, 4.0]])
    expected = -np.einsum("ik,lj->ijkl", inverse, inverse)
    np.testing.assert_allclose(value("inv(A)", "A=[1,2;3,4]", wrt="A").array, expected, rtol=1e-12)


@pytest.mark.parametrize(
    ("expression", "at", "expected"),
    [
        ("max(0, w.x + b)", ("w=1,1", "x=1,-2", "b=1"), "max(0, w·x + b) has a kink here (w·x + b = 0)"),
        ("abs(w)", ("w=0",), "abs(w) has a kink here (w = 0)"),
        ("sum(relu(w*x))", ("w=1,0", "x=1,1"), "relu(w ⊗ x) has a kink here (an entry of w ⊗ x is 0)"),
        ("max(w)", ("w=1,2,2",), "max(w) has a kink here (several entries share it)"),
        ("sum(max(0, w*x[i]) for i in 1..n)", ("w=1", "x=1,0"), "max(0, w*x[i]) has a kink here (w*x[i] = 0, i = 2)"),
    ],
)
def test_a_kink_is_said(expression: str, at: tuple[str, ...], expected: str, run: Run) -> None:
    out, _, _ = run("eval", expression, *(part for text in at for part in ("--at", text)), "--wrt", "w")
    (note,) = [line for line in out.splitlines() if line.startswith("# Note: ")]
    assert note.startswith(f"# Note: {expected}")


def test_no_kink_is_said_beside_it(run: Run) -> None:
    out, _, _ = run("eval", "max(0, w.x + b)", "--at", "w=1,1", "--at", "x=1,-2", "--at", "b=2", "--wrt", "w")
    assert out == "[1, −2]ᵀ\n# 1×2, paper layout\n"


def test_intermediate_values(run: Run) -> None:
    at = ("--at", "w=1,1", "--at", "x=1,-2", "--at", "b=3", "--intermediate")
    out, _, _ = run("eval", "u = w*x; v = sum(u) + b; max(0, v)", *at)
    assert out == "# u = [1; −2]   2×1\n# v = 2         1×1\n2\n"
    out, _, _ = run("eval", "u = w*x; v = sum(u) + b; max(0, v)", *at, "-f", "json")
    found = json.loads(out)
    assert [(one["name"], one["value"], one["shape"]) for one in found["intermediate"]] == [
        ("u", [1.0, -2.0], [2]),
        ("v", 2.0, []),
    ]
    assert found["value"] == 2


# Formats


def test_formats(run: Run) -> None:
    question = ("eval", "A@x", "--at", "A=[1,2;3,4]", "--at", "x=1/2,1/3")
    assert run(*question)[0] == "[7/6; 17/6]\n# about [1.16667; 2.83333]\n# 2×1\n"
    assert run(*question, "-f", "latex")[0] == "\\begin{bmatrix}\\frac{7}{6} \\\\[4pt] \\frac{17}{6}\\end{bmatrix}\n"
    assert "approx" in run(*question, "-f", "markdown")[0]
    space: dict[str, Any] = {"np": np}
    np.testing.assert_allclose(eval(run(*question, "-f", "numpy")[0], space), [7 / 6, 17 / 6], rtol=1e-15)
    found = json.loads(run(*question, "-f", "json")[0])
    assert found["exact"]["ascii"] == "[7/6; 17/6]"
    assert found["value"] == [7 / 6, 17 / 6]
    assert found["at"] == {"A": [[1, 2], [3, 4]], "x": [0.5, 1 / 3]}


def test_digits_and_output(run: Run, tmp_path: Path) -> None:
    assert run("eval", "pi*a", "--at", "a=1.0", "--digits", "12")[0] == "3.14159265359\n"
    assert run("eval", "a", "--at", "a=123456789.75")[0] == "123456790\n"
    out, _, _ = run("eval", "exp(a)", "--at", "a=1000", "-o", str(tmp_path / "value.txt"))
    assert out == "" and (tmp_path / "value.txt").read_text() == "exp(1000)\n# about 1.97007e+434\n"


# Values from files


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    X, y = np.arange(6.0).reshape(3, 2), np.array([1, 2, 3])
    np.save("X.npy", X)
    np.savez("data.npz", X=X, y=y, unused=y)
    Path("named.csv").write_text("a,b,y\n0,1,1\n2,3,2\n4,5.5,3\n")
    Path("plain.csv").write_text("0;1\n2;3\n")
    Path("data.json").write_text('{"x": [1, 2], "A": [[1, 2], [3, 4]], "b": 0.5}')
    return tmp_path


def test_values_from_files(files: Path) -> None:
    def read(*texts: str) -> dict[str, Any]:
        return {name: found.array.tolist() for name, found in read_assignments(texts).items()}

    assert read("X=@X.npy") == {"X": [[0, 1], [2, 3], [4, 5]]}
    assert read("z=@data.npz:y") == {"z": [1, 2, 3]}
    assert read("y=@data.npz") == {"y": [1, 2, 3]}
    assert set(read("@data.npz")) == {"X", "y", "unused"}
    assert read("@named.csv") == {"a": [0, 2, 4], "b": [1, 3, 5.5], "y": [1, 2, 3]}
    assert read("X=@named.csv:a,b") == {"X": [[0, 1], [2, 3], [4, 5.5]]}
    assert read("y=@named.csv, b=2") == {"y": [1, 2, 3], "b": 2}
    assert read("X=@plain.csv") == {"X": [[0, 1], [2, 3]]}
    assert read("@data.json") == {"x": [1, 2], "A": [[1, 2], [3, 4]], "b": 0.5}
    assert read("@data.json", "b=2") == {"x": [1, 2], "A": [[1, 2], [3, 4]], "b": 2}


def test_a_file_may_hold_more_than_is_needed(files: Path, run: Run) -> None:
    out, _, status = run("eval", "sum((y[i] - w.X[i])^2 for i in 1..N)/N", "--at", "@data.npz", "--at", "w=1,0")
    assert (out, status) == ("0.666667\n", 0)


# Shapes


@pytest.mark.parametrize(
    ("expression", "at", "expected"),
    [
        ("eye(n)@x", ("x=1,2", "n=2"), [1, 2]),
        ("sum(x)/N + sum(y[i] for i in 1..N)", ("x=1,2", "y=1,2,3"), 7),
        ("sum((y[i] - w.X[i])^2 for i in 1..N)", ("X=[[1],[2]]", "y=1,2", "w=[1]"), 0),
        ("sum((y[i] - w.X[i])^2 for i in 1..N)", ("X=[[1,3]]", "y=[1]", "w=[1,4]"), 144),
        ("x[1..n-1] + x[2..n]", ("x=1,2,3", "n=3"), [3, 5]),
        ("x.y", ("x=[[1],[2]]", "y=1,2"), 5),
        ("A*x", ("A=2", "x=1,2"), [2, 4]),
    ],
)
def test_shapes_come_from_the_values(expression: str, at: tuple[str, ...], expected: Any) -> None:
    np.testing.assert_allclose(np.squeeze(value(expression, *at).array), expected)


def test_a_declared_shape_and_a_value(run: Run) -> None:
    assert run("eval", "sum(x)/n", "--at", "x=1,2,3", "-s", "x=n")[0] == "2\n"
    _, error, status = run("eval", "sum(x)", "--at", "x=1,2,3", "-s", "x=4")
    assert status == 2 and error.startswith("error: `x` has 3 elements")


def test_the_gradient_of_a_large_matrix_is_quick() -> None:
    X = np.arange(6000.0).reshape(2000, 3) / 6000
    found = mcalc.evaluate("norm(X@w)^2", {"X": X, "w": "1,2,3"}, "w").answers[0].number
    np.testing.assert_allclose(found.array, [2 * (X @ [1, 2, 3]) @ X], rtol=1e-12)


def test_a_problem_in_json(run: Run) -> None:
    out, _, status = run("eval", "1/x", "--at", "x=0", "-f", "json")
    assert status == 2 and json.loads(out)["error"]["message"] == "`1/x` is not defined here: the divisor `x` is 0."


def test_problems_name_the_text() -> None:
    with pytest.raises(Problem) as caught:
        fit("w.x + b", read_assignments(["w=1,2", "x=1,2,3", "b=0"]))
    assert [(span.start, span.end) for span in caught.value.spans] == [(0, 1), (2, 3)]


@pytest.mark.parametrize(
    ("expression", "at"),
    [
        ("1/(1/x)", "x=0"),
        ("1/(1/x)", "x=zeros(2500)"),
        ("1/(sqrt(2) + sqrt(3) - sqrt(5 + 2*sqrt(a)))", "a=6"),
        ("log(sqrt(2) + sqrt(3) - sqrt(5 + 2*sqrt(a)))", "a=6"),
        ("exp(log(x))", "x=0"),
        ("x^-1*x", "x=0"),
    ],
)
def test_a_pole_on_the_way_is_no_value(expression: str, at: str) -> None:
    with pytest.raises(Problem, match="is not defined here"):
        value(expression, at)


@pytest.mark.parametrize(
    ("expression", "at", "expected"),
    [
        ("where(x > 0, log(x), 7)", "x=0", 7),
        ("where(x > 0, 1 + 1/x, 7)", "x=zeros(2500)", 7),
        ("sigmoid(-x)", "x=1000*ones(2500)", 0),
        ("max(0, sqrt(2) + sqrt(3) - sqrt(5 + 2*sqrt(a)))", "a=6", 0),
    ],
)
def test_a_case_that_does_not_hold_needs_no_value(expression: str, at: str, expected: float) -> None:
    np.testing.assert_allclose(value(expression, at).array, expected)


@pytest.mark.parametrize(
    ("expression", "at"),
    [
        ("10^x", "x=10^9"),
        ("2^3^4^5*a", "a=1"),
        ("(1 + sqrt(2) + sqrt(3) + sqrt(5))^60*a", "a=1"),
        ("prod(1 + sqrt(x))", "x=" + ",".join(map(str, range(2, 40)))),
    ],
)
def test_numbers_that_grow_end_soon(expression: str, at: str) -> None:
    try:
        assert not np.isnan(value(expression, at).array).any()
    except Problem as problem:
        assert "too large" in problem.message


def test_a_number_may_be_larger_than_floating_point_numbers(run: Run) -> None:
    lines = run("eval", "10^x", "--at", "x=10^9")
    assert lines[2] == 0 and lines[0].splitlines()[0] == "1e+1000000000"
    assert run("eval", "exp(exp(x))", "--at", "x=1000")[1].startswith("error: The value is too large")


@pytest.mark.parametrize("case", FIRST_ORDER[::4], ids=lambda case: case["id"])
def test_exact_and_floating_derivatives_of_the_corpus_agree(case: dict[str, Any]) -> None:
    reading, _ = derivatives(case["expr"], case["shapes"], case["wrt"])
    point, sizes = point_of(case, reading)
    floats = {name: np.round(np.asarray(array, dtype=float), 1) for name, array in point.items()}
    to_exact = np.vectorize(lambda number: sympy.Rational(str(number)), otypes=[object])
    counts = {name: replace(of_numbers(name, np.array(size)), loose=True) for name, size in sizes.items()}
    wrt = case["wrt"] if isinstance(case["wrt"], str) else ",".join(case["wrt"])
    found = []
    for convert in (to_exact, np.asarray):
        values = {name: of_numbers(name, convert(array)) for name, array in floats.items()}
        try:
            found.append(evaluation(Question(case["expr"], wrt, case["shapes"], verify=False), counts | values).answers)
        except Problem as problem:
            assert "not defined here" in problem.message
            return
    for exact, floating in zip(*found, strict=True):
        assert exact.number.shape == floating.number.shape and floating.number.exact is None
        np.testing.assert_allclose(exact.number.array, floating.number.array, rtol=1e-8, atol=1e-9)


def test_a_constant_has_a_derivative(run: Run) -> None:
    assert run("eval", "99", "--at", "x=1,2", "--wrt", "x")[0] == "[0, 0]ᵀ\n# 1×2, paper layout\n"
