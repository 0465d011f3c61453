"""Answers are as short as a careful author writes them: counted in operators, against the form in the corpus."""

from __future__ import annotations

from test_reading_back import CASES

import mcalc
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
