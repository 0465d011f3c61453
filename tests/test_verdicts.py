"""`mcalc check` never calls a wrong answer right, and never a right one wrong."""

from __future__ import annotations

import os
from collections import Counter
from itertools import islice

import numpy as np
import pytest
from verdict_cases import Case, right_cases, wrong_cases

import mcalc
from mcalc import Problem
from mcalc.ask import derive
from mcalc.checking import examined as check
from mcalc.derivation import answer_text
from mcalc.notation import Lines
from mcalc.numbers import REAL
from mcalc.numbers import digits_of as digits
from mcalc.pages import write_verdict as write
from mcalc.question import Question
from mcalc.table import TABLE
from mcalc.tree import PROPERTIES

X, XY = {"x": "scalar"}, {"x": "scalar", "y": "scalar"}
WRONG = [
    ("1e9*x + sin(x)", "x", "1e9", X),
    ("x^2 + 1e-10*x", "x", "2x", X),
    ("x^2", "x", "2x + 1e-9", X),
    ("x^2", "x", "2.000000001x", X),
    ("abs(x)/2 + x/2", "x", "1", X),
    ("abs(x) + abs(x-5)", "x", "sign(x) - 1", X),
    ("abs(x) + abs(x-20)", "x", "sign(x) - 1", X),
    ("abs(x) + abs(x-1000)", "x", "sign(x) - 1", X),
    ("relu(x) - relu(x-1)", "x", "x > 0", X),
    ("relu(x-1000) - relu(x-1001)", "x", "0", X),
    ("max(0,1-x) + x", "x", "1", X),
    ("max(x,1) - x", "x", "-1", X),
    ("abs(x+1) - abs(x-1)", "x", "2", X),
    ("relu(w.x) - w.x", "w", "-x'", {}),
    ("relu(norm(x) - 1000)", "x", "zeros(n)'", {"x": "n"}),
    ("relu(sum(x) - 1e5)", "x", "zeros(n)'", {"x": "n"}),
    ("relu(x*y - 1e4)", "x", "0", XY),
    ("exp(x) + max(0, x-1000)", "x", "exp(x)", X),
    ("x + exp(-1e6*(x-1/3)^2)", "x", "1", X),
    ("max(0, 1 - 1000abs(x-2))", "x", "0", X),
    ("log(x-5)", "x", "1/(x-5) + 0.0001", X),
    ("x^2", "x", "2.0x + 0.001", X),
    ("max(x, 0.05) + x", "x", "2", {"x": "scalar:positive"}),
    ("max(x, 1e-4) + x", "x", "2", {"x": "scalar:positive"}),
    ("max(tr(S), 0.05) + tr(S)", "S", "2*I", {"S": "n,n:psd"}),
    ("t*relu(det(Q))", "t", "0", {"t": "scalar", "Q": "2,2:orthogonal"}),
    ("t*relu(det(Q))", "t", "1", {"t": "scalar", "Q": "3,3:orthogonal"}),
    ("sum(max(y, 0.01))", "y", "ones(n)'", {"y": "n:probability"}),
]
RIGHT = [
    ("norm(Q@x)^2", "x", "2x'", {"Q": "n,n:orthogonal"}),
    ("sum((Q'@Q@x - b)^2)", "x", "2(x-b)'", {"Q": "n,n:orthogonal", "b": "n"}),
    ("tr(Q@X)", "X", "inv(Q)", {"Q": "n,n:orthogonal"}),
    ("x'@K@x", "x", "zeros(n)'", {"K": "n,n:skew"}),
    ("-sum(y*log_softmax(z))", "z", "(softmax(z) - y)'", {"y": "k:probability"}),
    ("norm(x/norm(x))", "x", "zeros(n)'", {}),
    ("logdet(X@inv(X))", "X", "zeros(n,n)", {}),
    ("logdet(X'@X)", "X", "2*(inv(X'@X)@X')'", {}),
    ("A@X", "X", "kron(I, A)", {}),
    ("abs(x)", "x", "x/abs(x)", X),
    ("max(x)", "x", "(x >= max(x))'", {"x": "n"}),
    ("sigmoid(w.x)", "w", "x'*exp(-w.x)/(1 + exp(-w.x))^2", {}),
    ("1e9*x + sin(x)", "x", "1e9 + cos(x)", X),
    ("max(relu(x - 3000), softplus(x/4))", "x", "where(x - 3000 > log(1 + exp(x/4)), 1, sigmoid(x/4)/4)", X),
    ("w.x", "w", "∇f = x'", {}),
    ("x^2", "x", "df/dx = 2x", X),
    ("x^2", "x", "f'(x) = 2x", X),
    ("sum(x^2)", "x", "u = x'; ∂f/∂x = 2u", {}),
    ("x^2*y", "x,y", "[2x*y, x^2]", XY),
    ("x^2*y", "x,y", "[2x*y; x^2]", XY),
    ("x'@A@x", "x,A", "[x'@(A+A'), x@x']", {}),
]
CONDITIONS = [
    ("-sum(y*log_softmax(z))", "z", "(softmax(z) - y)'", {"y": "k", "z": "k"}, "-s y=k:probability"),
    ("x'@A@x", "x", "2x'@A", {"A": "n,n"}, "-s A=n,n:symmetric"),
    ("norm(x)*abs(t)", "t", "norm(x)", {"t": "scalar"}, "-s t=scalar:positive"),
    ("norm(x)*abs(t)", "x", "t*x'/norm(x)", {"t": "scalar"}, "-s t=scalar:positive"),
    ("norm(Q@x)^2", "x", "2x'", {"Q": "n,n"}, "-s Q=n,n:orthogonal"),
    ("x'@K@x", "x", "zeros(n)'", {"K": "n,n"}, "-s K=n,n:skew"),
    ("norm1(x)", "x", "ones(n)'", {"x": "n"}, "-s x=n:positive"),
    ("logdet(L)", "L", "inv(diag(diag(L)))", {"L": "n,n"}, "-s L=n,n:diagonal"),
]
BETWEEN_KINKS = [
    ("abs(x) + abs(x-5)", "x", "sign(x) - 1", X, "x − 5 ≤ 0"),
    ("abs(x) + abs(x-1000)", "x", "sign(x) - 1", X, "x − 1000 ≤ 0"),
    ("relu(x) - relu(x-1)", "x", "x > 0", X, "x ≤ 1"),
    ("max(0,1-x) + x", "x", "1", X, "x ≥ 1"),
    ("max(x,1) - x", "x", "-1", X, "x ≤ 1"),
    ("abs(x+1) - abs(x-1)", "x", "2", X, "x + 1 > 0 and x − 1 ≤ 0"),
    ("relu(w.x) - w.x", "w", "-x'", {}, "w·x ≤ 0"),
    ("relu(norm(x) - 1000) + sum(x)", "x", "ones(n)'", {"x": "n"}, "norm(x) ≤ 1000"),
]
HOLDS_WITH = {
    "symmetric": ("t*norm(P - P')^2 + t^2", "2t"),
    "skew": ("t*norm(P + P')^2 + t^2", "2t"),
    "lower": ("logdet(P)*t + t^2", "sum(log(abs(diag(P)))) + 2t"),
    "upper": ("logdet(P)*t + t^2", "sum(log(abs(diag(P)))) + 2t"),
    "diagonal": ("t*(norm(diag(diag(P)) - P)^2 + t)", "2t"),
    "orthogonal": ("t*(norm(P'@P - eye(n))^2 + t)", "2t"),
    "psd": ("t*sqrt(det(P)^2) + t^2", "det(P) + 2t"),
    "positive": ("abs(P)*t + t^2", "P + 2t"),
    "probability": ("t*sum(P) + t^2", "1 + 2t"),
}
ROUNDED = [("x^3/7", "0.428571x^2", 6), ("sin(pi*x)", "3.1416*cos(3.1416*x)", 5), ("x^2/3", "0.667x", 3)]


@pytest.mark.parametrize(("expression", "wrt", "answer", "shapes"), WRONG)
def test_wrong_answers(expression: str, wrt: str, answer: str, shapes: dict[str, str]) -> None:
    assert not check(Question(expression, wrt, shapes), answer, explain=False).right


@pytest.mark.parametrize(("expression", "wrt", "answer", "shapes"), RIGHT)
def test_right_answers(expression: str, wrt: str, answer: str, shapes: dict[str, str]) -> None:
    assert mcalc.check(expression, wrt, answer, shapes).right


def test_identities_in_a_second_derivative() -> None:
    assert mcalc.check("tr(X'@X)", "X", "2*kron(I,I)", order=2).right


@pytest.mark.parametrize(("expression", "wrt", "answer", "shapes", "declare"), CONDITIONS)
def test_the_first_line_is_the_condition(
    expression: str, wrt: str, answer: str, shapes: dict[str, str], declare: str
) -> None:
    found = mcalc.check(expression, wrt, answer, shapes)
    assert not found.right and f"({declare})" in write(found).splitlines()[0]


@pytest.mark.parametrize(("expression", "wrt", "answer", "shapes", "declare"), CONDITIONS)
def test_what_the_condition_declares_makes_the_answer_right(
    expression: str, wrt: str, answer: str, shapes: dict[str, str], declare: str
) -> None:
    name, _, shape = declare.removeprefix("-s ").partition("=")
    assert mcalc.check(expression, wrt, answer, {**shapes, name: shape}).right


@pytest.mark.parametrize("name", PROPERTIES)
def test_a_condition_is_found_for_every_property(name: str) -> None:
    record = PROPERTIES[name]
    shape = {"square": "n,n", "vector": "n"}.get(record.needs, "scalar")
    expression, answer = HOLDS_WITH[name]
    found = mcalc.check(expression, "t", answer, {"P": shape, "t": "scalar"})
    assert not found.right and write(found).startswith("✗ The answer is right only where")
    assert mcalc.check(expression, "t", answer, {"P": f"{shape}:{name}", "t": "scalar"}).right


@pytest.mark.parametrize(("expression", "wrt", "answer", "shapes", "where"), BETWEEN_KINKS)
def test_where_between_kinks_an_answer_is_right(
    expression: str, wrt: str, answer: str, shapes: dict[str, str], where: str
) -> None:
    found = mcalc.check(expression, wrt, answer, shapes)
    assert not found.right
    assert [finding.sentence for finding in found.findings] == [
        f"The answer is right on a part of the domain only, where {where}."
    ]


def test_what_floating_point_numbers_do_not_show_is_told() -> None:
    for expression, answer, apart in (("x^2 + 1e-10*x", "2x", "0.0000000001"), ("x^2", "2x + 1e-9", "0.000000001")):
        assert f"it is off by {apart}." in str(mcalc.check(expression, "x", answer, X))


def test_a_property_that_only_keeps_to_one_side_explains_nothing() -> None:
    found = mcalc.check("relu(norm(x) - 1000)", "x", "zeros(n)'", {"x": "n"})
    assert "add up to 1" not in write(found)


def test_zero_on_one_side_of_a_kink_says_nothing() -> None:
    assert mcalc.check("relu(w.x)^2", "w", "relu(w.x)*x'").findings[0].name == "factor"


@pytest.mark.parametrize(("expression", "answer", "places"), ROUNDED)
def test_rounded_decimals(expression: str, answer: str, places: int) -> None:
    found = mcalc.check(expression, "x", answer, X)
    assert found.right and found.rounded == places
    assert write(found).startswith(f"✓ Right when rounded to {places} digits")


def test_another_layout_is_right_where_none_is_asked_for() -> None:
    found = mcalc.check("x'@A@x", "x", "(A + A')@x")
    assert found.right and write(found).startswith("✓ Right, in the denominator layout")
    assert not mcalc.check("x'@A@x", "x", "(A + A')@x", layout="paper").right


def test_transposed_and_wrong_as_well() -> None:
    found = mcalc.check("sum((X@w - y)^2)", "w", "X'@(X@w - y)")
    assert [finding.name for finding in found.findings] == ["factor", "other-layout"]


def test_several_variables_need_as_many_answers() -> None:
    found = mcalc.check("x'@A@x", "x,A", "[x'@(A+A'), x'@x]")
    assert not found.right and [part.right for part in found.parts] == [True, False]
    with pytest.raises(Problem):
        mcalc.check("x'@A@x", "x,A", "[x'@(A+A'), x@x', 1]")


@pytest.mark.parametrize("name", [name for name in TABLE if TABLE[name].elementwise and not TABLE[name].variadic])
def test_many_digits_agree_with_floating_point(name: str) -> None:
    operator, generator = TABLE[name], np.random.default_rng(1)
    start = 1 if operator.domain == "above one" else 0
    values = [start + generator.uniform(0.2, 0.8, 3) for _ in operator.argument_names]
    many = digits(50)
    found = many.call(operator, [many.array(value) for value in values], ())
    assert np.allclose(np.array(found, dtype=float), REAL.call(operator, values, ()))


FEW = 8
MANY = int(os.environ.get("MCALC_EXAMPLES", "200"))
SEED = int(os.environ.get("MCALC_SEED", "1"))


def said_of(case: Case) -> str:
    try:
        found = check(Question(case.program, case.wrt, case.shapes, verify=False), case.answer, explain=False)
    except Problem as problem:
        return "not settled" if problem.status == 3 else "unreadable"
    if found.right and not found.proven:
        return "equal at 50 digits"
    return "proven" if found.right else "wrong"


def verdicts(cases: list[Case]) -> tuple[Counter[str], dict[str, list[str]]]:
    counts: Counter[str] = Counter()
    by_verdict: dict[str, list[str]] = {}
    for case in cases:
        said = said_of(case)
        counts[said] += 1
        by_verdict.setdefault(said, []).append(f"{case.done}: {case.program} by {case.wrt}: {case.answer}")
    return counts, by_verdict


def right_ones(count: int, seed: int) -> Counter[str]:
    counts, found = verdicts(list(islice(right_cases(seed), count)))
    assert found.get("wrong", []) == []
    assert counts["unreadable"] + counts["not settled"] <= max(1, count // 50), found
    return counts


def wrong_ones(count: int, seed: int) -> Counter[str]:
    cases = list(islice(wrong_cases(seed), count))
    counts, found = verdicts(cases)
    assert found.get("proven", []) + found.get("equal at 50 digits", []) == []
    assert counts["unreadable"] + counts["not settled"] <= max(1, count // 50), found
    return counts + Counter(f"by {case.done}" for case in cases)


def test_equivalent_answers_are_right() -> None:
    right_ones(FEW, 5)


def test_damaged_answers_are_wrong() -> None:
    wrong_ones(FEW, 5)


@pytest.mark.slow
def test_no_right_answer_is_called_wrong() -> None:
    print(f"\n{MANY} equivalent answers: {dict(right_ones(MANY, SEED))}")


@pytest.mark.slow
def test_no_wrong_answer_is_called_right() -> None:
    print(f"\n{MANY} damaged answers: {dict(wrong_ones(MANY, SEED))}")


FOUND = [
    (
        "tr((I - K@H)@P@(I - K@H)' + K@R@K')",
        "K",
        "-2*(I - K@H)@P@H'",
        {"P": "n,n:symmetric", "R": "n,n:symmetric", "K": "n,n", "H": "n,n"},
        "the path through `K·R·Kᵀ` is left out",
    ),
    ("x'@A@x", "x", "x'@A", {"A": "n,n"}, "the path through the `x` of `xᵀ·A·x` is left out"),
    ("tanh(W@x)", "x", "W@diag(1-tanh(W@x)^2)", {}, "the factors stand in the wrong order"),
    ("exp(A@x)", "x", "A@diag(exp(A@x))", {}, "the factors stand in the wrong order"),
    (
        "sum(sqrt(sum((X'@W - Y)^2, axis=1)))",
        "W",
        "A = X'@W - Y; X@(A/outer(sqrt((A*A)@ones(n)), ones(k)))",
        {"X": "m,n", "W": "m,k"},
        "`ones(n)` where `ones(k)` belongs",
    ),
]


@pytest.mark.parametrize(("expression", "wrt", "answer", "shapes", "said"), FOUND)
def test_what_is_wrong_is_found_where_it_is(
    expression: str, wrt: str, answer: str, shapes: dict[str, str], said: str
) -> None:
    found = mcalc.check(expression, wrt, answer, shapes)
    assert not found.right and said in write(found)


def test_no_condition_contradicts_what_is_declared() -> None:
    shapes = {"S": "n,n:symmetric", "x": "n", "t": "scalar"}
    assert "skew" not in str(mcalc.check("t*x'@S@x + t^2", "t", "2t", shapes))


@pytest.mark.parametrize(
    ("expression", "answer"), [("sin(x)*cos(x)", "-cos(x)*sin(x)"), ("sin(x)/(1 + x^2)", "cos(x)/(2x)")]
)
def test_the_product_of_the_derivatives(expression: str, answer: str) -> None:
    (found,) = mcalc.check(expression, "x", answer, X).findings
    assert "are each taken by themselves" in found.words and found.step is not None


INDEXED = [
    ("softmax(W@x)[i]*(delta[i,k] - softmax(W@x)[k])*x[l]", ""),
    ("delta[i,k]*softmax(W@x)[i]*x[l] - softmax(W@x)[i]*softmax(W@x)[k]*x[l]", ""),
    ("2*softmax(W@x)[i]*(delta[i,k] - softmax(W@x)[k])*x[l]", "the answer is 2 times the derivative"),
    ("-softmax(W@x)[i]*(delta[i,k] - softmax(W@x)[k])*x[l]", "the answer has the opposite sign"),
    ("softmax(W@x)[i]*(delta[i,k] + softmax(W@x)[k])*x[l]", "A sign is wrong: that of `softmax(W@x)[k]`"),
    ("softmax(W@x)[i]*(delta[i,k] - softmax(W@x)[i])*x[l]", "it differs at"),
    ("softmax(W@x)[i]*delta[i,k]*x[l]", "it differs at"),
]


@pytest.mark.parametrize(("answer", "said"), INDEXED)
def test_answers_in_index_notation(answer: str, said: str) -> None:
    found = mcalc.check("softmax(W@x)", "W", answer)
    assert found.right == found.proven == (not said)
    assert said in write(found)


def test_an_own_form_that_does_not_read_back_is_told_as_a_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Lines, "alone", lambda self, at: "3x'")
    for answer in ("2x'", "x' + x'", "5x'"):
        with pytest.raises(Problem, match="does not read back") as raised:
            mcalc.check("x.x", "x", answer)
        assert raised.value.status == 1


def layers(line: str, count: int) -> str:
    return "; ".join(f"u_{at} = {line}".format(at=at, u=f"u_{at - 1}" if at > 1 else "x") for at in range(1, count + 1))


def long_net(count: int) -> tuple[str, str, dict[str, str]]:
    weights = {f"W_{at}": "n,n" for at in range(1, count + 1)}
    return f"{layers('tanh(W_{at}@{u})', count)}; sum(u_{count}^2)", "W_1", {**weights, "x": "n"}


def test_a_long_answer_of_the_same_form_is_proven_without_numbers() -> None:
    program, wrt, shapes = long_net(24)
    answer = answer_text(derive(program, wrt, shapes, verify=False), "ascii")
    found = mcalc.check(program, wrt, answer, shapes)
    assert found.right and found.proven and not found.points
    assert "mcalc's form" in write(found)
    for wrong in (answer.replace("1 - t_3^2", "1 - t_3^3"), answer.replace("W_9'", "W_9"), answer + "*2/3"):
        assert wrong != answer and not check(Question(program, wrt, shapes), wrong, explain=False).right


def test_a_long_answer_in_indices_of_the_same_form_is_proven_without_numbers() -> None:
    program, wrt, shapes = long_net(4)
    answer = answer_text(derive(program, wrt, shapes, "hessian", verify=False), "ascii")
    found = check(Question(program, wrt, shapes, order=2), answer)
    assert found.right and found.proven and not found.points


@pytest.mark.parametrize(
    "lost", ["x/x", "log(x)/log(x)", "(log(x) - log(x) + 1)", "(x>0)*(x>0)/(x>0)", "(1 + 0*log(x))"]
)
def test_a_form_that_has_no_value_in_places_is_compared_there(lost: str) -> None:
    program = f"{layers('sin({u}) + {u}*cos({u})', 8)}; u_8"
    answer = answer_text(derive(program, "x", X, verify=False), "ascii")
    assert mcalc.check(program, "x", answer, X).points == 0
    head, _, last = answer.rpartition("\n")
    found = check(Question(program, "x", X), f"{head}\n{lost}*({last})", explain=False, elsewhere=False)
    assert not found.right or found.points


def test_the_verdict_on_a_long_answer_names_what_recurs_in_it() -> None:
    """Written out it would fill a library."""
    lines = [
        f"u_{at} = softmax({u}@W_{at}@{u}', axis=1)@{u}"
        for at in range(1, 13)
        for u in ["X" if at == 1 else f"u_{at - 1}"]
    ]
    text, shapes = "; ".join([*lines, "sum(u_12^2)"]), {"X": "n,k", **{f"W_{at}": "k,k" for at in range(1, 13)}}
    answer = answer_text(derive(text, "X", shapes, "gradient", verify=False, told=False), "ascii")
    found = check(Question(text, "X", shapes), answer)
    assert found.right and found.proven
    said = write(found)
    assert "where t₁ = softmax(X·W₁·Xᵀ)" in said and len(said) < 8000
    assert "mcalc's form:" not in said
