"""Is a hand-written gradient right: a function of the user's file against the derivative, at many points.

A parameter of the function is a name of the expression, a dimension, or the gradient that comes from above, by which
``Jᵀ·g`` is meant: that is the gradient of ``sum(g*f)``. A class of torch.autograd and a jax.custom_vjp are asked for
what their own backward makes of it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace as with_fields

from mcalc.ask import answered
from mcalc.checking.case import Case
from mcalc.checking.compare import Ground, close
from mcalc.checking.corrections import Correction
from mcalc.checking.example import smallest
from mcalc.checking.explain import Explanation
from mcalc.checking.findings import Finding
from mcalc.checking.parameters import Roles, with_upstream
from mcalc.checking.points import MODERATE, REGION, Computed, Field, Spot, shape_of
from mcalc.checking.search import turned_shape
from mcalc.checking.serving import Failed, Program
from mcalc.checking.verdict import Check
from mcalc.derivation.derivation import Derivation
from mcalc.language.parser import Syntax
from mcalc.notation.of_numbers import short
from mcalc.numbers.arrays import array_module as np
from mcalc.numbers.sizes import dimensions
from mcalc.problems import Problem
from mcalc.question import Question, variables_of
from mcalc.table.records import Array
from mcalc.tree.names import name_text, shape_words, sizes_shown
from mcalc.tree.node import Node

_FEWEST = 5
_ROUNDED = 2e-4
"""How far single precision may be off."""


def check_backward(question: Question, place: str) -> Check:
    """Whether ``FILE.py:function`` computes ``∂value/∂variable``, and if not, how it is wrong; raises Problem.

    By several variables it returns one derivative for each, in their order.
    """
    reading, names = variables_of(question)
    with Program(place) as program:
        roles = Roles(program, reading, names)
        if roles.upstream:
            source, shapes = with_upstream(question.source, reading, roles.upstream)
            question = with_fields(question, source=source, shapes=shapes)
        command = "hessian" if question.order == 2 else "jacobian"
        checks = []
        for at, name in enumerate(names):
            derivation = answered(with_fields(question, wrt=[name], command=command))
            checks.append(_Computation(derivation, program, roles, at, len(names), not question.layout).run())
    first = next((one for one in checks if not one.right), checks[0])
    return with_fields(first, parts=tuple(checks)) if len(checks) > 1 else first


class _Computation(Case):
    """What a function computes, against one derivative."""

    def __init__(
        self, derivation: Derivation, program: Program, roles: Roles, at: int, count: int, any_layout: bool
    ) -> None:
        super().__init__(derivation, program.place, Syntax("name", "", (), 0, 0), any_layout)
        self.program, self.roles, self.at, self.count = program, roles, at, count
        self.fault = self.shapes = ""
        self.forward: Spot | None = None
        self.kept: dict[int, tuple[Spot, Array | None]] = {}
        self.expected = Field(self.right)
        reading = derivation.reading
        named = {**reading.names}
        self.nodes = {parameter: named[name] for parameter, name in roles.variables.items() if name in named}
        self.value = Field(roles.value)

    def run(self) -> Check:
        """The verdict; raises Problem where the function fails everywhere."""
        variables = list(self.derivation.reading.names.values())
        ground = Ground.of(self.derivation.value, self.right, [], variables)
        answer = Computed(shape_of(self.right), self.program.place, self._upright)
        outcome = self._compared(ground, answer)
        turned = Computed(turned_shape(shape_of(self.right)), self.program.place, self._turned)
        if outcome.wrong and (self.shapes or (self.any_layout and self.others)):
            other = self._compared(ground, turned)
            if not other.wrong and self.others:
                right = self._right(ground, turned, other)
                found = with_fields(right, findings=(with_fields(self.layout_finding(), points=other.count),))
                own = not self.any_layout
                return with_fields(found, right=False) if own else with_fields(found, layout=self.others[-1])
            if other.count > outcome.count:
                answer, outcome = turned, other
        if self.forward is not None:
            words = "its forward computes another value than the expression"
            return Check(self.derivation, self.text, answer, False, findings=(Finding("wrong", words),))
        if not outcome.count:
            if self.shapes:
                words = f"the function returns {self.shapes}, and the derivative is {sizes_shown(shape_of(self.right))}"
                return Check(self.derivation, self.text, answer, False, findings=(Finding("shape", words),))
            told = f": {self.fault}" if self.fault else "; no point was found where it can be compared"
            raise Problem(f"`{self.program.place}` fails{told.rstrip('.')}.", hint=self._given())
        return self._wrong(ground, answer, outcome) if outcome.wrong else self._right(ground, answer, outcome)

    def _given(self) -> str:
        """What the function is given."""
        shown = [f"{parameter} {shape_words(node.shape)}" for parameter, node in self.nodes.items()]
        return f"it is given arrays of {self.program.library}: {', '.join(shown)}"

    # Values

    def _result(self, spot: Spot) -> Array | None:
        """What the function returns; None where it raises, or where that is not finite."""
        key = id(spot.point)
        if key not in self.kept:
            self.kept[key] = spot, self._asked(spot)
        return self.kept[key][1]

    def _asked(self, spot: Spot) -> Array | None:
        arguments: dict[str, Array | int] = {}
        for parameter in self.program.parameters:
            if parameter in self.nodes:
                arguments[parameter] = _whole(spot, self.nodes[parameter])
            elif parameter in self.roles.sizes:
                arguments[parameter] = int(spot.sizes[self.roles.sizes[parameter]])
        upstream = None
        if self.roles.upstream:
            given = self.derivation.reading.names[self.roles.upstream]
            upstream = _whole(spot, given)
            if self.roles.parameter:
                arguments[self.roles.parameter] = upstream
        try:
            results, value = self.program.at(arguments, self.roles.by, upstream)
        except Failed as fault:
            self.fault = self.fault or str(fault)
            return None
        if len(results) != self.count:
            raise Problem(
                f"`{self.program.place}` returns {len(results)} arrays, and {self.count} derivatives are asked for.",
                hint="it returns one for each name of --wrt, in that order",
            )
        right = None if value is None else self.value.at(spot)
        if value is not None and right is not None and spot.kind in MODERATE:
            same = np.squeeze(value).shape == np.squeeze(right).shape
            if not same or not close(np.squeeze(value), np.squeeze(right), self._rounding(right)):
                self.forward = self.forward or spot
        return results[self.at] if np.isfinite(results[self.at]).all() else None

    def _fitted(self, spot: Spot, turned: bool) -> Array | None:
        """The result as the derivative, or its transpose, is shaped: a column and a row are one list of numbers."""
        found, right = self._result(spot), self.expected.at(spot)
        if found is None or right is None:
            return None
        wanted = right.T if turned else right
        if np.squeeze(found).shape == np.squeeze(wanted).shape:
            return np.reshape(found, wanted.shape)
        if not turned and not self.shapes:
            sizes = ", ".join(f"{name} = {size}" for name, size in spot.sizes.items())
            self.shapes = f"{'×'.join(map(str, found.shape)) or 'a scalar'}" + (f" where {sizes}" if sizes else "")
        return None

    def _upright(self, spot: Spot) -> Array | None:
        return self._fitted(spot, False)

    def _turned(self, spot: Spot) -> Array | None:
        return self._fitted(spot, True)

    # Verdicts

    def _compared(self, ground: Ground, answer: Computed) -> _Outcome:
        found, field = _Outcome(), Field(answer)
        turned = answer.shape != shape_of(self.right) or answer.compute == self._turned
        for at, sample in enumerate(ground.samples):
            value = field.at(sample.spot)
            right = sample.right.T if turned else sample.right
            moderate = sample.spot.kind in MODERATE or sample.spot.kind == REGION
            if value is None:
                found.undefined.append(at)
                continue
            scale = max(float(np.abs(right).max(initial=0.0)), 1e-300)
            apart = float(np.abs(value - right).max(initial=0.0)) / scale if np.any(right) or np.any(value) else 0.0
            slack = sample.slack + self._rounding(right)
            if close(value, right, slack):
                found.count += moderate
                found.error = max(found.error, apart if moderate else 0.0)
            else:
                found.count += 1
                (found.differ if moderate else found.far).append(at)
        found.missing = [at for at in found.undefined if ground.samples[at].spot.kind in MODERATE]
        return found

    def _rounding(self, value: Array) -> float:
        """How far 32 bits may be off."""
        return _ROUNDED * float(np.abs(value).max(initial=0.0)) if self.program.digits < 16 else 0.0

    def _right(self, ground: Ground, answer: Computed, found: _Outcome) -> Check:
        notes = list(self._notes(ground, found))
        return Check(
            self.derivation,
            self.text,
            answer,
            True,
            points=found.count,
            notes=tuple(notes),
            kinks=bool(ground.asked),
            error=found.error,
        )

    def _notes(self, ground: Ground, found: _Outcome) -> Iterator[str]:
        if self.roles.upstream:
            yield f"{name_text(self.roles.upstream)} is the gradient that comes from above."
        if self.program.digits < 16:
            yield "It computes with 32 bits, and is compared as far as these reach."
        for places, what in ((found.far, "it is off"), (found.undefined, "it has no finite value")):
            large = [at for at in places if at not in found.missing]
            if large:
                spot = min((ground.samples[at].spot for at in large), key=_size)
                size = short(_size(spot), 2)
                yield f"With numbers as large as {size} {what}, where the derivative is finite: it is not stable there."

    def _wrong(self, ground: Ground, answer: Computed, found: _Outcome) -> Check:
        explained = _OfNumbers(self, ground, answer, ()).run()
        findings = explained.findings if explained is not None else ()
        count = len(found.differ)
        if not findings and not count:
            words = f"it has no finite value at {len(found.missing)} points where the derivative has one"
            findings = (Finding("wrong", words + (f" ({self.fault})" if self.fault else "")),)
        if not findings:
            words = f"it differs at {count} of {count + found.count} points"
            findings = (Finding("wrong", words, False, count),)
        differing = [ground.samples[at].spot for at in found.differ]
        example = None
        if not self.derivation.reading.functions:
            for alone in (False, True):
                example = example or smallest(ground, self.derivation.value, answer, self.right, differing, alone)
        return Check(self.derivation, self.text, answer, False, findings=findings, example=example)


class _Outcome:
    """Where a function and the derivative were compared: samples by their numbers."""

    def __init__(self) -> None:
        self.count = 0
        self.error = 0.0
        self.differ: list[int] = []
        self.far: list[int] = []
        self.undefined: list[int] = []
        self.missing: list[int] = []

    @property
    def wrong(self) -> bool:
        """Whether it is not the derivative at moderate numbers, or was compared nowhere."""
        return bool(self.differ or self.missing) or self.count < _FEWEST


class _OfNumbers(Explanation):
    """How numbers are explained: by versions of the derivative alone, as there is no text to correct."""

    @property
    def singles(self) -> list[Correction]:
        """None."""
        return []

    def square(self) -> None:
        """Nothing is read again with two dimensions equal."""

    def declared(self, _: object) -> str:
        """Nothing is read again with a property."""
        return ""


def _whole(spot: Spot, node: Node) -> Array:
    return np.reshape(spot.point[node.parameters[0]], dimensions(node.shape, spot.sizes))


def _size(spot: Spot) -> float:
    return max(float(np.abs(value).max(initial=0.0)) for value in spot.point.values())
