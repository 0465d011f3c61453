"""``--detail outline``: a derivation in a few lines, each equal to the one before, the last one the answer."""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from running import mcalc as run

import mcalc
from mcalc.calculus import differentiated as differentiate
from mcalc.derivation import MOST, Derivation, Step, at_detail, by_variable
from mcalc.networks import IndexForm
from mcalc.numbers import Program, draw_point, evaluate_tensor, fitting_sizes
from mcalc.tree import Node, topological, variables

CORPUS = Path(__file__).parent / "corpus" / "cases.jsonl"
CASES = [json.loads(line) for line in CORPUS.read_text("utf-8").splitlines()]
FIRST_ORDER = [case for case in CASES if case["kind"] != "hessian" and "," not in case["wrt"]]


def outlined(source: str, wrt: str, shapes: dict[str, str] | None = None) -> Derivation:
    return at_detail(mcalc.explain(source, wrt, shapes, verify=False), "outline")


def value(expression: Any, derivation: Derivation, point: dict[Any, Any], sizes: dict[str, int]) -> Any:
    """The value, each derivative that is still to be taken by its own networks."""
    roots = expression.nodes() if isinstance(expression, IndexForm) else [expression]
    point, wanted = dict(point), derivation.by[-1].parameters[0]
    for leaf in (node for node in topological(roots) if node.operator.name == "partial"):
        by = next(node for node in variables(leaf.parameters[0]) if node.parameters[0] == wanted)
        point[leaf] = evaluate_tensor(differentiate(leaf.parameters[0], by), point, sizes)
    if isinstance(expression, IndexForm):
        return evaluate_tensor(expression.tensor, point, sizes)
    return np.asarray(Program([expression], sizes).run(point)[0])


@pytest.mark.parametrize("case", FIRST_ORDER[::4], ids=lambda case: case["id"])
def test_each_line_is_equal_to_the_one_before(case: dict[str, Any]) -> None:
    found = outlined(case["expr"], case["wrt"], case["shapes"])
    steps = [step for step in found.steps if step.stage == "outline"]
    if not steps or any(node.operator.name == "where" for step in steps for node in _nodes(step)):
        return
    names, generator = list(found.reading.names.values()), np.random.default_rng(1)
    sizes = next(fitting_sizes([found.value, *_nodes(steps[-1])], names))
    for attempt in range(40):
        point = draw_point(names, sizes, "positive" if attempt % 2 else "square", generator)
        with np.errstate(all="ignore"):
            try:
                values = [value(each, found, point, sizes) for step in steps for each in (step.before, step.after)]
            except np.linalg.LinAlgError:
                continue
        if all(np.isfinite(each).all() for each in values):
            for each in values[1:]:
                np.testing.assert_allclose(each, values[0], rtol=1e-6, atol=1e-8)
            break
    else:
        pytest.fail("at none of the points the lines have values")


def _nodes(step: Step) -> list[Node]:
    roots = [root for side in (step.before, step.after) for root in _roots(side)]
    return topological(roots)


def _roots(side: Any) -> list[Node]:
    return side.nodes() if isinstance(side, IndexForm) else [side]


@pytest.mark.parametrize("case", CASES[::3], ids=lambda case: case["id"])
def test_an_outline_is_short_and_ends_in_the_answer(case: dict[str, Any]) -> None:
    found = mcalc.explain(case["expr"], case["wrt"], case["shapes"], verify=False)
    for part in at_detail(found, "outline").parts or (at_detail(found, "outline"),):
        for each in by_variable(part):
            steps = [step for step in each.steps if step.stage == "outline"]
            assert len(steps) <= MOST + 2
            assert all(one.after is two.before for one, two in pairwise(steps))
            assert all(step.before is not step.after for step in steps)
            if steps and len(found.wrt) == 1 and not found.parts and not isinstance(found.natural, IndexForm):
                assert steps[-1].after is found.natural


def test_the_neuron_in_three_lines(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    arguments = ("explain", "max(0, w.x + b)", "--wrt", "w", "--detail")
    output, _, status = run(*arguments, "outline", capsys=capsys, monkeypatch=monkeypatch)
    assert status == 0
    assert "∂max(0, w·x + b)/∂w = (w·x + b > 0)*∂(w·x + b)/∂w" in output
    assert "∂(w·x + b)/∂w = xᵀ" in output and "u₁" not in output
    assert run(*arguments, "brief", capsys=capsys, monkeypatch=monkeypatch)[0] == output


@pytest.mark.parametrize("form", ["ascii", "latex", "markdown", "html", "typst", "json"])
def test_every_format(form: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    arguments = ("explain", "norm(A@x - b)^2", "--wrt", "x", "--detail", "outline", "-f", form)
    output, _, status = run(*arguments, capsys=capsys, monkeypatch=monkeypatch)
    assert status == 0 and output


def test_by_several_variables_each_has_its_own(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    arguments = ("explain", "3x^2*y", "--wrt", "x,y", "--detail", "outline")
    output, _, _ = run(*arguments, capsys=capsys, monkeypatch=monkeypatch)
    assert "∂f/∂x = 3y*∂(x²)/∂x" in output and "∂f/∂y = 3x²" in output
