"""Running indices are captured nowhere; unlike terms stay apart; columns of the identity are unit vectors."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import combinations, islice

import numpy as np
import pytest
from differences import agree, answer_at, derivative, points, value_of

import mcalc
from mcalc import Problem, tree
from mcalc.ask import derive, read
from mcalc.networks import Factor, Index, IndexForm, Tensor, Term
from mcalc.table import LoopIndex
from mcalc.tree import dimension, loops_below, with_loop

SIZES = {"n": 3, "m": 2}
SHAPES = {"x": "n", "y": "n", "w": "m", "v": "3", "z": "n", "A": "m,n", "B": "m,n"}


def shapes_of(text: str) -> dict[str, str]:
    plain = text.replace("exp", "").replace("norm", "").replace("mean", "").replace("sum", "").replace("dot", "")
    return {name: shape for name, shape in SHAPES.items() if name in plain.replace("for", "").replace("ones", "")}


def compare(text: str, wrt: str, order: int = 1, shapes: Mapping[str, str] | None = None) -> None:
    shapes = shapes or shapes_of(text)
    derivation = derive(text, wrt, shapes, order=order)
    slope = derivative(value_of(text, shapes, SIZES), wrt, 3e-3)
    if order == 2:
        slope = derivative(slope, wrt, 3e-3)
    for point in islice(points(shapes, SIZES, 3), 2):
        assert agree(answer_at(derivation, point, SIZES), np.squeeze(slope(point)), 1e-4), (text, str(derivation))


@pytest.mark.parametrize(
    ("text", "wrt"),
    [
        ("sum(x[i]*y[i] for i in 1..n)^2", "x"),
        ("sum(x[i]*y[i] for i in 1..n)*sum(x[i]^2 for i in 1..n)", "x"),
        ("exp(sum(x . A[i] for i in 1..m))", "x"),
        ("exp(sum(x . A[i] for i in 1..m))", "A"),
        ("norm(sum(A[i] for i in 1..m))", "A"),
        ("norm(sum(w[i]*A[i] for i in 1..m))", "w"),
        ("sum(sum(x[i]*y[i] for i in 1..n)*x[i] for i in 1..n)", "x"),
        ("sum(sum(x[j]*y[i] for j in 1..n)*x[i] for i in 1..n)^2", "x"),
        ("sum((x . A[i])^2*sum(A[i] . y for i in 1..m) for i in 1..m)", "A"),
    ],
)
def test_second_derivatives_of_sums_by_sums(text: str, wrt: str) -> None:
    compare(text, wrt, order=2)


@pytest.mark.parametrize(
    ("text", "wrt"),
    [
        ("sum(w[i]*y for i in 1..m)*sum(B[i] for i in 1..m)", "w"),
        ("sum(w[i]*y for i in 1..m)*sum(B[i] for i in 1..m)", "B"),
        ("sum(A[i] for i in 1..m)*sum(z . B[i]*B[i] for i in 1..m)", "B"),
        ("sum(A[i] for i in 1..m)*sum(z . B[i]*B[i] for i in 1..m)", "z"),
        ("sum(A[i] for i in 1..m)*sum(z . B[i]*B[i] for i in 1..m)", "A"),
        ("mean((w[i]*2)^2 for i in 1..m)*dot(sum(v for i in 1..m), ones(3))", "w"),
        ("mean((w[i]*2)^2 for i in 1..m)*dot(sum(v for i in 1..m), ones(3))", "v"),
        ("sum(exp(x . A[i]) for i in 1..m)*sum(exp(y . B[i])*w[i] for i in 1..m)", "w"),
    ],
)
def test_sums_by_sums(text: str, wrt: str) -> None:
    compare(text, wrt)


FACTORS = (
    "sum(x[i]*y[i] for i in 1..n)",
    "sum(x . A[i]*w[i] for i in 1..m)",
    "norm(sum(A[i] for i in 1..m))",
    "exp(sum(y[i] for i in 1..n))",
    "sum(sum(A[i,j]*x[j] for j in 1..n)^2 for i in 1..m)",
    "sum(w[j]*w[j] for j in 1..m)",
)


@pytest.mark.parametrize(("one", "other"), list(combinations(FACTORS, 2)))
def test_every_sum_by_every_other(one: str, other: str) -> None:
    text = f"{one}*{other}"
    for name in shapes_of(text):
        compare(text, name, order=2)


def test_a_running_index_that_meets_a_unit_vector_is_an_index() -> None:
    assert str(derive("sum(x[i]*y[i] for i in 1..n)^2", "x", {"x": "n", "y": "n"}, "hessian")) == "2y·yᵀ"
    assert str(derive("sum(x[i]*y[i] for i in 1..n)", "x", {"x": "n", "y": "n"})) == "yᵀ"
    assert str(derive("sum(exp(w . A[i]) for i in 1..m)", "A", {"w": "n", "A": "m,n"})) == "exp(A·w)·wᵀ"


def test_a_product_renames_the_indices_of_both_sides() -> None:
    n = dimension("n")
    i, x = LoopIndex("i", n), tree.variable("x", (n,))
    element = tree.apply("element", x, parameters=(i,))
    bound, free = Term(1, (Factor(element, ()),), (i,)), Term(1, (Factor(element, ()),))
    for product in (bound.times(free), free.times(bound)):
        (loop,) = product.loops
        assert loop != i
        assert sorted(str(factor.node) for factor in product.factors) == ["x[i]", f"x[{loop}]"]
    assert len(set(bound.times(bound).loops)) == 2
    assert bound.within(free).loops == (i,)


def test_renaming_makes_way() -> None:
    """An index renamed to one that a sum inside runs over is not captured by it."""
    n = dimension("n")
    i, j = LoopIndex("i", n), LoopIndex("j", n)
    x = tree.variable("x", (n,))
    at = {loop: tree.apply("element", x, parameters=(loop,)) for loop in (i, j)}
    inner = tree.apply("loop_sum", tree.apply("multiply", at[i], at[j]), parameters=(j,))
    renamed = with_loop(inner, i, j)
    assert renamed.loops == {j}
    assert len(loops_below([renamed])) == 2


# Terms that are not alike ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text", ["sum(logsumexp(inv(X'@X+I),axis=1))", "sum(softmax(inv(X'@X+I))^2)", "x'@softmax(X'@X)@x"]
)
def test_unlike_terms_stay_apart(text: str) -> None:
    shapes = {"X": "m,n", "x": "n"}
    compare(
        text,
        "X",
        2,
        {name: shape for name, shape in shapes.items() if name in text.replace("exp", "").replace("max", "")},
    )


def test_likeness_is_of_structure() -> None:
    """``A[i,p] A[p,q] B[q,k]`` and ``A[i,q] A[q,p] B[p,k]`` are one; ``A[i,p] B[p,q] A[q,k]`` is another."""
    n = dimension("n")
    a, b = tree.variable("A", (n, n)), tree.variable("B", (n, n))
    c = tree.apply("exp", a)
    i, k, p, q = (Index(n) for _ in range(4))

    def term(*factors: tuple[object, Index, Index]) -> Term:
        return Term(tree.number(1).parameters[0], tuple(Factor(node, (one, two)) for node, one, two in factors))

    def count(*terms: Term) -> int:
        return len(IndexForm.of(Tensor(terms, (i,), (k,))).tensor.terms)

    loop = [(c, p, q), (a, p, q), (b, p, i), (b, q, k)]
    same = [(c, q, p), (a, q, p), (b, q, i), (b, p, k)]
    other = [(c, p, q), (a, q, p), (b, p, i), (b, q, k)]
    assert count(term(*loop), term(*same)) == 1
    assert count(term(*loop), term(*other)) == 2


@pytest.mark.parametrize(
    ("text", "wrt", "shapes"),
    [
        ("dot(eye(n)[:,1], x)", "x", {"x": "n"}),
        ("eye(n)[:,2]*x", "x", {"x": "n"}),
        ("eye(n)[2]*x", "x", {"x": "n"}),
        ("A[:,1]^(eye(m)[:,1])", "A", {"A": "m,n"}),
        ("A@eye(n)[:,1]", "A", {"A": "m,n"}),
        ("eye(m)[1]'@A", "A", {"A": "m,n"}),
        ("x[1..2]*eye(n)[1..2,1]", "x", {"x": "n"}),
        ("sum(x*eye(n)[i] for i in 1..n)", "x", {"x": "n"}),
    ],
)
def test_columns_of_the_identity(text: str, wrt: str, shapes: dict[str, str]) -> None:
    shapes_positive = {name: shape + ":positive" if "^" in text else shape for name, shape in shapes.items()}
    compare(text, wrt, 1, shapes_positive)


def test_values_that_do_not_depend_on_the_variable() -> None:
    assert str(derive("norm(x/norm(x))", "x")) == "0⃗ᵀ"
    assert str(derive("norm(X/norm(X))", "X")).startswith("zeros")
    assert str(derive("logdet(X@inv(X))", "X")).startswith("zeros")


@pytest.mark.parametrize(
    "text",
    [
        "sum(exp(S[s,s]) for s in 1..m) * sum(b.B[s] for s in 1..n)",
        "sum(exp(S[i,i]) for i in 1..m) * sum(b.B[i] for i in 1..n)",
        "sum(exp(S[p,p])*b[p] for p in 1..m) * sum(sin(B[p,1]) for p in 1..n)",
    ],
)
def test_an_index_of_two_ranges_is_written_by_two_letters(text: str) -> None:
    derive(text, "S", {"S": "m,m", "b": "m", "B": "n,m"}, "hessian", form="text")


RANGES = [
    ("prod(x[i] for i in 1..n)", "prod(x)", {"x": "n"}),
    ("prod(1 - a[j] for j in 1..n)", "prod(1 - a)", {"a": "n"}),
    ("max(abs(w.X[i] - y[i]) for i in 1..N)", "max(abs(X@w - y))", {"w": "n", "X": "N,n", "y": "N"}),
    ("logsumexp(w.X[i] for i in 1..N)", "logsumexp(X@w)", {"w": "n", "X": "N,n"}),
    ("prod(X[i,2] for i in 1..m)", "prod(X[:,2])", {"X": "m,n"}),
    ("prod(X[i].X[i] for i in 1..N)", "prod(sum(X*X, axis=1))", {"X": "N,n"}),
    ("min(norm(X[i] - y) for i in 1..N)", "min(sqrt(sum((X - outer(ones(N), y))^2, axis=1)))", {"X": "N,n", "y": "n"}),
    ("sum(prod(X[i,j] for j in 1..n) for i in 1..m)", "sum(prod(X[i,:]) for i in 1..m)", {"X": "m,n"}),
    ("prod(c + x[i] for i in 1..n)", "prod(c + x)", {"x": "n", "c": "scalar"}),
]


@pytest.mark.parametrize(("text", "meant", "shapes"), RANGES)
def test_a_product_or_the_largest_over_a_range(text: str, meant: str, shapes: dict[str, str]) -> None:
    assert read(text, shapes).value is read(meant, shapes).value
    derivation = derive(text, next(iter(shapes)), shapes)
    assert derivation.verified is not None and derivation.verified.points
    assert {name: len(node.shape) for name, node in read(text).names.items()} == {
        name: 0 if shape == "scalar" else 1 + shape.count(",") for name, shape in shapes.items()
    }


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("norm(x[i] for i in 1..n)", "`norm` does not take a loop"),
        ("prod(x[i]*i for i in 1..n)", "The values over this range make no vector."),
        ("prod(inv(x[i]*A)[1,1] for i in 1..n)", "The values over this range make no vector."),
    ],
)
def test_what_has_no_vector_over_a_range_is_told(text: str, said: str) -> None:
    with pytest.raises(Problem) as caught:
        read(text, {"A": "m,m"} if "A" in text else {})
    assert caught.value.message.startswith(said)


RATINGS = "W=m,n;R=m,n;mu=scalar;b=m;c=n;P=m,k;Q=n,k"


@pytest.mark.parametrize(
    ("text", "wrt", "shapes", "answer"),
    [
        (
            "sum(sum(W[i,j]*(R[i,j] - mu - b[i] - c[j] - P[i].Q[j])^2 for j in 1..n) for i in 1..m)",
            "P",
            RATINGS,
            "2(W*(mu*ones(m,n) + b@ones(n)' + ones(m)@c' + P@Q' - R))@Q",
        ),
        (
            "sum(sum(W[i,j]*(R[i,j] - mu - b[i] - c[j] - P[i].Q[j])^2 for j in 1..n) for i in 1..m)",
            "mu",
            RATINGS,
            "2sum(W*(mu*ones(m,n) + b@ones(n)' + ones(m)@c' + P@Q' - R))",
        ),
        (
            "sum(sum(r[i,k]*(X[i] - M[k])'@P@(X[i] - M[k]) for k in 1..q) for i in 1..m)",
            "M",
            "X=m,n;M=q,n;P=n,n:symmetric;r=m,q",
            "2(diag(r'@ones(m))@M - r'@X)@P",
        ),
        (
            "sum(sum(w[i,j]*norm(X[i] - X[j])^2 for j in 1..n) for i in 1..n)",
            "X",
            "X=n,k;w=n,n",
            "2(diag(sum(w + w', axis=1)) - w - w')@X",
        ),
        (
            "sum(sum(r[i,k]*(X[i] - M[k])'@P@(X[i] - M[k]) for k in 1..q) for i in 1..m)",
            "P",
            "X=m,n;M=q,n;P=n,n;r=m,q",
            "sum(sum(r[i,k]*(X[i] - M[k])@(X[i] - M[k])' for i in 1..m) for k in 1..q)",
        ),
    ],
)
def test_double_sums_are_products_of_matrices_where_none_stays(text: str, wrt: str, shapes: str, answer: str) -> None:
    declared = {name: shape.replace(":", " ") for name, shape in (one.split("=") for one in shapes.split(";"))}
    derivation = mcalc.gradient(text, wrt, declared)
    assert derivation.ascii() == answer


DELTAS = {
    "a*sum(sum(delta[i,j] for j in 1..3) for i in 1..3)": "3",
    "a*sum(sum(delta[i,j]*A[i,j] for j in 1..n) for i in 1..n)": "tr(A)",
    "a*sum(sum(delta[i,j]*y[j] for j in 1..n)*x[i] for i in 1..n)": "x.y",
    "a*sum(sum(delta[i,j] for j in 1..n)*x[i] for i in 1..n)": "sum(x)",
    "a*sum(sum(delta[i,j]*delta[i,j] for j in 1..n) for i in 1..n)": "n",
}


@pytest.mark.parametrize("text", DELTAS)
def test_a_delta_under_sums_leaves_one_of_them(text: str) -> None:
    derivation = mcalc.gradient(text, "a", {"a": "scalar"})
    assert derivation.ascii() == DELTAS[text] and derivation.verified and not derivation.verified.reason


@pytest.mark.parametrize(
    "text",
    [
        "a*sum(sum(delta[i,j]*A[i,j] for j in 1..m) for i in 1..n)",
        "a*sum(sum(delta[i,j]*x[i] for j in 1..2) for i in 1..3)",
        "a*sum(sum(delta[i,j]*x[j] for j in 1..2) for i in 1..3)",
        "a*sum(sum(delta[i,j]*B[i,j] for j in 1..3) for i in 1..2)",
        "a*sum(sum(delta[i,j] for j in 1..3) for i in 1..2)",
    ],
)
def test_a_delta_of_indices_that_do_not_run_alike_stays(text: str) -> None:
    derivation = mcalc.gradient(text, "a", {"a": "scalar"})
    assert "delta" in derivation.ascii() and derivation.verified and derivation.verified.points


@pytest.mark.parametrize(
    ("text", "wrt", "shapes"),
    [
        (
            "prod(sum(sum({X[l] if X[l] ≥ X[l]; B[r] otherwise} for l in 1..m) for r in 1..n)"
            " + sum(K[k]*prod(kron(S, unit(1, m)))² for k in 1..n))",
            "K,X",
            {"X": "m,n", "B": "n,n", "K": "n", "S": "m,m"},
        ),
        (
            "logsumexp(mean(arctan2(diag(S), 1 + (i + U[j])) for j in 1..n)*sum(V[j].U[:,1] for j in 1..m))",
            "V,S",
            {"S": "m,m", "i": "m", "U": "n,m", "V": "m,n"},
        ),
    ],
    ids=["prod", "logsumexp"],
)
def test_sums_within_sums_have_their_letters_in_every_block_of_a_hessian(
    text: str, wrt: str, shapes: dict[str, str]
) -> None:
    """Each is written anew where a block has other letters; what is printed is read back, else this is a Problem."""
    assert len(derive(text, wrt, shapes, "hessian").parts) == 4
