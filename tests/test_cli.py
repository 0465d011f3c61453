"""The command line: exit statuses, what goes to which stream, options, formats, batch."""

from __future__ import annotations

import json
import os
import pty
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from running import Run

from mcalc.cli import cli
from mcalc.commands import reply
from mcalc.formats import DERIVATION, showing

ROOT = Path(__file__).parent.parent
DERIVING = ("jacobian", "gradient", "explain")


TEXTS = ("text", "ascii")


def process(*arguments: str, **options: Any) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT), **options.pop("env", {})}
    command = [sys.executable, "-m", "mcalc", *arguments]
    return subprocess.run(
        command, capture_output=True, text=True, encoding="utf-8", env=environment, timeout=60, **options
    )


def answer(output: str) -> str:
    """The lines that are no comments."""
    return "\n".join(line for line in output.splitlines() if not line.startswith("#"))


# Exit statuses and streams -----------------------------------------------------------------------------------------


def test_an_answer(run: Run) -> None:
    output, message, status = run("jacobian", "w.x + b", "--wrt", "w")
    assert (status, answer(output), message) == (0, "xᵀ", "")
    assert "1×n, paper layout" in output


@pytest.mark.parametrize(
    ("arguments", "status"),
    [
        (["jacobian", "x +", "--wrt", "x"], 2),
        (["jacobian", "A*x", "--wrt", "x", "-s", "A=m,n", "-s", "x=n"], 2),
        (["jacobian", "x", "--wrt", "y"], 2),
        (["jacobian", "w.x", "--wrt", ""], 2),
        (["jacobian", "w.x"], 2),
        (["check", "w.x", "--answer", "x'"], 2),
        (["jacobian", "--wrt", "x"], 2),
        (["jacobian", "x", "--wrt"], 2),
        (["jacobian", "x", "--wrt", "x", "-f", "pdf"], 2),
        (["jacobian", "x", "--wrt", "x", "--layout", "papers"], 2),
        (["jacobian", "x", "--wrt", "x", "--nonsense"], 2),
        (["jacobian", "w.x", "+", "b", "--wrt", "w"], 2),
        (["jacobian", "@no-such-file", "--wrt", "x"], 2),
        (["jacobian", "x", "--wrt", "x", "-o", "/no/such/folder/file"], 2),
        (["gradient", "x*x", "--wrt", "x", "-s", "x=n"], 2),
        (["jacobeam", "x", "--wrt", "x"], 2),
        (["rules", "nonsense"], 2),
        (["shapes", "x +"], 2),
        ([], 2),
        (["jacobian", "sum(x[i+1] for i in 1..n)", "--wrt", "x"], 3),
    ],
)
def test_status_of_a_fault(run: Run, arguments: list[str], status: int) -> None:
    found = run(*arguments)
    assert (found.status, found.output) == (status, "")
    assert found.message
    assert "Traceback" not in found.message


def test_options_have_their_hint(run: Run) -> None:
    assert (
        run("jacobeam", "x", "--wrt", "x").message
        == "error: No such command `jacobeam`.\nhint: write `mcalc jacobian x --wrt x`\n"
    )
    assert "did you mean `--layout`?" in run("jacobian", "x", "--wrt", "x", "--layot", "paper").message


def test_a_wrong_answer_is_status_1(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    from mcalc.numbers import Verification

    monkeypatch.setattr(
        "mcalc.numbers.verification.verify",
        lambda *_, **__: Verification(3, 0.5),
    )
    output, message, status = run("jacobian", "x", "--wrt", "x")
    assert (status, output) == (1, "")
    assert "numeric check" in message


def test_a_fault_of_mcalc_is_one_message(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError("by hand")

    monkeypatch.setattr("mcalc.ask.answered", broken)
    output, message, status = run("jacobian", "x", "--wrt", "x")
    assert (status, output) == (3, "")
    assert message.startswith("error: mcalc has a fault here: ZeroDivisionError: by hand.")


def test_too_deep_is_one_message(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def endless(*arguments: object, **__: object) -> None:
        endless(*arguments)

    monkeypatch.setattr("mcalc.ask.answered", endless)
    output, message, status = run("jacobian", "x", "--wrt", "x")
    assert (status, output) == (3, "")
    assert message.startswith("error: This expression is larger than mcalc can take.")


# Where the expression comes from -----------------------------------------------------------------------------------


def test_standard_input(run: Run) -> None:
    assert answer(run("jacobian", "-", "--wrt", "x", input="# a program\nu = W@x\nsum(u)\n").output) == "1⃗ᵀ·W"


def test_standard_input_that_is_not_text() -> None:
    command = [sys.executable, "-m", "mcalc", "jacobian", "-", "--wrt", "x"]
    found = subprocess.run(command, input=b"x + \xff\xfe", capture_output=True, cwd=ROOT, timeout=60)
    assert (found.returncode, found.stdout) == (2, b"")
    assert found.stderr.startswith(b"error: Standard input cannot be read")


def test_a_file(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "ödel.mc"
    path.write_text("w·x + η\n", "utf-8")
    assert answer(run("jacobian", f"@{path}", "--wrt", "w").output) == "xᵀ"
    path.write_bytes(b"\xff\xfe\x00")
    assert run("jacobian", f"@{path}", "--wrt", "w").status == 2
    assert run("jacobian", f"@{tmp_path}", "--wrt", "w").status == 2


@pytest.mark.parametrize(
    ("arguments", "derivative"),
    [
        (["-x", "--wrt", "x", "-s", "x=n"], "−I"),
        (["--wrt", "x", "-sx=n", "-x"], "−I"),
        (["--wrt", "x", "--", "-x"], "−1"),
        (["-sum(x)", "--wrt", "x", "-s", "x=n"], "−1⃗ᵀ"),
        (["-s", "x=n", "-sum(x)", "--wrt=x"], "−1⃗ᵀ"),
        (["-s*x", "--wrt", "x"], "−s"),
        (["-sx=3", "-s*x", "--wrt", "x", "-s", "s=3"], "−diag(s)"),
        (["-f", "text", "-fun.x", "--wrt", "x"], "−funᵀ"),
        (["-a", "--no-verify", "--wrt", "a"], "−1"),
        (["-o.x", "--wrt", "x"], "−oᵀ"),
        (["-(w.x)", "--layout", "denominator", "--wrt", "x"], "−w"),
        (["--wrt", "x", "--layout=denominator", "-w.x"], "−w"),
        (["--expand", "-w.x", "--wrt", "x", "-s", "x=2"], "[ −w[1]  −w[2] ]"),
    ],
)
def test_an_expression_that_begins_with_a_minus(run: Run, arguments: list[str], derivative: str) -> None:
    output, message, status = run("jacobian", *arguments)
    assert (status, message) == (0, "")
    if arguments[0] != "--expand":
        assert answer(output) == derivative


# Where the answer goes -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", showing(DERIVATION))
def test_output_file(run: Run, tmp_path: Path, form: str) -> None:
    printed = run("jacobian", "w.x", "--wrt", "w", "-f", form).output
    path = tmp_path / "answer"
    found = run("jacobian", "w.x", "--wrt", "w", "-f", form, "-o", str(path), "--color", "always")
    assumed = "" if form in TEXTS else "note: w: n, x: n (assumed; declare with -s NAME=SHAPE)\n"
    assert (found.status, found.output, found.message) == (0, "", assumed)
    assert path.read_text("utf-8") == printed


@pytest.mark.parametrize(
    ("choice", "environment", "coloured"),
    [
        ([], {}, False),
        (["--color", "auto"], {}, False),
        (["--color", "never"], {}, False),
        (["--color", "always"], {}, True),
        (["--color", "always"], {"NO_COLOR": "1"}, True),
    ],
)
@pytest.mark.parametrize("command", ["jacobian", "explain"])
def test_colour_in_a_pipe(command: str, choice: list[str], environment: dict[str, str], coloured: bool) -> None:
    found = process(command, "w.x", "--wrt", "w", *choice, env={"TERM": "xterm", **environment})
    assert found.returncode == 0
    assert ("\x1b[" in found.stdout) == coloured


@pytest.mark.parametrize(
    ("choice", "environment", "coloured"),
    [
        ([], {}, True),
        ([], {"NO_COLOR": "1"}, False),
        ([], {"TERM": "dumb"}, False),
        (["--color", "never"], {}, False),
    ],
)
def test_colour_in_a_terminal(choice: list[str], environment: dict[str, str], coloured: bool) -> None:
    terminal, end = pty.openpty()
    command = [sys.executable, "-m", "mcalc", "jacobian", "w.x", "--wrt", "w", *choice]
    plain = {key: value for key, value in os.environ.items() if key != "NO_COLOR"}
    subprocess.run(command, stdout=end, cwd=ROOT, env={**plain, "TERM": "xterm", **environment}, timeout=60, check=True)
    os.close(end)
    text = os.read(terminal, 100_000).decode()
    os.close(terminal)
    assert "xᵀ" in text
    assert ("\x1b[" in text) == coloured


def test_piped_output_is_not_wrapped() -> None:
    terms = " + ".join(f"w{number}.x" for number in range(60))
    found = process("jacobian", terms, "--wrt", "x", env={"COLUMNS": "40"})
    assert found.returncode == 0
    assert max(len(line) for line in answer(found.stdout).splitlines()) > 200
    assert len(answer(found.stdout).splitlines()) == 1


def test_a_reader_that_leaves() -> None:
    command = f"{sys.executable} -m mcalc rules --color always | head -1"
    found = subprocess.run(command, shell=True, capture_output=True, cwd=ROOT, timeout=60)
    assert found.stderr == b""


# Formats, layouts, variables -----------------------------------------------------------------------------------------

EXPRESSIONS = [
    ("max(0, w.x + b)", "w"),
    ("W@x + b", "x"),
    ("W@x", "W"),
    ("softmax(x)", "x"),
    ("u = W@x; v = tanh(u); sum(v)", "W"),
    ("a^2*b", "a"),
    ("sum(y[i]*X[i] for i in 1..N)", "y"),
]


@pytest.mark.parametrize("form", showing(DERIVATION))
@pytest.mark.parametrize("command", DERIVING)
@pytest.mark.parametrize(("expression", "wrt"), EXPRESSIONS)
def test_every_format(run: Run, command: str, expression: str, wrt: str, form: str) -> None:
    output, message, status = run(command, expression, "--wrt", wrt, "-f", form, "--no-verify")
    if command == "gradient" and status == 2:
        assert "a gradient is of a scalar" in (message or output).lower()
        return
    if form == "sympy" and status == 3:
        assert "SymPy has no matrix expression" in message and expression in ("W@x", "W@x + b", EXPRESSIONS[-1][0])
        return
    assert status == 0
    assert not message if form in TEXTS else message.startswith("note: ") and "(assumed; declare" in message
    assert output.strip()
    assert "\x1b" not in output
    if form == "ascii":
        assert output.isascii()


KEYS = {
    "command",
    "expression",
    "shapes",
    "assumed",
    "wrt",
    "layout",
    "shape",
    "result",
    "conditions",
    "steps",
    "verified",
}


@pytest.mark.parametrize(("expression", "wrt"), EXPRESSIONS)
def test_json(run: Run, expression: str, wrt: str) -> None:
    found = json.loads(run("jacobian", expression, "--wrt", wrt, "-f", "json").output)
    assert set(found) >= KEYS
    assert (found["command"], found["expression"], found["wrt"], found["layout"]) == (
        "jacobian",
        expression,
        [wrt],
        "paper",
    )
    assert set(found["result"]) >= {"text", "ascii", "latex"}
    assert found["steps"]
    assert all(set(step) >= {"rule", "because", "before", "after", "shape"} for step in found["steps"])
    assert set(found["verified"]) == {"points", "max_relative_error", "kinks"}
    assert set(found["assumed"]) == set(found["shapes"])


def test_json_shapes(run: Run) -> None:
    found = json.loads(run("jacobian", "W@x + b", "--wrt", "x", "-s", "W=5,n", "-f", "json").output)
    assert found["shapes"] == {"W": [5, "n"], "x": ["n"], "b": [5]}
    assert (found["assumed"], found["shape"]) == (["x", "b"], [5, "n"])


@pytest.mark.parametrize(
    ("arguments", "spans", "status"),
    [
        (["x +", "--wrt", "x"], [[2, 3, ""]], 2),
        (["A*x", "--wrt", "x", "-s", "A=m,n", "-s", "x=n"], [[0, 1, "A: m×n"], [2, 3, "x: n"]], 2),
        (["x", "--wrt", "x", "-s", "x=0"], [], 2),
        (["@nofile", "--wrt", "x"], [], 2),
        (["sum(x[i+1] for i in 1..n)", "--wrt", "x"], [[6, 9, ""]], 3),
    ],
)
def test_json_of_a_fault(run: Run, arguments: list[str], spans: list[Any], status: int) -> None:
    found = run("jacobian", *arguments, "-f", "json")
    error = json.loads(found.output)["error"]
    assert (found.status, found.message) == (status, "")
    assert set(error) == {"message", "hint", "spans"}
    assert error["spans"] == spans


@pytest.mark.parametrize(
    ("layout", "expression", "wrt", "derivative", "shape"),
    [
        ("paper", "w.x", "w", "xᵀ", "1×n"),
        ("numerator", "w.x", "w", "xᵀ", "1×n"),
        ("denominator", "w.x", "w", "x", "n×1"),
        ("paper", "A@x", "x", "A", "m×n"),
        ("denominator", "A@x", "x", "Aᵀ", "n×m"),
        ("paper", "tr(A@X)", "X", "Aᵀ", "n×m"),
        ("numerator", "tr(A@X)", "X", "A", "m×n"),
        ("denominator", "tr(A@X)", "X", "Aᵀ", "n×m"),
        ("paper", "a*A@x", "a", "A·x", "m×1"),
        ("denominator", "a*A@x", "a", "(A·x)ᵀ", "1×m"),
    ],
)
def test_layout(run: Run, layout: str, expression: str, wrt: str, derivative: str, shape: str) -> None:
    output = run("jacobian", expression, "--wrt", wrt, "--layout", layout).output
    assert answer(output) == derivative
    assert f"# {shape}, {layout} layout" in output


def test_two_variables_in_turn(run: Run) -> None:
    output, _, status = run("jacobian", "max(0, w.x + b)", "--wrt", "w,b", "-s", "b=scalar")
    assert status == 0
    assert answer(output).splitlines() == [
        answer(run("jacobian", "max(0, w.x + b)", "--wrt", name).output) for name in "wb"
    ]
    assert "# by w\n" in output
    assert "# by b\n" in output
    found = json.loads(run("jacobian", "w.x + b", "--wrt", "w,b", "-f", "json").output)
    assert [part["wrt"] for part in found["parts"]] == [["w"], ["b"]]


def test_scalars_together(run: Run) -> None:
    output = run("gradient", "2a + 3b", "--wrt", "a,b").output
    assert answer(output) == "[2, 3]"
    assert "# 1×2, paper layout" in output


def test_standalone(run: Run) -> None:
    output = run("jacobian", "w.x", "--wrt", "w", "-f", "latex", "--standalone").output
    assert output.startswith("% w: n, x: n (assumed; declare with -s NAME=SHAPE)\n\\documentclass")
    assert output.rstrip().endswith("\\end{document}")


def test_no_verify(run: Run) -> None:
    assert "finite differences" in run("jacobian", "w.x", "--wrt", "w").output
    assert "finite differences" not in run("jacobian", "w.x", "--wrt", "w", "--no-verify").output


def test_shapes_command(run: Run) -> None:
    output, message, status = run("shapes", "W@x + b", "-s", "W=m,n")
    assert (status, message) == (0, "")
    assert output.splitlines()[0].split()[:4] == ["W·x", "+", "b", "m"]


def test_rules_command(run: Run) -> None:
    assert "softmax" in run("rules").output
    assert "softmax" in run("rules", "softmax").output
    assert run("rules", "-f", "markdown").output.startswith("| operator |")


# Help ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", sorted(cli.commands))
def test_every_command_has_help(run: Run, name: str) -> None:
    for option in ("--help", "-h"):
        output, message, status = run(name, option)
        assert (status, message) == (0, "")
        assert output.startswith(f"Usage: mcalc {name}")
    (listed,) = re.findall(rf"^  {name} +(\S.*)$", run("--help").output, re.MULTILINE)
    assert (cli.commands[name].help or "").startswith(listed.removesuffix("...")) and name == cli.commands[name].name
    assert all(
        param.help for param in cli.commands[name].params if param.param_type_name == "option" and param.name != "color"
    )  # type: ignore[attr-defined]


@pytest.mark.parametrize("arguments", [["--help"], ["--version"], ["jacobian", "--help"], ["batch", "-h"]])
def test_help_imports_nothing_heavy(arguments: list[str]) -> None:
    program = (
        "import sys\nfrom mcalc.cli import main\n"
        f"sys.argv = ['mcalc', *{arguments!r}]\n"
        "try:\n    main()\nexcept SystemExit:\n    pass\n"
        "print(sorted({'sympy', 'numpy', 'rich', 'lark', 'matplotlib', 'jax'} & set(sys.modules)))"
    )
    found = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, cwd=ROOT, timeout=60)
    assert found.stdout.splitlines()[-1] == "[]"


def test_python_m_mcalc() -> None:
    found = process("--version")
    assert (found.returncode, found.stderr) == (0, "")
    assert found.stdout.startswith("mcalc")


def test_an_argument_that_is_not_text() -> None:
    command = [sys.executable.encode(), b"-m", b"mcalc", b"jacobian", b"x + \xff", b"--wrt", b"x"]
    found = subprocess.run(command, capture_output=True, cwd=ROOT, timeout=60)
    assert (found.returncode, found.stdout) == (2, b"")
    assert b"Traceback" not in found.stderr


# Batch ---------------------------------------------------------------------------------------------------------------


def batch(run: Run, *requests: Any) -> list[dict[str, Any]]:
    lines = [request if isinstance(request, str) else json.dumps(request) for request in requests]
    output, message, status = run("batch", input="\n".join(lines) + "\n")
    assert (status, message) == (0, "")
    return [json.loads(line) for line in output.splitlines()]


def test_batch_is_in_order_and_keeps_ids(run: Run) -> None:
    identities = [3, "b", None, 1.5, ["x"], {"a": 1}, 3]
    replies = batch(run, *({"id": identity, "expr": "w.x", "wrt": "w"} for identity in identities))
    assert [reply["id"] for reply in replies] == identities
    assert all(reply["ok"] for reply in replies)


@pytest.mark.parametrize(
    "bad",
    [
        "nonsense",
        "[1, 2]",
        "12",
        "null",
        "{" * 100_000,
        "[" * 100_000,
        '{"id": 7}',
        '{"id": 7, "expr": 3, "wrt": "x"}',
        '{"id": 7, "expr": "w.x"}',
        '{"id": 7, "expr": "x +", "wrt": "x"}',
        '{"id": 7, "expr": "x", "wrt": "y"}',
        '{"id": 7, "expr": "x", "wrt": 3}',
        '{"id": 7, "expr": "x", "wrt": "x", "shapes": []}',
        '{"id": 7, "expr": "x", "wrt": "x", "shapes": [1]}',
        '{"id": 7, "expr": "x", "wrt": "x", "shapes": {"x": 2.5}}',
        '{"id": 7, "expr": "x", "wrt": "x", "shapes": {"x": "0"}}',
        '{"id": 7, "expr": "x", "wrt": "x", "layout": "papers"}',
        '{"id": 7, "expr": "x", "wrt": "x", "format": ["text"]}',
        '{"id": 7, "expr": "x", "wrt": "x", "command": "delete"}',
        '{"id": 7, "expr": "\\ud800", "wrt": "x"}',
        '{"id": "\\ud800", "expr": "x +", "wrt": "x"}',
    ],
)
def test_a_bad_line_costs_only_itself(run: Run, bad: str) -> None:
    good = {"id": 1, "expr": "w.x", "wrt": "w"}
    first, middle, last = batch(run, good, bad, good)
    assert first == last
    assert first["ok"]
    if bad != '{"id": 7, "expr": "x", "wrt": "x", "shapes": []}':
        assert not middle["ok"]
        assert set(middle["error"]) >= {"message", "hint", "spans"}
        assert "fault here" not in middle["error"]["message"]
        assert "id" in middle


def test_batch_honours_format_layout_and_shapes(run: Run) -> None:
    request = {"expr": "w.x", "wrt": "w", "shapes": {"w": "3", "x": "3"}}
    text, latex, turned, described = batch(
        run,
        request,
        {**request, "format": "latex"},
        {**request, "layout": "denominator"},
        {**request, "format": "json", "command": "explain"},
    )
    assert answer(text["output"]) == "xᵀ"
    assert "# 1×3, paper layout" in text["output"]
    assert "x^{T}" in latex["output"].replace("\\mathbf{x}", "x").replace("^T", "^{T}")
    assert answer(turned["output"]) == "x"
    assert json.loads(described["output"])["command"] == "explain"


def test_batch_prints_what_the_command_prints(run: Run) -> None:
    shapes = ["-s", "S=n,n:symmetric"]
    for form in showing(DERIVATION):
        printed = run("jacobian", "x'@S@x", "--wrt", "x", *shapes, "-f", form).output
        (reply,) = batch(run, {"expr": "x'@S@x", "wrt": "x", "shapes": {"S": "n,n symmetric"}, "format": form})
        assert _stable(reply["output"] + "\n") == _stable(printed)


def _stable(text: str) -> str:
    return "\n".join(
        line
        for line in text.splitlines()
        if not any(mark in line for mark in ("relative error", "max_relative_error", " points, "))
    )


def test_batch_ignores_blank_lines(run: Run) -> None:
    assert len(batch(run, "", {"expr": "x", "wrt": "x"}, "   ")) == 1


def test_batch_replies_at_once() -> None:
    command = [sys.executable, "-m", "mcalc", "batch"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT) as served:
        assert served.stdin is not None
        assert served.stdout is not None
        for number in range(3):
            served.stdin.write(json.dumps({"id": number, "expr": "x", "wrt": "x"}) + "\n")
            served.stdin.flush()
            assert json.loads(served.stdout.readline())["id"] == number
        served.stdin.close()
        assert served.wait(60) == 0


def test_batch_of_bytes_that_are_not_text() -> None:
    lines = b'{"id": 1, "expr": "\xff", "wrt": "x"}\n{"id": 2, "expr": "x", "wrt": "x"}\n'
    found = subprocess.run(
        [sys.executable, "-m", "mcalc", "batch"], input=lines, capture_output=True, cwd=ROOT, timeout=60
    )
    replies = [json.loads(line) for line in found.stdout.splitlines()]
    assert [(reply["id"], reply["ok"]) for reply in replies] == [(1, False), (2, True)]


@pytest.mark.parametrize("command", ["jacobian", "explain -s w=n", "shapes", "check --answer w", "eval"])
def test_a_text_that_cannot_be_read_costs_no_import_of_sympy(command: str) -> None:
    name, *options = command.split()
    words = [name, "max(0, w.x +", *options]
    program = (
        "import sys\nfrom mcalc.cli import main\n"
        f"sys.argv = ['mcalc', *{words!r}]\n"
        "try:\n    main()\nexcept SystemExit as end:\n"
        "    print(end.code, 'sympy' in sys.modules, 'numpy' in sys.modules)"
    )
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, encoding="utf-8")
    assert run.stdout.split() == ["2", "False", "False"]
    assert "never closed" in run.stderr


def test_batch_takes_the_options_of_derivations_and_of_code() -> None:
    def output(**asked: Any) -> str:
        answer = reply(json.dumps({"expr": "x'@A@x", "wrt": "x", "shapes": {"x": "n"}, "verify": False, **asked}))
        return str(answer["output"] if answer["ok"] else answer["error"]["message"])

    assert "\nA + Aᵀ\n" in output(order=2)
    assert "def hvp(" in output(command="hessian", format="numpy", product="hvp")
    assert "def value_and_gradient(" in output(command="gradient", format="numpy", with_value=True)
    assert "def matvec(" in output(command="hessian", format="numpy", structured=True)
    assert len(output(command="explain", detail="outline")) < len(output(command="explain"))
    assert output(product="jvp") == '"product" is for code.'
    assert output(order=3) == "There is no order `3`."


# The clipboard ------------------------------------------------------------------------------------------------------


@pytest.fixture
def clipboard(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A program that stands for the system's, and the file in which it keeps what it was given."""
    program, kept = tmp_path / "xclip", tmp_path / "kept"
    program.write_text(f'#!/bin/sh\n[ "$*" = "-selection clipboard" ] && cat > {kept}\n', "utf-8")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    monkeypatch.setenv("DISPLAY", ":0")
    return kept


@pytest.mark.parametrize(
    ("words", "copied"),
    [
        (("gradient", "w.x", "--wrt", "w"), "xᵀ"),
        (("gradient", "w.x", "--wrt", "w", "-s", "w=n", "-f", "latex"), "\\mathbf{x}^T"),
        (("eval", "x/3", "--at", "x=1", "-f", "ascii"), "1/3"),
        (("table", "x^2", "--vary", "x=1:2:1", "-f", "csv"), "x,value\n1.0,1.0\n2.0,4.0"),
    ],
)
def test_copy_puts_the_answer_on_the_clipboard(run: Run, clipboard: Path, words: tuple[str, ...], copied: str) -> None:
    found = run(*words, "--copy")
    assert (found.status, found.output) == (0, run(*words).output)
    assert clipboard.read_text("utf-8").splitlines()[-1] == copied.splitlines()[-1]
    assert "# " not in clipboard.read_text("utf-8")


def test_without_a_clipboard_the_answer_is_printed_and_it_is_said(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    found = run("gradient", "w.x", "--wrt", "w", "--copy")
    assert found.status == 4 and "xᵀ" in found.output and "there is no clipboard here" in found.message


@pytest.mark.parametrize("option", ["--wrt", "-f", "-s"])
def test_an_option_at_the_end_without_its_value(run: Run, option: str) -> None:
    found = run("gradient", "w.x + b", option)
    assert found.status == 2 and f"`{option}` needs a value after it" in found.message
