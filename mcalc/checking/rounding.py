"""Answers with rounded decimals: which exact constants would make them right, and whether these round to what is typed.

Every decimal of the answer is taken for unknown; Gauss-Newton steps in fifty digits find the constants with which the
answer is the derivative at all points, if there are any.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace as with_fields
from typing import TYPE_CHECKING

from mcalc.checking.answer import Mismatch, Scope
from mcalc.checking.compare import Ground
from mcalc.checking.exact import DIGITS, precise_spot
from mcalc.checking.points import Field, Spot
from mcalc.language.parser import Syntax
from mcalc.numbers.arrays import array_module as np
from mcalc.numbers.digits import NoDigits, digits
from mcalc.problems import Problem
from mcalc.table.records import Array
from mcalc.tree import build
from mcalc.tree.node import Node

if TYPE_CHECKING:
    from mpmath import mpf

_MOST_DECIMALS, _STEPS, _FITTED, _COMPARED, _FEWEST = 4, 8, 6, 40, 3
_STEP, _EXACT = "1e-20", "1e-30"


def rounded_to(scope: Scope, syntax: Syntax, ground: Ground) -> int | None:
    """To how many digits the decimals of an answer are rounded that is right but for that; None where it is not."""
    unknown: dict[str, Syntax] = {}
    opened = _opened(syntax, unknown)
    if not 0 < len(unknown) <= _MOST_DECIMALS or not isinstance(ground.right, Node):
        return None
    leaves = {name: build.variable(name, ()) for name in unknown}
    try:
        answer = with_fields(scope, names={**scope.names, **leaves}).read(opened)
    except (Mismatch, Problem):
        return None
    if answer.shape != ground.right.shape:
        return None
    found = _Constants(ground, answer, {name: part.value for name, part in unknown.items()}).found()
    if found is None:
        return None
    context = digits(DIGITS).context
    for (_, part), exact in zip(unknown.items(), found, strict=True):
        typed = context.mpf(part.value)
        half = context.mpf(10) ** -len(part.value.partition(".")[2]) / 2
        if abs(exact - typed) > half:
            return None
    return min(len(part.value.replace(".", "").lstrip("0")) for part in unknown.values())


def _opened(syntax: Syntax, unknown: dict[str, Syntax]) -> Syntax:
    """The syntax with a name for every decimal of two digits or more."""
    if syntax.kind == "number" and "." in syntax.value and len(syntax.value.replace(".", "").lstrip("0")) > 1:
        if "e" not in syntax.value.lower():
            name = f"decimal {len(unknown) + 1}"
            unknown[name] = syntax
            return Syntax("name", name, (), syntax.start, syntax.end)
        return syntax
    return syntax._replace(children=tuple(_opened(child, unknown) for child in syntax.children))


class _Constants:
    """The constants that make an answer the derivative."""

    def __init__(self, ground: Ground, answer: Node, typed: Mapping[str, str]) -> None:
        self.arithmetic = digits(DIGITS)
        self.context = self.arithmetic.context
        self.names = list(typed)
        self.start = [self.context.mpf(text) for text in typed.values()]
        self.answer, self.right = Field(answer, self.arithmetic), Field(ground.right, self.arithmetic)
        every = [sample.spot for sample in ground.samples]
        chosen = every[:: 1 + len(every) // _COMPARED]
        spots = [precise_spot(spot, ground.variables) for spot in chosen]
        wanted = [(spot, self.right.at(spot)) for spot in spots]
        self.wanted = [(spot, np.ravel(value)) for spot, value in wanted if value is not None]

    def found(self) -> list[mpf] | None:
        """The constants, the same at all points; None where there are none."""
        telling = [pair for pair in self.wanted if any(entry != 0 for entry in pair[1])]
        if len(telling) < _FEWEST:
            return None
        constants = list(self.start)
        try:
            for _ in range(_STEPS):
                change = self._change(telling[:_FITTED], constants)
                if change is None:
                    return None
                constants = [one + other for one, other in zip(constants, change, strict=True)]
                if all(abs(part) < self.context.mpf(_EXACT) for part in change):
                    break
            return constants if self._right(constants) else None
        except (NoDigits, ZeroDivisionError, ValueError):
            return None

    def _value(self, spot: Spot, constants: Sequence[mpf]) -> Array | None:
        point = {**spot.point, **dict(zip(self.names, constants, strict=True))}
        found = self.answer.at(spot._replace(point=point))
        return None if found is None else np.ravel(found)

    def _change(self, pairs: Sequence[tuple[Spot, Array]], constants: Sequence[mpf]) -> list[mpf] | None:
        """The step by least squares from the constants towards the right ones."""
        step = self.context.mpf(_STEP)
        rows: list[list[mpf]] = []
        rest: list[mpf] = []
        for spot, wanted in pairs:
            here = self._value(spot, constants)
            moved = [
                value
                for at in range(len(constants))
                if (value := self._value(spot, [one + step * (k == at) for k, one in enumerate(constants)])) is not None
            ]
            if here is None or len(moved) < len(constants):
                return None
            rest += list(wanted - here)
            rows += [list(row) for row in zip(*((value - here) / step for value in moved), strict=True)]
        matrix, vector = self.context.matrix(rows), self.context.matrix(rest)
        turned = matrix.T
        return list(self.context.lu_solve(turned * matrix, turned * vector))

    def _right(self, constants: Sequence[mpf]) -> bool:
        for spot, wanted in self.wanted:
            value = self._value(spot, constants)
            if value is None:
                return False
            scale = max((abs(entry) for entry in wanted), default=0)
            if any(
                abs(one - other) > self.context.mpf(_EXACT) * scale for one, other in zip(value, wanted, strict=True)
            ):
                return False
        return True
