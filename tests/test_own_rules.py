"""`mcalc descend --update --show`: rules of one's own beside the gradient, and any expression step by step."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import numpy as np
import pytest
from running import Run

LOSS = "(w.x + b - z)^2"
VALUES = ("--at", "w=0.9,0.5", "--at", "x=-1,2", "--at", "b=0.5", "--at", "z=3", "--rate", "0.02")
BOTH = ("descend", LOSS, "--wrt", "w,b", *VALUES)


def columns(text: str) -> dict[str, list[float]]:
    heading, *rows = csv.reader(io.StringIO(text))
    return {name: [float(row[at]) for row in rows if row[at]] for at, name in enumerate(heading)}


def updates(*rules: str) -> list[str]:
    return [part for rule in rules for part in ("--update", rule)]


RIGHT = [
    ["w = w - lr*dw", "b = b - lr*db"],
    ["w = w − rate*dw", "b = b - eta*db"],
    ["w ← w - 0.02*dw", "b := b - 0.02*db"],
    ["w = w - lr*2*(w.x + b - z)*x", "b = b - lr*db"],
    ["w = [w[1] - lr*dw[1]; w[2] - lr*dw[2]]", "b = -(lr*db - b)"],
]


@pytest.mark.parametrize("rules", RIGHT)
def test_the_right_rule_takes_the_steps_of_the_gradient(rules: list[str], run: Run) -> None:
    if "(w.x" not in rules[0]:
        out, error, status = run(*BOTH, *updates(*rules))
        assert status == 0 and error == "" and "# The own rule takes the same steps as the gradient" in out
    found = columns(run(*BOTH, *updates(*rules), "--steps", "30", "-f", "csv")[0])
    for name in ("value", "w[1]", "w[2]", "b"):
        np.testing.assert_allclose(found["own " + name], found[name], rtol=1e-9, atol=1e-12)


def test_the_rule_of_the_notebook_leaves_at_once(run: Run) -> None:
    out, _, status = run(*BOTH, *updates("w = (w + lr)*dw"), "--show", "w,b,w.x+b")
    assert status == 0 and "w = (w + lr)*dw" in out.splitlines()[0] and "along the gradient" in out.splitlines()[0]
    assert "# By the own rule the value grows from step 0 on, and is no finite number" in out
    assert "# w[1] moves away: from 0.9 to " in out and "# b moves away" not in out
    found = columns(run(*BOTH, *updates("w = (w + lr)*dw"), "-f", "csv")[0])
    w, b, x = np.array([0.9, 0.5]), 0.5, np.array([-1.0, 2])
    for step, value in enumerate(found["own value"][:6]):
        assert value == pytest.approx((w @ x + b - 3) ** 2)
        np.testing.assert_allclose([found["own w[1]"][step], found["own w[2]"][step]], w)
        w = (w + 0.02) * 2 * (w @ x + b - 3) * x


def test_uphill_is_said(run: Run) -> None:
    out = run(*BOTH, *updates("w = w + lr*dw"), "--steps", "9")[0]
    assert "# By the own rule the value grows at step 1, from 5.76 to " in out
    assert "w[2] moves away" in out and "# Along the gradient it is " in out


def test_rules_run_one_after_the_other_and_may_have_names_of_their_own(run: Run) -> None:
    """Momentum, written out."""
    rules = updates("v = mu*v + dw", "w = w - lr*v")
    own = columns(
        run("descend", LOSS, "--wrt", "w", *VALUES, "--at", "v=0,0", "--at", "mu=0.9", *rules, "-f", "csv")[0]
    )
    right = columns(run("descend", LOSS, "--wrt", "w", *VALUES, "--momentum", "0.9", "-f", "csv")[0])
    np.testing.assert_allclose(own["own w[1]"], right["w[1]"], rtol=1e-9)
    np.testing.assert_allclose(own["own value"], right["value"], rtol=1e-6, atol=1e-15)


def test_names_that_the_loss_defines_may_be_used(run: Run) -> None:
    question = ("descend", "e = w.x + b - z; e^2", "--wrt", "w", *VALUES, "--show", "e,dw,2e*x", "-f", "csv")
    found = columns(run(*question, *updates("w = w - lr*2*e*x"))[0])
    for name in ("e", "dw[1]", "dw[2]"):
        np.testing.assert_allclose(found["own " + name], found[name], rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(found["(2e*x)[2]"], found["dw[2]"])


def test_matrices_data_and_greek_names(run: Run) -> None:
    question = ("descend", "norm(W@x - y)^2 + θ^2", "--wrt", "W,θ", "--at", "W=[1,2;3,4;5,6]", "--at", "x=1,2")
    question += ("--at", "y=1,0,2", "--at", "θ=2", "--rate", "0.01", "--steps", "20", "-f", "csv")
    found = columns(run(*question, *updates("W = W - lr*2*(W@x - y)@x'", "θ = θ - lr*dθ"))[0])
    np.testing.assert_allclose(found["own value"], found["value"], rtol=1e-9)


# What is wrong with a rule

WRONG = [
    ("w = w - lr*dw'", "hint: write `w = w - lr*dw`", "here are a column and a row"),
    ("w = dw'", "hint: write `w = dw`", "This is a row of 2, and `w` is a column of 2."),
    ("w = w - lr*x'", "hint: write `w = w - lr*x`", "here are a column and a row"),
    ("w = w.dw", "hint: the two need one shape; `dw` has that of `w`", "This is a number, and `w` is a column of 2."),
    ("b = dw", "hint: the two need one shape; `db` has that of `b`", "This is a column of 2, and `b` is a number."),
    ("w = w - lr*grad", "hint: give it one, --at grad=…; `dw` and `db` are the derivatives", "`grad` has no value."),
    ("w = w - lr*ddw", "hint: did you mean `dw`?", "`ddw` has no value."),
    ("w = w - lr*", "hint: ", ""),
    ("w -= lr*dw", "hint: write `w = w - (lr*dw)`", "A rule is given as NAME = EXPRESSION"),
    ("w - lr*dw", "hint: for example --update", "A rule is given as NAME = EXPRESSION"),
    ("w = ", "hint: for example --update", "A rule is given as NAME = EXPRESSION"),
    ("v = v + dw", "hint: name it in --wrt, or give it one: --at v=0", "`v` has no value"),
    ("w = __import__('os').system('echo')", "hint: ", ""),
]


@pytest.mark.parametrize(("rule", "hint", "message"), WRONG, ids=[rule for rule, _, _ in WRONG])
def test_what_is_wrong_with_a_rule(rule: str, hint: str, message: str, run: Run) -> None:
    out, error, status = run(*BOTH, *updates(rule))
    assert status == 2 and out == "" and error.startswith("error: ") and message in error and hint in error
    assert "fault" not in error


def test_the_place_is_marked(run: Run) -> None:
    for option, text in (("--update", "w = w - lr*grad"), ("--show", "w, w.x + grad, b")):
        lines = run(*BOTH, option, text)[1].splitlines()
        assert lines[1] == "  " + text and lines[2].rstrip() == "  " + " " * text.index("grad") + "^^^^"


def test_other_mistakes(run: Run) -> None:
    assert "updated twice" in run(*BOTH, *updates("w = dw", "w = w"))[1]
    assert "a name of its own" in run(*BOTH, "--at", "dw=1", *updates("w = w - dw"))[1]
    assert "The expression has no `q`" in run(*BOTH, "--at", "q=1", *updates("w = w - dw"))[1]
    assert run(*BOTH, "--at", "q=1", *updates("w = w - q*dw"))[2] == 0


@pytest.mark.parametrize("text", ["w[", "w[1,w", "w, (b", "w]", "w, 2 +"])
def test_what_cannot_be_shown_is_an_error(text: str, run: Run) -> None:
    out, error, status = run(*BOTH, "--show", text)
    assert status == 2 and out == "" and text in error.splitlines()[1] and "^" in error.splitlines()[2]


def test_a_rule_that_ends_lower_moves_nothing_away(run: Run) -> None:
    out = run(*BOTH, *updates("w = w - lr*dw", "b = b - 2lr*db"), "--steps", "9")[0]
    assert "moves away" not in out and "# By the own rule the value is " in out


# What is shown


def test_any_expression_step_by_step(run: Run) -> None:
    question = (*BOTH, "--show", "w,b,w.x+b,max(w, [b; b])", "--steps", "20")
    out = run(*question)[0]
    heading = out.splitlines()[0].split("  ")
    assert [part.strip() for part in heading if part][:3] == ["step", "value", "‖gradient‖"]
    assert "w·x + b" in out.splitlines()[0] and "(max(w, [b; b]))[2]" in out.splitlines()[0]
    found = columns(run(*question, "-f", "csv")[0])
    w = np.array([found["w[1]"], found["w[2]"]]).T
    np.testing.assert_allclose(found["w.x+b"], w @ [-1, 2] + np.array(found["b"]))
    np.testing.assert_allclose(found["(max(w, [b; b]))[1]"], np.maximum(w[:, 0], found["b"]))
    record = json.loads(run(*question, "-f", "json")[0])
    assert [one["shown"]["w.x+b"] for one in record["history"]] == found["w.x+b"]


def test_what_is_shown_has_a_limit(run: Run, tmp_path: Path) -> None:
    np.save(tmp_path / "X.npy", np.ones((300, 2)))
    question = ("descend", "norm(X@w - 1)^2", "--wrt", "w", "--at", f"X=@{tmp_path / 'X.npy'}", "--rate", "1e-4")
    _, error, status = run(*question, "--show", "X", "--steps", "2")
    assert status == 2 and "This table has 603 columns" in error and "-f csv" in error
    assert len(run(*question, "--show", "X", "--steps", "2", "-f", "csv")[0].splitlines()[0].split(",")) > 600
    _, error, status = run(*question, "--show", "X@X'", "--steps", "1000")
    assert status == 2 and "too large to be kept" in error


def test_csv_and_json_agree_on_what_is_no_number(run: Run) -> None:
    question = (*BOTH, *updates("w = (w + lr)*dw"))
    rows = list(csv.DictReader(io.StringIO(run(*question, "-f", "csv")[0])))
    record = json.loads(run(*question, "-f", "json")[0])
    for row, one in zip(rows, record["own"]["history"], strict=False):
        for name in ("value", "gradient_norm"):
            assert (row["own " + name] == "") == (one[name] is None)
            assert one[name] is None or float(row["own " + name]) == one[name]
    assert rows[-1]["own value"] == "" and record["own"]["status"] == "diverged"


@pytest.mark.parametrize("suffix", ["svg", "png"])
def test_the_steps_are_drawn(suffix: str, tmp_path: Path, run: Run) -> None:
    pytest.importorskip("matplotlib")
    file = tmp_path / f"steps.{suffix}"
    question = (*BOTH, *updates("w = (w + lr)*dw"), "--show", "w.x+b,w[1],w[2]", "-o", str(file))
    assert run(*question)[2] == 0
    if suffix == "svg":
        text = file.read_text("utf-8")
        assert all(f'id="curve-{at}"' in text for at in range(1, 7)) and 'id="curve-7"' not in text


def test_too_many_lines_are_refused(tmp_path: Path, run: Run) -> None:
    pytest.importorskip("matplotlib")
    question = (*BOTH, *updates("w = w - lr*dw"), "--show", "w,x,b,z", "-o", str(tmp_path / "steps.svg"))
    assert "a picture takes at most" in run(*question)[1]
