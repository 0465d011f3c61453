"""The code for JAX and for PyTorch computes what the code for NumPy does."""

from __future__ import annotations

import ast
import importlib.util
import inspect
from typing import Any

import numpy as np
import pytest
from cases_at_points import FIRST_ORDER, derivatives, point_of, read
from test_code import MORE

import mcalc
from mcalc import Problem
from mcalc.ask import shapes_by_letter
from mcalc.code import TARGETS, functions
from mcalc.code import emitted as module
from mcalc.networks import Tensor
from mcalc.numbers import KINDS, draw_point, evaluate, fitting_sizes
from mcalc.table import TABLE
from mcalc.tree import Node

LIBRARIES = tuple(name for name in TARGETS if name != "numpy")
ALLOWED = {"jax": {"jax.numpy", "jax.nn", "jax.scipy.special"}, "torch": {"torch", "math"}}
Question = tuple[list[Node], Node | Tensor, dict[str, Any], dict[str, int]]


def of_corpus(case: dict[str, Any]) -> list[Question]:
    reading, found = derivatives(case["expr"], case["shapes"], case["wrt"])
    point, sizes = point_of(case, reading)
    forms = [form for _, one in found for form in (one.tensor, one.node) if form is not None]
    return [(list(reading.names.values()), form, point, sizes) for form in forms]


def of_value(text: str, shapes: dict[str, str]) -> list[Question]:
    reading = read(text, shapes, tuple(shapes))
    variables = list(reading.names.values())
    sizes = next(fitting_sizes([reading.value], variables))
    for kind in ("positive", *KINDS):
        point = draw_point(variables, sizes, kind, np.random.default_rng(1))
        if np.isfinite(evaluate(reading.value, point, sizes)).all():
            return [(variables, reading.value, point, sizes)]
    return []


EXAMPLES = [(one.example, shapes_by_letter(one.example)) for one in TABLE.values() if one.example]
CONSTANTS = [
    ("sqrt(2)*x + relu(-3)", {"x": "n"}),
    ("where(2 > 1, x, -x)*max(n, 2)", {"x": "n"}),
    ("[1, 2; 3, 4]@ones(2)", {}),
    ("[1, a; 3, n]@[a; x[1]]", {"a": "scalar", "x": "n"}),
    ("(2 > 1)*x", {"x": "n"}),
    ("n", {"x": "n"}),
    ("exp(a)*max(a, 0) + where(a > 1, 1/3, 2)", {"a": "scalar"}),
    ("where(x > 0, 1/3, 2)", {"x": "n"}),
    ("sum(exp(i) for i in 1..n)*x", {"x": "n"}),
    ("like*x", {"like": "scalar", "x": "n"}),
]
QUESTIONS = [pytest.param(of_corpus, (case,), id=case["id"]) for case in FIRST_ORDER]
QUESTIONS += [pytest.param(of_value, row, id=row[0]) for row in (*EXAMPLES, *MORE, *CONSTANTS)]


@pytest.mark.parametrize("library", LIBRARIES)
@pytest.mark.parametrize(("asked", "row"), QUESTIONS)
def test_code_imports_its_library_alone(asked: Any, row: Any, library: str) -> None:
    for variables, form, _, _ in asked(*row):
        tree = ast.parse(module("jacobian", variables, form, "A derivative.", library))
        imported = {name.name for node in tree.body if isinstance(node, ast.Import) for name in node.names}
        assert TARGETS[library].imports[0].split()[1] in imported
        assert imported <= ALLOWED[library]
        assert not any(isinstance(node, ast.Name) and node.id == "np" for node in ast.walk(tree))


def library_of(name: str) -> Any:
    """How the library makes an array of numbers, of 64 bits."""
    if name == "jax":
        jax = pytest.importorskip("jax", reason="JAX is not installed: pip install jax")
        jax.config.update("jax_enable_x64", True)
        return jax.numpy.asarray
    return pytest.importorskip("torch", reason="PyTorch is not installed: pip install torch").from_numpy


def run(
    text: str, library: str, variables: list[Node], point: dict[str, Any], sizes: dict[str, int], array: Any
) -> Any:
    jacobian = functions(text, library)["jacobian"]
    arguments = [point[node.parameters[0]] for node in variables]
    arguments = [array(np.asarray(one)) if np.ndim(one) else float(one) for one in arguments]
    names = list(inspect.signature(jacobian).parameters)[len(variables) :]
    with np.errstate(all="ignore"):
        return jacobian(*arguments, *(sizes[name] for name in names))


@pytest.mark.slow
@pytest.mark.parametrize("library", LIBRARIES)
@pytest.mark.parametrize(("asked", "row"), QUESTIONS)
def test_code_computes_what_numpy_does(asked: Any, row: Any, library: str) -> None:
    array = library_of(library)
    questions = asked(*row)
    assert questions
    for variables, form, point, sizes in questions:
        texts = [module("jacobian", variables, form, "A derivative.", name) for name in ("numpy", library)]
        expected = run(texts[0], "numpy", variables, point, sizes, np.asarray)
        found = run(texts[1], library, variables, point, sizes, array)
        assert type(found).__module__.split(".")[0] in ("jax", "jaxlib", "torch", "builtins")
        assert np.shape(found) == np.shape(expected)
        assert str(getattr(found, "dtype", "float64")).endswith("float64")
        np.testing.assert_allclose(np.asarray(found), expected, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("name", TARGETS)
def test_the_function_of_a_derivation(name: str) -> None:
    derivation = mcalc.gradient("sum((W@x)^2)*c", "W", {"c": "scalar"})
    if importlib.util.find_spec(name) is None:
        with pytest.raises(Problem, match="not installed") as caught:
            derivation.function(name)
        assert caught.value.status == 3
        return
    array = np.asarray if name == "numpy" else library_of(name)
    W, x = np.array([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]), np.array([1.0, -1.0])
    np.testing.assert_allclose(derivation.function(name)(array(W), array(x), 0.5), np.outer(W @ x, x))


def test_a_function_of_no_library() -> None:
    with pytest.raises(Problem, match="There is no library `matlab`"):
        mcalc.jacobian("x^2", "x").function("matlab")
