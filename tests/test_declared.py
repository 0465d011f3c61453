"""Declared properties: entry by entry to the last order, then used; Hessians by several variables; skew sums."""

from __future__ import annotations

import os
import random
import re
from collections.abc import Mapping
from itertools import islice

import numpy as np
import pytest
from differences import agree, answer_at, derivative, points, value_of

import mcalc
from mcalc import Problem, tree
from mcalc.answers import Answer
from mcalc.ask import derive
from mcalc.derivation import Derivation
from mcalc.tree import dimension, topological

MANY = int(os.environ.get("MCALC_EXAMPLES", "60"))
SIZES = {"n": 3, "m": 2, "k": 4}
S = {"S": "n,n:symmetric"}


def blocks(derivation: Derivation) -> list[tuple[tuple[str, ...], Derivation]]:
    return [(part.wrt, part) for part in derivation.parts or (derivation,)]


def check_first(text: str, wrt: str, shapes: Mapping[str, str]) -> None:
    derivation = derive(text, wrt, shapes)
    for point in islice(points(shapes, SIZES), 2):
        expected = derivative(value_of(text, shapes, SIZES), wrt)(point)
        assert agree(answer_at(derivation, point, SIZES), np.squeeze(expected)), (text, str(derivation))


def check_second(text: str, wrt: str, shapes: Mapping[str, str]) -> None:
    derivation = derive(text, wrt, shapes, "hessian")
    for names, part in blocks(derivation):
        first, second = names[0], names[-1]
        slopes = derivative(derivative(value_of(text, shapes, SIZES), first, 1e-2), second, 1e-2)
        for point in islice(points(shapes, SIZES), 2):
            assert agree(answer_at(part, point, SIZES), np.squeeze(slopes(point))), (text, names, str(part))


SKEW = [
    ("norm(A - A')^2", "A", {"A": "n,n"}),
    ("logdet(I + A - A')", "A", {"A": "n,n"}),
    ("sum(exp(x@y' - y@x'))", "x", {"x": "n", "y": "n"}),
    ("sum(exp(x@y' - y@x'))", "y", {"x": "n", "y": "n"}),
    ("inv(I - A + A')@(I + A - A')@x", "A", {"A": "n,n", "x": "n"}),
    ("x'@(A - A')@y", "A", {"A": "n,n", "x": "n", "y": "n"}),
    ("tr((A - A')@B@(A - A'))", "A", {"A": "n,n", "B": "n,n"}),
    ("tr((A - A')@B@(A' - A)')", "B", {"A": "n,n", "B": "n,n"}),
    ("sum(((A - A')*B)^2)", "B", {"A": "n,n", "B": "n,n"}),
    ("(x - y)@(y - x)'@A@(x - y)", "x", {"A": "n,n", "x": "n", "y": "n"}),
    ("norm(S@A - A@S)^2", "A", {"A": "n,n", **S}),
]


@pytest.mark.parametrize(("text", "wrt", "shapes"), SKEW, ids=lambda part: part if isinstance(part, str) else "")
def test_a_sum_that_is_its_transpose_up_to_sign(text: str, wrt: str, shapes: dict[str, str]) -> None:
    check_first(text, wrt, shapes)


def test_skew_is_known() -> None:
    n = dimension("n")
    a, s = tree.variable("A", (n, n)), tree.variable("S", (n, n), frozenset({"symmetric"}))
    difference = tree.apply("add", a, tree.apply("negative", tree.transpose(a)))
    total = tree.apply("add", a, tree.transpose(a))
    assert [tree.symmetry(node) for node in (difference, total, a)] == [-1, 1, 0]
    assert tree.symmetry(tree.chain((s, difference, s))) == -1
    assert tree.symmetry(tree.apply("multiply", difference, difference)) == 1
    assert tree.transpose(difference) is tree.negated(difference)
    assert str(derive("norm(A - A')^2", "A")) == "4(A − Aᵀ)"


HESSIANS = [
    ("tr(S@S)", "S", S),
    ("logdet(S)", "S", S),
    ("x'@inv(S)@x", "S", {"x": "n", **S}),
    ("det(S)", "S", S),
    ("tr(inv(S))", "S", S),
    ("x'@S@S@x", "S", {"x": "n", **S}),
    ("tr(S@S@S)", "S", S),
    ("tr(P@P)", "P", {"P": "n,n:psd"}),
    ("logdet(P)", "P", {"P": "n,n:psd"}),
    ("(B@B)[1,1]", "B", {"B": "n,n:diagonal"}),
    ("tr(Q@A@Q')", "Q", {"Q": "n,n:orthogonal", "A": "n,n"}),
    ("tr(K@A@K)", "K", {"K": "n,n:skew", "A": "n,n"}),
    ("logdet(I + K)*x'@K@y", "K,x", {"K": "n,n:skew", "x": "n", "y": "n"}),
    ("sum(abs(x)^3)", "x", {"x": "n:positive"}),
    ("x'@K@x", "x,K", {"x": "n", "K": "n,n:symmetric"}),
    ("x'@K@x", "K,x", {"x": "n", "K": "n,n:symmetric"}),
    ("logdet(K)*x.x", "x,K", {"x": "n", "K": "n,n:symmetric"}),
]


@pytest.mark.parametrize(("text", "wrt", "shapes"), HESSIANS, ids=lambda part: part if isinstance(part, str) else "")
def test_second_derivatives_are_entry_by_entry(text: str, wrt: str, shapes: dict[str, str]) -> None:
    check_second(text, wrt, shapes)


@pytest.mark.parametrize("property_", ["symmetric", "skew", "psd", "diagonal", "orthogonal"])
@pytest.mark.parametrize("text", ["kron(S,x)", "kron(x,S)", "S@x", "S'@S", "S + S'", "inv(S)@x", "S@S@x"])
def test_jacobians_are_entry_by_entry(text: str, property_: str) -> None:
    shapes = {"S": f"n,n:{property_}", "x": "n"}
    names = {name: shape for name, shape in shapes.items() if name in text}
    if property_ != "skew" or "inv" not in text:
        check_first(text, "S", names)


def test_the_answer_by_hand() -> None:
    assert str(derive("tr(S@S)", "S", S, "hessian")) == "2*δ[i,l]*δ[j,k]"


ENDS = [
    ("norm(Q@x)^2", "x", {"Q": "n,n:orthogonal", "x": "n"}, "2xᵀ"),
    ("logdet(Q)", "Q", {"Q": "n,n:orthogonal"}, "Q"),
    ("tr(Q'@A@Q)", "A", {"Q": "n,n:orthogonal", "A": "n,n"}, "I"),
    ("sum(abs(x))", "x", {"x": "n:positive"}, "1⃗ᵀ"),
    ("sum(relu(x))", "x", {"x": "n:positive"}, "1⃗ᵀ"),
    ("logdet(S)", "S", S, "inv(S)"),
    ("x'@K@y", "x", {"K": "n,n:skew", "x": "n", "y": "n"}, "−yᵀ·K"),
    ("x'@K@x", "x", {"K": "n,n:skew", "x": "n"}, "0⃗ᵀ"),
    ("tr(K@K)", "K", {"K": "n,n:skew"}, "−2K"),
    ("c*tr(K)", "c", {"K": "n,n:skew"}, "0"),
    ("c*tr(K@S)", "c", {"K": "n,n:skew", **S}, "0"),
    ("c*sum(K)", "c", {"K": "n,n:skew"}, "0"),
    ("c*sum(K*S)", "c", {"K": "n,n:skew", **S}, "0"),
    ("c*tr(K@K@K)", "c", {"K": "n,n:skew"}, "0"),
    ("c*tr(K@K)", "c", {"K": "n,n:skew"}, "−norm(K)²"),
    ("c*x'@K@x", "c", {"K": "n,n:skew", "x": "n", "c": "scalar"}, "0"),
    ("c*x'@(B - B')@x", "c", {"B": "n,n", "x": "n", "c": "scalar"}, "0"),
    ("x'@inv(K)@x", "x", {"K": "n,n:skew", "x": "n"}, "0⃗ᵀ"),
    ("diag(K).x", "x", {"K": "n,n:skew", "x": "n"}, "0⃗ᵀ"),
    ("diag(B - B').x", "x", {"B": "n,n", "x": "n"}, "0⃗ᵀ"),
    ("x'@K@S@K@x", "x", {"K": "n,n:skew", "x": "n", **S}, "2xᵀ·K·S·K"),
    ("(logdet(T) + tr(inv(T)@S))/2", "T", {"T": "n,n:symmetric", **S}, "(inv(T) − inv(T)·S·inv(T))/2"),
]


@pytest.mark.parametrize(("text", "wrt", "shapes", "answer"), ENDS)
def test_properties_are_used_in_the_end(text: str, wrt: str, shapes: dict[str, str], answer: str) -> None:
    assert str(derive(text, wrt, shapes)) == answer


def test_no_transpose_stays_on_a_symmetric_name() -> None:
    text = "-logdet(S)/2 - (x-u)'@inv(S)@(x-u)/2"
    found = derive(text, "S", {**S, "x": "n", "u": "n"})
    check_first(text, "S", {**S, "x": "n", "u": "n"})
    names = {node.operator.name for node in topological([found.result]) if node.args and "S" in str(node.args[0])}
    assert "transpose" not in names


# Conventions for symmetric matrices ------------------------------------------------------------------------------

VALUES = [
    ("tr(S@A)", {"A": "n,n"}, 1),
    ("S@x", {"x": "n"}, 1),
    ("S@A@S", {"A": "n,n"}, 1),
    ("kron(S,x)", {"x": "n"}, 1),
    ("tr(S@S)", {}, 2),
    ("logdet(S)", {}, 2),
    ("x'@S@A@S@x", {"x": "n", "A": "n,n"}, 2),
]


@pytest.mark.parametrize("convention", ["constrained", "entries"])
@pytest.mark.parametrize(("text", "more", "order"), VALUES)
def test_symmetric_conventions(text: str, more: dict[str, str], order: int, convention: str) -> None:
    """Against differences within the symmetric matrices: both entries of a pair are moved at once."""
    shapes = {**S, **more}
    derivation = derive(text, "S", shapes, symmetric=convention, order=order)
    value = value_of(text, shapes, SIZES)

    def of_triangle(point: dict[str, np.ndarray]) -> np.ndarray:
        """The matrix read off the entries of S taken as those of one symmetric matrix."""
        free = np.asarray(point["S"])
        return value({**point, "S": (free + free.T) / 2})

    (point,) = islice(points(shapes, SIZES, 5), 1)
    expected = (
        derivative(of_triangle, "S", 1e-2)(point)
        if order == 1
        else derivative(derivative(of_triangle, "S", 1e-2), "S", 1e-2)(point)
    )
    if convention == "entries":
        weight = 2 - np.eye(SIZES["n"])
        expected = expected * weight
        if order == 2:
            expected = expected * weight[:, :, None, None]
    assert agree(answer_at(derivation, point, SIZES), np.squeeze(expected), 1e-4)
    assert any("symmetric" in note for note in derivation.notes)


@pytest.mark.parametrize("convention", ["constrained", "entries"])
def test_a_convention_is_never_ignored(convention: str) -> None:
    with pytest.raises(Problem) as refused:
        derive("tr(A@A)", "A", {"A": "n,n"}, symmetric=convention)
    assert refused.value.status == 3


@pytest.mark.parametrize("order", [1, 2])
def test_a_note_says_which_convention(order: int) -> None:
    for convention, words in (("free", "as if its entries were free"), ("constrained", "symmetric part")):
        notes = derive("tr(S@S)", "S", S, order=order, symmetric=convention).notes
        assert any(words in note for note in notes)


# Several variables -----------------------------------------------------------------------------------------------


def test_of_scalars_the_whole_matrix_comes() -> None:
    assert str(derive("f^2/3 + g^(3/2)", "f,g", command="hessian")) == "[2/3, 0; 0, 3/(4sqrt(g))]"
    check = mcalc.check("x*y^2", "x,y", "[0, 2y; 2y, 2x]", order=2)
    assert check.right
    three = derive("a*b^2*c^3", "a,b,c", command="hessian")
    assert [len(axis) for axis in (three.shape, three.by)] == [2, 3]
    function = Answer.of(three).function("numpy")
    a, b, c = 2.0, 3.0, 5.0
    expected = [[0, 2 * b * c**3, 3 * b**2 * c**2], [2 * b * c**3, 2 * a * c**3, 6 * a * b * c**2]]
    assert np.allclose(function(a, b, c)[:2], expected)


def test_of_others_every_block_comes() -> None:
    found = derive("w.x*b + b^2*x'@A@x", "w,b,x", {"b": "scalar", "A": "n,n"}, "hessian")
    assert [part.wrt for part in found.parts] == [(one, other) for one in "wbx" for other in "wbx"]
    values = Answer.of(found).function("numpy")(*(np.ones(shape) for shape in ((3,), (3,), (), (3, 3))))
    assert [np.shape(value) for value in values] == [(3, 3), (3,), (3, 3), (3,), (), (3,), (3, 3), (3,), (3, 3)]


@pytest.mark.parametrize("text", ["x'@K@x", "logdet(K)*x.x", "exp(x'@K@w)", "b*tr(K@K) + b^2*w.x"])
def test_the_order_of_names_changes_no_value(text: str) -> None:
    shapes = {"x": "n", "w": "n", "b": "scalar", "K": "n,n:symmetric"}
    shapes = {name: shape for name, shape in shapes.items() if name in text.replace("exp", "").replace("logdet", "")}
    names = list(shapes)
    one = dict(blocks(derive(text, names, shapes, "hessian")))
    other = dict(blocks(derive(text, names[::-1], shapes, "hessian")))
    (point,) = islice(points(shapes, SIZES, 2), 1)
    assert one.keys() == other.keys()
    for pair, part in one.items():
        assert agree(answer_at(part, point, SIZES), answer_at(other[pair], point, SIZES), 1e-12)


# Random programs -------------------------------------------------------------------------------------------------

SHAPES = {
    "S": "n,n:symmetric",
    "P": "n,n:psd",
    "D": "n,n:diagonal",
    "K": "n,n:skew",
    "Q": "n,n:orthogonal",
    "B": "n,n",
    "x": "n",
    "y": "n",
    "a": "scalar",
}
MATRICES = (
    "{M}@{M}",
    "({M} - {M})",
    "({M} + {M})",
    "{M}'",
    "-{M}",
    "({M} - {M}')",
    "({M} + {M}')",
    "{v}@{v}'",
    "{M}*{M}",
    "diag({v})",
    "inv({M}'@{M} + I)",
    "({v}@{w}' - {w}@{v}')",
    "{s}*{M}",
    "sum({M}[i]@{M}[i]' for i in 1..n)",
    "kron({M},{v})[1..3]",
)
VECTORS = (
    "{M}@{v}",
    "({v} - {v})",
    "{v}*{v}",
    "{M}[:,1]",
    "tanh({v})",
    "max({v}, relu({v}))",
    "min({v}, max({v}, 1))",
    "{s}*{v}",
    "sum({v}[i]*{M}[i] for i in 1..n)",
    "({M}*{M})@{v}",
    "softmax({v})",
)
SCALARS = (
    "tr({M}@{M})",
    "{v}.{v}",
    "{v}'@{M}@{v}",
    "logdet({M}'@{M} + I)",
    "norm({M})^2",
    "sum(tanh({M}))",
    "{s}*{s}",
    "({s} - {s})",
    "sum({v}[i]*{v}[i] for i in 1..n)",
    "sum({v}[i] for i in 1..n)",
    "max({s}, max(1, {s}))",
    "sum({v} . {M}[i] for i in 1..n)",
    "norm({M} - {M}')^2",
)
LEAVES = {"M": "SPDQBK", "v": "xy", "w": "xy", "s": "a"}
FORMS = {"M": MATRICES, "v": VECTORS, "w": VECTORS, "s": SCALARS}


def program(kind: str, depth: int, choose: random.Random) -> str:
    if depth == 0 or (kind != "s" and choose.random() < 0.3):
        return choose.choice(LEAVES[kind])
    text = choose.choice(FORMS[kind])
    known: dict[str, str] = {}
    while "{" in text:
        letter = text[text.index("{") + 1]
        repeat = letter in known and choose.random() < 0.5
        inner = known[letter] if repeat else program(letter, depth - 1, choose)
        known[letter] = inner
        text = text.replace("{" + letter + "}", f"({inner})" if len(inner) > 1 else inner, 1)
    return text


def compared(text: str, shapes: Mapping[str, str], wrt: list[str], order: int, seed: int) -> bool:
    """Whether the derivatives agree at some points; a point near a kink is not counted, two that disagree are."""
    derivation = derive(text, wrt, shapes, order=order, verify=False)
    sizes = {"n": 3}
    value = value_of(text, shapes, sizes)
    for names, part in blocks(derivation):
        slope, finer = value, value
        for name in names if order == 2 else names[:1]:
            slope, finer = derivative(slope, name, 1e-2), derivative(finer, name, 4e-3)
        told = 0
        for point in islice(points(shapes, sizes, seed), 6):
            expected, again = np.squeeze(slope(point)), np.squeeze(finer(point))
            if not np.isfinite(expected).all() or not agree(expected, again, 1e-4):
                continue
            assert agree(answer_at(part, point, sizes), again, 1e-3), (text, names, order, str(part)[:400])
            told += 1
            if told == 2:
                break
        if not told:
            return False
    return True


def run(count: int, start: int) -> int:
    agreed = 0
    for at in range(start, start + count):
        choose = random.Random(at)
        text = program("s", choose.choice((1, 2, 2, 3)), choose)
        shapes = {name: shape for name, shape in SHAPES.items() if name in set(_names(text))}
        if not shapes or len(text) > 160:
            continue
        wrt = choose.sample(list(shapes), min(len(shapes), choose.choice((1, 1, 2))))
        order = choose.choice((1, 2))
        agreed += compared(text, shapes, wrt if order == 2 else wrt[:1], order, at)
    return agreed


def _names(text: str) -> list[str]:

    return re.findall(r"\b[A-Za-z]\b", text)


def test_random_programs_with_properties() -> None:
    assert run(MANY, 1) > MANY // 2


@pytest.mark.slow
def test_many_random_programs_with_properties() -> None:
    assert run(20 * MANY, 10**6) > 10 * MANY
