"""Leaves as they are written, names, numbers, constants, and what all writing needs: letters and brackets."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import Any

from mcalc.notation.lost_sizes import without_size
from mcalc.table.records import ADDITION, ATOM, POSTFIX, POWER, PRODUCT, LoopIndex, Slice
from mcalc.tree import build
from mcalc.tree.letters import Loops, names_in, names_in_use, running_letters
from mcalc.tree.names import name_latex, name_text, number_text, size_text
from mcalc.tree.node import Node, topological

Written = tuple[str, int]
"""A text, and the precedence of its outermost operator."""


class Leaves:
    """Writes each node once, from the leaves up, with the precedence of its outermost operator: here the leaves."""

    def __init__(self, dialect: str) -> None:
        self.dialect = dialect
        self.latex = dialect == "latex"
        self.done: dict[Node, Written] = {}
        self.names: frozenset[str] = names_in_use()
        self.letters: dict[LoopIndex, str] = {}

    def write(self, root: Node) -> str:
        """The value as text."""
        self.prepare([root])
        return self.written(root)[0]

    def prepare(self, roots: Collection[Node], taken: Collection[str] = (), together: Collection[Loops] = ()) -> None:
        """Chooses the letters of running indices for all that is written, and where identities keep their sizes."""
        self.names |= names_in(roots)
        self.letters |= running_letters(roots, {*self.names, *taken}, together)
        if self.dialect == "text":
            plain = type(self)("ascii")
            self.done |= {node: plain._written(node) for root in roots for node in without_size(root)}

    def written(self, root: Node) -> Written:
        """The text and its precedence, letters and sizes as they were prepared."""
        for node in topological([root], self.parts_of):
            if node not in self.done:
                self.done[node] = self._written(node)
        return self.done[root]

    def _written(self, node: Node) -> Written:
        handler: Callable[[Node], Written] = getattr(self, "_" + node.operator.notation.kind)
        return handler(node)

    # What stands in the place of the arguments

    def parts_of(self, node: Node) -> Sequence[Node]:
        """What is written of a node: its arguments, of an outer product the second one lying."""
        name = node.operator.name
        if name == "outer":
            return (node.args[0], _lying(node.args[1]))
        if name == "dot" and self._as_row(node):
            return (_lying(node.args[0]), node.args[1])
        if name == "where":
            opposite = build.opposite(node.args[0])
            return node.args if opposite is None else (*node.args, opposite)
        return tuple(node.args)

    def _as_row(self, node: Node) -> bool:
        """u·(Av) is written uᵀAv; in ASCII `.` stands between names only, as `.T` transposes."""
        left, right = node.args
        if right.operator.name == "matmul":
            return True
        names = [arg.args[0] if arg.operator.name == "element" else arg for arg in (left, right)]
        plain = all(name.operator.name == "variable" for name in names)
        return self.dialect == "ascii" and (not plain or names[1].parameters[0] == "T")

    def _symbol(self, node: Node) -> str:
        symbol = str(getattr(node.operator.notation, self.dialect))
        return symbol or ("" if self.latex else node.operator.name)

    def _at(self, node: Node, level: int) -> str:
        """The text of an argument, in parentheses where its operator binds more loosely than `level`."""
        return self.at_least(self.done[node], level)

    def at_least(self, written: Written, level: int) -> str:
        """The text, in parentheses where it binds more loosely than `level`."""
        text, own = written
        return text if own >= level else self.bracketed(text)

    def bracketed(self, text: str) -> str:
        """The text in parentheses."""
        return rf"\left({text}\right)" if self.latex else f"({text})"

    # Leaves

    def _name(self, node: Node) -> Written:
        name = node.parameters[0]
        if self.dialect == "ascii":
            return name, ATOM
        return (
            name_latex(name, len(node.axes))
            if self.latex and len(node.axes) < 2
            else name_latex(name)
            if self.latex
            else name_text(name)
        ), ATOM

    def _number(self, node: Node) -> Written:
        value = node.parameters[0]
        text = number_text(abs(value))
        level = PRODUCT if "/" in text else ATOM
        if self.latex and "/" in text:
            text, level = rf"\frac{{{abs(value).p}}}{{{value.q}}}", ATOM
        if value < 0:
            return ("−" if self.dialect == "text" else "-") + text, ADDITION
        return text, level

    def _constant(self, node: Node) -> Written:
        if "pi" in self.names:
            return (r"\arccos\left(-1\right)" if self.latex else "acos(-1)"), ATOM
        return self._symbol(node), ATOM

    def _dimension(self, node: Node) -> Written:
        size = node.parameters[0]
        if isinstance(size, LoopIndex) or size.is_Symbol:
            return self._place(size), ATOM
        return size_text(size), ADDITION if size.is_Add else PRODUCT if size.is_Mul else POWER

    def _partial(self, node: Node) -> Written:
        above, below, split, total = node.parameters
        if self.latex:
            sign = r"\mathrm{d}" if total else r"\partial"
            upper, lower = name_latex(above, split), name_latex(below, len(node.axes) - split)
            return rf"\frac{{{sign} {upper}}}{{{sign} {lower}}}", ATOM
        if self.dialect == "ascii":
            return f"d{above}/d{below}", ATOM
        sign = "d" if total else "∂"
        return f"{sign}{name_text(above)}/{sign}{name_text(below)}", ATOM

    def _differential(self, node: Node) -> Written:
        name = node.parameters[0]
        if self.latex:
            return rf"\mathrm{{d}} {name_latex(name, len(node.axes) % 2)}", ATOM
        return "d" + (name if self.dialect == "ascii" else name_text(name)), ATOM

    def _filled(self, node: Node) -> Written:
        shape, symbol = node.shape, self._symbol(node)
        sizes = ",".join(size_text(size) for size in shape)
        row = len(shape) == 2 and shape[0] == 1
        if self.dialect == "ascii":
            return (f"{symbol}({size_text(shape[1])})'", POSTFIX) if row else (f"{symbol}({sizes})", ATOM)
        if row:
            return (symbol + self._turned(), POWER) if self.latex else (symbol + "ᵀ", POSTFIX)
        if len(shape) == 1:
            return symbol, ATOM
        if self.latex:
            digit = "1" if node.operator.name == "ones" else "0"
            return rf"{digit}_{{{size_text(shape[0])} \times {size_text(shape[1])}}}", ATOM
        return f"{node.operator.name}({sizes})", ATOM

    def _identity(self, node: Node) -> Written:
        size = size_text(node.shape[0])
        if self.latex:
            return (rf"\mathrm{{Id}}_{{{size}}}" if "I" in self.names else "I"), ATOM
        return (f"eye({size})" if self.dialect == "ascii" or "I" in self.names else "I"), ATOM

    def _unit(self, node: Node) -> Written:
        place, size = node.parameters
        return (f"e_{{{self._place(place)}}}" if self.latex else f"unit({self._place(place)},{size_text(size)})"), ATOM

    def _delta(self, node: Node) -> Written:
        size = next((place.size for place in node.parameters if isinstance(place, LoopIndex)), None)
        return self.delta([self._place(place) for place in node.parameters], size)

    def delta(self, places: Sequence[str], size: Any) -> Written:
        """Kronecker's δ; where the text has a name `delta`, an entry of the identity."""
        if self.latex:
            symbol = r"\delta" if "delta" not in self.names else "I" if "I" not in self.names else r"\mathrm{Id}"
            return f"{symbol}_{{{''.join(places) if max(map(len, places)) == 1 else ','.join(places)}}}", POSTFIX
        symbol = "δ" if self.dialect == "text" else "delta"
        if "delta" in self.names:
            symbol = f"eye({size_text(size)})"
        return f"{symbol}[{','.join(places)}]", POSTFIX

    def _place(self, place: Any) -> str:
        if isinstance(place, Slice):
            return f"{size_text(place.lower)}..{size_text(place.upper)}"
        if isinstance(place, LoopIndex):
            return self.letters.get(place, place.name)
        return size_text(place)

    def _turned(self) -> str:
        """The sign of a transpose in LaTeX, by another letter where T is a name."""
        return r"^{\top}" if "T" in self.names else "^{T}"


def _lying(column: Node) -> Node:
    """The column as a row; ``(Kx)ᵀ`` of a skew K, where ``−xᵀK`` would put a sign into the midst of a product."""
    row = build.transpose(column)
    signed = row.operator.name == "negative" and column.operator.name != "negative"
    return build.apply("transpose", column) if signed else row
