"""From the tree to forms: raw ones, one form a node, that the engine then makes canonical."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from typing import Any

from mcalc.rewriting.algebra import keeping
from mcalc.rewriting.constructors import construct
from mcalc.rewriting.forms import (
    CHAIN,
    NUMBER,
    PRODUCT,
    SUM,
    TURNED,
    Form,
    make,
    number,
    rational,
    scaled_parts,
    turned_shape,
)
from mcalc.rewriting.traces import dimension
from mcalc.tree.node import Node, topological

_HALF = Fraction(1, 2)
_MOST = 50
"""A power with a larger exponent stays an operator."""


def raw(roots: Sequence[Node], known: Mapping[Node, Form] | None = None) -> dict[Node, Form]:
    """Each node as a form as it stands, its number in a leaf, its quotients as powers with exponent −1."""
    done: dict[Node, Form] = dict(known or {})
    for node in topological(roots, lambda node: () if known and node in known else node.args):
        if node not in done:
            done[node] = _raw(node, [done[arg] for arg in node.args])
    return done


def _raw(node: Node, args: list[Form]) -> Form:
    name, shape = node.operator.name, tuple(node.shape)
    reader = _READERS.get(name)
    if reader is not None:
        return reader(node, args, shape)
    return make(name, args, node.parameters, shape)


Reader = Callable[[Node, list[Form], tuple[Any, ...]], Form]


def _flat(head: str) -> Reader:
    """Sums and rows of matrices that are nested in the text are one."""

    def reader(node: Node, args: list[Form], shape: tuple[Any, ...]) -> Form:
        parts: list[Form] = []
        for arg in args:
            parts += arg.args if arg.head == head == CHAIN else [arg]
        return make(head, parts, (), shape)

    return reader


def _power(node: Node, args: list[Form], shape: tuple[Any, ...]) -> Form:
    base, exponent = args
    if exponent.head == NUMBER and abs(exponent.par[0]) < _MOST:
        return make(PRODUCT, (base,), (exponent.par[0],), shape)
    return make("power", args, (), shape)


def _product(node: Node, args: list[Form], shape: tuple[Any, ...]) -> Form:
    powers: dict[Form, Any] = {}
    for arg in args:
        powers[arg] = powers.get(arg, 0) + 1
    return make(PRODUCT, powers, powers.values(), shape)


def _sum(node: Node, args: list[Form], shape: tuple[Any, ...]) -> Form:
    """A term that is a number times a value keeps the number as its coefficient."""
    pairs = [scaled_parts(arg) if arg.head == SUM else (1, arg) for arg in args]
    return make(SUM, (t for _, t in pairs), (c for c, _ in pairs), shape)


def _negative(node: Node, args: list[Form], shape: tuple[Any, ...]) -> Form:
    if args[0].head == NUMBER:
        return number(-args[0].par[0])
    return make(SUM, (args[0],), (-1,), shape)


def _upright(node: Node, args: list[Form], shape: tuple[Any, ...]) -> Form:
    return make(TURNED, args, (), shape) if args[0].shape else args[0]


_READERS: dict[str, Reader] = {
    "number": lambda node, args, shape: number(rational(node.parameters[0])),
    "dimension": lambda node, args, shape: dimension(node.parameters[0]),
    "add": _sum,
    "negative": _negative,
    "multiply": _product,
    "divide": lambda node, args, shape: (
        make(PRODUCT, args, (1, -1), shape) if args[0] is not args[1] else make(PRODUCT, args[:1], (0,), shape)
    ),
    "sqrt": lambda node, args, shape: make(PRODUCT, args, (_HALF,), shape),
    "power": _power,
    "matmul": _flat(CHAIN),
    "dot": lambda node, args, shape: (
        make(CHAIN, (_row(args[0]), args[1]), (), shape) if args[0].shape else make(PRODUCT, args, (1, 1), shape)
    ),
    "outer": lambda node, args, shape: make(CHAIN, (args[0], _row(args[1])), (), shape),
    "transpose": _upright,
}


def _row(column: Form) -> Form:
    return make(TURNED, (column,), (), turned_shape(column.shape))


def canonical(root: Form) -> Form:
    """The form made anew from its leaves by the constructors alone."""
    done: dict[Form, Form] = {}
    stack = [root]
    while stack:
        t = stack[-1]
        waiting = [] if t in done else [arg for arg in t.args if arg not in done]
        if waiting:
            stack.extend(waiting)
            continue
        stack.pop()
        if t not in done:
            done[t] = construct(t.head, tuple(done[arg] for arg in t.args), t.par, t.shape)
    return done[root]


class Typed:
    """What is kept of how sums were typed: the order of their terms, and the sign of differences."""

    def __init__(self) -> None:
        self.order: dict[Form, tuple[Form, ...]] = {}
        self.signs: set[Form] = set()

    def learn(self, root: Node) -> None:
        """The sums below the node, those met first counting."""
        done: dict[Node, Form] = {}
        with keeping(self.signs):
            for node in topological([root]):
                form = _raw(node, [done[arg] for arg in node.args])
                form = construct(form.head, form.args, form.par, form.shape)
                if node.operator.name == "add":
                    c, core = scaled_parts(form)
                    if core.head == SUM and core not in self.order and len(core.args) > 1:
                        other = make(SUM, core.args, (-k for k in core.par), core.shape)
                        if c < 0 and other not in self.order:
                            self.signs.add(core)
                            core = other
                            form = construct(SUM, (other,), (rational(-c),), other.shape)
                        self.order.setdefault(core, tuple(scaled_parts(done[arg])[1] for arg in node.args))
                done[node] = form
