"""The letters that mcalc adds are none that the text has: running and free indices, δ, π, I, transposes."""

from __future__ import annotations

import pytest

from mcalc.ask import derive
from mcalc.tree import dimension, free_letter, further_letters, index_letters, sizes_shown

PRINTED = [
    (
        "norm(sum(v . v * j[i] for i in 1..n))",
        "v",
        {"v": "n", "j": "n,n"},
        "2sum(j·jᵀ)*vᵀ/norm(sum(j[i] for i in 1..n))",
    ),
    ("B[:,3]", "B", {"B": "n,k"}, "δ[i,p]*unit(3,k)[q]"),
    ("delta*A", "A", {"delta": "scalar", "A": "m,n"}, "δ*eye(m)[i,k]*eye(n)[j,l]"),
    ("m^(T[4,1])*sum(x)", "x", {"T": "5,5", "m": "scalar", "x": "n"}, "m^(T[4,1])*1⃗ᵀ"),
    ("I*x", "x", {"I": "scalar", "x": "n"}, "I*eye(n)"),
    ("sum(gelu(x)) + tr(pi)", "x", {"x": "n", "pi": "m,m"}, "acos(-1)"),
]


@pytest.mark.parametrize(("expression", "by", "shapes", "printed"), PRINTED)
def test_printed(expression: str, by: str, shapes: dict[str, str], printed: str) -> None:
    assert printed in str(derive(expression, by, shapes))


def test_latex_apart_from_names() -> None:
    assert r"\delta I_{ik}" in derive("delta*A", "A", {"delta": "scalar", "A": "m,n"}).latex()
    turned = derive("T*(w.x)", "w", {"T": "scalar", "w": "n", "x": "n"}).latex()
    assert r"^{\top}" in turned and "^{T}" not in turned


@pytest.mark.parametrize("name", ["i", "j", "k", "l", "n", "delta", "pi", "T", "I", "u_1", "t_1", "y", "f", "e"])
@pytest.mark.parametrize("form", ["text", "ascii"])
def test_any_name(name: str, form: str) -> None:
    """The check of what is printed refuses an answer whose letters collide."""
    for shape in ("scalar", "m", "m,m"):
        value = {"scalar": f"({name}*(w.x))^3*A", "m": f"{name}.w*A", "m,m": f"({name}@A) * {name}^2"}[shape]
        shapes = {name: shape, "A": "m,m", "w": "m", "x": "m"}
        used = {key: own for key, own in shapes.items() if key == name or key in value}
        for by in (name, "A"):
            derive(value, by, used, form=form)


def test_letters() -> None:
    assert index_letters([2, 2], ()) == ["i", "j", "k", "l"]
    assert index_letters([1, 2], {"k"}) == ["i", "p", "q"]
    assert index_letters([2, 1], {"j"}) == ["k", "l", "p"]
    many = index_letters([2, 2], set("ijklpqrsuvabgh"))
    assert len(set(many)) == 4
    assert free_letter({"i", "j"}) == "k"
    letters = further_letters({"i"})
    assert [next(letters) for _ in range(3)] == ["j", "k", "l"]


def test_sizes() -> None:
    k, n = dimension("k"), dimension("n")
    assert sizes_shown((k**2 * n, k)) == "k^2*n×k"
    assert sizes_shown((2 * n, n + 1)) == "2n×(n+1)"
