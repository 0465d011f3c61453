r"""Symbolic matrix calculus: derivatives of scalars, vectors and matrices, each derived step by step and checked.

    >>> import mcalc
    >>> answer = mcalc.gradient("norm(A@x - b)^2", wrt="x")
    >>> print(answer)
    2(A·x − b)ᵀ·A
    >>> answer.shape
    (1, n)
    >>> answer.latex()
    '2 (A \\mathbf{x} - \\mathbf{b})^T A'
    >>> f = answer.function("numpy")      # f(A, x, b), the derivative as a function of arrays; also "jax", "torch"
    >>> bool(mcalc.check("x.x", "x", "2x'"))
    True

`jacobian` takes any value by any variable, `gradient` and `hessian` a scalar; `explain` is the same with the steps of
the derivation shown; `check` says whether an answer is right, and how it is wrong; `evaluate` gives numbers.

A text is what one types in the terminal: ``A@x`` products of matrices, ``x*y`` element by element, ``w.x`` dot
products, ``A'`` the transpose, lines ``u = …`` that name values. A single letter has the shape of its habit, capitals
matrices; `shapes` declares others, ``{"A": "m,n", "b": 3, "S": "n,n:symmetric"}``. By several names, ``wrt="w,b"``.

An `Answer` is text by ``str``; it has `shape`, `steps` (each an equation with the rule that made it), `notes`,
`reading.assumed` (the names whose shape was not declared), `verified`, and `latex()`, `to_sympy()`, `function()`; a
notebook shows it as mathematics. In the layout "paper", the derivative of an m-vector by an n-vector is m×n, that of a
scalar by a vector the row 1×n, that of a scalar by a matrix has the shape of the matrix.

What cannot be read, derived or verified raises `Problem`: a sentence, the places in the text, a hint, and `status`, 2
where the input is at fault, 3 where it is not supported, 1 where an answer failed its own check.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mcalc.answers import Answer, Evaluated, Verdict
    from mcalc.language.declarations import Given
    from mcalc.problems import Problem

__version__ = "0.1.0"
__all__ = ["Problem", "check", "evaluate", "explain", "gradient", "hessian", "jacobian"]


def __dir__() -> list[str]:
    return [*__all__, "__version__"]


def jacobian(
    expression: str,
    wrt: str | Sequence[str] = "",
    shapes: Mapping[str, Given] | None = None,
    layout: str = "paper",
    verify: bool = True,
    symmetric: str = "free",
) -> Answer:
    """``∂y/∂x``: the derivative of any value by any variable, as an `Answer`.

    Layout of the paper: of an m-vector by an n-vector m×n, of a scalar by a vector a row 1×n, of a vector by
    a scalar a column, of a scalar by a matrix the matrix's own shape. By a symmetric matrix `symmetric` is ``free``,
    ``constrained`` or ``entries``: entry by entry, (G+Gᵀ)/2, or G+Gᵀ−diag(G). Raises `mcalc.problems.Problem`.
    Source: Parr and Howard, The Matrix Calculus You Need For Deep Learning, arXiv 1802.01528.
    """
    return _derive(expression, wrt, shapes, "jacobian", layout, verify, symmetric=symmetric)


def gradient(
    expression: str,
    wrt: str | Sequence[str] = "",
    shapes: Mapping[str, Given] | None = None,
    layout: str = "paper",
    verify: bool = True,
    symmetric: str = "free",
) -> Answer:
    """``∇f = ∂f/∂x``: the derivative of a scalar; raises `mcalc.problems.Problem` where the value is not one."""
    return _derive(expression, wrt, shapes, "gradient", layout, verify, symmetric=symmetric)


def hessian(
    expression: str,
    wrt: str | Sequence[str] = "",
    shapes: Mapping[str, Given] | None = None,
    layout: str = "paper",
    verify: bool = True,
    symmetric: str = "free",
) -> Answer:
    """``∂²f/∂x∂x``: the second derivative of a scalar; of several scalars the whole matrix, else every block."""
    return _derive(expression, wrt, shapes, "hessian", layout, verify, symmetric=symmetric)


def explain(
    expression: str,
    wrt: str | Sequence[str] = "",
    shapes: Mapping[str, Given] | None = None,
    layout: str = "paper",
    verify: bool = True,
    symmetric: str = "free",
    method: str = "",
    order: int = 1,
) -> Answer:
    """``∂y/∂x`` with its steps: introduce, differentiate, combine, substitute.

    The `method` is ``chain``, ``differential`` or ``index``, or what suits; of `order` 2 the gradient comes first.
    """
    return _derive(expression, wrt, shapes, "explain", layout, verify, method, symmetric, order)


def check(
    expression: str,
    wrt: str | Sequence[str],
    answer: str,
    shapes: Mapping[str, Given] | None = None,
    layout: str | None = None,
    symmetric: str = "free",
    order: int = 1,
    verify: bool = True,
) -> Verdict:
    """``answer = ∂y/∂x``? A `Verdict`: true where it is, else with `findings` that say how the answer is wrong.

    The answer is in the language of the expression, and may name its intermediate values; `order` 2 is for second
    derivatives. Raises `mcalc.problems.Problem` where the answer cannot be read.
    """
    from mcalc.answers import Verdict
    from mcalc.checking.examine import check as examine
    from mcalc.question import Question

    question = Question(expression, wrt, shapes, layout=layout or "", verify=verify, symmetric=symmetric, order=order)
    return Verdict.of(examine(question, answer))


def evaluate(
    expression: str,
    at: Mapping[str, object],
    wrt: str | Sequence[str] = "",
    shapes: Mapping[str, Given] | None = None,
    layout: str = "paper",
    verify: bool = True,
) -> Evaluated:
    """``y(a)``, or with `wrt` ``∂y/∂x`` at a: exact where the values are; `at` has numbers, lists, arrays or text.

    As text what `mcalc eval` prints; `array` are the numbers, ``float`` of one. Raises `mcalc.problems.Problem`.
    """
    from mcalc.answers import Evaluated
    from mcalc.question import Question

    return Evaluated.of(Question(expression, wrt, shapes, layout=layout, verify=verify), at)


def _derive(
    expression: str,
    wrt: str | Sequence[str],
    shapes: Mapping[str, Given] | None,
    command: str,
    layout: str,
    verify: bool,
    method: str = "",
    symmetric: str = "free",
    order: int = 1,
) -> Answer:
    from mcalc.answers import Answer
    from mcalc.ask import Question, answered

    return Answer.of(answered(Question(expression, wrt, shapes, command, layout, verify, method, symmetric, order)))


def __getattr__(name: str) -> object:
    if name == "Derivation":
        from mcalc.derivation.derivation import Derivation

        return Derivation
    if name == "Problem":
        from mcalc.problems import Problem

        return Problem
    raise AttributeError(f"module 'mcalc' has no attribute {name!r}")
