"""The notebook's figures, each from the command that gives it, and its pictures as they are stored."""

from __future__ import annotations

import json
import re
from pathlib import Path

import numpy as np
import pytest
from test_examples import printed
from test_plot import Picture

NOTEBOOK = Path(__file__).parent.parent / "examples" / "notebook"
PAGE = (NOTEBOOK / "README.md").read_text("utf-8")
DRAWINGS = re.findall(r"^\$ (mcalc (?:plot|descend) .*-o (\S+\.svg))$", PAGE, re.MULTILINE)
START = "--at w=0.9449794122289528,0.48551359173806574 --at x=-1,2 --at b=0.5"
TARGET = 1 / 3 + 2 * np.sqrt(2)


def numbers(command: str) -> list[float]:
    """The numbers on the line of the answer, or after `about` where there is one."""
    lines = printed(command).splitlines()
    about = [line for line in lines if line.startswith("# about")]
    line = about[0] if about else next(line for line in lines if not line.startswith(("#", "i =")))
    assert "error" not in line
    return [float(number.replace("−", "-")) for number in re.findall(r"[−-]?\d+\.?\d*(?:e[−-]?\d+)?", line)]


FIGURES = [
    ('"w*x" --at x=1,2,3 --at w=.5,.6,.7', [0.5, 1.2, 2.1]),
    ('"w.x + b" --at x=1,2,3 --at w=.5,.6,.7 --at b=0.5', [4.3]),
    ('"f^2/3 + g^(3/2)" --at f=-1,g=2', [3.16176]),
    ('"f^2/3 + g^(3/2)" --at f=1.5,g=4', [8.75]),
    ('"f^2/3 + g^(3/2)" --at f=-1,g=2 --wrt f,g', [-0.666667, 2.12132]),
    (f'"w.x + b" {START}', [0.526048]),
    (f'"w.x + b - z" {START} --at z=3.16176', [-2.63571]),
    (f'"(w[1]*x[1] + b - z)*x[1] + (w[2]*x[2] + b - z)*x[2]" {START} --at z=3.16176', [0.225274]),
    (f'"(w.x + b - z)^2" --wrt w {START} --at z=3.16176', [5.27142, -10.54284]),
    (f'"[w; b].[x; 1]" {START}', [0.526048]),
    ('"[3x^2*y; 2x + y^2]" --wrt x,y --at x=1,y=2', [12, 3, 2, 4]),
    ('"[3x^2*y; 2x + y^8]" --wrt x,y --at x=1,y=2', [12, 3, 2, 1024]),
    ('"sigmoid(w.x + b)" --at x=1,2,3 --at w=.5,.6,.7 --at b=0.5', [1 / (1 + np.exp(-4.3))]),
    ('"relu(w.x + b)" --at x=1,2,3 --at w=.5,.6,.7 --at b=-5', [0]),
]


@pytest.mark.parametrize(("arguments", "expected"), FIGURES, ids=[row[0] for row in FIGURES])
def test_a_figure_of_the_notebook(arguments: str, expected: list[float]) -> None:
    np.testing.assert_allclose(numbers(f"mcalc eval {arguments} --digits 8"), expected, rtol=2e-6, atol=1e-12)


def test_exact_where_the_input_is() -> None:
    assert printed('mcalc eval "f^2/3 + g^(3/2)" --at f=-1,g=2').startswith("1/3 + 2sqrt(2)\n")
    assert printed('mcalc eval "f^2/3 + g^(3/2)" --wrt f,g --at f=-1,g=2').startswith("[−2/3, 3sqrt(2)/2]ᵀ\n")
    assert "[0, 3sqrt(2)*i/2]ᵀ" in printed('mcalc eval "f^2/3 + g^(3/2)" --wrt f,g --at f=0,g=-2')


def test_the_table_goes_from_3_3_to_4_3() -> None:
    rows = printed('mcalc table "w.x + b" --at x=1,2,3 --at w=.5,.6,.7 --vary b=-0.5:0.5:0.1 -f csv').splitlines()
    found = np.array([[float(cell) for cell in row.split(",")] for row in rows[1:]])
    np.testing.assert_allclose(found, [[bias / 10, 3.8 + bias / 10] for bias in range(-5, 6)], atol=1e-12)


def rows_of(command: str) -> list[list[str]]:
    """The cells of `-f csv`, without what is said on standard error."""
    lines = printed(re.sub(r" (-o|--every) \S+", "", command) + " -f csv").splitlines()
    return [line.split(",") for line in lines if not line.startswith("note: ")]


def final_step(command: str) -> dict[str, float]:
    """What `-f csv` has in its last line, where there is a number."""
    rows = rows_of(command)
    return {name: float(cell) for name, cell in zip(rows[0], rows[-1], strict=True) if cell}


OWN_TRAINING = [line for line in re.findall(r"^\$ (mcalc descend .*--update .* -o .*)$", PAGE, re.MULTILINE)]


@pytest.mark.parametrize("command", OWN_TRAINING, ids=["own rule", "own sum", "own bias"])
def test_a_rule_of_ones_own_misses_the_target(command: str) -> None:
    """Beside the right one, by the same rule written out in NumPy."""
    x, w, b, z, lr = np.array([-1.0, 2.0]), np.array([0.9449794122289528, 0.48551359173806574]), 0.5, 3.16176, 0.02
    last, steps = final_step(command), 0
    assert last["w.x+b"] == pytest.approx(TARGET, abs=1e-4)
    found = rows_of(command)
    columns = {name: [float(row[at]) for row in found[1:] if row[at]] for at, name in enumerate(found[0])}
    with np.errstate(all="ignore"):
        for one, two in zip(columns["own w[1]"], columns["own w[2]"], strict=True):
            np.testing.assert_allclose([one, two], w, rtol=1e-9)
            np.testing.assert_allclose(columns["own w.x+b"][steps], w @ x + b, rtol=1e-9)
            errors = w * x + b - z
            if "(w + lr)*dw" in command:
                w = (w + lr) * 2 * (w @ x + b - z) * x
            else:
                changed = w - lr * np.sum(errors * x)
                if "--wrt w,b" in command:
                    b = b - lr * np.sum(changed * x + b - z)
                w = changed
            steps += 1
    assert abs(columns["own w.x+b"][-1] - TARGET) > 0.3
    remarks = [line for line in printed(re.sub(r" -o \S+", "", command)).splitlines() if line.startswith("# ")]
    assert any("moves away" in line for line in remarks) and any(
        line.startswith("# By the own rule") for line in remarks
    )


def test_the_right_derivative_reaches_the_target() -> None:
    """Where the notebook ended at 3.137 after 100 steps."""
    for command in (line for line in re.findall(r"^\$ (mcalc descend .*)$", PAGE, re.MULTILINE)):
        if "--steps 40" in command or "dw'" in command:
            continue
        last = final_step(command)
        assert last["step"] <= 100
        if "w_hat[1]" in last:
            reached = -last["w_hat[1]"] + 2 * last["w_hat[2]"] + last["w_hat[3]"]
        else:
            reached = -last["w[1]"] + 2 * last["w[2]"] + last.get("b", 0.5)
        assert reached == pytest.approx(TARGET, abs=1e-6) and abs(reached - TARGET) < abs(3.137 - TARGET) / 1e4


def test_the_wrong_derivative_vanishes_elsewhere() -> None:
    there = "--at w=-2.66176,1.33088 --at x=-1,2 --at b=0.5"
    wrong = "(w[1]*x[1] + b - z)*x[1] + (w[2]*x[2] + b - z)*x[2]"
    assert numbers(f'mcalc eval "{wrong}" {there} --at z=3.16176') == [0]
    assert numbers(f'mcalc eval "w.x + b" {there}') == [5.82352]


def test_the_jacobian_is_not_square() -> None:
    assert "\n# 1×2, paper layout" in printed('mcalc jacobian "f^2/3 + g^(3/2)" --wrt f,g')


BY_TERMS = "elementwise-for-product"
CHECKED = {
    '--wrt f,g --answer "[2f/3, 0; 0, 3sqrt(g)/2]"': ["missing-diag"],
    '--wrt f,g --answer "[2f/3, 3sqrt(g)/2]"': [],
    '--answer "(w[1]*x[1] + b - z)*x[1] + (w[2]*x[2] + b - z)*x[2]"': [
        "elementwise-for-product",
        "extra-sum",
        "factor",
    ],
    '--answer "[(w[1]*x[1] + b - z)*x[1], (w[2]*x[2] + b - z)*x[2]]"': [BY_TERMS, "factor"],
    '--answer "2(w.x + b - z)*x\'"': [],
}


@pytest.mark.parametrize(("answer", "findings"), CHECKED.items())
def test_what_check_says_of_the_derivatives(answer: str, findings: list[str]) -> None:
    (command,) = (line for line in re.findall(r"^\$ (mcalc check .*)$", PAGE, re.MULTILINE) if answer in line)
    record, _ = json.JSONDecoder().raw_decode(printed(command + " -f json"))  # notes follow, on standard error
    assert record["shape"] == [1, 2] and record["right"] == (not findings)
    assert [finding["finding"] for finding in record["findings"]] == findings


def test_every_picture_of_the_page_is_stored_and_small() -> None:
    shown = re.findall(r"!\[[^]]+\]\(([^)]+)\)", PAGE)
    assert sorted(shown) == sorted(name for _, name in DRAWINGS) == sorted(path.name for path in NOTEBOOK.glob("*.svg"))
    assert all((NOTEBOOK / name).stat().st_size < 120_000 for name in shown)


@pytest.mark.parametrize(("command", "name"), DRAWINGS, ids=[row[1] for row in DRAWINGS])
def test_a_picture_is_what_its_command_draws(
    command: str, name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("matplotlib", reason="matplotlib, of the extra `plot`, is not installed")
    monkeypatch.chdir(tmp_path)
    if "--path" in command:
        for before in re.findall(r"^\$ (mcalc descend .* -o .*)$", PAGE, re.MULTILINE):
            printed(before)
    printed(command)
    drawn, stored = Picture(tmp_path / name), Picture(NOTEBOOK / name)
    assert [text for text in drawn.texts if text] == [text for text in stored.texts if text]
    for kind in ("curve", "point", "value", "levels", "path"):
        assert drawn.count(kind) == stored.count(kind)
    for gid in stored.groups:
        if re.fullmatch(r"(curve|path|levels)-\d+", gid):
            np.testing.assert_allclose(drawn.points(gid), stored.points(gid), atol=0.5)
