"""A formula as a small tree of boxes, made once of a value: what it says, not yet how a notation writes it.

No box holds a bracket, a space or a symbol: those come from the tables of the notation that prints it.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterator, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any, ClassVar, dataclass_transform

from sympy.core.expr import Expr
from sympy.core.numbers import Rational

from mcalc.table.records import Operator, Parameter


@dataclass_transform(eq_default=False, frozen_default=True)
class Box:
    """A part of a formula; equal to itself alone, so that a part that is shared is set once."""

    names: ClassVar[tuple[str, ...]] = ()
    """The names of its fields, found once for each kind of box."""

    def __init_subclass__(cls) -> None:
        dataclass(eq=False, repr=False)(cls)
        cls.names = tuple(field.name for field in fields(cls))  # type: ignore[arg-type]


class Name(Box):
    """A name and the rank of its value; `made` are the intermediates of a derivation: u₁ is U₁ where it is a matrix."""

    word: str
    rank: int = 0
    made: bool = False


class Number(Box):
    """A rational number, never negative: the sign belongs to the sum around it."""

    value: Rational


class Decimal(Box):
    """A number as it was rounded, ``0.25``, ``1.5e-7``; never negative."""

    digits: str


class Size(Box):
    """A dimension as a number, or the letter of a running index."""

    size: Expr


class Sign(Box):
    """A constant: eye ones zeros unit delta pi infinity total prime, and the dots across down aslant.

    `told`: the text must say its size, as nothing beside it does; `row`: it lies; `renamed`: the text has a name that
    is spelt as it is.
    """

    kind: str
    places: tuple[Parameter, ...] = ()
    told: bool = False
    row: bool = False
    renamed: bool = False


class Word(Box):
    """The name of a function that is spoken of."""

    text: str


class Said(Box):
    """A formula within a sentence: `text` is how the sentence has it, `inner` how it is set."""

    text: str
    inner: Box


class Typed(Box):
    """What one types, as it is."""

    text: str


class Row(Box):
    """Parts in a row: a sum, product, chain (of matrices), entries (of index notation), runs (of chains) or relation;
    flat is one whose brackets are boxes of their own, as in a sentence.

    `joins` are what stands before each part: "", plus, minus, scalar, hadamard, matrix, entry, greater, equals, …
    """

    kind: str
    parts: tuple[Box, ...]
    joins: tuple[str, ...]
    ranks: tuple[int, ...] = ()


class Dot(Box):
    """``u·v``; `turned` is the same as a row times a column, `plain`: of two names."""

    left: Box
    right: Box
    turned: Box
    plain: bool


class Fraction(Box):
    """A quotient, an oslash (element by element), or an entry (of index notation); `rank` of what stands above."""

    above: Box
    below: Box
    kind: str = "quotient"
    rank: int = 0


class Power(Box):
    """``base^exponent``."""

    base: Box
    exponent: Box
    rank: int = 0


class Mark(Box):
    """A transpose, ``T``, or an ``inverse``."""

    base: Box
    mark: str


class Index(Box):
    """``base[i,j]``."""

    base: Box
    places: tuple[str, ...]
    rank: int = 0


class Fence(Box):
    """An operator in bars, by its name, of a value of some rank; truth: a comparison as 1 or 0; group, square: flat."""

    kind: str
    inner: Box
    rank: int = 0


class Root(Box):
    """``√inner``."""

    inner: Box
    rank: int = 0


class Call(Box):
    """``f(a, b, axis=0)``."""

    operator: Operator
    args: tuple[Box, ...]
    axis: int | None = None


class Of(Box):
    """``u₂(x, u₁)``: a value as a function of others."""

    value: Box
    args: tuple[Box, ...]


class BigSum(Box):
    """``Σ body`` over the running index, from 1 to the size."""

    index: str
    size: Expr
    body: Box


class Grid(Box):
    """A stack (a column of parts), a grid of scalars, one of numbers, or a drawing with dots."""

    rows: tuple[tuple[Box, ...], ...]
    kind: str
    ranks: tuple[int, ...] = ()


class Cases(Box):
    """`other` where the condition is not met, else `value`; `zero`: `other` is nothing but zeros.

    `factored` is the same as a product with the condition, ``(z > 0)*a``, where that has the same value everywhere.
    """

    condition: Box
    value: Box
    other: Box
    opposite: Box | None
    zero: bool = False
    rank: int = 0
    factored: Box | None = None


class Derivative(Box):
    """``∂above/∂below``, of two `below` the second derivative."""

    above: Box
    below: tuple[Box, ...]


class Differential(Box):
    """``d x``; `sign` names the letter: total or d."""

    of: Box
    sign: str = "total"


class Nabla(Box):
    """``∇f``, of second order ``∇²f``."""

    of: Box
    order: int = 1


def parts_of(box: Box) -> Iterator[Box]:
    """The boxes directly inside."""
    for name in box.names:
        value = getattr(box, name)
        if isinstance(value, Box):
            yield value
        elif isinstance(value, tuple):
            for item in value:
                if isinstance(item, Box):
                    yield item
                elif isinstance(item, tuple):
                    yield from (cell for cell in item if isinstance(cell, Box))


def within(roots: Sequence[Box], known: Container[Box] = ()) -> list[Box]:
    """All boxes below `roots`, each once, parts before the whole; nothing of those that are known."""
    done: dict[Box, None] = {}
    stack = [(root, False) for root in reversed(roots)]
    while stack:
        box, ready = stack.pop()
        if box in done or box in known:
            continue
        if ready:
            done[box] = None
        else:
            stack.append((box, True))
            stack += [(part, False) for part in parts_of(box) if part not in done]
    return list(done)


def replaced(root: Box, by: Callable[[Box], Box | None]) -> Box:
    """The formula with every part that `by` gives another box for replaced."""
    now: dict[Box, Box] = {}

    def new(value: Any) -> Any:
        if isinstance(value, Box):
            return now[value]
        return tuple(map(new, value)) if isinstance(value, tuple) else value

    for box in within([root]):
        other = by(box)
        if other is None:
            changed = {name: new(getattr(box, name)) for name in box.names}
            same = all(value == getattr(box, name) for name, value in changed.items())
            other = box if same else replace(box, **changed)  # type: ignore[type-var]
        now[box] = other
    return now[root]


def negated(part: Box) -> Box | None:
    """What stands behind the minus sign of ``−a``; None where there is none."""
    if isinstance(part, Row) and part.kind == "sum" and part.joins == ("minus",):
        return part.parts[0]
    return None


def equation(*sides: Box) -> Row:
    """``left = right``."""
    return Row("relation", sides, ("", *["equals"] * (len(sides) - 1)))
