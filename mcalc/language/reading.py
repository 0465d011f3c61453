"""A program with every name given its shape, and what a reader may have meant otherwise."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from sympy.core.expr import Expr

from mcalc.language.corrections import reject_misreading
from mcalc.language.declarations import Declaration
from mcalc.language.free_names import CALLS_ONLY, free_names, not_a_variable
from mcalc.language.misreadings import misreadings
from mcalc.language.open_functions import notes_on, with_open_functions
from mcalc.language.parser import Program, canonical_name
from mcalc.language.remarks import remarks
from mcalc.language.shapes import Reader, Reading
from mcalc.language.syntax import walk
from mcalc.problems import Problem, Span
from mcalc.table.records import Shape
from mcalc.table.sentences import as_typed, filled, linked
from mcalc.tree.open import open_functions


def read_program(
    program: Program,
    declared: Mapping[str, Declaration],
    wanted: Sequence[str] = (),
    free_indices: Mapping[str, Expr] | None = None,
    expected: Shape | None = None,
    noted: bool = True,
) -> Reading:
    """The program with shapes; raises Problem where no shapes fit, the two uses in conflict marked.

    Where nothing is to be `noted`, and all is declared, what a reader may have meant otherwise is not asked.
    """
    declared = {canonical_name(name): declaration for name, declaration in declared.items()}
    functions = {name: one.function for name, one in declared.items() if one.function is not None}
    declared = {name: one for name, one in declared.items() if name not in functions}
    program = with_open_functions(program, functions, declared)
    must_be_defined_first(program, declared)
    names, sizes = free_names(program, declared)
    for declared_name in declared:
        for size in declared[declared_name].shape:
            sizes |= {symbol.name for symbol in size.free_symbols}
    loops = dict(free_indices or {})
    bound = {name for name, _, _ in program.bindings}
    names += [
        extra for extra in dict.fromkeys(wanted) if extra in declared and extra not in names and extra not in bound
    ]
    dimensions = frozenset(size for size in sizes if size not in declared and size not in bound)
    names = [
        name
        for name in names
        if name not in loops
        and (
            name in declared or not (name in dimensions or name in ("pi", "I") or name in CALLS_ONLY or name[0] == "∂")
        )
    ]
    nameless = not names and not bound and not dimensions
    if nameless:
        names = [extra for extra in dict.fromkeys(wanted) if extra not in ("pi", "I") and extra not in CALLS_ONLY]
    reader = Reader(program, declared, names, dimensions, loops, expected)
    if not noted and not reader.open_names and not nameless:
        return reader.likeliest()[1]
    reading = with_notes(reader)
    reading.functions = open_functions([reading.value])
    reading.notes += notes_on(program, functions)
    if nameless and names:
        listed = linked(" and by ", map(as_typed, names))
        reading.notes += (filled("the expression has no names: by {} its derivative is 0", listed),)
    for extra in wanted:
        if extra not in names:
            raise not_a_variable(extra, program, names, dimensions)
    unused = [name for name in declared if name not in names]
    reading.notes += tuple(
        filled("{} is declared, and is not a name of the expression", as_typed(name)) for name in unused
    )
    return reading


def must_be_defined_first(program: Program, declared: Mapping[str, Declaration]) -> None:
    """Raises Problem where a definition uses its own name, or one that is defined after it."""
    later = {name for name, _, _ in program.bindings}
    for at, (name, definition, span) in enumerate(program.bindings):
        used = later.intersection(part.value for part in walk(definition) if part.kind == "name")
        if used:  # but for running indices
            used.intersection_update(free_names(replace(program, bindings=(), value=definition), declared)[0])
        for part in walk(definition) if used else ():
            if part.kind != "name" or part.value not in used:
                continue
            places = [Span(part.start, part.end)]
            if part.value == name:
                hint = f"write `{_renamed_from(program, at)}`"
                raise Problem(f"`{name}` stands in its own definition.", [*places, span], hint, program.source)
            hint = f"define `{part.value}` before `{name}`"
            raise Problem(f"`{part.value}` is used before it is defined.", places, hint, program.source)
        later.discard(name)


def _renamed_from(program: Program, at: int) -> str:
    """The text with another name for what is defined there, and for its uses in all that follows."""
    name, _, span = program.bindings[at]
    after = [*(definition for _, definition, _ in program.bindings[at + 1 :]), program.value]
    uses = [part for whole in after for part in walk(whole) if part.kind == "name" and part.value == name]
    text = program.source
    for start, end in sorted({(span.start, span.end), *((use.start, use.end) for use in uses)}, reverse=True):
        text = f"{text[:start]}{name}_new{text[end:]}"
    return text


def with_notes(reader: Reader) -> Reading:
    """The likeliest reading, with notes on it; raises Problem where none fits, or where it is one that no one means."""
    ranks, reading = reader.likeliest()
    reject_misreading(reader, ranks, with_notes)
    noted = (*misreadings(reader), *reader.departures(ranks), *remarks(reader, ranks))
    reading.notes += tuple(dict.fromkeys(noted))
    return reading
