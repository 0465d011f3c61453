"""Random programs over the whole operator table, through print and code; and that the fuzz itself finds faults.

``MCALC_EXAMPLES=100000 pytest -m slow tests/test_fuzz.py`` asks for that many derivatives.
"""

from __future__ import annotations

import ast
import dataclasses
import os
import re
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from fuzz import judging
from fuzz.asking import Question
from fuzz.judging import Judged, judge
from fuzz.leaves import TYPED
from fuzz.making import Maker
from fuzz.meanings import MEANT
from fuzz.report import Tally, command_of
from fuzz.running import run
from fuzz.shrinking import shrunk
from fuzz.terms import Declared, Program, Shape, Term
from fuzz.values import Unreliable, first, second

from mcalc.table import TABLE, Rule

MANY = int(os.environ.get("MCALC_EXAMPLES", "3000"))
SIZES = {"n": 3, "m": 2}


def variable(name: str, *shape: str) -> Term:
    return Term("variable", (), (name,), shape)


def number(text: str) -> Term:
    return Term("number", (), (text,))


def apply(kind: str, *args: Term, shape: Shape = (), data: tuple[str, ...] = (), spelled: str = "") -> Term:
    return Term(kind, args, data, shape, spelled)


def program(value: Term, **declared: str) -> Program:
    shapes = {name: Declared(tuple(text.split(",")) if text else ()) for name, text in declared.items()}
    return Program((), value, shapes, SIZES)


x, w, a = variable("x", "n"), variable("w", "n"), variable("a")
A, W = variable("A", "n", "n"), variable("W", "n", "n")
DOT = apply("dot", w, x, spelled=".")
QUADRATIC = apply("matmul", apply("matmul", apply("transpose", x, shape=("1", "n")), A, shape=("1", "n")), x)
SOFTMAX = apply("softmax", apply("negative", W, shape=("n", "n")), shape=("n", "n"), data=("0",))


# The generator -----------------------------------------------------------------------------------------------------


def test_every_operator_that_can_be_typed_has_a_meaning_of_its_own() -> None:
    assert TYPED <= MEANT


def test_every_operator_that_can_be_typed_is_made() -> None:
    made: set[str] = set()
    for number in range(12_000):
        if made >= TYPED:
            return
        made |= {term.kind for term in Maker(f"cover:{number}").program().terms()}
    assert made >= TYPED


def test_a_program_is_known_by_its_number() -> None:
    assert Maker("1:7").program() == Maker("1:7").program()


def test_no_name_has_two_meanings_in_one_program() -> None:
    for number in range(3000):
        made = Maker(f"names:{number}").program()
        kinds = {term.kind for term in made.terms()} & {"pi", "delta"}
        turned = {term.spelled.strip(".^") for term in made.terms() if term.kind == "transpose"} & {"T"}
        assert not (kinds | turned) & made.declared.keys(), made.text()


def test_the_evaluator_shares_no_code_with_mcalc() -> None:
    for name in ("terms", "meanings", "values"):
        tree = ast.parse((Path(__file__).parent / "fuzz" / f"{name}.py").read_text("utf-8"))
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom):
                assert not str(node.module).startswith("mcalc")
            elif isinstance(node, ast.Import):
                assert not any(alias.name.startswith("mcalc") for alias in node.names)


TEXTS = [
    (apply("multiply", apply("power", DOT, number("3")), A, shape=("n", "n")), "(w.x)^3 * A"),
    (QUADRATIC, "x'@A@x"),
    (SOFTMAX, "softmax(-W, axis=0)"),
    (apply("negative", apply("power", a, number("2"))), "-a^2"),
    (apply("divide", a, apply("multiply", number("2"), apply("exp", a), spelled="scaled")), "a / (2exp(a))"),
    (apply("multiply", number("2"), apply("power", number("3"), a), spelled="scaled"), "2 * 3^a"),
    (apply("power", apply("negative", a), number("2")), "(-a)^2"),
    (apply("add", a, apply("negative", apply("add", a, number("2")))), "a - (a + 2)"),
    (apply("loop_sum", apply("element", x, data=("i",)), data=("i", "n")), "sum(x[i] for i in 1..n)"),
]


@pytest.mark.parametrize(("term", "text"), TEXTS, ids=[text for _, text in TEXTS])
def test_how_it_is_typed(term: Term, text: str) -> None:
    assert program(term).text() == text


# The evaluator -----------------------------------------------------------------------------------------------------

POINT = {
    "x": np.array([0.5, -1.2, 0.7]),
    "w": np.array([0.3, 0.9, -0.4]),
    "a": np.array(0.8),
    "A": np.array([[1.0, 2.0, -0.5], [0.3, -1.1, 0.6], [0.2, 0.4, 1.3]]),
}


def at(*names: str) -> dict[str, Any]:
    return {name: POINT[name] for name in names}


def test_derivatives_of_a_quadratic_form() -> None:
    asked, point = program(QUADRATIC, x="n", A="n,n"), at("x", "A")
    symmetric = POINT["A"] + POINT["A"].T
    np.testing.assert_allclose(first(asked, point, "x").array, symmetric @ POINT["x"])
    np.testing.assert_allclose(first(asked, point, "A").array, np.outer(POINT["x"], POINT["x"]))
    np.testing.assert_allclose(second(asked, point, "x", "x").array, symmetric, rtol=1e-8)
    mixed = second(asked, point, "x", "A").array
    expected = np.einsum("ik,l->ikl", np.eye(3), POINT["x"]) + np.einsum("il,k->ikl", np.eye(3), POINT["x"])
    np.testing.assert_allclose(mixed, expected, atol=1e-8)


def test_a_kink_that_is_near_is_no_point_to_judge_at() -> None:
    asked = program(apply("sum", apply("abs", x, shape=("n",))), x="n")
    with pytest.raises(Unreliable):
        first(asked, {"x": np.array([0.5, 1e-5, 0.7])}, "x")
    np.testing.assert_allclose(first(asked, at("x"), "x").array, [1, -1, 1])


def test_equal_arguments_on_an_open_set_are_no_kink() -> None:
    inner = apply("maximum", number("0"), a)
    assert first(program(apply("maximum", a, inner), a=""), at("a"), "a").array == pytest.approx(1)
    with pytest.raises(Unreliable):
        first(program(apply("maximum", a, apply("negative", a)), a=""), {"a": np.array(0.0)}, "a")


def test_outside_a_domain_is_no_point_to_judge_at() -> None:
    with pytest.raises(Unreliable):
        first(program(apply("log", a), a=""), {"a": np.array(-1.0)}, "a")


# What it finds -----------------------------------------------------------------------------------------------------


def verdict_on(asked: Program, *names: str, command: str = "jacobian") -> Judged:
    found = judge(asked, Question(command, names), "1")
    assert found is not None
    return found


def places(found: Judged) -> set[str]:
    return {verdict.place for verdict in found.verdicts if verdict.word == "wrong"}


def test_what_is_right_is_called_right() -> None:
    assert verdict_on(program(DOT, w="n", x="n"), "w").word == "right"
    assert verdict_on(program(QUADRATIC, x="n", A="n,n"), "x", command="hessian").word == "right"


def unchecked(monkeypatch: pytest.MonkeyPatch) -> None:
    """Answers that mcalc itself does not check, so that what is wrong is shown."""
    derive = judging.derive
    monkeypatch.setattr(judging, "derive", lambda *given, **options: derive(*given, **options | {"verify": False}))


def with_rule(monkeypatch: pytest.MonkeyPatch, formula: str) -> None:
    """The hyperbolic tangent, with this for its derivative."""
    wrong = dataclasses.replace(TABLE["tanh"], rules=(Rule("a", formula, "planted"),))
    monkeypatch.setitem(TABLE, "tanh", wrong)
    nodes = type(sys.modules["mcalc.tree.node"]._nodes)()
    monkeypatch.setattr("mcalc.tree.node._nodes", nodes)
    monkeypatch.setattr("mcalc.tree.node._held", nodes.entries)


def test_a_wrong_rule_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = program(apply("tanh", apply("sin", x, shape=("n",)), shape=("n",)), x="n")
    assert verdict_on(asked, "x").word == "right"
    with_rule(monkeypatch, "1 - y^3")
    unchecked(monkeypatch)
    assert places(verdict_on(asked, "x")) >= {"tree", "text", "ascii", "numpy"}


def test_what_mcalc_itself_finds_wrong_is_a_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    with_rule(monkeypatch, "1 - y^3")
    asked = program(apply("tanh", x, shape=("n",)), x="n")
    for checked in (True, False):
        found = judge(asked, Question("jacobian", ("x",), checked=checked), "1")
        assert found is not None and found.word == "alarm"


def test_a_fault_in_print_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    unchecked(monkeypatch)
    from mcalc.notation import drawn

    asked = program(apply("multiply", apply("exp", a), apply("add", a, number("2"))), a="")
    monkeypatch.setattr("mcalc.documents.in_text.drawn", lambda *given: re.sub(r"\((a \+ .)\)", r"\1", drawn(*given)))
    assert places(verdict_on(asked, "a")) == {"text", "ascii"}


def test_a_fault_in_code_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    unchecked(monkeypatch)
    from mcalc.code import emitted

    asked = program(apply("matmul", A, x, shape=("n",)), A="n,n", x="n")
    monkeypatch.setattr(
        "mcalc.code.derivative.module", lambda *given: emitted(*given).replace("return A", "return A.T")
    )
    assert places(verdict_on(asked, "x")) == {"numpy"}


def test_what_cannot_be_read_back_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    unchecked(monkeypatch)
    from mcalc.notation import drawn

    monkeypatch.setattr("mcalc.documents.in_text.drawn", lambda *given: drawn(*given) + " +")
    found = verdict_on(program(apply("exp", a), a=""), "a")
    assert found.word == "unreadable" and {verdict.place for verdict in found.verdicts} == {"text", "ascii"}


def test_a_traceback_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    unchecked(monkeypatch)

    def broken(*given: Any) -> str:
        raise KeyError("u_2")

    monkeypatch.setattr("mcalc.documents.in_text.drawn", broken)
    found = verdict_on(program(apply("exp", a), a=""), "a")
    assert {(verdict.word, verdict.kind) for verdict in found.verdicts} == {("fault", "KeyError: …")}


def test_a_failure_is_shrunk_to_what_causes_it(monkeypatch: pytest.MonkeyPatch) -> None:
    unchecked(monkeypatch)
    from mcalc.code import emitted

    monkeypatch.setattr("mcalc.code.derivative.module", lambda *given: emitted(*given).replace("np.cosh", "np.sinh"))
    inner = apply("sinh", apply("multiply", a, x, shape=("n",)), shape=("n",))
    asked = program(apply("add", apply("sum", inner), DOT, apply("exp", a)), a="", w="n", x="n")
    found = verdict_on(asked, "x", command="gradient")
    smallest, question = shrunk(found, found.verdicts[0], "1")
    assert smallest.text() == "sum(sinh(x))"
    assert command_of(smallest, question, "numpy") == 'mcalc gradient "sum(sinh(x))" -s x=n --wrt x -f numpy'


# The run -----------------------------------------------------------------------------------------------------------


def shown(tally: Tally) -> str:
    return "\n".join([tally.table(), *tally.failures(1)])


def test_random_programs() -> None:
    tally = run(seed=1, derivatives=120)
    assert not tally.failed, shown(tally)


@pytest.mark.slow
def test_many_random_programs() -> None:
    tally = run(seed=2, derivatives=MANY)
    print(f"\n{tally.table()}\n{tally.shares()}")
    assert not tally.failed, shown(tally)
    assert all(tally.keys[key] <= 0.01 * tally.answers for key in tally.keys if key[0] == "refused"), shown(tally)
    assert not tally.unexplained, shown(tally)
