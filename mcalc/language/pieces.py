"""The part of the elaborator that reads indices, brackets, sums over data and cases."""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from functools import partial

from sympy.core.expr import Expr
from sympy.core.symbol import Symbol

from mcalc.language.gathered import gathered
from mcalc.language.parser import Syntax
from mcalc.language.sizes import Sizes
from mcalc.problems import Problem, Span
from mcalc.table import CALLS, CASES, shapes
from mcalc.table.records import LoopIndex, Parameters, Shape, ShapeMismatch
from mcalc.table.roles import DELTA
from mcalc.tree import build
from mcalc.tree.node import Node

Steps = Generator["Syntax", Node, Node]


class Mismatch(Exception):
    """Shapes that do not fit, at a place of the syntax; a part without a shape is a place to mark."""

    def __init__(self, cause: ShapeMismatch, syntax: Syntax, parts: list[tuple[Syntax, Shape | None]]) -> None:
        super().__init__(cause.message)
        self.cause, self.syntax, self.parts = cause, syntax, parts

    @property
    def marked(self) -> list[tuple[Syntax, Shape | None]]:
        """The parts in conflict, in the order of the text; the whole where there are none."""
        positions = self.cause.positions or range(len(self.parts))
        found = [self.parts[position] for position in positions if position < len(self.parts)]
        return sorted(found, key=lambda part: part[0].start) or [(self.syntax, None)]

    @property
    def places(self) -> list[Syntax]:
        """The parts in conflict."""
        return [syntax for syntax, _ in self.marked]


def is_delta(syntax: Syntax) -> bool:
    """``δ[i,k]``, unless delta is a value."""
    base = syntax.children[0]
    return syntax.kind == "index" and base.kind == "name" and base.value == DELTA and len(syntax.children) == 3


class Pieces:
    """Reads what consists of pieces, each read by the elaborator."""

    names: dict[str, Node]
    loops: dict[str, LoopIndex]
    sizes: Sizes
    resolve: Callable[[Expr], Expr]

    def _apply(self, syntax: Syntax, name: str, parts: list[tuple[Syntax, Node]], parameters: Parameters = ()) -> Node:
        raise NotImplementedError

    def _index(self, syntax: Syntax) -> Steps:
        base, *indices = syntax.children
        if is_delta(syntax) and DELTA not in self.names:
            return build.apply(DELTA, parameters=tuple(self.sizes.place_of(index) for index in indices))
        value = yield base
        places = tuple(self.sizes.place_of(index) for index in indices)
        for index, place in zip(indices, places, strict=True):
            if getattr(place, "is_Integer", False) and place < 1:
                name = base.value if base.kind == "name" else "x"
                size = value.shape[0] if len(value.shape) == 1 else None
                last = (
                    f", the last `{name}[{size}]`" if type(size) is Symbol or getattr(size, "is_Integer", False) else ""
                )
                raise Problem(
                    "Counting starts at 1, as in the paper's x₁.",
                    [Span(index.start, index.end)],
                    f"the first entry is `{name}[1]`{last}",
                )
        try:
            return self._apply(syntax, "element", [(base, value)], places)
        except Mismatch as problem:
            problem.parts += [(index, None) for index in indices]
            raise

    def _stack(self, syntax: Syntax) -> Steps:
        parts = []
        for child in syntax.children:
            value = yield child
            parts.append((child, value))
        if len(parts) == 1:
            return parts[0][1]
        upright = all(len(node.shape) < 2 for _, node in parts)
        return self._apply(syntax, "stack" if upright else "stack_rows", parts)

    def _matrix(self, syntax: Syntax) -> Steps:
        parts = []
        for row in syntax.children:
            for child in row.children:
                value = yield child
                parts.append((child, value))
        rows = len(syntax.children)
        columns = len(syntax.children[0].children)
        return self._apply(syntax, "grid", parts, (rows, columns))

    def _comprehension(self, syntax: Syntax) -> Steps:
        body, name, lower, upper = syntax.children
        if lower.kind != "number" or lower.value != "1":
            raise Problem(
                "A running index starts at 1.", [Span(lower.start, lower.end)], f"write `{name.value} in 1..N`"
            )
        size = self.sizes.size_of(upper)
        shown = name.value
        if any(loop.name == shown for loop in self.loops.values()):
            taken = {LoopIndex(other, size) for other in self.names} | set(self.loops.values())
            shown = LoopIndex(shown, size).apart_from(taken).name
        before = self.loops.get(name.value)
        hidden = self.names.pop(name.value, None)
        self.loops[name.value] = loop = LoopIndex(shown, size)
        value = yield body
        del self.loops[name.value]
        if before is not None:
            self.loops[name.value] = before
        if hidden is not None:
            self.names[name.value] = hidden
        if syntax.value not in ("sum", "mean"):
            own = next((one for one in value.loops if one.name == loop.name), loop)
            vector = gathered(value, own, partial(self._made, syntax))
            if vector is None:
                hint = f"in `{syntax.value}(E for i in 1..N)` E is a number made of entries and rows, as `1 - x[i]`"
                cause = ShapeMismatch("The values over this range make no vector.", (0,), hint)
                raise Mismatch(cause, syntax, [(body, None)])
            operator = next(one for one in CALLS[syntax.value] if one.shape is shapes.reduction)
            return self._apply(syntax, operator.name, [(body, vector)])
        total = self._apply(syntax, "loop_sum", [(body, value)], (LoopIndex(loop.name, self.resolve(size)),))
        if syntax.value == "mean":
            return build.apply("divide", total, build.size(self.resolve(size)))
        return total

    def _made(self, syntax: Syntax, name: str, args: Sequence[Node], parameters: Parameters) -> Node:
        return self._apply(syntax, name, [(syntax, arg) for arg in args], parameters)

    def _cases(self, syntax: Syntax) -> Steps:
        parts = list(syntax.children)
        otherwise: tuple[Syntax, Node] | None = None
        if len(parts) % 2:
            value = yield parts[-1]
            otherwise = (parts.pop(), value)
        result = otherwise
        before: tuple[Node, tuple[Syntax, Node]] | None = None
        while parts:
            condition_syntax, value_syntax = parts.pop(), parts.pop()
            condition = yield condition_syntax
            value = yield value_syntax
            branch, asked = (value_syntax, value), (condition_syntax, condition)
            last = result or (value_syntax, build.number(0))
            if before is not None and _excludes(before[0], condition):
                asked, branch, last = (condition_syntax, before[0]), before[1], branch
            joined = self._apply(syntax, CASES.name, [asked, branch, last])
            before = None if result else (condition, branch)
            result = (syntax, joined)
        assert result is not None
        return result[1]


def _excludes(condition: Node, other: Node) -> bool:
    """Whether one is the other's opposite, ``z ≤ 0`` of ``z > 0``; their sizes may not be known yet."""
    return condition.operator.opposite == other.operator.name and condition.args == other.args
