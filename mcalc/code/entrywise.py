"""How leaves, functions of entries and masks are written."""

from __future__ import annotations

from collections.abc import Iterator

from sympy.core.numbers import Rational

from mcalc.code import source
from mcalc.code.guards import NONZERO
from mcalc.code.printer import Printer, Written, in_parts, rule
from mcalc.code.signs import is_finite
from mcalc.code.source import Source
from mcalc.code.values import COMPARED, Factor, Value, is_indicator
from mcalc.table import TABLE
from mcalc.table.records import Operator
from mcalc.table.roles import CASES, DELTA


def operator_named(name: str) -> Operator:
    """The record of an operator, of the guarded divisor too."""
    return NONZERO if name == NONZERO.name else TABLE[name]


@rule("number")
def _number(printer: Printer, value: Value) -> Written:
    exact = value.parameters[0]
    return source.number(Rational(exact.numerator, exact.denominator)), ()


@rule("pi")
def _pi(printer: Printer, value: Value) -> Written:
    return printer.module.pi, ()


@rule("dimension")
def _dimension(printer: Printer, value: Value) -> Written:
    return printer.sizes.write(value.parameters[0]), ()


@rule("variable")
def _variable(printer: Printer, value: Value) -> Written:
    return Source(printer.spelled[value.parameters[0]]), range(value.rank)


@rule("places")
def _places(printer: Printer, value: Value) -> Written:
    size = printer.sizes.write(value.sizes[0])
    return printer.module.arange(Source("1.0"), size + Source("1")), (0,)


@rule(DELTA)
def _delta(printer: Printer, value: Value) -> Written:
    return printer.module.eye(printer.sizes.write(value.sizes[0])), (0, 1)


@rule("map")
def _map(printer: Printer, value: Value) -> Written:
    name, out = value.parameters[0], printer.layout(value)
    args = [printer.at(arg, out) for arg in value.args]
    if name in COMPARED:
        found = args[0]._compared(COMPARED[name], args[1] if len(args) > 1 else Source("0"))
        if printer.stays_mask(value):
            printer.masks.add(value)
            return found, out
        return printer.floated(found.of_rank(value.rank)), out
    if name == CASES:
        condition = args[0] if value.args[0].value in printer.masks else args[0]._compared("!=", Source("0"))
        return printer.module.where(condition, *args[1:]), out
    function = operator_named(name).numpy
    probes = [Source(f"\0{at}\0", rank=len(arg.ids)) for at, arg in enumerate(value.args)]
    trial = str(function(printer.trial, *probes))
    args = printer.short(args)
    args = [
        printer.named(arg) if trial.count(probe.text) > 1 and not arg.small else arg
        for arg, probe in zip(args, probes, strict=True)
    ]
    found = function(printer.module, *args)
    return found if isinstance(found, Source) else Source(str(found)), out


def multiplied(printer: Printer, value: Value) -> Written:
    """A product without sums: masks last, and by a choice where 0 might meet what is infinite."""
    out = printer.layout(value)
    if _is_outer(value):
        first, second = sorted(value.args, key=lambda arg: out.index(arg.ids[0]))
        found = printer.module.outer(printer.whole(first), printer.whole(second)).of_rank(2)
        return (-found if value.coefficient < 0 else found), out
    pairs = sorted(_parts(printer, value), key=lambda pair: len(pair[0].ids))
    masks = [arg for arg, power in pairs if power > 0 and is_indicator(arg.value)]
    rest = [(arg, power) for arg, power in pairs if arg not in masks]
    above = [printer.power(printer.at(arg, out), power) for arg, power in rest if power > 0]
    below = [printer.power(printer.at(arg, out), -power) for arg, power in rest if power < 0]
    shown = [printer.at(arg, out) for arg in masks]
    unsafe = not is_finite(value)
    if not unsafe:
        alone = not above or not any(arg.ids for arg, _ in rest)  # a mask has no negative, nor has a quotient of it
        truths = [one for arg, one in zip(masks, shown, strict=True) if arg.value in printer.masks]
        floats = [one for arg, one in zip(masks, shown, strict=True) if arg.value not in printer.masks]
        if truths and alone and not floats:
            truths[0] = printer.floated(truths[0])
        above += floats + truths
    coefficient = value.coefficient
    times, by = in_parts(abs(coefficient))
    if times != "1" or not above:
        above.insert(0, Source(times))
    if by:
        below.insert(0, Source(by))
    above = printer.short(above)
    found = source.multiplied(*above)
    if below:
        found = found / source.multiplied(*printer.short(below))
    found = -found if coefficient < 0 else found
    for arg, mask in zip(masks, shown, strict=True) if unsafe else ():
        condition = mask if arg.value in printer.masks else mask._compared("!=", source.piece(0))
        found = printer.module.where(condition, found.of_rank(value.rank), source.piece(0.0))
    return found, out


def _parts(printer: Printer, value: Value) -> Iterator[Factor]:
    """The factors; of a number what it is divided by as such: ``a / n``, not ``1 / n * a``."""
    for arg, power in zip(value.args, value.weights, strict=True):
        inner = arg.value
        divides = inner.operation == "product" and not inner.sums and inner.coefficient == 1 and max(inner.weights) < 0
        if divides and not value.axes and power == 1 and printer.uses.get(inner, 1) == 1:
            yield from zip(inner.args, inner.weights, strict=True)
        else:
            yield arg, power


def _is_outer(value: Value) -> bool:
    """Whether it is a column times a row."""
    ranks = [arg.rank for arg, _ in value.args]
    plain = abs(value.coefficient) == 1 and all(power == 1 for power in value.weights)
    return plain and value.rank == 2 and ranks == [1, 1] and not any(is_indicator(arg) for arg, _ in value.args)
