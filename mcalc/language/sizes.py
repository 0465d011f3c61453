"""Sizes and places as they are typed in an expression: ``eye(2n)``, ``x[i]``, ``x[2..n]``."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from sympy.core.expr import Expr
from sympy.core.numbers import Integer
from sympy.core.singleton import S

from mcalc.language.parser import Syntax
from mcalc.problems import Problem, Span
from mcalc.table.records import LoopIndex, Slice
from mcalc.tree import build
from mcalc.tree.node import Node, dimension


class Sizes:
    """Reads dimensions, among the names and the running indices at that place of the text."""

    def __init__(
        self, names: Mapping[str, Node], loops: Mapping[str, LoopIndex], resolve: Callable[[Expr], Expr], folding: bool
    ) -> None:
        self.names, self.loops, self.resolve, self.folding = names, loops, resolve, folding

    def dimension_of(self, syntax: Syntax, what: str = "A size is a whole number or a dimension such as `n`.") -> Expr:
        """A dimension typed as an argument: a number, a name, or a sum, product or power of those."""
        if syntax.kind == "number" and syntax.value.isdigit() and len(syntax.value) < 19:
            return Integer(int(syntax.value))
        if syntax.kind == "name":
            if syntax.value in self.loops:
                return self.loops[syntax.value]
            value = self.names.get(syntax.value)
            if value is None:
                return self.resolve(dimension(syntax.value))
            if build.is_number(value) and value.parameters[0].is_Integer:
                return value.parameters[0]
        if self.folding and syntax.kind == "call" and syntax.value in ("height", "width"):
            shape = self.names[syntax.children[0].value].shape
            return (*shape, S.One, S.One)[syntax.value == "width"]
        if syntax.kind == "prefix":
            value = self.dimension_of(syntax.children[0], what)
            return self._plain(value, syntax) if syntax.value == "+" else -self._plain(value, syntax)
        if syntax.kind == "infix" and syntax.value == "^" and syntax.children[1].kind == "number":
            base, power = syntax.children
            if power.value.isdigit() and 0 < int(power.value) < 100:
                return self._plain(self.dimension_of(base, what), syntax) ** int(power.value)
        chain = []
        while syntax.kind == "infix" and syntax.value in "+-*":
            chain.append(syntax)
            syntax = syntax.children[0]
        if not chain:
            raise Problem(what, [Span(syntax.start, syntax.end)])
        size = self._plain(self.dimension_of(syntax, what), chain[0])
        for node in reversed(chain):
            other = self._plain(self.dimension_of(node.children[1], what), chain[0])
            size = size + other if node.value == "+" else size - other if node.value == "-" else size * other
        return size

    def _plain(self, size: Expr, syntax: Syntax) -> Expr:
        if isinstance(size, LoopIndex):
            hint = (
                f"a running index stands alone, as in `x[{size.name}]`; "
                "for neighbours take parts, such as `x[2..n]` and `x[1..n-1]`"
            )
            raise Problem(
                f"Arithmetic with the running index `{size.name}` is not supported here.",
                [Span(syntax.start, syntax.end)],
                hint,
                status=3,
            )
        return size

    def size_of(self, syntax: Syntax) -> Expr:
        """A dimension that is at least 1."""
        size = self._plain(self.dimension_of(syntax), syntax)
        if size.is_Integer and size < 1:
            raise Problem("A size is at least 1.", [Span(syntax.start, syntax.end)])
        return size

    def place_of(self, syntax: Syntax) -> Expr:
        """An index: a number, a running index, a part; None for a whole axis. Raises Problem otherwise."""
        what = "An index is a whole number, a name such as `i`, or a part such as `2..n`."
        if syntax.kind == "slice":
            if not syntax.children:
                return None
            lower, upper = (self._plain(self.dimension_of(child, what), syntax) for child in syntax.children)
            return Slice(lower, upper)
        return self.dimension_of(syntax, what)
