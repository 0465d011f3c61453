"""Explanations: each step's row, applied again, gives what it gave; order is said of order alone; no line twice."""

from __future__ import annotations

import re
from typing import Any

import pytest
from cases_at_points import CORPUS

import mcalc
from mcalc.notation import box_of, printer, write
from mcalc.rewriting import IN_ORDER, INVERSE_BESIDE, MOVES, author_of, reapplied
from mcalc.rewriting import rewritings as rows
from mcalc.tree import Node

ROWS: dict[str, list[Any]] = {}
for _row in rows():
    ROWS.setdefault(_row.name, []).append(_row)
MOVED = {move.name for move in MOVES}
WHOLE = [case for case in CORPUS if case["kind"] != "hessian" and "," not in case["wrt"]]
TOKEN = re.compile(r"\w+|[^\s\w()\[\],;]")


def explained(case: dict[str, Any]) -> Any:
    command = "hessian" if case["kind"] == "hessian" else "explain"
    return getattr(mcalc, command)(case["expr"], case["wrt"], case["shapes"], verify=False)


@pytest.mark.parametrize("case", CORPUS, ids=lambda case: case["id"])
def test_each_row_applied_again_gives_what_it_gave(case: dict[str, Any]) -> None:
    with author_of([]) as author:
        explained(case)
        for entry in author.engine.log:
            if entry.name in ROWS and entry.name != INVERSE_BESIDE.name:
                found = [reapplied(row, entry.before) for row in ROWS[entry.name]]
                assert any(one is not None and _same(one, entry.after, author) for one in found), entry


def shown(value: Any) -> Any:
    """As it is printed; under indices the terms in any order, for what is read off keeps that of the differential."""
    text = printer("text").write(box_of(value))
    return text if isinstance(value, Node) else sorted(text.split(" + "))


def _same(one: Any, other: Any, author: Any) -> bool:
    return one is other or author.engine.simplify(one) is author.engine.simplify(other)


@pytest.mark.parametrize("case", CORPUS, ids=lambda case: case["id"])
def test_order_is_said_of_order_and_no_line_stands_twice(case: dict[str, Any]) -> None:
    derivation = explained(case)
    for part in derivation.parts or (derivation,):
        for step in part.steps:
            if not isinstance(step.before, Node) or not isinstance(step.after, Node):
                continue
            one, other = write(step.before), write(step.after)
            if step.stage in ("combine", "substitute") and step.rule == "simplify":
                assert one != other, step.because
            if IN_ORDER in step.because:
                assert sorted(TOKEN.findall(one)) == sorted(TOKEN.findall(other)), (one, other)


@pytest.mark.parametrize("case", WHOLE, ids=lambda case: case["id"])
def test_the_last_line_is_the_answer(case: dict[str, Any]) -> None:
    derivation = explained(case)
    answer = mcalc.jacobian(case["expr"], case["wrt"], case["shapes"], verify=False)
    assert shown(derivation.result) == shown(answer.result)
    last = [step for step in derivation.steps if step.stage in ("combine", "substitute", "layout", "differentiate")][-1]
    assert shown(last.after) == shown(answer.natural)
