"""A derivative that is never formed: a function that gives two, ``matvec(v)`` and ``todense()``."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from mcalc.code.companions import Block, arranged
from mcalc.code.function import Result, assembled, inner_sizes, narrowed, typed, written
from mcalc.code.printer import Printer
from mcalc.code.program import program
from mcalc.code.targets import DTYPE, LIKE, target_of
from mcalc.code.translate import translated
from mcalc.code.values import Value, pool, reachable
from mcalc.table.records import Shape
from mcalc.tree.node import Node

_INDENT = "    "


def structured(
    function_name: str,
    parameters: Sequence[Node],
    result: Result,
    vector: Node,
    doc: str,
    target: str,
    shapes: Sequence[Shape | None],
    columns: Collection[str] = (),
) -> str:
    """One program of the product and of the derivative, in three bodies: what needs no vector is computed once.

    `shapes` are those of the product and of the derivative.
    """
    every = [*parameters, vector]
    with pool(inner_sizes(parameters)):
        outputs = [(Block(0, vector),), (Block(0),)]
        times, dense = program(arranged(translated([result]), outputs))
        below, moving = _moving(times[0].value, str(vector.parameters[0]))
        only = {value for value in reachable([dense[0].value]) if value.args and value not in below}
        printer = Printer(target_of(target), every, [times, dense], [moving, only], [vector])
        printer.here = 1
        product = written(printer, times[0], times[1], shapes[0])
        printer.here = 2
        whole = written(printer, dense[0], dense[1], shapes[1])
        first, second, third = printer.bodies
        name = printer.names[vector]
        own = [*narrowed(printer, [name], []), *_typed_vector(printer, name)]
        own = [line for line in own if line.split(" = ")[0] == name]
        inner = [f"def matvec({name}):", *_indented([*own, *second, f"return {product}"])]
        inner += ["", "def todense():", *_indented([*third, f"return {whole}"]), "", "return matvec, todense"]
        kept = [spelled for node, spelled in printer.names.items() if node.parameters[0] in columns and node != vector]
        every_line = [*first, *inner]
        before = [line for line in narrowed(printer, every_line, kept) if line.split(" = ")[0] != name]
        before = [*printer.sizes.lines(), *before, *typed(printer, every_line, [vector]), *first]
        body = [*before, *([""] if before else []), *inner]
        return assembled(printer, function_name, doc, body, kept, [vector])


def _moving(product: Value, vector: str) -> tuple[set[Value], set[Value]]:
    """All values of the product, and those among them that need the vector."""
    order = reachable([product])
    moving: set[Value] = set()
    for value in order:
        named = value.operation == "variable" and value.parameters[0] == vector
        if named or any(arg in moving for arg, _ in value.args):
            moving.add(value)
    return set(order), moving


def _typed_vector(printer: Printer, name: str) -> list[str]:
    if printer.target.of_tensors:
        return [f"{name} = {name}.to(**{LIKE})"]
    if printer.module.of_floats:
        return [f"{name} = {printer.target.alias}.asarray({name}, {DTYPE})"]
    return []


def _indented(lines: Sequence[str]) -> list[str]:
    return [_INDENT + line if line else line for line in lines]
