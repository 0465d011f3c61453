"""How names are spelled: typography, subscripts with and without `_`, and what is printed is read back."""

from __future__ import annotations

import pytest

import mcalc
from mcalc.ask import derive, read
from mcalc.derivation import answer_text
from mcalc.formats import DERIVATION, showing
from mcalc.language import canonical_name, parse
from mcalc.numbers import read_assignments
from mcalc.pages import write
from mcalc.problems import Problem, Span
from mcalc.tree import name_key, name_text

NAMES = [
    *("x", "x1", "x_1", "x_", "x__", "x_1_", "x__1", "x_1_2", "x12", "x_12", "x_hat", "x_1_hat", "x_hat_1"),
    *("theta", "theta1", "theta_1", "theta_", "lambda_", "Sigma", "Sigma_2", "W1", "loss2", "h_prev", "y_hat_"),
    *("beta_0", "a_b_1", "utf8"),
]


@pytest.mark.parametrize("name", NAMES)
def test_a_name_is_read_as_it_is_printed(name: str) -> None:
    assert name_key(canonical_name(name_text(name))) == name_key(canonical_name(name))
    assert len(parse(f"{name_text(name)} + {name}*2", known=[name]).value.children) == 2
    assert list(read(f"{name_text(name)} + {name}*2").names) == [canonical_name(name_text(name))]
    derivation = derive(f"{name}*2", name, {name: "scalar"})
    assert str(derivation) == "2" and derivation.wrt == (name,)


def test_names_that_differ_are_apart() -> None:
    apart = [name for name in NAMES if name not in ("x_1", "theta_1", "x_12")]
    assert len({name_key(name) for name in apart}) == len(apart)


@pytest.mark.parametrize(
    ("text", "names", "notes"),
    [
        ("ﬁ*x", ["fi", "x"], ["ﬁ is read as fi"]),
        ("𝐱.𝐰", ["x", "w"], ["𝐱 is read as x", "𝐰 is read as w"]),
        ("𝜽1*theta_1", ["theta1"], ["𝜽1 is read as theta1"]),
        ("Ｘ＊ｘ", ["X", "x"], ["Ｘ is read as X", "ｘ is read as x"]),
        ("ŉ*2", ["ʼn"], ["ŉ is read as ʼn"]),
        ("（x＋１）＾２", ["x"], []),
        ("x̂*θ*µ*ϕ*w₁", ["x_hat", "theta", "mu", "phi", "w_1"], []),
        ("x² + Aᵀ + b′ + 1⃗", ["x", "A", "b"], []),
        ("x # ﬁ", ["x"], []),
    ],
)
def test_letters_lose_their_typography_and_signs_do_not(text: str, names: list[str], notes: list[str]) -> None:
    assert list(read(text, dict.fromkeys("xAbwX", "scalar") if "²" in text else {}).names) == names
    assert list(parse(text).notes) == notes


def test_letters_that_would_become_one_name() -> None:
    with pytest.raises(Problem, match="would be one name"):
        parse("𝐱.𝐰 + x")
    parse("ﬁ + fi + θ + theta + ϑ")


def test_the_place_of_a_fault_is_that_of_the_text_as_typed() -> None:
    with pytest.raises(Problem) as refused:
        parse("ﬁ ＋ （𝐱 ＊ ☃）")
    assert refused.value.spans == (Span(9, 10),)
    assert refused.value.source == "ﬁ ＋ （𝐱 ＊ ☃）"


@pytest.mark.parametrize("pair", [("x1", "x_1"), ("θ1", "theta_1"), ("W_1", "W₁"), ("theta1", "θ₁")])
def test_a_number_below_is_the_same_with_and_without_a_sign_for_it(pair: tuple[str, str]) -> None:
    one, other = pair
    for first, second in (pair, pair[::-1]):
        assert str(derive(f"{one}*{other}", first, {second: "scalar"})) == f"2{name_text(canonical_name(one))}"
        assert derive(f"u = {first}^2; u", second, {first: "scalar"}).verified
        assert mcalc.check(f"{first}^2", first, f"2{second}", {second: "scalar"}).right
        found = mcalc.evaluate(f"{first}^2", {second: 3}, second)
        assert found.answers[0].number.exact == 6
    with pytest.raises(Problem, match="given twice"):
        read_assignments([f"{one}=1", f"{other}=2"])
    with pytest.raises(Problem, match="defined twice"):
        parse(f"{one} = 1; {other} = 2; x")


def test_dimensions_are_spelled_alike() -> None:
    assert derive("x.[y; 1]", "y", {"x": "n_1+1", "y": "n1"}).shape == derive("y.y", "y", {"y": "n_1"}).shape


@pytest.mark.parametrize("form", ["latex", "ascii", "text"])
def test_a_name_that_ends_in_a_line(form: str) -> None:
    from mcalc.pages import write

    shown = write(derive("x_.y_ + lambda_*x__1", "x_"), form)
    assert ("y}_{\\_}^T" if form == "latex" else "y_") in shown


@pytest.mark.parametrize("text", ["norm(M@x - b1)^2 + norm(b2)", "w_1.x1 + θ1*b_2", "T1 . x + x . T1"])
def test_answers_with_numbered_names_read_back(text: str) -> None:
    for name in read(text).names:
        assert derive(text, name, form="text").verified
        assert derive(text, name, form="ascii").verified


@pytest.mark.parametrize(
    ("command", "text", "wrt", "shapes"),
    [
        ("gradient", "minimum(det(n@{0}), 1)", "n", {"n": "k,d", "{0}": "d,k"}),
        ("gradient", "prod([X; min({0}, axis=0)'])", "{0}", {"X": "m,n", "{0}": "n,n"}),
        ("jacobian", "log_sum_exp([sin({0}); unit(1, m)'])", "{0}", {"{0}": "n,m"}),
        (
            "jacobian",
            "where(ones(n) <= {0}[1,1], sin(exp(z + 1))/z, sqrt(1 + exp(z + 1)))",
            "z",
            {"{0}": "m,n", "z": "n"},
        ),
    ],
)
@pytest.mark.parametrize("typed", ["t1", "t_1", "t_2", "s1", "u1"])
def test_the_names_of_parts_are_none_of_the_texts(
    command: str, text: str, wrt: str, shapes: dict[str, str], typed: str
) -> None:
    declared = {name.format(typed): shape for name, shape in shapes.items()}
    derivation = derive(text.format(typed), wrt.format(typed), declared, command, form="text")
    named = [line.split(" = ")[0] for line in answer_text(derivation, "text").split("\n")[:-1]]
    assert named and name_text(typed) not in named


@pytest.mark.parametrize("typed", ["u1", "u_1", "u_2", "v1", "g_1", "h1", "t_u_1"])
def test_intermediate_values_are_none_of_the_texts_names(typed: str) -> None:
    others = ["u1", "v_1", "g1", "h_1", typed]
    declared = dict.fromkeys(others, "scalar")
    derivation = derive(f"sin(exp({typed})*{typed})" + "".join(f"*{name}" for name in declared), typed, declared)
    lines = {name_key(line.name) for line in derivation.lines}
    assert lines and not lines & {name_key(name) for name in declared}


@pytest.mark.parametrize("form", showing(DERIVATION))
def test_a_name_that_ends_in_a_line_is_written_in_every_format(form: str) -> None:
    assert write(derive("sum(w_*x)", "x", {"w_": "n", "x": "n"}), form)


def test_one_name_in_two_spellings_is_declared_once() -> None:
    with pytest.raises(Problem, match="declared twice"):
        read("λ.b", {"λ": "n", "lambda": "n,n", "b": "n"})


def test_a_declared_letter_is_no_function() -> None:
    assert str(derive("Σ[1]^2*x", "x", {"Σ": "n"}, verify=False).result) == "Sigma[1]^2"


@pytest.mark.parametrize("text", ["kron(I + W, d)", "kron(W@I, d)"])
def test_an_identity_in_a_kronecker_product_takes_the_size_of_what_it_stands_beside(text: str) -> None:
    assert [str(size) for size in read(text, {"W": "n,n", "d": "n"}).value.shape] == ["n**2", "n"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("x = A@x + b; norm(x)", "`x` stands in its own definition."),
        ("u = tanh(W@x); h = tanh(V@h); u.h", "`h` stands in its own definition."),
        ("y = z + 1; z = x^2; y", "`z` is used before it is defined."),
    ],
)
def test_a_name_is_defined_before_it_is_used(text: str, said: str) -> None:
    with pytest.raises(Problem) as raised:
        derive(text, "x")
    assert raised.value.message == said and raised.value.spans and raised.value.hint
    assert derive("s = sum(x[i]*k[i] for i in 1..n); i = s^2; i", "x").verified
