"""``--scipy``: a matrix is factored once, by Cholesky where it is positive definite."""

from __future__ import annotations

import numpy as np
import pytest
from running import mcalc as command

import mcalc
from mcalc import Problem
from mcalc.code import Wanted, functions
from mcalc.code import write_code as write

SYSTEMS = [
    ("a'@inv(X)@b", "X", {}, {"lu_factor": 1, "trans=1": 1}),
    ("a'@inv(X)@b", "X", {"X": "n,n:psd"}, {"cho_factor": 1, "cho_solve": 2}),
    ("a'@inv(X)@b", "a", {"a": "n"}, {"factor": 0, "np.linalg.solve": 1}),
    ("logdet(S) + x'@inv(S)@x", "S", {"S": "n,n:psd"}, {"cho_factor": 1, "potri": 1, "np.eye": 0}),
    ("logdet(S) + x'@inv(S)@x", "S", {"S": "n,n:symmetric"}, {"cho_factor": 0, "potri": 0}),
    ("logdet(K + s*I) + y'@inv(K + s*I)@y", "y", {"K": "n,n:psd", "s": "scalar:positive"}, {"cho_factor": 1}),
    ("logdet(K + s*I) + y'@inv(K + s*I)@y", "s", {"K": "n,n", "s": "scalar"}, {"cho_factor": 0}),
    ("logdet(X)*(a'@inv(X)@b)", "a", {"a": "n"}, {"lu_factor": 1, "slogdet": 0}),
]


@pytest.mark.parametrize(("text", "wrt", "shapes", "counts"), SYSTEMS)
def test_a_matrix_is_factored_once(text: str, wrt: str, shapes: dict[str, str], counts: dict[str, int]) -> None:
    pytest.importorskip("scipy", reason="scipy is not installed")
    derivation = mcalc.gradient(text, wrt, shapes)
    code = write(derivation, "numpy", Wanted(scipy=True))  # its own check runs it
    assert {part: code.count(part) for part in counts} == counts
    rng, given = np.random.default_rng(0), {}
    for name, node in derivation.reading.names.items():
        shape = (4,) * len(node.shape)
        given[name] = rng.normal(size=shape) if shape else 0.7
        if len(shape) == 2:
            given[name] = given[name] @ given[name].T + np.eye(4)
    plain = functions(write(derivation, "numpy"), "numpy")["gradient"](**given)
    np.testing.assert_allclose(functions(code, "scipy")["gradient"](**given), plain, rtol=1e-9)


def test_an_inverse_is_made_of_the_triangle_of_cholesky_in_the_numbers_that_are_given() -> None:
    pytest.importorskip("scipy", reason="scipy is not installed")
    code = write(mcalc.gradient("logdet(S)", "S", {"S": "n,n:psd"}), "numpy", Wanted(scipy=True))
    root = np.random.default_rng(1).normal(size=(5, 5))
    for dtype, close in ((np.float64, 1e-12), (np.float32, 1e-4)):
        matrix = (root @ root.T + np.eye(5)).astype(dtype)
        found = functions(code, "scipy")["gradient"](matrix)
        assert found.dtype == dtype
        np.testing.assert_allclose(found, np.linalg.inv(matrix), rtol=close, atol=close)


def test_the_error_function_is_of_scipy(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    words = ("gradient", "sum(x*erf(x))", "--wrt", "x", "-s", "x=n", "-f", "numpy", "--scipy")
    printed, _, status = command(*words, capsys=capsys, monkeypatch=monkeypatch)
    assert (status, "scipy.special.erf(x)" in printed, "vectorize" in printed) == (0, True, False)


def test_scipy_stands_beside_numpy(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    words = ("gradient", "w.x", "--wrt", "w", "-f", "jax", "--scipy")
    _, told, status = command(*words, capsys=capsys, monkeypatch=monkeypatch)
    assert (status, "--scipy goes with -f numpy" in told) == (2, True)
    with pytest.raises(Problem):
        write(mcalc.gradient("w.x", "w", None), "torch", Wanted(scipy=True))
