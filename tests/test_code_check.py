"""Emitted code is run before it is shown; what mcalc never emits is not run at all."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from cases_at_points import CORPUS
from running import mcalc as command

import mcalc
from mcalc import Problem
from mcalc.code import TARGETS, Forbidden, emitted, functions
from mcalc.derivation import Verified

Damage = Callable[[str], str]
DAMAGED: dict[str, tuple[str, Damage, str]] = {
    "a sign": ("x'@A@x", lambda text: text.replace("return ", "return -"), "differs from the answer"),
    "a transpose": ("x'@A@x", lambda text: text.replace("A @ x", "A.T @ x"), "differs from the answer"),
    "a shape": ("x'@A@x", lambda text: text.replace("return ", "return np.eye(2) + 0 * "), "could not be broadcast"),
    "one axis more": ("x'@A@x", lambda text: re.sub("return (.*)", r"return (\1)[None]", text), "has the shape"),
    "a name": ("x'@A@x", lambda text: text.replace("return ", "return y + "), "NameError"),
    "a division by 0": ("x'@A@x", lambda text: text.replace("return ", "return x[0] * 0 / 0 + "), "finite|division"),
    "a second library": ("x'@A@x", lambda text: text.replace("import numpy", "import os, numpy"), "it imports os"),
}


@pytest.mark.parametrize(("text", "damage", "told"), DAMAGED.values(), ids=DAMAGED)
def test_wrong_code_is_not_shown(text: str, damage: Damage, told: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mcalc.code.derivative.module", lambda *arguments: damage(emitted(*arguments)))
    derivation = mcalc.gradient(text, "x", {"A": "n,n", "x": "n"})
    for shown in (lambda: derivation.write("numpy"), derivation.function):
        with pytest.raises(Problem, match=f"^The code failed its own check: .*({told})") as caught:
            shown()
        assert caught.value.status == 1
    unchecked = mcalc.gradient(text, "x", {"A": "n,n", "x": "n"}, verify=False)
    assert "def gradient(x, A):" in unchecked.write("numpy")


def test_the_status_and_the_choice(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    wrong = lambda *arguments: emitted(*arguments).replace("return ", "return 2 * ")
    monkeypatch.setattr("mcalc.code.derivative.module", wrong)
    asked = ("gradient", "w.x", "--wrt", "w", "-f", "jax")
    out, told, status = command(*asked, capsys=capsys, monkeypatch=monkeypatch)
    assert (out, status) == ("", 1)
    assert told.startswith("error: The code failed its own check")
    out, told, status = command(*asked, "--no-verify", capsys=capsys, monkeypatch=monkeypatch)
    assert "return 2 * x" in out and status == 0
    assert told == "note: w: n, x: n (assumed; declare with -s NAME=SHAPE)\n"


NEVER = [
    "import os",
    "import numpy.ctypeslib",
    "from math import sqrt",
    "open('x')",
    "eval('1')",
    "np.load('/etc/passwd')",
    "().__class__",
    "np.__builtins__",
    "x = __import__",
    "x.tofile",
    "(lambda: 0)()",
    "while True: pass",
    "class A: pass",
    "exec('')",
    "np = [1]",
    "def np(): return 1",
    "def f(np): return np.tofile(1)",
    "def f(x): return sum(np.tofile(1) for np in x)",
]


@pytest.mark.parametrize("line", NEVER)
def test_what_mcalc_never_emits_is_not_run(line: str) -> None:
    assert functions("import numpy as np\n\n\ndef f(x):\n    return np.sum(x)\n", "numpy")["f"](np.ones(3)) == 3
    with pytest.raises(Forbidden):
        functions(f"import numpy as np\n{line}\n", "numpy")


@pytest.mark.parametrize("case", CORPUS, ids=lambda case: case["id"])
def test_no_right_code_is_refused(case: dict[str, Any]) -> None:
    command = "hessian" if case["kind"] == "hessian" else "jacobian"
    derivation = getattr(mcalc, command)(case["expr"], case["wrt"], case["shapes"])
    lines = [line for line in derivation.write("numpy").splitlines() if not line.startswith("#")]
    assert lines[0].startswith("import ")


REUSED = [
    ("sum(logsumexp(-W,axis=0)^2)", {"W": "n,n"}),
    ("sum(logsumexp(-W,axis=0)^2)", {"W": "m,n"}),
    ("sum(softmax(-W,axis=0)*log_softmax(-W,axis=0))", {"W": "m,n"}),
    ("vec(-W).vec(-W*B)", {"W": "m,n", "B": "m,n"}),
    ("tr(-W@A)*sum(-W)", {"W": "m,n", "A": "n,m"}),
    ("sum(W @ logsumexp(-2W, axis=0))", {"W": "m,n"}),
    ("mean(X)", {"X": "n,n"}),
    ("var(kron(X, X))", {"X": "n,k"}),
    ("mean(vec(kron(X, y)))^2*n/k", {"X": "n,n", "y": "k"}),
    ("sum(X)/(n^2 - k*n)", {"X": "n,k"}),
    ("sum(X)/exp(sum(i for i in 1..m))", {"X": "n,k"}),
    ("sum(X)/log(1 + sum(sum(i*j for i in 1..m)^2/m for j in 1..m))", {"X": "n,k"}),
]


@pytest.mark.parametrize("library", TARGETS)
@pytest.mark.parametrize(("text", "shapes"), REUSED, ids=lambda row: str(row))
def test_code_is_right_and_shown(text: str, shapes: dict[str, str], library: str) -> None:
    if library != "numpy":
        pytest.importorskip(library, reason=f"{TARGETS[library].title} is not installed")
    for order in ("jacobian", "hessian"):
        derivation = getattr(mcalc, order)(text, next(iter(shapes)), shapes, verify=False)
        derivation.verified = Verified(1, 0.0)
        derivation.write(library)


@pytest.mark.parametrize("library", TARGETS)
def test_a_singular_matrix_is_no_fault(library: str) -> None:
    """There is no point to run it at; it is shown, and said not to be checked."""
    if library != "numpy":
        pytest.importorskip(library, reason=f"{TARGETS[library].title} is not installed")
    derivation = mcalc.jacobian("inv(ones(n,n))@x", "x", {"x": "n"})
    assert derivation.verified is not None and derivation.verified.points == 0
    assert "linalg.inv" in derivation.write(library)


@pytest.mark.parametrize("text", ["max(inv(W))", "norminf(inv(W))", "-min(3*inv(W))"])
def test_entries_that_are_equal_by_symmetry_share_the_derivative(text: str) -> None:
    """Of two mirrored entries rounding makes one the larger; the function that is shown makes them equal first."""
    run = mcalc.gradient(text, "W", {"W": "n,n:symmetric"}).function("numpy")
    generator = np.random.default_rng(1)
    for _ in range(20):
        half = generator.uniform(-1, 1, (4, 4))
        found = run(half + half.T)
        assert np.allclose(found, found.T)
