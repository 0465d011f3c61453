"""What the numeric check does at many points at once is what it does at each of them alone."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from cases_at_points import read

from mcalc.numbers import JITTER, Jitter, Program, fitting_sizes, slope_by_differences, slopes_by_differences
from mcalc.tree import Node

COUNT = 5


def drawn(text: str) -> tuple[Node, dict[str, Any], dict[str, int]]:
    """A value, points for it, and sizes."""
    reading = read(text, {})
    sizes = next(fitting_sizes([reading.value], list(reading.names.values())))
    generator = np.random.default_rng(8)
    shapes = {name: tuple(sizes[str(size)] for size in node.shape) for name, node in reading.names.items()}
    return reading.value, {name: generator.uniform(0.3, 1.7, (COUNT, *shape)) for name, shape in shapes.items()}, sizes


TEXTS = ["sum((y - max(0, X@w + b))^2)/N", "exp(w.x)*x", "tr(inv(A@A' + I)@B)", "relu(w - 1)", "3 - 0*x", "log(x - 1)"]


@pytest.mark.parametrize("text", TEXTS)
def test_differences_at_many_points_are_those_at_each(text: str) -> None:
    value, points, sizes = drawn(text)
    program = Program([value], sizes, varied=list(points))
    name = next(iter(points))
    directions = np.random.default_rng(9).uniform(-1, 1, points[name].shape)
    with np.errstate(all="ignore"):
        (values,) = program.run_all(points, COUNT)
        moved = 1.0 + np.abs(values)
        known, found = slopes_by_differences(program, points, name, directions, None, moved)
        for at in range(COUNT):
            point = {other: many[at] for other, many in points.items()}
            alone = slope_by_differences(program, point, name, directions[at], None, moved[at])
            assert (alone is not None) == known[at]
            if alone is not None:
                np.testing.assert_allclose(np.ravel(alone.value), found.value[at], rtol=1e-12, atol=1e-12)
                np.testing.assert_allclose(np.ravel(alone.uncertainty), found.uncertainty[at], rtol=1e-6)


@pytest.mark.parametrize("text", TEXTS)
def test_a_part_of_a_program_is_a_program_of_its_own(text: str) -> None:
    value, points, sizes = drawn(text)
    other = read("u = 2*exp(x); u/(1 + u)", {"x": "scalar"}).value
    inner = value.args[0] if value.args else value
    whole = Program([value, other, inner], sizes, varied=[*points, "x"])
    given = {"x": np.linspace(0, 1, COUNT), **points}
    with np.errstate(all="ignore"):
        expected = whole.run_all(given, COUNT)
        for roots in ([value], [inner, other], [other]):
            found = whole.part(roots)
            assert len(found.steps) < len(whole.steps) or len(roots) > 1
            for root, at_all in zip(roots, found.run_all(given, COUNT), strict=True):
                np.testing.assert_array_equal(at_all, expected[whole.roots.index(root)])


def test_jitter_is_the_same_each_time() -> None:
    plain = 1 + JITTER * np.random.default_rng(1).uniform(-1, 1, 12)
    for _ in range(2):
        jitter = Jitter(1)
        np.testing.assert_array_equal(jitter.factors((2, 3)).ravel(), plain[:6])
        np.testing.assert_array_equal(jitter.factors((6,)), plain[6:])
    assert not np.array_equal(Jitter(2).factors((6,)), plain[:6])


def test_what_stands_beside_what_is_moved_stays() -> None:
    jitter = Jitter(1, 2)
    found = jitter.factors((6, 3))
    assert (found[:2] == 1).all()
    np.testing.assert_array_equal(found[2:], Jitter(1).factors((4, 3)))


def test_so_many_factors_are_drawn_as_are_asked_for() -> None:
    """Large values have their own, and nothing of them is kept."""
    many = Jitter(3).factors((1000, 200))
    assert many.shape == (1000, 200) and 0 < np.abs(many - 1).max() < 1.001 * JITTER
