"""Sums of products of two: as ``@``, ``vdot``, ``einsum`` or ``tensordot``, whichever needs no copy."""

from __future__ import annotations

from collections.abc import Sequence

from mcalc.code.cost import magnitude
from mcalc.code.entrywise import multiplied
from mcalc.code.printer import Printer, Written, form, rule
from mcalc.code.source import POWER, Source
from mcalc.code.values import Value
from mcalc.table.roles import DIAGONAL


@rule("product")
def _product(printer: Printer, value: Value) -> Written:
    if not value.sums:
        return multiplied(printer, value)
    assert value.coefficient == 1 and len(value.args) <= 2, "lowered: a number stands in a product of its own"
    if len(value.args) == 1:
        return _sum(printer, value)
    one, other = value.args
    axes, others = printer.axes(one), printer.axes(other)
    gone = [index for index in axes if index in others and index >= value.rank]
    batch = [index for index in axes if index in others and index < value.rank]
    left = [index for index in axes if index not in others]
    right = [index for index in others if index not in axes]
    if batch or any(index >= value.rank for index in (*left, *right)):
        return _batched(printer, value, gone, batch, left, right)
    if len(gone) > 1 and not left and not right:
        return _scalar(printer, value, axes, others)
    if len(gone) == 1 and len(left) <= 1 and len(right) <= 1:
        return _matrices(printer, value, gone[0], left, right)
    places = [axes.index(index) for index in gone], [others.index(index) for index in gone]
    option = printer.target.options.get("axes", "axes")
    arrays = f"{printer.at(one, axes)}, {printer.at(other, others)}"
    return Source(f"{printer.target.alias}.tensordot({arrays}, {option}={places})"), left + right


def _sum(printer: Printer, value: Value) -> Written:
    one, power = value.args[0], value.weights[0]
    axes = printer.axes(one)
    if one.value.operation == DIAGONAL and len(one.value.args[0].ids) == 2 and value.rank == 0:
        return printer.module.trace(printer.whole(one.value.args[0])), ()
    array = printer.power(printer.whole(one), power)
    gone = [place for place, index in enumerate(axes) if index >= value.rank]
    by_methods = printer.target.by_methods
    if len(gone) == len(axes):
        return Source(f"{array.above(POWER)}.sum()", rank=0) if by_methods else printer.module.sum(array), ()
    axis = gone[0] if len(gone) == 1 else tuple(gone)
    return printer.module.sum(array, axis=axis), [index for index in axes if index < value.rank]


def _scalar(printer: Printer, value: Value, axes: Sequence[int], others: Sequence[int]) -> Written:
    """Both arrays summed over all that they have; in another order of the axes, vdot would copy."""
    one, other = value.args
    if not printer.target.vdot:
        return printer.module.sum(printer.at(one, axes) * printer.at(other, axes)), ()
    if axes == others:
        return printer.module.vdot(printer.whole(one), printer.whole(other)), ()
    return _einsum(printer, value)


def _batched(
    printer: Printer, value: Value, gone: list[int], batch: list[int], left: list[int], right: list[int]
) -> Written:
    one, other = value.args
    if len(gone) == len(batch) == 1 and not printer.target.fast_einsum and not left and not right:
        product = printer.at(one, batch + gone) * printer.at(other, batch + gone)
        return printer.module.sum(product.of_rank(2), axis=1), batch
    if len(gone) == len(batch) == len(left) == len(right) == 1:
        arrays = printer.at(one, batch + left + gone), printer.at(other, batch + gone + right)
        return printer.module.matmul(*arrays), batch + left + right
    return _einsum(printer, value)


def _einsum(printer: Printer, value: Value) -> Written:
    axes = [printer.axes(arg) for arg in value.args]
    every = list(dict.fromkeys(index for ids in axes for index in ids))
    out = list(printer.wanted.get(value, ())) or [index for index in every if index < value.rank]
    arrays = [printer.whole(arg) for arg in value.args]
    return printer.module.einsum(Source(repr(form(axes, out)), rank=None), *arrays), out


def _matrices(printer: Printer, value: Value, gone: int, left: list[int], right: list[int]) -> Written:
    """``A @ B``, in the order asked for; ``A @ x`` rather than ``x @ A.T``, and the long axis first."""
    one, other = value.args
    if _exchanged(printer, value, gone, left, right):
        one, other, left, right = other, one, right, left
    if one.value is other.value and left and right:  # the same array twice: one triangle is computed
        array, axes = printer.value(one.value)
        if not array.text.isidentifier():
            printer.done[one.value] = printer.named(array), axes
    first, second = printer.at(one, [*left, gone]), printer.at(other, [gone, *right])
    if printer.target.by_methods:
        return Source(f"{first.above(POWER)}.dot({second})", rank=len(left + right)), left + right
    return first @ second, left + right


def _exchanged(printer: Printer, value: Value, gone: int, left: list[int], right: list[int]) -> bool:
    """Whether the second factor is to stand first."""
    axes, others = (printer.axes(arg) for arg in value.args)
    if left and right:
        wanted = printer.wanted.get(value)
        if wanted and len(wanted) == 2:
            return wanted[0] in right
        sizes = magnitude(value.sizes[left[0]]), magnitude(value.sizes[right[0]])
        if sizes[0] != sizes[1]:
            return sizes[1] > sizes[0]
        return axes[0] == gone and others[-1] == gone
    if right and not left:
        return others[0] != gone
    return bool(left) and axes[0] == gone
