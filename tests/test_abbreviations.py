"""Abbreviations are read as what they are short for, whatever stands in them, and told where they are not fit."""

from __future__ import annotations

from pathlib import Path

import pytest

import mcalc
from mcalc import Problem
from mcalc.ask import read
from mcalc.language import canonical_name
from mcalc.pages import find_rule as find
from mcalc.table import ABBREVIATIONS, CALLS, Abbreviation

RECORDS = [record for records in ABBREVIATIONS.values() for record in records]


@pytest.mark.parametrize("record", RECORDS, ids=lambda record: record.example)
def test_it_is_what_it_is_short_for(record: Abbreviation) -> None:
    shape = "m,n" if record.along else "n"
    shapes = {name: "scalar" if name == "p" else shape for name in record.argument_names}
    assert read(record.example, shapes).value is read(record.meaning, shapes).value
    derivation = mcalc.jacobian(record.example, "a", shapes)
    assert derivation.verified is not None and derivation.verified.points


@pytest.mark.parametrize("name", ABBREVIATIONS)
def test_it_has_a_page_and_is_no_operator_of_one_argument_less(name: str) -> None:
    assert find(name).name == name or name in CALLS
    assert canonical_name(name) == name
    counts = {(len(record.argument_names), record.along) for record in ABBREVIATIONS[name]}
    assert len(counts) == len(ABBREVIATIONS[name])


@pytest.mark.parametrize(
    ("short", "long"),
    [
        ("std(A@x + 1)", "sqrt(var(A@x + 1))"),
        ("std(X, axis=1)", "sqrt(var(X, axis=1))"),
        ("norm(std(X, axis=0) - y, 1)", "norm1(sqrt(var(X, axis=0)) - y)"),
        ("norm(x, inf)", "norm_inf(x)"),
        ("norm(X@y, 2)", "norm(X@y)"),
        ("norm(X, 1, axis=0)", "sum(abs(X)^1, axis=0)^(1/1)"),
        ("rsqrt(rsqrt(x))", "1/sqrt(1/sqrt(x))"),
        ("u = log1p(x); expm1(u)", "u = log(1 + x); exp(u) - 1"),
        ("sum(mse(X[i], y) for i in 1..m)", "sum(mean((X[i] - y)^2) for i in 1..m)"),
    ],
)
def test_whatever_stands_in_it(short: str, long: str) -> None:
    shapes = {"x": "n", "X": "m,n", "y": "n", "A": "m,n"}
    shapes = {name: shape for name, shape in shapes.items() if name in short}
    assert read(short, shapes).value is read(long, shapes).value


def test_what_is_declared_or_defined_is_none() -> None:
    assert read("std(x)", {"std": "n->m", "x": "n"}).value.shape != ()
    assert str(mcalc.jacobian("std = 3; std*x^2", "x")) == "6x"
    assert str(mcalc.jacobian("std*x^2", "x", {"std": "scalar"})) == "2std*x"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("std(x, 2)", "`std` takes 1 argument, and here are 2."),
        ("hypot(x)", "`hypot` takes 2 arguments, and here is 1."),
        ("norm(x, p, q)", "`norm` takes 1 or 2 arguments, and here are 3."),
        ("rsqrt(x, axis=0)", "`rsqrt` does not take `axis=`."),
        ("stdd(x)", "There is no function named `stdd`."),
    ],
)
def test_what_is_not_fit_is_told(text: str, said: str) -> None:
    with pytest.raises(Problem) as caught:
        read(text)
    assert caught.value.message == said
    assert text != "stdd(x)" or "`std`" in caught.value.hint


@pytest.mark.parametrize("record", RECORDS, ids=lambda record: record.example)
def test_the_readme_has_it(record: Abbreviation) -> None:
    text = " ".join((Path(__file__).parent.parent / "README.md").read_text("utf-8").split())
    assert f"`{record.example}` is `{record.meaning}`" in text
