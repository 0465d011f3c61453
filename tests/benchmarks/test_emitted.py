"""Emitted NumPy beside the best written by hand, and JAX, PyTorch and autograd, in one run: the ratios are printed."""

from __future__ import annotations

import time
import tracemalloc
from collections.abc import Callable
from importlib import import_module
from importlib.util import find_spec
from statistics import median
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from benchmarks.by_hand import ROWS, Row

from mcalc.answers import Answer
from mcalc.ask import derive
from mcalc.code import emitted as module
from mcalc.code import functions
from mcalc.pages import write

REPEATS = 7
LEAST, SLOW = 0.02, 0.5
"""A function is called till so many seconds have gone by, each time that it is measured; what is slow, once."""


def arguments(row: Row, seed: int = 0) -> dict[str, Any]:
    """One array for each name, by name."""
    random = np.random.default_rng(seed)
    found = {}
    for name, shape in row.shapes.items():
        sizes = [row.sizes[size] for size in shape.split()[0].split(",")] if shape != "scalar" else []
        drawn = random.normal(size=sizes)
        found[name] = row.made.get(name, lambda a: a)(drawn)
    return found


def emitted(row: Row, library: str = "numpy") -> tuple[str, Callable[..., Any], list[str]]:
    derivation = derive(row.text, row.wrt, dict(row.shapes), row.command, verify=False)
    text = write(derivation, library)
    return text, functions(text, library)[row.command], list(derivation.reading.names)


def seconds(function: Callable[[], Any], times: int) -> float:
    start = time.process_time()
    for _ in range(times):
        function()
    return (time.process_time() - start) / times


def most_memory(function: Callable[[], Any]) -> int:
    tracemalloc.start()
    function()
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return most


def compared(ours: Callable[[], Any], hand: Callable[[], Any], repeats: int = REPEATS) -> tuple[float, float, float]:
    """Seconds by hand; time and memory of ours, by those."""
    often = [max(1, int(LEAST / max(seconds(one, 1), 1e-6))) for one in (ours, hand)]
    pairs = [(seconds(ours, often[0]), seconds(hand, often[1])) for _ in range(repeats)]
    mine, theirs = (median(column) for column in zip(*pairs, strict=True))
    return theirs, mine / theirs, most_memory(ours) / max(1, most_memory(hand))


def differentiated(row: Row, library: str) -> Callable[[], Any] | None:
    """The derivative that JAX, jitted, PyTorch or autograd makes of the value; None where it is not installed."""
    if find_spec(library) is None:
        return None
    reading = derive(row.text, row.wrt, dict(row.shapes), row.command, verify=False).reading
    text = "numpy" if library == "autograd" else library
    value = functions(module("value", list(reading.names.values()), reading.value, "The value.", text), text)["value"]
    at = list(reading.names).index(row.wrt)
    given = arguments(row)
    if library == "jax":
        jax: Any = import_module("jax")
        jax.config.update("jax_enable_x64", True)
        transform = {"gradient": jax.grad, "jacobian": jax.jacobian, "hessian": jax.hessian}[row.command]
        automatic = jax.jit(transform(value, argnums=at))
        arrays = [jax.numpy.asarray(given[name]) for name in reading.names]
        return lambda: automatic(*arrays).block_until_ready()
    if library == "autograd":  # which differentiates what is written with its own NumPy
        own: Any = import_module("autograd.numpy")
        value.__globals__["np"] = SimpleNamespace(**{**vars(own), "vdot": lambda a, b: own.sum(a * b)})  # it has none
        automatic = getattr(import_module("autograd"), row.command.replace("gradient", "grad"))(value, at)
        return lambda: automatic(*(given[name] for name in reading.names))
    torch: Any = import_module("torch")
    torch.set_num_threads(1)
    transform = {"gradient": torch.func.grad, "jacobian": torch.func.jacrev, "hessian": torch.func.hessian}[row.command]
    automatic = transform(value, argnums=at)
    tensors = [torch.as_tensor(given[name]) for name in reading.names]
    return lambda: automatic(*tensors)


def beside(row: Row, library: str, hand: Callable[[], Any]) -> str:
    """How many times as long as by hand; of what takes seconds, measured once."""
    automatic = differentiated(row, library)
    if automatic is None:
        return "not installed"
    first = np.asarray(automatic())
    np.testing.assert_allclose(first, hand(), rtol=1e-5, atol=1e-7 * float(np.abs(first).max()))
    slow = seconds(automatic, 1) > SLOW
    ratio = compared(automatic, hand, 1 if slow else REPEATS)[1]
    return f"{ratio:8.2f}"


LIBRARIES = ("jax", "torch", "autograd")


def measured(row: Row) -> tuple[float, float, float, list[str]]:
    """Seconds by hand; time and memory of the emitted code, and time of the `LIBRARIES`, each by those by hand."""
    _, function, names = emitted(row)
    given = arguments(row)
    values = [given[name] for name in names]

    def ours() -> Any:
        return function(*values)

    def hand() -> Any:
        return row.hand(**given)

    np.testing.assert_allclose(ours(), hand(), rtol=1e-6, atol=1e-9 * float(np.abs(hand()).max()))
    return *compared(ours, hand), [beside(row, library, hand) for library in LIBRARIES]


@pytest.mark.slow
@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.title} {row.command}")
def test_emitted_beside_hand(row: Row) -> None:
    hand, time_ratio, memory, others = measured(row)
    shown = "   ".join(f"{library} {ratio}" for library, ratio in zip(LIBRARIES, others, strict=True))
    title = f"{row.title:26} {row.command:9} by hand {1000 * hand:8.2f} ms"
    print(f"\n{title}   emitted {time_ratio:5.2f}, memory {memory:5.2f}   {shown}")


SECOND = [row for row in ROWS if row.command == "hessian"]


@pytest.mark.slow
@pytest.mark.parametrize("row", SECOND, ids=lambda row: row.title)
def test_products_beside_the_whole(row: Row) -> None:
    """The second derivative times a vector, and set-up and product of the structured form, beside the dense one."""
    derivation = Answer.of(derive(row.text, row.wrt, dict(row.shapes), row.command, verify=False))
    dense, product = derivation.function(), derivation.function(product="hvp")
    structured = derivation.function(structured=True)
    given = arguments(row)
    values = [given[name] for name in derivation.reading.names]
    v = np.random.default_rng(1).normal(size=np.shape(given[row.wrt]))
    whole = dense(*values)
    expected = np.tensordot(whole, v, v.ndim)
    scale = float(np.abs(expected).max())
    np.testing.assert_allclose(product(*values, v), expected, rtol=1e-8, atol=1e-9 * scale)
    np.testing.assert_allclose(structured(*values)[0](v), expected, rtol=1e-8, atol=1e-9 * scale)
    ratios = [
        compared(one, lambda: dense(*values))
        for one in (lambda: product(*values, v), lambda: structured(*values)[0](v))
    ]
    shown = "   ".join(f"time 1/{1 / time:.0f}, memory 1/{1 / memory:.0f}" for _, time, memory in ratios)
    print(f"\n{row.title:26} dense {1000 * ratios[0][0]:8.2f} ms   hvp, structured: {shown}")
