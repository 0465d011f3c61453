"""Open functions: ``f(x)`` with nothing known of f but the shapes of its arguments and of its value.

Each is a record made on the fly. The derivative of ``f(x)`` is ``f'(x)``, of ``f(x, y)`` by its first argument
``∂₁f(x, y)``: an open function again, with the axes of the value first and those of the argument after. Of a function
that acts element by element it is the vector whose diag is the Jacobian.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import TypeAlias

from sympy.core.singleton import S

from mcalc.table.records import Array, Notation, Numpy, Operator, Parameter, Rule, Shape
from mcalc.tree.names import name_text
from mcalc.tree.node import Node, topological

_SUBSCRIPTS = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")
_WAVES = 3
"""How many waves a random smooth function adds up."""


@dataclass(frozen=True)
class Signature:
    """``n->m``, ``n,k->scalar`` of two vectors, ``elementwise``: the shapes of the arguments, and of the value."""

    inputs: tuple[Shape, ...]
    output: Shape
    elementwise: bool = False


@dataclass(frozen=True)
class OpenFunction:
    """An open function, differentiated as often by each argument as `orders` says."""

    name: str
    orders: tuple[int, ...]
    elementwise: bool = False

    def once_more(self, position: int) -> OpenFunction:
        """Its derivative by the argument at a position."""
        orders = tuple(order + (at == position) for at, order in enumerate(self.orders))
        return OpenFunction(self.name, orders, self.elementwise)

    @property
    def places(self) -> str:
        """The arguments by which one of several is differentiated, each as often as it is."""
        return "".join(str(at + 1) * order for at, order in enumerate(self.orders)) if len(self.orders) > 1 else ""

    def written(self, dialect: str = "text") -> str:
        """``f'``, ``∂₁f``; in ASCII ``d1f``."""
        name = self.name if dialect == "ascii" else name_text(self.name)
        if len(self.orders) == 1:
            return name + "'" * self.orders[0]
        places = self.places
        if not places:
            return name
        return f"∂{places.translate(_SUBSCRIPTS)}{name}" if dialect == "text" else f"d{places}{name}"

    @property
    def in_code(self) -> str:
        """As a parameter of code: ``f``, ``df``, ``d2f``; by one of several arguments ``df_1``."""
        places = "".join(str(at + 1) * order for at, order in enumerate(self.orders))
        if len(self.orders) > 1:
            return f"d{self.name}_{places}" if places else self.name
        return "d" * bool(places) + (str(len(places)) if len(places) > 1 else "") + self.name


def applied(function: OpenFunction, args: Sequence[Node], output: Shape) -> Node:
    """The function of its arguments; `output` is the shape of its value, before it is differentiated.

    A second derivative may have three axes and more: it stands under indices alone.
    """
    return Node(record(function), tuple(args), output, shape_of(function, [arg.shape for arg in args], output))


def shape_of(function: OpenFunction, inputs: Sequence[Shape], output: Shape) -> Shape:
    """The axes of the value, then those of each argument as often as it is differentiated by it."""
    if function.elementwise:
        return inputs[0]
    above = tuple(size for size in output if size != 1)
    below = tuple(
        size
        for shape, order in zip(inputs, function.orders, strict=True)
        for _ in range(order)
        for size in shape
        if size != 1
    )
    if not below:
        return output
    if not above and len(below) == 1:
        return (S.One, *below)
    return above + below


def derivative(node: Node, position: int) -> Node:
    """``∂node/∂argument``: of one that acts element by element its slope."""
    assert node.operator.open is not None
    return applied(node.operator.open.once_more(position), node.args, node.parameters)


def open_functions(roots: Iterable[Node]) -> dict[str, Signature]:
    """The open functions below `roots`, by their names."""
    found: dict[str, Signature] = {}
    for node in topological(roots):
        function = node.operator.open
        if function is not None:
            inputs = tuple(arg.shape for arg in node.args)
            found.setdefault(function.name, Signature(inputs, node.parameters, function.elementwise))
    return found


class _OpenOperator(Operator):
    """The record of an open function, of which there is one."""

    def __reduce__(self) -> tuple[object, ...]:
        return record, (self.open,)


@functools.cache
def record(function: OpenFunction) -> Operator:
    """Everything there is to know about it, as of any operator of the table."""
    letters = ["a", "b", "c", "d", "p", "q", "r", "s"][: len(function.orders)]
    if function.elementwise:
        told = "of an open function the derivative goes by its name"
    else:
        told = "of an open function the derivative goes by its name: a row for each output, a column for each element"
    rules = tuple(
        Rule(letter, f"{function.once_more(at).written()}({', '.join(letters)})", told)
        for at, letter in enumerate(letters)
    )
    return _OpenOperator(
        name=function.written("ascii"),
        arguments=" ".join(letters),
        title="open function",
        doc="a function of which nothing is known",
        shape=lambda same, shapes, *output: shape_of(function, shapes, output),
        numpy=functools.partial(_smooth, function),
        rules=rules,
        notation=Notation("call", function.written(), function.written("ascii")),
        elementwise=function.elementwise,
        open=function,
    )


# A smooth function drawn at random, the same for the same name ------------------------------------------------------


Nested: TypeAlias = "float | list[Nested]"
"""Numbers in nested lists."""


def _smooth(function: OpenFunction, np: Numpy, *given: Parameter) -> Array | float:
    """``Σ_t a_t sin(c_t + w_t·x)``, or its derivative: ``Σ_t a_t w_tᵀ cos(c_t + w_t·x)``, and so on."""
    args, output = given[: len(function.orders)], given[len(function.orders) :]
    shapes = [() if function.elementwise else np.shape(arg) for arg in args]
    above = () if function.elementwise else tuple(size for size in output if size != 1)
    below = [at for at, order in enumerate(function.orders) for _ in range(order)]
    turns = len(below) % 4
    total: Array | float = 0
    for wave in range(_WAVES):
        phase: Array | float = wave + _drawn(function, wave, "phase")
        for at, (arg, shape) in enumerate(zip(args, shapes, strict=True)):
            slope = _weights(function, (wave, at), shape)
            phase = phase + (np.sum(np.array(slope) * arg) if shape else slope * arg)
        waved = np.cos(phase) if turns % 2 else np.sin(phase)
        slopes = (_weights(function, (wave, at), shapes[at]) for at in below)
        height = functools.reduce(_outer, slopes, _weights(function, (wave, "height"), above))
        total = total + waved * (np.array(height) if isinstance(height, list) else height)
    return -total if turns > 1 else total


def _drawn(function: OpenFunction, *place: object) -> float:
    """A number between -1 and 1, in steps of 1/128; none is 0."""
    text = "/".join(map(str, (function.name, len(function.orders), function.elementwise, *place)))
    return (blake2b(text.encode(), digest_size=1).digest()[0] - 127.5) / 128


def _weights(function: OpenFunction, place: tuple[object, ...], shape: Sequence[int]) -> Nested:
    """Numbers in nested lists, one for each place of the shape."""
    if not shape:
        return _drawn(function, *place)
    return [_weights(function, (*place, row), shape[1:]) for row in range(shape[0])]


def _outer(left: Nested, right: Nested) -> Nested:
    """Every number on the left times every number on the right, the axes of the left first."""
    if isinstance(left, list):
        return [_outer(each, right) for each in left]
    return [_outer(left, each) for each in right] if isinstance(right, list) else left * right
