"""The derivatives of the corpus and of random programs against those that JAX computes, in float64."""

from __future__ import annotations

import types
from collections.abc import Callable
from itertools import islice
from typing import Any

import numpy as np
import pytest
from cases_at_points import CORPUS, FIRST_ORDER, point_of, read
from test_properties import at_a_kink, place_of, random_programs, shapes_of, value_at

import mcalc
from mcalc.derivation import Derivation
from mcalc.numbers import HELPERS, along_row, dimensions, meaning, places, whole
from mcalc.table import LoopIndex, Slice
from mcalc.tree import Node, topological

pytestmark = pytest.mark.slow
PROGRAMS = 300
TOLERANCE = 1e-8


@pytest.fixture(scope="module")
def jax() -> Any:
    jax = pytest.importorskip("jax", reason="JAX is not installed: pip install jax")
    jax.config.update("jax_enable_x64", True)
    return jax


class JaxModule:
    """What the table's ``numpy`` functions see as ``np``, made of JAX."""

    def __init__(self, jax: Any) -> None:
        self.jax = jax

    def __getattr__(self, name: str) -> Any:
        if name == "erf":
            return self.jax.scipy.special.erf
        if name == "raised":
            return self.jax.numpy.power
        if name in HELPERS:
            helper = HELPERS[name]
            return types.FunctionType(
                helper.__code__, {**helper.__globals__, "np": self}, name, helper.__defaults__, helper.__closure__
            )
        return getattr(self.jax.numpy, name)


class InJax:
    """The value of a tree, written with JAX."""

    def __init__(self, jax: Any, sizes: dict[str, int]) -> None:
        self.module, self.sizes = JaxModule(jax), sizes

    def value(self, root: Node, point: dict[str, Any], running: dict[LoopIndex, int] | None = None) -> Any:
        running = running or {}
        done: dict[Node, Any] = {}
        for node in topological([root], lambda node: () if node.operator.name == "loop_sum" else node.args):
            value = self._of(node, [done.get(arg) for arg in node.args], point, running)
            done[node] = self.module.reshape(self.module.asarray(value, dtype=float), dimensions(node.axes, self.sizes))
        return done[root]

    def _of(self, node: Node, args: list[Any], point: dict[str, Any], running: dict[LoopIndex, int]) -> Any:
        name = node.operator.name
        if name == "variable":
            return point[node.parameters[0]]
        if name == "loop_index":
            return float(running[node.parameters[0]])
        if name == "loop_sum":
            loop = node.parameters[0]
            rounds = range(1, whole(loop.size, self.sizes) + 1)
            return sum(self.value(node.args[0], point, {**running, loop: place}) for place in rounds)
        if name == "element":
            return args[0][tuple(self._place(place, running) for place in places(node))]
        if along_row(node):
            args[0] = args[0][None, :]
        parameters = list(node.parameters) if name == "number" else [self._plain(p, running) for p in node.parameters]
        return meaning(node).numpy(self.module, *args, *parameters)

    def _plain(self, parameter: Any, running: dict[LoopIndex, int]) -> Any:
        if isinstance(parameter, LoopIndex):
            return running[parameter]
        return parameter if parameter is None else whole(parameter, self.sizes)

    def _place(self, place: Any, running: dict[LoopIndex, int]) -> Any:
        if place is None:
            return slice(None)
        if isinstance(place, Slice):
            return slice(whole(place.lower, self.sizes) - 1, whole(place.upper, self.sizes))
        return self._plain(place, running) - 1


def point_in(case: dict[str, Any], derivation: Derivation) -> tuple[dict[str, Any], dict[str, int]]:
    domain = {name: "positive" if word == "simplex" else word for name, word in case.get("domain", {}).items()}
    point, sizes = point_of({**case, "domain": domain}, derivation.reading)
    return {name: np.asarray(value, dtype=float) for name, value in point.items()}, sizes


def agrees(found: Any, expected: Any, text: str) -> None:
    found, expected = np.asarray(found), np.asarray(expected)
    assert found.shape == expected.shape, text
    scale = np.abs(expected).max()
    np.testing.assert_allclose(found, expected, rtol=TOLERANCE, atol=TOLERANCE * max(scale, 1.0), err_msg=text)


def function_of(jax: Any, value: Node, point: dict[str, Any], sizes: dict[str, int]) -> Callable[..., Any]:
    """The value as a function of the variables named."""
    machine = InJax(jax, sizes)
    return lambda **given: machine.value(value, {**point, **given})


def by(jax: Any, function: Callable[..., Any], name: str) -> Callable[..., Any]:
    """The derivative, by `name`, as a function of the same variables."""

    def derivative(**given: Any) -> Any:
        return jax.jacfwd(lambda value: function(**{**given, name: value}))(given[name])

    return derivative


@pytest.mark.parametrize("case", FIRST_ORDER, ids=lambda case: case["id"])
def test_jacobians_of_the_corpus(jax: Any, case: dict[str, Any]) -> None:
    for name in case["wrt"].split(","):
        derivation = mcalc.jacobian(case["expr"], name, case["shapes"], verify=False)
        point, sizes = point_in(case, derivation)
        expected = by(jax, function_of(jax, derivation.value, point, sizes), name)(**point)
        agrees(value_at(derivation.result, point, sizes), expected, f"{case['expr']} by {name}")


@pytest.mark.parametrize("case", [case for case in CORPUS if case["kind"] == "hessian"], ids=lambda case: case["id"])
def test_hessians_of_the_corpus(jax: Any, case: dict[str, Any]) -> None:
    derivation = mcalc.hessian(case["expr"], case["wrt"], case["shapes"], verify=False)
    first, second = derivation.wrt[0], derivation.wrt[-1]
    point, sizes = point_in(case, derivation)
    function = function_of(jax, derivation.value, point, sizes)
    expected = by(jax, by(jax, function, first), second)(**point)
    agrees(value_at(derivation.result, point, sizes), expected, f"{case['expr']} by {first} and {second}")


def test_random_programs(jax: Any) -> None:
    compared = 0
    for program in islice(random_programs(4, depth=4, size=6), PROGRAMS):
        text = program.write()
        shapes = shapes_of(text)
        for name in shapes:
            reading = read(text, shapes, (name,))
            if at_a_kink(reading):
                continue
            derivation = mcalc.jacobian(text, name, shapes, verify=False)
            place = place_of(derivation)
            if place is None:
                continue
            point = {key: np.asarray(place.point[key], dtype=float) for key in derivation.reading.names}
            expected = by(jax, function_of(jax, derivation.value, point, place.sizes), name)(**point)
            if np.isfinite(expected).all():
                agrees(place.derivative, expected, f"{text} by {name}")
                compared += 1
    print(f"\n{compared} derivatives of {PROGRAMS} programs agree")
    assert compared > PROGRAMS
