"""Open functions: ``f(g(x))`` with nothing known of f and g, in every command, format and method."""

from __future__ import annotations

import numpy as np
import pytest
from running import mcalc as run

import mcalc
from mcalc import Problem
from mcalc.ask import derive
from mcalc.code import function_of as function
from mcalc.code import write_code as write
from mcalc.pages import write as written

E = "elementwise"
# expression, variable, declared, the derivative; the checks of `derive` compare it with differences and read it back
DERIVATIVES = [
    ("f(x)", "x", {}, "f'(x)"),
    ("f(g(x))", "x", {"x": "n"}, "f'(g(x))@g'(x)"),
    ("f(w)*g(x)", "x", {}, "f(w)*g'(x)"),
    ("f(w)*g(x)", "x", {"w": "n", "x": "n", "f": E, "g": E}, "diag(f(w)*g'(x))"),
    ("f(g(x))", "x", {"x": "n", "f": E, "g": E}, "diag(g'(x)*f'(g(x)))"),
    ("sum(f(x))", "x", {}, "ones(m)'@f'(x)"),
    ("sum(f(x))", "x", {"f": E}, "f'(x)'"),
    ("f(x)", "x", {"f": "n->scalar"}, "f'(x)"),
    ("f(A)", "A", {"A": "m,n", "f": "m,n->scalar"}, "f'(A)"),
    ("X(a)", "a", {}, "X'(a)"),
    ("log(det(X(a)))", "a", {}, "tr(inv(X(a))@X'(a))"),
    ("u = t^2; f(u)", "t", {}, "2t*f'(t^2)"),
    ("norm(f(x) - y)^2", "x", {}, "2(f(x) - y)'@f'(x)"),
    ("f(x, y)", "y", {}, "d2f(x, y)"),
    ("f(x, g(x))", "x", {}, "d1f(x, g(x)) + d2f(x, g(x))*g'(x)"),
    ("f(x, z)", "z", {"x": "n", "z": "k", "f": "n; k->scalar"}, "d2f(x, z)"),
    ("phi(w.x + b)", "w", {}, "phi'(w.x + b)*x'"),
    ("f''(x)", "x", {}, "f'''(x)"),
    ("f(t)", "t", {"f": "scalar->n"}, "f'(t)"),
    ("sum(f(X[i]) for i in 1..N)", "X", {"X": "N,n", "f": "n->scalar"}, ""),
]


@pytest.mark.parametrize("source, wrt, shapes, wanted", DERIVATIVES)
def test_the_derivative_goes_by_its_name(source: str, wrt: str, shapes: dict[str, str], wanted: str) -> None:
    found = derive(source, wrt, shapes)
    assert found.verified is not None and found.verified.points
    assert not wanted or mcalc.check(source, wrt, wanted, shapes)


@pytest.mark.parametrize(
    "source, shapes, wanted",
    [
        ("f(x)", {"f": "n->scalar"}, "f''(x)"),
        ("sum(f(x))", {"f": E}, "diag(f''(x))"),
        ("f(A@x)", {"f": "n->scalar"}, "A'@f''(A@x)@A"),
        ("norm(f(x) - y)^2", {}, ""),
        ("sum(f(A@x))", {}, ""),
    ],
)
def test_second_derivatives(source: str, shapes: dict[str, str], wanted: str) -> None:
    found = derive(source, "x", shapes, "hessian")
    assert found.verified is not None and found.verified.points
    assert not wanted or mcalc.check(source, "x", wanted, shapes, order=2)


FORMS = ("text", "ascii", "latex", "markdown", "html", "typst", "json")


@pytest.mark.parametrize("method", ["chain", "differential", "index"])
@pytest.mark.parametrize("source, wrt, shapes", [row[:3] for row in DERIVATIVES])
def test_each_method_comes_to_the_same_and_is_shown(source: str, wrt: str, shapes: dict[str, str], method: str) -> None:
    steps = derive(source, wrt, shapes, "explain", method=method)
    assert steps.natural is derive(source, wrt, shapes).natural
    assert all(written(steps, form) for form in FORMS)


@pytest.mark.parametrize("form", FORMS)
def test_each_format(form: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    for command in ("jacobian", "explain"):
        arguments = (command, "f(g(x))", "-s", "x=n", "--wrt", "x", "-f", form)
        output, _, status = run(*arguments, capsys=capsys, monkeypatch=monkeypatch)
        assert status == 0
        assert any(prime in output for prime in ("f'", "<mo>′</mo>"))


def test_one_function_has_one_shape_and_the_outputs_are_unified() -> None:
    reading = derive("norm(f(x) - y)^2", "x").reading
    assert [str(size) for size in reading.functions["f"].output] == [str(reading.names["y"].shape[0])]
    with pytest.raises(Problem, match="has another length here"):
        derive("f(x) + f(y)", "x", {"x": "3", "y": "4"})


@pytest.mark.parametrize(
    "source, shapes, message, hint",
    [
        ("a(x)", {}, "no function named `a`", "declare it: -s"),
        ("f(A)", {"A": "m,n"}, "of a matrix", "-s f=elementwise"),
        ("x'(x)", {}, "no operator between", "x'@"),
        ("sin'(x)", {}, "no name of a function", "mcalc jacobian"),
        ("f*f(x)", {}, "no operator between `f`", "f*f*(x)"),
        ("f(x)", {"f": "n->"}, "declared as SHAPE->SHAPE", "f=n->m"),
        ("f(x, y)", {"f": "n->m"}, "takes 1 argument", ""),
        ("f'(x, y)", {}, "does not say by which", "∂₁f"),
        ("relu(x)", {"relu": E}, "is a function already", "relu_1"),
        ("f(x, axis=0)", {}, "does not take `axis=`", "open function"),
    ],
)
def test_what_is_no_open_function_is_told(source: str, shapes: dict[str, str], message: str, hint: str) -> None:
    with pytest.raises(Problem, match=message) as problem:
        derive(source, "x", shapes)
    assert hint in (problem.value.hint or "")


def test_names_are_read_as_functions_with_a_note() -> None:
    notes = derive("f(g(x))", "x").reading.notes
    assert any("f and g are read as functions; f*(…) is a product" in note for note in notes)
    assert not any("read as" in note for note in derive("f(x)", "x", {"f": "n->m"}).reading.notes)


def test_there_are_no_numbers_of_an_open_function(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    _, message, status = run("eval", "f(x)", "--at", "x=1", capsys=capsys, monkeypatch=monkeypatch)
    assert status == 2
    assert "`f` is an open function, and has no numbers" in message


@pytest.mark.parametrize("answer", ["f'(x)*g'(x)", "f(g(x))", "f''(g(x))*g'(x)", "f'(g(x))"])
def test_a_wrong_answer_is_wrong_without_a_made_up_example(answer: str) -> None:
    verdict = mcalc.check("f(g(x))", "x", answer)
    assert not verdict
    assert verdict.example is None and not verdict.notes


CODE = [case for case in DERIVATIVES if case[0] != "f(A)"]


@pytest.mark.parametrize("source, wrt, shapes, wanted", CODE)
def test_code_takes_the_functions_and_their_derivatives(
    source: str, wrt: str, shapes: dict[str, str], wanted: str
) -> None:
    text = write(derive(source, wrt, shapes), "numpy")
    assert text.count("def jacobian") == 1 and "The parameter" in text


def test_the_functions_of_code_are_those_of_the_caller() -> None:
    found = function(derive("norm(f(x) - y)^2", "x", {}, "hessian"), "numpy")
    a, x, y = np.array([[1.0, 2.0], [3.0, 4.0], [0.0, 1.0]]), np.array([0.3, -0.2]), np.array([1.0, 2.0, 3.0])
    linear = found(x, y, lambda u: a @ u, lambda u: a, lambda u: np.zeros((3, 2, 2)))
    np.testing.assert_allclose(linear, 2 * a.T @ a)


@pytest.mark.parametrize("library", ["jax", "torch"])
def test_code_of_other_libraries(library: str) -> None:
    text = write(derive("f(g(x))", "x", {"x": "n"}), library)
    assert "def jacobian(x, df, g, dg):" in text
