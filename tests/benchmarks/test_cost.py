"""How time and size of a derivative grow with depth. Prints tables with a fitted exponent; checks no times."""

from __future__ import annotations

import multiprocessing
import time
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from growth import exponent

from mcalc.ask import derive
from mcalc.derivation import Derivation
from mcalc.networks import IndexForm
from mcalc.tree import topological

DEPTHS = (4, 8, 16, 32, 64)
PATIENCE = 20


def network(layers: int) -> tuple[str, str, dict[str, str]]:
    """A tanh network of `layers` layers, by the weights of the first."""
    lines = [f"h_{i} = tanh(W_{i}@{'x' if i == 1 else f'h_{i - 1}'})" for i in range(1, layers + 1)]
    shapes = {f"W_{i}": "n,n" for i in range(1, layers + 1)}
    return "; ".join([*lines, f"sum(h_{layers}^2)"]), "W_1", {**shapes, "x": "n"}


def doubled(depth: int) -> tuple[str, str, dict[str, str]]:
    """A chain in which every value is used twice: 2^depth paths lead to x."""
    lines = ["x_1 = sin(x)", *(f"x_{i} = sin(x_{i - 1}) + x_{i - 1}*cos(x_{i - 1})" for i in range(2, depth + 1))]
    return "; ".join([*lines, f"x_{depth}"]), "x", {"x": "scalar"}


def nested(depth: int) -> tuple[str, str, dict[str, str]]:
    """Functions of functions, each value used once."""
    lines = ["x_1 = sin(x)", *(f"x_{i} = sin(x_{i - 1})" for i in range(2, depth + 1))]
    return "; ".join([*lines, f"x_{depth}"]), "x", {"x": "scalar"}


def size_of(derivation: Derivation) -> int:
    """How many different nodes there are in the answer."""
    natural = derivation.natural
    if isinstance(natural, IndexForm):
        roots = [factor.node for term in natural.tensor.terms for factor in term.factors if factor.node is not None]
    else:
        roots = [natural]
    return len(topological(roots))


def ours(problem: tuple[str, str, dict[str, str]]) -> tuple[float, int]:
    expression, by, shapes = problem
    start = time.perf_counter()
    derivation = derive(expression, by, shapes, verify=False)
    return time.perf_counter() - start, size_of(derivation)


def sympy_nested(depth: int) -> Any:
    import sympy

    x = value = sympy.Symbol("x")
    for _ in range(depth):
        value = sympy.sin(value)
    return value, x


def sympy_doubled(depth: int) -> Any:
    import sympy

    x = sympy.Symbol("x")
    value = sympy.sin(x)
    for _ in range(depth - 1):
        value = sympy.sin(value) + value * sympy.cos(value)
    return value, x


def _sympy(build: Callable[[int], Any], depth: int, sender: Any) -> None:
    value, x = build(depth)
    start = time.perf_counter()
    derivative = value.diff(x)
    seconds = time.perf_counter() - start
    seen, stack = set(), [derivative]
    while stack:
        node = stack.pop()
        if node not in seen:
            seen.add(node)
            stack.extend(node.args)
    sender.send((seconds, len(seen)))


def theirs(build: Callable[[int], Any], depth: int) -> tuple[float, int] | None:
    """Time and different nodes of SymPy's derivative; None if it is not there in time."""
    receiver, sender = multiprocessing.Pipe(duplex=False)
    process = multiprocessing.get_context("fork").Process(target=_sympy, args=(build, depth, sender))
    process.start()
    try:
        return receiver.recv() if receiver.poll(PATIENCE) else None
    finally:
        process.kill()
        process.join()


def table(name: str, found: Sequence[tuple[float, int] | None]) -> None:
    print(f"\n{name}\n{'depth':>7} {'seconds':>9} {'nodes':>8}")
    for depth, one in zip(DEPTHS, found, strict=True):
        print(f"{depth:>7} " + (f"{one[0]:>9.3f} {one[1]:>8}" if one else f"  not there after {PATIENCE} s"))
    depths = [depth for depth, one in zip(DEPTHS, found, strict=True) if one]
    there = [one for one in found if one]
    if len(there) > 1:
        times, sizes = ([max(one[at], 1e-6) for one in there] for at in (0, 1))
        print(f"  grows as depth^{exponent(depths, times):.2f} in time, depth^{exponent(depths, sizes):.2f} in nodes")


@pytest.mark.slow
@pytest.mark.parametrize("problem", [network, doubled, nested], ids=lambda problem: problem.__name__)
def test_cost(problem: Callable[[int], tuple[str, str, dict[str, str]]]) -> None:
    ours(problem(2))  # what is read and compiled once
    found = [ours(problem(depth)) for depth in DEPTHS]
    table(f"mcalc, {problem.__doc__}", found)
    assert all(size > 0 for _, size in found)


@pytest.mark.slow
@pytest.mark.parametrize("build", [sympy_doubled, sympy_nested], ids=lambda build: build.__name__)
def test_cost_of_sympy(build: Callable[[int], Any]) -> None:
    found: list[tuple[float, int] | None] = []
    for depth in DEPTHS:
        found.append(theirs(build, depth) if not found or found[-1] else None)
    table(f"SymPy, {'every value used twice' if build is sympy_doubled else 'every value used once'}", found)
