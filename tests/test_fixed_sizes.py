"""Answers whose sizes are numbers are the matrix itself where that is short; elements stand with both their places."""

from __future__ import annotations

import pytest

import mcalc
from mcalc.derivation import answer_text

ARM = "[l*cos(q[1]) + k*cos(q[1] + q[2]); l*sin(q[1]) + k*sin(q[1] + q[2])]"
ROWS = [
    (
        ARM,
        "q",
        {"q": "2", "l": "scalar", "k": "scalar"},
        "[−(l*sin(q[1]) + k*sin(q[1] + q[2])), −k*sin(q[1] + q[2]); "
        "l*cos(q[1]) + k*cos(q[1] + q[2]), k*cos(q[1] + q[2])]",
    ),
    ("x + d*[x[2]; -g/l*sin(x[1]) - c*x[2]]", "x", {"x": "2"}, "[1, d; −d*g*cos(x[1])/l, 1 − c*d]"),
    (
        "[a*cos(s) + b*cos(s + t); a*sin(s) + b*sin(s + t)]",
        "s,t",
        {},
        "[−(a*sin(s) + b*sin(s + t)), −b*sin(s + t); a*cos(s) + b*cos(s + t), b*cos(s + t)]",
    ),
    ("a*[x; 2] + [x^2; exp(x)]", "x", {}, "[a + 2x; exp(x)]"),
    ("[r*cos(t); r*sin(t)]", "r,t", {}, "[cos(t), −r*sin(t); sin(t), r*cos(t)]"),
    ("M = R@diag(s); sum(G*(M@M'))", "s", {"s": "3", "R": "m,3", "G": "m,m"}, "2(s ⊗ diagonal(Rᵀ·G·R))ᵀ"),
]


@pytest.mark.parametrize(("text", "wrt", "shapes", "answer"), ROWS)
def test_it_is_the_matrix_itself(text: str, wrt: str, shapes: dict[str, str], answer: str) -> None:
    derivation = mcalc.jacobian(text, wrt, shapes)
    assert str(derivation) == answer
    assert derivation.verified is None or derivation.verified.points


def test_the_derivation_ends_with_it() -> None:
    derivation = mcalc.explain(ARM, "q", {"q": "2"})
    assert any(
        "columns times rows that are given entry by entry are one matrix" in one.because for one in derivation.steps
    )
    assert derivation.steps[-1].after is derivation.natural


def test_an_element_of_a_row_stands_with_both_places() -> None:
    assert str(mcalc.jacobian("G[2,:][1]*t", "t", {"G": "3,3", "t": "scalar"})) == "G[2,1]"
    assert str(mcalc.jacobian("G[:,2][1]*t", "t", {"G": "3,3", "t": "scalar"})) == "G[1,2]"
    assert str(mcalc.jacobian("(G@x)[2]*t", "t", {"G": "3,3", "x": "3", "t": "scalar"})) == "(G·x)[2]"


def test_a_row_is_derived_as_the_column_and_told() -> None:
    row, column = (mcalc.jacobian(text, "x,y") for text in ("[x^2, x*y]", "[x^2; x*y]"))
    assert str(row) == str(column)
    assert any("is a row" in note for note in row.reading.notes)
    assert not any("is a row" in note for note in column.reading.notes)


def test_a_cross_product_is_a_matrix_of_its_entries() -> None:
    text = (
        "t = norm(v); k = v/t; K = [0,-k[3],k[2]; k[3],0,-k[1]; -k[2],k[1],0]; (eye(3) + sin(t)*K + (1-cos(t))*K@K)@p"
    )
    lines = answer_text(mcalc.jacobian(text, "v", {"v": "3", "p": "3"}), "text").splitlines()
    assert not any("unit" in line for line in lines)
    assert any(line.endswith("·[0, p[3], −p[2]; −p[3], 0, p[1]; p[2], −p[1], 0]") for line in lines)
    assert len(lines) <= 13
