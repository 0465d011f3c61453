"""Answers are as short as a careful author writes them: counted in operators, against the form in the corpus."""

from __future__ import annotations

import re

import pytest
from families import (
    Family,
    attention,
    matrices,
    nested_softmaxes,
    net,
    net_twice_by_weights,
    net_twice_by_x,
    recurrent,
    reused,
    softmaxes,
)
from test_reading_back import CASES

import mcalc
from mcalc.ask import derive
from mcalc.derivation import answer_text
from mcalc.language import Syntax, parse
from mcalc.pages import write

NO_LONGER = 0.9


def operators(text: str) -> int:
    program = parse(text)
    waiting: list[Syntax] = [program.value, *(definition for _, definition, _ in program.bindings)]
    count = 0
    while waiting:
        node = waiting.pop()
        count += bool(node.children)
        waiting += [*node.children, *(value for _, value in node.options)]
    return count


def test_answers_are_no_longer_than_the_textbook_form() -> None:
    longer: list[str] = []
    compared = 0
    for name, case in CASES.items():
        if "expected" not in case:
            continue
        kind = "hessian" if case["kind"] == "hessian" else "jacobian"
        derivation = getattr(mcalc, kind)(case["expr"], case["wrt"], case["shapes"], verify=False)
        if derivation.parts:
            continue
        compared += 1
        if operators(derivation.ascii()) > operators(case["expected"]):
            longer.append(f"{name}: {derivation.ascii()}, not {case['expected']}")
    assert compared > 250
    assert 1 - len(longer) / compared >= NO_LONGER, "\n".join(longer)


def test_a_wide_sum_is_explained_in_proportion_to_its_terms() -> None:
    """One long line moves nothing to the right: a row of blanks for each term would be as long as all terms."""
    lengths = []
    for count in (40, 80):
        names = [f"a_{at}" for at in range(count)]
        text = " + ".join(f"sin({name}.x)" for name in names)
        derivation = mcalc.explain(text, "x", dict.fromkeys([*names, "x"], "n"), verify=False)
        lengths.append(len(write(derivation, "text")))
    assert lengths[1] < 2.3 * lengths[0]


@pytest.mark.parametrize("family", [reused, net, recurrent, attention, softmaxes], ids=lambda family: family.__name__)
def test_an_answer_grows_with_the_layers_and_is_the_same_when_it_is_explained(family: Family) -> None:
    """What is named once stands in longer products by its name: no layer is written with all those below it."""
    lengths = []
    for count in (6, 12):
        command, text, wrt, shapes = family(count)
        answers = [derive(text, wrt, shapes, command, verify=False, told=told) for told in (False, True)]
        shown = {answer_text(answer, "ascii") for answer in answers}
        assert len(shown) == 1
        lengths.append(len(shown.pop()))
    assert lengths[1] < 2.4 * lengths[0]


@pytest.mark.parametrize(
    ("family", "count"),
    [
        (reused, 50),
        (net, 100),
        (nested_softmaxes, 4),
        (recurrent, 20),
        (attention, 11),
        (softmaxes, 22),
        (net_twice_by_x, 8),
        (matrices, 100),
    ],
    ids=lambda value: getattr(value, "__name__", str(value)),
)
def test_the_answer_of_a_long_program_is_the_same_when_it_is_explained(family: Family, count: int) -> None:
    """Rewritten part by part, as a reader is told, or when it is whole."""
    command, text, wrt, shapes = family(count)
    answers = [derive(text, wrt, shapes, command, verify=False, told=told) for told in (False, True)]
    assert len({answer_text(answer, "ascii") for answer in answers}) == 1


def test_a_very_long_differential_is_read_off_in_two_parts() -> None:
    """All change of the gradient comes through one vector: its map is read off, and then that of the vector."""
    _, text, wrt, shapes = net_twice_by_weights(24)
    explained = derive(text, wrt, shapes, "explain", order=2, verify=False).parts[-1]
    assert answer_text(explained, "ascii") == answer_text(derive(text, wrt, shapes, "hessian", verify=False), "ascii")


def test_a_long_product_of_matrices_is_turned_over_as_a_whole() -> None:
    command, text, wrt, shapes = matrices(100)
    shown = answer_text(derive(text, wrt, shapes, command, verify=False), "ascii")
    assert shown.count("'") == 1
    assert shown.endswith("A_49)'")


def test_a_product_that_is_named_stands_in_another_by_its_name() -> None:
    command, text, wrt, shapes = reused(4)
    assert answer_text(derive(text, wrt, shapes, command, verify=False), "ascii").splitlines()[-1] == (
        "(sin(x) + x*cos(x))*(sin(t_1) + t_1*cos(t_1))*(sin(t_2) + t_2*cos(t_2))*(sin(t_3) + t_3*cos(t_3))"
    )


def test_a_product_of_jacobians_stays_one_where_that_is_shorter() -> None:
    command, text, wrt, shapes = softmaxes(3)
    assert answer_text(derive(text, wrt, shapes, command, verify=False), "ascii").splitlines()[-1] == (
        "y'@(diag(t_3) - t_3@t_3')@W_3@(diag(t_2) - t_2@t_2')@W_2@(diag(t_1) - t_1@t_1')@W_1"
    )


def test_what_the_jacobians_have_in_common_is_taken_out_of_their_product() -> None:
    derivation = mcalc.gradient("-sum(((1 - e)*y + e/k)*log_softmax(z))", "z", verify=False)
    assert derivation.ascii() == "((e + sum(y)*(1 - e))*softmax(z) - (1 - e)*y - e/k)'"


def test_a_recurrent_net_is_explained() -> None:
    _, text, wrt, shapes = recurrent(10)
    shown = write(derive(text, wrt, shapes, "explain", verify=False), "text")
    assert re.search(r"= \(1 − \S+²\) ⊗ Wᵀ·\S+\n", shown)


def test_the_hessian_of_nested_softmaxes_opens_a_layer_inside_the_one_before() -> None:
    """No column of ones, and no I, stands in the place of a softmax that is taken out."""
    command, text, wrt, shapes = nested_softmaxes(6)
    shown = answer_text(derive(text, wrt, shapes, command, verify=False), "ascii")
    assert "ones" not in shown
    assert shown.splitlines()[-1].count("eye(n)") == 1
