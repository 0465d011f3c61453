"""Deriving at the largest sizes beside `jax.make_jaxpr`, which traces the same derivative. Prints a line a family.

mcalc reads a text, derives, rewrites and finds a form to print; JAX runs a function of Python's on abstract arrays.
Garbage is collected in neither: the command line does not, and beside JAX's own objects a collection is long.
"""

from __future__ import annotations

import gc
import time
from collections.abc import Callable
from typing import Any

import families
import pytest

Traced = Callable[[Any, Any, int], tuple[Callable[..., Any], list[Any]]]
"""The derivative as a function, and its arguments; by JAX, its arrays, and a size."""


def reused(jax: Any, np: Any, count: int) -> tuple[Callable[..., Any], list[Any]]:
    def value(x: Any) -> Any:
        for _ in range(count):
            x = x * np.sin(x)
        return x

    return jax.grad(value), [np.array(0.5)]


def _net(np: Any, count: int) -> Callable[..., Any]:
    def value(first: Any, x: Any, others: Any) -> Any:
        x = np.tanh(first @ x)
        for at in range(count - 1):
            x = np.tanh(others[at] @ x)
        return np.sum(x**2)

    return value


def _weights(np: Any, count: int) -> list[Any]:
    return [np.ones((3, 3)), np.ones(3), [np.ones((3, 3))] * (count - 1)]


def net(jax: Any, np: Any, count: int) -> tuple[Callable[..., Any], list[Any]]:
    return jax.grad(_net(np, count)), _weights(np, count)


def net_by_all(jax: Any, np: Any, count: int) -> tuple[Callable[..., Any], list[Any]]:
    return jax.grad(_net(np, count), (0, 2)), _weights(np, count)


def net_twice_by_x(jax: Any, np: Any, count: int) -> tuple[Callable[..., Any], list[Any]]:
    return jax.hessian(_net(np, count), 1), _weights(np, count)


def net_twice_by_weights(jax: Any, np: Any, count: int) -> tuple[Callable[..., Any], list[Any]]:
    return jax.hessian(_net(np, count), 0), _weights(np, count)


def recurrent(jax: Any, np: Any, count: int) -> tuple[Callable[..., Any], list[Any]]:
    def value(w: Any, u: Any, h: Any, inputs: Any) -> Any:
        for one in inputs:
            h = np.tanh(w @ h + u @ one)
        return np.sum(h)

    return jax.grad(value), [np.ones((3, 3)), np.ones((3, 2)), np.ones(3), [np.ones(2)] * count]


def softmaxes(jax: Any, np: Any, count: int) -> tuple[Callable[..., Any], list[Any]]:
    def value(x: Any, weights: Any, y: Any) -> Any:
        for one in weights:
            x = jax.nn.softmax(one @ x)
        return x @ y

    return jax.grad(value), [np.ones(3), [np.ones((3, 3))] * count, np.ones(3)]


def attention(jax: Any, np: Any, count: int) -> tuple[Callable[..., Any], list[Any]]:
    def value(x: Any, weights: Any) -> Any:
        for one in weights:
            x = jax.nn.softmax(x @ one @ x.T, axis=1) @ x
        return np.sum(x**2)

    return jax.grad(value), [np.ones((4, 3)), [np.ones((3, 3))] * count]


def wide(jax: Any, np: Any, count: int) -> tuple[Callable[..., Any], list[Any]]:
    def value(x: Any, given: Any) -> Any:
        return sum(np.sin(one @ x) for one in given)

    return jax.grad(value), [np.ones(3), [np.ones(3)] * count]


def matrices(jax: Any, np: Any, count: int) -> tuple[Callable[..., Any], list[Any]]:
    def value(x: Any, given: Any) -> Any:
        found = given[0]
        for one in [*given[1 : count // 2], x, *given[count // 2 :]]:
            found = found @ one
        return np.trace(found)

    return jax.grad(value), [np.ones((3, 3)), [np.ones((3, 3))] * count]


LARGEST: tuple[tuple[families.Family, Traced, int], ...] = (
    (families.reused, reused, 256),
    (families.net, net, 256),
    (families.net_by_all, net_by_all, 64),
    (families.net_twice_by_x, net_twice_by_x, 64),
    (families.net_twice_by_weights, net_twice_by_weights, 64),
    (families.recurrent, recurrent, 256),
    (families.softmaxes, softmaxes, 64),
    (families.attention, attention, 64),
    (families.wide, wide, 2000),
    (families.matrices, matrices, 60),
)
_AT_MOST = 60
"""Seconds for which a family is waited for; a smaller size is taken where half of it took more."""


@pytest.mark.slow
@pytest.mark.parametrize(("family", "traced", "size"), LARGEST, ids=[family.__name__ for family, _, _ in LARGEST])
def test_beside_a_trace(family: families.Family, traced: Traced, size: int) -> None:
    jax = pytest.importorskip("jax", reason="jax is not installed")
    families.derived(family(2))  # the tables are read once
    while size > 8:
        quarter, _ = families.derived(family(size // 4))
        if quarter * 5 < _AT_MOST:
            break
        size //= 2
    function, given = traced(jax, jax.numpy, 2)
    jax.make_jaxpr(function)(*given)
    gc.collect()
    gc.disable()
    try:
        function, given = traced(jax, jax.numpy, size)
        start = time.process_time()
        jax.make_jaxpr(function)(*given)
        theirs = time.process_time() - start
        ours, length = families.derived(family(size))
    finally:
        gc.enable()
    print(
        f"\n{family.__doc__} {size}: {1000 * ours:.0f} ms for {length} characters, JAX's trace {1000 * theirs:.0f} ms, "
        f"{ours / theirs:.1f} times"
    )
