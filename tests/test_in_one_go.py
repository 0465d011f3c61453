"""Explanations by several variables of a long program: what they share is told once, and the answers are the same."""

from __future__ import annotations

import re

import pytest
from test_claims import told
from test_steps import check

from mcalc.ask import derive
from mcalc.derivation import Derivation
from mcalc.derivation import at_detail as at
from mcalc.notation import write_expression
from mcalc.pages import write


def layers(count: int, line: str) -> str:
    return "; ".join(f"u_{at} = {line}".format(at=at, u=f"u_{at - 1}" if at > 1 else "x") for at in range(1, count + 1))


def shapes(count: int) -> dict[str, str]:
    every = range(1, count + 1)
    return {"x": "n", **{f"W_{at}": "n,n" for at in every}, **{f"b_{at}": "n" for at in every}}


def named(names: str, text: str) -> dict[str, str]:
    """The shapes of the names in the text."""
    return {name: shape for name, shape in shapes(6).items() if name in re.findall(r"\w+", text + names)}


BIASED = layers(6, "tanh(W_{at}@{u} + b_{at})") + "; sum(u_6^2)"
GATED = layers(5, "{u}*sigmoid(W_{at}@{u} + b_{at})") + "; sum(u_5^2)"
KINKED = layers(6, "relu(W_{at}@{u} + b_{at})") + "; sum(u_6^2)"
LONG = [
    (BIASED, "W_1,b_1,W_4,b_4"),
    (BIASED, "b_6,b_2,W_3"),
    (BIASED, "x,W_3,b_2"),
    (GATED, "W_1,b_3,x"),
    (KINKED, "W_5,b_3,x"),
]


def explained(text: str, names: str) -> Derivation:
    return derive(text, names, named(names, text), "explain")


@pytest.mark.parametrize(("text", "names"), LONG)
def test_the_answers_are_those_of_each_alone(text: str, names: str) -> None:
    found = explained(text, names)
    for part, name in zip(found.parts, names.split(","), strict=True):
        alone = derive(text, name, named(name, text), "gradient")
        assert write_expression(part.result) == write_expression(alone.result)
        assert part.verified is not None and part.verified.points


@pytest.mark.parametrize(("text", "names"), LONG)
def test_every_step_holds_and_no_sentence_is_false(text: str, names: str) -> None:
    found = explained(text, names)
    for part in found.parts:
        check(part)
    for detail in ("normal", "full"):
        assert [told(part) for part in at(found, detail).parts] == [[] for _ in found.parts]


@pytest.mark.parametrize(("text", "names"), LONG)
def test_what_was_told_is_not_told_again(text: str, names: str) -> None:
    for detail in ("normal", "full"):
        first, *others = at(explained(text, names), detail).parts
        assert not first.goes_on and all(part.goes_on for part in others)
        for stage in ("introduce", "differentiate"):
            steps = [step for part in (first, *others) for step in part.steps if step.stage == stage]
            told = [(write_expression(step.before), write_expression(step.after)) for step in steps]
            assert told and len(told) == len(set(told))


def test_each_part_holds_all_of_its_own_steps() -> None:
    """The data of a part are whole, though the page of several tells them once."""
    for part in explained(*LONG[0]).parts:
        introduced = {step.before for step in part.steps if step.stage == "introduce"}
        assert {line.node for line in part.lines} == introduced
        assert part.steps[-1].after is part.result


def test_the_page_grows_with_the_program() -> None:
    sizes = []
    for count in (8, 16):
        text = layers(count, "tanh(W_{at}@{u})") + f"; sum(u_{count}^2)"
        names = [f"W_{at}" for at in range(1, count + 1)]
        given = {"x": "n", **dict.fromkeys(names, "n,n")}
        page = write(derive(text, ",".join(names), given, "explain", verify=False), "text")
        assert page.count("Introduce intermediate variables") == 1
        sizes.append(len(page))
    assert sizes[1] < 2.4 * sizes[0]


def test_short_ones_are_each_read_by_themselves() -> None:
    found = at(derive("max(0, w.x + b)", "w,b", {}, "explain", verify=False), "normal")
    assert not any(part.goes_on for part in found.parts)
    pages = write(found, "text")
    assert pages.count("Introduce intermediate variables") == 2
