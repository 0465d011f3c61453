"""Emitted code goes through what its library makes of functions: jit and vmap of JAX, vmap and jvp of PyTorch."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from benchmarks.by_hand import ROWS, Row
from benchmarks.test_emitted import arguments, emitted
from test_libraries import library_of

SIZES = {"n": 4, "m": 5, "k": 3, "N": 6}


def small(row: Row) -> Row:
    return replace(row, sizes={name: SIZES[name] for name in row.sizes})


def given(row: Row, names: list[str], array: Any, seed: int = 0) -> list[Any]:
    drawn = arguments(row, seed)
    return [array(np.asarray(drawn[name])) for name in names]


@pytest.mark.slow
@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.title} {row.command}")
def test_jax(row: Row) -> None:
    array = library_of("jax")
    import jax

    _, function, names = emitted(small(row), "jax")
    one, other = (given(small(row), names, array, seed) for seed in (0, 1))
    expected = [function(*values) for values in (one, other)]
    np.testing.assert_allclose(jax.jit(function)(*one), expected[0], rtol=1e-8, atol=1e-9)
    both = [jax.numpy.stack(pair) for pair in zip(one, other, strict=True)]
    np.testing.assert_allclose(jax.vmap(function)(*both), np.stack(expected), rtol=1e-8, atol=1e-9)


@pytest.mark.slow
@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.title} {row.command}")
def test_torch(row: Row) -> None:
    array = library_of("torch")
    import torch

    _, function, names = emitted(small(row), "torch")
    one, other = (given(small(row), names, array, seed) for seed in (0, 1))
    expected = [function(*values) for values in (one, other)]
    both = [torch.stack(pair) for pair in zip(one, other, strict=True)]
    found = torch.func.vmap(function)(*both)
    np.testing.assert_allclose(found.numpy(), np.stack(expected), rtol=1e-8, atol=1e-9)
    along = [torch.ones_like(value) for value in one]
    moved, slope = torch.func.jvp(function, tuple(one), tuple(along))
    np.testing.assert_allclose(moved.numpy(), expected[0], rtol=1e-8, atol=1e-9)
    near = [[value + step * 1e-6 for value in one] for step in (1, -1)]
    differences = (function(*near[0]) - function(*near[1])) / 2e-6
    np.testing.assert_allclose(slope.numpy(), differences, rtol=1e-4, atol=1e-4 * float(abs(differences).max() + 1))
