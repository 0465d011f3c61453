"""Explanations: each step's row, applied again, gives what it gave; order is said of order alone; no line twice."""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import pytest
from cases_at_points import CORPUS
from replayer import law_holds, replays

import mcalc
from mcalc.notation import box_of, printer, write
from mcalc.rewriting import IN_ORDER, Engine, Form, Row, make
from mcalc.rewriting import rewritings as rows
from mcalc.tree import Node

ROWS: dict[str, list[Row]] = {}
for _row in rows():
    ROWS.setdefault(_row.name, []).append(_row)
WHOLE = [case for case in CORPUS if case["kind"] != "hessian" and "," not in case["wrt"]]
TOKEN = re.compile(r"\w+|[^\s\w()\[\],;]")


def explained(case: dict[str, Any]) -> Any:
    command = "hessian" if case["kind"] == "hessian" else "explain"
    return getattr(mcalc, command)(case["expr"], case["wrt"], case["shapes"], verify=False)


Use = tuple[str, Form, Form]


@pytest.fixture
def uses(monkeypatch: pytest.MonkeyPatch) -> Callable[[], list[Use]]:
    """What was used since: the name of each rewriting of each engine, what it replaced, and what it gave."""
    engines: list[Engine] = []
    made = Engine.__init__

    def remembered(engine: Engine, *given: Any, **named: Any) -> None:
        made(engine, *given, **named)
        engines.append(engine)

    monkeypatch.setattr(Engine, "__init__", remembered)
    return lambda: list(dict.fromkeys((one.name, one.before, one.after) for each in engines for one in each.log))


@pytest.mark.parametrize("case", CORPUS, ids=lambda case: case["id"])
def test_each_rewriting_applied_again_gives_what_it_gave(case: dict[str, Any], uses: Callable[[], list[Use]]) -> None:
    """By the replayer, which has no matching, no constructors and no moves of the engine."""
    explained(case)
    for name, before, after in uses():
        assert applied_again(name, before, after), (name, before, after)


def applied_again(name: str, before: Form, after: Form) -> bool:
    if name in ROWS:
        return any(replays(row, before, after) for row in ROWS[name])
    return law_holds(name, before, after)


def test_the_replayer_finds_what_is_false(uses: Callable[[], list[Use]]) -> None:
    """Each use with another name, with both sides exchanged for those of the next, or with twice what it gave."""
    for case in CORPUS[::9]:
        explained(case)
    found = uses()
    assert len(found) > 200
    assert {name for name, _, _ in found} & ROWS.keys()
    for (name, before, after), (_, _, other) in pairwise(found):
        if after.head not in ("zeros", "number"):
            assert not applied_again(name, before, multiplied(after)), (name, before)
        if law_holds("", after, other):
            continue
        assert not applied_again(name, before, other), (name, before, other)


def multiplied(form: Form) -> Form:
    """Twice the form."""
    return make("+", (form,), (2,), form.shape)


def shown(value: Any) -> Any:
    """As it is printed; under indices the terms in any order, for what is read off keeps that of the differential."""
    text = printer("text").write(box_of(value))
    return text if isinstance(value, Node) else sorted(text.split(" + "))


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
