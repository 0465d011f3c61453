"""Products with a derivative, the value beside it, structured derivatives: each equal to the whole derivative's."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from running import mcalc as command
from test_libraries import library_of

import mcalc
from mcalc import Problem
from mcalc.answers import Answer

LIBRARIES = ("numpy", *(pytest.param(name, marks=pytest.mark.slow) for name in ("jax", "torch")))
SIZES = {"n": 3, "m": 4, "k": 2, "N": 5}
ROWS: list[tuple[str, str, dict[str, str]]] = [
    ("softmax(x)", "x", {"x": "n"}),
    ("tanh(W@x + b)", "x", {"W": "m,n", "x": "n", "b": "m"}),
    ("tanh(W@x + b)", "W", {"W": "m,n", "x": "n", "b": "m"}),
    ("tanh(W@x + b)", "W,b,x", {"W": "m,n", "x": "n", "b": "m"}),
    ("x'@A@x", "x", {"A": "n,n", "x": "n"}),
    ("sum(relu(X@W)^2)", "W", {"X": "N,n", "W": "n,k"}),
    ("sum(log(1 + exp(-y[i]*(w.X[i]))) for i in 1..N)", "w", {"y": "N", "w": "n", "X": "N,n"}),
    ("norm(U@V' - T)^2", "U", {"U": "m,k", "V": "n,k", "T": "m,n"}),
    ("norm(U@V' - T)^2", "U,V", {"U": "m,k", "V": "n,k", "T": "m,n"}),
    ("a*b^2*exp(a)", "a,b", {"a": "scalar", "b": "scalar"}),
    ("v*sum(x^3)", "x,v", {"x": "n", "v": "scalar"}),
    ("A@B", "A", {"A": "m,n", "B": "n,k"}),
    ("logdet(A)", "A", {"A": "n,n"}),
    ("b.x", "x", {"b": "n", "x": "n"}),
    ("A*2", "A", {"A": "1,n"}),
    ("sum(x)*c", "x", {"x": "n", "c": "scalar"}),
    ("c", "x", {"x": "n", "c": "scalar"}),
    ("sum(W2@tanh(W1@x))", "W2,W1", {"W2": "k,m", "W1": "m,n", "x": "n"}),
]


def arrays_of(names: list[str], shapes: dict[str, str]) -> list[Any]:
    random = np.random.default_rng(4)
    found: list[Any] = []
    for name in names:
        sizes = [] if shapes[name] == "scalar" else [SIZES.get(one) or int(one) for one in shapes[name].split(",")]
        value = random.normal(size=sizes)
        found.append(value + 3 * np.eye(SIZES["n"]) if sizes == [SIZES["n"]] * 2 else value if sizes else float(value))
    return found


def as_tuple(found: Any) -> tuple[Any, ...]:
    return tuple(np.asarray(one) for one in (found if isinstance(found, tuple) else (found,)))


def case(text: str, wrt: str, shapes: dict[str, str], asked: str, library: str) -> tuple[Any, list[Any], Any]:
    derivation = Answer.of(getattr(mcalc, asked)(text, wrt, shapes))
    given = arrays_of(list(derivation.reading.names), shapes)
    array = np.asarray if library == "numpy" else library_of(library)
    return derivation, given, lambda one: array(np.asarray(one)) if np.ndim(one) else float(one)


def is_scalar(text: str, wrt: str, shapes: dict[str, str]) -> bool:
    return mcalc.jacobian(text, wrt.split(",")[0], shapes, verify=False).value.axes == ()


@pytest.mark.parametrize("library", LIBRARIES)
@pytest.mark.parametrize(("text", "wrt", "shapes"), ROWS, ids=[f"{row[0]} by {row[1]}" for row in ROWS])
def test_first_order(text: str, wrt: str, shapes: dict[str, str], library: str) -> None:
    derivation, given, made = case(text, wrt, shapes, "jacobian", library)
    together = not derivation.parts and "," in wrt
    variables = [dict(zip(derivation.reading.names, given, strict=True))[name] for name in wrt.split(",")]
    inputs = [made(one) for one in given]
    jacobians = as_tuple(derivation.function(library)(*inputs))
    value, *beside = as_tuple(derivation.function(library, with_value=True)(*inputs))
    for one, other in zip(beside, jacobians, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-9, atol=1e-12)
    random = np.random.default_rng(5)
    tangents = [random.normal(size=(2,))] if together else [random.normal(size=np.shape(one)) for one in variables]
    expected = sum(np.tensordot(one, v, np.ndim(v)) for one, v in zip(jacobians, tangents, strict=True))
    found = derivation.function(library, product="jvp")(
        *inputs, *(made(v) if np.ndim(v) else float(v) for v in tangents)
    )
    np.testing.assert_allclose(np.asarray(found), expected, rtol=1e-9, atol=1e-9)
    assert np.shape(found) == value.shape
    adjoint = random.normal(size=value.shape)
    products = derivation.function(library, product="vjp")(
        *inputs, made(adjoint) if np.ndim(adjoint) else float(adjoint)
    )
    for one, jacobian in zip(as_tuple(products), jacobians, strict=True):
        np.testing.assert_allclose(one, np.tensordot(adjoint, jacobian, value.ndim), rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("library", LIBRARIES)
@pytest.mark.parametrize(("text", "wrt", "shapes"), ROWS, ids=[f"{row[0]} by {row[1]}" for row in ROWS])
def test_second_order(text: str, wrt: str, shapes: dict[str, str], library: str) -> None:
    if not is_scalar(text, wrt, shapes):
        pytest.skip("of scalars alone")
    derivation, given, made = case(text, wrt, shapes, "hessian", library)
    inputs = [made(one) for one in given]
    blocks = as_tuple(derivation.function(library)(*inputs))
    names = wrt.split(",")
    values = dict(zip(derivation.reading.names, given, strict=True))
    random = np.random.default_rng(6)
    together = not derivation.parts and len(names) > 1
    vectors = [random.normal(size=(2,))] if together else [random.normal(size=np.shape(values[name])) for name in names]
    found = derivation.function(library, product="hvp")(
        *inputs, *(made(v) if np.ndim(v) else float(v) for v in vectors)
    )
    for at, one in enumerate(as_tuple(found)):
        row = blocks[at * len(vectors) : (at + 1) * len(vectors)]
        expected = sum(np.tensordot(block, v, np.ndim(v)) for block, v in zip(row, vectors, strict=True))
        np.testing.assert_allclose(one, expected, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("library", LIBRARIES)
@pytest.mark.parametrize("asked", ["jacobian", "hessian"])
@pytest.mark.parametrize(("text", "wrt", "shapes"), ROWS, ids=[f"{row[0]} by {row[1]}" for row in ROWS])
def test_structured(text: str, wrt: str, shapes: dict[str, str], asked: str, library: str) -> None:
    if "," in wrt or (asked == "hessian" and not is_scalar(text, wrt, shapes)):
        pytest.skip("one variable, and a scalar for the second derivative")
    derivation, given, made = case(text, wrt, shapes, asked, library)
    inputs = [made(one) for one in given]
    dense = np.asarray(derivation.function(library)(*inputs))
    matvec, todense = derivation.function(library, structured=True)(*inputs)
    np.testing.assert_allclose(np.asarray(todense()), dense, rtol=1e-9, atol=1e-12)
    variable = dict(zip(derivation.reading.names, given, strict=True))[wrt]
    for seed in (7, 8):
        v = np.random.default_rng(seed).normal(size=np.shape(variable))
        np.testing.assert_allclose(np.asarray(matvec(made(v))), np.tensordot(dense, v, v.ndim), rtol=1e-9, atol=1e-9)


def test_the_derivative_is_not_formed(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    asked = ("hessian", "norm(U@V' - T)^2", "--wrt", "U", "-s", "U=m,k", "-s", "V=n,k", "-s", "T=m,n", "-f", "numpy")
    out, _, status = command(*asked, "--product", "hvp", capsys=capsys, monkeypatch=monkeypatch)
    assert status == 0 and "return v @ (2 * (V.T @ V))" in out and "def hvp(U, V, T, v):" in out
    out, _, status = command(*asked, "--structured", capsys=capsys, monkeypatch=monkeypatch)
    assert status == 0 and "    def matvec(v):\n        return v @ t1\n" in out and "return matvec, todense" in out


def test_all_weights_share_one_program(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    text = "sum((W2@tanh(W1@x + b1) + b2 - y)^2)"
    shapes = {"W1": "m,n", "b1": "m", "W2": "k,m", "b2": "k", "x": "n", "y": "k"}
    given = [part for name, shape in shapes.items() for part in ("-s", f"{name}={shape}")]
    asked = ("gradient", text, "--wrt", "W1,b1,W2,b2", *given, "-f", "numpy", "--with-value")
    out, _, status = command(*asked, capsys=capsys, monkeypatch=monkeypatch)
    assert status == 0 and out.count("np.tanh") == 1 and out.count("def ") == 1
    assert "by W1, b1, W2, b2" in out


REFUSED = [
    (("jacobian", "x^2", "--product", "jvp"), "--product jvp is for code.", "add -f numpy"),
    (("jacobian", "x^2", "--with-value"), "--with-value is for code.", "add -f numpy"),
    (("jacobian", "x^2", "-f", "numpy", "--product", "hvp"), "second derivative", "mcalc hessian"),
    (("hessian", "x.x", "-f", "numpy", "--product", "jvp"), "first derivative", "--product hvp"),
    (
        ("jacobian", "x*y", "--wrt", "x,y", "-s", "x=n", "-s", "y=n", "-f", "numpy", "--structured"),
        "one variable",
        "one name",
    ),
    (("jacobian", "x^2", "-f", "numpy", "--structured", "--with-value"), "stands without", ""),
]


@pytest.mark.parametrize(("asked", "message", "hint"), REFUSED, ids=[" ".join(row[0]) for row in REFUSED])
def test_refused(
    asked: tuple[str, ...],
    message: str,
    hint: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    out, told, status = command(*asked, capsys=capsys, monkeypatch=monkeypatch)
    assert (out, status) == ("", 2) and message in told and hint in told


def test_a_product_of_no_kind() -> None:
    with pytest.raises(Problem, match="second derivative"):
        mcalc.gradient("x.x", "x").function(product="hvp")
