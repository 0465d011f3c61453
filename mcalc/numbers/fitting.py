"""Values and an expression brought together: the shapes of the values declare the names, and settle the dimensions."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from sympy.core.expr import Expr
from sympy.core.symbol import Dummy

from mcalc.language.declarations import Declaration, Given, declarations, names_declared
from mcalc.language.free_names import free_names
from mcalc.language.lengths import with_length
from mcalc.language.parser import Program, own_name, parse
from mcalc.language.reading import read_program
from mcalc.language.shapes import Reading
from mcalc.language.syntax import walk
from mcalc.notation.writing import write
from mcalc.numbers.arithmetic import REAL, Arithmetic
from mcalc.numbers.arrays import array_module as np
from mcalc.numbers.sizes import whole
from mcalc.problems import Problem, Span, nearest
from mcalc.table.records import Array, LoopIndex, Slice
from mcalc.tree.given_sizes import symbols_of
from mcalc.tree.names import name_text
from mcalc.tree.node import Node, dimension, topological

if TYPE_CHECKING:
    from mcalc.numbers.value import Value


@dataclass(frozen=True, eq=False)
class Fitted:
    """An expression whose names have values: its reading, the sizes of its dimensions, and what was declared for it."""

    source: str
    reading: Reading
    values: dict[str, Value]
    sizes: dict[str, int]
    declared: dict[str, Declaration]

    def point(self, arithmetic: Arithmetic = REAL) -> dict[str, Array]:
        """The arrays by name, as a `Program` takes them."""
        exact = arithmetic.takes_exact
        return {n: v.exact if exact and v.exact is not None else v.array for n, v in self.values.items()}

    @property
    def exact(self) -> bool:
        """Whether every value is known exactly, and is small."""
        return all(value.exact is not None for value in self.values.values())

    @property
    def rounded(self) -> bool:
        """Whether a value had a decimal point."""
        return any(value.rounded for value in self.values.values())


def fit(
    source: str,
    values: Mapping[str, Value],
    shapes: Mapping[str, Given] | None = None,
    wrt: Sequence[str] = (),
    optional: Collection[str] = (),
) -> Fitted:
    """The reading of `source` in which every name has the shape of its value, and every dimension a number.

    A value named like a dimension gives the dimension. Names in `optional` may be without a value. Raises Problem:
    a name without a value, a value without a name, shapes that do not fit.
    """
    given = declarations(shapes)
    values = {own_name(name, given): value for name, value in values.items()}
    wrt = [own_name(name, [*given, *values]) for name in wrt]
    program = parse(source, [*given, *values], [*names_declared(given), *wrt])
    found: Problem | None = None
    for turned in (False, True):
        fitting = {name: _as_declared(value, given.get(name), turned) for name, value in values.items()}
        try:
            return _fit(program, source, fitting, given, wrt, optional)
        except Problem as problem:
            found = found or problem
        if all(fitting[name] is value for name, value in values.items()):
            break
    assert found is not None
    raise found.with_source(found.source or source) from None


def _fit(
    program: Program,
    source: str,
    values: Mapping[str, Value],
    given: Mapping[str, Declaration],
    wrt: Sequence[str],
    optional: Collection[str],
) -> Fitted:
    names, size_names = free_names(program, {*values, *given, *wrt})
    for one in given.values():
        size_names |= {symbol.name for size in one.shape for symbol in size.free_symbols}
    known = {
        name: value
        for name, value in values.items()
        if name in names or name in size_names or name in given or not value.loose
    }
    numbers = {name: _size(value) for name, value in known.items() if name in size_names and name not in given}
    known = {name: value for name, value in known.items() if name not in numbers}
    bound = {name for name, _, _ in program.bindings}
    for name in known:
        if name not in names and name not in wrt:
            raise _unused(name, program, [*names, *size_names], bound)
    ranks = {
        name: given.get(name) or Declaration(tuple(Dummy(integer=True, positive=True) for _ in value.shape))
        for name, value in known.items()
    }
    declared = {**given, **ranks}
    counted = {**given, **{name: given.get(name) or _counted(value) for name, value in known.items()}}
    columns = any(len(value.shape) == 2 and value.shape[1] == 1 for value in known.values())

    def read(declared: dict[str, Declaration]) -> Fitted:
        reading = read_program(program, declared, wrt)
        if reading.functions:
            name = next(iter(reading.functions))
            raise Problem(f"`{name}` is an open function, and has no numbers.", hint=f"write out what `{name}(…)` is")
        if length := with_length(program, declared, wrt, reading.names):
            declared = length[0]
            reading = read_program(program, declared, wrt)
        missing = [name for name in reading.names if name not in known and name not in optional]
        if missing:
            raise _missing(missing, program)
        sizes = sizes_of(reading, known, numbers, program)
        _check_places(reading, sizes)
        return Fitted(source, reading, dict(known), sizes, declared)

    try:
        return read(declared)
    except Problem as problem:
        try:
            read_program(program, declared, wrt)
        except Problem:
            return read(counted)
        if columns:
            with suppress(Problem):
                return read(counted)
        raise problem


def _as_declared(value: Value, declaration: Declaration | None, turned: bool) -> Value:
    """A list where a matrix is declared, ``X=[1,2,3]`` with ``-s X=N,n``: its only row, or its only column."""
    shape = () if declaration is None else declaration.shape
    if len(value.shape) >= len(shape) or any(size == 1 for size in shape):
        return value
    wanted = (*[1] * (len(shape) - len(value.shape)), *value.shape)
    wanted = wanted[::-1] if turned else wanted
    exact = None if value.exact is None else np.reshape(value.exact, wanted)
    return replace(value, array=value.array.reshape(wanted), exact=exact)


def _counted(value: Value) -> Declaration:
    shape = tuple(dimension(size) for size in value.shape)
    if len(shape) == 2 and shape[1] == 1:
        shape = shape[:1]
    return Declaration(() if all(size == 1 for size in shape) else shape)


def _size(value: Value) -> int:
    number = value.array
    if value.shape or value.array.dtype.kind == "c" or number != int(number) or number < 1:
        raise Problem(
            f"`{value.name}` is a dimension here, and its value is not a whole number from 1 on.",
            hint=f"declare it to be a variable, -s {value.name}=scalar, or leave its value out",
        )
    return int(number)


def sizes_of(
    reading: Reading, values: Mapping[str, Value], numbers: Mapping[str, int], program: Program
) -> dict[str, int]:
    """A number for each dimension; raises Problem where two values disagree on it, or none says it."""
    sizes = dict(numbers)
    said: dict[str, tuple[str, int]] = {}
    waiting = [
        (name, axis, size, values[name].shape)
        for name, node in reading.names.items()
        if name in values
        for axis, size in _axes(node, values[name].shape)
    ]
    waiting.sort(key=lambda one: not (one[2].is_Symbol or one[2].is_Integer))
    for name, axis, size, shape in waiting:
        count = shape[axis]
        unknown = [symbol for symbol in size.free_symbols if symbol.name not in sizes]
        if len(unknown) == 1:
            solved = _solved(size, unknown[0], count, sizes)
            if solved is None:
                raise Problem(
                    f"`{name}` has {_counts(shape, axis)}, which does not fit {size}.", _spans([name], program)
                )
            sizes[unknown[0].name] = solved
            said[unknown[0].name] = (name, axis)
        elif not unknown and whole(size, sizes) != count:
            raise _disagreement(name, axis, size, values, sizes, said, program)
    for node in reading.names.values():
        for size in node.shape:
            _require(size, sizes)
    for part in (reading.value, *reading.bound.values()):
        for size in _dimensions_below(part):
            _require(size, sizes)
    return sizes


def _check_places(reading: Reading, sizes: Mapping[str, int]) -> None:
    """Raises Problem where an element is taken that is not there."""
    for node in topological([*reading.bound.values(), reading.value]):
        if node.operator.name != "element":
            continue
        arg = node.args[0]
        for place, size in zip(node.parameters, arg.shape, strict=False):
            last = place.upper if isinstance(place, Slice) else place.size if isinstance(place, LoopIndex) else place
            if last is not None and not 1 <= whole(last, sizes) <= whole(size, sizes):
                here, there = whole(last, sizes), whole(size, sizes)
                text = write(arg, "text")
                raise Problem(f"`{text}` has {there} place{'s' * (there != 1)} here, and place {here} is taken.")


def _axes(node: Node, shape: tuple[int, ...]) -> list[tuple[int, Expr]]:
    """The axes of a value, each with the dimension that it has in the expression."""
    own = list(node.shape)
    if len(own) == len(shape):
        return list(enumerate(own))
    kept = [axis for axis, size in enumerate(shape) if size != 1]
    return list(zip(kept, [size for size in own if size != 1], strict=False))


def _dimensions_below(root: Node) -> list[Array]:
    return list(symbols_of(root).values())


def _require(size: Expr, sizes: Mapping[str, int]) -> None:
    for symbol in sorted(size.free_symbols, key=str):
        if symbol.name not in sizes:
            raise Problem(f"The dimension {symbol.name} has no value here.", hint=f"give it one: --at {symbol.name}=3")


def _solved(size: Expr, symbol: Expr, count: int, sizes: Mapping[str, int]) -> int | None:
    """``n`` in ``n + 1 = 4``."""
    here = size.xreplace({other: dimension(sizes[other.name]) for other in size.free_symbols if other is not symbol})
    factor = here.coeff(symbol)
    rest = here - factor * symbol
    if not (factor.is_Integer and rest.is_Integer and factor > 0):
        return None
    found = (count - rest) / factor
    return int(found) if found.is_Integer and found > 0 else None


def _counts(shape: tuple[int, ...], axis: int) -> str:
    noun = "element" if len(shape) == 1 else ("row", "column")[axis]
    return f"{shape[axis]} {noun}{'s' * (shape[axis] != 1)}"


def _disagreement(
    name: str,
    axis: int,
    size: Expr,
    values: Mapping[str, Value],
    sizes: Mapping[str, int],
    said: Mapping[str, tuple[str, int]],
    program: Program,
) -> Problem:
    counts = _counts(values[name].shape, axis)
    here = f"`{name}` has {counts}"
    symbols = sorted(size.free_symbols, key=str)
    if len(symbols) == 1 and symbols[0].name in said:
        other, other_axis = said[symbols[0].name]
        there = f"`{other}` has {_counts(values[other].shape, other_axis)}"
        labels = {one: f"{one}: {'×'.join(map(str, values[one].shape))}" for one in (other, name)}
        if other == name:
            here = counts
        wanted = "the two must be equal" if size.is_Symbol else f"these must be {symbols[0]} and {size}"
        return Problem(f"{there} and {here}, and {wanted}.", _spans([other, name], program, labels))
    return Problem(f"{here}, and the expression takes {whole(size, sizes)}.", _spans([name], program))


def _spans(names: Sequence[str], program: Program, labels: Mapping[str, str] | None = None) -> list[Span]:
    """The first place of each name in the text."""
    found: dict[str, Span] = {}
    for syntax in [*(definition for _, definition, _ in program.bindings), program.value]:
        for node in walk(syntax):
            if node.kind == "name" and node.value in names:
                found.setdefault(node.value, Span(node.start, node.end, (labels or {}).get(node.value, "")))
    return sorted(found.values(), key=lambda span: span.start)


def _missing(missing: Sequence[str], program: Program) -> Problem:
    listed = " and ".join([", ".join(f"`{name}`" for name in missing[:-1]), f"`{missing[-1]}`"][len(missing) == 1 :])
    verb = "have" if len(missing) > 1 else "has"
    hint = "give " + " ".join(f"--at {name}=…" for name in missing)
    return Problem(f"{listed} {verb} no value.", _spans(missing, program), hint)


def _unused(name: str, program: Program, names: Sequence[str], bound: Collection[str]) -> Problem:
    if name in bound:
        return Problem(
            f"`{name}` is defined in the text, and takes no value.",
            _spans([name], program) or [span for one, _, span in program.bindings if one == name],
            "leave its definition out, or its value",
        )
    near = nearest(name, names, 0.5)
    same = [one for one in names if one.lower() == name.lower()]
    if same or near:
        return Problem(f"The expression has no `{name}`.", hint=f"did you mean `{(same or near)[0]}`?")
    listed = f"its names are {', '.join(map(name_text, names))}" if names else "it has no names"
    return Problem(f"The expression has no `{name}`.", hint=listed)


__all__ = ["Fitted", "fit", "sizes_of"]
