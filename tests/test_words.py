"""What a derivation says: which chain rule and why, what was done in each line, and the error term."""

from __future__ import annotations

import pytest
from test_paper import COST, DATA, SINGLE, TOTAL, VECTOR, declarations

import mcalc
from mcalc.derivation import Derivation, at_detail
from mcalc.derivation import the_error_term as error_term
from mcalc.documents import plain
from mcalc.notation import write_expression
from mcalc.pages import rows


def explained(expression: str, wrt: str, declared: str) -> Derivation:
    return mcalc.explain(expression, wrt, declarations(declared), verify=False)


def page(derivation: Derivation) -> str:
    return plain(rows(derivation))


@pytest.mark.parametrize(
    ("expression", "declared", "rule", "why"),
    [
        ("sin(x^2)", "x=scalar", SINGLE, "one path, scalars alone; the derivatives are multiplied"),
        (
            "x + x^2",
            "x=scalar",
            TOTAL,
            "x reaches u₂ directly and through u₁; the paths are added; the single-variable rule follows one alone",
        ),
        (
            "sum(x^2)",
            "x=n",
            VECTOR,
            "one path, with the vectors x and u₁; Jacobians are multiplied",
        ),
        ("sum(x*w)", "x=scalar w=n", VECTOR, "one path, with the vector u₁; Jacobians are multiplied"),
    ],
)
def test_the_chain_rules_are_told_apart(expression: str, declared: str, rule: str, why: str) -> None:
    steps = [step for step in explained(expression, "x", declared).steps if "chain rule" in step.rule]
    assert [step.rule for step in steps] == [rule]
    assert all(why in step.because for step in steps)


def test_the_diagonal_condition_is_named_for_a_difference_too() -> None:
    assert "element-wise diagonal condition" in page(explained("w - x", "x", "w=n x=n"))


def test_a_comparison_needs_no_diagonal_condition() -> None:
    assert "diagonal" not in page(explained("w > x", "w", "w=n x=n"))


def test_distances_from_the_mean_cancel() -> None:
    last = explained("sum((x - mean(x))^2)/n", "x", "x=n").steps[-1]
    assert last.because == "the distances from the mean add up to 0"


def test_every_rewriting_names_what_is_inserted() -> None:
    steps = at_detail(explained("sum((X@w + b - y)^2)", "w", "X=N,n w=n b=scalar y=N"), "full").steps
    assert [step.because for step in steps if step.stage == "substitute"] == ["u₂ = u₁ + b − y", "u₁ = X·w"]


def test_each_variable_has_its_own_steps() -> None:
    text = page(explained("sin(x^2)*sin(y)", "x,y", "x=scalar y=scalar"))
    assert text.count("by x, with y held constant") == 4
    assert text.count("by y, with x held constant") == 2


def test_a_case_distinction_alone_substitutes_nothing() -> None:
    text = page(explained("max(0, z)", "z", "z=scalar"))
    assert "Tell the cases apart" in text
    assert "Substitute" not in text


@pytest.mark.parametrize(
    ("expression", "wrt", "declared", "name", "difference", "result"),
    [
        ("sum((X@w + b - y)^2)/N", "w", "X=N,n w=n b=scalar y=N", "e", "X·w + b − y", "2eᵀ·X/N"),
        ("sum((y - X@w)^2)/N", "w", "X=N,n w=n y=N", "e", "X·w − y", "2eᵀ·X/N"),
        ("sum((X@w*e - y)^2)", "w", "X=N,n w=n e=scalar y=N", "r", "X·w*e − y", "2e*rᵀ·X"),
        (COST, "b", DATA, "e[i]", "w·X[i] + b − y[i]", "2sum(e[i]*(w·X[i] + b > 0) for i in 1..N)/N"),
    ],
)
def test_the_error_term_has_a_name(
    expression: str, wrt: str, declared: str, name: str, difference: str, result: str
) -> None:
    derivation = explained(expression, wrt, declared)
    found = error_term(derivation)
    assert found is not None
    assert [write_expression(part) for part in found] == [name, difference, result]
    assert f"with {name} = {difference}: {result}" in page(derivation)


@pytest.mark.parametrize(
    ("expression", "wrt", "declared"),
    [("sum(x^2)", "x", "x=n"), ("softmax(x)", "x", "x=n"), ("(x - y)^2", "x", "x=scalar y=scalar")],
)
def test_where_no_error_recurs_none_is_named(expression: str, wrt: str, declared: str) -> None:
    assert error_term(explained(expression, wrt, declared)) is None


def test_a_row_under_a_fraction_bar_is_not_turned_up_and_down() -> None:
    text = page(explained("mean(sin(x))*mean(x)", "x", "x=n"))
    assert "(1⃗ᵀ/n)ᵀ" not in text


def test_an_error_term_that_the_author_named_is_told_in_the_derivation() -> None:
    derivation = explained("res = X@w - y; sum(res^2)", "w", "X=N,n w=n y=N")
    assert error_term(derivation) is None
    assert "= 2resᵀ·X" in page(derivation)
