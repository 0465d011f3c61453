"""Undeclared names are read as a person of the field reads them, alike by every command; declarations keep it."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from running import mcalc as run

import mcalc
from mcalc import Problem
from mcalc.ask import read
from mcalc.commands import reply
from mcalc.language import by_habit, parse, rank_of, value_rank
from mcalc.language import reasons_for as reasons
from mcalc.table import TABLE, Operator, ShapeMismatch
from mcalc.tree import dimension, name_text, shape_words

FOLDER = Path(__file__).parent / "readings"
Shapes = dict[str, tuple[str, ...]]


def lines(name: str) -> list[tuple[str, list[Shapes]]]:
    """The expressions of a file, each with the readings that are as good as one another."""
    found = []
    for line in (FOLDER / name).read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            expression, _, readings = line.partition(" | ")[2].rpartition(" | ")
            found.append((expression.strip(), [_shapes(one) for one in readings.split("~")]))
    return found


def _shapes(text: str) -> Shapes:
    return {name: tuple(size for size in sizes.split(",") if size) for name, sizes in re.findall(r"(\w+):(\S*)", text)}


def found_in(expression: str, shapes: Mapping[str, str] | None = None) -> Shapes:
    names = read(expression, shapes).names
    return {name: tuple(map(str, node.shape)) for name, node in names.items()}


def alike(one: Shapes, other: Shapes) -> bool:
    """Equal up to the names of the dimensions."""
    if one.keys() != other.keys() or any(len(one[name]) != len(other[name]) for name in one):
        return False
    pairs = {pair for name in one for pair in zip(one[name], other[name], strict=True)}
    return len(pairs) == len({left for left, _ in pairs}) == len({right for _, right in pairs})


FIELD = lines("field.txt")
EXPRESSIONS = [expression for expression, _ in FIELD]


@pytest.mark.parametrize(("name", "least"), [("field.txt", 0.97), ("own.txt", 0.92)])
def test_names_are_read_as_a_person_of_the_field_reads_them(name: str, least: float) -> None:
    asked = lines(name)
    others = []
    for expression, wanted in asked:
        found = found_in(expression)
        free = [{one: shape for one, shape in want.items() if one in found or one not in "nN"} for want in wanted]
        if not any(alike(found, want) for want in free):
            others.append(f"{expression}: {found}")
    assert len(others) <= (1 - least) * len(asked), "\n".join(others)


@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_a_declaration_of_what_was_assumed_changes_nothing_else(expression: str) -> None:
    plain = found_in(expression)
    declared = {name: ",".join(shape) or "scalar" for name, shape in plain.items()}
    for name, shape in declared.items():
        assert alike(found_in(expression, {name: shape}), plain), name
    assert found_in(expression, declared) == plain


@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_every_command_reads_alike(expression: str) -> None:
    plain = {name: list(shape) for name, shape in found_in(expression).items()}
    wrt = next(iter(plain))
    for command in ("jacobian", "gradient", "hessian", "explain"):
        asked = {"command": command, "expr": expression, "wrt": wrt, "format": "json", "verify": False}
        answer = reply(json.dumps(asked))
        if answer["ok"]:
            found = json.loads(answer["output"])["shapes"]
            assert {name: list(map(str, shape)) for name, shape in found.items()} == plain
        else:
            assert read(expression).value.shape or answer["error"]["message"].startswith("This gradient has no matrix")


@pytest.mark.parametrize("form", ["json", "text", "numpy", "latex", "markdown", "html"])
@pytest.mark.parametrize("expression", EXPRESSIONS[::17])
def test_every_command_line_states_the_shapes(
    expression: str, form: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    reading = read(expression)
    name, node = next(iter(reading.names.items()))
    wrt = ("--wrt", name, "--no-verify", "-f", form)
    output, errors, status = run("jacobian", expression, *wrt, capsys=capsys, monkeypatch=monkeypatch)
    assert status == 0
    if form != "text":
        assumed, *notes = errors.splitlines()
        assert assumed.startswith("note: ") and assumed.endswith("(assumed; declare with -s NAME=SHAPE)")
        assert f"{name_text(name)}: {shape_words(node.shape)}" in assumed
        assert notes == [f"note: {note}" for note in reading.notes]
    if form == "json":
        assert json.loads(output)["shapes"][name] == list(map(str, node.shape))
    if form == "text":
        tree, _, _ = run("shapes", expression, capsys=capsys, monkeypatch=monkeypatch)
        for note in reading.notes:
            assert f"# Note: {note}" in output and f"# Note: {note}" in tree


@pytest.mark.parametrize("expression", [*EXPRESSIONS[::12], "x*z", "w + x"])
def test_a_check_reads_as_the_answer_does(expression: str) -> None:
    plain = found_in(expression)
    wrt = next(iter(plain))
    answer = mcalc.jacobian(expression, wrt, verify=False)
    try:
        verdict = mcalc.check(expression, wrt, answer.ascii(), verify=False)
    except Problem:
        pytest.skip("an answer in index notation")
    assert {name: tuple(map(str, node.shape)) for name, node in verdict.derivation.reading.names.items()} == plain


PAPER = [
    tuple(cell.strip() for cell in line.split(" | "))[1:]
    for line in (FOLDER / "paper.txt").read_text(encoding="utf-8").splitlines()
    if line and not line.startswith("#")
]


@pytest.mark.slow
@pytest.mark.parametrize(("expression", "wrt", "answer"), PAPER)
def test_the_papers_answers_are_right_as_it_prints_them(expression: str, wrt: str, answer: str) -> None:
    verdict = mcalc.check(expression, wrt, answer)
    assert verdict.right
    explained = mcalc.explain(expression, wrt, verify=False)
    assert explained.reading.value is verdict.derivation.reading.value or verdict.where
    assert str(explained) == str(mcalc.jacobian(expression, wrt, verify=False))


def test_values_are_declarations(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    at = ("--at", "x=1,2,3")
    assert run("eval", "x^2", *at, capsys=capsys, monkeypatch=monkeypatch)[0].startswith("[1; 4; 9]")
    output, _, _ = run("eval", "x*y", *at, "--at", "y=2", "--wrt", "x", capsys=capsys, monkeypatch=monkeypatch)
    assert "2" in output


# Notes, errors, reasons

NOTES = {
    "sum((X@w + b - y)^2)": ["b: scalar, stretched over m elements; -s b=m for a vector"],
    "norm(x - mu)": ["μ: n, as x stands beside it; -s mu=scalar for one number"],
    "w*x": ["all names are scalars; -s w=n for the element-wise Jacobian"],
    "sigmoid(x)": ["x is a scalar; -s x=n for the element-wise Jacobian"],
    "A*exp(-t)": ["all names are scalars; -s t=n for the element-wise Jacobian"],
    "W*x + b": ["all names are scalars; -s x=n for the element-wise Jacobian, `@` for the matrix product"],
    "inv(K + sigma^2)": ["sigma^2 is added to every entry of the matrix; sigma^2*I is the diagonal"],
    "x^2 + 3x": [],
    "a*b + c": [],
    "W@x + b": [],
    "(x - mean(x))/sqrt(var(x) + eps)": [],
    "sum(max(x, c))": [],
    "mu.w + norm(x - mu)": [],
    "w.x + b": [],
    "X*Y": ["* is element by element; the matrix product is @"],
}


@pytest.mark.parametrize(("text", "notes"), NOTES.items(), ids=NOTES)
def test_notes(text: str, notes: list[str]) -> None:
    assert list(read(text).notes) == notes


def test_a_capital_as_a_vector_is_noted() -> None:
    (note,) = read("dot(A, x)").notes
    assert note.startswith("A is read as a vector, since as a matrix the shapes do not fit")


def test_few_readings_have_notes() -> None:
    assert sum(bool(read(expression).notes) for expression in EXPRESSIONS) <= len(EXPRESSIONS) / 2.5


CORRECTIONS = {
    "x'*A*x": "x'@A@x",
    "0.5*x'*Q*x + c'*x": "0.5*x'@Q@x + c'@x",
    "w.A.w": "w'@A@w",
    "norm1(A*x - y)": "norm1(A@x - y)",
    "norm(A*x)": "norm(A@x)",
    "norm(X*w - y)^2 + lambda*norm(w)^2": "norm(X@w - y)^2 + lambda*norm(w)^2",
    "w@K@w": "w'@K@w",
    "x@A": "x'@A",
    "y @ X @ w": "y' @ X @ w",
    "(x - y)@L'@L@(x - y)": "(x - y)'@L'@L@(x - y)",
    "x'*inv(Y)*x": "x'@inv(Y)@x",
    "tr(A*x*x')": "tr(A@x@x')",
    "x*x'/(x'*x)": "x@x'/(x'@x)",
    "-1/2*y'*inv(K)*y - logdet(K)": "-1/2*y'@inv(K)@y - logdet(K)",
    "u = x*x'; u*y": "u = x@x'; u*y",
    "tanh(X@W + b)": "tanh(X@W + b')",
    "X@W + b": "X@W + b'",
    "X - mean(X, axis=0)": "X - mean(X, axis=0)'",
    "sum((X - mu)^2)": "sum((X - mu')^2)",
    "X@w + b'": "X@w + b",
    "max(0, X@W - b)": "max(0, X@W - b')",
}


@pytest.mark.parametrize(("text", "corrected"), CORRECTIONS.items(), ids=CORRECTIONS)
def test_what_no_one_means_is_an_error_with_the_whole_input(text: str, corrected: str) -> None:
    with pytest.raises(Problem) as raised:
        read(text)
    assert f"write `{corrected}`" in raised.value.hint
    assert raised.value.spans


def test_a_name_added_to_a_square_matrix_may_be_meant_for_its_diagonal() -> None:
    with pytest.raises(Problem) as raised:
        read("inv(A + b)")
    assert "`b*I` for the diagonal" in raised.value.hint and "-s b=scalar" in raised.value.hint
    assert found_in("inv(A + b)", {"b": "scalar"}) == {"A": ("n", "n"), "b": ()}


REASONS = {
    "softmax(W@x + b)": {"W": "as a factor of W@x", "b": "as W@x stands beside it"},
    "(y - w.x)^2": {"y": "as w.x stands beside it", "w": "as a factor of w.x"},
    "C*sum(a*b)": {"C": "so that the value is a scalar", "a": "as sum holds a vector"},
    "3x^2*y": {"x": "as nothing in the text speaks of vectors"},
    "tr(A)*x[1]": {"A": "as the argument of tr", "x": "as it is indexed"},
    "x'@X@w + b": {"x": "as it is transposed"},
    "lambda*norm(x)": {"lambda": "by its letter"},
}


@pytest.mark.parametrize(("text", "why"), REASONS.items(), ids=REASONS)
def test_reasons(text: str, why: dict[str, str]) -> None:
    found = reasons(read(text))
    assert {name: found[name] for name in why} == why


# An answer in another reading

ELSEWHERE = {
    ("w + x", "w", "I"): "w and x are vectors (-s w=n -s x=n)",
    ("x*z", "x", "z*I"): "x is a vector (-s x=n -s z=scalar)",
    ("sum(x*z)", "x", "z*ones(n)'"): "z is a scalar (-s z=scalar)",
    ("X@w + b", "b", "I"): "b is a vector (-s b=m)",
    ("max(0, z)", "z", "diag(z > 0)"): "z is a vector (-s z=n)",
}


@pytest.mark.parametrize(("asked", "where"), ELSEWHERE.items(), ids=[" ".join(asked) for asked in ELSEWHERE])
def test_right_in_another_reading_of_what_habit_settled(asked: tuple[str, str, str], where: str) -> None:
    found = mcalc.check(*asked)
    first, second, *_ = str(found).splitlines()
    assert found.right and first == f"✓ Right, where {where}."
    assert second.strip().startswith("As it is read here, with ") and "it is wrong: the derivative is " in second


@pytest.mark.parametrize(
    ("expression", "wrt", "answer", "shapes"),
    [
        ("x + z", "z", "I", {"z": "scalar"}),
        ("W@x + b", "b", "ones(m)", {}),
        ("(y - w.x)^2", "y", "2(y - w.x)*ones(3)", {}),
        ("w + x", "w", "2I", {}),
        ("w*x", "w", "w", {}),
    ],
)
def test_signs_neighbours_and_declarations_are_no_habit(
    expression: str, wrt: str, answer: str, shapes: dict[str, str]
) -> None:
    assert not mcalc.check(expression, wrt, answer, shapes).right


def test_what_habit_settled() -> None:
    assert by_habit(read("W@x + b")) == []
    assert by_habit(read("w + x")) == ["w", "x"]
    assert by_habit(read("X@w + b")) == ["b"]
    assert by_habit(read("-y*log(sigmoid(w.x))")) == ["y"]
    assert by_habit(read("x + z", {"z": "scalar"})) == ["x"]


# The name to differentiate by


def test_the_only_name_is_taken() -> None:
    assert mcalc.jacobian("x^3").wrt == ("x",)


def test_the_names_are_listed(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    for command in ("jacobian", "gradient", "explain", "hessian"):
        output, errors, status = run(command, "W@x + b", capsys=capsys, monkeypatch=monkeypatch)
        assert (output, status) == ("", 2)
        assert "W: m×n, x: n, b: m" in errors and "--wrt W" in errors


def test_without_any_name_the_derivative_is_zero() -> None:
    answer = mcalc.jacobian("99", "x")
    assert str(answer) == "0"
    assert answer.notes == ("the expression has no names: by x its derivative is 0",)
    with pytest.raises(Problem):
        mcalc.jacobian("99")


# Ranks are those of the shape rules


def _all_fit(one: Any, other: Any) -> bool:
    return True


@pytest.mark.parametrize("operator", [one for one in TABLE.values() if one.rules], ids=lambda one: one.name)
def test_ranks_are_those_of_the_shape_rule(operator: Operator) -> None:
    top = parse(operator.example).value
    sizes = [dimension(size) for size in ("m", "n", 1)]
    shapes = [(), (sizes[1],), (sizes[0], sizes[1]), (sizes[2], sizes[1])]
    count = len(operator.argument_names)
    fitting = 0
    for ranks in product(range(4), repeat=count):
        try:
            wanted = rank_of(operator.shape(_all_fit, [shapes[rank] for rank in ranks]))
        except ShapeMismatch:
            continue
        fitting += 1
        if operator.name not in ("matmul", "outer", "kron"):
            assert value_rank(top, ranks) == wanted, ranks
    assert fitting


@pytest.mark.parametrize(
    "text",
    [
        "max(inv(kron(w + B, (kron(tr(B), (log(b))/(a)))[1])), (lambda - (t)' - k + X).(-lambda))",
        "(([W; norm((W)@(k) + x)])*(diag((kron(inv(-mu) - a, lambda)).((inv(x))/(max(0, Sigma))))))'",
    ],
)
def test_what_fits_nowhere_is_a_problem(text: str) -> None:
    with pytest.raises(Problem):
        read(text)
