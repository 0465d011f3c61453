"""Sentences of derivations that are false: none over the corpus and the rows of the paper, by any method."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pytest
from claims import false_claims
from test_steps import PROBLEMS, Unfit, points

from mcalc.ask import derive
from mcalc.derivation import Derivation, at_detail, layout_line
from mcalc.table import lies

NAMES = list(PROBLEMS)


def told(derivation: Derivation) -> list[tuple[str, str]]:
    """The false sentences, at the first point where all values are finite."""
    for values in points(derivation):
        try:
            return list(false_claims(derivation, values))
        except (Unfit, np.linalg.LinAlgError):
            continue
    pytest.fail("no point was found where every value is finite")


def derived(name: str, method: str, detail: str = "normal") -> list[Derivation]:
    source, wrt, shapes = PROBLEMS[name]
    asked = (derive(source, by, shapes, "explain", verify=False, method=method) for by in wrt.split(","))
    return [at_detail(derivation, detail) for derivation in asked]


@pytest.mark.parametrize("name", NAMES)
def test_no_sentence_is_false(name: str) -> None:
    for derivation in derived(name, ""):
        assert told(derivation) == []


@pytest.mark.parametrize("method", ["chain", "index", "differential"])
@pytest.mark.parametrize("name", NAMES[::4])
def test_no_sentence_is_false_by_any_method(name: str, method: str) -> None:
    for derivation in derived(name, method):
        assert told(derivation) == []


@pytest.mark.parametrize("detail", ["outline", "full"])
@pytest.mark.parametrize("name", NAMES[1::4])
def test_no_sentence_is_false_at_any_detail(name: str, detail: str) -> None:
    for derivation in derived(name, "", detail):
        assert told(derivation) == []


@pytest.mark.slow
@pytest.mark.parametrize("method", ["", "chain", "index", "differential"])
@pytest.mark.parametrize("name", NAMES)
def test_no_sentence_of_any_derivation_is_false(name: str, method: str) -> None:
    for detail in ("outline", "normal", "full"):
        for derivation in derived(name, method, detail):
            assert told(derivation) == []


@pytest.mark.parametrize("name", NAMES)
def test_the_layout_is_as_it_is_told(name: str) -> None:
    for derivation in derived(name, ""):
        line, shape = layout_line(derivation), derivation.in_symbols.shape
        assert not line.endswith("so a row") or lies(shape)
        assert not line.endswith("so a column") or len(shape) == 1
        assert (line.endswith("square")) == ("a row for each" in line and shape[0] == shape[1])
        if outputs := re.search(r"(\S+) outputs?, (\S+) inputs?", line):
            counted = [size for size in (derivation.value.shape, derivation.by[0].shape) if size]
            numbers = [str(next((one for one in size if one != 1), "one")) for size in counted]
            assert [word for word in outputs.groups() if word != "one"] == [n for n in numbers if n != "one"]


FALSE = {
    "element-wise diagonal condition: each element depends on its own alone": "A·x",
    "y is held constant": "X·w",
    "‖a‖² = a·a, where both factors vary alike": "X·w",
    "both factors move: each in turn, the other held": "X·w",
    "one path, with matrices": "chain",
    "w reaches u₃ directly and through u₁": "chain",
    "the paths are added": "chain",
    "the derivative of sin(a) is 2cos(a)": "X·w",
    "every term counts twice": "X·w",
    "d(A·B) = dA·B + B·dA": "X·w",
    "vᵀ·diag(u) = (u ⊗ v)": "X·w",
}


@pytest.mark.parametrize("sentence", FALSE)
def test_a_false_sentence_is_found(sentence: str) -> None:
    """The measure can fail: each of these, told in a derivation of least squares, is found."""
    derivation = at_detail(derive("norm(X@w - y)^2", "w", {}, "explain", verify=False), "normal")
    stage = "combine" if FALSE[sentence] == "chain" else "differentiate"
    at = next(at for at, step in enumerate(derivation.steps) if step.stage == stage)
    step = derivation.steps[at]
    wrong = (*derivation.steps[:at], replace(step, because=sentence), *derivation.steps[at + 1 :])
    assert [clause for clause, _ in told(replace(derivation, steps=wrong))] == [sentence]


def test_no_sentence_about_a_long_differential_is_false() -> None:
    lines = [f"u_{at} = tanh({u}@{u}')" for at, u in enumerate(["X", "u_1", "u_2", "u_3", "u_4", "u_5"], 1)]
    derivation = derive("; ".join([*lines, "sum(u_6^2)"]), "X", {"X": "n,n"}, "explain", verify=False)
    assert any("one in the next" in step.because for step in derivation.steps)
    assert told(derivation) == []
