"""An answer is right wherever it is shown: as a tree, as text and ASCII read back, and as emitted NumPy."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import islice

import numpy as np
import pytest
from differences import agree, answer_at, derivative, points, value_of
from fuzz.answers import Scene, of_code, of_text

from mcalc.ask import derive
from mcalc.pages import write

SIZES = {"m": 2, "n": 3, "k": 2, "d": 2, "p": 2, "q": 3}
MADE_OF_THEM = {"k+d": 4, "p*q": 6, "k*n": 6, "2n": 6}
SQUARE, VECTOR, MATRIX = {"W": "n,n"}, {"x": "n"}, {"X": "m,n"}
COMMANDS: list[tuple[str, str, str, Mapping[str, str]]] = [
    ("gradient", "sum(softmax(-W,axis=0)^2)", "W", SQUARE),
    ("gradient", "sum(log_softmax(-W,axis=0)^2)", "W", SQUARE),
    ("gradient", "tr(-W@A)^2", "W", {"W": "n,n", "A": "n,n"}),
    ("jacobian", "-W@logsumexp(-W', axis=0) - W'@logsumexp(W, axis=1)", "W", SQUARE),
    ("hessian", "1/(x'@A@x)", "A", {"A": "n,n", "x": "n"}),
    ("jacobian", "sqrt(pi)", "pi", {"pi": "m,n:positive"}),
    ("gradient", "sum((x . T[i])^2 for i in 1..m)", "x", {"T": "m,n", "x": "n"}),
    ("jacobian", "kron(kron(x,y),z)", "x", {"x": "k", "y": "n", "z": "k"}),
    ("gradient", "(y'@x*(v'@W@y))^3", "y", {"x": "n", "y": "n", "v": "m", "W": "m,n"}),
    ("gradient", "x'@inv(Sigma)@x", "Sigma", {"x": "n", "Sigma": "n,n:psd"}),
    ("gradient", "mean((w[i]*2)^2 for i in 1..n)*dot(sum(v for i in 1..n), ones(3))", "w", {"w": "n", "v": "3"}),
    ("hessian", "sum(log_softmax(inv(X'@X+I)))", "X", MATRIX),
    ("gradient", "var(X)", "X", {"X": "n,n"}),
    ("jacobian", "vec(kron(X,X))", "X", {"X": "m,m"}),
    ("gradient", "dot(eye(n)[:,1], w)", "w", {"w": "n"}),
    ("jacobian", "A[:,1]^(eye(n)[:,1])", "A", {"A": "n,n:positive"}),
    ("gradient", "x_*y_", "x_", {"x_": "scalar", "y_": "scalar"}),
    ("gradient", "sum((x_ - 1)^2)", "x_", {"x_": "n"}),
    ("gradient", "norm(W)^2", "W", {"W": "k,k+d"}),
    ("jacobian", "W@x", "x", {"W": "k,k+d", "x": "k+d"}),
    ("jacobian", "M@kron(x,y)", "x", {"M": "p*q,p*q", "x": "p", "y": "q"}),
    ("gradient", "norm(M - kron(A,B))^2", "A", {"M": "k*n,k*n", "A": "k,k", "B": "n,n"}),
    ("gradient", "norm(M)^2", "M", {"M": "2n,n"}),
    ("gradient", "det(A)^2", "A", {"A": "n,n"}),
    ("jacobian", "max(relu(B), softplus(B))", "B", {"B": "m,n"}),
    ("gradient", "sum(max(relu(B), softplus(B)))", "B", {"B": "m,n"}),
    ("jacobian", "max(x, softplus(x))", "x", VECTOR),
    ("jacobian", "min(tanh(x), 1)*x", "x", VECTOR),
    ("gradient", "sum((A@x)*(B@x)^2)", "x", {"A": "m,n", "B": "m,n", "x": "n"}),
    ("hessian", "sum((A@x)*(B@x)^2)", "x", {"A": "m,n", "B": "m,n", "x": "n"}),
    ("hessian", "norm_inf(prod(-A, axis=1)^2)", "A", {"A": "k,k"}),
    ("hessian", "sum(prod(A, axis=0)^3)", "A", {"A": "m,n"}),
    ("hessian", "prod(x)^2", "x", {"x": "n"}),
    ("hessian", "det(A)^3", "A", {"A": "k,k"}),
    ("jacobian", "vec(x@v' * Y)", "x", {"x": "m", "v": "n", "Y": "m,n"}),
    ("jacobian", "vec(outer(x, v) / Y)", "v", {"x": "m", "v": "n", "Y": "m,n:positive"}),
    ("jacobian", "vec(sin(outer(x, v)))", "v", {"x": "m", "v": "n"}),
    ("jacobian", "(log_softmax(w / w) + w)'@(w / exp(w))", "w", {"w": "n:positive"}),
    ("hessian", "norm1(Y)*prod(Y[1,1]*Y)", "Y", {"Y": "m,n:positive"}),
    ("jacobian", "kron(z*ones(m), Y[1]) / exp(z)", "Y", {"z": "scalar", "Y": "n,n"}),
    ("gradient", "norm(ones(2)@E'@V)", "E", {"E": "n", "V": "n,2"}),
    ("gradient", "sum(sum(M[i]' * M[i]' * c) for i in 1..n)", "M", {"M": "n,n", "c": "scalar"}),
    ("hessian", "prod([softmax(z); z.z])", "z", {"z": "n"}),
    ("jacobian", "min(sum(W[k]*(W[k]*2) for k in 1..m)*(x.y)/3)", "x", {"W": "m,n", "x": "m", "y": "m"}),
    ("jacobian", "(exp(a) - exp(-a))/(exp(a) + exp(-a))", "a", {"a": "n"}),
    ("jacobian", "v * tr(arcsin(B/9))", "B", {"v": "m", "B": "n,n"}),
    ("hessian", "diagonal(M).softmax(diag(log_softmax(M, axis=0)))", "M", {"M": "n,n"}),
    ("hessian", "where(ones(3) >= 4, sum(v[i]*x for i in 1..n), x)'@unit(1, 3)", "x", {"v": "n", "x": "3"}),
    ("gradient", "sum([x; x[1]])", "x", {"x": "n"}),
    ("gradient", "min(-maximum(M, eye(n)))", "M", {"M": "n,n"}),
    ("gradient", "norm(X)*mean(X)", "X", MATRIX),
    ("gradient", "norm(x)*mean(x)/2 + norm(x)^2*mean(x)", "x", VECTOR),
    ("hessian", "prod(sum(sum(b[r]*(S@S[s]) for r in 1..n) for s in 1..n))", "S", {"b": "n", "S": "n,n"}),
    ("jacobian", "diag(x)@ones(n,m)@A", "x", {"x": "n", "A": "m,n"}),
    ("gradient", "x'@diag(x)@ones(n,m)@y", "x", {"x": "n", "y": "m"}),
    ("hessian", "-dot(M'@y, max(diag(w), axis=1))", "w", {"w": "n", "M": "m,n", "y": "m"}),
    ("jacobian", "-dot(y, max(A, axis=1))", "A", {"A": "m,n", "y": "m"}),
    ("jacobian", "b*logdet(2*eye(3))", "b", {"b": "scalar"}),
    ("jacobian", "sum(b[i]*logdet(A'@A + eye(3)) for i in 1..3)", "b", {"b": "3", "A": "3,3:orthogonal"}),
    ("gradient", "logdet(A'@A + eye(3))^2", "A", {"A": "3,3:orthogonal"}),
    ("gradient", "norm(outer(y^2, ones(k,m)@v))", "y", {"y": "n", "v": "m"}),
    ("jacobian", "softmax((X@(M@ones(n, n)))^2)", "X", {"X": "m,m", "M": "m,n"}),
    ("jacobian", "maximum(sum(W, axis=0), min(W, axis=0))", "W", {"W": "m,m"}),
    ("hessian", "prod(inv(-W')*abs(W'))", "W", SQUARE),
    ("hessian", "prod(silu(-X)*softmax(-X, axis=0))", "X", {"X": "m,n"}),
    ("jacobian", "(outer(w, unit(1, n)) - (ones(d, n) >= 1.5))@log_softmax(y)", "y", {"w": "d", "y": "n"}),
    ("jacobian", "sigmoid((-B)')@softmax(-2 * B)'", "B", {"B": "m,m"}),
    ("hessian", "sum(a + u[i] for i in 1..m)*sum(prod(Q, axis=1))", "Q", {"a": "scalar", "u": "m", "Q": "n,m"}),
    ("jacobian", "diag((unit(1, n) > b) * b)[1..2,1]", "b", {"b": "n"}),
    ("jacobian", "b*tr(c*eye(3))*det(2*eye(2))", "b", {"b": "scalar", "c": "scalar"}),
]
CONSTANT: list[tuple[str, str, Mapping[str, str]]] = [
    ("norm(x/norm(x))", "x", VECTOR),
    ("logdet(X@inv(X))", "X", {"X": "n,n"}),
    ("sum(softmax(A@x))", "x", {"A": "m,n", "x": "n"}),
    ("sum(softmax(X))", "X", MATRIX),
    ("norm(Q@x)/norm(x)", "x", {"Q": "n,n:orthogonal", "x": "n"}),
    ("norm(ones(4).^y)", "y", {"y": "4"}),
    ("sum(x - mean(x))", "x", VECTOR),
    ("tr(X@inv(X))", "X", {"X": "n,n"}),
]


@pytest.mark.parametrize(("command", "text", "wrt", "shapes"), COMMANDS, ids=[f"{row[0]} {row[1]}" for row in COMMANDS])
def test_wherever_shown(command: str, text: str, wrt: str, shapes: Mapping[str, str]) -> None:
    derivation = derive(text, wrt, shapes, command, form="text")
    value = value_of(text, shapes, SIZES)
    slope = derivative(value, wrt)
    slope = derivative(slope, wrt, 3e-3) if command == "hessian" else slope
    (point,) = islice(points(shapes, SIZES | MADE_OF_THEM, 4), 1)
    expected = np.squeeze(slope(point))
    assert agree(np.squeeze(answer_at(derivation, point, SIZES)), expected, 1e-5)
    scene = Scene(dict(shapes), point, SIZES)
    assert agree(np.squeeze(of_code(derivation, scene)), expected, 1e-5)
    for form in ("text", "ascii"):
        found = np.squeeze(of_text(write(derivation, form), derivation, scene))
        assert agree(np.broadcast_to(found, expected.shape), expected, 1e-5), form


@pytest.mark.parametrize(("text", "wrt", "shapes"), CONSTANT, ids=[row[0] for row in CONSTANT])
def test_what_does_not_depend_on_the_variable(text: str, wrt: str, shapes: Mapping[str, str]) -> None:
    used = {name: shape for name, shape in shapes.items() if name in text}
    assert str(derive(text, wrt, used)) in ("0⃗ᵀ", f"zeros({used[wrt]})")
