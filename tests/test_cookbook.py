"""The Matrix Cookbook (Petersen and Pedersen, version of November 15, 2012), sections 2.1 to 2.8, number by number.

Real identities, at random points with sizes that all differ. By a vector the answer is a row, the transpose
of what the Cookbook prints; ``d:`` marks the differential of a value that is a matrix, in the direction dX.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import pytest
from cases_at_points import point_of, read

import mcalc
from mcalc.language import declaration, parse, read_program
from mcalc.networks import IndexForm
from mcalc.numbers import evaluate, evaluate_tensor


class Row(NamedTuple):
    """An identity; `domain` says for each name how to draw it, `symmetric` that the derivative is structured (138)."""

    number: str
    expression: str
    shapes: str
    wrt: str
    expected: str
    domain: str = ""
    structured: bool = False


SQUARE = "X=n,n"
ROWS = [
    # 2 Derivatives of matrix functions, as differentials
    Row("33", "A", "A=m,n X=p,k", "X", "d: zeros(m,n)*sum(dX)"),
    Row("34", "a*X", "a=scalar X=m,n", "X", "d: a*dX"),
    Row("35 X", "X + Y", "X=m,n Y=m,n", "X", "d: dX"),
    Row("35 Y", "X + Y", "X=m,n Y=m,n", "Y", "d: dY"),
    Row("36", "tr(X)", SQUARE, "X", "eye(n)"),
    Row("37 X", "X@Y", "X=m,n Y=n,p", "X", "d: dX@Y"),
    Row("37 Y", "X@Y", "X=m,n Y=n,p", "Y", "d: X@dY"),
    Row("38 X", "X*Y", "X=m,n Y=m,n", "X", "d: dX*Y"),
    Row("38 Y", "X*Y", "X=m,n Y=m,n", "Y", "d: X*dY"),
    Row("40", "inv(X)", SQUARE, "X", "d: -inv(X)@dX@inv(X)", "X=posdet"),
    Row("41", "det(X)", SQUARE, "X", "(det(X)*inv(X))'", "X=posdet"),
    Row("42", "det(X)", SQUARE, "X", "det(X)*inv(X)'", "X=posdet"),
    Row("43", "log(det(X))", SQUARE, "X", "inv(X)'", "X=posdet"),
    Row("44", "X'", "X=m,n", "X", "d: dX'"),
    # 2.1 Derivatives of a determinant
    Row("46", "det(A + t*B)", "A=n,n B=n,n t=scalar", "t", "det(A + t*B)*tr(inv(A + t*B)@B)", "A=posdet t=small"),
    Row(
        "46 sin",
        "det(A + sin(t)*B)",
        "A=n,n B=n,n t=scalar",
        "t",
        "det(A + sin(t)*B)*tr(inv(A + sin(t)*B)@B)*cos(t)",
        "A=posdet t=small",
    ),
    Row("46 exp", "det(exp(t*A))", "A=n,n t=scalar", "t", "det(exp(t*A))*tr(inv(exp(t*A))@(A*exp(t*A)))"),
    Row("49", "det(X)", SQUARE, "X", "det(X)*inv(X)'"),
    Row("51", "det(A@X@B)", "A=n,n X=n,n B=n,n", "X", "det(A@X@B)*inv(X)'", "A=posdet B=posdet X=posdet"),
    Row("51 wide", "det(A@X@B)", "A=k,m X=m,n B=n,k", "X", "det(A@X@B)*A'@inv(A@X@B)'@B'"),
    Row("52", "det(X'@A@X)", "X=n,n A=n,n", "X", "2*det(X'@A@X)*inv(X)'", "A=posdet X=posdet"),
    Row("53", "det(X'@A@X)", "X=5,3 A=5,5:symmetric", "X", "2*det(X'@A@X)*A@X@inv(X'@A@X)"),
    Row("54", "det(X'@A@X)", "X=5,3 A=5,5", "X", "det(X'@A@X)*(A@X@inv(X'@A@X) + A'@X@inv(X'@A'@X))"),
    Row("55", "log(det(X'@X))", "X=5,3", "X", "2*(inv(X'@X)@X')'"),
    Row("55 log-determinant", "logdet(X'@X)", "X=5,3", "X", "2*X@inv(X'@X)"),
    Row("57", "log(abs(det(X)))", SQUARE, "X", "inv(X)'"),
    Row("57 log-determinant", "logdet(X)", SQUARE, "X", "inv(X')"),
    Row("58 k=1", "det(X)", SQUARE, "X", "det(X)*inv(X)'"),
    Row("58 k=2", "det(X@X)", SQUARE, "X", "2*det(X@X)*inv(X)'"),
    Row("58 k=3", "det(X@X@X)", SQUARE, "X", "3*det(X@X@X)*inv(X)'"),
    # 2.2 Derivatives of an inverse
    Row(
        "59",
        "inv(A + t^2*B)",
        "A=n,n B=n,n t=scalar",
        "t",
        "-inv(A + t^2*B)@(2*t*B)@inv(A + t^2*B)",
        "A=posdet t=small",
    ),
    Row("60", "inv(X)", SQUARE, "X", "d: -inv(X)@dX@inv(X)"),
    Row("60 entry", "inv(X)[1,2]", SQUARE, "X", "-(inv(X)[:,2]@inv(X)[1]')'"),
    Row("61", "a'@inv(X)@b", "X=n,n a=n b=n", "X", "-inv(X)'@a@b'@inv(X)'"),
    Row("62", "det(inv(X))", SQUARE, "X", "-det(inv(X))*inv(X)'"),
    Row("63", "tr(A@inv(X)@B)", "A=m,n X=n,n B=n,m", "X", "-(inv(X)@B@A@inv(X))'"),
    Row("64", "tr(inv(X + A))", "X=n,n A=n,n", "X", "-(inv(X + A)@inv(X + A))'"),
    Row("65", "sum(sin(inv(A)))", "A=n,n", "A", "-inv(A)'@cos(inv(A))@inv(A)'"),
    Row("65 quadratic", "norm(inv(A))^2", "A=n,n", "A", "-2*inv(A)'@inv(A)@inv(A)'"),
    # 2.3 Derivatives of eigenvalues: their sum and their product
    Row("66 sum", "tr(X)", SQUARE, "X", "I"),
    Row("67 product", "det(X)", SQUARE, "X", "det(X)*inv(X)'"),
    # 2.4.1 First order
    Row("69", "x'@a", "x=n a=n", "x", "a'"),
    Row("69 turned", "a'@x", "x=n a=n", "x", "a'"),
    Row("70", "a'@X@b", "X=m,n a=m b=n", "X", "a@b'"),
    Row("71", "a'@X'@b", "X=m,n a=n b=m", "X", "b@a'"),
    Row("72", "a'@X@a", "X=n,n a=n", "X", "a@a'"),
    Row("72 turned", "a'@X'@a", "X=n,n a=n", "X", "a@a'"),
    Row("73", "X", "X=m,n", "X", "d: dX"),
    Row("74", "X@A", "X=m,n A=n,p", "X", "d: dX@A"),
    Row("75", "X'@A", "X=m,n A=m,p", "X", "d: dX'@A"),
    # 2.4.2 Second order
    Row("76", "sum(X)^2", "X=m,n", "X", "2*sum(X)*ones(m,n)"),
    Row(
        "76 written out",
        "sum(X[k,l]*X[i,j] for k in 1..m for l in 1..n for i in 1..m for j in 1..n)",
        "X=m,n",
        "X",
        "2*sum(X)*ones(m,n)",
    ),
    Row("77", "b'@X'@X@c", "X=m,n b=n c=n", "X", "X@(b@c' + c@b')"),
    Row(
        "78",
        "(B@x + b)'@C@(D@x + d)",
        "B=m,n x=n b=m C=m,p D=p,n d=p",
        "x",
        "(B'@C@(D@x + d) + D'@C'@(B@x + b))'",
    ),
    Row("79", "X'@B@X", "X=m,n B=m,m", "X", "d: X'@B@dX + dX'@B@X"),
    Row("80 entry", "(X'@B@X)[1,2]", "X=m,n B=m,m", "X", "B'@X[:,1]@unit(2,n)' + B@X[:,2]@unit(1,n)'"),
    Row("81", "x'@B@x", "x=n B=n,n", "x", "((B + B')@x)'"),
    Row("82", "b'@X'@D@X@c", "X=m,n b=n c=n D=m,m", "X", "D'@X@b@c' + D@X@c@b'"),
    Row("83", "(X@b + c)'@D@(X@b + c)", "X=m,n b=n c=m D=m,m", "X", "(D + D')@(X@b + c)@b'"),
    Row("84", "(x - A@s)'@W@(x - A@s)", "x=m A=m,n s=n W=m,m:symmetric", "s", "(-2*A'@W@(x - A@s))'"),
    Row("85", "(x - s)'@W@(x - s)", "x=n s=n W=n,n:symmetric", "x", "(2*W@(x - s))'"),
    Row("86", "(x - s)'@W@(x - s)", "x=n s=n W=n,n:symmetric", "s", "(-2*W@(x - s))'"),
    Row("87", "(x - A@s)'@W@(x - A@s)", "x=m A=m,n s=n W=m,m:symmetric", "x", "(2*W@(x - A@s))'"),
    Row("88", "(x - A@s)'@W@(x - A@s)", "x=m A=m,n s=n W=m,m:symmetric", "A", "-2*W@(x - A@s)@s'"),
    Row("89 real", "(a - x'@b)^2", "a=scalar x=n b=n", "x", "-2*(a - x'@b)*b'"),
    # 2.4.3 Higher order and non-linear
    Row("90 n=2", "X@X", SQUARE, "X", "d: dX@X + X@dX"),
    Row("90 n=3", "X@X@X", SQUARE, "X", "d: dX@X@X + X@dX@X + X@X@dX"),
    Row("91 n=1", "a'@X@b", "X=n,n a=n b=n", "X", "a@b'"),
    Row("91 n=2", "a'@X@X@b", "X=n,n a=n b=n", "X", "a@b'@X' + X'@a@b'"),
    Row("91 n=3", "a'@X@X@X@b", "X=n,n a=n b=n", "X", "a@b'@(X@X)' + X'@a@b'@X' + (X@X)'@a@b'"),
    Row(
        "91 n=4",
        "a'@X@X@X@X@b",
        "X=n,n a=n b=n",
        "X",
        "a@b'@(X@X@X)' + X'@a@b'@(X@X)' + (X@X)'@a@b'@X' + (X@X@X)'@a@b'",
    ),
    # its first sum is printed transposed: n = 1 is (77)
    Row("92 n=1", "a'@X'@X@b", "X=n,n a=n b=n", "X", "X@b@a' + X@a@b'"),
    Row(
        "92 n=2",
        "a'@(X@X)'@X@X@b",
        "X=n,n a=n b=n",
        "X",
        "X@X@b@a'@X' + X'@X@X@b@a' + X@X@a@b'@X' + X'@X@X@a@b'",
    ),
    Row(
        "94",
        "((A@x)'@(A@x))/((B@x)'@(B@x))",
        "A=m,n B=p,n x=n",
        "x",
        "(2*A'@A@x/(x'@B'@B@x) - 2*(x'@A'@A@x)*B'@B@x/(x'@B'@B@x)^2)'",
    ),
    # 2.4.4 Gradient and Hessian
    Row("97", "x'@A@x + b'@x", "A=n,n x=n b=n", "x", "((A + A')@x + b)'"),
    # 2.5 Derivatives of traces: first order
    Row("99", "tr(X)", SQUARE, "X", "eye(n)"),
    Row("100", "tr(X@A)", "X=m,n A=n,m", "X", "A'"),
    Row("101", "tr(A@X@B)", "A=p,m X=m,n B=n,p", "X", "A'@B'"),
    Row("102", "tr(A@X'@B)", "A=p,n X=m,n B=m,p", "X", "B@A"),
    Row("103", "tr(X'@A)", "X=m,n A=m,n", "X", "A"),
    Row("104", "tr(A@X')", "X=m,n A=m,n", "X", "A"),
    # second order
    Row("106", "tr(X@X)", SQUARE, "X", "2*X'"),
    Row("107", "tr(X@X@B)", "X=n,n B=n,n", "X", "(X@B + B@X)'"),
    Row("108", "tr(X'@B@X)", "X=m,n B=m,m", "X", "B@X + B'@X"),
    Row("109", "tr(B@X@X')", "X=m,n B=m,m", "X", "B@X + B'@X"),
    Row("110", "tr(X@X'@B)", "X=m,n B=m,m", "X", "B@X + B'@X"),
    Row("111", "tr(X@B@X')", "X=m,n B=n,n", "X", "X@B' + X@B"),
    Row("112", "tr(B@X'@X)", "X=m,n B=n,n", "X", "X@B' + X@B"),
    Row("113", "tr(X'@X@B)", "X=m,n B=n,n", "X", "X@B' + X@B"),
    Row("114", "tr(A@X@B@X)", "A=n,m X=m,n B=n,m", "X", "A'@X'@B' + B'@X'@A'"),
    Row("115", "tr(X'@X)", "X=m,n", "X", "2*X"),
    Row("115 turned", "tr(X@X')", "X=m,n", "X", "2*X"),
    Row("116", "tr(B'@X'@C@X@B)", "B=n,p X=m,n C=m,m", "X", "C'@X@B@B' + C@X@B@B'"),
    Row("117", "tr(X'@B@X@C)", "X=m,n B=m,m C=n,n", "X", "B@X@C + B'@X@C'"),
    Row("118", "tr(A@X@B@X'@C)", "A=p,m X=m,n B=n,n C=m,p", "X", "A'@C'@X@B' + C@A@X@B"),
    Row("119", "tr((A@X@B + C)@(A@X@B + C)')", "A=p,m X=m,n B=n,q C=p,q", "X", "2*A'@(A@X@B + C)@B'"),
    Row("120", "tr(X)*tr(X)", SQUARE, "X", "2*tr(X)*I"),
    Row("120 squared", "tr(X)^2", SQUARE, "X", "2*tr(X)*eye(n)"),
    # higher order
    Row("121 k=3", "tr(X@X@X)", SQUARE, "X", "3*(X@X)'"),
    Row("121 k=4", "tr(X@X@X@X)", SQUARE, "X", "4*(X@X@X)'"),
    Row("122 k=2", "tr(A@X@X)", "A=n,n X=n,n", "X", "(A@X)' + (X@A)'"),
    Row("122 k=3", "tr(A@X@X@X)", "A=n,n X=n,n", "X", "(A@X@X)' + (X@A@X)' + (X@X@A)'"),
    Row(
        "123",
        "tr(B'@X'@C@X@X'@C@X@B)",
        "B=n,p X=m,n C=m,m",
        "X",
        "C@X@X'@C@X@B@B' + C'@X@B@B'@X'@C'@X + C@X@B@B'@X'@C@X + C'@X@X'@C'@X@B@B'",
    ),
    # other
    Row("124", "tr(A@inv(X)@B)", "A=m,n X=n,n B=n,m", "X", "-inv(X)'@A'@B'@inv(X)'"),
    Row(
        "125",
        "tr(inv(X'@C@X)@A)",
        "X=5,3 C=5,5:symmetric A=3,3",
        "X",
        "-(C@X@inv(X'@C@X))@(A + A')@inv(X'@C@X)",
        "C=spd",
    ),
    Row(
        "126",
        "tr(inv(X'@C@X)@(X'@B@X))",
        "X=5,3 C=5,5:symmetric B=5,5:symmetric",
        "X",
        "-2*C@X@inv(X'@C@X)@X'@B@X@inv(X'@C@X) + 2*B@X@inv(X'@C@X)",
        "C=spd",
    ),
    # which needs A symmetric as well
    Row(
        "127",
        "tr(inv(A + X'@C@X)@(X'@B@X))",
        "X=m,n A=n,n:symmetric C=m,m:symmetric B=m,m:symmetric",
        "X",
        "-2*C@X@inv(A + X'@C@X)@X'@B@X@inv(A + X'@C@X) + 2*B@X@inv(A + X'@C@X)",
        "A=spd C=spd",
    ),
    # 2.6 Derivatives of vector norms
    Row("129", "norm(x - a)", "x=n a=n", "x", "(x - a)'/norm(x - a)"),
    Row(
        "130",
        "(x - a)/norm(x - a)",
        "x=n a=n",
        "x",
        "I/norm(x - a) - (x - a)@(x - a)'/norm(x - a)^3",
    ),
    Row("131", "norm(x)^2", "x=n", "x", "2*x'"),
    Row("131 product", "x'@x", "x=n", "x", "2*x'"),
    # 2.7 Derivatives of matrix norms
    Row("132", "norm(X)^2", "X=m,n", "X", "2*X"),
    Row("132 trace", "tr(X@X')", "X=m,n", "X", "2*X"),
    # 2.8 Derivatives of structured matrices
    Row("137", "tr(A'@sin(X))", "A=m,n X=m,n", "X", "A*cos(X)"),
    Row("139", "tr(A@X)", "A=n,n X=n,n:symmetric", "X", "A + A' - A*eye(n)", structured=True),
    Row("140", "det(X)", "X=n,n:symmetric", "X", "det(X)*(2*inv(X) - inv(X)*eye(n))", "X=spd", structured=True),
    Row("141", "logdet(X)", "X=n,n:symmetric", "X", "2*inv(X) - inv(X)*eye(n)", "X=spd", structured=True),
    Row("142", "tr(A@diag(x))", "A=n,n x=n", "x", "diagonal(A)'"),
]
SECOND = [
    Row(
        "48",
        "det(A + t*B)",
        "A=n,n B=n,n t=scalar",
        "t",
        "det(A + t*B)*(tr(inv(A + t*B)@B)^2 - tr(inv(A + t*B)@B@inv(A + t*B)@B))",
        "A=posdet t=small",
    ),
    Row(
        "48 in full",
        "det(A + t^2*B)",
        "A=n,n B=n,n t=scalar",
        "t",
        "det(A + t^2*B)*(tr(inv(A + t^2*B)@(2*B)) + tr(inv(A + t^2*B)@(2*t*B))^2"
        " - tr(inv(A + t^2*B)@(2*t*B)@inv(A + t^2*B)@(2*t*B)))",
        "A=posdet t=small",
    ),
    Row("98", "x'@A@x + b'@x", "A=n,n x=n b=n", "x", "A + A'"),
    Row("98 of (81)", "x'@B@x", "x=n B=n,n", "x", "B + B'"),
    Row("98 of (131)", "norm(x)^2", "x=n", "x", "2*I"),
    Row("98 of (115)", "tr(X'@X)", "X=m,n", "X", "d: 2*dX"),
    Row("98 of (108)", "tr(X'@B@X)", "X=m,n B=m,m", "X", "d: (B + B')@dX"),
    Row("98 of (106)", "tr(X@X)", SQUARE, "X", "d: 2*dX'"),
    Row("98 of (57)", "logdet(X)", SQUARE, "X", "d: -(inv(X)@dX@inv(X))'"),
]


def pairs(text: str) -> dict[str, str]:
    return dict(pair.split("=") for pair in text.split())


def check(row: Row, command: str) -> None:
    shapes = pairs(row.shapes)
    derivation = getattr(mcalc, command)(row.expression, row.wrt, shapes)
    assert derivation.verified is not None and derivation.verified.points >= 3
    by, result = derivation.by[0], derivation.result
    case: dict[str, Any] = {"expr": row.expression, "domain": pairs(row.domain)}
    point, sizes = point_of(case, derivation.reading)
    assert len(set(sizes.values())) == len(sizes)
    answer = (
        evaluate_tensor(result.tensor, point, sizes)
        if isinstance(result, IndexForm)
        else evaluate(result, point, sizes)
    )
    if row.expected.startswith("d: "):
        name = f"d{row.wrt}"
        point[name] = np.random.default_rng(5).normal(size=np.shape(point[row.wrt]))
        expected = read(row.expected[3:], shapes | {name: shapes[row.wrt]}).value
        answer = np.tensordot(answer, point[name], len(by.axes))
    else:
        known = {name: shape for name, shape in shapes.items() if name in derivation.reading.names}
        expected = read_expected(row.expected, known, derivation.shape)
        assert expected.shape == derivation.shape
    if row.structured:
        answer = answer + answer.T - np.diag(np.diag(answer))
    value = evaluate(expected, point, sizes)
    assert np.shape(answer) == np.shape(value)
    np.testing.assert_allclose(answer, value, rtol=1e-8, atol=1e-9)


def read_expected(text: str, shapes: dict[str, str], shape: Any) -> Any:
    declared = {name: declaration(words) for name, words in shapes.items()}
    return read_program(parse(text), declared, expected=shape).value


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.number)
def test_first_derivatives(row: Row) -> None:
    check(row, "jacobian")


@pytest.mark.parametrize("row", SECOND, ids=lambda row: row.number)
def test_second_derivatives(row: Row) -> None:
    check(row, "hessian")
