"""The search for regions: every combination of conditions that exists is met, and both sides of every kink."""

from __future__ import annotations

import random
from typing import Any

import numpy as np
import pytest
from cases_at_points import read

from mcalc.language import read_value
from mcalc.numbers import BESIDE, Regions, asked_by, counted, evaluate_at_points, fitting_sizes
from mcalc.numbers import conditions_of as conditions
from mcalc.numbers import regions_of as regions
from mcalc.table import TABLE
from mcalc.tree import Node

SHAPES = {
    "x": "scalar", "y": "scalar", "b": "scalar", "w": "n", "v": "n", "A": "m,n", "S": "n,n:symmetric", "P": "n,n:psd",
    "Q": "n,n:orthogonal", "p": "n:positive", "D": "n,n:diagonal",
}  # fmt: skip


def searched(text: str, domain: bool = False) -> tuple[Regions, list[Node], dict[str, int]]:
    reading = read(text, {name: shape for name, shape in SHAPES.items() if name in text})
    variables = list(reading.names.values())
    sizes = next(fitting_sizes([reading.value], variables))
    asked = conditions([reading.value])
    found = regions(asked, variables, sizes, np.random.default_rng(3), [reading.value] if domain else [])
    return found, variables, sizes


FAR = [
    ("max(0, w.v + b)", 2), ("relu(x - 20)", 2), ("relu(x - 1000)", 2), ("relu(norm(w) - 1000)", 2),
    ("relu(x - 1000) - relu(x - 1001)", 3), ("relu(x) - relu(x - 1/10000)", 3), ("abs(abs(x - 777) - 0.5)", 4),
    ("abs(abs(abs(x - 1) - 2) - 3)", 6), ("sin(x) > 0.9999", 2), ("where(w.v > 500, x, 1)", 2), ("exp(x) > 1e6", 2),
    ("where(x*y > 1e4, x, y)", 2), ("relu(x - 1000)*relu(y + 500)", 4), ("norm(w - v) > 300", 2),
    ("where((x > 3)*(x < 5)*(y > 7)*(y < 8), 1, 0)", 9), ("relu(1 - abs(x - 1000) - abs(y + 1000))", 8),
    ("relu(w)", 8), ("norm_inf(w)", 24), ("max(A)", 6), ("sum(relu(w[i] - 100) for i in 1..n)", 4),
    ("relu(det(A'@A) - 50)", 2), ("max(x, y)*abs(b)", 4), ("max(x, relu(x))", 2), ("where(x > 5, x, x^2)*max(w)", 6),
]  # fmt: skip


@pytest.mark.parametrize(("text", "count"), FAR, ids=[row[0] for row in FAR])
def test_every_combination_is_met(text: str, count: int) -> None:
    assert len(searched(text)[0].patterns) == count


@pytest.mark.parametrize("text", [text for text, _ in FAR])
def test_the_patterns_told_are_those_of_the_points(text: str) -> None:
    found, _, sizes = searched(text)
    for spot in found.spots:
        varied = {name: np.asarray(value)[None] for name, value in spot.point.items()}
        values = evaluate_at_points([counted(c) for c in found.conditions], {}, varied, sizes)
        for value, entries in zip(values, spot.pattern, strict=True):
            np.testing.assert_array_equal(value.ravel(), entries)


@pytest.mark.parametrize("text", [text for text, _ in FAR])
def test_both_sides_of_each_kink(text: str) -> None:
    """Before a kink and after it, at every distance, the conditions that it names differ."""
    found, _, _ = searched(text)
    assert found.kinks
    for at, kink in enumerate(found.kinks):
        beside = {spot.distance: spot.pattern for spot in found.spots if spot.kink == at}
        assert set(beside) == {side * distance for side in (-1, 1) for distance in BESIDE}
        closest = min(BESIDE)
        changed = [
            n for n, (one, other) in enumerate(zip(beside[-closest], beside[closest], strict=True)) if one != other
        ]
        assert set(changed) == set(kink.conditions)


def test_what_nothing_asks_costs_nothing() -> None:
    found, _, _ = searched("exp(w.v)*x")
    assert not found.spots and not found.kinks and not found.conditions


@pytest.mark.parametrize("text", ["relu(log(x - 5) - 3)", "sqrt(x - 1000)", "log(-x - 20)", "log(x*y - 5000)"])
def test_points_lie_in_the_domain(text: str) -> None:
    """Only points with a value count, and the domain is looked for as a region is."""
    reading = read(text, {name: shape for name, shape in SHAPES.items() if name in text})
    found, _, sizes = searched(text, domain=True)
    assert found.spots
    for spot in found.spots:
        varied = {name: np.asarray(value)[None] for name, value in spot.point.items()}
        assert np.isfinite(evaluate_at_points([reading.value], {}, varied, sizes)[0]).all()


@pytest.mark.parametrize("text", ["relu(S@w - 50)", "relu(p - 20)", "max(P@w)", "relu(Q@w)*x", "relu(D@w - 30)"])
def test_points_have_what_is_declared(text: str) -> None:
    found, variables, _ = searched(text)
    assert len(found.patterns) > 1
    for spot in found.spots:
        for variable in variables:
            name, declared = variable.parameters[0], SHAPES[variable.parameters[0]]
            value = spot.point[name]
            scale = 1e-9 * (1 + np.abs(value).max())
            if "symmetric" in declared or "psd" in declared:
                np.testing.assert_allclose(value, value.T, atol=scale)
            if "psd" in declared:
                assert np.linalg.eigvalsh(value).min() > -scale
            if "diagonal" in declared:
                assert not (value - np.diag(np.diag(value))).any()
            if "orthogonal" in declared:
                np.testing.assert_allclose(value @ value.T, np.eye(len(value)), atol=1e-9)
            if "positive" in declared:
                assert (value > 0).all()


def random_expression(source: random.Random, names: str, depth: int) -> str:
    """A piecewise linear expression with kinks at whole numbers and between."""
    if depth == 0:
        return f"{source.choice(names)} - {source.choice((-7, -3, -1, 0, 0.5, 2, 4, 6))}"
    inner = random_expression(source, names, depth - 1)
    other = random_expression(source, names, source.randrange(depth))
    return source.choice(
        (
            f"abs({inner})",
            f"relu({inner})",
            f"max({inner}, {other})",
            f"min({inner}, 2*({other}))",
            f"abs({other}) + {inner}",
            f"where({inner} > 1, {other}, {inner})",
            f"3 - abs({inner})",
            f"{inner} - relu({other})",
        )
    )


def on_grid(asked: list[Node], names: str) -> dict[tuple[Any, ...], int]:
    """The patterns that there are on a fine grid, and how often."""
    axis = np.linspace(-40, 40, 20011 if len(names) == 1 else 321) + np.pi * 1e-5
    points = np.stack([part.ravel() for part in np.meshgrid(*[axis] * len(names))])
    values = evaluate_at_points(asked, {}, dict(zip(names, points, strict=True)), {})
    rows, counts = np.unique(np.array(values, dtype=int).T, axis=0, return_counts=True)
    return {tuple((int(entry),) for entry in row): int(count) for row, count in zip(rows, counts, strict=True)}


@pytest.mark.parametrize(("names", "seed"), [(names, seed) for names in ("x", "xy") for seed in range(40)])
def test_random_expressions_against_a_grid(names: str, seed: int) -> None:
    """No region that a fine grid shows is missed."""
    source = random.Random(seed)
    text = random_expression(source, names, 3)
    reading = read(text, dict.fromkeys(names, "scalar"))
    asked = conditions([reading.value])
    present = [variable.parameters[0] for variable in reading.names.values()]
    found = regions(asked, list(reading.names.values()), {}, np.random.default_rng(seed))
    known = on_grid(asked, "".join(present)) if asked else {}
    missing = [pattern for pattern, count in known.items() if count > 1 and pattern not in found.patterns]
    assert not missing, (text, missing)


@pytest.mark.parametrize("operator", [o for o in TABLE.values() if o.example], ids=lambda operator: operator.name)
def test_what_rules_ask_is_in_the_record(operator: Any) -> None:
    """The comparisons that the rules of an operator write are among the conditions that its record states."""
    node = read(operator.example, {}).value
    if node.operator is not operator or operator.indicator:
        pytest.skip("the example is written in other operators, or is itself a condition")
    names = dict(zip(operator.argument_names, node.args, strict=False)) | {"y": node}
    margins = {frozenset(arg.canon for arg in condition.args) for condition in asked_by(node)}
    asked = []
    for rule in operator.rules if operator.elementwise and not operator.variadic else ():
        formula = rule.formula if isinstance(rule.formula, str) else rule.formula(node)
        asked += [c for c in conditions([read_value(formula, names)]) if c is not node.args[0]]
    for condition in asked:
        assert frozenset(arg.canon for arg in condition.args) in margins


QUADRATIC = [
    ("w.v > 1e4", 2),
    ("relu(1e-2 - (x - 700)^2)", 2),
    ("(x - 3)^2 + 1e-3 > 0", 1),
    ("relu((x - 3.03)^2 - 1e-4)", 2),
]


@pytest.mark.parametrize(("text", "count"), QUADRATIC, ids=[row[0] for row in QUADRATIC])
def test_a_parabola_is_followed_to_its_zeros_and_no_further(text: str, count: int) -> None:
    """Two zeros may lie between two points at which it was asked, or none at all."""
    assert len(searched(text)[0].patterns) == count
