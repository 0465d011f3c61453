"""`mcalc check` never calls a wrong answer right, and never a right one wrong."""

from __future__ import annotations

import os
from collections import Counter
from itertools import islice

import pytest
from verdict_cases import Case, right_cases, wrong_cases

from mcalc.checking.examine import check
from mcalc.problems import Problem

FEW = 8
MANY = int(os.environ.get("MCALC_EXAMPLES", "200"))
SEED = int(os.environ.get("MCALC_SEED", "1"))


def said_of(case: Case) -> str:
    try:
        found = check(case.program, case.wrt, case.answer, case.shapes, "paper", verify=False, explain=False)
    except Problem as problem:
        return "not settled" if problem.status == 3 else "unreadable"
    if found.right and not found.proven:
        return "equal at 50 digits"
    return "proven" if found.right else "wrong"


def verdicts(cases: list[Case]) -> tuple[Counter[str], dict[str, list[str]]]:
    counts: Counter[str] = Counter()
    by_verdict: dict[str, list[str]] = {}
    for case in cases:
        said = said_of(case)
        counts[said] += 1
        by_verdict.setdefault(said, []).append(f"{case.done}: {case.program} by {case.wrt}: {case.answer}")
    return counts, by_verdict


def right_ones(count: int, seed: int) -> Counter[str]:
    counts, found = verdicts(list(islice(right_cases(seed), count)))
    assert found.get("wrong", []) == []
    assert counts["unreadable"] + counts["not settled"] <= max(1, count // 50), found
    return counts


def wrong_ones(count: int, seed: int) -> Counter[str]:
    cases = list(islice(wrong_cases(seed), count))
    counts, found = verdicts(cases)
    assert found.get("proven", []) + found.get("equal at 50 digits", []) == []
    assert counts["unreadable"] + counts["not settled"] <= max(1, count // 50), found
    return counts + Counter(f"by {case.done}" for case in cases)


def test_equivalent_answers_are_right() -> None:
    right_ones(FEW, 5)


def test_damaged_answers_are_wrong() -> None:
    wrong_ones(FEW, 5)


@pytest.mark.slow
def test_no_right_answer_is_called_wrong() -> None:
    print(f"\n{MANY} equivalent answers: {dict(right_ones(MANY, SEED))}")


@pytest.mark.slow
def test_no_wrong_answer_is_called_right() -> None:
    print(f"\n{MANY} damaged answers: {dict(wrong_ones(MANY, SEED))}")
