"""What each parameter of a user's function stands for: a name, a dimension, the gradient that comes from above."""

from __future__ import annotations

import re
from collections.abc import Sequence

from mcalc.checking.serving import Program
from mcalc.language.declarations import Declaration, Given
from mcalc.language.parser import own_name, parse
from mcalc.language.shapes import Reading
from mcalc.problems import Problem
from mcalc.tree.names import name_text

_ABOVE = re.compile(r"g|d|up|.*grad")
"""How the gradient that comes from above is called, where the value is one number and another may be meant."""


class Roles:
    """What each parameter of the function stands for; raises Problem where one stands for nothing."""

    def __init__(self, program: Program, reading: Reading, by: Sequence[str]) -> None:
        names = {**reading.names}
        sizes = {str(symbol) for node in names.values() for size in node.shape for symbol in size.free_symbols}
        self.value = reading.value
        self.variables: dict[str, str] = {}
        self.sizes: dict[str, str] = {}
        unknown = []
        for parameter in program.parameters:
            name = own_name(parameter.rstrip("_"), [*names, *sizes])
            if name in names:
                self.variables[parameter] = name
            elif name in sizes:
                self.sizes[parameter] = name
            elif parameter not in program.optional:
                unknown.append(parameter)
        own = program.kind != "function"
        above = [one for one in unknown if reading.value.shape or _ABOVE.match(one)]
        if len(unknown) > (bool(above) and not own):
            listed = ", ".join(map(name_text, names))
            told = " and ".join(f"`{one}`" for one in unknown)
            told += ", which is no name" if len(unknown) == 1 else ", which are no names"
            raise Problem(
                f"`{program.name}` takes {told} of the expression.",
                hint=f"its parameters are the names {listed}"
                + ("" if own else ", and one more is the gradient that comes from above"),
            )
        free = (
            letter for letter in ("g", "G", "upstream", "upstream_2") if letter not in {*names, *reading.bound, *sizes}
        )
        self.upstream = unknown[0] if unknown else next(free) if own else ""
        self.parameter = unknown[0] if unknown else ""
        self.by = [next((p for p, name in self.variables.items() if name == one), "") for one in by]
        if own and not all(self.by):
            lacking = name_text(by[self.by.index("")])
            raise Problem(f"`{program.name}` does not take {lacking}, by which is differentiated.")


def with_upstream(source: str, reading: Reading, upstream: str) -> tuple[str, dict[str, Given]]:
    """``sum(g*(value))`` for the value of the text, with g declared as the value is shaped."""
    value = parse(source, reading.names).value
    scalar = not reading.value.shape
    inner = source[value.start : value.end]
    whole = f"{upstream}*({inner})" if scalar else f"sum({upstream}*({inner}))"
    shapes: dict[str, Given] = {
        name: Declaration(tuple(node.shape), frozenset(node.parameters[1]) if len(node.parameters) > 1 else frozenset())
        for name, node in reading.names.items()
    }
    shapes[upstream] = Declaration(tuple(reading.value.shape))
    return source[: value.start] + whole + source[value.end :], shapes
