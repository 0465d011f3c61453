"""What mcalc prints, mcalc reads: every answer, in text and in ASCII, has the value it had.

So have the other forms of an answer, ``dX ↦ …`` and ``∂vec(Y)/∂vec(X) = …``, and both sides of a derivation's lines.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from random_programs import program as random_program

import mcalc
from mcalc import Problem, tree
from mcalc.derivation import (
    Beside,
    Derivation,
    answer_text,
    left_side,
    names_in_scope,
    other_forms,
    read_answer,
)
from mcalc.language import Declaration, canonical_name, parse, read_program, with_rows
from mcalc.networks import IndexForm
from mcalc.notation import Lines, write_expression
from mcalc.notation import as_program as program
from mcalc.numbers import draw_point, evaluate, evaluate_tensor, fitting_sizes
from mcalc.table import TABLE
from mcalc.tree import Node, dimension, replace, topological, variables

CASES = {
    case["id"]: case
    for case in map(json.loads, (Path(__file__).parent / "corpus" / "cases.jsonl").read_text("utf-8").splitlines())
}
PROGRAMS = {
    "ones": ("sum(x)", "x", {"x": "n"}),
    "identity": ("x + a", "x", {"x": "n", "a": "scalar"}),
    "cases": ("max(0, w.x + b)*y", "w", {"w": "n", "x": "n", "b": "scalar", "y": "scalar"}),
    "data": ("sum((y[i] - max(0, w.X[i] + b))^2 for i in 1..N)/N", "w", {}),
    "stack": ("[x; A@x]", "x", {"A": "m,n", "x": "n"}),
    "elements": ("[x[1]*x[2]; x[3]^2]", "x", {"x": "3"}),
    "two layers": ("sum((V@tanh(W@x + b) - y)^2)", "W", {"b": "m", "y": "k"}),
    "a scalar inside a chain": ("(ones(q)'@outer(ones(q), w)@w)^4", "w", {"w": "m"}),
    "a product of scalar products": ("(y'@x)*(v'@W@y)", "y", {"y": "n", "x": "n", "v": "n", "W": "n,n"}),
    "power of a dot product": ("(w.x)^3*A", "x", {"w": "n", "x": "n", "A": "m,n"}),
    "root of a dot product": ("sqrt(w.x)*B", "B", {"w": "n", "x": "n", "B": "m,n"}),
    "running index beside j": ("norm(sum(v . v * j[i] for i in 1..n))", "v", {"v": "n", "j": "n,n"}),
    "dimension k": ("B[:,3]", "B", {"B": "n,k"}),
    "dimensions k and n": ("kron(X,Y)", "X", {"X": "k,n", "Y": "k,n"}),
    "delta": ("delta*A", "A", {"delta": "scalar", "A": "m,n"}),
    "delta with two indices": ("delta^2@outer(x, x)", "delta", {"delta": "3,3", "x": "3"}),
    "pi": ("gelu(pi)", "pi", {"pi": "n,n"}),
    "T": ("m^(T[4,1])*sum(x)", "x", {"T": "5,5", "m": "scalar", "x": "n"}),
    "I": ("I*x", "x", {"I": "scalar", "x": "n"}),
    "zero by cancellation": ("norm(sum(A)*(x*y))", "A", {"A": "m,p", "x": "m", "y": "m"}),
    "a branch that compares with ones": ("x·where(x < ones(n), x, zeros(n))", "x", {"x": "n"}),
    "cases that compare with ones": ("{b if ones(m) <= b; ones(m) otherwise}", "b", {"b": "m"}),
    "identities compared": ("mean(where(eye(n) <= eye(n), W, zeros(n, n)))", "W", {"W": "n,n"}),
    "a column of a product": ("(w@z'@z).(w@b')[:,1]", "z", {"w": "m", "z": "m+m", "b": "m+m"}),
    "ones whose size a Kronecker product hides": ("M@ones(m)", "M", {"M": "n,m"}),
    "a Kronecker product of ones": ("kron(ones(m, q), b)", "b", {"b": "q"}),
    "ones in a Kronecker product": ("kron(X, ones(p))", "X", {"X": "n,k"}),
    "a size in the bound of a sum": ("sum(B for i in 1..m)[1,2]", "B", {"B": "n,n"}),
    "a size in a value alone": ("inner(ones(m), mean(y[l]*diag(eye(m)) for l in 1..n))", "y", {"y": "n"}),
    "a skew matrix in an outer product": ("outer(K@x, K@y)", "x", {"K": "n,n:skew", "x": "n", "y": "n"}),
    "a sign and a number before a product": ("exp(-2*b*A@x)'@(-y)", "x", {"A": "m,n", "x": "n", "b": "scalar"}),
    "a sign in a quotient": ("exp(-(w.x)/(1 + b^2))", "b", {"w": "n", "x": "n", "b": "scalar"}),
    "i": ("i*A*i", "A", {"i": "scalar", "A": "m,n"}),
}
HESSIANS = {
    "a dimension alone": ("tr(delta*eye(k))^2", "delta", {"delta": "scalar"}),
    "zero": ("(norm(i - i)^(1/2))*(i'@B@w)^3", "w,B", {"i": "p", "w": "3", "B": "p,3"}),
    "power": ("(x'@A@x)^4", "A", {"x": "n", "A": "n,n"}),
    "reciprocal of a norm": ("1/norm(A)", "A", {"A": "m,n"}),
    "logarithm of a maximum": ("ln(max(vec(B)) + 0.5)", "B", {"B": "3,3"}),
    "ones beside a variable": ("v'@M@ones(p)", "M,v", {"v": "p", "M": "p,p"}),
    "the square of a size in the bound of a sum": ("norm1(kron(Y, w))", "Y,w", {"Y": "d,d", "w": "d"}),
    "a row of the change": ("sum(norm([X[l]; b]) for l in 1..d)", "X", {"X": "d,q", "b": "scalar"}),
    "mixed": ("a'@X@b", "a,X", {"a": "n", "X": "n,m", "b": "m"}),
    "mixed with a matrix between": ("x'@A@y", "x,A", {"x": "m", "y": "n", "A": "m,n"}),
}


def derived(expression: str, by: str, shapes: Any, command: str = "jacobian") -> list[Derivation]:
    found = getattr(mcalc, command)(expression, by, shapes, verify=False)
    return list(found.parts or (found,))


def read_again(derivation: Derivation, text: str) -> Node:
    assert isinstance(derivation.result, Node | IndexForm)
    return read_answer(derivation.reading, derivation.result, text)


def value_of(derivation: Derivation, node: Node, point: dict[str, Any], sizes: dict[str, int]) -> Any:
    """The value read back; with free indices, at every place."""
    if not isinstance(derivation.result, IndexForm):
        return evaluate(node, point, sizes)
    return Beside(derivation.result, node, sizes).values(point)[1]


def points(derivation: Derivation, roots: list[Node]) -> Any:
    names = list(derivation.reading.names.values())
    sizes = next(fitting_sizes([derivation.value, *roots], names))
    generator = np.random.default_rng(3)
    for kind in ("positive", "square"):
        yield draw_point(names, sizes, kind, generator), sizes


def close(found: Any, expected: Any, text: str) -> None:
    if np.isfinite(expected).all():
        least = 1e-9 * max(1.0, float(np.abs(expected).max(initial=0.0)))
        np.testing.assert_allclose(
            np.broadcast_to(found, np.shape(expected)), expected, rtol=1e-7, atol=least, err_msg=text
        )


def check(derivation: Derivation) -> None:
    """The answer in both dialects, with and without names for its parts, and its other forms."""
    result = derivation.result
    assert isinstance(result, Node | IndexForm)
    with derivation.apart():
        texts = [text for dialect in ("text", "ascii") for text in (answer_text(derivation, dialect),)]
        texts += [write_expression(result, dialect) for dialect in ("text", "ascii")]
        if isinstance(result, Node):
            named = [program(result, dialect, True) for dialect in ("text", "ascii")]
            texts += [text for text in named if text]
        forms = [form for dialect in ("text", "ascii") for form in other_forms(derivation, dialect)]
        sides = [left_side(derivation, dialect) for dialect in ("text", "ascii")]
    for text in dict.fromkeys(texts):
        again = read_again(derivation, text)
        if isinstance(result, Node):
            assert again.shape == result.shape, text
        for point, sizes in points(derivation, [again]):
            try:
                difference = Beside(result, again, sizes).difference(point, np.random.default_rng(5))
            except np.linalg.LinAlgError:
                continue
            assert difference <= 1e-7, text
    if isinstance(result, IndexForm):
        for side in sides:
            headed(derivation, result, side)
        for form in forms:
            check_form(derivation, result, form)


def headed(derivation: Derivation, result: IndexForm, side: str) -> None:
    """The left side is read, and names each free index once: of the value first, then of the variable."""
    assert parse(f"{side} = 1").left == side
    letters = result.letters()
    listed = [letter for group in re.findall(r"\[([^\]]*)\]", side) for letter in group.split(",")]
    assert listed == [letters[index] for index in result.tensor.free]


def check_form(derivation: Derivation, result: IndexForm, form: str) -> None:
    """``dX ↦ …`` applied to a change, or ``∂vec(Y)/∂vec(X) = …`` as a matrix, beside the tensor."""
    read = with_rows(parse(form, derivation.reading.names))
    variable, change = derivation.by[-1], canonical_name(read.left)
    mapping = "/" not in read.left
    declared = names_in_scope(derivation.reading, derivation.reading.names.values())
    if mapping:
        declared[change] = Declaration(variable.shape)
    tensor = result.tensor
    expected = tuple(index.size for index in tensor.value) if mapping else None
    value = read_program(read, declared, expected=expected).value
    for point, sizes in points(derivation, [value]):
        whole = evaluate_tensor(tensor, point, sizes)
        if mapping:
            moved = np.random.default_rng(1).normal(size=whole.shape[len(tensor.value) :])
            close(evaluate(value, {**point, change: moved}, sizes), np.tensordot(whole, moved, np.ndim(moved)), form)
            continue
        first, last = len(tensor.value), whole.ndim
        turned = whole.transpose([*reversed(range(first)), *reversed(range(first, last))])
        close(evaluate(value, point, sizes), turned.reshape(int(np.prod(whole.shape[:first])), -1), form)


def check_lines(derivation: Derivation) -> None:
    """Both sides of every line of the derivation, with ∂a/∂b and du for names of values."""
    for step in derivation.steps:
        for side in (step.before, step.after):
            if isinstance(side, Node) and not side.loops:
                check_side(derivation, side)


def check_side(derivation: Derivation, side: Node) -> None:
    new: dict[Node, Node] = {}
    for leaf in topological([side]):
        if leaf.operator.name == "partial":
            if leaf.parameters[-1]:
                return
            new[leaf] = tree.variable(str(parse(write_expression(leaf, "text")).value.value), leaf.shape)
        elif leaf.operator.name == "differential":
            new[leaf] = tree.variable(f"d{leaf.parameters[0]}", leaf.shape)
        elif leaf.loops and not leaf.args:
            return
    with derivation.apart():
        text = write_expression(side, "text")
    if "\n" in text:
        return
    changed = replace(side, new)
    names = {str(leaf.parameters[0]): leaf for leaf in variables(changed)} | derivation.reading.names
    declared = names_in_scope(derivation.reading, names.values())
    again = read_program(with_rows(parse(text, declared)), declared, expected=side.shape).value
    sizes = next(fitting_sizes([changed, again], list(names.values())))
    point = draw_point(list(names.values()), sizes, "positive", np.random.default_rng(6))
    try:
        close(evaluate(again, point, sizes), evaluate(changed, point, sizes), text)
    except np.linalg.LinAlgError:
        return


@pytest.mark.parametrize("name", CASES)
def test_corpus(name: str) -> None:
    case = CASES[name]
    command = "hessian" if case["kind"] == "hessian" else "jacobian"
    for part in derived(case["expr"], case["wrt"], case["shapes"], command):
        check(part)
        check_lines(part)


@pytest.mark.parametrize("name", PROGRAMS)
def test_programs(name: str) -> None:
    for part in derived(*PROGRAMS[name]):
        check(part)
        check_lines(part)


@pytest.mark.parametrize("name", HESSIANS)
def test_second_derivatives(name: str) -> None:
    for part in derived(*HESSIANS[name], "hessian"):
        check(part)


def test_a_sign_stands_in_front_of_a_product() -> None:
    (part,) = derived("outer(K@x, K@y)", "x", {"K": "n,n:skew", "x": "n", "y": "n"})
    assert other_forms(part)[0] == "dx ↦ −K·dx·yᵀ·K"


@pytest.mark.parametrize("dialect", ["text", "ascii"])
@pytest.mark.parametrize("name", [name for name, operator in TABLE.items() if operator.opposite])
def test_cases_beside_constants_whose_size_is_worked_out(name: str, dialect: str) -> None:
    b, n = tree.variable("b", (dimension("n"),)), dimension("n")
    for constant in (tree.ones((n,)), tree.zeros((n,)), tree.apply("unit", parameters=(dimension(1), n))):
        for pair in ((constant, b), (b, constant), (constant, constant)):
            value = tree.apply("where", tree.apply(name, *pair), b, tree.ones((n,)))
            declared = {"b": Declaration(b.shape)}
            assert read_program(parse(write_expression(value, dialect), declared), declared).value is value


def check_random(seed: int) -> bool:
    """Whether the program of this seed was derived, and so checked."""
    order = 1 + seed % 2
    case = random_program(seed, order)
    if case is None:
        return False
    try:
        parts = derived(case.expression, case.wrt, case.shapes, "hessian" if order == 2 else "jacobian")
    except Problem:
        return False
    for part in parts:
        check(part)
    return True


@pytest.mark.parametrize("block", range(8))
def test_random_programs(block: int) -> None:
    assert sum(map(check_random, range(block * 15, block * 15 + 15))) >= 12


@pytest.mark.slow
@pytest.mark.parametrize("block", range(20))
def test_many_random_programs(block: int) -> None:
    assert sum(map(check_random, range(1000 + block * 100, 1100 + block * 100))) >= 90


def test_a_wrong_print_is_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    shown = Lines.alone
    monkeypatch.setattr(Lines, "alone", lambda self, at: shown(self, at) + " + 1")
    with pytest.raises(Problem) as found:
        mcalc.jacobian("(w.x)^2", "w", {"w": "n", "x": "n"})
    assert found.value.status == 1
    assert "does not read back" in found.value.message
    mcalc.jacobian("(w.x)^2", "w", {"w": "n", "x": "n"}, verify=False)


def test_lost_brackets_are_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    shown = Lines.alone
    monkeypatch.setattr(Lines, "alone", lambda self, at: shown(self, at).replace("(w.x)", "w.x"))
    with pytest.raises(Problem):
        mcalc.jacobian("(w.x)^3*A", "x", {"w": "n", "x": "n", "A": "m,n"})


def test_the_answer_for_many_layers() -> None:
    lines = ["u0 = tanh(W@x)", *(f"u{at} = tanh(W@u{at - 1})" for at in range(1, 48)), "sum(u47^2)"]
    (part,) = derived("\n".join(lines), "x", {"W": "n,n", "x": "n"})
    assert isinstance(part.result, Node)
    for form in ("text", "ascii"):
        assert read_answer(part.reading, part.result, answer_text(part, form)).shape == part.shape


LEFT_SIDES = {
    "∂y[i,j]/∂x[k] = 2": "∂y[i,j]/∂x[k]",
    "∂²f/∂a[i]∂X[k,l] = 2": "∂²f/∂a[i]∂X[k,l]",
    "d^2f/da[i]dX[k,l] = 2": "d^2f/da[i]dX[k,l]",
    "∂vec(∇f)/∂vec(X) = 2": "∂vec(∇f)/∂vec(X)",
    "∇f = 2": "∇f",
    "∂u(x, v)/∂x = 2": "∂u(x, v)/∂x",
    "dX ↦ 2": "dX",
    "dX -> 2": "dX",
    "x = 1; dy/dx = 2": "dy/dx",
    "dx/dt": "",
    "d = 3; d*x": "",
}


@pytest.mark.parametrize("text", LEFT_SIDES)
def test_left_sides(text: str) -> None:
    assert parse(text).left == LEFT_SIDES[text]


def test_a_derivative_by_its_name_is_one_sign() -> None:
    n = dimension("n")
    declared = {"∂u_2/∂u_1": Declaration((dimension(1), n)), "∂u_1/∂x": Declaration((n, n))}
    assert read_program(parse("∂u₂/∂u₁·∂u₁/∂x", declared), declared).value.shape == (1, n)
    with pytest.raises(Problem, match="no value named"):
        mcalc.jacobian("∂u/∂x*x", "x")
    with pytest.raises(Problem, match="no left side"):
        parse("a -> b")
