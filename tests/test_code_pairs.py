"""Code of every operator beside every other, of one argument that both use: negated, transposed, a difference."""

from __future__ import annotations

from itertools import combinations_with_replacement

import numpy as np
import pytest
from cases_at_points import read
from test_code import agree

from mcalc import Problem
from mcalc.numbers import KINDS, draw_point, evaluate
from mcalc.table import TABLE

SHAPES = {"W": "n,n", "B": "n,n"}
WIDE = {"W": "m,n", "B": "m,n"}
ARGUMENTS = ("-W", "W'", "-W'", "B - W", "-(B + W)", "W*B", "2*W", "-W/2")
OTHERS = {1: [""], 2: [", B", ", B'", ", 2"], 3: [", B, B"]}
COVERED = [one for one in TABLE.values() if one.calls and one.arguments]


def calls_of(argument: str, shapes: dict[str, str]) -> dict[str, str]:
    """Every call of the table that takes the matrix, by the operator's name and its axis."""
    found = {}
    for operator in COVERED:
        for axis in ("", ", axis=0", ", axis=1") if operator.keywords else ("",):
            for others in OTHERS[len(operator.argument_names)]:
                text = f"{operator.calls[0]}({argument}{others}{axis})"
                try:
                    read(text, shapes)
                except Problem:
                    continue
                found[operator.name + axis] = text
                break
    return found


def products(argument: str, shapes: dict[str, str]) -> list[str]:
    calls = calls_of(argument, shapes).values()
    return [f"sum({one})*sum({other})" for one, other in combinations_with_replacement(calls, 2)]


def computes(text: str, shapes: dict[str, str]) -> None:
    reading = read(text, shapes)
    variables, sizes = list(reading.names.values()), {"n": 3, "m": 2}
    for kind in ("square", *KINDS):
        point = draw_point(variables, sizes, kind, np.random.default_rng(1))
        with np.errstate(all="ignore"):
            if np.isfinite(evaluate(reading.value, point, sizes)).all():
                agree(reading.value, variables, point, sizes)
                return


def test_what_takes_a_matrix_is_covered() -> None:
    taken = {name.split(",")[0] for name in calls_of("W", SHAPES)}
    assert {one.name for one in COVERED} - taken <= {"dot", "outer", "diag"}  # of vectors


TEXTS = [(text, SHAPES) for text in products("-W", SHAPES)]
TEXTS += [(text, shapes) for shapes in (SHAPES, WIDE) for argument in ARGUMENTS for text in products(argument, shapes)]


@pytest.mark.parametrize("part", range(5))
def test_pairs(part: int) -> None:
    for text, shapes in TEXTS[part::180]:
        computes(text, shapes)


@pytest.mark.slow
@pytest.mark.parametrize("part", range(180))
def test_all_pairs(part: int) -> None:
    for text, shapes in TEXTS[part::180]:
        computes(text, shapes)
