"""From syntax to values: every operator finds its meaning by the shapes of its arguments."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from sympy.core.expr import Expr
from sympy.core.numbers import Rational
from sympy.core.singleton import S
from sympy.core.symbol import Dummy

from mcalc.language.calls import SIZED, axis_of, count, unknown
from mcalc.language.open_functions import value_of
from mcalc.language.parser import Syntax
from mcalc.language.pieces import Mismatch, Pieces, Steps, is_delta
from mcalc.language.sizes import Sizes
from mcalc.language.stretching import stretched
from mcalc.problems import Problem, Span
from mcalc.table import CALLS, COMPARISONS, OF_TWO_SIZES, TABLE, shapes
from mcalc.table.records import LoopIndex, Parameters, Same, ShapeMismatch, lies
from mcalc.table.roles import DIAGONAL, KRONECKER
from mcalc.table.shapes import has_one_entry
from mcalc.tree import build, stacks
from mcalc.tree.folding import folded
from mcalc.tree.node import Node, dimension, topological
from mcalc.tree.operations import kronecker

_INFIX = {
    "*": "multiply",
    "/": "divide",
    "^": "power",
    **COMPARISONS,
}
_SUPERSCRIPT = "a power is element-wise; of matrices"


class Elaborator(Pieces):
    """Reads syntax with names already given their shapes.

    `same` makes two dimensions one, or says that they are not; `fit` gives the dimension of an `I` or `1⃗`
    at a place of the text, and those of an open function by its name.
    """

    def __init__(
        self,
        names: Mapping[str, Node],
        same: Same,
        fit: Callable[[Expr], Expr],
        dimensions: frozenset[str] = frozenset(),
        folding: bool = False,
    ) -> None:
        self.names = dict(names)
        self.same, self.fit, self.dimensions, self.folding = same, fit, dimensions, folding
        self.loops: dict[str, LoopIndex] = {}
        self.sizes = Sizes(self.names, self.loops, lambda size: self.resolve(size), folding)
        self.resolve = lambda size: size
        self.source = ""

    def read(self, syntax: Syntax) -> Node:
        """The value of the syntax; no recursion, so depth costs nothing, and a part that is one object is read once."""
        known: dict[tuple[object, ...], tuple[Syntax, Node]] = {}
        stack: list[tuple[Steps, tuple[object, ...], Syntax]] = [(self._steps(syntax), (), syntax)]
        value: Node | None = None
        while stack:
            steps, place, part = stack[-1]
            try:
                wanted = steps.send(value)  # type: ignore[arg-type]
            except StopIteration as finished:
                stack.pop()
                value = finished.value
                assert value is not None
                known[place] = part, value
            else:
                place = (id(wanted), *self.loops.items())
                _, value = known.get(place, (wanted, None))
                if value is None:
                    stack.append((self._steps(wanted), place, wanted))
        assert value is not None
        return value

    def _steps(self, syntax: Syntax) -> Steps:
        steps: Steps = getattr(self, "_" + syntax.kind)(syntax)
        return steps

    def _apply(self, syntax: Syntax, name: str, parts: list[tuple[Syntax, Node]], parameters: Parameters = ()) -> Node:
        operator = TABLE[name]
        try:
            if name == "add" and not self.folding:
                parts = stretched(parts, self.same, self.source)
            args = [node for _, node in parts]
            solid = next((at for at, arg in enumerate(args) if len(arg.shape) > 2), None)
            if solid is not None and name != "element":
                hint = "write its entries, `{0}[i,j,k]`"
                raise ShapeMismatch("A value with three axes and more stands under indices alone.", [solid], hint)
            shape = operator.shape(self.same, [arg.shape for arg in args], *parameters)
        except ShapeMismatch as problem:
            raise Mismatch(problem, syntax, [(part, node.shape) for part, node in parts]) from None
        if self.folding:
            return folded(name, *args, parameters=parameters)
        return Node(operator, args, parameters, tuple(self.resolve(size) for size in shape))

    # Leaves

    def _number(self, syntax: Syntax) -> Steps:
        digits, _, exponent = syntax.value.lower().partition("e")
        if len(digits) > 400 or len(exponent) > 4 or abs(int(exponent or 0)) > 400:
            raise Problem(
                "This number has too many digits.",
                [Span(syntax.start, syntax.end)],
                "mcalc computes exactly, with numbers of up to 400 digits",
            )
        return build.number(Rational(syntax.value))
        yield

    def _name(self, syntax: Syntax) -> Steps:
        name = syntax.value
        if name in self.names:
            return self.names[name]
        if name in self.loops:
            return Node(TABLE["loop_index"], (), (self.loops[name],), ())
        if name in self.dimensions:
            return build.size(self.resolve(dimension(name)))
        if name in ("pi",):
            return build.apply("pi")
        if name == "I":
            return build.identity(self.fit(syntax.start))
        if name in CALLS:
            hint = f"write `{name}(…)`; to use it as a name, declare it: -s {name}=n"
            raise Problem(
                f"`{name}` is a function, and its argument is missing.", [Span(syntax.start, syntax.end)], hint
            )
        raise Problem(f"There is no value named `{name}`.", [Span(syntax.start, syntax.end)])
        yield

    def _fit(self, syntax: Syntax) -> Steps:
        make = build.ones if syntax.value == "ones" else build.zeros
        return make((self.fit(syntax.start),))
        yield

    # Operators

    def _infix(self, syntax: Syntax) -> Steps:
        symbol = syntax.value
        if symbol in "+-*" and not self.folding:
            return (yield from self._chain(syntax, "*" if symbol == "*" else "+-"))
        first, second = syntax.children
        left = yield first
        right = yield second
        parts = [(first, left), (second, right)]
        if symbol in "+-":
            if symbol == "-":
                right = build.number(-right.parameters[0]) if build.is_number(right) else build.apply("negative", right)
            return self._apply(syntax, "add", [(first, left), (second, right)])
        if symbol in "@.":
            return self._product(syntax, left, right)
        if symbol == "^":
            return self._power(syntax, left, right)
        if symbol == "/" and build.is_number(left) and build.is_number(right) and not build.is_zero(right):
            return folded("divide", left, right)
        return self._apply(syntax, _INFIX[symbol], parts)

    def _chain(self, syntax: Syntax, symbols: str) -> Steps:
        """``a + b - c`` or ``a * b * c``: one operator of many arguments."""
        terms = []
        first = syntax
        while first.kind == "infix" and first.value in symbols:
            terms.append((first.children[1], first.value))
            first = first.children[0]
        value = yield first
        parts = [(first, value)]
        for term, symbol in reversed(terms):
            value = yield term
            parts.append((term, build.apply("negative", value) if symbol == "-" else value))
        return self._apply(syntax, "multiply" if symbols == "*" else "add", parts)

    def _product(self, syntax: Syntax, left: Node, right: Node) -> Node:
        first, second = syntax.children
        parts = [(first, left), (second, right)]
        columns = len(left.shape) == 1 and len(right.shape) == 1
        if columns and not (right.shape[0] == 1 and left.shape[0] != 1 and not isinstance(left.shape[0], Dummy)):
            return self._apply(syntax, "dot", parts)
        if len(left.shape) == 1 and len(right.shape) == 2 and right.shape[0] == 1 != right.shape[1]:
            upright = right.args[0] if right.operator.name == "transpose" else build.apply("transpose", right)
            return self._apply(syntax, "outer", [(first, left), (second, upright)])
        return self._apply(syntax, "matmul", parts)

    def _power(self, syntax: Syntax, left: Node, right: Node) -> Node:
        first, second = syntax.children
        matrix = len(left.shape) == 2 and left.shape[0] != 1 and not self.folding
        if matrix and build.is_number(right) and right.parameters[0] < 0:
            name, power = first.value if first.kind == "name" else "(…)", str(-right.parameters[0])
            reciprocal = f"1/{name}" if power == "1" else f"1/{name}^{power}"
            inverse = f"inv({name.strip('()')})"
            between = "" if power == "1" else ", with `@` between for its powers"
            hint = f"write `{inverse}` for the inverse{between}, `{reciprocal}` for the element-wise reciprocal"
            raise Problem("A matrix to a negative power has two readings.", [Span(syntax.start, syntax.end)], hint)
        return self._apply(syntax, "power", [(first, left), (second, right)])

    def _prefix(self, syntax: Syntax) -> Steps:
        value = yield syntax.children[0]
        if syntax.value == "+":
            return value
        if build.is_number(value):
            return build.number(-value.parameters[0])
        return build.apply("negative", value)

    def _transpose(self, syntax: Syntax) -> Steps:
        value = yield syntax.children[0]
        if not value.shape:
            return value
        return self._apply(syntax, "transpose", [(syntax.children[0], value)])

    # Calls

    def _call(self, syntax: Syntax) -> Steps:
        name = syntax.value
        if name in SIZED and name not in self.names:
            sizes = tuple(self.sizes.size_of(child) for child in syntax.children)
            count(syntax, sizes, (1,) if SIZED[name] == "eye" else (1, 2))
            filled = build.apply(SIZED[name], parameters=sizes)
            return filled if filled.shape else build.number(int(SIZED[name] != "zeros"))
        if name == "unit" and name not in self.names:
            count(syntax, syntax.children, (2,))
            return stacks.unit(self.sizes.place_of(syntax.children[0]), self.sizes.size_of(syntax.children[1]))
        if name in OF_TWO_SIZES and name not in self.names:
            count(syntax, syntax.children, (2,))
            size, times = (self.sizes.size_of(child) for child in syntax.children)
            return build.apply(name, build.size(size), build.size(times), parameters=(size, times))
        parts: list[tuple[Syntax, Node]] = []
        for child in syntax.children:
            value = yield child
            parts.append((child, value))
        if name not in CALLS:
            raise unknown(syntax, self.names)
        candidates = [operator for operator in CALLS[name] if len(operator.argument_names) == len(parts)]
        if name == "diag" and parts and len(parts[0][1].shape) == 2:
            candidates = [TABLE[DIAGONAL]]
        if not candidates:
            wanted = sorted({len(operator.argument_names) for operator in CALLS[name]})
            count(syntax, parts, tuple(wanted))
        operator = candidates[0]
        parameters = axis_of(syntax, operator, self.source)
        if operator.name == "transpose" and not parts[0][1].shape:
            return parts[0][1]
        if operator.shape is shapes.vec_shape and len(parts[0][1].axes) < 2:
            return build.transpose(parts[0][1]) if len(parts[0][1].shape) == 2 else parts[0][1]
        if operator.shape is shapes.kron_shape:
            return self._kron(syntax, parts)
        if operator.at_many == "rows" and parameters:
            shape = parts[0][1].shape
            if parameters == (0,) and len(shape) == 2 and shape[0] == 1:
                return (build.ones if operator.of_one == "1" else build.zeros)(shape)
            if parameters == (len(shape) - 1,):
                parameters = ()
        return self._apply(syntax, operator.name, parts, parameters)

    def _open(self, syntax: Syntax) -> Steps:
        parts = []
        for child in syntax.children:
            value = yield child
            parts.append((child, value))
        try:
            return value_of(syntax, [node for _, node in parts], self.same, self.fit, self.resolve)
        except ShapeMismatch as problem:
            raise Mismatch(problem, syntax, [(part, node.shape) for part, node in parts]) from None

    def _kron(self, syntax: Syntax, parts: list[tuple[Syntax, Node]]) -> Node:
        """The Kronecker product; of a scalar, and of a column and a row, it is a product that has a name already."""
        left, right = (node for _, node in parts)
        if has_one_entry(left.shape) or has_one_entry(right.shape):
            return self._apply(syntax, "multiply", parts)
        upright = [len(node.shape) == 1 for node in (left, right)]
        flat = [lies(node.shape) for node in (left, right)]
        if any(upright) and any(flat):
            column, row = (left, right) if upright[0] else (right, left)
            return self._apply(syntax, "outer", [(syntax, column), (syntax, build.transpose(row))])
        if any(upright) and not all(upright):
            if not any(size.has(Dummy) for node in topological([left, right]) for size in node.shape):
                return kronecker(left, right)
            rows = [(part, self._apply(part, "transpose", [(part, node)])) for part, node in parts]
            return self._apply(syntax, "transpose", [(syntax, self._apply(syntax, KRONECKER, rows))])
        return self._apply(syntax, CALLS[syntax.value][0].name, parts)


__all__ = ["Elaborator", "Mismatch", "is_delta", "read_formula"]


def _strict(one: Expr, other: Expr) -> bool:
    return bool(one == other)


def read_formula(syntax: Syntax, names: Mapping[str, Node]) -> Node:
    """A formula of the operator table, numbers folded."""
    return Elaborator(names, _strict, lambda place: S.One, folding=True).read(syntax)
