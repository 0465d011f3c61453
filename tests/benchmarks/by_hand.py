"""Derivatives as a good engineer writes them in NumPy, each with the question that mcalc is asked."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

Arrays = Mapping[str, Any]
SQUARE = "A: n,n"


@dataclass(frozen=True)
class Row:
    """A derivative: its title, the question, the sizes, and the function of the same arguments by hand.

    `made` changes arrays that are drawn from a normal distribution, as a matrix must be positive definite.
    """

    title: str
    text: str
    wrt: str
    command: str
    shapes: Mapping[str, str]
    sizes: Mapping[str, int]
    hand: Callable[..., Any]
    made: Mapping[str, Callable[[Any], Any]] = field(default_factory=dict)


def softmax(a: Any) -> Any:
    a = np.exp(a - a.max(axis=-1, keepdims=True))
    a /= a.sum(axis=-1, keepdims=True)
    return a


def logistic_hessian(X: Any, w: Any, y: Any) -> Any:
    p = 1 / (1 + np.exp(-y * (X @ w)))
    Z = np.sqrt(y * y * p * (1 - p))[:, None] * X
    return Z.T @ Z


def filled(U: Any, V: Any, T: Any) -> Any:
    n, k = U.shape
    H = np.zeros((n, k, n, k))
    np.einsum("ikil->ikl", H)[:] = 2 * (V.T @ V)
    return H


def tanh_jacobian(W: Any, x: Any, b: Any) -> Any:
    t = np.tanh(W @ x + b)
    return (1 - t * t)[:, None] * W


def layer_norm_jacobian(x: Any, eps: Any) -> Any:
    n = len(x)
    c = x - x.mean()
    s = np.sqrt(c @ c / n + eps)
    J = np.outer(c / (-n * s**3), c)
    J -= 1 / (n * s)
    J[np.arange(n), np.arange(n)] += 1 / s
    return J


def layer_norm_gradient(g: Any, x: Any, eps: Any) -> Any:
    c = x - x.mean()
    s = np.sqrt(c @ c / len(x) + eps)
    return (g - g.mean() - c * (g @ c / (len(x) * s * s))) / s


def log_sum_exp_hessian(A: Any, x: Any) -> Any:
    p = softmax(A @ x)
    Z = np.sqrt(p)[:, None] * A
    g = p @ A
    H = Z.T @ Z
    H -= np.outer(g, g)
    return H


def two_layers_hessian(W2: Any, W1: Any, x: Any) -> Any:
    h = np.tanh(W1 @ x)
    d = 1 - h * h
    o = np.tanh(W2 @ h)
    e = 1 - o * o
    B = (W2 * d) @ W1
    H = B.T @ ((2 * e * (e - 2 * o * o))[:, None] * B)
    H += W1.T @ ((-2 * h * d * ((2 * o * e) @ W2))[:, None] * W1)
    return H


def relu_hessian(x: Any, y: Any, **weights: Any) -> Any:
    W1, *inner, W10 = (weights[f"W{k}"] for k in range(1, 11))
    z = W1 @ x
    mask, h = z > 0, np.maximum(z, 0)
    B = None
    for W in inner:
        z = W @ h
        B = W if B is None else W @ B
        B = B * (z > 0)[:, None]
        h = np.maximum(z, 0)
    B = (W10 @ B) * mask
    p = softmax(W10 @ h)
    S = np.diag(p) - np.outer(p, p)
    M = B.T @ (S * y.sum()) @ B
    return np.multiply.outer(M, np.outer(x, x)).transpose(0, 2, 1, 3)


def process_gradient(y: Any, K: Any, s: Any) -> Any:
    inverse = np.linalg.inv(K + s * s * np.eye(len(y)))
    a = inverse @ y
    return s * (np.trace(inverse) - a @ a)


def gaussian_gradient(x: Any, m: Any, S: Any) -> Any:
    c = x - m
    a = np.linalg.solve(S, c)
    return -np.exp(-c @ a / 2) / np.sqrt(np.linalg.det(S)) * a


def cross_entropy(Y: Any, X: Any, W: Any) -> Any:
    P = softmax(X @ W.T)
    P *= Y.sum(axis=1)[:, None]
    P -= Y
    return P.T @ X


def neuron(y: Any, w: Any, X: Any, b: Any) -> Any:
    z = X @ w + b
    return -2 * ((y - np.maximum(z, 0)) * (z > 0)) @ X


def net(W2: Any, W1: Any, X: Any, Y: Any) -> Any:
    H = np.tanh(X @ W1.T)
    G = ((H @ W2.T - Y) @ (2 * W2)) * (1 - H * H)
    return G.T @ X


def attention(Q: Any, K: Any, V: Any) -> Any:
    P = softmax(Q @ K.T)
    G = (2 * (P @ V)) @ V.T
    G -= np.einsum("ij,ij->i", G, P)[:, None]
    G *= P
    return G @ K


def softmax_jacobian(x: Any) -> Any:
    p = softmax(x)
    J = np.outer(-p, p)
    J[np.arange(len(p)), np.arange(len(p))] += p
    return J


def normalized_jacobian(x: Any) -> Any:
    n = np.sqrt(x @ x)
    J = np.outer(x / -(n**3), x)
    J[np.arange(len(x)), np.arange(len(x))] += 1 / n
    return J


def pairwise(X: Any) -> Any:
    D = X[:, None] - X[None]
    K = np.exp(-np.einsum("ijk,ijk->ij", D, D))
    return 4 * (K @ X - K.sum(axis=1)[:, None] * X)


RELU = "; ".join(["h1 = relu(W1@x)", *(f"h{k} = relu(W{k}@h{k - 1})" for k in range(2, 10)), "-y.log_softmax(W10@h9)"])
WEIGHTS = {f"W{k}": "n,n" for k in range(1, 11)}


def positive(a: Any) -> Any:
    return a @ a.T / len(a) + np.eye(len(a))


def near_one(a: Any) -> Any:
    return np.eye(len(a)) + 0.1 * positive(a) / len(a)


def labels(a: Any) -> Any:
    return np.sign(a)


def small(a: Any) -> Any:
    return a / np.sqrt(a.shape[-1])


ROWS = [
    Row("x'Ax", "x'@A@x", "x", "hessian", {"A": "n,n", "x": "n"}, {"n": 1000}, lambda x, A: A + A.T),
    Row("x'Ax", "x'@A@x", "x", "gradient", {"A": "n,n", "x": "n"}, {"n": 2000}, lambda x, A: A @ x + x @ A),
    Row(
        "logistic loss", "sum(log(1 + exp(-y*(X@w))))", "w", "hessian", {"X": "N,n", "w": "n", "y": "N"},
        {"N": 2000, "n": 1000}, lambda y, X, w: logistic_hessian(X, w, y), {"y": labels, "X": small},
    ),
    Row(
        "factorization by U", "norm(U@V' - T)^2", "U", "hessian", {"U": "n,k", "V": "m,k", "T": "n,m"},
        {"n": 200, "m": 200, "k": 10}, filled,
    ),
    Row(
        "factorization by U", "norm(U@V' - T)^2", "U", "gradient", {"U": "n,k", "V": "m,k", "T": "n,m"},
        {"n": 2000, "m": 2000, "k": 20}, lambda U, V, T: 2 * (U @ (V.T @ V) - T @ V),
    ),
    Row("10 layers of ReLU by W1", RELU, "W1", "hessian", {**WEIGHTS, "x": "n", "y": "n"}, {"n": 48}, relu_hessian,
        dict.fromkeys(WEIGHTS, lambda a: 1.5 * small(a))),
    Row("layer of tanh", "tanh(W@x + b)", "x", "jacobian", {"W": "m,n", "x": "n", "b": "m"}, {"m": 1000, "n": 1000},
        tanh_jacobian, {"W": small}),
    Row("layer norm", "(x - mean(x))/sqrt(var(x) + eps)", "x", "jacobian", {"x": "n", "eps": "scalar"}, {"n": 1000},
        layer_norm_jacobian, {"eps": abs}),
    Row("layer norm", "g.((x - mean(x))/sqrt(var(x) + eps))", "x", "gradient", {"x": "n", "g": "n", "eps": "scalar"},
        {"n": 100_000}, layer_norm_gradient, {"eps": abs}),
    Row("softmax", "softmax(x)", "x", "jacobian", {"x": "n"}, {"n": 2000}, softmax_jacobian),
    Row("x/norm(x)", "x/norm(x)", "x", "jacobian", {"x": "n"}, {"n": 1000}, normalized_jacobian),
    Row("log-sum-exp of A@x", "log(sum(exp(A@x)))", "x", "hessian", {"A": "m,n", "x": "n"}, {"m": 1000, "n": 1000},
        log_sum_exp_hessian, {"A": small}),
    Row("two layers of tanh", "sum(tanh(W2@tanh(W1@x))^2)", "x", "hessian", {"W2": "k,m", "W1": "m,n", "x": "n"},
        {"k": 500, "m": 500, "n": 500}, two_layers_hessian, {"W2": small, "W1": small}),
    Row("Gaussian process by s", "y'@inv(K + s^2*eye(n))@y/2 + logdet(K + s^2*eye(n))/2", "s", "gradient",
        {"K": "n,n psd", "y": "n", "s": "scalar"}, {"n": 1000}, process_gradient, {"K": positive}),
    Row("a'X^-1 b", "a'@inv(X)@b", "X", "gradient", {"X": "n,n", "a": "n", "b": "n"}, {"n": 1000},
        lambda a, X, b: np.outer(-np.linalg.solve(X.T, a), np.linalg.solve(X, b)), {"X": positive}),
    Row("Gaussian by x", "exp(-(x - m)'@inv(S)@(x - m)/2)/sqrt(det(S))", "x", "gradient",
        {"S": "n,n psd", "x": "n", "m": "n"}, {"n": 1000}, gaussian_gradient,
        {"S": near_one, "x": lambda a: a / 100, "m": lambda a: a / 100}),
    Row("logdet", "logdet(A)", "A", "gradient", {"A": "n,n"}, {"n": 1000}, lambda A: np.linalg.inv(A).T,
        {"A": positive}),
    Row("tr(A@X)^2", "tr(A@X)^2", "X", "gradient", {"A": "n,n", "X": "n,n"}, {"n": 1000},
        lambda A, X: 2 * np.einsum("ij,ji->", A, X) * A.T),
    Row("cross-entropy", "-sum(Y*log_softmax(X@W'))", "W", "gradient", {"X": "N,n", "Y": "N,k", "W": "k,n"},
        {"N": 10_000, "n": 50, "k": 10}, cross_entropy),
    Row("attention by Q", "sum((softmax(Q@K')@V)^2)", "Q", "gradient", {"Q": "m,n", "K": "k,n", "V": "k,n"},
        {"m": 1000, "k": 1000, "n": 64}, attention, {"Q": small, "K": small}),
    Row("data: cross-entropy", "-sum(Y[i].log_softmax(W@X[i]) for i in 1..N)", "W", "gradient",
        {"X": "N,n", "Y": "N,k", "W": "k,n"}, {"N": 10_000, "n": 50, "k": 10},
        lambda Y, W, X: cross_entropy(Y, X, W)),
    Row("data: least squares", "sum((w.X[i] - y[i])^2 for i in 1..N)", "w", "gradient",
        {"X": "N,n", "w": "n", "y": "N"}, {"N": 10_000, "n": 50}, lambda w, X, y: 2 * ((X @ w - y) @ X)),
    Row("data: neuron", "sum((y[i] - max(0, w.X[i] + b))^2 for i in 1..N)", "w", "gradient",
        {"X": "N,n", "w": "n", "y": "N", "b": "scalar"}, {"N": 10_000, "n": 50}, neuron),
    Row("data: net by W1", "sum(norm(W2@tanh(W1@X[i]) - Y[i])^2 for i in 1..N)", "W1", "gradient",
        {"X": "N,n", "W2": "k,m", "W1": "m,n", "Y": "N,k"}, {"N": 5000, "n": 50, "m": 50, "k": 10}, net,
        {"W1": small, "W2": small}),
    Row("data: logistic loss", "sum(log(1 + exp(-y[i]*(w.X[i]))) for i in 1..N)", "w", "hessian",
        {"X": "N,n", "w": "n", "y": "N"}, {"N": 5000, "n": 100}, lambda y, w, X: logistic_hessian(X, w, y),
        {"y": labels, "X": small}),
    Row("pairs of points", "sum(sum(exp(-norm(X[i] - X[j])^2) for j in 1..N) for i in 1..N)", "X", "gradient",
        {"X": "N,n"}, {"N": 300, "n": 10}, pairwise, {"X": small}),
]  # fmt: skip
