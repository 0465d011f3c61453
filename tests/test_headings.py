"""Left sides: what an answer is the derivative of, in every format alike."""

from __future__ import annotations

import json

import pytest

from mcalc.ask import derive
from mcalc.derivation import left_side, other_forms
from mcalc.pages import write

MIXED = ("a'@X@b", "a,X", {"a": "n", "X": "n,m", "b": "m"})
WRITTEN = {
    "text": "∂²f/∂a[i]∂X[k,l] =",
    "ascii": "d^2f/da[i]dX[k,l] =",
    "latex": r"\frac{\partial^2 f}{\partial a_i \partial X_{kl}} & =",
    "markdown": r"\frac{\partial^2 f}{\partial a_i \partial X_{kl}} & =",
    "typst": "frac(∂^2 f, ∂ a_i ∂ X_(k l)) & =",
    "html": "<msup><mo>∂</mo><mn>2</mn></msup><mi>f</mi>",
}


@pytest.mark.parametrize("form", WRITTEN)
def test_a_mixed_second_derivative(form: str) -> None:
    found = derive(*MIXED, "hessian", form=form)
    assert WRITTEN[form] in write(found, form)
    assert "∂y" not in write(found, form)


def test_json() -> None:
    found = json.loads(write(derive("tr(X@X)", "X", {"X": "n,n"}, "hessian"), "json"))
    assert found["left_side"]["text"] == "∂²f/∂X[i,j]∂X[k,l]"


HEADED = [
    ("tr(X@X)", "X", {"X": "n,n"}, "hessian", "∂²f/∂X[i,j]∂X[k,l]"),
    ("(w.x)^3*A", "x", {"w": "n", "x": "n", "A": "m,n"}, "jacobian", "∂y[i,j]/∂x[k]"),
    ("B[:,3]", "B", {"B": "n,k"}, "jacobian", "∂y[i]/∂B[p,q]"),
    ("y*A", "A", {"y": "scalar", "A": "m,n"}, "jacobian", "∂f[i,j]/∂A[k,l]"),
    ("f*tr(X@X)", "X", {"f": "scalar", "X": "n,n"}, "hessian", "∂²F/∂X[i,j]∂X[k,l]"),
    ("k*A*i", "A", {"k": "scalar", "i": "scalar", "A": "m,n"}, "jacobian", "∂y[p,q]/∂A[r,s]"),
    ("x^2*y", "x,y", {"x": "scalar", "y": "scalar"}, "jacobian", "∇f"),
    ("x^2*y", "x,y", {"x": "scalar", "y": "scalar"}, "hessian", "∇²f"),
]


@pytest.mark.parametrize(("expression", "by", "shapes", "command", "heading"), HEADED)
def test_left_side(expression: str, by: str, shapes: dict[str, str], command: str, heading: str) -> None:
    assert left_side(derive(expression, by, shapes, command), "text") == heading


def test_the_derivation_of_a_second_derivative() -> None:
    text = write(derive("tr(X@X)", "X", {"X": "n,n"}, "explain", order=2), "text")
    assert "Result  ∂²f/∂X[i,j]∂X[k,l] = 2*δ[i,l]*δ[j,k]" in text


def test_vec_lines_name_what_is_differentiated() -> None:
    first = derive("y*A@X", "X", {"y": "scalar", "A": "m,n", "X": "n,k"})
    assert other_forms(first)[1].startswith("∂vec(f)/∂vec(X) = ")
    second = derive("sum((A@X)^2)", "X", {"A": "m,n", "X": "n,k"}, "hessian")
    assert other_forms(second)[1].startswith("∂vec(∇f)/∂vec(X) = ")


def test_several_answers_are_lines_with_left_sides() -> None:
    found = derive("w.x + b", "w,b", {"w": "n", "x": "n", "b": "scalar"}, "gradient").latex()
    assert found.startswith(r"\begin{aligned}")
    assert r"\frac{\partial y}{\partial \mathbf{w}} &= \mathbf{x}^T \\" in found
    explained = derive("w.x + b", "w,b", {"w": "n", "x": "n", "b": "scalar"}, "explain")
    assert write(explained, "latex").count(r"\begin{align*}") == 6


def test_an_entry_is_not_chained_with_the_matrix() -> None:
    latex = write(derive("w.x", "w", {"w": "n", "x": "n"}, "explain", method="index"), "latex")
    assert r"\frac{\partial u_2}{\partial \mathbf{w}} & = \mathbf{x}^T" in latex
