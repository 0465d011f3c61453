"""Operations along axes and on whole matrices; of several at once, with the axes that tell them apart in front."""

from __future__ import annotations

from collections.abc import Sequence

from mcalc.code.factored import of_square, solved
from mcalc.code.printer import Printer, Written, rule
from mcalc.code.source import ADDITION, POWER, Operand, Source, Subscript
from mcalc.code.values import Value
from mcalc.numbers.axes import along_row, meaning
from mcalc.table.records import LoopIndex, Parameter
from mcalc.table.roles import (
    DETERMINANT,
    DIAGONAL,
    INVERSE,
    LARGEST,
    LEAST,
    LOG_OF_DETERMINANT,
    LOG_OF_SHARES,
    LOG_OF_SUM,
    PRODUCT,
    SHARES,
)
from mcalc.tree.node import Node
from mcalc.tree.open import OpenFunction


@rule(SHARES, LOG_OF_SHARES)
def _along_last(printer: Printer, value: Value) -> Written:
    one, last = value.args[0], value.rank - 1
    out = [index for index in printer.axes(one) if index != last] + [last]
    return getattr(printer.module, value.operation)(printer.full(one, out, value)), out


@rule(LARGEST, LEAST, PRODUCT)
def _reduced(printer: Printer, value: Value) -> Written:
    axes, function = printer.axes(value.args[0]), getattr(printer.module, value.operation)
    array = printer.whole(value.args[0])
    gone = [place for place, index in enumerate(axes) if index >= value.rank]
    if len(gone) == len(axes):
        return function(array), ()
    axis = gone[0] if len(gone) == 1 else tuple(gone)
    return function(array, axis=axis), [index for index in axes if index < value.rank]


@rule(LOG_OF_SUM)
def _logsumexp(printer: Printer, value: Value) -> Written:
    one = value.args[0]
    kept = [index for index in printer.axes(one) if index < value.rank]
    gone = [index for index in printer.axes(one) if index >= value.rank]
    if not kept:
        return printer.module.logsumexp(printer.whole(one)), ()
    array = printer.at(one, kept + gone) if len(gone) > 1 else printer.whole(one)
    axis = printer.axes(one).index(gone[0])
    if len(gone) > 1:
        sizes = [str(printer.sizes.write(value.sizes[index])) for index in kept]
        array = Source(f"{array.above(POWER)}.reshape({', '.join([*sizes, '-1'])})", rank=len(kept) + 1)
        axis = len(kept)
    return printer.module.logsumexp_along(array, axis=axis), kept


@rule("others", "pairs")
def _others(printer: Printer, value: Value) -> Written:
    """The products of all entries but one, or but two, along axes that are put last."""
    one, gone = value.args[0], list(value.parameters[0])
    kept = [index for index in range(len(one.ids)) if index not in gone]
    axes, again = [*kept, *gone], list(range(len(one.ids), value.rank))
    function = printer.module.products_of_pairs if again else printer.module.products_of_others
    array = printer.full(one, axes, value)
    if len(gone) == 1:
        return function(array), [*axes, *again]
    shape = [str(printer.sizes.write(value.sizes[index])) for index in [*axes, *again]]
    flat = Source(f"{array.above(POWER)}.reshape({', '.join([*shape[: len(kept)], '-1'])})", rank=len(kept) + 1)
    return Source(f"{function(flat)}.reshape({', '.join(shape)})"), [*axes, *again]


@rule(INVERSE, DETERMINANT, LOG_OF_DETERMINANT, "adjugate")
def _square(printer: Printer, value: Value) -> Written:
    if printer.target.factors and (found := of_square(printer, value)) is not None:
        return found
    one, matrix = value.args[0], value.parameters[-1][0]
    batch = [index for index in range(value.rank) if index not in matrix]
    array = printer.full(one, [*batch, *matrix], value)
    module = printer.module
    if value.operation == "adjugate":
        return module.adjugate(array), [*batch, *matrix]
    if value.operation == LOG_OF_DETERMINANT:
        both = module.linalg.slogdet(array)
        return Source(f"{both}[1]"), batch
    return getattr(module.linalg, value.operation)(array), batch if value.operation == DETERMINANT else [
        *batch,
        *matrix,
    ]


@rule("solve")
def _solve(printer: Printer, value: Value) -> Written:
    if printer.target.factors and (found := solved(printer, value)) is not None:
        return found
    _, (row, summed) = value.parameters
    matrix, right = value.args
    columns = [index for index in range(value.rank) if index != row]
    arrays = printer.full(matrix, [row, summed], value), printer.full(right, [summed, *columns], value)
    return printer.module.linalg.solve(*arrays), [row, *columns]


@rule(DIAGONAL)
def _diagonal(printer: Printer, value: Value) -> Written:
    one = value.args[0]
    return printer.diagonals(printer.whole(one), printer.axes(one))


@rule("part")
def _part(printer: Printer, value: Value) -> Written:
    """``A[1:n, 0]``: places are counted from 1 in the expression."""
    cuts, (whole,) = value.parameters
    batch = [index for index in range(value.rank) if index not in whole]
    batch = batch[: value.rank - sum(cut is None or len(cut) == 2 for cut in cuts)]
    index: list[Subscript] = [slice(None)] * len(batch)
    for cut in cuts:
        if cut is not None and len(cut) == 1:
            index.append(printer.sizes.write(cut[0] - 1))
        elif cut is None:
            index.append(slice(None))
        else:
            lower = None if cut[0] == 1 else printer.sizes.write(cut[0] - 1)
            index.append(slice(lower, printer.sizes.write(cut[1])))
    while index and index[-1] == slice(None):
        index.pop()
    array = printer.full(value.args[0], [*batch, *whole], value)
    return (array[tuple(index)] if index else array), range(value.rank)


@rule("call")
def _call(printer: Printer, value: Value) -> Written:
    """Any other operator of the table; where an argument has a running index, one array for each of its places."""
    node, spread = value.parameters
    batch = list(range(value.rank - len(node.axes)))
    if not batch:
        args = [printer.full(one, axes, value) for one, axes in zip(value.args, spread, strict=False)]
        return _applied(printer, node, args, {}), range(value.rank)
    loops = [one for one in node.parameters if isinstance(one, LoopIndex)]
    arrays = []
    for one, axes in zip(value.args, spread, strict=False):
        carried = [index for index in batch if index in one.ids]
        array = printer.named(printer.full(one, [*carried, *axes], value))
        arrays.append((array, carried))
    letters = {index: Source(printer.free_name("i"), rank=0) for index in batch}
    running = {loop: letters[ref.ids[0]] for loop, ref in zip(loops, value.args[len(spread) :], strict=True)}
    args = [array[tuple(letters[index] for index in carried)] if carried else array for array, carried in arrays]
    printer.numbers.update(letter.text for letter in letters.values())
    found = _applied(printer, node, args, running)
    for index in reversed(batch):
        size = printer.sizes.write(value.sizes[index])
        found = Source(f"{printer.target.alias}.stack([{found} for {letters[index]} in range({size})])")
    return found, range(value.rank)


def _applied(printer: Printer, node: Node, args: Sequence[Source], running: dict[LoopIndex, Source]) -> Source:
    if node.operator.open is not None:
        return _opened(printer, node.operator.open, args, len(node.axes))
    given: list[Operand | None] = []
    for place in node.parameters:
        if isinstance(place, LoopIndex):
            given.append(Source(f"{running[place]} + 1", ADDITION, less_one=running[place].text))
        elif node.operator.keywords or node.operator.name == "grid":
            given.append(None if place is None else int(place))
        elif place != 1 or node.operator.name == "unit":
            counted = node.operator.name == "unit" and not given
            given.append(_place(printer, place) if counted else printer.sizes.write(place))
    args = list(args)
    if along_row(node):
        args[0] = args[0][None, :]
    found = meaning(node).numpy(printer.module, *args, *given)
    if along_row(node) and len(node.shape) != 1:
        found = found[0]
    return found if isinstance(found, Source) else Source(str(found))


def _opened(printer: Printer, function: OpenFunction, args: Sequence[Source], rank: int) -> Source:
    """``df(x)``: a function that the caller gives."""
    known = printer.module.functions
    if function not in known:
        known[function] = printer.free_name(function.in_code)
    return Source(f"{known[function]}({', '.join(arg.text for arg in args)})", rank=rank)


def _place(printer: Printer, place: Parameter) -> Source:
    """A place counted from 1; less one, it is the place in an array."""
    return Source(f"{printer.sizes.write(place - 1)} + 1", ADDITION, less_one=str(printer.sizes.write(place - 1)))
