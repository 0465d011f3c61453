"""The rewriting engine: its rows are true and lower their measure; it ends, is idempotent, and its log replays."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import mcalc
from mcalc import tree
from mcalc.ask import read
from mcalc.numbers import evaluate
from mcalc.rewriting import (
    MOVES,
    Engine,
    Form,
    Reduce,
    Row,
    Typed,
    Writer,
    built,
    canonical,
    is_name,
    letter,
    measure,
    raw,
    replayed,
    rows_with,
    waiting,
    widest,
)
from mcalc.rewriting import rewritings as rows
from mcalc.tree import Node, dimension, topological, variables

CASES = [
    json.loads(line) for line in (Path(__file__).parent / "corpus" / "cases.jsonl").read_text("utf-8").splitlines()
]
TEXTS = sorted({case["expr"] for case in CASES})
SHAPES = {case["expr"]: case["shapes"] for case in CASES}


def names_of(pattern: Form) -> dict[str, Form]:
    found: dict[str, Form] = {}
    stack = [pattern]
    while stack:
        form = stack.pop()
        if is_name(form):
            found[letter(form)] = form
        stack.extend(form.args)
    return found


def ranks(row: Row) -> list[int]:
    """The ranks at which the names a, b of a row may stand; 1 where it has none."""
    vector = any(condition == "vector" for condition, _ in row.when)
    free = names_of(row.before).keys() & {"a", "b"} and widest([row.before]) and "sum" not in row.source
    return [0, 1, 2] if free and not vector else [1]


def instances(row: Row) -> Iterator[tuple[Form, Form]]:
    """Both sides of a row with its names in every shape that they may have, declared as its conditions ask."""
    m, n = dimension("m"), dimension("n")
    asked: dict[str, set[str]] = {}
    for condition, name in row.when:
        if condition in ("symmetric", "positive", "orthogonal"):
            asked.setdefault(name, set()).add(condition)
    for rank in ranks(row):
        bound = {}
        for name in names_of(row.before):
            size = (n, n) if name in "ABC" else (n,) if name in "uvw" else () if name in "st" else (m, n)[2 - rank :]
            shape = size if name not in "ab" or rank != 1 else (n,)
            node = tree.variable(name, shape, frozenset(asked.get(name, ())))
            bound[name] = raw([node])[node]
        yield built(row.before, bound, as_it_stands=True), built(row.after, bound, as_it_stands=True)


def point_of(nodes: list[Node], seed: int) -> tuple[dict[str, Any], dict[Any, int]]:
    rng = np.random.default_rng(seed)
    sizes = {dimension("m"): 2, dimension("n"): 3}
    point = {}
    for node in {name for value in nodes for name in variables(value)}:
        value = rng.uniform(0.3, 1.5, [sizes[size] for size in node.shape])
        if len(node.parameters) > 1 and "orthogonal" in node.parameters[1]:
            value = np.linalg.qr(value)[0]
        if len(node.parameters) > 1 and "symmetric" in node.parameters[1]:
            value = value + value.T
        if not (len(node.parameters) > 1 and "positive" in node.parameters[1]):
            value = value * rng.choice([1, 1, -1]) if node.shape == () else value
        point[str(node.parameters[0])] = value
    return point, {str(size): number for size, number in sizes.items()}


@pytest.mark.parametrize("row", rows(), ids=lambda row: row.name)
def test_rows_are_true_in_all_their_shapes(row: Row) -> None:
    for before, after in instances(row):
        nodes = [Writer().show(before), Writer().show(after)]
        for seed in (1, 2):
            point, sizes = point_of(nodes, seed)
            one, other = (np.asarray(evaluate(node, point, sizes)) for node in nodes)
            np.testing.assert_allclose(np.broadcast_to(other, one.shape), one, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("row", rows(), ids=lambda row: row.name)
def test_rows_lower_their_measure(row: Row) -> None:
    assert measure(row.after) < measure(row.before)


@pytest.mark.parametrize("heads", waiting(), ids=lambda heads: "-".join(sorted(heads)) or "no-calls")
def test_rows_wait_for_no_more_than_their_forms_have(heads: frozenset[str]) -> None:
    for _, row in rows_with(heads):
        assert heads <= _heads(row.before)


def _heads(form: Form) -> frozenset[str]:
    return frozenset({form.head}).union(*map(_heads, form.args))


def test_no_row_is_twice_in_the_table() -> None:
    before = [(row.before, row.when) for row in rows()]
    assert len(set(before)) == len(before)


def test_the_rows_that_were_waited_for_do_as_all_of_them_do() -> None:
    shapes = {**SHAPES, "unit(2,n)*x": {"x": "n"}, "(w.x > 0)*max(0, w.x)": {"x": "n", "w": "n"}}
    for text in shapes:
        value = read(text, shapes[text]).value
        start = raw([value])[value]
        assert Engine().simplify(start) is Engine(table=rows()).simplify(start)


def test_sentences_and_names_are_unique() -> None:
    by_sentence: dict[str, str] = {}
    for row in (*rows(), *MOVES):
        assert by_sentence.setdefault(row.sentence, row.name) == row.name
    assert len(set(by_sentence.values())) == len(by_sentence)


def simplified(value: Node) -> tuple[Node, Engine, Form, Form]:
    typed = Typed()
    typed.learn([value])
    engine = Engine(signs=typed.signs)
    start = raw([value])[value]
    result = engine.simplify(start)
    return Writer(typed).show(result), engine, start, result


@pytest.mark.parametrize("text", TEXTS)
def test_the_log_replays_and_the_result_stays(text: str) -> None:
    value = read(text, SHAPES[text]).value
    shown, engine, start, result = simplified(value)
    assert shown.shape == value.shape
    assert replayed(start, engine.log) is result
    again = Engine(signs=engine.signs)
    assert again.simplify(result) is result
    assert not again.log


PARENTHESES = {
    "(1 - y)*z - y*(1 - z)": {"y": "n", "z": "n"},
    "A@(B - X) + A@X": dict.fromkeys("ABX", "n,n"),
    "(A - B)@x + B@x": {"A": "n,n", "B": "n,n", "x": "n"},
    "(x - y)*z + y*z": dict.fromkeys("xyz", "n"),
    "sum((x - y)*z) + sum(y*z)": dict.fromkeys("xyz", "n"),
    "(A@B - X)@w + X@w - A@B@w": {**dict.fromkeys("ABX", "n,n"), "w": "n"},
    "(1 - tanh(x)^2)*y + y*tanh(x)^2": {"x": "n", "y": "n"},
    "(A'@x - y)'@B + y'@B": {"A": "n,n", "B": "n,n", "x": "n", "y": "n"},
    "inv(A)@(A@B + X)": dict.fromkeys("ABX", "n,n"),
    "(x + 1/y)*y": {"x": "n", "y": "n"},
}
"""Values that are shorter with their parentheses opened."""


def found_in_vain(text: str, shapes: Any) -> list[bool]:
    """Of each form in which opening parentheses finds something, whether that was seen to be in vain."""
    (move,) = [move for move in MOVES if move.in_vain is not None]
    seen: list[bool] = []

    def find(t: Form, simplified: Reduce, reduced: Reduce) -> Form | None:
        found = move.find(t, simplified, reduced)
        if found is not None and move.in_vain is not None:
            seen.append(move.in_vain(t, engine.rows))
        return found

    engine = Engine([move._replace(find=find, in_vain=None)])
    value = read(text, shapes).value
    engine.simplify(raw([value])[value])
    return seen


@pytest.mark.parametrize("text", TEXTS)
def test_nothing_is_found_in_vain(text: str) -> None:
    assert not any(found_in_vain(text, SHAPES[text]))


@pytest.mark.parametrize("text", PARENTHESES)
def test_there_is_hope_where_parentheses_are_better_open(text: str) -> None:
    seen = found_in_vain(text, PARENTHESES[text])
    assert seen
    assert not any(seen)


@pytest.mark.parametrize("text", TEXTS)
def test_the_result_is_the_same_without_a_log(text: str) -> None:
    value = read(text, SHAPES[text]).value
    start = raw([value])[value]
    quiet = Engine(logs=False)
    assert quiet.simplify(start) is Engine().simplify(start)
    assert not quiet.log


def shuffled(value: Node, rng: random.Random) -> Node:
    """The value with the terms of its sums and the factors of its products in another order."""
    done: dict[Node, Node] = {}
    for node in topological([value]):
        args = [done[arg] for arg in node.args]
        if node.operator.commutative and not node.parameters:
            rng.shuffle(args)
        done[node] = node.func(*args) if args else node
    return done[value]


@pytest.mark.parametrize("text", TEXTS)
def test_the_order_of_typing_does_not_matter(text: str) -> None:
    value = read(text, SHAPES[text]).value
    one = Engine().simplify(raw([value])[value])
    other = shuffled(value, random.Random(7))
    if other.shape == value.shape:
        assert Engine().simplify(raw([other])[other]).cost == one.cost


LETTERS = {**dict.fromkeys("ABX", "n,n"), **dict.fromkeys("wxyz", "n"), **dict.fromkeys("ac", "scalar")}


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("x + x + 2*y", "2(x + y)"),
        ("exp(x)/sum(exp(x))", "softmax(x)"),
        ("exp(a)/(1 + exp(a))", "sigmoid(a)"),
        ("1 - 1/(1 + exp(-a))", "1 - sigmoid(a)"),
        ("(1 - y)*sigmoid(z) - y*(1 - sigmoid(z))", "sigmoid(z) - y"),
        ("X'@(X@w) + c*w - X'@y", "c*w + X'@(X@w - y)"),
        ("diag(x)@A@diag(x)@diag(y)@B", "diag(x)@A@diag(x*y)@B"),
        ("(A + A')' - A - A'", "zeros(n,n)"),
        ("A@inv(B@A)@B", "eye(n)"),
        ("sum(x)/n - mean(x)", "0"),
        ("(x - y)@(y - x)'", "-(x - y)@(x - y)'"),
        ("exp(x)*exp(-x)", "ones(n)"),
        ("I - ones(n,n)/n", "eye(n) - ones(n,n)/n"),
        ("9*(2*a + 1)", "18a + 9"),
        ("-(x - y)", "y - x"),
        ("2*(x - y)'@A", "2(x - y)'@A"),
        ("-2*(x - y)'@A", "2(y - x)'@A"),
    ],
)
def test_values_as_a_careful_author_writes_them(text: str, wanted: str) -> None:
    names = read(text).names
    found = read(text, {name: shape for name, shape in LETTERS.items() if name in names})
    assert str(simplified(found.value)[0]) == wanted


def test_what_turns_back_to_itself_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    """A trace and its transpose, each cheaper than the other while the sum inside is factored; the log replays."""
    simplify = Engine.simplify

    def replays(engine: Engine, root: Form) -> Form:
        result = simplify(engine, root)
        assert replayed(root, engine.log) is result
        return result

    monkeypatch.setattr(Engine, "simplify", replays)
    source, shapes = "norm(diag(q)@A@diag(q)@X - Y)^2", {"A": "n,n", "q": "n", "X": "n,m", "Y": "n,m"}
    found = mcalc.explain(f"q = 1/sqrt(A@ones(n)); {source}", "A", {name: shapes[name] for name in "AXY"})
    assert found.verified is not None and found.verified.points


def test_canonical_forms_are_their_own() -> None:
    for text in TEXTS:
        value = read(text, SHAPES[text]).value
        form = canonical(raw([value])[value])
        assert canonical(form) is form, text


@pytest.mark.parametrize(
    "source, wrt, shapes",
    [
        ("u'@(unit(1, n)@u')@u", "u", {"u": "n"}),
        ("mean(prod(c * W, axis=1))", "c,W", {"c": "scalar", "W": "2,2"}),
        ("norm(x/norm(x))", "x", {"x": "n"}),
        ("((B@u).(outer(p, u)@u))^(-1)", "p,u", {"B": "m,m", "u": "m", "p": "m"}),
    ],
)
def test_every_form_on_the_way_can_be_written(source: str, wrt: str, shapes: dict[str, str]) -> None:
    command = "hessian" if "," in wrt else "gradient"
    found = getattr(mcalc, command)(source, wrt, shapes)
    assert all(part.verified is not None and part.verified.points for part in found.parts or (found,))


@pytest.mark.parametrize(
    "source, wrt, wanted",
    [
        ("-(y*log(sigmoid(w.x + b)) + (1 - y)*log(1 - sigmoid(w.x + b)))", "w", "(sigmoid(w.x + b) - y)*x'"),
        ("sin(a)*x.w - a*x.w", "w", "(sin(a) - a)*x'"),
    ],
)
def test_a_common_vector_leaves_scalars_that_go_on(source: str, wrt: str, wanted: str) -> None:
    assert str(mcalc.jacobian(source, wrt).natural) == wanted
