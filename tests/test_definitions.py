"""An operator by itself: its definition means what it does, and its Jacobians in every shape are right."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest
from running import Run

from mcalc.ask import read
from mcalc.checking import Agreement, Form, agreement, defined, forms
from mcalc.networks import IndexForm
from mcalc.notation import width
from mcalc.numbers import dimensions, evaluate, evaluate_tensor, fitting_sizes, verify
from mcalc.table import TABLE, Operator
from mcalc.tree import Node

SHOWN = [operator for operator in TABLE.values() if operator.example]
DEFINED = [operator for operator in SHOWN if operator.definition]
FORMS = [(operator, form) for operator in SHOWN for form in forms(operator)]
NAMED = """sigmoid softplus silu tanh softmax log_softmax logsumexp norm norm1 var mean logdet relu elu gelu
sinh cosh asinh acosh atanh tan sqrt abs dot tr"""


def test_what_is_made_of_simpler_operators_says_so() -> None:
    assert {operator.name for operator in DEFINED} >= set(NAMED.split())


@pytest.mark.parametrize("operator", DEFINED, ids=lambda operator: operator.name)
def test_a_definition_is_the_operator_and_its_derivative_the_rule(operator: Operator) -> None:
    for argument in operator.argument_names:
        found = agreement(operator, argument)
        assert found.points == 3
        assert found.values < 1e-12 and found.derivatives < 1e-10


@pytest.mark.parametrize("operator", DEFINED, ids=lambda operator: operator.name)
def test_a_definition_is_made_of_other_operators(operator: Operator) -> None:
    reading, _ = defined(operator)
    assert reading.value.operator is not operator
    assert operator.name not in re.findall(r"\w+", operator.definition)


def test_a_wrong_definition_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    from dataclasses import replace

    wrong = replace(TABLE["softmax"], definition="exp(a)/sum(exp(-a))")
    found = agreement(wrong, "a")
    assert isinstance(found, Agreement) and found.values > 0.1 and found.derivatives > 0.1


@pytest.mark.parametrize(("operator", "form"), FORMS, ids=lambda part: getattr(part, "name", None) or str(part.node))
def test_each_jacobian_of_a_page_agrees_with_differences(operator: Operator, form: Form) -> None:
    node, arguments = form.node, list(form.node.args)
    for argument in arguments:
        _, found = form.jacobian(argument)

        def answer(point: dict[str, Any], sizes: Any, found: Any = found) -> Any:
            return entries(found, {**point, "y": evaluate(node, point, sizes)}, sizes)

        checked = verify(node, arguments, argument, answer)
        assert checked.points >= 3 and checked.error < 1e-6


@pytest.mark.parametrize(("operator", "form"), FORMS, ids=lambda part: getattr(part, "name", None) or str(part.node))
def test_what_is_passed_on_is_the_jacobian_times_what_comes(operator: Operator, form: Form) -> None:
    generator = np.random.default_rng(5)
    sizes = next(fitting_sizes([form.node], list(form.node.args)))
    count = dimensions(form.node.axes, sizes)
    if not count:
        return
    point = {arg.parameters[0]: generator.uniform(0.2, 0.8, dimensions(arg.axes, sizes)) for arg in form.node.args}
    point["y"], incoming = evaluate(form.node, point, sizes), generator.uniform(-1, 1, count)
    for argument in form.node.args:
        passed = form.passed_on(argument)
        _, found = form.jacobian(argument)
        if passed is not None and operator.domain != "above one":
            expected = np.tensordot(incoming, entries(found, point, sizes), len(count))
            name = "G" if len(count) == 2 else "g"
            got = evaluate(passed, {**point, name: incoming}, sizes)
            np.testing.assert_allclose(np.ravel(got), np.ravel(expected), rtol=1e-9, atol=1e-9)


def entries(found: Node | IndexForm, point: dict[str, Any], sizes: Any) -> Any:
    if isinstance(found, IndexForm):
        return evaluate_tensor(found.tensor, point, sizes)
    return evaluate(found, point, sizes)


KINKS = [
    ("relu(a)", {"a": 0.0}, "a", 0),
    ("max(0, a)", {"a": 0.0}, "a", 0),
    ("leaky_relu(a)", {"a": 0.0}, "a", 0.01),
    ("elu(a)", {"a": 0.0}, "a", 1),
    ("abs(a)", {"a": 0.0}, "a", 0),
    ("sign(a)", {"a": 0.0}, "a", 0),
    ("step(a)", {"a": 0.0}, "a", 0),
    ("max(a, b)", {"a": 1.0, "b": 1.0}, "a", 0),
    ("max(a, b)", {"a": 1.0, "b": 1.0}, "b", 0),
    ("min(a, b)", {"a": 1.0, "b": 1.0}, "a", 0),
    ("norm1(x)", {"x": np.array([0.0, 2.0])}, "x", [0, 1]),
    ("max(x)", {"x": np.array([1.0, 1.0])}, "x", [0.5, 0.5]),
    ("norm_inf(x)", {"x": np.array([1.0, -1.0])}, "x", [0.5, -0.5]),
    ("norm_inf(x)", {"x": np.array([0.0, 0.0])}, "x", [0, 0]),
    ("sqrt(a)", {"a": 0.0}, "a", np.inf),
    ("acosh(a)", {"a": 1.0}, "a", np.inf),
    ("asin(a)", {"a": 1.0}, "a", np.inf),
    ("norm(x)", {"x": np.array([0.0, 0.0])}, "x", [np.nan, np.nan]),
]


@pytest.mark.parametrize(("text", "point", "by", "expected"), KINKS, ids=[f"{row[0]} by {row[2]}" for row in KINKS])
def test_at_a_kink_the_derivative_is_what_the_page_says(text: str, point: Any, by: str, expected: Any) -> None:
    from mcalc.calculus import differentiated as differentiate

    reading = read(text)
    tensor = differentiate(reading.value, reading.names[by])
    np.testing.assert_allclose(evaluate_tensor(tensor, point, {"n": 2}), expected)


@pytest.mark.parametrize("columns", [60, 80, 120])
def test_the_table_keeps_to_its_width(columns: int, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mcalc.commands.text.columns", lambda output: columns)
    shown, _, _ = run("rules")
    assert max(map(width, shown.split("\n"))) <= columns
    assert all(re.search(rf"^{operator.name}\b", shown, re.MULTILINE) for operator in SHOWN)


@pytest.mark.parametrize("operator", SHOWN, ids=lambda operator: operator.name)
def test_a_page_has_every_part(operator: Operator, run: Run) -> None:
    shown = run("rules", operator.name).output
    assert "Written" in shown and "Shapes" in shown and "Example" in shown
    for rule in operator.rules:
        assert rule.sentence in shown and f"By {rule.argument}" in shown and "Where" in shown
    assert operator.care in shown
    if operator.definition:
        assert "This is the rule" in shown and "Derivation from the definition" in shown
    if read(operator.example).names:
        assert f'$ mcalc jacobian "{operator.example}" --wrt' in shown and "agrees" in shown.lower()


SOFTMAX = """\
softmax
exp(a)/sum(exp(a)); of a matrix, each row, or along the axis given

Written      softmax(x)
Shapes       n → n
             m×n → m×n
             m×n → m×n, axis=0
Where        differentiable everywhere

By a
  ∂y[i]/∂a[k] = y[i] δ[i,k] - y[i] y[k]
  an output rises with its own input and falls with every other of the same sum
  of n             ∂y/∂a = diag(y) − y·yᵀ"""


def test_softmax_in_full(run: Run) -> None:
    shown = run("rules", "softmax").output
    assert shown.startswith(SOFTMAX)
    assert "∂u₃/∂a = ∂u₃(u₁, u₂)/∂u₁·∂u₁/∂a" in shown and "(I − u₁·1⃗ᵀ/u₂)·diag(u₁)/u₂" in shown
    assert "at x = [1; 2]:   y = [0.2689; 0.7311]   ∂y/∂x = [0.1966, −0.1966; −0.1966, 0.1966]" in shown
    assert "This is the rule, ∂y/∂a = diag(y) − y·yᵀ" in shown
