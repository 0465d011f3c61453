"""Answers in matrices: double sums, sums over rows, Kronecker products, the commutation matrix, rows of scalars."""

from __future__ import annotations

import pytest

import mcalc
from mcalc.derivation import answer_text, must_read_back, other_forms

ANSWERS = [
    ("sum(sum(B[i,j]*x[i]*x[j] for j in 1..n) for i in 1..n)/2", "x", "B=n,n x=n", "x'@(B + B')/2"),
    ("sum(sum(A[i,j]*x[i]*y[j] for i in 1..m) for j in 1..n)", "x", "A=m,n x=m y=n", "(A@y)'"),
    ("sum((M[i,j] - U[i].V[j])^2 for i in 1..m for j in 1..n)", "U", "M=m,n U=m,k V=n,k", "2(U@V' - M)@V"),
    ("sum(norm(W[i]) for i in 1..m)", "W", "W=m,n", "diag(1/sqrt(sum(W^2, axis=1)))@W"),
    ("sum(X[i]'@A@X[i] for i in 1..N)", "A", "X=N,n A=n,n", "X'@X"),
    ("sum(A[i,i]^2 for i in 1..n)", "A", "A=n,n", "2diag(diagonal(A))"),
    # of a single sum over data, what was typed over functions of a row stays
    ("sum((y[i] - w.X[i])^2 for i in 1..N)", "w", "y=N X=N,n w=n", "2sum((w.X[i] - y[i])*X[i]' for i in 1..N)"),
    ("tr(kron(A, X))", "X", "A=m,m X=n,n", "tr(A)*eye(n)"),
    ("tr(kron(X, A))", "X", "A=m,m X=n,n", "tr(A)*eye(n)"),
    ("norm(kron(A, X))^2", "X", "A=m,n X=p,q", "2norm(A)^2*X"),
    ("logdet(kron(A, X))", "X", "A=m,m X=n,n", "m*inv(X)'"),
    ("kron(x, a)", "x", "x=n a=m", "kron(eye(n), a)"),
    ("kron(a, x)", "x", "x=n a=m", "kron(a, eye(n))"),
    ("3*x[1]^2*x[2]", "x", "x=2", "[6x[1]*x[2], 3x[1]^2]"),
    ("sum([x[2], x[1]; x[1]^2, 1]*G)", "x", "x=2 G=2,2", "[G[1,2] + 2G[2,1]*x[1], G[1,1]]"),
    ("-sum(X@b + y*exp(-X@b))", "b", "X=n,k b=k y=n", "(y*exp(-X@b) - 1)'@X"),
    ("logsumexp(c*X@q)/c", "q", "X=n,k q=k c=scalar", "softmax(c*X@q)'@X"),
]


def shapes_of(text: str) -> dict[str, str]:
    return dict(item.split("=") for item in text.split())


@pytest.mark.parametrize(("text", "wrt", "shapes", "answer"), ANSWERS, ids=[row[0] for row in ANSWERS])
def test_an_answer_is_in_matrices(text: str, wrt: str, shapes: str, answer: str) -> None:
    derivation = mcalc.jacobian(text, wrt, shapes_of(shapes))
    assert derivation.ascii() == answer
    must_read_back(derivation)


@pytest.mark.parametrize(
    ("text", "shapes", "forms"),
    [
        ("vec(X'@X)", "X=m,n", ["dX ↦ vec(dXᵀ·X + Xᵀ·dX)", "kron(eye(n), Xᵀ) + kron(Xᵀ, eye(n))·commutation(m, n)"]),
        ("vec(X')", "X=m,n", ["dX ↦ vec(dXᵀ)", "commutation(m, n)"]),
        ("vec(A@X@B)", "A=p,m X=m,n B=n,q", ["dX ↦ vec(A·dX·B)", "kron(Bᵀ, A)"]),
        ("A@X'@B", "A=p,n X=m,n B=m,q", ["dX ↦ A·dXᵀ·B", "kron(Bᵀ, A)·commutation(m, n)"]),
        (
            "kron(A, X)",
            "A=m,n X=p,q",
            ["dX ↦ kron(A, dX)", "kron(eye(n), kron(commutation(q, m), eye(p)))·kron(vec(A), eye(p*q))"],
        ),
        (
            "vec(kron(X, eye(n)))",
            "X=n,n",
            ["dX ↦ vec(kron(dX, eye(n)))", "kron(eye(n), kron(commutation(n, n), eye(n))·kron(eye(n), vec(eye(n))))"],
        ),
        ("kron(ones(m, q), X)", "X=q", ["dX ↦ kron(ones(m,q), dX)"]),
        ("X/Y", "X=m,n Y=m,n", ["dX ↦ dX ⊘ Y", "diag(vec(1/Y))"]),
        (
            "A@tanh(B@X)",
            "A=p,m B=m,n X=n,k",
            ["dX ↦ A·(B·dX ⊗ (1 − tanh(B·X)²))", "kron(eye(k), A)·diag(vec(1 − tanh(B·X)²))·kron(eye(k), B)"],
        ),
    ],
)
def test_an_answer_of_order_three_or_four_in_kronecker_products(text: str, shapes: str, forms: list[str]) -> None:
    found = [form.rpartition(" = ")[2] for form in other_forms(mcalc.jacobian(text, "X", shapes_of(shapes)))]
    assert found == forms


@pytest.mark.parametrize(
    ("command", "text", "wrt", "shapes", "answer"),
    [
        ("jacobian", "softmax(W@x)", "W", "W=k,n x=n", "softmax(W@x)[i]*(delta[i,p] - softmax(W@x)[p])*x[q]"),
        ("jacobian", "A*(X'@X)", "X", "A=n,n X=m,n", "A[i,j]*(delta[i,l]*X[k,j] + delta[j,l]*X[k,i])"),
        ("jacobian", "X/norm(X)", "X", "X=m,n", "(delta[i,k]*delta[j,l] - X[i,j]*X[k,l]/norm(X)^2)/norm(X)"),
        ("jacobian", "inv(diag(A@ones(n)))", "A", "A=n,n", "-delta[i,j]*delta[i,k]/(A@ones(n))[i]^2"),
        ("jacobian", "inv(diag(v) + diag(u))", "v", "", "-delta[i,j]*delta[i,k]/(u + v)[i]^2"),
        (
            "hessian",
            "-sum(log(softmax(W@x)))",
            "W",
            "W=k,n x=n",
            "k*softmax(W@x)[i]*(delta[i,p] - softmax(W@x)[p])*x[j]*x[q]",
        ),
    ],
)
def test_common_factors_stand_outside_in_index_notation(
    command: str, text: str, wrt: str, shapes: str, answer: str
) -> None:
    derivation = getattr(mcalc, command)(text, wrt, shapes_of(shapes))
    assert derivation.ascii() == answer
    must_read_back(derivation)


ENTRIES = {
    "vec(X'@X)": ("X", "", "∂y[n*(j-1)+i]/∂X[k,l]", "delta[i,l]*X[k,j] + delta[j,l]*X[k,i]"),
    "kron(A, X)": ("X", "", "∂y[p*(i-1)+j,k*(r-1)+s]/∂X[u,v]", "A[i,r]*delta[j,u]*delta[s,v]"),
    "kron(A, x')": ("A", "", "∂y[i,n*(j-1)+p]/∂A[r,s]", "delta[i,r]*delta[j,s]*x[p]"),
    "kron(A, B)@vec(X)": ("X", "", "∂y[p*(j-1)+i]/∂X[r,s]", "B[i,r]*A[j,s]"),
    "vec(kron(X, eye(n)))": (
        "X",
        "X=k,m",
        "∂y[k*n*(n*(p-1)+q-1)+n*(i-1)+j]/∂X[r,s]",
        "delta[i,r]*delta[j,q]*delta[p,s]",
    ),
}


@pytest.mark.parametrize("text", ENTRIES)
def test_an_index_over_a_product_of_dimensions_is_two(text: str) -> None:
    wrt, shapes, left, entry = ENTRIES[text]
    derivation = mcalc.jacobian(text, wrt, shapes_of(shapes))
    assert derivation.ascii() == entry
    assert f"# {left} =\n" in derivation.write("text")
    must_read_back(derivation)
    assert mcalc.check(text, wrt, answer=entry, shapes=shapes_of(shapes)).right
    assert f"{left} = {answer_text(derivation, 'text')}" in mcalc.explain(text, wrt, shapes_of(shapes)).write("text")


def test_a_wrong_entry_with_two_for_one_index_is_wrong() -> None:
    answer = "delta[i,l]*X[k,j] + 2delta[j,l]*X[k,i]"
    assert not mcalc.check("vec(X'@X)", "X", answer=answer).right


def test_parts_that_recur_in_index_notation_have_names() -> None:
    derivation = mcalc.jacobian("B = 2*I + X - X'; inv(B)@B'", "X")
    first, last = answer_text(derivation, "text").splitlines()
    assert first == "t₁ = inv(2I + X − Xᵀ)"
    assert last == "4*(t₁[i,l]*t₁[k,j] − t₁[i,k]*t₁[l,j])"
    must_read_back(derivation)
