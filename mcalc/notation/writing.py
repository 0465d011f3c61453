"""Values as they are written: as boxes first, then by the printer of a notation.

What is written in text and in ASCII reads back to the same value.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from mcalc.networks.index_form import Expression
from mcalc.notation.boxes import Box
from mcalc.notation.latex import Latex
from mcalc.notation.linear import Linear
from mcalc.notation.mathml import MathML
from mcalc.notation.mathtext import Mathtext
from mcalc.notation.of_networks import indexed
from mcalc.notation.of_values import Builder
from mcalc.notation.typeset import Typeset
from mcalc.notation.typst import Typst
from mcalc.tree.letters import text_in_use
from mcalc.tree.node import Node, print_with

_TYPESET: dict[str, type[Typeset]] = {"latex": Latex, "mathml": MathML, "typst": Typst, "mathtext": Mathtext}
"""The notations beside text and ASCII."""
_LONG = 400
"""No reader compares longer values, and written out with what recurs in them they may be enormous."""


def box_of(value: Expression, made: Iterable[str] = ()) -> Box:
    """The boxes of a value or of a derivative in index notation; `made` are the names of intermediates."""
    builder = Builder(made)
    return builder.build(value) if isinstance(value, Node) else indexed(value, builder)


def printer(dialect: str) -> Linear | Typeset:
    """The printer of a notation: ``text``, ``ascii``, ``latex``, ``mathml`` or ``typst``."""
    return _TYPESET[dialect]() if dialect in _TYPESET else Linear(dialect)


def written(box: Box, dialect: str = "text") -> str:
    """The boxes in a notation."""
    return (printer(dialect) if dialect in _TYPESET else Linear(dialect, breaking=False)).write(box)


def alike(one: Node, other: Node) -> bool:
    """Whether two values are written alike; of long ones, whether they are one."""
    if one is other or max(one.key[0], other.key[0]) > _LONG:
        return one is other
    return write(one) == write(other)


def write(node: Expression, dialect: str = "text") -> str:
    """The value in a notation."""
    if dialect == "text" and isinstance(node, Node):
        in_use = text_in_use()
        return _text(node, in_use.names, in_use.running)
    return written(box_of(node), dialect)


@lru_cache(256)
def _text(node: Node, names: frozenset[str], running: frozenset[str]) -> str:
    """The value as text, beside these letters: a derivation compares the same few values again and again."""
    return written(box_of(node))


print_with(write)
