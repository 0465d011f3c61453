"""What a function of the code returns, in what shapes, and what its docstring says of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from mcalc.code.array_shapes import array_shape
from mcalc.code.companions import Block, Output
from mcalc.code.wanted import Wanted
from mcalc.derivation.derivation import Derivation
from mcalc.notation.results import write_expression
from mcalc.problems import Problem
from mcalc.table.records import Shape
from mcalc.tree import build
from mcalc.tree.names import size_text
from mcalc.tree.node import Node


class Companions(NamedTuple):
    """The vectors that the function takes besides, what it returns, in which shapes, and its docstring."""

    vectors: tuple[Node, ...]
    outputs: tuple[Output, ...]
    shapes: tuple[Shape, ...]
    doc: str


def companions(derivation: Derivation, wanted: Wanted, shapes: Sequence[Shape]) -> Companions:
    """What is wanted of a derivation whose parts have these shapes; raises Problem where that is not to be had."""
    refuse(derivation, wanted)
    parts = derivation.parts or (derivation,)
    plain: list[Output] = [(Block(at),) for at in range(len(parts))]
    beside: list[Output] = [(Block(len(parts)),)] if wanted.with_value else []
    value = [array_shape(derivation.value)] if wanted.with_value else []
    vectors: tuple[Node, ...] = ()
    outputs, own = plain, list(shapes)
    if wanted.product or wanted.structured:
        times = _from_the_left if wanted.product == "vjp" else _from_the_right
        vectors, outputs, own = times(derivation, parts)
        doc = _doc_of_product(derivation, wanted, vectors, own, shapes)
    else:
        doc = _doc(derivation, shapes)
    if wanted.structured:
        return Companions(vectors, (*outputs, *plain), (*own, *shapes), doc)
    if wanted.with_value:
        doc = _beside_value(doc, value[0])
    every = (*beside, *outputs) if vectors or beside else ()
    return Companions(vectors, every, (*value, *own), doc)


Products = tuple[tuple[Node, ...], list[Output], list[Shape]]
"""The vectors, what is returned, and in which shapes."""


def _from_the_left(derivation: Derivation, parts: Sequence[Derivation]) -> Products:
    """``v J``, of the shape of each variable: v has the value's."""
    vector = build.variable(_free_name(derivation), array_shape(derivation.value))
    outputs: list[Output] = [(Block(at, vector, False),) for at in range(len(parts))]
    return (vector,), outputs, [_shape_of_variable(part, -1) for part in parts]


def _from_the_right(derivation: Derivation, parts: Sequence[Derivation]) -> Products:
    """``J v`` or ``H v``, added up over the variables: a vector for each, of its shape."""
    second, name = derivation.command == "hessian", _free_name(derivation)
    last = {part.wrt[-1]: _shape_of_variable(part, -1) for part in parts}
    vectors = {one: build.variable(name if len(last) == 1 else f"{name}_{one}", shape) for one, shape in last.items()}
    rows = (
        {part.wrt[0]: _shape_of_variable(part, 0) for part in parts} if second else {"": array_shape(derivation.value)}
    )
    outputs: list[Output] = []
    for row in rows:
        blocks = [at for at, part in enumerate(parts) if not second or part.wrt[0] == row]
        outputs.append(tuple(Block(at, vectors[parts[at].wrt[-1]]) for at in blocks))
    return tuple(vectors.values()), outputs, list(rows.values())


def refuse(derivation: Derivation, wanted: Wanted) -> None:
    """Raises Problem where what is wanted does not go together, or with the derivation."""
    second = derivation.command == "hessian"
    if wanted.product == "hvp" and not second:
        raise Problem("hvp is a product with the second derivative.", hint="ask `mcalc hessian` for it")
    if wanted.product and wanted.product != "hvp" and second:
        raise Problem(
            f"{wanted.product} is a product with the first derivative.", hint="by `hessian` it is --product hvp"
        )
    if wanted.structured and (wanted.product or wanted.with_value):
        raise Problem("--structured gives functions, and stands without --product and --with-value.")
    if wanted.wrap and (wanted.product or wanted.with_value or wanted.structured):
        raise Problem("--wrap stands without --product, --with-value and --structured.")
    if wanted.structured and derivation.parts:
        raise Problem("--structured is by one variable at a time.", hint="give one name to --wrt")


def _free_name(derivation: Derivation) -> str:
    """v, or another letter that the expression does not have."""
    taken = {*derivation.reading.names, *derivation.reading.bound}
    return next((letter for letter in ("v", "u", "d", "p", "q", "z") if letter not in taken), "vector")


def _shape_of_variable(derivation: Derivation, at: int) -> Shape:
    """The shape of the variable of the first derivative, or of the last; several scalars together are a vector."""
    by = derivation.by
    axes = tuple(size for size in derivation.natural.shape if size != 1)
    if derivation.command == "hessian":
        expected = len(by[0].axes) + len(by[-1].axes)
    else:
        expected = len(derivation.value.axes) + len(by[-1].axes)
    return by[at].shape if len(axes) == expected else axes[-1:]


def _beside_value(doc: str, shape: Shape) -> str:
    first, *rest = doc.split("\n")
    head = [
        f"The value, and the {first[0].lower()}{first[1:]}",
        "",
        f"A tuple; the value has the shape {_written(shape)}.",
    ]
    return "\n".join([*head, *rest[1:]])


def _doc_of_product(
    derivation: Derivation, wanted: Wanted, vectors: Sequence[Node], own: Sequence[Shape], shapes: Sequence[Shape]
) -> str:
    value, by = write_expression(derivation.value, "ascii"), ", ".join(dict.fromkeys(derivation.wrt))
    order = "Second derivative" if derivation.command == "hessian" else "Derivative"
    taken = [f"{vector.parameters[0]} has the shape {_written(vector.shape)}" for vector in vectors]
    names = ", ".join(str(vector.parameters[0]) for vector in vectors)
    if wanted.structured:
        return "\n".join([
            f"{order} of {value} by {by}, as two functions.", "",
            f"matvec({names}) is its product with {names}, of shape {_written(own[0])}, where {taken[0]};",
            f"todense() is the array itself, of shape {_written(shapes[0])}.",
        ])  # fmt: skip
    if wanted.product == "vjp":
        first = f"{names} times the derivative of {value} by {by}."
    else:
        first = f"{order} of {value} by {by}, times {names}."
    written = [_written(shape) for shape in own]
    shown = (
        f"An array of shape {written[0]}" if len(written) == 1 else f"A tuple of arrays of shapes {', '.join(written)}"
    )
    return "\n".join([first, "", f"{shown}; {', '.join(taken)}."])


def _doc(derivation: Derivation, shapes: Sequence[Shape]) -> str:
    value = write_expression(derivation.value, "ascii")
    by = ", ".join(dict.fromkeys(derivation.wrt))
    if derivation.command == "hessian" and derivation.parts:
        parts = zip(derivation.parts, shapes, strict=True)
        blocks = [f"    {', '.join(part.wrt)}: {_written(shape)}" for part, shape in parts]
        first = f"Second derivatives of {value} by {by}."
        return "\n".join([first, "", "A tuple of blocks, each of shape first.shape + second.shape:", *blocks])
    order = "Second derivative" if derivation.command == "hessian" else "Derivative"
    lines = [f"{order} of {value} by {by}.", ""]
    written = " and ".join(map(_written, shapes))
    lines.append(f"An array of shape value.shape + variable.shape = {written}, as in JAX and PyTorch.")
    return "\n".join(lines)


def _written(shape: Shape) -> str:
    return f"({', '.join(map(size_text, shape))}{',' if len(shape) == 1 else ''})"


def array_shape_of(derivation: Derivation) -> Shape:
    """value.shape + variable.shape, of arrays shaped as declared; of several scalars together, an axis for them."""
    axes = tuple(size for size in derivation.natural.shape if size != 1)
    second = derivation.command == "hessian"
    value = () if second else array_shape(derivation.value)
    shape = value + tuple(size for by in derivation.by for size in by.shape)
    return shape if tuple(size for size in shape if size != 1) == axes else axes
