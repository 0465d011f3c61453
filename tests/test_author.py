"""Kinds of answers as a careful author writes them: each row is one question of its kind."""

from __future__ import annotations

import pytest

import mcalc
from mcalc.derivation import answer_text

KINDS = {
    "a matrix beside its transpose comes out on both sides": (
        ("hessian", "norm(A@x - b)", "x", ""),
        "A'@(eye(m) - (A@x - b)@(A@x - b)'/norm(A@x - b)^2)@A/norm(A@x - b)",
    ),
    "the same on both sides of all terms": (
        ("gradient", "tr(inv(X'@C@X)@A)", "X", "C=m,m:symmetric;A=n,n;X=m,n"),
        "-C@X@inv(X'@C@X)@(A + A')@inv(X'@C@X)",
    ),
    "multiples of one matrix are added": (
        ("hessian", "w_1.x - log(exp(w_1.x) + exp(w_2.x))", "w_1", ""),
        "-exp(w_1.x)*exp(w_2.x)*x@x'/(exp(w_1.x) + exp(w_2.x))^2",
    ),
    "what is below the bar cancels in a part": (
        ("gradient", "x'@(A + norm(x)^2*I)@x/(x'@x)", "x", "A=n,n"),
        "(2x - (2x'@A@x*x/(x.x) - (A + A')@x)/(x.x))'",
    ),
    "a sum over its multiple": (
        ("gradient", "sum(log(1 - tanh(W@x)^2))", "W", ""),
        "-2tanh(W@x)@x'",
    ),
    "a sum over another one": (
        ("gradient", "sum(log(sigmoid(u - X@b) - sigmoid(l - X@b)))", "b", "b=n"),
        "(sigmoid(u - X@b) + sigmoid(l - X@b) - 1)'@X",
    ),
    "norm(x) and its square": (("jacobian", "x/norm(x)", "x", "x=n"), "(eye(n) - x@x'/norm(x)^2)/norm(x)"),
    "one case distinction": (
        ("gradient", "sum(where(abs(r) <= d, r^2/2, d*(abs(r) - d/2)))", "r", "r=n;d=scalar"),
        "where(abs(r) <= d, r, d*sign(r))'",
    ),
    "a power with a symbol": (
        ("gradient", "-(1 - sigmoid(w.x))^g*log(sigmoid(w.x))", "w", "g=scalar"),
        "(1 - sigmoid(w.x))^g*(sigmoid(w.x) + g*sigmoid(w.x)*log(sigmoid(w.x)) - 1)*x'",
    ),
    "long scalars that some terms share": (
        ("gradient", "x'@A@x*x'@B@x", "x", "A=n,n;B=n,n"),
        "x'@(x'@B@x*(A + A') + x'@A@x*(B + B'))",
    ),
    "diag(g) before I": (
        ("jacobian", "g*x/sqrt(mean(x^2) + eps)", "x", "g=n;eps=scalar"),
        "diag(g)@(eye(n) - x@x'/(n*(mean(x^2) + eps)))/sqrt(mean(x^2) + eps)",
    ),
    "diag(g) before ones": (
        ("jacobian", "g*(x - mean(x))", "x", "g=n;x=n"),
        "diag(g)@(eye(n) - ones(n,n)/n)",
    ),
    "a common denominator": (("gradient", "l.(v/norm(v))", "v", ""), "(l - l.v*v/norm(v)^2)'/norm(v)"),
    "softmax stays": (("jacobian", "softmax(x)", "x", "x=n"), "diag(softmax(x)) - softmax(x)@softmax(x)'"),
    "a row among zeros": (("gradient", "(A@x)[1]", "A", ""), "unit(1,m)@x'"),
    "functions of a skew matrix": (("gradient", "sum(exp(x@y' - y@x'))", "x", ""), "-2y'@sinh(x@y' - y@x')"),
    "functions of transposes": (
        ("gradient", "sum(softplus(-Y*(U@V')))", "U", "Y=m,n;U=m,k;V=n,k"),
        "(Y*(sigmoid(Y*(U@V')) - 1))@V",
    ),
    "a difference has one sign": (
        ("gradient", "(z - H@x)'@inv(H@P@H' + R)@(z - H@x)", "H", "P=n,n:symmetric;R=m,m:symmetric"),
        "-2inv(H@P@H' + R)@(z - H@x)@(x + P@H'@inv(H@P@H' + R)@(z - H@x))'",
    ),
    "a scalar below the bar within and without": (
        ("gradient", "sum(log(1 + (y - X@b)^2/c^2))", "b", "X=N,k;y=N;c=scalar"),
        "-2((y - X@b)/(c^2 + (y - X@b)^2))'@X",
    ),
    "a rank-one update": (("gradient", "logdet(eye(n) + a@x')", "x", "a=n;x=n"), "a'/(a.x + 1)"),
    "the determinant of a rank-one update": (("gradient", "det(eye(n) + a@x')", "x", "a=n;x=n"), "a'"),
    "a trace of a sum beside a matrix": (("gradient", "norm(A*x - B)^2", "x", "x=scalar;A=m,n"), "2sum(A*(A*x - B))"),
}


@pytest.mark.parametrize("kind", KINDS)
def test_kinds(kind: str) -> None:
    (command, text, wrt, shapes), answer = KINDS[kind]
    declared = {name: shape.replace(":", " ") for name, _, shape in (one.partition("=") for one in shapes.split(";"))}
    declared.pop("", None)
    assert getattr(mcalc, command)(text, wrt, declared).ascii() == answer


def test_opposites_beside_each_other_are_written_by_one_of_them() -> None:
    text = "G = [q[1]^2 - q[2]^2, 2*q[1]*q[2]; -2*q[1]*q[2], q[1]^2 - q[2]^2]; G@p"
    derivation = mcalc.jacobian(text, "q", {"q": "2", "p": "2"})
    assert (
        derivation.ascii()
        == "[2(p[1]*q[1] + p[2]*q[2]), 2(p[2]*q[1] - p[1]*q[2]); 2(p[2]*q[1] - p[1]*q[2]), -2(p[1]*q[1] + p[2]*q[2])]"
    )


def test_turned_parts_and_opposites_have_no_names_of_their_own() -> None:
    text = "B = inv(I + diag(b)@((K@K')*M)); sum(G*(B@diag(b)@V))"
    lines = answer_text(mcalc.gradient(text, "K", {"b": "n"}), "text").splitlines()
    assert lines[:-1] == ["t₁ = inv(I + diag(b)·(K·Kᵀ ⊗ M))", "t₂ = t₁·diag(b)·V·Gᵀ·t₁"]
    assert lines[-1] == "−((Mᵀ ⊗ t₂)·diag(b) + diag(b)·(M ⊗ t₂ᵀ))·K"


PARTS = {
    "a part that stands there turned over too": (
        ("y'@X@inv(X'@X)@X'@y", "X"),
        ["t₁ = inv(Xᵀ·X)·Xᵀ·y", "2(y − X·t₁)·t₁ᵀ"],
    ),
    "a part that stands there three times": (
        ("sum((sigmoid(X@w) - y)^2)", "w"),
        ["t₁ = σ(X·w)", "2(t₁ ⊗ (1 − t₁) ⊗ (t₁ − y))ᵀ·X"],
    ),
    "a row of factors of longer products": (
        ("y'@Z@inv(Z'@Z)@Z'@y/(y.y)", "y"),
        ["t₁ = Z·inv(Zᵀ·Z)·Zᵀ·y", "2(t₁ − t₁·y*y/(y·y))ᵀ/(y·y)"],
    ),
    "a short part three times": (("softmax(x)", "x"), ["diag(softmax(x)) − softmax(x)·softmax(x)ᵀ"]),
    "a part twice that is no longer than its line": (
        ("norm(tanh(W@x + b) - y)^2", "x"),
        ["2((tanh(W·x + b) − y) ⊗ (1 − tanh(W·x + b)²))ᵀ·W"],
    ),
}


@pytest.mark.parametrize("kind", PARTS)
def test_parts_have_names_where_there_is_less_to_read(kind: str) -> None:
    (text, wrt), lines = PARTS[kind]
    derivation = mcalc.jacobian(text, wrt)
    assert answer_text(derivation, "text").splitlines() == lines
    count = len(answer_text(derivation, "ascii").splitlines())
    latex = derivation.write("latex")
    assert (count, "where" in latex) == (len(lines), len(lines) > 1)


def test_a_derivation_ends_in_the_names_of_the_answer() -> None:
    shown = mcalc.explain("softmax(W@x)", "x").write("text")
    assert "Result  (diag(t₁) − t₁·t₁ᵀ)·W   m×n\n        where t₁ = softmax(W·x)\n" in shown


IN_ASCII = {
    "a factor": (("max(0, w.x + b)", "w"), "(w.x + b > 0)*x'"),
    "1 is the condition": (("max(0, w.x + b)", "b"), "w.x + b > 0"),
    "the sign stands in front": (("y - max(0, w.x + b)", "b"), "-(w.x + b > 0)"),
    "a number stands in front": (("where(x > 0, x^3, 0)", "x"), "3(x > 0)*x^2"),
    "zeros where the condition holds": (("where(x > 0, 0, x^3)", "x"), "3(x <= 0)*x^2"),
    "no product of 0 and what has no value": (("where(x > 0, x*log(x), 0)", "x"), "where(x > 0, log(x) + 1, 0)"),
    "no product of 0 and infinity": (("where(x > 0, exp(-x), 0)", "x"), "where(x > 0, -exp(-x), 0)"),
    "no zeros": (("where(x > 0, x^3, x)", "x"), "where(x > 0, 3x^2, 1)"),
}


@pytest.mark.parametrize("kind", IN_ASCII)
def test_cases_with_zeros_are_products_in_ascii(kind: str) -> None:
    (text, wrt), shown = IN_ASCII[kind]
    assert answer_text(mcalc.jacobian(text, wrt), "ascii") == shown


def test_a_factor_of_cases_is_in_each_case() -> None:
    shown = mcalc.explain("where(x > 0, x*log(x), 0)", "x").write("text")
    assert "∂u₄/∂x = { 0 if x ≤ 0; ln(x) + 1 if x > 0 }" in shown


OWN_NAMES = {
    "h = sigmoid(W@x + b); norm(V@h - y)^2": ("W", ["h = σ(W·x + b)", "2(h ⊗ (1 − h) ⊗ Vᵀ·(V·h − y))·xᵀ"]),
    "z = mu + s*e; p = sigmoid(W@z); -sum(x*log(p) + (1 - x)*log(1 - p))": (
        "W",
        ["z = μ + s*e", "(σ(W·z) − x)·zᵀ"],
    ),
    "t = tanh(a.x); t^2 + t*sin(t)": (
        "x",
        ["t = tanh(a·x)", "(1 − t²)*(sin(t) + 2t + t*cos(t))*aᵀ"],
    ),
}


@pytest.mark.parametrize("text", OWN_NAMES)
def test_a_part_that_the_text_names_has_that_name(text: str) -> None:
    wrt, lines = OWN_NAMES[text]
    shown = mcalc.jacobian(text, wrt, {"b": "m"} if "h =" in text else {}).write("text").splitlines()
    assert [line for line in shown if not line.startswith("#")] == lines


REASONS = {
    "a dot product": ("sum(softplus(-y*(X@w)))", "w", "differential", "= σ(u₁)·du₁            sum(u ⊗ v) = u·v"),
    "a comparison": ("sum(max(0, 1 - y*(X@w)))", "w", "chain", "a term changes sides of a comparison with its sign"),
    "parts that are stacked": ("[w; b].[x; 1]", "w", "chain", "what is stacked is multiplied part by part"),
}


@pytest.mark.parametrize("kind", REASONS)
def test_what_is_equal_has_its_reason(kind: str) -> None:
    text, wrt, method, reason = REASONS[kind]
    shapes = {"X": "N,n", "y": "N"} if "y" in text else {"b": "scalar"}
    shown = mcalc.explain(text, wrt, shapes, method=method, verify=False).write("text")
    assert reason in shown and "the two are equal" not in shown


def test_a_diagonal_matrix_meets_the_vector_at_the_end_of_a_product() -> None:
    shown = answer_text(mcalc.gradient("norm(W_3@tanh(W_2@tanh(W_1@x)) - y)^2", "W_1"), "text").splitlines()
    assert shown[-1] == "2((1 − t₁²) ⊗ W₂ᵀ·((1 − t₂²) ⊗ W₃ᵀ·(W₃·t₂ − y)))·xᵀ"
    forms = mcalc.jacobian("B@sigmoid(A@x)", "A").write("text")
    assert "# ∂y/∂vec(A) = kron(xᵀ, B·diag(σ(A·x) ⊗ (1 − σ(A·x))))\n" in forms


@pytest.mark.parametrize("method", ["chain", "index", "differential"])
def test_every_method_ends_in_the_answer(method: str) -> None:
    for text in ("p = softmax(z); -sum(y*(1 - p)^2*log(p))", "-(1 - softmax(W@z)[k])^g*log(softmax(W@z)[k])"):
        answer = mcalc.jacobian(text, "z", verify=False)
        assert mcalc.explain(text, "z", method=method, verify=False).ascii() == answer.ascii()
