"""Matrix derivatives that SymPy 1.14 gets wrong, leaves undone or ends with an exception: each right here.

The last column but the domain is what SymPy answers to `(Trace(X) + Trace(A*X)).diff(X)` and its like, in the
notation of this language. Its layout is another one, and no error: none of the rows is here for a transpose.
"""

from __future__ import annotations

from typing import NamedTuple

import pytest
from test_cookbook import Row as Identity
from test_cookbook import check


class Row(NamedTuple):
    name: str
    expression: str
    shapes: str
    wrt: str
    expected: str
    sympy: str
    domain: str = ""


ROWS = [
    # sums and functions of traces
    Row("sum of traces", "tr(X) + tr(A@X)", "X=n,n A=n,n", "X", "I + A'", "0"),
    Row("multiple of a trace in a sum", "2*tr(X) + tr(X@X)", "X=n,n", "X", "2*I + 2*X'", "0"),
    Row("difference of traces", "tr(X@X') - 2*tr(A@X')", "X=m,n A=m,n", "X", "2*X - 2*A", "0"),
    Row("exponential of a trace", "exp(tr(A@X))", "A=n,m X=m,n", "X", "exp(tr(A@X))*A'", "0"),
    Row("logarithm of a trace", "log(tr(A@X))", "A=n,m X=m,n", "X", "A'/tr(A@X)", "0", "A=positive X=positive"),
    Row("sine of a trace", "sin(tr(X))", "X=n,n", "X", "cos(tr(X))*I", "0"),
    Row("root of a trace", "sqrt(tr(X'@X))", "X=m,n", "X", "X/sqrt(tr(X'@X))", "TypeError"),
    Row(
        "quotient of traces",
        "tr(A@X)/tr(X)",
        "A=n,n X=n,n",
        "X",
        "A'/tr(X) - tr(A@X)*I/tr(X)^2",
        "A'/tr(X)",
        "X=posdet",
    ),
    # determinants
    Row("determinant", "det(X)", "X=n,n", "X", "det(X)*inv(X)'", "left as it was", "X=posdet"),
    Row("square of a determinant", "det(X)^2", "X=n,n", "X", "2*det(X)^2*inv(X)'", "0", "X=posdet"),
    Row("log-determinant", "log(det(X))", "X=n,n", "X", "inv(X)'", "0", "X=posdet"),
    Row("log-determinant of X'X", "log(det(X'@X))", "X=5,3", "X", "2*X@inv(X'@X)", "0"),
    Row("sine of a determinant", "sin(det(X))", "X=n,n", "X", "cos(det(X))*det(X)*inv(X)'", "0", "X=posdet"),
    # elements
    Row("element", "X[1,2]", "X=m,n", "X", "unit(1,m)@unit(2,n)'", "0"),
    Row("element of a product", "(X@X)[1,2]", "X=n,n", "X", "unit(1,n)@X[:,2]' + X[1]@unit(2,n)'", "0"),
    # a scalar of x, times x
    Row("dot product times a vector", "(a.x)*x", "a=n x=n", "x", "(a.x)*I + x@a'", "(a.x)*I"),
    Row("square length times a vector", "(x'@x)*x", "x=n", "x", "(x'@x)*I + 2*x@x'", "(x'@x)*I"),
    Row(
        "function of a dot product times a vector",
        "sin(x'@a)*x",
        "a=n x=n",
        "x",
        "sin(x'@a)*I + cos(x'@a)*x@a'",
        "sin(x'@a)*I",
    ),
    Row("unit vector", "x/norm(x)", "x=n", "x", "I/norm(x) - x@x'/norm(x)^3", "I/norm(x)"),
    Row("unit vector, as a root", "x/sqrt(x'@x)", "x=n", "x", "I/sqrt(x'@x) - x@x'/sqrt(x'@x)^3", "I/sqrt(x'@x)"),
    Row(
        "softmax",
        "exp(x)/sum(exp(x))",
        "x=n",
        "x",
        "diag(softmax(x)) - softmax(x)@softmax(x)'",
        "diag(exp(x))/sum(exp(x))",
    ),
    # functions of a scalar that is made of vectors
    Row("norm", "sqrt(x'@x)", "x=n", "x", "x'/sqrt(x'@x)", "TypeError"),
    Row("logarithm of a sum of exponentials", "log(sum(exp(x)))", "x=n", "x", "softmax(x)'", "0"),
    Row("logistic unit", "1/(1 + exp(-w.x))", "w=n x=n", "w", "sigmoid(w.x)*(1 - sigmoid(w.x))*x'", "0"),
    Row("rectified unit", "max(0, w.x + b)", "w=n x=n b=scalar", "w", "(w.x + b > 0)*x'", "0"),
    Row(
        "quotient of quadratic forms",
        "(x'@A@x)/(x'@x)",
        "A=n,n x=n",
        "x",
        "x'@(A + A')/(x'@x) - 2*(x'@A@x)*x'/(x'@x)^2",
        "0",
    ),
    Row("sum over elements", "sum(x[k]^2 for k in 1..n)", "x=n", "x", "2*x'", "0"),
    # element-wise functions inside products: the transpose, or an array of another shape
    Row("function of a function", "exp(sin(x))", "x=n", "x", "diag(exp(sin(x))*cos(x))", "IndexError"),
    Row(
        "hidden layer, by its weights",
        "y'@tanh(A@x)",
        "y=m A=m,n x=n",
        "A",
        "(y*(1 - tanh(A@x)^2))@x'",
        "an array m×1×n",
    ),
    Row(
        "sum of a hidden layer",
        "sum(tanh(A@x))",
        "A=m,n x=n",
        "x",
        "(1 - tanh(A@x)^2)'@A",
        "a contraction over three axes",
    ),
    # structure
    Row("diagonal matrix times a vector", "diag(x)@a", "a=n x=n", "x", "diag(a)", "RecursionError"),
    Row("matrix times its inverse", "X@inv(X)@a", "X=n,n a=n", "X", "d: zeros(n,n)@dX@a", "left as it was", "X=posdet"),
]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_is_right_here(row: Row) -> None:
    check(Identity(row.name, row.expression, row.shapes, row.wrt, row.expected, row.domain), "jacobian")
