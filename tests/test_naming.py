"""Functions that are typed out get their names before anything is derived: the answer is that of the named function."""

from __future__ import annotations

import re

import pytest

from mcalc import Problem
from mcalc.ask import derive
from mcalc.notation import write_expression

TYPED_OUT = [
    ("softmax(u)", "exp(u)/sum(exp(u))"),
    ("softmax(u)", "exp(u - max(u))/sum(exp(u - max(u)))"),
    ("sigmoid(u)", "1/(1 + exp(-u))"),
    ("sigmoid(u)", "exp(u)/(exp(u) + 1)"),
    ("tanh(u)", "(exp(u) - exp(-u))/(exp(u) + exp(-u))"),
    ("tanh(u)", "(exp(2*u) - 1)/(exp(2*u) + 1)"),
    ("tanh(u)", "(1 - exp(-2*u))/(1 + exp(-2*u))"),
    ("tanh(u)", "2*sigmoid(2*u) - 1"),
    ("softplus(u)", "log(1 + exp(u))"),
    ("softplus(u)", "-log(sigmoid(-u))"),
    ("relu(u)", "where(u > 0, u, 0)"),
    ("relu(u)", "where(u < 0, 0, u)"),
    ("abs(u)", "max(u, -u)"),
    ("cosh(u)", "(exp(u) + exp(-u))/2"),
    ("tan(u)", "sin(u)/cos(u)"),
]
INNER = ["W@x", "W@x + b"]


def of(text: str, inner: str) -> str:
    """The function of u, of something else."""
    return re.sub(r"\bu\b", f"({inner})", text)


AROUND = ["y.({})", "norm({} - y)^2", "V@({})", "-sum(y*log({}))", "z*({})"]
SHAPES = {"x": "m", "W": "n,m", "b": "n", "y": "n", "z": "n", "V": "k,n"}


def answer(expression: str, verify: bool = False) -> str:
    used = {name: shape for name, shape in SHAPES.items() if re.search(rf"\b{name}\b", expression)}
    return write_expression(derive(expression, "x", used, verify=verify).result)


@pytest.mark.parametrize("around", AROUND)
@pytest.mark.parametrize(("named", "typed"), TYPED_OUT)
def test_the_answer_is_that_of_the_named_function(named: str, typed: str, around: str) -> None:
    for inner in INNER:
        one, other = (around.format(of(text, inner)) for text in (named, typed))
        assert answer(other) == answer(one), other


REDUCTIONS = [
    ("logsumexp(u)", "max(u) + log(sum(exp(u - max(u))))"),
    ("norm(u)", "sqrt(sum(u^2))"),
    ("var(u)", "mean((u - mean(u))^2)"),
]


@pytest.mark.parametrize(("named", "typed"), REDUCTIONS)
def test_reductions_as_well(named: str, typed: str) -> None:
    for inner in INNER:
        one, other = (f"sin({of(text, inner)})" for text in (named, typed))
        assert answer(other, verify=True) == answer(one)


def test_the_naming_is_the_first_step() -> None:
    steps = derive("-sum(y*log(exp(z)/sum(exp(z))))", "z", command="explain").steps
    assert [str(side) for side in (steps[0].before, steps[0].after)] == ["exp(z)/sum(exp(z))", "softmax(z)"]
    assert steps[0].because == "e^u over its sum is the softmax"


@pytest.mark.parametrize("definition", ["exp(x)/(1 + exp(x))", "exp(x)/sum(exp(x))", "sin(x)/cos(x)"])
def test_a_definition_is_derived_as_it_was_typed(definition: str) -> None:
    steps = derive(definition, "x", {"x": "n"}, command="explain", verify=False).steps
    assert str(steps[0].after) in ("exp(x)", "sin(x)")


def test_what_a_part_stands_in_is_written_anew() -> None:
    steps = derive("2*(exp(x) + exp(-x))*y", "x", {"x": "scalar"}, command="explain", verify=False).steps
    assert [str(step.after) for step in steps if step.stage == "introduce"] == ["2cosh(x)", "4y*cosh(x)"]


@pytest.mark.parametrize(
    ("other_size", "expression"), [("m", "sum(v - sum(v)/m)*sum(w)"), ("m", "norm(v - mean(v))^2/m")]
)
def test_a_mean_divides_by_its_own_size(other_size: str, expression: str) -> None:
    shapes = {"v": "n", "w": other_size} if "w" in expression else {"v": "n", "m": "scalar"}
    try:
        found = derive(expression, "v", shapes)
    except Problem as problem:
        raise AssertionError(problem.message) from None
    assert found.verified is not None and found.verified.points


@pytest.mark.parametrize(
    ("expression", "wrt"),
    [
        ("mean(max(0, 1 - y*(X@w))) + c*norm(w)^2/2", "w"),
        ("-log(sigmoid(u.v)) - sum(log(sigmoid(-U@v)))", "v"),
    ],
)
def test_a_difference_of_rows_read_back_is_written_so_again(expression: str, wrt: str) -> None:
    found = derive(expression, wrt, verify=False)
    shapes = {name: ",".join(map(str, node.shape)) or "scalar" for name, node in found.reading.names.items()}
    again = derive(f"({write_expression(found.result)})@z_0", "z_0", shapes | {"z_0": str(found.result.shape[1])})
    assert write_expression(again.result) == write_expression(found.result)
