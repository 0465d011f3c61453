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
_KEPT = 256
_texts: dict[int, tuple[Box, str]] = {}
"""How boxes are written as text, by the identity of the boxes, which are kept beside it."""


def box_of(value: Expression, made: Iterable[str] = ()) -> Box:
    """The boxes of a value or of a derivative in index notation; `made` are the names of intermediates."""
    builder = Builder(made)
    return builder.build(value) if isinstance(value, Node) else indexed(value, builder)


def printer(dialect: str) -> Linear | Typeset:
    """The printer of a notation: ``text``, ``ascii``, ``latex``, ``mathml`` or ``typst``."""
    return _TYPESET[dialect]() if dialect in _TYPESET else Linear(dialect)


def written(box: Box, dialect: str = "text") -> str:
    """The boxes in a notation."""
    known = _texts.get(id(box)) if dialect == "text" else None
    if known is not None:
        return known[1]
    return (printer(dialect) if dialect in _TYPESET else Linear(dialect, breaking=False)).write(box)


def alike(one: Node, other: Node) -> bool:
    """Whether two values are written alike; of long ones, whether they are one."""
    if one is other or max(one.key[0], other.key[0]) > _LONG:
        return one is other
    return write(one) == write(other)


def write(node: Expression, dialect: str = "text") -> str:
    """The value in a notation."""
    if dialect == "text" and isinstance(node, Node):
        return written(text_box(node))
    return written(box_of(node), dialect)


def text_box(node: Node) -> Box:
    """The boxes of the value; it is kept how they are written as text."""
    in_use = text_in_use()
    return _text_box(node, in_use.names, in_use.running)


@lru_cache(_KEPT)
def _text_box(node: Node, names: frozenset[str], running: frozenset[str]) -> Box:
    """The value's boxes, beside these letters: a derivation compares the same few values again and again."""
    box = box_of(node)
    keep(box, written(box))
    return box


def keep(box: Box, text: str) -> str:
    """How boxes are written as text, which need not be found again."""
    if len(_texts) >= _KEPT:
        _texts.pop(next(iter(_texts)))
    _texts[id(box)] = box, text
    return text


print_with(write)
