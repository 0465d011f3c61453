"""What people paste in another notation: an error whose hint is the whole corrected input, never another question."""

from __future__ import annotations

import pytest

from mcalc import Problem
from mcalc.ask import read
from mcalc.language import rewritten

# fmt: off
PASTED = {
    # NumPy, PyTorch, JAX
    "np.exp(x) + w.x": "exp(x) + w.x",
    "np.maximum(0, w @ x + b)": "maximum(0, w @ x + b)",
    "0.5 * np.linalg.norm(A @ x - b)**2": "0.5 * norm(A @ x - b)**2",
    "torch.nn.functional.relu(w@x + b)": "relu(w@x + b)",
    "F.relu(w @ x)": "relu(w @ x)",
    "torch.linalg.slogdet(A)[1]": "logdet(A)",
    "2*np.dot(w, x)": "2*(w@x)",
    "np.dot(w, x) + b": "w@x + b",
    "(y_hat - y).pow(2).sum()": "sum((y_hat - y)^2)",
    "(x - x.mean())/torch.sqrt(x.var(unbiased=False) + eps)": "(x - mean(x))/sqrt(var(x) + eps)",
    "X.sum(dim=1)": "sum(X, axis=1)",
    "x.dot(y)^2": "(x@y)^2",
    # Mathematica
    "Max[0, w.x + b]": "max(0, w.x + b)",
    "Exp[x]/Total[Exp[x]]": "exp(x)/sum(exp(x))",
    "Dot[a, x]^2": "(a@x)^2",
    "E^(-x^2/2)/Sqrt[2 Pi]": "exp(-x^2/2)/sqrt(2 pi)",
    # MATLAB
    "0.5*x'*A*x": "0.5*x'@A@x",
    "det(X'*X)": "det(X'@X)",
    "x*x'/(x'*x)": "x@x'/(x'@x)",
    "(y.*v)'*x": "(y*v)'@x",
    "tr(X'*A*inv(X)*B)": "tr(X'@A@inv(X)@B)",
    "(I - A)*inv(I + A)": "(I - A)@inv(I + A)",
    r"(A_0 + p*p') \ b": "inv(A_0 + p@p')@b",
    r"A\b": "inv(A)@b",
    "X.'*X": "X'@X",
    "100*(x(2) - x(1)^2)^2": "100*(x[2] - x[1]^2)^2",
    # Julia
    "sum(sin.(x) .* y)": "sum(sin(x) * y)",
    "sum(log.(1 + exp.(A*x)))": "sum(log(1 + exp(A@x)))",
    # on paper
    "x^T A x": "x'@A@x",
    "x'Ax": "x'@A@x",
    "w'Aw/(w'Bw)": "w'@A@w/(w'@B@w)",
    "x^T (A + ||x||^2 I) x / x^T x": "x'@(A + norm(x)^2*I)@x / (x'@x)",
    "log|I + X X'|": "logdet(I + X@X')",
    "|X^T X|": "det(X'@X)",
    "||A x - b||_2^2": "norm(A@x - b)^2",
    "log det(X)": "logdet(X)",
    "(tr A)^2": "(tr(A))^2",
    "sin x + cos x": "sin(x) + cos(x)",
    "log sigmoid(w.x)": "log(sigmoid(w.x))",
    "y^T X beta": "y'@X@beta",
    "(A^T A)^{-1}": "inv(A'@A)",
    "trace{(AX^TB + C)^{-1}D}": "trace(inv(A@X'@B + C)@D)",
    # LaTeX
    r"\max(0, \mathbf{w}^T \mathbf{x} + b)": "max(0, w'@x + b)",
    r"\mathbf{x}^\top A \mathbf{x}": "x'@A@x",
    r"\frac{1}{2}\|A\mathbf{x} - \mathbf{b}\|_2^2": "(1/2)*norm(A@x - b)^2",
    r"\operatorname{tr}\left(\mathbf{A}\mathbf{X}\right)": "tr(A@X)",
    r"\log\det\left(\boldsymbol{\Sigma}\right)": "logdet(Sigma)",
}
# fmt: on
OWN = (
    "w.x + b",
    "x'@A@x",
    "F.v",
    "2x'",
    "sum(x*y)",
    "x.T@A@x",
    "u = A@x; u.u",
    "X[1,2]*A",
    "F + F.v",
    "tr(A)*A'",
    "2(a + b)",
)


@pytest.mark.parametrize("pasted", PASTED)
def test_the_hint_is_the_whole_corrected_input(pasted: str) -> None:
    with pytest.raises(Problem) as raised:
        read(pasted)
    assert raised.value.status == 2
    assert f"write `{PASTED[pasted]}`" in raised.value.hint
    assert raised.value.spans, "the place is marked"


@pytest.mark.parametrize("text", OWN)
def test_the_own_notation_is_left_alone(text: str) -> None:
    assert rewritten(text, {}) == (text, [])


@pytest.mark.parametrize("pasted", PASTED)
def test_what_was_corrected_needs_no_correction(pasted: str) -> None:
    assert not [slip for slip in rewritten(PASTED[pasted], {})[1] if slip.certain]


def test_a_declared_name_is_no_prefix() -> None:
    assert "np" in read("np.exp(x)", {"np": "n", "x": "n"}).names
    assert "Max" in read("Max[1, 2]", {"Max": "m,n"}).names
    assert "v" in read("v.sum(A, axis=0)", {"v": "n", "A": "m,n"}).names


def test_declared_matrices_may_be_multiplied_element_by_element() -> None:
    assert read("A*B'", {"A": "n,n", "B": "n,n"}).value.shape == read("A", {"A": "n,n"}).value.shape
    with pytest.raises(Problem):
        read("A*B'", {"A": "n,n"})


def test_a_product_that_could_be_two_is_not_guessed() -> None:
    for text in ("1/N sum(x)", "1/2 x'x", "|x| + 1", "x y"):
        with pytest.raises(Problem) as raised:
            read(text)
        assert raised.value.hint.count("write `") >= 1


@pytest.mark.parametrize("text", [r"\weird x", r"\log_2 x", r"\hat{y} - y", r"\nabla f", r"a + \foo"])
def test_a_latex_command_that_is_no_word_of_mcalc_is_not_made_a_name(text: str) -> None:
    assert rewritten(text, {})[0] == text
    with pytest.raises(Problem) as raised:
        read(text)
    for word in ("weird", "log_2", "nabla", "foo", "`hat"):
        assert word not in raised.value.hint
