"""Code made ready for an optimizer and for automatic differentiation does what it is ready for."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from running import mcalc as command
from test_libraries import library_of

MINIMIZED: list[tuple[str, str, dict[str, str], dict[str, tuple[int, ...]]]] = [
    ("norm(A@x - b)^2", "x", {"A": "m,n", "x": "n", "b": "m"}, {"A": (5, 3), "b": (5,), "x": (3,)}),
    ("norm(U@V' - T)^2 + norm(U)^2", "U", {"U": "m,k", "V": "n,k", "T": "m,n"},
     {"U": (4, 2), "V": (3, 2), "T": (4, 3)}),
    ("norm(x - s*y)^2 + exp(s)", "s", {"x": "n", "y": "n", "s": "scalar"}, {"x": (3,), "y": (3,), "s": ()}),
    ("sum(log(1 + exp(-y[i]*(w.X[i]))) for i in 1..N) + norm(w)^2", "w", {"X": "N,n", "w": "n", "y": "N"},
     {"X": (6, 3), "w": (3,), "y": (6,)}),
    ("tr(S@X@X') + norm(X - I)^2", "X", {"S": "n,n psd", "X": "n,n"}, {"S": (3, 3), "X": (3, 3)}),
]  # fmt: skip
WRAPPED: list[tuple[str, str, dict[str, str]]] = [
    ("sum((V@tanh(W@x + b) - y)^2)", "W,b", {"V": "k,m", "W": "m,n", "x": "n", "b": "m", "y": "k"}),
    ("softmax(A@x)", "x", {"A": "m,n", "x": "n"}),
    ("x^3", "x", {"x": "n"}),
    ("sum(log(1 + exp(-y[i]*(w.X[i]))) for i in 1..N)*c", "w,c", {"X": "N,n", "w": "n", "y": "N", "c": "scalar"}),
    ("logdet(A)", "A", {"A": "n,n"}),
]


def emitted(asked: list[str], shapes: dict[str, str], capsys: Any, monkeypatch: Any, folder: Path) -> Path:
    given = [part for name, shape in shapes.items() for part in ("-s", f"{name}={shape}")]
    out, told, status = command(*asked, *given, capsys=capsys, monkeypatch=monkeypatch)
    assert status == 0, told
    file = folder / "written.py"
    file.write_text(out, "utf-8")
    return file


def imported(file: Path) -> ModuleType:
    specification = importlib.util.spec_from_file_location("written", file)
    assert specification is not None and specification.loader is not None
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


@pytest.mark.parametrize("asked", ["gradient", "hessian"])
@pytest.mark.parametrize(("text", "wrt", "shapes", "sizes"), MINIMIZED, ids=[row[0] for row in MINIMIZED])
def test_minimize(
    text: str,
    wrt: str,
    shapes: dict[str, str],
    sizes: dict[str, tuple[int, ...]],
    asked: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    optimize = pytest.importorskip("scipy.optimize")
    words = [asked, text, "--wrt", wrt, "-f", "numpy", "--wrap", "minimize"]
    written = imported(emitted(words, shapes, capsys, monkeypatch, tmp_path))
    random = np.random.default_rng(2)
    values = {name: random.normal(size=shape) for name, shape in sizes.items()}
    if "psd" in shapes.get("S", ""):
        values["S"] = values["S"] @ values["S"].T
    start = np.atleast_1d(values.pop(wrt)).ravel()
    names = written.fun.__code__.co_varnames[1 : written.fun.__code__.co_argcount]
    rest = tuple(values[name] for name in names)
    options: dict[str, Any] = {"jac": written.jac, "method": "BFGS"}
    if asked == "hessian":
        options |= {"hess": written.hess, "method": "trust-exact"}
        assert written.hess(start, *rest).shape == (start.size, start.size)
        slopes = optimize.approx_fprime(start, written.jac, 1e-7, *rest).reshape(start.size, start.size)
        np.testing.assert_allclose(written.hess(start, *rest), slopes, rtol=1e-4, atol=1e-4)
    assert optimize.check_grad(written.fun, written.jac, start, *rest) < 1e-4
    found = optimize.minimize(written.fun, start, args=rest, **options)
    assert np.abs(written.jac(found.x, *rest)).max() < 1e-4


@pytest.mark.slow
@pytest.mark.parametrize(("text", "wrt", "shapes"), WRAPPED, ids=[row[0] for row in WRAPPED])
def test_torch_checks_itself(
    text: str,
    wrt: str,
    shapes: dict[str, str],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    pytest.importorskip("torch")
    words = ["jacobian", text, "--wrt", wrt, "-f", "torch", "--wrap", "autograd"]
    file = emitted(words, shapes, capsys, monkeypatch, tmp_path)
    assert "gradcheck(Value.apply" in file.read_text("utf-8")
    done = subprocess.run([sys.executable, file], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.slow
@pytest.mark.parametrize(("text", "wrt", "shapes"), WRAPPED, ids=[row[0] for row in WRAPPED])
def test_jax_differentiates_by_it(
    text: str,
    wrt: str,
    shapes: dict[str, str],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    array = library_of("jax")
    import jax

    words = ["jacobian", text, "--wrt", wrt, "-f", "jax", "--wrap", "autograd"]
    written = imported(emitted(words, shapes, capsys, monkeypatch, tmp_path))
    names = written.value.__code__.co_varnames[: written.value.__code__.co_argcount]
    sizes = {"n": 3, "m": 4, "k": 2, "N": 5}
    random = np.random.default_rng(3)
    given = []
    for name in names:
        shape = [] if shapes[name] == "scalar" else [sizes[size] for size in shapes[name].split(",")]
        given.append(array(random.normal(size=shape) + (2 * np.eye(3) if shape == [3, 3] else 0)))
    for at in (names.index(name) for name in wrt.split(",")):
        ours = jax.jacrev(written.differentiable, at)(*given)
        np.testing.assert_allclose(ours, jax.jacrev(written.value, at)(*given), rtol=1e-8, atol=1e-10)
        jax.jit(jax.jacrev(written.differentiable, at))(*given)


REFUSED = [
    (("gradient", "x.x", "-f", "jax", "--wrap", "minimize"), "takes functions of NumPy", "-f numpy"),
    (("gradient", "x.x", "-f", "numpy", "--wrap", "autograd"), "NumPy has no automatic", "-f torch"),
    (("jacobian", "x^2", "-s", "x=n", "-f", "numpy", "--wrap", "minimize"), "takes a scalar", "a sum"),
    (("gradient", "x.y", "--wrt", "x,y", "-f", "numpy", "--wrap", "minimize"), "one variable", "one name"),
    (("hessian", "x.x", "-f", "torch", "--wrap", "autograd"), "first derivative", "mcalc gradient"),
    (("gradient", "x.x", "--wrap", "minimize"), "--wrap minimize is for code", "-f numpy"),
    (("gradient", "x.x", "-f", "numpy", "--wrap", "minimize", "--with-value"), "stands without", ""),
]


@pytest.mark.parametrize(("asked", "message", "hint"), REFUSED, ids=[" ".join(row[0]) for row in REFUSED])
def test_refused(
    asked: tuple[str, ...],
    message: str,
    hint: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    out, told, status = command(*asked, capsys=capsys, monkeypatch=monkeypatch)
    assert (out, status) == ("", 2) and message in told and hint in told
