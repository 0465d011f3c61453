"""What ``--vary`` gives: ``b=-0.5:0.5:0.1``, both ends included, or the values one by one, ``b=1,2,5``."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import prod

from mcalc.language.assignments import assignments
from mcalc.numbers.value import EXAMPLE, Value, of_numbers
from mcalc.numbers.values import read_value
from mcalc.problems import Problem
from mcalc.table.records import Array

MOST = 100_000
_EXAMPLE = "for example --vary b=-0.5:0.5:0.1, from the first to the second in steps of the third"


@dataclass(frozen=True, eq=False)
class Varied:
    """A name and the numbers that it runs through."""

    name: str
    values: tuple[Value, ...]


def read_varied(texts: Sequence[str], steps: int = 10) -> list[Varied]:
    """The names and their values, from the texts of ``--vary``; without a step, `steps` equal ones. Raises Problem."""
    found: dict[str, tuple[int, Callable[[], tuple[Value, ...]]]] = {}
    for text in texts:
        for name, given in assignments(text, EXAMPLE):
            if name in found:
                raise Problem(f"`{name}` is varied twice.", hint="keep one of the two")
            found[name] = _values(name, given, steps)
    count = prod(many for many, _ in found.values())
    if count > MOST:
        raise Problem(f"The table would have {count} rows, and at most {MOST} are made.", hint="take larger steps")
    return [Varied(name, values()) for name, (_, values) in found.items()]


def _values(name: str, text: str, steps: int) -> tuple[int, Callable[[], tuple[Value, ...]]]:
    """How many values these are, and what makes them."""
    parts = [part.strip() for part in text.split(":")]
    if len(parts) == 1:
        listed = read_value(name, text)
        if not listed.shape:
            raise Problem(f"`{name}` is to vary, and this is one value: `{text}`.", hint=_EXAMPLE)
        if len(listed.shape) > 1:
            raise Problem(f"The values that `{name}` runs through are a list, and this is a matrix.", hint=_EXAMPLE)
        entries = listed.array if listed.exact is None else listed.exact
        return len(entries), lambda: tuple(of_numbers(name, entry, listed.rounded) for entry in entries)
    if len(parts) > 3 or not all(parts):
        raise Problem(f"A range is START:STOP:STEP, and this is `{text}`.", hint=_EXAMPLE)
    ends = [read_value(name, part) for part in parts]
    for part, end in zip(parts, ends, strict=True):
        if end.shape or end.array.dtype.kind == "c":
            raise Problem(f"A range is of real numbers, and `{part}` is none.", hint=_EXAMPLE)
    start, stop = (_number(end) for end in ends[:2])
    step = _number(ends[2]) if len(ends) == 3 else (stop - start) / steps
    if step == 0:
        raise Problem(f"The step of `{name}` is 0.", hint=_EXAMPLE)
    count = float((stop - start) / step)
    if count < 0:
        raise Problem(
            f"The steps of `{name}` lead away from {parts[1]}.",
            hint=f"write {parts[0]}:{parts[1]}:{parts[2].lstrip('-') if count and step < 0 else '-' + parts[2]}",
        )
    rounded = any(end.rounded for end in ends)
    whole = int(count + 1e-9) + 1
    return whole, lambda: tuple(of_numbers(name, start + place * step, rounded) for place in range(whole))


def _number(value: Value) -> Array:
    """The exact number, where it is known."""
    return value.array.item() if value.exact is None else value.exact[()]
