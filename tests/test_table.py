"""`mcalc table`: the rows that were asked for, no more, no fewer, without drift."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

import numpy as np
import pytest
from running import Run

from mcalc.evaluating import tabulate
from mcalc.numbers import read_varied
from mcalc.question import Question

NEURON = ("table", "w.x + b", "--vary", "b=-0.5:0.5:0.1", "--at", "x=1,2,3", "--at", "w=.5,.6,.7")


def test_the_neuron_of_the_notebook(run: Run) -> None:
    out, _, status = run(*NEURON, "-f", "csv")
    assert status == 0
    heading, *rows = csv.reader(io.StringIO(out))
    assert heading == ["b", "value"]
    biases = ["-0.5", "-0.4", "-0.3", "-0.2", "-0.1", "0.0", "0.1", "0.2", "0.3", "0.4", "0.5"]
    results = ["3.3", "3.4", "3.5", "3.6", "3.7", "3.8", "3.9", "4.0", "4.1", "4.2", "4.3"]
    assert rows == [list(row) for row in zip(biases, results, strict=True)]


def test_text(run: Run) -> None:
    lines = run(*NEURON)[0].splitlines()
    assert lines[:3] == ["   b  w.x + b", "─────────────", "-0.5      3.3"]
    assert lines[-1] == " 0.5      4.3" and len(lines) == 13


def test_derivatives_as_columns(run: Run) -> None:
    question = ("table", "w.x + b*c", "--vary", "b=0:1:0.5", "--at", "x=1,2", "--at", "w=3,4", "--at", "c=7")
    out, _, _ = run(*question, "--wrt", "b,w", "-f", "json")
    found = json.loads(out)
    assert found["columns"] == ["b", "value", "d/db", "d/dw[1]", "d/dw[2]"]
    assert found["rows"] == [[0, 11, 7, 1, 2], [0.5, 14.5, 7, 1, 2], [1, 18, 7, 1, 2]]


def test_derivatives_agree_with_differences() -> None:
    found = tabulate(Question("exp(-x)*sin(3x)", "x"), read_varied(["x=0:2:0.001"]), {})
    x, value, slope = (np.array([float(row[at].array) for row in found.rows]) for at in range(3))
    assert len(x) == 2001
    np.testing.assert_allclose(value, np.exp(-x) * np.sin(3 * x), atol=1e-12)
    np.testing.assert_allclose(slope[1:-1], (value[2:] - value[:-2]) / 0.002, atol=1e-4)


def test_two_names_crosswise_and_long(run: Run) -> None:
    question = ("table", "a + b", "--vary", "a=1,2", "--vary", "b=10:30:10")
    assert run(*question)[0].splitlines() == [
        "a + b",
        "a \\ b  10  20  30",
        "─────────────────",
        "    1  11  21  31",
        "    2  12  22  32",
    ]
    assert run(*question, "--long", "-f", "markdown")[0].splitlines()[2:4] == ["| 1 | 10 | 11 |", "| 1 | 20 | 21 |"]
    assert len(run(*question, "-f", "csv")[0].splitlines()) == 7


def test_what_is_not_defined_is_said(run: Run) -> None:
    out, _, status = run("table", "log(x)", "--vary", "x=-1:1:1", "--wrt", "x")
    assert status == 0
    assert [line.split() for line in out.splitlines()[2:5]] == [
        ["-1", "3.14159i", "-1"],
        ["0", "undefined", "undefined"],
        ["1", "0", "1"],
    ]
    assert "# At x = 0: `ln(x)` is not defined here: `x` is 0\n" in out
    assert json.loads(run("table", "1/x", "--vary", "x=-1:1:1", "-f", "json")[0])["rows"] == [
        [-1, -1],
        [0, None],
        [1, 1],
    ]
    assert run("table", "1/x", "--vary", "x=-1:1:1", "-f", "csv")[0] == "x,value\n-1.0,-1.0\n0.0,\n1.0,1.0\n"


def test_a_kink_is_said(run: Run) -> None:
    out, _, _ = run("table", "max(0, x)", "--vary", "x=-1:1:1", "--wrt", "x")
    assert out.splitlines()[-1].startswith("# At x = 0: max(0, x) has a kink here (x = 0)")


@pytest.mark.parametrize(
    ("text", "count", "first", "last"),
    [
        ("b=-0.5:0.5:0.1", 11, -0.5, 0.5),
        ("b=0:1", 11, 0, 1),
        ("b=1:0:-0.25", 5, 1, 0),
        ("b=0:1:.3", 4, 0, 0.9),
        ("b=0:pi:pi/4", 5, 0, np.pi),
        ("b=1,2,5", 3, 1, 5),
        ("b=0:1:1/3", 4, 0, 1),
        ("b=2:2:1", 1, 2, 2),
        ("b=0:100:0.01", 10001, 0, 100),
    ],
)
def test_ranges(text: str, count: int, first: float, last: float) -> None:
    (varied,) = read_varied([text])
    found = [float(value.array) for value in varied.values]
    assert (len(found), found[0], found[-1]) == (count, first, last)


@pytest.mark.parametrize("vary", [["x=0:100000:1"], ["x=0:1000:1", "y=0:100:1"], ["x=0:1e12:1"]])
def test_a_table_that_is_too_long_is_refused_before_it_is_computed(
    vary: list[str], run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:

    def of_numbers(name: str, *rest: Any) -> Any:
        raise AssertionError(f"a value of {name} is made")

    monkeypatch.setattr("mcalc.numbers.ranges.of_numbers", of_numbers)
    out, error, status = run("table", "x^2 + y", *(part for one in vary for part in ("--vary", one)))
    assert status == 2 and out == "" and "rows, and at most 100000 are made" in error


@pytest.mark.parametrize("expression", ["x^2", "x/2", "x", "x^3/4"])
def test_a_column_of_decimals_has_no_fractions(expression: str, run: Run) -> None:
    lines = run("table", expression, "--vary", "x=0:1")[0].splitlines()[2:]
    for column in zip(*(line.split() for line in lines), strict=True):
        assert not (any("." in cell for cell in column) and any("/" in cell for cell in column))


def test_a_column_of_fractions_stays_one(run: Run) -> None:
    assert [line.split() for line in run("table", "x/3", "--vary", "x=0:1:1/4")[0].splitlines()[3:5]] == [
        ["1/4", "1/12"],
        ["1/2", "1/6"],
    ]


def test_csv_and_json_agree_on_what_is_too_large(run: Run) -> None:
    question = ("table", "exp(x)", "--vary", "x=700:720:10")
    rows = run(*question, "-f", "csv")[0].splitlines()
    record = json.loads(run(*question, "-f", "json")[0])
    assert rows[2:] == ["710.0,", "720.0,"] and [row[1] for row in record["rows"][1:]] == [None, None]
    assert record["notes"] == ["2 values are too large for a double, and null here"]
    assert "2.23399e+308" in run(*question)[0]
