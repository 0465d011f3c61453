"""Totals of arrays, and diagonals that are filled: in place where the library can, by an identity matrix where not."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from mcalc.code.printer import Printer, Written, form, rule
from mcalc.code.signs import is_floating
from mcalc.code.source import POWER, Source
from mcalc.code.values import ONE_TIME, Reference, Summand, Value


@rule("total")
def _total(printer: Printer, value: Value) -> Written:
    """The terms as they are, then a line for each diagonal that is added to; without room for fractions as a term."""
    out = printer.layout(value)
    terms = list(zip(value.weights, value.args, strict=True))
    fills = [(weight, one) for weight, one in terms if one.value.operation == "fill" and len(one.ids) == value.rank]
    dense = [term for term in terms if term not in fills]
    if not fills or not printer.target.in_place:
        return printer.total(terms, out), out
    if not dense:
        name = _zeros(printer, value, out)
    else:
        floating = any(is_floating(one.value) for _, one in dense)
        if not floating and all(_is_matrix(one.value) for _, one in fills):
            return printer.total(terms, out), out
        if not floating:
            printer.module.of_floats = True
        name = printer.new_name()
        own = _own(printer, dense, value, out)
        if value.rank > 2 and not printer.target.of_tensors:  # a view of what is computed later is none
            own = Source(f"{printer.target.alias}.asarray({own})")
        printer.lines.append(f"{name} = {own}")
    for weight, one in fills:
        _fill(printer, name, out, weight, one)
    return Source(name), out


def _own(printer: Printer, dense: Sequence[Summand], value: Value, out: Sequence[int]) -> Source:
    """The terms as an array that nothing else uses."""
    found = printer.total(dense, out)
    rank = max(len(one.ids) for _, one in dense)
    if rank < value.rank:
        found = printer.spread(found.of_rank(rank), [value.sizes[index] for index in out])
    weight, one = dense[0]
    alone = len(dense) == 1 and weight == 1 and (printer.uses[one.value] > 1 or one.value.operation != "product")
    if rank and (rank < value.rank or alone):
        found = Source(f"{found.above(POWER)}.{'clone' if printer.target.of_tensors else 'copy'}()")
    return found


def _is_matrix(value: Value) -> bool:
    """Whether it is a diagonal matrix."""
    return value.rank == 2 and len(value.args) == 2 and value.args[0].value.rank < 2


@rule("fill")
def _filled(printer: Printer, value: Value) -> Written:
    inner, *deltas = value.args
    if _is_matrix(value):
        if inner.ids:
            return printer.module.diag(printer.whole(inner)), (0, 1)
        eye, _ = printer.value(deltas[0].value)
        number = printer.whole(inner)
        return (eye if number.text == "1" else number * eye), (0, 1)
    out = list(printer.wanted.get(value, range(value.rank)))
    if printer.target.in_place:
        name = _zeros(printer, value, out)
        _fill(printer, name, out, ONE_TIME, Reference(value, tuple(range(value.rank))))
        return Source(name), out
    found = printer.at(inner, out)
    for one in deltas:
        eye, axes = printer.value(one.value)
        placed = printer.placed(eye, [one.ids[k] for k in axes], out)
        found = placed if found.text == "1" else found * placed
    return found, out


def _zeros(printer: Printer, value: Value, out: Sequence[int]) -> str:
    shape = [printer.sizes.write(value.sizes[index]) for index in out]
    made: Source = printer.module.zeros(shape)
    if printer.target.of_tensors:  # of a tensor, as vmap can add to no other
        inner = next((arg.args[0] for arg in _fills(value) if arg.args[0].ids), None)
        if inner is not None:
            head = printer.named(printer.whole(inner))
            printer.done[inner.value] = head, printer.done[inner.value][1]
            made = Source(f"{head}.new_zeros(({', '.join(map(str, shape))}))")
    name = printer.new_name()
    printer.lines.append(f"{name} = {made}")
    return name


def _fills(value: Value) -> list[Value]:
    return [value] if value.operation == "fill" else [arg for arg, _ in value.args if arg.operation == "fill"]


def _fill(printer: Printer, name: str, out: Sequence[int], weight: Fraction, one: Reference) -> None:
    """One line that adds to a diagonal of the array."""
    inner, *deltas = one.value.args
    ids = one.ids
    joined, same = _joined([(ids[first], ids[second]) for first, second in (arg.ids for arg in deltas)])
    have, axes = printer.value(inner.value)
    carried = [same.get(ids[inner.ids[k]], ids[inner.ids[k]]) for k in axes]
    if have.negated is not None:
        have, weight = have.negated, -weight
    if printer.target.of_tensors:
        now, view = list(out), name
        for first, second in joined:
            view += f".diagonal(0, {now.index(first)}, {now.index(second)})"
            now = [index for index in now if index not in (first, second)] + [first]
        body = printer.times(abs(weight), printer.placed(have, carried, now))
        printer.lines.append(f"{view}.{'sub' if weight < 0 else 'add'}_({body})")
        return
    kept = list(dict.fromkeys(same.get(index, index) for index in out))
    body = printer.times(abs(weight), printer.placed(have, carried, kept))
    letters = form([[same.get(index, index) for index in out]], kept)
    matrix = len(out) == 2 and len(kept) == 1
    alias = printer.target.alias
    if matrix:
        step = printer.sizes.write(one.value.sizes[0] + 1)
        view = f"{name}.flat[::{step}]"
    else:
        view = f"{alias}.einsum('{letters}', {name})[:]"
    printer.lines.append(f"{view} {'-=' if weight < 0 else '+='} {body}")


def _joined(deltas: Sequence[tuple[int, int]]) -> tuple[list[tuple[int, int]], dict[int, int]]:
    """The indices that each δ makes one, each by the name that it has then; and what each is called in the end."""
    joined: list[tuple[int, int]] = []
    called: dict[int, int] = {}
    for pair in deltas:
        first, second = (called.get(index, index) for index in pair)
        if first != second:
            joined.append((first, second))
            called = {index: first if name == second else name for index, name in called.items()} | {second: first}
    return joined, called
