"""Values as they are written: Unicode text, ASCII and LaTeX, from the notation column of the operator table.

What is written in text and in ASCII reads back to the same value.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from mcalc.notation.leaves import Leaves, Written
from mcalc.table.records import ADDITION, ATOM, DOT, POSTFIX, POWER, PRODUCT
from mcalc.tree import build
from mcalc.tree.names import SUPERSCRIPTS, size_text
from mcalc.tree.node import Node, print_with

_TRANSPOSES = re.compile(r"T(?![^\W²³¹⁰⁴-⁹ᵀ])")
"""What behind `.` or `^` is read as a transpose."""


def write(node: Node, dialect: str = "text") -> str:
    """The value in ``text``, ``ascii`` or ``latex``."""
    return Writer(dialect).write(node)


class Writer(Leaves):
    """Text, ASCII or LaTeX of values, from the notation column of the operator table."""

    # Arithmetic

    def _sum(self, node: Node) -> Written:
        minus = "−" if self.dialect == "text" else "-"
        parts: list[str] = []
        for arg in node.args:
            text = self._at(arg, ADDITION)
            if text.startswith(minus):
                rest = text[len(minus) :]
                parts.append(f" {minus} {rest}" if parts else text)
            else:
                parts.append(f" + {text}" if parts else text)
        return "".join(parts), ADDITION

    def _negative(self, node: Node) -> Written:
        return self._symbol(node) + self._at(node.args[0], ADDITION + 1), ADDITION

    def _product(self, node: Node) -> Written:
        text, wide, first = "", False, True
        loosest = PRODUCT
        several = sum(not build.is_number(arg) for arg in node.args) > 1
        for arg in node.args:
            level = PRODUCT
            if first and arg.operator.name == "negative":
                level = loosest = ADDITION
            if self.dialect == "ascii" and wide and arg.operator.name in ("matmul", "outer", "dot"):
                level = PRODUCT + 1
            if self.dialect == "ascii" and arg.operator.name in ("multiply", "divide") and not first:
                level = PRODUCT + 1
            if self.latex and arg.operator.name == "loop_sum" and arg is not node.args[-1]:
                level = ATOM
            if self.latex and several and not arg.axes and self.done[arg][1] == DOT:
                level = ATOM
            part = self._at(arg, level)
            if first:
                text = part
            elif not text.strip("0123456789.") and (part[0].isalpha() or part[0] in "(\\{") and part[:4] != r"\vec":
                text += (" " if self.latex and part.startswith("\\frac") else "") + part
            elif wide and arg.axes:
                text += (" ⊗ " if self.dialect == "text" else r" \otimes " if self.latex else "*") + part
            elif self.latex:
                text += (
                    r" \cdot " if part[0].isdigit() or (text[-1].isdigit() and part[:4] == r"\vec") else " "
                ) + part
            else:
                text += "*" + part
            wide, first = wide or bool(arg.axes), False
        return text, loosest

    def _quotient(self, node: Node) -> Written:
        above, below = node.args
        if self.latex and not below.axes:
            return rf"\frac{{{self.done[above][0]}}}{{{self.done[below][0]}}}", PRODUCT + 1
        wide = bool(above.axes and below.axes)
        symbol = self._symbol(node) if wide or self.latex else "/"
        return self._at(above, PRODUCT) + symbol + self._at(below, POWER), PRODUCT

    def _power(self, node: Node) -> Written:
        base, exponent = (self.done[arg] for arg in node.args)
        if build.is_number(node.args[1]):
            return self.raised(base, node.args[1].parameters[0], exponent)
        shown = self.at_least(base, POWER + 1)
        if self.latex:
            return f"{shown}^{{{exponent[0]}}}", POWER
        above = self.at_least(exponent, POWER)
        return f"{shown}^{self.bracketed(above) if _TRANSPOSES.match(above) else above}", POWER

    def raised(self, base: Written, power: Any, exponent: Written | None = None) -> Written:
        """``base^power`` for a number as power: a base that is a product or a power itself is bracketed."""
        shown = self.at_least(base, POWER + 1)
        if self.latex:
            return f"{shown}^{{{power if exponent is None else exponent[0]}}}", POWER
        if self.dialect == "text" and power.is_Integer and power > 0:
            return shown + str(power).translate(SUPERSCRIPTS), POWER
        written = exponent or (str(power), ATOM if power.is_Integer and power > 0 else ADDITION)
        return f"{shown}^{self.at_least(written, POWER)}", POWER

    # Products, transposes, comparisons

    def _infix(self, node: Node) -> Written:
        name, notation = node.operator.name, node.operator.notation
        if name == "matmul" or (name == "dot" and self._as_row(node)):
            return self._chain(self.parts_of(node))
        if name == "dot":
            left, right = node.args
            return self._at(left, DOT) + self._symbol(node) + self._at(right, DOT + 1), DOT
        left, right = (self._at(arg, notation.level + 1) for arg in node.args)
        return left + self._symbol(node) + right, notation.level

    def _outer(self, node: Node) -> Written:
        return self._chain(self.parts_of(node))

    def _chain(self, parts: Sequence[Node]) -> Written:
        """A product from the left to the right; where that meets a scalar on the way, ``(yᵀ·x)*(vᵀ·W·y)``."""
        level = PRODUCT if self.dialect == "ascii" else DOT
        groups: list[list[str]] = [[]]
        shape: tuple[Any, ...] | None = None
        for link in self._links(parts):
            if shape == ():
                groups.append([])
            turned = len(link.shape) == 1 and shape is not None and len(shape) == 2 and shape[0] == 1
            shape = link.shape if not shape else () if turned else _product_shape(shape, link.shape)
            groups[-1].append(self._at(link, level + 1))
        texts = [{"ascii": "@", "text": "·", "latex": " "}[self.dialect].join(group) for group in groups]
        if len(texts) == 1:
            return texts[0], level
        shown = [self.bracketed(text) for text in texts[:-1]]
        last = texts[-1] if shape and self.dialect != "ascii" else self.bracketed(texts[-1])
        return (" " if self.latex else "*").join([*shown, last if len(groups[-1]) > 1 else texts[-1]]), PRODUCT

    def _links(self, parts: Sequence[Node]) -> list[Node]:
        """The factors of a product of products, in order."""
        links: list[Node] = []
        stack = list(reversed(parts))
        while stack:
            part = stack.pop()
            joined = part.operator.name in ("matmul", "outer") or (part.operator.name == "dot" and self._as_row(part))
            if joined:
                stack += reversed(self.parts_of(part))
            else:
                links.append(part)
        return links

    def _postfix(self, node: Node) -> Written:
        (arg,) = node.args
        if arg.operator.name == "stack" and self.latex:
            return self._matrix([[self.done[part][0] for part in arg.args]]), ATOM
        if arg.operator.name == "stack":
            return self._row(arg) + self._symbol(node), POSTFIX
        if self.latex:
            return self._at(arg, POSTFIX) + self._turned(), POWER
        return self._at(arg, POSTFIX) + self._symbol(node), POSTFIX

    # Functions

    def _call(self, node: Node) -> Written:
        symbol = self._symbol(node)
        inner = ", ".join(self._argument(arg) for arg in node.args)
        axis = node.parameters[0] if node.parameters and node.operator.keywords else None
        if self.latex:
            symbol = symbol or rf"\operatorname{{{node.operator.name}}}"
            below = "" if axis is None else rf"_{{\mathrm{{axis}}={axis}}}"
            return rf"{symbol}{below}\left({inner}\right)", ATOM
        return f"{symbol}({inner}{'' if axis is None else f', axis={axis}'})", ATOM

    def _inverse(self, node: Node) -> Written:
        if self.latex:
            return self._at(node.args[0], ATOM) + "^{-1}", POWER
        return f"inv({self.done[node.args[0]][0]})", ATOM

    def _fence(self, node: Node) -> Written:
        inner, bar = self._argument(node.args[0]), self._symbol(node)
        if self.latex:
            below = "_{1}" if node.operator.notation.right else ""
            return rf"\left{bar}{inner}\right{bar}{below}", ATOM
        return f"{bar}({inner})", ATOM

    def _root(self, node: Node) -> Written:
        inner = self.done[node.args[0]][0]
        return (rf"\sqrt{{{inner}}}" if self.latex else f"sqrt({inner})"), ATOM

    def _cases(self, node: Node) -> Written:
        condition, value, other = node.args
        opposite = build.opposite(condition)
        first, second, asked = (self.done[part][0] for part in (value, other, condition))
        if self.dialect == "ascii" or opposite is None:
            if not self.latex:
                if other.operator.name == "zeros" and value.operator.name != "zeros" and value.shape == node.shape:
                    second = "0"
                return f"where({asked}, {first}, {second})", ATOM
            return (
                rf"\begin{{cases}}{first} & \text{{if }} {asked} \neq 0 \\ {second} & \text{{otherwise}}\end{{cases}}",
                ATOM,
            )
        unasked = self.done[opposite][0]
        if self.latex:
            return (
                rf"\begin{{cases}}{second} & \text{{if }} {unasked} \\ {first} & \text{{if }} {asked}\end{{cases}}",
                ATOM,
            )
        return f"{{ {second} if {unasked}; {first} if {asked} }}", ATOM

    # Structure

    def _matrix(self, rows: Sequence[Sequence[str]]) -> str:
        return r"\begin{bmatrix}" + r" \\ ".join(" & ".join(row) for row in rows) + r"\end{bmatrix}"

    def _stack(self, node: Node) -> Written:
        parts = [self.done[arg][0] for arg in node.args]
        return (self._matrix([[part] for part in parts]) if self.latex else f"[{'; '.join(parts)}]"), ATOM

    def _row(self, node: Node) -> str:
        return f"[{', '.join(self.done[arg][0] for arg in node.args)}]"

    def _grid(self, node: Node) -> Written:
        columns = node.parameters[1]
        parts = [self.done[arg][0] for arg in node.args]
        rows = [parts[at : at + columns] for at in range(0, len(parts), columns)]
        if self.latex:
            return self._matrix(rows), ATOM
        inner = "; ".join(", ".join(row) for row in rows)
        return (f"[[{inner}]]" if len(rows) == 1 else f"[{inner}]"), ATOM

    def _argument(self, node: Node) -> str:
        """The text of an argument that does not tell its size: ``tr(eye(n))``, where I would have lost n."""
        if self.dialect == "text" and node.operator.notation.kind in ("identity", "filled"):
            return write(node, "ascii")
        return self.done[node][0]

    def _element(self, node: Node) -> Written:
        places = [":" if place is None else self._place(place) for place in node.parameters]
        base = self._at(node.args[0], POSTFIX)
        if self.dialect == "text" and base == self.done[node.args[0]][0]:
            base = self._argument(node.args[0])
        if self.latex and "_" in base:
            base = self.bracketed(base)
        return (f"{base}_{{{','.join(places)}}}" if self.latex else f"{base}[{','.join(places)}]"), POSTFIX

    def _loop(self, node: Node) -> Written:
        loop, body = node.parameters[0], node.args[0]
        return self.summed(self.done[body], self._place(loop), loop.size)

    def summed(self, body: Written, letter: str, size: Any) -> Written:
        """``Σ body`` over the running index `letter`."""
        if self.latex:
            return rf"\sum_{{{letter}=1}}^{{{size_text(size)}}} {self.at_least(body, PRODUCT)}", PRODUCT
        return f"sum({body[0]} for {letter} in 1..{size_text(size)})", ATOM


def _product_shape(left: Sequence[Any], right: Sequence[Any]) -> tuple[Any, ...]:
    """The shape of the product of a matrix or column and a factor that fits it."""
    rows = left[0] if left else 1
    return (rows,) if len(right) == 1 else (rows, right[1])


print_with(write)
