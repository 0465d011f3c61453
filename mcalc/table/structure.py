"""Values laid out anew: stacks, elements, sums over data, Kronecker products, columns one below the other."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from mcalc.table import shapes
from mcalc.table.records import (
    POSTFIX,
    Notation,
    Operator,
    Rule,
    Valued,
    called,
)


def _kron(argument: str, other: str, own: str, others: str) -> Callable[[Valued], str]:
    """Row i of the value pairs a row of A with one of B, and column j so: the two are told apart by selections."""

    def choose(node: Valued) -> str:
        pieces: list[str] = []
        letters: list[str] = []
        shapes = [(*arg.shape, 1, 1)[:2] for arg in node.args]
        if argument == "B":
            shapes.reverse()
        for at, (index, mine, inner, measure) in enumerate((("i", "k", "s", "height"), ("j", "l", "t", "width"))):
            size, times = shapes[0][at], shapes[1][at]
            if size == 1 or times == 1:
                pieces += [f"δ[{index},{mine}]"] * (size != 1)
                letters.append(index)
            else:
                pieces.append(f"{own}({measure}({argument}), {measure}({other}))[{index},{mine}]")
                pieces.append(f"{others}({measure}({other}), {measure}({argument}))[{index},{inner}]")
                letters.append(inner)
        return " ".join([*pieces, f"{other}[{','.join(letters)}]"])

    return choose


OPERATORS = (
    Operator(
        "stack",
        "a",
        title="stack",
        doc="scalars and vectors, one below the other",
        sentence="each part fills its own places",
        shape=shapes.stacked,
        notation=Notation("stack"),
        example="[f; g]",
        written_as="[a; b]",
        numpy=lambda np, *parts: np.stacked(*parts),
        exact=True,
        variadic=True,
    ),
    Operator(
        "stack_rows",
        "a",
        title="stack",
        doc="rows and matrices, one below the other",
        sentence="each part fills its own rows",
        shape=shapes.stacked_rows,
        notation=Notation("stack"),
        example="[x'; w']",
        written_as="[a'; b']",
        numpy=lambda np, *parts: np.vstack(parts),
        exact=True,
        variadic=True,
    ),
    Operator(
        "grid",
        "a",
        title="matrix",
        doc="a matrix of scalars, row by row",
        sentence="each entry fills its own place",
        shape=shapes.grid,
        notation=Notation("grid"),
        example="[a, b; c, d]",
        written_as="[a, b; c, d]",
        numpy=lambda np, *parts: np.grid(*parts),
        exact=True,
        variadic=True,
    ),
    Operator(
        "element",
        "A",
        title="element",
        doc="an element, a row or a part, counted from 1",
        sentence="an element moves with itself alone",
        shape=shapes.element_shape,
        notation=Notation("element", level=POSTFIX),
        example="x[1]",
        written_as="A[i,j]",
        numpy=lambda np, *_: None,
        exact=True,
        of_one="A",
        linear=True,
        positive="of positive",
    ),
    Operator(
        "loop_sum",
        "a",
        title="sum over data",
        doc="the sum over a running index",
        sentence="every term counts once",
        shape=shapes.elementwise,
        notation=Notation("loop"),
        example="sum(y[i]*X[i] for i in 1..N)",
        written_as="sum(E for i in 1..N)",
        numpy=lambda np, *_: None,
        linear=True,
        turns_with_argument=True,
    ),
    Operator(
        "kron",
        "A B",
        title="Kronecker product",
        doc="the Kronecker product: every entry of {A} times {B}",
        shape=shapes.kron_shape,
        notation=replace(called("kron", r"\operatorname{kron}"), sign="kron"),
        calls=("kron", "kronecker"),
        example="kron(A, B)",
        rules=(
            Rule("A", _kron("A", "B", "repeat", "tile"), "every entry of {A} multiplies a block, and the block is {B}"),
            Rule("B", _kron("B", "A", "tile", "repeat"), "{B} stands in every block, multiplied by an entry of {A}"),
        ),
        numpy=lambda np, a, b: np.kron(a, b),
        # torch.kron takes no transposed tensor as it is
        in_library={"torch": "torch.kron({0}.contiguous(), {1}.contiguous())"},
        dissolved=True,
        elsewhere=("KroneckerProduct",),
    ),
    Operator(
        "vec",
        "A",
        title="vectorization",
        doc="the columns of a matrix, one below the other",
        shape=shapes.vec_shape,
        notation=called("vec", r"\operatorname{vec}"),
        calls=("vec", "vectorize"),
        example="vec(A)",
        rules=(
            Rule(
                "A",
                "tile(height(A), width(A))[i,k] repeat(width(A), height(A))[i,l]",
                "the same elements: the row changes with every place, the column after a whole column",
            ),
        ),
        numpy=lambda np, a: np.ravel(a.T),
        exact=True,
        of_one="A",
        linear=True,
    ),
    Operator(
        "repeat",
        "m p",
        title="repetition",
        doc="the identity of size {m} with every row {p} times: `repeat(m, p)`",
        shape=shapes.repeated,
        spreads=True,
        notation=called("repeat", r"\operatorname{repeat}"),
        numpy=lambda np, *sizes: np.repeat(np.eye(sizes[-2]), sizes[-1], axis=0),
        in_library={"torch": "torch.repeat_interleave({})"},
    ),
    Operator(
        "tile",
        "m p",
        title="repetition",
        doc="the identity of size {m}, {p} times one below the other: `tile(m, p)`",
        shape=shapes.repeated,
        notation=called("tile", r"\operatorname{tile}"),
        numpy=lambda np, *sizes: np.tile(np.eye(sizes[-2]), (sizes[-1], 1)),
    ),
    Operator(
        "commutation",
        "m p",
        title="commutation matrix",
        doc="the matrix {K} with `K@vec(X) = vec(X')` for every {m×p} matrix {X}: `commutation(m, p)`",
        shape=shapes.commuting,
        notation=called("commutation", r"\operatorname{commutation}"),
        example="commutation(m, p)",
        numpy=lambda np, *sizes: (
            (np.repeat(np.eye(sizes[-2]), sizes[-1], axis=0) @ np.tile(np.eye(sizes[-2]), (sizes[-1], 1)).T)
            * (np.tile(np.eye(sizes[-1]), (sizes[-2], 1)) @ np.repeat(np.eye(sizes[-1]), sizes[-2], axis=0).T)
        ),
        elsewhere=("commutation_matrix",),
    ),
)
