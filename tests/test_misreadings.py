"""What is hardly meant as it is written is answered with a note; what is plain, and what is declared, with none."""

from __future__ import annotations

import json

import pytest

import mcalc
from mcalc.ask import read
from mcalc.derivation import assumptions
from mcalc.table import CALLS, TABLE, Operator

WHOLE = [operator for operator in TABLE.values() if operator.whole]


def notes(text: str, shapes: dict[str, str] | None = None) -> str:
    return "\n".join(read(text, shapes or {}).notes)


def written(operator: Operator, name: str) -> str:
    spelled = (*operator.whole_calls, *operator.calls)[0]
    return f"{name}^p" if operator.written_as else f"{spelled}({name})"


@pytest.mark.parametrize("operator", WHOLE, ids=lambda operator: operator.name)
def test_a_function_of_the_entries_says_so_of_a_matrix(operator: Operator) -> None:
    """Of a square matrix a note that names the other function, and tells whether there is one; of a vector none."""
    note = notes(written(operator, "X"), {"X": "n,n"} | ({"p": "scalar"} if operator.written_as else {}))
    assert written(operator, "X") in note and f"{operator.whole}(X" in note
    assert ("mcalc has no " in note) == (operator.whole not in CALLS)
    assert operator.whole not in notes(written(operator, "x"), {"x": "n"})
    if operator.elementwise:
        assert operator.whole not in notes(written(operator, "X"), {"X": "m,n"})


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("norm2(X)", "norm_spec(X)"),
        ("tr(exp(X))", "expm(X)"),
        ("logdet(sqrt(S))", "sqrtm(S)"),
        ("tr(A^(1/2))", "matrix_power(A, 1/2)"),
        ("tr(A^2)", "A @ A"),
        ("e^x", "exp(1)"),
        ("e^(-x'@x)", "exp(1)"),
        ("exp(2*pi*i*x)", "no imaginary unit"),
        ("abs(X*W)", "* is element by element; the matrix product is @"),
        ("diag(s)*C*diag(s)", "* is element by element; the matrix product is @"),
    ],
)
def test_a_near_certain_misreading_has_a_note(text: str, said: str) -> None:
    assert said in notes(text)


@pytest.mark.parametrize(
    ("text", "shapes"),
    [
        ("exp(x)", {"x": "n"}),
        ("exp(a*X + b*Y)", {"X": "m,n", "Y": "m,n"}),
        ("norm(X)", {}),
        ("norm2(x)", {}),
        ("e'@e", {"e": "n"}),
        ("e^x", {"e": "scalar", "x": "scalar"}),
        ("exp(i*x)", {"i": "scalar", "x": "scalar"}),
        ("sum(x[i]^2 for i in 1..n)", {}),
        ("X*W", {"X": "n,n", "W": "n,n"}),
        ("sum(X.*W)", {}),
        ("hadamard(X, W)", {}),
        ("(A@x)*(B@x)", {}),
        ("X*exp(X)", {"X": "m,n"}),
        ("sum(P*log(P/Q))", {}),
    ],
)
def test_what_is_plain_has_none(text: str, shapes: dict[str, str]) -> None:
    found = notes(text, shapes)
    assert not any(said in found for said in ("element by element", "like any other", "as a whole"))


def test_notes_stand_in_text_and_in_json() -> None:
    derivation = mcalc.jacobian("norm2(X)", "X")
    (note,) = derivation.reading.notes
    assert f"# Note: {note}\n" in derivation.write("text") + "\n"
    assert json.loads(derivation.write("json"))["notes"] == [note]


SIGNS = {"latex": "% {}", "html": "<!-- {} -->", "typst": "// {}", "numpy": "# {}", "jax": "# {}", "torch": "# {}"}


@pytest.mark.parametrize("form", SIGNS)
def test_what_is_assumed_is_a_comment(form: str) -> None:
    """In every format without a place for it, with the notes; and nothing where all is declared."""
    derivation = mcalc.jacobian("norm2(X)*sum(x)", "x")
    lines = derivation.write(form).split("\n")
    told = assumptions(derivation)
    assert len(told) == 2 and lines[:2] == [SIGNS[form].format(line) for line in told]
    declared = mcalc.jacobian("norm(X)*sum(x)", "x", {"X": "m,n", "x": "k"}).write(form)
    assert "assumed" not in declared and not declared.startswith(SIGNS[form].split(" ")[0] + " ")


def test_a_comment_in_html_holds_no_two_hyphens() -> None:
    comment = mcalc.jacobian("norm2(A--B)", "A").write("html").split("\n<article")[0]
    assert comment.count("--") == 2 * comment.count("<!--")


def test_beside_dotted_signs_a_star_of_a_matrix_is_told() -> None:
    assert "the matrix product is @" in notes("sum(-y.*log(sigmoid(X*theta)))")
    assert "the matrix product is @" not in notes("sum(-y.*log(sigmoid(X@theta)))")


def test_kronecker_signs_and_blocks_are_told() -> None:
    assert "kron(A, B)" in notes("X ⊗ I_n") and "kron(A, B)" not in notes("x ⊗ w")
    assert "below each other" in notes("tr([A, C]'@[A, C])") and "below each other" not in notes("[A; C]")
