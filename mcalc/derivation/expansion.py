"""``diag(x)`` in components: ``[x[1], 0; 0, x[2]]`` for n = 2, with the dots ⋯ ⋮ ⋱ of a textbook for symbolic sizes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from itertools import product
from math import prod

from sympy.core.expr import Expr
from sympy.core.numbers import Integer
from sympy.core.singleton import S

from mcalc.derivation.derivation import Derivation, Step, value_name
from mcalc.derivation.entries import Entries, Places
from mcalc.language.assignments import assignments
from mcalc.networks.index_form import Expression, IndexForm
from mcalc.networks.networks import Tensor, Term
from mcalc.notation.drawing import ACROSS, ASLANT, DOWN, Drawing, Drawn, DrawnCases, Slices
from mcalc.problems import Problem
from mcalc.rewriting.cases import in_each_case
from mcalc.table.roles import CASES
from mcalc.tree import build
from mcalc.tree.given_sizes import LosesAxis, Numbers, checked, for_sizes, settled, symbols_of
from mcalc.tree.node import Node

MOST_ENTRIES = 144
_MOST_IN_A_ROW = 12
_LONGEST = 20_000


def component(node: Node, places: Places) -> Node:
    """The entry of `node` at `places`, counted from 1, one place an axis: a scalar of elements of the variables."""
    return Entries([node]).at(node, places)


def expanded(derivation: Derivation, sizes: str = "") -> Derivation:
    """The derivation with its result in components: drawn with dots, or in full for sizes such as ``n=3,m=2``."""
    numbers = read_sizes(sizes, derivation)
    checked(derivation.value, numbers)
    if derivation.parts:
        parts = tuple(_expanded(part, numbers) for part in derivation.parts)
        return replace(derivation, result=parts[0].result, parts=parts)
    return _expanded(derivation, numbers)


def read_sizes(text: str, derivation: Derivation) -> dict[Expr, Integer]:
    """``n=3,m=2`` as numbers for the dimensions of the derivation; raises Problem."""
    known: dict[str, object] = {}
    for node in (derivation.value, *derivation.reading.names.values(), derivation.natural):
        if isinstance(node, Node):
            known |= symbols_of(node)
    numbers: dict[Expr, Integer] = {}
    what, alone = "--expand takes sizes such as n=3,m=2", "--expand alone draws the components with dots"
    for name, value in assignments(text, alone, what) if text.strip() else ():
        if name not in known:
            names = sorted(known)
            listed = names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}" if names else ""
            hint = (
                f"the {'dimension is' if len(names) == 1 else 'dimensions are'} {listed}"
                if names
                else "all sizes are numbers here"
            )
            raise Problem(f"There is no dimension `{name}` in this expression.", hint=hint)
        if not (value.isascii() and value.isdigit() and int(value[:9]) > 0):
            raise Problem(
                f"A size is a whole number from 1 on, and this is `{name}={value}`.",
                hint=f"for example --expand {name}=3",
            )
        if known[name] in numbers:
            raise Problem(f"{name} is given twice", hint="one size for each dimension: --expand n=3,m=2")
        numbers[known[name]] = Integer(int(value))
    return numbers


def _expanded(derivation: Derivation, numbers: Numbers) -> Derivation:
    result = _result_in_components(derivation, numbers)
    if result is derivation.result:
        return derivation
    steps = list(derivation.steps)
    for step in derivation.steps if derivation.command == "explain" else ():
        own = isinstance(step.after, Node) and step.after.axes and step.after is not derivation.result
        if step.stage == "differentiate" and own:
            with suppress(Problem):
                steps.append(_step(step.before, in_components(step.after, numbers)))
    steps.append(_step(derivation.result, result))
    return replace(derivation, result=result, steps=tuple(steps))


def _step(before: Expression | Drawn, after: Expression | Drawn) -> Step:
    return Step("components", "components", "", before, after, after.shape)


def _result_in_components(derivation: Derivation, numbers: Numbers) -> Expression | Drawn:
    result = derivation.result
    if isinstance(result, IndexForm):
        return slices(result, derivation, numbers) if numbers else result
    return in_components(result, numbers) if isinstance(result, Node) else result


# Vectors and matrices ----------------------------------------------------------------------------------------------


def in_components(expression: Expression | Drawn, numbers: Numbers) -> Expression | Drawn:
    """A vector or matrix entry by entry: a value where all its sizes are numbers, else a drawing."""
    if not isinstance(expression, Node):
        return expression
    return _Layout(expression, numbers).write(expression)


class _Layout:
    """Where the entries of a vector or matrix stand."""

    def __init__(self, root: Node, numbers: Numbers) -> None:
        try:
            self.settle: Callable[[Node], Node] = lambda node: for_sizes(node, numbers)
            shape = self.settle(root).shape
        except LosesAxis:
            self.settle = lambda node: node
            shape = tuple(settled(size, numbers) for size in root.shape)
        self.rows, self.columns = (*shape, S.One, S.One)[:2] if len(shape) < 2 else shape
        self.numbers = numbers
        self.in_full = self.rows.is_Integer and self.columns.is_Integer
        if self.in_full and self.rows * self.columns > MOST_ENTRIES:
            if numbers:
                raise _too_many(self.rows * self.columns)
            self.in_full = False
        self.entries = Entries([root], numbers, whole=not self.in_full)

    def write(self, node: Node) -> Node | Drawn:
        """The value by its entries, drawn with dots where sizes are symbols."""
        node = in_each_case(node)
        if (
            node.operator.name == CASES
            and not node.args[0].axes
            and node.axes
            and node.shape == node.args[1].shape == node.args[2].shape
        ):
            condition, value, other = node.args
            one, two = self.write(value), self.write(other)
            if isinstance(one, Node) and isinstance(two, Node):
                return _short(build.apply(CASES, self.entries.at(self.settle(condition), ()), one, two))
            assert isinstance(one, Drawing | DrawnCases) and isinstance(two, Drawing | DrawnCases)
            return DrawnCases(condition, one, two)
        here = self.settle(node)
        return self._in_full(node, here) if self.in_full else self._drawn(node, here)

    def _places(self, node: Node, row: Expr, column: Expr) -> Places:
        places = {len(node.shape) - 2: row, len(node.shape) - 1: column} if len(node.shape) == 2 else {0: row}
        return tuple(places[axis] for axis, size in enumerate(node.shape) if size != 1)

    def _entry(self, node: Node, here: Node, row: Expr, column: Expr) -> Node:
        return _short(self.entries.at(here, self._places(node, row, column)))

    def _in_full(self, node: Node, here: Node) -> Node:
        rows, columns = int(self.rows), int(self.columns)
        every = product(range(1, rows + 1), range(1, columns + 1))
        places = [self._places(node, Integer(row), Integer(column)) for row, column in every]
        entries = [_short(entry) for entry in self.entries.every(here, places)]
        return _short(assembled(entries, rows, columns))

    def _drawn(self, node: Node, here: Node) -> Drawing:
        rows = _marks(_blocks(here, 0) if self.rows != 1 else [S.One])
        columns = _marks(_blocks(here, 1) if self.columns != 1 else [S.One])
        cells = []
        for row in rows:
            cells.append(
                tuple(
                    self._entry(node, here, row, column)
                    if row is not None and column is not None
                    else ASLANT
                    if row is column
                    else DOWN
                    if row is None
                    else ACROSS
                    for column in columns
                )
            )
        return Drawing(tuple(cells), here.shape)


def assembled(entries: Sequence[Node], rows: int, columns: int) -> Node:
    """Scalars row by row as a scalar, a column, a row or a matrix."""
    if len(entries) == 1:
        return entries[0]
    if columns == 1:
        return build.apply("stack", *entries)
    if rows == 1:
        return build.apply("transpose", build.apply("stack", *entries))
    return build.apply("grid", *entries, parameters=(rows, columns))


def _blocks(node: Node, axis: int) -> list[Expr]:
    """The heights of the parts of which an axis is stacked; one where it is not."""
    name, size = node.operator.name, node.shape[axis] if axis < len(node.shape) else S.One
    if name in ("stack", "stack_rows") and axis == 0:
        return [height for arg in node.args for height in (_blocks(arg, 0) if arg.shape else [S.One])]
    if name == "transpose":
        return _blocks(node.args[0], 1 - axis)
    if name == "diag":
        return _blocks(node.args[0], 0)
    if name in ("matmul", "outer"):
        arg = node.args[axis]
        return _blocks(arg, 0 if name == "outer" or axis == 0 else len(arg.shape) - 1) if arg.shape else [size]
    if node.operator.elementwise:
        return max((_blocks(arg, axis) for arg in node.args if arg.axes), key=len, default=[size])
    return [size]


def _marks(blocks: Sequence[Expr]) -> list[Expr | None]:
    """The places that are drawn, None for the dots: ``1, 2, ⋯, n`` in every block."""
    marks: list[Expr | None] = []
    before: Expr = S.Zero
    for height in blocks:
        if height.is_Integer and height <= _MOST_IN_A_ROW:
            marks += [before + place for place in range(1, int(height) + 1)]
        else:
            marks += [before + 1, before + 2, None, before + height]
        before = before + height
    return marks


# Results of order 3 and 4 ------------------------------------------------------------------------------------------


def slices(form: IndexForm, derivation: Derivation, numbers: Numbers) -> Slices:
    """One entry of the variable a line, and beside it the derivative of the value by that entry."""
    value, variable = form.tensor.value, form.tensor.variable
    counts = [settled(index.size, numbers) for index in (*value, *variable)]
    missing = sorted({symbol.name for count in counts for symbol in count.free_symbols})
    if missing:
        raise Problem(
            f"a result of order {len(counts)} is written in components only where all its sizes are numbers",
            hint=f"give {' and '.join(missing)} as well; --expand alone keeps the indices",
            status=3,
        )
    if prod(counts) > MOST_ENTRIES:
        raise _too_many(prod(counts))
    tensor = _for_sizes(form.tensor, numbers)
    entries = Entries([f.node for term in tensor.terms for f in term.factors if f.node is not None], numbers)
    heights = [int(count) for count in counts]
    rows, columns = (*heights[: len(value)], 1, 1)[:2]
    parts = []
    for below in product(*(range(1, count + 1) for count in heights[len(value) :])):
        within = []
        for above in product(*(range(1, count + 1) for count in heights[: len(value)])):
            places = {index: Integer(place) for index, place in zip((*value, *variable), (*above, *below), strict=True)}
            within.append(entries.sum_at(tensor.terms, places))
        parts.append((below, _short(assembled(within, rows, columns))))
    return Slices(value_name(derivation), derivation.wrt[0], tuple(parts), tuple(counts))


def _for_sizes(tensor: Tensor, numbers: Numbers) -> Tensor:
    try:
        terms = [
            Term(
                term.coefficient,
                tuple(f if f.node is None else f._replace(node=for_sizes(f.node, numbers)) for f in term.factors),
                term.loops,
            )
            for term in tensor.terms
            if not term.loops
        ]
    except LosesAxis:
        return tensor
    return tensor if len(terms) < len(tensor.terms) else tensor._replace(terms=tuple(terms))


def _too_many(count: Expr) -> Problem:
    return Problem(
        f"this would be {count} entries, and at most {MOST_ENTRIES} are written",
        hint="give smaller sizes, or --expand alone for the first and last ones",
    )


def _short(node: Node) -> Node:
    if node.key[0] > _LONGEST:
        raise Problem(
            "the components of this result are too long to be written",
            hint="give smaller sizes, or leave --expand out",
            status=3,
        )
    return node
