"""An operator that no one has heard of, one record alone: it goes through every command and every format."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from running import mcalc

from mcalc import table
from mcalc.formats import DERIVATION, GRAPH, VALUE, showing
from mcalc.table import CALLS, TABLE, Operator, Rule, called, function

BELL = function(
    "bell",
    rule="-2*a*y",
    latex=r"\operatorname{bell}",
    meaning="the bell curve",
    numpy=lambda np, a: np.exp(-a * a),
    definition="exp(-a^2)",
    also=("bump",),
)
CUBES = Operator(
    "cubes",
    "a",
    title="sum of cubes",
    doc="the sum of the third powers of all entries",
    shape=table.shapes.scalar,
    notation=called("cubes", r"\operatorname{cubes}"),
    calls=("cubes",),
    example="cubes(X)",
    rules=(Rule("a", "3 a[k,l]^2", "three times the square of each entry"),),
    numpy=lambda np, a: np.sum(a * a * a),
    definition="sum(a^3)",
)
QUESTIONS = {"bell": ("bell(x)", "sum(bump(A@x))", "bell"), "cubes": ("cubes(x)*x", "cubes(A@x)", "cubes")}
SHAPES = ("-s", "x=n", "-s", "A=m,n")
AT = ("--at", "x=1,0.5", "--at", "A=[1,2;0,1]")


def in_the_table(record: Operator, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(TABLE, record.name, record)
    for call in record.calls:
        monkeypatch.setitem(CALLS, call, [record])


@pytest.fixture(params=[BELL, CUBES], ids=lambda record: record.name)
def questions(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[str, str, str]]:
    """A value with the operator in it, a scalar with it, and its name."""
    in_the_table(request.param, monkeypatch)
    yield QUESTIONS[request.param.name]


Run = pytest.CaptureFixture[str]


def printed(*words: str, capsys: Run, monkeypatch: pytest.MonkeyPatch) -> str:
    out, err, status = mcalc(*words, capsys=capsys, monkeypatch=monkeypatch)
    assert not status, (words, err)
    assert "fault" not in err, err
    return out


def declared(text: str) -> tuple[str, ...]:
    return SHAPES if "A" in text else SHAPES[:2]


@pytest.mark.parametrize("form", showing(DERIVATION))
@pytest.mark.parametrize("command", ["jacobian", "gradient", "hessian", "explain"])
def test_derived_in_every_format(
    command: str, form: str, questions: tuple[str, str, str], capsys: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    vector, scalar, _ = questions
    text = vector if command in ("jacobian", "explain") else scalar
    assert printed(command, text, "--wrt", "x", *declared(text), "-f", form, capsys=capsys, monkeypatch=monkeypatch)


@pytest.mark.parametrize("form", showing(VALUE))
def test_evaluated_in_every_format(
    form: str, questions: tuple[str, str, str], capsys: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, scalar, name = questions
    for wrt in ((), ("--wrt", "x")):
        assert printed("eval", scalar, *AT, *wrt, "-f", form, capsys=capsys, monkeypatch=monkeypatch)
    exact = printed("eval", f"{name}(x)", "--at", "x=[1; 2]", "-f", "json", capsys=capsys, monkeypatch=monkeypatch)
    assert json.loads(exact)


@pytest.mark.parametrize(
    "words",
    [
        ("explain", "{scalar}", "--wrt", "x", *SHAPES, "--method", "differential"),
        ("explain", "{scalar}", "--wrt", "x", *SHAPES, "--method", "index"),
        *(("explain", "{scalar}", "--wrt", "x", *SHAPES, "--graph", "-f", form) for form in showing(GRAPH)),
        ("jacobian", "{vector}", "--wrt", "x", *SHAPES[:2], "--expand"),
        ("jacobian", "{vector}", "--wrt", "x", *SHAPES[:2], "--expand", "n=2"),
        ("table", "{name}(x)", "--vary", "x=-1:1:0.5", "--wrt", "x", "-s", "x=scalar"),
        ("descend", "{name}(x)^2 + x^2", "--at", "x=1", "--wrt", "x", "--steps", "3"),
        ("plot", "{name}(x)", "--vary", "x=-1:1", "--terminal", "-s", "x=scalar"),
        ("shapes", "{scalar}", *SHAPES),
        ("rules",),
        ("rules", "{name}"),
        ("rules", "{name}", "-f", "markdown"),
    ],
    ids=" ".join,
)
def test_every_other_command(
    words: tuple[str, ...], questions: tuple[str, str, str], capsys: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    vector, scalar, name = questions
    filled = [word.format(vector=vector, scalar=scalar, name=name) for word in words]
    assert printed(*filled, capsys=capsys, monkeypatch=monkeypatch)


@pytest.mark.parametrize(
    ("record", "text", "answer"),
    [(BELL, "bell(x)", "-2diag(x*bump(x))"), (BELL, "bell(x)", "-2diag(x*exp(-x^2))"), (CUBES, "cubes(x)", "3(x^2)'")],
)
def test_answers_are_checked(
    record: Operator, text: str, answer: str, capsys: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    in_the_table(record, monkeypatch)
    words = ("check", text, "--wrt", "x", "-s", "x=n", "--answer")
    assert "Right" in printed(*words, answer, capsys=capsys, monkeypatch=monkeypatch)
    out, _, status = mcalc(*words, answer.replace("2", "5"), capsys=capsys, monkeypatch=monkeypatch)
    assert status == 1 and "Wrong" in out


def test_a_wrong_rule_is_caught(capsys: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    wrong = function("bell", rule="-3*a*y", numpy=BELL.numpy, definition=BELL.definition)
    in_the_table(wrong, monkeypatch)
    _, err, status = mcalc("jacobian", "bell(x)", "--wrt", "x", capsys=capsys, monkeypatch=monkeypatch)
    assert status == 1 and "failed its own numeric check" in err
    assert "-3" in printed(
        "jacobian", "bell(x)", "--wrt", "x", "-f", "ascii", "--no-verify", capsys=capsys, monkeypatch=monkeypatch
    )
