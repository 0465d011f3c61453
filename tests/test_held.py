"""Answers that nobody reads while mending: how many are judged as they should be, and not which."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import mcalc

ROWS = Path(__file__).parent / "held" / "answers.jsonl"
LEAST = 0.93


@pytest.mark.parametrize("each", [3, pytest.param(1, marks=pytest.mark.slow)])
def test_verdicts_on_answers_that_nobody_looked_at(each: int) -> None:
    rows = [json.loads(line) for line in ROWS.read_text("utf-8").splitlines()][::each]
    judged = [
        bool(mcalc.check(row["expr"], row["wrt"], row["answer"], row["shapes"], verify=False)) == row["right"]
        for row in rows
    ]
    assert sum(judged) >= LEAST * len(rows), f"{sum(judged)} of {len(rows)}"
