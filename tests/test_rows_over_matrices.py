"""``X@W + b'``: a row beside a matrix is added to every row, at every stage; a column where its length is declared."""

from __future__ import annotations

import numpy as np
import pytest

import mcalc
from mcalc import Problem
from mcalc.answers import Answer
from mcalc.ask import read
from mcalc.numbers import draw_point, evaluate

SHAPES = {"X": "N,d", "W": "d,k", "b": "k", "Y": "N,k", "c": "N", "r": "1,k"}
ROWS = {
    "X@W + b'": "X@W + ones(N)@b'",
    "b' + X@W": "ones(N)@b' + X@W",
    "X@W - b'": "X@W - ones(N)@b'",
    "2 - b' + X@W + 3Y": "2 - ones(N)@b' + X@W + 3Y",
    "Y + r": "Y + ones(N)@r",
    "Y - mean(Y, axis=0)'": "Y - ones(N)@mean(Y, axis=0)'",
    "Y - softmax(b)'": "Y - ones(N)@softmax(b)'",
    "Y - Y[1,:]'": "Y - ones(N)@Y[1,:]'",
    "relu(X@W + b') - b'*2": "relu(X@W + ones(N)@b') - 2*ones(N)@b'",
    "Y + c": "Y + c@ones(k)'",
    "Y - mean(Y, axis=1)": "Y - mean(Y, axis=1)@ones(k)'",
    "Y - logsumexp(Y, axis=1) + b'": "Y - logsumexp(Y, axis=1)@ones(k)' + ones(N)@b'",
}


def used(text: str) -> dict[str, str]:
    return {name: shape for name, shape in SHAPES.items() if name in text}


@pytest.mark.parametrize(("text", "written_out"), ROWS.items(), ids=ROWS)
def test_it_is_what_it_is_written_out(text: str, written_out: str) -> None:
    shapes = used(text)
    one, other = (read(program, shapes) for program in (text, written_out))
    sizes = {"N": 3, "d": 4, "k": 2}
    point = draw_point(list(one.names.values()), sizes, "any", np.random.default_rng(1))
    assert np.allclose(evaluate(one.value, point, sizes), evaluate(other.value, point, sizes))
    assert read(str(one.value), shapes).value is one.value


@pytest.mark.parametrize("text", ROWS)
def test_its_derivatives(text: str) -> None:
    shapes = used(text)
    for name in shapes:
        for program in (text, f"sum(sin({text}))"):
            derivation = mcalc.jacobian(program, name, shapes)
            assert derivation.verified and derivation.verified.error < 1e-5
        arrays = Answer.of(derivation).function("numpy")
        sizes = {"N": 3, "d": 4, "k": 2}
        point = draw_point(list(derivation.reading.names.values()), sizes, "any", np.random.default_rng(2))
        found = arrays(**{known: value[None] if known == "r" else value for known, value in point.items()})
        assert np.allclose(np.ravel(found), np.ravel(evaluate(derivation.result, point, sizes)))


@pytest.mark.parametrize(
    ("text", "wrt", "answer"),
    [
        ("sum((X@W + b' - Y)^2)", "b", "2*1⃗ᵀ·(X·W + 1⃗·bᵀ − Y)"),
        ("sum((X@W + b' - Y)^2)", "W", "2Xᵀ·(X·W + 1⃗·bᵀ − Y)"),
        ("sum(X@W + b')", "b", "N*1⃗ᵀ"),
        ("norm(Y + c)^2", "c", "2(Y·1⃗ + k*c)ᵀ"),
    ],
)
def test_the_derivative_by_a_row_is_a_sum_over_the_rows(text: str, wrt: str, answer: str) -> None:
    assert str(mcalc.jacobian(text, wrt, used(text))) == answer


def test_an_answer_as_a_sum_over_the_rows_is_right() -> None:
    text = "sum((X@W + b' - Y)^2)"
    assert mcalc.check(text, "b", "2*sum(X@W + b' - Y, axis=0)'", used(text)).right
    assert not mcalc.check(text, "b", "2*sum(X@W + b' - Y, axis=1)'", used(text) | {"N": "k"}).right


@pytest.mark.parametrize(
    ("text", "shapes", "hint"),
    [
        ("X@W + b", {"X": "N,d", "W": "d,k", "b": "k"}, "write `X@W + b'` to add it to every row"),
        ("norm(Y - exp(b))", {"Y": "N,k", "b": "k"}, "write `norm(Y - exp(b)')` to add it to every row"),
        ("Y - 2*b", {"Y": "N,k", "b": "k"}, "write `Y - (2*b)'` to add it to every row"),
        ("Y + c'", {"Y": "N,k", "c": "N"}, "write `Y + c` to add it to every column"),
        ("K + b", {"K": "n,n", "b": "m"}, "`b*I` for a number b on the diagonal, or declare a scalar: -s b=scalar"),
    ],
)
def test_a_column_beside_a_matrix_is_refused_with_the_corrected_input(
    text: str, shapes: dict[str, str], hint: str
) -> None:
    with pytest.raises(Problem) as refused:
        read(text, shapes)
    assert hint in refused.value.hint


def test_a_product_with_a_row_is_no_scaling_of_rows() -> None:
    with pytest.raises(Problem):
        read("Y*b'", {"Y": "N,k", "b": "k"})
