"""Whatever is typed, there is an answer or a Problem: no other exception, no long wait, no deep recursion."""

from __future__ import annotations

import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import mcalc
from mcalc.problems import Problem, render_problem
from mcalc.table import CALLS

TOKENS = [
    *("x", "y", "w", "a", "b", "A", "B", "X", "W", "n", "N", "i", "I", "pi", "e", "sigma"),
    *("0", "1", "2", "3", "0.5", "1e3"),
    *("+", "-", "*", "/", "@", ".", "^", "**", "'", "ᵀ", ".T", "²", ">", "<=", "·", "⊗", ".*", "./", ".^"),
    *("(", ")", "[", "]", "{", "}", ",", ";", ":", "=", "..", "#", "|", "_", "\\", "⁻", "\u20d7", "\u0302", "₁"),
    *(" for i in 1..N", " for i in 1..n", " if ", " otherwise", "axis=0", "axis=1", "\n", "1⃗", "0⃗"),
    *("(x)", "(A)", "[1]", "[i]", "[1,2]", "[1..2]", "[:]"),
    *(f"{call}(" for call in CALLS),
    *("eye(n)", "ones(n)", "zeros(m,n)", "unit(1,n)", "sum(X[i]*y[i] for i in 1..N)"),
]
VALID = [
    "max(0, w.x + b)",
    "x'@A@x",
    "sum((X@w - y)^2)/N",
    "mean((y[i] - max(0, w.X[i] + b))^2 for i in 1..N)",
    "[w; b].[x; 1]",
    "tr(A'@X@B)",
    "logdet(X) + det(A)",
    "u = W@x + b; v = tanh(u); sum(v^2)",
    "softmax(W@x + b)",
    "diag(x)@A + I",
    "[a, b; c, d]@x",
    "x[1]*A[2,1] + X[i]",
    "x[2..3] - x[1..2]",
    "{x if a > 0; y otherwise}",
    "norm(x - y)^2/2 + lambda*norm1(x)",
    "inv(A)@x + A.T@x",
    "sum(A, axis=0) + x'",
    "where(x > y, x^2, w)",
    "x@y' + 2I",
    "logsumexp(x) - x[2]",
]
SHAPES = ["n", "m", "3", "scalar", "m,n", "n,n", "2,3", "n,n:symmetric", "1,n"]
NAMES = ["x", "y", "w", "A", "X", "b", "n"]

random_text = st.lists(st.sampled_from(TOKENS), min_size=1, max_size=12).map("".join)


OPERANDS = [
    "x",
    "y",
    "w",
    "a",
    "A",
    "B",
    "X",
    "x[1]",
    "X[1]",
    "(x.w)",
    "A'",
    "x'",
    "(x@x')",
    "I",
    "exp(x)",
    "[a; x]",
    "0",
    "1",
]
OPERATORS = ["+", "-", "*", "/", "@", ".", "^"]


@st.composite
def edited(draw: st.DrawFn) -> str:
    """A valid expression with a few pieces taken out, doubled, or put in."""
    text = draw(st.sampled_from(VALID))
    for _ in range(draw(st.integers(1, 3))):
        start = draw(st.integers(0, len(text)))
        end = draw(st.integers(start, min(len(text), start + 3)))
        piece = draw(st.one_of(st.just(""), st.just(text[start:end] * 2), st.sampled_from(TOKENS)))
        text = text[:start] + piece + text[end:]
    return text


@st.composite
def exchanged(draw: st.DrawFn) -> str:
    """A valid expression with a few names, operators and functions exchanged for others."""
    pieces = re.findall(r"\w+|\.\.|.", draw(st.sampled_from(VALID)))
    for place in draw(st.lists(st.integers(0, len(pieces) - 1), min_size=1, max_size=3)):
        piece = pieces[place]
        if piece in CALLS and piece != "pi":
            pieces[place] = draw(st.sampled_from(sorted(CALLS)))
        elif piece in OPERATORS:
            pieces[place] = draw(st.sampled_from(OPERATORS))
        elif len(piece) == 1 and piece.isalpha():
            pieces[place] = draw(st.sampled_from(OPERANDS))
    return "".join(pieces)


declared = st.dictionaries(st.sampled_from(NAMES), st.sampled_from(SHAPES), max_size=2)


def attempt(text: str, wrt: str, shapes: dict[str, str], command: str, layout: str = "paper") -> None:
    try:
        str(getattr(mcalc, command)(text, wrt, shapes, layout=layout))
    except Problem as problem:
        assert "numeric check" not in problem.message, problem.message
        assert problem.message
        render_problem(problem)
        assert all(0 <= span.start <= span.end <= len(text) + 1 for span in problem.spans)


texts = st.one_of(random_text, edited(), exchanged(), exchanged())
variables = st.sampled_from(["x", "w", "A", "a", "X", "x,y"])
commands = st.sampled_from(["jacobian", "gradient", "explain"])
layouts = st.sampled_from(["paper", "numerator", "denominator"])
unhurried = settings(deadline=None, suppress_health_check=list(HealthCheck), print_blob=True)


@settings(unhurried, max_examples=250, derandomize=True)
@given(texts, variables, declared, commands, layouts)
def test_random_text(text: str, wrt: str, shapes: dict[str, str], command: str, layout: str) -> None:
    attempt(text, wrt, shapes, command, layout)


@pytest.mark.slow
@settings(unhurried, max_examples=20_000)
@given(texts, variables, declared, commands, layouts)
def test_much_random_text(text: str, wrt: str, shapes: dict[str, str], command: str, layout: str) -> None:
    attempt(text, wrt, shapes, command, layout)


def program(length: int, step: str) -> str:
    lines = ["u0 = x", *(f"u{number} = {step.format(number - 1)}" for number in range(1, length + 1))]
    return "\n".join([*lines, f"sum(u{length})"])


LONG = {
    "a sum of 3000 names": (" + ".join(f"x{number}" for number in range(3000)), "x5"),
    "differences": (" - ".join(f"x{number}" for number in range(1000)), "x5"),
    "a product of 200 names": ("*".join(f"x{number}" for number in range(200)), "x5"),
    "a power of one name": ("*".join(["x"] * 300), "x"),
    "sums of sines": (" + ".join(f"sin({number}x)" for number in range(1, 100)), "x"),
    "100 nested sines": ("sin(" * 100 + "x" + ")" * 100, "x"),
    "300 nested sines": ("sin(" * 300 + "x" + ")" * 300, "x"),
    "300 lines of sines": (program(300, "sin(u{})"), "x"),
    "50 layers": (program(50, "tanh(W@u{} + b)"), "x"),
    "a stack of 300": ("[" + ", ".join(f"x{number}" for number in range(300)) + "]", "x5"),
    "an index of 3000 terms": ("x[" + "1 + " * 3000 + "1]", "x"),
    "150 transposes": ("A" + "'" * 150, "A"),
    "150 powers": ("x" + "^2" * 150, "x"),
    "a long name": ("x" * 10_000 + "*2", "x" * 10_000),
    "a long number": ("9" * 5000 + "*x", "x"),
    "a large exponent": ("1e999999999*x", "x"),
    "a tower of powers": ("9^9^9^9^9*x", "x"),
    "a large index": ("x[" + "9" * 5000 + "]", "x"),
    "many capitals by names": (" + ".join(f"x{number}*A{number}" for number in range(20)), "x5"),
    "300 scalings and transposes": (program(300, "-c*u{}'/3"), "x"),
    "a long matrix, transposed": ("tr((" + "-(c*(" * 90 + "A" + "))" * 90 + ")'@A)", "A"),
    "a conflict at the end": (" + ".join(f"x{number}" for number in range(1000)) + " + inv(b) + A", "x5"),
    "a conflict at the end of a program": (program(200, "tanh(W@u{} + b)") + " + inv(b).x", "x"),
}
SLOW = {
    "a chain of 500 matrices": ("x'@" + "@".join(f"A{number}" for number in range(500)) + "@x", "x"),
    "a sum of 3000 sines": (" + ".join(["sin(x)"] * 3000), "x"),
    "500 lines of sines": (program(500, "sin(u{})"), "x"),
    "500 layers": (program(500, "tanh(W@u{} + b)"), "x"),
    "500 layers by weights": (program(500, "tanh(W@u{} + b)"), "W"),
    "500 products": (program(500, "sin(u{0})*u{0}"), "x"),
    "300 cases": ("{" + "; ".join(f"x*{number} if x > {number}" for number in range(300)) + "; 0}", "x"),
    "a stack of 1000": ("[" + ", ".join(f"x{number}" for number in range(1000)) + "]", "x5"),
}


@pytest.mark.parametrize(("text", "wrt"), LONG.values(), ids=LONG)
def test_long_text(text: str, wrt: str) -> None:
    attempt(text, wrt, {}, "jacobian")


@pytest.mark.slow
@pytest.mark.parametrize(("text", "wrt"), SLOW.values(), ids=SLOW)
def test_very_long_text(text: str, wrt: str) -> None:
    attempt(text, wrt, {}, "jacobian")
