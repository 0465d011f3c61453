"""Arrays declared with one entry, or one wide, stay the vectors and matrices that they were declared."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import product

import numpy as np
import pytest

import mcalc
from mcalc import Problem
from mcalc.answers import Answer
from mcalc.ask import read
from mcalc.numbers import draw_point, evaluate
from mcalc.table import TABLE, Operator
from mcalc.tree import Node, variables

Shapes = dict[str, str]
DECLARED = {"x": "n", "w": "n", "X": "m,n"}
KINDS = {"unit": "unit", "above one": "above one"}


def declared(names: dict[str, Node], one: frozenset[str]) -> Shapes:
    """The shapes as they are declared, with the dimensions of `one` as the number 1."""
    sizes = {name: ["1" if str(size) in one else str(size) for size in node.shape] for name, node in names.items()}
    return {name: ",".join(shape) or "scalar" for name, shape in sizes.items()}


def texts(operator: Operator) -> list[str]:
    """The operator at its example, at a vector, and along the axes of a matrix."""
    found = [operator.example]
    if operator.calls and operator.elementwise and len(operator.argument_names) == 1:
        found.append(f"{operator.calls[0]}(x)")
    if "axis" in operator.keywords and len(operator.argument_names) == 1:
        found += [f"{operator.calls[0]}(A, axis={axis})" for axis in (0, 1)]
    return found


def narrowed() -> Iterator[tuple[str, Shapes, str]]:
    """Every operator with some of its dimensions 1, the matrices m×1 left out along their second axis."""
    for operator in TABLE.values():
        if not operator.example:
            continue
        for text in texts(operator):
            typed = set(re.findall(r"\w+", text))
            names = read(text, {} if "for" in typed else {name: DECLARED[name] for name in typed & set(DECLARED)}).names
            sizes = sorted({str(size) for node in names.values() for size in node.shape} - typed)
            for ones in product((False, True), repeat=len(sizes)):
                one = frozenset(size for size, chosen in zip(sizes, ones, strict=True) if chosen)
                shapes = declared(names, one)
                if one and not ("axis=1" in text and shapes["A"] == "m,1"):
                    yield text, shapes, KINDS.get(operator.domain, "positive")


CASES = list(narrowed())


@pytest.mark.parametrize(("text", "shapes", "kind"), CASES, ids=[f"{text} {shapes}" for text, shapes, _ in CASES])
def test_every_operator_at_one_wide_shapes(text: str, shapes: Shapes, kind: str) -> None:
    sizes = {"n": 3, "m": 2, "k": 4, "p": 2, "N": 3}
    generator = np.random.default_rng(5)
    for name, node in read(text, shapes).names.items():
        assert ",".join(map(str, node.shape)) == re.sub("scalar|(?<=[a-zN]),1$", "", shapes[name])
        derivation = mcalc.jacobian(f"sum(({text})^2 + sin({text}))", name, shapes)
        read(str(derivation), shapes)
        value = derivation.value
        point = draw_point(variables(value), sizes, kind, generator)
        if name not in point:
            continue
        step, entry = 1e-6, np.zeros(np.shape(point[name]))
        entry[(0,) * entry.ndim] = step
        ahead, behind = (evaluate(value, {**point, name: point[name] + sign * entry}, sizes) for sign in (1, -1))
        found = np.asarray(evaluate(derivation.result, point, sizes)).ravel()[0]
        assert found == pytest.approx((ahead - behind) / (2 * step), rel=1e-4, abs=1e-6)


@pytest.mark.parametrize(
    ("text", "wrt", "shapes", "answer"),
    [
        ("sum(softmax(x))", "x", {"x": "1"}, "0"),
        ("det(A)", "A", {"A": "1,1"}, "1"),
        ("tr(A@A)", "A", {"A": "1,1"}, "2A[1,1]"),
        ("det(A@A)", "A", {"A": "1,1"}, "2A[1,1]"),
        ("A[1,1]^2", "A", {"A": "1,1"}, "2A[1,1]"),
        ("x[1]^2", "x", {"x": "1"}, "2x[1]"),
        ("A*2", "A", {"A": "1,n"}, "2I"),
        ("A[1,:]", "A", {"A": "1,n"}, "I"),
        ("sum(A, axis=0)", "A", {"A": "1,1"}, "1"),
        ("x'@A@x", "x", {"A": "1,1", "x": "1"}, "2A[1,1]*x[1]"),
        ("W@x + b", "b", {"W": "1,n", "b": "1"}, "1"),
        (
            "v@relu(W@x + b)",
            "b",
            {"v": "m,1", "W": "1,n", "x": "n", "b": "1"},
            "{ 0⃗ if W·x + b[1] ≤ 0; v if W·x + b[1] > 0 }",
        ),
        ("sum(A@x)", "A", {"x": "1"}, "x[1]*1⃗ᵀ"),
    ],
)
def test_a_declared_shape_stays(text: str, wrt: str, shapes: Shapes, answer: str) -> None:
    assert str(mcalc.jacobian(text, wrt, shapes)) == answer


@pytest.mark.parametrize(
    ("shape", "text"), [("1", "det(x)"), ("scalar", "softmax(x)"), ("1,1", "dot(x, x)"), ("1", "x[2]")]
)
def test_what_was_not_declared_is_refused(shape: str, text: str) -> None:
    with pytest.raises(Problem):
        read(text, {"x": shape})


@pytest.mark.parametrize(
    ("text", "wrt", "shapes", "shape"),
    [
        ("x'@A@x", "x", {"A": "1,1", "x": "1"}, (1,)),
        ("softmax(x)", "x", {"x": "1"}, (1,)),
        ("det(A)", "A", {"A": "1,1"}, (1, 1)),
        ("A*2", "A", {"A": "1,n"}, (1, 3, 1, 3)),
        ("sum(W@x + b)", "W", {"W": "1,n", "x": "n", "b": "1"}, (1, 3)),
    ],
)
def test_code_takes_and_gives_arrays_of_the_declared_shapes(
    text: str, wrt: str, shapes: Shapes, shape: tuple[int, ...]
) -> None:
    derivation = mcalc.jacobian(text, wrt, shapes)
    sizes = {"1": 1, "n": 3}
    arrays = {name: np.full([sizes[size] for size in given.split(",")], 2.0) for name, given in shapes.items()}
    assert np.shape(Answer.of(derivation).function("numpy")(**arrays)) == shape


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("e'@unit(1, 1)", "1"),
        ("e*unit(1, 1)", "1"),
        ("(ones(1) > e)'@e * u_1[1,1]", "(1 > e[1])*u_1[1,1]"),
        ("eye(1)*e + zeros(1)", "1"),
        ("sum(e[i]*unit(i, 1) for i in 1..1)", "1"),
        ("sum(x[i]*e for i in 1..n)", "sum(x)"),
        ("sum(e[i]*unit(i, 2) for i in 1..1)", "[1; 0]"),
    ],
)
def test_constants_and_sums_of_one_entry(text: str, answer: str) -> None:
    shapes = {"e": "1", "u_1": "n,n", "x": "n"}
    derivation = mcalc.jacobian(text, "e", {name: shapes[name] for name in shapes if name in text or name == "e"})
    assert derivation.ascii() == answer
