"""How leaves, functions of entries and masks are written."""

from __future__ import annotations

from sympy.core.numbers import Rational

from mcalc.code import source
from mcalc.code.guards import NONZERO
from mcalc.code.printer import Printer, Written, rule
from mcalc.code.source import Source
from mcalc.code.values import COMPARED, Value
from mcalc.table import TABLE
from mcalc.table.records import Operator


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


@rule("delta")
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
    if name == "where":
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
