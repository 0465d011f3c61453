"""Which name is what: the habit of the field, the least departure from it, and the names of dimensions."""

from __future__ import annotations

import pytest

import mcalc
from mcalc import Problem
from mcalc.ask import read
from mcalc.language import Reading, declaration, habit, parse_declarations
from mcalc.tree import dimension, shape_words


def shown(reading: Reading) -> str:
    names = ", ".join(f"{name}: {shape_words(node.shape)}" for name, node in reading.names.items())
    return f"{names} -> {shape_words(reading.value.shape)}"


READINGS = {
    # b is a scalar, x a vector, X a matrix
    "max(0, w.x + b)": "w: n, x: n, b: scalar -> scalar",
    "W@x + b": "W: m×n, x: n, b: m -> m",
    "a*x + b*y": "a: scalar, x: scalar, b: scalar, y: scalar -> scalar",
    "x^2 + 3x*y": "x: scalar, y: scalar -> scalar",
    "alpha*A@x + beta*b": "alpha: scalar, A: m×n, x: n, beta: scalar, b: scalar -> m",
    "η*w": "eta: scalar, w: scalar -> scalar",
    "lambda*norm(x)": "lambda: scalar, x: n -> scalar",
    "sigma*x@x'": "sigma: scalar, x: n -> n×n",
    "e^x": "e: scalar, x: scalar -> scalar",
    "weights.inputs": "weights: n, inputs: n -> scalar",
    "x̂.w₁": "x_hat: n, w_1: n -> scalar",
    "X": "X: m×n -> m×n",
    "W1@x": "W1: m×n, x: n -> m",
    # a letter that is a scalar by habit becomes what the expression needs, and the other way round
    "theta.x": "theta: n, x: n -> scalar",
    "inv(A)@b": "A: n×n, b: n -> n",
    "e.f": "e: n, f: n -> scalar",
    "u.v + a'@b": "u: n, v: n, a: m, b: m -> scalar",
    "[w; b].[x; 1]": "w: n, b: scalar, x: n -> scalar",
    "[a, b; c, d]@x": "a: scalar, b: scalar, c: scalar, d: scalar, x: 2 -> 2",
    "A*x": "A: scalar, x: scalar -> scalar",
    # nothing speaks of vectors
    "X*Y": "X: m×n, Y: m×n -> m×n",
    "tanh(X)": "X: m×n -> m×n",
    "A*exp(-lambda*t)": "A: scalar, lambda: scalar, t: scalar -> scalar",
    "[x*y; 2x]": "x: scalar, y: scalar -> 2",
    "u = x^2; x + u": "x: scalar -> scalar",
    # like stands with like, save intercepts, thresholds and what keeps a root from zero
    "(y - w.x)^2": "y: scalar, w: n, x: n -> scalar",
    "(y - max(0, w.x + b))^2": "y: scalar, w: n, x: n, b: scalar -> scalar",
    "norm(A@x - b)^2": "A: m×n, x: n, b: m -> scalar",
    "norm(x - mu)": "x: n, mu: n -> scalar",
    "mu + L@z": "mu: n, L: n×m, z: m -> n",
    "sum((X@w + b - y)^2)": "X: m×n, w: n, b: scalar, y: m -> scalar",
    "sum(where(abs(r - s) <= delta, r, s))": "r: n, s: n, delta: scalar -> scalar",
    "sum(g/(sqrt(v) + e))": "g: scalar, v: n, e: scalar -> scalar",
    "g*(x - mean(x))/sqrt(var(x) + eps) + b": "g: n, x: n, eps: scalar, b: n -> n",
    # a reduction holds vectors; a scalar value is likelier
    "sum(a*b)": "a: n, b: n -> scalar",
    "sum(exp(log_var) + mu^2 - log_var)": "log_var: n, mu: n -> scalar",
    "-y*log(sigmoid(w.x))": "y: scalar, w: n, x: n -> scalar",
    "C*sum(x^2)": "C: scalar, x: n -> scalar",
    "norm(x)^p": "x: n, p: scalar -> scalar",
    "softmax(z/T)": "z: n, T: scalar -> n",
    "kron(A, B)@vec(X)": "A: m×n, B: p×k, X: k×n -> m*p",
    # dimensions are made equal, and named n, m, k, …
    "x'@A@x": "x: n, A: n×n -> scalar",
    "(A@x).y": "A: m×n, x: n, y: m -> scalar",
    "A.T@A@x": "A: m×n, x: n -> n",
    "A@A": "A: n×n -> n×n",
    "A*B + C": "A: m×n, B: m×n, C: m×n -> m×n",
    "tr(A'@X@B)": "A: m×n, X: m×k, B: k×n -> scalar",
    "A@X - X@B": "A: n×n, X: n×m, B: m×m -> n×m",
    "logdet(X)": "X: n×n -> scalar",
    "x@y'": "x: n, y: m -> n×m",
    "I - x@x'": "x: n -> n×n",
    "A + I": "A: n×n -> n×n",
    "diag(x)@A": "x: n, A: n×m -> n×m",
    "exp(-x'@S@x/2)": "x: n, S: n×n -> scalar",
    "sum(A, axis=0) + b": "A: m×n, b: n -> n",
    "ones(3)'@x": "x: 3 -> scalar",
    "ones(n)'@x": "x: n -> scalar",
    "A@x@ones(k)'": "A: m×n, x: n -> m×k",
    # elements and sums over data
    "X[i]": "X: m×n -> n",
    "A[2,1]": "A: m×n -> scalar",
    "x[3]*y": "x: n, y: scalar -> scalar",
    "sum(x[i]*y[i] for i in 1..n)": "x: n, y: n -> scalar",
    "mean((y[i] - max(0, w.X[i] + b))^2 for i in 1..N)": "y: N, w: n, X: N×n, b: scalar -> scalar",
    "sum(x[n]*A[n] for n in 1..N)": "x: N, A: N×m -> m",
    # programs
    "u = W@x + b; v = sigmoid(u); sum(v)": "W: m×n, x: n, b: m -> scalar",
    "h = tanh(W1@x + b1); y = W2@h + b2; norm(y - t)": "W1: m×n, x: n, b1: m, W2: k×m, b2: k, t: k -> scalar",
    "X = A@B; tr(X)": "A: m×n, B: n×m -> scalar",
    "n = 2; x[n]": "x: m -> scalar",
}


@pytest.mark.parametrize(("text", "reading"), READINGS.items(), ids=READINGS)
def test_reading(text: str, reading: str) -> None:
    assert shown(read(text)) == reading


@pytest.mark.parametrize(
    ("text", "shapes", "reading"),
    [
        ("W@x + b", {"b": "m"}, "W: m×n, x: n, b: m -> m"),
        ("W@x + b", {"x": "3"}, "W: n×3, x: 3, b: n -> n"),
        ("W@x + b", {"W": "5,3"}, "W: 5×3, x: 3, b: 5 -> 5"),
        ("w.x", {"x": "k"}, "w: k, x: k -> scalar"),
        ("ŵ.x", {"ŵ": "k"}, "w_hat: k, x: k -> scalar"),
        ("I@x", {"I": "m,n"}, "I: m×n, x: n -> m"),
        ("sum(x)/n", {"x": "n"}, "x: n -> scalar"),
        ("exp*x", {"exp": "scalar"}, "exp: scalar, x: scalar -> scalar"),
        ("A*s", {"A": "m,n", "s": "scalar"}, "A: m×n, s: scalar -> m×n"),
        ("x + y", {"x": "1,n"}, "x: 1×n, y: scalar -> 1×n"),
        ("x + y", {"x": "n,1"}, "x: n, y: n -> n"),
    ],
)
def test_reading_with_declarations(text: str, shapes: dict[str, str], reading: str) -> None:
    assert shown(read(text, shapes)) == reading


def test_a_declaration_without_use_is_noted() -> None:
    assert read("x", {"y": "n"}).notes == ("y is declared, and is not a name of the expression",)


def test_assumed_names() -> None:
    assert read("W@x + b", {"x": "n"}).assumed == ("W", "b")


@pytest.mark.parametrize(
    ("name", "rank"),
    [
        ("a", 0),
        ("g", 0),
        ("n", 0),
        ("N", 0),
        ("h", 1),
        ("w", 1),
        ("x", 1),
        ("X", 2),
        ("W", 2),
        ("b1", 0),
        ("x_hat", 1),
        ("W_2", 2),
        ("theta", 0),
        ("lambda", 0),
        ("weights", 1),
        ("loss", 0),
        ("log_var", 0),
        ("Sigma", 2),
        ("Weights", 2),
    ],
)
def test_habit(name: str, rank: int) -> None:
    assert habit(name) == rank


@pytest.mark.parametrize(
    ("text", "shape", "properties"),
    [
        ("n", ("n",), ()),
        ("m,n", ("m", "n"), ()),
        (" m , n ", ("m", "n"), ()),
        ("(m, n)", ("m", "n"), ()),
        ("3", (3,), ()),
        ("scalar", (), ()),
        ("()", (), ()),
        ("1", (1,), ()),
        ("1,1", (1, 1), ()),
        ("n,1", ("n",), ()),
        ("1,n", (1, "n"), ()),
        ("n,n:symmetric", ("n", "n"), ("symmetric",)),
        ("n,n symmetric", ("n", "n"), ("symmetric",)),
        ("n,n symmetric positive", ("n", "n"), ("symmetric", "positive")),
        ("n,n:symmetric,psd", ("n", "n"), ("symmetric", "psd")),
        ("n:positive", ("n",), ("positive",)),
    ],
)
def test_declaration(text: str, shape: tuple[str | int, ...], properties: tuple[str, ...]) -> None:
    found = declaration(text)
    assert (found.shape, found.properties) == (tuple(dimension(size) for size in shape), frozenset(properties))


@pytest.mark.parametrize(
    "text",
    ["", "=", "x", "x=", "=n", "x=n=m", "x=-1", "x=n m", "x=²", "x=n,,", "x=m,n,k", "x=" + "9" * 5000, "1=n", "x y=n"],
)
def test_declaration_refused(text: str) -> None:
    if text == "x=n,,":
        assert parse_declarations(text)[0][1].shape == (dimension("n"),)
        return
    with pytest.raises(Problem):
        parse_declarations(text)


def test_many_departures_at_once() -> None:
    reading = read(" + ".join(f"norm(x{number} - a{number})" for number in range(8)))
    assert not reading.value.shape


@pytest.mark.parametrize(
    ("text", "shapes"),
    [
        ("b1=h,b2=k", {"b1": "h", "b2": "k"}),
        ("x,y=n", {"x": "n", "y": "n"}),
        ("A=m,n,x=n", {"A": "m,n", "x": "n"}),
        ("S=n,n:symmetric,psd,b=scalar", {"S": "n,n:psd,symmetric", "b": "scalar"}),
        ("W=k,k+d", {"W": "k,d+k"}),
        ("M=p*q,p*q", {"M": "p*q,p*q"}),
        ("M=2n,(k+d)*2", {"M": "2*n,2*d+2*k"}),
        ("M=n^2,k²", {"M": "n^2,k^2"}),
        ("θ1=n", {"θ1": "n"}),
    ],
)
def test_several_declarations_and_sizes_made_of_others(text: str, shapes: dict[str, str]) -> None:
    assert {name: str(one) for name, one in parse_declarations(text)} == shapes
    assert {name: declaration(str(one)) for name, one in parse_declarations(text)} == dict(parse_declarations(text))


@pytest.mark.parametrize("text", ["x=n/2", "x=0", "x=n+", "x=f(n)", "x=__import__('os')", "x=2.5", "x,1=n", "x=n-n"])
def test_sizes_that_are_none(text: str) -> None:
    with pytest.raises(Problem):
        parse_declarations(text)


def test_shapes_from_programs() -> None:
    assert declaration(3) == declaration("3")
    assert declaration(("n",)) == declaration("n")
    assert declaration(["m", "n"]) == declaration("m,n")
    assert declaration(()) == declaration("scalar")
    assert declaration(declaration("n,n symmetric")) == declaration("n,n:symmetric")
    for wrong in (True, 2.5, (None,)):
        with pytest.raises(Problem):
            declaration(wrong)  # type: ignore[arg-type]


SIZED = {
    "W@[h; x]": ({"W": "k,k+d", "h": "k"}, "W: k×(d+k), h: k, x: d -> k"),
    "tanh(W@[h; x]) - h": ({"W": "k,k+d"}, "W: k×(d+k), h: k, x: d -> k"),
    "tr(M@kron(A, B))": ({"M": "p*q,p*q"}, "M: p*q×p*q, A: p×p, B: q×q -> scalar"),
    "tr(kron(A, X))": ({}, "A: n×n, X: m×m -> scalar"),
    "kron(A, B)@vec(X)": ({}, "A: m×n, B: p×k, X: k×n -> m*p"),
    "kron(A, B)@vec(X) - vec(Y)": ({}, "A: m×n, B: p×k, X: k×n, Y: p×m -> m*p"),
    "(x.[a; a])^2": ({"x": "2n"}, "x: 2n, a: n -> scalar"),
    "norm(kron(A, B) - M)": ({"M": "2n,n", "A": "2,1"}, "A: 2, B: n×n, M: 2n×n -> scalar"),
}


@pytest.mark.parametrize(("text", "shapes", "reading"), [(text, *both) for text, both in SIZED.items()], ids=SIZED)
def test_sizes_are_solved_factor_by_factor(text: str, shapes: dict[str, str], reading: str) -> None:
    assert shown(read(text, shapes)) == reading
    name = next(iter(read(text, shapes).names))
    assert mcalc.jacobian(text, name, shapes).verified


@pytest.mark.parametrize(
    ("text", "shapes", "reading"),
    [
        ("sum(x)/n", {}, "x: n -> scalar"),
        ("norm(x - y)^2/(2N)", {}, "x: N, y: N -> scalar"),
        ("u = sum(x)/k; u^2", {}, "x: k -> scalar"),
        ("norm(A@A)/n", {}, "A: n×n -> scalar"),
        ("sum(x)/n", {"x": "m"}, "x: m, n: scalar -> scalar"),
        ("sum(x)/n", {"n": "scalar"}, "x: m, n: scalar -> scalar"),
        ("norm(A@x)/n", {}, "A: k×m, x: m, n: scalar -> scalar"),
        ("n*sum(x)/n", {}, "n: scalar, x: m -> scalar"),
        ("norm(y - m*x)^2", {"x": "n", "y": "n"}, "y: n, m: scalar, x: n -> scalar"),
        ("sum(x)/(n + 1)", {}, "x: m, n: scalar -> scalar"),
        ("n/sum(1/x)", {}, "x: n -> scalar"),
        ("-N/2*log(s) - sum(x^2)/s", {}, "s: scalar, x: N -> scalar"),
    ],
)
def test_a_divisor_that_nothing_else_names_is_a_length(text: str, shapes: dict[str, str], reading: str) -> None:
    assert shown(read(text, shapes)) == reading
    noted = any("is the length of" in note or "is the size of" in note for note in read(text, shapes).notes)
    assert noted == ("n: scalar" not in reading and "m: scalar" not in reading)


@pytest.mark.parametrize(
    ("text", "shapes", "reading", "noted"),
    [
        ("k/norm(x)", {}, "k: scalar, x: n -> scalar", ""),
        (
            "sum(x[2..n])",
            {},
            "x: n -> scalar",
            "n, where a part of x ends, is taken for its length; -s x=m for another",
        ),
        ("sum((x[2..n] - x[1..n-1])^2)", {}, "x: n -> scalar", "n, where a part of x ends, is taken for its length"),
        ("sum(x[1..k])", {}, "x: n -> scalar", ""),
        ("sum(x[2..n])", {"x": "m"}, "x: m -> scalar", ""),
    ],
)
def test_the_end_of_a_part_is_the_length(text: str, shapes: dict[str, str], reading: str, noted: str) -> None:
    found = read(text, shapes)
    assert shown(found) == reading
    assert any(note.startswith(noted) for note in found.notes) if noted else not found.notes


def test_a_divisor_that_is_differentiated_or_has_a_value_is_a_number() -> None:
    assert shown(mcalc.jacobian("sum(x)/n", "n").reading) == "x: m, n: scalar -> scalar"
    assert mcalc.jacobian("sum(x)/n", "x").reading.assumed == ("x",)


def test_along_the_only_axis_of_a_column() -> None:
    """All entries are taken, as without an axis."""
    for name in ("sum", "mean", "logsumexp"):
        whole, along = (mcalc.jacobian(f"{name}({text})", "y", {"y": "n"}) for text in ("y", "y, axis=0"))
        assert along.natural is whole.natural
