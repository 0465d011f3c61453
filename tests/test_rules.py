"""Every rule of the operator table against differences; a wrong rule is caught."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

import mcalc
from mcalc import Problem
from mcalc.ask import read, shapes_by_letter
from mcalc.calculus import differentiated as differentiate
from mcalc.checking import example_of
from mcalc.numbers import evaluate_tensor, verify
from mcalc.table import TABLE, Operator, Rule

RULED = [operator for operator in TABLE.values() if operator.rules]


@pytest.mark.parametrize("operator", RULED, ids=lambda operator: operator.name)
def test_each_rule_agrees_with_differences(operator: Operator) -> None:
    for name in example_of(operator).names:
        derivation = mcalc.explain(operator.example, name, shapes_by_letter(operator.example))
        assert derivation.verified is not None
        assert derivation.verified.points >= 3, derivation.verified.reason
        assert derivation.verified.error < 1e-6


@pytest.mark.parametrize("operator", RULED, ids=lambda operator: operator.name)
def test_each_rule_names_an_argument_and_has_a_sentence(operator: Operator) -> None:
    for rule in operator.rules:
        assert rule.argument in operator.argument_names
        assert rule.sentence


@pytest.mark.parametrize("operator", RULED, ids=lambda operator: operator.name)
def test_a_wrong_rule_is_caught(operator: Operator, monkeypatch: pytest.MonkeyPatch) -> None:
    """Twice the right rule, or 1 for 0, in variables of other names, so that no value built before is met again."""
    value = example_of(operator).value
    formulas = [rule.formula if isinstance(rule.formula, str) else rule.formula(value) for rule in operator.rules]
    flat = all(formula == "0" for formula in formulas)
    rules = tuple(
        Rule(rule.argument, "1" if flat else twice(operator, formula), rule.sentence)
        for rule, formula in zip(operator.rules, formulas, strict=True)
    )
    monkeypatch.setitem(TABLE, operator.name, replace(operator, rules=rules, title="wrong", value=None))
    names = list(example_of(operator).names)
    fresh, shapes = operator.example, {}
    for name in names:
        fresh = re.sub(rf"\b{name}\b", name + "_wrong", fresh)
        shapes[name + "_wrong"] = shapes_by_letter(operator.example)[name]
    reading = read(fresh, shapes)
    variables = list(reading.names.values())
    errors = []
    for variable in variables:
        tensor = differentiate(reading.value, variable)
        found = verify(
            reading.value,
            variables,
            variable,
            lambda point, sizes, tensor=tensor: evaluate_tensor(tensor, point, sizes),
        )
        errors.append(found.error)
    assert max(errors) > 1e-2


def test_an_answer_that_fails_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    sine = TABLE["sin"]
    monkeypatch.setitem(TABLE, "sin", replace(sine, rules=(Rule("a", "-cos(a)", "wrong"),)))
    with pytest.raises(Problem) as caught:
        mcalc.jacobian("sin(never_used_before)", "never_used_before")
    assert caught.value.status == 1


def twice(operator: Operator, formula: str) -> str:
    if operator.elementwise:
        return f"2*({formula})"
    return re.sub(r"(^-?|[+-] )", r"\g<1>2 ", formula)
