"""What a Python program gets: answers, verdicts, numbers, and a Problem where the input is at fault."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import mcalc
from mcalc import Problem


@pytest.mark.parametrize(
    ("ask", "said", "hint"),
    [
        (lambda: mcalc.gradient("w.x", "w", layout="Numerator"), "There is no layout `Numerator`.", "`numerator`"),
        (lambda: mcalc.hessian("w.x", "w", layout="row"), "There is no layout `row`.", "`denominator`"),
        (lambda: mcalc.check("w.x", "w", "x", layout="column"), "There is no layout `column`.", "`paper`"),
        (lambda: mcalc.check("w.x", "w", "x", symmetric="yes"), "There is no convention `yes`.", "`constrained`"),
        (lambda: mcalc.evaluate("x^2", {"x": 1}, "x", layout="row"), "There is no layout `row`.", "`paper`"),
        (lambda: mcalc.gradient("w.x", "w", shapes="x=n"), "Shapes are given by name", '{"x": "n"'),
        (lambda: mcalc.gradient("w.x", "w", shapes={"x": 1.5}), "A size is a name or a whole number", "-s x=n"),
        (lambda: mcalc.gradient("w.x"), "There is more than one name", "--wrt w"),
        (lambda: mcalc.evaluate("w.x", {"w": [1, 2]}), "`x` has no value.", "--at x="),
        (lambda: mcalc.evaluate("x^2", {"x": [[[1]]]}), "The value of `x` has 3 axes", "slice"),
    ],
)
def test_what_is_wrong_is_a_problem(ask: Callable[[], Any], said: str, hint: str) -> None:
    with pytest.raises(Problem) as caught:
        ask()
    assert said in caught.value.message and hint in caught.value.hint


@pytest.mark.parametrize("shape", [3, (3,), [3], "3"])
def test_a_shape_is_text_a_number_or_sizes(shape: Any) -> None:
    assert mcalc.gradient("w.x", "w", {"x": shape}).shape == (1, 3)


def test_names_in_a_list_are_those_in_a_text() -> None:
    assert str(mcalc.gradient("w.x + b", ["w", "b"])) == str(mcalc.gradient("w.x + b", "w,b"))


def test_an_answer_is_one_line_to_look_at_and_any_format_to_write() -> None:
    answer = mcalc.gradient("w.x", "w")
    assert repr(answer) == "<mcalc: the derivative of 'w.x' by w is xᵀ>"
    assert "$$" in answer.write("markdown") and "def gradient" in answer.write("numpy")


def test_a_verdict_is_one_line_to_look_at() -> None:
    right, wrong = mcalc.check("w.x", "w", "x"), mcalc.check("w.x", "w", "2x'")
    assert repr(right) == "<mcalc: ✓ Right, in the denominator layout: this is the derivative of w·x by w.>"
    assert right and not wrong and repr(wrong).startswith("<mcalc: ✗ Wrong") and "\n" not in repr(wrong)
    assert wrong._repr_html_().count("<article") == 1


def test_numbers_are_as_eval_prints_them() -> None:
    found = mcalc.evaluate("f^2/3 + g^(3/2)", {"f": -1, "g": 2}, ["f", "g"])
    assert str(found).startswith("[−2/3, 3sqrt(2)/2]ᵀ\n# about") and repr(found).endswith("is [−2/3, 3sqrt(2)/2]ᵀ>")
    np.testing.assert_allclose(found.array, [[-2 / 3, 1.5 * np.sqrt(2)]])
    assert float(mcalc.evaluate("w.x", {"w": [1, 2], "x": np.array([0.5, 1])})) == 2.5
    assert float(mcalc.evaluate("w.x", {"w": "1,2", "x": "sqrt(2), 0"})) == pytest.approx(2**0.5)
    one, other = mcalc.evaluate("w.x", {"w": [1, 2], "x": [3, 4]}, "w,x").array
    assert one.tolist() == [[3, 4]] and other.tolist() == [[1, 2]]


def test_only_what_is_meant_is_offered() -> None:
    assert [name for name in dir(mcalc) if not name.startswith("_")] == sorted(mcalc.__all__)
