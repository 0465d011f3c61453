"""The values that ``--at`` gives: ``x=1,2``, ``A=[1, 2; 3, 4]``, ``c=sqrt(2)``, ``X=@data.npy``, ``@file.npz``."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from mcalc.language.assignments import assignments, pieces
from mcalc.language.parser import own_name, parse
from mcalc.language.reading import read_program
from mcalc.language.syntax import walk
from mcalc.numbers.arithmetic import NotReal
from mcalc.numbers.arrays import array_module as np
from mcalc.numbers.exact import EXACT
from mcalc.numbers.exact_numbers import TooLarge
from mcalc.numbers.files import read_all, read_entry
from mcalc.numbers.program import Program
from mcalc.numbers.value import EXAMPLE, Value, of_numbers
from mcalc.problems import Problem, Span
from mcalc.table.records import Array
from mcalc.tree.node import variables

_NOT_NUMBERS = {"nan", "inf", "infinity", "oo"}


def read_assignments(texts: Sequence[str]) -> dict[str, Value]:
    """The values by name, from the texts of ``--at``; raises Problem."""
    found: dict[str, Value] = {}
    for text in texts:
        for value in _read(text):
            before = found.get(own_name(value.name, found))
            if before is not None and not (before.loose or value.loose):
                raise Problem(f"The value of `{value.name}` is given twice.", hint="keep one of the two")
            if before is None or before.loose:
                found[value.name] = value
    return found


def _read(text: str) -> Iterator[Value]:
    if text.lstrip().startswith("@"):
        yield from read_all(text.strip()[1:])
        return
    for name, given in assignments(text, EXAMPLE):
        yield read_value(name, given)


def read_value(name: str, text: str) -> Value:
    """What stands behind ``NAME=``: numbers, an expression without names, or ``@FILE``; raises Problem."""
    if text.startswith("@"):
        return read_entry(name, text[1:])
    if any(separator == "," or separator == ";" for _, separator in pieces(text)):
        text = f"[{text}]"
    plain = _plain_list(text)
    if plain is not None:
        return of_numbers(name, plain, rounded=True)
    try:
        return _calculated(name, text)
    except Problem as problem:
        raise problem.with_source(text) if not problem.source else problem from None


def _plain_list(text: str) -> Array | None:
    """A long list of decimals, which is read without a grammar."""
    if len(text) < 4000 or not re.fullmatch(r"\[[-+\d.eE,\s]+\]", text):
        return None
    return np.array([float(part) for part in text[1:-1].split(",") if part.strip()])


def _calculated(name: str, text: str) -> Value:
    program = parse(text)
    if program.bindings:
        raise Problem("A value is one expression, without definitions.", [program.bindings[0][2]])
    value = program.value
    for node in walk(value):
        if node.kind == "name" and node.value.lower() in _NOT_NUMBERS:
            message = f"The value of `{name}` is not a finite number: `{text[node.start : node.end]}`."
            raise Problem(message, [Span(node.start, node.end)], "every value must be a finite number")
    single = value.kind == "stack" and len(value.children) == 1
    reading = read_program(program, {})
    free = variables(reading.value) or [one for one in reading.names.values()]
    if free:
        word = str(free[0].parameters[0])
        spans = [Span(n.start, n.end) for n in walk(value) if n.kind == "name" and n.value == word]
        hint = f"a value has no names in it; a file is given as --at {name}=@FILE"
        raise Problem(f"The value of `{name}` is text in place of a number: `{word}`.", spans[:1], hint)
    if any(size.free_symbols for size in reading.value.shape):
        raise Problem(f"The size of the value of `{name}` is not known.", hint="write the size, as in `zeros(3)`")
    try:
        (found,) = Program([reading.value], {}, arithmetic=EXACT).run({})
    except TooLarge:
        (found,) = Program([reading.value], {}).run({})
    except NotReal as fault:
        raise Problem(f"`{fault.operator.name}` is of real numbers, and here is a complex one.") from None
    array = np.asarray(found)
    shape = tuple(int(size) for size in reading.value.shape)
    if value.kind == "matrix":
        shape = (len(value.children), len(value.children[0].children))
    array = array.reshape((1,) if single and not shape else shape)
    if any(str(entry) == "nan" for entry in array.ravel()):
        raise Problem(f"The value of `{name}` is not defined: `{text}`.", [Span(value.start, value.end)])
    typed = any(node.kind == "number" and not node.value.isdigit() for node in walk(value))
    return of_numbers(name, array, rounded=typed)
