"""``check --backward``: a function of the user's own file against the derivative, and how it is wrong."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from textwrap import dedent

import pytest

from mcalc.cli import main

GRADIENTS = """
    import numpy as np

    def neuron(w, x, b):
        print("printing is no answer")
        return x * (w @ x + b > 0)

    def without_condition(w, x, b):
        return x

    def least_squares(X, w, y):
        return 2 * X.T @ (X @ w - y)

    def half(X, w, y):
        return X.T @ (X @ w - y)

    def turned_sign(X, w, y):
        return 2 * X.T @ (y - X @ w)

    def from_above(W, x, b, g):
        slope = g * (1 - np.tanh(W @ x + b) ** 2)
        return np.outer(slope, x), slope

    def without_chain(W, x, b, g):
        return np.outer(g, x), g

    def jacobian(W, x):
        return np.diag(1 - np.tanh(W @ x) ** 2) @ W

    def transposed(W, x):
        return jacobian(W, x).T

    def with_size(x, n):
        return np.ones(n) / n

    def single(X, w, y):
        X, w, y = (a.astype(np.float32) for a in (X, w, y))
        return 2 * X.T @ (X @ w - y)

    def unstable(x):
        return np.exp(9 * x) / (1 + np.exp(9 * x))

    def raises(w, x, b):
        return w @ np.ones(99)

    def of_another_shape(w, x, b):
        return np.ones((4, 2))

    def of_another_name(w, q):
        return w

    def curvature(x, A):
        return A + A.T
"""
RIGHT = [
    ("max(0, w.x + b)", "w", "neuron", ""),
    ("norm(X@w - y)^2", "w", "least_squares", ""),
    ("norm(X@w - y)^2", "w", "single", "32 bits"),
    ("tanh(W@x + b)", "W,b", "from_above", "from above"),
    ("tanh(W@x)", "x", "jacobian", ""),
    ("tanh(W@x)", "x", "transposed", "denominator layout"),
    ("mean(x)", "x", "with_size", ""),
    ("sum(softplus(9x))/9", "x", "unstable", "not stable"),
]
WRONG = [
    ("max(0, w.x + b)", "w", "without_condition", "missing-mask"),
    ("norm(X@w - y)^2", "w", "half", "factor"),
    ("norm(X@w - y)^2", "w", "turned_sign", "sign"),
    ("tanh(W@x + b)", "W,b", "without_chain", "chain"),
    ("max(0, w.x + b)", "w", "of_another_shape", "shape"),
]
REFUSED = [
    ("raises", "ValueError"),
    ("of_another_name", "`q`, which is no name"),
    ("neurons", "did you mean `neuron`?"),
]


@pytest.fixture
def place(tmp_path: Path) -> Path:
    file = tmp_path / "gradients.py"
    file.write_text(dedent(GRADIENTS))
    return file


@pytest.fixture
def checked(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str, str]]:
    def run(*words: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["mcalc", "check", *words])
        status = 0
        try:
            main()
        except SystemExit as end:
            status = int(end.code or 0)
        out, err = capsys.readouterr()
        return status, out, err

    return run


@pytest.mark.parametrize(("text", "wrt", "name", "said"), RIGHT)
def test_functions_that_compute_the_derivative(
    text: str, wrt: str, name: str, said: str, place: Path, checked: Callable[..., tuple[int, str, str]]
) -> None:
    status, out, _ = checked(text, "-w", wrt, "-s", "x=n", "--backward", f"{place}:{name}")
    assert (status, out[:7]) == (0, "✓ Right")
    assert said in out
    assert "✗" not in out


@pytest.mark.parametrize(("text", "wrt", "name", "finding"), WRONG)
def test_what_is_wrong_with_a_function(
    text: str, wrt: str, name: str, finding: str, place: Path, checked: Callable[..., tuple[int, str, str]]
) -> None:
    status, out, _ = checked(text, "-w", wrt, "--backward", f"{place}:{name}", "-f", "json")
    assert (status, json.loads(out)["finding"]) == (1, finding)


@pytest.mark.parametrize(("name", "said"), REFUSED)
def test_functions_that_cannot_be_asked(
    name: str, said: str, place: Path, checked: Callable[..., tuple[int, str, str]]
) -> None:
    status, _, err = checked("max(0, w.x + b)", "-w", "w", "--backward", f"{place}:{name}")
    assert (status, said in err) == (2, True), err


def test_a_second_derivative_and_a_layout(place: Path, checked: Callable[..., tuple[int, str, str]]) -> None:
    assert checked("x'@A@x", "-w", "x", "--order", "2", "--backward", f"{place}:curvature")[0] == 0
    assert checked("tanh(W@x)", "-w", "x", "--layout", "paper", "--backward", f"{place}:transposed")[0] == 1


def test_an_answer_or_a_function_but_not_both(place: Path, checked: Callable[..., tuple[int, str, str]]) -> None:
    assert checked("w.x", "-w", "w")[0] == 2
    assert checked("w.x", "-w", "w", "--answer", "x", "--backward", f"{place}:neuron")[0] == 2


@pytest.mark.slow
def test_functions_of_torch_and_their_own_backward(
    tmp_path: Path, checked: Callable[..., tuple[int, str, str]]
) -> None:
    pytest.importorskip("torch", reason="torch is not installed")
    file = tmp_path / "functions.py"
    file.write_text(
        dedent("""
            import torch

            class Tanh(torch.autograd.Function):
                @staticmethod
                def forward(ctx, W, x):
                    y = torch.tanh(W @ x)
                    ctx.save_for_backward(W, x, y)
                    return y

                @staticmethod
                def backward(ctx, g):
                    W, x, y = ctx.saved_tensors
                    return torch.outer(g * (1 - y * y), x), W.T @ (g * (1 - y * y))

            class WithoutChain(Tanh):
                @staticmethod
                def backward(ctx, g):
                    W, x, y = ctx.saved_tensors
                    return torch.outer(g, x), W.T @ g
        """)
    )
    assert checked("tanh(W@x)", "-w", "W,x", "--backward", f"{file}:Tanh")[0] == 0
    status, out, _ = checked("tanh(W@x)", "-w", "W,x", "--backward", f"{file}:WithoutChain")
    assert (status, "chain rule is not carried through" in out) == (1, True)
    status, out, _ = checked("exp(W@x)", "-w", "W", "--backward", f"{file}:Tanh")
    assert (status, "forward computes another value" in out) == (1, True)


@pytest.mark.slow
def test_a_custom_vjp_of_jax(tmp_path: Path, checked: Callable[..., tuple[int, str, str]]) -> None:
    pytest.importorskip("jax", reason="jax is not installed")
    file = tmp_path / "functions.py"
    file.write_text(
        dedent("""
            import jax
            import jax.numpy as jnp

            @jax.custom_vjp
            def softplus(x):
                return jnp.logaddexp(x, 0.0)

            softplus.defvjp(lambda x: (softplus(x), x), lambda x, g: (g * jax.nn.sigmoid(x),))
        """)
    )
    assert checked("softplus(x)", "-w", "x", "-s", "x=n", "--backward", f"{file}:softplus")[0] == 0
