"""A value is an honest object of SymPy's: what SymPy does with any expression holds of it, or is refused."""

from __future__ import annotations

import pickle
from collections.abc import Callable

import pytest
import sympy

from mcalc.notation import write
from mcalc.question import read
from mcalc.table import ShapeMismatch
from mcalc.tree import Node, dimension

SHAPES = {"x": "n", "w": "n", "A": "n,n", "c": "scalar", "X": "N,n"}
VALUES = (
    "x'@A@x + sum(w*x)",
    "x'@A@x + c",
    "sum((w.X[i])*X[i] for i in 1..N)",
    "inv(A)@x",
    "max(0, w.x + c)",
    "[x[1] + x[2]; c]",
    "softmax(A, axis=0)",
    "eye(n)@x",
    "2c",
)


Exchange = Callable[[Node, Node, Node], Node]


def value(text: str) -> Node:
    return read(text, {name: shape for name, shape in SHAPES.items() if name in text}).value


def named(name: str) -> Node:
    return read(name, {name: SHAPES[name]}).value


@pytest.mark.parametrize("text", VALUES)
def test_it_is_made_of_its_arguments(text: str) -> None:
    node = value(text)
    assert node.func(*node.args) is node
    assert all(part.func(*part.args) is part for part in sympy.preorder_traversal(node))


@pytest.mark.parametrize("text", VALUES)
def test_it_is_pickled(text: str) -> None:
    assert pickle.loads(pickle.dumps(value(text))) is value(text)


def test_an_open_function_is_pickled() -> None:
    node = read("f(x)*g(x, y)", {"f": "n->scalar", "g": "n; n->scalar"}).value
    assert pickle.loads(pickle.dumps(node)) is node


def test_its_free_symbols_are_its_variables() -> None:
    assert value("x'@A@x + sum(w*x)").free_symbols == {named("x"), named("w"), named("A")}
    assert value("x'@A@x").has(named("A")) and not value("x'@A@x").has(named("w"))


@pytest.mark.parametrize(
    "exchanged",
    [
        lambda node, old, new: node.replace(old, new),
        lambda node, old, new: node.subs(old, new),
        lambda node, old, new: node.xreplace({old: new}),
    ],
    ids=["replace", "subs", "xreplace"],
)
class TestExchange:
    def test_a_variable(self, exchanged: Exchange) -> None:
        node = value("x'@A@x + sum(w*x)")
        assert exchanged(node, named("x"), named("w")) is value("w'@A@w + sum(w*w)")

    def test_a_part(self, exchanged: Exchange) -> None:
        assert exchanged(value("norm(A@x)"), value("A@x"), named("w")) is value("norm(w)")

    def test_what_is_not_there(self, exchanged: Exchange) -> None:
        assert exchanged(value("norm(A@x)"), named("w"), named("x")) is value("norm(A@x)")

    def test_shapes_are_those_of_the_new_parts(self, exchanged: Exchange) -> None:
        assert exchanged(value("x*c"), named("x"), named("c")).shape == ()
        with pytest.raises(ShapeMismatch):
            exchanged(value("A@x"), named("A"), named("c"))


def test_a_dimension_gets_a_number() -> None:
    node = value("eye(n)@x + x")
    for found in (node.subs(dimension("n"), 3), node.xreplace({dimension("n"): sympy.Integer(3)})):
        assert found.shape == (3,) and found is read("eye(3)@x + x", {"x": "3"}).value


def test_it_is_shown() -> None:
    assert sympy.latex(value("inv(A)@x")) == r"A^{-1} \mathbf{x}"
    assert str(value("inv(A)@x")) == write(value("inv(A)@x"), "ascii") == "inv(A)@x"
    assert sympy.srepr(value("inv(A)@x")) == "matmul(inv(A), x)"
